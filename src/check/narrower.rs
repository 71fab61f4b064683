//! The smaller things that a provider's file says to exist: a report sends people to make one.

use std::collections::BTreeSet;

use url::Url;

use super::Complaint;
use crate::detector::model::Provider;

pub fn check(provider: &Provider) -> Vec<Complaint> {
    let known = names(provider);
    let mut complaints = Vec::new();
    for narrower in &provider.narrower {
        let about = format!("{}: narrower `{}`", provider.id, narrower.name);
        let mut complain = |message: String| complaints.push(Complaint { about: about.clone(), message });
        if narrower.name.trim().is_empty() || narrower.name.ends_with('.') {
            complain("the name stands inside a sentence: `a restricted key with …`, without a full stop".to_owned());
        }
        if narrower.can.is_empty() || narrower.can.iter().any(|form| form.verb.is_none() && form.class.is_none()) {
            complain("`can` lists what it allows; what allows everything is nothing smaller".to_owned());
        }
        if !Url::parse(&narrower.source).is_ok_and(|url| url.scheme() == "https") {
            complain(format!("the source `{}` is no https address", narrower.source));
        }
        for name in narrower.instead_of.iter().chain(&narrower.not) {
            if !known.contains(name.as_str()) {
                complain(format!("no detector and no kind of this file is called `{name}`"));
            }
        }
    }
    complaints
}

/// Detectors and kinds, as far as the file itself names them.
fn names(provider: &Provider) -> BTreeSet<&str> {
    let own = provider.detectors.iter().flat_map(|own| own.kind.as_deref().into_iter().chain([own.id.as_str()]));
    let told = provider.probes.values().flat_map(|probe| &probe.kinds).map(|rule| rule.name.as_str());
    let steps = provider.probes.values().flat_map(|probe| &probe.steps);
    let asked = steps.flat_map(|step| step.only.iter().map(String::as_str));
    let granted = provider.grants.keys().filter_map(|word| word.strip_prefix("kind:"));
    own.chain(told).chain(asked).chain(granted).collect()
}
