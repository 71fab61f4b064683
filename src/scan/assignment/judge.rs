//! Whether somebody would be sorry to see the value published: what it is made of, how it is
//! written, and what kind of file it stands in.

use std::ops::Range;

use super::super::lines;
use super::super::ordinary::{randomness, surprise};
use super::super::place::{Place, Text};
use super::super::placeholder;
use super::name::{self, Kind};
use super::syntax::{Form, Value};
use crate::finding::Confidence;
use crate::naming::words_of;

/// Bits by which chance must be likelier than writing, for a value that has nothing else to show.
const DRAWN: f64 = 14.0;
/// From here on nobody doubts it.
const SURELY_DRAWN: f64 = 30.0;
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
    let name = &bytes[name.clone()];
    if place.written {
        return None;
    }
    let drawn = randomness(text.as_bytes());
    let level = match kind {
        _ if kind != Kind::Weak && holds_a_drawn_field(text, value.form) => Some(Confidence::Medium),
        Kind::Password if is_weak(text, name, value.form, place) => Some(Confidence::Medium),
        _ if is_none(text, name, value.form) || placeholder::is_placeholder(name::id(kind), text) => None,
        Kind::Password => password(text, drawn, value.form, place),
        Kind::Secret => secret(text, drawn, value.form, place),
        Kind::Weak => weak(text, drawn, value.form, place),
        _ => drawn_by_chance(text, drawn, 0, place),
    }?;
    let steps = usize::from(place.template) + usize::from(data_around(bytes, value));
    (0..steps).try_fold(level, |level, _| lower(level))
}

/// Tokens, secrets and keys were drawn by chance, whoever issued them.
fn drawn_by_chance(text: &str, drawn: f64, steps: usize, place: &Place) -> Option<Confidence> {
    let least = if place.practice { 6.0 } else { 0.0 };
    let level = match () {
        () if is_uuid(text) && place.text != Text::Code => Confidence::Medium,
        () if is_uuid(text) => Confidence::Low,
        () if drawn >= SURELY_DRAWN + least && text.len() >= 16 => Confidence::High,
        () if drawn >= DRAWN + least && text.len() >= 10 => Confidence::Medium,
        () if drawn >= DRAWN / 2.0 && text.len() >= 8 => Confidence::Low,
        () => return None,
    };
    (0..steps).try_fold(level, |level, _| lower(level))
}

/// A `key` of something: a hash is one more often than a secret is.
fn weak(text: &str, drawn: f64, form: Form, place: &Place) -> Option<Confidence> {
    let telling = form == Form::Quoted && !text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    drawn_by_chance(text, drawn, if telling { 1 } else { 2 }, place).filter(|_| text.len() >= 20)
}

/// A secret is issued, or made up by the people who need one: then it need not be long.
fn secret(text: &str, drawn: f64, form: Form, place: &Place) -> Option<Confidence> {
    match drawn_by_chance(text, drawn, 0, place) {
        Some(Confidence::Low) if form == Form::Quoted && !is_uuid(text) && text.contains(char::is_alphabetic) => {
            Some(Confidence::Medium)
        }
        level => level,
    }
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
    if form == Form::Passed || place.template || placeholder::is_template(name::id(Kind::Password), text) {
        return false;
    }
    let config = !place.practice && matches!(place.text, Text::Data | Text::Lines) && form != Form::Element;
    let name = String::from_utf8_lossy(name);
    if placeholder::is_typed_password(text) {
        // `admin123` in a test is the data of a test, and `oldPassword` in a program the name of a field.
        let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let counted = stem.len() < text.len() && placeholder::is_common_word(stem);
        let meant = if place.practice { !counted } else { !is_camel(text) };
        return meant && text.len() >= 6 && !fold(name.as_bytes()).contains(&fold(text.as_bytes()));
    }
    // `POSTGRES_PASSWORD: postgres`, `password: password` set up what is reached by them.
    let words = words_of(&name);
    config
        && text.len() >= 4
        && text.bytes().all(|byte| byte.is_ascii_lowercase())
        && (words.len() > 1 || text == "password")
        && words.iter().any(|word| word == text)
}

