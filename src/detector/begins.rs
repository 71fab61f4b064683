//! What every match of a pattern begins with, as far as that is one of a few texts. Where these are
//! the keywords themselves, a glance at the place of a hit saves trying the pattern there: `cio` in
//! the middle of `gpcion` begins nothing.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Hir, Look};

/// The texts that a match may begin with, and whether it begins a word.
#[derive(Debug)]
pub(super) struct Begins {
    texts: Vec<Vec<u8>>,
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
        known.then_some(Begins { texts, word })
    }

    /// Whether a match may begin where a keyword was found.
    pub(super) fn at(&self, bytes: &[u8], at: usize) -> bool {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let inside = self.word && at > 0 && is_word(bytes[at - 1]) && is_word(bytes[at]);
        !inside && self.texts.iter().any(|text| bytes[at..].starts_with(text))
    }

    /// Whether one may begin there once escapes are resolved: what stands before it may be one, and so
    /// may any of its characters.
    pub(super) fn at_escaped(&self, bytes: &[u8], at: usize) -> bool {
        let stands = |text: &Vec<u8>| {
            let differ = text.iter().zip(&bytes[at..]).position(|(one, other)| one != other);
            differ.is_none_or(|differ| matches!(bytes[at + differ], b'\\' | b'%'))
        };
        self.texts.iter().any(stands)
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
        assert_eq!(may_begin(pattern, &["cio"], "x = cio", 4), Some(true));
        assert_eq!(may_begin(pattern, &["cio"], "cio", 0), Some(true));
        assert_eq!(may_begin(pattern, &["cio"], "x = CIO", 4), Some(false));
        assert_eq!(may_begin(pattern, &["cio"], "gpcion", 2), Some(false));
        assert_eq!(may_begin(pattern, &["CIO"], "+cio", 1), Some(true));
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
            ("SK_live_a", 0, false),
        ] {
            assert_eq!(begins.at_escaped(text.as_bytes(), at), expected, "{text}");
        }
    }

    #[test]
    fn one_of_several_prefixes_is_enough() {
        let pattern = r"(?<secret>nf[oc]_[a-z]{36})";
        assert_eq!(may_begin(pattern, &["nfo_", "nfc_"], "infc_x", 1), Some(true));
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
