//! Key files: a JSON object as its issuer hands it out, or written into a string of another file.

use serde_json::{Map, Value};

use super::{NotDecodable, at_most};

const LONGEST: usize = 64 * 1024;

/// The object's plain members, without those that are secrets by their names.
pub fn decode(value: &str) -> Result<Value, NotDecodable> {
    at_most(LONGEST, value)?;
    let text = value.trim();
    let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let quoted = || serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
    let mut members = object(text).or_else(|| object(&quoted()?)).ok_or(NotDecodable("it is no JSON object"))?;
    members.retain(|name, value| !is_secret(name) && !value.is_object() && !value.is_array());
    Ok(Value::Object(members))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = ["key", "token"].iter().any(|word| name.ends_with(word));
    ends || ["secret", "password", "passphrase"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_members_are_read_and_secrets_are_not() {
        let file = json!({
            "type": "service_account", "private_key_id": "7", "token_uri": "u",
            "private_key": "hush", "client_secret": "hush", "refresh_token": "hush", "apiKey": "hush", "more": {"x": "hush"},
        });
        let plain = json!({"type": "service_account", "private_key_id": "7", "token_uri": "u"});
        let text = serde_json::to_string_pretty(&file).unwrap();
        assert_eq!(decode(&text).unwrap(), plain);
        let quoted = Value::from(text).to_string();
        assert_eq!(decode(quoted.trim_matches('"')).unwrap(), plain, "inside another file's string");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "[]", "\"x\"", "{", "{\"a\": \"line\nbreak\"}"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}
