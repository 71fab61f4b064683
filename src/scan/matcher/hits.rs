//! What becomes of a match: its value, what stands beside it and belongs to it, how sure it is, and
//! whether a rule lets it pass. The same for what is found without a pattern.

use std::collections::BTreeMap;
use std::ops::Range;

use regex::bytes::Captures;

use super::super::assignment::Assigned;
use super::super::settle::Hit;
use super::super::{bundle, checks, context, lines};
use super::Searched;
use crate::carrier::Stated;
use crate::detector::Detectors;
use crate::detector::allowed::Seen;
use crate::finding::{Location, WRITTEN};
use crate::secret::Secret;

/// How far away a companion may stand, in bytes, however long the lines are.
const COMPANION: usize = 4 << 10;

/// What a file of known structure states, unless the catalogue has no such kind.
pub(super) fn stated_hit(searched: &Searched<'_>, detectors: &Detectors, found: Stated) -> Option<Hit> {
    let number = detectors.number_of(found.kind)?;
    let written = std::str::from_utf8(&searched.bytes[found.span.clone()]).ok()?;
    let mut parts: BTreeMap<String, Secret> =
        found.parts.into_iter().map(|(name, text)| (name.to_owned(), Secret::new(text))).collect();
    if found.value.is_some() {
        parts.insert(WRITTEN.to_owned(), Secret::new(written));
    }
    let value = Secret::new(found.value.as_deref().unwrap_or(written));
    let candidate = searched.candidate(number, value, parts, found.confidence, &found.span, found.key);
    Some(searched.hit(candidate, &found.span, found.span.clone(), Vec::new()))
}

/// A file that is a key as a whole, unless the catalogue has no such kind. It has no lines.
pub(super) fn bundle_hit(file: &Searched<'_>, detectors: &Detectors, bundle: &str) -> Option<Hit> {
    let number = detectors.number_of(bundle::KIND)?;
    let (whole, confidence) = (0..file.bytes.len(), detectors.detector(number).confidence);
    let mut candidate = file.candidate(number, Secret::new(bundle), BTreeMap::new(), confidence, &whole, None);
    (candidate.location.end_line, candidate.location.end_column) = (1, 2);
    Some(file.hit(candidate, &whole, whole.clone(), Vec::new()))
}

/// What was assigned to a name, unless the catalogue has no such kind.
pub(super) fn assigned_hit(searched: &Searched<'_>, detectors: &Detectors, found: Assigned) -> Option<Hit> {
    let number = detectors.number_of(found.kind)?;
    let value = std::str::from_utf8(&searched.bytes[found.secret.clone()]).ok()?;
    let key = String::from_utf8_lossy(&searched.bytes[found.name]).into_owned();
    let secret = Secret::new(value);
    let candidate = searched.candidate(number, secret, BTreeMap::new(), found.confidence, &found.secret, Some(key));
    Some(searched.hit(candidate, &found.secret, found.secret.clone(), Vec::new()))
}

pub(super) fn hit(
    searched: &Searched<'_>,
    detectors: &Detectors,
    number: usize,
    captures: &Captures<'_>,
) -> Option<Hit> {
    let bytes = searched.bytes;
    let detector = detectors.detector(number);
    let whole = captures.get(0)?.range();
    let mut parts: BTreeMap<String, Secret> = BTreeMap::new();
    for name in detectors.pattern(number)?.capture_names().flatten().filter(|name| *name != "secret") {
        if let Some(group) = captures.name(name) {
            parts.insert(name.to_owned(), Secret::new(std::str::from_utf8(group.as_bytes()).ok()?));
        }
    }
    let mut secret = detectors.secret_in(number, captures);
    let mut beside = Vec::new();
    for position in 0..detector.companions.len() {
        let (companion, _) = detectors.companion(number, position);
        match find_companion(bytes, detectors, number, position, &whole) {
            Some(found) if companion.name == "secret" => secret = Some(found),
            Some(found) => {
                let text = std::str::from_utf8(&bytes[found.clone()]).ok()?;
                beside.push(found);
                // What the match itself names is nearer than anything beside it.
                parts.entry(companion.name.clone()).or_insert_with(|| Secret::new(text));
            }
            None if companion.required => return None,
            None => {
                if let Some(usual) = &companion.otherwise {
                    parts.entry(companion.name.clone()).or_insert_with(|| Secret::new(usual.as_str()));
                }
            }
        }
    }
    let inner = secret?;
    let value = std::str::from_utf8(&bytes[inner.clone()]).ok()?;
    if detector.context.as_ref().is_some_and(|rule| !context::fits(rule, bytes, inner.start)) {
        return None;
    }
    let confidence = checks::confidence(detector, detectors.is_rule(number), value, &parts)?;
    let key = key(bytes, &whole, &inner);
    let line = lines::line_start(bytes, whole.start)..lines::line_end(bytes, whole.end);
    let candidate = searched.candidate(number, Secret::new(value), parts, confidence, &inner, key);
    let Location { path, commit, .. } = &candidate.location;
    let (matched, line) = (&bytes[whole.clone()], &bytes[line]);
    if detectors.lets_pass(number, &Seen { secret: value.as_bytes(), matched, line, path, commit: commit.as_deref() }) {
        return None;
    }
    beside.push(whole.clone());
    Some(searched.hit(candidate, &whole, inner, beside))
}

