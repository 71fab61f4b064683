//! The report as SARIF 2.1.0, written for those who really read it. GitHub takes a severity from
//! the rule alone, so each detector has one rule per band; it closes an alert when its fingerprint
//! is gone, so nothing here depends on times, machines or the number of a line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif;

use self::places::{Linked, Links, ROOT, linked, location};
use self::rules::{Claim, Family, Rules, over_privileged_id, rule_id};
use self::suppressed::Hidden;
use super::needs::{self, excess_band};
use super::terminal::escape_controls;
use super::{summary, words};
use crate::assess::model::{Assessment, Note, Report};
use crate::capability::Band;
use crate::inspect::answer::Liveness;

mod places;
mod rules;
mod suppressed;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// GitHub refuses a run with more than 25,000 results and drops what is beyond these, by severities
/// that it has in four steps only; so the choice is made here, by score.
const MOST_RESULTS: usize = 5_000;

/// Each is a sentence, and the whole is to stay within the ten megabytes that GitHub takes.
const MOST_NOTIFICATIONS: usize = 1_000;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

fn document(report: &Report) -> sarif::Sarif {
    let (kept, dropped) = worst(&report.credentials);
    let rules = Rules::of(&kept);
    let hidden = Hidden::of(report, MOST_RESULTS - kept.len());
    let descriptors = rules.descriptors();
    let results =
        kept.iter().map(|one| result(one, &rules)).chain(hidden.results(descriptors.len())).collect::<Vec<_>>();
    let notifications = notifications(report, &rules, dropped);
    let driver = sarif::ToolComponent::builder()
        .name(env!("CARGO_PKG_NAME"))
        .full_name(concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(descriptors.into_iter().chain(hidden.descriptors()).collect::<Vec<_>>())
        .supported_taxonomies(vec![rules::weaknesses_reference()])
        .build();
    let invocation = sarif::Invocation::builder()
        .execution_successful(!report.notes.iter().any(|note| note.incomplete))
        .tool_execution_notifications(notifications)
        .build();
    let run = sarif::Run::builder()
        .tool(sarif::Tool::builder().driver(driver).build())
        .automation_details(sarif::RunAutomationDetails::builder().id(format!("overscope/{}/", report.origin)).build())
        .column_kind(json!("unicodeCodePoints"))
        .original_uri_base_ids(BTreeMap::from([(
            ROOT.to_owned(),
            sarif::ArtifactLocation::builder().description(text("The root of the repository.")).build(),
        )]))
        .invocations(vec![invocation])
        .taxonomies(vec![rules::weaknesses()])
        .results(results)
        .build();
    sarif::Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build()
}

/// What one credential gives rise to: nothing when it is dead, one result for what it can do, and
/// one more where the repository shows that this is too much.
fn claims(credential: &Assessment) -> Vec<Claim<'_>> {
    let power = rule_id(credential).map(|rule| (rule, credential.band, credential.score, Family::Power));
    let excess = over_privileged_id(credential)
        .map(|rule| (rule, excess_band(credential), credential.excess_score, Family::Excess));
    let claims = [power, excess].into_iter().flatten();
    claims
        .filter_map(|(rule, band, score, family)| Some(Claim { credential, rule, band: band?, score, family }))
        .collect()
}

/// The results with the highest scores, in the report's order, and how many there are beside them.
fn worst(credentials: &[Assessment]) -> (Vec<Claim<'_>>, usize) {
    let claims: Vec<Claim> = credentials.iter().flat_map(claims).collect();
    let dropped = claims.len().saturating_sub(MOST_RESULTS);
    let mut ranked: Vec<usize> = (0..claims.len()).collect();
    ranked.sort_by_key(|&at| (std::cmp::Reverse(claims[at].score), claims[at].family, at));
    let kept: BTreeSet<usize> = ranked.into_iter().take(MOST_RESULTS).collect();
    let kept = claims.into_iter().enumerate().filter(|(at, _)| kept.contains(at)).map(|(_, claim)| claim);
    (kept.collect(), dropped)
}

