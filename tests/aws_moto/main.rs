//! Compares what is said of AWS key pairs with what an emulated AWS really lets them do: by the
//! library's decisions, and by the reports of the program.
//!
//! `OVERSCOPE_MOTO` names the emulator (`.ci/moto.sh` starts one); without it nothing is tested.
//! The emulator ignores conditions, permissions boundaries and NotResource: these are held by
//! worked documents beside the code.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod moto;
mod people;
mod report;
mod tries;

use std::time::Duration;

use overscope::detector::Detectors;
use overscope::inspect::answer::Liveness;
use overscope::inspect::native::aws_iam::{CallResult, IamAnswer, IamCalls, Principal, Service, collect};
use overscope::inspect::native::iam_policy::{Decision, Reach};
use overscope::secret::Secret;

use moto::{Moto, Pair, Request};
use people::people;
use tries::{bare, is_refused, tries};

struct Asking<'a>(&'a Moto, &'a Pair);

impl IamCalls for Asking<'_> {
    fn call(&mut self, service: Service, form: &[(&str, &str)]) -> CallResult {
        let (status, body) = self.0.send(self.1, &Request::form(service.signing_name(), form));
        CallResult::of_response(status, body)
    }
}

/// The same with the smallest pages. The emulator has pages for attached policies alone.
struct Paged<'a> {
    asking: Asking<'a>,
    further: usize,
}

impl IamCalls for Paged<'_> {
    fn call(&mut self, service: Service, form: &[(&str, &str)]) -> CallResult {
        let small = form[0].1.starts_with("ListAttached").then_some(("MaxItems", "1"));
        self.further += usize::from(form.iter().any(|(name, _)| *name == "Marker"));
        let form: Vec<(&str, &str)> = form.iter().copied().chain(small).collect();
        self.asking.call(service, &form)
    }
}

/// What the answer says of an action on a resource; `None` where it decides nothing.
fn said(answer: &IamAnswer, action: &str, resource: &str) -> Option<bool> {
    let (_, decision) = answer.powers.iter().find(|(name, _)| name == action).unwrap();
    match decision {
        Decision::Allowed { breadth: Reach::All, .. } => Some(true),
        Decision::Allowed { breadth: Reach::Some(patterns), .. } => Some(
            patterns.iter().any(|pattern| pattern.strip_suffix('*').is_some_and(|start| resource.starts_with(start))),
        ),
        Decision::NotAllowed | Decision::Denied => Some(false),
        Decision::Unknown => None,
    }
}

/// Whether the emulator let it happen. Anything but success and a plain refusal is a broken try.
fn really_allowed(moto: &Moto, pair: &Pair, action: &str, request: &Request<'_>) -> bool {
    let (status, body) = moto.send(pair, request);
    let refused = is_refused(status, &body);
    assert!(refused || (200..300).contains(&status), "{action}: HTTP {status} {body}");
    !refused
}

