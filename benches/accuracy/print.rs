//! The figures as Markdown tables.

use std::collections::BTreeMap;

use crate::labels::{Corpus, Verdict};
use crate::scanners::{ELSEWHERE, SCANNERS, Scanner};
use crate::score::Score;

pub fn heading(name: &str, corpus: &Corpus) {
    let of = |verdict: Verdict| corpus.labels.iter().filter(|label| label.verdict == verdict).count();
    println!("## {name}{}\n", if corpus.held_out { " (held out: totals only)" } else { "" });
    println!("{} real, {} not real, {} left out\n", of(Verdict::Real), of(Verdict::NotReal), of(Verdict::LeftOut));
    let (columns, line) =
        if corpus.counts.is_empty() { ("", "") } else { (" lines by count | files | beyond |", "--:|--:|--:|") };
    println!("| scanner | found | recall | false alarms | precision | unlabelled |{columns}");
    println!("|---|--:|--:|--:|--:|--:|{line}");
}

pub fn row(scanner: &str, corpus: &Corpus, score: &Score<'_>) {
    print!(
        "| {scanner} | {} | {:.3} | {} | {:.3} | {} |",
        score.found,
        score.recall(),
        score.false_alarms.len(),
        score.precision(),
        score.unlabelled.len()
    );
    if !corpus.counts.is_empty() {
        let lines: usize = corpus.counts.values().map(|count| count.risky).sum();
        let files = corpus.counts.values().filter(|count| count.risky > 0).count();
        print!(" {} of {lines} | {} of {files} | {} |", score.counted, score.counted_files, score.beyond);
    }
    println!();
}

/// What was missed and reported wrongly, by kind, the most frequent first.
pub fn kinds(corpus: &Corpus, score: &Score<'_>) -> String {
    let real = corpus.labels.iter().filter(|label| label.verdict == Verdict::Real);
    let all = tally(real.map(|label| label.kind.as_str()));
    let missed = tally(score.missed.iter().map(|label| label.kind.as_str()));
    let mut text = String::from("missed, of all of that kind:\n");
    for (kind, count) in most_first(&missed) {
        text += &format!("  {count:>5} of {:>5}  {kind}\n", all[kind]);
    }
    for (what, reports) in [("false alarms", &score.false_alarms), ("reported without a label", &score.unlabelled)] {
        text += &format!("{what}, by what they were reported as:\n");
        for (kind, count) in most_first(&tally(reports.iter().map(|report| report.rule.as_str()))) {
            text += &format!("  {count:>5}  {kind}\n");
        }
    }
    text
}

fn tally<'kind>(kinds: impl Iterator<Item = &'kind str>) -> BTreeMap<&'kind str, usize> {
    let mut counts = BTreeMap::new();
    for kind in kinds {
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

fn most_first<'kind>(counts: &BTreeMap<&'kind str, usize>) -> Vec<(&'kind str, usize)> {
    let mut sorted: Vec<_> = counts.iter().map(|(kind, count)| (*kind, *count)).collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sorted
}

/// Every miss and false alarm, one a line.
pub fn places(score: &Score<'_>) -> String {
    let mut text = String::new();
    for label in &score.missed {
        text += &format!("missed\t{}:{}\t{}\n", label.path, label.first, label.kind);
    }
    for (what, reports) in [("false alarm", &score.false_alarms), ("unlabelled", &score.unlabelled)] {
        for report in reports {
            text += &format!("{what}\t{}:{}\t{}\n", report.path, report.first, report.rule);
        }
    }
    text
}

pub fn missing(scanners: &[Scanner]) {
    let installed = |name: &str| scanners.iter().any(|scanner| scanner.program == name);
    for (name, how) in SCANNERS.iter().map(|kind| (kind.program, kind.install)).filter(|(name, _)| !installed(name)) {
        println!("{name} is not installed, so not measured: {how}");
    }
    println!("not measured, since no package registry has them: {}", ELSEWHERE.join(", "));
}
