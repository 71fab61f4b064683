//! What the reports for people say of a credential: the same lines for all of them, in words that
//! cannot steer a terminal.

use super::terminal::{escape_controls, first_few};
use super::{needs, policy};
use crate::assess::model::{Assessment, Power, Site};
use crate::assess::none_known;
use crate::capability::Evidence;
use crate::finding::{Confidence, Location, Origin};
use crate::inspect::answer::{Expiry, Liveness};
use crate::wording::{actions, place};

/// How many of a list are shown; the JSON report has them all.
pub const SHOWN: usize = 6;

/// What the line begins with that says where the credential is revoked.
pub const REVOKE: &str = "revoke it: ";

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Whose,
    Can,
    Could,
    Needs,
    CanAlso,
    TooMuch,
    Do,
    Score,
    Why,
    AlsoIn,
    NotKnown,
    Unconfirmed,
}

impl Topic {
    pub fn word(self) -> &'static str {
        match self {
            Topic::Whose => "whose",
            Topic::Can => "can",
            Topic::Could => "could",
            Topic::Needs => "needs",
            Topic::CanAlso => "can also",
            Topic::TooMuch => "too much",
            Topic::Do => "do",
            Topic::Score => "score",
            Topic::Why => "why",
            Topic::AlsoIn => "also in",
            Topic::NotKnown => "not known",
            Topic::Unconfirmed => "unconfirmed",
        }
    }
}

/// Everything that is said of a credential beside its title and its first place.
pub fn remarks(credential: &Assessment) -> Vec<(Topic, String)> {
    let mut remarks = Vec::new();
    if credential.liveness.is_dead() {
        let others = others(credential);
        if !others.is_empty() {
            remarks.push((Topic::AlsoIn, others));
        }
        return remarks;
    }
    let ownership = ownership(credential);
    if !ownership.is_empty() {
        remarks.push((Topic::Whose, ownership));
    }
    let (known, supposed): (Vec<&Power>, Vec<&Power>) = credential
        .powers
        .iter()
        .partition(|power| !matches!(power.capability.evidence, Evidence::Inferred | Evidence::Unknown));
    if !known.is_empty() {
        remarks.push((Topic::Can, powers(&known)));
    }
    if !supposed.is_empty() {
        remarks.push((Topic::Could, format!("{} (not proven, not ruled out)", powers(&supposed))));
    }
    if !credential.unmapped.is_empty() {
        let words = first_few(escaped(&credential.unmapped), SHOWN);
        remarks.push((Topic::Could, format!("something that has no meaning here yet: {words}")));
    }
    remarks.extend(needs::needs(credential).map(|needs| (Topic::Needs, needs)));
    remarks.extend(needs::can_also(credential).map(|also| (Topic::CanAlso, also)));
    if !credential.over_privilege.is_empty() {
        remarks.push((Topic::TooMuch, too_much(credential)));
    }
    let remedy = &credential.remedy;
    remarks.push((
        Topic::Do,
        format!("{REVOKE}{}\n{}", escape_controls(&remedy.revoke), escape_controls(&remedy.replace)),
    ));
    if let Some(score) = credential.score {
        let proven = match credential.proven {
            Some(proven) => format!("{proven} proven"),
            None => "nothing proven".to_owned(),
        };
        let vector = credential.vector.as_deref().unwrap_or_default();
        remarks.push((Topic::Score, format!("{score}, {proven}\n{}", escape_controls(vector))));
    }
    if !credential.reasons.is_empty() {
        remarks.push((Topic::Why, escaped(&credential.reasons).collect::<Vec<_>>().join(" ")));
    }
    let others = others(credential);
    if !others.is_empty() {
        remarks.push((Topic::AlsoIn, others));
    }
    if !credential.gaps.is_empty() {
        let gaps = credential.gaps.iter().map(|gap| escape_controls(&gap.to_string()).into_owned());
        remarks.push((Topic::NotKnown, first_few(gaps, SHOWN)));
    }
    if let Some(unconfirmed) = &credential.unconfirmed {
        remarks.push((Topic::Unconfirmed, escape_controls(unconfirmed).into_owned()));
    }
    remarks
}

