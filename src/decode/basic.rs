//! The credentials of HTTP's basic scheme: `user:password` in base64 (RFC 7617).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Value, json};

use super::{NotDecodable, at_most};

const LONGEST: usize = 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The user's name.
pub fn decode(value: &str) -> Result<Value, NotDecodable> {
    at_most(LONGEST, value)?;
    let bytes = BASE64.decode(value).map_err(|_| NotDecodable("it is not base64"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| NotDecodable("it is no text"))?;
    let (user, password) = text.split_once(':').ok_or(NotDecodable("it is no user and password"))?;
    if password.is_empty() || text.contains(char::is_control) {
        return Err(NotDecodable("it is no user and password"));
    }
    Ok(json!({ "user": user }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_user_comes_out() {
        for engine in [&base64::engine::general_purpose::STANDARD, &base64::engine::general_purpose::STANDARD_NO_PAD] {
            assert_eq!(decode(&engine.encode("dana:hush")).unwrap(), json!({"user": "dana"}));
        }
        for text in ["dana", "dana:", "a\u{1}:b"] {
            assert!(decode(&BASE64.encode(text)).is_err(), "{text:?}");
        }
        assert!(decode("Zm9v!").is_err());
    }
}
