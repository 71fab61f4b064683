//! Several names that are given as many values at once: `user, password := "dana", "x"`,
//! `my ($user, $password) = ("dana", "x")`.

use super::super::place::Text;
use super::cursor::Cursor;
use super::named::{Named, is_quote};
use super::syntax::{Form, Value};

/// More are no names of one statement.
const MOST: usize = 8;

/// Whether the name is one of several, and the text that it is given then, if it is one.
pub(super) fn value(name: &Named<'_>) -> Option<Option<Value>> {
    if name.place.text != Text::Code {
        return None;
    }
    let (before, opened) = names_before(name.line_before())?;
    let mut rest = name.behind();
    let behind = names_behind(&mut rest)?;
    let closed = rest.eat(b")") || rest.eat(b"]");
    // What is handed to a call has a value of its own: `f(user, password="x", page=2)`.
    if before + behind == 0 || opened != closed {
        return None;
    }
    rest.spaces();
    rest.eat(b"string ");
    let assigned = rest.eat(b":=") || (rest.eat(b"=") && !matches!(rest.rest().first(), Some(b'=' | b'>')));
    assigned.then_some(())?;
    rest.spaces();
    let _ = rest.eat(b"(") || rest.eat(b"[");
    for _ in 0..before {
        argument(&mut rest)?;
    }
    let value = rest.quoted(Form::Quoted);
    // One text for all of them is taken apart by the program, and `let a, password = "x", b = 2` gives each its own.
    let whole = before > 0 || rest.rest().first() == Some(&b',');
    (whole && !rest.rest().contains(&b'=')).then_some(value)
}

/// How many names stand in front of the last part of this line, each with a comma, and whether a mark opens them.
fn names_before(line: &[u8]) -> Option<(usize, bool)> {
    let mut line = line.strip_suffix(b"$").unwrap_or(line);
    for count in 0..MOST {
        let trimmed = line.trim_ascii_end();
        let Some(list) = trimmed.strip_suffix(b",") else {
            let opened = matches!(trimmed.last(), Some(b'(' | b'['));
            // Behind a keyword, or first on its line.
            let begins = opened || trimmed.is_empty() || trimmed.len() < line.len();
            return begins.then_some((count, opened));
        };
        let names = list.iter().rev().take_while(|byte| is_inside(byte)).count();
        line = &list[..list.len() - names];
        if names == 0 {
            return None;
        }
    }
    None
}

/// How many names follow, each behind a comma.
fn names_behind(rest: &mut Cursor<'_>) -> Option<usize> {
    rest.spaces();
    for count in 0..MOST {
        if !rest.eat(b",") {
            return Some(count);
        }
        rest.spaces();
        let names = rest.rest().iter().take_while(|byte| is_inside(byte)).count();
        rest.at += names;
        rest.spaces();
        if names == 0 {
            return None;
        }
    }
    None
}

fn is_inside(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'@')
}

/// One value and the comma behind it.
fn argument(rest: &mut Cursor<'_>) -> Option<()> {
    rest.spaces();
    let quote = rest.rest().first().copied().filter(|byte| is_quote(*byte));
    let length = match quote {
        Some(quote) => memchr::memchr(quote, &rest.rest()[1..])? + 2,
        None => memchr::memchr(b',', rest.rest())?,
    };
    rest.at += length;
    rest.spaces();
    let comma = rest.eat(b",");
    rest.spaces();
    comma.then_some(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn each_name_has_the_value_at_its_place() {
        for (path, text) in [
            ("a.py", "user, password = \"dana\", \"{}\""),
            ("a.py", "password, user = \"{}\", \"dana\""),
            ("a.go", "user, password, err := \"dana\", \"{}\", nil"),
            ("a.go", "const user, password string = \"dana\", \"{}\""),
            ("a.pl", "my ($user, $password) = (\"dana\", \"{}\");"),
            ("a.js", "[user, password] = [\"dana\", \"{}\"];"),
            ("a.js", "let user, password = \"{}\", page = 2;"),
            ("a.py", "connect(user, password=\"{}\", page=2)"),
        ] {
            let values: Vec<String> = found(path, text, "{base62:20}").into_iter().map(|(value, _)| value).collect();
            assert_eq!(values, ["{}"], "{path}: {text}");
        }
        for (path, text) in [
            ("a.py", "user, password = \"{}\", ask()"),
            ("a.py", "user, password = \"{}\".split(\":\")"),
            ("a.go", "password, user := ask(), \"{}\""),
        ] {
            assert_eq!(found(path, text, "{base62:20}"), [], "{path}: {text}");
        }
    }
}
