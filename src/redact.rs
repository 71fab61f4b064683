//! The last layer before any output. Whatever a report, a log line or an error message is made
//! of, it passes through a [`Redactor`] that knows every secret of the run, and eight
//! consecutive characters of one never come out again: not raw, not in base64, not
//! percent-encoded or with backslash escapes, nor in two layers of these.
//!
//! A text is searched by its windows of eight bytes in a set of all windows of all secrets, so
//! the time is linear in the text and does not depend on how many secrets there are.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::Range;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::escape::{Escaping, View};
use crate::secret::Secret;

/// How many consecutive characters of a secret are too many.
pub const WINDOW: usize = 8;

/// A secret of fewer characters than this cannot be told from chance, and masking it wherever it
/// stands would spell it out.
const SHORTEST: usize = 4;

/// Masks the secrets of one run in any text.
pub struct Redactor {
    windows: HashSet<u64>,
    short: Short,
}

/// Secrets that have fewer than eight characters behind their public prefix, or are words: they are
/// masked where they stand alone.
struct Short {
    values: AhoCorasick,
    /// The public prefix of each value.
    prefixes: Vec<Zeroizing<Vec<u8>>>,
}

impl Redactor {
    /// Each secret comes with the length in bytes of its public prefix, which may be shown, and
    /// with whether it is a mere word: a part of it may stand in any path and proves nothing.
    pub fn new<'s>(secrets: impl Iterator<Item = (&'s Secret, usize, bool)>) -> Redactor {
        let mut windows = HashSet::new();
        let mut values = Vec::new();
        let mut prefixes = Vec::new();
        for (secret, public, word) in secrets {
            let value = secret.expose().as_bytes();
            let public = if public < value.len() { public } else { 0 };
            let (prefix, hidden) = value.split_at(public);
            if hidden.len() < WINDOW || word {
                if hidden.len() >= SHORTEST {
                    values.push(hidden);
                    prefixes.push(Zeroizing::new(prefix.to_vec()));
                }
                continue;
            }
            windows.extend(hidden.windows(WINDOW).map(window));
            for alignment in 0..3 {
                insert_base64(&mut windows, hidden, alignment);
            }
        }
        let values = AhoCorasick::new(values).expect("a few short words stay far below the automaton's limits");
        Redactor { windows, short: Short { values, prefixes } }
    }

    /// Lets these parts of words out, unless one of `strict` holds them: a password that shares a word with
    /// the name of a file is not told by it.
    pub fn sparing<'p>(
        mut self,
        parts: impl Iterator<Item = &'p [u8]>,
        strict: impl Iterator<Item = &'p Secret>,
    ) -> Redactor {
        let strict: HashSet<u64> =
            strict.flat_map(|secret| secret.expose().as_bytes().windows(WINDOW)).map(window).collect();
        for part in parts.map(window).filter(|part| !strict.contains(part)) {
            self.windows.remove(&part);
        }
        self
    }

    /// The text with every part of a secret replaced by as many asterisks as it has characters.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if text.len() < SHORTEST || (self.windows.is_empty() && self.short.prefixes.is_empty()) {
            return Cow::Borrowed(text);
        }
        let mut hidden = Vec::new();
        let raw = View::of(text.as_bytes());
        self.mark(&raw, &mut hidden);
        for outer in Escaping::ALL {
            let Some(once) = raw.resolved(outer) else { continue };
            self.mark(&once, &mut hidden);
            for inner in Escaping::ALL {
                if let Some(twice) = once.resolved(inner) {
                    self.mark(&twice, &mut hidden);
                }
            }
        }
        if hidden.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(mask(text, hidden)) }
    }

    /// Adds the ranges of the original text that hold a part of a secret in this view of it.
    fn mark(&self, view: &View, hidden: &mut Vec<Range<usize>>) {
        if !self.windows.is_empty() {
            let mut rolling = 0;
            for (at, &byte) in view.bytes.iter().enumerate() {
                rolling = rolling << 8 | u64::from(byte);
                if at + 1 >= WINDOW && self.windows.contains(&rolling) {
                    push(hidden, view.original(at + 1 - WINDOW)..view.original(at + 1));
                }
            }
        }
        for found in self.short.values.find_overlapping_iter(view.bytes.as_ref()) {
            let before = &view.bytes[..found.start()];
            let after = view.bytes.get(found.end());
            let prefix = &self.short.prefixes[found.pattern().as_usize()];
            let joins = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/');
            let starts = !before.last().is_some_and(joins) || (!prefix.is_empty() && before.ends_with(prefix));
            if starts && !after.is_some_and(joins) {
                push(hidden, view.original(found.start())..view.original(found.end()));
            }
        }
    }
}

/// Eight bytes as one number.
fn window(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// The windows of a secret's base64, as it looks behind `alignment` bytes (modulo three) of
/// something else. Characters that also depend on a neighbour are left out.
fn insert_base64(windows: &mut HashSet<u64>, hidden: &[u8], alignment: usize) {
    let mut shifted = Zeroizing::new(vec![0; alignment]);
    shifted.extend_from_slice(hidden);
    for encoded in [STANDARD_NO_PAD.encode(&*shifted), URL_SAFE_NO_PAD.encode(&*shifted)] {
        let encoded = Zeroizing::new(encoded);
        let start = (alignment * 8).div_ceil(6);
        let end = shifted.len() * 8 / 6;
        windows.extend(encoded.as_bytes()[start..end].windows(WINDOW).map(window));
    }
}

/// Adds a range, or lengthens the last one where they overlap.
fn push(ranges: &mut Vec<Range<usize>>, range: Range<usize>) {
    match ranges.last_mut() {
        Some(last) if last.start <= range.start && range.start <= last.end => last.end = last.end.max(range.end),
        _ => ranges.push(range),
    }
}

fn mask(text: &str, mut hidden: Vec<Range<usize>>) -> String {
    hidden.sort_unstable_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in hidden {
        let start = (0..=range.start).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0).max(done);
        let end = (range.end..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        if start < end {
            out.push_str(&text[done..start]);
            out.extend(text[start..end].chars().map(|_| '*'));
            done = end;
        }
    }
    out.push_str(&text[done..]);
    out
}

/// Passes on whole lines with every secret masked, so that a log cannot hold one either.
pub struct CleanLines<'r, 'w> {
    redactor: &'r Redactor,
    out: &'w mut (dyn Write + Send),
    line: Vec<u8>,
}

impl<'r, 'w> CleanLines<'r, 'w> {
    pub fn new(redactor: &'r Redactor, out: &'w mut (dyn Write + Send)) -> CleanLines<'r, 'w> {
        CleanLines { redactor, out, line: Vec::new() }
    }
}

impl Write for CleanLines<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        while let Some(end) = self.line.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.line.drain(..=end).collect();
            self.out.write_all(self.redactor.clean(&String::from_utf8_lossy(&line)).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
