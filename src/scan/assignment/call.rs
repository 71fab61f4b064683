//! Calls that are handed a secret: those that sign in (`login("dana", "…")`, `auth=("dana", "…")`), where
//! the second text is the password, and those of libraries, which have it at a known place ([`signature`]).

use std::ops::Range;

use super::super::lines;
use super::cursor::Cursor;
use super::name::Kind;
use super::signature;
use super::syntax::{Form, LONGEST, Value};

/// How the names of calls end that sign in, without regard to case and underscores.
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
    "authbasic",
    "httpdigestauth",
    "setcredentials",
    "basiccredentials",
    "credentials",
    "credential",
    "plainauthprovider",
    "basicawscredentials",
    "userpass",
    "usernamepassword",
    "userpassword",
    "basicauthenticationheadervalue",
    "passwordsigninasync",
    "authenticateasync",
    "loginasync",
    "usernamepasswordtoken",
    "plaintextauthprovider",
    "credentialsbasic",
    "preemptivebasic",
    "basicauthinterceptor",
    "httpbasicauthenticator",
    "passwordauthenticationmethod",
    "userauthenticator",
    "setauthorization",
    "authorizationbasic",
];

/// What such a name may have behind it.
const MAKES: &[&str] = &["new", "create", "of"];

/// Skips who signs in, and what stands in front of a name in quotation marks: `ctx, "dana", `.
fn user(rest: &mut Cursor<'_>) -> Option<()> {
    for _ in 0..2 {
        let quoted = rest.quoted(Form::Passed);
        match &quoted {
            Some(user) if user.span.len() <= 60 => {}
            Some(_) => return None,
            None => rest.skip_name()?,
        }
        rest.eat_converted();
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

/// What is handed as secrets to what is named here.
pub(super) fn secrets(bytes: &[u8], name: &Range<usize>) -> Vec<(Kind, Value)> {
    let mut rest = Cursor { bytes, at: name.end, end: bytes.len().min(name.end + LONGEST) };
    // `JWT::encode`, `DBI->connect`, `encoder().encode`
    while rest.eat(b"::") || rest.eat(b"->") || rest.eat(b"().") {
        if rest.skip_name().is_none() {
            return Vec::new();
        }
    }
    let name = &bytes[name.start..rest.at];
    skip_type(&mut rest);
    let found = signature::secrets(name, &rest);
    if !found.is_empty() {
        return found;
    }
    rest.end = rest.end.min(lines::line_end(bytes, rest.at));
    // Behind nearly every name nothing is handed over, and to compare what it ends in takes longer.
    let password = if opens(&mut rest) && signs_in(name) { password(&mut rest) } else { None };
    password.map(|value| (Kind::Password, value)).into_iter().collect()
}

/// `connect[IO](`, `connect<T>(`
fn skip_type(rest: &mut Cursor<'_>) {
    let Some(b'[' | b'<') = rest.rest().first() else { return };
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_., ".contains(byte);
    let length = 1 + rest.rest()[1..].iter().take(40).take_while(inside).count();
    if matches!(rest.rest().get(length..), Some([b']' | b'>', b'(', ..])) {
        rest.at += length + 1;
    }
}

fn signs_in(name: &[u8]) -> bool {
    let name = letters(name);
    let made = MAKES.iter().find_map(|make| name.strip_suffix(make));
    ENDS.iter().any(|end| name.ends_with(end) || made.is_some_and(|name| name.ends_with(end)))
}

/// The letters and digits of a name, in lower case.
fn letters(name: &[u8]) -> String {
    let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric());
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// Goes into a call or a pair that may sign in, if one stands behind a name.
fn opens(rest: &mut Cursor<'_>) -> bool {
    rest.skip_closing();
    let stated = rest.rest().starts_with(b" \"") || rest.rest().starts_with(b" '");
    rest.spaces();
    let _ = rest.eat(b"=>") || rest.eat(b"=") || rest.eat(b":");
    rest.spaces();
    rest.eat(b"(") || rest.eat(b"[") || stated
}

/// The password of a call or a pair that signs in.
fn password(rest: &mut Cursor<'_>) -> Option<Value> {
    rest.spaces();
    user(rest)?;
    let value = rest.handed(Form::Login)?;
    matches!(rest.rest().first(), None | Some(b')' | b']' | b',')).then_some(value)
}
