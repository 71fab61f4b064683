//! The baseline: credentials that are known, one a line, by their fingerprints. It holds no value and
//! no line number, so that it stays true when code moves, and two branches that add to it merge.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::config::day::Day;
use crate::error::{FileError, parse_toml, position, shown};
use crate::finding::Beyond;
use crate::secret::FingerprintKey;
use crate::textfile;

/// The version of the format.
const VERSION: u32 = 1;
/// A fingerprint is so many digits.
const DIGITS: usize = 32;

const HEAD: &str = "\
# Known credentials, for `overscope scan --baseline`: fingerprints under a key, no values, sorted, one a line.
# Give each a `reason`, and a last day where it is to go: `until = 2027-01-31`.
";

/// A baseline as it was read.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// The file as reports name it.
    pub name: String,
    /// The key under which its fingerprints were made, where it says so itself.
    pub fingerprint_key: Option<String>,
    /// What a known text is under the key.
    made_with: Option<(String, usize, usize)>,
    /// By fingerprint.
    pub known: BTreeMap<String, Known>,
}

/// One credential that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub detector: String,
    /// Where it stood when it was written.
    pub path: String,
    /// Where that was, if it is beyond the files as they are.
    pub beyond: Option<Beyond>,
    pub reason: Option<String>,
    /// The last day on which it counts, in UTC.
    pub until: Option<Date>,
    /// In the file; zero for one that is new.
    pub line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: Spanned<u32>,
    fingerprint_key: Option<String>,
    made_with: Option<Spanned<String>>,
    #[serde(default)]
    known: BTreeMap<Spanned<String>, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    detector: String,
    path: String,
    /// Not looked at where the files as they are were scanned.
    #[serde(rename = "in")]
    beyond: Option<Beyond>,
    reason: Option<String>,
    until: Option<Day>,
}

impl Baseline {
    /// Reads a baseline, which reports will call `name`.
    pub fn read(path: &Path, name: String) -> Result<Baseline, FileError> {
        Baseline::parse(&shown(path), &textfile::read_regular(path)?, name)
    }

    pub fn parse(file: &str, text: &str, name: String) -> Result<Baseline, FileError> {
        let written: Written = parse_toml(file, text)?;
        let at = |start: usize| position(text, start);
        let wrong = |start: usize, message: String| {
            let (line, column) = at(start);
            FileError::Syntax { path: file.to_owned(), line, column, message }
        };
        if *written.version.get_ref() != VERSION {
            let message = format!("version {} is not known here; this is version {VERSION}", written.version.get_ref());
            return Err(wrong(written.version.span().start, message));
        }
        let mut known = BTreeMap::new();
        for (fingerprint, entry) in written.known {
            let start = fingerprint.span().start;
            let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            if fingerprint.get_ref().len() != DIGITS || !fingerprint.get_ref().bytes().all(is_digit) {
                let message = format!("a fingerprint is {DIGITS} digits, as reports show it");
                return Err(wrong(start, message));
            }
            let Entry { detector, path, beyond, reason, until } = entry;
            let until = until.map(|day| day.0);
            let reason = reason.filter(|reason| !reason.trim().is_empty());
            known.insert(fingerprint.into_inner(), Known { detector, path, beyond, reason, until, line: at(start).0 });
        }
        let made_with = written.made_with.map(|made| {
            let (line, column) = at(made.span().start);
            (made.into_inner(), line, column)
        });
        Ok(Baseline { name, fingerprint_key: written.fingerprint_key, made_with, known })
    }

    /// Whether its fingerprints were made under this key: under another, none would be known.
    pub fn check_key(&self, key: &FingerprintKey) -> Result<(), FileError> {
        match &self.made_with {
            Some((made, line, column)) if *made != mark(key) => Err(FileError::Syntax {
                path: self.name.clone(),
                line: *line,
                column: *column,
                message: "made under another fingerprint key; set OVERSCOPE_FINGERPRINT_KEY, or fingerprint_key in \
                          overscope.toml, to that one, or write the baseline anew"
                    .to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Takes in what is known elsewhere; what stands here already stays as it is, but for one that was
    /// beyond the files and has come to lie in them.
    pub fn add(&mut self, fingerprint: &str, known: Known) {
        let here = known.beyond.is_none();
        let entry = self.known.entry(fingerprint.to_owned()).or_insert(known);
        entry.beyond = entry.beyond.filter(|_| !here);
    }

    /// The file's text: the same entries give the same bytes.
    pub fn text(&self, key: &FingerprintKey) -> String {
        let mut text = format!("{HEAD}version = {VERSION}\nmade_with = {}\n", quoted(&mark(key)));
        if let Some(own) = &self.fingerprint_key {
            let _ = writeln!(text, "fingerprint_key = {}", quoted(own));
        }
        text.push_str("\n[known]\n");
        for (fingerprint, Known { detector, path, beyond, reason, until, .. }) in &self.known {
            let _ =
                write!(text, "{} = {{ detector = {}, path = {}", quoted(fingerprint), quoted(detector), quoted(path));
            if let Some(beyond) = beyond {
                let _ = write!(text, ", in = {}", quoted(beyond.word()));
            }
            if let Some(reason) = reason {
                let _ = write!(text, ", reason = {}", quoted(reason));
            }
            if let Some(until) = until {
                let _ = write!(text, ", until = {until}");
            }
            text.push_str(" }\n");
        }
        text
    }
}

/// What stands for the key in the file.
fn mark(key: &FingerprintKey) -> String {
    key.fingerprint(&["baseline"]).as_str()[..16].to_owned()
}

/// A text as TOML writes it, on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
