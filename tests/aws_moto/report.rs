//! What the program itself says of a pair, compared with what the emulator lets the pair do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use overscope::detector::model::Provider;
use overscope::inspect::native::aws_iam::IamAnswer;
use overscope::inspect::native::iam_policy::{Decision, Reach};
use serde_json::Value;

use crate::moto::{Moto, Pair};

/// The credential as the program reports it, with the requests that it sent.
pub fn of(moto: &Moto, pair: &Pair) -> Value {
    let mut lines = format!("AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\n", pair.id, pair.secret.expose());
    if let Some(token) = &pair.session {
        lines.extend(["AWS_SESSION_TOKEN=", token.expose(), "\n"]);
    }
    #[expect(clippy::disallowed_methods, reason = "the program itself is tried")]
    let mut program = Command::new(env!("CARGO_BIN_EXE_overscope"))
        .args(["inspect", "--format", "json", "--no-progress", "--fail-on", "never", "--endpoint"])
        .arg(format!("aws={}", moto.url))
        .env_remove("OVERSCOPE_OFFLINE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for part in [Some(&pair.secret), pair.session.as_ref()].into_iter().flatten() {
        assert!(!text.contains(part.expose()), "a part of the credential is printed");
    }
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["credentials"].as_array().map(Vec::len), Some(1), "{text}");
    report["credentials"][0].clone()
}

/// Where the report and the emulator differ. `real`: the actions that were tried, and whether
/// they are allowed. What is allowed on some resources only is compared elsewhere.
pub fn differences(
    provider: &Provider,
    report: &Value,
    decided: &IamAnswer,
    real: &BTreeMap<String, bool>,
) -> Vec<String> {
    let cans = |action: &str| -> Vec<String> {
        let grants = provider.grants.get(action).into_iter().flat_map(|grants| grants.as_slice());
        grants.flat_map(|grant| &grant.can).map(ToString::to_string).collect()
    };
    let limited: BTreeSet<&str> = decided
        .powers
        .iter()
        .filter(|(_, decision)| matches!(decision, Decision::Allowed { breadth: Reach::Some(_), .. }))
        .map(|(action, _)| action.as_str())
        .collect();
    let capabilities = report["capabilities"].as_array().unwrap();
    let claimed: BTreeSet<&str> = capabilities.iter().map(|one| one["can"].as_str().unwrap()).collect();
    let scopes: Vec<&str> = report["scopes"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();

    let mut wrong = Vec::new();
    for (action, _) in real.iter().filter(|(_, allowed)| **allowed) {
        for can in cans(action).iter().filter(|can| !claimed.contains(can.as_str())) {
            wrong.push(format!("{action} is allowed, and {can} is not said"));
        }
    }
    if report["coverage"] == "complete" {
        for action in scopes.iter().filter(|action| !limited.contains(**action)) {
            if real.get(*action) == Some(&false) {
                wrong.push(format!("{action} is said, and not allowed"));
            }
        }
    }
    for power in capabilities.iter().filter(|power| power["evidence"] == "observed") {
        let can = power["can"].as_str().unwrap();
        let rests_on: Vec<&&str> = scopes.iter().filter(|word| cans(word).iter().any(|one| one == can)).collect();
        let all_tried = rests_on.iter().all(|action| real.contains_key(**action) && !limited.contains(**action));
        if !rests_on.is_empty() && all_tried && !rests_on.iter().any(|action| real[**action]) {
            wrong.push(format!("{can} is said to be observed, and none of {rests_on:?} is allowed"));
        }
    }
    wrong
}
