//! Patterns in windows around the keywords' hits: from bytes to candidates.

mod hits;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::comments::Comments;
use super::encoded::{Region, Regions};
use super::keywords::{Keywords, Wake};
use super::lines::Lines;
use super::notebook::{self, Part};
use super::place::{self, Place};
use super::reader::{PIECE, Reader, Woken};
use super::settle::{Hit, settle};
use super::{bundle, context, stated};

use crate::detector::{Detectors, LONGEST_MATCH};
use crate::finding::{Candidate, Comment, Confidence, Location, WRITTEN};
use crate::secret::Secret;
use crate::source::Entry;
use hits::{assigned_hit, bundle_hit, hit, stated_hit};

/// So many candidates of one file are looked at; more make it a dump, which is said.
pub(super) const CANDIDATES: usize = 10_000;

/// What one file gave.
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    /// This program's own comments in it.
    pub(super) comments: Vec<Comment>,
    /// Why more is encoded in it than was decoded, if there is.
    pub(super) cut: Option<&'static str>,
    /// Nothing that any detector could take for a find, under whatever path, and nothing that a
    /// change far away could make one of.
    pub(super) clean: bool,
}

/// The text that is searched, and where it lies.
#[derive(Clone, Copy)]
struct Searched<'s> {
    /// The text of the file, or what a part of it decodes to.
    bytes: &'s [u8],
    region: Option<&'s Region>,
    /// A number for each text that is searched.
    layer: usize,
    /// What the region lies in: a part of the file that is read as a text, or all of it.
    text: &'s [u8],
    part: Option<&'s Part>,
    file: &'s [u8],
    lines: &'s Lines<'s>,
    entry: &'s Entry,
}

impl Searched<'_> {
    /// Where a part of the text is written.
    fn written(&self, part: &Range<usize>) -> Range<usize> {
        let part = self.region.map_or_else(|| part.clone(), |region| region.outer_of(part));
        self.part.map_or_else(|| part.clone(), |whole| whole.outer_of(&part))
    }

    /// A candidate whose value stands at `inner`.
    fn candidate(
        &self,
        detector: usize,
        value: Secret,
        mut parts: BTreeMap<String, Secret>,
        confidence: Confidence,
        inner: &Range<usize>,
        mut key: Option<String>,
    ) -> Candidate {
        let span = self.written(inner);
        if let Some(region) = self.region {
            key = key.or_else(|| context::assigned_key(self.text, region.outer.start));
        }
        if self.region.is_some() || self.part.is_some() {
            // Of a whole file that was packed, its beginning is enough: no more of it is ever shown.
            let written = &self.file[span.start..span.end.min(span.start + LONGEST_MATCH)];
            if written != value.expose().as_bytes() {
                parts.insert(WRITTEN.to_owned(), Secret::new(String::from_utf8_lossy(written)));
            }
        }
        let (line, column) = self.lines.position(span.start);
        let (end_line, end_column) = self.lines.position(span.end);
        let location = Location {
            path: self.entry.path.clone(),
            line,
            column,
            end_line,
            end_column,
            origin: self.entry.origin,
            tracked: self.entry.tracked,
            ignored: self.entry.ignored,
            commit: self.entry.commit.clone(),
            key,
            excerpt: String::new(),
            excerpt_from: 1,
            comments: Vec::new(),
        };
        Candidate { detector, secret: value, parts, confidence, location, rests_on: vec![(line, end_line)] }
    }

    fn hit(
        &self,
        mut candidate: Candidate,
        whole: &Range<usize>,
        inner: Range<usize>,
        beside: Vec<Range<usize>>,
    ) -> Hit {
        candidate.rests_on.extend(beside.iter().map(|part| {
            let span = self.written(part);
            (self.lines.position(span.start).0, self.lines.position(span.end).0)
        }));
        let length = self.written(whole).len();
        Hit { candidate, secret: self.written(&inner), length, layer: self.layer, inner, beside }
    }
}

pub(super) fn find(bytes: &[u8], entry: &Entry, detectors: &Detectors, keywords: &Keywords, binary: bool) -> Found {
    let place = Place::of(&entry.path);
    let lines = Lines::of(bytes);
    let file = Searched { bytes, region: None, layer: 0, text: bytes, part: None, file: bytes, lines: &lines, entry };
    let mut seen = Gathered::default();
    let cut = match notebook::parts(bytes, &entry.path).filter(|_| !binary) {
        None => {
            let stated = if binary { Vec::new() } else { stated::read(bytes, entry, &place) };
            let cut = look(file, detectors, keywords, binary, &place, &mut seen);
            seen.hits.extend(stated.into_iter().filter_map(|found| stated_hit(&file, detectors, found)));
            seen.hits.extend(bundle::read(bytes).and_then(|bundle| bundle_hit(&file, detectors, &bundle)));
            cut
        }
        Some(parts) => {
            let mut cut = None;
            for part in &parts {
                // Each text has regions of its own behind it.
                let layer = seen.hits.iter().map(|hit| hit.layer + 1).max().unwrap_or(0);
                let text = Searched { bytes: &part.text, text: &part.text, part: Some(part), layer, ..file };
                let place = Place { text: part.written, practice: place.practice || part.prose, ..place };
                cut = cut.or(look(text, detectors, keywords, false, &place, &mut seen));
            }
            cut
        }
    };
    let clean = !(binary || seen.tells || whole_structure(bytes, entry));
    let Gathered { hits, allowed, .. } = seen;
    let comments = Comments::read(bytes, &lines, &entry.path, if binary { &[] } else { &allowed });
    let mut candidates = if hits.is_empty() { Vec::new() } else { settle(bytes, hits, detectors) };
    for Candidate { location, .. } in &mut candidates {
        location.comments = comments.covering(location.line..=location.end_line);
    }
    Found { candidates, comments: comments.own(), cut, clean }
}

