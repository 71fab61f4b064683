//! Patterns in windows around the keywords' hits, checks, companions: from bytes to candidates.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use regex::bytes::Captures;

use super::encoded::{Region, Regions};
use super::keywords::{Keywords, Wake};
use super::lines::Lines;
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

/// Where each detector looks.
type Windows = BTreeMap<usize, Vec<Range<usize>>>;

/// The text that is searched, and where it lies.
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

impl Searched<'_> {
    /// Where a part of the text is written.
    fn written(&self, part: &Range<usize>) -> Range<usize> {
        self.region.map_or_else(|| part.clone(), |region| region.outer_of(part))
    }
}

pub(super) fn find(bytes: &[u8], entry: &Entry, detectors: &Detectors, keywords: &Keywords, binary: bool) -> Found {
    let mut regions = Regions::of(bytes);
    let windows = windows(bytes, detectors, keywords, binary, &mut |wake, at| match wake {
        Wake::Encoded(form) => regions.hit(at, form),
        Wake::Detector(number) if detectors.detector(number).is_anchored() && !binary => {
            regions.keyword(at, detectors.longest(number));
        }
        Wake::Detector(_) => {}
    });
    let (regions, cut) = regions.finish();
    if windows.is_empty() && regions.is_empty() {
        return Found { candidates: Vec::new(), cut };
    }
    let lines = Lines::of(bytes);
    let mut hits: Vec<Hit> = Vec::new();
    let file = Searched { bytes, region: None, layer: 0, file: bytes, lines: &lines, entry };
    search(&file, windows, detectors, &mut hits);
    for (number, region) in regions.iter().enumerate() {
        let binary = binary || memchr::memchr(0, &region.text).is_some();
        // One level is undone: what is encoded in there is left alone.
        let windows = self::windows(&region.text, detectors, keywords, binary, &mut |_, _| ());
        let inside = Searched { bytes: &region.text, region: Some(region), layer: number + 1, ..file };
        search(&inside, windows, detectors, &mut hits);
    }
    Found { candidates: settle(bytes, hits, detectors), cut }
}

/// The windows that the literal pass opens; `on_hit` is told of each hit.
fn windows<'k>(
    bytes: &[u8],
    detectors: &Detectors,
    keywords: &'k Keywords,
    binary: bool,
    on_hit: &mut dyn FnMut(Wake<'k>, usize),
) -> Windows {
    let mut windows = Windows::new();
    keywords.each_hit(bytes, |wake, at| {
        on_hit(wake, at);
        let Wake::Detector(number) = wake else { return };
        let detector = detectors.detector(number);
        if binary && !(detector.is_anchored() && detector.confidence == Confidence::High) {
            return;
        }
        let reach = detectors.longest(number);
        let window = at.saturating_sub(BEFORE.max(reach))..(at + AFTER.max(reach)).min(bytes.len());
        let list = windows.entry(number).or_default();
        match list.last_mut() {
            Some(last) if last.end >= window.start => last.end = last.end.max(window.end),
            _ => list.push(window),
        }
    });
    windows
}

fn search(searched: &Searched<'_>, windows: Windows, detectors: &Detectors, hits: &mut Vec<Hit>) {
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (number, list) in windows {
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
}

fn hit(searched: &Searched<'_>, detectors: &Detectors, number: usize, captures: &Captures<'_>) -> Option<Hit> {
    let Searched { bytes, file, entry, lines: at, .. } = *searched;
    let detector = detectors.detector(number);
    let whole = captures.get(0)?.range();
    let mut parts: BTreeMap<String, Secret> = BTreeMap::new();
    for name in detectors.pattern(number)?.capture_names().flatten().filter(|name| *name != "secret") {
        if let Some(group) = captures.name(name) {
            parts.insert(name.to_owned(), Secret::new(std::str::from_utf8(group.as_bytes()).ok()?));
        }
    }
    let mut secret = captures.name("secret").map(|group| group.range());
    for position in 0..detector.companions.len() {
        let (companion, _) = detectors.companion(number, position);
        match find_companion(bytes, detectors, number, position, &whole) {
            Some(found) if companion.name == "secret" => secret = Some(found),
            Some(found) => {
                let text = std::str::from_utf8(&bytes[found]).ok()?;
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
    let confidence = checks::confidence(detector, value, &parts)?;
    let secret = searched.written(&inner);
    let mut key = key(bytes, &whole, &inner);
    if let Some(region) = searched.region {
        key = key.or_else(|| context::assigned_key(file, region.outer.start));
        // Of a whole file that was packed, its beginning is enough: no more of it is ever shown.
        let written = &file[secret.start..secret.end.min(secret.start + LONGEST_MATCH)];
        if written != value.as_bytes() {
            parts.insert(WRITTEN.to_owned(), Secret::new(String::from_utf8_lossy(written)));
        }
    }
    let (line, column) = at.position(secret.start);
    let (end_line, end_column) = at.position(secret.end);
    let location = Location {
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
    };
    let candidate = Candidate { detector: number, secret: Secret::new(value), parts, confidence, location };
    Some(Hit { candidate, secret, length: searched.written(&whole).len(), layer: searched.layer, inner })
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
