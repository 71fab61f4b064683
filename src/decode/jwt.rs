//! JSON Web Tokens (RFC 7519): the header, the claims, the end of validity.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};

use super::{NotDecodable, at_most};

/// Servers refuse headers longer than this; no token in use comes near it.
const LONGEST: usize = 64 * 1024;

/// RFC 7515 leaves the padding out; some libraries do not.
pub(super) const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// `{"header": {…}, "payload": {…}, "expires": unix seconds | null}`.
///
/// `expires` is null without an `exp` claim, and also when that claim is no number: such a token
/// is not known to end.
pub fn decode(value: &str) -> Result<Value, NotDecodable> {
    at_most(LONGEST, value)?;
    let parts: Vec<&str> = value.trim().splitn(4, '.').collect();
    let [header, payload, _signature] = parts[..] else {
        return Err(NotDecodable("a JWT has three parts"));
    };
    let header = object(header).ok_or(NotDecodable("the header is no JSON object in base64url"))?;
    let payload = object(payload).ok_or(NotDecodable("the payload is no JSON object in base64url"))?;
    let expires = payload.get("exp").and_then(unix_seconds);
    Ok(json!({ "header": header, "payload": payload, "expires": expires }))
}

fn object(part: &str) -> Option<Map<String, Value>> {
    // The parser gives up at a depth of 128, so that a hostile token cannot exhaust the stack.
    serde_json::from_slice(&BASE64URL.decode(part).ok()?).ok()
}

/// Seconds may have a fraction (RFC 7519, NumericDate).
fn unix_seconds(claim: &Value) -> Option<i64> {
    claim.as_i64().or_else(|| {
        let seconds = claim.as_f64()?.floor();
        (seconds.abs() < 9e15).then_some(seconds as i64)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detector::sample::generate;

    fn token(payload: &str) -> String {
        generate(&format!("{{jwt:{payload}}}"), 3).unwrap().secret
    }

    #[test]
    fn claims_and_expiry_are_read() {
        let read = decode(&token(r#"{"iss":"supabase","role":"service_role","exp":2000000000}"#)).unwrap();
        assert_eq!(read["header"]["alg"], "HS256");
        assert_eq!(read["payload"]["role"], "service_role");
        assert_eq!(read["expires"], 2_000_000_000);
    }

    #[test]
    fn an_expiry_is_a_number_or_unknown() {
        for (claim, expires) in [
            ("1700000000.75", json!(1_700_000_000)),
            ("-1", json!(-1)),
            ("null", json!(null)),
            ("\"1700000000\"", json!(null)),
            ("1e300", json!(null)),
            ("[]", json!(null)),
        ] {
            assert_eq!(decode(&token(&format!(r#"{{"exp":{claim}}}"#))).unwrap()["expires"], expires, "{claim}");
        }
        assert_eq!(decode(&token("{}")).unwrap()["expires"], json!(null));
    }

    #[test]
    fn the_signature_is_not_returned() {
        let token = token(r#"{"sub":"dana"}"#);
        let signature = token.rsplit('.').next().unwrap();
        assert!(!decode(&token).unwrap().to_string().contains(&signature[..8]));
    }

    #[test]
    fn padding_and_an_empty_signature_are_read() {
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE.encode(text);
        let unsigned = format!("{}.{}.", encode(r#"{"alg":"none"}"#), encode(r#"{"sub":"x"}"#));
        assert!(unsigned.contains('='));
        assert_eq!(decode(&unsigned).unwrap()["payload"]["sub"], "x");
    }

    #[test]
    fn other_shapes_are_refused() {
        let token = token("{}");
        let (two, _) = token.rsplit_once('.').unwrap();
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for wrong in [
            "".to_owned(),
            two.to_owned(),
            format!("{token}.x.y"),
            format!("{}.{}.x", encode("{}"), encode("[1]")),
            format!("{}.{}.x", encode("{}"), encode(&format!(r#"{{"a":{nested}}}"#))),
            "a b.c d.e".to_owned(),
        ] {
            assert!(decode(&wrong).is_err(), "{}", &wrong[..wrong.len().min(40)]);
        }
    }

    proptest! {
        #[test]
        fn damaged_tokens_are_read_or_refused(at in 0usize..120, with in "\\PC") {
            let mut token: Vec<char> = token(r#"{"exp":1700000000,"scope":"a b"}"#).chars().collect();
            let at = at % token.len();
            token.splice(at..=at, with.chars());
            let _ = decode(&token.into_iter().collect::<String>());
        }
    }
}
