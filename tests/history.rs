//! A whole history: the same finds as if git had printed every blob, whatever form it is kept in.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::exported::{self, export, git};
use common::{Folder, Ran, overscope};
use overscope::detector::{Detectors, sample};
use overscope::finding::Finding;
use overscope::scan::{self, Scanned};
use overscope::secret::FingerprintKey;
use overscope::source::{self, Source};

/// A repository whose commits follow each other second by second.
struct History {
    folder: Folder,
    seconds: u64,
}

impl History {
    fn new(options: &[&str]) -> History {
        let folder = Folder::plain();
        git(folder.path(), &[&["init", "--quiet", "--initial-branch=main"][..], options].concat(), &[]);
        History { folder, seconds: 1_700_000_000 }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&mut self, arguments: &[&str]) -> String {
        self.seconds += 1;
        let date = format!("{} +0000", self.seconds);
        let who = [
            ("GIT_AUTHOR_NAME", "Dana Author"),
            ("GIT_AUTHOR_EMAIL", "dana@acme.example"),
            ("GIT_COMMITTER_NAME", "Dana Author"),
            ("GIT_COMMITTER_EMAIL", "dana@acme.example"),
            ("GIT_AUTHOR_DATE", &date),
            ("GIT_COMMITTER_DATE", &date),
        ];
        String::from_utf8(git(self.path(), arguments, &who)).unwrap().trim().to_owned()
    }

    fn commit(&mut self, files: &[(&str, &str)]) -> String {
        for (name, text) in files {
            self.folder.write(name, text);
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=more"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn run(&self, more: &[&str]) -> Ran {
        let options = ["scan", "--history", "--offline", "--format=json"];
        overscope(options.iter().chain(more)).at(self.path()).run()
    }
}

fn secret(seed: u64) -> String {
    sample::generate("<ghp_{base62:30}{crc32}>", seed).unwrap().secret
}

/// Text that no two versions of a file share by chance.
fn filler(seed: u64, lines: usize) -> String {
    (0..lines as u64).map(|line| format!("line {line} of {}\n", (seed * 7919 + line * 104_729) % 99_991)).collect()
}

/// Where something was found: path, commit, whether HEAD still holds it.
fn places(ran: &Ran) -> Vec<(String, String, bool)> {
    let report = ran.json();
    let credentials = report["credentials"].as_array().unwrap().iter();
    let locations = credentials.flat_map(|one| one["locations"].as_array().unwrap().clone());
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    locations.map(|at| (text(&at["path"]), text(&at["commit"]), at["tracked"] == true)).collect()
}

/// Renames, copies, branches, a merge, deep folders, deletions, many versions of a large file.
fn eventful() -> History {
    let mut history = History::new(&[]);
    let secrets: Vec<String> = (0..12).map(secret).collect();
    let large = filler(1, 4000);
    history.commit(&[
        ("README.md", "nothing\n"),
        ("src/large.txt", &large),
        ("tests/a.env", "PASSWORD=kT9#vLq2xWz8\n"),
    ]);
    history.commit(&[("src/config.py", &format!("TOKEN = '{}'\n{}", secrets[0], filler(2, 300)))]);
    history.commit(&[("src/config.py", &format!("import os\nTOKEN = '{}'\n{}", secrets[0], filler(2, 300)))]);
    history.commit(&[("src/config.py", &format!("import os\n{}", filler(2, 300)))]);
    for (version, secret) in (0..).zip(&secrets[1..7]) {
        let (before, after) = large.split_at(large.len() / 7 * (version + 1));
        let more = format!("{before}token: {secret}\n{after}{}", filler(version as u64, 40));
        history.commit(&[("src/large.txt", &more), ("a/b/c/d/e.txt", &filler(version as u64 + 50, 20))]);
        if version % 2 == 0 {
            history.commit(&[("src/large.txt", &large)]);
        }
    }
    history.git(&["mv", "tests/a.env", "prod.env"]);
    history.commit(&[("copy/one.txt", &secrets[7]), ("copy/two.txt", &secrets[7]), ("copy-/three.txt", &secrets[7])]);
    history.git(&["checkout", "--quiet", "-b", "side", "HEAD~4"]);
    history.commit(&[("side.txt", &secrets[8])]);
    history.git(&["checkout", "--quiet", "main"]);
    history.git(&["merge", "--quiet", "--no-edit", "side"]);
    fs::remove_file(history.path().join("side.txt")).unwrap();
    history.commit(&[(".npmrc", "//registry.npmjs.org/:_authToken=kT9vLq2xWz8bN4mR7cY1dF5g\n")]);
    history
}

fn scanned(history: &History) -> Scanned {
    let source = Source::History { path: history.path().to_path_buf(), since: None };
    let listing = source::list(&source).unwrap();
    assert_eq!(listing.notes, []);
    scan::scan(&listing, &Detectors::load(&[]).unwrap(), &FingerprintKey::fixed(), &|| ())
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| format!("{} {:?} {:#?}", finding.detector, finding.confidence, finding.locations))
        .collect()
}

