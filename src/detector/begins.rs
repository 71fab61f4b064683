//! What every match of a pattern begins with, as far as that is one of a few texts. Where these are
//! the keywords themselves, a glance at the place of a hit saves trying the pattern there: `cio` in
//! the middle of `gpcion` begins nothing.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::byteset::ByteSet;

/// So many of the first bytes of a match are looked at.
const MOST: usize = 40;
/// No escape is longer that stands for one character.
const ESCAPE: usize = 6;

/// The texts that a match may begin with, what its first bytes may be, and whether it begins a word.
#[derive(Debug)]
pub(super) struct Begins {
    texts: Vec<Vec<u8>>,
    first: Vec<ByteSet>,
    word: bool,
}

impl Begins {
    /// None where a match may begin with anything, or a keyword stand elsewhere than at its beginning.
    pub(super) fn of<'k>(pattern: &Hir, mut keywords: impl Iterator<Item = &'k str>) -> Option<Begins> {
        let found = Extractor::new().kind(ExtractKind::Prefix).extract(pattern);
        let texts: Vec<Vec<u8>> = found.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect();
        let stands = |keyword: &str, text: &[u8]| {
            let shared = keyword.len().min(text.len());
            shared > 0 && keyword.as_bytes()[..shared].eq_ignore_ascii_case(&text[..shared])
        };
        let only_there = |keyword: &str| {
            let begins = texts.iter().any(|text| stands(keyword, text));
            begins && !texts.iter().any(|text| (1..text.len()).any(|at| stands(keyword, &text[at..])))
        };
        let word = pattern.properties().look_set_prefix().contains(Look::WordAscii);
        let known = !texts.is_empty() && keywords.all(only_there);
        let mut first = Vec::new();
        read(pattern, &mut first);
        known.then_some(Begins { texts, first, word })
    }

    /// Whether a match may begin where a keyword was found.
    pub(super) fn at(&self, bytes: &[u8], at: usize) -> bool {
        let fits = |(set, &byte): (&ByteSet, &u8)| set.holds(byte);
        let here = &bytes[at..];
        !self.is_inside(bytes, at)
            && here.len() >= self.first.len()
            && self.first.iter().zip(here).all(fits)
            && self.texts.iter().any(|text| here.starts_with(text))
    }

    /// Whether one may begin there once escapes are resolved: what stands before it may be one, and so
    /// may any of its characters.
    pub(super) fn at_escaped(&self, bytes: &[u8], at: usize) -> bool {
        let is_escape = |byte: &u8| matches!(byte, b'\\' | b'%');
        let here = &bytes[at..];
        let stands = |text: &Vec<u8>| {
            let differ = text.iter().zip(here).position(|(one, other)| one != other);
            differ.is_none_or(|differ| is_escape(&here[differ]))
        };
        let stranger = self.first.iter().zip(here).position(|(set, &byte)| !set.holds(byte));
        (!self.is_inside(bytes, at) || bytes[at.saturating_sub(ESCAPE)..at].iter().any(is_escape))
            && stranger.is_none_or(|stranger| is_escape(&here[stranger]))
            && self.texts.iter().any(stands)
    }

    /// Whether it has to begin a word and would stand within one.
    fn is_inside(&self, bytes: &[u8], at: usize) -> bool {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        self.word && at > 0 && is_word(bytes[at - 1]) && is_word(bytes[at])
    }
}

