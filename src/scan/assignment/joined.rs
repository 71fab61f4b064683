//! A user and a password as one text that is about to be encoded: `btoa("dana:x")`.

use std::ops::Range;

use super::super::lines;
use super::cursor::Cursor;
use super::syntax::{Form, LONGEST, Value};

/// What the literal pass looks for: what such texts are handed to.
pub(super) const WORDS: &[&str] = &[
    "btoa(",
    "b64encode(",
    "base64_encode(",
    "tobase64string(",
    "buffer.from(",
    "curlopt_userpwd,",
    "auth: \"",
    "auth: '",
];

/// User and password behind the word that stands at `at`.
pub(super) fn read(bytes: &[u8], at: usize) -> Option<(Range<usize>, Value)> {
    let text = &bytes[at..];
    let is_word = |word: &&&str| text.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()));
    let word = WORDS.iter().find(is_word)?;
    // The mark belongs to the text.
    let start = at + word.trim_end_matches(['"', '\'']).len();
    let mut rest = Cursor { bytes, at: start, end: lines::line_end(bytes, start).min(start + LONGEST) };
    rest.spaces();
    let span = rest.handed(Form::Login)?.span;
    let colon = span.start + memchr::memchr(b':', &bytes[span.clone()])?;
    let is_user = bytes[span.start..colon].iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-@+".contains(byte));
    let secret = colon + 1..span.end;
    (is_user && colon > span.start && !bytes[secret.clone()].contains(&b' '))
        .then_some((span.start..colon, Value { span: secret, form: Form::Login }))
}
