//! `detectors/README.md` lists every kind with how its power is learnt, as the program itself says.
//! After a change of the detector files: `UPDATE=1 cargo test --test catalogue`.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::catalogue;
use common::paths::address;
use overscope::detector::model::{Probe, Provider, Select, Step};
use overscope::detector::{Detectors, list};
use serde_json::Value;

const BEGIN: &str = "<!-- The table below is written by tests/catalogue.rs. -->\n";

/// Places that one cell names; more are left out.
const NAMED: usize = 2;

fn rows(detectors: &Detectors) -> Vec<Value> {
    let mut json = Vec::new();
    list::write(detectors, true, &mut json).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// What is asked, shortly: the question that the scopes come from, and how many more there are.
fn asked(probe: &Probe) -> String {
    let asking: Vec<&Step> = probe.steps.iter().filter(|step| step.decode.is_none()).collect();
    let learns = |step: &&&Step| step.read.scopes.is_some() || step.proves.is_some();
    let Some(main) = asking.iter().find(learns).or(asking.first()) else { return "nothing".to_owned() };
    let path = |url: &str| format!("/{}", address(url).segments.join("/"));
    let main = match (&main.get, &main.post, &main.graphql, main.asks.first()) {
        (Some(url), ..) => format!("GET {}", path(url)),
        (_, Some(url), ..) => format!("POST {}", path(url)),
        (_, _, Some(document), _) => document.trim().split(['(', '{']).next().unwrap_or_default().trim().to_owned(),
        (_, _, _, asks) => asks.and_then(|asks| asks.rsplit(' ').next()).unwrap_or_default().to_owned(),
    };
    let questions: usize = asking.iter().map(|step| step.asks.len().max(1)).sum();
    match questions - 1 {
        0 => format!("`{main}`"),
        more => format!("`{main}` and {more} more"),
    }
}

/// Where the scope is read.
fn place(probe: &Probe, scope: &str) -> String {
    let asks = |step: &&Step| step.decode.is_none() || step.reads_answer();
    let selects = |asking: bool| -> Vec<&Select> {
        let steps = probe.steps.iter().filter(|step| asks(step) == asking);
        steps.filter_map(|step| step.read.scopes.as_ref()).flat_map(|selects| selects.as_slice()).collect()
    };
    let named = |selects: Vec<&Select>| {
        let mut places: Vec<String> = Vec::new();
        for select in selects {
            let place = match (&select.header, &select.json) {
                (Some(header), _) => format!("header `{header}`"),
                (None, Some(json)) => format!("`{}{json}`", select.each.as_deref().unwrap_or_default()),
                (None, None) => continue,
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let more = if places.len() > NAMED { ", …" } else { "" };
        places.truncate(NAMED);
        format!("{}{more}", places.join(", "))
    };
    match scope {
        "stated" => named(selects(true)),
        "decoded" => format!("in itself: {}", named(selects(false))),
        "tested" if probe.steps.iter().any(|step| step.proves.is_some()) => {
            let reads = probe.steps.iter().filter(|step| step.proves.is_some()).count();
            if reads == 1 {
                "whether the read is answered".to_owned()
            } else {
                format!("which of {reads} reads are answered")
            }
        }
        "tested" => "which question is answered".to_owned(),
        _ => "nowhere".to_owned(),
    }
}

fn line(detectors: &Detectors, row: &Value) -> String {
    let text = |name: &str| row[name].as_str().unwrap();
    let number = detectors.number_of(text("id")).unwrap();
    let provider: &Provider = detectors.provider_of(number);
    let probe = detectors.detector(number).probe.as_ref().and_then(|name| provider.probes.get(name));
    let (asked, place) = match probe {
        Some(probe) => (asked(probe), place(probe, text("scope"))),
        None => ("nothing".to_owned(), "nowhere".to_owned()),
    };
    format!("| `{}` | {asked} | {place} | {} | {} |", text("id"), text("scope"), text("confidence"))
}

fn table(detectors: &Detectors) -> String {
    let mut rows = rows(detectors);
    rows.sort_by_key(|row| row["provider"].as_str().unwrap().to_owned());
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *classes.entry(row["scope"].as_str().unwrap()).or_default() += 1;
    }
    let of = |class: &str| classes.get(class).copied().unwrap_or(0);
    let known = of("stated") + of("tested") + of("decoded");
    let probed = (0..detectors.len()).filter(|&number| detectors.detector(number).probe.is_some()).count();
    let mut text = format!(
        "\n{} kinds of {} providers. {probed} are asked or decoded; of {known} the scope is known: {} stated by the\n\
         issuer, {} tested by reads that it answers or refuses, {} decoded from the credential itself.\n\n\
         | kind | what is asked | where the scope is read | evidence | confidence |\n|---|---|---|---|---|\n",
        rows.len(),
        detectors.providers().len(),
        of("stated"),
        of("tested"),
        of("decoded"),
    );
    for row in &rows {
        text.push_str(&line(detectors, row));
        text.push('\n');
    }
    text
}

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("detectors/README.md")
}

#[test]
fn the_table_of_kinds_is_current() {
    let text = std::fs::read_to_string(readme()).unwrap();
    let (before, shown) = text.split_once(BEGIN).expect("the README has a place for the table");
    let table = table(&catalogue());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(readme(), format!("{before}{BEGIN}{table}")).unwrap();
    } else {
        assert_eq!(shown, table, "UPDATE=1 cargo test --test catalogue writes it anew");
    }
}

#[test]
fn kinds_are_classed_by_what_tells_their_power() {
    let rows = rows(&catalogue());
    let class = |id: &str| rows.iter().find(|row| row["id"] == id).map(|row| row["scope"].as_str().unwrap());
    for (id, expected) in [
        ("aws-access-key", "stated"),
        ("github-pat-classic", "stated"),
        // Only that it sees repositories, and what it is refused.
        ("github-pat-fine-grained", "tested"),
        ("stripe-restricted-key", "tested"),
        ("supabase-access-token", "tested"),
        ("supabase-service-role-key", "decoded"),
        ("pypi-token", "decoded"),
        // The account is asked who it belongs to; what it may do stands in the signature.
        ("azure-storage-sas", "decoded"),
        // It is known to be one, and what such a token may do depends on who started the job.
        ("gitlab-ci-job-token", "inferred"),
        ("slack-webhook-url", "inferred"),
    ] {
        assert_eq!(class(id), Some(expected), "{id}");
    }
}
