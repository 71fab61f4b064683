//! From a name to the value that stands behind it, in the words of many languages: `name = "value"`,
//! `"name": "value"`, `name=value`, `name: str = 'value'`, `:name => 'value'`, `name = a ? b : "value"`,
//! `name: String("value")`, `name = ["value"]`, `name { get; set; } = "value"`, `set_name("value")`,
//! `define('name', 'value')`, `set :name, 'value'`, `"name" to "value"`, `"--name", "value"`, `--name value`,
//! `name "value";`, `<name>value</name>`, `<add key="name" value="value"/>`, `**name:** value`, and with the
//! value on the next line. What a text holds that has names and values itself ([`inside`], [`block`]), what
//! has them under keys of their own ([`pair`]), what is set or tested elsewhere ([`otherwise`],
//! [`asserted`]), what several names are given at once ([`tuple`]), what a getter gives ([`returned`]) and
//! what people say ([`prose`]) is read in files of their own.

use std::ops::Range;

use super::super::place::Text;
use super::named::{Named, is_quote};
use super::separator::{Separator, separator};
use super::{asserted, block, declared, front, inside, otherwise, pair, prose, returned, tuple};

/// No value is longer.
pub(super) const LONGEST: usize = 600;
/// How far a separator may stand behind a name.
pub(super) const GAP: usize = 40;

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
    /// Handed to what signs in with it, or to what sets it: `login("dana", "x")`, `set_password("x")`.
    Login,
    /// `password == "x"`
    Compared,
    /// In an address, behind the user.
    Url,
    /// As people say it, or where a program stands: `the token x`.
    Said,
}

/// The value of the name, if it is written there.
pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    if let Some(value) = tuple::value(name) {
        return value;
    }
    if name.is_asked_for() {
        return None;
    }
    let readers = [
        inside::value,
        pair::value,
        block::value,
        beside,
        asserted::value,
        otherwise::value,
        returned::value,
        declared::value,
        prose::value,
    ];
    readers.into_iter().find_map(|read| read(name)).map(|value| as_meant(value, name.bytes))
}

/// Spring's way to say that a password stands there as it is: `{noop}x`.
fn as_meant(mut value: Value, bytes: &[u8]) -> Value {
    const PLAIN: &[u8] = b"{noop}";
    value.span.start += if bytes[value.span.clone()].starts_with(PLAIN) { PLAIN.len() } else { 0 };
    value
}

/// What stands behind the name and a separator.
fn beside(name: &Named<'_>) -> Option<Value> {
    let (mut rest, place) = (name.behind(), name.place);
    let quoted = rest.skip_closing();
    // `password!: string`, `password?: string`
    if matches!(rest.rest(), [b'!' | b'?', b':', ..]) {
        rest.at += 1;
    }
    rest.spaces();
    rest.property();
    // `${PASSWORD:?is missing}`
    if name.line_before().ends_with(b"${") && matches!(rest.rest(), [b':', b'?' | b'+', ..]) {
        return None;
    }
    if (quoted && name.is_chosen())
        || (name.is_shouted() && rest.rest().first() == Some(&b'(') && !front::is_given(name) && !name.is_declared())
    {
        // One of two texts, or a macro.
        return None;
    }
    let separator = separator(&mut rest, name, quoted)?;
    // `'--name='.$value`, `"for name=" + value`: the text that the name stands in ends here.
    let closes = rest.rest().first().filter(|byte| is_quote(**byte) && rest.bytes[rest.at - 1] == b'=');
    if !quoted && closes.is_some_and(|quote| front::opening(name) == Some(*quote) || name.is_within(*quote)) {
        return None;
    }
    rest.spaces();
    match separator {
        Separator::Element => rest.element(),
        Separator::Assigned => {
            // `**Token:** x`, `<b>Token:</b> x`, `Token: <code>x</code>`
            if rest.eat(b"**") || rest.eat(b"</b>") || rest.eat(b"</strong>") {
                rest.spaces();
            }
            if rest.eat(b"<code>") || rest.eat(b"<b>") {
                return rest.element();
            }
            if let Some(value) = rest.by_default(place) {
                return Some(value);
            }
            rest.type_of_variable();
            // What gives it when it is called, and what it is taken for.
            if place.text == Text::Code {
                let _ = rest.eat(b"lambda: ") || rest.eat(b"() => ") || rest.eat(b"<string>");
            }
            if rest.goes_on_below(place) {
                return rest
                    .quoted(Form::Quoted)
                    .or_else(|| rest.bare(place, name.is_shouted()).filter(|_| place.text == Text::Data));
            }
            let form = if rest.opens_a_list(place) { Form::Login } else { Form::Quoted };
            // `name = ("x")`
            if place.text == Text::Code && matches!(rest.rest(), [b'(', quote, ..] if is_quote(*quote)) {
                rest.eat(b"(");
            }
            rest.quoted(form)
                .or_else(|| rest.marked_as_text(place))
                .or_else(|| rest.chosen(place))
                .or_else(|| rest.wrapped(place))
                .or_else(|| rest.bare(place, name.is_shouted()))
        }
        Separator::Option => rest.quoted(Form::Bare).or_else(|| rest.word()),
        // The next may be another name.
        Separator::Listed => rest.quoted(Form::Quoted).filter(|value| name.bytes[value.span.start] != b'-'),
        Separator::Passed => {
            rest.eat(b"<<");
            rest.spaces();
            let value = rest.converted(Form::Passed)?;
            let pair = name.opens_a_pair() || name.before() == Some(b'{');
            let form = match rest.rest().first() {
                Some(b')' | b'}') if pair => Form::Quoted,
                Some(b')') if name.sets() || name.is_declared() => Form::Login,
                _ => value.form,
            };
            Some(Value { form, ..value })
        }
        Separator::Typed => {
            // `{api_key, <<"x">>}`
            rest.eat(b"<<");
            rest.quoted(Form::Login)
        }
        Separator::Compared => rest.converted(Form::Compared),
        Separator::Given => {
            // `#define TOKEN ("x")`
            let _ = place.text == Text::Code && rest.eat(b"(");
            rest.quoted(Form::Quoted).or_else(|| rest.word().filter(|_| place.text != Text::Code))
        }
        Separator::Stated => {
            let value = rest.quoted(Form::Quoted).or_else(|| rest.word().filter(|_| place.text == Text::Lines))?;
            rest.ends_a_statement(&value).then_some(value)
        }
        Separator::Said => rest.said(),
    }
}
