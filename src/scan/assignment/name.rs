//! The name that a word of the literal pass belongs to.

use std::ops::Range;

pub(super) use crate::naming::secrets::Kind;
use crate::naming::secrets::{self, stems};

use super::{command, joined, opened, piped, signature, sql, url};

/// Longer names are no names.
const LONGEST: usize = 80;

/// A name too short to be looked for anywhere.
const SHORT: &[&str] = &["pw =", "pw=", "pw:", "pw :", "pw\"", "pw'", "pw)", "pw["];

/// What the literal pass looks for.
pub(in crate::scan) fn words() -> impl Iterator<Item = &'static str> {
    stems()
        .chain([
            sql::IDENTIFIED,
            url::MARK,
            "login",
            "logon",
            "signin",
            "sign_in",
            "zugangsdaten",
            "identifiants",
            "inloggegevens",
            "anmeldedaten",
        ])
        .chain(url::NET)
        .chain(SHORT.iter().copied())
        .chain(signature::words())
        .chain(opened::WORDS)
        .chain(command::WORDS.iter().chain(piped::WORDS).chain(joined::WORDS).copied())
}

/// The id of the kind of what is found behind such a name.
pub(super) fn id(kind: Kind) -> &'static str {
    match kind {
        Kind::Password => "generic-password",
        Kind::Secret => "generic-secret",
        Kind::Token => "generic-token",
        Kind::ApiKey | Kind::Weak => "generic-api-key",
    }
}

/// What the name stands for, if a secret.
pub(super) fn kind(name: &[u8]) -> Option<Kind> {
    secrets::kind(std::str::from_utf8(name).ok()?)
}

/// The whole name that the word at `at` belongs to.
pub(super) fn around(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || *byte >= 0x80;
    let before = bytes[at.saturating_sub(LONGEST)..at].iter().rev().take_while(|byte| belongs(byte)).count();
    let behind = bytes[at..].iter().take(LONGEST).take_while(|byte| belongs(byte)).count();
    if before + behind >= LONGEST {
        return None;
    }
    let (before, behind) = match bytes[at - before..at + behind].is_ascii() {
        true => (before, behind),
        false => (before - end_of_marks(&bytes[at - before..at]), start_of_marks(&bytes[at..at + behind])),
    };
    if ends_a_path(bytes, at - before) {
        return None;
    }
    let edge = |byte: &&u8| matches!(byte, b'-' | b'.');
    let start = at - before + bytes[at - before..at].iter().take_while(edge).count();
    // In a text of a program: `"USER=dana\nPASS=…"`.
    let escaped = start < at && bytes[..start].ends_with(b"\\") && matches!(bytes[start], b'n' | b'r' | b't');
    // Properties of Java: `-Dpassword=x`.
    let defined =
        start < at && bytes[..start].ends_with(b"-") && bytes[start] == b'D' && bytes[start + 1].is_ascii_lowercase();
    let start = start + usize::from(escaped || defined);
    let end = at + behind - bytes[at..at + behind].iter().rev().take_while(edge).count();
    let calls = |methods: &'static [&[u8]], open: &[u8]| {
        methods.iter().find(|method| bytes[start..end].ends_with(method) && bytes[end..].starts_with(open))
    };
    let called = calls(&METHODS, b"(").or_else(|| calls(&CONVERSIONS, b"()"));
    let end = end - called.map_or(0, |method| method.len());
    (at < end).then_some(start..end)
}

/// What is called on a name belongs to it no more.
const METHODS: [&[u8]; 4] = [b".equals", b".equalsIgnoreCase", b".Equals", b".set"];
/// Of these only what is handed nothing.
const CONVERSIONS: [&[u8]; 2] = [b".encode", b".getBytes"];

/// The beginnings of marks that are no ASCII: those of full width, of Chinese and Japanese, and of print.
const MARKS: [&[u8]; 4] = [b"\xEF\xBC", b"\xE3\x80", b"\xE2\x80", b"\xE2\x86"];

/// Where the first of them begins, or the end.
fn start_of_marks(text: &[u8]) -> usize {
    MARKS.iter().filter_map(|mark| memchr::memmem::find(text, mark)).min().unwrap_or(text.len())
}

/// Where the last of them ends, or the beginning.
fn end_of_marks(text: &[u8]) -> usize {
    let ends = MARKS.iter().filter_map(|mark| Some(memchr::memmem::rfind(text, mark)? + mark.len() + 1));
    ends.max().map_or(0, |end| end.min(text.len()))
}

/// `admin/passwords`: the name ends a path.
fn ends_a_path(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[..start];
    before.ends_with(b"/") && before.len() > 1 && before[before.len() - 2].is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_is_taken() {
        let text = b"export MY_DB_PASSWORD_2=x";
        assert_eq!(around(text, 13).map(|range| &text[range]), Some(&b"MY_DB_PASSWORD_2"[..]));
        let text = b"curl --api-key. x";
        assert_eq!(around(text, 11).map(|range| &text[range]), Some(&b"api-key"[..]));
        let text = br"USER=dana\nDB_PASS=x";
        assert_eq!(around(text, 14).map(|range| &text[range]), Some(&b"DB_PASS"[..]));
        let text = br"C:\tokens=x";
        assert_eq!(around(text, 3).map(|range| &text[range]), Some(&b"tokens"[..]));
        let text = b"mvn deploy -Dpassword=x";
        assert_eq!(around(text, 13).map(|range| &text[range]), Some(&b"password"[..]));
        let text = b"if (token.equals(x))";
        assert_eq!(around(text, 4).map(|range| &text[range]), Some(&b"token"[..]));
        assert_eq!(around("x".repeat(200).as_bytes(), 100), None);
    }
}
