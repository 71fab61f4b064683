//! What a credential says of itself, read without asking anybody. Each decoder turns one kind of
//! value into a JSON object, which detector files read with the same pointers as an answer of the
//! issuer. No signature is verified: who holds the value could not have made it otherwise, and a
//! forged one grants nothing. No decoder returns the part that makes the value a secret.

pub mod aws_key_id;
pub mod base64_json;
pub mod basic;
pub mod fly;
pub mod json;
pub mod jwt;
pub mod macaroon;
pub mod pem;
pub mod sas;

use serde_json::Value;

use crate::capability::words;

words! {
    /// The decoders, by their words in detector files.
    Decoder {
        Jwt = "jwt", Macaroon = "macaroon", FlyMacaroon = "fly-macaroon", Sas = "sas", Pem = "pem",
        AwsKeyId = "aws-key-id", Json = "json", Base64Json = "base64-json", Basic = "basic",
    }
}

impl Decoder {
    /// Reads `value`, which is the whole credential as it was found.
    pub fn decode(self, value: &str) -> Result<Value, NotDecodable> {
        match self {
            Decoder::Jwt => jwt::decode(value),
            Decoder::Macaroon => macaroon::decode(value),
            Decoder::FlyMacaroon => fly::decode(value),
            Decoder::Sas => sas::decode(value),
            Decoder::Pem => pem::decode(value),
            Decoder::AwsKeyId => aws_key_id::decode(value),
            Decoder::Json => json::decode(value),
            Decoder::Base64Json => base64_json::decode(value),
            Decoder::Basic => basic::decode(value),
        }
    }
}

/// Why a value could not be read. The reason never holds a part of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotDecodable(pub &'static str);

/// Refuses values that are longer than any of their kind, before work is done on them.
fn at_most(limit: usize, value: &str) -> Result<(), NotDecodable> {
    if value.len() > limit { Err(NotDecodable("it is longer than any of its kind")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}", bytes: Vec<u8>) {
            for decoder in Decoder::ALL {
                let _ = decoder.decode(&text);
                let _ = decoder.decode(&String::from_utf8_lossy(&bytes));
            }
        }
    }

    #[test]
    fn values_of_absurd_length_are_refused() {
        for decoder in Decoder::ALL {
            assert!(decoder.decode(&"a=".repeat(1 << 20)).is_err(), "{decoder}");
        }
    }
}
