//! What every match of a pattern begins with, as far as each byte or run of bytes has a place of its own. Where
//! a keyword stands in that, a glance at the place of a hit saves trying the pattern there: `cio` in the middle
//! of `gpcion` begins nothing, and no address without a colon behind its host holds a password.

use std::collections::BTreeSet;

use regex_syntax::hir::{Hir, HirKind, Look};

use super::byteset::ByteSet;

/// So many steps of a match are looked at.
const MOST: usize = 64;
/// A keyword is looked for in so many of the first bytes.
const NEAR: usize = 128;
/// A pattern that may begin in more ways than these is not read on.
const WAYS: usize = 64;
/// No escape is longer that stands for one character.
const ESCAPE: usize = 6;

/// How a match may begin, and whether it begins a word.
#[derive(Debug)]
pub(super) struct Begins {
    groups: Vec<Group>,
    word: bool,
}

impl Begins {
    /// None where a match may begin without a keyword.
    pub(super) fn of<'k>(pattern: &Hir, keywords: impl Iterator<Item = &'k str>) -> Option<Begins> {
        let keywords: BTreeSet<String> = keywords.map(str::to_ascii_lowercase).collect();
        let mut groups: Vec<Group> = Vec::new();
        for reading in read(pattern, vec![Reading::default()]) {
            let way = reading.way(&keywords)?;
            let is_alike = |group: &&mut Group| group.keyword == way.keyword && group.head == way.head();
            match groups.iter_mut().find(is_alike) {
                Some(group) => group.ways.push(way),
                None => groups.push(Group { keyword: way.keyword, head: way.head(), ways: vec![way] }),
            }
        }
        let word = pattern.properties().look_set_prefix().contains(Look::WordAscii);
        Some(Begins { groups, word })
    }

    /// Whether a match may begin around a keyword that was found there.
    pub(super) fn at(&self, bytes: &[u8], at: usize) -> bool {
        let begins = |Group { keyword, head, ways }: &Group| {
            let start = at.checked_sub(*keyword)?;
            (head.holds(bytes[start]) && !self.is_inside(bytes, start)).then_some(())?;
            Some(ways.iter().any(|way| (!way.first || start == 0) && way.stranger(&bytes[start..]).is_none()))
        };
        self.groups.iter().any(|group| begins(group).unwrap_or_default())
    }

    /// Whether one may begin there once escapes are resolved: what stands before it may be one, and so
    /// may any of its characters.
    pub(super) fn at_escaped(&self, bytes: &[u8], at: usize) -> bool {
        let begins = |Group { keyword, head, ways }: &Group| {
            let start = at.checked_sub(*keyword)?;
            let may_begin = head.holds(bytes[start]) || is_escape(bytes[start]);
            (may_begin || *keyword > 0).then_some(())?;
            let is_escaped = has_escape(&bytes[at.saturating_sub(ESCAPE * (keyword + 1))..at]);
            if is_escaped && *keyword > 0 {
                return Some(true);
            }
            (may_begin && (is_escaped || !self.is_inside(bytes, start))).then_some(())?;
            let stands = |way: &Way| is_escaped || !way.first || start == 0;
            Some(ways.iter().any(|way| stands(way) && way.fits_escaped(&bytes[start..])))
        };
        self.groups.iter().any(|group| begins(group).unwrap_or_default())
    }

    /// Whether it has to begin a word and would stand within one.
    fn is_inside(&self, bytes: &[u8], at: usize) -> bool {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        self.word && at > 0 && is_word(bytes[at - 1]) && is_word(bytes[at])
    }
}

fn is_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%')
}

fn has_escape(bytes: &[u8]) -> bool {
    bytes.iter().any(|&byte| is_escape(byte))
}

/// Ways that begin with the same bytes and in which a keyword stands at the same place: of the address of a
/// database there are dozens, of which the first byte leaves a few.
#[derive(Debug)]
struct Group {
    keyword: usize,
    head: ByteSet,
    ways: Vec<Way>,
}

