//! The token of a request, whatever service takes it: `Authorization: Bearer x`.

use std::ops::Range;

pub(super) const WORD: &str = "bearer";

/// Whether a value is a token behind its word.
pub(super) fn begins(value: &[u8]) -> bool {
    value.get(..WORD.len()).is_some_and(|word| word.eq_ignore_ascii_case(WORD.as_bytes()))
        && value.get(WORD.len()) == Some(&b' ')
}

/// The token behind the word that stands at `at`, in a header or as a text of its own.
pub(super) fn token(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if !bytes.get(at..at + WORD.len())?.eq_ignore_ascii_case(WORD.as_bytes())
        || bytes.get(at + WORD.len()) != Some(&b' ')
    {
        return None;
    }
    let before = bytes[..at].trim_ascii_end().last();
    if !matches!(before, Some(b':' | b'=' | b'"' | b'\'' | b'`' | b',' | b'(')) {
        return None;
    }
    let start = at + WORD.len() + 1;
    let inside =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    let length = bytes[start..].iter().take_while(inside).count();
    // What follows shows whether that was all, or the beginning of a template.
    let ends =
        bytes.get(start + length).is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`\\,;)<&|]}".contains(byte));
    (length >= 8 && ends).then_some(start..start + length)
}
