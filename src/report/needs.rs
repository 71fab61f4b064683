//! What the repository shows a credential to be for, beside what else it can do.

use std::collections::BTreeSet;

use super::terminal::{escape_controls, first_few};
use crate::assess::blast_radius::band;
use crate::assess::model::{Assessment, Site};
use crate::capability::Band;
use crate::wording::{actions, count};

/// How many places of a need are named; the JSON report has them all.
const SHOWN: usize = 3;

/// One line per power that is needed, with what needs it and where; then what could not be read.
pub fn needs(credential: &Assessment) -> Option<String> {
    let mut cans = Vec::new();
    for need in &credential.needed {
        if !cans.contains(&need.can) {
            cans.push(need.can);
        }
    }
    let line = |&can: &_| {
        let needs = || credential.needed.iter().filter(move |need| need.can == can);
        let reasons: BTreeSet<String> = needs().map(|need| reason(&need.why)).collect();
        let reasons = first_few(reasons, SHOWN);
        let sites: BTreeSet<&Site> = needs().filter_map(|need| need.site.as_ref()).collect();
        let sites = first_few(sites.into_iter().map(place), SHOWN);
        let sites = if sites.is_empty() { sites } else { format!(" ({sites})") };
        format!("{}: {reasons}{sites}", actions([can]))
    };
    let mut lines: Vec<String> = cans.iter().map(line).collect();
    if !credential.unresolved.is_empty() {
        let ways = count(credential.unresolved.len(), "use");
        let sites = first_few(credential.unresolved.iter().map(place), SHOWN);
        lines.push(format!("not fully resolved: {ways} that could not be read ({sites})"));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The powers that nothing here needs, and what they would score alone.
pub fn can_also(credential: &Assessment) -> Option<String> {
    let powers = actions(credential.excess.iter().copied());
    let alone = credential.excess_score.map(|score| format!(" (alone {score})")).unwrap_or_default();
    (!credential.excess.is_empty()).then(|| format!("{powers}{alone}"))
}

/// The family of what is said of a credential that holds more than it needs.
pub const OVER_PRIVILEGED: &str = "over-privileged";

/// The band of what is not needed, where some rule of over-privilege has fired. Rules that are not
/// about powers (no expiry, one value for two environments) leave no excess.
pub fn excess_band(credential: &Assessment) -> Option<Band> {
    let dead = credential.band.is_none() || credential.liveness.is_dead();
    (!credential.over_privilege.is_empty() && !dead).then(|| credential.excess_score.map_or(Band::Low, band))
}

/// `it needs to change domains, and can also delete data stores, backups`.
pub fn pair(credential: &Assessment) -> Option<String> {
    let mut needed = Vec::new();
    for need in &credential.needed {
        if !needed.contains(&need.can) {
            needed.push(need.can);
        }
    }
    let seen = if credential.unresolved.is_empty() { "needs" } else { "was seen to need" };
    (!credential.excess.is_empty()).then(|| {
        format!("it {seen} to {}, and can also {}", actions(needed), actions(credential.excess.iter().copied()))
    })
}

/// A command stands in code marks; a claim is a sentence's part already.
fn reason(why: &str) -> String {
    let why = escape_controls(why);
    if why.contains('`') { why.into_owned() } else { format!("`{why}`") }
}

fn place(site: &Site) -> String {
    format!("{}:{}", escape_controls(&site.path), site.line)
}
