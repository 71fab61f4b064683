//! The report as GitLab's `gl-secret-detection-report.json`. GitLab knows a find again by its first
//! identifier and its signature, so neither holds a line or a severity; what it shows in words is
//! its own Markdown. No extract of the source is in it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::terminal::{cut, escape_controls};
use super::words::{path, remarks, sentence};
use super::{markup, needs, summary};
use crate::assess::model::{Assessment, Note, Report};
use crate::capability::Band;
use crate::finding::{Location, Moment};
use crate::secret::Fingerprint;

/// The version of GitLab's schema that the report follows.
const VERSION: &str = "15.2.1";

/// Where GitLab keeps the schema.
const SCHEMA: &str = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.2.1/dist/secret-detection-report-format.json";

/// What git itself writes for no commit; the schema demands one.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// Longer names are refused.
const LONGEST_NAME: usize = 255;

/// Longer solutions are refused.
const LONGEST_SOLUTION: usize = 7_000;

/// How many messages about the scan there are.
const MESSAGES: usize = 100;

/// How many places of one credential are listed.
const PLACES: usize = 100;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

fn document(report: &Report) -> Value {
    let whole = !report.notes.iter().any(|note| note.incomplete);
    let time = report.moment.time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    json!({
        "version": VERSION,
        "schema": SCHEMA,
        "scan": {
            "analyzer": tool(),
            "scanner": tool(),
            "type": "secret_detection",
            "start_time": time,
            "end_time": time,
            "status": if whole { "success" } else { "failure" },
            "messages": messages(report),
        },
        "vulnerabilities": report.credentials.iter().flat_map(|one| vulnerabilities(one, &report.moment)).collect::<Vec<_>>(),
    })
}

fn tool() -> Value {
    json!({
        "id": env!("CARGO_PKG_NAME"),
        "name": env!("CARGO_PKG_NAME"),
        "url": env!("CARGO_PKG_REPOSITORY"),
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": { "name": env!("CARGO_PKG_NAME") },
    })
}

/// What was read and what was not, and why a time or a commit says nothing.
fn messages(report: &Report) -> Vec<Value> {
    let message = |level: &str, value: &str| json!({ "level": level, "value": value });
    let mut messages = Vec::new();
    if report.checked_nothing() {
        messages.push(message("warn", summary::NOTHING_READ));
    }
    messages.push(message("info", &summary::line(report)));
    if report.moment.commit.is_none() {
        messages.push(message("warn", "No commit is known here: the commits named are none."));
    }
    let of = |note: &Note| {
        let about = escape_controls(&note.about);
        let lead = if about.is_empty() { String::new() } else { format!("{about}: ") };
        message(if note.incomplete { "warn" } else { "info" }, &format!("{lead}{}", escape_controls(&note.message)))
    };
    let (unread, others): (Vec<&Note>, Vec<&Note>) = report.notes.iter().partition(|note| note.incomplete);
    let notes: Vec<&Note> = unread.into_iter().chain(others).collect();
    messages.extend(notes.iter().take(MESSAGES).map(|note| of(note)));
    if notes.len() > MESSAGES {
        messages.push(message("info", &format!("{} further notes are left out.", notes.len() - MESSAGES)));
    }
    messages
}

/// What one credential gives rise to: nothing when it is dead, one vulnerability for what it can
/// do, and one more where the repository shows that this is too much.
fn vulnerabilities(credential: &Assessment, moment: &Moment) -> Vec<Value> {
    let (Some(band), Some(place)) = (credential.band, credential.locations.first()) else { return Vec::new() };
    let power = Family {
        id: &credential.detector,
        name: &credential.detector_name,
        weaknesses: &["798"],
        band,
        variant: '8',
        description: described(credential),
    };
    let excess = needs::excess_band(credential).map(|band| Family {
        id: needs::OVER_PRIVILEGED,
        name: "Over-privileged credential",
        weaknesses: &["250", "798"],
        band,
        variant: '9',
        description: too_much(credential),
    });
    [Some(power), excess].into_iter().flatten().map(|family| vulnerability(credential, place, moment, family)).collect()
}

