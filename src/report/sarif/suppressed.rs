//! What is suppressed, as results that say so, for readers who want to see what was decided. GitHub
//! does not heed the mark, so these are written only where somebody asks for them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use serde_sarif::sarif;

use super::places::{Links, linked, location};
use super::rules::pascal;
use super::{multiformat, sentence, text};
use crate::assess::model::Report;
use crate::suppress::{By, Suppressed};

/// One credential with all of its places.
type Group<'r> = Vec<&'r Suppressed>;

/// The rules and results of what is suppressed, which stand behind those of what is reported.
pub struct Hidden<'r> {
    /// Sorted.
    rules: Vec<String>,
    groups: Vec<Group<'r>>,
}

impl<'r> Hidden<'r> {
    /// No more than `room` of them.
    pub fn of(report: &'r Report, room: usize) -> Hidden<'r> {
        let mut order: Vec<&str> = Vec::new();
        let mut groups: BTreeMap<&str, Group<'r>> = BTreeMap::new();
        for one in report.suppressed.iter().filter(|_| report.shows_suppressed) {
            let group = groups.entry(one.fingerprint.as_str()).or_default();
            if group.is_empty() {
                order.push(one.fingerprint.as_str());
            }
            group.push(one);
        }
        let groups: Vec<Group<'r>> = order.iter().take(room).filter_map(|id| groups.remove(id)).collect();
        let rules: BTreeSet<String> = groups.iter().map(|group| rule(group[0])).collect();
        Hidden { rules: rules.into_iter().collect(), groups }
    }

    pub fn descriptors(&self) -> impl Iterator<Item = sarif::ReportingDescriptor> {
        self.rules.iter().map(|id| {
            let kind = id.strip_suffix(SUPPRESSED).unwrap_or(id);
            let short = format!("{kind} that somebody allows to stay.");
            let full = "A checked-in credential that a baseline, the configuration, a comment or another scanner's file \
                        leaves out of what is reported.";
            let help = "Whether that still holds, who allowed it can say: the result names the line.";
            sarif::ReportingDescriptor::builder()
                .id(id)
                .name(pascal(id))
                .short_description(multiformat(&short, None))
                .full_description(multiformat(full, None))
                .help(multiformat(help, Some(help.to_owned())))
                .help_uri(env!("CARGO_PKG_REPOSITORY"))
                .build()
        })
    }

    /// `before`: how many rules stand before these.
    pub fn results(&self, before: usize) -> impl Iterator<Item = sarif::Result> {
        self.groups.iter().map(move |group| {
            let first = group[0];
            let id = rule(first);
            let at = self.rules.iter().position(|known| *known == id).unwrap_or_default();
            let mut message = sentence(&format!("{}, suppressed by {}", first.detector, first.cause.by.word()));
            let mut links = Links::default();
            links.add(&mut message, "Also in", "Another copy.", group[1..].iter().map(|one| linked(&one.place)));
            let fingerprint = first.fingerprint.as_str();
            let fingerprint = format!("{}:1", &fingerprint[..fingerprint.len().min(16)]);
            let mut result = sarif::Result::builder()
                .rule_id(id)
                .rule_index(i64::try_from(before + at).unwrap_or(i64::MAX))
                .level(sarif::ResultLevel::Note)
                .message(text(&message))
                .locations(vec![location(&first.place)])
                .partial_fingerprints(BTreeMap::from([("primaryLocationLineHash".to_owned(), fingerprint)]))
                .suppressions(suppressions(group))
                .build();
            if !links.locations.is_empty() {
                result.related_locations = Some(links.locations);
            }
            result
        })
    }
}

const SUPPRESSED: &str = ".suppressed";

fn rule(one: &Suppressed) -> String {
    format!("{}{SUPPRESSED}", one.detector)
}

/// Each decision once, by the line that says so.
fn suppressions(group: &[&Suppressed]) -> Vec<sarif::Suppression> {
    let decisions: BTreeMap<&str, &Suppressed> = group.iter().map(|one| (one.cause.at.as_str(), *one)).collect();
    let decisions = decisions.into_iter().map(|(at, one)| {
        let kind = if matches!(one.cause.by, By::Comment(_)) { "inSource" } else { "external" };
        let until = one.cause.until.map(|until| format!(", until {until}")).unwrap_or_default();
        let reason = one.cause.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        sarif::Suppression::builder()
            .kind(json!(kind))
            .status(json!("accepted"))
            .justification(sentence(&format!("{at}{until}{reason}")))
            .build()
    });
    decisions.collect()
}
