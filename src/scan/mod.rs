//! From bytes to findings: one pass over the bytes for keywords, patterns in windows around the
//! hits, checks on what they match, companions, and one finding for each distinct secret.
//! The order of the result is that of the paths, whatever the number of threads.

mod assignment;
mod checks;
mod context;
mod encoded;
mod group;
mod hiding;
mod history;
mod keywords;
mod lines;
mod matcher;
pub mod ordinary;
mod place;
pub mod placeholder;
mod settle;
mod stated;
mod text;

use rayon::prelude::*;

use crate::detector::Detectors;
use crate::finding::{Candidate, Finding, Note};
use crate::secret::FingerprintKey;
use crate::source::{Entry, Listing, Unread};
pub use hiding::Hiding;
use keywords::Keywords;
use text::Text;

/// Everything a scan gives on.
#[derive(Debug, Default)]
pub struct Scanned {
    /// By path and line of their first place.
    pub findings: Vec<Finding>,
    pub notes: Vec<Note>,
    pub files: usize,
    pub bytes: u64,
    pub skipped: usize,
    pub candidates: usize,
}

/// What one entry gave.
#[derive(Default)]
struct Read {
    candidates: Vec<Candidate>,
    note: Option<Note>,
    bytes: u64,
    skipped: bool,
    /// Of a plain text: see [`matcher::Found::clean`].
    clean: bool,
}

/// Scans all that is listed. `on_file` is told after each file, for a progress bar.
pub fn scan(listing: &Listing, detectors: &Detectors, key: &FingerprintKey, on_file: &(dyn Fn() + Sync)) -> Scanned {
    let scanner = Scanner::new(detectors);
    match &listing.history {
        Some(history) => history::scan(&scanner, history, key, on_file),
        None => scanner.files(&listing.entries, key, on_file),
    }
}

/// What stands in one text, without a file: for `inspect` and for checking detector files.
pub fn scan_text(path: &str, text: &str, detectors: &Detectors, key: &FingerprintKey) -> Vec<Finding> {
    Scanner::new(detectors).text(path, text, key)
}

/// A catalogue, made ready to search any number of texts.
pub struct Scanner<'d> {
    detectors: &'d Detectors,
    keywords: Keywords,
}

impl<'d> Scanner<'d> {
    pub fn new(detectors: &'d Detectors) -> Scanner<'d> {
        Scanner { detectors, keywords: Keywords::of(detectors) }
    }

    /// What stands in one text, as if it were a file of this path.
    pub fn text(&self, path: &str, text: &str, key: &FingerprintKey) -> Vec<Finding> {
        let entry = Entry {
            path: path.to_owned(),
            place: crate::source::Place::Bytes(text.as_bytes().to_vec()),
            origin: crate::finding::Origin::Stdin,
            tracked: false,
            ignored: false,
            commit: None,
        };
        self.files(&[entry], key, &|| ()).findings
    }

    fn files(&self, entries: &[Entry], key: &FingerprintKey, on_file: &(dyn Fn() + Sync)) -> Scanned {
        let Scanner { detectors, keywords } = self;
        let reads: Vec<Read> = entries
            .par_iter()
            .map_init(Vec::new, |buffer, entry| {
                let read = scan_entry(entry, buffer, detectors, keywords);
                on_file();
                read
            })
            .collect();
        gather(reads, detectors, key)
    }
}

fn gather(reads: Vec<Read>, detectors: &Detectors, key: &FingerprintKey) -> Scanned {
    let mut scanned = Scanned { files: reads.len(), ..Scanned::default() };
    let mut candidates = Vec::new();
    for read in reads {
        scanned.bytes += read.bytes;
        scanned.skipped += usize::from(read.skipped);
        scanned.notes.extend(read.note);
        candidates.extend(read.candidates);
    }
    scanned.candidates = candidates.len();
    scanned.findings = group::group(candidates, detectors, key);
    scanned
}

fn scan_entry(entry: &Entry, buffer: &mut Vec<u8>, detectors: &Detectors, keywords: &Keywords) -> Read {
    let note = |message: String, kind, incomplete| Some(Note { kind, about: entry.path.clone(), message, incomplete });
    match entry.read_into(buffer) {
        Ok(bytes) => scan_bytes(bytes, entry, detectors, keywords),
        Err(Unread::TooLarge(size)) => {
            let message = format!("{} MB, more than is read of one file", size >> 20);
            Read { note: note(message, "limit", true), skipped: true, ..Read::default() }
        }
        Err(Unread::Io(why)) => {
            Read { note: note(why.to_string(), "unreadable", true), skipped: true, ..Read::default() }
        }
    }
}

fn scan_bytes(bytes: &[u8], entry: &Entry, detectors: &Detectors, keywords: &Keywords) -> Read {
    let note = |message: String, kind, incomplete| Some(Note { kind, about: entry.path.clone(), message, incomplete });
    let size = bytes.len() as u64;
    let text = Text::of(bytes);
    let plain = matches!(text, Text::Plain(_));
    let found = match text {
        Text::Plain(bytes) => matcher::find(bytes, entry, detectors, keywords, false),
        Text::Decoded(text) => matcher::find(text.as_bytes(), entry, detectors, keywords, false),
        Text::Binary(bytes) => matcher::find(bytes, entry, detectors, keywords, true),
        Text::LargeBinary => {
            let note = note(format!("binary of {} MB was skipped", size >> 20), "skipped", false);
            return Read { note, bytes: size, skipped: true, ..Read::default() };
        }
    };
    let mut read = Read { candidates: found.candidates, bytes: size, clean: plain && found.clean, ..Read::default() };
    if read.candidates.len() >= matcher::CANDIDATES {
        let message = format!("more than {} candidates; the rest of it was not looked at", matcher::CANDIDATES);
        read.note = note(message, "limit", true);
    } else if let Some(why) = found.cut {
        read.note = note(why.to_owned(), "limit", false);
    }
    read
}
