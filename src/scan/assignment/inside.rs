//! A text that is nothing but a name and its value: `"API_TOKEN=x"`, `'X-Api-Token: x'`, `"--token=x"`,
//! and the fields of a longer one: `"?token=x&page=2"`.

use super::super::place::Text;
use super::cursor::Cursor;
use super::front::{begins_a_field, begins_a_line, opening};
use super::named::Named;
use super::syntax::{Form, Value};

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    let mut rest = name.behind();
    if let Some(value) = by_default(name) {
        return Some(value);
    }
    if rest.rest().starts_with(b"=") && begins_a_field(name) {
        rest.at += 1;
        return rest.field().or_else(|| added(&mut rest));
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

/// What is added to a text that ends in a name: `"password=" + "x"`, `"?token=" . "x"`.
fn added(rest: &mut Cursor<'_>) -> Option<Value> {
    let _ = rest.eat(b"\"") || rest.eat(b"'");
    rest.spaces();
    (rest.eat(b"+ ") || rest.eat(b". ")).then_some(())?;
    rest.quoted(Form::Login)
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

/// What is left of such a line.
fn line(rest: &mut Cursor<'_>) -> Option<Value> {
    rest.spaces();
    rest.quoted(Form::Login).or_else(|| rest.field())
}
