//! Asking the issuer: the steps of a probe, as its detector file lists them, from a credential to
//! an [`Inspection`]. Only this stage can touch the network, and only when it is handed a
//! transport; decoding runs without.

pub mod answer;
mod ask;
mod ask_native;
pub mod azure_shared_key;
pub mod bodies;
pub mod courier;
mod digest;
pub mod dry_run;
mod expiry;
mod identity;
mod mask;
pub mod meaning;
pub mod native;
mod pages;
pub mod probe;
pub mod reader;
pub mod request;
mod signed_jwt;
pub mod sigv4;
pub mod template;
mod through;
pub mod transport;
mod xml;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use url::Url;

use crate::detector::Detectors;
use crate::detector::model::Provider;
use crate::finding::Finding;
use crate::naming::Naming;
use answer::Inspection;
use courier::Courier;
use transport::{Allowed, Transport};

/// Credentials that are asked about at the same time.
const SIDE_BY_SIDE: usize = 16;

/// What the user settled about asking.
#[derive(Clone, Debug)]
pub struct Asking {
    pub endpoints: Endpoints,
    pub deadline: Duration,
    /// Accounts that are traps: never asked.
    pub canaries: Vec<String>,
    pub naming: Naming,
}

impl Default for Asking {
    fn default() -> Asking {
        Asking {
            endpoints: Endpoints::default(),
            deadline: Duration::from_secs(30),
            canaries: Vec::new(),
            naming: Naming::default(),
        }
    }
}

/// Bases that the user named: provider, or `provider.base`, → address.
#[derive(Clone, Debug, Default)]
pub struct Endpoints(pub BTreeMap<String, Url>);

impl Endpoints {
    /// The address of one of the provider's bases; the empty name is the main one.
    pub fn base(&self, provider: &Provider, name: &str) -> Option<String> {
        let own = match name {
            "" => provider.base.clone(),
            _ => provider.bases.get(name).cloned(),
        };
        let specific = (!name.is_empty()).then(|| self.0.get(&format!("{}.{name}", provider.id))).flatten();
        specific.or_else(|| self.0.get(&provider.id)).map(Url::to_string).or(own)
    }

    /// What is missing before anybody can be asked: the address of a server of one's own, which no
    /// file of a repository may name.
    pub fn missing(&self, provider: &Provider) -> Option<String> {
        let named = self.base(provider, "").is_some() || !provider.bases.is_empty();
        (!named).then(|| format!("its address is not known; name it with --endpoint {}=URL", provider.id))
    }

    /// Where secrets of this provider may go.
    pub fn allowed(&self, provider: &Provider) -> Allowed {
        let prefix = format!("{}.", provider.id);
        let named = self.0.iter().filter(|(name, _)| **name == provider.id || name.starts_with(&prefix));
        Allowed { hosts: provider.hosts.clone(), endpoints: named.map(|(_, url)| url.clone()).collect() }
    }
}

/// Whom a run is about to ask, said before the first question: asking leaves marks.
pub fn first_words(findings: &[Finding], detectors: &Detectors, asking: &Asking) -> Vec<String> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for finding in findings {
        let provider = detectors.provider_of(finding.detector);
        let probe = detectors.detector(finding.detector).probe.as_ref().and_then(|name| provider.probes.get(name));
        let asks = probe.is_some_and(|probe| probe.steps.iter().any(|step| step.decode.is_none()));
        if asks && asking.endpoints.missing(provider).is_none() {
            let base = probe::first_variables(provider, finding, asking).fill_shown("{base}");
            let host = Url::parse(&base).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or(base);
            *counts.entry((provider.name.clone(), host)).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((name, host), count)| {
            let what = if count == 1 { "one credential".to_owned() } else { format!("{count} credentials") };
            format!(
                "asking {name} ({host}) about {what}, read-only; this leaves marks there (last-used stamps, audit logs)"
            )
        })
        .collect()
}

/// A finding with what was learnt about it.
#[derive(Clone, Debug)]
pub struct Inspected {
    pub finding: Finding,
    pub inspection: Inspection,
}

/// Asks about every finding, side by side; the order stays.
pub fn inspect<'a>(
    findings: Vec<Finding>,
    detectors: &Detectors,
    asking: &Asking,
    transport: Option<&'a dyn Transport>,
    log: Option<&'a mut (dyn Write + Send)>,
) -> Vec<Inspected> {
    let courier = transport.map(|transport| Courier::new(transport, asking.deadline, log));
    let turns = turns(&findings, detectors);
    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<usize, Inspection>> = Mutex::default();
    let work = || {
        loop {
            let Some(&at) = turns.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
            let finding = &findings[at];
            let inspection = probe::inspect_one(finding, detectors, asking, courier.as_ref());
            results.lock().expect("no thread panics while it holds the lock").insert(at, inspection);
        }
    };
    match courier.is_some() && findings.len() > 1 {
        true => std::thread::scope(|scope| {
            for _ in 0..findings.len().min(SIDE_BY_SIDE) {
                scope.spawn(work);
            }
        }),
        false => work(),
    }
    let mut results = results.into_inner().expect("every thread has ended");
    findings
        .into_iter()
        .enumerate()
        .map(|(at, finding)| Inspected {
            inspection: results.remove(&at).unwrap_or_else(Inspection::not_asked),
            finding,
        })
        .collect()
}

/// In which order they are asked about: every provider has its turn before one has a second, since
/// only two requests may be under way at one host.
fn turns(findings: &[Finding], detectors: &Detectors) -> Vec<usize> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rounds: Vec<(usize, usize)> = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let round = known.entry(&detectors.provider_of(finding.detector).id).or_default();
        rounds.push((*round, at));
        *round += 1;
    }
    rounds.sort_unstable();
    rounds.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::sample;
    use crate::scan::scan_text;
    use crate::secret::FingerprintKey;

    #[test]
    fn every_provider_has_its_turn_before_one_has_a_second() {
        let detectors = Detectors::load(&[]).unwrap();
        let ids = ["npm-token", "npm-token", "npm-token", "github-pat-classic", "slack-bot-token", "npm-token"];
        let example = |(seed, id): (usize, &&str)| {
            let number = detectors.number_of(id).unwrap();
            let text = sample::generate(&detectors.detector(number).examples[0], seed as u64).unwrap().text;
            scan_text("sample", &text, &detectors, &FingerprintKey::fixed()).remove(0)
        };
        let findings: Vec<Finding> = ids.iter().enumerate().map(example).collect();
        assert_eq!(turns(&findings, &detectors), [0, 3, 4, 1, 2, 5]);
    }
}
