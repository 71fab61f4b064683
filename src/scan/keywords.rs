//! The one pass over all bytes: which detectors should look at a file, and where. Behind this
//! seam any other literal search can stand.
//!
//! Every keyword is anchored on its rarest four characters. Of each character of the text five bits
//! are taken, which tell letters apart whatever their case; those of four side by side are a place in
//! a bitmap, and only where that bit is set are keywords compared.
//! Unlike an automaton it costs nearly the same for sixty keywords and for two thousand, and next to
//! nothing to build. What is common in texts lies close together in the bitmap, which no hash gives.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use super::encoded::{self, Form};
use super::{assignment, comments, ordinary};
use crate::detector::Detectors;

/// How many characters of a keyword are looked for.
const GRAM: usize = 4;
/// So many bits tell one letter from another, but not its case.
const LETTER: usize = 5;
/// So many different ones of four characters are told apart: 128 KiB.
const GRAMS: usize = 1 << (LETTER * GRAM);
/// Keywords that begin with the same three at their anchor are compared together.
const BUCKETS: usize = 1 << (LETTER * (GRAM - 1));
/// How many places are looked at together.
const STRIDE: usize = 8;
/// A bit of each byte that tells upper case from lower case.
const CASELESS: u64 = 0x2020_2020_2020_2020;
/// To compare one more keyword where the search stops anyway is two bits cheaper than one more stop.
const SHARED: u32 = 2 * ordinary::STEPS as u32;
/// A keyword is anchored no farther from either end than this, or near its middle.
const REACH: usize = 32;

/// Who looks at the place where a keyword stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wake {
    /// The detector of this number.
    Detector(usize),
    /// The reader of assignments: the keyword may stand in a name.
    Assignment,
    /// The reader of comments that allow a secret.
    Comment,
    /// It is a keyword in another form, of this number: what stands around it is decoded.
    Encoded(usize),
}

/// The keywords of all detectors, and the forms that the telling ones take when they are encoded.
pub(super) struct Keywords {
    forms: Vec<Form>,
    /// Which four characters some keyword is anchored on.
    seen: Box<[u64; GRAMS / 64]>,
    /// Where each bucket begins in `anchors`.
    buckets: Vec<u32>,
    anchors: Vec<Anchor>,
    words: Words,
    /// How far a keyword reaches from where it is anchored, to its beginning and to its end.
    reach: (usize, usize),
    always: Vec<usize>,
}

/// Where a keyword is looked for.
struct Anchor {
    word: u32,
    /// Where its rarest characters stand in the keyword.
    offset: u32,
    /// Eight bytes of it, without case, that are compared before all of it is; of a shorter one, all.
    eight: u64,
    mask: u64,
    /// So far before the rarest characters these begin.
    before: u32,
}

impl Anchor {
    fn of(number: usize, word: &[u8], offset: usize) -> Anchor {
        let from = offset.min(word.len().saturating_sub(8));
        let byte = |at: usize| word.get(from + at).copied();
        let eight = u64::from_le_bytes(std::array::from_fn(|at| byte(at).map_or(0, |byte| byte | CASELESS as u8)));
        let mask = u64::from_le_bytes(std::array::from_fn(|at| byte(at).map_or(0, |_| u8::MAX)));
        Anchor { word: index(number), offset: index(offset), eight, mask, before: index(offset - from) }
    }

    /// Whether the keyword's rarest characters may stand there in the text.
    #[inline(always)]
    fn may_stand(&self, text: &[u8], at: usize) -> bool {
        let Some(from) = at.checked_sub(self.before as usize) else { return false };
        let eight = text.get(from..).and_then(|text| text.first_chunk());
        eight.is_none_or(|eight| (u64::from_le_bytes(*eight) | CASELESS) & self.mask == self.eight)
    }
}

/// Each text once, in lower case, with whom it wakes: one after the other in one piece of memory each,
/// since there are thousands and they are made at every start.
#[derive(Default)]
struct Words {
    texts: Vec<u8>,
    wakes: Vec<Wake>,
    /// Where each ends in both.
    ends: Vec<(u32, u32)>,
}

