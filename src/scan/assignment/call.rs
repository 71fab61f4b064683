//! Calls and pairs that sign in: `login("dana", "…")`, `auth=("dana", "…")`. The second text is the password.

use std::ops::Range;

use super::super::lines;
use super::cursor::Cursor;
use super::syntax::{Form, LONGEST, Value};

/// How the names of such calls end, without regard to case and underscores.
const ENDS: &[&str] = &[
    "login",
    "signin",
    "logon",
    "auth",
    "authenticate",
    "basicauth",
    "passwordauthentication",
    "basicauthentication",
    "usernamepasswordcredentials",
    "usernamepasswordcredential",
    "usernamepasswordauthenticationtoken",
    "withcredentials",
    "networkcredential",
    "httpdigestauth",
    "setcredentials",
    "basiccredentials",
    "credentials",
    "credential",
    "plainauthprovider",
    "basicawscredentials",
    "userpass",
    "usernamepassword",
];

/// Skips who signs in, and what stands in front of a name in quotation marks: `ctx, "dana", `.
fn user(rest: &mut Cursor<'_>) -> Option<()> {
    for _ in 0..2 {
        let quoted = rest.quoted(Form::Passed);
        match &quoted {
            Some(user) if user.span.len() <= 60 => {}
            Some(_) => return None,
            None => rest.skip_name()?,
        }
        rest.spaces();
        rest.eat(b",").then_some(())?;
        rest.spaces();
        if quoted.is_some() || !names_follow(rest) {
            return Some(());
        }
    }
    Some(())
}

/// Whether two texts follow, and not the last.
fn names_follow(rest: &Cursor<'_>) -> bool {
    let mut ahead = Cursor { ..*rest };
    ahead.quoted(Form::Passed).is_some() && ahead.rest().starts_with(b",")
}

/// The password handed to what is named here.
pub(super) fn password(bytes: &[u8], name: &Range<usize>) -> Option<Value> {
    let backwards = || bytes[name.clone()].iter().rev().filter(|byte| byte.is_ascii_alphanumeric());
    let is_end = |end: &&str| {
        let mut letters = backwards();
        end.bytes().rev().all(|byte| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&byte)))
    };
    if !ENDS.iter().any(is_end) {
        return None;
    }
    let mut rest = Cursor { bytes, at: name.end, end: lines::line_end(bytes, name.end).min(name.end + LONGEST) };
    rest.skip_closing();
    rest.spaces();
    let _ = rest.eat(b"=>") || rest.eat(b"=") || rest.eat(b":");
    rest.spaces();
    if !(rest.eat(b"(") || rest.eat(b"[")) {
        return None;
    }
    rest.spaces();
    user(&mut rest)?;
    let value = rest.quoted(Form::Login)?;
    rest.eat_converted();
    matches!(rest.rest().first(), None | Some(b')' | b']' | b',')).then_some(value)
}
