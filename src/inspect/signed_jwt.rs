//! JWTs that a found private key signs (RS256, RFC 7515 and 7518): how Google's service accounts
//! and GitHub's apps prove themselves. Such a token ends after minutes and goes to the issuer alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Map, Value};

use super::template::Variables;
use crate::decode::pem;
use crate::detector::model::SignedJwt;

/// Clocks differ: it is valid from a little earlier on.
const SKEW: i64 = 60;

/// The token, or why there is none.
pub(super) fn sign(rule: &SignedJwt, variables: &Variables, now: Timestamp) -> Result<String, String> {
    let fill = |template: &str| variables.fill(template).map_err(|missing| format!("`{}` was not found", missing.0));
    let key = key_pair(&fill(&rule.key)?).ok_or("the private key is not one that can sign")?;
    let mut header: Map<String, Value> = Map::new();
    header.insert("alg".to_owned(), "RS256".into());
    header.insert("typ".to_owned(), "JWT".into());
    for (name, template) in &rule.header {
        header.insert(name.clone(), fill(template)?.into());
    }
    let mut claims: Map<String, Value> = Map::new();
    for (name, template) in &rule.claims {
        claims.insert(name.clone(), fill(template)?.into());
    }
    let begin = now.as_second() - SKEW;
    claims.insert("iat".to_owned(), begin.into());
    claims.insert("exp".to_owned(), (begin + i64::from(rule.lifetime)).into());
    let part = |members: Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(members).to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .map_err(|_| "the private key is not one that can sign")?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn key_pair(text: &str) -> Option<RsaKeyPair> {
    let (label, der) = pem::der(text)?;
    match label.as_str() {
        "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der).ok(),
        "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use rsa::pkcs1::EncodeRsaPrivateKey;
    use rsa::pkcs8::{EncodePrivateKey, LineEnding};

    use super::*;

    #[test]
    fn what_is_signed_verifies_and_holds_the_claims() {
        let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let rule: SignedJwt = toml::from_str(
            "key = '{secret}'\nlifetime = 540\nheader = { kid = '{id}' }\nclaims = { iss = 'app-{id}' }",
        )
        .unwrap();
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
        let escaped = key.to_pkcs8_pem(LineEnding::LF).unwrap().replace('\n', "\\n");
        for pem in [key.to_pkcs1_pem(LineEnding::LF).unwrap().to_string(), escaped] {
            let mut variables = Variables::default();
            variables.secret("secret", &pem);
            variables.plain("id", "7");
            let jwt = sign(&rule, &variables, now).unwrap();
            let decoded = crate::decode::jwt::decode(&jwt).unwrap();
            assert_eq!(decoded["header"], serde_json::json!({"alg": "RS256", "typ": "JWT", "kid": "7"}));
            let begin = now.as_second() - 60;
            assert_eq!(decoded["payload"], serde_json::json!({"iss": "app-7", "iat": begin, "exp": begin + 540}));
            let (signed, signature) = jwt.rsplit_once('.').unwrap();
            let (_, der) = pem::der(&pem).unwrap();
            let pair = RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).unwrap();
            let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref().to_vec());
            public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        }
    }

    #[test]
    fn a_broken_key_signs_nothing() {
        let rule: SignedJwt = toml::from_str("key = '{secret}'\nlifetime = 1\nclaims = {}").unwrap();
        let mut variables = Variables::default();
        assert!(sign(&rule, &variables, Timestamp::UNIX_EPOCH).unwrap_err().contains("`secret`"));
        variables.secret("secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----");
        assert!(sign(&rule, &variables, Timestamp::UNIX_EPOCH).unwrap_err().contains("sign"));
    }
}
