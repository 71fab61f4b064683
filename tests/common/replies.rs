//! Recorded replies: the cases of `fixtures/replies`, and an issuer that answers from one of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde::Deserialize;
use url::Url;

use overscope::detector::model::Provider;
use overscope::detector::{Detectors, sample};
use overscope::finding::Finding;
use overscope::inspect::request::{Method, Request};
use overscope::inspect::transport::{Allowed, Failure, Reply, Transport};
use overscope::inspect::{Asking, Endpoints};
use overscope::scan::Scanner;
use overscope::secret::FingerprintKey;

/// One file: a credential, the replies that it gets, what must come of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub detector: String,
    /// Which of the detector's examples is the credential.
    #[serde(default)]
    pub example: usize,
    /// The user names the provider's server, where the file names one already.
    #[serde(default)]
    pub named: bool,
    #[serde(default, rename = "reply")]
    pub replies: Vec<Canned>,
    pub expect: Expect,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canned {
    /// `GET /path`, `query Name` or `POST Action=Name`; the longest that fits answers.
    pub request: String,
    #[serde(default = "ok")]
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The claims of a token that is made up and takes the place of `{jwt}` in the body.
    pub jwt: Option<String>,
    pub body: String,
}

impl Canned {
    fn body(&self) -> Vec<u8> {
        let token = |claims: &String| sample::generate(&format!("{{jwt:{claims}}}"), 1).unwrap().secret;
        match &self.jwt {
            Some(claims) => self.body.replace("{jwt}", &token(claims)).into_bytes(),
            None => self.body.clone().into_bytes(),
        }
    }
}

/// How the cases ask: whom their file cannot name, as a user would name it.
pub fn asking(detectors: &Detectors) -> Asking {
    let unnamed = detectors.providers().filter(|provider| provider.base.is_none() && provider.bases.is_empty());
    let address = |provider: &Provider| Url::parse(&format!("https://{}.example", provider.id)).unwrap();
    let endpoints = unnamed.map(|provider| (provider.id.clone(), address(provider))).collect();
    Asking { endpoints: Endpoints(endpoints), ..Asking::default() }
}

/// The same, and the server of the case's provider where the case says so.
pub fn asking_for(detectors: &Detectors, case: &Case) -> Asking {
    let mut asking = asking(detectors);
    if case.named {
        let provider = detectors.provider_of(detectors.number_of(&case.detector).unwrap());
        let address = Url::parse(&format!("https://{}.example", provider.id)).unwrap();
        asking.endpoints.0.insert(provider.id.clone(), address);
    }
    asking
}

fn ok() -> u16 {
    200
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub liveness: String,
    pub kind: Option<String>,
    pub identity: Option<String>,
    pub account: Option<String>,
    pub coverage: String,
    #[serde(default)]
    pub scopes: Vec<String>,
    #[serde(default)]
    pub unmapped: Vec<String>,
    /// `delete:datastore prod account inside observed`, worst first; recover `-` where it means nothing.
    #[serde(default)]
    pub capabilities: Vec<String>,
    pub band: Option<String>,
    pub score: Option<f64>,
    #[serde(default)]
    pub gaps: Vec<String>,
    pub requests: usize,
}

/// Answers from the case's replies; whatever is not in them is a server error.
pub struct Recorded<'c> {
    pub case: &'c Case,
    /// The nth request answered goes wrong in this way instead.
    pub fault: Option<(usize, Fault)>,
    pub count: AtomicUsize,
    /// Whether some answer was none, so that something must be missing.
    pub disturbed: AtomicBool,
    pub asked: Mutex<Vec<String>>,
}

#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Status(u16),
    Timeout,
    Cut,
    Html,
    /// JSON of another shape.
    Shape(&'static str),
    /// JSON that is nested deeper than any reader should follow.
    Deep,
    /// Bytes that are no text.
    Bytes,
    /// Another host is to be asked.
    Redirect,
}

