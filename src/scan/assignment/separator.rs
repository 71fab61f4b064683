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

/// Whether a word in front of the name says that its value follows: `#define NAME`, `ENV NAME`, `:name`.
fn is_given(name: &Named<'_>) -> bool {
    const GIVE: [&[u8]; 11] = [
        b"define",
        b"ENV",
        b"setx",
        b"set",
        b"setenv",
        b"set -x",
        b"set -gx",
        b"SetEnv",
        b"export",
        b"(def",
        b"^:private",
    ];
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

/// `StringVar(&x, "name", `
fn is_flag(name: &Named<'_>) -> bool {
    const FLAGS: [&[u8]; 4] = [b"String(", b"StringVar(", b"StringP(", b"StringVarP("];
    FLAGS.iter().any(|call| memchr::memmem::find(name.line_before(), call).is_some())
}

/// `set :name`
fn is_set(name: &Named<'_>) -> bool {
    let line = name.line_before();
    line.strip_suffix(b":").is_some_and(|line| [&b"set "[..], b"default "].iter().any(|word| line.ends_with(word)))
}

/// Whether the name, a constant, is the first that a call is handed that puts a value there: `put(NAME`.
fn is_put(name: &Named<'_>) -> bool {
    const PUT: [&[u8]; 9] =
        [b"put(", b"set(", b"Set(", b"setProperty(", b"setenv(", b"Setenv(", b"add(", b"Add(", b"header("];
    PUT.iter().any(|call| name.line_before().ends_with(call))
}

/// Whether the name begins a line, or a block; in settings a word or two may stand in front, as in
/// `proxy_set_header X-Api-Token "x";`.
fn opens_a_statement(name: &Named<'_>) -> bool {
    let line = name.line_before().trim_ascii();
    match name.place.text {
        Text::Code => line.is_empty() || line.ends_with(b"{") || line == b"@",
        Text::Lines => {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ');
            line.iter().all(plain) && line.split(|byte| *byte == b' ').count() <= 3
        }
        Text::Data | Text::Shell => false,
    }
}
