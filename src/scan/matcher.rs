//! Patterns in windows around the keywords' hits: from bytes to candidates.

mod hits;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::comments::Comments;
use super::encoded::{Decoded, Region, Regions};
use super::keywords::{Keywords, Wake};
use super::lines::Lines;
use super::marks::Mark;
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
    /// Why more stands in it than was looked at, if it does.
    pub(super) cut: Option<&'static str>,
    pub(super) told: Told,
}

/// Where something came of a keyword, or might have under another path.
#[derive(Default)]
pub(super) struct Told {
    /// Where a pattern fits, or fits what stands there in another form.
    pub(super) around: Vec<usize>,
    /// Where a name stands that something is assigned to.
    pub(super) assigned: Vec<usize>,
    /// Where its structure states something.
    pub(super) stated: Vec<usize>,
    /// More than the neighbourhood of a keyword has a say in this text: it is full, or no plain text.
    pub(super) by_all: bool,
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
            raw: self.entry.raw.clone(),
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

/// What is to be looked at of a text that is known in part.
#[derive(Clone, Copy)]
pub(super) struct Due<'d> {
    pub(super) marks: &'d [Mark],
    /// The lines whose structure is to be read, if not all are.
    pub(super) lines: Option<&'d [Range<usize>]>,
}

/// Searches the text of a file, or so much of it as is due.
pub(super) fn find(
    bytes: &[u8],
    due: Option<Due<'_>>,
    entry: &Entry,
    detectors: &Detectors,
    keywords: &Keywords,
    binary: bool,
) -> Found {
    let place = Place::of(&entry.path);
    let lines = Lines::of(bytes);
    let file = Searched { bytes, region: None, layer: 0, text: bytes, part: None, file: bytes, lines: &lines, entry };
    let mut seen = Gathered::default();
    let cut = match notebook::parts(bytes, &entry.path).filter(|_| !binary) {
        None => {
            let lines = due.and_then(|due| due.lines);
            let mut read = if binary { stated::Read::default() } else { stated::read(bytes, lines, entry, &place) };
            let cut = look(file, due.map(|due| due.marks), detectors, keywords, binary, &place, &mut seen);
            seen.told.stated.append(&mut read.at);
            seen.told.by_all |= read.is_full;
            seen.hits.extend(read.stated.into_iter().filter_map(|found| stated_hit(&file, detectors, found)));
            seen.hits.extend(bundle::read(bytes).and_then(|bundle| bundle_hit(&file, detectors, &bundle)));
            cut
        }
        Some(parts) => {
            seen.told.by_all = true;
            let mut cut = None;
            for part in &parts {
                // Each text has regions of its own behind it.
                let layer = seen.hits.iter().map(|hit| hit.layer + 1).max().unwrap_or(0);
                let text = Searched { bytes: &part.text, text: &part.text, part: Some(part), layer, ..file };
                let place = Place { text: part.written, practice: place.practice || part.prose, ..place };
                cut = cut.or(look(text, None, detectors, keywords, false, &place, &mut seen));
            }
            cut
        }
    };
    let Gathered { hits, allowed, mut told } = seen;
    told.by_all |= hits.len() >= CANDIDATES;
    let comments = Comments::read(bytes, &lines, &entry.path, if binary { &[] } else { &allowed });
    let mut candidates = if hits.is_empty() { Vec::new() } else { settle(bytes, hits, detectors) };
    for Candidate { location, .. } in &mut candidates {
        location.comments = comments.covering(location.line..=location.end_line);
    }
    Found { candidates, comments: comments.own(), cut, told }
}

/// What the pass over a text leads to.
#[derive(Default)]
struct Gathered {
    hits: Vec<Hit>,
    /// Where a comment says that something may stay.
    allowed: Vec<usize>,
    told: Told,
}

/// Searches a text and what is encoded in it; says why more is than was decoded, if there is.
fn look(
    whole: Searched<'_>,
    due: Option<&[Mark]>,
    detectors: &Detectors,
    keywords: &Keywords,
    binary: bool,
    place: &Place,
    Gathered { hits, allowed, told }: &mut Gathered,
) -> Option<&'static str> {
    let bytes = whole.bytes;
    let mut regions = Regions::of(bytes);
    let reader = Reader { bytes, detectors, keywords, binary, place };
    let mut woken = reader.wake(due, &mut |wake, at| match wake {
        Wake::Comment => allowed.push(whole.written(&(at..at + 1)).start),
        _ => reader.decode(wake, at, &mut regions),
    });
    let Decoded { regions, cut, is_little } = regions.finish();
    let cut = woken.cut.or(cut);
    told.by_all |= !is_little || woken.cut.is_some() || woken.assigned.len() >= CANDIDATES;
    told.assigned.append(&mut woken.names);
    told.around.append(&mut search(&whole, woken, detectors, hits));
    let own = Place { text: place::Text::Lines, ..*place };
    for (number, region) in regions.iter().enumerate() {
        let binary = binary || memchr::memchr(0, &region.text).is_some();
        // One level is undone: what is encoded in there is left alone.
        let inner = Reader { bytes: &region.text, binary, place: &own, ..reader };
        let mut woken = inner.wake(None, &mut |_, _| ());
        if !region.is_packed() {
            // A text that was only escaped is the file's own: what it assigns was read there.
            woken.assigned.clear();
        }
        let layer = whole.layer + number + 1;
        let inside = Searched { bytes: &region.text, region: Some(region), layer, ..whole };
        let by_path = woken.by_path;
        if !search(&inside, woken, detectors, hits).is_empty() || by_path {
            told.around.push(region.outer.start);
        }
    }
    cut
}

/// Looks where somebody was woken. Says where a pattern fits, but for what it alone tells to be no find.
fn search(searched: &Searched<'_>, woken: Woken, detectors: &Detectors, hits: &mut Vec<Hit>) -> Vec<usize> {
    let mut fits = Vec::new();
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (number, mut list) in woken.windows {
        list.retain(|window| detectors.is_worth_searching(number, &searched.bytes[window.clone()]));
        if list.is_empty() || !detectors.looks_into(number, &searched.entry.path) {
            continue;
        }
        let Some(pattern) = detectors.pattern(number) else { continue };
        let detector = detectors.detector(number);
        let piece = if detector.whole_text { PIECE } else { usize::MAX };
        let stands_alone = detector.companions.is_empty() && detector.allow.is_empty();
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
                from = whole.end.max(whole.start + 1);
                let found = hit(searched, detectors, number, &captures);
                if found.is_some() || !stands_alone {
                    fits.push(whole.start);
                }
                hits.extend(found.filter(|hit| seen.insert((number, hit.inner.start))));
            }
        }
    }
    hits.extend(woken.assigned.into_values().filter_map(|found| assigned_hit(searched, detectors, found)));
    fits
}
