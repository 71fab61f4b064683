use super::*;
use crate::finding::Origin;
use crate::report::sample;
use crate::report::sample::{dead, not_asked, story};

fn run(report: &Report) -> Value {
    let document = serde_json::to_value(document(report)).unwrap();
    assert_eq!(document["version"], "2.1.0");
    assert_eq!(document["runs"].as_array().unwrap().len(), 1);
    document["runs"][0].clone()
}

fn ids(list: &Value, key: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_credential_has_a_result_and_one_more_for_its_excess_and_a_dead_one_has_none() {
    let run = run(&sample());
    let results = ids(&run["results"], "ruleId");
    assert_eq!(results, ["railway-token.critical", "over-privileged.critical", "github-pat-classic.high"]);
    let rules = ids(&run["tool"]["driver"]["rules"], "id");
    for result in run["results"].as_array().unwrap() {
        assert_eq!(result["ruleId"], rules[result["ruleIndex"].as_u64().unwrap() as usize]);
    }
}

#[test]
fn the_severity_stands_in_the_rule() {
    for (band, severity, level) in [
        (Band::Critical, "9.5", "error"),
        (Band::High, "8.0", "error"),
        (Band::Medium, "5.5", "warning"),
        (Band::Low, "2.0", "note"),
    ] {
        let mut report = sample();
        report.credentials = vec![Assessment { band: Some(band), ..not_asked() }];
        let run = run(&report);
        let rule = &run["tool"]["driver"]["rules"][0];
        assert_eq!(rule["id"], format!("github-pat-classic.{band}"));
        assert_eq!(rule["properties"]["security-severity"], severity);
        assert_eq!(rule["defaultConfiguration"]["level"], level);
        assert_eq!(run["results"][0]["level"], level);
    }
}

#[test]
fn the_excess_has_the_band_of_its_own_score() {
    let bands = [(901, "critical"), (900, "high"), (700, "high"), (699, "medium"), (400, "medium"), (399, "low")];
    for (points, band) in bands {
        let credential = Assessment { excess_score: Some(Points(points)), ..story() };
        assert_eq!(over_privileged_id(&credential), Some(format!("over-privileged.{band}")));
    }
    let no_evidence = Assessment { over_privilege: Vec::new(), ..story() };
    assert_eq!(over_privileged_id(&no_evidence), None);
    assert_eq!(over_privileged_id(&Assessment { over_privilege: story().over_privilege, ..dead() }), None);
}

#[test]
fn fingerprints_are_sixteen_digits_and_differ_between_the_families() {
    let run = run(&sample());
    let mut seen = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
        let digits = hash.strip_suffix(":1").unwrap();
        assert!(digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{hash}");
        assert!(seen.insert(hash.to_owned()));
    }
}

#[test]
fn every_related_location_is_linked_from_the_message() {
    let run = run(&sample());
    let result = &run["results"][0];
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.starts_with("Railway account token can delete production data and its backups; used here only"));
    let related = result["relatedLocations"].as_array().unwrap();
    assert_eq!(related.len(), 3);
    for location in related {
        let at = &location["physicalLocation"];
        let (path, line) = (at["artifactLocation"]["uri"].as_str().unwrap(), &at["region"]["startLine"]);
        assert!(message.contains(&format!("[{path}:{line}]({})", location["id"])), "{message}");
    }
}

#[test]
fn paths_are_relative_uris_and_columns_count_characters() {
    let run = run(&sample());
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let at = &run["results"][2]["locations"][0]["physicalLocation"];
    assert_eq!(at["artifactLocation"]["uri"], "tools/%5Brelease%5D/publish%20it.mk");
    assert_eq!(at["region"], json!({ "startLine": 12, "startColumn": 15, "endLine": 12, "endColumn": 51 }));
    assert_eq!(utf8_percent_encode("a:b/ü%.txt", PATH).to_string(), "a%3Ab/%C3%BC%25.txt");
}

#[test]
fn a_path_cannot_forge_a_link() {
    let mut report = sample();
    report.credentials[0].locations[1].path = "x](9) [y".to_owned();
    report.credentials[0].title = "[free](https://evil.example) [money](2)".to_owned();
    let run = run(&report);
    let message = run["results"][0]["message"]["text"].as_str().unwrap();
    assert!(message.contains(r"[x\](9) \[y:1](2)"), "{message}");
    assert!(message.starts_with(r"\[free\](https://evil.example) \[money\](2)."), "{message}");
}

#[test]
fn what_is_not_known_is_a_notification() {
    let run = run(&sample());
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    let kinds: Vec<&str> = notifications.iter().map(|one| one["descriptor"]["id"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["symlink", "unreadable", "gap", "unknown", "gap", "dead"]);
}

#[test]
fn an_empty_scan_says_that_it_read_nothing() {
    let report = Report {
        origin: Origin::History,
        credentials: Vec::new(),
        suppressed: Vec::new(),
        notes: Vec::new(),
        stats: crate::assess::model::Stats::default(),
    };
    let run = run(&report);
    assert_eq!(run["results"], json!([]));
    assert_eq!(run["automationDetails"]["id"], "overscope/history/");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"], "nothing-read");
}

#[test]
fn a_run_has_no_more_results_than_its_readers_take() {
    let mut report = sample();
    report.credentials = vec![not_asked(); MOST_RESULTS + 3];
    let document = document(&report);
    assert_eq!(document.runs[0].results.as_ref().unwrap().len(), MOST_RESULTS);
    let notifications =
        document.runs[0].invocations.as_ref().unwrap()[0].tool_execution_notifications.as_ref().unwrap();
    let said = notifications.iter().filter_map(|one| one.message.text.as_deref());
    assert!(said.into_iter().any(|text| text.starts_with("3 further results")));
}

#[test]
fn many_copies_are_counted_and_the_first_are_linked() {
    let mut report = sample();
    let copy = report.credentials[0].locations[1].clone();
    let copies = (1..=50).map(|line| Location { line, ..copy.clone() });
    report.credentials[0].locations = copies.collect();
    let run = run(&report);
    let result = &run["results"][0];
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), MOST_LINKS + 1);
    assert!(result["message"]["text"].as_str().unwrap().contains(" and 29 more."));
}
