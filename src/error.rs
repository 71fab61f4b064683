//! What can go wrong, one enum per stage. Every message names the thing and the next step;
//! the exit status follows from the stage.

use std::cell::Cell;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use thiserror::Error;

/// So many words are offered for one that is like none of them.
const FEW: usize = 3;

/// A failed run. Each is exit status 2, except where a variant says otherwise.
#[derive(Debug, Error)]
pub enum Error {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{what} cannot be written: {why}; the report went to standard output instead")]
    Output { what: String, why: io::Error },
    #[error("the baseline {what} cannot be written: {why}; what stood there is untouched")]
    Baseline { what: String, why: io::Error },
    #[error("standard output cannot be written: {0}")]
    Stdout(io::Error),
    #[error("{0}")]
    Demo(String),
}

/// A configuration or detector file that cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    #[error("{path}: cannot be read: {why}")]
    Unreadable { path: String, why: io::Error },
    #[error("{path}:{line}:{column}: {message}")]
    Syntax { path: String, line: usize, column: usize, message: String },
    #[error("{path}: {message}")]
    Content { path: String, message: String },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<FileError>),
}

impl FileError {
    /// What is wrong, without the name of the file.
    pub fn reason(&self) -> String {
        match self {
            FileError::Unreadable { why, .. } => why.to_string(),
            FileError::Syntax { message, .. } | FileError::Content { message, .. } => message.clone(),
            FileError::Several(_) => self.to_string(),
        }
    }

    /// The same for files that were read in another folder than people know them in: `main:overscope.toml`.
    pub fn moved(self, folder: &Path, revision: &str) -> FileError {
        let name = |path: String| match Path::new(&path).strip_prefix(folder) {
            Ok(rest) => format!("{revision}:{}", rest.display()),
            Err(_) => path,
        };
        match self {
            FileError::Unreadable { path, why } => FileError::Unreadable { path: name(path), why },
            FileError::Syntax { path, line, column, message } => {
                FileError::Syntax { path: name(path), line, column, message }
            }
            FileError::Content { path, message } => FileError::Content { path: name(path), message },
            FileError::Several(all) => {
                FileError::Several(all.into_iter().map(|one| one.moved(folder, revision)).collect())
            }
        }
    }
}

/// A call that makes no sense.
#[derive(Debug, Error)]
pub enum PlanError {
    #[error("unknown provider `{given}` in --endpoint; {hint}")]
    UnknownProvider { given: String, hint: String },
    #[error("--endpoint {given}: {why}")]
    Endpoint { given: String, why: String },
    #[error("{0}")]
    Usage(String),
}

/// Something that was to be scanned and is not there.
#[derive(Debug, Error)]
pub enum SourceError {
    #[error("{path}: no such file or directory; name a path that exists, or none for the current folder")]
    NoSuchPath { path: String },
    #[error("{path}: neither a file nor a directory; only regular files and folders are scanned")]
    NotScannable { path: String },
    #[error("{path}: a bare repository, whose files are git's own; --history reads what it holds")]
    Bare { path: String },
    #[error("{path}: {why}")]
    Io { path: String, why: io::Error },
    #[error("git {command} failed: {why}")]
    Git { command: String, why: String },
    #[error("--since {given}: neither a day (2024-05-01), nor a time, nor a revision of this repository")]
    Since { given: String },
    #[error("git is not installed, or not found; install it, or put its folder into PATH")]
    NoGit,
    #[error("{path}: not inside a git repository; --staged, --diff and --history read one")]
    NoRepository { path: String },
    #[error("--diff {range}: {why}")]
    Revision { range: String, why: String },
    #[error(
        "git refuses this repository, since it belongs to another user; if you trust it, say so in its folder: \
         git config --global --add safe.directory \"$(pwd)\""
    )]
    Ownership,
}

/// Parses TOML; errors name file, line and column, and the nearest known key.
pub fn parse_toml<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, FileError> {
    toml::from_str(text).map_err(|why| {
        let (line, column) = position(text, why.span().map_or(0, |span| span.start));
        FileError::Syntax { path: path.to_owned(), line, column, message: with_nearest(why.message()) }
    })
}

/// Line and column of a byte of a text, both from one.
pub fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at.min(text.len())).unwrap_or("");
    let line = before.matches('\n').count() + 1;
    (line, before.chars().rev().take_while(|&c| c != '\n').count() + 1)
}

/// Adds the nearest known key to the parser's list of all of them.
fn with_nearest(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field `") else { return message.to_owned() };
    let mut words = rest.split('`').step_by(2);
    let given = words.next().unwrap_or_default();
    let known: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
    let known_list = known.join(", ");
    match nearest(given, known.iter().copied()) {
        Some(near) => format!("unknown key `{given}`; did you mean `{near}`? Known here: {known_list}"),
        None => format!("unknown key `{given}`; known here: {known_list}"),
    }
}

/// The known word that is most like the given one, if any is like it at all.
pub fn nearest<'w>(given: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    by_likeness(given, known).into_iter().next().filter(|(likeness, _)| *likeness > 0.75).map(|(_, word)| word)
}

/// The few known words that have most in common with the given one, best first, however little that is.
pub fn nearest_few<'w>(given: &str, known: impl IntoIterator<Item = &'w str>) -> Vec<&'w str> {
    let near = by_likeness(given, known).into_iter().take_while(|(likeness, _)| *likeness > 0.0);
    near.map(|(_, word)| word).take(FEW).collect()
}

fn by_likeness<'w>(given: &str, known: impl IntoIterator<Item = &'w str>) -> Vec<(f64, &'w str)> {
    let mut words: Vec<_> = known.into_iter().map(|word| (strsim::jaro_winkler(given, word), word)).collect();
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    words
}

thread_local! {
    /// A panic on this thread is expected and dealt with.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Does what may panic on bad input in code of others; none where it did.
pub fn quietly<T>(risky: impl FnOnce() -> T) -> Option<T> {
    let before = EXPECTED.replace(true);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(risky)).ok();
    EXPECTED.set(before);
    done
}

/// From now on a panic names its place alone: its message may be made of the very text in which a
/// secret stands.
pub fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        if EXPECTED.get() {
            return;
        }
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        let _ = writeln!(
            io::stderr(),
            "overscope: internal error{place}; please report it. Its message is left out: it might hold a secret."
        );
    }));
}

/// A path as a message shows it.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}

impl SourceError {
    pub fn io(path: &Path, why: io::Error) -> SourceError {
        SourceError::Io { path: shown(path), why }
    }

    pub fn missing(path: PathBuf) -> SourceError {
        SourceError::NoSuchPath { path: shown(&path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(default, rename = "visibility")]
        _visibility: String,
        #[serde(default, rename = "production")]
        _production: Vec<String>,
    }

    #[test]
    fn an_unknown_key_names_file_line_column_and_the_nearest_known_key() {
        let error =
            parse_toml::<Sample>("overscope.toml", "# settings\nvisibilty = \"public\"\n").unwrap_err().to_string();
        assert_eq!(
            error,
            "overscope.toml:2:1: unknown key `visibilty`; did you mean `visibility`? Known here: visibility, production"
        );
    }
}
