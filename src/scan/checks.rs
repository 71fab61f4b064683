//! What a match must pass before it is believed.

use std::collections::BTreeMap;

use super::{ordinary, placeholder};
use crate::detector::model::{Decodes, Detector};
use crate::finding::Confidence;
use crate::secret::Secret;

/// How sure a match is, or nothing when it is no credential.
pub(super) fn confidence(
    detector: &Detector,
    is_rule: bool,
    value: &str,
    parts: &BTreeMap<String, Secret>,
) -> Option<Confidence> {
    let is_placeholder = placeholder::is_placeholder(&detector.id, value);
    if is_placeholder && !is_rule {
        return None;
    }
    if detector.entropy.is_some_and(|least| entropy(value) < least) {
        return None;
    }
    if detector.drawn && ordinary::randomness(value.as_bytes()) < ordinary::DRAWN {
        return None;
    }
    if detector.decodes.as_ref().is_some_and(|decodes| !decodes_as(decodes, value, parts)) {
        return None;
    }
    match detector.checksum {
        // A wrong checksum makes a typed or invented token, or a newer form: not dropped, but
        // nobody's hook stops for it.
        Some(checksum) if !checksum.holds(value) => Some(Confidence::Low),
        // Whoever wrote the rule asked for it.
        _ if is_placeholder => Some(Confidence::Low),
        _ => Some(detector.confidence),
    }
}

fn decodes_as(decodes: &Decodes, value: &str, parts: &BTreeMap<String, Secret>) -> bool {
    let text = match &decodes.of {
        Some(part) => parts.get(part).map(Secret::expose),
        None => Some(value),
    };
    text.and_then(|text| decodes.with.decode(text).ok())
        .is_some_and(|document| decodes.conditions.iter().all(|condition| condition.holds(&[&document])))
}

/// Shannon entropy in bits a character.
pub(super) fn entropy(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = value.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

/// Whether letters of both cases stand in it.
pub(super) fn is_mixed_case(value: &str) -> bool {
    value.contains(|c: char| c.is_ascii_lowercase()) && value.contains(|c: char| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_in_bits_a_character() {
        assert_eq!(entropy("aaaa"), 0.0);
        assert_eq!(entropy("abab"), 1.0);
        assert_eq!(entropy("0123456789abcdef"), 4.0);
        assert_eq!(entropy(""), 0.0);
    }
}
