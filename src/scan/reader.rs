//! From the keywords in a text to those who are to look at it, and where.

use std::collections::BTreeMap;
use std::ops::Range;

use super::assignment::{self, Assigned};
use super::encoded::Regions;
use super::keywords::{Keywords, Wake};
use super::lines;
use super::marks::{self, Mark};
use super::matcher::CANDIDATES;
use super::place::Place;
use crate::detector::{Detectors, LONGEST_MATCH};
use crate::finding::Confidence;

/// How far around a keyword its pattern is tried, where the pattern is not longer itself.
const BEFORE: usize = 160;
const AFTER: usize = 640;
/// In such pieces a whole text is searched.
pub(super) const PIECE: usize = 64 << 10;
/// Only as much of a text around a name has a say over what is assigned to it.
pub(super) const NEAR: usize = 1 << 10;
/// So many names of one line are looked at: who writes more of them into one means to keep a scan busy.
const NAMES_OF_A_LINE: usize = 10_000;
pub(super) const TOO_MANY_NAMES: &str = "a line has more names of secrets than are looked at";

/// Who looks at a text, and where.
#[derive(Default)]
pub(super) struct Woken {
    pub(super) windows: BTreeMap<usize, Vec<Range<usize>>>,
    pub(super) assigned: BTreeMap<usize, Assigned>,
    /// Where the names stand that something was assigned to.
    pub(super) names: Vec<usize>,
    /// Whether one looks who looks into some files alone.
    pub(super) by_path: bool,
    /// The end of the line that was looked at last, and how many names of it were.
    line: (usize, usize),
    /// Why more stands there than was looked at, if it does.
    pub(super) cut: Option<&'static str>,
}

impl Woken {
    /// Counts the name at `at`, and says whether its line has had its share.
    fn is_full(&mut self, bytes: &[u8], at: usize) -> bool {
        if at >= self.line.0 {
            self.line = (lines::line_end(bytes, at), 0);
        }
        self.line.1 += 1;
        self.line.1 > NAMES_OF_A_LINE
    }
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
    /// Goes through the marks of the text that are due, or all; `on_hit` is told of each that calls somebody.
    pub(super) fn wake(&self, due: Option<&[Mark]>, on_hit: &mut dyn FnMut(Wake, usize)) -> Woken {
        let Reader { bytes, detectors, keywords, binary, .. } = *self;
        let mut woken = Woken::default();
        let mut look = |marks: &[Mark]| {
            for mark in marks {
                for &wake in keywords.wakes(mark.word).iter().filter(|&&wake| mark.calls(wake, keywords)) {
                    // Nearly everywhere nothing begins, in whatever form.
                    if let Wake::Detector(number) = wake
                        && !detectors.is_worth_trying_escaped(number, bytes, mark.at)
                    {
                        continue;
                    }
                    on_hit(wake, mark.at);
                    self.take(wake, mark.at, &mut woken);
                }
            }
        };
        match due {
            Some(marks) => look(marks),
            None => marks::each_part(bytes, keywords, look),
        }
        if !binary {
            woken.windows.extend(keywords.always().iter().map(|&number| (number, pieces(bytes.len()))));
        }
        woken
    }

    /// What is encoded where this was hit becomes a region; a detector's keyword is told of where it may begin
    /// something.
    pub(super) fn decode(&self, wake: Wake, at: usize, regions: &mut Regions<'_>) {
        match wake {
            Wake::Encoded(number) => regions.hit(at, self.keywords.form(number)),
            Wake::Detector(number) if !self.binary && self.detectors.is_anchored(number) => {
                let holds = |text: &[u8]| self.detectors.is_worth_resolving(number, text);
                regions.keyword_of(number, at, self.detectors.longest(number), holds);
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
                woken.by_path |= detector.path.is_some();
                if binary && !(detector.is_anchored() && detector.confidence == Confidence::High) {
                    return;
                }
                if detector.whole_text {
                    woken.windows.entry(number).or_insert_with(|| pieces(bytes.len()));
                    return;
                }
                let window = window(at, detectors.longest(number), bytes.len());
                let list = woken.windows.entry(number).or_default();
                match list.last_mut() {
                    Some(last) if last.end >= window.start => last.end = last.end.max(window.end),
                    _ => list.push(window),
                }
            }
            Wake::Assignment if binary || woken.assigned.len() >= CANDIDATES => {}
            Wake::Assignment if woken.is_full(bytes, at) => woken.cut = Some(TOO_MANY_NAMES),
            Wake::Assignment => {
                let near = at.saturating_sub(NEAR)..(at + NEAR).min(bytes.len());
                for found in assignment::find(&bytes[near.clone()], at - near.start, self.place) {
                    let found = found.behind(near.start);
                    woken.names.push(at);
                    woken.assigned.insert(found.secret.start, found);
                }
            }
            Wake::Comment | Wake::Encoded(_) => {}
        }
    }
}

/// Where a pattern of this length at the most is tried around a keyword, in a text of this length.
pub(super) fn window(at: usize, longest: usize, length: usize) -> Range<usize> {
    at.saturating_sub(BEFORE.max(longest))..(at + AFTER.max(longest)).min(length)
}

/// A whole text in pieces. A match begins in its piece and may reach over the piece's end, so that
/// a pattern without a bound has one.
fn pieces(length: usize) -> Vec<Range<usize>> {
    (0..length).step_by(PIECE).map(|start| start..(start + PIECE + LONGEST_MATCH).min(length)).collect()
}
