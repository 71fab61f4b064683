//! What is kept of the hits of one file, and the masked lines that they stand in.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lines;
use crate::detector::{Detectors, LONGEST_MATCH};
use crate::finding::{Candidate, WRITTEN};

/// The longest line excerpt that is kept, in bytes.
const EXCERPT: usize = 400;

/// A candidate with the bytes that it covers, until the file is done.
pub(super) struct Hit {
    pub(super) candidate: Candidate,
    /// Where the secret is written.
    pub(super) secret: Range<usize>,
    /// How much of the file the whole match covers.
    pub(super) length: usize,
    /// What it was found in: the file itself, or so much of it as was decoded together.
    pub(super) layer: usize,
    /// Where the secret stands in that.
    pub(super) inner: Range<usize>,
    /// What the match covers besides, in that: a reader finds no secret of its own there.
    pub(super) beside: Vec<Range<usize>>,
}

impl Hit {
    /// Whether both cannot be true. What was decoded together may have one place in the file.
    fn excludes(&self, other: &Hit) -> bool {
        match self.layer == other.layer {
            true => overlap(&self.inner, &other.inner),
            false => overlap(&self.secret, &other.secret),
        }
    }

    fn order(&self) -> (usize, usize, usize) {
        (self.secret.start, self.layer, self.inner.start)
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// One candidate for each value: of two that overlap, the one whose look says more.
pub(super) fn settle(bytes: &[u8], mut hits: Vec<Hit>, detectors: &Detectors) -> Vec<Candidate> {
    // Of two looks that are one, the longer prefix knows more; of two that say the same, the one of the
    // file itself comes first.
    hits.sort_by_key(|hit| {
        let rank = detectors.rank(hit.candidate.detector);
        let prefix = detectors.detector(hit.candidate.detector).prefix.len();
        (std::cmp::Reverse((rank.0, hit.length, rank.1, prefix)), hit.layer, hit.inner.start, hit.candidate.detector)
    });
    let mut kept: BTreeMap<(usize, usize, usize), Hit> = BTreeMap::new();
    let mut covered: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for hit in hits {
        let has_look = detectors.detector(hit.candidate.detector).pattern.is_some();
        let near = (hit.layer, hit.inner.start.saturating_sub(LONGEST_MATCH))..(hit.layer, hit.inner.end);
        if !has_look && covered.range(near).any(|(_, &end)| end > hit.inner.start) {
            continue;
        }
        // The places of the kept ones do not overlap, or are the same: only the nearest can exclude it.
        let before = kept.range(..(hit.secret.end, 0, 0)).rev().map(|(_, other)| other);
        if !before.take_while(|other| other.secret.end > hit.secret.start).any(|other| other.excludes(&hit)) {
            for part in &hit.beside {
                let end = covered.entry((hit.layer, part.start)).or_insert(part.end);
                *end = part.end.max(*end);
            }
            kept.insert(hit.order(), hit);
        }
    }
    let mut kept: Vec<Hit> = kept.into_values().collect();
    let spans: Vec<(Range<usize>, usize)> = kept
        .iter()
        .map(|hit| {
            let prefix = &detectors.detector(hit.candidate.detector).prefix;
            // Where the prefix of what is encoded ends, nobody sees.
            let as_it_is = !hit.candidate.parts.contains_key(WRITTEN);
            (hit.secret.clone(), if as_it_is { shown_prefix(prefix) } else { 0 })
        })
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
