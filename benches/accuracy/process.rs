//! Other programs, run to their end.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

pub type Fault = Box<dyn std::error::Error>;

/// What a program wrote to its standard output, and whether it ended well.
pub struct Ended {
    pub well: bool,
    pub output: Vec<u8>,
    pub errors: String,
}

/// Runs a program in a folder. Only a program that cannot be started is an error here: scanners
/// that find something end with a status of their own.
pub fn run(program: &str, arguments: &[&str], folder: &Path, input: &[u8]) -> Result<Ended, Fault> {
    #[expect(clippy::disallowed_methods, reason = "other scanners and git are what is run here")]
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let mut pipe = child.stdin.take().ok_or("no standard input")?;
    let input = input.to_vec();
    let writer = thread::spawn(move || pipe.write_all(&input));
    let ended = child.wait_with_output()?;
    // A program that ends early leaves its input unread.
    let _ = writer.join();
    Ok(Ended {
        well: ended.status.success(),
        output: ended.stdout,
        errors: String::from_utf8_lossy(&ended.stderr).into_owned(),
    })
}

/// As [`run`], where anything but success is an error.
pub fn must(program: &str, arguments: &[&str], folder: &Path, input: &[u8]) -> Result<Vec<u8>, Fault> {
    let ended = run(program, arguments, folder, input)?;
    if ended.well { Ok(ended.output) } else { Err(format!("{program} {}", ended.errors.trim()).into()) }
}
