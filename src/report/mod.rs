//! The reports: one model, one file per format, each with one function that prints it. What a
//! format gets has been through the [`Redactor`] already, so that none can forget it.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::assess::model::Report;
use crate::redact::Redactor;
use crate::replace::replace;

mod clean;
mod github;
mod gitlab;
mod json;
mod markdown;
mod markup;
mod needs;
mod policy;
mod sarif;
mod summary;
mod suppressed;
mod terminal;
mod text;
mod words;

#[cfg(test)]
mod sample;
pub use json::SCHEMA as JSON_SCHEMA;
#[cfg(test)]
pub(crate) use sample::sample;
pub use terminal::escape_controls;

/// A report format that is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Sarif,
    Markdown,
    Github,
    Gitlab,
}

impl Format {
    /// Every one that is built, with its word of the contract.
    pub const ALL: [(Format, &str); 6] = [
        (Format::Text, "text"),
        (Format::Json, "json"),
        (Format::Sarif, "sarif"),
        (Format::Markdown, "markdown"),
        (Format::Github, "github"),
        (Format::Gitlab, "gitlab"),
    ];

    /// Whether it must say when the scan was, and of which commit.
    pub fn names_a_moment(self) -> bool {
        self == Format::Gitlab
    }
}

/// Words of the contract whose formats are not built yet.
const TO_COME: [&str; 1] = ["html"];

/// A format that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("the report format `{0}` is not built in this version; use one of {built}", built = built())]
    NotBuilt(String),
    #[error("there is no report format `{0}`; use one of {built}", built = built())]
    Unknown(String),
}

fn built() -> String {
    Format::ALL.map(|(_, word)| word).join(", ")
}

impl FromStr for Format {
    type Err = FormatError;
    fn from_str(word: &str) -> Result<Format, FormatError> {
        match Format::ALL.iter().find(|(_, known)| *known == word) {
            Some((format, _)) => Ok(*format),
            None if TO_COME.contains(&word) => Err(FormatError::NotBuilt(word.to_owned())),
            None => Err(FormatError::Unknown(word.to_owned())),
        }
    }
}

/// How the text for a terminal is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    /// In columns.
    pub width: usize,
}

/// Writes the report in one format.
///
/// # Errors
/// Whatever writing to `out` answers.
pub fn write(
    report: &Report,
    format: Format,
    style: &Style,
    redactor: &Redactor,
    out: &mut dyn Write,
) -> io::Result<()> {
    let report = clean::report(report, redactor);
    match format {
        Format::Text => text::write(&report, style, out),
        Format::Json => json::write(&report, out),
        Format::Sarif => sarif::write(&report, out),
        Format::Markdown => markdown::write(&report, out),
        Format::Github => github::write(&report, out),
        Format::Gitlab => gitlab::write(&report, out),
    }
}

/// A report that could not be put where it was wanted.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the report to {}: {source}", path.display())]
pub struct OutputError {
    pub path: PathBuf,
    pub source: io::Error,
}

/// Writes the report into a file: a new or regular one is replaced in one step and never half
/// written, anything else (`/dev/stdout`, a FIFO) is written to.
///
/// # Errors
/// Names the file; nothing stands there then that did not stand there before.
pub fn to_file(
    report: &Report,
    format: Format,
    style: &Style,
    redactor: &Redactor,
    path: &Path,
) -> Result<(), OutputError> {
    let written = if is_replaceable(path) {
        replace(path, |out| write(report, format, style, redactor, out))
    } else {
        // Appending leaves alone what a shell's `>>` has put behind /dev/stdout.
        fs::OpenOptions::new().append(true).open(path).and_then(|file| {
            let mut out = BufWriter::new(file);
            write(report, format, style, redactor, &mut out)?;
            out.flush()
        })
    };
    written.map_err(|source| OutputError { path: path.to_owned(), source })
}

/// Names below /dev and /proc may lead to a regular file that is somebody's open output.
fn is_replaceable(path: &Path) -> bool {
    if path.starts_with("/dev") || path.starts_with("/proc") {
        return false;
    }
    fs::metadata(path).map_or(true, |found| found.is_file() || found.is_dir())
}

#[cfg(test)]
mod tests;