impl Words {
    fn of<'t>(all: impl Iterator<Item = (&'t str, Wake)>) -> Words {
        let (mut texts, mut spans) = (Vec::new(), Vec::new());
        for (text, wake) in all {
            let start = texts.len();
            texts.extend(text.bytes().map(|byte| byte.to_ascii_lowercase()));
            spans.push((start..texts.len(), wake));
        }
        let mut numbers: HashMap<&[u8], usize> = HashMap::with_capacity(spans.len());
        let mut woken: Vec<(usize, Wake)> = Vec::with_capacity(spans.len());
        let mut once = Words::default();
        for (span, wake) in spans {
            let text = &texts[span];
            let number = *numbers.entry(text).or_insert_with(|| {
                once.texts.extend_from_slice(text);
                once.ends.push((index(once.texts.len()), 0));
                once.ends.len() - 1
            });
            woken.push((number, wake));
        }
        woken.sort_by_key(|(number, _)| *number);
        for (number, wake) in woken {
            once.wakes.push(wake);
            once.ends[number].1 = index(once.wakes.len());
        }
        once
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    /// Where the word of this number begins in both.
    fn start(&self, number: usize) -> (usize, usize) {
        let (text, wakes) = number.checked_sub(1).map_or((0, 0), |before| self.ends[before]);
        (text as usize, wakes as usize)
    }

    fn text(&self, number: usize) -> &[u8] {
        &self.texts[self.start(number).0..self.ends[number].0 as usize]
    }

    fn wakes(&self, number: usize) -> &[Wake] {
        &self.wakes[self.start(number).1..self.ends[number].1 as usize]
    }
}

impl Keywords {
    pub(super) fn of(detectors: &Detectors) -> Keywords {
        let numbers = 0..detectors.len();
        let telling = numbers.clone().filter(|&number| detectors.is_anchored(number));
        let forms = encoded::forms(telling.flat_map(|number| detectors.keywords(number)));
        let own = numbers.flat_map(|number| detectors.keywords(number).map(move |word| (word, Wake::Detector(number))));
        let encoded = forms.iter().enumerate().map(|(number, form)| (form.text.as_str(), Wake::Encoded(number)));
        let assigned = assignment::words().map(|word| (word, Wake::Assignment));
        let allowed = comments::WORDS.iter().map(|&word| (word, Wake::Comment));
        let words = Words::of(own.chain(encoded).chain(assigned).chain(allowed));
        let always = (0..detectors.len()).filter(|&number| detectors.is_always_awake(number)).collect();
        Keywords { always, ..Keywords::new(words, forms) }
    }

    /// The detectors that are awake without a keyword.
    pub(super) fn always(&self) -> &[usize] {
        &self.always
    }

    /// Words of three bytes or more.
    fn new(words: Words, forms: Vec<Form>) -> Keywords {
        let mut seen = Box::new([0_u64; GRAMS / 64]);
        let mut buckets = vec![0_u32; BUCKETS + 1];
        let mut anchored: Vec<(usize, usize, usize)> = Vec::with_capacity(words.len());
        let mut reach = (0, 0);
        let mut numbers: Vec<usize> = (0..words.len()).collect();
        // Where the short ones are anchored, which have little choice, others may be as well.
        numbers.sort_by_key(|&number| words.text(number).len());
        for number in numbers {
            let word = words.text(number);
            let offset = rarest(word, &seen[..]);
            reach = (reach.0.max(offset), reach.1.max(word.len() - offset));
            let gram = gram(&word[offset..]);
            let bucket = gram % BUCKETS;
            // Behind a keyword of three may follow anything.
            let ends = if word.len() < GRAM { 0..GRAMS / BUCKETS } else { gram / BUCKETS..gram / BUCKETS + 1 };
            for gram in ends.map(|end| end * BUCKETS + bucket) {
                seen[gram / 64] |= 1 << (gram % 64);
            }
            buckets[bucket + 1] += 1;
            anchored.push((bucket, number, offset));
        }
        for at in 1..buckets.len() {
            buckets[at] += buckets[at - 1];
        }
        anchored.sort_unstable();
        let anchor = |(_, number, offset)| Anchor::of(number, words.text(number), offset);
        let anchors = anchored.into_iter().map(anchor).collect();
        Keywords { forms, seen, buckets, anchors, words, reach, always: Vec::new() }
    }

    /// Before this no keyword begins that is anchored at `at` or behind it.
    pub(super) fn first_start(&self, at: usize) -> usize {
        at.saturating_sub(self.reach.0)
    }

