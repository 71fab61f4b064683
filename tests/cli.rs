//! The command line: every call that makes no sense gets a message with the next step, and every
//! exit status means what it says.

mod common;

use std::fs;

use common::{Folder, Listener, Ran, endpoint, overscope, replica, token};
use overscope::demo::{Trouble, World, repository};
use overscope::detector::sample;
use serde_json::{Value, json};

fn with_token() -> Folder {
    let folder = Folder::repository();
    folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(1))).commit();
    folder
}

fn run(folder: &Folder, arguments: &[&str]) -> Ran {
    overscope(arguments).at(folder.path()).run()
}

/// Status 2, nothing on standard output, one message that holds all of these.
fn refused(ran: &Ran, words: &[&str]) {
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{ran:?}");
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in: {}", ran.err);
    }
    assert!(!ran.err.contains("panicked") && !ran.err.contains("internal error"), "{}", ran.err);
}

#[test]
fn an_endpoint_must_make_sense() {
    let folder = with_token();
    let try_endpoint = |given: &str| run(&folder, &["scan", "--endpoint", given]);
    refused(&try_endpoint("railwy=https://x.example"), &["unknown provider `railwy`", "did you mean `railway`?"]);
    let far = try_endpoint("foo=https://x.example");
    refused(&far, &["unknown provider `foo`", "nearest are ", "`overscope detectors list --format json`"]);
    assert!(far.err.len() < 200, "not all of them: {}", far.err);
    refused(&try_endpoint("☃=https://x.example"), &["unknown provider `☃`", "`overscope detectors list"]);
    refused(&try_endpoint("railway"), &["PROVIDER=URL"]);
    refused(
        &try_endpoint("railway=http://backboard.example/graphql"),
        &["plain http is for loopback addresses only", "https"],
    );
    refused(&try_endpoint("railway=http://127.0.0.1.evil.example/"), &["loopback"]);
    refused(&try_endpoint("railway=http://10.0.0.1/"), &["loopback"]);
    refused(&try_endpoint("railway=ftp://127.0.0.1/"), &["https"]);
    refused(&try_endpoint("railway=nonsense"), &["no address"]);
    refused(&try_endpoint("railway=https://dana@x.example/"), &["user name"]);
    refused(&try_endpoint("railway.info=https://x.example"), &["no base `info`"]);
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_known_one() {
    let folder = with_token();
    folder.write("overscope.toml", "# ours\nvisibilty = \"public\"\n");
    refused(
        &run(&folder, &["scan", "--offline"]),
        &["overscope.toml:2:1:", "`visibilty`", "did you mean `visibility`?"],
    );
    folder.write("overscope.toml", "detectors = ['own.toml']\n");
    folder.write("own.toml", "id = \"own\"\nname = \"Own\"\n\n[[detector]]\nkeyword = [\"own\"]\n");
    refused(&run(&folder, &["scan", "--offline"]), &["own.toml:5:1:", "`keyword`", "did you mean `keywords`?"]);
    refused(&run(&folder, &["detectors", "check", "own.toml"]), &["own.toml:5:1:", "did you mean `keywords`?"]);
    folder.write("overscope.toml", "detectors = ['missing.toml']\n");
    refused(&run(&folder, &["scan", "--offline"]), &["missing.toml"]);
    folder.write("overscope.toml", "visibility = [");
    refused(&run(&folder, &["scan", "--offline"]), &["overscope.toml:1:"]);
    fs::remove_file(folder.file("overscope.toml")).unwrap();
    refused(&run(&folder, &["scan", "--offline", "--config", "no.toml"]), &["no.toml", "cannot be read"]);
    folder.write("other.toml", "visibility = \"secret\"\n");
    refused(&run(&folder, &["scan", "--offline", "--config", "other.toml"]), &["other.toml:1:14:", "public"]);
}

#[test]
fn a_path_must_be_there_and_be_scannable() {
    let folder = with_token();
    refused(&run(&folder, &["scan", "--offline", "no-such"]), &["no-such", "no such file or directory", "name a path"]);
    refused(&run(&folder, &["scan", "--offline", "a.env/b"]), &["a.env/b"]);
    refused(&run(&folder, &["scan", "--offline", "/dev/null"]), &["/dev/null", "neither a file nor a directory"]);
    refused(&run(&folder, &["scan", "--offline", ".", "no-such"]), &["no-such"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_scannable() {
    let folder = with_token();
    common::make_fifo(&folder, "pipe");
    refused(&run(&folder, &["scan", "--offline", "pipe"]), &["pipe", "only regular files and folders"]);
}

#[test]
fn inspect_needs_a_credential_that_fits() {
    let inspect = |arguments: &[&str], given: &str| {
        overscope(["inspect", "--offline"].iter().chain(arguments)).stdin(given).run()
    };
    refused(&inspect(&[], ""), &["standard input is empty", "overscope inspect"]);
    refused(&inspect(&[], " \n"), &["standard input is empty"]);
    refused(&inspect(&[], "hello"), &["fits no detector", "overscope detectors list"]);
    refused(&inspect(&[], &token(3)), &["fits no detector by itself", "railway-token", "as in `overscope inspect "]);
    refused(
        &inspect(&["railway-token"], "hello"),
        &["does not look like a `railway-token`", "overscope detectors show"],
    );
    refused(&inspect(&["railway-tokn"], "x"), &["did you mean `railway-token`?"]);
    let ran = inspect(&["railway-token", "--format=json"], &token(3));
    assert_eq!((ran.status, &ran.credential()["detector"]), (1, &json!("railway-token")));
    // A name beside the value says enough.
    let ran = inspect(&["--format=json"], &format!("RAILWAY_API_TOKEN={}\n", token(3)));
    assert_eq!((ran.status, &ran.credential()["locations"][0]["origin"]), (1, &json!("stdin")));
}

#[test]
fn inspect_asks_the_issuer() {
    let replica = replica(World::nine_seconds(&repository::token()), Trouble::None);
    let ran =
        overscope(["inspect", "railway-token", "--format=json", &endpoint(&replica)]).stdin(repository::token()).run();
    let credential = ran.credential();
    assert_eq!((ran.status, &credential["liveness"], &credential["score"]), (1, &json!("live"), &json!(10.0)));
    assert_eq!((&credential["needed"], &credential["needs_resolved"].is_boolean()), (&credential["needed"], &false));
    assert_eq!(replica.violations(), Vec::<String>::new());
}

#[test]
fn a_report_that_cannot_be_written_is_printed() {
    let folder = with_token();
    folder.write("file", "");
    for arguments in [
        &["scan", "--offline", "--format=json", "-o", "no-folder/out.json"][..],
        &["scan", "--offline", "--format=json", "-o", "file/out.json"],
        &["scan", "--offline", "--format=json", "-o", "."],
    ] {
        let ran = run(&folder, arguments);
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert_eq!(ran.json()["credentials"].as_array().unwrap().len(), 1, "{arguments:?}");
        assert!(ran.err.contains("cannot be written") && ran.err.contains("standard output"), "{}", ran.err);
    }
    // A further report that cannot be written takes neither the main one nor the others with it.
    let ran = run(&folder, &["scan", "--offline", "--report=sarif=no/x.sarif", "--report=json=good.json"]);
    assert_eq!(ran.status, 2);
    assert!(ran.out.contains("railway") || ran.out.contains("Railway"), "{}", ran.out);
    let good: Value = serde_json::from_str(&fs::read_to_string(folder.file("good.json")).unwrap()).unwrap();
    assert_eq!(good["stats"]["credentials"], 1);
    refused(&run(&folder, &["scan", "--offline", "--request-log", "no/log"]), &["no/log", "cannot be written"]);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".overscope-")), "{left:?}");
}

#[test]
fn a_format_that_is_not_built_says_so() {
    let folder = with_token();
    let ran = run(&folder, &["scan", "--offline", "--format", "html"]);
    refused(&ran, &["not built in this version", "text, json, sarif, markdown, github, gitlab"]);
    refused(&run(&folder, &["scan", "--offline", "--report", "html=x"]), &["not built in this version"]);
    refused(&run(&folder, &["scan", "--offline", "--format=yaml"]), &["no report format `yaml`"]);
    refused(&run(&folder, &["scan", "--offline", "--report=json"]), &["FORMAT=FILE"]);
    refused(&run(&folder, &["scan", "--offline", "--fail-on=bad"]), &["critical", "never"]);
    refused(&run(&folder, &["scan", "--offline", "--confidence=bad"]), &["medium"]);
    refused(&run(&folder, &["scan", "--offline", "--deadline=soon"]), &["soon"]);
    let nowhere = "--endpoint=railway=http://127.0.0.1:1/";
    refused(&run(&folder, &["scan", nowhere, "--ca-cert=a.env"]), &["a.env", "holds no certificate"]);
    refused(&run(&folder, &["scan", nowhere, "--ca-cert=missing.pem"]), &["missing.pem"]);
    refused(&run(&folder, &["frobnicate"]), &["frobnicate"]);
    refused(&run(&folder, &[]), &["Usage"]);
}

/// Root reads everything, and then this cannot be tried.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read_is_a_note_and_status_3() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::repository();
    folder.write("closed.txt", "x").write("shut/in.txt", "x").write("open.txt", "x").commit();
    let close = |name: &str, mode| fs::set_permissions(folder.file(name), fs::Permissions::from_mode(mode)).unwrap();
    close("closed.txt", 0o000);
    if fs::read(folder.file("closed.txt")).is_ok() {
        println!("skipped: this user may read everything");
        close("closed.txt", 0o644);
        return;
    }
    close("shut", 0o000);
    let ran = run(&folder, &["scan", "--offline", "--format=json"]);
    close("shut", 0o755);
    assert_eq!(ran.status, 3);
    let report = ran.json();
    let unreadable = |note: &&Value| note["kind"] == "unreadable" && note["incomplete"] == true;
    assert!(report["notes"].as_array().unwrap().iter().filter(unreadable).count() >= 2, "{report:#}");
}

