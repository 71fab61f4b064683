//! The report as commands to the runner of GitHub Actions, which makes annotations of them: worst
//! first, and no more than people read. What stands in them is escaped as the runner takes it
//! apart again, so that no path and no message starts a command of its own.

use std::fmt;
use std::io::{self, Write};

use super::terminal::{cut, escape_controls, first_few};
use super::words::{others, path, sentence, standing};
use super::{needs, summary};
use crate::assess::model::{Assessment, Report};
use crate::capability::Band;
use crate::finding::{Location, Origin};
use crate::wording::{capital, count};

/// The runner shows no more of a kind from one step.
const MOST: usize = 10;

/// The runner cuts a message at 4,096 characters.
const LONGEST: usize = 4_000;

/// How many things that were not read are named; the job summary has more.
const NAMED: usize = 3;

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let found: Vec<&Assessment> = report.credentials.iter().filter(|one| one.band.is_some()).collect();
    let unread = unread(report);
    let room = MOST - unread.iter().count();
    let shown = if found.len() > room { room - 1 } else { found.len() };
    for credential in &found[..shown] {
        writeln!(out, "{}", annotation(credential))?;
    }
    if found.len() > shown {
        writeln!(out, "{}", more(&found[shown..]))?;
    }
    if let Some(unread) = unread {
        writeln!(out, "{unread}")?;
    }
    writeln!(out, "overscope: {}", summary::line(report))
}

/// A line that the runner obeys.
struct Command {
    name: &'static str,
    properties: Vec<(&'static str, String)>,
    message: String,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "::{}", self.name)?;
        for (number, (name, value)) in self.properties.iter().enumerate() {
            let lead = if number == 0 { ' ' } else { ',' };
            write!(f, "{lead}{name}={}", property(value))?;
        }
        write!(f, "::{}", data(&cut(&self.message, LONGEST)))
    }
}

/// As the runner's own toolkit writes a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As the runner's own toolkit writes what stands before the message.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn annotation(credential: &Assessment) -> Command {
    let mut properties = Vec::new();
    let mut lines = vec![sentence(&credential.title)];
    if let Some(first) = credential.locations.first() {
        properties = place(first);
        if properties.len() < 3 {
            lines.push(format!("It lies in {}:{}.", path(first), first.line));
        }
    }
    properties.push(("title", title(credential)));
    lines.extend(needs::pair(credential).map(|pair| capital(&sentence(&pair))));
    lines.extend(credential.over_privilege.iter().map(|over| sentence(&over.message)));
    let others = others(credential);
    if !others.is_empty() {
        lines.push(format!("Also in {others}."));
    }
    lines.push(sentence(&capital(&standing(credential))));
    lines.push(format!("Revoke it: {}", escape_controls(&credential.remedy.revoke)));
    if !credential.remedy.replace.is_empty() {
        lines.push(sentence(&credential.remedy.replace));
    }
    Command { name: level(credential.band), properties, message: lines.join("\n") }
}

fn title(credential: &Assessment) -> String {
    let name = escape_controls(&credential.detector_name);
    match (credential.band, credential.score) {
        (Some(band), Some(score)) => format!("{name}: {band} ({score})"),
        _ => name.into_owned(),
    }
}

fn level(band: Option<Band>) -> &'static str {
    match band {
        Some(Band::Critical | Band::High) => "error",
        Some(Band::Medium) => "warning",
        Some(Band::Low) | None => "notice",
    }
}

/// As far as the runner has such a file, and the file such a line. Columns are for a single line
/// only: the runner drops them elsewhere.
fn place(at: &Location) -> Vec<(&'static str, String)> {
    let (file, member) = at.file();
    if matches!(at.origin, Origin::History | Origin::Stdin) {
        return Vec::new();
    }
    let mut place = vec![("file", escape_controls(file).into_owned())];
    if member.is_some() {
        return place;
    }
    let (line, end) = (at.line.max(1), at.end_line.max(at.line).max(1));
    place.push(("line", line.to_string()));
    if line == end {
        place.push(("col", at.column.max(1).to_string()));
        place.push(("endLine", end.to_string()));
        place.push(("endColumn", at.end_column.max(at.column).max(1).to_string()));
    } else {
        place.push(("endLine", end.to_string()));
    }
    place
}

/// What the annotations leave out.
fn more(rest: &[&Assessment]) -> Command {
    let bands = summary::bands(rest.iter().copied());
    let message = format!(
        "{} more: {bands}. The job summary names the worst, the SARIF and JSON reports have them all.",
        count(rest.len(), "credential")
    );
    let worst = rest.iter().filter_map(|one| one.band).max();
    Command { name: level(worst), properties: vec![("title", "Further credentials".to_owned())], message }
}

/// What has not been looked at, which no reader may take for clean.
fn unread(report: &Report) -> Option<Command> {
    let about = |text: &str| escape_controls(text).into_owned();
    let unread: Vec<String> = report
        .notes
        .iter()
        .filter(|note| note.incomplete)
        .map(|note| match note.about.as_str() {
            "" => about(&note.message),
            name => format!("{}: {}", about(name), about(&note.message)),
        })
        .collect();
    let message = match unread.len() {
        0 if report.checked_nothing() => summary::NOTHING_READ.to_owned(),
        0 => return None,
        number => format!("{} could not be read: {}.", count(number, "thing"), first_few(unread, NAMED)),
    };
    Some(Command { name: "warning", properties: vec![("title", "Not everything was read".to_owned())], message })
}

#[cfg(test)]
mod tests;
