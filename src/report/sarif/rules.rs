//! The rules of a SARIF run: one per detector and band, and one per band for what is granted and
//! not needed. Only those that a result names are listed.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif;

use super::{level, multiformat};
use crate::assess::model::{Assessment, Points};
use crate::capability::{Band, Can, Evidence};
use crate::finding::Confidence;
use crate::report::needs::{OVER_PRIVILEGED, excess_band};
use crate::report::terminal::cut;
use crate::wording::{actions, capital};

/// The weaknesses that the rules belong to: number, name.
const HARD_CODED: (&str, &str) = ("CWE-798", "Use of Hard-coded Credentials");
const UNNECESSARY: (&str, &str) = ("CWE-250", "Execution with Unnecessary Privileges");

/// Longer descriptions are refused.
const LONGEST: usize = 1024;

/// `railway-token.critical`; none for a credential that has no band, which is a dead one.
pub fn rule_id(credential: &Assessment) -> Option<String> {
    let band = credential.band.filter(|_| !credential.liveness.is_dead())?;
    Some(format!("{}.{band}", credential.detector))
}

/// `over-privileged.high`, where some rule of over-privilege has fired.
pub fn over_privileged_id(credential: &Assessment) -> Option<String> {
    excess_band(credential).map(|band| format!("{OVER_PRIVILEGED}.{band}"))
}

/// What a result is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// What a credential can do.
    Power,
    /// What of it is too much.
    Excess,
}

/// A result that is to be.
pub struct Claim<'r> {
    pub credential: &'r Assessment,
    pub family: Family,
    pub rule: String,
    pub band: Band,
    /// None where nothing is too much but the credential's life, or its place.
    pub score: Option<Points>,
}

struct Rule<'r> {
    band: Band,
    /// The credentials that this rule has a result for.
    credentials: Vec<&'r Assessment>,
}

/// The rules of one run, sorted by id.
pub struct Rules<'r>(BTreeMap<String, Rule<'r>>);

