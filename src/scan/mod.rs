//! From bytes to findings: one pass over the bytes for keywords, patterns in windows around the
//! hits, checks on what they match, companions, and one finding for each distinct secret.
//! The order of the result is that of the paths, whatever the number of threads.

mod added;
mod assignment;
mod bundle;
mod checks;
mod comments;
mod context;
mod encoded;
mod fingerprint;
mod group;
mod hiding;
mod history;
mod keywords;
mod known;
mod lines;
mod marks;
mod matcher;
mod members;
mod notebook;
pub mod ordinary;
mod place;
pub mod placeholder;
mod reader;
mod settle;
mod stated;
mod text;

use rayon::prelude::*;

use crate::detector::Detectors;
use crate::finding::{Candidate, Comment, Finding, Note, Origin};
use crate::secret::FingerprintKey;
use crate::source::archive::Archive;
use crate::source::{Content, Entry, Listing, Unread};
pub use hiding::Hiding;
use keywords::Keywords;
use matcher::Found;
use members::search_archive;
use text::Text;

/// Everything a scan gives on.
#[derive(Debug, Default)]
pub struct Scanned {
    /// By path and line of their first place.
    pub findings: Vec<Finding>,
    /// Comments of this program's own that allow something, whether or not it was found.
    pub comments: Vec<Comment>,
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
    comments: Vec<Comment>,
    notes: Vec<Note>,
    bytes: u64,
    skipped: bool,
    /// Whether members of an archive are in it.
    opened: bool,
}

impl Read {
    /// Both of one entry.
    fn beside(mut self, mut other: Read) -> Read {
        other.notes.append(&mut self.notes);
        other
    }
}

/// Scans every entry. `on_file` is told after each, for a progress bar.
pub fn scan(entries: &[Entry], detectors: &Detectors, key: &FingerprintKey, on_file: &(dyn Fn() + Sync)) -> Scanned {
    Scanner::new(detectors).files(entries, key, on_file)
}

/// A scanner, made ready while something else is done: listing waits for git.
pub fn ready_while<T: Send>(detectors: &Detectors, other: impl FnOnce() -> T + Send) -> (Scanner<'_>, T) {
    rayon::join(|| Scanner::new(detectors), other)
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
            raw: None,
            place: crate::source::Place::Bytes(text.as_bytes().to_vec()),
            origin: Origin::Stdin,
            tracked: false,
            ignored: false,
            commit: None,
        };
        self.files(&[entry], key, &|| ()).findings
    }

    /// Scans all that is listed, or a history as it comes. `on_file` is told after each file, for a
    /// progress bar.
    pub fn scan(&self, listing: &Listing, key: &FingerprintKey, on_file: &(dyn Fn() + Sync)) -> Scanned {
        match &listing.history {
            Some(history) => history::scan(self, history, key, on_file),
            None => self.files(&listing.entries, key, on_file),
        }
    }

    /// Scans every entry. `on_file` is told after each, for a progress bar.
    pub fn files(&self, entries: &[Entry], key: &FingerprintKey, on_file: &(dyn Fn() + Sync)) -> Scanned {
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
        scanned.notes.extend(read.notes);
        scanned.comments.extend(read.comments);
        candidates.extend(read.candidates);
    }
    scanned.candidates = candidates.len();
    scanned.findings = group::group(candidates, detectors, key);
    scanned
}

fn scan_entry(entry: &Entry, buffer: &mut Vec<u8>, detectors: &Detectors, keywords: &Keywords) -> Read {
    let archived = match entry.content_into(buffer) {
        Ok(Content::Bytes(bytes)) => return scan_bytes(bytes, entry, detectors, keywords),
        Ok(Content::Archive(archive)) => search_archive(archive, entry, detectors, keywords),
        Err(why) => return unread(entry, why),
    };
    if archived.opened {
        return archived;
    }
    match entry.read_into(buffer) {
        Ok(bytes) => archived.beside(search(bytes, entry, detectors, keywords)),
        Err(why) => archived.beside(unread(entry, why)),
    }
}

