//! Where only what a change adds counts: which lines of a text are new, compared with the text that
//! stood there before. How a line ends makes no other line of it.

use std::collections::HashSet;

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::finding::{Candidate, Comment};

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

/// Leaves out the candidates of a changed archive that the same member held before: lines of members
/// are not compared.
pub(super) fn keep_new_members(candidates: &mut Vec<Candidate>, before: &[Candidate]) {
    fn known(candidate: &Candidate) -> (&str, &str) {
        (&candidate.location.path, candidate.secret.expose())
    }
    let before: HashSet<(&str, &str)> = before.iter().map(known).collect();
    candidates.retain(|candidate| !before.contains(&known(candidate)));
}

/// Marks the comments that did not allow this very value before.
pub(super) fn tell_new_comments(candidates: &mut [Candidate], before: &[Candidate]) {
    for candidate in candidates {
        for comment in &mut candidate.location.comments {
            let allowed = |old: &Candidate| {
                let same = |other: &Comment| other.marker == comment.marker && other.detectors == comment.detectors;
                old.secret == candidate.secret && old.location.comments.iter().any(same)
            };
            comment.is_new = !before.iter().any(allowed);
        }
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}
