use serde_json::Value;

use super::*;
use crate::report::sample;
use crate::report::sample::{not_asked, story};

fn found(report: &Report) -> Vec<Value> {
    document(report)["vulnerabilities"].as_array().unwrap().clone()
}

#[test]
fn the_scan_is_dated_by_what_was_looked_at_and_has_no_zone() {
    let scan = &document(&sample())["scan"];
    assert_eq!(scan["start_time"], "2026-11-22T01:02:03");
    assert_eq!(scan["end_time"], scan["start_time"]);
    assert_eq!(scan["status"], "failure", "a file could not be read");
    let whole = Report { notes: Vec::new(), moment: Moment::default(), ..sample() };
    let scan = &document(&whole)["scan"];
    assert_eq!((scan["status"].as_str(), scan["start_time"].as_str()), (Some("success"), Some("1970-01-01T00:00:00")));
}

#[test]
fn a_credential_has_a_vulnerability_and_one_more_for_its_excess_and_a_dead_one_has_none() {
    let found = found(&sample());
    let first = |one: &Value| one["identifiers"][0]["value"].as_str().unwrap().to_owned();
    assert_eq!(found.iter().map(first).collect::<Vec<_>>(), ["railway-token", "over-privileged", "github-pat-classic"]);
    let severities: Vec<&str> = found.iter().map(|one| one["severity"].as_str().unwrap()).collect();
    assert_eq!(severities, ["Critical", "Critical", "High"]);
    assert_eq!(found[1]["identifiers"][1]["name"], "CWE-250");
    assert_eq!(found[2]["identifiers"][1]["value"], "798");
}

#[test]
fn what_makes_it_known_again_holds_no_line_and_no_band() {
    let mut report = Report { credentials: vec![story()], ..sample() };
    let before = found(&report);
    report.credentials[0].band = Some(Band::Low);
    report.credentials[0].locations[0].line = 99;
    report.credentials[0].locations[0].end_line = 99;
    let after = found(&report);
    for (one, other) in before.iter().zip(&after) {
        assert_eq!(one["id"], other["id"]);
        assert_eq!(one["identifiers"], other["identifiers"]);
        let signatures = |one: &Value| one["tracking"]["items"][0]["signatures"].clone();
        assert_eq!(signatures(one), signatures(other));
    }
    assert_ne!(before[0]["id"], before[1]["id"]);
    assert_eq!(after[0]["location"]["start_line"], 99);
}

#[test]
fn a_place_names_its_own_commit_else_the_one_that_is_checked_out() {
    let mut report = Report { credentials: vec![not_asked()], ..sample() };
    assert_eq!(found(&report)[0]["location"]["commit"]["sha"], "5f".repeat(20));
    report.credentials[0].locations[0].commit = Some("abcdef1".to_owned());
    assert_eq!(found(&report)[0]["location"]["commit"]["sha"], "abcdef1");
    report.credentials[0].locations[0].commit = None;
    report.moment = Moment::default();
    assert_eq!(found(&report)[0]["location"]["commit"]["sha"], NO_COMMIT);
    let said = document(&report)["scan"]["messages"].to_string();
    assert!(said.contains("No commit is known here"), "{said}");
}

#[test]
fn what_was_not_read_is_told_first_and_all_is_bounded() {
    let mut report = sample();
    let messages = document(&report)["scan"]["messages"].clone();
    assert_eq!(messages[1], json!({ "level": "warn", "value": "backup/dump.sql: permission denied" }));
    report.notes = vec![sample().notes[0].clone(); MESSAGES + 5];
    let messages = document(&report)["scan"]["messages"].clone();
    assert_eq!(messages.as_array().unwrap().len(), 1 + MESSAGES + 1);
    report.credentials = vec![story()];
    report.credentials[0].remedy.replace = "x".repeat(9_000);
    report.credentials[0].detector_name = "n".repeat(900);
    let found = found(&report);
    assert_eq!(found[0]["solution"].as_str().unwrap().chars().count(), LONGEST_SOLUTION);
    assert_eq!(found[0]["name"].as_str().unwrap().chars().count(), LONGEST_NAME);
}

#[test]
fn an_id_has_the_shape_of_one() {
    let shape = regex::Regex::new("^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89][0-9a-f]{3}-[0-9a-f]{12}$").unwrap();
    for one in found(&sample()) {
        assert!(shape.is_match(one["id"].as_str().unwrap()), "{}", one["id"]);
    }
}

#[test]
fn no_line_of_the_source_is_in_it() {
    let mut report = sample();
    report.credentials[0].locations[0].excerpt = "the text of the line".to_owned();
    assert!(!document(&report).to_string().contains("the text of the line"));
}
