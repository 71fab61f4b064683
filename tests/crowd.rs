//! Many credentials at once, asked over real sockets: nothing is sent that the list of requests did
//! not name, nobody is asked by more than two at a time, and no credential takes more than its share.

mod common;

use std::time::Duration;

use common::paths::{Address, address, same_segment};
use common::{catalogue, crowd, issuers, overscope};

/// One line of the list: method, address, and what the body must hold.
struct Listed {
    method: String,
    url: String,
    body: String,
}

/// The requests that `--dry-run` names, of all credentials.
fn listed(text: &str) -> Vec<Listed> {
    let requests = text.lines().filter_map(|line| line.strip_prefix("  "));
    requests
        .map(|line| {
            let line = line.split("   (").next().unwrap();
            let mut words = line.splitn(3, ' ');
            let mut word = || words.next().unwrap_or_default().to_owned();
            Listed { method: word(), url: word(), body: word() }
        })
        .collect()
}

/// Whether a request is one of the list: its path, the names of its parameters, its action.
fn names(listed: &Listed, issuer: &str, asked: &str) -> bool {
    let mut words = asked.splitn(3, ' ');
    let (method, target, body) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let Some(template) = listed.url.strip_prefix(issuer) else { return false };
    let root = |text: &str| if text.starts_with('/') { text.to_owned() } else { format!("/{text}") };
    let (template, target) = (root(template), root(target));
    let (wanted, got) = (address(&template), address(&target));
    let action = listed.body.split('&').find(|field| field.starts_with("Action="));
    listed.method == method
        && same_path(&wanted, &got)
        && wanted.query.iter().all(|(name, _)| got.query.iter().any(|(other, _)| decoded(name) == decoded(other)))
        && action.is_none_or(|action| body.split('&').any(|field| field == action))
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn same_path(wanted: &Address<'_>, got: &Address<'_>) -> bool {
    wanted.segments.len() == got.segments.len()
        && wanted.segments.iter().zip(&got.segments).all(|(one, other)| same_segment(one, other) || one.contains("***"))
}

#[test]
fn nothing_is_asked_that_the_list_did_not_name_nor_by_more_than_two_at_a_time() {
    let detectors = catalogue();
    let kinds = crowd::kinds();
    let (folder, members) = crowd::folder(&detectors, &kinds, 2);
    let issuers = issuers::start(&members, Duration::from_millis(2));
    let endpoints: Vec<String> = issuers.iter().flat_map(|issuer| issuer.endpoints(&detectors)).collect();
    let scan = |more: &str| {
        let arguments = ["scan", "--format=json", "--fail-on=never", "--confidence=low", more];
        overscope(arguments.into_iter().map(str::to_owned).chain(endpoints.clone())).at(folder.path()).run()
    };
    let list = listed(&scan("--dry-run").out);
    assert!(issuers.iter().all(|issuer| issuer.asked().is_empty()));

    let ran = scan("--deadline=50");
    let report = ran.json();
    let credentials = report["credentials"].as_array().unwrap();
    let mut found: Vec<&str> = credentials.iter().map(|one| one["locations"][0]["path"].as_str().unwrap()).collect();
    found.sort_unstable();
    let mut planted: Vec<String> = members.iter().map(|member| member.file.clone()).collect();
    planted.sort_unstable();
    assert_eq!(found, planted, "{}", ran.err);
    let mut sent = 0;
    for issuer in &issuers {
        let asked = issuer.asked();
        sent += asked.len();
        assert!(issuer.most_at_once() <= 2, "{}: {} at once", issuer.provider, issuer.most_at_once());
        assert!(!asked.is_empty(), "nobody asked {}", issuer.provider);
        for request in asked {
            assert!(list.iter().any(|line| names(line, &issuer.url, &request)), "{}: {request}", issuer.provider);
        }
    }
    assert_eq!(report["stats"]["requests"], sent);
    let unclear: Vec<String> = credentials
        .iter()
        .filter(|one| one["liveness"] != "live")
        .map(|one| format!("{} {} {} {}", one["detector"], one["liveness"], one["gaps"], one["reasons"]))
        .collect();
    assert!(unclear.is_empty(), "{unclear:?}");
}
