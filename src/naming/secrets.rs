//! Whether a name stands for a secret. Its last word decides: a `token_type` or a `passwordField` is
//! none.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Words, words_of};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Password,
    Secret,
    Token,
    ApiKey,
    /// A `key` of something, an `auth`: only a value drawn by chance makes it a secret.
    Weak,
}

/// What a search for names looks for: one of these stands in every name that [`kind`] knows.
pub fn stems() -> impl Iterator<Item = &'static str> {
    let elsewhere = PASSWORD.split(' ').filter(|word| !STEMS.iter().any(|stem| word.contains(stem)) && word.len() >= 3);
    STEMS.iter().copied().chain(elsewhere)
}

/// Parts of names in English.
const STEMS: &[&str] = &[
    "pass", "pwd", "psw", "pswd", "_pw", "secret", "token", "key", "auth", "cred", "bearer", "jwt", "psk", "mnemonic",
    "session", "cookie",
];

const PASSWORD: &str = "\
    password passwords passwd passwrd passwort pass pwd psw pswd pw passphrase passcode kennwort contrasena \
    contraseña contrasenya clave motdepasse passe senha heslo haslo hasło wachtwoord parola salasana masterauth losenord \
    lösenord mdp passord adgangskode katasandi sifre şifre Şifre şifreniz Şifreniz sandi סיסמה khẩu المرور jelszo jelszó lozinka пароль Пароль 密码 密碼 密码是 密码为 密碼是 口令 비번 비밀번호는 パスワード パスワードは 비밀번호";
const SECRET: &str = "\
    secret secrets appsecret clientsecret apisecret consumersecret sharedsecret jwtsecret psk mnemonic";
const TOKEN: &str = "\
    token tokens accesstoken authtoken apitoken bearertoken usertoken bottoken refreshtoken authkey authcode jwt";
const KEY: &str = "\
    apikey appkey accesskey secretkey privatekey masterkey encryptionkey signingkey accountkey storagekey \
    sharedaccesskey subscriptionkey servicekey authorizationkey passkey aeskey mackey userkey signkey cipherkey \
    hmackey";
/// What makes a `key` a secret one, in front of it.
const KEY_OF: &str = "\
    api access secret private auth encryption encrypt signing sign master account storage shared service app \
    application admin deploy license subscription session crypto aes hmac jwt cipher security server \
    consumer write rest decryption decrypt authentication apns fcm firebase maps stripe sendgrid mailgun oauth merchant partner developer openai anthropic github gitlab slack twilio datadog sentry cloudflare \
    mailchimp algolia client instrumentation integration ingestion webhook team project logged in nonce";
/// What may follow the word that decides, and says nothing.
const TAIL: &str = "\
    prod production live dev development stage staging test testing local value val str string text txt \
    default raw plain plaintext base64 b64 base old new current primary secondary main backup master root \
    admin user here env const literal unsafe confirmation confirm repeat again v de us eu";
/// Names with one of these mean something that is meant to be seen, counted or made up.
const VETO: &str = "\
    public publishable pub csrf authenticity ask askpass xsrf next page pagination continuation cursor \
    resume sync placeholder primarykey foreign sort partition idempotency dedup cache etag fingerprint hash \
    hashed digest checksum sha1 sha256 md5 regex pattern keyboard author translation label i18n length count \
    size min max forgot hotkey turkey monkey donkey selector endpoint lexer parser syntax encrypted";
/// Of the keys, those that are secrets whatever they look like.
const SURE_KEY_OF: &str = "\
    api access private secret auth account master signing encryption shared license admin service storage deploy";

/// What is known of a word, in bits.
static WORDS: LazyLock<HashMap<&'static str, u16>> = LazyLock::new(|| {
    let mut words: HashMap<&'static str, u16> = HashMap::new();
    for (number, list) in [PASSWORD, SECRET, TOKEN, KEY, KEY_OF, TAIL, VETO, SURE_KEY_OF].into_iter().enumerate() {
        for word in list.split(' ') {
            *words.entry(word).or_default() |= 1 << number;
        }
    }
    words
});
const IS_PASSWORD: u16 = 1;
const IS_SECRET: u16 = 1 << 1;
const IS_TOKEN: u16 = 1 << 2;
const IS_KEY: u16 = 1 << 3;
const IS_KEY_OF: u16 = 1 << 4;
const IS_TAIL: u16 = 1 << 5;
const IS_VETO: u16 = 1 << 6;
const IS_SURE_KEY_OF: u16 = 1 << 7;

