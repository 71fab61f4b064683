//! The members of an archive, each searched as a file of its own.

use super::keywords::Keywords;
use super::text::{BINARY_LIMIT, Text};
use super::{Read, search};
use crate::detector::Detectors;
use crate::source::Entry;
use crate::source::archive::{Archive, Looked, Visitor};

/// So many candidates of one archive are looked at; more make it a dump, which is said.
const CANDIDATES: usize = 50_000;

/// What stands in an archive; the notes tell what was not read of it.
pub(super) fn search_archive(archive: Archive<'_>, outer: &Entry, detectors: &Detectors, keywords: &Keywords) -> Read {
    let mut members = Members { outer, detectors, keywords, read: Read::default() };
    let troubles = archive.visit(&outer.path, &mut members);
    let mut read = members.read;
    // In the order of a folder, whatever the order of an archive is.
    read.candidates.sort_by(|a, b| a.location.path.cmp(&b.location.path));
    read.comments.sort_by(|a, b| a.path.cmp(&b.path));
    read.notes.extend(troubles.notes(&outer.path));
    if read.candidates.len() >= CANDIDATES {
        let message = format!("more than {CANDIDATES} candidates; the rest of it was not looked at");
        read.notes.push(outer.note("limit", message, true));
    }
    read
}

struct Members<'s> {
    outer: &'s Entry,
    detectors: &'s Detectors,
    keywords: &'s Keywords,
    read: Read,
}

impl Visitor for Members<'_> {
    fn most(&self, head: &[u8]) -> Option<usize> {
        matches!(Text::of(head), Text::Binary(_)).then_some(BINARY_LIMIT)
    }

    fn member(&mut self, path: &str, bytes: &[u8]) -> Looked {
        let entry = self.outer.member(path);
        let found = search(bytes, &entry, self.detectors, self.keywords);
        self.read.opened = true;
        if found.skipped {
            return Looked::TooLarge;
        }
        self.read.candidates.extend(found.candidates);
        self.read.comments.extend(found.comments);
        self.read.notes.extend(found.notes);
        self.read.bytes += found.bytes;
        if self.read.candidates.len() < CANDIDATES { Looked::At } else { Looked::Enough }
    }
}
