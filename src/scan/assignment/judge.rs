//! Whether somebody would be sorry to see the value published: what it is made of, how it is
//! written, and what kind of file it stands in.

use std::ops::Range;

use super::super::lines;
use super::super::ordinary::{DRAWN, randomness, surprise};
use super::super::place::{Place, Text};
use super::super::placeholder;
use super::name::{self, Kind};
use super::nothing::{fold, has_each, is_next_of_its_name, is_none, is_said_to_be_wrong, is_spelled_out};
use super::sealed::is_sealed;
use super::syntax::{Form, Value};
use crate::finding::Confidence;
use crate::naming::words_of;

/// From here on nobody doubts it.
pub(super) const SURELY_DRAWN: f64 = 30.0;
/// Surprise in bits a character from which the text around a value is data itself.
const DATA_AROUND: f64 = 7.0;
/// Few words are so long.
const LONG_WORD: usize = 16;

pub(super) fn confidence(
    bytes: &[u8],
    kind: Kind,
    name: &Range<usize>,
    value: &Value,
    place: &Place,
) -> Option<Confidence> {
    let text = std::str::from_utf8(&bytes[value.span.clone()]).ok()?;
    // In a file of translations `Password` is given the word for it.
    let is_translated = place.spoken && !text.bytes().any(|byte| byte.is_ascii_digit());
    if place.written || is_translated || is_sealed(bytes, name.start, text) {
        return None;
    }
    let name = &bytes[name.clone()];
    let drawn = drawn(text);
    let level = match kind {
        Kind::Secret if is_mnemonic(text) => Some(Confidence::High),
        _ if placeholder::is_provisional(text) => Some(Confidence::Low),
        _ if kind != Kind::Weak && holds_a_drawn_field(text, value.form) => Some(Confidence::Medium),
        Kind::Password if is_unchanged(text) || is_weak(text, name, value.form, place) => Some(Confidence::Medium),
        _ if is_none(text, name, value.form) || placeholder::is_placeholder(name::id(kind), text) => None,
        _ if kind != Kind::Password && is_spelled_out(text) => None,
        _ if value.form == Form::Said => said(text, drawn, kind),
        Kind::Password => password(text, drawn, value.form, place),
        Kind::Secret => secret(text, drawn, value.form, place),
        Kind::Weak => weak(text, drawn, value.form, place),
        _ => drawn_by_chance(text, drawn, 0, place),
    }?;
    // A form that is filled in with more than words was not meant to be filled in.
    let to_fill = place.template && !(kind == Kind::Password && is_mixed(text));
    // What is named for what it is stays one among data, if a lesser one.
    let in_data = data_around(bytes, value) && !(is_named(kind, value.form) && level == Confidence::Medium);
    let steps = usize::from(to_fill) + usize::from(in_data);
    (0..steps).try_fold(level, |level, _| lower(level))
}

/// How likely it was drawn by chance, in bits. Nobody draws from the letters of a language: what has some
/// is told by the rest, and a word of letters alone was written.
fn drawn(text: &str) -> f64 {
    match text {
        _ if text.is_ascii() => randomness(text.as_bytes()),
        _ if text.chars().all(char::is_alphabetic) => 0.0,
        _ => randomness(&text.bytes().filter(u8::is_ascii).collect::<Vec<u8>>()),
    }
}

/// Tokens, secrets and keys were drawn by chance, whoever issued them.
fn drawn_by_chance(text: &str, drawn: f64, steps: usize, place: &Place) -> Option<Confidence> {
    let least = if place.practice { 6.0 } else { 0.0 };
    let level = match () {
        () if is_uuid(text) => Confidence::Medium,
        () if drawn >= SURELY_DRAWN + least && text.len() >= 16 => Confidence::High,
        () if drawn >= DRAWN + least && text.len() >= 10 => Confidence::Medium,
        () if drawn >= DRAWN / 2.0 && text.len() >= 8 => Confidence::Low,
        () => return None,
    };
    (0..steps).try_fold(level, |level, _| lower(level))
}

/// A `key` of something: a hash is one more often than a secret is, and has no letters of both cases.
fn weak(text: &str, drawn: f64, form: Form, place: &Place) -> Option<Confidence> {
    let telling = form == Form::Quoted && !text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let issued = has_each(text, &[u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit]);
    match drawn_by_chance(text, drawn, if telling { 1 } else { 2 }, place).filter(|_| text.len() >= 20) {
        None | Some(Confidence::Low) if issued && drawn >= 20.0 && text.len() >= 12 => Some(Confidence::Medium),
        level => level,
    }
}