/// A password may be a word: the less it looks drawn, the more the file must say that it is meant.
fn password(text: &str, drawn: f64, form: Form, place: &Place) -> Option<Confidence> {
    let config = place.text != Text::Code && !place.practice;
    let has = |class: fn(char) -> bool| text.chars().any(class);
    let symbol = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | ' ' | ':' | '/');
    let mixed = has(|c| c.is_ascii_digit()) && has(char::is_alphabetic) || (has(symbol) && has(char::is_alphabetic));
    let level = match () {
        () if drawn >= SURELY_DRAWN && text.len() >= 10 => Confidence::High,
        () if drawn >= DRAWN && config => Confidence::High,
        () if drawn >= DRAWN => Confidence::Medium,
        () if mixed && (config || form == Form::Quoted) && text.len() >= 6 => Confidence::Medium,
        // A word is one in a file of settings, and elsewhere where people try out passwords.
        () if config && !place.template => Confidence::Medium,
        () if place.practice && form != Form::Passed && is_spelled(text) => Confidence::Medium,
        () => Confidence::Low,
    };
    if form == Form::Passed { lower(level) } else { Some(level) }
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

/// What is no value of a secret at all, whatever its name.
fn is_none(text: &str, name: &[u8], form: Form) -> bool {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let number = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'x'));
    text.len() < 4
        || letters < 3
        || is_one_character(text)
        || is_option(text)
        || is_bytes(text)
        || is_affix(text)
        || (number && (form == Form::Bare || text.len() < 6))
        || text.chars().filter(|c| !c.is_ascii()).count() * 3 > text.chars().count()
        || is_prose(text)
        || (text.contains(' ') && form == Form::Passed)
        || is_name(text)
        || is_pattern(text)
        || is_reference(text, form)
        || is_address(text)
        || is_hash(text)
        || is_its_own_name(text, name)
        || matches!(
            text.to_ascii_lowercase().as_str(),
            "true"
                | "false"
                | "null"
                | "none"
                | "nil"
                | "undefined"
                | "yes"
                | "no"
                | "string"
                | "required"
                | "optional"
                | "text"
                | "hidden"
                | "invalid"
                | "error"
                | "on_create"
        )
}

