//! Replies that go in circles, lead elsewhere, or speak of what nobody has seen: each recorded case
//! is disturbed in each way. Work stays bounded, a gap or an unmapped word says so, and the verdict
//! never gets quieter. Failures of single requests are in `replies.rs`, sockets in `transport.rs`.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::catalogue;
use common::replies::{Case, Recorded, cases, found_in};
use overscope::assess::model::Assessment;
use overscope::assess::{self, Context};
use overscope::config::Visibility;
use overscope::detector::Detectors;
use overscope::detector::model::{Probe, Select};
use overscope::inspect::request::Request;
use overscope::inspect::transport::{Allowed, Failure, Reply, Transport};
use overscope::inspect::{self, Asking};
use overscope::scan::Scanner;
use rayon::prelude::*;
use serde_json::{Map, Value};

/// Requests for one credential at the most.
const BUDGET: usize = 40;
/// A scope that no provider has.
const UNSEEN: &str = "never-seen-before";

type Change<'c> = dyn Fn(&Request, &mut Reply) -> bool + Sync + 'c;

/// The recorded replies, each changed where it was a good one.
struct Changed<'c> {
    recorded: Recorded<'c>,
    change: &'c Change<'c>,
    changed: AtomicUsize,
}

impl Transport for Changed<'_> {
    fn send(&self, request: &Request, allowed: &Allowed, patience: Duration) -> Result<Reply, Failure> {
        let mut reply = self.recorded.send(request, allowed, patience)?;
        if (200..300).contains(&reply.status) && (self.change)(request, &mut reply) {
            self.changed.fetch_add(1, Ordering::Relaxed);
        }
        Ok(reply)
    }
}

fn probe<'d>(detectors: &'d Detectors, case: &Case) -> &'d Probe {
    let number = detectors.number_of(&case.detector).unwrap();
    let name = detectors.detector(number).probe.as_ref().unwrap();
    &detectors.provider_of(number).probes[name]
}

/// What comes of a case, undisturbed and changed, and how many replies were.
fn both(
    detectors: &Detectors,
    scanner: &Scanner<'_>,
    case: &Case,
    change: &Change<'_>,
) -> (Assessment, Assessment, usize) {
    let found = found_in(detectors, scanner, case);
    let assess = |transport: &dyn Transport| {
        let inspected = inspect::inspect(found.clone(), detectors, &Asking::default(), Some(transport), None);
        let context = Context {
            visibility: Visibility::Unknown,
            now: "2026-11-22T00:00:00Z".parse().unwrap(),
            ..Context::default()
        };
        assess::assess(inspected, &[], detectors, &context).remove(0)
    };
    let before = assess(&Recorded::new(case, None));
    let changed = Changed { recorded: Recorded::new(case, None), change, changed: AtomicUsize::new(0) };
    let after = assess(&changed);
    (before, after, changed.changed.into_inner())
}

fn live_cases() -> Vec<(String, Case)> {
    cases().into_iter().filter(|(_, case)| case.expect.liveness == "live" && case.expect.requests > 0).collect()
}

/// Sets a member, making what is missing on the way; false where a list or a text is in the way.
fn set(value: &mut Value, pointer: &str, new: &Value) -> bool {
    let Some(inner) = pointer.strip_prefix('/') else {
        *value = new.clone();
        return true;
    };
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    let name = inner.split('/').next().unwrap();
    let rest = &inner[name.len()..];
    value.as_object_mut().is_some_and(|map| set(map.entry(name).or_insert(Value::Null), rest, new))
}

/// Every way of naming a next page that the probe knows, all of them leading to `next`.
fn lead_on(probe: &Probe, next: &str, reply: &mut Reply) -> bool {
    let pages: Vec<_> = probe.steps.iter().filter_map(|step| step.page.as_ref()).collect();
    if pages.is_empty() {
        return false;
    }
    reply.headers.push(("link".to_owned(), format!("<{next}>; rel=\"next\"")));
    if let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) {
        for page in pages {
            let places = [(&page.next, Value::from(next)), (&page.more, true.into()), (&page.cursor, "again".into())];
            for (place, new) in places {
                if let Some(place) = place {
                    set(&mut body, place, &new);
                }
            }
        }
        reply.body = body.to_string().into_bytes();
    }
    true
}

