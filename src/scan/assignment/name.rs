//! Whether a name stands for a secret. Its last word decides: a `token_type` or a `passwordField` is
//! none.

use std::ops::Range;

use crate::naming::words_of;

/// What the literal pass looks for: one of these stands in every name that [`kind`] knows.
pub(in crate::scan) const WORDS: &[&str] = &[
    "pass",
    "pwd",
    "psw",
    "secret",
    "token",
    "key",
    "auth",
    "cred",
    "bearer",
    "passphrase", // English, and in short
    "contrase",
    "clave",
    "mot_de_passe",
    "motdepasse",
    "kennwort",
    "senha",
    "heslo",
    "haslo",
    "hasło",
    "wachtwoord",
    "parola",
    "salasana",
    "losenord",
    "lösenord",
    "sifre",
    "şifre",
    "jelszo",
    "jelszó",
    "lozinka",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
];

/// Longer names are no names.
const LONGEST: usize = 80;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Password,
    Secret,
    Token,
    ApiKey,
    /// A `key` of something, an `auth`: only a value drawn by chance makes it a secret.
    Weak,
}

impl Kind {
    pub(super) fn id(self) -> &'static str {
        match self {
            Kind::Password => "generic-password",
            Kind::Secret => "generic-secret",
            Kind::Token => "generic-token",
            Kind::ApiKey | Kind::Weak => "generic-api-key",
        }
    }
}

/// The whole name that the word at `at` belongs to.
pub(super) fn around(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || *byte >= 0x80;
    let before = bytes[at.saturating_sub(LONGEST)..at].iter().rev().take_while(|byte| belongs(byte)).count();
    let behind = bytes[at..].iter().take(LONGEST).take_while(|byte| belongs(byte)).count();
    if before + behind >= LONGEST {
        return None;
    }
    if ends_a_path(bytes, at - before) {
        return None;
    }
    let edge = |byte: &&u8| matches!(byte, b'-' | b'.');
    let start = at - before + bytes[at - before..at].iter().take_while(edge).count();
    let end = at + behind - bytes[at..at + behind].iter().rev().take_while(edge).count();
    Some(start..end)
}

/// `admin/passwords`: the name ends a path.
fn ends_a_path(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[..start];
    before.ends_with(b"/") && before.len() > 1 && before[before.len() - 2].is_ascii_alphanumeric()
}

const PASSWORD: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passwrd",
    "passwort",
    "pass",
    "pwd",
    "psw",
    "pswd",
    "pw",
    "passphrase",
    "passcode",
    "kennwort",
    "contrasena",
    "contraseña",
    "contrasenya",
    "clave",
    "motdepasse",
    "senha",
    "heslo",
    "haslo",
    "hasło",
    "wachtwoord",
    "parola",
    "salasana",
    "losenord",
    "lösenord",
    "sifre",
    "şifre",
    "jelszo",
    "jelszó",
    "lozinka",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
];
const SECRET: &[&str] =
    &["secret", "secrets", "appsecret", "clientsecret", "apisecret", "consumersecret", "sharedsecret", "jwtsecret"];
const TOKEN: &[&str] = &[
    "token",
    "accesstoken",
    "authtoken",
    "apitoken",
    "bearertoken",
    "usertoken",
    "bottoken",
    "refreshtoken",
    "authkey",
];
const KEY: &[&str] = &[
    "apikey",
    "appkey",
    "accesskey",
    "secretkey",
    "privatekey",
    "masterkey",
    "encryptionkey",
    "signingkey",
    "accountkey",
    "storagekey",
    "sharedaccesskey",
    "subscriptionkey",
    "servicekey",
    "authorizationkey",
];
/// What makes a `key` a secret one, in front of it.
const KEY_OF: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "auth",
    "encryption",
    "encrypt",
    "signing",
    "sign",
    "master",
    "account",
    "storage",
    "shared",
    "service",
    "app",
    "application",
    "admin",
    "deploy",
    "license",
    "subscription",
    "session",
    "crypto",
    "aes",
    "hmac",
    "jwt",
    "cipher",
    "security",
    "server",
    "consumer",
    "write",
    "rest",
    "decryption",
    "decrypt",
    "authentication",
    "apns",
    "fcm",
    "firebase",
    "maps",
    "stripe",
    "sendgrid",
    "mailgun",
    "mailchimp",
    "algolia",
    "client",
    "instrumentation",
    "integration",
    "ingestion",
    "webhook",
    "team",
    "project",
    "account",
    "logged",
    "in",
    "nonce",
];
/// What may follow the word that decides, and says nothing.
const TAIL: &[&str] = &[
    "prod",
    "production",
    "live",
    "dev",
    "development",
    "stage",
    "staging",
    "test",
    "testing",
    "local",
    "value",
    "val",
    "str",
    "string",
    "text",
    "txt",
    "default",
    "raw",
    "plain",
    "plaintext",
    "base64",
    "b64",
    "base",
    "old",
    "new",
    "current",
    "primary",
    "secondary",
    "main",
    "backup",
    "master",
    "root",
    "admin",
    "user",
    "here",
    "env",
    "const",
    "literal",
    "unsafe",
    "v",
    "de",
    "us",
    "eu",
];
/// Names with one of these mean something that is meant to be seen, counted or made up.
const VETO: &[&str] = &[
    "public",
    "publishable",
    "pub",
    "csrf",
    "authenticity",
    "ask",
    "askpass",
    "xsrf",
    "next",
    "page",
    "pagination",
    "continuation",
    "cursor",
    "resume",
    "sync",
    "placeholder",
    "primarykey",
    "foreign",
    "sort",
    "partition",
    "idempotency",
    "dedup",
    "cache",
    "etag",
    "fingerprint",
    "hash",
    "hashed",
    "digest",
    "checksum",
    "sha1",
    "sha256",
    "md5",
    "regex",
    "pattern",
    "keyboard",
    "author",
    "translation",
    "label",
    "i18n",
    "length",
    "count",
    "size",
    "min",
    "max",
    "forgot",
    "hotkey",
    "turkey",
    "monkey",
    "donkey",
    "selector",
    "endpoint",
    "lexer",
    "parser",
    "syntax",
];

