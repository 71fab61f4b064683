//! A name and its value side by side, each under a key of its own: `name: PASSWORD` and on the next line
//! `value: x`, `{"key": "password", "value": "x"}`.

use std::ops::Range;

use super::super::lines;

/// What the names stand under.
const NAMES: &[&[u8]] = &[b"name", b"key", b"Name", b"Key", b"id", b"variable", b"ParameterKey"];
/// What their values stand under.
const VALUES: &[&[u8]] = &[b"value", b"Value", b"defaultValue", b"default", b"ParameterValue", b"val"];

/// Where the value begins of a name that is a value itself.
pub(super) fn value_behind(bytes: &[u8], name: &Range<usize>) -> Option<usize> {
    let line = &bytes[lines::line_start(bytes, name.start)..name.start];
    let before = unquoted_end(line).strip_suffix(b":").or_else(|| unquoted_end(line).strip_suffix(b"="))?;
    let before = unquoted_end(before);
    let key = NAMES.iter().find(|key| before.ends_with(key))?;
    if before.len() > key.len() && before[before.len() - key.len() - 1].is_ascii_alphanumeric() {
        return None;
    }
    let mut at = skip(bytes, name.end, b"\"' \t,");
    if bytes.get(at) == Some(&b'\r') {
        at += 1;
    }
    if bytes.get(at) == Some(&b'\n') {
        at = skip(bytes, at + 1, b" \t");
    }
    at = skip(bytes, at, b"\"'");
    let value = VALUES.iter().find(|value| bytes[at..].starts_with(value))?;
    let at = skip(bytes, at + value.len(), b"\"' \t");
    matches!(bytes.get(at), Some(b':' | b'=')).then(|| skip(bytes, at + 1, b" \t"))
}

fn unquoted_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'"' | b'\'')).map_or(0, |at| at + 1);
    &text[..end]
}

fn skip(bytes: &[u8], at: usize, marks: &[u8]) -> usize {
    at + bytes[at..].iter().take_while(|byte| marks.contains(byte)).count()
}
