//! How far a text of one alphabet reaches around a place in it, over the line breaks that an
//! encoder put there.

use std::ops::Range;

/// So many characters to each side of a hit are taken; what is hit beyond is a region of its own.
const REACH: usize = 700_000;

/// Characters of one alphabet, in lines.
#[derive(Debug)]
pub(super) struct Run {
    /// Not empty; in order.
    pub(super) lines: Vec<Range<usize>>,
    /// How many characters stand before the place that it was made from.
    pub(super) before: usize,
}

/// What belongs together: `group` characters, the first of which has the number 0.
#[derive(Clone, Copy)]
pub(super) struct Alphabet {
    pub(super) group: usize,
    pub(super) holds: fn(u8) -> bool,
}

/// What stands between two lines.
enum Joint {
    /// `\/`, as JSON may write a slash: the line goes on.
    Slash,
    Break,
}

impl Run {
    /// The run around `at`, whose character has the number `phase` in its group.
    pub(super) fn around(bytes: &[u8], at: usize, phase: usize, alphabet: Alphabet) -> Run {
        let line = start(bytes, at, at, alphabet)..end(bytes, at, alphabet);
        let mut run = Run { before: at - line.start, lines: vec![line] };
        run.extend_back(bytes, phase, alphabet);
        run.lines.reverse();
        let phase = (phase + run.after(at)) % alphabet.group;
        run.extend(bytes, phase, alphabet);
        run
    }

    /// The run from `at` on, where a group begins.
    pub(super) fn from(bytes: &[u8], at: usize, alphabet: Alphabet) -> Run {
        let line = at..end(bytes, at, alphabet);
        let mut run = Run { before: 0, lines: vec![line] };
        run.extend(bytes, run.after(at) % alphabet.group, alphabet);
        run
    }

    /// How many characters of the last line stand behind `at`.
    fn after(&self, at: usize) -> usize {
        self.lines.last().map_or(0, |line| line.end - at)
    }

    /// Takes the lines before, of which the first in the list is the nearest.
    fn extend_back(&mut self, bytes: &[u8], phase: usize, alphabet: Alphabet) {
        while self.before < REACH {
            let Some(nearest) = self.lines.last() else { return };
            let Some((joint, end)) = joint_before(bytes, nearest.start) else { return };
            let line = start(bytes, end, end, alphabet)..end;
            let fits = match joint {
                Joint::Slash => true,
                // An encoder breaks between groups, and no line is longer than those before it.
                Joint::Break => {
                    let first = phase + alphabet.group - self.before % alphabet.group;
                    first.is_multiple_of(alphabet.group)
                        && line.len().is_multiple_of(alphabet.group)
                        && line.len() >= nearest.len()
                }
            };
            if line.is_empty() || !fits {
                return;
            }
            self.before += line.len();
            self.lines.push(line);
        }
    }

    /// Takes the lines behind; `phase` is the number that the next character would have.
    fn extend(&mut self, bytes: &[u8], mut phase: usize, alphabet: Alphabet) {
        let mut taken = 0;
        while taken < REACH {
            let Some(last) = self.lines.last() else { return };
            let Some((joint, start)) = joint_behind(bytes, last.end) else { return };
            let line = start..end(bytes, start, alphabet);
            let fits = match joint {
                Joint::Slash => true,
                Joint::Break => phase == 0 && line.len() <= last.len() && ends_a_line(bytes, line.end),
            };
            if line.is_empty() || !fits {
                return;
            }
            taken += line.len();
            phase = (phase + line.len()) % alphabet.group;
            self.lines.push(line);
        }
    }
}

/// Where the characters before `end` begin, which belong to the one at `known`.
fn start(bytes: &[u8], end: usize, known: usize, alphabet: Alphabet) -> usize {
    let least = end.saturating_sub(REACH);
    let mut start = end;
    while start > least && (alphabet.holds)(bytes[start - 1]) {
        start -= 1;
    }
    // The letter of an escaped line break is none of them.
    let escape = start > 0 && bytes[start - 1] == b'\\' && start < known && matches!(bytes[start], b'n' | b'r' | b't');
    start + usize::from(escape)
}

fn end(bytes: &[u8], start: usize, alphabet: Alphabet) -> usize {
    let most = bytes.len().min(start + REACH);
    (start..most).find(|&at| !(alphabet.holds)(bytes[at])).unwrap_or(most)
}

/// What joins a line that begins at `start` with one before it, and where that one ends.
fn joint_before(bytes: &[u8], start: usize) -> Option<(Joint, usize)> {
    if bytes.get(start) == Some(&b'/') && bytes[..start].ends_with(b"\\") {
        return Some((Joint::Slash, start - 1));
    }
    let indent = bytes[..start].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let before = &bytes[..start - indent];
    let end = match before.strip_suffix(b"\n") {
        Some(rest) => {
            let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
            rest.strip_suffix(b"\\").unwrap_or(rest)
        }
        None => {
            let rest = strip_escape(before, b'n')?;
            strip_escape(rest, b'r').unwrap_or(rest)
        }
    };
    Some((Joint::Break, end.len()))
}

/// Without the `\n` that it ends in; of a JSON inside of another, `\\n`.
fn strip_escape(text: &[u8], letter: u8) -> Option<&[u8]> {
    let mut text = text.strip_suffix(&[letter])?.strip_suffix(b"\\")?;
    while let Some(rest) = text.strip_suffix(b"\\") {
        text = rest;
    }
    Some(text)
}

/// What joins a line that ends at `end` with one behind it, and where that one begins.
fn joint_behind(bytes: &[u8], end: usize) -> Option<(Joint, usize)> {
    let rest = &bytes[end..];
    if rest.starts_with(b"\\/") {
        return Some((Joint::Slash, end + 1));
    }
    let behind = match rest {
        [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => rest,
        [b'\\', b'\n', rest @ ..] | [b'\\', b'\r', b'\n', rest @ ..] => rest,
        _ => skip_escape(skip_escape(rest, b'r').unwrap_or(rest), b'n')?,
    };
    let indent = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some((Joint::Break, bytes.len() - behind.len() + indent))
}

/// Without the `\n` that it begins with; of a JSON inside of another, `\\n`.
fn skip_escape(text: &[u8], letter: u8) -> Option<&[u8]> {
    let slashes = text.iter().take_while(|&&byte| byte == b'\\').count();
    text[slashes..].strip_prefix(&[letter]).filter(|_| slashes > 0)
}

/// Whether what is encoded may end here: at the end of a line or of a text in quotes.
fn ends_a_line(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| matches!(byte, b'\n' | b'\r' | b'\\' | b'=' | b'"' | b'\'' | b'`' | b'<'))
}
