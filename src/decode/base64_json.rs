//! Tokens that are JSON objects in base64 behind a prefix: service account tokens of 1Password.

use base64::Engine;
use serde_json::{Map, Value};

use super::jwt::BASE64URL;
use super::{NotDecodable, at_most};

const LONGEST: usize = 64 * 1024;

/// Members that may be shown; every other one may hold a key.
const OPEN: [&str; 3] = ["signInAddress", "email", "deviceUuid"];

/// The object's open members, as far as they are texts.
pub fn decode(value: &str) -> Result<Value, NotDecodable> {
    at_most(LONGEST, value)?;
    let value = value.trim();
    // No base64 of an object begins otherwise.
    let at = value.find("ey").ok_or(NotDecodable("no JSON object in base64 stands in it"))?;
    let body = value[at..].replace('+', "-").replace('/', "_");
    let bytes = BASE64URL.decode(body).map_err(|_| NotDecodable("it is not base64"))?;
    let members: Map<String, Value> =
        serde_json::from_slice(&bytes).map_err(|_| NotDecodable("it is no JSON object"))?;
    Ok(members.into_iter().filter(|(name, value)| OPEN.contains(&name.as_str()) && value.is_string()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::detector::sample::generate;

    #[test]
    fn only_open_members_come_out() {
        let template = r#"ops_{base64json:{"signInAddress":"acme.1password.com","email":{"x":1},"muk":{"k":"{hex:40}"},"secretKey":"A3-{hex:20}","deviceUuid":"{hex:8}"}}"#;
        let token = generate(template, 5).unwrap().secret;
        let read = decode(&token).unwrap();
        assert_eq!(read["signInAddress"], "acme.1password.com");
        assert_eq!(read["deviceUuid"].as_str().map(str::len), Some(8));
        assert_eq!(read.as_object().map(|members| members.len()), Some(2));
        let standard = base64::engine::general_purpose::STANDARD.encode(r#"{"email":"ü?>~"}"#);
        assert_eq!(decode(&format!("ops_{standard}")).unwrap(), json!({"email": "ü?>~"}));
    }

    #[test]
    fn other_shapes_are_refused() {
        for wrong in ["", "ops_", "ops_eyJ", "ops_eyJ!", "eyJhIjox", "ops_W10="] {
            assert!(decode(wrong).is_err(), "{wrong}");
        }
    }
}
