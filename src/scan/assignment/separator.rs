//! What stands between a name and its value, and says how the one is given the other.

use super::super::place::Text;
use super::cursor::Cursor;
use super::front::{is_compared, is_flag, is_given, is_put, is_set, opens_a_statement};
use super::named::{Named, is_quote};

/// What stands between a name and the text that it is compared with.
const COMPARED: [&[u8]; 14] = [
    b"!==",
    b"!=",
    b"===",
    b"==",
    b".equals(",
    b".equalsIgnoreCase(",
    b".Equals(",
    b"isEqualToString:",
    b"eq \"",
    b"eq '",
    b"ne \"",
    b"ne '",
    b"-eq ",
    b"-ne ",
];

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
    if is_compared(name) {
        let _ = rest.eat(b".encode()") || rest.eat(b".getBytes()") || rest.eat(b")");
    }
    if compares(rest) {
        return Some(Separator::Compared);
    }
    // Gradle's properties: `password.set("x")`
    if code && rest.eat(b".set(") {
        return Some(Separator::Typed);
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
        b"::String =",
        "：".as_bytes(),
    ] {
        if rest.eat(assigned) {
            return Some(Separator::Assigned);
        }
    }
    if (code || name.place.text == Text::Data) && !quoted && declared(rest) {
        return Some(Separator::Assigned);
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
        // `<label for="password">`: what it says to people.
        b'>' if before == Some(b'<') || (quoted && !name.line_before().ends_with(b"for=\"")) => {
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
        // `strcmp(password, "x")`
        b',' if !quoted && code && is_compared(name) => {
            rest.at += 1;
            Some(Separator::Compared)
        }
        // `fill("#password", "x")`, `type("input[name=password]", "x")`, `AddWithValue("@password", "x")`
        b',' if quoted && code && (matches!(before, Some(b'#' | b'@')) || selects_by_name(name) || is_flag(name)) => {
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
        // `set password to "x"`
        b't' if !quoted && spaced && is_given(name) && rest.rest().starts_with(b"to ") => {
            rest.at += 3;
            Some(Separator::Given)
        }
        b'v' | b'c' | b'i' | b'd' if quoted || before == Some(b'<') => {
            const ATTRIBUTES: [&[u8]; 5] = [b"value=", b"content=", b"value =", b"initialValue=", b"defaultValue="];
            let attribute = ATTRIBUTES.iter().any(|text| rest.eat(text));
            attribute.then_some(if name.place.text == Text::Data { Separator::Assigned } else { Separator::Typed })
        }
        // `= :password WHERE` is given what it stands for.
        byte if before == Some(b':') && !code && !is_quote(*byte) => None,
        _ if is_given(name) && spaced => Some(Separator::Given),
        _ if before == Some(b'-') && !code && spaced => Some(Separator::Option),
        _ if !quoted && spaced && opens_a_statement(name) => Some(Separator::Stated),
        _ if !quoted && spaced => Some(Separator::Said),
        _ => None,
    }
}

/// Passes over what compares two values; the mark that opens a text stays.
pub(super) fn compares(rest: &mut Cursor<'_>) -> bool {
    let compares = COMPARED.iter().any(|compared| rest.eat(compared));
    rest.at -= usize::from(compares && is_quote(rest.bytes[rest.at - 1]));
    compares
}

/// `input[name=password]`
fn selects_by_name(name: &Named<'_>) -> bool {
    name.before() == Some(b'=') && name.bytes.get(name.span.end) == Some(&b']')
}

/// The type behind the name, as Go and SQL have it: `var name string = "x"`, `DECLARE @name NVARCHAR(20) = 'x'`.
fn declared(rest: &mut Cursor<'_>) -> bool {
    const TYPES: [&[u8]; 7] = [b"string", b"*string", b"[]byte", b"String", b"varchar(", b"nvarchar(", b"text"];
    let named = |text: &[u8], word: &[u8]| text.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word));
    let Some(word) = TYPES.into_iter().find(|word| named(rest.rest(), word)) else { return false };
    let size = rest.rest()[word.len()..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b')').count();
    let behind = &rest.rest()[word.len() + size..];
    let assigned = behind.starts_with(b" = ");
    rest.at += if assigned { word.len() + size + 3 } else { 0 };
    assigned
}
