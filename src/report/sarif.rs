//! The report as SARIF 2.1.0, written for those who really read it. GitHub takes a severity from
//! the rule alone, so each detector has one rule per band; it closes an alert when its fingerprint
//! is gone, so nothing here depends on times, machines or the number of a line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use serde_sarif::sarif;

use self::rules::{Rules, over_privileged_id, rule_id};
use super::needs;
use super::terminal::escape_controls;
use crate::assess::model::{Assessment, Note, Points, Report, Site};
use crate::capability::Band;
use crate::finding::Location;
use crate::inspect::answer::Liveness;

mod rules;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The root of the repository, which a reader puts in the place where it has its checkout.
const ROOT: &str = "%SRCROOT%";

/// GitHub refuses a run with more results.
const MOST_RESULTS: usize = 25_000;

/// How many other places one message links.
const MOST_LINKS: usize = 20;

/// What may stand in a path of a URI as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

fn document(report: &Report) -> sarif::Sarif {
    let rules = Rules::of(report);
    let mut results: Vec<sarif::Result> = report.credentials.iter().flat_map(|one| results(one, &rules)).collect();
    let dropped = results.len().saturating_sub(MOST_RESULTS);
    results.truncate(MOST_RESULTS);
    let notifications = notifications(report, &rules, dropped);
    let driver = sarif::ToolComponent::builder()
        .name(env!("CARGO_PKG_NAME"))
        .full_name(concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")))
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules.descriptors())
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
fn results(credential: &Assessment, rules: &Rules) -> Vec<sarif::Result> {
    let Some(rule) = rule_id(credential) else { return Vec::new() };
    let mut results = vec![power(credential, &rule, rules)];
    if let Some(rule) = over_privileged_id(credential) {
        results.push(excess(credential, &rule, rules));
    }
    results
}

fn power(credential: &Assessment, rule: &str, rules: &Rules) -> sarif::Result {
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
    let parts = Parts {
        message,
        links,
        fingerprint: &fingerprint[..fingerprint.len().min(16)],
        score: credential.score,
        properties: power_properties(credential),
    };
    result(credential, rule, rules, parts)
}

fn excess(credential: &Assessment, rule: &str, rules: &Rules) -> sarif::Result {
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
    let parts = Parts {
        message,
        links,
        fingerprint: &fingerprint[fingerprint.len().saturating_sub(16)..],
        score: credential.excess_score,
        properties: excess_properties(credential),
    };
    result(credential, rule, rules, parts)
}

/// In what the two results of a credential differ.
struct Parts<'c> {
    message: String,
    links: Links,
    /// Sixteen hexadecimal digits.
    fingerprint: &'c str,
    score: Option<Points>,
    properties: Value,
}

fn result(credential: &Assessment, rule: &str, rules: &Rules, parts: Parts) -> sarif::Result {
    let locations: Vec<sarif::Location> = credential.locations.first().map(location).into_iter().collect();
    let fingerprint = format!("{}:1", parts.fingerprint);
    let mut result = sarif::Result::builder()
        .rule_id(rule)
        .rule_index(rules.index(rule))
        .level(level(rules.band(rule)))
        .message(text(&parts.message))
        .locations(locations)
        .partial_fingerprints(BTreeMap::from([("primaryLocationLineHash".to_owned(), fingerprint)]))
        .properties(bag(parts.properties))
        .build();
    result.rank = parts.score.map(|points| f64::from(points.0) / 10.0);
    if !parts.links.locations.is_empty() {
        result.related_locations = Some(parts.links.locations);
    }
    result
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

/// Places that a message links; GitHub shows no others.
#[derive(Default)]
struct Links {
    locations: Vec<sarif::Location>,
}

impl Links {
    fn add(&mut self, message: &mut String, lead: &str, what: &str, sites: impl Iterator<Item = Linked>) {
        let sites: BTreeSet<Linked> = sites.collect();
        if sites.is_empty() {
            return;
        }
        let mut links = Vec::new();
        for Linked { site, file } in sites.iter().take(MOST_LINKS) {
            let id = self.locations.len() as i64 + 1;
            let name = escape_controls(&site.path).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
            links.push(format!("[{name}:{}]({id})", site.line));
            let start = if file.is_some() { 1 } else { site.line };
            let region = sarif::Region::builder().start_line(line(start)).build();
            let location = sarif::Location::builder()
                .id(id)
                .message(text(what))
                .physical_location(physical(file.as_ref().unwrap_or(&site.path), region))
                .build();
            self.locations.push(location);
        }
        let more = match sites.len() - links.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        *message += &format!(" {lead} {}{more}.", links.join(", "));
    }
}

/// A place that a message names, and the file to show where that is another: an archive.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Linked {
    site: Site,
    file: Option<String>,
}

impl From<Site> for Linked {
    fn from(site: Site) -> Linked {
        Linked { site, file: None }
    }
}

fn linked(location: &Location) -> Linked {
    let (file, member) = location.file();
    let site = Site { path: location.path.clone(), line: location.line };
    Linked { site, file: member.map(|_| file.to_owned()) }
}

/// Of an archive the file itself, in which no line has a number; readers know only files that exist.
fn location(at: &Location) -> sarif::Location {
    if let (file, Some(member)) = at.file() {
        let name = format!("{}:{}:{}", escape_controls(member), at.line, at.column);
        let member = sarif::LogicalLocation::builder().fully_qualified_name(name).kind("member").build();
        let region = sarif::Region::builder().start_line(1).build();
        let archive = sarif::Location::builder().physical_location(physical(file, region));
        return archive.logical_locations(vec![member]).build();
    }
    let region = sarif::Region::builder()
        .start_line(line(at.line))
        .start_column(line(at.column))
        .end_line(line(at.end_line))
        .end_column(line(at.end_column))
        .build();
    sarif::Location::builder().physical_location(physical(&at.path, region)).build()
}

/// Lines and columns as SARIF counts them: from one.
fn line(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX).max(1)
}

fn physical(path: &str, region: sarif::Region) -> sarif::PhysicalLocation {
    let uri = utf8_percent_encode(path, PATH).to_string();
    let artifact = sarif::ArtifactLocation::builder().uri(uri).uri_base_id(ROOT).build();
    sarif::PhysicalLocation::builder().artifact_location(artifact).region(region).build()
}

/// What was skipped, what could not be read or asked, and what is dead.
fn notifications(report: &Report, rules: &Rules, dropped: usize) -> Vec<sarif::Notification> {
    let mut all: Vec<sarif::Notification> = report.notes.iter().map(of_note).collect();
    if report.stats.files == 0 {
        all.push(notification("nothing-read", "warning", "No file was read: nothing has been checked."));
    }
    if dropped > 0 {
        let message = format!("{dropped} further results are left out; the JSON report has them.");
        all.push(notification("limit", "warning", &message));
    }
    for credential in &report.credentials {
        let name = match credential.locations.first() {
            Some(first) => format!("{} at {}:{}", credential.detector_name, first.path, first.line),
            None => credential.detector_name.clone(),
        };
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
    notification.associated_rule = rule_id(credential).map(|id| {
        let index = rules.index(&id);
        sarif::ReportingDescriptorReference::builder().id(id).index(index).build()
    });
    notification
}

/// The text as one sentence, in which nothing is a link.
fn sentence(text: &str) -> String {
    let mut text = escape_controls(text).into_owned();
    if text.contains("](") {
        text = text.replace('[', "\\[").replace(']', "\\]");
    }
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
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
