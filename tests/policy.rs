//! What the owners say in `overscope.toml`, through the program: which credential an entry is
//! about, what reports show of it, and what is said of entries that are wrong.

mod common;

use common::{Folder, Ran, overscope, token};
use serde_json::{Value, json};

/// Scans the folder, offline, with a policy beside its one credential.
fn scan(policy: &str, more: &[&str]) -> Ran {
    let folder = folder(policy);
    let call = overscope(["scan", "--offline", "--format=json"]).at(folder.path());
    more.iter().fold(call, |call, argument| call.arg(argument)).run()
}

fn folder(policy: &str) -> Folder {
    let folder = Folder::plain();
    folder.write("app/.env", format!("RAILWAY_TOKEN={}\n", token(7))).write("overscope.toml", policy);
    folder
}

fn notes(ran: &Ran) -> Vec<String> {
    ran.notes().into_iter().filter(|(note, _)| note.contains("overscope.toml")).map(|(note, _)| note).collect()
}

fn rules(credential: &Value) -> Vec<&str> {
    credential["over_privilege"].as_array().unwrap().iter().map(|over| over["rule"].as_str().unwrap()).collect()
}

#[test]
fn purpose_and_owner_are_shown_and_what_is_allowed_is_needed() {
    let policy = "[credential.RAILWAY_TOKEN]\npurpose = 'custom domains'\nowner = 'platform'\n\
                  allow = ['write:domain', 'list:*']\nmax_lifetime = '90d'\n";
    let ran = scan(policy, &[]);
    let credential = ran.credential();
    assert_eq!(
        credential["policy"],
        json!({
            "name": "RAILWAY_TOKEN", "purpose": "custom domains", "owner": "platform", "allow": ["write:domain", "list:*"],
            "environments": null, "max_lifetime": "90d", "accepted": [], "passed_over": [],
        })
    );
    let needed = credential["needed"].as_array().unwrap();
    let domains =
        json!({ "can": "write:domain", "path": "overscope.toml", "line": 4, "why": "`write:domain` in the policy" });
    assert!(needed.contains(&domains), "{needed:#?}");
    assert!(needed.iter().any(|need| need["can"] == "list:org"), "{needed:#?}");
    assert_eq!(credential["needs_resolved"], Value::Null);
    assert_eq!(rules(&credential), ["policy-violation"]);
    let over = &credential["over_privilege"][0];
    assert!(over["remedy"].as_str().unwrap().contains("No Railway token can be limited to domains"), "{over:#}");
    assert_eq!((&over["score"], &over["band"]), (&json!(10.0), &json!("critical")));
    let folder = folder(policy);
    let text = overscope(["scan", "--offline"]).at(folder.path()).run().out;
    assert!(text.contains("whose: meant for custom domains, looked after by platform"), "{text}");
}

#[test]
fn an_entry_is_found_by_variable_label_or_fingerprint() {
    let fingerprint = scan("", &[]).credential()["fingerprint"].as_str().unwrap().to_owned();
    for name in ["RAILWAY_TOKEN", &fingerprint, &fingerprint[..8]] {
        let ran = scan(&format!("[credential.'{name}']\nowner = 'x'\n"), &[]);
        assert_eq!(ran.credential()["policy"]["name"], name);
        assert_eq!(notes(&ran), [] as [&str; 0]);
    }
    for name in ["RAILWAY_TOKE", "railway_token", &fingerprint[..7], &fingerprint[1..9]] {
        let ran = scan(&format!("[credential.'{name}']\nowner = 'x'\n"), &[]);
        assert_eq!(ran.credential()["policy"], Value::Null, "{name}");
    }
    let replica = common::replica(overscope::demo::World::nine_seconds(&token(7)), overscope::demo::Trouble::None);
    let folder = folder("[credential.custom-domains]\nowner = 'x'\n");
    let ran = overscope(["scan", "--format=json", &common::endpoint(&replica)]).at(folder.path()).run();
    assert_eq!(ran.credential()["policy"]["name"], "custom-domains");
}

#[test]
fn a_stale_entry_is_told_and_changes_no_exit_status() {
    let policy = "\n[credential.OLD_TOKEN]\npurpose = 'gone'\n";
    let told = "overscope.toml:2: [credential.\"OLD_TOKEN\"] is about no credential that was found; take it out if \
                there is none any more";
    let ran = scan(policy, &[]);
    assert_eq!((ran.status, notes(&ran)), (1, vec![told.to_owned()]));
    let clean = Folder::plain();
    clean.write("overscope.toml", policy);
    let ran = overscope(["scan", "--offline", "--format=json"]).at(clean.path()).run();
    assert_eq!((ran.status, notes(&ran)), (0, vec![told.to_owned()]));
}

