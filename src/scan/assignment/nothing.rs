//! Values that are no secret whatever their name: references, names, patterns, prose, addresses, hashes.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::super::ordinary::{DRAWN, randomness};
use super::judge::SURELY_DRAWN;
use super::syntax::Form;
use crate::naming::words_of;

/// What is no value of a secret at all, whatever its name.
pub(super) fn is_none(text: &str, name: &[u8], form: Form) -> bool {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let number = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'x'));
    text.len() < 4
        || letters < 3
        || is_one_character(text)
        || is_said_to_be_wrong(text)
        || is_option(text)
        || is_bytes(text)
        || is_affix(text)
        || (number && (form == Form::Bare || text.len() < 6))
        || text.chars().filter(|c| !c.is_ascii()).count() * 3 > text.chars().count()
        || is_prose(text)
        || (text.contains(' ') && matches!(form, Form::Passed | Form::Login))
        || is_name(text)
        || is_designation(text)
        || is_field(text, name)
        || is_rules(text)
        || is_setting(text, name)
        || is_pattern(text)
        || (is_reference(text, form) && !is_generated(text))
        || is_address(text)
        || is_hash(text)
        || is_its_own_name(text, name)
        || is_next_of_its_name(text, name)
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

/// `wrongPassword`: what a test expects to be refused.
pub(super) fn is_said_to_be_wrong(text: &str) -> bool {
    let told = fold(text.as_bytes());
    ["wrong", "incorrect", "invalid", "bogus"].iter().any(|word| told.starts_with(word)) && told.len() < 24
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

/// `YC_IAM_TOKEN`, `%S_TOKEN`: the name of a variable, which may have to be filled in.
fn is_name(text: &str) -> bool {
    let constant = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'%');
    let drawn = text.contains(|c: char| c.is_ascii_digit()) && randomness(text.as_bytes()) >= SURELY_DRAWN;
    text.contains('_') && text.bytes().all(constant) && !drawn
}

/// `password_field_1`: words and a number, with the name among them.
fn is_field(text: &str, name: &[u8]) -> bool {
    let mut words = text.rsplit('_');
    let counted = words.next().is_some_and(|word| word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit()));
    counted
        && words.clone().count() > 1
        && words.clone().all(|word| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        && words.any(|word| fold(name).ends_with(word))
}

/// `required|min:8|confirmed`: what a value has to be, as frameworks write it, or one of what it can be.
fn is_rules(text: &str) -> bool {
    let is_rule = |rule: &str| {
        let (name, of) = rule.split_once(':').unwrap_or((rule, ""));
        name.len() >= 2
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            && of.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b',' | b'.'))
    };
    text.contains('|') && text.split('|').all(is_rule)
}

/// `update_password: always`: the name says what is done, and the word when or how.
fn is_setting(text: &str, name: &[u8]) -> bool {
    const DONE: &[&str] = &[
        "allow", "ask", "change", "check", "disable", "enable", "expire", "force", "generate", "hide", "keep", "need",
        "prompt", "remember", "require", "reset", "show", "update", "use", "validate", "verify",
    ];
    let words = words_of(&String::from_utf8_lossy(name));
    let first = words.iter().next().unwrap_or("");
    words.len() > 1 && DONE.contains(&first) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// `A8/A10`, `RS-232`: of a part or a revision.
fn is_designation(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'/' | b'-');
    text.len() < 8 && text.contains(['/', '-']) && text.bytes().all(inside)
}

/// What is matched, and not what is hidden.
fn is_pattern(text: &str) -> bool {
    ["\\s", "\\d", "\\w", "(?", "[^", "[A-Z", "[a-z", "[0-9"].iter().any(|mark| text.contains(mark))
}

/// Several words: a sentence, a message, a list, in whatever language.
fn is_prose(text: &str) -> bool {
    let is_mark = |c: char| !c.is_alphanumeric();
    let is_word = |word: &&str| {
        let letters = word.trim_matches(is_mark);
        letters.len() <= 40 && letters.chars().all(char::is_alphabetic)
    };
    let all = || text.split(' ').filter(|word| word.contains(char::is_alphanumeric));
    let foreign = !text.is_ascii() && all().count() >= 3 && all().filter(is_word).count() * 4 >= all().count() * 3;
    text.contains(' ')
        && (foreign || randomness(text.as_bytes()) < 20.0 || (all().count() >= 2 && all().all(|word| is_word(&word))))
}

