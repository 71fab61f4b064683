//! What is found and not reported: comments, baselines, paths, and the files of other scanners. What
//! is left out is counted and named, and nothing is left out for longer or for more than was said.

mod common;

use std::fs;

use common::{Folder, Ran, overscope, token};
use overscope::demo::{Trouble, World};
use overscope::detector::sample;
use serde_json::{Value, json};

fn railway(seed: u64) -> String {
    format!("RAILWAY_TOKEN={}", token(seed))
}

fn github(seed: u64) -> String {
    sample::generate("GITHUB_TOKEN=ghp_{base62:30}{crc32}", seed).unwrap().text
}

/// A comment of the program's own. Spelled out, it would be one in this file.
fn allow(rest: &str) -> String {
    format!("overscope:{}{rest}", "allow")
}

fn scan(folder: &Folder, more: &[&str]) -> Ran {
    let call = overscope(["scan", "--offline", "--format=json"]).at(folder.path());
    more.iter().fold(call, |call, argument| call.arg(argument)).run()
}

/// A repository with one file, scanned.
fn scan_text(name: &str, text: &str) -> Ran {
    let folder = Folder::plain();
    folder.write(name, text);
    scan(&folder, &[])
}

fn suppressed(ran: &Ran) -> Vec<Value> {
    ran.json()["suppressed"].as_array().unwrap().clone()
}

/// `by` of each place that is not reported.
fn by(ran: &Ran) -> Vec<String> {
    suppressed(ran).iter().map(|one| one["by"].as_str().unwrap().to_owned()).collect()
}

fn fingerprints(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let all = report["credentials"].as_array().unwrap().iter();
    all.map(|one| one["fingerprint"].as_str().unwrap().to_owned()).collect()
}

/// Kind, place and message of the notes about ignores.
fn told(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let kinds = ["stale", "expired", "ignore", "live"];
    let notes =
        report["notes"].as_array().unwrap().iter().filter(|note| kinds.contains(&note["kind"].as_str().unwrap()));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    notes.map(|note| format!("{} {}: {}", text(&note["kind"]), text(&note["about"]), text(&note["message"]))).collect()
}

#[test]
fn a_comment_beside_a_secret_lets_it_stay_and_is_named() {
    let own = allow("[railway-token] used in the tutorial");
    for text in [format!("{} # {own}\n", railway(1)), format!("# {own}\n{}\n", railway(1))] {
        let ran = scan_text("a.env", &text);
        assert_eq!((ran.status, fingerprints(&ran), told(&ran)), (0, vec![], vec![]), "{text}");
        let [one] = &suppressed(&ran)[..] else { panic!("one: {ran:?}") };
        assert_eq!((&one["by"], &one["reason"]), (&json!("overscope:allow"), &json!("used in the tutorial")));
        assert_eq!(
            (&one["detector"], &one["path"], &one["at"]),
            (&json!("railway-token"), &json!("a.env"), &json!("a.env:1"))
        );
        assert_eq!((&one["until"], one["fingerprint"].as_str().unwrap().len()), (&Value::Null, 32));
    }
    let folder = Folder::plain();
    folder.write("a.env", format!("{} # {own}\n", railway(1)));
    let text = overscope(["scan", "--offline"]).at(folder.path()).run();
    assert_eq!(text.status, 0);
    assert!(
        text.out.contains("a.env:1: railway-token, by overscope:allow (a.env:1): used in the tutorial"),
        "{}",
        text.out
    );
    assert!(text.out.contains("No credentials found; 1 suppressed (1 by a comment), 1 file read"), "{}", text.out);
}

