//! The one pass over all bytes: which detectors should look at a file, and where. Behind this
//! seam any other literal search can stand.
//!
//! Every keyword is anchored on its rarest four bytes. The pass hashes each four bytes of the text
//! into a bitmap; only where that bit is set are keywords compared.
//! Unlike an automaton it costs the same for sixty keywords and for two thousand, and next to
//! nothing to build.

use std::collections::HashMap;
use std::ops::Range;

use super::encoded::{self, Form};
use super::{assignment, comments, ordinary};
use crate::detector::Detectors;

/// How many bytes of a keyword are looked for.
const GRAM: usize = 4;
/// The bitmap has two to this many bits, 128 KiB, so that few of its bits are set: a wrong guess costs
/// more than a look into the second-level cache.
const BITS: u32 = 20;
/// A second, smaller one is asked before anything is compared.
const SURE_BITS: u32 = 16;
/// The table of anchors has two to this many buckets.
const BUCKETS: u32 = 12;
/// A bit of each byte that tells upper case from lower case.
const CASELESS: u64 = 0x2020_2020_2020_2020;
/// How many places are looked at together.
const STRIDE: usize = 10;
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
    seen: Box<[u64; 1 << (BITS - 6)]>,
    sure: Box<[u64; 1 << (SURE_BITS - 6)]>,
    /// Where each bucket begins in `anchors`.
    buckets: Vec<u32>,
    anchors: Vec<Anchor>,
    words: Words,
    /// How far a keyword reaches from where it is anchored, to its beginning and to its end.
    reach: (usize, usize),
    always: Vec<usize>,
}

