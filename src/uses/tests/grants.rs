//! The tables speak the language of the grants: a need that no grant of its provider gives could
//! never be met by what is granted, and what meets it in truth would be called unused.

use std::collections::{BTreeMap, BTreeSet};

use super::super::tools::{Tool, table};
use crate::capability::{Can, Verb};
use crate::detector::Detectors;

/// Each need of the table by its provider, with where it stands.
fn needs() -> Vec<(&'static str, Can, String)> {
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
            needs.extend(tool.providers.iter().map(|provider| (provider.as_str(), can, at.clone())));
        }
    }
    for host in &table.http {
        let graphql = host.graphql.iter().flat_map(|graphql| {
            graphql.queries.iter().chain(&graphql.mutations).map(|(name, cans)| (name.clone(), cans))
        });
        let calls = host.calls.iter().map(|call| (format!("{} {}", call.method, call.path), &call.needs));
        let all = graphql.chain(calls).flat_map(|(at, cans)| cans.iter().map(move |can| (*can, at.clone())));
        needs.extend(all.map(|(can, at)| (host.provider.as_str(), can, at)));
    }
    for action in &table.action {
        let all = action.needs.iter().chain(action.cases.iter().flat_map(|case| &case.needs));
        needs.extend(all.map(|can| (action.provider.as_str(), *can, action.name.clone())));
    }
    for row in &table.terraform {
        let all = row.resources.iter().chain(&row.data);
        let all = all.flat_map(|class| class.needs.iter().map(|can| (*can, class.like[0].clone())));
        needs.extend(all.map(|(can, at)| (row.provider.as_str(), can, at)));
    }
    needs
}

/// Whether something that is granted meets a need.
fn is_met(need: Can, granted: &BTreeSet<Can>) -> bool {
    let sees = |can: Can| matches!(can.verb, Verb::List | Verb::Read);
    let same = |can: &Can| *can == need || (sees(need) && sees(*can) && can.class == need.class);
    need == Can::new(Verb::Read, crate::capability::Class::Identity) || granted.iter().any(same)
}

#[test]
fn every_need_is_a_power_that_its_provider_grants() {
    let detectors = Detectors::load(&[]).unwrap();
    let granted: BTreeMap<&str, BTreeSet<Can>> = detectors
        .providers()
        .iter()
        .map(|one| {
            let all = one.grants.values().flat_map(|grants| grants.as_slice()).flat_map(|grant| &grant.can);
            (one.id.as_str(), all.copied().collect())
        })
        .collect();
    let mut unmet: BTreeMap<(&str, Can), BTreeSet<String>> = BTreeMap::new();
    for (provider, can, at) in needs() {
        if granted.get(provider).is_some_and(|granted| !is_met(can, granted)) {
            unmet.entry((provider, can)).or_default().insert(at);
        }
    }
    let shown: Vec<String> = unmet
        .iter()
        .map(|((provider, can), at)| format!("{provider} {can}: {}", at.iter().cloned().collect::<Vec<_>>().join("; ")))
        .collect();
    assert!(unmet.is_empty(), "{}", shown.join("\n"));
}