/// What can be tried as root, too: text beyond the limit that is read of one file.
#[test]
fn text_that_is_too_large_is_a_note_and_status_3() {
    let folder = Folder::plain();
    let file = fs::File::create(folder.file("large.txt")).unwrap();
    file.set_len((256 << 20) + 1).unwrap();
    let ran = run(&folder, &["scan", "--offline", "--format=json"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert_eq!(ran.json()["stats"]["skipped"], 1);
    folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(2)));
    assert_eq!(run(&folder, &["scan", "--offline"]).status, 1, "what was found comes before what was not read");
    assert_eq!(run(&folder, &["scan", "--offline", "--fail-on=never"]).status, 3);
}

#[test]
fn the_threshold_decides() {
    let folder = with_token();
    for (threshold, status) in [("low", 1), ("medium", 1), ("high", 1), ("critical", 1), ("never", 0)] {
        assert_eq!(run(&folder, &["scan", "--offline", "--fail-on", threshold]).status, status, "{threshold}");
    }
    let staging = replica(World::staging_project_token(&token(1)), Trouble::None);
    for (threshold, status) in [("low", 1), ("medium", 1), ("high", 0), ("critical", 0)] {
        let ran = run(&folder, &["scan", &endpoint(&staging), "--fail-on", threshold]);
        assert_eq!(ran.status, status, "{threshold}: {}", ran.out);
    }
    assert_eq!(run(&folder, &["scan", "--offline", "--confidence=high", "--fail-on=critical"]).status, 1);
}

