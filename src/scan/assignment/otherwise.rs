//! What a name has where nothing else is set: `getenv("NAME") or "x"`, `ENV["NAME"] || "x"`,
//! `fetch("NAME") { "x" }`, `let(:name) { "x" }`, `add_argument("--name", default="x")`.

use super::super::place::Text;
use super::cursor::Cursor;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

const OR: [&[u8]; 10] = [
    b"||",
    b"??",
    b"?:",
    b"or ",
    b".orElse(",
    b".and_return(",
    b".getOrElse(",
    b".unwrap_or(",
    b".unwrap_or_else(|_|",
    b".unwrap_or_else(||",
];
const DEFAULT: [&[u8]; 5] = [b"default=", b"default:", b":default =>", b"defaultValue:", b"default_value="];

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    if name.place.text != Text::Code {
        return None;
    }
    let mut rest = name.behind();
    let quoted = rest.skip_closing();
    let called = rest.eat(b")");
    let by_default = quoted && rest.rest().starts_with(b",") && is_argument(name);
    rest.spaces();
    // `"name" or "x"` are two texts, of which neither is asked for.
    let asked = !quoted || called || rest.bytes[..rest.at].trim_ascii_end().ends_with(b"]");
    if (asked && OR.iter().any(|or| rest.eat(or))) || (called && rest.eat(b"{")) {
        rest.spaces();
        return rest.quoted(Form::Quoted);
    }
    if by_default { default(&mut rest) } else { None }
}

/// Whether the name is an argument as a whole: `"NAME"`, `"--name"`.
fn is_argument(name: &Named<'_>) -> bool {
    name.before().is_some_and(is_quote) || name.before_dashes().is_some_and(is_quote)
}

fn default(rest: &mut Cursor<'_>) -> Option<Value> {
    let found = DEFAULT.iter().find_map(|word| Some(memchr::memmem::find(rest.rest(), word)? + word.len()))?;
    rest.at += found;
    rest.spaces();
    rest.quoted(Form::Quoted)
}
