//! No eight characters of a secret behind its public prefix come out of the program: not in a
//! report, not on standard error, not in the request log, not as base64, percent-encoded or
//! escaped, whatever an issuer echoes and whatever a file is called.

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::parts::Needles;
use common::whole_run::{Listening, plan};
use common::{Folder, endpoint, overscope, replica};
use overscope::demo::{Failure as FieldFailure, Trouble, World as Told};
use overscope::detector::{Detectors, list, sample};
use overscope::inspect::request::Request;
use overscope::inspect::transport::{Allowed, Failure, Reply, Transport};
use overscope::report::Format;
use overscope::run::{self, World};
use overscope::scan::Scanner;
use overscope::secret::FingerprintKey;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

struct Planted {
    detector: String,
    provider: String,
    secret: String,
    /// What is behind the public prefix, without times: a signed address says in the open when it
    /// ends, and reports say so too.
    hidden: String,
}

/// One file for each example of each detector, some of which are called after their secret.
fn plant(detectors: &Detectors, folder: &Folder, seed: u64) -> Vec<Planted> {
    let times = regex::Regex::new("20[0-9]{2}-[01][0-9]-[0-3][0-9](T[0-9:%A]+Z)?").unwrap();
    let scanner = Scanner::new(detectors);
    let mut planted = Vec::new();
    for number in 0..detectors.len() {
        let detector = detectors.detector(number);
        for (at, template) in detector.examples.iter().enumerate() {
            // Each with a seed of its own: two of one seed share their digits, and one may be public.
            let own = (number as u64) << 8 | at as u64;
            let sample = sample::generate(template, seed.wrapping_add(own)).unwrap();
            let name: String = sample.secret.chars().filter(|c| *c != '/' && *c != '\0').take(120).collect();
            let path = match at % 2 {
                _ if detector.file.is_some() => format!("{}/{at}/{}", detector.id, detector.sample_path()),
                0 => format!("{}/{at}/{name}.txt", detector.id),
                _ => format!("{}/{at}.env", detector.id),
            };
            folder.write(path, format!("{}\n", sample.text));
            let mut hide = |value: &str, prefix: usize| {
                planted.push(Planted {
                    detector: detector.id.clone(),
                    provider: detectors.provider_of(number).id.clone(),
                    hidden: times.replace_all(&value[prefix.min(value.len())..], "\0").into(),
                    secret: value.to_owned(),
                });
            };
            hide(&sample.secret, detector.prefix.len());
            // What stands beside it and is no secret of its own finding: a session token.
            for finding in scanner.text(detector.sample_path(), &sample.text, &FingerprintKey::fixed()) {
                for companion in detector.companions.iter().filter(|companion| !companion.public) {
                    finding.parts.get(&companion.name).into_iter().for_each(|part| hide(part.expose(), 0));
                }
            }
        }
    }
    planted
}

/// Everything that the program says of itself, without any input.
fn own_words(detectors: &Detectors) -> String {
    let mut words = Vec::new();
    for number in 0..detectors.len() {
        list::show(detectors, &detectors.detector(number).id, &mut words).unwrap();
    }
    let mut words = String::from_utf8(words).unwrap();
    // The remedies of single kinds and what stands beside the grants are the files' own words, too.
    for provider in detectors.providers() {
        words += &format!("{:?}{:?}", provider.remedy, provider.grants);
    }
    // So are those of a report in which nothing was found: `secret_detection`.
    let nothing = Folder::plain();
    for (format, _) in Format::ALL {
        let mut frame = Vec::new();
        let world = World { transport: None, log: None, teller: &Listening::default() };
        run::run(&plan(&nothing, format, false), detectors, world, &mut frame).unwrap();
        words += &String::from_utf8(frame).unwrap();
    }
    words
}

#[derive(Deserialize)]
struct Case {
    #[serde(default, rename = "reply")]
    replies: Vec<Canned>,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    liveness: String,
}

#[derive(Deserialize)]
struct Canned {
    request: String,
    body: String,
}

/// Answers as the recorded live cases do, with the secret echoed into every text of the body.
struct Echo {
    canned: Vec<(String, Canned)>,
    secrets: Vec<(String, String)>,
    seed: u64,
    panics: bool,
}

