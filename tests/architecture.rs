//! Who may use whom. A module uses lower floors only; what touches the network, other programs or
//! threads stands in the few places that are named here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// From the ground up: each line may use those above it and itself.
const FLOORS: &[&[&str]] = &[
    &["secret", "capability", "error", "escape", "glob", "replace"],
    &["finding", "naming", "redact", "decode", "wording", "textfile"],
    &["config"],
    &["detector"],
    &["source", "carrier"],
    &["scan"],
    &["uses", "suppress"],
    &["inspect"],
    &["assess"],
    &["report", "inspect_input", "check"],
    &["plan"],
    &["cli"],
    &["manual"],
    &["run", "settings"],
    &["teller"],
    &["demo"],
    &["main"],
];

struct Source {
    /// `src/…`
    path: String,
    module: String,
    /// Without comments and without what only tests see.
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().unwrap() != "tests" {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|end| end == "rs") && path.file_stem().unwrap() != "tests" {
                sources.push(source(root, &path));
            }
        }
    }
    assert!(sources.len() > 50);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn source(root: &Path, path: &PathBuf) -> Source {
    let text = std::fs::read_to_string(path).unwrap();
    let path = path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
    let module = path.split('/').nth(1).unwrap().trim_end_matches(".rs").to_owned();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    Source { path, module, text: code.join("\n") }
}

/// The top-level modules that a text names behind `crate::` (behind `overscope::` in main.rs).
fn used(source: &Source) -> BTreeSet<String> {
    let lead = if source.module == "main" { "overscope::" } else { "crate::" };
    let mut used = BTreeSet::new();
    for part in source.text.split(lead).skip(1) {
        let group = part.strip_prefix('{').map(|rest| rest.split("};").next().unwrap_or(rest));
        let names: Vec<String> = match group {
            Some(group) => top_level(group),
            None => vec![part.to_owned()],
        };
        used.extend(names.iter().map(|name| first_word(name)).filter(|name| is_module(name)));
    }
    used
}

/// The items of a `{…}` list, without those of lists inside.
fn top_level(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut items = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            _ if depth == 0 => items.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    items
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

fn is_module(name: &str) -> bool {
    FLOORS.iter().any(|floor| floor.contains(&name))
}

fn floor(module: &str) -> usize {
    FLOORS
        .iter()
        .position(|floor| floor.contains(&module))
        .unwrap_or_else(|| panic!("the module `{module}` has no floor yet: add it to tests/architecture.rs"))
}

#[test]
fn a_module_uses_lower_floors_only() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module != "lib") {
        for used in used(source) {
            if used != source.module && floor(&used) >= floor(&source.module) {
                wrong.push(format!("{} uses {used}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The files in which a text stands must be among these (a folder ends in `/`).
fn only_in(text: &str, places: &[&str]) {
    let found: Vec<String> =
        sources().into_iter().filter(|source| source.text.contains(text)).map(|source| source.path).collect();
    assert!(!found.is_empty(), "`{text}` stands nowhere: is this still the right question?");
    for path in found {
        let fits = |place: &&str| if place.ends_with('/') { path.starts_with(*place) } else { path == **place };
        assert!(places.iter().any(fits), "`{text}` in {path}; only in {places:?}");
    }
}

#[test]
fn what_reaches_out_of_the_program_stands_where_it_is_looked_for() {
    only_in("reqwest", &["src/inspect/transport.rs"]);
    only_in("TcpListener", &["src/demo/"]);
    only_in("TcpStream", &["src/demo/"]);
    only_in("to_socket_addrs", &["src/inspect/transport.rs"]);
    only_in("std::process", &["src/source/git.rs", "src/source/git/", "src/main.rs"]);
    only_in("Command::new", &["src/source/git.rs"]);
    only_in("serde_sarif", &["src/report/sarif.rs", "src/report/sarif/"]);
    only_in("rayon", &["src/scan/", "src/source/", "src/main.rs"]);
    only_in("ignore::", &["src/source/", "src/config/exempt.rs"]);
    only_in("gix_", &["src/source/history/"]);
    only_in("apollo_parser", &["src/inspect/request.rs", "src/uses/http.rs", "src/demo/replica/"]);
    only_in("annotate_snippets", &["src/report/text.rs", "src/report/text/"]);
    only_in("indicatif", &["src/teller.rs"]);
}

/// A secret's value is taken out where it is matched, decoded, sent, fingerprinted or masked.
#[test]
fn no_report_takes_a_secret_out_of_its_wrapping() {
    for source in sources() {
        let prints = ["report", "assess", "run", "main", "plan", "cli", "teller"].contains(&source.module.as_str());
        assert!(!(prints && source.text.contains(".expose()")), "{}", source.path);
    }
}

#[test]
fn the_page_of_the_whole_program_names_the_stages_in_their_order() {
    let run = sources().into_iter().find(|source| source.path == "src/run.rs").unwrap();
    let stages =
        ["source::list(", "scanner.scan(", "suppress::apply(", "find_uses(", "inspect::inspect(", "assess::assess("];
    let places: Vec<usize> =
        stages.iter().map(|stage| run.text.find(stage).unwrap_or_else(|| panic!("{stage}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
}
