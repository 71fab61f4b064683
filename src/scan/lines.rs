//! Where in a text a byte stands, as people count: lines and columns from one, in characters.

use std::cell::OnceCell;
use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

/// The line starts of one text, found once, when the first place in it is asked for.
pub(super) struct Lines<'b> {
    bytes: &'b [u8],
    starts: OnceCell<Vec<usize>>,
}

impl<'b> Lines<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Lines<'b> {
        Lines { bytes, starts: OnceCell::new() }
    }

    /// Line and column of a byte.
    pub(super) fn position(&self, at: usize) -> (usize, usize) {
        let starts = self.starts.get_or_init(|| {
            std::iter::once(0).chain(memchr_iter(b'\n', self.bytes).map(|newline| newline + 1)).collect()
        });
        let line = starts.partition_point(|&start| start <= at);
        (line, characters(&self.bytes[starts[line - 1]..at]) + 1)
    }
}

/// The start of the line that holds `at`.
pub(super) fn line_start(bytes: &[u8], at: usize) -> usize {
    memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1)
}

/// The end of the line that holds `at`, without its line break.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |offset| at + offset);
    match end > at && bytes[end - 1] == b'\r' {
        true => end - 1,
        false => end,
    }
}

/// How many line breaks lie in a span.
pub(super) fn between(bytes: &[u8], span: Range<usize>) -> usize {
    memchr_iter(b'\n', &bytes[span]).count()
}

/// How many characters these bytes are; a byte that is no UTF-8 counts as one.
pub(super) fn characters(bytes: &[u8]) -> usize {
    String::from_utf8_lossy(bytes).chars().count()
}

/// The start of the logical line, at most `reach` bytes before: lines that end in a backslash
/// belong to the next.
pub(super) fn logical_start(bytes: &[u8], at: usize, reach: usize) -> usize {
    let least = at.saturating_sub(reach);
    let mut start = line_start(bytes, at);
    while start >= 2 && start > least {
        let before = bytes[..start - 1].strip_suffix(b"\r").unwrap_or(&bytes[..start - 1]);
        if !before.ends_with(b"\\") {
            break;
        }
        start = line_start(bytes, start - 1);
    }
    start.max(least)
}

/// The lines that `span` touches, with those that a backslash at an end joins to them, and their last
/// line break.
pub(super) fn joined(bytes: &[u8], span: &Range<usize>) -> Range<usize> {
    let joins = |line: &[u8]| line.trim_ascii_end().ends_with(b"\\");
    let next = |at: usize| memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |offset| at + offset + 1);
    let mut start = line_start(bytes, span.start);
    while start > 0 {
        let before = line_start(bytes, start - 1);
        if !joins(&bytes[before..start]) {
            break;
        }
        start = before;
    }
    let mut end = next(span.end);
    let mut last = line_start(bytes, span.end);
    while end < bytes.len() && joins(&bytes[last..end]) {
        (last, end) = (end, next(end));
    }
    start..end
}

/// The span of `lines` lines before and after the one that holds `at`.
pub(super) fn around(bytes: &[u8], at: usize, lines: usize) -> (usize, usize) {
    let mut start = line_start(bytes, at);
    let mut end = line_end(bytes, at);
    for _ in 0..lines {
        if start > 0 {
            start = line_start(bytes, start - 1);
        }
        if end < bytes.len() {
            let next = memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |offset| end + offset + 1);
            end = line_end(bytes, next);
        }
    }
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "é=1\r\nkey=value\n".as_bytes();
        let lines = Lines::of(text);
        assert_eq!(lines.position(0), (1, 1));
        assert_eq!(lines.position(3), (1, 3));
        let value = text.windows(5).position(|part| part == b"value").unwrap();
        assert_eq!(lines.position(value), (2, 5));
        assert_eq!(lines.position(text.len()), (3, 1));
        assert_eq!(&text[line_start(text, value)..line_end(text, value)], b"key=value");
    }

    #[test]
    fn a_backslash_joins_lines() {
        let text = b"one\ncurl a \\\n  -H b \\\r\n  c\n";
        let at = text.iter().rposition(|&byte| byte == b'c').unwrap();
        assert_eq!(logical_start(text, at, 100), 4);
        assert_eq!(logical_start(text, at, 5), at - 5);
        assert_eq!(logical_start(text, 2, 100), 0);
    }

    #[test]
    fn around_stops_at_both_ends() {
        let text = b"a\nb\nc\r\nd\ne";
        assert_eq!(around(text, 4, 1), (2, 8));
        assert_eq!(around(text, 0, 9), (0, 10));
        assert_eq!(around(b"", 0, 3), (0, 0));
    }
}
