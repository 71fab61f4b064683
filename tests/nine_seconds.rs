//! The story, through the real program and real sockets: a token that was made for custom domains
//! lies in three files of a repository and can delete production with its backups. And what is
//! said of it when the provider fails in every way it may: never that it is safer, never dead.

mod common;

use std::time::Duration;

use common::{Folder, Ran, endpoint, overscope, replica};
use overscope::demo::{Auth, Failure, Replica, Trouble, World, repository};
use serde_json::{Value, json};

/// Scans the story's repository against a replica, as JSON.
fn scan(replica: &Replica, more: &[&str]) -> Ran {
    scan_as("json", replica, more)
}

fn scan_as(format: &str, replica: &Replica, more: &[&str]) -> Ran {
    let folder = Folder::story(&repository::token());
    let call = overscope(["scan", "--ignored", "--format", format, &endpoint(replica)]).at(folder.path());
    let ran = more.iter().fold(call, |call, argument| call.arg(argument)).run();
    assert_eq!(replica.violations(), [] as [String; 0]);
    ran
}

fn scan_world(world: World) -> (Value, Replica) {
    let replica = replica(world, Trouble::None);
    let ran = scan(&replica, &[]);
    (ran.credential(), replica)
}

fn told() -> World {
    World::nine_seconds(&repository::token())
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

fn power<'v>(credential: &'v Value, can: &str) -> Option<&'v Value> {
    credential["capabilities"].as_array().unwrap().iter().find(|power| power["can"] == can)
}

fn rules(credential: &Value) -> Vec<&str> {
    credential["over_privilege"].as_array().unwrap().iter().map(|over| over["rule"].as_str().unwrap()).collect()
}

/// Sites as `path:line`.
fn sites(of: &Value) -> Vec<String> {
    let sites = of.as_array().unwrap().iter();
    sites.map(|site| format!("{}:{}", site["path"].as_str().unwrap_or("-"), site["line"])).collect()
}

