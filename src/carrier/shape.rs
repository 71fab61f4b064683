//! What a value must look like besides, where a place alone does not tell.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A password as servers keep it: crypt, LDAP or MySQL form, or a bare digest.
    Hash,
    NotHash,
    /// 16 hex digits or more and nothing else.
    Hex,
    /// One word of eight characters or more.
    Word,
    /// Base64 of 32 bytes.
    Key,
}

impl Shape {
    pub fn fits(self, text: &str) -> bool {
        match self {
            Shape::Hash => is_hash(text),
            Shape::NotHash => !is_hash(text),
            Shape::Hex => text.len() >= 16 && is_hex(text),
            Shape::Word => text.len() >= 8 && !text.contains(char::is_whitespace),
            Shape::Key => text.len() == 44 && text.ends_with('=') && text[..43].bytes().all(is_base64),
        }
    }
}

fn is_hash(text: &str) -> bool {
    // MySQL's old form, `*` and an SHA-1.
    if text.strip_prefix('*').is_some_and(|rest| rest.len() == 40 && is_hex(rest)) {
        return true;
    }
    // LDAP: `{SSHA}…`
    if let Some((scheme, rest)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        return scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && rest.len() >= 13;
    }
    // crypt: `$6$salt$hash`; also `pbkdf2:sha256:50000$…`, `SCRAM-SHA-256$…`.
    if let Some((scheme, rest)) = text.trim_start_matches('$').split_once('$') {
        let is_scheme = scheme.len() <= 30 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-:".contains(&b));
        return is_scheme && rest.len() >= 20 && !rest.contains(char::is_whitespace);
    }
    [32, 40, 56, 64, 96, 128].contains(&text.len()) && is_hex(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}
