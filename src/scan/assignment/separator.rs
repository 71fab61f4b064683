//! What stands between a name and its value, and says how the one is given the other.

use super::super::place::Text;
use super::cursor::Cursor;
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
        return Some(Separator::Passed);
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
        b'{' if !quoted && code && rest.rest().get(1).is_some_and(|byte| is_quote(*byte)) => {
            rest.at += 1;
            Some(Separator::Passed)
        }
        // `{token, "x"}`
        b',' if !quoted && code && before == Some(b'{') => {
            rest.at += 1;
            Some(Separator::Passed)
        }
        // `fill("#password", "x")`, `type("input[name=password]", "x")`
        b',' if quoted && code && matches!(before, Some(b'#' | b'=')) => {
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
            attribute.then_some(if name.place.text == Text::Data { Separator::Assigned } else { Separator::Passed })
        }
        _ if is_given(name) && spaced => Some(Separator::Given),
        _ if before == Some(b'-') && !code && spaced => Some(Separator::Option),
        _ if !quoted && spaced && opens_a_statement(name) => Some(Separator::Stated),
        _ if !quoted && spaced => Some(Separator::Said),
        _ => None,
    }
}

/// Whether a word in front of the name says that its value follows: `#define NAME`, `ENV NAME`, `:name`.
fn is_given(name: &Named<'_>) -> bool {
    const GIVE: [&[u8]; 7] = [b"define", b"ENV", b"setx", b"set", b"setenv", b"SetEnv", b"export"];
    let line = name.line_before();
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

/// Whether the name begins a line, or a block; in settings a word or two may stand in front, as in
/// `proxy_set_header X-Api-Token "x";`.
fn opens_a_statement(name: &Named<'_>) -> bool {
    let line = name.line_before().trim_ascii();
    match name.place.text {
        Text::Code => line.is_empty() || line.ends_with(b"{"),
        Text::Lines => {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ');
            line.iter().all(plain) && line.split(|byte| *byte == b' ').count() <= 3
        }
        Text::Data | Text::Shell => false,
    }
}
