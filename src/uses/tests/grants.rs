//! The tables speak the language of the grants: a need that no grant of its provider gives could
//! never be met by what is granted, and what meets it in truth would be called unused.

use std::collections::{BTreeMap, BTreeSet};

use super::super::tools::{Tool, table};
use crate::capability::{Can, CanForm, Class, Verb};
use crate::detector::Detectors;

/// Each need of the table with where it stands, and the providers of whose credentials it may be.
fn needs() -> Vec<(Vec<&'static str>, Can, String)> {
    let table = table();
    let mut needs = Vec::new();
    let of_tool = |tool: &'static Tool| {
        let rows = tool.commands.iter().flat_map(|row| {
            let copies = row.transfer.iter().flat_map(|copy| copy.read.iter().chain(&copy.write));
            row.needs.iter().chain(row.images.iter().flatten()).chain(copies).map(|can| (*can, row.run[0].as_str()))
        });
        rows.map(|(can, run)| (can, format!("{} {run}", tool.names[0]))).collect::<Vec<_>>()
    };
    for tool in &table.tool {
        for (can, at) in of_tool(tool) {
            needs.push((tool.providers.iter().map(String::as_str).collect(), can, at));
        }
    }
    for host in &table.http {
        let graphql = host.graphql.iter().flat_map(|graphql| {
            graphql.queries.iter().chain(&graphql.mutations).map(|(name, cans)| (name.clone(), cans))
        });
        let calls = host.calls.iter().map(|call| (format!("{} {}", call.method, call.path), &call.needs));
        let all = graphql.chain(calls).flat_map(|(at, cans)| cans.iter().map(move |can| (*can, at.clone())));
        needs.extend(all.map(|(can, at)| (vec![host.provider.as_str()], can, at)));
    }
    for action in &table.action {
        let all = action.needs.iter().chain(action.cases.iter().flat_map(|case| &case.needs));
        needs.extend(all.map(|can| (vec![action.provider.as_str()], *can, action.name.clone())));
    }
    for row in &table.terraform {
        let all = row.resources.iter().chain(&row.data);
        let all = all.flat_map(|class| class.needs.iter().map(|can| (*can, class.like[0].clone())));
        needs.extend(all.map(|(can, at)| (vec![row.provider.as_str()], can, at)));
    }
    needs
}

/// Needs for which the grants of the provider have no word, though they have one for something else
/// that is done with the class, or none for the class at all: provider, need, and why no power that
/// is granted is mistaken for an unused one.
const UNNAMED: [(&str, &str, &str); 22] = [
    ("*", "write:artifact", "setting up a repository of images or packages publishes nothing into it"),
    ("cloudflare", "*:backup", "the grants count the history of a D1 database as the database"),
    ("cloudflare", "write:message", "setting up a queue sends nothing"),
    ("docker-hub", "list:org", "the grants name no organizations"),
    ("generic", "write:compute", "an upload by FTP executes nothing"),
    ("heroku", "*:artifact", "the grants name no registry"),
    ("jfrog", "*:org", "the grants name no projects"),
    ("neon", "publish:compute", "the grants name computes, and no functions that run beside them"),
    ("npm", "send:message", "the grants name no stars"),
    ("slack", "*:secret", "the grants name no variables of apps"),
    ("snowflake", "*:artifact", "the grants name no images and packages"),
    ("snowflake", "spend:model", "the grants name no models"),
    ("stripe", "read:telemetry", "the grants name no logs"),
    ("stripe", "write:money", "evidence in a dispute and a portal's session charge nobody"),
    ("supabase", "execute:compute", "calling a function publishes nothing"),
    ("travis", "delete:artifact", "the grants name no caches"),
    ("turso", "read:telemetry", "the grants name no logs"),
    ("vault", "*:org", "the grants name no namespaces"),
    ("vault", "read:telemetry", "the grants name no counters"),
    ("vercel", "execute:compute", "starting a job early publishes nothing"),
    ("vultr", "*:artifact", "the grants name no registry"),
    ("vultr", "read:telemetry", "the grants name no logs"),
];

/// Whether the need is in the words of the grants: in the same, in one that it brings, or in none,
/// where the grants name what is seen or lost of its class and nothing else that is done with it.
fn is_met(need: Can, granted: &BTreeSet<Can>) -> bool {
    let sees = |verb: Verb| matches!(verb, Verb::List | Verb::Read);
    let mut same_class = granted.iter().filter(|can| can.class == need.class).peekable();
    let named = same_class.peek().is_some();
    let acts = same_class.any(|can| !(sees(can.verb) || can.verb == Verb::Delete));
    let brought = granted.iter().any(|can| !sees(can.verb) && need.brings(*can));
    let passive = sees(need.verb) || need.verb == Verb::Delete;
    granted.contains(&need) || brought || (named && (passive || !acts)) || need == Can::new(Verb::Read, Class::Identity)
}

#[test]
fn every_need_is_a_power_that_its_provider_grants() {
    let detectors = Detectors::load(&[]).unwrap();
    let granted: BTreeMap<&str, BTreeSet<Can>> = detectors
        .providers()
        .map(|one| {
            let all = one.grants.values().flat_map(|grants| grants.as_slice()).flat_map(|grant| &grant.can);
            (one.id.as_str(), all.copied().collect())
        })
        .collect();
    let unnamed = UNNAMED.map(|(provider, form, _)| (provider, form.parse::<CanForm>().unwrap()));
    let excepts = |(known, form): &(&str, CanForm), (provider, can): &(&str, Can)| {
        (*known == "*" || known == provider) && form.fits(*can)
    };
    let mut unmet: BTreeMap<(&str, Can), BTreeSet<String>> = BTreeMap::new();
    for (providers, can, at) in needs() {
        if providers.iter().all(|provider| granted.get(provider).is_some_and(|granted| !is_met(can, granted))) {
            unmet.entry((providers[0], can)).or_default().insert(at);
        }
    }
    for exception in &unnamed {
        assert!(unmet.keys().any(|one| excepts(exception, one)), "{exception:?} is needed no more");
    }
    let wrong = unmet.iter().filter(|(one, _)| !unnamed.iter().any(|exception| excepts(exception, one)));
    let wrong: Vec<String> = wrong
        .map(|((provider, can), at)| format!("{provider} {can}: {}", at.iter().cloned().collect::<Vec<_>>().join("; ")))
        .collect();
    assert!(wrong.is_empty(), "no grant gives what these need:\n{}", wrong.join("\n"));
}