/// One way in which a match may begin.
#[derive(Debug)]
struct Way {
    /// What its first bytes are, one by one.
    bytes: Vec<ByteSet>,
    /// What follows.
    steps: Vec<Step>,
    /// Where a keyword stands in it.
    keyword: usize,
    /// Whether it stands at the beginning of the text alone.
    first: bool,
}

impl Way {
    /// What its first byte is one of.
    fn head(&self) -> ByteSet {
        self.bytes.first().copied().unwrap_or_else(|| self.steps[0].set)
    }

    /// Whether all belongs there, as far as no escape stands.
    fn fits_escaped(&self, bytes: &[u8]) -> bool {
        let stranger = self.stranger(bytes);
        stranger.is_none_or(|stranger| bytes.get(..=stranger).is_none_or(has_escape))
    }

    /// Where the first byte stands that does not belong there, or is missing.
    fn stranger(&self, bytes: &[u8]) -> Option<usize> {
        let fits = |(set, byte): &(&ByteSet, &u8)| set.holds(**byte);
        let mut at = self.bytes.iter().zip(bytes).take_while(fits).count();
        if at < self.bytes.len() {
            return Some(at);
        }
        for Step { set, least, most } in &self.steps {
            let fitting = bytes[at..].iter().take(*most).take_while(|&&byte| set.holds(byte)).count();
            at += fitting;
            if fitting < *least {
                return Some(at);
            }
        }
        None
    }
}

/// So many bytes of a set, none of which belong to the next step where it may be fewer.
#[derive(Clone, Debug)]
struct Step {
    set: ByteSet,
    least: usize,
    most: usize,
}

impl Step {
    fn is_open(&self) -> bool {
        self.least < self.most
    }
}

/// A way, while it is read.
#[derive(Clone, Default)]
struct Reading {
    steps: Vec<Step>,
    first: bool,
    /// Whether what follows cannot be told.
    over: bool,
}

impl Reading {
    fn stop(mut self) -> Reading {
        self.over = true;
        self
    }

    fn step(mut self, set: ByteSet, least: usize, most: usize) -> Reading {
        // Where one ends and the next begins has to be plain.
        let is_plain = self.steps.last().is_none_or(|last| !last.is_open() || least > 0 && !last.set.shares_with(set));
        self.over |= !is_plain || self.steps.len() == MOST;
        if !self.over {
            self.steps.push(Step { set, least, most });
        }
        self
    }

    fn way(self, keywords: &BTreeSet<String>) -> Option<Way> {
        let fixed = self.steps.iter().take_while(|step| !step.is_open());
        let bytes: Vec<ByteSet> = fixed.flat_map(|step| std::iter::repeat_n(step.set, step.least)).take(NEAR).collect();
        let keyword = (0..bytes.len()).find(|&at| holds_one(&bytes[at..], keywords))?;
        let single = self.steps.iter().take_while(|step| (step.least, step.most) == (1, 1)).count();
        let steps = self.steps[single..].to_vec();
        Some(Way {
            bytes: self.steps[..single].iter().map(|step| step.set).collect(),
            steps,
            keyword,
            first: self.first,
        })
    }
}

/// Whether whatever these sets allow begins with a keyword.
fn holds_one(bytes: &[ByteSet], keywords: &BTreeSet<String>) -> bool {
    let allows = |(set, byte): (&ByteSet, u8)| set.holds(byte) || set.holds(byte.to_ascii_uppercase());
    let is_allowed = |word: &&String| word.len() <= bytes.len() && bytes.iter().zip(word.bytes()).all(allows);
    let allowed: Vec<usize> = keywords.iter().filter(is_allowed).map(String::len).collect();
    allowed.iter().any(|&length| {
        let all = bytes[..length].iter().try_fold(1_usize, |all, set| all.checked_mul(set.without_case()));
        all == Some(allowed.iter().filter(|&&other| other == length).count())
    })
}

