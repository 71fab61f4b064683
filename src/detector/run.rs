//! What every match of a pattern holds somewhere: so many bytes on end that are all of a few. Most texts
//! around a keyword hold no 64 hexadecimal digits, and to see that, one byte in 64 is looked at; a
//! pattern looks at every one.

use regex_syntax::hir::{Hir, HirKind};

use super::byteset::ByteSet;

/// So many bytes are looked at together.
const GLANCE: usize = 4;
/// A run that says less than this, in bits, stands in any text.
const LEAST_TOLD: f64 = 32.0;

/// At least so many bytes on end, all of the set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    set: ByteSet,
    least: usize,
}

impl Run {
    /// The run that tells most; none where all tell little.
    pub(super) fn of(pattern: &Hir) -> Option<Run> {
        Part::of(pattern).best.filter(|run| run.told() >= LEAST_TOLD)
    }

    /// Whether one stands in the text.
    pub(super) fn stands_in(&self, text: &[u8]) -> bool {
        let mut start = 0;
        // From the end of each place where one may stand: what does not belong rules out all before it.
        while let Some(place) = text.get(start..start + self.least) {
            let found = self.late_stranger(place).or_else(|| place.iter().rposition(|&byte| !self.set.holds(byte)));
            match found {
                Some(stranger) => start += stranger + 1,
                None => return true,
            }
        }
        false
    }

    /// The last byte that does not belong, if it is one of the last few: nearly always. Where it stands is not
    /// asked byte by byte, since that would be guessed wrong each time.
    fn late_stranger(&self, place: &[u8]) -> Option<usize> {
        let last = place.last_chunk::<GLANCE>()?;
        let from_behind = last.iter().rev().enumerate();
        let strangers = from_behind.fold(0, |all, (at, &byte)| all | u32::from(!self.set.holds(byte)) << at);
        (strangers != 0).then(|| place.len() - 1 - strangers.trailing_zeros() as usize)
    }

    /// The same run where any of its bytes may be written as an escape, each of which is longer than what it
    /// stands for.
    pub(super) fn escaped(self) -> Run {
        let escapes = b"\\%{}uxnrtbf0123456789abcdefABCDEF".iter().copied().collect();
        Run { set: self.set.or(escapes), ..self }
    }

    /// How much it says, in bits, if every byte were as likely as any other.
    fn told(&self) -> f64 {
        self.least as f64 * (256.0 / f64::from(self.set.len().max(1))).log2()
    }

    fn better(self, other: Run) -> Run {
        if other.told() > self.told() { other } else { self }
    }
}

/// What is known of a part of a pattern.
#[derive(Clone, Copy)]
struct Part {
    /// All of a match, which is a run as well.
    whole: Run,
    /// The run in it that tells most; none where there is none in every match.
    best: Option<Run>,
}

