//! Many places, one secret: the unit that is asked about and reported.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::fingerprint;
use crate::detector::Detectors;
use crate::finding::{Candidate, Finding, WRITTEN};
use crate::secret::{FingerprintKey, Secret};

/// One finding for each distinct value, in the order of its first place.
pub(super) fn group(candidates: Vec<Candidate>, detectors: &Detectors, key: &FingerprintKey) -> Vec<Finding> {
    let mut by_value: BTreeMap<String, Finding> = BTreeMap::new();
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