fn known(word: &str) -> u16 {
    WORDS.get(word).copied().unwrap_or(0)
}

fn is(word: &str, what: u16) -> bool {
    known(word) & what != 0
}

/// What the name stands for, if a secret.
pub fn kind(name: &str) -> Option<Kind> {
    let words = words_of(name);
    let kind = kind_of_last(name, &words)?;
    // What a `csrf_token` is made with stays on the server.
    let is_meant = |word: &str| matches!(word, "csrf" | "xsrf") && words.iter().any(|other| other == "secret");
    let has_veto = words.iter().any(|word| is(word, IS_VETO) && !is_meant(word));
    (!has_veto).then_some(kind)
}

/// The same but for the words that may stand before the last one and mean something else.
fn kind_of_last(name: &str, words: &Words) -> Option<Kind> {
    let counted = |at: usize| words.get(at).trim_end_matches(|c: char| c.is_ascii_digit());
    let is_counted = |at: usize| counted(at).len() < words.get(at).len();
    let mut last = words.len().checked_sub(1)?;
    // `passwordField.text`: what is in it, and not the field.
    if last > 1
        && matches!(words.get(last), "text" | "value")
        && matches!(words.get(last - 1), "field" | "input" | "box")
        && name.contains('.')
    {
        last -= 2;
    }
    let mut meant = known(words.get(last));
    // `DB_PASSWORD_PROD`, `secret_key_base`, `password2`; a name of nothing but such words is none.
    while last > 0
        && (meant & IS_TAIL != 0 || (is_counted(last) && (counted(last).is_empty() || is(counted(last), IS_TAIL))))
    {
        last -= 1;
        meant = known(words.get(last));
    }
    let (word, before) = (counted(last), last.checked_sub(1).map_or("", |at| words.get(at)));
    let meant = if is_counted(last) { known(word) } else { meant };
    match word {
        _ if meant & IS_PASSWORD != 0 => Some(Kind::Password),
        "phrase" | "word" | "code" if before == "pass" => Some(Kind::Password),
        "credentials" if before == "security" => Some(Kind::Password),
        _ if meant & IS_SECRET != 0 => Some(Kind::Secret),
        _ if meant & IS_TOKEN != 0 => Some(Kind::Token),
        _ if meant & IS_KEY != 0 => Some(Kind::ApiKey),
        "key" | "keys" if before == "secret" => Some(Kind::Secret),
        "key" | "keys" if is(before, IS_KEY_OF) => Some(Kind::ApiKey),
        // `Sec-WebSocket-Key`, drawn for every connection and answered in the open (RFC 6455, section 1.3).
        "key" if before == "socket" && words.iter().next() == Some("sec") => None,
        "code" | "verifier" if matches!(before, "auth" | "oauth" | "authorization") => Some(Kind::Token),
        "salt" if matches!(before, "auth" | "session" | "cookie") => Some(Kind::Secret),
        "id" if before == "session" => Some(Kind::Weak),
        "session" | "sessionid" | "cookie" | "oauth" => Some(Kind::Weak),
        "key" | "auth" | "credential" | "credentials" | "creds" | "cred" | "authorization" | "bearer" => {
            Some(Kind::Weak)
        }
        word => glued(word),
    }
}

/// Whether what stands at this name in a file of settings is a secret, whatever it looks like.
pub fn states_a_secret(name: &str) -> bool {
    // Nearly every name is none, and cutting one into words costs more than looking for their parts.
    let holds =
        |stem: &&str| name.as_bytes().windows(stem.len()).any(|part| part.eq_ignore_ascii_case(stem.as_bytes()));
    if !STEMS.iter().chain(&["pat", "pw"]).any(holds) {
        return false;
    }
    let words = words_of(name.trim_end_matches(|c: char| c.is_ascii_digit()));
    let mut from_the_end = words.iter().rev();
    match (from_the_end.next().unwrap_or(""), from_the_end.next()) {
        // What follows the word that decides may as well name a file or an id.
        (last, _) if is(last, IS_TAIL) && last != "base" => false,
        // As a rule these are counted.
        ("tokens", _) => false,
        ("credential" | "credentials" | "pat", _) => true,
        ("key" | "base", Some(before)) => is(before, IS_SURE_KEY_OF) || before == "key",
        _ => matches!(kind(name), Some(Kind::Password | Kind::Secret | Kind::Token | Kind::ApiKey)),
    }
}

