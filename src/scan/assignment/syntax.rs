//! From a name to the value that stands behind it, in the words of many languages: `name = "value"`,
//! `"name": "value"`, `name=value`, `name: str = 'value'`, `:name => 'value'`, `set_name("value")`,
//! `define('name', 'value')`, `<name>value</name>`, `<add key="name" value="value"/>`, `--name value`,
//! `"--name", "value"`, `name: String("value")`, `"?name=value&"`, `IDENTIFIED BY 'value'`.

use std::ops::Range;

use super::super::lines;
use super::super::place::{Place, Text};
use super::cursor::Cursor;
use super::pair;

/// No value is longer.
pub(super) const LONGEST: usize = 600;
/// How far a separator may stand behind a name.
pub(super) const GAP: usize = 40;

/// What stands between the name of a field and what a test of a page types into it: `fill_in "Password", with: "x"`.
const FILLED_IN: [&[u8]; 2] = [b", with:", b", :with =>"];

/// What a name is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub span: Range<usize>,
    pub form: Form,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Between quotation marks, and nothing is added to it.
    Quoted,
    /// As it stands, where such values are no program.
    Bare,
    /// Inside an element.
    Element,
    /// Handed to a function or beside the name in a list: `login("x")`.
    Passed,
    /// `password == "x"`
    Compared,
    /// In an address, behind the user.
    Url,
    /// As people say it, or where a program stands: `the token x`.
    Said,
}

/// The value of the name, if it is written there.
pub(super) fn value(bytes: &[u8], name: &Range<usize>, place: &Place) -> Option<Value> {
    let line_end = lines::line_end(bytes, name.end).min(name.end + LONGEST + GAP);
    let mut rest = Cursor { bytes, at: name.end, end: line_end };
    if rest.rest().starts_with(b"=") && begins_a_field(bytes, name.start, place) {
        rest.at += 1;
        return rest.field();
    }
    if let Some(at) = pair::value_behind(bytes, name) {
        let mut rest = Cursor { bytes, at, end: lines::line_end(bytes, at).min(at + LONGEST) };
        return rest.quoted(Form::Quoted).or_else(|| rest.bare(place, true));
    }
    let name_quoted = rest.skip_closing();
    let before = name.start.checked_sub(1).map(|at| bytes[at]);
    let shouted = bytes[name.clone()].iter().all(|byte| !byte.is_ascii_lowercase());
    rest.spaces();
    if FILLED_IN.iter().any(|with| rest.eat(with)) {
        rest.spaces();
        return rest.quoted(Form::Quoted);
    }
    if (name_quoted && is_chosen(bytes, name.start)) || (shouted && rest.rest().first() == Some(&b'(')) {
        // One of two texts, or a macro.
        return None;
    }
    let separator = rest.separator(
        name_quoted,
        before,
        dashed(bytes, name.start),
        is_given(bytes, name.start),
        is_value(bytes, name.start),
        place,
    )?;
    rest.spaces();
    match separator {
        Separator::Element => rest.element(),
        Separator::Assigned => {
            rest.type_of_variable();
            if rest.goes_on_below() {
                return rest
                    .quoted(Form::Quoted)
                    .or_else(|| rest.bare(place, shouted).filter(|_| place.text == Text::Data));
            }
            rest.quoted(Form::Quoted).or_else(|| rest.wrapped(place)).or_else(|| rest.bare(place, shouted))
        }
        Separator::Option => rest.quoted(Form::Bare).or_else(|| rest.word()),
        // The next may be another name.
        Separator::Listed => rest.quoted(Form::Quoted).filter(|value| bytes[value.span.start] != b'-'),
        Separator::Passed if is_pair(bytes, name.start) => rest.quoted(Form::Passed).map(|value| rest.closes(value)),
        Separator::Passed => rest.quoted(Form::Passed),
        Separator::Compared => rest.quoted(Form::Compared),
        Separator::Given => rest.quoted(Form::Quoted).or_else(|| rest.word().filter(|_| place.text != Text::Code)),
        Separator::Said => rest.said(),
    }
}

/// Whether a field of a text begins here: `?name=`, `&name=`, and in a program `"name=` and `\nname=`.
fn begins_a_field(bytes: &[u8], start: usize, place: &Place) -> bool {
    let Some(at) = start.checked_sub(1) else { return false };
    match bytes[at] {
        b'?' | b'&' | b'#' => true,
        b'"' | b'\'' | b'`' => place.text == Text::Code,
        b'n' => place.text == Text::Code && at > 0 && bytes[at - 1] == b'\\',
        _ => false,
    }
}

/// `failed ? "PASS" : "FAIL"`
fn is_chosen(bytes: &[u8], start: usize) -> bool {
    bytes[..start.saturating_sub(1)].trim_ascii_end().ends_with(b"?")
}

/// Whether the quoted name opens a pair: `("name", "x")`, `{"name", "x"}`, `getenv("name", "x")`. In a list
/// of more the next is no value of it.
fn is_pair(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[..start.saturating_sub(1)];
    matches!(before.last(), Some(b'(' | b'{'))
}

/// Whether the quoted text is the value of a key: `"key": "name"`.
fn is_value(bytes: &[u8], start: usize) -> bool {
    bytes[..start.saturating_sub(1)].trim_ascii_end().ends_with(b":")
}

/// Whether a word in front of the name says that its value follows: `#define NAME`, `ENV NAME`, `:name`.
fn is_given(bytes: &[u8], start: usize) -> bool {
    const GIVE: [&[u8]; 7] = [b"define", b"ENV", b"setx", b"set", b"setenv", b"SetEnv", b"export"];
    let line = &bytes[lines::line_start(bytes, start)..start];
    match line.strip_suffix(b":") {
        Some(line) => line.last().is_none_or(|byte| matches!(byte, b' ' | b'{' | b'(' | b'\t')),
        None => {
            let line = line.trim_ascii_end();
            GIVE.iter().any(|word| {
                line.strip_suffix(*word).is_some_and(|line| line.trim_ascii_end().len() < 2 || line.ends_with(b" "))
            })
        }
    }
}

/// What stands in front of a name and its dashes, if it has two: `"--name"`.
fn dashed(bytes: &[u8], start: usize) -> Option<u8> {
    bytes[..start].strip_suffix(b"--").and_then(|before| before.last().copied())
}

pub(super) enum Separator {
    Assigned,
    Passed,
    Compared,
    /// `#define NAME "x"`, `ENV NAME x`, `:name "x"`
    Given,
    Said,
    Element,
    Option,
    /// The next of a list of arguments: `"--name", "value"`.
    Listed,
}