/// The key that the whole match is assigned to, where the secret is a part of it; else the secret's.
fn key(bytes: &[u8], whole: &Range<usize>, secret: &Range<usize>) -> Option<String> {
    let around = (whole.start < secret.start && secret.end <= whole.end).then_some(whole.start);
    around.and_then(|start| context::assigned_key(bytes, start)).or_else(|| context::assigned_key(bytes, secret.start))
}

/// The companion on the nearest line; the one behind the match where two are as near.
fn find_companion(
    bytes: &[u8],
    detectors: &Detectors,
    number: usize,
    position: usize,
    whole: &Range<usize>,
) -> Option<Range<usize>> {
    let (companion, pattern) = detectors.companion(number, position);
    let (start, end) = lines::around(bytes, whole.start, companion.lines);
    let (start, end) = (start.max(whole.start.saturating_sub(COMPANION)), end.min(whole.end + COMPANION));
    let mut nearest: Option<(usize, Range<usize>)> = None;
    let mut from = start;
    while let Some(captures) = pattern.captures_at(&bytes[..end], from) {
        let all = captures.get(0)?.range();
        let value = captures.name("value").or_else(|| captures.get(0))?.range();
        // Matches may share their borders: go on at the value's end.
        from = value.end.max(all.start + 1);
        let text = String::from_utf8_lossy(&bytes[value.clone()]).into_owned();
        let believed = companion.entropy.is_none_or(|least| checks::entropy(&text) >= least)
            && (!companion.mixed_case || checks::is_mixed_case(&text));
        if !believed {
            continue;
        }
        let distance = match (value.end <= whole.start, value.start >= whole.end) {
            (true, _) => lines::between(bytes, value.end..whole.start),
            (_, true) => lines::between(bytes, whole.end..value.start),
            (false, false) => continue,
        };
        let behind = value.start >= whole.end;
        if nearest
            .as_ref()
            .is_none_or(|(known, at)| distance < *known || (distance == *known && at.start < whole.start))
        {
            nearest = Some((distance, value));
        }
        if behind {
            break;
        }
    }
    nearest.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use crate::detector::{Detectors, sample};
    use crate::scan::scan_text;
    use crate::secret::FingerprintKey;

    /// In some files the secret stands above its id: the one below belongs to the next block.
    #[test]
    fn a_companion_is_taken_from_the_nearest_line() {
        let make = |template: &str, seed: u64| sample::generate(template, seed).unwrap().text;
        let pairs = [0, 1].map(|seed| (make("AKIARZPUZDIK{base32:8}", seed), make("{base64:40}", seed)));
        let [upside_down, usual, packed] =
            ["id={secret}\nkey={id}\n\n", "key={id}\nid={secret}\n\n", "key={id}\nid={secret}\n"];
        for block in [upside_down, usual, packed] {
            let text: String =
                pairs.iter().map(|(id, secret)| block.replace("{id}", id).replace("{secret}", secret)).collect();
            let found = scan_text("sample", &text, &Detectors::load(&[]).unwrap(), &FingerprintKey::fixed());
            let got: Vec<(&str, &str)> =
                found.iter().map(|one| (one.parts["key_id"].expose(), one.secret.expose())).collect();
            let expected = pairs.each_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
            assert_eq!(got, expected, "{block}");
        }
    }
}
