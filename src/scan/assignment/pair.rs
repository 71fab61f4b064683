//! A name and its value side by side, each under a key of its own: `name: PASSWORD` and on the next line
//! `value: x`, `{"key": "password", "type": "string", "value": "x"}`, `value="x" name="password"`,
//! `<name>password</name><value>x</value>`.

use super::super::lines;
use super::super::place::Text;
use super::cursor::Cursor;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

/// What the names stand under.
const NAMES: &[&[u8]] = &[b"name", b"key", b"Name", b"Key", b"id", b"variable", b"ParameterKey"];
/// What their values stand under.
const VALUES: &[&[u8]] = &[b"value", b"Value", b"defaultValue", b"default", b"ParameterValue", b"val"];
/// The elements that hold a value beside the one that holds its name.
const ELEMENTS: &[&[u8]] = &[b"<value>", b"<string>", b"<Value>"];
/// So many other fields may stand between the two.
const BETWEEN: usize = 3;

/// The value of a name that is a value itself.
pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    element(name).or_else(|| argument(name)).or_else(|| {
        let before = key_before(name.line_before())?;
        let mut rest = behind(name).or_else(|| in_front(name, before))?;
        rest.quoted(Form::Quoted).or_else(|| rest.bare(name.place, true))
    })
}

/// What of the line stands in front of the key that the name is a value of.
fn key_before(line: &[u8]) -> Option<&[u8]> {
    let before = unquoted_end(line);
    let before = unquoted_end(before.strip_suffix(b":").or_else(|| before.strip_suffix(b"="))?);
    let key = NAMES.iter().find(|key| before.ends_with(key))?;
    let before = &before[..before.len() - key.len()];
    before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric()).then_some(before)
}

/// `"name", "value": "x"`, with others between them.
fn behind<'b>(name: &Named<'b>) -> Option<Cursor<'b>> {
    let bytes = name.bytes;
    let mut at = name.span.end;
    for _ in 0..=BETWEEN {
        at = next_field(bytes, at);
        if let Some(at) = VALUES.iter().find_map(|key| value_of(bytes, at, key)) {
            return Some(name.at(at));
        }
        at = end_of_field(bytes, at)?;
    }
    None
}

/// `"value": "x", "name"`, on the same line or the one before.
fn in_front<'b>(name: &Named<'b>, before: &[u8]) -> Option<Cursor<'b>> {
    let bytes = name.bytes;
    let end = name.span.start - name.line_before().len() + before.len();
    let gap = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'"' | b'\'' | b'-');
    let end = bytes[..end].iter().rposition(|byte| !gap(byte)).map_or(0, |at| at + 1);
    let start = lines::line_start(bytes, end);
    let line = &bytes[start..end];
    VALUES.iter().find_map(|key| {
        let at = start + memchr::memmem::rfind(line, key)?;
        let apart = at == start || !bytes[at - 1].is_ascii_alphanumeric();
        // Nothing but the one value may stand between.
        let value = value_of(bytes, at, key).filter(|_| apart)?;
        let quote = *bytes.get(value).filter(|quote| is_quote(**quote))?;
        bytes.get(value + 1..end).filter(|text| !text.contains(&quote)).map(|_| name.at(value))
    })
}

/// Where the value begins of the key that stands here.
fn value_of(bytes: &[u8], at: usize, key: &[u8]) -> Option<usize> {
    if !bytes[at..].starts_with(key) {
        return None;
    }
    let at = skip(bytes, at + key.len(), b"\"' \t");
    matches!(bytes.get(at), Some(b':' | b'=')).then(|| skip(bytes, at + 1, b" \t"))
}

/// The next key behind the end of a value.
fn next_field(bytes: &[u8], at: usize) -> usize {
    let mut at = skip(bytes, at, b"\"' \t,");
    at = skip(bytes, at, b"\r");
    if bytes.get(at) == Some(&b'\n') {
        at = skip(bytes, at + 1, b" \t");
    }
    skip(bytes, at, b"\"'")
}

/// The end of the plain field that begins here: `"type": "string"`, `secure: true`.
fn end_of_field(bytes: &[u8], at: usize) -> Option<usize> {
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let key = bytes[at..].iter().take_while(inside).count();
    let colon = skip(bytes, at + key, b"\"' ");
    let value = skip(bytes, colon + 1, b" ");
    if key == 0 || !matches!(bytes.get(colon), Some(b':' | b'=')) {
        return None;
    }
    let quote = bytes.get(value).copied().filter(|byte| is_quote(*byte));
    let start = value + usize::from(quote.is_some());
    let ends = |byte: &&u8| match quote {
        Some(quote) => **byte != quote && **byte != b'\n',
        None => inside(byte),
    };
    Some(start + bytes[start..].iter().take_while(ends).count())
}

/// `<name>password</name> <value>x</value>`, `<property name="password"><value>x</value>`
fn element(name: &Named<'_>) -> Option<Value> {
    let bytes = name.bytes;
    let mut at = skip(bytes, name.span.end, b"\"'");
    let line = name.line_before();
    // The longest: `<ParameterKey>` ends in `Key` too.
    let holds = |key: &&&[u8]| line.strip_suffix(b">").is_some_and(|open| open.ends_with(key));
    match NAMES.iter().filter(holds).max_by_key(|key| key.len()) {
        Some(key) => at = skip_all(bytes, at, &[b"</", key, b">"])?,
        None => {
            key_before(line)?;
            let rest = &bytes[at..lines::line_end(bytes, at)];
            at += memchr::memchr(b'>', rest).filter(|end| !rest[..*end].contains(&b'<'))? + 1;
        }
    }
    at = skip(bytes, at, b" \t\r\n");
    let value = ELEMENTS.iter().find(|element| bytes[at..].starts_with(element))?;
    name.at(at + value.len()).element()
}

/// The item below an option in a list of YAML: `- --password` and on the next line `- x`.
fn argument(name: &Named<'_>) -> Option<Value> {
    let bytes = name.bytes;
    let before = name.line_before();
    let item = before.strip_suffix(b"- --").or_else(|| before.strip_suffix(b"- \"--"));
    let indent = item.filter(|item| name.place.text == Text::Data && item.iter().all(|byte| *byte == b' '))?.len();
    let mut rest = name.behind();
    rest.eat(b"\"");
    let end = lines::line_end(bytes, rest.at);
    let next = end + memchr::memchr(b'\n', &bytes[end..])? + 1;
    let is_item = bytes[rest.at..end].trim_ascii().is_empty()
        && skip(bytes, next, b" ") == next + indent
        && bytes[next + indent..].starts_with(b"- ");
    let mut below = is_item.then(|| name.at(next + indent + 2))?;
    below.quoted(Form::Bare).or_else(|| below.word())
}

fn unquoted_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'"' | b'\'')).map_or(0, |at| at + 1);
    &text[..end]
}

fn skip(bytes: &[u8], at: usize, marks: &[u8]) -> usize {
    at + bytes[at.min(bytes.len())..].iter().take_while(|byte| marks.contains(byte)).count()
}

fn skip_all(bytes: &[u8], mut at: usize, texts: &[&[u8]]) -> Option<usize> {
    for text in texts {
        at = bytes[at..].starts_with(text).then_some(at + text.len())?;
    }
    Some(at)
}
