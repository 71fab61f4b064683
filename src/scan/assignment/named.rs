//! A name in a text, with what stands around it.

use std::ops::Range;

use super::super::lines;
use super::super::place::{Place, Text};
use super::cursor::Cursor;
use super::syntax::{GAP, LONGEST};

pub(super) struct Named<'b> {
    pub bytes: &'b [u8],
    pub span: Range<usize>,
    pub place: &'b Place,
}

impl<'b> Named<'b> {
    /// What stands behind it, to the end of its line.
    pub(super) fn behind(&self) -> Cursor<'b> {
        let end = lines::line_end(self.bytes, self.span.end).min(self.span.end + LONGEST + GAP);
        Cursor { bytes: self.bytes, at: self.span.end, end }
    }

    /// What stands at this place, to the end of its line.
    pub(super) fn at(&self, at: usize) -> Cursor<'b> {
        Cursor { bytes: self.bytes, at, end: lines::line_end(self.bytes, at).min(at + LONGEST) }
    }

    /// What stands in front of it on its line.
    pub(super) fn line_before(&self) -> &'b [u8] {
        &self.bytes[lines::line_start(self.bytes, self.span.start)..self.span.start]
    }

    /// The character in front of it, on whatever line.
    pub(super) fn before(&self) -> Option<u8> {
        self.span.start.checked_sub(1).map(|at| self.bytes[at])
    }

    /// What stands in front of its dashes, if it has two: `"--name"`.
    pub(super) fn before_dashes(&self) -> Option<u8> {
        self.bytes[..self.span.start].strip_suffix(b"--").and_then(|before| before.last().copied())
    }

    pub(super) fn is_shouted(&self) -> bool {
        self.bytes[self.span.clone()].iter().all(|byte| !byte.is_ascii_lowercase())
    }

    /// `[ "$PWD" = "x" ]`: the folder that a shell is in; what it is given stands behind the bare name.
    pub(super) fn is_folder(&self) -> bool {
        let before = self.line_before();
        let used = before.strip_suffix(b"${").or_else(|| before.strip_suffix(b"$"));
        matches!(&self.bytes[self.span.clone()], b"PWD" | b"OLDPWD")
            && used.is_some_and(|before| !before.trim_ascii().is_empty())
    }

    /// `set /p PASSWORD=Enter the password:`
    pub(super) fn is_asked_for(&self) -> bool {
        let line = self.line_before().trim_ascii_end();
        let ends =
            |words: &[u8]| line.len() >= words.len() && line[line.len() - words.len()..].eq_ignore_ascii_case(words);
        ends(b"set /p") || ends(b"set /p \"")
    }

    /// `-var="x=$PASSWORD" -other`: used in a text that ends behind it.
    pub(super) fn is_used(&self) -> bool {
        self.before() == Some(b'$') && self.bytes.get(self.span.end).is_some_and(|byte| is_quote(*byte))
    }

    /// Whether it stands in a text of a program that this mark has opened on its line.
    pub(super) fn is_within(&self, quote: u8) -> bool {
        let line = self.line_before();
        let marks = line.iter().enumerate().filter(|(at, byte)| **byte == quote && (*at == 0 || line[at - 1] != b'\\'));
        self.place.text == Text::Code && quote == b'"' && marks.count() % 2 == 1
    }

    /// `failed ? "PASS" : "FAIL"`
    pub(super) fn is_chosen(&self) -> bool {
        self.in_front_of_its_quote().trim_ascii_end().ends_with(b"?")
    }

    /// Whether, quoted, it opens a pair: `("name", "x")`, `{"name", "x"}`, `getenv("name", "x")`. In a
    /// list of more the next is no value of it.
    pub(super) fn opens_a_pair(&self) -> bool {
        matches!(self.in_front_of_its_quote().trim_ascii_end().last(), Some(b'(' | b'{'))
    }

    /// Whether, quoted, it is the value of a key: `"key": "name"`.
    pub(super) fn is_value(&self) -> bool {
        self.in_front_of_its_quote().trim_ascii_end().ends_with(b":")
    }

    /// Whether it is a call that sets what it is named for: `.password(…)`, `withPassword(…)`, `set_password(…)`.
    pub(super) fn sets(&self) -> bool {
        let name = &self.bytes[self.span.clone()];
        let last = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        let begins = |word: &[u8]| last.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        begins(b"set") || begins(b"with") || (begins(b"pass") && self.before() == Some(b'.'))
    }

    /// Whether it is declared as a text: `std::string password(…)`.
    pub(super) fn is_declared(&self) -> bool {
        [&b"string "[..], b"String "].iter().any(|declared| self.line_before().ends_with(declared))
    }

    fn in_front_of_its_quote(&self) -> &'b [u8] {
        &self.bytes[..self.span.start.saturating_sub(1)]
    }
}

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}
