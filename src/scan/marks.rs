//! Where keywords stand in a text, and who is still to look there.

use super::keywords::{Keywords, Wake};

/// In such parts a text is gone through.
const PART: usize = 64 << 10;

/// A keyword in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: usize,
    /// The keyword's number.
    pub(super) word: u32,
    /// Whether the detectors are to look around it.
    pub(super) around: bool,
    /// Whether the reader of assignments is to look at it.
    pub(super) assigned: bool,
}

impl Mark {
    /// At which everybody is to look.
    pub(super) fn new(at: usize, word: u32) -> Mark {
        Mark { at, word, around: true, assigned: true }
    }

    /// Whether this one is to look. A comment and what is packed count wherever they stand.
    pub(super) fn calls(&self, wake: Wake, keywords: &Keywords) -> bool {
        match wake {
            Wake::Detector(_) => self.around,
            Wake::Assignment => self.assigned,
            Wake::Comment => true,
            Wake::Encoded(number) => self.around || keywords.form(number).is_packed(),
        }
    }
}

/// The marks of a whole text, in its order.
pub(super) fn of(text: &[u8], keywords: &Keywords) -> Vec<Mark> {
    let mut all = Vec::new();
    each_part(text, keywords, |marks| all.extend_from_slice(marks));
    all
}

/// Calls `look` with the marks of a whole text, in its order, some at a time. No more of them are ever
/// held than stand in one part: a keyword may stand at every byte.
pub(super) fn each_part(text: &[u8], keywords: &Keywords, mut look: impl FnMut(&[Mark])) {
    let mut marks = Vec::new();
    for start in (0..text.len()).step_by(PART) {
        let end = text.len().min(start + PART);
        keywords.each_anchored(text, start..end, |word, at| marks.push(Mark::new(at, word)));
        sort(&mut marks);
        // In front of the others may still come marks of the next part.
        let settled = match end == text.len() {
            true => marks.len(),
            false => marks.partition_point(|mark| mark.at < keywords.first_start(end)),
        };
        look(&marks[..settled]);
        marks.drain(..settled);
    }
}

/// The pass over a text looks for the middle of a keyword, so they come a little out of order.
pub(super) fn sort(marks: &mut [Mark]) {
    marks.sort_by_key(|mark| (mark.at, mark.word));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keywords() -> Keywords {
        Keywords::of(&crate::detector::Detectors::load(&[]).unwrap())
    }

    #[test]
    fn in_parts_the_marks_are_those_of_the_whole_in_its_order() {
        let keywords = keywords();
        let words = ["github_token=", "-----BEGIN ", "AAAA", "railway ", "https://", "überscope:allow "];
        let text: String = (0..PART / 4).map(|at| words[at * at % 7 % words.len()]).collect();
        let mut naive = Vec::new();
        keywords.each_anchored(text.as_bytes(), 0..text.len(), |word, at| naive.push(Mark::new(at, word)));
        sort(&mut naive);
        assert!(text.len() > 2 * PART && naive.len() > words.len());
        assert_eq!(of(text.as_bytes(), &keywords), naive);
    }

    #[test]
    fn a_text_that_is_one_keyword_at_every_byte_is_never_held_in_marks() {
        let keywords = keywords();
        let most = |text: &[u8]| {
            let (mut most, mut all) = (0, 0);
            each_part(text, &keywords, |marks| (most, all) = (most.max(marks.len()), all + marks.len()));
            (most, all)
        };
        let (short, long) = (most(&[b'a'; 2 * PART]), most(&[b'a'; 8 * PART]));
        assert!(long.1 > 7 * PART, "a keyword stands nearly everywhere: {}", long.1);
        assert_eq!(short.0, long.0);
    }
}
