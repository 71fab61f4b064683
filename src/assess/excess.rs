//! Granted minus needed.

use std::collections::BTreeSet;

use super::model::{Need, Site};
use super::words;
use crate::capability::{Can, Capability};

/// The powers that nothing in the repository needs; empty when nothing says what is needed.
pub fn excess(powers: &[Capability], needed: &[Need]) -> Vec<Capability> {
    if needed.is_empty() {
        return Vec::new();
    }
    powers.iter().filter(|power| !needed.iter().any(|need| need.can.brings(power.can))).cloned().collect()
}

/// The distinct powers of a list, in its order.
pub fn distinct(powers: &[Capability]) -> Vec<Can> {
    let mut seen = BTreeSet::new();
    powers.iter().map(|power| power.can).filter(|can| seen.insert(*can)).collect()
}

/// `railway domain` (2 places).
pub fn used_for(needs: &[Need]) -> String {
    let commands: BTreeSet<String> = needs.iter().map(|need| format!("`{}`", need.why)).collect();
    let commands: Vec<String> = commands.into_iter().collect();
    let places: BTreeSet<&Site> = needs.iter().filter_map(|need| need.site.as_ref()).collect();
    let count = match places.len() {
        0 | 1 => String::new(),
        count => format!(" ({count} places)"),
    };
    format!("{}{count}", words::listed(&commands))
}