pub const FAULTS: &[Fault] = &[
    Fault::Status(401),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Status(410),
    Fault::Status(429),
    Fault::Status(500),
    Fault::Timeout,
    Fault::Cut,
    Fault::Html,
    Fault::Deep,
    Fault::Bytes,
    Fault::Redirect,
    Fault::Shape("{}"),
    Fault::Shape("[]"),
    Fault::Shape(r#"{"data":{}}"#),
    Fault::Shape(r#"{"data":{"error":"none of your business"}}"#),
];

impl<'c> Recorded<'c> {
    pub fn new(case: &'c Case, fault: Option<(usize, Fault)>) -> Recorded<'c> {
        Recorded { case, fault, count: AtomicUsize::new(0), disturbed: AtomicBool::new(false), asked: Mutex::default() }
    }
}

pub fn name_of(request: &Request) -> String {
    let query = request.url().query().map_or_else(String::new, |query| format!("?{query}"));
    let target = format!("{}{query}", request.url().path());
    name(request.method() == Method::Get, &target, request.body().unwrap_or_default())
}

/// What reply files call a request.
pub fn name(get: bool, target: &str, body: &str) -> String {
    if get {
        return format!("GET {target}");
    }
    if body.starts_with("{\"query\"") {
        let document = serde_json::from_str::<serde_json::Value>(body).unwrap();
        let text = document["query"].as_str().unwrap().trim_start();
        let name = text.strip_prefix("query").map_or("", |rest| rest.trim_start());
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        return format!("query {} {}", &name[..end], document["variables"]);
    }
    match body.split('&').find(|field| field.starts_with("Action=")) {
        Some(_) => format!("POST {body}"),
        None => format!("POST {target} {body}"),
    }
}

pub fn fits(canned: &str, asked: &str) -> bool {
    match canned.strip_prefix("POST Action=") {
        // Forms are compared field by field: `POST Action=GetUser UserName=ann`.
        Some(fields) if asked.contains("Action=") => {
            let form = asked.strip_prefix("POST ").unwrap_or_default();
            let mut fields = fields.split(' ');
            let action = format!("Action={}", fields.next().unwrap_or_default());
            form.split('&').any(|field| field == action)
                && fields.all(|wanted| form.split('&').any(|field| field == wanted))
        }
        Some(_) => false,
        None => {
            asked.strip_prefix(canned).is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', ' ', '&', '{']))
        }
    }
}

impl Transport for Recorded<'_> {
    fn send(&self, request: &Request, allowed: &Allowed, _: Duration) -> Result<Reply, Failure> {
        request.check().map_err(|why| Failure::Forbidden(why.0))?;
        allowed.check(request.url())?;
        let asked = name_of(request);
        self.asked.lock().unwrap().push(asked.clone());
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let canned =
            self.case.replies.iter().filter(|canned| fits(&canned.request, &asked)).max_by_key(|c| c.request.len());
        let mut reply = match canned {
            Some(canned) => Reply {
                status: canned.status,
                headers: canned.headers.iter().map(|(n, v)| (n.to_ascii_lowercase(), v.clone())).collect(),
                body: canned.body(),
            },
            None => Reply {
                status: 500,
                headers: vec![("retry-after".into(), "99999".into())],
                body: format!("no reply for {asked}").into_bytes(),
            },
        };
        // A fault stays: the retry meets it too.
        if let Some((_, fault)) = self.fault.filter(|(at, _)| number >= *at) {
            // An empty list in place of a list, or of a refusal, is an answer like any other.
            let may_be_list = reply.status >= 400 || reply.body.trim_ascii_start().starts_with(b"[");
            let plausible = matches!(fault, Fault::Shape("[]")) && may_be_list;
            self.disturbed.fetch_or(!plausible, Ordering::Relaxed);
            match fault {
                Fault::Status(status) => {
                    reply =
                        Reply { status, headers: vec![("retry-after".into(), "99999".into())], body: b"{}".to_vec() };
                }
                Fault::Timeout => return Err(Failure::Timeout),
                Fault::Cut => return Err(Failure::TooLarge),
                Fault::Shape(body) => {
                    reply = Reply { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() }
                }
                Fault::Deep => {
                    let body = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
                    reply = Reply { status: 200, headers: Vec::new(), body: body.into_bytes() }
                }
                Fault::Bytes => {
                    reply = Reply { status: 200, headers: Vec::new(), body: b"{\"id\":\"\xff\xfe\"}".to_vec() }
                }
                Fault::Redirect => {
                    let headers = vec![("location".into(), "https://collector.example/".into())];
                    reply = Reply { status: 302, headers, body: b"{}".to_vec() }
                }
                Fault::Html => reply = Reply { status: 200, headers: Vec::new(), body: b"<html>hello</html>".to_vec() },
            }
        }
        Ok(reply)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/replies")
}

pub fn cases() -> Vec<(String, Case)> {
    let mut cases = Vec::new();
    for provider in std::fs::read_dir(folder()).unwrap() {
        for file in std::fs::read_dir(provider.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(folder()).unwrap().display().to_string();
            cases.push((name.clone(), toml::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}"))));
        }
    }
    // While one provider is worked on: `REPLIES=vercel cargo test --test replies`.
    if let Ok(wanted) = std::env::var("REPLIES") {
        cases.retain(|(name, _)| name.starts_with(&wanted));
    }
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

/// The text with a private key that can sign in place of the generated one, which is only shaped like it.
fn with_usable_key(text: &str) -> String {
    static KEY: OnceLock<rsa::RsaPrivateKey> = OnceLock::new();
    let key = KEY.get_or_init(|| rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap());
    let begin = text.find("-----BEGIN ").unwrap();
    let end = text.rfind("-----END ").unwrap();
    let end = end + 9 + text[end + 9..].find("-----").unwrap() + 5;
    let pem = match text[begin..].starts_with("-----BEGIN RSA") {
        true => key.to_pkcs1_pem(LineEnding::LF).unwrap(),
        false => key.to_pkcs8_pem(LineEnding::LF).unwrap(),
    };
    let pem =
        if text[begin..end].contains("\\n") { pem.trim_end().replace('\n', "\\n") } else { pem.trim_end().to_owned() };
    format!("{}{pem}{}", &text[..begin], &text[end..])
}

/// A file that holds a credential of the case's kind; another one for each seed.
pub fn text_of(detectors: &Detectors, case: &Case, seed: u64) -> String {
    let number = detectors.number_of(&case.detector).unwrap_or_else(|| panic!("no detector `{}`", case.detector));
    let detector = detectors.detector(number);
    let text = sample::generate(&detector.examples[case.example], seed).unwrap().text;
    let signs = detector.probe.as_ref().is_some_and(|name| detectors.provider_of(number).probes[name].jwt.is_some());
    if signs { with_usable_key(&text) } else { text }
}

/// The case's credential, found in its generated example.
pub fn found_in(detectors: &Detectors, scanner: &Scanner<'_>, case: &Case) -> Vec<Finding> {
    let text = text_of(detectors, case, case.example as u64);
    let found = scanner.text("sample", &text, &FingerprintKey::fixed());
    assert_eq!(found.len(), 1, "{}", case.detector);
    found
}
