//! The emulator, its accounts, and requests that are signed by this test's own means.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

const VERSION: &str = "2019-12-12";

pub struct Azurite {
    pub client: reqwest::blocking::Client,
    pub blob: String,
    pub queue: String,
    pub accounts: Vec<Account>,
}

#[derive(Clone)]
pub struct Account {
    pub name: String,
    pub keys: Vec<String>,
}

/// What a request proves itself with.
#[derive(Clone)]
pub enum Proof {
    Key {
        account: String,
        key: String,
    },
    /// A query string of an account.
    Signature {
        account: String,
        query: String,
    },
}

pub struct Request<'a> {
    pub method: &'a str,
    pub queue: bool,
    pub path: String,
    pub query: &'a str,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a str,
}

fn hmac(key: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(key).unwrap()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

impl Azurite {
    /// From the line that `.ci/azurite.sh` prints.
    pub fn of(line: &str) -> Azurite {
        let [blob, queue, accounts] = line.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{line}") };
        let account = |text: &str| {
            let mut parts = text.split(':').map(str::to_owned);
            Account { name: parts.next().unwrap(), keys: parts.collect() }
        };
        let accounts = accounts.split(';').map(account).collect();
        Azurite {
            client: reqwest::blocking::Client::builder().no_proxy().build().unwrap(),
            blob: blob.to_owned(),
            queue: queue.to_owned(),
            accounts,
        }
    }

    /// Status and body. The path lies below the account.
    pub fn send(&self, proof: &Proof, request: &Request<'_>) -> (u16, String) {
        let (Proof::Key { account, .. } | Proof::Signature { account, .. }) = proof;
        let base = if request.queue { &self.queue } else { &self.blob };
        let signature = match proof {
            Proof::Key { .. } => "",
            Proof::Signature { query, .. } => query,
        };
        let query: Vec<&str> = [request.query, signature].into_iter().filter(|part| !part.is_empty()).collect();
        let url = format!("{base}/{account}{}?{}", request.path, query.join("&"));
        let date = Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let mut headers: BTreeMap<&str, &str> = request.headers.iter().copied().collect();
        headers.extend([("x-ms-date", date.as_str()), ("x-ms-version", VERSION)]);
        let mut sending = self.client.request(request.method.parse().unwrap(), &url).body(request.body.to_owned());
        for (name, value) in &headers {
            sending = sending.header(*name, *value);
        }
        if let Proof::Key { account, key } = proof {
            let length = if request.body.is_empty() { String::new() } else { request.body.len().to_string() };
            let own: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
            let mut pairs: Vec<&str> = request.query.split('&').filter(|pair| !pair.is_empty()).collect();
            pairs.sort_unstable();
            let pairs: String = pairs.iter().map(|pair| format!("\n{}", pair.replacen('=', ":", 1))).collect();
            let to_sign = format!(
                "{}\n\n\n{length}\n\n\n\n\n\n\n\n\n{own}/{account}/{account}{}{pairs}",
                request.method, request.path
            );
            sending = sending.header("authorization", format!("SharedKey {account}:{}", hmac(key, &to_sign)));
        }
        let response = sending.send().unwrap();
        (response.status().as_u16(), response.text().unwrap())
    }
}

/// What a signature is to be for, as its fields say it.
#[derive(Clone, Copy)]
pub struct Fields {
    pub permissions: &'static str,
    pub expiry: &'static str,
}

fn escaped(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// An account signature for some services and levels.
pub fn account_signature(account: &Account, services: &str, levels: &str, fields: Fields) -> Proof {
    let Fields { permissions, expiry } = fields;
    let to_sign = format!("{}\n{permissions}\n{services}\n{levels}\n\n{expiry}\n\n\n{VERSION}\n", account.name);
    let signature = escaped(&hmac(&account.keys[0], &to_sign));
    let query =
        format!("sv={VERSION}&ss={services}&srt={levels}&sp={permissions}&se={}&sig={signature}", escaped(expiry));
    Proof::Signature { account: account.name.clone(), query }
}

/// A service signature for one container (`c`) or one blob (`b`).
pub fn service_signature(account: &Account, resource: &str, path: &str, fields: Fields) -> Proof {
    let Fields { permissions, expiry } = fields;
    let place = format!("/blob/{}{path}", account.name);
    let to_sign = format!("{permissions}\n\n{expiry}\n{place}\n\n\n\n{VERSION}\n{resource}\n\n\n\n\n\n");
    let signature = escaped(&hmac(&account.keys[0], &to_sign));
    let query = format!("sv={VERSION}&sr={resource}&sp={permissions}&se={}&sig={signature}", escaped(expiry));
    Proof::Signature { account: account.name.clone(), query }
}