/// In what the two vulnerabilities of a credential differ.
struct Family<'c> {
    id: &'c str,
    name: &'c str,
    /// Numbers in the Common Weakness Enumeration.
    weaknesses: &'static [&'static str],
    band: Band,
    /// Tells their ids apart: one of the hexadecimal digits that an id may have in its place.
    variant: char,
    description: String,
}

fn vulnerability(credential: &Assessment, place: &Location, moment: &Moment, family: Family) -> Value {
    let name = escape_controls(family.name);
    // Of an archive the file itself, in which no line has a number.
    let (file, member) = place.file();
    let lines = if member.is_some() { (1, 1) } else { (place.line.max(1), place.end_line.max(place.line).max(1)) };
    let solution = format!(
        "Revoke it: {}\n\n{}",
        escape_controls(&credential.remedy.revoke),
        escape_controls(&credential.remedy.replace)
    );
    let mut vulnerability = json!({
        "id": uuid(&credential.fingerprint, family.variant),
        "name": cut(&name, LONGEST_NAME),
        "description": family.description,
        "severity": severity(family.band),
        "solution": cut(solution.trim_end(), LONGEST_SOLUTION),
        "identifiers": identifiers(&family),
        "location": {
            "file": file,
            "start_line": lines.0,
            "end_line": lines.1,
            "commit": { "sha": place.commit.as_deref().or(moment.commit.as_deref()).unwrap_or(NO_COMMIT) },
        },
        "tracking": {
            "type": "source",
            "items": [{
                "file": file,
                "start_line": lines.0,
                "end_line": lines.1,
                "signatures": [{ "algorithm": "rule_value", "value": format!("{}:{}", family.id, credential.fingerprint) }],
            }],
        },
        "details": details(credential),
    });
    if let Some(address) = markup::address(&credential.remedy.revoke) {
        vulnerability["links"] = json!([{ "name": "Where it is revoked", "url": address }]);
    }
    vulnerability
}

/// The first one decides, with the signature, whether GitLab has seen it before.
fn identifiers(family: &Family) -> Vec<Value> {
    let own = json!({
        "type": "overscope_rule_id",
        "name": format!("overscope {}", family.id),
        "value": family.id,
    });
    let weaknesses = family.weaknesses.iter().map(|number| {
        json!({
            "type": "cwe",
            "name": format!("CWE-{number}"),
            "value": number,
            "url": format!("https://cwe.mitre.org/data/definitions/{number}.html"),
        })
    });
    std::iter::once(own).chain(weaknesses).collect()
}

/// The fingerprint in the shape of an identifier of one's own making (RFC 9562, version 8).
fn uuid(fingerprint: &Fingerprint, variant: char) -> String {
    let digits = fingerprint.as_str();
    format!("{}-{}-8{}-{variant}{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..32])
}

fn severity(band: Band) -> &'static str {
    match band {
        Band::Critical => "Critical",
        Band::High => "High",
        Band::Medium => "Medium",
        Band::Low => "Low",
    }
}

/// In GitLab's Markdown.
fn described(credential: &Assessment) -> String {
    let lines = std::iter::once(&credential.title).chain(&credential.reasons);
    lines.map(|line| markup::text(&sentence(line))).collect::<Vec<_>>().join("\n\n")
}

fn too_much(credential: &Assessment) -> String {
    let pair = needs::pair(credential);
    let lines = pair.iter().chain(credential.over_privilege.iter().map(|over| &over.message));
    lines.map(|line| markup::text(&sentence(line))).collect::<Vec<_>>().join("\n\n")
}

/// What the terminal says, under the same names, and all places.
fn details(credential: &Assessment) -> Value {
    let mut details = Map::new();
    for (topic, said) in remarks(credential) {
        let key = topic.word().replace(' ', "_");
        details.insert(key, json!({ "name": topic.word(), "type": "text", "value": said }));
    }
    let places: Vec<Value> = credential.locations.iter().take(PLACES).map(file_location).collect();
    details.insert("places".to_owned(), json!({ "name": "places", "type": "list", "items": places }));
    Value::Object(details)
}

fn file_location(at: &Location) -> Value {
    let (line, column) = (at.line.max(1), at.column.max(1));
    json!({
        "type": "file-location",
        "file_name": path(at),
        "line_start": line,
        "line_end": at.end_line.max(line),
        "column_start": column,
        "column_end": at.end_column.max(1),
    })
}

#[cfg(test)]
mod tests;
