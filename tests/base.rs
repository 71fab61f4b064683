//! Who brings a change does not decide how it is judged: with `--diff` the files that steer a scan are
//! those of its base, wherever they are named, and a new comment allows nothing.

mod common;

use std::fs;

use common::packed::Zip;
use common::{Folder, Ran, overscope, token};
use serde_json::{Value, json};

fn railway(seed: u64) -> String {
    format!("RAILWAY_TOKEN={}", token(seed))
}

/// A comment of the program's own. Spelled out, it would be one in this file.
fn allow(rest: &str) -> String {
    format!("overscope:{}{rest}", "allow")
}

fn scan(folder: &Folder, more: &[&str]) -> Ran {
    let call = overscope(["scan", "--offline", "--format=json"]).at(folder.path());
    more.iter().fold(call, |call, argument| call.arg(argument)).run()
}

fn suppressed(ran: &Ran) -> Vec<Value> {
    ran.json()["suppressed"].as_array().unwrap().clone()
}

/// `by` of each place that is not reported.
fn by(ran: &Ran) -> Vec<String> {
    suppressed(ran).iter().map(|one| one["by"].as_str().unwrap().to_owned()).collect()
}

/// A repository whose main branch knows one credential, by a baseline, a comment or a path, and a
/// branch on top.
fn branch(config: &str, files: &[(&str, &str)]) -> Folder {
    let folder = Folder::repository();
    folder.write("overscope.toml", config);
    for (name, text) in files {
        folder.write(name, text);
    }
    folder.commit();
    folder.git(["checkout", "--quiet", "-b", "change"]);
    folder
}

fn scan_change(folder: &Folder, more: &[&str]) -> Ran {
    folder.commit();
    scan(folder, &[&["--diff=main...change"], more].concat())
}