#[test]
fn no_claimed_power_is_refused_and_no_denied_one_allowed() {
    let Ok(url) = std::env::var("OVERSCOPE_MOTO") else {
        eprintln!("skipped: OVERSCOPE_MOTO does not name an emulator");
        return;
    };
    rustls::crypto::ring::default_provider().install_default().expect("nobody else installs one");
    let client = reqwest::blocking::Client::builder().timeout(Duration::from_secs(60)).no_proxy().build().unwrap();
    let moto = Moto { client, url: url.trim().trim_end_matches('/').to_owned() };
    let reset = moto.client.post(format!("{}/moto-api/reset", moto.url)).send().unwrap();
    assert!(reset.status().is_success());
    moto.enforce(false);

    let people = people(&moto);
    let (bounded, many) = (people::bounded(&moto), people::many(&moto));
    let anybody = &people[0].1;
    for path in ["/try-objects", "/try-objects/kept"] {
        assert_eq!(moto.send(anybody, &Request::s3("PUT", path.into())).0, 200);
    }
    let detectors = Detectors::load(&[]).unwrap();
    let provider = detectors.provider("aws").unwrap();
    let asked: Vec<&str> = provider.grants.keys().map(String::as_str).filter(|word| !word.contains('*')).collect();
    let actions: Vec<&str> = tries("").iter().map(|(action, ..)| *action).chain(asked.iter().copied()).collect();
    let read_all: Vec<IamAnswer> = people.iter().map(|(_, pair)| collect(&mut Asking(&moto, pair), &actions)).collect();

    let mut further = 0;
    for ((who, pair), whole) in people.iter().zip(&read_all) {
        let mut paged = Paged { asking: Asking(&moto, pair), further: 0 };
        let by_page = collect(&mut paged, &actions);
        assert_eq!((&by_page.powers, by_page.complete), (&whole.powers, whole.complete), "{who} by pages of one");
        further += paged.further;
    }
    println!("{further} further pages were read");
    assert!(further >= 10, "{further} further pages are too few to prove anything");
    beyond_the_emulator(&moto, &bounded, &many, &actions);

    moto.enforce(true);
    let (mut rows, mut wrong, mut decided) = (Vec::new(), Vec::new(), [0, 0]);
    let (mut differing, mut tried) = (Vec::new(), 0);
    for ((who, pair), whole_answer) in people.iter().zip(&read_all) {
        let whole = whole_answer;
        assert_eq!(whole.liveness, Liveness::Live, "{who}");
        assert!(whole.complete, "{who}: {:?}", whole.gaps);
        let expected = match *who {
            "builder" | "deployer" => Principal::Role((*who).into()),
            _ => Principal::User((*who).into()),
        };
        assert_eq!(whole.principal, Some(expected));
        assert_eq!(whole.account.as_deref(), Some("123456789012"));
        // The same again, with only what the pair itself may read.
        let own = collect(&mut Asking(&moto, pair), &actions);
        assert_eq!(own.liveness, Liveness::Live, "{who}");

        let report = report::of(&moto, pair);
        assert_eq!(report["liveness"], "live", "{who}: {report}");
        assert_eq!(report["coverage"] == "complete", own.complete, "{who}: {}", report["gaps"]);
        let mut real_of = bare(&moto, pair, &asked);

        for (action, resource, request) in tries(who) {
            let real = really_allowed(&moto, pair, action, &request);
            let (whole, own) = (said(whole, action, &resource), said(&own, action, &resource));
            real_of.insert(action.to_owned(), real);
            decided[usize::from(real)] += 1;
            rows.push(format!("{who:16} {action:28} {:8} {:8} {}", word(whole), word(own), word(Some(real))));
            if whole != Some(real) || own.is_some_and(|own| own != real) {
                wrong.push(rows.len() - 1);
            }
        }
        tried += real_of.len();
        differing.extend(
            report::differences(provider, &report, whole_answer, &real_of).iter().map(|one| format!("{who}: {one}")),
        );
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    println!("{tried} actions were tried");
    assert!(tried > 1000, "{tried} tries are too few to prove anything");
    println!("{:16} {:28} {:8} {:8} really", "who", "action", "all read", "own");
    println!("{}", rows.join("\n"));
    assert!(wrong.is_empty(), "{}", wrong.into_iter().map(|at| rows[at].as_str()).collect::<Vec<_>>().join("\n"));
    assert!(decided.iter().all(|&count| count > 50), "too few of each kind to prove anything: {decided:?}");

    let (_, administrator) = &people[0];
    let wrong_secret = Pair { id: administrator.id.clone(), secret: Secret::new("wrong"), session: None };
    let wrong_id = Pair { id: "AKIAnobody".into(), secret: administrator.secret.clone(), session: None };
    let liveness = |pair: &Pair| collect(&mut Asking(&moto, pair), &actions).liveness;
    let (unknown, dead) = (liveness(&wrong_secret), liveness(&wrong_id));
    assert!(matches!(&unknown, Liveness::Unknown(why) if why.starts_with("SignatureDoesNotMatch")), "{unknown:?}");
    assert!(matches!(&dead, Liveness::Dead(why) if why.starts_with("InvalidClientTokenId")), "{dead:?}");
    moto.enforce(false);
}

/// Where the emulator is no witness: a permissions boundary, which it keeps and does not enforce, and
/// more policies than may be asked for.
fn beyond_the_emulator(moto: &Moto, bounded: &Pair, many: &Pair, actions: &[&str]) {
    let answer = collect(&mut Asking(moto, bounded), actions);
    assert!(answer.complete, "{:?}", answer.gaps);
    for (action, expected) in [("sqs:CreateQueue", true), ("s3:DeleteObject", false), ("iam:CreateUser", false)] {
        assert_eq!(said(&answer, action, "*"), Some(expected), "{action} within a boundary for queues");
    }
    let report = report::of(moto, bounded);
    let cans: Vec<&str> =
        report["capabilities"].as_array().unwrap().iter().map(|one| one["can"].as_str().unwrap()).collect();
    assert!(cans.contains(&"send:message") && !cans.contains(&"delete:datastore"), "{cans:?}");

    // The second page names the policy that matters, and the questions end before it is read.
    let answer = collect(&mut Asking(moto, many), actions);
    assert!(!answer.complete && answer.gaps.iter().any(|gap| gap.why.contains("stopped after")), "{:?}", answer.gaps);
    assert_ne!(said(&answer, "s3:DeleteObject", "*"), Some(false));
    let report = report::of(moto, many);
    let cans: Vec<&str> =
        report["capabilities"].as_array().unwrap().iter().map(|one| one["can"].as_str().unwrap()).collect();
    assert!(report["coverage"] == "partial" && cans.contains(&"delete:datastore"), "{report:#}");
}

fn word(said: Option<bool>) -> &'static str {
    match said {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}