/// Reads on in each of the ways that were read so far.
fn read(pattern: &Hir, ways: Vec<Reading>) -> Vec<Reading> {
    let (mut over, ways): (Vec<Reading>, Vec<Reading>) = ways.into_iter().partition(|way| way.over);
    let stop = |ways: Vec<Reading>| ways.into_iter().map(Reading::stop).collect();
    let step = |ways: Vec<Reading>, set, least, most| {
        ways.into_iter().map(|way: Reading| way.step(set, least, most)).collect::<Vec<Reading>>()
    };
    let on: Vec<Reading> = match pattern.kind() {
        _ if ways.is_empty() => ways,
        HirKind::Look(Look::Start) => {
            ways.into_iter().map(|way| Reading { first: way.first || way.steps.is_empty(), ..way }).collect()
        }
        HirKind::Empty | HirKind::Look(_) => ways,
        HirKind::Literal(literal) => {
            literal.0.iter().fold(ways, |ways, &byte| step(ways, ByteSet::from_iter([byte]), 1, 1))
        }
        HirKind::Class(class) => match ByteSet::of(class) {
            Some(set) => step(ways, set, 1, 1),
            None => stop(ways),
        },
        HirKind::Capture(capture) => read(&capture.sub, ways),
        HirKind::Concat(parts) => parts.iter().fold(ways, |ways, part| read(part, ways)),
        HirKind::Alternation(parts) if ways.len() * parts.len() <= WAYS => {
            parts.iter().flat_map(|part| read(part, ways.clone())).collect()
        }
        HirKind::Alternation(_) => stop(ways),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.map(|most| most as usize);
            match (one_byte(&repetition.sub), repetition.min as usize, most) {
                (_, 0, Some(1)) if 2 * ways.len() <= WAYS => {
                    let without = ways.clone();
                    read(&repetition.sub, ways).into_iter().chain(without).collect()
                }
                (Some(set), least, most) => step(ways, set, least, most.unwrap_or(usize::MAX)),
                (None, least, most) => {
                    let ways = (0..least.min(MOST)).fold(ways, |ways, _| read(&repetition.sub, ways));
                    if most == Some(least) && least <= MOST { ways } else { stop(ways) }
                }
            }
        }
    };
    over.extend(on);
    over
}

