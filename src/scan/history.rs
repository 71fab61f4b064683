//! A history is too large to be listed: its blobs come as a stream, each once, and are scanned as they
//! come, under the path that brought them. Of a blob that is made of another one, what it repeats is
//! known.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::known::Known;
use super::text::Text;
use super::{Read, Scanned, Scanner, gather, matcher, scan_bytes, settled};
use crate::finding::Location;
use crate::secret::FingerprintKey;
use crate::source::archive::Archive;
use crate::source::{Base, Blob, Entry, History};

/// Where a blob stands among the others, and what it gave.
type Ranked = ((bool, u32, String), Read);

/// Of longer texts, which are few, nothing is kept.
const LONGEST: usize = 4 << 20;

pub(super) fn scan(
    scanner: &Scanner<'_>,
    history: &History,
    key: &FingerprintKey,
    on_file: &(dyn Fn() + Sync),
) -> Scanned {
    let found: Mutex<Vec<Ranked>> = Mutex::default();
    let (files, bytes) = (AtomicUsize::new(0), AtomicU64::new(0));
    let notes = history.each(&|blob: Blob<'_, Option<Known>>| {
        let mut known = None;
        for entry in blob.entries {
            let (mut read, learnt) = look(scanner, blob.bytes, blob.base.as_ref(), &entry);
            known = learnt;
            // A comment of an old version allows nothing any more.
            if !entry.tracked {
                read.comments.clear();
            }
            if !(read.candidates.is_empty() && read.comments.is_empty() && read.notes.is_empty()) {
                let place = (!entry.tracked, blob.rank, entry.path);
                found.lock().expect("no thread panics while it holds the lock").push((place, read));
            }
        }
        files.fetch_add(1, Ordering::Relaxed);
        bytes.fetch_add(blob.bytes.len() as u64, Ordering::Relaxed);
        on_file();
        known
    });
    let mut found = found.into_inner().unwrap_or_default();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let order = found.iter().filter(|(_, read)| !read.candidates.is_empty());
    let ranks: BTreeMap<String, u32> =
        order.filter_map(|((_, rank, _), read)| Some((read.candidates[0].location.commit.clone()?, *rank))).collect();
    let mut scanned = gather(found.into_iter().map(|(_, read)| read).collect(), scanner.detectors, key);
    scanned.files = files.into_inner();
    scanned.bytes = bytes.into_inner();
    scanned.notes.extend(notes);
    scanned.findings.iter_mut().for_each(|finding| first_of_each_path(&mut finding.locations, &ranks));
    scanned
}

/// What HEAD still holds comes first, in all its places. Of what it no longer holds, the first commit
/// of each path is enough: a secret lies in every later version of its file as well.
fn first_of_each_path(locations: &mut Vec<Location>, ranks: &BTreeMap<String, u32>) {
    let rank = |location: &Location| location.commit.as_ref().and_then(|commit| ranks.get(commit)).copied();
    let mut first: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for location in locations.iter().filter(|location| !location.tracked) {
        let known = first.entry(location.path.clone()).or_insert_with(|| rank(location));
        *known = rank(location).min(*known);
    }
    locations.retain(|location| location.tracked || first.get(&location.path) == Some(&rank(location)));
}

/// Scans a blob, and says what is known of it now.
fn look(
    scanner: &Scanner<'_>,
    bytes: &[u8],
    base: Option<&Base<'_, Option<Known>>>,
    entry: &Entry,
) -> (Read, Option<Known>) {
    let Scanner { detectors, keywords } = scanner;
    let text = Text::of(bytes);
    let is_plain = matches!(text, Text::Plain(_)) && bytes.len() <= LONGEST;
    if !is_plain || Archive::of(bytes, &entry.path).is_some() {
        return (scan_bytes(bytes, entry, detectors, keywords), None);
    }
    let base = base.and_then(|base| Some((base, base.left.as_ref()?)));
    let known = match base {
        Some((base, known)) => Known::again(bytes, entry, base, known, scanner),
        None => Known::first(bytes, entry, scanner),
    };
    let find = |due| matcher::find(bytes, due, entry, detectors, keywords, false);
    let (found, known) = match find(Some(known.due())) {
        found if !found.told.by_all => {
            let known = known.learn(&found.told);
            (found, Some(known))
        }
        found => (if base.is_some() { find(None) } else { found }, None),
    };
    (settled(found, &text, bytes.len() as u64, entry, detectors, keywords), known)
}

#[cfg(test)]
mod tests;