impl Echo {
    fn new(planted: &[Planted], seed: u64) -> Echo {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/replies");
        let mut canned = Vec::new();
        for provider in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let id = provider.file_name().unwrap().to_str().unwrap().to_owned();
            for file in std::fs::read_dir(&provider).unwrap().map(|entry| entry.unwrap().path()) {
                let case: Case = toml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
                if case.expect.liveness == "live" {
                    canned.extend(case.replies.into_iter().map(|reply| (id.clone(), reply)));
                }
            }
        }
        let secrets = planted.iter().map(|one| (one.provider.clone(), one.secret.clone())).collect();
        Echo { canned, secrets, seed, panics: false }
    }

    /// The provider that a request belongs to, and the secret that it carries.
    fn carried(&self, request: &Request) -> Option<&(String, String)> {
        let sent: String = request
            .headers()
            .map(|(_, value)| value)
            .chain(request.body())
            .chain([request.sent_url().as_str()])
            .collect();
        self.secrets.iter().find(|(_, secret)| sent.contains(secret.as_str()))
    }

    fn echoed(&self, secret: &str, text: &str) -> String {
        let half = secret.len() / 2;
        let half = (half..secret.len()).find(|&at| secret.is_char_boundary(at)).unwrap_or(0);
        let form = match (self.seed.wrapping_add(text.len() as u64)) % 6 {
            0 => secret.to_owned(),
            1 => STANDARD.encode(format!("x{secret}")),
            2 => URL_SAFE_NO_PAD.encode(secret),
            3 => utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            4 => secret[half..].to_owned(),
            _ => Value::String(Value::String(format!("/{secret}")).to_string()).to_string(),
        };
        format!("{text} {form}")
    }

    fn echo(&self, secret: &str, value: &mut Value) {
        const NAMES: &[&str] = &[
            "id",
            "name",
            "email",
            "login",
            "username",
            "user",
            "title",
            "label",
            "url",
            "message",
            "displayName",
            "team",
        ];
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.echo(secret, item)),
            Value::Object(map) => {
                for (key, item) in map.iter_mut() {
                    match item {
                        Value::String(text) if NAMES.contains(&key.as_str()) => *text = self.echoed(secret, text),
                        _ => self.echo(secret, item),
                    }
                }
            }
            _ => {}
        }
    }
}

impl Transport for Echo {
    fn send(&self, request: &Request, _: &Allowed, _: Duration) -> Result<Reply, Failure> {
        let Some((provider, secret)) = self.carried(request) else { return Err(Failure::Timeout) };
        assert!(!self.panics, "the issuer said {secret}");
        let path = request.url().path();
        let body = request.body().unwrap_or_default();
        let fits = |canned: &&(String, Canned)| {
            let (id, reply) = *canned;
            let name = reply.request.split(' ').nth(1).unwrap_or_default().split(['?', '{']).next().unwrap_or_default();
            id == provider
                && match reply.request.split(' ').next() {
                    Some("query") => body.contains(&format!("query {name}")),
                    _ if name.starts_with("Action=") => body.contains(name),
                    _ => path.ends_with(name),
                }
        };
        let mut json = self.canned.iter().find(fits).map_or_else(
            || serde_json::json!({ "errors": [{ "message": "refused" }], "message": "bad", "error": "no" }),
            |(_, reply)| serde_json::from_str(&reply.body).unwrap_or_else(|_| Value::String(reply.body.clone())),
        );
        self.echo(secret, &mut json);
        let headers =
            vec![("x-oauth-scopes".to_owned(), self.echoed(secret, "repo")), ("link".to_owned(), secret.clone())];
        Ok(Reply { status: 200, headers, body: json.to_string().into_bytes() })
    }
}

/// Shared, since compiling every pattern takes longer than all else here.
fn detectors() -> &'static Detectors {
    static DETECTORS: LazyLock<Detectors> = LazyLock::new(|| Detectors::load(&[]).unwrap());
    &DETECTORS
}

fn check_all(detectors: &Detectors, seed: u64) {
    let folder = Folder::plain();
    let planted = plant(detectors, &folder, seed);
    let values = planted.iter().map(|one| (one.detector.as_str(), one.hidden.as_str()));
    let needles = Needles::of(values, &own_words(detectors));
    let echo = Echo::new(&planted, seed);
    // Two thousand keyed hashes share eight digits with one of as many secrets by chance.
    let named = r#""(?:fingerprint|primaryLocationLineHash|id)": ?"|"value": ?"[a-z0-9-]+:"#;
    let hash = regex::Regex::new(&format!("(?i)({named})[0-9a-f][0-9a-f-]{{15,35}}")).unwrap();
    let formats = Format::ALL.map(|(format, _)| (format, false));
    let runs: Vec<_> = formats.into_iter().chain([(Format::Text, true)]).collect();
    runs.into_par_iter().for_each(|(format, dry_run)| {
        let (mut out, mut log, said) = (Vec::new(), Vec::new(), Listening::default());
        let world = World { transport: Some(&echo), log: Some(&mut log), teller: &said };
        run::run(&plan(&folder, format, dry_run), detectors, world, &mut out).unwrap();
        let out = hash.replace_all(&String::from_utf8(out).unwrap(), "$1").into_owned();
        let log = String::from_utf8(log).unwrap();
        needles.none_in(&format!("{format:?}, dry run {dry_run}, seed {seed}"), &out);
        needles.none_in("the request log", &log);
        needles.none_in("what is said", &said.0.into_inner().unwrap());
        if format == Format::Json {
            let report: Value = serde_json::from_str(&out).unwrap();
            let found: BTreeSet<&str> =
                report["credentials"].as_array().unwrap().iter().map(|one| one["detector"].as_str().unwrap()).collect();
            let all: BTreeSet<&str> = planted.iter().map(|one| one.detector.as_str()).collect();
            assert_eq!(found, all, "every kind is found, so that every kind is tried");
            assert!(!log.is_empty());
        }
    });
}

