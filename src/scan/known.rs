//! What is known of a text that was made of another one. Nearly all of a history are versions of a
//! text, and what a new version repeats of the one that it is made of was looked at there.
//!
//! A keyword that stands in a repeated part is known, so only the rest is searched for keywords.
//! Nearly nowhere comes anything of one; where nothing did, nothing does as long as all that has a say
//! there is repeated as well. For a name and its value that is a piece of text of a fixed length
//! around it; for the patterns it is an island: the windows of all keywords that reach into each
//! other. Where something came of a keyword, its neighbourhood is looked at in every version, and so
//! are comments and what is packed. Of a script each command stands for itself: only those are read
//! that are new or state something.

use std::ops::Range;

use super::Scanner;
use super::keywords::Wake;
use super::marks::{self, Mark};
use super::matcher::{Due, Told};
use super::place::Place;
use super::{context, encoded, lines, reader};
use crate::carrier;
use crate::source::{Base, Entry, Kept};

/// So much in front of its windows has a say: what a value is assigned to, and whether a word begins.
const LOOK_BEHIND: usize = context::REACH + 8;

/// The commands of a longer text may be more than are read of one file.
const LONGEST_SCRIPT: usize = 512 << 10;

/// A text that was read, or is about to be.
pub(super) struct Known {
    place: Place,
    marks: Vec<Mark>,
    islands: Vec<Island>,
    /// Of a script: where it states something.
    stated: Option<Vec<usize>>,
    /// The lines that are to be read for that, if not all are.
    lines: Option<Vec<Range<usize>>>,
}

/// A part of a text in which no window reaches over its ends.
struct Island {
    span: Range<usize>,
    /// The numbers of the marks in it.
    marks: Range<usize>,
    /// Whether anything came of it, or may under another path.
    tells: bool,
}

impl Known {
    /// Of a text about which nothing is known.
    pub(super) fn first(bytes: &[u8], entry: &Entry, scanner: &Scanner<'_>) -> Known {
        Known::of(bytes, entry, marks::of(bytes, &scanner.keywords), scanner)
    }

    /// Of a text that was made of another one: what is left to be looked at.
    pub(super) fn again<S>(
        bytes: &[u8],
        entry: &Entry,
        base: &Base<'_, S>,
        known: &Known,
        scanner: &Scanner<'_>,
    ) -> Known {
        let repeated = Repeated { kept: base.kept, before: base.length, after: bytes.len() };
        let mut marks = repeated.marks(known, scanner);
        repeated.new_marks(bytes, scanner, &mut marks);
        marks::sort(&mut marks);
        let mut new = Known::of(bytes, entry, marks, scanner);
        if new.place != known.place {
            new.marks.iter_mut().for_each(|mark| mark.assigned = true);
            return new;
        }
        for island in &new.islands {
            let quiet = repeated.of_island(&island.span).is_some_and(|span| known.is_quiet(&span));
            new.marks[island.marks.clone()].iter_mut().for_each(|mark| mark.around = !quiet);
        }
        if let (Some(stated), Some(_)) = (&known.stated, &new.stated) {
            new.lines = Some(repeated.lines(bytes, stated));
        }
        new
    }

    fn of(bytes: &[u8], entry: &Entry, marks: Vec<Mark>, scanner: &Scanner<'_>) -> Known {
        let mut islands: Vec<Island> = Vec::new();
        for (number, mark) in marks.iter().enumerate() {
            let Some(mut island) = island(bytes, mark, scanner) else { continue };
            island.marks = number..number + 1;
            while let Some(last) = islands.pop_if(|last| last.span.end >= island.span.start) {
                island.span = last.span.start.min(island.span.start)..last.span.end.max(island.span.end);
                island.marks.start = last.marks.start;
                island.tells |= last.tells;
            }
            islands.push(island);
        }
        let is_script = bytes.len() <= LONGEST_SCRIPT && carrier::is_by_command(&entry.path);
        let stated = is_script.then(Vec::new);
        Known { place: Place::of(&entry.path), marks, islands, stated, lines: None }
    }

