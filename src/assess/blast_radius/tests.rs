//! The worked credentials of the model's reference, and its properties.

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;

fn capability(text: &str, environment: &str, breadth: &str, recover: &str, guard: &str) -> Capability {
    Capability {
        can: text.parse().unwrap(),
        environment: environment.parse().unwrap(),
        breadth: breadth.parse().unwrap(),
        recover: recover.parse().unwrap(),
        guard: guard.parse().unwrap(),
        evidence: Evidence::Observed,
        targets: Vec::new(),
    }
}

/// In production, over the whole account, with no guard; `name` or `name recover`.
fn held(names: &[&str]) -> Vec<Capability> {
    reaching(names, "prod", "account")
}

fn reaching(names: &[&str], environment: &str, breadth: &str) -> Vec<Capability> {
    names
        .iter()
        .map(|name| {
            let (can, recover) = name.split_once(' ').unwrap_or((name, "unknown"));
            capability(can, environment, breadth, recover, "none")
        })
        .collect()
}

const RAILWAY: &[&str] = &[
    "delete:datastore inside",
    "delete:backup none",
    "delete:org undo-window",
    "write:compute",
    "publish:compute",
    "read:secret",
    "write:secret",
    "grant:identity",
    "write:domain",
    "spend:compute",
    "execute:compute",
];
const STAGING: &[&str] =
    &["delete:datastore inside", "write:compute", "publish:compute", "read:secret", "write:secret"];

#[test]
fn the_worked_credentials_score_as_the_reference_says() {
    let with = |mut list: Vec<Capability>, more: Vec<Capability>| {
        list.extend(more);
        list
    };
    let stripe_live = held(&["spend:money", "read:money", "delete:money", "write:config"]);
    let openai = reaching(&["spend:model", "read:model", "delete:model"], "prod", "project");
    let postgres =
        ["read:datastore", "write:datastore", "delete:datastore", "execute:compute", "grant:identity", "read:secret"];
    // name, powers, exposure, lifetime, complete, hundredths, hundredths when public, band
    type Row = (&'static str, Vec<Capability>, &'static str, &'static str, bool, i32, i32, &'static str);
    let rows: Vec<Row> = vec![
        ("Railway account token", held(RAILWAY), "ignored", "none", true, 1000, 1000, "critical"),
        (
            "Railway project token, staging",
            reaching(STAGING, "nonprod", "single"),
            "tracked-private",
            "none",
            true,
            625,
            675,
            "medium",
        ),
        (
            "the same, volume also in production",
            with(reaching(STAGING, "nonprod", "single"), reaching(&["delete:datastore inside"], "prod", "single")),
            "tracked-private",
            "none",
            true,
            925,
            975,
            "critical",
        ),
        (
            "GitHub classic, repo and admin",
            held(&[
                "read:code",
                "write:code",
                "delete:code undo-window",
                "write:secret",
                "publish:artifact",
                "grant:identity",
                "list:org",
            ]),
            "tracked-private",
            "none",
            true,
            975,
            1000,
            "critical",
        ),
        (
            "GitHub fine-grained, one repository",
            reaching(&["read:code", "list:org"], "prod", "single"),
            "tracked-private",
            "<=90d",
            true,
            525,
            575,
            "medium",
        ),
        (
            "AWS administrator",
            held(&[
                "delete:datastore inside",
                "delete:backup inside",
                "read:datastore",
                "read:secret",
                "grant:identity",
                "execute:compute",
                "spend:compute",
                "delete:org inside",
                "publish:compute",
                "send:message",
                "write:domain",
            ]),
            "tracked-private",
            "none",
            true,
            1000,
            1000,
            "critical",
        ),
        (
            "AWS, one bucket, read-only",
            reaching(&["list:datastore", "read:datastore"], "prod", "single"),
            "tracked-private",
            "none",
            true,
            650,
            700,
            "medium",
        ),
        ("Stripe live key", stripe_live, "tracked-private", "none", false, 1000, 1000, "critical"),
        (
            "Stripe test key",
            reaching(&["spend:money", "read:money", "delete:money"], "sandbox", "account"),
            "tracked-private",
            "none",
            true,
            350,
            400,
            "low",
        ),
        (
            "npm, publish",
            held(&["publish:artifact", "delete:artifact", "write:artifact", "grant:identity"]),
            "tracked-private",
            "<=90d",
            true,
            925,
            975,
            "critical",
        ),
        ("SendGrid, mail.send", held(&["send:message"]), "tracked-private", "none", true, 700, 750, "high"),
        ("Postgres superuser", held(&postgres), "tracked-private", "none", true, 1000, 1000, "critical"),
        (
            "the same on localhost",
            reaching(&postgres, "local", "account"),
            "tracked-private",
            "none",
            true,
            350,
            400,
            "low",
        ),
        (
            "Azure SAS, read and list, six days",
            reaching(&["list:datastore", "read:datastore"], "prod", "single"),
            "tracked-private",
            "<=7d",
            true,
            575,
            625,
            "medium",
        ),
        ("OpenAI project key", openai, "tracked-private", "none", false, 775, 825, "high"),
        ("nothing known", vec![], "tracked-private", "unknown", false, 500, 500, "medium"),
    ];
    for (name, powers, exposure, lifetime, complete, expected, public, word) in rows {
        let at = |exposure: &str| Circumstances {
            exposure: exposure.parse().unwrap(),
            lifetime: lifetime.parse().unwrap(),
            complete,
        };
        let points = score(&powers, at(exposure));
        assert_eq!(points, Points(expected), "{name}");
        assert_eq!(score(&powers, at("tracked-public")), Points(public), "{name}, public");
        assert_eq!(band(points).word(), word, "{name}");
    }
}