/// `--cert-dir`: what follows an option in a list of them.
fn is_option(text: &str) -> bool {
    text.starts_with('-') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// `\xda\x53`: bytes as C writes them are the input of a program, and most are vectors that test a cipher.
fn is_bytes(text: &str) -> bool {
    text.starts_with("\\x") && text.matches("\\x").count() * 4 >= text.len()
}

/// `npg_`: what tokens of a kind begin with.
fn is_affix(text: &str) -> bool {
    text.ends_with(['_', '-']) && (text.len() < 16 || randomness(text.as_bytes()) < DRAWN)
}

/// `yyyy`: a mask.
fn is_one_character(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    characters.all(|c| Some(c) == first)
}

/// `YC_IAM_TOKEN`: the name of a variable.
fn is_name(text: &str) -> bool {
    let constant = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let drawn = text.contains(|c: char| c.is_ascii_digit()) && randomness(text.as_bytes()) >= SURELY_DRAWN;
    text.contains('_') && text.bytes().all(constant) && !drawn
}

/// What is matched, and not what is hidden.
fn is_pattern(text: &str) -> bool {
    ["\\s", "\\d", "\\w", "(?", "[^", "[A-Z", "[a-z", "[0-9"].iter().any(|mark| text.contains(mark))
}

/// Several words: a sentence, a message, a list.
fn is_prose(text: &str) -> bool {
    text.contains(' ')
        && (randomness(text.as_bytes()) < 20.0
            || text.split(' ').all(|word| word.len() <= 12 && word.bytes().all(|byte| byte.is_ascii_alphabetic())))
}

/// Something else is named from which the value comes: a variable, a call, a template, a store.
fn is_reference(text: &str, form: Form) -> bool {
    let starts = [
        "$", "@", "&", "*", "!", "%", "#{", "{", "[", "<", "env:", "file:", "env.", "secrets.", "vars.", "vault",
        "aws:", "process.", "os.", "self.", "this.", "config.", "params", "request.", "./", "../", "~/", "\\",
    ];
    let holds = [
        "${", "$(", "{{", "}}", "<%", "%>", "#{", "%(", "%s", "{0}", "::", "->", "()", "://", "&&", "||", "\\n", "\\u",
        "\\x", "'+", "\"+", "+'",
    ];
    let weak = |mark: &&str| {
        text.starts_with(*mark) && (mark.len() > 1 || form != Form::Quoted || randomness(text.as_bytes()) < 6.0)
    };
    starts.iter().any(weak)
        || holds.iter().any(|mark| text.contains(mark))
        // Base64 may end in them.
        || text.trim_end_matches('=').contains("==")
        || (text.ends_with(')') && text.contains('(') && form != Form::Quoted)
        || (form == Form::Bare && text.contains('{'))
        || (form == Form::Bare && text.contains(['(', '[', '$']) && randomness(text.as_bytes()) < 20.0)
        || holds_a_field(text)
        || is_path_of_names(text)
}

/// `token-{name}`, `{base62:40}`: a text that a program fills.
fn holds_a_field(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        let Some((field, _)) = rest.split_once('}') else { return false };
        let (name, form) = field.split_once(':').unwrap_or((field, ""));
        name.len() >= 2
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.'))
            && form.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b',' | b'.' | b'-'))
    })
}

/// `config.auth.secret`, `auth/login/token`, `com.example.Token`, `user@example.com`.
fn is_path_of_names(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['.', '/', ':', '@', '\\']).filter(|part| !part.is_empty()).collect();
    parts.len() >= 2
        && randomness(text.as_bytes()) < 10.0
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')))
}

/// What is left of a password when it was hashed, and marks that a tool replaces.
fn is_hash(text: &str) -> bool {
    let starts = [
        "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$argon2", "$pbkdf2", "$apr1$", "$scrypt$", "{CRYPT}",
        "{SSHA", "{SHA", "{bcrypt}", "pbkdf2_", "bcrypt$",
    ];
    starts.iter().any(|start| text.starts_with(start)) || (text.starts_with("##") && text.ends_with("##"))
}

fn is_address(text: &str) -> bool {
    let extension = text.rsplit_once('.').map_or("", |(_, end)| end);
    let file = matches!(
        extension,
        "pem"
            | "key"
            | "crt"
            | "cer"
            | "json"
            | "txt"
            | "yml"
            | "yaml"
            | "xml"
            | "html"
            | "js"
            | "php"
            | "png"
            | "svg"
            | "p12"
            | "pfx"
            | "jks"
            | "cfg"
            | "conf"
            | "properties"
    );
    let roots = ["/tmp/", "/home/", "/usr/", "/etc/", "/var/", "/opt/", "/run/", "/root/", "/mnt/", "/Users/", "/bin/"];
    file || roots.iter().any(|root| text.starts_with(root))
        || (text.starts_with('/') && text[1..].contains('/') && randomness(text.as_bytes()) < SURELY_DRAWN)
}

/// `token: "token"`, `PASSWORD = "my_password"`, `secretKey: 'SECRET_KEY'`: nothing is added to the name.
fn is_its_own_name(text: &str, name: &[u8]) -> bool {
    let (value, name) = (fold(text.as_bytes()), fold(name));
    !value.is_empty()
        && (name.contains(&value)
            || (value.contains(&name)
                && value.len() <= name.len() + 4
                && !value.contains(|c: char| c.is_ascii_digit())))
}

/// Its letters and digits, in small letters.
fn fold(bytes: &[u8]) -> String {
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric());
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
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
