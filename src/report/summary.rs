//! What the end of a report says in one line: what was found, what was read, and what was not.

use super::suppressed;
use crate::assess::model::{Assessment, Report};
use crate::capability::Band;
use crate::inspect::answer::Liveness;
use crate::wording::count;

/// A scan that read no file at all says so loudly.
pub const NOTHING_READ: &str = "No file was read: nothing has been checked.";

/// What was found, as a sentence without its end.
pub fn verdict(found: &[Assessment]) -> String {
    match found.len() {
        0 => "No credentials found".to_owned(),
        number => format!("{}: {}", count(number, "credential"), tally(found)),
    }
}

/// How many of each band, worst first.
pub fn bands<'a>(found: impl Iterator<Item = &'a Assessment> + Clone) -> String {
    let of = |band: Band| (found.clone().filter(|one| one.band == Some(band)).count(), band.word());
    listed(Band::ALL.iter().rev().map(|&band| of(band)))
}

/// How many of each band, then how many of them hold too much, are dead, or are not certain.
pub fn tally(found: &[Assessment]) -> String {
    let number = |fits: fn(&Assessment) -> bool| found.iter().filter(|one| fits(one)).count();
    let others = listed([
        (number(|one| one.liveness.is_dead()), "dead"),
        (number(|one| !one.over_privilege.is_empty()), "over-privileged"),
        (number(|one| matches!(one.liveness, Liveness::Unknown(_))), "without an answer from the issuer"),
    ]);
    let parts = [bands(found.iter()), others];
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn listed(parts: impl IntoIterator<Item = (usize, &'static str)>) -> String {
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    parts.map(|(number, what)| format!("{number} {what}")).collect::<Vec<_>>().join(", ")
}

/// What is not reported, what was read, skipped, not read and asked.
pub fn read(report: &Report) -> String {
    let stats = &report.stats;
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
    read.join(", ")
}

/// The whole line.
pub fn line(report: &Report) -> String {
    match (report.stats.files, report.credentials.as_slice()) {
        (0, []) => format!("{}.", read(report)),
        (_, found) => format!("{}; {}.", verdict(found), read(report)),
    }
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
