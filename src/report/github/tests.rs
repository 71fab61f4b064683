use super::*;
use crate::assess::model::{Note, Points};
use crate::finding::Location;
use crate::report::sample;
use crate::report::sample::{dead, not_asked, story};

fn written(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A command's name, its properties, its message.
type Taken = (String, Vec<(String, String)>, String);

/// A line as the runner takes it apart.
fn taken_apart(line: &str) -> Option<Taken> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let plain = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let properties = properties.split(',').filter_map(|one| one.split_once('='));
    let properties = properties.map(|(name, value)| {
        (name.to_owned(), plain(value).replace("%3A", ":").replace("%2C", ",").replace("%25", "%"))
    });
    Some((name.to_owned(), properties.collect(), plain(message).replace("%25", "%")))
}

fn commands(report: &Report) -> Vec<Taken> {
    written(report).lines().filter_map(taken_apart).collect()
}

#[test]
fn the_story_in_a_log() {
    insta::assert_snapshot!(written(&sample()), @"
    ::error file=scripts/add-domain.sh,line=7,col=26,endLine=7,endColumn=62,title=Railway token%3A critical (10.00)::Railway account token can delete production data and its backups; used here only for `railway domain`.%0AIt needs to change domains, and can also delete data stores, backups; read secrets; create keys and members; deploy apps.%0AUsed only for railway domain; no use found in this repository for deleting data stores and backups.%0AKept in a file for staging, and reaches production.%0AAlso in .env.production:1 (ignored by git), .env.staging:1 (ignored by git).%0ALive.%0ARevoke it: https://railway.com/account/tokens%0ANo Railway token can be limited to domains; the narrowest is a project token for one environment that is not production.
    ::error file=tools/[release]/publish it.mk,line=12,col=15,endLine=12,endColumn=51,title=GitHub personal access token (classic)%3A high (8.25)::GitHub personal access token could change code.%0ANot known whether it works: HTTP 503.%0ARevoke it: https://github.com/settings/tokens%0AA fine-grained token for this repository.
    ::warning title=Not everything was read::1 thing could not be read: backup/dump.sql: permission denied.
    overscope: 3 credentials: 1 critical, 1 high, 1 dead, 1 over-privileged, 1 without an answer from the issuer; 214 files read (3.4 MB), 2 skipped, 1 could not be read, 11 requests sent.
    ");
}

#[test]
fn an_annotation_has_a_place_and_the_level_of_its_band() {
    for (band, level) in
        [(Band::Critical, "error"), (Band::High, "error"), (Band::Medium, "warning"), (Band::Low, "notice")]
    {
        let report = Report { credentials: vec![Assessment { band: Some(band), ..not_asked() }], ..sample() };
        assert_eq!(commands(&report)[0].0, level);
    }
    let report = Report { credentials: vec![not_asked()], ..sample() };
    let (_, properties, message) = &commands(&report)[0];
    let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["file", "line", "col", "endLine", "endColumn", "title"]);
    assert_eq!(properties[0].1, "tools/[release]/publish it.mk");
    assert_eq!(properties[5].1, "GitHub personal access token (classic): high (8.25)");
    assert!(message.starts_with("GitHub personal access token could change code.\n"), "{message}");
}

#[test]
fn a_find_over_several_lines_has_no_columns() {
    let mut report = Report { credentials: vec![story()], ..sample() };
    report.credentials[0].locations[0].end_line = 40;
    let names: Vec<String> = commands(&report)[0].1.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, ["file", "line", "endLine", "title"]);
}

#[test]
fn what_lies_in_the_history_has_its_place_in_the_message() {
    let mut report = Report { credentials: vec![not_asked()], ..sample() };
    let commit = Some("1234567".to_owned());
    report.credentials[0].locations[0] = Location { origin: Origin::History, commit, ..story().locations[0].clone() };
    let (_, properties, message) = &commands(&report)[0];
    assert_eq!(properties.len(), 1);
    assert!(message.contains("\nIt lies in scripts/add-domain.sh in commit 1234567:7.\n"), "{message}");
}

#[test]
fn the_worst_are_shown_and_the_others_counted() {
    let many = |number: i32| {
        let one = |at: i32| Assessment { score: Some(Points(1000 - at)), ..not_asked() };
        Report { credentials: (0..number).map(one).collect(), notes: Vec::new(), ..sample() }
    };
    let ten = commands(&many(10));
    assert_eq!(ten.len(), 10);
    assert!(ten.iter().all(|one| one.1.len() == 6));
    let eleven = commands(&many(11));
    assert_eq!(eleven.len(), 10);
    assert!(eleven[8].1.iter().any(|(_, value)| value.ends_with("(9.92)")));
    assert!(eleven[9].2.starts_with("2 credentials more: 2 high."), "{}", eleven[9].2);

    let mut unread = many(11);
    unread.notes = sample().notes;
    let unread = commands(&unread);
    assert_eq!(unread.len(), 10);
    assert_eq!(unread[9].0, "warning");
    assert_eq!(unread[9].2, "1 thing could not be read: backup/dump.sql: permission denied.");
}

#[test]
fn no_path_and_no_message_starts_a_command_of_its_own() {
    let hostile = "a,line=1::x\r\n::stop-commands::t\n##[add-mask]b%0A::set-env name=X::y%25";
    let mut report = sample();
    for one in &mut report.credentials {
        for at in &mut one.locations {
            at.path = hostile.to_owned();
        }
        one.title = hostile.to_owned();
        one.detector_name = hostile.to_owned();
        one.remedy.revoke = hostile.to_owned();
        one.remedy.replace = hostile.to_owned();
        one.over_privilege.iter_mut().for_each(|over| over.message = hostile.to_owned());
    }
    let about = hostile.to_owned();
    report.notes.push(Note { kind: "unreadable", about, message: hostile.to_owned(), incomplete: true });
    let out = written(&report);
    let taken = commands(&report);
    assert_eq!(out.lines().count(), taken.len() + 1);
    for (name, properties, _) in &taken {
        assert!(["error", "warning", "notice"].contains(&name.as_str()), "{name}");
        let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names == ["file", "line", "col", "endLine", "endColumn", "title"] || names == ["title"], "{names:?}");
    }
    let last = out.lines().last().unwrap();
    assert!(last.starts_with("overscope: 3 credentials: "), "{last}");
    assert!(!out.contains("##["), "the older form counts anywhere in a line");
    assert_eq!(taken[0].1[0].1, escape_controls(hostile));
}

#[test]
fn dead_ones_and_an_empty_scan_have_no_annotation_of_their_own() {
    let report = Report { credentials: vec![dead()], notes: Vec::new(), ..sample() };
    insta::assert_snapshot!(written(&report), @"overscope: 1 credential: 1 dead; 214 files read (3.4 MB), 2 skipped, 11 requests sent.");
    let mut nothing = Report { credentials: Vec::new(), notes: Vec::new(), ..sample() };
    insta::assert_snapshot!(written(&nothing), @"overscope: No credentials found; 214 files read (3.4 MB), 2 skipped, 11 requests sent.");
    nothing.stats.files = 0;
    insta::assert_snapshot!(written(&nothing), @"
    ::warning title=Not everything was read::No file was read: nothing has been checked.
    overscope: 0 files read (3.4 MB), 2 skipped, 11 requests sent.
    ");
}

#[test]
fn a_message_is_no_longer_than_the_runner_takes() {
    let mut report = Report { credentials: vec![story()], ..sample() };
    report.credentials[0].title = "%".repeat(9_000);
    assert_eq!(commands(&report)[0].2.chars().count(), LONGEST);
}