#[test]
fn one_token_in_three_places_and_nothing_from_the_page_of_ids() {
    let replica = replica(told(), Trouble::None);
    let ran = scan(&replica, &[]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    let report = ran.json();
    assert_eq!(report["stats"]["credentials"], 1);
    let locations = ran.credential()["locations"].clone();
    assert_eq!(
        locations,
        json!([
            { "path": "scripts/add-domain.sh", "line": 7, "column": 26, "end_line": 7, "end_column": 62,
              "origin": "worktree", "tracked": true, "ignored": false, "commit": null },
            { "path": ".env.production", "line": 1, "column": 19, "end_line": 1, "end_column": 55,
              "origin": "worktree", "tracked": false, "ignored": true, "commit": null },
            { "path": ".env.staging", "line": 1, "column": 19, "end_line": 1, "end_column": 55,
              "origin": "worktree", "tracked": false, "ignored": true, "commit": null },
        ])
    );
}

#[test]
fn without_ignored_files_there_is_one_place() {
    let replica = replica(told(), Trouble::None);
    let folder = Folder::story(&repository::token());
    let ran = overscope(["scan", "--format=json", &endpoint(&replica)]).at(folder.path()).run();
    let credential = ran.credential();
    assert_eq!(sites(&credential["locations"]), ["scripts/add-domain.sh:7"]);
    assert_eq!((ran.status, &credential["score"]), (1, &json!(10.0)));
}

#[test]
fn what_it_is_and_how_far_it_reaches() {
    let (credential, replica) = scan_world(told());
    for (name, value) in [
        ("detector", json!("railway-token")),
        ("provider", json!("railway")),
        ("kind", json!("account")),
        ("masked", json!("…36")),
        ("liveness", json!("live")),
        ("identity", json!("dana@acme.example")),
        ("account", json!("Acme Rentals")),
        ("label", json!("custom-domains")),
        ("expires", Value::Null),
        ("never_expires", json!(true)),
        ("evidence", json!("observed")),
        ("coverage", json!("complete")),
        ("gaps", json!([])),
        ("scopes", json!(["kind:account", "role:ADMIN"])),
        ("unmapped", json!([])),
        ("score", json!(10.0)),
        ("proven", json!(10.0)),
        ("band", json!("critical")),
    ] {
        assert_eq!(credential[name], value, "{name}");
    }
    let worst = &credential["capabilities"][0];
    for (name, value) in [
        ("can", json!("delete:datastore")),
        ("environment", json!("prod")),
        ("breadth", json!("account")),
        ("recover", json!("inside")),
        ("guard", json!("none")),
        ("evidence", json!("observed")),
        ("impact", json!(9.75)),
    ] {
        assert_eq!(worst[name], value, "{name}");
    }
    assert!(strings(&worst["targets"]).iter().any(|target| target.contains("pg-data")), "{worst}");
    assert!(strings(&worst["targets"]).iter().any(|target| target.contains("pocketos/production")), "{worst}");
    let production = json!({ "kind": "environment", "name": "pocketos/production", "environment": "prod" });
    assert!(credential["resources"].as_array().unwrap().contains(&production));
    let backups = credential["resources"].as_array().unwrap().iter().filter(|one| one["kind"] == "backup").count();
    assert_eq!(backups, 14);
    let vector = credential["vector"].as_str().unwrap();
    assert_eq!(
        vector,
        "BR1/delete:datastore/E:prod/B:account/R:inside/G:none/F:6/X:tracked/L:none/EV:observed/CV:complete=10.00"
    );
    let requests = replica.requests();
    assert!(requests.len() <= 12, "{} requests", requests.len());
    for request in &requests {
        assert!(request.user_agent.as_deref().unwrap().starts_with("overscope/"));
        assert!(matches!(request.auth, Auth::Bearer | Auth::ProjectAccessToken), "{request:?}");
    }
}

#[test]
fn what_it_is_needed_for_and_what_is_too_much() {
    let (credential, _replica) = scan_world(told());
    let needed = credential["needed"].as_array().unwrap();
    assert!(needed.iter().all(|need| need["can"] == "write:domain"), "{needed:#?}");
    let uses: Vec<String> = sites(&credential["needed"]).into_iter().filter(|site| site != "-:null").collect();
    assert_eq!(uses, [".github/workflows/domains.yml:23", "scripts/add-domain.sh:9"]);
    assert!(
        needed.iter().any(|need| need["path"].is_null() && need["why"].as_str().unwrap().contains("custom-domains"))
    );
    assert_eq!(credential["needs_resolved"], true);
    let excess = strings(&credential["excess"]);
    for can in ["delete:datastore", "delete:backup", "read:secret", "grant:identity"] {
        assert!(excess.contains(&can), "{can}: {excess:?}");
    }
    assert!(!excess.contains(&"write:domain"));
    let mut rules = rules(&credential);
    rules.sort_unstable();
    assert_eq!(
        rules,
        [
            "backups-in-radius",
            "claim-exceeded",
            "environment-crossing",
            "no-expiry",
            "shared-between-environments",
            "unused-power"
        ]
    );
    assert_eq!(credential["over_privileged"], true);
    let crossing =
        credential["over_privilege"].as_array().unwrap().iter().find(|over| over["rule"] == "environment-crossing");
    assert_eq!(sites(&crossing.unwrap()["sites"]), [".env.staging:1"]);
    assert!(credential["remedy"]["revoke"].as_str().unwrap().starts_with("https://railway.com/account/tokens"));
    assert!(credential["remedy"]["replace"].as_str().unwrap().contains("No Railway token can be limited to domains"));
}

#[test]
fn the_first_sentence_is_the_product() {
    let replica = replica(told(), Trouble::None);
    let ran = scan_as("sarif", &replica, &[]);
    let log = ran.json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let ids: Vec<&str> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["railway-token.critical", "over-privileged.critical"]);
    let message = results[0]["message"]["text"].as_str().unwrap();
    let sentence = "Railway account token can delete production data and its backups; used here only for \
                    `railway domain` (2 places), it never expires, and any agent in this folder can read it in \
                    .env.production and .env.staging, which git ignores";
    assert!(message.starts_with(&format!("{sentence}. ")), "{message}");
    let text = scan_as("text", &replica, &[]).out;
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&text).starts_with(&format!("critical[railway-token]: {sentence} ")), "{text}");
    let excess = results[1]["message"]["text"].as_str().unwrap();
    assert!(excess.starts_with("Railway token is over-privileged: it needs to change domains, and can also delete"));
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "scripts/add-domain.sh");
    assert_eq!((&place["region"]["startLine"], &results[0]["rank"]), (&json!(7), &json!(100.0)));
}