/// What the pass over a text leads to.
#[derive(Default)]
struct Gathered {
    hits: Vec<Hit>,
    /// Where a comment says that something may stay.
    allowed: Vec<usize>,
    /// It is not clean.
    tells: bool,
}

/// Whether the file is read as a whole, by its structure.
fn whole_structure(bytes: &[u8], entry: &Entry) -> bool {
    stated::knows(entry) || notebook::parts(bytes, &entry.path).is_some()
}

/// So far before and behind a change its neighbourhood is looked at again. A hit has a say over a
/// kilobyte on both sides, and two behind it where escapes are resolved; what is taken together with it
/// reaches as far again.
const BEFORE_CHANGE: usize = 3 << 10;
const BEHIND_CHANGE: usize = 5 << 9;

/// Whether these changes leave a clean text clean: nothing is to be found around any of them.
pub(super) fn stays_clean(
    bytes: &[u8],
    changes: &[Range<usize>],
    entry: &Entry,
    detectors: &Detectors,
    keywords: &Keywords,
) -> bool {
    if whole_structure(bytes, entry) {
        return false;
    }
    let mut spans: Vec<Range<usize>> = Vec::new();
    for change in changes {
        let span = change.start.saturating_sub(BEFORE_CHANGE)..(change.end + BEHIND_CHANGE).min(bytes.len());
        match spans.last_mut() {
            Some(last) if last.end >= span.start => last.end = span.end,
            _ => spans.push(span),
        }
    }
    let mut regions = Regions::of(bytes);
    let place = Place::of(&entry.path);
    let reader = Reader { bytes, detectors, keywords, binary: false, place: &place };
    let woken = reader.wake(&spans, &mut |wake, at| reader.decode(wake, at, &mut regions));
    if woken.far || !woken.assigned.is_empty() {
        return false;
    }
    // What was decoded of unchanged text holds what it held.
    let touches = |outer: &Range<usize>| changes.iter().any(|at| at.start <= outer.end && outer.start <= at.end);
    if regions.finish().0.iter().any(|region| touches(&region.outer)) {
        return false;
    }
    let lines = Lines::of(bytes);
    let file = Searched { bytes, region: None, layer: 0, text: bytes, part: None, file: bytes, lines: &lines, entry };
    !search(&file, woken, detectors, &mut Vec::new())
}

/// Searches a text and what is encoded in it; says why more is than was decoded, if there is.
fn look(
    whole: Searched<'_>,
    detectors: &Detectors,
    keywords: &Keywords,
    binary: bool,
    place: &Place,
    Gathered { hits, allowed, tells }: &mut Gathered,
) -> Option<&'static str> {
    let bytes = whole.bytes;
    let mut regions = Regions::of(bytes);
    let reader = Reader { bytes, detectors, keywords, binary, place };
    let woken = reader.wake(std::slice::from_ref(&(0..bytes.len())), &mut |wake, at| match wake {
        Wake::Comment => allowed.push(whole.written(&(at..at + 1)).start),
        _ => reader.decode(wake, at, &mut regions),
    });
    let (regions, cut) = regions.finish();
    *tells |= woken.far || !woken.assigned.is_empty();
    *tells |= search(&whole, woken, detectors, hits);
    let own = Place { text: place::Text::Lines, ..*place };
    for (number, region) in regions.iter().enumerate() {
        let binary = binary || memchr::memchr(0, &region.text).is_some();
        // One level is undone: what is encoded in there is left alone.
        let inner = Reader { bytes: &region.text, binary, place: &own, ..reader };
        let mut woken = inner.wake(std::slice::from_ref(&(0..region.text.len())), &mut |_, _| ());
        if !region.is_packed() {
            // A text that was only escaped is the file's own: what it assigns was read there.
            woken.assigned.clear();
        }
        let layer = whole.layer + number + 1;
        let inside = Searched { bytes: &region.text, region: Some(region), layer, ..whole };
        *tells |= woken.far || !woken.assigned.is_empty();
        *tells |= search(&inside, woken, detectors, hits);
    }
    cut
}

/// Looks where somebody was woken. Says whether any pattern fits at all, whatever came of that.
fn search(searched: &Searched<'_>, woken: Woken, detectors: &Detectors, hits: &mut Vec<Hit>) -> bool {
    let mut fits = false;
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (number, list) in woken.windows {
        let Some(pattern) = detectors.pattern(number) else { continue };
        if !detectors.looks_into(number, &searched.entry.path) {
            continue;
        }
        let piece = if detectors.detector(number).whole_text { PIECE } else { usize::MAX };
        let mut from = 0;
        for window in list {
            // The text before the window still decides about word boundaries; only the end is cut.
            let text = &searched.bytes[..window.end];
            from = from.max(window.start);
            let next = window.start.saturating_add(piece);
            while hits.len() < CANDIDATES
                && let Some(captures) = pattern.captures_at(text, from)
            {
                let whole = captures.get(0).expect("group 0 is the match").range();
                if whole.start >= next {
                    break;
                }
                fits = true;
                from = whole.end.max(whole.start + 1);
                if let Some(hit) = hit(searched, detectors, number, &captures)
                    && seen.insert((number, hit.inner.start))
                {
                    hits.push(hit);
                }
            }
        }
    }
    hits.extend(woken.assigned.into_values().filter_map(|found| assigned_hit(searched, detectors, found)));
    fits
}