    pub(super) fn due(&self) -> Due<'_> {
        Due { marks: &self.marks, lines: self.lines.as_deref() }
    }

    /// Takes in what came of looking at it.
    pub(super) fn learn(mut self, told: &Told) -> Known {
        let mut around = told.around.clone();
        around.sort_unstable();
        for island in &mut self.islands {
            let first = around.partition_point(|&at| at < island.span.start);
            island.tells |= around.get(first).is_some_and(|&at| at < island.span.end);
        }
        let mut assigned = told.assigned.clone();
        assigned.sort_unstable();
        for mark in &mut self.marks {
            mark.assigned = assigned.binary_search(&mark.at).is_ok();
        }
        if let Some(stated) = &mut self.stated {
            stated.clone_from(&told.stated);
        }
        self.lines = None;
        self.marks.shrink_to_fit();
        self.islands.shrink_to_fit();
        self
    }

    /// Whether this is an island that nothing came of.
    fn is_quiet(&self, span: &Range<usize>) -> bool {
        let found = self.islands.binary_search_by_key(&span.start, |island| island.span.start);
        found.is_ok_and(|at| self.islands[at].span == *span && !self.islands[at].tells)
    }
}

/// What the detectors look at on account of this mark, if they are to look there at all.
fn island(bytes: &[u8], mark: &Mark, scanner: &Scanner<'_>) -> Option<Island> {
    let Scanner { detectors, keywords } = scanner;
    let mut found: Option<Island> = None;
    let mut add = |span: Range<usize>, tells: bool| {
        let island = found.get_or_insert(Island { span: span.clone(), marks: 0..0, tells });
        island.span = island.span.start.min(span.start)..island.span.end.max(span.end);
        island.tells |= tells;
    };
    for &wake in keywords.wakes(mark.word) {
        match wake {
            Wake::Detector(number) => {
                if detectors.is_worth_trying(number, bytes, mark.at) {
                    let detector = detectors.detector(number);
                    // What looks at some paths alone, or at all of a text, is always asked.
                    let tells = detector.path.is_some() || detector.whole_text;
                    add(reader::window(mark.at, detectors.longest(number), bytes.len()), tells);
                }
                let around = encoded::around(mark.at, detectors.longest(number), bytes.len());
                if detectors.is_anchored(number)
                    && detectors.is_worth_trying_escaped(number, bytes, mark.at)
                    && detectors.is_worth_resolving(number, &bytes[around.clone()])
                {
                    add(around, false);
                }
            }
            Wake::Encoded(number) if !keywords.form(number).is_packed() => {
                add(encoded::around(mark.at, 0, bytes.len()), false);
            }
            Wake::Encoded(_) | Wake::Assignment | Wake::Comment => {}
        }
    }
    found
}

/// What a text repeats of the one that it was made of.
struct Repeated<'k> {
    kept: &'k [Kept],
    /// The lengths of both.
    before: usize,
    after: usize,
}