#[test]
fn a_change_does_not_decide_how_it_is_judged() {
    let secret = format!("{}\n", railway(1));
    let folder = branch("visibility = 'private'\n", &[]);
    folder.write("a.env", &secret);
    folder.write("overscope.toml", "fail_on = 'never'\n[[ignore]]\npaths = ['**']\nreason = 'mine'\n");
    folder.write(".gitleaksignore", "a.env:generic-api-key:1\n");
    let ran = scan_change(&folder, &[]);
    assert_eq!((ran.status, by(&ran)), (1, vec![]));
    let report = ran.json();
    let about: Vec<&str> = report["notes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|note| note["kind"] == "base")
        .map(|note| note["about"].as_str().unwrap())
        .collect();
    assert_eq!(about, [".gitleaksignore", "overscope.toml"]);
    assert!(ran.out.contains("what it says at main applies"), "{}", ran.out);
    let trusted = scan_change(&folder, &["--trust-changes"]);
    assert_eq!((trusted.status, by(&trusted)), (0, vec!["ignore".to_owned()]));
    // What is wrong in the change's configuration is no error either.
    folder.write("overscope.toml", "fail_on = [\n");
    assert_eq!(scan_change(&folder, &[]).status, 1);
}

#[test]
fn a_change_is_judged_by_the_ignores_of_its_base() {
    let folder = branch(
        "baseline = 'known.toml'\n[[ignore]]\npaths = ['tests']\nreason = 'samples'\n",
        &[("known.toml", "version = 1\n[known]\n")],
    );
    folder.write("a.env", format!("{}\n", railway(1)));
    scan(&folder, &["--write-baseline=known.toml"]);
    let known = fs::read_to_string(folder.file("known.toml")).unwrap();
    assert!(known.contains("railway-token"), "{known}");
    assert_eq!(scan_change(&folder, &[]).status, 1, "the change's own baseline");
    assert_eq!(scan_change(&folder, &["--baseline=known.toml"]).status, 1, "typed, and the change's all the same");
    folder.git(["checkout", "--quiet", "main"]);
    folder.write("known.toml", &known).commit();
    folder.git(["checkout", "--quiet", "change"]);
    let ran = scan_change(&folder, &[]);
    assert_eq!(
        (ran.status, by(&ran), suppressed(&ran)[0]["at"].clone()),
        (0, vec!["baseline".to_owned()], json!("known.toml:7")),
        "{ran:?}"
    );
    folder.write("tests/b.env", format!("{}\n", railway(2)));
    fs::remove_file(folder.file("known.toml")).unwrap();
    fs::remove_file(folder.file("overscope.toml")).unwrap();
    let ran = scan_change(&folder, &[]);
    assert_eq!((ran.status, by(&ran)), (0, vec!["baseline".to_owned(), "ignore".to_owned()]), "{ran:?}");
    // A file outside of the repository is none of the change's.
    let elsewhere = Folder::plain();
    elsewhere.write("empty.toml", "version = 1\n");
    let typed = format!("--baseline={}", elsewhere.file("empty.toml").display());
    assert_eq!(scan_change(&folder, &[&typed]).paths(), ["a.env"]);
}

#[test]
fn a_comment_that_comes_with_a_change_allows_nothing_in_it() {
    let old = format!("{} # {}\n", railway(1), allow("[railway-token] a sample"));
    let folder = branch("", &[("a.env", &old)]);
    folder.write("b.env", format!("{} # {}\n", railway(2), allow("[railway-token] trust me")));
    let ran = scan_change(&folder, &[]);
    assert_eq!((ran.status, ran.paths()), (1, vec!["b.env".to_owned()]));
    assert_eq!(scan_change(&folder, &["--trust-changes"]).status, 0);
    let note = "the comment comes with what is scanned and allows nothing in it (--trust-changes heeds it)";
    assert!(ran.notes().iter().any(|(said, _)| *said == format!("b.env:1: {note}")), "{ran:?}");
    // Another value under an old comment is not the one that was allowed; the same one, moved, is.
    let own = allow("[railway-token] a sample");
    fs::remove_file(folder.file("b.env")).unwrap();
    folder.write("a.env", format!("#\n#\n  {} # {own}\n", railway(1)));
    let ran = scan_change(&folder, &[]);
    assert_eq!((ran.status, by(&ran)), (0, vec!["overscope:allow".to_owned()]), "{ran:?}");
    folder.write("a.env", format!("{} # {own}\n", railway(3)));
    assert_eq!(scan_change(&folder, &[]).status, 1);
}

#[test]
fn what_is_wrong_at_the_base_is_named_as_the_bases() {
    let folder = branch("visibilty = 'public'\n", &[]);
    folder.write("overscope.toml", "").write("a.txt", "x");
    let ran = scan_change(&folder, &[]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("main:overscope.toml:1:1: unknown key `visibilty`"), "{}", ran.err);
}

/// A member of an archive has comments as well.
#[test]
fn a_comment_in_an_archive_that_comes_with_a_change_allows_nothing_in_it() {
    let old = format!("{} # gitleaks:allow\n", railway(1));
    let new = format!("{} # gitleaks:allow\n", railway(2));
    let folder = branch("", &[]);
    folder.git(["checkout", "--quiet", "main"]);
    folder.write("a.zip", Zip::of([("old.env", old.as_bytes())])).commit();
    folder.git(["checkout", "--quiet", "-B", "change"]);
    // What was allowed before stays so, under another name as well.
    folder.write("a.zip", Zip::of([("moved.env", old.as_bytes())]));
    let ran = scan_change(&folder, &[]);
    assert_eq!((ran.status, by(&ran)), (0, vec!["gitleaks:allow".to_owned()]), "{ran:?}");
    folder.write("a.zip", Zip::of([("old.env", old.as_bytes()), ("new.env", new.as_bytes())]));
    folder.write("b.zip", Zip::of([("new.env", new.as_bytes())]));
    let ran = scan_change(&folder, &[]);
    assert_eq!((ran.status, ran.paths()), (1, vec!["a.zip!/new.env".to_owned(), "b.zip!/new.env".to_owned()]));
    assert_eq!(scan_change(&folder, &["--trust-changes"]).status, 0);
}

/// However the configuration is named, it is the base's.
#[test]
fn another_way_to_name_a_file_of_the_repository_leads_to_the_same_base() {
    let folder = branch("", &[("ci/own.toml", "fail_on = 'never'\n"), ("sub/x", "")]);
    let outside = Folder::plain();
    std::os::unix::fs::symlink(folder.path(), outside.file("link")).unwrap();
    std::os::unix::fs::symlink(".", folder.file("here")).unwrap();
    folder.write("a.env", format!("{}\n", railway(1)));
    folder.write("ci/own.toml", "fail_on = 'low'\n");
    let full = folder.path().canonicalize().unwrap();
    let full = full.display();
    let others = [
        "ci/own.toml".to_owned(),
        "sub/../ci/own.toml".to_owned(),
        format!("{full}/sub/../ci/own.toml"),
        format!("{}/link/ci/own.toml", outside.path().display()),
    ];
    for name in others {
        assert_eq!(scan_change(&folder, &[&format!("--config={name}")]).status, 0, "{name}");
    }
    // The link is the change's own, and nothing lies behind it at the base.
    assert_eq!(scan_change(&folder, &["--config=here/ci/own.toml"]).status, 1);
    for option in ["--config", "--baseline", "--rules"] {
        let ran = scan_change(&folder, &[&format!("{option}=nowhere.toml")]);
        assert_eq!(ran.status, 2, "{option}: {ran:?}");
        assert!(ran.err.contains("nowhere.toml: cannot be read: no such file"), "{}", ran.err);
    }
}

#[test]
fn a_change_does_not_take_the_rules_away_by_which_it_is_judged() {
    let rule = "[[rules]]\nid = 'acme'\nregex = 'acme-[0-9]{6}'\nkeywords = ['acme']\n";
    let folder = branch("", &[("base.toml", rule), ("rules.toml", "[extend]\npath = 'base.toml'\n")]);
    folder.write("a.txt", "see acme-123456\n").write("base.toml", "").write("rules.toml", "");
    let ran = scan_change(&folder, &["--rules=rules.toml"]);
    assert_eq!((ran.status, ran.paths()), (1, vec!["a.txt".to_owned()]), "{ran:?}");
    assert_eq!(scan_change(&folder, &["--rules=rules.toml", "--trust-changes"]).status, 0);
}

#[test]
fn a_configuration_that_is_a_link_is_read_where_it_leads() {
    let folder = Folder::repository();
    folder.write("ci/own.toml", "fail_on = 'never'\n");
    std::os::unix::fs::symlink("ci/own.toml", folder.file("overscope.toml")).unwrap();
    folder.commit();
    folder.git(["checkout", "--quiet", "-b", "change"]);
    folder.write("a.env", format!("{}\n", railway(1)));
    let ran = scan_change(&folder, &[]);
    assert_eq!((ran.status, ran.paths().len()), (0, 1), "{ran:?}");
    // What the link leads to is a part of what the change may not decide.
    folder.write("ci/own.toml", "fail_on = 'low'\n");
    let ran = scan_change(&folder, &[]);
    assert_eq!(ran.status, 0);
    assert!(ran.notes().iter().any(|(note, _)| note.starts_with("overscope.toml: is changed by")), "{ran:?}");
}

/// What the base says must not be lost because it is not here.
#[test]
fn a_configuration_that_a_partial_clone_lacks_is_an_error() {
    let folder = branch("fail_on = 'never'\n", &[]);
    let id = folder.try_git(["rev-parse", "main:overscope.toml"]).1;
    fs::remove_file(folder.file("overscope.toml")).unwrap();
    folder.write("a.env", format!("{}\n", railway(1))).commit();
    let (first, rest) = id.trim().split_at(2);
    fs::remove_file(folder.file(format!(".git/objects/{first}/{rest}"))).unwrap();
    let ran = scan(&folder, &["--diff=main...change"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("`git cat-file -e main:overscope.toml` fetches that"), "{}", ran.err);
}
