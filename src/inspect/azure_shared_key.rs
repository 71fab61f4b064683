//! Shared Key, with which the key of an Azure Storage account signs a request
//! (learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key): an HMAC over the
//! method, some standard headers, every `x-ms-` header, and the account, path and query.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use url::Url;

use crate::secret::Secret;

/// The standard headers that are signed in this order, by their values alone. They are empty in a
/// GET without conditions: the date stands in `x-ms-date`.
const STANDARD_HEADERS: usize = 11;

/// What is to be signed: a GET, with the headers that it has so far.
pub struct Unsigned<'a> {
    pub url: &'a Url,
    pub headers: &'a [(&'a str, &'a str)],
}

/// The headers to add to the request: `x-ms-date` and `authorization`. `None` where the key is no
/// base64.
pub fn sign(request: &Unsigned<'_>, account: &str, key: &Secret, at: Timestamp) -> Option<Vec<(String, String)>> {
    let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let key = STANDARD.decode(key.expose()).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(string_to_sign(request, account, &date).as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    Some(vec![("x-ms-date".to_owned(), date), ("authorization".to_owned(), format!("SharedKey {account}:{signature}"))])
}

fn string_to_sign(request: &Unsigned<'_>, account: &str, date: &str) -> String {
    let own = request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let mut headers: BTreeMap<String, String> = own.filter(|(name, _)| name.starts_with("x-ms-")).collect();
    headers.insert("x-ms-date".to_owned(), date.to_owned());
    let headers: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    // The emulator has the account in its path too, where it counts a second time.
    let path = request.url.path();
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in request.url.query_pairs() {
        query.entry(name.to_lowercase()).or_default().push(value.into_owned());
    }
    let query: String = query
        .into_iter()
        .map(|(name, mut values)| {
            values.sort();
            format!("\n{name}:{}", values.join(","))
        })
        .collect();
    format!("GET\n{}{headers}/{account}{path}{query}", "\n".repeat(STANDARD_HEADERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the page that is named above, with its date and its parameters.
    #[test]
    fn the_published_example_comes_out() {
        let url = Url::parse(
            "https://myaccount.blob.core.windows.net/mycontainer?comp=metadata&restype=container&timeout=20",
        );
        let request = Unsigned { url: &url.unwrap(), headers: &[("x-ms-version", "2015-02-21"), ("accept", "*/*")] };
        let expected = "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n\
                        /myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20";
        assert_eq!(string_to_sign(&request, "myaccount", "Fri, 26 Jun 2015 23:39:12 GMT"), expected);
        let at = "2015-06-26T23:39:12Z".parse().unwrap();
        let signed = sign(&request, "myaccount", &Secret::new("a2V5"), at).unwrap();
        assert_eq!(signed[0], ("x-ms-date".to_owned(), "Fri, 26 Jun 2015 23:39:12 GMT".to_owned()));
        assert!(signed[1].1.starts_with("SharedKey myaccount:"));
        assert_eq!(sign(&request, "myaccount", &Secret::new("no base64"), at), None);
    }

    #[test]
    fn values_of_one_parameter_are_sorted_and_an_account_in_the_path_counts_twice() {
        let url = Url::parse("http://127.0.0.1:10000/acme/box?include=snapshots&Include=metadata&comp=list").unwrap();
        let signed = string_to_sign(&Unsigned { url: &url, headers: &[] }, "acme", "now");
        assert!(signed.ends_with("x-ms-date:now\n/acme/acme/box\ncomp:list\ninclude:metadata,snapshots"), "{signed}");
    }
}
