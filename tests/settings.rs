//! `overscope config show`, the keys of `overscope.toml`, and whether the README has them all.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{Folder, Ran, overscope, token};
use serde_json::{Value, json};

fn show(folder: &Folder, more: &[&str]) -> Ran {
    let call = overscope(["config", "show", "--format=json"]).at(folder.path());
    more.iter().fold(call, |call, argument| call.arg(argument)).run()
}

/// Value, who said so, and where, of one key.
fn setting(ran: &Ran, key: &str) -> (Value, String, Value) {
    let report = ran.json();
    let mut all = report["settings"].as_array().unwrap().iter();
    let found = all.find(|one| one["key"] == key).unwrap_or_else(|| panic!("no {key}: {report:#}"));
    (found["value"].clone(), found["from"].as_str().unwrap().to_owned(), found["at"].clone())
}

fn with(text: &str) -> Folder {
    let folder = Folder::repository();
    folder.write("overscope.toml", text).write("app/a.txt", "");
    folder
}

#[test]
fn every_setting_says_where_it_comes_from() {
    let folder = with(
        "# ours\nvisibility = 'public'\nproduction = ['blue', 'green']\nfail_on = 'high'\nbaseline = 'known.toml'\n\n\
         [[ignore]]\npaths = ['tests']\nreason = 'samples'\n\n[credential.TOKEN]\nowner = 'platform'\n",
    );
    folder.write("known.toml", "version = 1\n[known]\n").write("rules.toml", "");
    let ran = show(&folder, &["app"]);
    assert_eq!((ran.status, &ran.json()["file"]), (0, &json!("overscope.toml")));
    let file = |value: Value, line: &str| (value, "file".to_owned(), json!(format!("overscope.toml:{line}")));
    let default = |value: Value| (value, "default".to_owned(), Value::Null);
    assert_eq!(setting(&ran, "visibility"), file(json!("public"), "2"));
    assert_eq!(setting(&ran, "production"), file(json!(["blue", "green"]), "3"));
    assert_eq!(setting(&ran, "fail_on"), file(json!("high"), "4"));
    assert_eq!(setting(&ran, "baseline"), file(json!("known.toml"), "5"));
    assert_eq!(setting(&ran, "[[ignore]]").2, json!("overscope.toml:8"));
    assert_eq!(setting(&ran, "[credential.\"TOKEN\"]").2, json!("overscope.toml:11"));
    assert_eq!(setting(&ran, "confidence"), default(json!("medium")));
    assert_eq!(setting(&ran, "foreign_ignores"), default(json!(true)));
    assert_eq!(setting(&ran, "canary_accounts"), default(json!([])));
    assert_eq!(setting(&ran, "offline"), default(json!(false)));
    assert_eq!(setting(&ran, "fingerprint_key"), default(json!("the same for everybody")));
    let typed = show(&folder, &["--fail-on=critical", "--confidence=low", "--no-foreign-allow"]);
    let command_line = |value: Value| (value, "command line".to_owned(), Value::Null);
    assert_eq!(setting(&typed, "fail_on"), command_line(json!("critical")));
    assert_eq!(setting(&typed, "confidence"), command_line(json!("low")));
    assert_eq!(setting(&typed, "foreign_ignores"), command_line(json!(false)));
    let set = overscope(["config", "show", "--format=json"]).at(folder.path()).env("OVERSCOPE_OFFLINE", "1").run();
    assert_eq!(setting(&set, "offline"), (json!(true), "environment".to_owned(), json!("OVERSCOPE_OFFLINE")));
    let nothing = show(&Folder::plain(), &[]);
    assert_eq!((nothing.status, &nothing.json()["file"]), (0, &Value::Null));
}

#[test]
fn the_text_is_one_line_for_each_setting() {
    let folder = with("visibility = 'public'\nfingerprint_key = 'of our own'\n");
    let ran = overscope(["config", "show"]).at(folder.path()).run();
    assert_eq!(ran.status, 0);
    assert!(ran.out.starts_with("overscope.toml applies.\n\nfingerprint_key  ********"), "{}", ran.out);
    let line = ran.out.lines().find(|line| line.starts_with("visibility")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["visibility", "public", "overscope.toml:1"]);
    let ran = overscope(["config", "show", "no-such"]).at(folder.path()).run();
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("no-such: no such file or directory"), "{}", ran.err);
}

#[test]
fn a_key_is_never_shown() {
    let key = token(5);
    let folder = with(&format!("fingerprint_key = '{key}'\n"));
    let from_file = show(&folder, &[]);
    let environment = overscope(["config", "show"]).at(folder.path()).env("OVERSCOPE_FINGERPRINT_KEY", &key).run();
    assert_eq!(
        setting(&from_file, "fingerprint_key"),
        (json!("********"), "file".to_owned(), json!("overscope.toml:1"))
    );
    assert!(environment.out.contains("OVERSCOPE_FINGERPRINT_KEY"), "{}", environment.out);
    for ran in [from_file, environment] {
        assert!(!ran.out.contains(&key[..8]) && !ran.err.contains(&key[..8]), "{ran:?}");
    }
}

#[test]
fn what_the_configuration_says_holds_where_nothing_is_typed() {
    let folder = with("fail_on = 'never'\n");
    folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(1)));
    let scan = |more: &[&str]| overscope(["scan", "--offline"].iter().chain(more)).at(folder.path()).run().status;
    assert_eq!((scan(&[]), scan(&["--fail-on=low"])), (0, 1));
    folder.write("overscope.toml", "fail_on = 'hgh'\n");
    let ran = overscope(["scan", "--offline"]).at(folder.path()).run();
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("overscope.toml:1:11:") && ran.err.contains("never"), "{}", ran.err);
}

/// The keys that the parser says it knows, where `text` has one that it does not.
fn known(text: &str) -> BTreeSet<String> {
    let ran = show(&with(text), &[]);
    assert_eq!(ran.status, 2, "{ran:?}");
    let (_, known) =
        ran.err.to_ascii_lowercase().split_once("known here: ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    known.trim().split(", ").map(str::to_owned).collect()
}

#[test]
fn the_readme_has_every_key_and_no_other() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with("Configuration")).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let documented: BTreeSet<String> =
        rows.map(|key| key.trim_matches(['[', ']']).split('.').next().unwrap().to_owned()).collect();
    assert_eq!(documented, known("zzzz = 1\n"));
    let example = |start: &str| {
        let text = section.split(start).nth(1).unwrap().split("```").next().unwrap();
        let keys = text
            .lines()
            .filter(|line| !line.starts_with(' '))
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key.trim().to_owned());
        keys.collect::<BTreeSet<String>>()
    };
    let without_padding = section.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(without_padding.contains("accept = ["));
    assert_eq!(example("[[ignore]]\n"), known("[[ignore]]\nzzzz = 1\n"));
    assert_eq!(example("[credential.RAILWAY_API_TOKEN]\n"), known("[credential.TOKEN]\nzzzz = 1\n"));
    let waiver = known("[credential.TOKEN]\naccept = [{ zzzz = 1 }]\n");
    assert_eq!(waiver, ["can", "environment", "reason", "until"].map(str::to_owned).into());
    let shown = section.split("accept       = [").nth(1).unwrap().split(']').next().unwrap();
    waiver.iter().for_each(|key| assert!(shown.contains(&format!("{key} = ")), "{key}"));
}