/// Words of the language that end as the short form of a password does.
const NO_PASS: &[&str] = &[
    "bypass",
    "compass",
    "encompass",
    "surpass",
    "trespass",
    "overpass",
    "underpass",
    "lowpass",
    "highpass",
    "bandpass",
    "allpass",
    "multipass",
    "onepass",
    "firstpass",
    "twopass",
    "renderpass",
    "subpass",
];

/// `dbpassword`, `userpwd`, `mysecret`: words that people write without a border.
fn glued(word: &str) -> Option<Kind> {
    let ends = |tails: &[&str]| tails.iter().any(|tail| word.len() > tail.len() + 1 && word.ends_with(tail));
    match () {
        // What is not written with borders: `数据库密码`.
        () if ends(&["密码", "密碼", "パスワード", "비밀번호"]) => Some(Kind::Password),
        () if ends(&["password", "passwd", "passwort", "passphrase", "pwd", "motdepasse"]) => Some(Kind::Password),
        () if ends(&["pass"]) && !NO_PASS.contains(&word) => Some(Kind::Password),
        () if ends(&["secret"]) => Some(Kind::Secret),
        () if ends(&["token"]) => Some(Kind::Token),
        () if ends(&["apikey", "secretkey", "accesskey", "privatekey", "authkey"]) => Some(Kind::ApiKey),
        // `GITHUBKEY`
        () if word.strip_suffix("key").is_some_and(|whose| is(whose, IS_KEY_OF)) => Some(Kind::ApiKey),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_decides() {
        let known = |name: &str| kind(name);
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
            ("数据库密码", Kind::Password),
            ("pass_phrase", Kind::Password),
            ("password_confirmation", Kind::Password),
            ("smtp_password_v4", Kind::Password),
            ("bind_pw", Kind::Password),
            ("clientSecret", Kind::Secret),
            ("SECRET_KEY_BASE", Kind::Secret),
            ("secret_key", Kind::Secret),
            ("access-token", Kind::Token),
            ("GITHUB_TOKEN", Kind::Token),
            ("deviceTokens", Kind::Token),
            ("csrf_secret", Kind::Secret),
            ("authCode", Kind::Token),
            ("oauth_verifier", Kind::Token),
            ("wifi_psk", Kind::Secret),
            ("aeskey", Kind::ApiKey),
            ("passwordField.text", Kind::Password),
            ("passwordTextField.text", Kind::Password),
            ("SECURE_AUTH_SALT", Kind::Secret),
            ("session_id", Kind::Weak),
            ("x-api-key", Kind::ApiKey),
            ("apikey", Kind::ApiKey),
            ("AccountKey", Kind::ApiKey),
            ("githubkey", Kind::ApiKey),
            ("key", Kind::Weak),
            ("Authorization", Kind::Weak),
        ] {
            assert_eq!(known(name), Some(expected), "{name}");
        }
        for name in [
            "token_type",
            "password_field_text",
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
    fn a_search_meets_every_word_that_alone_is_a_name() {
        for word in [PASSWORD, SECRET, TOKEN, KEY].into_iter().flat_map(|list| list.split(' ')) {
            assert!(word == "pw" || stems().any(|stem| word.contains(stem)), "{word}");
        }
        assert!(stems().all(|word| word.len() >= 3));
    }

    #[test]
    fn names_of_secrets_end_in_what_they_are() {
        for name in ["password", "dbPassword2", "API_TOKEN", "aws-secret-access-key", "SECRET_KEY_BASE", "clientSecret"]
        {
            assert!(states_a_secret(name), "{name}");
        }
        for name in
            ["", "password_file", "token_id", "publicKey", "max_tokens", "key", "secretName", "bypass", "primary_key"]
        {
            assert!(!states_a_secret(name), "{name}");
        }
    }
}