#[test]
fn a_comment_is_about_the_kinds_that_it_names() {
    let ran = scan_text("a.env", &format!("{} # {}\n", railway(1), allow("[github-pat-classic] x")));
    assert_eq!((ran.status, suppressed(&ran).len()), (1, 0));
    assert_eq!(
        told(&ran),
        ["stale a.env:1: the comment allows github-pat-classic, and none is found there; take it out"]
    );
    let ran = scan_text("a.env", &format!("{} # {}\n", railway(1), allow("[npm-token, railway-token]")));
    assert_eq!((ran.status, suppressed(&ran).len(), told(&ran)), (0, 1, vec![]));
    let ran = scan_text("a.env", &format!("{} # {}\n", railway(1), allow("[railway-tokn]")));
    assert_eq!(
        (ran.status, told(&ran)),
        (1, vec!["ignore a.env:1: the comment allows `railway-tokn`, which is no detector; did you mean `railway-token`?".to_owned()])
    );
    let ran = scan_text("a.env", &format!("{} # {}\n", railway(1), allow(" it is a test")));
    assert_eq!(ran.status, 1);
    assert!(told(&ran)[0].contains("write overscope:allow[DETECTOR] and the reason"), "{ran:?}");
}

#[test]
fn a_comment_about_nothing_is_stale_where_all_was_read() {
    let folder = Folder::repository();
    folder.write("src/a.py", format!("x = 1  # {}\n", allow("[railway-token] gone"))).commit();
    let stale = "stale src/a.py:1: the comment allows railway-token, and none is found there; take it out";
    assert_eq!((scan(&folder, &[]).status, told(&scan(&folder, &[]))), (0, vec![stale.to_owned()]));
    assert_eq!(told(&scan(&folder, &["src"])), [] as [&str; 0]);
}

#[test]
fn a_credential_is_reported_as_long_as_one_of_its_places_is_not_allowed() {
    let folder = Folder::plain();
    folder.write("a.env", format!("{} # {}\n", railway(1), allow("[railway-token]")));
    folder.write("b.env", format!("{}\n", railway(1)));
    let ran = scan(&folder, &[]);
    let places: Vec<Value> =
        ran.credential()["locations"].as_array().unwrap().iter().map(|at| at["path"].clone()).collect();
    assert_eq!((ran.status, places, suppressed(&ran).len()), (1, vec![json!("b.env"), json!("a.env")], 0));
    assert_eq!(told(&ran), [] as [&str; 0]);
}

