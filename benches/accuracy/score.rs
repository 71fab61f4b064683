//! Labels against reports.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::labels::{Corpus, Label, Verdict};
use crate::scanners::Report;

#[derive(Default)]
pub struct Score<'run> {
    pub found: usize,
    pub missed: Vec<&'run Label>,
    pub false_alarms: Vec<&'run Report>,
    pub unlabelled: Vec<&'run Report>,
    /// By the authors' counts per file, where they have some.
    pub counted: usize,
    pub counted_files: usize,
    pub beyond: usize,
}

impl Score<'_> {
    pub fn recall(&self) -> f64 {
        share(self.found, self.missed.len())
    }

    pub fn precision(&self) -> f64 {
        share(self.found, self.false_alarms.len())
    }
}

fn share(good: usize, bad: usize) -> f64 {
    if good + bad == 0 { f64::NAN } else { good as f64 / (good + bad) as f64 }
}

pub fn score<'run>(corpus: &'run Corpus, reports: &'run [Report]) -> Score<'run> {
    let mut labels: HashMap<&str, Vec<&Label>> = HashMap::new();
    for label in &corpus.labels {
        labels.entry(&label.path).or_default().push(label);
    }
    let mut places: BTreeMap<(&str, u64), &Report> = BTreeMap::new();
    for report in reports {
        places.entry((&report.path, report.first)).or_insert(report);
    }
    let mut found = BTreeSet::new();
    let mut score = Score::default();
    for report in places.into_values() {
        let met = labels.get(report.path.as_str()).into_iter().flatten().filter(|label| meet(label, report));
        let met: Vec<&&Label> = met.collect();
        found.extend(met.iter().filter(|label| label.verdict == Verdict::Real).map(|label| place(label)));
        match met.iter().map(|label| label.verdict).min() {
            Some(Verdict::NotReal) => score.false_alarms.push(report),
            Some(_) => (),
            None => score.unlabelled.push(report),
        }
    }
    score.found = found.len();
    score.missed = corpus.labels.iter().filter(|label| label.verdict == Verdict::Real).collect();
    score.missed.retain(|label| !found.contains(&place(label)));
    count(corpus, reports, &mut score);
    score
}

fn place(label: &Label) -> (&str, u64, u64) {
    (&label.path, label.first, label.last)
}

fn meet(label: &Label, report: &Report) -> bool {
    report.first <= label.last && label.first <= report.last
}

/// The authors' way: so many lines reported of so many, whichever they are.
fn count(corpus: &Corpus, reports: &[Report], score: &mut Score<'_>) {
    let mut lines: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for report in reports.iter().filter(|_| !corpus.counts.is_empty()) {
        lines.entry(&report.path).or_default().insert(report.first);
    }
    for (path, lines) in lines {
        let (risky, informative) = corpus.counts.get(path).map_or((0, 0), |count| (count.risky, count.informative));
        score.counted += lines.len().min(risky);
        score.counted_files += usize::from(risky > 0);
        score.beyond += lines.len().saturating_sub(risky + informative);
    }
}