#[test]
fn offline_is_offline_however_it_is_said() {
    let folder = with_token();
    let replica = replica(World::nine_seconds(&token(1)), Trouble::None);
    let call =
        || overscope(["scan", "--format=json", "--request-log=log.jsonl", &endpoint(&replica)]).at(folder.path());
    for ran in [
        call().arg("--offline").run(),
        call().env("OVERSCOPE_OFFLINE", "1").run(),
        call().arg("--offline").arg("--deadline=9").run(),
    ] {
        assert_eq!((ran.status, &ran.credential()["liveness"]), (1, &json!("not-asked")));
        assert!(!ran.err.contains("asking"), "{}", ran.err);
        assert_eq!(fs::read_to_string(folder.file("log.jsonl")).unwrap(), "");
    }
    assert_eq!(replica.requests().len(), 0);
    let asked = call().env("OVERSCOPE_OFFLINE", "0").run();
    assert_eq!(asked.credential()["liveness"], "live");
    assert!(replica.requests().len() > 3);
}

#[test]
fn a_dry_run_lists_and_sends_nothing() {
    let folder = with_token();
    let replica = replica(World::nine_seconds(&token(1)), Trouble::None);
    let ran = run(&folder, &["scan", "--dry-run", "--request-log=log.jsonl", &endpoint(&replica)]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for word in ["railway-token (a.env:1)", &format!("POST {}", replica.url()), "apiToken", "for each workspace"] {
        assert!(ran.out.contains(word), "`{word}`: {}", ran.out);
    }
    assert_eq!((replica.requests().len(), fs::read_to_string(folder.file("log.jsonl")).unwrap()), (0, String::new()));
    assert!(!ran.err.contains("asking"), "{}", ran.err);
}

/// A repository must not say where a secret goes, so that a server of one's own has no address.
#[test]
fn a_server_of_ones_own_is_asked_only_where_the_user_names_it() {
    let folder = Folder::repository();
    let sample = sample::generate("VAULT_ADDR=https://vault.acme.test\nVAULT_TOKEN=<hvs.{base62:24}>\n", 1).unwrap();
    folder.write("a.env", sample.text).commit();
    let named = "name it with --endpoint vault=URL";
    let ran = run(&folder, &["scan", "--format=json"]);
    let one = ran.credential();
    assert_eq!((&one["liveness"], &ran.json()["stats"]["requests"]), (&json!("not-asked"), &json!(0)));
    assert!(one["gaps"][0].as_str().unwrap().contains(named), "{one:#}");
    assert!(!ran.err.contains("asking"), "{}", ran.err);
    let planned = run(&folder, &["scan", "--dry-run"]);
    assert!(planned.out.contains(named), "{}", planned.out);
    let vault = Listener::answering(403, "", r#"{"errors":["permission denied","invalid token"]}"#);
    let ran = run(&folder, &["scan", "--format=json", &format!("--endpoint=vault={}", vault.url())]);
    assert_eq!((&ran.credential()["liveness"], vault.seen().len()), (&json!("dead"), 1));
    assert!(ran.err.contains("asking HashiCorp Vault (127.0.0.1)"), "{}", ran.err);
}

#[test]
fn the_request_log_is_what_the_issuer_saw() {
    let folder = with_token();
    let replica = replica(World::nine_seconds(&token(1)), Trouble::None);
    let ran = run(&folder, &["scan", "--format=json", "--request-log=log.jsonl", &endpoint(&replica)]);
    let log = fs::read_to_string(folder.file("log.jsonl")).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), replica.requests().len());
    assert_eq!(json!(lines.len()), ran.json()["stats"]["requests"]);
    for line in &lines {
        assert_eq!(
            (&line["provider"], &line["method"], &line["status"]),
            (&json!("railway"), &json!("POST"), &json!(200))
        );
        assert_eq!(line["fingerprint"], ran.credential()["fingerprint"]);
        assert!(line["url"].as_str().unwrap().ends_with("/graphql/v2"));
        assert!(line["time"].is_string() && line["duration_ms"].is_u64());
    }
    assert!(ran.err.contains("Railway") && ran.err.contains("leaves marks"), "{}", ran.err);
}