#[test]
fn a_search_for_parts_finds_them_in_every_form() {
    let value = "Zx9/+=\"q\\wertY";
    let needles = Needles::of([("it", value)], "");
    let quoted = Value::String(value.to_owned()).to_string();
    for text in [
        format!("a {}", &value[3..12]),
        STANDARD.encode(value),
        STANDARD.encode(format!("ab{value}")),
        URL_SAFE_NO_PAD.encode(format!("a{value}")),
        utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
        quoted,
    ] {
        assert!(std::panic::catch_unwind(|| needles.none_in("here", &text)).is_err(), "{text}");
    }
    needles.none_in("here", &value[..7]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_secret_comes_out(seed in any::<u64>()) {
        check_all(detectors(), seed);
    }

    /// The same through the real program, with all that it can be made to say.
    #[test]
    fn nothing_of_a_token_comes_out_of_the_real_program(seed in any::<u64>()) {
        let token = sample::generate("<{uuid}>", seed).unwrap().secret;
        let needles = Needles::of([("the token", token.as_str())], "");
        let mut world = Told::nine_seconds(&token);
        world.users[0].email = format!("{token}@acme.example");
        world.users[0].name = STANDARD.encode(&token);
        world.workspaces[0].name = format!("Acme {}", URL_SAFE_NO_PAD.encode(format!("-{token}")));
        world.workspaces[0].projects[0].name = token.replace('-', "%2D");
        world.tokens[0].name = format!("made for {}", &token[4..]);
        let folder = Folder::story(&token);
        folder.write(format!("keys/railway-{token}.env"), format!("RAILWAY_TOKEN={token}\n"));
        let troubles = [
            Trouble::None,
            Trouble::FailField {
                root_field: "projects".to_owned(),
                how: FieldFailure::Message(format!("no rights for {token}")),
            },
        ];
        for trouble in troubles {
            for (_, format) in Format::ALL {
                let replica = replica(world.clone(), trouble.clone());
                let log = folder.file("requests.log");
                let ran = overscope(["scan", "--ignored", "-vvv", "--format", format, "--request-log", "requests.log"])
                    .arg(endpoint(&replica)).at(folder.path()).run();
                prop_assert_eq!(ran.status, 1);
                needles.none_in(format, &ran.out);
                needles.none_in("standard error", &ran.err);
                let log = std::fs::read_to_string(log).unwrap();
                prop_assert!(log.lines().count() >= 5);
                needles.none_in("the request log", &log);
                prop_assert_eq!(replica.violations(), Vec::<String>::new());
            }
        }
        let dry = overscope(["scan", "--ignored", "-vvv", "--dry-run"]).at(folder.path()).run();
        needles.none_in("the dry run", &dry.out);
        needles.none_in("standard error of the dry run", &dry.err);
    }
}

/// Errors repeat what was typed; a credential that was typed is masked all the same.
#[test]
fn nothing_of_a_secret_stands_in_an_error() {
    let token = sample::generate("<{uuid}>", 7).unwrap().secret;
    let folder = Folder::plain();
    folder.write("a.env", format!("RAILWAY_TOKEN={token}\n"));
    folder.write("file", "");
    let needles = Needles::of([("the token", token.as_str())], "");
    let calls: [&[&str]; 7] = [
        &["scan", "--offline", "-o", &format!("file/{token}")],
        &["scan", "--offline", "--report", &format!("json=file/{token}")],
        &["inspect", &token],
        &["inspect", "--offline"],
        &["inspect", "no-such-detector"],
        &["scan", &format!("RAILWAY_TOKEN={token}")],
        &[&format!("RAILWAY_TOKEN={token}")],
    ];
    for call in calls {
        let ran = overscope(call).at(folder.path()).stdin(token.as_str()).run();
        assert_eq!(ran.status, 2, "{call:?} {ran:?}");
        needles.none_in(&format!("{call:?}"), &ran.err);
        needles.none_in(&format!("{call:?}"), &ran.out);
    }
}

/// The child of the test below: a run in which something panics over a text that holds a secret.
#[test]
fn a_run_that_panics() {
    let Ok(seed) = std::env::var("PANIC_WITH_SEED") else { return };
    overscope::error::keep_panics_quiet();
    let detectors = detectors();
    let folder = Folder::plain();
    let planted = plant(detectors, &folder, seed.parse().unwrap());
    let echo = Echo { panics: true, ..Echo::new(&planted, 0) };
    let world = World { transport: Some(&echo), log: None, teller: &Listening::default() };
    let _ = run::run(&plan(&folder, Format::Text, false), detectors, world, &mut std::io::sink());
    unreachable!("it does not get here");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a panic is seen from outside")]
fn nothing_of_a_secret_stands_in_a_panic() {
    let detectors = detectors();
    let planted = plant(detectors, &Folder::plain(), 3);
    let values = planted.iter().map(|one| (one.detector.as_str(), one.hidden.as_str()));
    let needles = Needles::of(values, &own_words(detectors));
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_run_that_panics", "--nocapture", "--test-threads=1"])
        .env("PANIC_WITH_SEED", "3")
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(err.contains("internal error at tests/secrets_stay.rs"), "{err}");
    needles.none_in("the panic's message", &err);
}
