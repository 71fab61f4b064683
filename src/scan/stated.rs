//! What the structure of a file states, judged: a place for a password may hold a reference, or the
//! word that a template was delivered with.

use std::ops::Range;

use super::place::Place;
use super::{ordinary, placeholder};
use crate::carrier::{self, Stated};
use crate::finding::Confidence;
use crate::source::Entry;

/// Less keeps nobody out, and stands in templates for anything.
const SHORTEST: usize = 3;

/// Whether it is a file of known structure.
pub(super) fn knows(entry: &Entry) -> bool {
    carrier::knows(&entry.path)
}

/// What was read from a structure.
#[derive(Default)]
pub(super) struct Read {
    pub(super) stated: Vec<Stated>,
    /// Where something stands, whether or not it is a secret.
    pub(super) at: Vec<usize>,
    /// There may be more.
    pub(super) is_full: bool,
}

/// The secrets that a file of known structure states; on these lines alone, where they are given.
pub(super) fn read(bytes: &[u8], lines: Option<&[Range<usize>]>, entry: &Entry, place: &Place) -> Read {
    if !knows(entry) {
        return Read::default();
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Read::default() };
    let Some(lines) = lines else { return read_text(text, entry, place) };
    let mut part = String::with_capacity(1 + lines.iter().map(Range::len).sum::<usize>());
    // An empty line first: what begins a text is no matter of these lines, unless they begin it.
    if lines.first().is_none_or(|line| line.start > 0) {
        part.push('\n');
    }
    let mut starts = Vec::with_capacity(lines.len());
    for line in lines {
        starts.push((part.len(), line.start));
        part.push_str(&text[line.clone()]);
    }
    let mut read = read_text(&part, entry, place);
    let outer = |at: usize| {
        let (inner, start) = starts[starts.partition_point(|&(inner, _)| inner <= at).max(1) - 1];
        at - inner + start
    };
    read.at.iter_mut().for_each(|at| *at = outer(*at));
    for Stated { span, .. } in &mut read.stated {
        let start = outer(span.start);
        *span = start..start + span.len();
    }
    read
}

fn read_text(text: &str, entry: &Entry, place: &Place) -> Read {
    let stated = carrier::read(&entry.path, text).unwrap_or_default();
    Read {
        at: stated.iter().map(|found| found.span.start).collect(),
        is_full: stated.len() >= carrier::MOST,
        stated: stated.into_iter().filter_map(|found| judged(found, text, place)).collect(),
    }
}

fn judged(mut found: Stated, text: &str, place: &Place) -> Option<Stated> {
    let value = found.value.as_deref().unwrap_or(&text[found.span.clone()]);
    // `/run/secrets/password`: what is there is elsewhere.
    let is_path = value.starts_with('/') && value[1..].contains('/') && ordinary::randomness(value.as_bytes()) < 0.0;
    if value.len() < SHORTEST || is_path || placeholder::is_template(found.kind, value) {
        return None;
    }
    // Whoever practises or fills in a form types such words; elsewhere they are bad passwords.
    if (place.practice || place.template) && placeholder::is_placeholder(found.kind, value) {
        found.confidence = Confidence::Low;
    }
    Some(found)
}