/// Base64 of a sentence: whoever reads it finds words.
pub(super) fn is_spelled_out(text: &str) -> bool {
    let words = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let is_word = |word: &str| {
        let word = word.trim_end_matches(['.', ',', '!', '?']);
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    words.is_some_and(|words| words.split(' ').count() >= 3 && words.split(' ').all(is_word))
}

/// Something else is named from which the value comes: a variable, a call, a template, a store.
fn is_reference(text: &str, form: Form) -> bool {
    let starts = [
        "$", "@", "&", "*", "!", "%", "#{", "{", "[", "<", "env:", "file:", "env.", "secrets.", "vars.", "vault",
        "arn:", "aws:", "process.", "os.", "self.", "this.", "config.", "params", "request.", "./", "../", "~/", "\\",
    ];
    let holds = [
        "${", "$(", "{{", "}}", "<%", "%>", "#{", "%(", "%s", "{0}", "::", "->", "()", "://", "&&", "||", "\\n", "\\u",
        "\\x", "'+", "\"+", "+'",
    ];
    // `"@Boldbone12"` is one in full; without quotation marks `*` and `&` mean something to YAML.
    let mixed = has_each(text, &[u8::is_ascii_uppercase, u8::is_ascii_digit]);
    let chosen = mixed && (form == Form::Quoted || (text.starts_with(['!', '@', '%']) && !text.ends_with('%')));
    let weak = |mark: &&str| {
        let meant = chosen || (form == Form::Quoted && randomness(text.as_bytes()) >= 6.0);
        text.starts_with(*mark) && (mark.len() > 1 || !meant)
    };
    // `sun3567%sbq1` was drawn, whatever it would print.
    let marked = |mark: &str| text.contains(mark) && (mark != "%s" || randomness(text.as_bytes()) < SURELY_DRAWN);
    starts.iter().any(weak)
        || holds.into_iter().any(marked)
        // Base64 may end in them.
        || text.trim_end_matches('=').contains("==")
        || (text.ends_with(')') && (text.contains('(') || form == Form::Bare) && form != Form::Quoted)
        || (form == Form::Bare && is_computed(text))
        || holds_a_field(text)
        || is_path_of_names(text)
}

/// `L[5z4Ssi-{~EzWB3;x$))s@e`: a generator of passwords puts in marks of all kinds, whatever they mean elsewhere.
fn is_generated(text: &str) -> bool {
    let marks: BTreeSet<u8> =
        text.bytes().filter(|byte| byte.is_ascii_punctuation() && !b"_-./:".contains(byte)).collect();
    let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).any(|(name, _)| {
        name.trim().len() >= 2 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" _.:-".contains(&byte))
    });
    marks.len() >= 3
        && !text.contains('\\')
        && !names
        && text.len() >= 12
        && has_each(text, &[u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit])
        && randomness(text.as_bytes()) >= SURELY_DRAWN
}

/// `f(x)`, `list[0]`, `{name}`, `$NAME`: what is written here is another value.
fn is_computed(text: &str) -> bool {
    let bytes = text.as_bytes();
    let follows = |at: usize, meant: fn(&u8) -> bool| bytes.get(at + 1).is_some_and(meant);
    let begins_a_name = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'{' | b'%' | b'"' | b' ');
    let computed = text.char_indices().any(|(at, c)| match c {
        '{' => follows(at, begins_a_name) || !text[at..].contains('}'),
        '$' => follows(at, |byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'{' | b'(')),
        // `River(4821)x` calls nothing.
        '(' | '[' => !text[at..].contains([')', ']']),
        ')' | ']' => !follows(at, u8::is_ascii_alphanumeric),
        _ => false,
    });
    computed && (text.contains('{') || randomness(text.as_bytes()) < 20.0)
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
    // `Pygmalion@123`: what stands behind it is no host.
    let is_host = |host: &str| host.contains('.') || host.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'/');
    if text.rsplit_once('@').is_some_and(|(_, host)| !is_host(host)) {
        return false;
    }
    let parts: Vec<&str> = text.split(['.', '/', ':', '@', '#', '\\']).filter(|part| !part.is_empty()).collect();
    // A name, a version or a port; `1234x` is none, nor is a long number.
    let is_name = |part: &&str| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            && (digits < 3 || (digits == part.len() && (digits == 3 || text.contains(&format!(":{part}")))))
    };
    parts.len() >= 2 && randomness(text.as_bytes()) < 10.0 && parts.iter().all(is_name)
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
    // What people who sign in nowhere give as theirs.
    if text.eq_ignore_ascii_case("anonymous@") {
        return true;
    }
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
            | "jpg"
            | "jpeg"
            | "gif"
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
    let added = || value.replacen(&name, "", 1);
    !value.is_empty()
        && (name.contains(&value)
            || (value.contains(&name) && added().len() <= 4 && !added().contains(|c: char| c.is_ascii_digit())))
}

/// `password2` behind `password1`: the next of such fields.
pub(super) fn is_next_of_its_name(text: &str, name: &[u8]) -> bool {
    let (value, name) = (fold(text.as_bytes()), fold(name));
    let counted = |text: &str| {
        let stem = text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        Some((text[..stem].to_owned(), text[stem..].parse::<u32>().ok()?))
    };
    match (counted(&name), counted(&value)) {
        (Some((name, first)), Some((value, next))) => name == value && first.checked_add(1) == Some(next),
        _ => false,
    }
}

/// Its letters and digits, in small letters.
pub(super) fn fold(bytes: &[u8]) -> String {
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric());
    letters.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}

/// Whether some byte of the text is of each of these kinds.
pub(super) fn has_each(text: &str, kinds: &[fn(&u8) -> bool]) -> bool {
    kinds.iter().all(|kind| text.bytes().any(|byte| kind(&byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_base64_are_no_token() {
        for words in ["this is a bearer token!", "the sample nonce"] {
            assert!(is_spelled_out(&STANDARD_NO_PAD.encode(words)), "{words}");
        }
        for words in ["dana:pygmalion", "hunting", "the 7th one"] {
            assert!(!is_spelled_out(&STANDARD_NO_PAD.encode(words)), "{words}");
        }
    }

    #[test]
    fn a_sentence_is_one_in_every_language() {
        for text in [
            "Nepodařilo se ověřit heslo uživatele {0}.",
            "Hasło nie zostało zmienione, ponieważ użytkownik „{0}” nie istnieje.",
            "El módulo no encontró la contraseña",
            "Deszifratzeak huts egin du. Baliogabeko pasahitza.",
            "Nova zaporka:",
            "correct horse",
        ] {
            assert!(is_prose(text), "{text}");
        }
        assert!(!is_prose("Größe 4x81zq 77kd81xa 0q9zzk1"));
    }
}