#[test]
fn comments_of_other_scanners_count_unless_they_shall_not() {
    let comments =
        ["gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "kingfisher:ignore", "pragma: allowlist secret"];
    for comment in comments {
        let folder = Folder::plain();
        folder.write("a.sh", format!("export {} # {comment}\n", railway(1)));
        let ran = scan(&folder, &[]);
        assert_eq!((ran.status, by(&ran)), (0, vec![comment.to_owned()]));
        assert_eq!(
            (
                scan(&folder, &["--no-foreign-allow"]).status,
                scan(&folder, &["--no-foreign-allow"]).credential()["detector"].clone()
            ),
            (1, json!("railway-token"))
        );
        folder.write("overscope.toml", "foreign_ignores = false\n");
        assert_eq!(scan(&folder, &[]).status, 1);
    }
    let ran = scan_text("a.sh", &format!("# pragma: allowlist nextline secret\nexport {}\n", railway(1)));
    assert_eq!((ran.status, by(&ran)), (0, vec!["pragma: allowlist secret".to_owned()]));
}

#[test]
fn a_comment_does_not_make_a_live_and_critical_credential_safe() {
    let folder = Folder::plain();
    folder.write("a.env", format!("{} # {}\n", railway(7), allow("[railway-token] a sample")));
    let replica = common::replica(World::nine_seconds(&token(7)), Trouble::None);
    let ran = overscope(["scan", "--format=json", &common::endpoint(&replica)]).at(folder.path()).run();
    assert_eq!((ran.status, by(&ran)), (0, vec!["overscope:allow".to_owned()]));
    let [note] = &told(&ran)[..] else { panic!("{ran:?}") };
    assert!(note.starts_with("live a.env:1: suppressed by a comment, and live and critical all the same: Railway account token can delete production data"), "{note}");
    assert!(ran.json()["stats"]["requests"].as_u64().unwrap() > 0);
    // A baseline is a decision: what it knows is not asked about.
    let folder = Folder::plain();
    folder.write("a.env", format!("{}\n", railway(7)));
    let file = folder.file("b.toml");
    overscope(["scan", "--offline", "--write-baseline"]).arg(&file).at(folder.path()).run();
    let ran = overscope(["scan", "--format=json", &common::endpoint(&replica), "--baseline"])
        .arg(&file)
        .at(folder.path())
        .run();
    assert_eq!((ran.status, ran.json()["stats"]["requests"].clone(), told(&ran)), (0, json!(0), vec![]));
}

/// A folder with two credentials and a baseline that knows them.
fn known() -> Folder {
    let folder = Folder::repository();
    folder.write("app/a.env", format!("# ours\n{}\n", railway(1))).write("b.sh", format!("export {}\n", github(2)));
    let ran = scan(&folder, &["--write-baseline=known.toml"]);
    assert_eq!((ran.status, fingerprints(&ran).len()), (1, 2));
    folder
}

const KNOWN: &[&str] = &["--baseline=known.toml"];

#[test]
fn what_a_baseline_knows_stays_known_when_the_code_moves() {
    let folder = known();
    let all_known = |what: &str| {
        let ran = scan(&folder, KNOWN);
        assert_eq!((ran.status, by(&ran), told(&ran)), (0, vec!["baseline".to_owned(); 2], vec![]), "{what}: {ran:?}");
    };
    all_known("as it was");
    folder.write("app/a.env", format!("{}# ours\n\n\n{}\n", "#\n".repeat(40), railway(1)));
    all_known("another line");
    fs::rename(folder.file("app/a.env"), folder.file("production.env")).unwrap();
    all_known("another name");
    folder.write("b.sh", format!("echo {{\n    export   {} ;\n}}\n", github(2).replace('=', "=\"") + "\""));
    all_known("another format");
    let both = format!("{}\n{}\n", github(2), railway(1));
    folder.write("b.sh", "").write("production.env", both);
    all_known("another order");
    folder.write("production.env", format!("{}\n{}\n", github(2), railway(3)));
    let ran = scan(&folder, KNOWN);
    assert_eq!(
        (ran.status, ran.credential()["detector"].clone(), by(&ran).len()),
        (1, json!("railway-token"), 1),
        "another value"
    );
}

#[test]
fn a_baseline_is_sorted_holds_no_value_and_is_the_same_for_the_same_finds() {
    let folder = known();
    let text = fs::read_to_string(folder.file("known.toml")).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('"')).collect();
    assert_eq!((lines.len(), lines.is_sorted()), (2, true), "{text}");
    assert!(
        lines.iter().any(|line| line.ends_with("{ detector = \"railway-token\", path = \"app/a.env\" }")),
        "{text}"
    );
    let (railway, github) = (token(1), github(2));
    for value in [railway.as_str(), github.split_once("ghp_").unwrap().1] {
        for part in value.as_bytes().windows(8) {
            assert!(!text.as_bytes().windows(8).any(|there| there == part), "{text}");
        }
    }
    scan(&folder, &["--write-baseline=again.toml"]);
    assert_eq!(fs::read_to_string(folder.file("again.toml")).unwrap(), text);
    scan(&folder, &["--baseline=known.toml", "--write-baseline=known.toml"]);
    assert_eq!(fs::read_to_string(folder.file("known.toml")).unwrap(), text);
}

