//! How well the repository is read: `fixtures/needs` holds small repositories whose uses were
//! labelled by people from the documentation of the tools, without a look at the program. Each is
//! scanned as a whole, asking nobody, and what is said to be needed, and where, is compared.
//!
//! A need counts by case, path, line and capability. Precision is how many of those that are said
//! are true, recall how many of the true ones are said. What nobody can understand must never be
//! called understood.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use common::catalogue;
use common::labels::{Case, Place, cases};
use common::schema::documented;
use common::whole_run::{Listening, plan};
use overscope::detector::Detectors;
use overscope::report::Format;
use overscope::run::{self, World};
use rayon::prelude::*;
use serde_json::Value;

const PRECISION: f64 = 0.98;
const RECALL: f64 = 0.85;
const CASES: usize = 250;
const TOOLS: usize = 40;
const FORMATS: [&str; 13] = [
    "circleci",
    "compose",
    "dockerfile",
    "dotenv",
    "github-actions",
    "gitlab-ci",
    "justfile",
    "kubernetes",
    "make",
    "package-json",
    "shell",
    "source",
    "terraform",
];

/// What the program says of the case's credential.
struct Said {
    needs: BTreeSet<(Place, String)>,
    unresolved: BTreeSet<Place>,
    /// Whether it calls every use understood, or sees none.
    calm: bool,
}

/// How many were right, wrong and missed.
#[derive(Clone, Copy, Default)]
struct Count {
    cases: usize,
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.cases += other.cases;
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    fn precision(self) -> f64 {
        share(self.right, self.wrong)
    }

    fn recall(self) -> f64 {
        share(self.right, self.missed)
    }
}

fn share(part: usize, rest: usize) -> f64 {
    if part + rest == 0 { 1.0 } else { part as f64 / (part + rest) as f64 }
}

/// What came of one case.
struct Result {
    count: Count,
    /// Expected and got, as far as they differ; empty where all is well.
    differs: Vec<(String, String)>,
    /// It has a use that nobody can understand, and the program says otherwise.
    calmed: bool,
    /// Lines that are called not understood where the label says something else.
    overcautious: usize,
}

/// Scans the case's repository; none where its credential is not found, or not once.
fn said(case: &Case, detectors: &Detectors) -> Option<Said> {
    let repository = case.repository(detectors, 7);
    let (teller, mut out) = (Listening::default(), Vec::new());
    let world = World { transport: None, log: None, teller: &teller };
    run::run(&plan(&repository.folder, Format::Json, false), detectors, world, &mut out).unwrap();
    let report: Value = serde_json::from_slice(&out).unwrap();
    documented(&report, &case.title());
    let place = |entry: &Value| Some((entry["path"].as_str()?.to_owned(), entry["line"].as_u64()?));
    let is_own = |one: &&Value| {
        let mut places = one["locations"].as_array().unwrap().iter().filter_map(place);
        one["detector"] == case.detector() && places.any(|place| repository.spots.contains(&place))
    };
    let mut found = report["credentials"].as_array().unwrap().iter().filter(is_own);
    let (credential, None) = (found.next()?, found.next()) else { return None };
    let needed = credential["needed"].as_array().unwrap().iter();
    let needs = needed.filter_map(|need| Some((place(need)?, need["can"].as_str()?.to_owned())));
    let unresolved = credential["unresolved"].as_array().unwrap().iter();
    Some(Said {
        needs: needs.filter(|((path, _), _)| !case.is_credential_file(path)).collect(),
        unresolved: unresolved.filter_map(place).collect(),
        calm: credential["needs_resolved"] != false,
    })
}

fn compare(case: &Case, said: Option<Said>) -> Result {
    let expected: BTreeSet<(Place, String)> =
        case.needs.iter().map(|(place, can)| (place.clone(), can.to_string())).collect();
    let unclear: BTreeSet<Place> = case.unresolved.iter().cloned().collect();
    let Some(said) = said else {
        let count = Count { cases: 1, missed: expected.len(), ..Count::default() };
        let differs = vec![(case.detector().to_owned(), "the credential is not found".to_owned())];
        return Result { count, differs, calmed: !unclear.is_empty(), overcautious: 0 };
    };
    let shown = |((path, line), can): &(Place, String)| format!("{path}:{line} {can}");
    let open = |(path, line): &Place| format!("{path}:{line} unresolved");
    let nothing = || "-".to_owned();
    let missed = expected.difference(&said.needs).map(|need| (shown(need), nothing()));
    let wrong = said.needs.difference(&expected).map(|need| (nothing(), shown(need)));
    let unseen = unclear.difference(&said.unresolved).map(|place| (open(place), nothing()));
    let doubted = said.unresolved.difference(&unclear).map(|place| (nothing(), open(place)));
    let right = expected.intersection(&said.needs).count();
    Result {
        count: Count { cases: 1, right, wrong: said.needs.len() - right, missed: expected.len() - right },
        calmed: !unclear.is_empty() && said.calm,
        overcautious: said.unresolved.difference(&unclear).count(),
        differs: missed.chain(wrong).chain(unseen).chain(doubted).collect(),
    }
}