/// Reads what the first bytes of a match may be, as far as each has a place of its own. Says whether what
/// follows the pattern stands right behind them.
fn read(pattern: &Hir, first: &mut Vec<ByteSet>) -> bool {
    if first.len() >= MOST {
        return false;
    }
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            first.extend(literal.0.iter().map(|&byte| ByteSet::from_iter([byte])));
            true
        }
        HirKind::Class(class) => match ByteSet::of(class) {
            Some(set) => {
                first.push(set);
                true
            }
            None => false,
        },
        HirKind::Capture(capture) => read(&capture.sub, first),
        HirKind::Concat(parts) => parts.iter().all(|part| read(part, first)),
        HirKind::Repetition(repetition) => {
            (0..repetition.min).all(|_| read(&repetition.sub, first)) && repetition.max == Some(repetition.min)
        }
        HirKind::Alternation(parts) => {
            let read = |part: &Hir| {
                let mut first = Vec::new();
                let ends = read(part, &mut first);
                (first, ends)
            };
            let either = |(one, one_ends): (Vec<ByteSet>, bool), (other, other_ends): (Vec<ByteSet>, bool)| {
                let ends = one_ends && other_ends && one.len() == other.len();
                (one.into_iter().zip(other).map(|(one, other)| one.or(other)).collect(), ends)
            };
            let (both, ends) = parts.iter().map(read).reduce(either).unwrap_or_default();
            first.extend(both);
            ends
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::parse;

    fn may_begin(pattern: &str, keywords: &[&str], text: &str, at: usize) -> Option<bool> {
        let begins = Begins::of(&parse(pattern).unwrap(), keywords.iter().copied())?;
        Some(begins.at(text.as_bytes(), at))
    }

    #[test]
    fn a_prefix_is_exact_and_begins_a_word() {
        let pattern = r"\b(?<secret>cio[0-9A-Za-z]{32})\b";
        let token = format!("cio{}", "0".repeat(32));
        assert_eq!(may_begin(pattern, &["cio"], &format!("x = {token}"), 4), Some(true));
        assert_eq!(may_begin(pattern, &["cio"], &token, 0), Some(true));
        assert_eq!(may_begin(pattern, &["cio"], "x = CIO", 4), Some(false));
        assert_eq!(may_begin(pattern, &["cio"], "gpcion", 2), Some(false));
        assert_eq!(may_begin(pattern, &["CIO"], &format!("+{token}"), 1), Some(true));
    }

    #[test]
    fn escapes_may_stand_before_and_in_it() {
        let begins = Begins::of(&parse(r"\b(?<secret>sk_live_[a-z]{20})").unwrap(), ["sk_"].into_iter()).unwrap();
        for (text, at, expected) in [
            (r"\nsk_live_a", 2, true),
            (r"sk_\u006cive_a", 0, true),
            ("sk_%6cive_a", 0, true),
            ("sk_l", 0, true),
            ("sk_buff", 0, false),
            ("sk_live_A", 0, false),
            (r"disk_live_a", 2, false),
            (r"\u0020sk_live_a", 6, true),
            ("SK_live_a", 0, false),
        ] {
            assert_eq!(begins.at_escaped(text.as_bytes(), at), expected, "{text}");
        }
    }

    #[test]
    fn what_follows_the_prefix_is_looked_at() {
        let pattern = r"\b(?<secret>lip_[0-9a-z]{6,20}(?:x|y)[0-9]{4})\b";
        assert_eq!(may_begin(pattern, &["lip_"], "lip_0123a.", 0), Some(false));
        assert_eq!(may_begin(pattern, &["lip_"], "lip_0123", 0), Some(false));
        assert_eq!(may_begin(pattern, &["lip_"], "lip_0123ab", 0), Some(true));
        let pattern = r"pk_(?:(?:live|test)_|x)[0-9]{4}";
        for (text, expected) in [("pk_live_0", true), ("pk_x0123", true), ("pk_y0123", false)] {
            assert_eq!(may_begin(pattern, &["pk_"], text, 0), Some(expected), "{text}");
        }
    }

    #[test]
    fn one_of_several_prefixes_is_enough() {
        let pattern = r"(?<secret>nf[oc]_[a-z]{36})";
        assert_eq!(may_begin(pattern, &["nfo_", "nfc_"], &format!("infc_{}", "x".repeat(36)), 1), Some(true));
        assert_eq!(may_begin(pattern, &["nfo_", "nfc_"], "nfx_x", 0), Some(false));
    }

    #[test]
    fn nothing_is_known_where_a_keyword_may_stand_elsewhere() {
        assert_eq!(may_begin(r"\b(?<secret>[0-9a-f]{64})\b", &["r2_"], "r2_", 0), None);
        assert_eq!(may_begin(r"(?<secret>wc_[0-9a-f]{40})", &["wc_", "woocommerce"], "wc_", 0), None);
        assert_eq!(may_begin(r"(?:^|[^a-z])(?<secret>EAA[a-z]{9})", &["EAA"], "EAA", 0), None);
    }

    #[test]
    fn nothing_is_known_where_one_beginning_holds_another() {
        assert_eq!(may_begin(r"(?<secret>s?ftp://[a-z]+)", &["ftp://"], "sftp://", 1), None);
    }

    #[test]
    fn a_pattern_without_case_knows_every_case() {
        for text in ["abc_x", "ABC_x", "aBc_x"] {
            assert_ne!(may_begin(r"(?i)\babc_[a-z]+", &["abc_"], text, 0), Some(false), "{text}");
        }
    }
}
