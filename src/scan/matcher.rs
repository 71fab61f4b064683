//! Patterns in windows around the keywords' hits, checks, companions: from bytes to candidates.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use regex::bytes::Captures;

use super::assignment::{self, Assigned};
use super::encoded::{Region, Regions};
use super::keywords::{Keywords, Wake};
use super::lines::Lines;
use super::place::{self, Place};
use super::settle::{Hit, settle};
use super::{checks, context, lines};
use crate::detector::{Detectors, LONGEST_MATCH};
use crate::finding::{Candidate, Confidence, Location, WRITTEN};
use crate::secret::Secret;
use crate::source::Entry;

/// How far around a keyword its pattern is tried, where the pattern is not longer itself.
const BEFORE: usize = 160;
const AFTER: usize = 640;
/// How far away a companion may stand, in bytes, however long the lines are.
const COMPANION: usize = 4 << 10;

/// So many candidates of one file are looked at; more make it a dump, which is said.
pub(super) const CANDIDATES: usize = 10_000;

/// What one file gave.
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    /// Why more is encoded in it than was decoded, if there is.
    pub(super) cut: Option<&'static str>,
}

/// What the literal pass points at in one text.
#[derive(Default)]
struct Pointed {
    /// Where each detector looks.
    windows: BTreeMap<usize, Vec<Range<usize>>>,
    assigned: BTreeMap<usize, Assigned>,
}

/// A text that is searched, and where it lies.
#[derive(Clone, Copy)]
struct Searched<'s> {
    /// The file's, or what a part of it decodes to.
    bytes: &'s [u8],
    region: Option<&'s Region>,
    /// The number of the region, from one; zero for the file itself.
    layer: usize,
    file: &'s [u8],
    lines: &'s Lines<'s>,
    entry: &'s Entry,
}

pub(super) fn find(bytes: &[u8], entry: &Entry, detectors: &Detectors, keywords: &Keywords, binary: bool) -> Found {
    let place = Place::of(&entry.path);
    let mut regions = Regions::of(bytes);
    let pointed = point(bytes, detectors, keywords, (!binary).then_some(&place), &mut |wake, at| match wake {
        Wake::Encoded(form) => regions.hit(at, keywords.form(form)),
        Wake::Detector(number) if !binary && detectors.detector(number).is_anchored() => {
            regions.keyword(at, detectors.longest(number));
        }
        Wake::Detector(_) | Wake::Assignment => {}
    });
    let (regions, cut) = regions.finish();
    if pointed.windows.is_empty() && pointed.assigned.is_empty() && regions.is_empty() {
        return Found { candidates: Vec::new(), cut };
    }
    let lines = Lines::of(bytes);
    let mut hits: Vec<Hit> = Vec::new();
    let file = Searched { bytes, region: None, layer: 0, file: bytes, lines: &lines, entry };
    search(&file, pointed, detectors, &mut hits);
    let inside = Place { text: place::Text::Lines, ..place };
    for (number, region) in regions.iter().enumerate() {
        let binary = binary || memchr::memchr(0, &region.text).is_some();
        // One level is undone: what is encoded in there is left alone.
        let pointed = point(&region.text, detectors, keywords, (!binary).then_some(&inside), &mut |_, _| ());
        let searched = Searched { bytes: &region.text, region: Some(region), layer: number + 1, ..file };
        search(&searched, pointed, detectors, &mut hits);
    }
    Found { candidates: settle(bytes, hits, detectors), cut }
}

/// The literal pass over one text, which has a place where it is none that is binary; `on_hit` is
/// told of every hit.
fn point(
    bytes: &[u8],
    detectors: &Detectors,
    keywords: &Keywords,
    place: Option<&Place>,
    on_hit: &mut dyn FnMut(Wake, usize),
) -> Pointed {
    let mut pointed = Pointed::default();
    keywords.each_hit(bytes, |wake, at| {
        on_hit(wake, at);
        match wake {
            Wake::Detector(number) => {
                let detector = detectors.detector(number);
                if place.is_none() && !(detector.is_anchored() && detector.confidence == Confidence::High) {
                    return;
                }
                let reach = detectors.longest(number);
                let window = at.saturating_sub(BEFORE.max(reach))..(at + AFTER.max(reach)).min(bytes.len());
                let list = pointed.windows.entry(number).or_default();
                match list.last_mut() {
                    // Two keywords of a detector may be hit in another order than they stand in.
                    Some(last) if last.end >= window.start => {
                        *last = last.start.min(window.start)..last.end.max(window.end);
                    }
                    _ => list.push(window),
                }
            }
            Wake::Assignment if pointed.assigned.len() < CANDIDATES => {
                if let Some(found) = place.and_then(|place| assignment::find(bytes, at, place)) {
                    pointed.assigned.insert(found.secret.start, found);
                }
            }
            Wake::Assignment | Wake::Encoded(_) => {}
        }
    });
    pointed
}

