//! A history is too large to be listed: its blobs come as a stream, each once, and are scanned as they
//! come, under the path that brought them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::place::Place;
use super::text::Text;
use super::{Read, Scanned, Scanner, gather, matcher, scan_bytes};
use crate::finding::Location;
use crate::secret::FingerprintKey;
use crate::source::archive::Archive;
use crate::source::{Blob, History};

/// Where a blob stands among the others, and what it gave.
type Ranked = ((bool, u32, String), Read);

/// A text of this kind of place in which nothing was found, nor anything that could become a find by a
/// change far away from it.
struct Clean(Place);

pub(super) fn scan(
    scanner: &Scanner<'_>,
    history: &History,
    key: &FingerprintKey,
    on_file: &(dyn Fn() + Sync),
) -> Scanned {
    let found: Mutex<Vec<Ranked>> = Mutex::default();
    let (files, bytes) = (AtomicUsize::new(0), AtomicU64::new(0));
    let notes = history.each(&|blob: Blob<'_, Option<Clean>>| {
        let size = blob.bytes.len() as u64;
        let clean = still_clean(scanner, &blob).or_else(|| {
            // Under two paths it may be of two minds.
            let only = blob.entries.len() == 1;
            let mut clean = None;
            for entry in blob.entries {
                let mut read = scan_bytes(blob.bytes, &entry, scanner.detectors, &scanner.keywords);
                clean = (only && read.clean).then(|| Clean(Place::of(&entry.path)));
                // A comment of an old version allows nothing any more.
                if !entry.tracked {
                    read.comments.clear();
                }
                if !(read.candidates.is_empty() && read.comments.is_empty() && read.notes.is_empty()) {
                    let place = (!entry.tracked, blob.rank, entry.path);
                    found.lock().expect("no thread panics while it holds the lock").push((place, read));
                }
            }
            clean
        });
        files.fetch_add(1, Ordering::Relaxed);
        bytes.fetch_add(size, Ordering::Relaxed);
        on_file();
        clean
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

/// A change of a clean text leaves it clean where nothing is to be found around the change.
fn still_clean(scanner: &Scanner<'_>, blob: &Blob<'_, Option<Clean>>) -> Option<Clean> {
    let base = blob.base.as_ref()?;
    let Clean(place) = base.left.as_ref()?;
    let [entry] = blob.entries.as_slice() else { return None };
    if Place::of(&entry.path) != *place
        || !matches!(Text::of(blob.bytes), Text::Plain(_))
        || Archive::of(blob.bytes, &entry.path).is_some()
    {
        return None;
    }
    matcher::stays_clean(blob.bytes, &base.changes, entry, scanner.detectors, &scanner.keywords)
        .then_some(Clean(*place))
}
