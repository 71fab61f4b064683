//! The value of one field of a template.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::random::Random;
use super::{fly, macaroon, pem};
use crate::detector::checksum::Checksum;

/// Longer than any token; it keeps a mistyped length from filling the memory.
const LONGEST: usize = 4096;

/// The value for `field`, which stands between the braces; `before` is the secret up to there.
pub(super) fn value(field: &str, before: &str, random: &mut Random) -> Result<String, String> {
    let (name, argument) = match field.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (field, None),
    };
    match (name, argument) {
        ("uuid", None) => Ok(uuid(random)),
        ("crc32", None) => Ok(Checksum::Crc32Base62.tail(before)),
        ("from", Some(set)) if !set.is_empty() && set.is_ascii() => Ok(random.choose(set.as_bytes()).to_string()),
        ("base64of", Some(length)) => Ok(STANDARD.encode(random.bytes(parse_length(length)?))),
        ("jwt", Some(payload)) => jwt(payload, random),
        ("base64text", Some(text)) => {
            let mut text = Value::String(text.to_owned());
            fill(&mut text, random)?;
            Ok(STANDARD.encode(text.as_str().unwrap_or_default()))
        }
        ("base64json", Some(object)) => base64_json(object, random),
        ("fly", Some(caveats)) => Ok(STANDARD.encode(fly::binary(caveats, random)?)),
        ("pem", Some(arguments)) => pem::block(arguments, random),
        ("macaroon", Some(arguments)) => {
            let (location, caveats) = arguments.split_once(',').ok_or("a macaroon has a location and caveats")?;
            let identifier = uuid(random);
            Ok(URL_SAFE_NO_PAD.encode(macaroon::binary(location, &identifier, caveats, random)?))
        }
        (name, Some(length)) => {
            let alphabet = alphabet(name).ok_or_else(|| unknown(field))?;
            Ok(random.text(alphabet, parse_length(length)?))
        }
        (name, None) => name.parse::<Checksum>().map(|checksum| checksum.tail(before)).map_err(|_| unknown(field)),
    }
}

fn unknown(field: &str) -> String {
    format!("unknown field `{{{field}}}`")
}

fn parse_length(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(length) if (1..=LONGEST).contains(&length) => Ok(length),
        _ => Err(format!("`{text}` is no length from 1 to {LONGEST}")),
    }
}

fn alphabet(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "hex" => b"0123456789abcdef",
        "hexupper" => b"0123456789ABCDEF",
        "digits" => b"0123456789",
        "lower" => b"abcdefghijklmnopqrstuvwxyz",
        "upper" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "alpha" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "base32" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "base36" => b"0123456789abcdefghijklmnopqrstuvwxyz",
        "base36upper" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "zbase32" => b"ybndrfg8ejkmcpqxot1uwisza345h769",
        "bech32upper" => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
        "base58" => b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        "base62" | "alnum" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "base64" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "base64url" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        _ => return None,
    })
}

/// A random UUID of version 4.
fn uuid(random: &mut Random) -> String {
    let hex = random.text(b"0123456789abcdef", 30);
    let variant = random.choose(b"89ab");
    format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..])
}

/// A token with this payload and the signature of nobody.
fn jwt(payload: &str, random: &mut Random) -> Result<String, String> {
    let payload: Value = serde_json::from_str(payload).map_err(|error| format!("the payload is no JSON: {error}"))?;
    if !payload.is_object() {
        return Err("the payload of a JWT is a JSON object".to_owned());
    }
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
    let signature = URL_SAFE_NO_PAD.encode(random.bytes(32));
    Ok(format!("{header}.{payload}.{signature}"))
}

/// A JSON object in base64url, its texts filled.
fn base64_json(object: &str, random: &mut Random) -> Result<String, String> {
    let mut object: Value = serde_json::from_str(object).map_err(|error| format!("it is no JSON: {error}"))?;
    fill(&mut object, random)?;
    Ok(URL_SAFE_NO_PAD.encode(object.to_string()))
}

/// Puts a value in place of each field in the texts.
fn fill(json: &mut Value, random: &mut Random) -> Result<(), String> {
    match json {
        Value::String(text) => {
            while let Some((before, rest)) = text.split_once('{')
                && let Some((field, after)) = rest.split_once('}')
            {
                *text = format!("{before}{}{after}", value(field, before, random)?);
            }
            Ok(())
        }
        Value::Array(list) => list.iter_mut().try_for_each(|item| fill(item, random)),
        Value::Object(members) => members.values_mut().try_for_each(|member| fill(member, random)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}
