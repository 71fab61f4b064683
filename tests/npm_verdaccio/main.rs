//! Compares what the program says of a registry's tokens with what a real registry lets them do,
//! through real sockets.
//!
//! `OVERSCOPE_VERDACCIO` names the registry (`.ci/verdaccio.sh` starts one); without it nothing is
//! tested. Its tokens do not look like npm's, so they are found by a detector of this test; how they
//! are asked about, and what the answers mean, is npm's file as it stands. Verdaccio tells nobody what
//! a token may do: the most that its kind could do must then be said.

#[path = "../common/mod.rs"]
mod common;

mod registry;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{Folder, overscope};
use overscope::detector::sample;
use serde_json::Value;

use registry::Registry;

/// npm's file, under another name and with a detector that finds any token.
fn provider(folder: &Folder) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("detectors/npm.toml");
    let mut npm: toml::Table = toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let own: toml::Table = toml::from_str(
        r#"
        id       = "verdaccio"
        [[detector]]
        id       = "verdaccio-token"
        name     = "Verdaccio token"
        keywords = ["_authToken"]
        pattern  = '_authToken=(?<secret>[!-~]{6,2000})'
        probe    = "token"
        ceiling  = ["may:write"]
        examples = ["_authToken=<{base64:60}>"]
        "#,
    )
    .unwrap();
    npm.extend(own);
    folder.write("verdaccio.toml", toml::to_string(&npm).unwrap());
    folder.write("overscope.toml", "detectors = [\"verdaccio.toml\"]\n");
}

/// The credential as the program reports it.
fn report(folder: &Folder, registry: &Registry, token: &str) -> Value {
    let ran = overscope(["inspect", "--format=json", "--no-progress", "--fail-on=never", "--config=overscope.toml"])
        .at(folder.path())
        .arg(format!("--endpoint=verdaccio={}", registry.url))
        .stdin(format!("//registry.acme.example/:_authToken={token}\n"))
        .run();
    assert_eq!(ran.status, 0, "{ran:#?}");
    assert!(!ran.out.contains(&token[..8]) && !ran.err.contains(&token[..8]), "the token is printed");
    ran.credential()
}

struct Holder {
    name: &'static str,
    token: String,
    expected: &'static str,
    /// What the registry's own configuration lets it do.
    may: &'static [&'static str],
}

const ALL: &[&str] = &["install", "publish", "publish again", "unpublish"];

fn holders(registry: &Registry) -> Vec<Holder> {
    let live = |name: &'static str, token, may| Holder { name, token, expected: "live", may };
    let bad = |name: &'static str, template: &str| Holder {
        name,
        token: sample::generate(template, 7).unwrap().text,
        expected: "unknown",
        may: &[],
    };
    let login = registry.login("publisher");
    let limited = registry.read_only_token("publisher", &login);
    vec![
        live("publisher", login, ALL),
        // Verdaccio writes down that it is for reading, and does not hold it to that.
        live("publisher, read-only", limited, ALL),
        live("reader", registry.login("reader"), &["install"]),
        live("nobody", registry.login("nobody"), &[]),
        bad("bad token", "{base64:60}"),
        bad("bad token, hex", "{hex:64}"),
        bad("bad token, uuid", "{uuid}"),
    ]
}

#[test]
fn no_power_that_a_registry_grants_is_left_out() {
    let Ok(url) = std::env::var("OVERSCOPE_VERDACCIO") else {
        eprintln!("skipped: OVERSCOPE_VERDACCIO does not name a registry");
        return;
    };
    rustls::crypto::ring::default_provider().install_default().expect("nobody else installs one");
    let registry = Registry::at(&url);
    let folder = Folder::plain();
    provider(&folder);
    let holders = holders(&registry);
    let publisher = &holders[0].token;

    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for holder in &holders {
        let name = holder.name;
        let report = report(&folder, &registry, &holder.token);
        let real = registry.tries(&holder.token, publisher);
        let allowed: Vec<&str> = real.iter().filter(|one| one.allowed).map(|one| one.name).collect();
        let liveness = report["liveness"].as_str().unwrap();
        let said: BTreeMap<&str, &str> = report["capabilities"]
            .as_array()
            .unwrap()
            .iter()
            .map(|power| (power["can"].as_str().unwrap(), power["evidence"].as_str().unwrap()))
            .collect();
        let evidence: BTreeSet<&&str> = said.values().collect();
        let cans: Vec<&&str> = said.keys().collect();
        rows.push(format!("{name:22} {liveness:8} said {cans:?} {evidence:?}, allowed {allowed:?}"));
        if liveness != holder.expected || allowed != holder.may {
            wrong.push(format!("{name}: expected {} and {:?}", holder.expected, holder.may));
        }
        for one in &real {
            match said.get(one.can) {
                None if one.allowed => {
                    wrong.push(format!("{name}: {} is allowed, and {} is not said", one.name, one.can))
                }
                Some(&"observed") if !one.allowed => {
                    wrong.push(format!("{name}: {} is said to be observed, and {} is refused", one.can, one.name));
                }
                _ => {}
            }
        }
        if report["coverage"] == "complete" || report["gaps"].as_array().unwrap().is_empty() {
            wrong.push(format!("{name}: the registry tells nobody what a token may do, and no gap says so"));
        }
        if liveness == "live" && report["identity"].as_str() != Some(name.split(',').next().unwrap()) {
            wrong.push(format!("{name}: identity {}", report["identity"]));
        }
    }
    println!("{}", rows.join("\n"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
