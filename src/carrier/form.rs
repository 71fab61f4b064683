//! The forms in which a secret is written at its place, and how it is taken out of them.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::tree::Value;

/// How a row says that a secret is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Written {
    #[default]
    Plain,
    /// Base64 of it. What does not decode to text is taken as it stands.
    Base64,
    /// `user:secret`
    Pair,
    /// `>secret`, as Redis adds a password to a user.
    Added,
    /// `user%secret`
    PercentPair,
    /// `user,secret`
    CommaPair,
    /// `user/secret@host`, as Oracle's tools take it.
    SlashPair,
    /// Base64 of `user:secret`.
    Base64Pair,
    /// The password in `https://user:secret@host/`, or what stands alone before the `@`.
    Url,
    /// What stands between `/t/` and the next `/` of an address, as conda writes tokens.
    CondaUrl,
    /// What stands behind the scheme in a header: `Bearer …`, `Basic …`; the header's name may stand in front.
    Header,
    /// The password or key in `Server=…;User ID=…;Password=…`.
    Fields,
    /// OpenSSL's ways to name a passphrase: `pass:secret` and, from elsewhere, `env:NAME` or `file:PATH`.
    Openssl,
    /// What JetBrains' products do to passwords: four hex digits a character, turned by a constant.
    /// <https://github.com/JetBrains/intellij-community/blob/master/platform/util/src/com/intellij/openapi/util/PasswordUtil.java>
    Jetbrains,
}

pub struct Read {
    pub span: Range<usize>,
    pub value: Option<String>,
    pub user: Option<String>,
    pub host: Option<String>,
}

pub fn read(written: Written, value: &Value<'_>) -> Option<Read> {
    let text: &str = &value.text;
    match written {
        Written::Plain => Some(part(value, text)),
        Written::Base64 => Some(match decode(text.trim()) {
            Some(decoded) => whole(value, decoded),
            None => part(value, text),
        }),
        Written::Pair => pair(value, text, ':'),
        Written::Added => Some(part(value, text.strip_prefix('>')?)),
        Written::PercentPair => pair(value, text, '%'),
        Written::CommaPair => pair(value, text, ','),
        Written::SlashPair => {
            let (login, host) = text.rsplit_once('@').map_or((text, None), |(login, host)| (login, Some(host)));
            let read =
                pair(value, login, '/').filter(|read| read.user.as_ref().is_some_and(|user| !user.is_empty()))?;
            Some(Read { host: host.map(str::to_owned), ..read })
        }
        Written::Openssl => match text.split_once(':') {
            Some(("pass", secret)) => Some(part(value, secret)),
            Some(_) => None,
            None => (text != "stdin").then(|| part(value, text)),
        },
        Written::Base64Pair => base64_pair(value, text),
        Written::Url => url(value, text),
        Written::CondaUrl => {
            let (_, path) = text.split_once("://")?;
            let (_, behind) = path.split_once("/t/")?;
            Some(part(value, behind.split('/').next()?))
        }
        Written::Header => header(value, text),
        Written::Fields => fields(value, text),
        Written::Jetbrains => Some(match jetbrains(text) {
            Some(decoded) => whole(value, decoded),
            None => part(value, text),
        }),
    }
}

/// A part of the value; its own place where the text holds the value as it is.
fn part(value: &Value<'_>, part: &str) -> Read {
    let (span, value) = match &value.text {
        Cow::Borrowed(text) => {
            let start = value.span.start + (part.as_ptr() as usize - text.as_ptr() as usize);
            (start..start + part.len(), None)
        }
        Cow::Owned(_) => (value.span.clone(), Some(part.to_owned())),
    };
    Read { span, value, user: None, host: None }
}

fn whole(value: &Value<'_>, mut decoded: String) -> Read {
    // `echo` has put a line end into what was encoded.
    decoded.truncate(decoded.trim_end_matches(['\r', '\n']).len());
    Read { span: value.span.clone(), value: Some(decoded), user: None, host: None }
}

fn pair(value: &Value<'_>, text: &str, between: char) -> Option<Read> {
    let (user, secret) = text.split_once(between)?;
    Some(Read { user: Some(user.to_owned()), ..part(value, secret) })
}

fn base64_pair(value: &Value<'_>, text: &str) -> Option<Read> {
    let text = text.trim();
    let Some(decoded) = decode(text) else { return (text.len() >= 8).then(|| part(value, text)) };
    let (user, secret) = decoded.split_once(':').unwrap_or(("", &decoded));
    Some(Read { user: Some(user.to_owned()), ..whole(value, secret.to_owned()) })
}

fn url(value: &Value<'_>, text: &str) -> Option<Read> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#', ' ']).next()?;
    let (login, host) = authority.rsplit_once('@')?;
    let (user, secret) = match login.split_once(':') {
        Some((token, "" | "x-oauth-basic")) => (None, token),
        Some((user, secret)) => (Some(user.to_owned()), secret),
        // A bare name is a user, not a secret.
        None if login.len() >= 20 => (None, login),
        None => return None,
    };
    let mut read = Read { user, host: Some(host.to_owned()), ..part(value, secret) };
    if secret.contains('%') {
        read.value = Some(percent_decode_str(secret).decode_utf8_lossy().into_owned());
    }
    Some(read)
}