#[test]
fn standard_input_is_a_source() {
    let ran = overscope(["scan", "--stdin", "--stdin-path=deploy/x.env", "--offline", "--format=json"])
        .stdin(format!("A=b\nRAILWAY_TOKEN={}\n", token(4)))
        .run();
    let credential = ran.credential();
    let place = &credential["locations"][0];
    assert_eq!((ran.status, &place["path"], &place["line"]), (1, &json!("deploy/x.env"), &json!(2)));
    assert_eq!((&place["origin"], &credential["needs_resolved"]), (&json!("stdin"), &Value::Null));
    assert_eq!(overscope(["scan", "--stdin", "--offline"]).stdin("nothing here").run().status, 0);
    assert_eq!(overscope(["scan", "--stdin", "--offline"]).stdin("").run().status, 0);
}

#[test]
fn a_scan_that_read_no_file_says_so() {
    let empty = Folder::plain();
    let ran = run(&empty, &["scan", "--offline"]);
    assert_eq!(ran.status, 0);
    let said = format!("{}{}", ran.out, ran.err).to_lowercase();
    assert!(said.contains("no file"), "{said}");
    let ran = run(&empty, &["scan", "--offline", "--format=json"]);
    assert_eq!(ran.notes(), [(": No file was read: nothing has been checked.".to_owned(), false)]);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = Folder::story(&repository::token());
    for number in 0..60 {
        folder.write(format!("many/{number}/{}.env", number % 7), format!("RAILWAY_TOKEN={}\n", token(number % 20)));
    }
    let mut world = World::nine_seconds(&repository::token());
    let holder = world.tokens[0].holder.clone();
    (0..10).for_each(|seed| world.add_token(&token(seed), &format!("token {seed}"), holder.clone()));
    let replica = replica(world, Trouble::None);
    for format in ["text", "json", "sarif"] {
        let runs: Vec<(i32, String)> = ["-j1", "-j2", "-j8", "-j2"]
            .iter()
            .map(|jobs| run(&folder, &["scan", "--ignored", jobs, "--format", format, &endpoint(&replica)]))
            .map(|ran| (ran.status, ran.out))
            .collect();
        assert!(runs[0].1.len() > 1000);
        for other in &runs[1..] {
            assert!(*other == runs[0], "{format} differs");
        }
    }
    assert_eq!(replica.violations(), Vec::<String>::new());
}

