//! Patterns in windows around the keywords' hits, checks, companions: from bytes to candidates.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use regex::bytes::Captures;

use super::assignment::{self, Assigned};
use super::keywords::{Keywords, Wake};
use super::lines::Lines;
use super::place::Place;
use super::{checks, context, lines};
use crate::detector::Detectors;
use crate::finding::{Candidate, Confidence, Location};
use crate::secret::Secret;
use crate::source::Entry;

/// How far around a keyword its pattern is tried, where the pattern is not longer itself.
const BEFORE: usize = 160;
const AFTER: usize = 640;
/// How far away a companion may stand, in bytes, however long the lines are.
const COMPANION: usize = 4 << 10;
/// The longest line excerpt that is kept, in bytes.
const EXCERPT: usize = 400;

/// So many candidates of one file are looked at; more make it a dump, which is said.
pub(super) const CANDIDATES: usize = 10_000;

/// A candidate with the bytes that it covers, until the file is done.
struct Hit {
    candidate: Candidate,
    secret: Range<usize>,
    whole: Range<usize>,
    /// Where its other parts stand: none of them is a find of its own.
    beside: Vec<Range<usize>>,
}

pub(super) fn find(
    bytes: &[u8],
    entry: &Entry,
    detectors: &Detectors,
    keywords: &Keywords,
    binary: bool,
) -> Vec<Candidate> {
    let place = Place::of(&entry.path);
    let mut windows: BTreeMap<usize, Vec<Range<usize>>> = BTreeMap::new();
    let mut assigned: BTreeMap<usize, Assigned> = BTreeMap::new();
    keywords.each_hit(bytes, |wake, at| match wake {
        Wake::Detector(number) => {
            let detector = detectors.detector(number);
            if binary && !(detector.is_anchored() && detector.confidence == Confidence::High) {
                return;
            }
            let reach = detectors.longest(number);
            let window = at.saturating_sub(BEFORE.max(reach))..(at + AFTER.max(reach)).min(bytes.len());
            let list = windows.entry(number).or_default();
            match list.last_mut() {
                // Two keywords of a detector may be hit in another order than they stand in.
                Some(last) if last.end >= window.start => {
                    *last = last.start.min(window.start)..last.end.max(window.end);
                }
                _ => list.push(window),
            }
        }
        Wake::Assignment if binary || assigned.len() >= CANDIDATES => {}
        Wake::Assignment => {
            if let Some(found) = assignment::find(bytes, at, &place) {
                assigned.insert(found.secret.start, found);
            }
        }
    });
    if windows.is_empty() && assigned.is_empty() {
        return Vec::new();
    }
    let lines = Lines::of(bytes);
    let mut hits: Vec<Hit> = Vec::new();
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (number, list) in windows {
        let Some(pattern) = detectors.pattern(number) else { continue };
        for window in list {
            // The text before the window still decides about word boundaries; only the end is cut.
            let text = &bytes[..window.end];
            let mut from = window.start;
            while hits.len() < CANDIDATES
                && let Some(captures) = pattern.captures_at(text, from)
            {
                let whole = captures.get(0).expect("group 0 is the match").range();
                from = whole.end.max(whole.start + 1);
                if let Some(hit) = hit(bytes, &lines, entry, detectors, number, &captures)
                    && seen.insert((number, hit.secret.start))
                {
                    hits.push(hit);
                }
            }
        }
    }
    hits.extend(assigned.into_values().filter_map(|found| assigned_hit(bytes, &lines, entry, detectors, found)));
    settle(bytes, hits, detectors)
}

/// What was assigned to a name, unless the catalogue has no such kind.
fn assigned_hit(bytes: &[u8], at: &Lines<'_>, entry: &Entry, detectors: &Detectors, found: Assigned) -> Option<Hit> {
    let detector = detectors.number_of(found.kind)?;
    let value = std::str::from_utf8(&bytes[found.secret.clone()]).ok()?;
    let key = String::from_utf8_lossy(&bytes[found.name]).into_owned();
    let location = location(at, entry, &found.secret, Some(key));
    let secret = Secret::new(value);
    let candidate = Candidate { detector, secret, parts: BTreeMap::new(), confidence: found.confidence, location };
    Some(Hit { candidate, whole: found.secret.clone(), secret: found.secret, beside: Vec::new() })
}

