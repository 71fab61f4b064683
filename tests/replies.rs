//! Recorded-shape replies of every provider: what each probe makes of them, and that no failure
//! ever makes a credential look safer. A reply file is `fixtures/replies/PROVIDER/CASE.toml`;
//! `detectors/README.md` describes it. Adding a provider needs no line here.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use rayon::prelude::*;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde::Deserialize;

use overscope::assess::model::{Assessment, Points};
use overscope::assess::{self, Context};
use overscope::config::Visibility;
use overscope::detector::{Detectors, sample};
use overscope::finding::Finding;
use overscope::inspect::request::{Method, Request};
use overscope::inspect::transport::{Allowed, Failure, Reply, Transport};
use overscope::inspect::{self, Asking};
use overscope::scan::scan_text;
use overscope::secret::FingerprintKey;

/// One file: a credential, the replies that it gets, what must come of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    detector: String,
    /// Which of the detector's examples is the credential.
    #[serde(default)]
    example: usize,
    #[serde(default, rename = "reply")]
    replies: Vec<Canned>,
    expect: Expect,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Canned {
    /// `GET /path`, `query Name` or `POST Action=Name`; the longest that fits answers.
    request: String,
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: String,
}

fn ok() -> u16 {
    200
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    liveness: String,
    kind: Option<String>,
    identity: Option<String>,
    account: Option<String>,
    coverage: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    unmapped: Vec<String>,
    /// `delete:datastore prod account inside observed`, worst first; recover `-` where it means nothing.
    #[serde(default)]
    capabilities: Vec<String>,
    band: Option<String>,
    score: Option<f64>,
    #[serde(default)]
    gaps: Vec<String>,
    requests: usize,
}

/// Answers from the case's replies; whatever is not in them is a server error.
struct Recorded<'c> {
    case: &'c Case,
    /// The nth request answered goes wrong in this way instead.
    fault: Option<(usize, Fault)>,
    count: AtomicUsize,
    /// Whether some answer was none, so that something must be missing.
    disturbed: AtomicBool,
    asked: Mutex<Vec<String>>,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    Status(u16),
    Timeout,
    Cut,
    Html,
    /// JSON of another shape.
    Shape(&'static str),
}