fn search(searched: &Searched<'_>, pointed: Pointed, detectors: &Detectors, hits: &mut Vec<Hit>) {
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (number, list) in pointed.windows {
        let Some(pattern) = detectors.pattern(number) else { continue };
        for window in list {
            // The text before the window still decides about word boundaries; only the end is cut.
            let text = &searched.bytes[..window.end];
            let mut from = window.start;
            while hits.len() < CANDIDATES
                && let Some(captures) = pattern.captures_at(text, from)
            {
                let whole = captures.get(0).expect("group 0 is the match").range();
                from = whole.end.max(whole.start + 1);
                if let Some(hit) = hit(searched, detectors, number, &captures)
                    && seen.insert((number, hit.inner.start))
                {
                    hits.push(hit);
                }
            }
        }
    }
    // What stands in a name's way is escaped there; the file itself was read with that in mind.
    if searched.region.is_none_or(Region::is_packed) {
        hits.extend(pointed.assigned.into_values().filter_map(|found| assigned_hit(searched, detectors, found)));
    }
}

/// What was assigned to a name, unless the catalogue has no such kind.
fn assigned_hit(searched: &Searched<'_>, detectors: &Detectors, found: Assigned) -> Option<Hit> {
    let number = detectors.number_of(found.kind)?;
    let key = String::from_utf8_lossy(&searched.bytes[found.name]).into_owned();
    let covered = vec![found.secret.clone()];
    searched.placed(number, found.confidence, BTreeMap::new(), Some(key), found.secret, covered)
}

impl Searched<'_> {
    /// A find in its place; `covered` is the whole match, and where its other parts stand.
    fn placed(
        &self,
        detector: usize,
        confidence: Confidence,
        mut parts: BTreeMap<String, Secret>,
        key: Option<String>,
        inner: Range<usize>,
        covered: Vec<Range<usize>>,
    ) -> Option<Hit> {
        let value = std::str::from_utf8(&self.bytes[inner.clone()]).ok()?;
        let outer = |part: &Range<usize>| self.region.map_or_else(|| part.clone(), |region| region.outer_of(part));
        let secret = outer(&inner);
        let mut key = key;
        if let Some(region) = self.region {
            key = key.or_else(|| context::assigned_key(self.file, region.outer.start));
            // Of a whole file that was packed, its beginning is enough: no more of it is ever shown.
            let written = &self.file[secret.start..secret.end.min(secret.start + LONGEST_MATCH)];
            if written != value.as_bytes() {
                parts.insert(WRITTEN.to_owned(), Secret::new(String::from_utf8_lossy(written)));
            }
        }
        let (line, column) = self.lines.position(secret.start);
        let (end_line, end_column) = self.lines.position(secret.end);
        let location = Location {
            path: self.entry.path.clone(),
            line,
            column,
            end_line,
            end_column,
            origin: self.entry.origin,
            tracked: self.entry.tracked,
            ignored: self.entry.ignored,
            commit: None,
            key,
            excerpt: String::new(),
            excerpt_from: 1,
        };
        let length = covered.first().map_or(0, |whole| outer(whole).len());
        let candidate = Candidate { detector, secret: Secret::new(value), parts, confidence, location };
        Some(Hit { candidate, secret, length, layer: self.layer, inner, covered })
    }
}

fn hit(searched: &Searched<'_>, detectors: &Detectors, number: usize, captures: &Captures<'_>) -> Option<Hit> {
    let bytes = searched.bytes;
    let detector = detectors.detector(number);
    let whole = captures.get(0)?.range();
    let mut parts: BTreeMap<String, Secret> = BTreeMap::new();
    for name in detectors.pattern(number)?.capture_names().flatten().filter(|name| *name != "secret") {
        if let Some(group) = captures.name(name) {
            parts.insert(name.to_owned(), Secret::new(std::str::from_utf8(group.as_bytes()).ok()?));
        }
    }
    let mut secret = captures.name("secret").map(|group| group.range());
    let mut covered = vec![whole.clone()];
    for position in 0..detector.companions.len() {
        let (companion, _) = detectors.companion(number, position);
        match find_companion(bytes, detectors, number, position, &whole) {
            Some(found) if companion.name == "secret" => secret = Some(found),
            Some(found) => {
                let text = std::str::from_utf8(&bytes[found.clone()]).ok()?;
                covered.push(found);
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
    let key = key(bytes, &whole, &secret);
    searched.placed(number, confidence, parts, key, secret, covered)
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
