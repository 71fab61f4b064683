//! A whole history: the same finds as if git had printed every blob, whatever form it is kept in.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::exported::{self, export, git};
use common::{Folder, Ran, overscope};
use overscope::detector::{Detectors, sample};
use overscope::finding::Finding;
use overscope::scan::{Scanned, Scanner};
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
        ("tests/a.env", &format!("PASSWORD={}\n", ["kT9#vL", "q2xWz8"].concat())),
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
    history.commit(&[(".npmrc", &["//registry.npmjs.org/:_authToken=", "kT9vLq2xWz8b", "N4mR7cY1dF5g\n"].concat())]);
    history
}

fn scanned(history: &History) -> Scanned {
    let source = Source::History { path: history.path().to_path_buf(), since: None };
    let listing = source::list(&source).unwrap();
    assert_eq!(listing.notes, []);
    Scanner::new(&Detectors::load(&[]).unwrap()).scan(&listing, &FingerprintKey::fixed(), &|| ())
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

/// What leads to something counts, whatever kind of reference it is; what only a log knows does not.
#[test]
fn every_reference_is_followed() {
    let mut history = History::new(&[]);
    let [tagged, noted, stashed, older, elsewhere, amended, detached] = std::array::from_fn(|seed| secret(seed as u64));
    history.commit(&[("README.md", "nothing\n"), ("late.txt", &amended)]);
    history.commit(&[("README.md", "more\n")]);
    history.folder.write("tagged.txt", &tagged);
    let blob = history.git(&["hash-object", "-w", "tagged.txt"]);
    history.git(&["tag", "--annotate", "--message=a blob", "the-blob", &blob]);
    fs::remove_file(history.path().join("tagged.txt")).unwrap();
    history.git(&["notes", "add", "--message", &noted]);
    for stash in [&older, &stashed] {
        history.folder.write("README.md", stash);
        history.git(&["stash", "push", "--quiet"]);
    }
    history.git(&["worktree", "add", "--quiet", "--detach", "beside"]);
    history.folder.write("beside/there.txt", &elsewhere);
    history.git(&["-C", "beside", "add", "there.txt"]);
    history.git(&["-C", "beside", "commit", "--quiet", "--message=there"]);
    history.git(&["checkout", "--quiet", "--detach"]);
    history.folder.write("detached.txt", &detached);
    history.git(&["add", "detached.txt"]);
    history.git(&["commit", "--quiet", "--message=detached"]);
    let unreached = secret(99);
    history.folder.write("oops.txt", &unreached);
    history.git(&["add", "oops.txt"]);
    history.git(&["commit", "--quiet", "--message=oops"]);
    history.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let beside = history.git(&["-C", "beside", "rev-parse", "HEAD"]);
    let expected = export(history.path(), &["--all", "refs/stash", "stash@{1}", "HEAD", &beside]);
    let told = |ran: &Ran| {
        let mut paths: Vec<String> = places(ran).into_iter().map(|(path, _, _)| path).collect();
        paths.sort();
        paths
    };
    for form in [&["status"][..], &["gc", "--quiet"]] {
        history.git(form);
        let ran = history.run(&[]);
        assert_eq!(ran.notes(), []);
        let note = expected.iter().find(|one| one.path.len() == 40).unwrap();
        let mut paths =
            ["README.md", "detached.txt", "late.txt", &note.path, "refs/tags/the-blob", "there.txt"].to_vec();
        paths.push("README.md");
        paths.sort();
        assert_eq!(told(&ran), paths, "after {form:?}: {ran:#?}");
        assert!(!ran.out.contains("Dana"));
    }
}

/// The same finds in a repository of the newer kind, in a bare one, in one that borrows its objects,
/// and whatever the number of threads.
#[test]
fn every_kind_of_repository_is_read() {
    let mut newer = History::new(&["--object-format=sha256"]);
    newer.commit(&[("a.txt", &secret(1))]);
    newer.commit(&[("a.txt", "gone\n")]);
    newer.git(&["gc", "--quiet"]);
    let mut history = eventful();
    history.git(&["gc", "--quiet"]);
    let beside = tempfile::tempdir().unwrap();
    let place = |name: &str| beside.path().join(name).display().to_string();
    history.git(&["clone", "--quiet", "--bare", ".", &place("bare")]);
    history.git(&["clone", "--quiet", "--shared", ".", &place("shared")]);
    let whole = history.run(&[]);
    assert_eq!(places(&newer.run(&[])).len(), 1);
    let found: Vec<_> = places(&whole);
    assert!(found.len() > 10);
    for name in ["bare", "shared"] {
        let ran = overscope(["scan", "--history", "--offline", "--format=json", &place(name)]).run();
        assert_eq!((ran.status, places(&ran)), (1, found.clone()), "{name}");
    }
    for jobs in ["1", "2", "5"] {
        assert_eq!(history.run(&["--jobs", jobs]).out, whole.out, "{jobs} threads");
    }
}

/// What is not there or broken is said, and nothing that was found is lost.
#[test]
fn a_history_with_holes_is_read_around_them() {
    let mut history = History::new(&[]);
    let kept = secret(1);
    history.commit(&[("a.txt", &kept), ("gone.txt", &secret(2)), ("b/c.txt", &filler(3, 500))]);
    history.commit(&[("a.txt", "clean\n"), ("gone.txt", "clean\n"), ("b/c.txt", &filler(4, 500))]);
    let gone = history.git(&["rev-parse", "HEAD~1:gone.txt"]);
    let shallow = tempfile::tempdir().unwrap();
    let place = shallow.path().join("clone").display().to_string();
    let from = format!("file://{}", history.path().display());
    history.git(&["clone", "--quiet", "--depth=1", &from, &place]);
    let ran = overscope(["scan", "--history", "--offline", "--format=json", &place]).run();
    assert_eq!(ran.status, 0, "{ran:#?}");
    assert!(ran.notes().iter().any(|(note, incomplete)| note.contains("shallow") && !incomplete), "{ran:#?}");

    fs::remove_file(history.path().join(".git/objects").join(&gone[..2]).join(&gone[2..])).unwrap();
    let ran = history.run(&["--fail-on=never"]);
    assert_eq!(ran.status, 3);
    assert!(ran.notes().iter().any(|(note, incomplete)| note.starts_with("gone.txt: ") && *incomplete), "{ran:#?}");
    assert_eq!(ran.paths(), ["a.txt"]);

    // A byte in the middle of a large object of the pack.
    let mut history = History::new(&[]);
    history.commit(&[("a.txt", &kept), ("b/c.txt", &filler(3, 5000))]);
    history.commit(&[("a.txt", "clean\n")]);
    history.git(&["gc", "--quiet"]);
    let packs = fs::read_dir(history.path().join(".git/objects/pack")).unwrap();
    let pack = packs.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|end| end == "pack"));
    let pack = pack.unwrap();
    let sound = fs::read(&pack).unwrap();
    fs::remove_file(&pack).unwrap();
    for broken in [flipped(&sound, sound.len() / 2), sound[..sound.len() / 2].to_vec(), Vec::new()] {
        fs::write(&pack, &broken).unwrap();
        let ran = history.run(&["--fail-on=never"]);
        assert_eq!(ran.status, 3, "{ran:#?}");
        assert!(ran.notes().iter().any(|(_, incomplete)| *incomplete), "{ran:#?}");
    }
    fs::write(&pack, flipped(&sound, sound.len() / 2)).unwrap();
    assert_eq!(history.run(&[]).paths(), ["a.txt"]);
}

