//! What was found and is not reported, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::terminal::escape_controls;
use super::words;
use crate::suppress::{By, Suppressed};

/// `3 suppressed (2 by a comment, 1 by the baseline)`; nothing where nothing was.
pub fn tally(suppressed: &[Suppressed]) -> Option<String> {
    let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for one in suppressed {
        // A credential counts once, by what leaves out the first of its places.
        if seen.insert(one.fingerprint.as_str()) {
            groups.entry(by(one.cause.by)).or_default().insert(one.fingerprint.as_str());
        }
    }
    let groups: Vec<String> = groups.iter().map(|(by, all)| format!("{} {by}", all.len())).collect();
    (!seen.is_empty()).then(|| format!("{} suppressed ({})", seen.len(), groups.join(", ")))
}

fn by(by: By) -> &'static str {
    match by {
        By::Baseline => "by the baseline",
        By::Path => "by [[ignore]]",
        By::Comment(_) => "by a comment",
        By::File(_) => "by another scanner's file",
    }
}

/// One line for each place.
pub fn lines(suppressed: &[Suppressed]) -> impl Iterator<Item = String> {
    suppressed.iter().map(|one| {
        let Suppressed { detector, place, cause, .. } = one;
        let until = cause.until.map(|until| format!(", until {until}")).unwrap_or_default();
        let reason = cause.reason.as_deref().map(|reason| format!(": {}", escape_controls(reason))).unwrap_or_default();
        let (path, line) = (words::path(place), place.line);
        let (detector, at) = (escape_controls(detector), escape_controls(&cause.at));
        format!("{path}:{line}: {detector}, by {} ({at}{until}){reason}", cause.by.word())
    })
}
