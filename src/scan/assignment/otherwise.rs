//! What a name has where nothing else is set: `getenv("NAME") or "x"`, `ENV["NAME"] || "x"`,
//! `fetch("NAME") { "x" }`, `let(:name) { "x" }`, `add_argument("--name", default="x")`.

use super::super::place::Text;
use super::cursor::Cursor;
use super::named::{Named, is_quote};
use super::separator::compares;
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
const DEFAULT: [&[u8]; 7] = [
    b"default=",
    b"default:",
    b":default =>",
    b"defaultValue:",
    b"defaultValue =",
    b"default_value=",
    b"default_value =",
];

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    if name.place.text != Text::Code {
        return None;
    }
    let mut rest = name.behind();
    let quoted = rest.skip_closing();
    let called = rest.eat(b")");
    let by_default = quoted && rest.rest().starts_with(b",") && is_argument(name);
    rest.spaces();
    // `request.form.get("password") != "x"`
    if quoted && called && compares(&mut rest) {
        rest.spaces();
        return rest.quoted(Form::Compared);
    }
    // `"name" or "x"` are two texts, of which neither is asked for.
    let asked = !quoted || called || rest.bytes[..rest.at].trim_ascii_end().ends_with(b"]");
    if (asked && OR.iter().any(|or| rest.eat(or))) || (called && rest.eat(b"{")) {
        rest.spaces();
        return rest.quoted(Form::Quoted);
    }
    if by_default { default(&mut rest) } else { annotated(name) }
}

/// Whether the name is an argument as a whole: `"NAME"`, `"--name"`.
fn is_argument(name: &Named<'_>) -> bool {
    name.before().is_some_and(is_quote) || name.before_dashes().is_some_and(is_quote)
}

/// What stands in front of a name that is declared: `@Prop({ default: "x" }) name: string`,
/// `[DefaultValue("x")] public string Name`.
fn annotated(name: &Named<'_>) -> Option<Value> {
    const GIVES: [&[u8]; 4] = [b"default: ", b"default = ", b"defaultValue = ", b"DefaultValue("];
    let line = name.line_before();
    let start = name.span.start - line.len();
    let annotates = matches!(line.trim_ascii_start().first(), Some(b'@' | b'[')) && line.ends_with(b" ");
    let given =
        GIVES.iter().filter(|_| annotates).find_map(|word| Some(memchr::memmem::find(line, word)? + word.len()))?;
    let mut rest = name.at(start + given);
    let value = rest.quoted(Form::Quoted)?;
    // Nothing but types and marks stands between.
    let between = name.bytes.get(rest.at..name.span.start)?;
    (!between.iter().any(|byte| is_quote(*byte) || matches!(byte, b';' | b','))).then_some(value)
}

fn default(rest: &mut Cursor<'_>) -> Option<Value> {
    let found = DEFAULT.iter().find_map(|word| Some(memchr::memmem::find(rest.rest(), word)? + word.len()))?;
    rest.at += found;
    rest.spaces();
    rest.quoted(Form::Quoted)
}