fn header(value: &Value<'_>, text: &str) -> Option<Read> {
    let named = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let content = match text.split_once(':') {
        Some((name, rest)) if named(name.trim()) && rest.starts_with(' ') => rest.trim(),
        _ => text.trim(),
    };
    match content.split_once(' ') {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("basic") => base64_pair_at(value, secret.trim()),
        Some((scheme, secret)) if named(scheme) && !secret.trim().contains(' ') => Some(part(value, secret.trim())),
        Some(_) => None,
        None => Some(part(value, content)),
    }
}

fn base64_pair_at(value: &Value<'_>, text: &str) -> Option<Read> {
    let inner = part(value, text);
    let decoded = decode(text)?;
    let (user, secret) = decoded.split_once(':')?;
    Some(Read { value: Some(secret.to_owned()), user: Some(user.to_owned()), ..inner })
}

fn fields(value: &Value<'_>, text: &str) -> Option<Read> {
    const SECRET: &[&str] =
        &["password", "pwd", "accountkey", "sharedaccesskey", "sharedsecretvalue", "sharedaccesssignature"];
    const USER: &[&str] = &["user id", "uid", "user", "username", "user name", "accountname"];
    const HOST: &[&str] = &["server", "data source", "host", "address", "endpoint", "addr"];
    let find = |names: &[&str]| {
        text.split(';').find_map(|field| {
            let (name, value) = field.split_once('=')?;
            names.iter().any(|known| name.trim().eq_ignore_ascii_case(known)).then(|| unquote(value.trim()))
        })
    };
    let owned = |names: &[&str]| find(names).map(str::to_owned);
    Some(Read { user: owned(USER), host: owned(HOST), ..part(value, find(SECRET)?) })
}

fn unquote(text: &str) -> &str {
    ["'", "\"", "&quot;"].iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}

fn jetbrains(text: &str) -> Option<String> {
    const TURN: u16 = 0xDFAA;
    if text.is_empty() || !text.len().is_multiple_of(4) || !text.is_ascii() {
        return None;
    }
    let units: Option<Vec<u16>> =
        (0..text.len()).step_by(4).map(|at| Some(u16::from_str_radix(&text[at..at + 4], 16).ok()? ^ TURN)).collect();
    String::from_utf16(&units?).ok()
}

/// The text that base64 holds, of either alphabet, with or without padding.
pub fn decode(text: &str) -> Option<String> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
    let compact: String = text.split_whitespace().collect();
    let bytes = STANDARD.decode(&compact).or_else(|_| URL_SAFE.decode(&compact)).ok()?;
    let decoded = String::from_utf8(bytes).ok()?;
    let is_text = !decoded.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    is_text.then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::sample::generate;

    fn read_text(written: Written, text: &str) -> Option<(String, Option<String>, Option<String>)> {
        let value = Value { text: Cow::Borrowed(text), span: 0..text.len() };
        let read = read(written, &value)?;
        let secret = read.value.unwrap_or_else(|| text[read.span].to_owned());
        Some((secret, read.user, read.host))
    }

    fn secret() -> String {
        generate("{base62:20}", 7).unwrap().text
    }

    #[test]
    fn secrets_are_taken_out_of_the_forms_they_are_written_in() {
        let secret = secret();
        let encoded = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
        let dana = || Some("dana".to_owned());
        let turned: String = secret.encode_utf16().map(|unit| format!("{:04x}", unit ^ 0xDFAA)).collect();
        for (written, text, user) in [
            (Written::Plain, secret.clone(), None),
            (Written::Base64, encoded(format!("{secret}\n")), None),
            (Written::Pair, format!("dana:{secret}"), dana()),
            (Written::PercentPair, format!("dana%{secret}"), dana()),
            (Written::Added, format!(">{secret}"), None),
            (Written::Base64Pair, encoded(format!("dana:{secret}")), dana()),
            (Written::Url, format!("https://dana:{secret}@acme.test/a?b=c@d"), dana()),
            (Written::Url, format!("https://{secret}@acme.test"), None),
            (Written::Url, format!("https://{secret}:x-oauth-basic@acme.test"), None),
            (Written::Header, format!("Authorization: Bearer {secret}"), None),
            (Written::Header, format!("Bearer {secret}"), None),
            (Written::Header, secret.clone(), None),
            (Written::Header, format!("Basic {}", encoded(format!("dana:{secret}"))), dana()),
            (Written::Fields, format!("Server=acme.test;User Id=dana;Password='{secret}'"), dana()),
            (Written::Openssl, format!("pass:{secret}"), None),
            (Written::Jetbrains, turned, None),
        ] {
            let (found, found_user, _) = read_text(written, &text).unwrap_or_else(|| panic!("{written:?} {text}"));
            assert_eq!((found, found_user), (secret.clone(), user), "{written:?} {text}");
        }
    }

    #[test]
    fn what_names_a_place_of_a_secret_is_none() {
        for (written, text) in [
            (Written::Pair, "dana"),
            (Written::Added, "+@all"),
            (Written::Url, "https://acme.test/a@b"),
            (Written::Url, "https://dana@acme.test/a"),
            (Written::Url, "git@acme.test:dana/web.git"),
            (Written::Header, "text/html, application/json, text/plain"),
            (Written::Fields, "Server=acme.test;Integrated Security=true"),
            (Written::Openssl, "env:NAME"),
            (Written::Openssl, "stdin"),
        ] {
            assert_eq!(read_text(written, text), None, "{written:?} {text}");
        }
    }

    #[test]
    fn signs_that_a_url_escapes_are_what_they_mean() {
        let (found, ..) = read_text(Written::Url, &format!("https://dana:{}%40@acme.test", secret())).unwrap();
        assert_eq!(found, format!("{}@", secret()));
    }
}
