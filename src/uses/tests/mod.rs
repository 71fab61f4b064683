//! Whole cases: files in, uses out.

mod calls;
mod circleci;
mod code;
mod containers;
mod formats;
mod grants;
mod hands;
mod names;
mod pipelines;
mod recipes;
mod registries;
mod releases;
mod scripts;
mod services;
mod steps;
mod terraform;
mod tools;

use proptest::prelude::*;

use super::*;
use crate::finding::Origin;

/// A credential for the tests: provider and the places `path:line=key` in which it lies.
struct Credential {
    provider: &'static str,
    secret: Secret,
    locations: Vec<Location>,
}

fn credential(provider: &'static str, secret: &str, places: &[&str]) -> Credential {
    let location = |place: &&str| {
        let (at, key) = place.split_once('=').unwrap();
        let (path, line) = at.split_once(':').unwrap();
        Location {
            path: path.to_owned(),
            raw: None,
            line: line.parse().unwrap(),
            column: 1,
            end_line: line.parse().unwrap(),
            end_column: 2,
            origin: Origin::Worktree,
            tracked: true,
            ignored: false,
            commit: None,
            key: Some(key.to_owned()).filter(|key| !key.is_empty()),
            excerpt: String::new(),
            excerpt_from: 1,
            comments: Vec::new(),
        }
    };
    Credential { provider, secret: Secret::new(secret), locations: places.iter().map(location).collect() }
}

/// A place in the first line of a file, as the value of a key.
pub fn place(path: &str, key: &str) -> Location {
    credential("railway", "", &[&format!("{path}:1={key}")]).locations.remove(0)
}

fn find_all(credentials: &[Credential], files: &[(&str, &str)]) -> Vec<Uses> {
    let wanted: Vec<Wanted<'_>> = credentials
        .iter()
        .map(|one| Wanted { provider: one.provider, secret: &one.secret, locations: &one.locations })
        .collect();
    let search = Search::new(&wanted);
    let opened = files.iter().filter_map(|(path, text)| search.open(path, text));
    let files: Vec<File> = opened.collect();
    search.uses(&files)
}

/// `can why @line` for each need, `? @line` for each use that is not understood.
fn said(uses: &Uses) -> String {
    let site = |site: &Option<Site>| site.as_ref().map_or(0, |site| site.line);
    let needs = uses.needs.iter().map(|need| format!("{} {} @{}", need.can, need.why, site(&need.site)));
    let unresolved = uses.unresolved.iter().map(|site| format!("? @{}", site.line));
    needs.chain(unresolved).collect::<Vec<_>>().join("; ")
}

fn value() -> String {
    "q7w-".repeat(9)
}

/// One credential that lies in `.env` as `key`, and one file.
fn check(provider: &'static str, key: &str, path: &str, text: &str, expected: &str) {
    let place = format!(".env:1={key}");
    let credentials = [credential(provider, &value(), &[&place])];
    let uses = find_all(&credentials, &[(path, &text.replace("VALUE", &value()))]);
    assert_eq!(said(&uses[0]), expected, "{path}:\n{text}");
    let resolved = (!expected.is_empty()).then(|| !expected.contains('?'));
    assert_eq!(uses[0].resolved, resolved, "{path}:\n{text}");
}

#[test]
fn the_story() {
    let script = "#!/usr/bin/env bash\n# Adds a domain.\nset -euo pipefail\n\nDOMAIN=\"$1\"\n\nexport RAILWAY_API_TOKEN=VALUE\n\nrailway domain \"$DOMAIN\" --service web\n";
    let workflow = "on: push\njobs:\n  domains:\n    runs-on: ubuntu-latest\n    env:\n      RAILWAY_API_TOKEN: ${{ secrets.RAILWAY_API_TOKEN }}\n    steps:\n      - uses: actions/checkout@v4\n      - name: add\n        run: railway domain shop.example.com\n";
    let credentials = [credential(
        "railway",
        &value(),
        &[
            "scripts/add-domain.sh:7=RAILWAY_API_TOKEN",
            ".env.production:1=RAILWAY_API_TOKEN",
            ".env.staging:1=RAILWAY_API_TOKEN",
        ],
    )];
    let uses = &find_all(
        &credentials,
        &[
            ("scripts/add-domain.sh", &script.replace("VALUE", &value())),
            (".github/workflows/domains.yml", workflow),
            (".env.staging", &format!("RAILWAY_API_TOKEN={}\n", value())),
            ("docs/uuid.md", "railway volume delete\n"),
        ],
    )[0];
    let can: Can = "write:domain".parse().unwrap();
    let site = |path: &str, line| Some(Site { path: path.to_owned(), line });
    let why = "railway domain".to_owned();
    assert_eq!(
        uses.needs,
        [
            Need { can, site: site(".github/workflows/domains.yml", 10), why: why.clone() },
            Need { can, site: site("scripts/add-domain.sh", 9), why },
        ]
    );
    assert_eq!((uses.resolved, uses.unresolved.len()), (Some(true), 0));
    let claims: Vec<_> = uses.claims.iter().map(|claim| (claim.claimed, claim.words.as_str())).collect();
    assert_eq!(
        claims,
        [
            (Claimed::Environment(Environment::Prod), ".env.production"),
            (Claimed::Environment(Environment::Nonprod), ".env.staging")
        ]
    );
    assert_eq!(claims_of_label("custom-domains"), [Claimed::Only(can)]);
}

