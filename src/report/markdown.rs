//! The report as Markdown, for the summary of a CI job or a comment on a pull request: a table,
//! worst first, and below it what stands behind each row, folded. It ends before it is longer than
//! its readers take, and says so.

use std::io::{self, Write};

use super::markup::{code, code_in_html, linked, text};
use super::terminal::cut;
use super::words::{REVOKE, Topic, path, remarks};
use super::{needs, summary, suppressed};
use crate::assess::model::{Assessment, Note, Report};
use crate::wording::{capital, count};

/// In bytes. GitHub takes 65,536 characters in a comment, and a mebibyte from all summaries of a
/// step; something may stand around this.
const LONGEST: usize = 60_000;

/// What of it the rows of the table may take.
const LONGEST_TABLE: usize = 24_000;

/// In characters: no single text fills a cell.
const LONGEST_CELL: usize = 400;

/// In characters: no single text fills what is folded.
const LONGEST_LINE: usize = 1_200;

/// How many notes of each sort are shown.
const NOTES: usize = 8;

/// In characters, for the thing and for what is said of it.
const LONGEST_NOTE: usize = 120;

const HEAD: &str = "| Severity | Credential | Needed here | Not needed | What to do |\n|:--|:--|:--|:--|:--|\n";

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::from("## overscope\n\n");
    if report.checked_nothing() {
        page += &format!("**{}**\n\n", summary::NOTHING_READ);
    }
    let verdict = summary::verdict(&report.credentials);
    page += &format!("**{}.** {}.\n", text(&verdict), capital(&text(&summary::read(report))));
    let notes = notes(report);
    if !report.credentials.is_empty() {
        page += &format!("\n{}", table(&report.credentials));
    }
    let room = LONGEST.saturating_sub(page.len() + notes.len());
    page += &details(&report.credentials, room);
    page += &notes;
    out.write_all(page.as_bytes())
}

/// As many rows as fit, and how many do not.
fn table(found: &[Assessment]) -> String {
    let mut table = HEAD.to_owned();
    for (at, credential) in found.iter().enumerate() {
        let row = row(credential);
        if table.len() + row.len() > LONGEST_TABLE {
            let rest = &found[at..];
            let more = format!("{} more: {}", count(rest.len(), "credential"), summary::tally(rest));
            table += &format!("\n{}. The JSON report has them all.\n", text(&more));
            break;
        }
        table += &row;
    }
    table
}

fn row(credential: &Assessment) -> String {
    let dead = credential.liveness.is_dead();
    let needed = needs::needs(credential).filter(|_| !dead);
    let also = needs::can_also(credential).filter(|_| !dead);
    let needed =
        needed.map_or_else(|| if dead { String::new() } else { "no use found".to_owned() }, |needs| lines(&needs));
    let to_do = if dead {
        "It works no more: take it out.".to_owned()
    } else {
        format!(
            "Revoke it: {}<br>{}",
            linked(&cut(&credential.remedy.revoke, LONGEST_CELL)),
            cell(&credential.remedy.replace)
        )
    };
    let cells = [
        severity(credential),
        format!("{}<br>{}", cell(&credential.title), places(credential)),
        needed,
        also.map_or_else(String::new, |also| lines(&also)),
        to_do,
    ];
    format!("| {} |\n", cells.join(" | "))
}

fn cell(words: &str) -> String {
    text(&cut(words, LONGEST_CELL))
}

/// The same for words of our own that stand in several lines.
fn lines(words: &str) -> String {
    cut(words, LONGEST_CELL).lines().map(text).collect::<Vec<_>>().join("<br>")
}

fn severity(credential: &Assessment) -> String {
    match (credential.band, credential.score) {
        (Some(band), Some(score)) => format!("**{band}** {score}"),
        _ if credential.liveness.is_dead() => "dead".to_owned(),
        _ => "unrated".to_owned(),
    }
}

fn places(credential: &Assessment) -> String {
    let Some(first) = credential.locations.first() else { return String::new() };
    let first = code(&format!("{}:{}", cut(&path(first), LONGEST_CELL), first.line));
    match credential.locations.len() - 1 {
        0 => first,
        more => format!("{first} and {}", count(more, "more place")),
    }
}

/// What stands behind the first rows, each folded, as far as there is room.
fn details(found: &[Assessment], room: usize) -> String {
    let mut details = String::new();
    for credential in found.iter().filter(|one| !one.liveness.is_dead()) {
        let one = folded(credential);
        if details.len() + one.len() > room {
            break;
        }
        details += &one;
    }
    details
}

fn folded(credential: &Assessment) -> String {
    let place =
        credential.locations.first().map_or_else(String::new, |first| format!("{}:{}", path(first), first.line));
    let place = code_in_html(&cut(&place, LONGEST_CELL));
    let (band, score) = (credential.band.map_or("unrated", |band| band.word()), credential.score);
    let score = score.map_or_else(String::new, |score| format!(" {score}"));
    let lines = remarks(credential).into_iter().map(|(topic, said)| {
        let said: Vec<String> = said.lines().map(|line| line_of(topic, line)).collect();
        format!("- **{}**: {}\n", topic.word(), said.join("<br>"))
    });
    let lines: String = lines.collect();
    format!("\n<details><summary>{band}{score}: {place}</summary>\n\n{lines}\n</details>\n")
}

fn line_of(topic: Topic, line: &str) -> String {
    let line = cut(line, LONGEST_LINE);
    match (topic, line.strip_prefix(REVOKE)) {
        (Topic::Do, Some(place)) => format!("{REVOKE}{}", linked(place)),
        // The vector is one long word.
        (Topic::Score, _) if line.contains('=') => code(&line),
        _ => text(&line),
    }
}

/// What was not read first, then, folded, what is left out and what else is to be known.
fn notes(report: &Report) -> String {
    let (unread, others): (Vec<&Note>, Vec<&Note>) = report.notes.iter().partition(|note| note.incomplete);
    let suppressed: Vec<String> =
        suppressed::lines(&report.suppressed).map(|line| text(&cut(&line, LONGEST_NOTE * 2))).collect();
    let mut out = String::new();
    if !unread.is_empty() {
        out += &format!("\n**Not read:**\n\n{}", items(&unread.into_iter().map(note_of).collect::<Vec<_>>()));
    }
    for (name, lines) in [("suppressed place", suppressed), ("note", others.into_iter().map(note_of).collect())] {
        if !lines.is_empty() {
            let name = count(lines.len(), name);
            out += &format!("\n<details><summary>{name}</summary>\n\n{}\n</details>\n", items(&lines));
        }
    }
    out
}

fn items(lines: &[String]) -> String {
    let shown: String = lines.iter().take(NOTES).map(|line| format!("- {line}\n")).collect();
    match lines.len().saturating_sub(NOTES) {
        0 => shown,
        more => format!("{shown}- and {more} more\n"),
    }
}

fn note_of(note: &Note) -> String {
    let message = text(&cut(&note.message, LONGEST_NOTE));
    match note.about.as_str() {
        "" => message,
        about => format!("{}: {message}", code(&cut(about, LONGEST_NOTE))),
    }
}

#[cfg(test)]
mod tests;
