//! Digest authentication (RFC 7616): the answer to an issuer's challenge.

use digest_auth::{AuthContext, HttpMethod};

use super::request::{Method, Request};
use super::transport::Reply;

/// The header that answers the challenge of a reply; none where it holds none.
pub(super) fn proof(reply: &Reply, request: &Request, user: &str, password: &str) -> Option<String> {
    if reply.status != 401 {
        return None;
    }
    let mut prompt = digest_auth::parse(reply.header("www-authenticate")?).ok()?;
    let url = request.url();
    let uri = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let method = match request.method() {
        Method::Get => HttpMethod::GET,
        Method::Post => HttpMethod::POST,
    };
    let body = request.body().map(str::as_bytes);
    let context = AuthContext::new_with_method(user, password, uri, body, method);
    Some(prompt.respond(&context).ok()?.to_header_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, challenge: &str) -> Reply {
        Reply { status, headers: vec![("www-authenticate".to_owned(), challenge.to_owned())], body: Vec::new() }
    }

    #[test]
    fn a_challenge_is_answered_without_the_password() {
        let url = "https://a.example/api?x=1";
        let request = Request::get(url, url).unwrap();
        let challenge =
            r#"Digest realm="MMS Public API", domain="", nonce="abc", algorithm=MD5, qop="auth", stale=false"#;
        let proof = |status, challenge| super::proof(&reply(status, challenge), &request, "user", "pass-word");
        let header = proof(401, challenge).unwrap();
        assert!(header.starts_with("Digest username=\"user\"") && header.contains("uri=\"/api?x=1\""), "{header}");
        assert!(!header.contains("pass-word"));
        assert_eq!(proof(200, challenge), None);
        assert_eq!(proof(401, "Basic realm=x"), None);
        assert_eq!(proof(401, "Digest"), None);
    }
}