impl<'r> Rules<'r> {
    pub fn of(claims: &[Claim<'r>]) -> Rules<'r> {
        let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
        for claim in claims {
            let rule = rules.entry(claim.rule.clone()).or_insert(Rule { band: claim.band, credentials: Vec::new() });
            rule.credentials.push(claim.credential);
        }
        Rules(rules)
    }

    pub fn index(&self, id: &str) -> i64 {
        self.0.keys().position(|known| known == id).map_or(-1, |at| at as i64)
    }

    pub fn descriptors(&self) -> Vec<sarif::ReportingDescriptor> {
        self.0.iter().map(|(id, rule)| descriptor(id, rule)).collect()
    }
}

fn descriptor(id: &str, rule: &Rule) -> sarif::ReportingDescriptor {
    let band = rule.band;
    let over_privileged = id.starts_with(OVER_PRIVILEGED);
    let name = rule.credentials.first().map_or("", |one| one.detector_name.as_str());
    let (short, full) = if over_privileged {
        (
            format!("Over-privileged credential, {band} excess"),
            "A checked-in credential holds powers that nothing in this repository uses. Whoever reads the file, \
             a person or a program, has all of them."
                .to_owned(),
        )
    } else {
        (
            format!("{name} with {band} blast radius"),
            format!(
                "{name} in the repository. Its severity is measured for each credential by what its issuer lets it \
                 do: the worst single power with its reach, and whether the damage can be undone."
            ),
        )
    };
    let (text, markdown) = help(rule, over_privileged);
    let mut weaknesses = vec![HARD_CODED];
    let mut tags = vec!["security", "external/cwe/cwe-798"];
    if over_privileged {
        weaknesses = vec![UNNECESSARY, HARD_CODED];
        tags.push("external/cwe/cwe-250");
    }
    let mut properties =
        sarif::PropertyBag::builder().tags(tags.into_iter().map(String::from).collect::<Vec<_>>()).build();
    properties.additional_properties = BTreeMap::from([
        ("security-severity".to_owned(), json!(severity(band))),
        ("precision".to_owned(), json!(precision(&rule.credentials))),
    ]);
    sarif::ReportingDescriptor::builder()
        .id(id)
        .name(pascal(id))
        .short_description(multiformat(&cut(&format!("{short}."), LONGEST), None))
        .full_description(multiformat(&cut(&full, LONGEST), None))
        .help(multiformat(&text, Some(markdown)))
        .help_uri(env!("CARGO_PKG_REPOSITORY"))
        .default_configuration(
            sarif::ReportingConfiguration::builder()
                .level(serde_json::to_value(level(band)).expect("a level is a word"))
                .build(),
        )
        .relationships(weaknesses.into_iter().map(relationship).collect::<Vec<_>>())
        .properties(properties)
        .build()
}

/// What it can do, how to narrow it, how to revoke it; as text and as Markdown.
fn help(rule: &Rule, over_privileged: bool) -> (String, String) {
    let mut cans: Vec<Can> = Vec::new();
    for credential in &rule.credentials {
        let powers: Vec<Can> = if over_privileged {
            credential.excess.clone()
        } else {
            credential.powers.iter().map(|power| power.capability.can).collect()
        };
        for can in powers {
            if !cans.contains(&can) {
                cans.push(can);
            }
        }
    }
    let remedies = |each: fn(&Assessment) -> &str| {
        let mut distinct: Vec<&str> = Vec::new();
        for credential in &rule.credentials {
            if !distinct.contains(&each(credential)) {
                distinct.push(each(credential));
            }
        }
        distinct.join("\n")
    };
    let can = match (cans.is_empty(), over_privileged) {
        (true, _) => "nothing beyond what is said in the message".to_owned(),
        (false, _) => actions(cans),
    };
    let heading = if over_privileged { "What it can do and nothing here needs" } else { "What it can do" };
    let sections = [
        (heading, can),
        ("How to narrow it", remedies(|one| &one.remedy.replace)),
        ("How to revoke it", remedies(|one| &one.remedy.revoke)),
    ];
    let text: Vec<String> = sections.iter().map(|(title, body)| format!("{title}: {body}")).collect();
    let markdown: Vec<String> =
        sections.iter().map(|(title, body)| format!("**{title}**\n\n{}", body.replace('\n', "\n\n"))).collect();
    (text.join("\n"), markdown.join("\n\n"))
}

/// The numbers by which GitHub names its severities: critical, high, medium, low.
fn severity(band: Band) -> &'static str {
    match band {
        Band::Critical => "9.5",
        Band::High => "8.0",
        Band::Medium => "5.5",
        Band::Low => "2.0",
    }
}

/// How the powers are known, the least certain of the rule's credentials.
fn precision(credentials: &[&Assessment]) -> &'static str {
    let worst = credentials.iter().map(|one| match (one.confidence, one.evidence) {
        (Confidence::Low, _) | (_, Evidence::Unknown) => 3,
        (_, Evidence::Inferred) => 2,
        (_, Evidence::Declared) => 1,
        (_, Evidence::Observed | Evidence::Decoded) => 0,
    });
    ["very-high", "high", "medium", "low"][worst.max().unwrap_or(3)]
}

fn relationship((id, _): (&str, &str)) -> sarif::ReportingDescriptorRelationship {
    let target = sarif::ReportingDescriptorReference::builder().id(id).tool_component(weaknesses_reference()).build();
    sarif::ReportingDescriptorRelationship::builder().target(target).kinds(vec!["superset".to_owned()]).build()
}

pub fn weaknesses_reference() -> sarif::ToolComponentReference {
    sarif::ToolComponentReference::builder().name("CWE").index(0).build()
}

/// The part of the weakness enumeration that the rules refer to.
pub fn weaknesses() -> sarif::ToolComponent {
    let taxa: Vec<sarif::ReportingDescriptor> = [UNNECESSARY, HARD_CODED]
        .into_iter()
        .map(|(id, name)| {
            let number = id.trim_start_matches("CWE-");
            sarif::ReportingDescriptor::builder()
                .id(id)
                .name(pascal(name))
                .short_description(multiformat(&format!("{name}."), None))
                .help_uri(format!("https://cwe.mitre.org/data/definitions/{number}.html"))
                .build()
        })
        .collect();
    sarif::ToolComponent::builder()
        .name("CWE")
        .organization("MITRE")
        .short_description(multiformat("The MITRE Common Weakness Enumeration.", None))
        .information_uri("https://cwe.mitre.org/")
        .is_comprehensive(false)
        .taxa(taxa)
        .build()
}

/// The words as one name in Pascal's case.
pub fn pascal(words: &str) -> String {
    words.split(|letter: char| !letter.is_alphanumeric()).map(capital).collect()
}