#[test]
fn writing_a_baseline_keeps_reasons_days_and_what_was_not_found() {
    let folder = known();
    let text = fs::read_to_string(folder.file("known.toml")).unwrap();
    let gone =
        format!("\"{}\" = {{ detector = \"npm-token\", path = \"old\", reason = \"on a branch\" }}\n", "0".repeat(32));
    let edited = text
        .replace("path = \"app/a.env\" }", "path = \"app/a.env\", reason = \"a \\\"sample\\\"\", until = 2199-12-31 }")
        .replace("[known]\n", &format!("[known]\n{gone}"));
    assert_ne!(text, edited);
    folder.write("known.toml", &edited).write("c.env", format!("{}\n", railway(9)));
    let ran = scan(&folder, &["--baseline=known.toml", "--write-baseline=known.toml"]);
    let mine = suppressed(&ran).into_iter().find(|one| one["path"] == "app/a.env").unwrap();
    assert_eq!((&mine["reason"], &mine["until"]), (&json!("a \"sample\""), &json!("2199-12-31")));
    let written = fs::read_to_string(folder.file("known.toml")).unwrap();
    for line in edited.lines() {
        assert!(written.lines().any(|kept| kept == line), "{line} is not in {written}");
    }
    assert_eq!(written.lines().count(), edited.lines().count() + 1);
    assert_eq!(scan(&folder, KNOWN).status, 0);
}

#[test]
fn what_is_about_nothing_is_stale_and_what_has_ended_is_reported_again() {
    let folder = known();
    let text = fs::read_to_string(folder.file("known.toml")).unwrap();
    folder.write(
        "known.toml",
        text.replace("path = \"app/a.env\" }", "path = \"app/a.env\", reason = \"moves\", until = 2020-02-29 }"),
    );
    let ran = scan(&folder, KNOWN);
    let line = text.lines().position(|line| line.contains("railway")).unwrap() + 1;
    assert_eq!((ran.status, ran.credential()["detector"].clone()), (1, json!("railway-token")));
    assert_eq!(
        told(&ran),
        [format!(
            "expired known.toml:{line}: railway-token in app/a.env:2 was ignored until 2020-02-29, and is reported again (moves)"
        )]
    );
    fs::remove_file(folder.file("app/a.env")).unwrap();
    fs::remove_file(folder.file("b.sh")).unwrap();
    let ran = scan(&folder, KNOWN);
    let mut expected = [
        format!(
            "stale known.toml:{line}: railway-token in app/a.env was ignored until 2020-02-29, and is not found any more; take it out"
        ),
        format!(
            "stale known.toml:{}: github-pat-classic in b.sh is ignored, and nothing of it is found; take it out",
            if line == 7 { 8 } else { 7 }
        ),
    ];
    expected.sort();
    assert_eq!((ran.status, told(&ran)), (0, expected.to_vec()));
    // An ended entry is not renewed by writing the baseline again.
    folder.write("app/a.env", format!("{}\n", railway(1)));
    scan(&folder, &["--baseline=known.toml", "--write-baseline=known.toml"]);
    assert_eq!(scan(&folder, KNOWN).status, 1);
}

