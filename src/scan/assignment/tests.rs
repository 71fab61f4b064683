//! Assignments, with generated values in them.

mod found;
mod hostile;
mod none;

use super::*;
use crate::detector::sample;
use crate::scan::place::Place;

/// What is found in the text, in which `{}` stands for a generated value.
pub(super) fn found(path: &str, text: &str, template: &str) -> Vec<(String, Confidence)> {
    let value = sample::generate(template, 7).unwrap().text;
    let text = text.replace("{}", &value);
    let bytes = text.as_bytes();
    let place = Place::of(path);
    let mut found: Vec<Assigned> = Vec::new();
    for word in words() {
        for (at, _) in text.to_ascii_lowercase().match_indices(word) {
            for assigned in find(bytes, at, &place) {
                if !found.contains(&assigned) {
                    found.push(assigned);
                }
            }
        }
    }
    found.into_iter().map(|assigned| (text[assigned.secret].replace(&value, "{}"), assigned.confidence)).collect()
}

fn finds(path: &str, text: &str) -> bool {
    found(path, text, "{base62:32}") == [("{}".to_owned(), Confidence::High)]
}