/// The same as plain git gives: with every object in a file, in packs of deltas, in several packs.
#[test]
fn the_finds_are_those_of_every_blob_that_git_prints() {
    let mut history = eventful();
    let exported = export(history.path(), &["--all"]);
    let expected = exported::scan(history.path(), &exported, &Detectors::load(&[]).unwrap());
    assert!(expected.findings.len() >= 10, "{:#?}", told(&expected.findings));
    let blobs = exported.iter().map(|one| &one.id).collect::<BTreeSet<_>>().len();
    let forms: [&[&str]; 4] = [
        &["status"],
        &["repack", "-q", "-a", "-d", "-f", "--depth=250", "--window=50"],
        &["-c", "pack.writeReverseIndex=true", "repack", "-q", "-a", "-d", "-f", "--depth=1"],
        &["multi-pack-index", "write"],
    ];
    for form in forms {
        history.git(form);
        let got = scanned(&history);
        assert_eq!(told(&got.findings), told(&expected.findings), "after {form:?}");
        assert_eq!(got.files, blobs, "after {form:?}");
    }
    // A new pack beside the old one, some objects in both, some in files of their own.
    history.commit(&[("late.txt", &secret(40)), ("src/config.py", &format!("import os\n{}", filler(2, 299)))]);
    history.git(&["repack", "-q"]);
    history.commit(&[("later.txt", &secret(41))]);
    let exported = export(history.path(), &["--all"]);
    let expected = exported::scan(history.path(), &exported, &Detectors::load(&[]).unwrap());
    assert_eq!(told(&scanned(&history).findings), told(&expected.findings));
}

/// The newest place of a secret and the oldest: HEAD's first, then the first commit of each path.
#[test]
fn a_find_names_the_commit_that_brought_it_and_whether_head_holds_it() {
    let mut history = History::new(&[]);
    let [gone, kept] = [secret(1), secret(2)];
    let first = history.commit(&[("a.txt", &format!("{gone}\n")), ("b.txt", &format!("{kept}\n"))]);
    let second = history.commit(&[("a.txt", &format!("more\n{gone}\n"))]);
    let third = history.commit(&[("a.txt", "clean\n"), ("b.txt", &format!("more\n{kept}\n"))]);
    history.git(&["mv", "b.txt", "c.txt"]);
    history.commit(&[]);
    let ran = history.run(&[]);
    assert_eq!(ran.status, 1, "{ran:#?}");
    let at = |path: &str, commit: &str, tracked| (path.to_owned(), commit.to_owned(), tracked);
    let mut got = places(&ran);
    got.sort();
    let mut expected = vec![at("a.txt", &first, false), at("b.txt", &first, false), at("c.txt", &third, true)];
    expected.sort();
    assert_eq!(got, expected);
    assert!(!ran.out.contains("Dana") && !ran.out.contains("dana@"));
    let since = |since: &str| {
        places(&history.run(&["--since", since])).into_iter().map(|(_, commit, _)| commit).collect::<Vec<_>>()
    };
    assert_eq!(since(&first), [second, third.clone(), third]);
}
