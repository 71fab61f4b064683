//! Names and values as people write them down: `| token | x |`, `the password is "x"`, `credentials: dana/x`.

use std::cmp::Reverse;

use super::super::place::Text;
use super::cursor::Cursor;
use super::named::Named;
use super::syntax::{Form, Value};

/// What stands between a name and its value in a sentence.
const SAYS: [&str; 29] = [
    ": ", ":: ", "is now: ", "is now ", "is: ", "is ", "- ", "– ", "— ", "ist: ", "ist ", "lautet: ", "lautet ",
    "est : ", "est: ", "est ", "es: ", "es ", "é: ", "é ", "è: ", "è ", "jest: ", "jest ", "to: ", "to ", "は", "是",
    "(",
];
/// What leads to whose or of what it is.
const WHOSE: [&str; 12] = ["for ", "of ", "für ", "von ", "pour ", "de ", "del ", "do ", "van ", "di ", "от ", "для "];
/// What leads from there to the value.
const SO: [&str; 14] = [
    ": ", " is now ", " is: ", " is ", " ist: ", " ist ", " lautet ", " est ", " es ", " é ", " è ", " jest ", " to ",
    " = ",
];

pub(super) fn value(name: &Named<'_>) -> Option<Value> {
    if name.is_used() || (name.place.text != Text::Shell && !name.behind().is_remark()) {
        return None;
    }
    let mut rest = name.behind();
    rest.skip_closing();
    rest.spaces();
    if rest.eat(b"|") {
        rest.spaces();
        if let Some(value) = rest.quoted(Form::Login) {
            return Some(value);
        }
        let value = rest.field()?;
        let behind = &rest.bytes[value.span.end..rest.end.max(value.span.end)];
        return behind.trim_ascii_start().starts_with(b"|").then_some(value);
    }
    // `pass "name=1" to it`: to hand over.
    if name.bytes[name.span.clone()].eq_ignore_ascii_case(b"pass") {
        return None;
    }
    if WHOSE.iter().any(|word| rest.eat(word.as_bytes())) {
        return of_somebody(&mut rest);
    }
    let said = SAYS.iter().find(|word| rest.eat(word.as_bytes()));
    rest.spaces();
    match said {
        None => {
            let apart = rest.at > name.span.end;
            let quoted = rest.quoted(Form::Login).filter(|_| name.place.text == Text::Shell);
            quoted.or_else(|| written(&mut rest).filter(|_| apart))
        }
        Some(&"(") => rest.quoted(Form::Login).or_else(|| written(&mut rest)).or_else(|| behind_a_remark(&mut rest)),
        // `mdp: mdp@1000 {`: a label of what it names.
        Some(_) if rest.rest().starts_with(&name.bytes[name.span.clone()]) => None,
        Some(_) => rest.quoted(Form::Login).or_else(|| written(&mut rest)),
    }
}

/// Names of a user and a password together.
const BOTH: [&str; 11] = [
    "credentials",
    "creds",
    "login",
    "logins",
    "zugangsdaten",
    "anmeldedaten",
    "credenciales",
    "credenciais",
    "credenziali",
    "identifiants",
    "inloggegevens",
];

/// The password of both, where they stand for each other: `credentials: dana/x`, `Login: dana / x`.
pub(super) fn of_both(name: &Named<'_>) -> Option<Value> {
    let word = &name.bytes[name.span.clone()];
    let is_both = BOTH.iter().any(|both| word.eq_ignore_ascii_case(both.as_bytes()));
    let told = is_both && (name.place.text == Text::Shell || name.behind().is_remark());
    told.then(|| login(&mut name.behind())).flatten()
}

/// `: dana/x`, ` - dana / x`, ` are "dana:x"`
fn login(rest: &mut Cursor<'_>) -> Option<Value> {
    rest.spaces();
    [":", "=", "：", "- ", "is ", "are "].iter().find(|mark| rest.eat(mark.as_bytes()))?;
    rest.spaces();
    let _ = rest.eat(b"`") || rest.eat(b"\"") || rest.eat(b"'") || rest.eat(b"**");
    let is_user = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._-@+".contains(byte);
    let user = rest.rest().iter().take(60).take_while(is_user).count();
    rest.at += user;
    let spaced = rest.eat(b" ");
    (user > 0 && (rest.eat(b"/") || rest.eat(b":"))).then_some(())?;
    (rest.eat(b" ") == spaced).then_some(())?;
    written(rest)
}

/// `for the admin: x`, `of the database is x`
fn of_somebody(rest: &mut Cursor<'_>) -> Option<Value> {
    const FAR: usize = 60;
    let so = |word: &&str| {
        let far = &rest.rest()[..rest.rest().len().min(FAR)];
        Some((memchr::memmem::find(far, word.as_bytes())?, word.len()))
    };
    // ` is now ` begins as ` is ` does.
    let (at, length) = SO.iter().filter_map(so).min_by_key(|&(at, length)| (at, Reverse(length)))?;
    let behind = at + length;
    let whom = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b" _-@.'`:=".contains(byte);
    let between = &rest.rest()[..behind];
    (between.iter().all(whom) && memchr::memmem::find(between, b". ").is_none()).then_some(())?;
    rest.at += behind;
    rest.quoted(Form::Login).or_else(|| written(rest))
}

/// `(the old one): x`
fn behind_a_remark(rest: &mut Cursor<'_>) -> Option<Value> {
    let close = rest.rest().iter().take(40).position(|byte| *byte == b')')?;
    rest.at += close + 1;
    [": ", " is ", " = "].iter().any(|word| rest.eat(word.as_bytes())).then_some(())?;
    rest.quoted(Form::Login).or_else(|| written(rest))
}

/// A password among words: only one that no word and no name of a method (`SHA-256`) is.
fn written(rest: &mut Cursor<'_>) -> Option<Value> {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"`\"'<>|)],;".contains(byte);
    let length = rest.rest().iter().position(ends).unwrap_or(rest.rest().len());
    let text = rest.rest()[..length].trim_ascii_end();
    let text = text.strip_suffix(b".").unwrap_or(text);
    let has = |kind: fn(&u8) -> bool| text.iter().filter(|byte| kind(byte)).count();
    let sign = has(|byte| b"!@#$%^&*+=?~".contains(byte)) > 0;
    let cases = has(u8::is_ascii_lowercase) > 0 && has(u8::is_ascii_uppercase) > 0;
    let digits = has(u8::is_ascii_digit);
    let made_up = text.len() >= 8 && digits > 0 && has(u8::is_ascii_alphabetic) > 0 && (sign || (cases && digits > 1));
    made_up.then_some(Value { span: rest.at..rest.at + text.len(), form: Form::Login })
}
