//! A text that is nothing but a name and its value: `"API_TOKEN=x"`, `'X-Api-Token: x'`, `"--token=x"`,
//! and the fields of a longer one: `"?token=x&page=2"`.

use super::super::place::Text;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    let mut rest = name.behind();
    if rest.rest().starts_with(b"=") && begins_a_field(name) {
        rest.at += 1;
        return rest.field();
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
    let form = if is_header || name.place.text == Text::Code { Form::Passed } else { Form::Bare };
    (length > 0 && closed).then_some(Value { span: rest.at..rest.at + length, form })
}

/// The quotation mark that the name, an option or an assignment begins behind.
fn opening(name: &Named<'_>) -> Option<u8> {
    let line = name.line_before();
    let line = [&b"export "[..], b"--", b"-"].iter().find_map(|word| line.strip_suffix(*word)).unwrap_or(line);
    line.last().copied().filter(|byte| is_quote(*byte))
}

/// Whether a field of a text begins here: `?name=`, `&name=`, and in a program `"name=` and `\nname=`.
fn begins_a_field(name: &Named<'_>) -> bool {
    let line = name.line_before();
    match line.last() {
        Some(b'?' | b'&' | b'#') => true,
        Some(b'"' | b'\'' | b'`') => name.place.text == Text::Code,
        Some(b'n') => name.place.text == Text::Code && line.ends_with(b"\\n"),
        _ => false,
    }
}
