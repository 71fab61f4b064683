//! What looking for uses adds to a scan: `cargo bench --bench uses`. A repository of 50,000 files,
//! once with nothing in it and once with 50 credentials that some of the files use. Figures only;
//! nothing is asserted here.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use overscope::detector::sample;

const FILES: usize = 50_000;
const CREDENTIALS: usize = 50;
const ROUNDS: usize = 5;

/// Of every hundred files so many are of this kind.
const KINDS: [(usize, &str); 7] = [(55, "ts"), (25, "py"), (8, "json"), (4, "sh"), (3, "yml"), (1, "tf"), (4, "md")];

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_files(folder.path());
    let without = median(folder.path());
    write_credentials(folder.path());
    let with = median(folder.path());
    let (found, needs, unread) = counts(folder.path());
    println!("{FILES} files, nothing found:         {:>6} ms", without.as_millis());
    println!("the same with {found} credentials:       {:>6} ms", with.as_millis());
    println!("what they add:                     {:>6} ms", with.saturating_sub(without).as_millis());
    println!("needs seen: {needs}, uses that could not be read: {unread}");
}

fn write_files(root: &Path) {
    let mut number = 0;
    for hundred in 0..FILES / 100 {
        let folder = root.join(format!("packages/p{}/src/m{hundred}", hundred % 40));
        fs::create_dir_all(&folder).expect("a folder");
        for (share, kind) in KINDS {
            for _ in 0..share {
                number += 1;
                fs::write(folder.join(format!("f{number}.{kind}")), text(kind, number)).expect("a file");
            }
        }
    }
}

/// Some kilobytes of each kind; every fifth script and workflow uses one of the names.
fn text(kind: &str, number: usize) -> String {
    let name = format!("RAILWAY_TOKEN_{}", number % CREDENTIALS);
    let uses = number.is_multiple_of(5);
    match kind {
        "ts" | "py" => {
            let line = "const total = items.filter((item) => item.kind === 'order').length; // sums up\n";
            let read = if number % 150 == 7 { format!("const key = process.env.{name};\n") } else { String::new() };
            read + &line.repeat(40)
        }
        "sh" => {
            let used = if uses { format!("RAILWAY_TOKEN=${name} railway up --service web\n") } else { String::new() };
            format!(
                "#!/bin/sh\nset -eu\n{used}{}",
                "for name in a b c; do echo \"$name\" >> out.txt; done\n".repeat(20)
            )
        }
        "yml" => {
            let used = if uses {
                format!("    env:\n      RAILWAY_TOKEN: ${{{{ secrets.{name} }}}}\n")
            } else {
                String::new()
            };
            format!(
                "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n{used}    steps:\n{}",
                "      - run: make build\n".repeat(30)
            )
        }
        "tf" => "resource \"null_resource\" \"a\" {\n  triggers = { a = 1 }\n}\n".repeat(10),
        _ => "{\"name\": \"thing\", \"items\": [1, 2, 3]}\n".repeat(30),
    }
}

fn write_credentials(root: &Path) {
    let line = |number: usize| {
        let value = sample::generate("<{uuid}>", number as u64).expect("a sound template").secret;
        format!("RAILWAY_TOKEN_{number}={value}\n")
    };
    fs::write(root.join(".env"), (0..CREDENTIALS).map(line).collect::<String>()).expect("a file");
}

fn scan(root: &Path) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "the program itself is measured")]
    let output = Command::new(env!("CARGO_BIN_EXE_overscope"))
        .args(["scan", "--offline", "--format", "json", "--fail-on", "never", "."])
        .current_dir(root)
        .stderr(Stdio::null())
        .output()
        .expect("the program can be started");
    assert!(output.status.success());
    output.stdout
}

fn median(root: &Path) -> Duration {
    scan(root);
    let mut rounds: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            scan(root);
            started.elapsed()
        })
        .collect();
    rounds.sort();
    rounds[ROUNDS / 2]
}

/// Credentials, needs, and uses that could not be read.
fn counts(root: &Path) -> (usize, usize, usize) {
    let report: serde_json::Value = serde_json::from_slice(&scan(root)).expect("a JSON report");
    let credentials = report["credentials"].as_array().expect("the contract's list");
    let all = |name: &str| credentials.iter().map(|one| one[name].as_array().map_or(0, Vec::len)).sum();
    (credentials.len(), all("needed"), all("unresolved"))
}