/// The pack that was written last, and what stands in it.
fn newest_pack(history: &History) -> (PathBuf, Vec<u8>) {
    let files = fs::read_dir(history.path().join(".git/objects/pack")).unwrap().map(|entry| entry.unwrap().path());
    let mut packs: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "pack")).collect();
    packs.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    let newest = packs.pop().unwrap();
    let bytes = fs::read(&newest).unwrap();
    (newest, bytes)
}

/// A repository all of whose objects lie in two packs, with those, the one with the longer deltas first.
fn in_two_packs() -> (History, [(PathBuf, Vec<u8>); 2]) {
    let mut history = eventful();
    history.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50"]);
    let (first, one) = newest_pack(&history);
    let index = first.with_extension("idx");
    let kept = fs::read(&index).unwrap();
    history.git(&["repack", "-q", "-a", "-d", "-f", "--depth=1", "--window=3"]);
    let (second, two) = newest_pack(&history);
    assert_ne!(first, second);
    fs::write(&index, &kept).unwrap();
    fs::write(&first, &one).unwrap();
    (history, [(first, one), (second, two)])
}

fn put(pack: &Path, bytes: &[u8]) {
    // Git writes packs without the right to write.
    fs::remove_file(pack).unwrap();
    fs::write(pack, bytes).unwrap();
}

/// What is damaged in one of two packs is read from the other, whatever part of it that is.
#[test]
fn what_is_damaged_in_one_pack_is_read_from_another() {
    let (history, packs) = in_two_packs();
    let expected = told(&scanned(&history).findings);
    for (pack, sound) in &packs {
        for at in 1..8 {
            put(pack, &flipped(sound, sound.len() / 8 * at));
            assert_eq!(told(&scanned(&history).findings), expected, "{at}");
        }
        put(pack, sound);
    }
}

/// A damaged header may still be one: it names another kind, or another base of the same length.
#[test]
fn a_header_that_still_can_be_read_is_not_believed_if_it_is_damaged() {
    let (mut history, packs) = in_two_packs();
    let expected = told(&scanned(&history).findings);
    for (pack, sound) in &packs {
        let listed = history.git(&["verify-pack", "-v", &pack.display().to_string()]);
        let fields = listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let objects = fields.filter(|fields| fields[0].len() == 40);
        let entries: Vec<usize> = objects.map(|fields| fields[4].parse().unwrap()).collect();
        assert!(entries.len() > 50, "{listed}");
        for (number, &at) in entries.iter().enumerate() {
            // The kind, and bytes of the length or of the way to the base.
            let (byte, bit) = [(0, 0x10), (0, 0x20), (1, 1), (2, 1), (2, 2)][number % 5];
            let mut damaged = sound.clone();
            damaged[at + byte] ^= bit;
            put(pack, &damaged);
            assert_eq!(told(&scanned(&history).findings), expected, "byte {byte} of the entry at {at}");
        }
        put(pack, sound);
    }
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + 40].iter_mut().for_each(|byte| *byte ^= 0x55);
    bytes
}

#[test]
fn a_call_that_cannot_be_meant_is_refused() {
    let mut history = History::new(&[]);
    history.commit(&[("a.txt", "clean\n")]);
    for (more, why) in [
        (&["--since", "no-such-thing"][..], "--since no-such-thing: neither a day"),
        (&[".", "beside"], "name one path"),
        (&["--ignored"], "--ignored"),
        (&["/"], "/: not inside a git repository"),
    ] {
        let ran = history.run(more);
        assert_eq!(ran.status, 2, "{ran:#?}");
        assert!(ran.err.contains(why), "{ran:#?}");
    }
    assert_eq!(overscope(["scan", "--since", "2024-01-01"]).run().status, 2);
}
