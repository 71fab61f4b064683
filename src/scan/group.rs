//! Many places, one secret: the unit that is asked about and reported.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{fingerprint, ordinary};
use crate::detector::Detectors;
use crate::finding::{Candidate, Confidence, Finding, WRITTEN};
use crate::secret::{FingerprintKey, Secret};

/// One finding for each distinct value, in the order of its first place.
pub(super) fn group(candidates: Vec<Candidate>, detectors: &Detectors, key: &FingerprintKey) -> Vec<Finding> {
    let mut by_value: BTreeMap<String, Finding> = BTreeMap::new();
    let mut candidates = candidates;
    drop_echoes(&mut candidates);
    for candidate in candidates {
        match by_value.entry(candidate.secret.expose().to_owned()) {
            Entry::Vacant(place) => {
                place.insert(Finding {
                    detector: candidate.detector,
                    // Of the final detector: filled in below.
                    fingerprint: key.fingerprint(&[]),
                    secret: candidate.secret,
                    parts: candidate.parts,
                    confidence: candidate.confidence,
                    locations: vec![candidate.location],
                });
            }
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                // The same value under two detectors: the one whose look says more names it.
                let mut others = candidate.parts;
                if detectors.rank(candidate.detector) > detectors.rank(known.detector) {
                    known.detector = candidate.detector;
                    std::mem::swap(&mut known.parts, &mut others);
                    others.retain(|name, _| name.starts_with(WRITTEN));
                } else if candidate.detector != known.detector {
                    others.retain(|name, _| name.starts_with(WRITTEN));
                }
                for (name, part) in others {
                    add_part(&mut known.parts, name, part);
                }
                known.confidence = known.confidence.max(candidate.confidence);
                known.locations.push(candidate.location);
            }
        }
    }
    let mut findings: Vec<Finding> = by_value.into_values().collect();
    for finding in &mut findings {
        finding.locations.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        finding.locations.dedup();
        finding.fingerprint = fingerprint::of(finding, detectors, key);
    }
    findings.sort_by(|a, b| {
        let place = |finding: &Finding| {
            let first = finding.first();
            (first.path.clone(), first.line, first.column)
        };
        place(a).cmp(&place(b))
    });
    findings
}

/// What was drawn by chance is the same secret wherever it stands. That a word is somebody's password in one
/// place says nothing of the others: those that were doubted are not lifted by it.
fn drop_echoes(candidates: &mut Vec<Candidate>) {
    let is_word = |candidate: &Candidate| ordinary::randomness(candidate.secret.expose().as_bytes()) < ordinary::DRAWN;
    let believed: BTreeSet<String> = candidates
        .iter()
        .filter(|candidate| candidate.confidence > Confidence::Low && is_word(candidate))
        .map(|candidate| candidate.secret.expose().to_owned())
        .collect();
    candidates
        .retain(|candidate| candidate.confidence > Confidence::Low || !believed.contains(candidate.secret.expose()));
}

/// Of each part the first is kept, but of what is masked because it is written, all.
fn add_part(parts: &mut BTreeMap<String, Secret>, name: String, part: Secret) {
    if !name.starts_with(WRITTEN) {
        parts.entry(name).or_insert(part);
    } else if !parts.iter().any(|(known, other)| known.starts_with(WRITTEN) && *other == part) {
        let forms = parts.keys().filter(|known| known.starts_with(WRITTEN)).count();
        let name = if forms == 0 { WRITTEN.to_owned() } else { format!("{WRITTEN} {}", forms + 1) };
        parts.insert(name, part);
    }
}

#[cfg(test)]
mod tests {
    use crate::detector::{Detectors, sample};
    use crate::scan::Scanner;
    use crate::secret::FingerprintKey;
    use crate::source::{Entry, Place};

    /// How many places the value has where one file gives it as a password and another compares with it.
    fn places(template: &str) -> usize {
        let value = sample::generate(template, 7).unwrap().text;
        let entry = |path: &str, text: &str| Entry {
            path: path.to_owned(),
            raw: None,
            place: Place::Bytes(text.replace("{}", &value).into_bytes()),
            origin: crate::finding::Origin::Stdin,
            tracked: false,
            ignored: false,
            commit: None,
        };
        let entries = [entry("app.yml", "password: {}\n"), entry("login.py", "password = '{}'\n")];
        let detectors = Detectors::load(&[]).unwrap();
        let found = Scanner::new(&detectors).files(&entries, &FingerprintKey::fixed(), &|| ()).findings;
        found.iter().map(|finding| finding.locations.len()).sum()
    }

    #[test]
    fn a_word_is_a_password_only_where_it_is_one() {
        assert_eq!(places("pygmalion"), 1);
        assert_eq!(places("{base62:20}"), 2);
    }
}
