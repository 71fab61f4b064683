//! AWS Signature Version 4: the headers that make a request the key owner's own.
//!
//! The request is signed as it goes over the wire: host, date, session token and every header
//! that is handed in. The steps are those of the "Signature Version 4 signing process" in AWS's
//! general reference.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::secret::Secret;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Everything but RFC 3986's unreserved characters is encoded.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const IN_PATH: &AsciiSet = &IN_QUERY.remove(b'/');

/// A request before it is signed.
#[derive(Clone, Copy)]
pub struct Unsigned<'a> {
    pub method: &'a str,
    /// As it stands in the `Host` header: with the port where the client sends one.
    pub host: &'a str,
    /// As it stands in the request line, already encoded and without `.` or `..` segments.
    pub path: &'a str,
    /// Names and values before encoding. They must be sent as [`form`] writes them.
    pub query: &'a [(&'a str, &'a str)],
    /// Further headers to sign, `content-type` for one; they are not returned by [`sign`].
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
    pub region: &'a str,
    pub service: &'a str,
}

/// The key pair that signs, with the session token that belongs to a temporary one.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    pub id: &'a str,
    pub secret: &'a Secret,
    pub session_token: Option<&'a Secret>,
}

/// The headers to add to the request: `x-amz-date`, `x-amz-security-token` where there is one,
/// and `authorization`. `Host` is signed too, and left to the HTTP client.
pub fn sign(request: &Unsigned<'_>, keys: &Keys<'_>, at: Timestamp) -> Vec<(String, String)> {
    let time = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{}/{}/{}/aws4_request", &time[..8], request.region, request.service);

    let mut added = vec![("x-amz-date".to_owned(), time.clone())];
    if let Some(token) = keys.session_token {
        added.push(("x-amz-security-token".to_owned(), token.expose().to_owned()));
    }
    let (canonical, signed_headers) = canonical_request(request, &added);
    let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));

    let signing_key = ["aws4_request", request.service, request.region, &time[..8]]
        .iter()
        .rfold(format!("AWS4{}", keys.secret.expose()).into_bytes(), |key, part| hmac(&key, part));
    let signature = hex(&hmac(&signing_key, &to_sign));
    let authorization =
        format!("{ALGORITHM} Credential={}/{scope}, SignedHeaders={signed_headers}, Signature={signature}", keys.id);
    added.push(("authorization".to_owned(), authorization));
    added
}

/// Pairs as a query string or a form body, encoded the way that they are signed.
pub fn form(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(encoded_pair).collect::<Vec<_>>().join("&")
}

fn encoded_pair((name, value): &(&str, &str)) -> String {
    format!("{}={}", utf8_percent_encode(name, IN_QUERY), utf8_percent_encode(value, IN_QUERY))
}

/// The canonical request, and the names of the headers that it covers.
fn canonical_request(request: &Unsigned<'_>, added: &[(String, String)]) -> (String, String) {
    // S3 alone signs the path as it is sent; all others encode it once more.
    let path = match request.service {
        "s3" => request.path.to_owned(),
        _ => utf8_percent_encode(request.path, IN_PATH).to_string(),
    };
    let mut query: Vec<(String, String)> = request
        .query
        .iter()
        .map(|(name, value)| {
            (utf8_percent_encode(name, IN_QUERY).to_string(), utf8_percent_encode(value, IN_QUERY).to_string())
        })
        .collect();
    query.sort();
    let query = query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");

    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    let own = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in request.headers.iter().copied().chain([("host", request.host)]).chain(own) {
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        headers
            .entry(name.to_ascii_lowercase())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = headers.into_keys().collect::<Vec<_>>().join(";");

    let body = hex(&Sha256::digest(request.body));
    (format!("{}\n{path}\n{query}\n{lines}\n{names}\n{body}", request.method), names)
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key pair of AWS's signing documentation, in parts so that no scanner takes it for one.
    fn documentation_secret() -> Secret {
        Secret::new(["wJalrXUt", "nFEMI/K7", "MDENG+bP", "xRfiCYEX", "AMPLEKEY"].concat())
    }

    fn signature(request: &Unsigned<'_>) -> String {
        let secret = documentation_secret();
        let keys = Keys { id: "AKIDEXAMPLE", secret: &secret, session_token: None };
        let headers = sign(request, &keys, "2015-08-30T12:36:00Z".parse().unwrap());
        assert_eq!(headers[0], ("x-amz-date".to_owned(), "20150830T123600Z".to_owned()));
        headers.last().unwrap().1.clone()
    }

    fn suite_request() -> Unsigned<'static> {
        Unsigned {
            method: "GET",
            host: "example.amazonaws.com",
            path: "/",
            query: &[],
            headers: &[],
            body: b"",
            region: "us-east-1",
            service: "service",
        }
    }

    // The expected signatures stand in the test suite that AWS publishes for Signature Version 4.

    #[test]
    fn get_vanilla() {
        assert_eq!(
            signature(&suite_request()),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
    }

    #[test]
    fn get_vanilla_query_order_key_case() {
        let request = Unsigned { query: &[("Param2", "value2"), ("Param1", "value1")], ..suite_request() };
        assert!(
            signature(&request).ends_with("=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
            "{}",
            signature(&request)
        );
    }

    #[test]
    fn post_vanilla() {
        let request = Unsigned { method: "POST", ..suite_request() };
        assert!(
            signature(&request).ends_with("=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            "{}",
            signature(&request)
        );
    }

    #[test]
    fn post_x_www_form_urlencoded() {
        let request = Unsigned {
            method: "POST",
            headers: &[("Content-Type", "application/x-www-form-urlencoded")],
            body: b"Param1=value1",
            ..suite_request()
        };
        assert!(
            signature(&request).ends_with(
                "SignedHeaders=content-type;host;x-amz-date, \
                 Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
            ),
            "{}",
            signature(&request)
        );
    }

    #[test]
    fn header_values_are_trimmed_and_repeated_ones_joined() {
        let spaced = Unsigned { headers: &[("My-Header1", "  a   b "), ("my-header1", "c")], ..suite_request() };
        let plain = Unsigned { headers: &[("my-header1", "a b,c")], ..suite_request() };
        assert_eq!(signature(&spaced), signature(&plain));
    }

    #[test]
    fn a_session_token_is_sent_and_signed() {
        let (secret, token) = (documentation_secret(), Secret::new("session"));
        let keys = Keys { id: "AKIDEXAMPLE", secret: &secret, session_token: Some(&token) };
        let headers = sign(&suite_request(), &keys, "2015-08-30T12:36:00Z".parse().unwrap());
        assert_eq!(headers[1], ("x-amz-security-token".to_owned(), "session".to_owned()));
        assert!(headers[2].1.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,"), "{}", headers[2].1);
    }

    #[test]
    fn a_form_encodes_all_but_unreserved_characters() {
        assert_eq!(form(&[("Action", "Get User"), ("a-_.~", "/+é")]), "Action=Get%20User&a-_.~=%2F%2B%C3%A9");
    }
}