/// The score stays at the undisturbed one, and nothing live is called dead.
fn still_dangerous(trouble: Trouble, more: &[&str]) -> Value {
    let shown = format!("{trouble:?}");
    let replica = replica(told(), trouble);
    let ran = scan(&replica, more);
    assert_eq!(ran.status, 1, "{shown}: {}", ran.err);
    let credential = ran.credential();
    assert_eq!(credential["score"], 10.0, "{shown}");
    assert_eq!(credential["band"], "critical", "{shown}");
    assert!(["live", "unknown"].contains(&credential["liveness"].as_str().unwrap()), "{shown}: {credential:#}");
    assert_ne!(credential["gaps"], json!([]), "{shown}");
    credential
}

#[test]
fn a_provider_that_is_down_makes_nothing_safer() {
    let gone = replica(told(), Trouble::None);
    let url = gone.url();
    drop(gone);
    let folder = Folder::story(&repository::token());
    let arguments = ["scan", "--ignored", "--format=json", &format!("--endpoint=railway={url}")];
    let ran = overscope(arguments).at(folder.path()).run();
    let credential = ran.credential();
    assert_eq!((ran.status, &credential["score"], &credential["liveness"]), (1, &json!(10.0), &json!("unknown")));
    assert_eq!(credential["coverage"], "none");
    assert!(credential["liveness_reason"].as_str().unwrap().contains("no connection"));
}

#[test]
fn no_failure_of_the_whole_provider_makes_it_safer_or_dead() {
    for trouble in [
        Trouble::Status(401),
        Trouble::Status(403),
        Trouble::Status(404),
        Trouble::Status(500),
        Trouble::TooManyRequests { retry_after: 86_400 },
        Trouble::TooManyRequests { retry_after: u64::MAX },
        Trouble::Html,
        Trouble::CutShort,
        Trouble::Redirect("http://127.0.0.1:1/graphql/v2".to_owned()),
    ] {
        let credential = still_dangerous(trouble.clone(), &["--deadline=10"]);
        assert_eq!(credential["liveness"], "unknown", "{trouble:?}");
        assert_eq!(credential["proven"], Value::Null, "{trouble:?}");
    }
}

#[test]
fn a_long_retry_after_is_not_waited_for() {
    let replica = replica(told(), Trouble::TooManyRequests { retry_after: 3600 });
    let ran = scan(&replica, &[]);
    assert!(ran.took < Duration::from_secs(8), "{:?}", ran.took);
}

