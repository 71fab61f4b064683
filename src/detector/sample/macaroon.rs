//! Macaroons in the binary format of version 2, as package registries mint them.

use serde_json::Value;

use super::random::Random;

const VERSION: u8 = 2;
const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const SIGNATURE: u8 = 6;

/// A macaroon with a random signature. `caveats` is a JSON list; each element is one caveat.
pub(super) fn binary(location: &str, identifier: &str, caveats: &str, random: &mut Random) -> Result<Vec<u8>, String> {
    let caveats: Vec<Value> =
        serde_json::from_str(caveats).map_err(|error| format!("the caveats are no JSON list: {error}"))?;
    let mut out = vec![VERSION];
    field(&mut out, LOCATION, location.as_bytes());
    field(&mut out, IDENTIFIER, identifier.as_bytes());
    out.push(END);
    for caveat in caveats {
        field(&mut out, IDENTIFIER, caveat.to_string().as_bytes());
        out.push(END);
    }
    out.push(END);
    field(&mut out, SIGNATURE, &random.bytes(32));
    Ok(out)
}

/// Tag, length (seven bits a byte, lowest first), content.
fn field(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let mut length = content.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(content);
}