/// What the name stands for, if a secret.
pub(super) fn kind(name: &[u8]) -> Option<Kind> {
    let name = std::str::from_utf8(name).ok()?;
    let words: Vec<String> = words_of(name).into_iter().filter(|word| !word.is_empty()).collect();
    let is = |list: &[&str], word: &str| list.contains(&word);
    if words.iter().any(|word| is(VETO, word)) {
        return None;
    }
    let mut last = words.len().checked_sub(1)?;
    // `DB_PASSWORD_PROD`, `secret_key_base`, `password2`; a name of nothing but such words is none.
    while last > 0 && (is(TAIL, &words[last]) || words[last].bytes().all(|byte| byte.is_ascii_digit())) {
        last -= 1;
    }
    let word = words[last].trim_end_matches(|c: char| c.is_ascii_digit());
    let before = last.checked_sub(1).map_or("", |at| words[at].as_str());
    match word {
        _ if is(PASSWORD, word) => Some(Kind::Password),
        "phrase" | "word" | "code" if before == "pass" => Some(Kind::Password),
        "passe" if before == "de" => Some(Kind::Password),
        _ if is(SECRET, word) => Some(Kind::Secret),
        _ if is(TOKEN, word) => Some(Kind::Token),
        _ if is(KEY, word) => Some(Kind::ApiKey),
        "key" | "keys" if before == "secret" => Some(Kind::Secret),
        "key" | "keys" if is(KEY_OF, before) => Some(Kind::ApiKey),
        "key" | "auth" | "credential" | "credentials" | "creds" | "cred" | "authorization" | "bearer" => {
            Some(Kind::Weak)
        }
        _ => glued(word),
    }
}

/// `dbpassword`, `userpwd`, `mysecret`: words that people write without a border.
fn glued(word: &str) -> Option<Kind> {
    let ends = |tails: &[&str]| tails.iter().any(|tail| word.len() > tail.len() + 1 && word.ends_with(tail));
    match () {
        () if ends(&["password", "passwd", "passwort", "passphrase", "pwd", "motdepasse"]) => Some(Kind::Password),
        () if ends(&[
            "dbpass",
            "userpass",
            "rootpass",
            "adminpass",
            "ftppass",
            "smtppass",
            "mailpass",
            "sqlpass",
            "loginpass",
        ]) =>
        {
            Some(Kind::Password)
        }
        () if ends(&["secret"]) => Some(Kind::Secret),
        () if ends(&["token"]) => Some(Kind::Token),
        () if ends(&["apikey", "secretkey", "accesskey", "privatekey", "authkey"]) => Some(Kind::ApiKey),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_decides() {
        let known = |name: &str| kind(name.as_bytes());
        for (name, expected) in [
            ("password", Kind::Password),
            ("DB_PASSWORD", Kind::Password),
            ("dbPassword2", Kind::Password),
            ("spring.datasource.password", Kind::Password),
            ("RDS_PASSWORD_PROD", Kind::Password),
            ("userpwd", Kind::Password),
            ("mot_de_passe", Kind::Password),
            ("contraseña", Kind::Password),
            ("密码", Kind::Password),
            ("pass_phrase", Kind::Password),
            ("clientSecret", Kind::Secret),
            ("SECRET_KEY_BASE", Kind::Secret),
            ("secret_key", Kind::Secret),
            ("access-token", Kind::Token),
            ("GITHUB_TOKEN", Kind::Token),
            ("x-api-key", Kind::ApiKey),
            ("apikey", Kind::ApiKey),
            ("AccountKey", Kind::ApiKey),
            ("key", Kind::Weak),
            ("Authorization", Kind::Weak),
        ] {
            assert_eq!(known(name), Some(expected), "{name}");
        }
        for name in [
            "token_type",
            "passwordField",
            "secretName",
            "api_key_id",
            "password_hash",
            "tokenUrl",
            "primary_key",
            "public_key",
            "nextPageToken",
            "csrf_token",
            "author",
            "keyboard",
            "monkey",
            "bypass",
            "compass",
            "prod",
            "",
            "keystore",
            "tokenizer",
        ] {
            assert!(matches!(known(name), None | Some(Kind::Weak)), "{name}: {:?}", known(name));
        }
    }

    #[test]
    fn the_whole_name_is_taken() {
        let text = b"export MY_DB_PASSWORD_2=x";
        assert_eq!(around(text, 13).map(|range| &text[range]), Some(&b"MY_DB_PASSWORD_2"[..]));
        let text = b"curl --api-key. x";
        assert_eq!(around(text, 11).map(|range| &text[range]), Some(&b"api-key"[..]));
        assert_eq!(around("x".repeat(200).as_bytes(), 100), None);
    }
}
