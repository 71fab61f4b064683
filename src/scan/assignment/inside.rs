//! A text that is nothing but a name and its value: `"API_TOKEN=x"`, `'X-Api-Token: x'`, `"--token=x"`,
//! and the fields of a longer one: `"?token=x&page=2"`.

use super::super::place::Text;
use super::cursor::Cursor;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    let mut rest = name.behind();
    if let Some(value) = by_default(name) {
        return Some(value);
    }
    if rest.rest().starts_with(b"=") && begins_a_field(name) {
        rest.at += 1;
        return rest.field();
    }
    if begins_a_line(name) {
        rest.spaces();
        return if rest.eat(b"=") || rest.eat(b": ") { line(&mut rest) } else { None };
    }
    let quote = opening(name)?;
    let is_header = rest.eat(b": ");
    if !is_header && !rest.eat(b"=") {
        return None;
    }
    let inside =
        |byte: &&u8| **byte != quote && !byte.is_ascii_whitespace() && !matches!(byte, b'\\' | b'<' | b'&' | b';');
    let length = rest.rest().iter().take_while(inside).count();
    let closed =
        rest.rest().get(length) == Some(&quote) || (quote == b'"' && rest.rest()[length..].starts_with(b"\\\""));
    // `echo "PASS: login"`
    let form = match name.place.text {
        Text::Code => Form::Login,
        _ if is_header => Form::Passed,
        _ => Form::Bare,
    };
    (length > 0 && closed).then_some(Value { span: rest.at..rest.at + length, form })
}

/// The quotation mark that the name, an option or an assignment begins behind.
fn opening(name: &Named<'_>) -> Option<u8> {
    let line = name.line_before();
    let line = [&b"export "[..], b"--", b"-"].iter().find_map(|word| line.strip_suffix(*word)).unwrap_or(line);
    line.last().copied().filter(|byte| is_quote(*byte))
}

/// What holds where nothing else is set: `"${name:x}"`.
fn by_default(name: &Named<'_>) -> Option<Value> {
    if name.place.text == Text::Shell || !name.line_before().ends_with(b"${") {
        return None;
    }
    let mut rest = name.behind();
    (rest.eat(b":-") || rest.eat(b":")).then_some(())?;
    let length = memchr::memchr(b'}', rest.rest())?;
    let plain = rest.rest()[..length].iter().all(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'$' | b'"'));
    plain.then_some(Value { span: rest.at..rest.at + length, form: Form::Login })
}

/// Whether a field of a text begins here: `?name=`, `&name=`, and between quotation marks `"name=`, and
/// `"other=y name=`.
fn begins_a_field(name: &Named<'_>) -> bool {
    let line = name.line_before();
    let text = matches!(name.place.text, Text::Code | Text::Data);
    match line.last() {
        Some(b'?' | b'&' | b'#') => true,
        Some(b'"' | b'\'' | b'`') => text,
        Some(b' ' | b';') => text && follows_a_field(&line[..line.len() - 1]),
        _ => false,
    }
}

/// Whether it begins a line of a text that is written on one line: `"a\n  name: x\n"`.
fn begins_a_line(name: &Named<'_>) -> bool {
    let line = name.line_before();
    let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'-')).map_or(0, |at| at + 1);
    let line = line[..end].strip_suffix(b"export").map_or(&line[..end], <[u8]>::trim_ascii_end);
    line.ends_with(b"\\n")
}

/// What is left of such a line.
fn line(rest: &mut Cursor<'_>) -> Option<Value> {
    rest.spaces();
    rest.quoted(Form::Login).or_else(|| rest.field())
}

/// `"user=dana`
fn follows_a_field(line: &[u8]) -> bool {
    let start = line.iter().rposition(|byte| is_quote(*byte) || matches!(byte, b' ' | b';'));
    let before = &line[start.map_or(0, |at| at + 1)..];
    let name = before.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    name >= 2 && before.get(name) == Some(&b'=') && before.len() > name + 1 && line.iter().any(|byte| is_quote(*byte))
}
