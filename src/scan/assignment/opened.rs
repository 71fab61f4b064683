//! Passwords that a program is handed as such, whatever it is called: characters (`ks.load(in,
//! "x".toCharArray())`), and what stands behind the name of an entry (`bind("cn=admin,dc=acme", "x")`).

use std::ops::Range;

use super::super::lines;
use super::cursor::Cursor;
use super::named::is_quote;
use super::syntax::{Form, LONGEST, Value};

/// What the literal pass looks for.
pub(super) const WORDS: [&str; 5] = [CHARACTERS, "\"cn=", "'cn=", "\"uid=", "'uid="];

const CHARACTERS: &str = ".tochararray()";
/// What Java hands characters to that are a password.
const OPENS: &[&[u8]] = &[
    b"load",
    b"store",
    b"init",
    b"getKey",
    b"setKeyEntry",
    b"PasswordProtection",
    b"PBEKeySpec",
    b"SimpleCredentials",
    b"createCredential",
    b"createScramSha1Credential",
    b"createScramSha256Credential",
    b"createPlainCredential",
];

/// Where the word stands that told of it, and the password.
pub(super) fn read(bytes: &[u8], at: usize) -> Option<(Range<usize>, Value)> {
    let text = bytes.get(at..)?;
    let stands = |word: &str| text.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()));
    if stands(CHARACTERS) {
        return characters(bytes, at).map(|value| (at..at + CHARACTERS.len(), value));
    }
    if !WORDS[1..].iter().any(|word| stands(word)) {
        return None;
    }
    let mut rest = Cursor { bytes, at, end: lines::line_end(bytes, at).min(at + LONGEST) };
    let entry = rest.quoted(Form::Login)?.span;
    (rest.eat(b",") && bytes[entry.clone()].contains(&b',')).then_some(())?;
    rest.spaces();
    let value = rest.handed(Form::Login)?;
    matches!(rest.rest().first(), None | Some(b')' | b',')).then_some((entry, value))
}

/// The text in front, if the call that is handed it opens something.
fn characters(bytes: &[u8], at: usize) -> Option<Value> {
    let start = lines::line_start(bytes, at).max(at.saturating_sub(LONGEST));
    let (quote, inside) = bytes[start..at].split_last().filter(|(quote, _)| is_quote(**quote))?;
    let open = memchr::memrchr(*quote, inside)?;
    let mut depth = 0_usize;
    let called = inside[..open].iter().rposition(|byte| {
        depth += usize::from(*byte == b')');
        let opens = *byte == b'(' && depth == 0;
        depth -= usize::from(*byte == b'(' && !opens);
        opens
    })?;
    let inside_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let length = inside[..called].iter().rev().take_while(inside_name).count();
    OPENS
        .contains(&&inside[called - length..called])
        .then_some(Value { span: start + open + 1..at - 1, form: Form::Login })
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn what_is_handed_as_a_password_is_one() {
        for (path, text) in [
            ("a.java", "ks.load(new FileInputStream(\"a.jks\"), \"{}\".toCharArray());"),
            ("a.java", "factory.init(store, \"{}\".toCharArray());"),
            ("a.py", "c.simple_bind_s(\"cn=admin,dc=acme,dc=test\", \"{}\")"),
            ("a.go", "l.Bind(\"uid=dana,dc=acme\", \"{}\")"),
        ] {
            let mut values: Vec<String> =
                found(path, text, "{base62:20}").into_iter().map(|(value, _)| value).collect();
            values.dedup();
            assert_eq!(values, ["{}"], "{path}: {text}");
        }
        for (path, text) in [
            ("a.java", "sort(\"{}\".toCharArray());"),
            ("a.java", "load(sort(\"{}\".toCharArray()), in);"),
            ("a.java", "\"{}\".toCharArray()"),
            ("a.py", "search(\"cn=admin,dc=acme\", scope, \"{}\")"),
            ("a.py", "x = \"cn=admin\", \"{}\" + y"),
        ] {
            assert_eq!(found(path, text, "{base62:20}"), [], "{path}: {text}");
        }
    }
}
