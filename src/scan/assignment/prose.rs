//! Names and values as people write them down: `| token | x |`, `the password is "x"`.

use super::super::place::Text;
use super::named::Named;
use super::syntax::{Form, Value};

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    if name.place.text != Text::Shell {
        return None;
    }
    let mut rest = name.behind();
    rest.skip_closing();
    rest.spaces();
    if rest.eat(b"|") {
        rest.spaces();
        if let Some(value) = rest.quoted(Form::Passed) {
            return Some(value);
        }
        let value = rest.field()?;
        let behind = &rest.bytes[value.span.end..rest.end.max(value.span.end)];
        return behind.trim_ascii_start().starts_with(b"|").then_some(value);
    }
    if rest.eat(b"is ") {
        rest.spaces();
        return rest.quoted(Form::Quoted).or_else(|| rest.said());
    }
    rest.quoted(Form::Passed)
}
