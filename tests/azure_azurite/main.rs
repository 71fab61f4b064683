//! Compares what the program says of Azure Storage's keys and signatures with what an emulated
//! account really lets them do, through real sockets.
//!
//! `OVERSCOPE_AZURITE` is the line that `.ci/azurite.sh` prints; without it nothing is tested. The
//! emulator has no versions of blobs, no permanent deletion and no stored policies for accounts:
//! these permissions are held by tests beside the decoder.

#[path = "../common/mod.rs"]
mod common;

mod azurite;
mod tries;

use std::collections::{BTreeMap, BTreeSet};

use common::overscope;
use serde_json::Value;

use azurite::{Account, Azurite, Fields, Proof, account_signature, service_signature};
use overscope::detector::sample;
use tries::{Ground, Try, outcomes};

const LATER: &str = "2099-01-01T00:00:00Z";
const PAST: &str = "2020-01-01T00:00:00Z";

struct Holder {
    name: String,
    proof: Proof,
    /// What stands in the file: the text that the program is given.
    text: String,
    hidden: String,
    expected: &'static str,
}

/// A key in its connection string.
fn by_key(name: &str, account: &str, key: &str, expected: &'static str) -> Holder {
    Holder {
        name: name.to_owned(),
        proof: Proof::Key { account: account.to_owned(), key: key.to_owned() },
        text: format!(
            "DefaultEndpointsProtocol=https;AccountName={account};AccountKey={key};EndpointSuffix=core.windows.net"
        ),
        hidden: key.to_owned(),
        expected,
    }
}

fn by_signature(name: String, proof: Proof, path: &str, expected: &'static str) -> Holder {
    let Proof::Signature { account, query } = &proof else { panic!("{name} has no signature") };
    let text = format!("https://{account}.blob.core.windows.net{path}?{query}");
    let hidden = query.rsplit("sig=").next().unwrap().to_owned();
    Holder { name, proof, text, hidden, expected }
}

fn holders(one: &Account, two: &Account, ground: impl Fn(&str) -> Ground) -> Vec<(Holder, Ground)> {
    let fields = |permissions| Fields { permissions, expiry: LATER };
    let wrong = sample::generate("{base64of:64}", 11).unwrap().text;
    let mut holders = vec![
        (by_key("key 1 of one", &one.name, &one.keys[0], "live"), ground("k1")),
        (by_key("key 2 of one", &one.name, &one.keys[1], "live"), ground("k2")),
        (by_key("a key of nobody", &one.name, &wrong, "unknown"), ground("k3")),
        (by_key("key of two at one", &one.name, &two.keys[0], "unknown"), ground("k4")),
    ];
    let bare = by_key("key 1 of one, bare", &one.name, &one.keys[0], "live");
    let text = format!("AZURE_STORAGE_ACCOUNT={}\nAZURE_STORAGE_KEY={}", one.name, one.keys[0]);
    holders.push((Holder { text, ..bare }, ground("k5")));

    for (at, (services, levels, permissions)) in [
        ("b", "sco", "r"),
        ("b", "sco", "rl"),
        ("b", "sco", "rwdl"),
        ("bfqt", "sco", "rwdlacup"),
        ("bfqt", "sco", "rl"),
        ("q", "sco", "rl"),
        ("b", "s", "rwl"),
        ("b", "c", "rwdlac"),
        ("b", "c", "w"),
        ("b", "o", "rwdlact"),
        ("b", "co", "c"),
        ("b", "o", "a"),
        ("b", "co", "d"),
    ]
    .into_iter()
    .enumerate()
    {
        let proof = account_signature(one, services, levels, fields(permissions));
        let name = format!("account {services} {levels} {permissions}");
        holders.push((by_signature(name, proof, "/", "live"), ground(&format!("a{at}"))));
    }
    for (at, (resource, permissions)) in [
        ("c", "r"),
        ("c", "rl"),
        ("c", "racwdl"),
        ("c", "l"),
        ("c", "d"),
        ("b", "r"),
        ("b", "w"),
        ("b", "racwd"),
        ("b", "t"),
    ]
    .into_iter()
    .enumerate()
    {
        let ground = ground(&format!("s{at}"));
        let path = ground.container() + if resource == "b" { "/kept" } else { "" };
        let proof = service_signature(one, resource, &path, fields(permissions));
        let name = format!("service {resource} {permissions}");
        holders.push((by_signature(name, proof, &path, "live"), ground));
    }

    let expired = account_signature(one, "b", "sco", Fields { permissions: "rwdl", expiry: PAST });
    holders.push((by_signature("expired".to_owned(), expired, "/", "dead"), ground("x1")));
    let of_other = Account { name: one.name.clone(), keys: two.keys.clone() };
    let forged = account_signature(&of_other, "b", "sco", fields("rwdl"));
    holders.push((by_signature("signed by another".to_owned(), forged, "/", "unknown"), ground("x2")));
    let container = ground("x3");
    let forged = service_signature(&of_other, "c", &container.container(), fields("rl"));
    let holder = by_signature("container, by another".to_owned(), forged, &container.container(), "unknown");
    holders.push((holder, container));
    holders
}