#[test]
fn pages_in_a_circle_end_and_make_nothing_safer() {
    let detectors = catalogue();
    let scanner = Scanner::new(&detectors);
    let tried: Vec<usize> = live_cases()
        .into_par_iter()
        .map(|(name, case)| {
            let probe = probe(&detectors, &case);
            let change = |request: &Request, reply: &mut Reply| lead_on(probe, request.url().as_str(), reply);
            let (before, after, changed) = both(&detectors, &scanner, &case, &change);
            assert!(after.requests <= BUDGET, "{name}: {} requests", after.requests);
            assert!(after.score >= before.score, "{name}: {:?} < {:?}", after.score, before.score);
            if after.requests > before.requests {
                let said = after.gaps.iter().any(|gap| gap.why.contains("more than the") || gap.why.contains("limit"));
                assert!(said, "{name}: {:?}", after.gaps);
            }
            usize::from(changed > 0 && after.requests > before.requests)
        })
        .collect();
    assert!(tried.iter().sum::<usize>() >= 10, "few cases have pages: {tried:?}");
}

#[test]
fn a_next_page_at_another_host_is_not_fetched_and_said() {
    let detectors = catalogue();
    let scanner = Scanner::new(&detectors);
    let tried: Vec<usize> = live_cases()
        .into_par_iter()
        .map(|(name, case)| {
            let probe = probe(&detectors, &case);
            let change = |_: &Request, reply: &mut Reply| lead_on(probe, "https://collector.example/next", reply);
            let (before, after, _) = both(&detectors, &scanner, &case, &change);
            assert!(after.score >= before.score, "{name}: {:?} < {:?}", after.score, before.score);
            usize::from(after.gaps.iter().any(|gap| gap.why.contains("at another address")))
        })
        .collect();
    assert!(tried.iter().sum::<usize>() >= 5, "few cases have pages by address: {tried:?}");
}

/// Adds a word where the selection reads words: in a list, or among the words of a text.
fn add_word(select: &Select, reply: &mut Reply) -> bool {
    let separator = select.split.as_deref().unwrap_or(",");
    if let Some(name) = &select.header {
        let header = reply.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name));
        return header.is_some_and(|(_, value)| {
            value.push_str(&format!("{separator}{UNSEEN}"));
            select.split.is_some()
        });
    }
    let plain = !select.keys && !select.pairs && !select.held && select.conditions.is_empty() && select.each.is_none();
    let (Some(place), true) = (&select.json, plain) else { return false };
    let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return false };
    let added = match place.strip_suffix("/*") {
        Some(list) => {
            let list = body.pointer_mut(list).and_then(Value::as_array_mut);
            list.map(|list| list.push(UNSEEN.into())).is_some()
        }
        None => match body.pointer_mut(place) {
            Some(Value::String(text)) if select.split.is_some() => {
                text.push_str(&format!("{separator}{UNSEEN}"));
                true
            }
            _ => false,
        },
    };
    reply.body = body.to_string().into_bytes();
    added
}

#[test]
fn a_scope_that_nobody_has_seen_is_named_and_lowers_nothing() {
    let detectors = catalogue();
    let scanner = Scanner::new(&detectors);
    let tried: Vec<usize> = live_cases()
        .into_par_iter()
        .map(|(name, case)| {
            let probe = probe(&detectors, &case);
            let steps = || probe.steps.iter().filter(|step| step.decode.is_none() && step.through.is_none());
            let selects = || steps().flat_map(|step| step.read.scopes.iter().flat_map(|one| one.as_slice()));
            let change = |_: &Request, reply: &mut Reply| selects().any(|select| add_word(select, reply));
            let (before, after, changed) = both(&detectors, &scanner, &case, &change);
            assert!(after.score >= before.score, "{name}: {:?} < {:?}", after.score, before.score);
            let named = after.unmapped.iter().any(|word| word.contains(UNSEEN));
            // A word of a family may have the family's meaning.
            let provider = detectors.provider_of(detectors.number_of(&case.detector).unwrap());
            let meant = after.scopes.iter().filter(|word| word.contains(UNSEEN));
            let meant = meant.into_iter().any(|word| provider.meaning_of(word).is_some());
            assert!(changed == 0 || named || meant || after.scopes == before.scopes, "{name}: {:?}", after.scopes);
            usize::from(named)
        })
        .collect();
    assert!(tried.iter().sum::<usize>() >= 20, "few cases state their scopes: {tried:?}");
}
