//! `--needed FILE`: what another tool found out to be needed in AWS.

mod common;

use common::{Folder, Ran, catalogue, overscope, token};
use overscope::detector::sample;
use serde_json::{Value, json};

/// A repository with an AWS key, which a script uses in a way that cannot be read.
fn repository() -> Folder {
    let catalogue = catalogue();
    let detector = catalogue.detector(catalogue.number_of("aws-access-key").unwrap());
    let key = sample::generate(&detector.examples[0], 7).unwrap();
    let folder = Folder::repository();
    folder.write(".env", key.text).write("run.sh", "set -a; . ./.env\neval \"$JOB\"\n").commit();
    folder
}

fn policy() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": ["s3:GetObject", "s3:List*"], "Resource": "*" },
            { "Effect": "Allow", "Action": "made-up:Nothing", "Resource": "*" },
        ],
    })
}

fn scan(folder: &Folder, document: &str) -> Ran {
    folder.write("needed.json", document);
    let ran = overscope(["scan", "--offline", "--format", "json", "--needed", "needed.json"]);
    ran.at(folder.path()).run()
}

#[test]
fn every_form_of_the_document_says_the_same() {
    let folder = repository();
    let unread = overscope(["scan", "--offline", "--format", "json"]).at(folder.path()).run().credential();
    assert_eq!((&unread["needed"], &unread["needs_resolved"]), (&json!([]), &json!(false)));
    for document in [
        policy(),
        json!({ "jobDetails": {}, "generatedPolicyResult": { "generatedPolicies": [{ "policy": policy().to_string() }] } }),
        json!({ "Policies": [{ "Policy": policy(), "PolicyType": "Identity" }], "Explanations": [] }),
    ] {
        let ran = scan(&folder, &document.to_string());
        let credential = ran.credential();
        let needs = credential["needed"].as_array().unwrap();
        let why: Vec<&str> = needs.iter().map(|need| need["why"].as_str().unwrap()).collect();
        assert!(why.contains(&"s3:GetObject") && why.contains(&"s3:ListAllMyBuckets"), "{why:?}");
        assert!(needs.iter().all(|need| need["path"] == "needed.json" && need["line"] == 1), "{needs:?}");
        assert!(
            needs.iter().all(|need| need["can"] == "read:datastore" || need["can"] == "list:datastore"),
            "{needs:?}"
        );
        assert_eq!(credential["needs_resolved"], true);
        let excess = credential["excess"].as_array().unwrap();
        assert!(
            excess.contains(&json!("delete:datastore")) && !excess.contains(&json!("read:datastore")),
            "{excess:?}"
        );
        let rules: Vec<&str> = credential["over_privilege"]
            .as_array()
            .unwrap()
            .iter()
            .map(|over| over["rule"].as_str().unwrap())
            .collect();
        assert!(rules.contains(&"unused-power"), "{rules:?}");
        let notes: Vec<String> = ran.notes().into_iter().map(|(note, _)| note).collect();
        assert!(notes.iter().any(|note| note.contains("1 use of an AWS credential could not be read")), "{notes:?}");
        assert!(
            notes.iter().any(|note| note.contains("no meaning here") && note.contains("made-up:nothing")),
            "{notes:?}"
        );
    }
}

#[test]
fn a_document_for_nobody_is_said() {
    let folder = Folder::repository();
    folder.write(".env", format!("RAILWAY_TOKEN={}\n", token(1))).commit();
    let ran = scan(&folder, &policy().to_string());
    assert_eq!(ran.credential()["needed"], json!([]));
    assert!(ran.notes().iter().any(|(note, _)| note.contains("AWS credentials need, and none was found")), "{ran:?}");
}

#[test]
fn what_is_no_policy_document_is_named() {
    let folder = repository();
    for (document, why) in [
        ("", "not JSON"),
        ("{ \"Statement\": [", "not JSON"),
        ("{}", "no policy document"),
        ("{ \"Policies\": [] }", "no policy document"),
        ("{ \"Statement\": [{ \"Effect\": \"Maybe\", \"Action\": \"*\", \"Resource\": \"*\" }] }", "known form"),
        ("{ \"Statement\": [{ \"Effect\": \"Allow\", \"Resource\": \"*\" }] }", "Action"),
    ] {
        let ran = scan(&folder, document);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{document}: {ran:?}");
        assert!(ran.err.contains("needed.json") && ran.err.contains(why), "{document}: {}", ran.err);
    }
    let missing = overscope(["scan", "--needed", "gone.json"]).at(folder.path()).run();
    assert_eq!(missing.status, 2);
    assert!(missing.err.contains("gone.json: cannot be read"), "{}", missing.err);
}