impl Part {
    fn of(pattern: &Hir) -> Part {
        match pattern.kind() {
            HirKind::Empty | HirKind::Look(_) => Part::just(Run { set: ByteSet::default(), least: 0 }),
            HirKind::Literal(literal) => {
                Part::just(Run { set: literal.0.iter().copied().collect(), least: literal.0.len() })
            }
            HirKind::Class(class) => Part::just(Run {
                set: ByteSet::of(class).unwrap_or_else(|| (0..=u8::MAX).collect()),
                least: class.minimum_len().unwrap_or(0),
            }),
            HirKind::Capture(capture) => Part::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let Part { whole, best } = Part::of(&repetition.sub);
                let least = whole.least.saturating_mul(repetition.min as usize);
                Part::just(Run { least, ..whole }).with(best.filter(|_| repetition.min > 0))
            }
            HirKind::Concat(parts) => Part::in_a_row(&parts.iter().map(Part::of).collect::<Vec<Part>>()),
            HirKind::Alternation(parts) => {
                let parts: Vec<Part> = parts.iter().map(Part::of).collect();
                let either =
                    |one: Run, other: Run| Run { set: one.set.or(other.set), least: one.least.min(other.least) };
                let whole = parts.iter().map(|part| part.whole).reduce(either);
                let bests: Option<Vec<Run>> = parts.iter().map(|part| part.best).collect();
                let whole = whole.unwrap_or(Run { set: ByteSet::default(), least: 0 });
                Part::just(whole).with(bests.and_then(|bests| bests.into_iter().reduce(either)))
            }
        }
    }

    fn just(whole: Run) -> Part {
        Part { whole, best: (whole.least > 0).then_some(whole) }
    }

    /// One that holds this run besides.
    fn with(self, run: Option<Run>) -> Part {
        let best = match (self.best, run) {
            (Some(one), Some(other)) => Some(one.better(other)),
            (one, other) => one.or(other),
        };
        Part { best, ..self }
    }

    /// Any of the parts that stand beside each other may be a run together.
    fn in_a_row(parts: &[Part]) -> Part {
        let join = |one: Run, other: Run| Run { set: one.set.or(other.set), least: one.least + other.least };
        let nothing = Run { set: ByteSet::default(), least: 0 };
        let mut all = Part::just(parts.iter().map(|part| part.whole).fold(nothing, join));
        for (from, part) in parts.iter().enumerate() {
            all = all.with(part.best);
            let mut together = nothing;
            for part in &parts[from..] {
                together = join(together, part.whole);
                all = all.with((together.least > 0).then_some(together));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detector::parse;

    fn run(pattern: &str) -> Option<Run> {
        Run::of(&parse(pattern).unwrap())
    }

    fn stands(pattern: &str, text: &str) -> bool {
        run(pattern).unwrap().stands_in(text.as_bytes())
    }

    #[test]
    fn what_every_match_holds_is_asked_for() {
        let digits = "0123456789abcdef".repeat(4);
        let hex = r"\b(?<secret>[0-9a-f]{64})\b";
        assert!(stands(hex, &format!("key = {digits};")));
        assert!(!stands(hex, &format!("key = {};", &digits[1..])));
        let uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        assert!(stands(uuid, &format!("id {}-{}-{}-{}", &digits[..8], &digits[..4], &digits[..4], &digits[..12])));
        assert!(!stands(uuid, &format!("id {} {}", &digits[..8], &digits[..16])));
    }

    #[test]
    fn one_of_several_is_enough() {
        let pattern = r"(?:[0-9]{20}|[a-f]{24})x?";
        assert!(stands(pattern, &"7".repeat(20)));
        assert!(stands(pattern, &"a".repeat(24)));
        assert!(!stands(pattern, &"a7".repeat(9)));
    }

    #[test]
    fn a_pattern_that_may_be_anything_asks_for_nothing() {
        for pattern in [r"[^ ]{40}", "abc", "(?:[0-9a-f]{32})?", "[0-9a-f]{0,64}", "(?:[0-9a-f]{32}|key)"] {
            assert_eq!(run(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn escapes_may_stand_in_it() {
        let run = run(r"[A-Z/]{20}").unwrap().escaped();
        assert!(run.stands_in(r"ABCDEFGHIJ\u004b\/MNOPQR%53T".as_bytes()));
        assert!(!run.stands_in(b"ABCDEFGHIJ KLMNOPQRST"));
    }

    proptest! {
        #[test]
        fn it_stands_where_counting_finds_it(text in "[ab ]{0,60}", least in 1usize..12) {
            let run = Run { set: b"ab".iter().copied().collect(), least };
            let longest = text.split(' ').map(str::len).max().unwrap_or(0);
            prop_assert_eq!(run.stands_in(text.as_bytes()), longest >= least);
        }

        #[test]
        fn whatever_matches_holds_it(
            text in prop_oneof![
                "x[0-9a-f]{8}(?:_[A-F]{4}){2,3}(?:[g-k]{9}|[0-9]{12})y?",
                "[0-9a-fA-F_x]{0,40}",
            ]
        ) {
            let pattern = "x[0-9a-f]{8}(?:_[A-F]{4}){2,3}(?:[g-k]{9}|[0-9]{12})y?";
            let matches = crate::detector::compile(pattern).unwrap().is_match(text.as_bytes());
            prop_assert!(!matches || stands(pattern, &text));
        }
    }
}
