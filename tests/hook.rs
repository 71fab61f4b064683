//! Real commits with the program as a plain git hook: what is blocked, what passes, what is printed.
#![cfg(unix)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{Folder, token};

fn secret(seed: u64) -> String {
    format!("RAILWAY_TOKEN={}\n", token(seed))
}

/// A repository with one commit, and then with the program as its hook.
fn hooked() -> Folder {
    let folder = Folder::repository();
    folder.write("a.env", "A=1\n").write("b.txt", "b\n").commit();
    let call = format!("#!/bin/sh\nexec '{}' scan --staged --offline\n", env!("CARGO_BIN_EXE_overscope"));
    for name in ["pre-commit", "pre-merge-commit"] {
        let hook = folder.file(format!(".git/hooks/{name}"));
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        fs::write(&hook, &call).unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

fn commit(folder: &Folder, arguments: &[&str]) -> (bool, String) {
    folder.try_git([&["commit", "--quiet", "--message=next"], arguments].concat())
}

#[track_caller]
fn blocked(folder: &Folder, arguments: &[&str], place: &str) {
    let (done, said) = commit(folder, arguments);
    assert!(!done && said.contains(place) && said.contains("railway-token"), "{said}");
}

#[track_caller]
fn passes(folder: &Folder, arguments: &[&str]) {
    let (done, said) = commit(folder, arguments);
    assert!(done, "{said}");
}

#[test]
fn what_is_staged_decides_and_not_what_lies_in_the_folder() {
    let folder = hooked();
    folder.write("a.env", secret(1)).write("b.txt", "changed\n").git(["add", "b.txt"]);
    passes(&folder, &[]);
    folder.git(["add", "a.env"]);
    folder.write("a.env", "A=1\n");
    let (done, said) = commit(&folder, &[]);
    assert!(!done && said.contains("a.env:1:15"), "{said}");
    assert!(said.contains("1 credential: 1 critical") && !said.contains(&token(1)[..8]), "{said}");
}

#[test]
fn a_partially_staged_file_is_judged_by_its_staged_part() {
    let folder = hooked();
    folder.write("a.env", "A=2\n").git(["add", "a.env"]);
    folder.write("a.env", format!("A=2\n{}", secret(2)));
    passes(&folder, &[]);
    folder.write("a.env", format!("# staged\nA=2\n{}", secret(2))).git(["add", "a.env"]);
    folder.write("a.env", "A=2\n# later\n");
    blocked(&folder, &[], "a.env:3:15");
}

#[test]
fn a_renamed_file_is_read_under_its_new_name() {
    let folder = hooked();
    folder.git(["mv", "b.txt", "c.txt"]);
    folder.write("c.txt", "b\nand more\n").git(["add", "--all"]);
    passes(&folder, &[]);
    folder.git(["mv", "a.env", "d.env"]);
    folder.write("d.env", format!("A=1\n{}", secret(3))).git(["add", "--all"]);
    blocked(&folder, &[], "d.env:2:15");
}

#[test]
fn commits_of_everything_and_of_one_file_have_an_index_of_their_own() {
    let folder = hooked();
    folder.write("a.env", secret(4));
    blocked(&folder, &["--all"], "a.env:1:15");
    // What is staged beside the file that is committed is not part of the commit.
    folder.git(["add", "a.env"]);
    folder.write("b.txt", "changed\n");
    passes(&folder, &["b.txt"]);
    blocked(&folder, &["a.env"], "a.env:1:15");
}

#[test]
fn an_amended_commit_is_judged_by_what_it_adds() {
    let folder = hooked();
    folder.write("b.txt", "changed\n").git(["add", "b.txt"]);
    passes(&folder, &["--amend"]);
    folder.write("a.env", secret(5)).git(["add", "a.env"]);
    blocked(&folder, &["--amend"], "a.env:1:15");
    folder.git(["commit", "--quiet", "--no-verify", "--message=past the hook"]);
    passes(&folder, &["--amend"]);
}

#[test]
fn a_merge_is_judged_by_what_it_brings() {
    let folder = hooked();
    folder.git(["switch", "--quiet", "--create", "topic"]);
    folder.write("new.env", secret(6)).git(["add", "--all"]);
    folder.git(["commit", "--quiet", "--no-verify", "--message=topic"]);
    folder.git(["switch", "--quiet", "main"]);
    folder.write("b.txt", "changed\n").git(["add", "--all"]);
    passes(&folder, &[]);
    let (done, said) = folder.try_git(["merge", "--no-edit", "topic"]);
    assert!(!done && said.contains("new.env:1:15"), "{said}");
    folder.git(["merge", "--abort"]);
    folder.git(["merge", "--no-commit", "--quiet", "topic"]);
    blocked(&folder, &[], "new.env:1:15");
}

#[test]
fn the_first_commit_and_further_working_trees_have_hooks_too() {
    let folder = hooked();
    let other = Folder::plain();
    let tree = other.file("tree");
    folder.git(["worktree", "add", "--quiet", "-b", "side", tree.to_str().unwrap()]);
    fs::write(tree.join("a.env"), secret(7)).unwrap();
    folder.write("a.env", "A=2\n");
    let at = ["-C", tree.to_str().unwrap()];
    folder.git([&at[..], &["add", "a.env"]].concat());
    let (done, said) = folder.try_git([&at[..], &["commit", "--quiet", "--message=next"]].concat());
    assert!(!done && said.contains("a.env:1:15"), "{said}");
    passes(&folder, &["--all"]);
    folder.git(["switch", "--quiet", "--orphan", "fresh"]);
    folder.write("a.env", secret(8)).git(["add", "a.env"]);
    blocked(&folder, &[], "a.env:1:15");
}

#[test]
fn one_secret_among_six_thousand_staged_files_is_found() {
    let folder = hooked();
    for number in 0..6000 {
        folder.write(format!("many/{}/{number}.txt", number % 60), format!("number {number}\n"));
    }
    folder.git(["add", "--all"]);
    folder.write("many/17/secret.env", secret(9)).git(["add", "--all"]);
    blocked(&folder, &[], "many/17/secret.env:1:15");
    folder.git(["rm", "--quiet", "--cached", "many/17/secret.env"]);
    let (done, said) = commit(&folder, &[]);
    assert!(done && said.contains("6000 files read"), "{said}");
}