#[test]
fn the_vector_of_the_story_reads_as_the_contract_shows_it() {
    let circumstances = Circumstances { exposure: Exposure::Ignored, lifetime: Lifetime::None, complete: true };
    assert_eq!(
        vector(&held(RAILWAY), circumstances, Evidence::Observed, Coverage::Complete),
        "BR1/delete:datastore/E:prod/B:account/R:inside/G:none/F:6/X:ignored/L:none/EV:observed/CV:complete=10.00"
    );
}

fn any_of<T: Copy + std::fmt::Debug + 'static>(words: &'static [T]) -> impl Strategy<Value = T> {
    (0..words.len()).prop_map(|at| words[at])
}

prop_compose! {
    fn any_capability()(
        verb in any_of(Verb::ALL), class in any_of(Class::ALL), environment in any_of(Environment::ALL),
        breadth in any_of(Breadth::ALL), recover in any_of(Recover::ALL), guard in any_of(Guard::ALL),
        evidence in any_of(Evidence::ALL),
    ) -> Capability {
        Capability { can: Can { verb, class }, environment, breadth, recover, guard, evidence, targets: Vec::new() }
    }
}

prop_compose! {
    fn any_circumstances()(exposure in any_of(Exposure::ALL), lifetime in any_of(Lifetime::ALL), complete: bool) -> Circumstances {
        Circumstances { exposure, lifetime, complete }
    }
}

proptest! {
    #[test]
    fn adding_a_power_never_lowers_the_score(list in prop::collection::vec(any_capability(), 0..8), more in any_capability(), at in any_circumstances()) {
        let before = score(&list, at);
        let after = score(&[list, vec![more]].concat(), at);
        prop_assert!(after >= before);
    }

    #[test]
    fn unknown_and_partial_never_lower_it(list in prop::collection::vec(any_capability(), 1..8), pick: prop::sample::Index, at in any_circumstances()) {
        let before = score(&list, at);
        let which = pick.index(list.len());
        let blur: [fn(&mut Capability); 4] = [
            |c| c.environment = Environment::Unknown,
            |c| c.breadth = Breadth::Unknown,
            |c| c.recover = Recover::Unknown,
            |c| c.guard = Guard::Unknown,
        ];
        for blur in blur {
            let mut blurred = list.clone();
            blur(&mut blurred[which]);
            prop_assert!(score(&blurred, at) >= before);
        }
        let blurred = Circumstances { complete: false, ..at };
        prop_assert!(score(&list, blurred) >= before);
        let blurred = Circumstances { lifetime: Lifetime::Unknown, ..at };
        prop_assert!(score(&list, blurred) >= before);
        let blurred = Circumstances { exposure: Exposure::TrackedPublic, ..at };
        prop_assert!(score(&list, blurred) >= before);
    }

    #[test]
    fn order_and_repetition_do_not_matter(list in prop::collection::vec(any_capability(), 0..8), at in any_circumstances()) {
        let before = score(&list, at);
        let reversed: Vec<Capability> = list.iter().rev().cloned().collect();
        prop_assert_eq!(score(&reversed, at), before);
        prop_assert_eq!(score(&[list.clone(), list].concat(), at), before);
    }

    #[test]
    fn the_score_can_be_computed_again_from_its_vector(list in prop::collection::vec(any_capability(), 0..8), at in any_circumstances()) {
        let coverage = if at.complete { Coverage::Complete } else { Coverage::Partial };
        let line = vector(&list, at, Evidence::Observed, coverage);
        prop_assert_eq!(score_of_vector(&line), Some(score(&list, at)));
        let printed = line.rsplit_once('=').unwrap().1;
        prop_assert_eq!(printed, score(&list, at).to_string());
    }
}

/// The reference program answers the same random cases, where it can be had.
#[test]
fn the_reference_program_agrees_on_random_cases() {
    use std::io::Write;
    use std::process::Stdio;

    let Some(folder) = std::env::var_os("OVERSCOPE_ORACLE") else {
        eprintln!("skipped: OVERSCOPE_ORACLE does not name the folder of the reference program");
        return;
    };
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = (prop::collection::vec(any_capability(), 0..8), any_circumstances());
    let cases: Vec<(Vec<Capability>, Circumstances)> =
        (0..2000).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let lines: String = cases
        .iter()
        .map(|(list, at)| {
            let caps: Vec<_> = list
                .iter()
                .map(|c| {
                    let words = [c.can.verb.word(), c.can.class.word(), c.environment.word(), c.breadth.word(), c.recover.word(), c.guard.word()];
                    serde_json::json!(words)
                })
                .collect();
            let case = serde_json::json!({"caps": caps, "exposure": at.exposure.word(), "lifetime": at.lifetime.word(), "complete": at.complete});
            format!("{case}\n")
        })
        .collect();
    #[expect(clippy::disallowed_methods, reason = "the reference is a program")]
    let mut child = std::process::Command::new("python3")
        .arg(std::path::Path::new(&folder).join("blast_score.py"))
        .arg("--batch")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers: Vec<serde_json::Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), cases.len());
    for ((list, at), answer) in cases.iter().zip(answers) {
        let points = score(list, *at);
        assert_eq!(answer["score"], points.0, "{list:?} {at:?}");
        assert_eq!(answer["band"], band(points).word());
    }
}
