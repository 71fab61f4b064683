//! The report for people at a terminal: worst first, each credential where it stands in the
//! source, what it can do, why that is too much, what to do about it; at the end what was read
//! and what was not.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, DecorStyle, Style as Paint};
use annotate_snippets::{AnnotationKind, Group, Level, Origin as Place, Renderer, Snippet};

use super::terminal::{escape_controls, wrap};
use super::words::{SHOWN, Topic, path, remarks, standing};
use super::{Style, summary, suppressed};
use crate::assess::model::{Assessment, Note, Report};
use crate::capability::Band;
use crate::finding::Location;
use crate::wording::count;

/// A terminal that says it is narrower than this is not believed.
const NARROWEST: usize = 40;

pub fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let style = Style { width: style.width.max(NARROWEST), ..*style };
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Unicode).term_width(style.width);
    for credential in &report.credentials {
        writeln!(out, "{}\n", renderer.render(&[entry(credential, style.width)]))?;
    }
    for note in notes(&report.notes, style.width) {
        writeln!(out, "{}", renderer.render(&[note]))?;
    }
    let suppressed = suppressed::lines(&report.suppressed).collect::<Vec<_>>();
    if !suppressed.is_empty() {
        writeln!(out, "{}", renderer.render(&[group(Level::NOTE, "suppressed", &suppressed, style.width)]))?;
    }
    if !report.notes.is_empty() || !suppressed.is_empty() {
        writeln!(out)?;
    }
    write_summary(report, &style, out)
}

fn entry(credential: &Assessment, width: usize) -> Group<'_> {
    let (level, name) = match credential.band {
        _ if credential.liveness.is_dead() => (Level::INFO, "dead"),
        Some(Band::Critical) => (Level::ERROR, "critical"),
        Some(Band::High) => (Level::ERROR, "high"),
        Some(Band::Medium) => (Level::WARNING, "medium"),
        Some(Band::Low) => (Level::NOTE, "low"),
        None => (Level::INFO, "unrated"),
    };
    let heading = name.len() + credential.detector.chars().count() + "[]: ".len();
    let title = wrap(&escape_controls(&credential.title), width.saturating_sub(heading).max(NARROWEST / 2));
    let mut group =
        Group::with_title(level.with_name(name).primary_title(title).id(escape_controls(&credential.detector)));
    let gutter = credential.locations.first().map_or(1, |first| first.line.to_string().len());
    group = match credential.locations.first() {
        Some(first) if first.excerpt.is_empty() => {
            group.element(Place::path(path(first)).line(first.line).char_column(first.column))
        }
        Some(first) => group.element(snippet(first, standing(credential), width.saturating_sub(gutter + 4))),
        None => group,
    };
    for (topic, text) in remarks(credential) {
        let room = width.saturating_sub(gutter + " ├ : ".len() + topic.word().len());
        group = group.element(weight(topic).with_name(topic.word()).message(wrap(&text, room)));
    }
    group
}

fn weight(topic: Topic) -> Level<'static> {
    match topic {
        Topic::Can => Level::ERROR,
        Topic::Could | Topic::CanAlso | Topic::TooMuch | Topic::NotKnown => Level::WARNING,
        Topic::Do => Level::HELP,
        Topic::Unconfirmed => Level::NOTE,
        Topic::Whose | Topic::Needs | Topic::Score | Topic::Why | Topic::AlsoIn => Level::INFO,
    }
}

/// The line on which the secret stands, cut to what fits, with the secret underlined.
fn snippet(at: &Location, label: String, room: usize) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    let line: Vec<char> = at.excerpt.chars().collect();
    let cut = at.excerpt_from.max(1);
    let start = at.column.saturating_sub(cut).min(line.len());
    let end =
        if at.end_line > at.line { line.len() } else { at.end_column.saturating_sub(cut).clamp(start, line.len()) };
    let first = if line.len() <= room { 0 } else { start.saturating_sub(room / 3) };
    let last = line.len().min(first + room);
    let part = |range: std::ops::Range<usize>| -> String {
        let text: String = line[range].iter().map(|&c| if c == '\t' { ' ' } else { c }).collect();
        escape_controls(&text).into_owned()
    };
    let end = end.min(last);
    let mut source = format!("{}{}", if first > 0 { "…" } else { "" }, part(first..start));
    let from = source.len();
    source.push_str(&part(start..end));
    let to = source.len();
    source.push_str(&part(end..last));
    if last < line.len() {
        source.push('…');
    }
    Snippet::source(source)
        .path(path(at))
        .line_start(at.line)
        .annotation(AnnotationKind::Primary.span(from..to).label(label))
}

/// What could not be read first, then the rest, a few of each kind.
fn notes(notes: &[Note], width: usize) -> Vec<Group<'static>> {
    let mut kinds: Vec<(bool, &str)> = notes.iter().map(|note| (!note.incomplete, note.kind)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
        .into_iter()
        .map(|(complete, kind)| {
            let all = notes.iter().filter(|note| (!note.incomplete, note.kind) == (complete, kind));
            let lines = all.map(|note| match note.about.as_str() {
                "" => escape_controls(&note.message).into_owned(),
                about => format!("{}: {}", escape_controls(about), escape_controls(&note.message)),
            });
            let lines: Vec<String> = lines.collect();
            let level = if complete { Level::NOTE } else { Level::WARNING };
            let name = if complete { kind.to_owned() } else { format!("not read ({kind})") };
            group(level, &name, &lines, width)
        })
        .collect()
}

/// A few lines under a name, and how many more there are.
fn group(level: Level<'static>, name: &str, lines: &[String], width: usize) -> Group<'static> {
    let mut text = lines[..lines.len().min(SHOWN)].join("\n");
    if lines.len() > SHOWN {
        text += &format!("\nand {} more", lines.len() - SHOWN);
    }
    let text = wrap(&text, width.saturating_sub(name.len() + 2));
    Group::with_title(level.with_name(name.to_owned()).primary_title(text))
}

fn write_summary(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if report.checked_nothing() {
        writeln!(out, "{}", paint(style, AnsiColor::BrightRed, summary::NOTHING_READ))?;
    }
    let found = &report.credentials;
    let verdict = if found.is_empty() {
        paint(style, AnsiColor::BrightGreen, "No credentials found")
    } else {
        let color =
            if found.iter().all(|one| one.band.is_none()) { AnsiColor::BrightGreen } else { AnsiColor::BrightRed };
        format!("{}: {}", paint(style, color, &count(found.len(), "credential")), summary::tally(found))
    };
    let read = summary::read(report);
    let line = if report.stats.files == 0 && found.is_empty() { read } else { format!("{verdict}; {read}") };
    writeln!(out, "{}.", wrap(&line, style.width))
}

fn paint(style: &Style, color: AnsiColor, text: &str) -> String {
    if !style.color {
        return text.to_owned();
    }
    let paint = Paint::new().bold().fg_color(Some(color.into()));
    format!("{paint}{text}{paint:#}")
}
