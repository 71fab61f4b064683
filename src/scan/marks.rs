//! Where keywords stand in a text, and who is still to look there.

use super::keywords::{Keywords, Wake};

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
    let mut marks = Vec::new();
    keywords.each_hit(text, |word, at| marks.push(Mark::new(at, word)));
    sort(&mut marks);
    marks
}

/// The pass over a text looks for the middle of a keyword, so they come a little out of order.
pub(super) fn sort(marks: &mut [Mark]) {
    marks.sort_by_key(|mark| (mark.at, mark.word));
}