/// Four bytes of a keyword, and where they stand in it.
struct Anchor {
    gram: u32,
    word: u32,
    offset: u32,
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
        let mut anchors: Vec<Anchor> = Vec::with_capacity(words.len());
        let mut reach = (0, 0);
        for number in 0..words.len() {
            let word = words.text(number);
            let (offset, grams) = anchor(word);
            reach = (reach.0.max(offset), reach.1.max(word.len() - offset));
            let (word, offset) = (index(number), index(offset));
            anchors.extend(grams.into_iter().map(|gram| Anchor { gram, word, offset }));
        }
        anchors.sort_unstable_by_key(|anchor| (bucket(anchor.gram), anchor.gram, anchor.word));
        let mut seen = Box::new([0_u64; 1 << (BITS - 6)]);
        let mut sure = Box::new([0_u64; 1 << (SURE_BITS - 6)]);
        let mut buckets = vec![0_u32; (1 << BUCKETS) + 1];
        for anchor in &anchors {
            let bit = hash(anchor.gram, BITS);
            seen[bit >> 6] |= 1 << (bit & 63);
            let bit = other_hash(anchor.gram);
            sure[bit >> 6] |= 1 << (bit & 63);
            buckets[bucket(anchor.gram) + 1] += 1;
        }
        for at in 1..buckets.len() {
            buckets[at] += buckets[at - 1];
        }
        Keywords { forms, seen, sure, buckets, anchors, words, reach, always: Vec::new() }
    }

    /// Calls `hit` with the number of each keyword that stands in the text, and its start.
    pub(super) fn each_hit(&self, text: &[u8], hit: impl FnMut(u32, usize)) {
        self.each_anchored(text, 0..text.len(), hit);
    }

    /// Where a keyword is anchored that holds a byte of this part of a text, or that this place parts.
    pub(super) fn anchored_around(&self, part: &Range<usize>, length: usize) -> Range<usize> {
        (part.start + 1).saturating_sub(self.reach.1)..(part.end + self.reach.0).min(length)
    }

    /// Calls `hit` with the number of each keyword that is anchored in this part of the text, and its start.
    pub(super) fn each_anchored(&self, text: &[u8], part: Range<usize>, mut hit: impl FnMut(u32, usize)) {
        let Range { start: mut at, end } = part;
        // Eight bytes hold five times four of them: two loads and one branch for ten.
        while at < end
            && let Some(bytes) =
                text.get(at..at + STRIDE + GRAM - 1).and_then(|bytes| <&[u8; 13]>::try_from(bytes).ok())
        {
            let eight = |from: usize| u64::from_le_bytes(std::array::from_fn(|offset| bytes[from + offset]));
            let (first, second) = (eight(0) | CASELESS, eight(5) | CASELESS);
            let shifts = [0, 8, 16, 24, 32];
            let any = shifts
                .iter()
                .fold(0, |any, shift| any | self.bit((first >> shift) as u32) | self.bit((second >> shift) as u32));
            if any != 0 {
                // A branch for each of them would be guessed wrong.
                let mut which = shifts.iter().enumerate().fold(0, |which, (number, shift)| {
                    which
                        | self.bit((first >> shift) as u32) << number
                        | self.bit((second >> shift) as u32) << (number + 5)
                });
                while which != 0 {
                    let number = which.trailing_zeros() as usize;
                    which &= which - 1;
                    if at + number < end {
                        self.compare(text, at + number, gram_of(&bytes[number..]), &mut hit);
                    }
                }
            }
            at += STRIDE;
        }
        // The last bytes, as if zeros followed: a keyword of three may end the text.
        while at < end && at + GRAM - 1 <= text.len() {
            let gram = gram_of(&text[at..]);
            if self.bit(gram) != 0 {
                self.compare(text, at, gram, &mut hit);
            }
            at += 1;
        }
    }

    /// Whether some keyword's anchor may stand there: one or zero.
    #[inline(always)]
    fn bit(&self, gram: u32) -> u64 {
        let bit = hash(gram, BITS);
        self.seen[bit >> 6] >> (bit & 63) & 1
    }

    #[inline(never)]
    fn compare(&self, bytes: &[u8], at: usize, gram: u32, hit: &mut impl FnMut(u32, usize)) {
        let bit = other_hash(gram);
        if self.sure[bit >> 6] >> (bit & 63) & 1 == 0 {
            return;
        }
        let bucket = bucket(gram);
        let range = self.buckets[bucket] as usize..self.buckets[bucket + 1] as usize;
        for anchor in self.anchors[range].iter().filter(|anchor| anchor.gram == gram) {
            let word = self.words.text(anchor.word as usize);
            let Some(start) = at.checked_sub(anchor.offset as usize) else { continue };
            let stands = bytes.get(start..start + word.len());
            if stands.is_some_and(|text| text.eq_ignore_ascii_case(word)) {
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

/// Where the keyword is looked for: the offset of its rarest four bytes, and these. A keyword of
/// three bytes is looked for with every byte behind it.
fn anchor(word: &[u8]) -> (usize, Vec<u32>) {
    let reach = REACH.max(word.len() / 2 + GRAM);
    let is_near = |offset: usize| offset <= reach && word.len() - offset <= reach;
    let four = word.windows(GRAM).enumerate().filter(|(offset, _)| is_near(*offset));
    let rarest = four.min_by_key(|(_, four)| ordinary::commonness(four));
    match rarest {
        Some((offset, four)) => (offset, vec![gram_of(four)]),
        None => {
            let mut all: Vec<u32> = (0..=255).map(|last| gram_of(&[word[0], word[1], word[2], last])).collect();
            all.sort_unstable();
            all.dedup();
            (0, all)
        }
    }
}

/// The first four bytes, as if zeros followed, without their case.
#[inline(always)]
fn gram_of(text: &[u8]) -> u32 {
    let four =
        text.first_chunk().copied().unwrap_or_else(|| std::array::from_fn(|at| text.get(at).copied().unwrap_or(0)));
    u32::from_le_bytes(four) | CASELESS as u32
}

/// The upper bits of a product: every bit of the four bytes moves them.
#[inline(always)]
fn hash(gram: u32, bits: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1) >> (u32::BITS - bits)) as usize
}

fn other_hash(gram: u32) -> usize {
    (gram.wrapping_mul(0x85EB_CA6B) >> (u32::BITS - SURE_BITS)) as usize
}

fn bucket(gram: u32) -> usize {
    hash(gram, BUCKETS)
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
        keywords.each_hit(text, |word, at| {
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

    const WORDS: &[&str] = &["ab_", "ghp_", "abab", "-----begin", "ab_c", "_token"];

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
        fn it_finds_what_comparing_at_every_place_finds(text in "[abAB_cghpTokenGHP\\-]{0,60}") {
            prop_assert_eq!(hits(WORDS, text.as_bytes()), naive(WORDS, text.as_bytes()));
        }

        #[test]
        fn it_finds_what_a_part_of_the_text_has_a_part_of(
            text in "[abAB_cghpTokenGHP\\-]{0,60}", start in 0_usize..60, length in 0_usize..4,
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