const FAULTS: &[Fault] = &[
    Fault::Status(401),
    Fault::Status(403),
    Fault::Status(404),
    Fault::Status(410),
    Fault::Status(429),
    Fault::Status(500),
    Fault::Timeout,
    Fault::Cut,
    Fault::Html,
    Fault::Shape("{}"),
    Fault::Shape("[]"),
    Fault::Shape(r#"{"data":{}}"#),
    Fault::Shape(r#"{"data":{"error":"none of your business"}}"#),
];

impl<'c> Recorded<'c> {
    fn new(case: &'c Case, fault: Option<(usize, Fault)>) -> Recorded<'c> {
        Recorded { case, fault, count: AtomicUsize::new(0), disturbed: AtomicBool::new(false), asked: Mutex::default() }
    }
}

fn name_of(request: &Request) -> String {
    let body = request.body().unwrap_or_default();
    let query = request.url().query().map_or_else(String::new, |query| format!("?{query}"));
    match request.method() {
        Method::Get => format!("GET {}{query}", request.url().path()),
        Method::Post if body.starts_with("{\"query\"") => {
            let document = serde_json::from_str::<serde_json::Value>(body).unwrap();
            let text = document["query"].as_str().unwrap().trim_start();
            let name = text.strip_prefix("query").map_or("", |rest| rest.trim_start());
            let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
            format!("query {} {}", &name[..end], document["variables"])
        }
        Method::Post => match body.split('&').find(|field| field.starts_with("Action=")) {
            Some(_) => format!("POST {body}"),
            None => format!("POST {}{query} {body}", request.url().path()),
        },
    }
}

fn fits(canned: &str, asked: &str) -> bool {
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
                body: canned.body.clone().into_bytes(),
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
                Fault::Html => reply = Reply { status: 200, headers: Vec::new(), body: b"<html>hello</html>".to_vec() },
            }
        }
        Ok(reply)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/replies")
}

fn cases() -> Vec<(String, Case)> {
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

/// The case's credential, found in its generated example.
fn found_in(detectors: &Detectors, case: &Case) -> Vec<Finding> {
    let number = detectors.number_of(&case.detector).unwrap_or_else(|| panic!("no detector `{}`", case.detector));
    let template = &detectors.detector(number).examples[case.example];
    let mut text = sample::generate(template, case.example as u64).unwrap().text;
    let detector = detectors.detector(number);
    if detector.probe.as_ref().is_some_and(|name| detectors.provider_of(number).probes[name].jwt.is_some()) {
        text = with_usable_key(&text);
    }
    let found = scan_text("sample", &text, detectors, &FingerprintKey::fixed());
    assert_eq!(found.len(), 1, "{template}");
    found
}

fn assess_with(detectors: &Detectors, found: &[Finding], transport: &Recorded<'_>) -> Assessment {
    let inspected = inspect::inspect(found.to_vec(), detectors, &Asking::default(), Some(transport), None);
    let context = Context { visibility: Visibility::Unknown, now: "2026-11-22T00:00:00Z".parse().unwrap() };
    assess::assess(inspected, &[], detectors, &context).remove(0)
}

fn lines(assessment: &Assessment) -> Vec<String> {
    let line = |power: &overscope::assess::model::Power| {
        let c = &power.capability;
        let recover = if c.can.is_recoverable() { c.recover.word() } else { "-" };
        format!("{} {} {} {recover} {}", c.can, c.environment, c.breadth, c.evidence)
    };
    assessment.powers.iter().map(line).collect()
}

#[test]
fn every_recorded_case_comes_to_what_it_says() {
    let detectors = common::catalogue();
    let mut wrong = Vec::new();
    for (name, case) in cases() {
        let recorded = Recorded::new(&case, None);
        let found = assess_with(&detectors, &found_in(&detectors, &case), &recorded);
        let got = Expect {
            liveness: found.liveness.word().to_owned(),
            kind: found.kind.clone(),
            identity: found.identity.clone(),
            account: found.account.clone(),
            coverage: found.coverage.to_string(),
            scopes: found.scopes.clone(),
            unmapped: found.unmapped.clone(),
            capabilities: lines(&found),
            band: found.band.map(|band| band.to_string()),
            score: found.score.map(|points| f64::from(points.0) / 100.0),
            gaps: found.gaps.iter().map(ToString::to_string).collect(),
            requests: found.requests,
        };
        if format!("{got:?}") != format!("{:?}", case.expect) {
            wrong.push(format!("{name}: got\n{}asked: {:#?}\n", expect_toml(&got), recorded.asked.lock().unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What came of it in the form of the file, to be reviewed and taken over.
fn expect_toml(got: &Expect) -> String {
    let mut text = String::from("[expect]\n");
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!("{name} = {value}\n"));
        }
    };
    let quoted = |word: &Option<String>| word.as_ref().map(|word| format!("{word:?}"));
    let list = |words: &Vec<String>| (!words.is_empty()).then(|| format!("{words:#?}"));
    line("liveness", Some(format!("{:?}", got.liveness)));
    line("kind", quoted(&got.kind));
    line("identity", quoted(&got.identity));
    line("account", quoted(&got.account));
    line("coverage", Some(format!("{:?}", got.coverage)));
    line("scopes", list(&got.scopes));
    line("unmapped", list(&got.unmapped));
    line("capabilities", list(&got.capabilities));
    line("band", quoted(&got.band));
    line("score", got.score.map(|score| format!("{score:.2}")));
    line("gaps", list(&got.gaps));
    line("requests", Some(got.requests.to_string()));
    text
}

/// Each request of each case fails in each way, alone and with all that follow: the score never
/// falls below that of the undisturbed answer, and nothing live is called dead.
#[test]
fn no_failure_makes_a_credential_look_safer_or_dead() {
    let detectors = common::catalogue();
    cases().into_par_iter().filter(|(_, case)| case.expect.liveness == "live").for_each(|(name, case)| {
        let credential = found_in(&detectors, &case);
        let undisturbed = assess_with(&detectors, &credential, &Recorded::new(&case, None));
        let least = undisturbed.score.unwrap_or(Points(0));
        for at in 0..undisturbed.requests {
            for &fault in FAULTS {
                let recorded = Recorded::new(&case, Some((at, fault)));
                let found = assess_with(&detectors, &credential, &recorded);
                assert_ne!(found.liveness.word(), "dead", "{name}: request {at}, {fault:?}");
                let score = found.score.expect("not dead");
                assert!(score >= least, "{name}: request {at}, {fault:?}: {score} < {least}");
                let complete = found.gaps.is_empty();
                assert!(!complete || !recorded.disturbed.into_inner(), "{name}: request {at}, {fault:?} leaves no gap");
            }
        }
    });
}

/// A provider that is asked shows what it answers to a live, a dead and a refused credential.
#[test]
fn every_asked_provider_has_replies_for_live_dead_and_refused() {
    let detectors = common::catalogue();
    let cases = cases();
    let wanted = std::env::var("REPLIES").unwrap_or_default();
    for provider in detectors.providers().iter().filter(|provider| provider.id.starts_with(&wanted)) {
        let asks = |probe: &overscope::detector::model::Probe| probe.steps.iter().any(|step| step.decode.is_none());
        if !provider.probes.values().any(asks) {
            continue;
        }
        let own: Vec<&Expect> = cases
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("{}/", provider.id)))
            .map(|(_, case)| &case.expect)
            .collect();
        for liveness in ["live", "dead"] {
            assert!(own.iter().any(|expect| expect.liveness == liveness), "{}: no {liveness} case", provider.id);
        }
        let refused = own.iter().any(|expect| expect.liveness == "unknown" || !expect.gaps.is_empty());
        assert!(refused, "{}: no case with a refusal", provider.id);
    }
}
