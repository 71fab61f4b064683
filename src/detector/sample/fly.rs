//! Macaroons of Fly.io: MessagePack arrays.

use rmpv::Value as Packed;
use rmpv::encode::write_value;
use serde_json::Value;

use super::random::Random;

const LOCATION: &str = "https://api.fly.io/v1";

/// One with a random nonce and tail. `caveats` is a JSON list, type and body by turns; names of
/// members that are numbers become numbers, as apps have them.
pub(super) fn binary(caveats: &str, random: &mut Random) -> Result<Vec<u8>, String> {
    let caveats: Value =
        serde_json::from_str(caveats).map_err(|error| format!("the caveats are no JSON list: {error}"))?;
    let nonce = vec![Packed::Binary(random.bytes(16)), Packed::Binary(random.bytes(16)), Packed::Boolean(false)];
    let token = vec![Packed::Array(nonce), LOCATION.into(), packed(&caveats), Packed::Binary(random.bytes(32))];
    let mut bytes = Vec::new();
    write_value(&mut bytes, &Packed::Array(token)).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn packed(value: &Value) -> Packed {
    match value {
        Value::Null => Packed::Nil,
        Value::Bool(flag) => Packed::Boolean(*flag),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) => number.into(),
            (None, None) => number.as_f64().map_or(Packed::Nil, Packed::from),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(list) => Packed::Array(list.iter().map(packed).collect()),
        Value::Object(members) => {
            let name = |name: &String| name.parse::<u64>().map_or_else(|_| name.as_str().into(), Packed::from);
            Packed::Map(members.iter().map(|(key, value)| (name(key), packed(value))).collect())
        }
    }
}