    /// Where a keyword is anchored that holds a byte of this part of a text, or that this place parts.
    pub(super) fn anchored_around(&self, part: &Range<usize>, length: usize) -> Range<usize> {
        (part.start + 1).saturating_sub(self.reach.1)..(part.end + self.reach.0).min(length)
    }

    /// Calls `hit` with the number of each keyword that is anchored in this part of the text, and its start.
    pub(super) fn each_anchored(&self, text: &[u8], part: Range<usize>, mut hit: impl FnMut(u32, usize)) {
        let Range { start: mut at, end } = part;
        let letters = |at: usize| text.get(at..)?.first_chunk().map(|eight| letters(u64::from_le_bytes(*eight)));
        if let Some(mut here) = letters(at) {
            while at < end
                && let Some(next) = letters(at + STRIDE)
            {
                let all = here | next << (LETTER * STRIDE);
                // A branch for each of them would be guessed wrong.
                let any = (0..STRIDE).fold(0, |any, place| any | self.bit(all >> (LETTER * place)));
                if any != 0 {
                    self.compare_some(text, at..end.min(at + STRIDE), all, &mut hit);
                }
                here = next;
                at += STRIDE;
            }
        }
        // The last bytes, as if zeros followed: a keyword of three may end the text.
        while at < end && at + GRAM - 1 <= text.len() {
            let gram = gram(&text[at..]) as u64;
            if self.bit(gram) != 0 {
                self.compare(text, at, gram, &mut hit);
            }
            at += 1;
        }
    }

    /// Whether some keyword's anchor may stand there: one or zero.
    #[inline(always)]
    fn bit(&self, letters: u64) -> u64 {
        let gram = letters as usize % GRAMS;
        self.seen[gram / 64] >> (gram % 64) & 1
    }

    /// Compares the keywords that may stand at these places, of the first of which the letters begin.
    #[inline(never)]
    fn compare_some(&self, text: &[u8], places: Range<usize>, letters: u64, hit: &mut impl FnMut(u32, usize)) {
        let bit = |place: usize| self.bit(letters >> (LETTER * place));
        // From the last one, which takes half as long as to put each where it belongs.
        let mut which = (0..STRIDE).rev().fold(0, |which, place| which << 1 | bit(place));
        which &= (1 << places.len()) - 1;
        while which != 0 {
            let place = which.trailing_zeros() as usize;
            which &= which - 1;
            self.compare(text, places.start + place, letters >> (LETTER * place), hit);
        }
    }

    /// Compares the keywords whose rarest characters may stand there.
    #[inline(always)]
    fn compare(&self, text: &[u8], at: usize, letters: u64, hit: &mut impl FnMut(u32, usize)) {
        let bucket = letters as usize % BUCKETS;
        for anchor in &self.anchors[self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize] {
            if !anchor.may_stand(text, at) {
                continue;
            }
            let Some(start) = at.checked_sub(anchor.offset as usize) else { continue };
            let word = self.words.text(anchor.word as usize);
            if text.get(start..start + word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word)) {
                hit(anchor.word, start);
            }
        }
    }

    /// Whom the keyword of this number wakes.
    pub(super) fn wakes(&self, word: u32) -> &[Wake] {
        self.words.wakes(word as usize)
    }

    /// How long the keyword of this number is.
    pub(super) fn length(&self, word: u32) -> usize {
        self.words.text(word as usize).len()
    }

    /// The form of this number.
    pub(super) fn form(&self, number: usize) -> &Form {
        &self.forms[number]
    }
}

/// Where those four characters of a keyword stand in it at which the search stops least.
fn rarest(word: &[u8], seen: &[u64]) -> usize {
    let reach = REACH.max(word.len() / 2 + GRAM);
    let is_near = |offset: usize| offset <= reach && word.len() - offset <= reach;
    let rarity = |four: [u8; GRAM]| {
        let gram = gram(&four);
        let is_seen = seen[gram / 64] >> (gram % 64) & 1 != 0;
        // It stops at what looks alike as well.
        let (own, alike) = (ordinary::surprise_of_four(four), four.map(alike));
        let surprise = if alike == four { own } else { own.min(ordinary::surprise_of_four(alike)) };
        surprise + if is_seen { SHARED } else { 0 }
    };
    let four = word.windows(GRAM).enumerate().filter(|(offset, _)| is_near(*offset));
    let four = four.filter_map(|(offset, four)| Some((offset, four.try_into().ok()?)));
    four.min_by_key(|(_, four)| Reverse(rarity(*four))).map_or(0, |(offset, _)| offset)
}

