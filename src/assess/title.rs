//! The first sentence of a report: what the credential can do and where, what it is used for, and
//! who can get at it.

use std::collections::BTreeSet;

use super::{excess, words};
use crate::capability::{Capability, Coverage};
use crate::detector::model::{Detector, Provider};
use crate::finding::Location;
use crate::inspect::answer::{Expiry, Inspection, Liveness};
use crate::uses::Uses;
use crate::wording::count;

/// So many files are named; the list of locations has them all.
const NAMED: usize = 3;

/// `Railway account token can delete production data and its backups; used here only for …`.
pub fn title(
    (provider, detector): (&Provider, &Detector),
    inspection: &Inspection,
    powers: &[Capability],
    uses: &Uses,
    locations: &[Location],
) -> String {
    let name = name(provider, detector, inspection);
    if let Liveness::Dead(why) = &inspection.liveness {
        return format!("{name} is dead: {why}");
    }
    let could = powers.first().map_or("can", |worst| words::modal(worst.evidence));
    let power = match words::worst_power(powers) {
        Some(power) => format!("{could} {power}"),
        None if inspection.coverage == Coverage::Complete => "can do nothing that is not open to everybody".to_owned(),
        None => "can do things that nobody knows".to_owned(),
    };
    let never = (inspection.expires == Expiry::Never).then(|| "it never expires".to_owned());
    let more: Vec<String> = [used(uses), never, readable(locations)].into_iter().flatten().collect();
    if more.is_empty() { format!("{name} {power}") } else { format!("{name} {power}; {}", clauses(&more)) }
}

fn name(provider: &Provider, detector: &Detector, inspection: &Inspection) -> String {
    match &inspection.kind {
        Some(kind) if detector.kind.is_none() => match detector.name.strip_prefix(&provider.name) {
            Some(rest) => format!("{} {kind}{rest}", provider.name),
            None => format!("{} ({kind})", detector.name),
        },
        _ => detector.name.clone(),
    }
}

/// What it is used for, as far as that could be read.
fn used(uses: &Uses) -> Option<String> {
    let unread = match uses.unresolved.len() {
        0 => None,
        1 => Some("in one way that could not be read".to_owned()),
        ways => Some(format!("in {ways} ways that could not be read")),
    };
    match (uses.needs.is_empty(), unread) {
        (true, None) => None,
        (true, Some(unread)) => Some(format!("used here {unread}")),
        (false, None) => Some(format!("used here only for {}", excess::used_for(&uses.needs))),
        (false, Some(unread)) => Some(format!("used here for {} and {unread}", excess::used_for(&uses.needs))),
    }
}

/// Whoever can read a folder reads what git ignores in it as well.
fn readable(locations: &[Location]) -> Option<String> {
    let ignored: BTreeSet<&str> = locations.iter().filter(|at| at.ignored).map(|at| at.path.as_str()).collect();
    let mut named: Vec<String> = ignored.iter().take(NAMED).map(|&path| path.to_owned()).collect();
    match ignored.len().saturating_sub(NAMED) {
        0 => {}
        more => named.push(count(more, "further file")),
    }
    let places = words::listed(&named);
    (!ignored.is_empty()).then(|| format!("any agent in this folder can read it in {places}, which git ignores"))
}

/// Clauses that may hold commas of their own.
fn clauses(clauses: &[String]) -> String {
    match clauses {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
    }
}