impl Repeated<'_> {
    /// The marks in what is repeated.
    fn marks(&self, known: &Known, scanner: &Scanner<'_>) -> Vec<Mark> {
        let mut marks = Vec::with_capacity(known.marks.len() + 4);
        let mut next = 0;
        for kept in self.kept {
            let end = kept.old + kept.length;
            // As a rule what is repeated comes in the order of the old text, and in many small parts.
            if next > 0 && known.marks[next - 1].at >= kept.old {
                next = known.marks[..next].partition_point(|mark| mark.at < kept.old);
            }
            next += known.marks[next..].iter().take_while(|mark| mark.at < kept.old).count();
            for mark in known.marks[next..].iter().take_while(|mark| mark.at < end) {
                next += 1;
                if mark.at + scanner.keywords.length(mark.word) <= end {
                    let at = mark.at - kept.old + kept.new;
                    let assigned = mark.assigned || !self.holds(kept, at.checked_sub(reader::NEAR), at + reader::NEAR);
                    marks.push(Mark { at, word: mark.word, around: true, assigned });
                }
            }
        }
        marks
    }

    /// What is new, in order; empty where nothing came between two parts.
    fn gaps(&self) -> impl Iterator<Item = Range<usize>> {
        let ends = self.kept.iter().map(|kept| (kept.new, kept.new + kept.length)).chain([(self.after, self.after)]);
        let gaps = ends.scan(0, |from, (start, end)| Some(std::mem::replace(from, end)..start));
        // Nothing was joined at the beginning or the end of a text.
        gaps.filter(|gap| !gap.is_empty() || (0 < gap.start && gap.start < self.after))
    }

    /// The marks of which a part at least is new.
    fn new_marks(&self, bytes: &[u8], scanner: &Scanner<'_>, marks: &mut Vec<Mark>) {
        let Scanner { keywords, .. } = scanner;
        for span in merged(self.gaps().map(|gap| keywords.anchored_around(&gap, self.after))) {
            keywords.each_anchored(bytes, span, |word, at| {
                let known = self.at(at).is_some_and(|kept| at + keywords.length(word) <= kept.new + kept.length);
                if !known {
                    marks.push(Mark::new(at, word));
                }
            });
        }
    }

    /// The lines that are new or follow a new one, which may have joined them to itself before, and those
    /// where something was stated.
    fn lines(&self, bytes: &[u8], stated: &[usize]) -> Vec<Range<usize>> {
        let new = self.gaps().map(|gap| {
            let touched = lines::joined(bytes, &(gap.start.saturating_sub(1)..(gap.end + 1).min(self.after)));
            touched.start..lines::joined(bytes, &(touched.end..touched.end)).end
        });
        let old = self.kept.iter().flat_map(|kept| {
            let held = stated.iter().filter(|&&at| kept.old <= at && at < kept.old + kept.length);
            held.map(|at| at - kept.old + kept.new)
        });
        let mut all: Vec<Range<usize>> = new.chain(old.map(|at| lines::joined(bytes, &(at..at)))).collect();
        // What was cut off at either end may have joined what is left.
        all.extend([0, self.after].map(|at| lines::joined(bytes, &(at..at))));
        all.sort_by_key(|span| span.start);
        merged(all.into_iter().filter(|span| !span.is_empty())).collect()
    }

    /// Where an island stood before, if it is repeated with all that has a say there.
    fn of_island(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let kept = self.at(span.start)?;
        // Behind the end of a text comes nothing: that must have been so before.
        let end = if span.end == self.after { usize::MAX } else { span.end };
        let old = |at: usize| at - kept.new + kept.old;
        self.holds(kept, span.start.checked_sub(LOOK_BEHIND), end).then(|| old(span.start)..old(span.end))
    }

    /// The part that holds this place.
    fn at(&self, at: usize) -> Option<&Kept> {
        let number = self.kept.partition_point(|kept| kept.new <= at).checked_sub(1)?;
        Some(&self.kept[number]).filter(|kept| at < kept.new + kept.length)
    }

    /// Whether one part holds all from `start`, which may lie before the text, to `end`, which may lie
    /// behind it.
    fn holds(&self, kept: &Kept, start: Option<usize>, end: usize) -> bool {
        let begins = kept.new == 0 && kept.old == 0;
        let ends = kept.new + kept.length == self.after && kept.old + kept.length == self.before;
        (begins || start.is_some_and(|start| start >= kept.new)) && (ends || end <= kept.new + kept.length)
    }
}

/// Spans in the order of their beginnings, of which those that touch are one.
fn merged(spans: impl Iterator<Item = Range<usize>>) -> impl Iterator<Item = Range<usize>> {
    let mut spans = spans.peekable();
    std::iter::from_fn(move || {
        let mut merged = spans.next()?;
        while let Some(span) = spans.next_if(|span| span.start <= merged.end) {
            merged.end = merged.end.max(span.end);
        }
        Some(merged)
    })
}