/// What stands for a single byte.
fn one_byte(pattern: &Hir) -> Option<ByteSet> {
    match pattern.kind() {
        HirKind::Literal(literal) if literal.0.len() == 1 => Some(literal.0.iter().copied().collect()),
        HirKind::Class(class) => ByteSet::of(class),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detector::{compile, parse};

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
        for (text, expected) in [("pk_live_0123", true), ("pk_live_0", false), ("pk_x0123", true), ("pk_y0123", false)]
        {
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
    fn nothing_is_known_where_a_match_may_begin_without_a_keyword() {
        assert_eq!(may_begin(r"\b(?<secret>[0-9a-f]{64})\b", &["r2_"], "r2_", 0), None);
        assert_eq!(may_begin(r"(?:abc|abd|x[a-z]{20})_", &["abc_", "abd_"], "abc_", 0), None);
        assert_eq!(may_begin(r"ab[cd]_[0-9]{9}", &["abc_"], "abc_", 0), None);
        assert_eq!(may_begin(r"[a-z]{2,9}_key", &["_key"], "ab_key", 2), None);
    }

    #[test]
    fn a_keyword_that_stands_elsewhere_as_well_begins_nothing() {
        let pattern = r"(?<secret>wc_[0-9a-f]{8})";
        assert_eq!(may_begin(pattern, &["wc_", "woocommerce"], "woocommerce", 0), Some(false));
        assert_eq!(may_begin(pattern, &["wc_", "woocommerce"], "wc_01234567", 0), Some(true));
        let pattern = r"\bATTA[0-9a-fA-F]{8}\b";
        assert_eq!(may_begin(pattern, &["ATTA"], "ATTA01234ABc", 0), Some(true));
        assert_eq!(may_begin(pattern, &["ATTA"], "regatta", 3), Some(false));
    }

    #[test]
    fn a_keyword_may_stand_behind_the_beginning() {
        let pattern = r"\b(?:s?ftp)://[a-z]{1,8}:[a-z]{3}@";
        for (text, at, expected) in [
            ("sftp://dana:abc@", 1, true),
            ("ftp://dana:abc@", 0, true),
            ("xftp://dana:abc@", 1, false),
            ("ftp://acme.test/abc@", 0, false),
            ("ftp://dana", 0, false),
            ("ftp://:abc@", 0, false),
        ] {
            assert_eq!(may_begin(pattern, &["ftp://"], text, at), Some(expected), "{text}");
        }
        assert_eq!(may_begin(r"[0-9a-f]{4}-us", &["-us"], "-us", 0), Some(false));
        assert_eq!(may_begin(r"(?:^|[^a-z])(?<secret>EAA[a-z]{9})", &["EAA"], ".EAAabcdefghi", 1), Some(true));
    }

    #[test]
    fn the_beginning_of_a_text_is_one() {
        let pattern = r"(?:\bNPM__auth|^_auth|[\r\n]_auth)\s{0,4}[=:]";
        for (text, at, expected) in [
            ("_auth =", 0, true),
            ("\n_auth=", 1, true),
            ("NPM__auth =", 4, true),
            ("npm_auth =", 3, false),
            ("_auth_token =", 0, false),
        ] {
            assert_eq!(may_begin(pattern, &["_auth"], text, at), Some(expected), "{text}");
        }
    }

    #[test]
    fn escapes_may_stand_wherever_the_beginning_reaches() {
        let of = |pattern: &str, keyword: &str| Begins::of(&parse(pattern).unwrap(), [keyword].into_iter()).unwrap();
        let address = of(r"\bhttps?://[^\s:/\\]{1,64}:[^@/]{3,64}@", "http");
        for (text, expected) in [
            ("http://acme.test/a%20b", false),
            ("http://dana%3aabc@acme.test", true),
            (r"http:\/\/dana:abc@acme.test", true),
            ("http://dana", true),
        ] {
            assert_eq!(address.at_escaped(text.as_bytes(), 0), expected, "{text}");
        }
        let line = of(r"(?:^|[\r\n])_auth=[a-z]{8}", "_auth");
        for (text, at, expected) in
            [(r"x\n_auth=abcdefgh", 3, true), (r"x\u000a_auth=", 7, true), (".x._auth=abcdefgh", 3, false)]
        {
            assert_eq!(line.at_escaped(text.as_bytes(), at), expected, "{text}");
        }
    }

    #[test]
    fn a_pattern_without_case_knows_every_case() {
        for text in ["abc_x", "ABC_x", "aBc_x"] {
            assert_ne!(may_begin(r"(?i)\babc_[a-z]+", &["abc_"], text, 0), Some(false), "{text}");
        }
    }

    const PATTERNS: &[(&str, &[&str])] = &[
        (r"\b(?:s?ab|abe?s)(?:\+[ab]{2,3})?://[ab+]{0,3}:b", &["ab://", "abes://", "abs://", "ab+", "abs+", "abes+"]),
        (r"(?:^|[^ab])b[ab]b[as]{2,}(?:[^as]|$)", &["bab", "bbb"]),
        (r"[ab]{3}://(?i:s{1,2})b", &["://"]),
        (r"(?:^_a|\b_b|[:/]_[ab])\s{0,2}[=:]", &["_a", "_b"]),
    ];

    proptest! {
        #[test]
        fn every_match_begins_around_a_keyword(
            number in 0..PATTERNS.len(), text in r"(?:[abse+:/_= S]|://|ab|bb|bab|bas|abes|_a=|_b|\+ab|ab://|sb|:b){0,12}",
        ) {
            let (pattern, keywords) = PATTERNS[number];
            let begins = Begins::of(&parse(pattern).unwrap(), keywords.iter().copied()).expect("each way has one");
            let stands = |at: &usize| keywords.iter().any(|word| {
                text.get(*at..*at + word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word))
            });
            if let Some(found) = compile(pattern).unwrap().find(text.as_bytes()) {
                let at = found.range().filter(stands).find(|&at| begins.at(text.as_bytes(), at));
                prop_assert!(at.is_some(), "{} in {}", pattern, text);
                prop_assert!(begins.at_escaped(text.as_bytes(), at.unwrap()), "{} in {}", pattern, text);
            }
        }
    }
}