/// One line per environment, in the order of the worst power in each.
fn powers(powers: &[&Power]) -> String {
    let mut environments = Vec::new();
    for power in powers {
        if !environments.contains(&power.capability.environment) {
            environments.push(power.capability.environment);
        }
    }
    let mut said: Option<String> = None;
    let lines = environments.iter().map(|&environment| {
        let here = || powers.iter().map(|power| &power.capability).filter(|one| one.environment == environment);
        let mut targets: Vec<String> = Vec::new();
        for target in here().flat_map(|one| &one.targets) {
            let target = escape_controls(target);
            if !targets.iter().any(|known| *known == target) {
                targets.push(target.into_owned());
            }
        }
        let what = actions(here().map(|one| one.can));
        let what = if said.as_ref() == Some(&what) { "the same".to_owned() } else { said.insert(what).clone() };
        let line = format!("{}: {what}", place(environment));
        if targets.is_empty() { line } else { format!("{line} ({})", first_few(targets, 3)) }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn too_much(credential: &Assessment) -> String {
    let none_known = none_known(&credential.provider_name);
    let rules = credential.over_privilege.iter().map(|over| {
        let message = escape_controls(&over.message);
        let sites = first_few(over.sites.iter().map(site), SHOWN);
        let sites = if sites.is_empty() { sites } else { format!(" ({sites})") };
        // What holds of the whole credential is said below.
        let own = over.remedy.strip_suffix(&credential.remedy.replace).unwrap_or(&over.remedy).trim_end();
        let own = own.strip_suffix(&none_known).unwrap_or(own).trim_end();
        let own = if own.is_empty() { String::new() } else { format!(" {}", escape_controls(own)) };
        format!("{} {}: {}{sites}.{own}", over.band, over.score, message.trim_end_matches('.'))
    });
    rules.collect::<Vec<_>>().join("\n")
}

fn site(site: &Site) -> String {
    format!("{}:{}", escape_controls(&site.path), site.line)
}

/// Its further places.
pub fn others(credential: &Assessment) -> String {
    let others = credential.locations.iter().skip(1).map(|at| {
        let standing = match (at.origin, at.tracked, at.ignored) {
            (Origin::Worktree, false, true) => " (ignored by git)",
            (Origin::Worktree, false, false) => " (untracked)",
            _ => "",
        };
        format!("{}:{}{standing}", path(at), at.line)
    });
    first_few(others, SHOWN)
}

/// A path as it is shown, and the commit in which it lies.
pub fn path(at: &Location) -> String {
    let path = escape_controls(&at.path);
    let gone = if at.commit.is_some() && !at.tracked { ", no longer in HEAD" } else { "" };
    match &at.commit {
        Some(commit) => format!("{path} in commit {}{gone}", escape_controls(commit)),
        None => path.into_owned(),
    }
}

/// Whether it works, as far as anybody has said.
pub fn standing(credential: &Assessment) -> String {
    let mut words = match &credential.liveness {
        Liveness::Live => "live".to_owned(),
        Liveness::Dead(why) => format!("dead: {}", escape_controls(why)),
        Liveness::Unknown(why) => format!("not known whether it works: {}", escape_controls(why)),
        Liveness::NotAsked => "nobody was asked whether it works".to_owned(),
    };
    if credential.confidence == Confidence::Low {
        words += ", perhaps no credential at all";
    }
    words
}

/// Whose it is, what its owner calls it, and until when it works.
fn ownership(credential: &Assessment) -> String {
    let mut words = Vec::new();
    words.extend(credential.identity.as_deref().map(|identity| escape_controls(identity).into_owned()));
    let account = credential.account.as_deref().filter(|&account| credential.identity.as_deref() != Some(account));
    words.extend(account.map(|account| format!("account {}", escape_controls(account))));
    words.extend(credential.label.as_deref().map(|label| format!("called \"{}\"", escape_controls(label))));
    match &credential.expires {
        Expiry::At(time) => words.push(format!("until {time}")),
        Expiry::Never => words.push("never expires".to_owned()),
        Expiry::Unknown => {}
    }
    words.extend(credential.policy.iter().flat_map(policy::said));
    words.join(", ")
}

fn escaped(texts: &[String]) -> impl Iterator<Item = String> {
    texts.iter().map(|text| escape_controls(text).into_owned())
}

/// The text with an end.
pub fn sentence(text: &str) -> String {
    let mut text = escape_controls(text).into_owned();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}
