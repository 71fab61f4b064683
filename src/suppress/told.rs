//! What is said about the ignores themselves: those that have ended, that are about nothing any
//! more, or that name what does not exist.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Suppressions;
use crate::detector::Detectors;
use crate::error::nearest;
use crate::finding::{Comment, Finding, Location, Note};
use crate::source::Extent;

/// Which ignores were about something, and what that was, for the first of it.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// By fingerprint.
    baseline: BTreeMap<String, String>,
    /// By the number of the exemption.
    exemptions: BTreeMap<usize, String>,
    /// By path and line.
    comments: BTreeSet<(String, usize)>,
    /// Those that come with the change that is scanned.
    new_comments: BTreeSet<(String, usize)>,
}

impl Told {
    pub(super) fn baseline(&mut self, finding: &Finding, detector: &str, at: &Location) {
        self.baseline.entry(finding.fingerprint.to_string()).or_insert_with(|| place(detector, at));
    }

    pub(super) fn exemption(&mut self, number: usize, detector: &str, at: &Location) {
        self.exemptions.entry(number).or_insert_with(|| place(detector, at));
    }

    pub(super) fn comment(&mut self, comment: &Comment) {
        self.comments.insert((comment.path.clone(), comment.line));
    }

    pub(super) fn new_comment(&mut self, comment: &Comment) {
        self.new_comments.insert((comment.path.clone(), comment.line));
    }

    pub(super) fn notes(
        self,
        suppressions: &Suppressions,
        comments: &[Comment],
        detectors: &Detectors,
        extent: Extent,
    ) -> Vec<Note> {
        let whole = extent != Extent::Part;
        let mut notes = Notes { today: suppressions.today, whole, notes: Vec::new() };
        if let Some(baseline) = &suppressions.baseline {
            for (fingerprint, known) in &baseline.known {
                let about = format!("{}:{}", baseline.name, known.line);
                let what = format!("{} in {}", known.detector, known.path);
                notes.whole = extent.covers(known.beyond);
                notes.on(about, &what, known.until, known.reason.as_deref(), self.baseline.get(fingerprint));
            }
        }
        notes.whole = whole;
        for (number, exemption) in suppressions.exemptions.iter().enumerate() {
            let about = format!("{}:{}", suppressions.config, exemption.line);
            let what = format!("what lies in {}", exemption.paths.join(", "));
            notes.on(about, &what, exemption.until, Some(&exemption.reason), self.exemptions.get(&number));
        }
        for comment in comments {
            let about = format!("{}:{}", comment.path, comment.line);
            let used = self.comments.contains(&(comment.path.clone(), comment.line));
            match wrong(comment, detectors) {
                Some(message) => notes.add("ignore", about, message),
                None if !used && whole => {
                    let ids = comment.detectors.join(", ");
                    notes.add(
                        "stale",
                        about,
                        format!("the comment allows {ids}, and none is found there; take it out"),
                    );
                }
                None => {}
            }
        }
        for (path, line) in self.new_comments {
            let message = "the comment comes with what is scanned and allows nothing in it (--trust-changes heeds it)";
            notes.add("base", format!("{path}:{line}"), message.to_owned());
        }
        notes.notes.extend(suppressions.notes.clone());
        notes.notes.extend(suppressions.foreign.iter().flat_map(|foreign| foreign.notes.clone()));
        notes.notes
    }
}

fn place(detector: &str, at: &Location) -> String {
    format!("{detector} in {}:{}", at.path, at.line)
}

/// Why a comment allows nothing, whatever stands beside it.
fn wrong(comment: &Comment, detectors: &Detectors) -> Option<String> {
    if comment.detectors.is_empty() {
        let message =
            "the comment names no detector and allows nothing; write overscope:allow[DETECTOR] and the reason";
        return Some(message.to_owned());
    }
    let unknown = comment.detectors.iter().find(|id| detectors.number_of(id).is_none())?;
    Some(format!("the comment allows `{unknown}`, {}", no_detector(unknown, detectors)))
}

/// What to say of an id that is none.
pub fn no_detector(unknown: &str, detectors: &Detectors) -> String {
    let known = (0..detectors.len()).map(|number| detectors.id(number));
    match nearest(unknown, known) {
        Some(near) => format!("which is no detector; did you mean `{near}`?"),
        None => "which is no detector; `overscope detectors list` shows them".to_owned(),
    }
}

struct Notes {
    today: Date,
    whole: bool,
    notes: Vec<Note>,
}

impl Notes {
    fn add(&mut self, kind: &'static str, about: String, message: String) {
        self.notes.push(Note { kind, about, message, incomplete: false });
    }

    /// One ignore that may end. `hit`: the first that it is about.
    fn on(&mut self, about: String, what: &str, until: Option<Date>, reason: Option<&str>, hit: Option<&String>) {
        let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        match (until.filter(|until| *until < self.today), hit) {
            (Some(until), Some(hit)) => {
                self.add("expired", about, format!("{hit} was ignored until {until}, and is reported again{reason}"));
            }
            (Some(until), None) if self.whole => {
                self.add(
                    "stale",
                    about,
                    format!("{what} was ignored until {until}, and is not found any more; take it out"),
                );
            }
            (None, None) if self.whole => {
                self.add("stale", about, format!("{what} is ignored{reason}, and nothing of it is found; take it out"));
            }
            _ => {}
        }
    }
}
