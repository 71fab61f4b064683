//! What a pattern tells before it is compiled: where a match may stand at all.

use regex_syntax::hir::Hir;

use super::LONGEST_MATCH;
use super::begins::Begins;
use super::run::Run;

#[derive(Debug)]
pub(super) struct Shape {
    /// The longest text that it can match.
    pub(super) longest: usize,
    /// What a match begins with, if it begins with a keyword.
    pub(super) begins: Option<Begins>,
    /// What a match holds.
    pub(super) run: Option<Run>,
    /// The same where escapes may stand in it.
    pub(super) escaped: Option<Run>,
}

impl Shape {
    pub(super) fn of<'k>(pattern: &Hir, whole_text: bool, keywords: impl Iterator<Item = &'k str>) -> Shape {
        let run = Run::of(pattern);
        Shape {
            longest: pattern.properties().maximum_len().unwrap_or(LONGEST_MATCH),
            begins: if whole_text { None } else { Begins::of(pattern, keywords) },
            run,
            escaped: run.map(Run::escaped),
        }
    }

    /// Of what is no pattern.
    pub(super) fn unknown() -> Shape {
        Shape { longest: LONGEST_MATCH, begins: None, run: None, escaped: None }
    }
}
