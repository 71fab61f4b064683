//! Recorded-shape replies of every provider: what each probe makes of them, and that no failure
//! ever makes a credential look safer. A reply file is `fixtures/replies/PROVIDER/CASE.toml`;
//! `detectors/README.md` describes it. Adding a provider needs no line here.

mod common;

use common::replies::{Case, Expect, FAULTS, Recorded, asking_for, cases, found_in};
use rayon::prelude::*;

use overscope::assess::model::{Assessment, Points};
use overscope::assess::{self, Context};
use overscope::config::Visibility;
use overscope::detector::Detectors;
use overscope::detector::model::{Meaning, Probe};
use overscope::finding::Finding;
use overscope::inspect;
use overscope::scan::Scanner;

fn assess_with(detectors: &Detectors, found: &[Finding], transport: &Recorded<'_>) -> Assessment {
    let inspected =
        inspect::inspect(found.to_vec(), detectors, &asking_for(detectors, transport.case), Some(transport), None);
    let context =
        Context { visibility: Visibility::Unknown, now: "2026-11-22T00:00:00Z".parse().unwrap(), ..Context::default() };
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
    let scanner = Scanner::new(&detectors);
    let mut wrong = Vec::new();
    for (name, case) in cases() {
        let recorded = Recorded::new(&case, None);
        let found = assess_with(&detectors, &found_in(&detectors, &scanner, &case), &recorded);
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
    let scanner = Scanner::new(&detectors);
    cases().into_par_iter().filter(|(_, case)| case.expect.liveness == "live").for_each(|(name, case)| {
        let credential = found_in(&detectors, &scanner, &case);
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

/// Each way of asking shows what it makes of a live, a dead and a refused credential; dead only
/// where an answer can mean that.
#[test]
fn every_probe_has_replies_for_live_dead_and_refused() {
    let detectors = common::catalogue();
    let cases = cases();
    let wanted = std::env::var("REPLIES").unwrap_or_default();
    let probe_of = |case: &Case| {
        let number = detectors.number_of(&case.detector).unwrap();
        let probe = detectors.detector(number).probe.clone();
        (detectors.provider_of(number).id.clone(), probe)
    };
    let shown: Vec<_> = cases.iter().map(|(_, case)| (probe_of(case), &case.expect)).collect();
    let mut missing = Vec::new();
    for provider in detectors.providers().filter(|provider| provider.id.starts_with(&wanted)) {
        let asking = |(_, probe): &(&String, &Probe)| probe.steps.iter().any(|step| step.decode.is_none());
        for (name, probe) in provider.probes.iter().filter(asking) {
            let key = (provider.id.clone(), Some(name.clone()));
            let own: Vec<&Expect> = shown.iter().filter(|(of, _)| *of == key).map(|(_, expect)| *expect).collect();
            let is = |liveness: &str| own.iter().any(|expect| expect.liveness == liveness);
            let refused = own.iter().any(|expect| expect.liveness == "unknown" || !expect.gaps.is_empty());
            for (what, there) in
                [("live", is("live")), ("dead", is("dead") || !can_be_dead(probe)), ("refused", refused)]
            {
                if !there {
                    missing.push(format!("{}.{name}: {what}", provider.id));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no recorded case:\n{}", missing.join("\n"));
}

/// Whether some answer means that the credential is dead.
fn can_be_dead(probe: &Probe) -> bool {
    let rules = probe.answers.iter().chain(probe.steps.iter().flat_map(|step| &step.answers));
    !probe.dead_when_refused.is_empty() || rules.into_iter().any(|rule| rule.means == Meaning::Dead)
}