/// The credential as the program reports it.
fn report(azurite: &Azurite, holder: &Holder) -> Value {
    let (Proof::Key { account, .. } | Proof::Signature { account, .. }) = &holder.proof;
    let folder = common::Folder::plain();
    let log = folder.file("requests.jsonl");
    let ran = overscope(["inspect", "--format=json", "--no-progress", "--fail-on=never"])
        .arg(format!("--endpoint=azure={}/{account}", azurite.blob))
        .arg(format!("--request-log={}", log.display()))
        .stdin(holder.text.clone())
        .run();
    assert_eq!(ran.status, 0, "{}: {ran:#?}", holder.name);
    let log = std::fs::read_to_string(log).unwrap();
    for (place, text) in [("report", &ran.out), ("words", &ran.err), ("request log", &log)] {
        assert!(!text.contains(&holder.hidden[..8]), "{}: the secret stands in the {place}", holder.name);
    }
    ran.credential()
}

fn certain(report: &Value) -> BTreeSet<&str> {
    let powers = report["capabilities"].as_array().unwrap().iter();
    powers
        .filter(|power| ["observed", "decoded"].contains(&power["evidence"].as_str().unwrap()))
        .map(|power| power["can"].as_str().unwrap())
        .collect()
}

/// Where the report of a live credential and the emulator differ.
fn differences(report: &Value, tries: &[Try], real: &BTreeMap<&str, bool>) -> Vec<String> {
    let said = certain(report);
    // What may be changed may be made, too, and is not said twice.
    let writes = |can: &str| can.strip_prefix("create:").map(|class| format!("write:{class}"));
    let is_said = |can: &str| said.contains(can) || writes(can).is_some_and(|writes| said.contains(&*writes));
    let mut wrong = Vec::new();
    for one in tries.iter().filter(|one| real[one.name]) {
        for can in one.cans.iter().filter(|can| !is_said(can)) {
            wrong.push(format!("{} is allowed, and {can} is not said", one.name));
        }
    }
    for can in &said {
        let is_it = |one: &&Try| one.cans.contains(can) || writes(can).is_some_and(|can| one.cans.contains(&&*can));
        let acts: Vec<&Try> = tries.iter().filter(is_it).collect();
        if !acts.is_empty() && !acts.iter().any(|one| real[one.name]) {
            wrong.push(format!("{can} is said, and nothing of it is allowed"));
        }
    }
    wrong
}

#[test]
fn no_claimed_power_is_refused_and_no_denied_one_allowed() {
    let Ok(line) = std::env::var("OVERSCOPE_AZURITE") else {
        eprintln!("skipped: OVERSCOPE_AZURITE does not name an emulator");
        return;
    };
    rustls::crypto::ring::default_provider().install_default().expect("nobody else installs one");
    let azurite = Azurite::of(&line);
    let [one, two] = azurite.accounts.as_slice() else { panic!("two accounts: {line}") };
    let administrator = Proof::Key { account: one.name.clone(), key: one.keys[0].clone() };
    let run = jiff::Timestamp::now().as_millisecond();
    let holders = holders(one, two, |name| Ground::prepare(&azurite, &administrator, &format!("r{run}-{name}")));

    let (mut rows, mut differing, mut decided) = (Vec::new(), Vec::new(), [0, 0]);
    for (holder, ground) in &holders {
        let name = &holder.name;
        let report = report(&azurite, holder);
        let tries = ground.tries();
        let real = outcomes(&azurite, &holder.proof, &tries);
        real.values().for_each(|allowed| decided[usize::from(*allowed)] += 1);
        let liveness = report["liveness"].as_str().unwrap();
        rows.push(format!(
            "{name:24} {liveness:8} said    {}",
            certain(&report).into_iter().collect::<Vec<_>>().join(" ")
        ));
        let allowed: Vec<&str> = tries.iter().filter(|one| real[one.name]).map(|one| one.name).collect();
        rows.push(format!("{:33} allowed {}", "", allowed.join(", ")));
        if liveness != holder.expected {
            differing.push(format!("{name}: {liveness} instead of {}: {}", holder.expected, report["gaps"]));
        }
        match liveness {
            "live" => {
                let wrong = differences(&report, &tries, &real);
                differing.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
            }
            _ => {
                assert!(allowed.is_empty(), "{name} is {liveness}, and may {allowed:?}");
                let powers = report["capabilities"].as_array().unwrap();
                assert!(!powers.iter().any(|power| power["evidence"] == "observed"), "{name}: {report}");
                assert_eq!(powers.is_empty(), liveness == "dead", "{name}: {report}");
            }
        }
        if liveness == "live" && matches!(holder.proof, Proof::Key { .. }) {
            let names: Vec<&Value> = report["resources"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
            assert!(names.iter().any(|name| **name == ground.container()[1..]), "{names:?}");
        }
    }
    println!("{}", rows.join("\n"));
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    assert!(decided.iter().all(|&count| count > 100), "too few of each kind to prove anything: {decided:?}");
}