fn result(claim: &Claim, rules: &Rules) -> sarif::Result {
    let parts = match claim.family {
        Family::Power => power(claim.credential),
        Family::Excess => excess(claim.credential),
    };
    let credential = claim.credential;
    let locations: Vec<sarif::Location> = credential.locations.first().map(location).into_iter().collect();
    let fingerprint = format!("{}:1", parts.fingerprint);
    let mut result = sarif::Result::builder()
        .rule_id(&claim.rule)
        .rule_index(rules.index(&claim.rule))
        .level(level(claim.band))
        .message(text(&parts.message))
        .locations(locations)
        .partial_fingerprints(BTreeMap::from([("primaryLocationLineHash".to_owned(), fingerprint)]))
        .properties(bag(parts.properties))
        .build();
    result.rank = claim.score.map(|points| f64::from(points.0) / 10.0);
    if !parts.links.locations.is_empty() {
        result.related_locations = Some(parts.links.locations);
    }
    result
}

fn power(credential: &Assessment) -> Parts<'_> {
    let mut message = sentence(&credential.title);
    if let Some(first) = credential.locations.first()
        && let (_, Some(member)) = first.file()
    {
        message += &format!(" {}", sentence(&format!("In the archive it is {member}:{}", first.line)));
    }
    for reason in &credential.reasons {
        message += &format!(" {}", sentence(reason));
    }
    let mut links = Links::default();
    links.add(&mut message, "Also in", "Another copy.", credential.locations.iter().skip(1).map(linked));
    let uses = credential.needed.iter().filter_map(|need| need.site.clone()).map(Linked::from);
    links.add(&mut message, "Used in", "A use.", uses);
    message += &format!(" {}", sentence(&credential.remedy.replace));
    let fingerprint = credential.fingerprint.as_str();
    let fingerprint = &fingerprint[..fingerprint.len().min(16)];
    Parts { message, links, fingerprint, properties: power_properties(credential) }
}

fn excess(credential: &Assessment) -> Parts<'_> {
    let name = escape_controls(&credential.detector_name);
    let mut message = match needs::pair(credential) {
        Some(pair) => sentence(&format!("{name} is over-privileged: {pair}")),
        None => format!("{name} is over-privileged."),
    };
    for over in &credential.over_privilege {
        message += &format!(" {}", sentence(&over.message));
    }
    let mut links = Links::default();
    let sites = credential.over_privilege.iter().flat_map(|over| over.sites.iter().cloned()).map(Linked::from);
    links.add(&mut message, "See", "What this rests on.", sites);
    message += &format!(" {}", sentence(&credential.remedy.replace));
    let fingerprint = credential.fingerprint.as_str();
    let fingerprint = &fingerprint[fingerprint.len().saturating_sub(16)..];
    Parts { message, links, fingerprint, properties: excess_properties(credential) }
}

/// In what the two results of a credential differ.
struct Parts<'c> {
    message: String,
    links: Links,
    /// Sixteen hexadecimal digits.
    fingerprint: &'c str,
    properties: Value,
}

fn level(band: Band) -> sarif::ResultLevel {
    match band {
        Band::Critical | Band::High => sarif::ResultLevel::Error,
        Band::Medium => sarif::ResultLevel::Warning,
        Band::Low => sarif::ResultLevel::Note,
    }
}

fn power_properties(credential: &Assessment) -> Value {
    json!({
        "detector": credential.detector,
        "provider": credential.provider,
        "kind": credential.kind,
        "fingerprint": credential.fingerprint.as_str(),
        "masked": credential.masked,
        "confidence": credential.confidence,
        "liveness": credential.liveness.word(),
        "score": credential.score,
        "proven": credential.proven,
        "band": credential.band,
        "vector": credential.vector,
        "evidence": credential.evidence,
        "coverage": credential.coverage,
        "gaps": credential.gaps.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "capabilities": credential.powers.iter().map(super::json::capability).collect::<Vec<_>>(),
        "revoke": credential.remedy.revoke,
    })
}

fn excess_properties(credential: &Assessment) -> Value {
    json!({
        "detector": credential.detector,
        "provider": credential.provider,
        "fingerprint": credential.fingerprint.as_str(),
        "excess": credential.excess,
        "excessScore": credential.excess_score,
        "needed": credential.needed.iter().map(|need| need.can).collect::<BTreeSet<_>>(),
        "rules": credential.over_privilege.iter().map(|over| over.rule).collect::<Vec<_>>(),
        "overPrivilege": credential.over_privilege.iter().map(super::json::over_privilege).collect::<Vec<_>>(),
    })
}