#[test]
fn bad_input_neither_panics_nor_hangs() {
    let deep = format!("jobs:{}", "\n".to_owned() + &"- ".repeat(100_000));
    let flow = "[".repeat(100_000);
    let blocks = "a {\n".repeat(10_000);
    let bombs = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
        + &(0..20)
            .map(|at| {
                format!(
                    "b{at}: &b{at} [*{0},*{0},*{0},*{0}]\n",
                    if at == 0 { "a".to_owned() } else { format!("b{}", at - 1) }
                )
            })
            .collect::<String>();
    let many = "a=$b railway up; \n".repeat(20_000);
    let growing = "a=xxxxxxxx\n".to_owned() + &"a=$a$a$a$a\n".repeat(500);
    let json = format!("{{\"scripts\":{}", "{\"a\":".repeat(100_000));
    let credentials = [credential("railway", &value(), &[".env:1=RAILWAY_TOKEN"])];
    for text in [&deep, &flow, &blocks, &bombs, &many, &growing, &json, "\0\0railway\0", "\r\n\r", "${{ ${{ }}"] {
        for path in PATHS {
            find_all(&credentials, &[(path, text)]);
        }
    }
}

const PATHS: [&str; 21] = [
    "b.sh",
    "Makefile",
    "Dockerfile",
    "package.json",
    ".env.b",
    ".github/workflows/b.yml",
    "b/action.yml",
    ".gitlab-ci.yml",
    "compose.yml",
    "kustomization.yml",
    "b.js",
    "justfile",
    "Taskfile.yml",
    "Procfile",
    "b.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    ".circleci/config.yml",
    "b.tf",
    "b.tfvars",
    "b.tfvars.json",
];

/// What command lines are made of.
const WORDS: [&str; 40] = [
    "env",
    "sudo",
    "-u",
    "bash",
    "-c",
    "sh",
    "-x",
    "'railway up'",
    "\"$@\"",
    "$X",
    "$(railway up)",
    "<(cat x)",
    "npx",
    "-y",
    "pnpm",
    "dlx",
    "exec",
    "uvx",
    "doppler",
    "run",
    "--",
    "op",
    "time",
    "xargs",
    "timeout",
    "30",
    "A=b",
    "RAILWAY_TOKEN=$X",
    "railway",
    "up",
    "eval",
    "docker",
    "push",
    "--env-file",
    ".env",
    "&&",
    "|",
    "${X:-y}",
    "dotenv",
    "-e",
];

proptest! {
    #[test]
    fn an_unrelated_text_never_removes_a_need(
        path in proptest::sample::select(&PATHS[..]),
        text in "(railway up\n|RAILWAY_TOKEN|export |=|x|\\$\\{\\{ secrets\\.X \\}\\}|[ \n\t:;\"'`(){}$-]|run: |script:|- |\\PC){0,30}",
        first in any::<bool>(),
    ) {
        let credentials = [credential("railway", &value(), &["a.sh:1=RAILWAY_TOKEN"])];
        let own = format!("export RAILWAY_TOKEN={}\nrailway domain x\n", value());
        let before = find_all(&credentials, &[("a.sh", &own)]);
        let mut files = [("a.sh", own.as_str()), (path, text.as_str())];
        if first {
            files.reverse();
        }
        let after = find_all(&credentials, &files);
        prop_assert!(!before[0].needs.is_empty());
        for need in &before[0].needs {
            prop_assert!(after[0].needs.contains(need));
        }
    }

    #[test]
    fn no_command_line_panics(
        words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..8),
        path in proptest::sample::select(&PATHS[..]),
    ) {
        let credentials = [credential("railway", &value(), &[".env:1=RAILWAY_TOKEN"])];
        let line = words.join(" ");
        for text in [line.clone(), format!("jobs:\n  a:\n    steps:\n      - run: {line}\n"), format!("a:\n\t{line}\n")] {
            find_all(&credentials, &[(path, &text)]);
        }
    }

    #[test]
    fn no_output_holds_the_value(text in "(railway up\n|export A=VALUE\n|foo VALUE\n|curl -u VALUE https://backboard.railway.com/VALUE\n|gh api VALUE\n){0,8}") {
        let credentials = [credential("railway", &value(), &["a.sh:1=RAILWAY_TOKEN"])];
        let uses = find_all(&credentials, &[("a.sh", &text.replace("VALUE", &value()))]);
        let printed = format!("{uses:?}");
        prop_assert!(!printed.contains(&value()));
    }
}
