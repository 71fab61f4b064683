//! The literal pass over a text: who is to look at it, and where.

use std::collections::BTreeMap;
use std::ops::Range;

use super::assignment::{self, Assigned};
use super::encoded::Regions;
use super::keywords::{Keywords, Wake};
use super::matcher::CANDIDATES;
use super::place::Place;
use crate::detector::{Detectors, LONGEST_MATCH};
use crate::finding::Confidence;

/// How far around a keyword its pattern is tried, where the pattern is not longer itself.
const BEFORE: usize = 160;
const AFTER: usize = 640;
/// In such pieces a whole text is searched.
pub(super) const PIECE: usize = 64 << 10;
/// Only as much of a text around a hit has a say over what is found there, unless the hit's detector
/// has a longer reach: what differs elsewhere makes no difference. A history is read by that.
const NEAR: usize = 1 << 10;
/// No further does an ordinary detector reach.
const REACH: usize = 1 << 10;

/// Who looks at a text, and where.
#[derive(Default)]
pub(super) struct Woken {
    pub(super) windows: BTreeMap<usize, Vec<Range<usize>>>,
    pub(super) assigned: BTreeMap<usize, Assigned>,
    /// Something is to be looked at that is no matter of the neighbourhood alone.
    pub(super) far: bool,
}

/// A text, and who reads it.
#[derive(Clone, Copy)]
pub(super) struct Reader<'r> {
    pub(super) bytes: &'r [u8],
    pub(super) detectors: &'r Detectors,
    pub(super) keywords: &'r Keywords,
    pub(super) binary: bool,
    pub(super) place: &'r Place,
}

impl Reader<'_> {
    /// The literal pass over these spans of the text; `on_hit` is told of each hit.
    pub(super) fn wake(&self, spans: &[Range<usize>], on_hit: &mut dyn FnMut(Wake, usize)) -> Woken {
        let Reader { bytes, keywords, binary, .. } = *self;
        let mut woken = Woken::default();
        for span in spans {
            keywords.each_hit(&bytes[span.clone()], |wake, at| {
                on_hit(wake, span.start + at);
                self.take(wake, span.start + at, &mut woken);
            });
        }
        if !binary {
            woken.windows.extend(keywords.always().iter().map(|&number| (number, pieces(bytes.len()))));
        }
        woken.far |= !keywords.always().is_empty();
        woken
    }

    /// What is encoded where this was hit becomes a region.
    pub(super) fn decode(&self, wake: Wake, at: usize, regions: &mut Regions<'_>) {
        match wake {
            Wake::Encoded(number) => regions.hit(at, self.keywords.form(number)),
            Wake::Detector(number)
                if !self.binary
                    && self.detectors.is_anchored(number)
                    && self.detectors.is_worth_resolving(number, self.bytes, at) =>
            {
                regions.keyword(at, self.detectors.longest(number));
            }
            Wake::Detector(_) | Wake::Assignment | Wake::Comment => {}
        }
    }

    fn take(&self, wake: Wake, at: usize, woken: &mut Woken) {
        let Reader { bytes, detectors, binary, .. } = *self;
        match wake {
            Wake::Detector(number) if !detectors.is_worth_trying(number, bytes, at) => {}
            Wake::Detector(number) => {
                let detector = detectors.detector(number);
                let reach = detectors.longest(number);
                // A rule that looks into some files alone may look into the next version of this one.
                woken.far |= reach > REACH || detector.whole_text || detector.path.is_some();
                if binary && !(detector.is_anchored() && detector.confidence == Confidence::High) {
                    return;
                }
                if detector.whole_text {
                    woken.windows.entry(number).or_insert_with(|| pieces(bytes.len()));
                    return;
                }
                let window = at.saturating_sub(BEFORE.max(reach))..(at + AFTER.max(reach)).min(bytes.len());
                let list = woken.windows.entry(number).or_default();
                match list.last_mut() {
                    // Two keywords of a detector may be hit in another order than they stand in.
                    Some(last) if last.end >= window.start => {
                        *last = last.start.min(window.start)..last.end.max(window.end);
                    }
                    _ => list.push(window),
                }
            }
            Wake::Assignment if binary || woken.assigned.len() >= CANDIDATES => {}
            Wake::Assignment => {
                let near = at.saturating_sub(NEAR)..(at + NEAR).min(bytes.len());
                if let Some(found) = assignment::find(&bytes[near.clone()], at - near.start, self.place) {
                    let found = found.behind(near.start);
                    woken.assigned.insert(found.secret.start, found);
                }
            }
            Wake::Comment => woken.far = true,
            Wake::Encoded(number) => woken.far |= self.keywords.form(number).is_packed_at(bytes, at),
        }
    }
}

/// A whole text in pieces. A match begins in its piece and may reach over the piece's end, so that
/// a pattern without a bound has one.
fn pieces(length: usize) -> Vec<Range<usize>> {
    (0..length).step_by(PIECE).map(|start| start..(start + PIECE + LONGEST_MATCH).min(length)).collect()
}