/// What stands in the bytes of a file, whatever was packed in them.
fn scan_bytes(bytes: &[u8], entry: &Entry, detectors: &Detectors, keywords: &Keywords) -> Read {
    let Some(archive) = Archive::of(bytes, &entry.path) else { return search(bytes, entry, detectors, keywords) };
    let mut archived = search_archive(archive, entry, detectors, keywords);
    if entry.origin == Origin::Diff && !archived.candidates.is_empty() {
        let old = match entry.read_before() {
            Some(Ok(before)) => Archive::of(&before, &entry.path)
                .map(|archive| search_archive(archive, entry, detectors, keywords).candidates),
            Some(Err(_)) => {
                archived.notes.push(not_compared(entry));
                None
            }
            None => None,
        };
        let old = old.unwrap_or_default();
        added::keep_new_members(&mut archived.candidates, &old);
        added::tell_new_comments(&mut archived.candidates, &old);
    }
    match archived.opened {
        true => archived,
        // It only begins as an archive does, or as one that cannot be opened.
        false => archived.beside(search(bytes, entry, detectors, keywords)),
    }
}

fn unread(entry: &Entry, why: Unread) -> Read {
    let note = match why {
        Unread::TooLarge(size) => {
            entry.note("limit", format!("{} MB, more than is read of one file", size >> 20), true)
        }
        Unread::Io(why) => entry.note("unreadable", why.to_string(), true),
    };
    Read { notes: vec![note], skipped: true, ..Read::default() }
}

fn not_compared(entry: &Entry) -> Note {
    let message = "what it was before cannot be read: all that it holds counts as added".to_owned();
    entry.note("unreadable", message, true)
}

/// What stands in a text, or in the bytes of a binary.
fn search(bytes: &[u8], entry: &Entry, detectors: &Detectors, keywords: &Keywords) -> Read {
    let size = bytes.len() as u64;
    let text = Text::of(bytes);
    let found = match &text {
        Text::Plain(bytes) => matcher::find(bytes, None, entry, detectors, keywords, false),
        Text::Decoded(text) => matcher::find(text.as_bytes(), None, entry, detectors, keywords, false),
        Text::Binary(bytes) => matcher::find(bytes, None, entry, detectors, keywords, true),
        Text::LargeBinary => {
            let note = entry.note("skipped", format!("binary of {} MB was skipped", size >> 20), false);
            return Read { notes: vec![note], bytes: size, skipped: true, ..Read::default() };
        }
    };
    settled(found, &text, size, entry, detectors, keywords)
}

/// What was found in a text of this size, without what was there before.
fn settled(
    found: Found,
    text: &Text<'_>,
    size: u64,
    entry: &Entry,
    detectors: &Detectors,
    keywords: &Keywords,
) -> Read {
    let mut read = Read { candidates: found.candidates, comments: found.comments, bytes: size, ..Read::default() };
    if !read.candidates.is_empty()
        && let Some(before) = entry.read_before()
    {
        match before {
            Ok(before) => added::keep_new(&mut read.candidates, Text::of(&before).bytes(), text.bytes()),
            Err(_) => read.notes.push(not_compared(entry)),
        }
    }
    if entry.origin == Origin::Diff && read.candidates.iter().any(|one| !one.location.comments.is_empty()) {
        let before = entry.read_before().and_then(Result::ok).unwrap_or_default();
        let before = matcher::find(Text::of(&before).bytes(), None, entry, detectors, keywords, false);
        added::tell_new_comments(&mut read.candidates, &before.candidates);
    }
    if read.candidates.len() >= matcher::CANDIDATES {
        let message = format!("more than {} candidates; the rest of it was not looked at", matcher::CANDIDATES);
        read.notes.push(entry.note("limit", message, true));
    } else if let Some(why) = found.cut {
        read.notes.push(entry.note("limit", why.to_owned(), why == reader::TOO_MANY_NAMES));
    }
    read
}
