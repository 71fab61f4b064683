//! What a hook adds to a commit of one small file in a repository of 80,000: `cargo bench --bench hook`.
//! The hook is called as git calls it, on the index that git has just written. Beside it stands what
//! the operating system takes for a program that does nothing, and what git takes to compare the index
//! with HEAD. `OVERSCOPE_HOOKS` may hold further commands, one a line, which get the staged file's name.
//! Figures only; nothing is asserted here.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;

const STAGED: &str = "folder07/inner11/file23.txt";

static REPOSITORY: LazyLock<TempDir> = LazyLock::new(repository);

fn main() {
    divan::main();
}

#[expect(clippy::disallowed_methods, reason = "programs are measured")]
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) {
    let who = ["-c", "user.name=Dana", "-c", "user.email=dana@acme.example"];
    let mut command = command("git");
    command.current_dir(folder).args(who).args(arguments).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().expect("git can be started");
    child.stdin.take().expect("it is piped").write_all(input).expect("git reads it");
    assert!(child.wait().expect("git ends").success(), "git {arguments:?}");
}

/// 100 folders of 20 of 40 files, committed; one of them is staged with another content.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut stream =
        String::from("commit refs/heads/main\ncommitter Dana <dana@acme.example> 1700000000 +0000\ndata 0\n");
    for (outer, inner) in (0..100).flat_map(|outer| (0..20).map(move |inner| (outer, inner))) {
        for file in 0..40 {
            let text = format!("content {outer} {inner} {file}\n");
            let path = format!("folder{outer:02}/inner{inner:02}/file{file:02}.txt");
            let _ = write!(stream, "M 644 inline {path}\ndata {}\n{text}\n", text.len());
        }
    }
    let path = folder.path();
    git(path, &["init", "--quiet", "--initial-branch=main"], b"");
    git(path, &["fast-import", "--quiet"], stream.as_bytes());
    git(path, &["reset", "--quiet", "--hard"], b"");
    std::fs::write(path.join(STAGED), "one changed line\n").expect("a small file");
    git(path, &["add", STAGED], b"");
    // So does `git commit` before it calls a hook.
    git(path, &["write-tree"], b"");
    folder
}

fn run(bencher: divan::Bencher<'_, '_>, words: &[&str]) {
    let folder = REPOSITORY.path();
    bencher.bench(|| {
        let mut command = command(words[0]);
        command.args(&words[1..]).current_dir(folder).env("GIT_INDEX_FILE", ".git/index");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().expect("the hook can be started").success()
    });
}

#[divan::bench]
fn a_program_that_does_nothing(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &["true"]);
}

#[divan::bench]
fn git_compares_the_index_with_head(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &["git", "diff-index", "--cached", "--raw", "-z", "HEAD"]);
}

#[divan::bench]
fn overscope(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &[env!("CARGO_BIN_EXE_overscope"), "scan", "--staged", "--offline"]);
}

fn hooks() -> Vec<String> {
    std::env::var("OVERSCOPE_HOOKS").unwrap_or_default().lines().map(str::to_owned).collect()
}

#[divan::bench(args = hooks())]
fn further(bencher: divan::Bencher<'_, '_>, hook: &str) {
    let words: Vec<&str> = hook.split_whitespace().chain([STAGED]).collect();
    run(bencher, &words);
}
