//! What the structure of a file states, judged: a place for a password may hold a reference, or the
//! word that a template was delivered with.

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

/// The secrets that a file of known structure states.
pub(super) fn read(bytes: &[u8], entry: &Entry, place: &Place) -> Vec<Stated> {
    if !knows(entry) {
        return Vec::new();
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let stated = carrier::read(&entry.path, text).unwrap_or_default();
    stated.into_iter().filter_map(|found| judged(found, text, place)).collect()
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