fn row(table: &mut String, name: &str, count: Count) {
    let (precision, recall) = (count.precision() * 100.0, count.recall() * 100.0);
    let Count { cases, right, wrong, missed } = count;
    writeln!(table, "{name:<20} {cases:>5} {right:>5} {wrong:>5} {missed:>6} {precision:>9.1}% {recall:>6.1}%")
        .unwrap();
}

fn counts<'c>(title: &str, results: &'c [(&Case, Result)], key: impl Fn(&'c Case) -> &'c str) -> String {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for (case, result) in results {
        counts.entry(key(case)).or_default().add(result.count);
    }
    let mut table = format!("{title:<20} cases right wrong missed  precision  recall\n");
    counts.iter().for_each(|(name, count)| row(&mut table, name, *count));
    table
}

#[test]
fn uses_are_read_as_people_read_them() {
    let detectors = catalogue();
    let cases = cases();
    let results: Vec<(&Case, Result)> =
        cases.par_iter().map(|case| (case, compare(case, said(case, &detectors)))).collect();
    let mut total = Count::default();
    results.iter().for_each(|(_, result)| total.add(result.count));
    let mut table = String::new();
    for (case, result) in results.iter().filter(|(_, result)| !result.differs.is_empty()) {
        writeln!(table, "{}{}", case.title(), if result.calmed { " [called understood]" } else { "" }).unwrap();
        for (expected, got) in &result.differs {
            writeln!(table, "    expected {expected:<44} got {got}").unwrap();
        }
    }
    writeln!(table, "\n{}", counts("format", &results, |case| &case.format)).unwrap();
    write!(table, "{}", counts("tool", &results, |case| &case.tool)).unwrap();
    row(&mut table, "all", total);
    let overcautious: usize = results.iter().map(|(_, result)| result.overcautious).sum();
    writeln!(table, "{overcautious} lines are called not understood that the labels understand").unwrap();
    println!("{table}");

    let mut failures = Vec::new();
    let mut demand = |holds: bool, what: String| {
        if !holds {
            failures.push(what)
        }
    };
    let calmed = results.iter().filter(|(_, result)| result.calmed).count();
    demand(calmed == 0, format!("{calmed} cases hold what nobody can understand and are called understood"));
    demand(total.precision() >= PRECISION, format!("precision is {:.4}, below {PRECISION}", total.precision()));
    demand(total.recall() >= RECALL, format!("recall is {:.4}, below {RECALL}", total.recall()));
    if std::env::var_os("NEEDS").is_none() {
        let tools: BTreeSet<&str> = cases.iter().map(|case| case.tool.as_str()).collect();
        demand(cases.len() >= CASES, format!("there are {} cases, fewer than {CASES}", cases.len()));
        demand(tools.len() >= TOOLS, format!("there are {} tools, fewer than {TOOLS}", tools.len()));
        for format in FORMATS.iter().filter(|format| cases.iter().all(|case| case.format != **format)) {
            demand(false, format!("there is no case of {format}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What shows that the comparison sees each kind of mistake.
#[test]
fn every_kind_of_mistake_is_counted() {
    let cases = cases();
    let of = |case: &Case| Said {
        needs: case.needs.iter().map(|(place, can)| (place.clone(), can.to_string())).collect(),
        unresolved: case.unresolved.iter().cloned().collect(),
        calm: case.unresolved.is_empty(),
    };
    let Some(case) = cases.iter().find(|case| !case.needs.is_empty() && !case.unresolved.is_empty()) else { return };
    let right = compare(case, Some(of(case)));
    assert_eq!((right.count.wrong, right.count.missed, right.calmed, right.differs.len()), (0, 0, false, 0));
    let lost = compare(case, None);
    assert_eq!((lost.count.missed, lost.calmed, lost.differs.len()), (case.needs.len(), true, 1));
    let mut other = of(case);
    let first = other.needs.pop_first().unwrap();
    other.needs.insert((first.0, "delete:org".to_owned()));
    other.unresolved.clear();
    other.calm = true;
    let other = compare(case, Some(other));
    assert_eq!((other.count.wrong, other.count.missed, other.calmed), (1, 1, true));
    assert_eq!(other.differs.len(), 2 + case.unresolved.len());
}