#[test]
fn where_only_a_part_was_read_no_entry_is_stale() {
    let policy = "[credential.OLD_TOKEN]\npurpose = 'elsewhere'\n";
    let folder = folder(policy);
    folder.git(["init", "--quiet"]);
    for paths in [&["app"][..], &["app/.env"], &[".", "app"]] {
        let call = overscope(["scan", "--offline", "--format=json"]).at(folder.path());
        let ran = paths.iter().fold(call, |call, path| call.arg(path)).run();
        assert_eq!(notes(&ran), [] as [&str; 0], "{paths:?}");
    }
    let named = format!("--config={}", folder.file("overscope.toml").display());
    let text = std::fs::read(folder.file("app/.env")).unwrap();
    let ran = overscope(["scan", "--offline", "--format=json", "--stdin", &named]).stdin(text).run();
    assert_eq!((ran.status, notes(&ran)), (1, vec![]));
}

#[test]
fn what_contradicts_itself_is_named() {
    let fingerprint = scan("", &[]).credential()["fingerprint"].as_str().unwrap().to_owned();
    let policy = format!(
        "[credential.RAILWAY_TOKEN]\nallow = ['write:*']\naccept = [\n\
         {{ can = 'write:secret', reason = 'a', until = 2199-01-01 }},\n\
         {{ can = 'delete:org', reason = 'b', until = 2020-01-01 }},\n]\n\n\
         [credential.'{fingerprint}']\nallow = []\n"
    );
    let ran = scan(&policy, &[]);
    assert_eq!(ran.status, 1);
    assert_eq!(
        notes(&ran),
        [
            "overscope.toml:4: `write:secret` is accepted until 2199-01-01, and `write:*` in line 2 allows it for good; \
             keep one of them"
                .to_owned(),
            "overscope.toml:5: `delete:org` was accepted until 2020-01-01, and is so no more (b)".to_owned(),
            format!(
                "overscope.toml:8: [credential.\"RAILWAY_TOKEN\"] and [credential.\"{fingerprint}\"] are about the same \
                 credential; the first of the two decides"
            ),
        ]
    );
    let policy = &ran.credential()["policy"];
    assert_eq!((&policy["name"], &policy["passed_over"]), (&json!("RAILWAY_TOKEN"), &json!([fingerprint])));
    assert_eq!(policy["accepted"][1]["expired"], true);
    let twice = "[credential.A]\naccept = [\n{ can = 'delete:org', reason = 'a', until = 2199-01-01 },\n\
                 { can = 'delete:org', reason = 'b', until = 2199-01-01 },\n]\n";
    let ran = scan(twice, &[]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("overscope.toml:4:9: `delete:org` is accepted twice"), "{}", ran.err);
}

#[test]
fn what_was_accepted_in_staging_is_not_accepted_in_production() {
    let replica = || common::replica(overscope::demo::World::nine_seconds(&token(7)), overscope::demo::Trouble::None);
    let message = |accept: &str| {
        let policy = format!(
            "[credential.RAILWAY_TOKEN]\nallow = ['list:*', 'read:*', 'write:*', 'grant:*', 'execute:*', 'publish:*', \
             'spend:*', 'delete:org', 'delete:backup', 'delete:compute', 'delete:domain', 'delete:secret']\naccept = [{accept}]\n"
        );
        let replica = replica();
        let folder = folder(&policy);
        let ran = overscope(["scan", "--format=json", &common::endpoint(&replica)]).at(folder.path()).run();
        let credential = ran.credential();
        let found = credential["over_privilege"].as_array().unwrap().iter();
        found
            .filter(|over| over["rule"] == "policy-violation")
            .map(|over| over["message"].to_string())
            .collect::<Vec<_>>()
    };
    let waiver = |place: &str| format!("{{ can = 'delete:datastore', {place} reason = 'a move', until = 2199-01-01 }}");
    let everywhere = message("");
    assert_eq!(everywhere.len(), 1);
    let anywhere_else = message(&waiver(""));
    assert!(
        anywhere_else[0].contains(
            "it can also delete data stores in production (to delete data stores is accepted until 2199-01-01: a move)."
        ),
        "{anywhere_else:?}"
    );
    assert_eq!(message(&waiver("environment = 'staging',")), anywhere_else);
    let both = format!("{}, {}", waiver(""), waiver("environment = 'production',"));
    assert_eq!(message(&both), [] as [&str; 0]);
}