#[test]
fn standard_output_holds_the_report_alone() {
    let folder = with_token();
    let replica = replica(World::nine_seconds(&token(1)), Trouble::None);
    let ran = run(&folder, &["scan", "-vv", "--format=json", &endpoint(&replica)]);
    ran.json();
    assert!(!ran.err.is_empty());
    let quiet = run(&folder, &["scan", "-q", "--format=json", &endpoint(&replica)]);
    assert_eq!((quiet.err.as_str(), quiet.out), ("", ran.out));
    let file = run(&folder, &["scan", "-q", "--format=json", &endpoint(&replica), "-o", "out.json"]);
    assert_eq!((file.status, file.out.as_str(), file.err.as_str()), (1, "", ""));
    assert!(fs::read_to_string(folder.file("out.json")).unwrap().contains("\"schema\": 1"));
}

#[test]
fn paths_are_relative_to_the_repository_wherever_it_is_called_from() {
    let folder = Folder::repository();
    folder.write("deep/er/a.env", format!("RAILWAY_TOKEN={}\n", token(1))).commit();
    let path = |folder: &std::path::Path, argument: &str| {
        let ran = overscope(["scan", "--offline", "--format=json", argument]).at(folder).run();
        ran.credential()["locations"][0]["path"].clone()
    };
    for (from, argument) in [("", "."), ("", "deep"), ("deep", "."), ("deep/er", "a.env"), ("", "deep/er/a.env")] {
        assert_eq!(path(&folder.file(from), argument), "deep/er/a.env", "{from} {argument}");
    }
}

#[test]
fn detectors_are_listed_shown_and_checked() {
    let list = overscope(["detectors", "list", "--format=json"]).run();
    let rows: Value = serde_json::from_str(&list.out).unwrap();
    let railway = rows.as_array().unwrap().iter().find(|row| row["id"] == "railway-token").unwrap();
    assert_eq!((&railway["provider"], list.status), (&json!("railway"), 0));
    for name in ["id", "provider", "name", "requests", "scope", "confidence"] {
        assert!(railway.get(name).is_some(), "{name}");
    }
    for row in rows.as_array().unwrap() {
        assert!(["stated", "tested", "decoded", "inferred", "none"].contains(&row["scope"].as_str().unwrap()), "{row}");
        let shown = overscope(["detectors", "show", row["id"].as_str().unwrap()]).run();
        assert!(shown.status == 0 && shown.out.contains("revoke"), "{row}");
    }
    let checked = overscope(["detectors", "check"]).run();
    assert!(checked.status == 0 && checked.out.contains("0 complaints"), "{}", checked.out);
    refused(&overscope(["detectors", "show", "railway-tokn"]).run(), &["did you mean `railway-token`?"]);
    refused(&overscope(["detectors", "check", "missing.toml"]).run(), &["missing.toml"]);
    refused(&overscope(["detectors", "list", "--format=html"]).run(), &["not built"]);
}

#[test]
fn help_and_version_are_no_errors() {
    for argument in ["--help", "--version", "scan --help"] {
        let ran = overscope(argument.split(' ')).run();
        assert!(ran.status == 0 && ran.err.is_empty() && ran.out.contains("overscope"), "{ran:?}");
    }
}

/// `overscope scan | head` in a script that asks for the status of each.
#[test]
fn a_reader_that_goes_away_does_not_make_a_find_undone() {
    let folder = Folder::plain();
    folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(1)));
    let scan = |more: &[&str]| {
        let call = overscope(["scan", "--offline", "--format=json"]).at(folder.path());
        more.iter().fold(call, |call, argument| call.arg(argument)).unheard()
    };
    assert_eq!(scan(&[]), 1);
    assert_eq!(scan(&["--write-baseline=known.toml", "--report=json=a.json"]), 1);
    assert!(folder.file("known.toml").exists() && folder.file("a.json").exists());
    assert_eq!(scan(&["--fail-on=never"]), 0);
}

#[test]
fn two_reports_do_not_share_a_file() {
    let folder = Folder::plain();
    folder.write("a.txt", "nothing");
    let scan = |arguments: &[&str]| run(&folder, &[&["scan", "--offline"], arguments].concat());
    refused(&scan(&["--report=json=out", "--report=sarif=out"]), &["out", "each a file of its own"]);
    refused(&scan(&["-o", "./out", "--report=sarif=out"]), &["out", "each a file of its own"]);
    refused(&scan(&["--report=sarif="]), &["--report sarif=", "name the file behind the `=`"]);
    assert!(!folder.file("out").exists());
    // Nobody knows the name of the file that was to take its place.
    let ran = scan(&["--report=sarif=nowhere/out"]);
    assert!(!ran.err.contains(".overscope-") && ran.err.contains("nowhere/out cannot be written"), "{}", ran.err);
}
