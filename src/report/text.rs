//! The report for people at a terminal: worst first, each credential where it stands in the
//! source, what it can do, why that is too much, what to do about it; at the end what was read
//! and what was not.

use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, DecorStyle, Style as Paint};
use annotate_snippets::{AnnotationKind, Group, Level, Origin as Place, Renderer, Snippet};

use super::terminal::{escape_controls, first_few, wrap};
use super::{Style, needs, policy, suppressed};
use crate::assess::model::{Assessment, Note, Power, Report, Site};
use crate::assess::none_known;
use crate::capability::{Band, Evidence};
use crate::finding::{Confidence, Location, Origin};
use crate::inspect::answer::{Expiry, Liveness};
use crate::wording::{actions, count, place};

/// How many of a list are shown; the JSON report has them all.
const SHOWN: usize = 6;

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
    for (level, name, text) in remarks(credential) {
        let room = width.saturating_sub(gutter + " ├ : ".len() + name.len());
        group = group.element(level.with_name(name).message(wrap(&text, room)));
    }
    group
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

fn path(at: &Location) -> String {
    let path = escape_controls(&at.path);
    let gone = if at.commit.is_some() && !at.tracked { ", no longer in HEAD" } else { "" };
    match &at.commit {
        Some(commit) => format!("{path} in commit {}{gone}", escape_controls(commit)),
        None => path.into_owned(),
    }
}

/// Whether it works, as far as anybody has said.
fn standing(credential: &Assessment) -> String {
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

/// The lines below the source: level, name, text.
fn remarks(credential: &Assessment) -> Vec<(Level<'static>, &'static str, String)> {
    let mut remarks = Vec::new();
    if credential.liveness.is_dead() {
        let others = others(credential);
        if !others.is_empty() {
            remarks.push((Level::INFO, "also in", others));
        }
        return remarks;
    }
    let ownership = ownership(credential);
    if !ownership.is_empty() {
        remarks.push((Level::INFO, "whose", ownership));
    }
    let (known, supposed): (Vec<&Power>, Vec<&Power>) = credential
        .powers
        .iter()
        .partition(|power| !matches!(power.capability.evidence, Evidence::Inferred | Evidence::Unknown));
    if !known.is_empty() {
        remarks.push((Level::ERROR, "can", powers(&known)));
    }
    if !supposed.is_empty() {
        remarks.push((Level::WARNING, "could", format!("{} (not proven, not ruled out)", powers(&supposed))));
    }
    if !credential.unmapped.is_empty() {
        let words = first_few(escaped(&credential.unmapped), SHOWN);
        remarks.push((Level::WARNING, "could", format!("something that has no meaning here yet: {words}")));
    }
    remarks.extend(needs::needs(credential).map(|needs| (Level::INFO, "needs", needs)));
    remarks.extend(needs::can_also(credential).map(|also| (Level::WARNING, "can also", also)));
    if !credential.over_privilege.is_empty() {
        remarks.push((Level::WARNING, "too much", too_much(credential)));
    }
    let remedy = &credential.remedy;
    remarks.push((
        Level::HELP,
        "do",
        format!("revoke it: {}\n{}", escape_controls(&remedy.revoke), escape_controls(&remedy.replace)),
    ));
    if let Some(score) = credential.score {
        let proven = match credential.proven {
            Some(proven) => format!("{proven} proven"),
            None => "nothing proven".to_owned(),
        };
        let vector = credential.vector.as_deref().unwrap_or_default();
        remarks.push((Level::INFO, "score", format!("{score}, {proven}\n{}", escape_controls(vector))));
    }
    if !credential.reasons.is_empty() {
        remarks.push((Level::INFO, "why", escaped(&credential.reasons).collect::<Vec<_>>().join(" ")));
    }
    let others = others(credential);
    if !others.is_empty() {
        remarks.push((Level::INFO, "also in", others));
    }
    if !credential.gaps.is_empty() {
        let gaps = credential.gaps.iter().map(|gap| escape_controls(&gap.to_string()).into_owned());
        remarks.push((Level::WARNING, "not known", first_few(gaps, SHOWN)));
    }
    if let Some(unconfirmed) = &credential.unconfirmed {
        remarks.push((Level::NOTE, "unconfirmed", escape_controls(unconfirmed).into_owned()));
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

fn others(credential: &Assessment) -> String {
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

fn escaped(texts: &[String]) -> impl Iterator<Item = String> {
    texts.iter().map(|text| escape_controls(text).into_owned())
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
    let stats = &report.stats;
    if report.checked_nothing() {
        let loud = paint(style, AnsiColor::BrightRed, "No file was read: nothing has been checked.");
        writeln!(out, "{loud}")?;
    }
    let found = &report.credentials;
    let verdict = if found.is_empty() {
        paint(style, AnsiColor::BrightGreen, "No credentials found")
    } else {
        let color =
            if found.iter().all(|one| one.band.is_none()) { AnsiColor::BrightGreen } else { AnsiColor::BrightRed };
        format!("{}: {}", paint(style, color, &count(found.len(), "credential")), tally(found))
    };
    let incomplete = report.notes.iter().filter(|note| note.incomplete).count();
    let mut read: Vec<String> = suppressed::tally(&report.suppressed).into_iter().collect();
    read.push(format!("{} read ({})", count(stats.files, "file"), size(stats.bytes)));
    read.push(if stats.skipped == 0 { "nothing skipped".to_owned() } else { format!("{} skipped", stats.skipped) });
    if incomplete > 0 {
        read.push(format!("{incomplete} could not be read"));
    }
    read.push(if stats.requests == 0 {
        "nobody asked".to_owned()
    } else {
        format!("{} sent", count(stats.requests, "request"))
    });
    let line =
        if stats.files == 0 && found.is_empty() { read.join(", ") } else { format!("{verdict}; {}", read.join(", ")) };
    writeln!(out, "{}.", wrap(&line, style.width))
}

/// How many of each band, then how many of them hold too much, are dead, or are not certain.
fn tally(found: &[Assessment]) -> String {
    let mut parts: Vec<(usize, &str)> = Vec::new();
    for &band in Band::ALL.iter().rev() {
        parts.push((found.iter().filter(|one| one.band == Some(band)).count(), band.word()));
    }
    parts.push((found.iter().filter(|one| one.liveness.is_dead()).count(), "dead"));
    parts.push((found.iter().filter(|one| !one.over_privilege.is_empty()).count(), "over-privileged"));
    parts.push((
        found.iter().filter(|one| matches!(one.liveness, Liveness::Unknown(_))).count(),
        "without an answer from the issuer",
    ));
    let parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    parts.join(", ")
}

fn paint(style: &Style, color: AnsiColor, text: &str) -> String {
    if !style.color {
        return text.to_owned();
    }
    let paint = Paint::new().bold().fg_color(Some(color.into()));
    format!("{paint}{text}{paint:#}")
}

fn size(bytes: u64) -> String {
    const STEP: u64 = 1000;
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} bytes"),
        1_000..1_000_000 => (STEP, "kB"),
        1_000_000..1_000_000_000 => (STEP * STEP, "MB"),
        _ => (STEP * STEP * STEP, "GB"),
    };
    format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
}