/// The entries of an object, without those that say nothing.
fn bag(properties: Value) -> sarif::PropertyBag {
    let Value::Object(entries) = properties else { return sarif::PropertyBag::default() };
    let entries: BTreeMap<String, Value> = entries.into_iter().filter(|(_, value)| !value.is_null()).collect();
    sarif::PropertyBag::builder().additional_properties(entries).build()
}

/// What could not be read or asked, what was skipped, and what is dead.
fn notifications(report: &Report, rules: &Rules, dropped: usize) -> Vec<sarif::Notification> {
    let mut all = Vec::new();
    if report.checked_nothing() {
        all.push(notification("nothing-read", "warning", summary::NOTHING_READ));
    }
    if dropped > 0 {
        let message = format!(
            "The {MOST_RESULTS} results with the highest scores are listed; {dropped} further results are left out. \
             The JSON report has them."
        );
        all.push(notification("limit", "warning", &message));
    }
    let (unread, others): (Vec<&Note>, Vec<&Note>) = report.notes.iter().partition(|note| note.incomplete);
    all.extend(unread.into_iter().chain(others).map(of_note));
    let room = MOST_NOTIFICATIONS.saturating_sub(all.len());
    let number = all.len() + report.credentials.iter().map(open_points).sum::<usize>();
    all.extend(report.credentials.iter().flat_map(|one| of_credential(one, rules)).take(room));
    all.truncate(MOST_NOTIFICATIONS);
    if number > MOST_NOTIFICATIONS {
        let more = number - MOST_NOTIFICATIONS;
        let message = format!("{more} further notifications are left out; the JSON report says it all.");
        all.push(notification("limit", "note", &message));
    }
    all
}

/// How many notifications a credential gives rise to.
fn open_points(credential: &Assessment) -> usize {
    let doubtful = matches!(credential.liveness, Liveness::Dead(_) | Liveness::Unknown(_));
    usize::from(doubtful) + credential.gaps.len()
}

fn of_credential(credential: &Assessment, rules: &Rules) -> Vec<sarif::Notification> {
    let name = match credential.locations.first() {
        Some(first) => format!("{} at {}:{}", credential.detector_name, first.path, first.line),
        None => credential.detector_name.clone(),
    };
    let mut all = Vec::new();
    match &credential.liveness {
        Liveness::Dead(why) => {
            let message = sentence(&format!("{name} is dead: {why}"));
            all.push(notification("dead", "note", &message));
        }
        Liveness::Unknown(why) => {
            let message = sentence(&format!("{name}: it is not known whether it works: {why}"));
            all.push(about(notification("unknown", "warning", &message), credential, rules));
        }
        Liveness::Live | Liveness::NotAsked => {}
    }
    for gap in &credential.gaps {
        let message = sentence(&format!("{name}: not known: {gap}"));
        all.push(about(notification("gap", "warning", &message), credential, rules));
    }
    all
}

fn of_note(note: &Note) -> sarif::Notification {
    let level = if note.incomplete { "error" } else { "note" };
    let message = match note.about.as_str() {
        "" => sentence(&note.message),
        about => sentence(&format!("{about}: {}", note.message)),
    };
    notification(note.kind, level, &message)
}

fn notification(kind: &str, level: &str, message: &str) -> sarif::Notification {
    sarif::Notification::builder()
        .descriptor(sarif::ReportingDescriptorReference::builder().id(kind).build())
        .level(json!(level))
        .message(text(message))
        .build()
}

fn about(mut notification: sarif::Notification, credential: &Assessment, rules: &Rules) -> sarif::Notification {
    notification.associated_rule = rule_id(credential).filter(|id| rules.index(id) >= 0).map(|id| {
        let index = rules.index(&id);
        sarif::ReportingDescriptorReference::builder().id(id).index(index).build()
    });
    notification
}

/// The text as one sentence, in which nothing is a link.
fn sentence(text: &str) -> String {
    let text = words::sentence(text);
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text }
}

fn text(text: &str) -> sarif::Message {
    sarif::Message::builder().text(text).build()
}

fn multiformat(text: &str, markdown: Option<String>) -> sarif::MultiformatMessageString {
    let mut string = sarif::MultiformatMessageString::builder().text(text).build();
    string.markdown = markdown;
    string
}

#[cfg(test)]
mod tests;