#[test]
fn a_slow_provider_ends_with_the_deadline() {
    let started = std::time::Instant::now();
    let credential = still_dangerous(Trouble::Slow(Duration::from_secs(40)), &["--deadline=1"]);
    assert_eq!(credential["liveness"], "unknown");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[test]
fn a_deadline_in_the_middle_keeps_what_was_learnt() {
    // Two or three answers fit into a second; the rest is missing.
    let credential = still_dangerous(Trouble::Slow(Duration::from_millis(400)), &["--deadline=1"]);
    assert_ne!(credential["coverage"], "complete");
}

#[test]
fn a_failure_from_any_request_on_makes_it_no_safer() {
    let (undisturbed, replica) = scan_world(told());
    assert_eq!(undisturbed["score"], 10.0);
    for requests in 0..replica.requests().len() {
        for status in [401, 403, 500] {
            still_dangerous(Trouble::StatusAfter { requests, status }, &[]);
        }
    }
}

#[test]
fn a_failure_of_any_field_makes_it_no_safer() {
    let (_, replica) = scan_world(told());
    let mut fields: Vec<String> = replica.requests().into_iter().flat_map(|request| request.root_fields).collect();
    fields.sort();
    fields.dedup();
    assert!(fields.len() >= 5, "{fields:?}");
    for field in fields {
        for how in [
            Failure::Refused,
            Failure::Null,
            Failure::Unknown,
            Failure::Message("Problem processing request".to_owned()),
            Failure::Status(500),
            Failure::Status(403),
        ] {
            // To be refused one of the identity questions is what each kind of token is used to.
            let identity = ["apiToken", "me"].contains(&field.as_str());
            let expected = field == "projectToken" || (identity && matches!(how, Failure::Refused));
            let trouble = Trouble::FailField { root_field: field.clone(), how };
            if expected {
                let shown = format!("{trouble:?}");
                let replica = common::replica(told(), trouble);
                let credential = scan(&replica, &[]).credential();
                assert_eq!((&credential["score"], &credential["liveness"]), (&json!(10.0), &json!("live")), "{shown}");
            } else {
                still_dangerous(trouble, &[]);
            }
        }
    }
}

#[test]
fn offline_the_ceiling_counts_and_nobody_is_asked() {
    let replica = replica(told(), Trouble::None);
    let ran = scan(&replica, &["--offline"]);
    let credential = ran.credential();
    assert_eq!((&credential["liveness"], &credential["score"]), (&json!("not-asked"), &json!(10.0)));
    assert_eq!(replica.requests().len(), 0);
    assert_eq!(ran.json()["stats"]["requests"], 0);
}

#[test]
fn a_staging_token_with_a_volume_of_its_own_is_medium() {
    let (credential, _replica) = scan_world(World::staging_project_token(&repository::token()));
    assert_eq!((&credential["score"], &credential["band"]), (&json!(6.25), &json!("medium")), "{credential:#}");
    assert_eq!((&credential["kind"], &credential["coverage"]), (&json!("project"), &json!("complete")));
    assert!(!rules(&credential).contains(&"environment-crossing"));
}

#[test]
fn a_staging_token_whose_volume_is_productions_too_is_critical() {
    let (credential, _replica) = scan_world(World::staging_project_token_shared(&repository::token()));
    assert_eq!((&credential["score"], &credential["band"]), (&json!(9.25), &json!("critical")), "{credential:#}");
    let worst = power(&credential, "delete:datastore").unwrap();
    assert_eq!((&worst["environment"], &worst["breadth"]), (&json!("prod"), &json!("single")));
}

#[test]
fn a_workspace_token_is_told_apart() {
    let (credential, _replica) = scan_world(World::workspace_token(&repository::token()));
    assert_eq!((&credential["kind"], &credential["liveness"]), (&json!("workspace"), &json!("live")));
    assert_eq!((&credential["score"], &credential["account"]), (&json!(10.0), &json!("Acme Rentals")));
    let worst = power(&credential, "delete:datastore").unwrap();
    assert_eq!((&worst["environment"], &worst["recover"]), (&json!("prod"), &json!("inside")));
}

#[test]
fn an_unknown_uuid_is_dead_and_fails_nothing() {
    let replica = replica(World::revoked(), Trouble::None);
    let ran = scan(&replica, &[]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let credential = ran.credential();
    assert_eq!(credential["liveness"], "dead");
    for name in ["score", "proven", "band", "vector"] {
        assert_eq!(credential[name], Value::Null, "{name}");
    }
    assert_eq!((&credential["capabilities"], &credential["over_privilege"]), (&json!([]), &json!([])));
    assert_eq!(credential["locations"].as_array().unwrap().len(), 3);
    let sarif = scan_as("sarif", &replica, &[]);
    assert_eq!((sarif.status, &sarif.json()["runs"][0]["results"]), (0, &json!([])));
}

#[test]
fn a_members_token_deletes_nothing_and_reads_the_passwords() {
    let (credential, _replica) = scan_world(World::member_token(&repository::token()));
    assert_eq!((&credential["score"], &credential["band"]), (&json!(9.0), &json!("high")), "{credential:#}");
    assert_eq!((&credential["kind"], &credential["liveness"]), (&json!("account"), &json!("live")));
    let powers = credential["capabilities"].as_array().unwrap();
    let bad = |power: &&Value| {
        let can = power["can"].as_str().unwrap();
        can.starts_with("delete:") || can.starts_with("grant:") || can == "create:identity"
    };
    assert_eq!(powers.iter().find(bad), None);
    assert!(power(&credential, "read:secret").is_some());
    let reasons = strings(&credential["reasons"]).join(" ");
    assert!(reasons.contains("databases' passwords"), "{reasons}");
}

#[test]
fn a_workspace_that_demands_a_second_factor_leaves_the_ceiling() {
    let (credential, _replica) = scan_world(World::two_factor_blocked(&repository::token()));
    assert_eq!((&credential["liveness"], &credential["score"]), (&json!("live"), &json!(10.0)));
    assert_eq!(credential["coverage"], "partial");
    let gaps = strings(&credential["gaps"]).join("\n");
    assert!(gaps.contains("two-factor"), "{gaps}");
}