/// Among words of prose, or names of a program, only what nobody would write.
fn said(text: &str, drawn: f64, kind: Kind) -> Option<Confidence> {
    let letters = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    let digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let is_name = text.contains(['_', '.']);
    (kind != Kind::Weak && drawn >= 40.0 && letters && digits && !is_name).then_some(Confidence::Medium)
}

/// A value of a text of its own under a name that says what it is.
fn is_named(kind: Kind, form: Form) -> bool {
    matches!(kind, Kind::Token | Kind::Secret | Kind::ApiKey) && form == Form::Quoted
}

/// The password that a program was delivered with, and that is still in use.
fn is_unchanged(text: &str) -> bool {
    matches!(fold(text.as_bytes()).as_str(), "changeme" | "changeit")
}

/// A secret is issued, or made up by the people who need one: then it need not be long.
fn secret(text: &str, drawn: f64, form: Form, place: &Place) -> Option<Confidence> {
    match drawn_by_chance(text, drawn, 0, place) {
        Some(Confidence::Low)
            if form == Form::Quoted
                && !is_uuid(text)
                && text.contains(char::is_alphabetic)
                && !placeholder::is_typed_password(text) =>
        {
            Some(Confidence::Medium)
        }
        level => level,
    }
}

/// The words of a wallet: twelve or more, none of which says anything with the next.
fn is_mnemonic(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let once: std::collections::BTreeSet<&&str> = words.iter().collect();
    // `test test … junk` is everybody's.
    matches!(words.len(), 12 | 15 | 18 | 21 | 24)
        && once.len() + 3 >= words.len()
        && words.iter().all(|word| (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// `{"user": "root", "sig": "…"}` as the token of a request: what was drawn is in there.
fn holds_a_drawn_field(text: &str, form: Form) -> bool {
    form == Form::Quoted
        && text.starts_with('{')
        && text.ends_with('}')
        && text.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| {
            part.len() >= 20 && part.contains(|c: char| c.is_ascii_digit()) && randomness(part.as_bytes()) >= DRAWN
        })
}

/// A password that keeps nobody out, and was typed as one: in any other kind of value it is a filler.
fn is_weak(text: &str, name: &[u8], form: Form, place: &Place) -> bool {
    let shown = form == Form::Url && place.text == Text::Code;
    if matches!(form, Form::Passed | Form::Login)
        || shown
        || place.template
        || is_said_to_be_wrong(text)
        || placeholder::is_template(name::id(Kind::Password), text)
    {
        return false;
    }
    let config = !place.practice && matches!(place.text, Text::Data | Text::Lines) && form != Form::Element;
    let name = String::from_utf8_lossy(name);
    if placeholder::is_typed_password(text) {
        // `admin123` in a test is the data of a test, and `oldPassword` in a program the name of a field.
        let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let counted = stem.len() < text.len() && placeholder::is_common_word(stem);
        let meant = if place.practice { !counted } else { !is_camel(text) };
        let is_named = fold(name.as_bytes()).contains(&fold(text.as_bytes()));
        return meant && text.len() >= 6 && !is_named && !is_next_of_its_name(text, name.as_bytes());
    }
    let counted = placeholder::is_placeholder(name::id(Kind::Password), text);
    if config && (is_composed(text) || (form == Form::Bare && is_number(text, &name) && !counted)) {
        return true;
    }
    // `postgres://postgres:postgres@db`
    if config && form == Form::Url && text.len() >= 4 && name == text {
        return true;
    }
    // `POSTGRES_PASSWORD: postgres`, `password: password` set up what is reached by them.
    let words = words_of(&name);
    config
        && text.len() >= 4
        && text.bytes().all(|byte| byte.is_ascii_lowercase())
        && (words.len() > 1 || text == "password")
        && words.iter().any(|word| word == text)
}

/// `redis-user-password`: who types three words means them.
fn is_composed(text: &str) -> bool {
    let words = || text.split(['-', '_']);
    let names = ["token", "key", "secret", "here", "removed"];
    words().count() >= 3
        && !words().next_back().is_some_and(|word| names.contains(&word))
        && words().all(|word| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// A number is a password where its name leaves no doubt.
fn is_number(text: &str, name: &str) -> bool {
    let told = fold(name.as_bytes());
    text.len() >= 6
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && ["password", "passwd"].iter().any(|word| told.ends_with(word))
        && !text.as_bytes().windows(2).all(|two| two[0].abs_diff(two[1]) <= 1)
}

/// A password may be a word: the less it looks drawn, the more the file must say that it is meant.
fn password(text: &str, drawn: f64, form: Form, place: &Place) -> Option<Confidence> {
    let config = place.text != Text::Code && !place.practice;
    // In the address of a program or a guide stands what shows its form.
    let config = config && (form != Form::Url || place.text != Text::Shell);
    let meant = form != Form::Url || place.text != Text::Code || !place.practice;
    let level = match () {
        () if drawn >= SURELY_DRAWN && text.len() >= 10 => Confidence::High,
        () if drawn >= DRAWN && config => Confidence::High,
        () if drawn >= DRAWN => Confidence::Medium,
        // `password === "oauth2"`
        () if form == Form::Compared && !place.practice && text.len() < 8 => Confidence::Low,
        () if is_mixed(text)
            && meant
            && (config || matches!(form, Form::Quoted | Form::Bare | Form::Login | Form::Compared)) =>
        {
            Confidence::Medium
        }
        () if form == Form::Login => Confidence::Low,
        // A word is one in a file of settings, and elsewhere where people try out passwords.
        () if config && !place.template => Confidence::Medium,
        () if place.practice && !matches!(form, Form::Passed | Form::Url) && is_spelled(text) => Confidence::Medium,
        () => Confidence::Low,
    };
    match form {
        Form::Passed => lower(level),
        // Any word may be handed to a call.
        Form::Login => Some(level).filter(|level| *level != Confidence::Low),
        _ => Some(level),
    }
}

/// Letters with digits or signs.
fn is_mixed(text: &str) -> bool {
    let has = |class: fn(char) -> bool| text.chars().any(class);
    let symbol = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | ' ' | ':' | '/' | ',');
    text.len() >= 6 && has(char::is_alphabetic) && (has(|c| c.is_ascii_digit()) || has(symbol))
}

/// `pygmalion`: neither a number nor a name of several words (`invalid_pass`, `hashedPassword`).
fn is_spelled(text: &str) -> bool {
    text.len() >= 5 && text.chars().all(char::is_alphanumeric) && text.contains(char::is_alphabetic) && !is_camel(text)
}

/// `hashedPassword`
fn is_camel(text: &str) -> bool {
    text.as_bytes().windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
}

fn lower(level: Confidence) -> Option<Confidence> {
    match level {
        Confidence::High => Some(Confidence::Medium),
        Confidence::Medium => Some(Confidence::Low),
        Confidence::Low => None,
    }
}

fn is_uuid(text: &str) -> bool {
    let hyphens = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| if hyphens(at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Whether the text around the value is as surprising as the value and made of long or numeric
/// pieces: a table of data, a picture, a test of cryptography. Names and marks can surprise as well.
fn data_around(bytes: &[u8], value: &Value) -> bool {
    let start = lines::line_start(bytes, value.span.start).saturating_sub(160);
    let end = (lines::line_end(bytes, value.span.end) + 160).min(bytes.len());
    let before = &bytes[start..lines::line_start(bytes, value.span.start)];
    let behind = &bytes[lines::line_end(bytes, value.span.end)..end];
    let around: Vec<u8> = [before, behind].concat().into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    around.len() >= 120 && surprise(&around) / around.len() as f64 > DATA_AROUND && is_of_data([before, behind])
}

/// Whether most of the words of these texts are numbers, or longer than words are.
fn is_of_data(texts: [&[u8]; 2]) -> bool {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-');
    let is_number = |word: &&[u8]| word[0].is_ascii_digit() || word.iter().all(u8::is_ascii_hexdigit);
    let words = || texts.into_iter().flat_map(|text| text.split(|byte| !inside(byte))).filter(|word| !word.is_empty());
    let data = words().filter(|word| word.len() >= LONG_WORD || (word.len() >= 2 && is_number(word)));
    let (all, data) = (words().map(<[u8]>::len).sum::<usize>(), data.map(<[u8]>::len).sum::<usize>());
    data * 2 > all
}
