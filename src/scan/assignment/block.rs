//! Settings in a text of a program that has several lines: what stands there is written as in a file.

use super::super::place::Text;
use super::named::Named;
use super::syntax::{Form, Value};

/// What such texts begin and end with, if not with a backtick.
const TRIPLE: [&str; 2] = ["\"\"\"", "'''"];
/// A text is looked for no farther back.
const FAR: usize = 1 << 18;

/// `name = x` or `name: x` on a line of its own, with nothing behind it.
pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    let alone = |byte: &u8| matches!(byte, b' ' | b'\t' | b'-' | b'#');
    if name.place.text != Text::Code || !name.line_before().iter().all(alone) {
        return None;
    }
    let mut rest = name.behind();
    rest.spaces();
    (rest.eat(b": ") || rest.eat(b"=")).then_some(())?;
    rest.spaces();
    let plain =
        |byte: &&u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b';' | b',' | b'(' | b'\\');
    let (start, length) = (rest.at, rest.rest().iter().take_while(plain).count());
    let ends = rest.rest()[length..].trim_ascii().is_empty();
    (length > 0 && ends && is_inside(name)).then_some(Value { span: start..start + length, form: Form::Bare })
}

/// Whether one of them is open where the name stands.
fn is_inside(name: &Named<'_>) -> bool {
    let before = &name.bytes[name.span.start.saturating_sub(FAR)..name.span.start];
    let count = |mark: &str| memchr::memmem::find_iter(before, mark).count();
    let marks = TRIPLE.map(count);
    // A language that has the one has not the other: in Python a backtick stands in remarks.
    match marks.iter().all(|count| *count == 0) {
        true => count("`") % 2 == 1,
        false => marks.iter().any(|count| count % 2 == 1),
    }
}
