//! Where only what a change adds counts: which lines of a text are new, compared with the text that
//! stood there before. How a line ends makes no other line of it.

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::finding::Candidate;

/// Longer texts are not compared: all of their lines count as new.
const LONGEST: usize = 64 << 20;

/// Leaves out the candidates that were there before: all that they rest on stands on old lines.
pub(super) fn keep_new(candidates: &mut Vec<Candidate>, before: &[u8], after: &[u8]) {
    if before.len() > LONGEST || after.len() > LONGEST {
        return;
    }
    let mut input = InternedInput::default();
    input.update_before(lines(before));
    input.update_after(lines(after));
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let lines = u32::try_from(input.after.len()).unwrap_or(u32::MAX);
    let is_new = |line: usize| u32::try_from(line - 1).is_ok_and(|at| at < lines && diff.is_added(at));
    candidates.retain(|candidate| candidate.rests_on.iter().any(|&(first, last)| (first..=last).any(is_new)));
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}