fn location(at: &Lines<'_>, entry: &Entry, secret: &Range<usize>, key: Option<String>) -> Location {
    let (line, column) = at.position(secret.start);
    let (end_line, end_column) = at.position(secret.end);
    Location {
        path: entry.path.clone(),
        line,
        column,
        end_line,
        end_column,
        origin: entry.origin,
        tracked: entry.tracked,
        ignored: entry.ignored,
        commit: None,
        key,
        excerpt: String::new(),
        excerpt_from: 1,
    }
}

fn hit(
    bytes: &[u8],
    at: &Lines<'_>,
    entry: &Entry,
    detectors: &Detectors,
    number: usize,
    captures: &Captures<'_>,
) -> Option<Hit> {
    let detector = detectors.detector(number);
    let whole = captures.get(0)?.range();
    let mut parts: BTreeMap<String, Secret> = BTreeMap::new();
    for name in detectors.pattern(number)?.capture_names().flatten().filter(|name| *name != "secret") {
        if let Some(group) = captures.name(name) {
            parts.insert(name.to_owned(), Secret::new(std::str::from_utf8(group.as_bytes()).ok()?));
        }
    }
    let mut secret = captures.name("secret").map(|group| group.range());
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
    let secret = secret?;
    let value = std::str::from_utf8(&bytes[secret.clone()]).ok()?;
    if detector.context.as_ref().is_some_and(|rule| !context::fits(rule, bytes, secret.start)) {
        return None;
    }
    let confidence = checks::confidence(detector, value, &parts)?;
    let location = location(at, entry, &secret, key(bytes, &whole, &secret));
    let candidate = Candidate { detector: number, secret: Secret::new(value), parts, confidence, location };
    Some(Hit { candidate, secret, whole, beside })
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

/// One candidate for each value: of two that overlap, the one whose look says more.
fn settle(bytes: &[u8], mut hits: Vec<Hit>, detectors: &Detectors) -> Vec<Candidate> {
    hits.sort_by_key(|hit| {
        let rank = detectors.rank(hit.candidate.detector);
        let length = hit.whole.len();
        (std::cmp::Reverse((rank.0, length, rank.1)), hit.secret.start, hit.candidate.detector)
    });
    let mut kept: BTreeMap<usize, Hit> = BTreeMap::new();
    let mut parts: BTreeSet<(usize, usize)> = BTreeSet::new();
    for hit in hits {
        let has_look = detectors.detector(hit.candidate.detector).pattern.is_some();
        if !has_look && parts.contains(&(hit.secret.start, hit.secret.end)) {
            continue;
        }
        // The kept ones do not overlap: only the neighbours can.
        let before = kept.range(..hit.secret.end).next_back();
        if before.is_none_or(|(_, other)| other.secret.end <= hit.secret.start) {
            parts.extend(hit.beside.iter().map(|part| (part.start, part.end)));
            kept.insert(hit.secret.start, hit);
        }
    }
    let mut kept: Vec<Hit> = kept.into_values().collect();
    let spans: Vec<(Range<usize>, usize)> = kept
        .iter()
        .map(|hit| (hit.secret.clone(), shown_prefix(&detectors.detector(hit.candidate.detector).prefix)))
        .collect();
    for hit in &mut kept {
        let (text, from) = excerpt(bytes, &hit.secret, &spans);
        hit.candidate.location.excerpt = text;
        hit.candidate.location.excerpt_from = from;
    }
    kept.into_iter().map(|hit| hit.candidate).collect()
}

/// How much of the value may be shown: its public prefix, and no more than twelve characters.
pub(super) fn shown_prefix(prefix: &str) -> usize {
    prefix.len().min(12)
}

/// The first line of the secret, with every secret on it masked at its width, and the column that
/// it begins at.
fn excerpt(bytes: &[u8], secret: &Range<usize>, spans: &[(Range<usize>, usize)]) -> (String, usize) {
    let start = lines::line_start(bytes, secret.start).max(secret.start.saturating_sub(EXCERPT / 2));
    let end = lines::line_end(bytes, secret.start).min(start + EXCERPT);
    let mut line = bytes[start..end].to_vec();
    let first = spans.partition_point(|(span, _)| span.end <= start);
    for (span, prefix) in spans[first..].iter().take_while(|(span, _)| span.start < end) {
        let from = (span.start + prefix).clamp(start, end);
        let to = span.end.clamp(start, end);
        if from < to {
            line[from - start..to - start].fill(b'*');
        }
    }
    let from = lines::characters(&bytes[lines::line_start(bytes, secret.start)..start]) + 1;
    (String::from_utf8_lossy(&line).into_owned(), from)
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
