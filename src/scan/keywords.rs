//! The one pass over all bytes: which detectors should look at a file, and where. Behind this
//! seam any other literal search can stand.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::detector::Detectors;

/// The keywords of all detectors in one automaton.
pub(super) struct Keywords {
    automaton: AhoCorasick,
    /// Keyword → the detectors that it wakes.
    wakes: Vec<Vec<usize>>,
}

impl Keywords {
    /// For many bytes: slower to build, and the fastest to search with.
    pub(super) fn for_files(detectors: &Detectors) -> Keywords {
        Keywords::of(detectors, AhoCorasickKind::DFA)
    }

    /// For one short text, where building is all that counts.
    pub(super) fn for_text(detectors: &Detectors) -> Keywords {
        Keywords::of(detectors, AhoCorasickKind::NoncontiguousNFA)
    }

    fn of(detectors: &Detectors, kind: AhoCorasickKind) -> Keywords {
        let mut words: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for number in 0..detectors.len() {
            for word in &detectors.detector(number).keywords {
                words.entry(word.to_ascii_lowercase()).or_default().push(number);
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(kind))
            .build(words.keys())
            .expect("a few thousand short keywords fit an automaton");
        Keywords { automaton, wakes: words.into_values().collect() }
    }

    /// Calls `hit` with each detector and the start of the keyword that woke it.
    pub(super) fn each_hit(&self, bytes: &[u8], mut hit: impl FnMut(usize, usize)) {
        for found in self.automaton.find_overlapping_iter(bytes) {
            for &detector in &self.wakes[found.pattern().as_usize()] {
                hit(detector, found.start());
            }
        }
    }
}
