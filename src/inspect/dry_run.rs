//! What would be sent: each request of each probe, with what is known filled in. Nothing is sent.

use super::Asking;
use super::courier::BUDGET;
use super::probe::first_variables;
use super::request::root_fields;
use crate::detector::Detectors;
use crate::detector::model::Step;
use crate::finding::Finding;

/// One line for each request that may be sent, in the order of the credentials and their steps.
pub fn requests(findings: &[Finding], detectors: &Detectors, asking: &Asking) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in findings {
        let detector = detectors.detector(finding.detector);
        let provider = detectors.provider_of(finding.detector);
        let probe = detector.probe.as_ref().and_then(|name| provider.probes.get(name));
        let steps: Vec<&Step> =
            probe.into_iter().flat_map(|probe| &probe.steps).filter(|step| step.decode.is_none()).collect();
        let first = finding.first();
        let place = format!("{} ({}:{})", detector.id, first.path, first.line);
        if steps.is_empty() {
            lines.push(format!("{place}: nothing is asked"));
            continue;
        }
        if let Some(why) = asking.endpoints.missing(provider) {
            lines.push(format!("{place}: nothing is asked: {why}"));
            continue;
        }
        lines.push(format!("{place}: {BUDGET} requests at the most"));
        let variables = first_variables(provider, finding, asking);
        for step in steps {
            let request = match (&step.get, &step.post, &step.graphql) {
                (Some(url), ..) => format!("GET {}", variables.fill_shown(url)),
                (_, Some(url), _) => format!("POST {} {}", variables.fill_shown(url), form(step)),
                (_, _, Some(document)) => {
                    format!("POST {} query {}", variables.fill_shown("{base}"), root_fields(document).join(", "))
                }
                // What a native function may send is a list.
                _ => {
                    let asked = step.asks.iter().map(|asked| variables.fill_shown(asked));
                    lines.extend(asked.map(|asked| format!("  {asked}{}", when(step))));
                    continue;
                }
            };
            lines.push(format!("  {request}{}", when(step)));
        }
    }
    lines
}

fn form(step: &Step) -> String {
    match &step.json {
        Some(body) => body.to_string(),
        None => step.form.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"),
    }
}

fn when(step: &Step) -> String {
    let mut words = Vec::new();
    if !step.only.is_empty() {
        words.push(format!("if its kind is {}", step.only.join(" or ")));
    }
    if let Some(kind) = &step.for_each {
        words.push(format!("for each {kind}"));
    }
    if let Some(rule) = &step.words {
        words.push(format!("about {} words at a time", rule.at_once));
    }
    if let Some(rule) = &step.asked_when {
        words.push(format!("not where {}", rule.otherwise));
    }
    if let Some(page) = &step.page {
        words.push(format!("{} pages at the most", page.max));
    }
    if let Some(why) = &step.reads_only {
        words.push(format!("changes nothing: {why}"));
    }
    if words.is_empty() { String::new() } else { format!("   ({})", words.join("; ")) }
}
