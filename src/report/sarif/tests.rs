use super::*;
use percent_encoding::utf8_percent_encode;

use super::places::{MOST_LINKS, PATH};
use crate::assess::blast_radius::band;
use crate::assess::model::Points;
use crate::finding::Location;
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
    assert_eq!(kinds, ["unreadable", "symlink", "gap", "unknown", "gap", "dead"]);
}

#[test]
fn an_empty_scan_says_that_it_read_nothing() {
    let report = Report {
        origin: Origin::History,
        moment: crate::finding::Moment::default(),
        credentials: Vec::new(),
        suppressed: Vec::new(),
        shows_suppressed: false,
        notes: Vec::new(),
        stats: crate::assess::model::Stats::default(),
    };
    let run = run(&report);
    assert_eq!(run["results"], json!([]));
    assert_eq!(run["automationDetails"]["id"], "overscope/history/");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"][0]["descriptor"]["id"], "nothing-read");
}

/// As many credentials, each with a score of its own.
fn crowd(number: i32) -> Report {
    let one = |at: i32| {
        let score = Points(100 + (at * 7919) % 800);
        Assessment { score: Some(score), band: Some(band(score)), ..not_asked() }
    };
    let mut credentials: Vec<Assessment> = (0..number).map(one).collect();
    credentials[..100].iter_mut().for_each(|one| one.over_privilege = story().over_privilege);
    Report { credentials, ..sample() }
}

#[test]
fn a_run_holds_the_worst_of_thirty_thousand_and_says_so() {
    let report = crowd(30_000);
    let document = document(&report);
    let run = &document.runs[0];
    let results = run.results.as_ref().unwrap();
    assert_eq!(results.len(), MOST_RESULTS);
    let told = run.invocations.as_ref().unwrap()[0].tool_execution_notifications.as_ref().unwrap();
    let said: Vec<&str> = told.iter().filter_map(|one| one.message.text.as_deref()).collect();
    assert!(said[0].contains("5000 results with the highest scores are listed; 25100 further"), "{}", said[0]);
    assert_eq!(told.len(), MOST_NOTIFICATIONS + 1);
    assert!(said[MOST_NOTIFICATIONS].starts_with("59003 further notifications"), "{}", said[MOST_NOTIFICATIONS]);

    let least = results.iter().filter_map(|one| one.rank).fold(f64::INFINITY, f64::min);
    let mut all: Vec<i32> = report.credentials.iter().map(|one| one.score.unwrap().0).collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(least, f64::from(all[MOST_RESULTS - 1]) / 10.0);
    let named: BTreeSet<&str> = results.iter().filter_map(|one| one.rule_id.as_deref()).collect();
    let rules = run.tool.driver.rules.as_ref().unwrap();
    assert_eq!(named, rules.iter().map(|rule| rule.id.as_str()).collect(), "only rules that a result has");
}

/// The largest results that there are, with more copies than a message links.
#[test]
fn what_github_takes_holds_for_the_whole_file() {
    let places = (1..=2_000).map(|line| Location { line, ..story().locations[0].clone() }).collect();
    let mut credentials = vec![story(); MOST_RESULTS / 2];
    credentials[0].locations = places;
    let mut bytes = Vec::new();
    write(&Report { credentials, ..sample() }, &mut bytes).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&bytes).unwrap();
    assert!(packed.finish().unwrap().len() < 10 << 20);
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let run = &document["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), MOST_RESULTS);
    let places = |result: &Value, list: &str| result[list].as_array().map_or(0, Vec::len);
    let most = |list| run["results"].as_array().unwrap().iter().map(|one| places(one, list)).max();
    assert!(most("locations").unwrap() + most("relatedLocations").unwrap() <= 100);
    let tags = |rule: &Value| rule["properties"]["tags"].as_array().map_or(0, Vec::len);
    assert!(run["tool"]["driver"]["rules"].as_array().unwrap().iter().all(|rule| (1..=10).contains(&tags(rule))));
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
