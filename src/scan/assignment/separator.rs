//! What stands between a name and its value, and says how the one is given the other.

use super::super::place::Text;
use super::cursor::Cursor;
use super::front::{is_flag, is_given, is_put, is_set, opens_a_statement};
use super::named::{Named, is_quote};

pub(super) enum Separator {
    Assigned,
    Passed,
    /// Into the field that the name selects.
    Typed,
    Compared,
    /// `#define NAME "x"`, `ENV NAME x`, `:name "x"`
    Given,
    /// `password "x"` as a statement of its own.
    Stated,
    Said,
    Element,
    Option,
    /// The next of a list of arguments: `"--name", "value"`.
    Listed,
}

/// What the cursor meets behind the name.
pub(super) fn separator(rest: &mut Cursor<'_>, name: &Named<'_>, quoted: bool) -> Option<Separator> {
    let before = name.before();
    let code = name.place.text == Text::Code;
    for compared in [&b"!=="[..], b"!=", b"===", b"=="] {
        if rest.eat(compared) {
            return Some(Separator::Compared);
        }
    }
    for assigned in [
        &b"=>"[..],
        b":=",
        b"||=",
        b"??=",
        b"?=",
        b"+=",
        b"<-",
        b"=",
        b": ",
        b":\t",
        b"[] =",
        b"As String =",
        "：".as_bytes(),
    ] {
        if rest.eat(assigned) {
            return Some(Separator::Assigned);
        }
    }
    // `"name" -> "x"`, `"name" to "x"`
    if quoted && code && (rest.eat(b"-> ") || rest.eat(b"to ")) {
        return Some(Separator::Typed);
    }
    // `SecretString::new("x")`
    if !quoted && code && (rest.eat(b"::new(") || rest.eat(b"::from(")) {
        return Some(Separator::Typed);
    }
    let spaced = rest.bytes[rest.at - 1] == b' ' || rest.bytes[rest.at - 1] == b'\t';
    match rest.rest().first()? {
        b':' => {
            // `name::other` is a path of code, and `user:password@host` has a reader of its own.
            rest.at += 1;
            (rest.rest().first() != Some(&b':')).then_some(Separator::Assigned)
        }
        b'>' if before == Some(b'<') || quoted => {
            rest.at += 1;
            Some(Separator::Element)
        }
        b'(' if !quoted => {
            rest.at += 1;
            Some(Separator::Passed)
        }
        b'{' if !quoted && code && rest.rest()[1..].trim_ascii_start().first().is_some_and(|byte| is_quote(*byte)) => {
            rest.at += 1;
            Some(Separator::Typed)
        }
        // `{token, "x"}`
        b',' if !quoted && code && before == Some(b'{') => {
            rest.at += 1;
            Some(Separator::Passed)
        }
        // `set :token, "x"`, `map.put(Names.TOKEN, "x")`
        b',' if !quoted && code && (is_set(name) || is_put(name)) => {
            rest.at += 1;
            Some(Separator::Typed)
        }
        // `fill("#password", "x")`, `type("input[name=password]", "x")`, `AddWithValue("@password", "x")`
        b',' if quoted && code && (matches!(before, Some(b'#' | b'=' | b'@')) || is_flag(name)) => {
            rest.at += 1;
            Some(Separator::Typed)
        }
        // `"password": "token", "name"`: what is a value itself names nothing.
        b',' if quoted
            && !name.is_value()
            && (before.is_some_and(is_quote) || name.before_dashes().is_some_and(is_quote)) =>
        {
            rest.at += 1;
            Some(if name.before_dashes().is_some_and(is_quote) { Separator::Listed } else { Separator::Passed })
        }
        b'v' | b'c' if quoted => {
            let attribute = [&b"value="[..], b"content=", b"value ="].iter().any(|text| rest.eat(text));
            attribute.then_some(if name.place.text == Text::Data { Separator::Assigned } else { Separator::Typed })
        }
        _ if is_given(name) && spaced => Some(Separator::Given),
        _ if before == Some(b'-') && !code && spaced => Some(Separator::Option),
        _ if !quoted && spaced && opens_a_statement(name) => Some(Separator::Stated),
        _ if !quoted && spaced => Some(Separator::Said),
        _ => None,
    }
}