/// The letter that is not told from this character.
fn alike(byte: u8) -> u8 {
    let letter = byte & 0x1f | b'`';
    if letter.is_ascii_lowercase() { letter } else { byte }
}

/// The letters of the first four characters, as if zeros followed.
fn gram(text: &[u8]) -> usize {
    letters(u64::from_le_bytes(std::array::from_fn(|at| text.get(at).copied().unwrap_or(0)))) as usize % GRAMS
}

/// What tells letters apart of eight characters, side by side, the first one lowest.
#[inline(always)]
fn letters(eight: u64) -> u64 {
    let two = eight & 0x001f_001f_001f_001f | (eight & 0x1f00_1f00_1f00_1f00) >> 3;
    let four = two & 0x0000_03ff_0000_03ff | (two & 0x03ff_0000_03ff_0000) >> 6;
    four & 0x0000_0000_000f_ffff | (four & 0x000f_ffff_0000_0000) >> 12
}

fn index(number: usize) -> u32 {
    u32::try_from(number).expect("there are far fewer keywords, and they are short")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn keywords(words: &[&str]) -> Keywords {
        let words = words.iter().enumerate();
        Keywords::new(Words::of(words.map(|(number, word)| (*word, Wake::Detector(number)))), Vec::new())
    }

    fn hits(words: &[&str], text: &[u8]) -> BTreeSet<(usize, usize)> {
        let mut found = BTreeSet::new();
        let keywords = keywords(words);
        keywords.each_anchored(text, 0..text.len(), |word, at| {
            let [Wake::Detector(number)] = keywords.wakes(word) else { panic!("{word} at {at}") };
            assert_eq!(keywords.length(word), words[*number].len());
            assert!(found.insert((*number, at)), "{number} at {at} twice");
        });
        found
    }

    fn naive(words: &[&str], text: &[u8]) -> BTreeSet<(usize, usize)> {
        let places = |word: &str| -> Vec<usize> {
            let stands = |at: &usize| text[*at..*at + word.len()].eq_ignore_ascii_case(word.as_bytes());
            (0..(text.len() + 1).saturating_sub(word.len())).filter(stands).collect()
        };
        words.iter().enumerate().flat_map(|(n, word)| places(word).into_iter().map(move |at| (n, at))).collect()
    }

    const WORDS: &[&str] = &["ab_", "ghp_", "abab", "-----begin", "ab_c", "_token", "r2_", "a b@"];

    #[test]
    fn a_keyword_is_found_at_both_ends_and_in_any_case() {
        assert_eq!(hits(WORDS, b"AB_"), [(0, 0)].into());
        assert_eq!(hits(WORDS, b"xAb_"), [(0, 1)].into());
        assert_eq!(hits(WORDS, b"Ghp_ -----BEGIN"), [(1, 0), (3, 5)].into());
        assert_eq!(hits(WORDS, b"ab"), BTreeSet::new());
        assert_eq!(hits(WORDS, b""), BTreeSet::new());
    }

    proptest! {
        #[test]
        fn it_finds_what_comparing_at_every_place_finds(text in "[abAB_cghpTokenGHP\\-2rR @`]{0,60}") {
            prop_assert_eq!(hits(WORDS, text.as_bytes()), naive(WORDS, text.as_bytes()));
        }

        #[test]
        fn it_finds_what_a_part_of_the_text_has_a_part_of(
            text in "[abAB_cghpTokenGHP\\-2rR @`]{0,60}", start in 0_usize..60, length in 0_usize..4,
        ) {
            let start = start.min(text.len());
            let part = start..(start + length).min(text.len());
            let keywords = keywords(WORDS);
            let mut found = Vec::new();
            keywords.each_anchored(text.as_bytes(), keywords.anchored_around(&part, text.len()), |word, at| {
                found.push((word as usize, at));
            });
            let is_touched = |at: usize, end: usize| at < part.end && part.start < end;
            for (number, at) in naive(WORDS, text.as_bytes()) {
                let times = found.iter().filter(|&&one| one == (number, at)).count();
                prop_assert!(times == 1 || times == 0 && !is_touched(at, at + WORDS[number].len()), "{} at {}", number, at);
            }
        }

        #[test]
        fn any_bytes_are_searched_without_a_panic(text in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(hits(WORDS, &text), naive(WORDS, &text));
        }
    }
}