#[test]
fn a_baseline_that_cannot_be_used_is_an_error_with_its_place() {
    let folder = known();
    let refused = |text: &str, words: &[&str]| {
        folder.write("bad.toml", text);
        let ran = scan(&folder, &["--baseline=bad.toml"]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{ran:?}");
        words.iter().for_each(|word| assert!(ran.err.contains(word), "`{word}` is not in {}", ran.err));
    };
    refused("version = 2\n", &["bad.toml:1:11:", "version 2"]);
    refused("version = 1\n[known]\n\"abc\" = { detector = 'a', path = 'b' }\n", &["bad.toml:3:1:", "32 digits"]);
    let line = |rest: &str| {
        format!("version = 1\n[known]\n\"{}\" = {{ detector = 'a', path = 'b', {rest} }}\n", "0".repeat(32))
    };
    refused(&line("reson = 'x'"), &["bad.toml:3:", "`reson`", "did you mean `reason`?"]);
    refused(&line("until = '2027-01-01'"), &["bad.toml:3:"]);
    refused(
        &format!("version = 1\nmade_with = '{}'\n", "0".repeat(16)),
        &["bad.toml:2:13:", "another fingerprint key", "OVERSCOPE_FINGERPRINT_KEY"],
    );
    refused("hello", &["bad.toml:1:"]);
    let ran = scan(&folder, &["--baseline=none.toml"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("none.toml"), "{}", ran.err);
    let ran = scan(&folder, &["--write-baseline=no/such/folder/b.toml"]);
    assert_eq!((ran.status, fingerprints(&ran).len()), (2, 2), "what was found is not lost");
    assert!(ran.err.contains("no/such/folder/b.toml"), "{}", ran.err);
}

#[test]
fn the_key_may_come_from_the_baseline_itself() {
    let folder = known();
    let key = "fingerprint_key = \"of our own\"\n";
    folder.write("own.toml", format!("version = 1\n{key}[known]\n"));
    scan(&folder, &["--write-baseline=own.toml"]);
    let text = fs::read_to_string(folder.file("own.toml")).unwrap();
    assert!(text.contains(key), "{text}");
    assert_ne!(text.replace(key, ""), fs::read_to_string(folder.file("known.toml")).unwrap());
    assert_eq!(scan(&folder, &["--baseline=own.toml"]).status, 0);
    let elsewhere = overscope(["scan", "--offline", "--baseline=own.toml"])
        .at(folder.path())
        .env("OVERSCOPE_FINGERPRINT_KEY", "x")
        .run();
    assert_eq!(elsewhere.status, 2);
    assert!(elsewhere.err.contains("another fingerprint key"), "{}", elsewhere.err);
}

#[test]
fn paths_of_the_configuration_are_not_reported() {
    let folder = Folder::repository();
    folder.write("tests/fixtures/a.env", format!("{}\n", railway(1))).write("src/a.env", format!("{}\n", railway(2)));
    let ignore = |rest: &str| {
        folder.write("overscope.toml", format!("[[ignore]]\n{rest}\nreason = 'samples'\n"));
        scan(&folder, &[])
    };
    for paths in ["'tests/'", "'fixtures'", "'tests/**/*.env'", "'/tests'", "'a.env', '!/src/a.env'"] {
        let ran = ignore(&format!("paths = [{paths}]"));
        let [one] = &suppressed(&ran)[..] else { panic!("{paths}: {ran:?}") };
        assert_eq!(
            (&one["by"], &one["at"], &one["reason"]),
            (&json!("ignore"), &json!("overscope.toml:2"), &json!("samples"))
        );
        assert_eq!((ran.status, ran.paths()), (1, vec!["src/a.env".to_owned()]), "{paths}");
    }
    let ran = ignore("paths = ['tests']\ndetectors = ['npm-token']");
    assert_eq!((ran.paths().len(), told(&ran)), (2, vec!["stale overscope.toml:2: what lies in tests is ignored (samples), and nothing of it is found; take it out".to_owned()]));
    assert_eq!(ignore("paths = ['*.env']\ndetectors = ['railway-token']").status, 0);
    let ran = ignore("paths = ['tests']\nuntil = 2020-01-01");
    assert_eq!((ran.paths().len(), told(&ran)), (2, vec!["expired overscope.toml:2: railway-token in tests/fixtures/a.env:1 was ignored until 2020-01-01, and is reported again (samples)".to_owned()]));
    // Paths are the repository's, wherever in it the scan begins and under whatever argument.
    ignore("paths = ['tests']");
    for arguments in [&["tests"][..], &["tests/fixtures/a.env"], &["tests", "tests/fixtures"]] {
        assert_eq!(scan(&folder, arguments).status, 0, "{arguments:?}");
    }
}

#[test]
fn paths_that_make_no_sense_are_errors_with_their_place() {
    let folder = Folder::plain();
    for (rest, words) in [
        ("paths = []\nreason = 'x'", &["overscope.toml:2:9:", "name at least one path"][..]),
        ("paths = ['a', '#b']\nreason = 'x'", &["overscope.toml:2:15:", "`#b` names no path"]),
        ("paths = ['a']\nreason = ' '", &["overscope.toml:3:10:", "needs a reason"]),
        ("paths = ['a']", &["overscope.toml:1:1:", "reason"]),
        ("path = ['a']\nreason = 'x'", &["overscope.toml:2:1:", "did you mean `paths`?"]),
        (
            "paths = ['a']\nreason = 'x'\ndetectors = ['npm-tokn']",
            &["overscope.toml:4:14:", "did you mean `npm-token`?"],
        ),
    ] {
        folder.write("overscope.toml", format!("[[ignore]]\n{rest}\n"));
        let ran = scan(&folder, &[]);
        assert_eq!(ran.status, 2, "{rest}: {ran:?}");
        words.iter().for_each(|word| assert!(ran.err.contains(word), "`{word}` is not in {}", ran.err));
    }
}

fn sha1(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn files_of_other_scanners_count_and_become_a_baseline() {
    let folder = Folder::repository();
    folder.write("a.sh", format!("\nexport {}\n", railway(1))).write("b.sh", format!("export {}\n", github(2)));
    folder.write("c.sh", format!("export {}\n", github(3)));
    folder.write(".gitleaksignore", "# ours\n\na.sh:generic-api-key:2\nbroken\n0123456789abcdef:c.sh:github-pat:1\n");
    let value = github(2).split_once('=').unwrap().1.to_owned();
    let known = json!({ "version": "1.5.0", "results": { "b.sh": [
        { "type": "GitHub Token", "filename": "b.sh", "hashed_secret": sha1(&value), "is_verified": false, "line_number": 40 } ] } });
    folder.write(".secrets.baseline", known.to_string());
    let ran = scan(&folder, &[]);
    assert_eq!(
        (ran.status, by(&ran), ran.paths()),
        (1, vec![".gitleaksignore".to_owned(), ".secrets.baseline".to_owned()], vec!["c.sh".to_owned()]),
        "{ran:?}"
    );
    assert_eq!(suppressed(&ran)[0]["at"], ".gitleaksignore:3");
    assert_eq!(
        told(&ran),
        ["ignore .gitleaksignore:4: neither `file:rule:line` nor `commit:file:rule:line`; the line is passed over"]
    );
    assert_eq!(scan(&folder, &["--no-foreign-allow"]).paths().len(), 3);
    scan(&folder, &["--write-baseline=known.toml"]);
    let text = fs::read_to_string(folder.file("known.toml")).unwrap();
    assert!(
        text.contains("reason = \"from .gitleaksignore\"") && text.contains("reason = \"from .secrets.baseline\""),
        "{text}"
    );
    fs::remove_file(folder.file(".gitleaksignore")).unwrap();
    fs::remove_file(folder.file(".secrets.baseline")).unwrap();
    assert_eq!(scan(&folder, KNOWN).status, 0);
}

#[cfg(unix)]
#[test]
fn files_of_other_scanners_that_cannot_be_read_are_named_and_hold_nothing_up() {
    let folder = Folder::plain();
    folder.write("a.env", format!("{}\n", railway(1))).write(".secrets.baseline", "{ not json");
    common::make_fifo(&folder, ".gitleaksignore");
    std::os::unix::fs::symlink("/dev/zero", folder.file(".betterleaksignore")).unwrap();
    let ran = scan(&folder, &[]);
    assert_eq!(ran.status, 1);
    let told = told(&ran);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|note| note.contains("what it ignores is reported")), "{told:?}");
}

/// What another scanner hashed as a password may be somebody's user name as well.
#[test]
fn a_hash_of_another_scanner_is_that_of_the_secret_and_not_of_its_user() {
    let folder = Folder::repository();
    let password = sample::generate("<{base62:24}>", 5).unwrap().secret;
    folder.write("a.env", format!("DATABASE_URL=postgres://postgres:{password}@db.acme.test/shop\n"));
    let known = |hashed: &str| {
        let entry = json!({ "type": "Basic Auth Credentials", "hashed_secret": sha1(hashed) });
        folder.write(".secrets.baseline", json!({ "version": "1.5.0", "results": { "a.env": [entry] } }).to_string());
        scan(&folder, &[])
    };
    let ran = known("postgres");
    assert_eq!((ran.status, by(&ran)), (1, vec![]), "{ran:?}");
    let ran = known(&password);
    assert_eq!((ran.status, by(&ran)), (0, vec![".secrets.baseline".to_owned()]), "{ran:?}");
}

#[test]
fn a_baseline_that_the_configuration_names_can_be_written_first() {
    let folder = Folder::repository();
    folder.write("a.env", format!("{}\n", railway(1))).write("overscope.toml", "baseline = 'known.toml'\n");
    let ran = scan(&folder, &[]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("known.toml: no such file; `overscope scan --write-baseline"), "{}", ran.err);
    assert_eq!(scan(&folder, &["--write-baseline=known.toml"]).status, 1);
    assert_eq!(scan(&folder, &[]).status, 0);
}

/// A scan says nothing of what it could not have seen.
#[test]
fn what_lies_beyond_the_files_as_they_are_is_stale_only_where_that_is_read() {
    let folder = Folder::repository();
    folder.write("gone.env", format!("{}\n", railway(1))).commit();
    fs::remove_file(folder.file("gone.env")).unwrap();
    folder.write(".gitignore", "*.local\n").commit();
    folder.write("a.local", format!("{}\n", railway(2))).write("b.env", format!("{}\n", railway(3)));
    for more in [&["--history"][..], &["--ignored"]] {
        scan(&folder, &[more, &["--write-baseline=known.toml"]].concat());
    }
    let text = fs::read_to_string(folder.file("known.toml")).unwrap();
    for entry in
        ["path = \"gone.env\", in = \"history\" }", "path = \"a.local\", in = \"ignored\" }", "path = \"b.env\" }"]
    {
        assert!(text.contains(entry), "{entry}: {text}");
    }
    let stale = |more: &[&str]| told(&scan(&folder, &[KNOWN, more].concat()));
    assert_eq!((stale(&[]), stale(&["--ignored"])), (vec![], vec![]));
    fs::remove_file(folder.file("a.local")).unwrap();
    assert_eq!(stale(&[]), [] as [&str; 0]);
    let [one] = &stale(&["--ignored"])[..] else { panic!("a.local alone") };
    assert!(one.contains("railway-token in a.local"), "{one}");
    // What has come to lie in the files is looked for there.
    folder.write("now.env", format!("{}\n", railway(1)));
    scan(&folder, &["--write-baseline=known.toml"]);
    assert!(!fs::read_to_string(folder.file("known.toml")).unwrap().contains("\"history\""));
}

#[test]
fn sarif_has_what_is_suppressed_where_that_is_asked_for() {
    let folder = Folder::repository();
    folder.write("a.env", format!("{} # {}\n", railway(1), allow("[railway-token] a sample")));
    folder.write("b.env", format!("{}\n", railway(2)));
    folder.write("c/x.env", format!("{}\n", github(3))).write("c/y.env", format!("{}\n", github(3)));
    folder.write("overscope.toml", "[[ignore]]\npaths = ['c/']\nreason = 'made up'\nuntil = 2199-12-31\n");
    let sarif = |more: &[&str]| {
        let call = overscope(["scan", "--offline", "--format=sarif"]).at(folder.path());
        let ran = more.iter().fold(call, |call, argument| call.arg(argument)).run();
        assert_eq!(ran.status, 1, "{ran:?}");
        ran.json()["runs"][0].clone()
    };
    assert_eq!(sarif(&[])["results"].as_array().unwrap().len(), 1);
    let run = sarif(&["--show-suppressed"]);
    let [reported, comment, path] = &run["results"].as_array().unwrap()[..] else { panic!("{run:#}") };
    assert_eq!(reported["suppressions"], Value::Null);
    assert_eq!(
        comment["suppressions"],
        json!([{ "kind": "inSource", "status": "accepted", "justification": "a.env:1: a sample." }])
    );
    assert_eq!(
        path["suppressions"],
        json!([{ "kind": "external", "status": "accepted", "justification": "overscope.toml:2, until 2199-12-31: made up." }])
    );
    assert_eq!(path["message"]["text"], "github-pat-classic, suppressed by ignore. Also in [c/y.env:1](1).");
    for result in run["results"].as_array().unwrap() {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][at]["id"], result["ruleId"]);
    }
}
