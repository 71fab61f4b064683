//! The reports: one model, one file per format, each with one function that prints it. What a
//! format gets has been through the [`Redactor`] already, so that none can forget it.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::assess::model::Report;
use crate::capability::words;
use crate::redact::Redactor;
use crate::replace::replace;

mod clean;
mod json;
mod needs;
mod policy;
mod sarif;
mod suppressed;
mod terminal;
mod text;

#[cfg(test)]
mod sample;
#[cfg(test)]
pub(crate) use sample::sample;
pub use terminal::escape_controls;

words! {
    /// A report format of the contract.
    Known {
        Text = "text", Json = "json", Sarif = "sarif", Markdown = "markdown", Html = "html",
        Github = "github", Gitlab = "gitlab",
    }
}

/// A report format that is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Sarif,
}

/// A format that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("the report format `{0}` is not built in this version; use one of text, json, sarif")]
    NotBuilt(String),
    #[error("there is no report format `{0}`; use one of text, json, sarif")]
    Unknown(String),
}

impl FromStr for Format {
    type Err = FormatError;
    fn from_str(word: &str) -> Result<Format, FormatError> {
        match word.parse() {
            Ok(Known::Text) => Ok(Format::Text),
            Ok(Known::Json) => Ok(Format::Json),
            Ok(Known::Sarif) => Ok(Format::Sarif),
            Ok(_) => Err(FormatError::NotBuilt(word.to_owned())),
            Err(_) => Err(FormatError::Unknown(word.to_owned())),
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
