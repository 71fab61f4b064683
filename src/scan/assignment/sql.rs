//! Passwords in statements of SQL: `CREATE USER … IDENTIFIED BY '…'`, `CREATE ROLE … PASSWORD '…'`.

use std::ops::Range;

use super::super::lines;
use super::cursor::Cursor;
use super::syntax::{Form, LONGEST, Value};

/// In SQL a password stands behind this word.
pub(super) const IDENTIFIED: &str = "identified";

/// The password of `CREATE ROLE dana LOGIN PASSWORD '…'`, at its word `PASSWORD`.
pub(super) fn role_password(bytes: &[u8], name: &Range<usize>) -> Option<Value> {
    if !bytes[name.clone()].eq_ignore_ascii_case(b"password") {
        return None;
    }
    let before = bytes[lines::line_start(bytes, name.start)..name.start].to_ascii_lowercase();
    let told = |word: &[u8]| memchr::memmem::find(&before, word).is_some();
    // There it is the hash of one: `IDENTIFIED BY PASSWORD '…'`.
    if before.trim_ascii_end().ends_with(b" by") {
        return None;
    }
    let (does, whom) = (told(b"create ") || told(b"alter "), told(b" role ") || told(b" user "));
    let mut rest = Cursor { bytes, at: name.end, end: lines::line_end(bytes, name.end).min(name.end + LONGEST) };
    rest.spaces();
    rest.quoted(Form::Quoted).filter(|_| does && whom)
}

/// The password of `CREATE USER dana IDENTIFIED BY '…'`, at its word `IDENTIFIED`.
pub(super) fn password(bytes: &[u8], at: usize) -> Option<Value> {
    const WORD: usize = IDENTIFIED.len();
    if !bytes.get(at..at + WORD)?.eq_ignore_ascii_case(IDENTIFIED.as_bytes()) {
        return None;
    }
    // Of prose something is identified by anything; a statement names the user in front.
    let before = bytes[lines::line_start(bytes, at)..at].to_ascii_lowercase();
    let told = |word: &[u8]| memchr::memmem::find(&before, word).is_some();
    if !told(b"user ") && !told(b"grant ") && !told(b" connect to ") {
        return None;
    }
    let mut rest = Cursor { bytes, at: at + WORD, end: lines::line_end(bytes, at).min(at + LONGEST) };
    rest.spaces();
    if rest.eat_word(b"with") {
        rest.spaces();
        rest.at += rest.rest().iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        rest.spaces();
    }
    if !rest.eat_word(b"by") {
        return None;
    }
    rest.spaces();
    rest.quoted(Form::Quoted).or_else(|| rest.word().filter(|_| told(b"alter user ") || told(b"create user ")))
}
