//! What places are called: by their way from the root of the repository, whatever was typed.

mod common;

use std::path::Path;

use common::{Folder, overscope, token};

fn scanned(at: &Path, arguments: &[&str]) -> Vec<String> {
    let call = overscope(["scan", "--offline", "--format=json"]).at(at);
    let ran = arguments.iter().fold(call, |call, argument| call.arg(argument)).run();
    assert_eq!(ran.status, 1, "{ran:?}");
    ran.paths()
}

/// A folder with a credential in each of these files.
fn fill(folder: &Folder, files: &[&str]) {
    for (seed, file) in files.iter().enumerate() {
        folder.write(file, format!("RAILWAY_TOKEN={}\n", token(seed as u64)));
    }
}

#[test]
fn several_paths_of_one_repository_have_the_names_of_that_repository() {
    let folder = Folder::repository();
    fill(&folder, &["src/a.env", "src/deep/b.env", "tests/c.env"]);
    let (root, src) = (folder.path(), folder.file("src"));
    assert_eq!(scanned(root, &["src", "tests"]), ["src/a.env", "src/deep/b.env", "tests/c.env"]);
    assert_eq!(scanned(root, &["src/a.env", "tests/c.env"]), ["src/a.env", "tests/c.env"]);
    assert_eq!(scanned(&src, &[".", "../tests"]), ["src/a.env", "src/deep/b.env", "tests/c.env"]);
    // A place that was named twice is one place.
    assert_eq!(scanned(root, &["src", "src/deep", "."]), ["src/a.env", "src/deep/b.env", "tests/c.env"]);
}

#[test]
fn paths_of_several_repositories_begin_with_what_leads_to_each() {
    let folder = Folder::plain();
    for name in ["one", "two"] {
        folder.git(["init", "--quiet", name]);
    }
    fill(&folder, &["one/src/a.env", "two/src/a.env"]);
    assert_eq!(scanned(folder.path(), &["one", "two"]), ["one/src/a.env", "two/src/a.env"]);
    assert_eq!(scanned(folder.path(), &["one/src", "two/src"]), ["one/src/a.env", "two/src/a.env"]);
    assert_eq!(scanned(&folder.file("one"), &["src", "../two"]), ["../two/src/a.env", "src/a.env"]);
}

#[test]
fn ignored_paths_are_those_of_the_repository_whatever_was_typed() {
    let folder = Folder::repository();
    fill(&folder, &["src/a.env", "tests/c.env"]);
    folder.write("overscope.toml", "[[ignore]]\npaths = ['/tests/']\nreason = 'made up'\n");
    assert_eq!(scanned(folder.path(), &["src", "tests"]), ["src/a.env"]);
}
