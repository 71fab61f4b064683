//! Every row of the tables says one thing and names its page, and rows are chosen as people would.

use super::*;
use crate::detector::Detectors;

#[test]
fn the_table_parses_and_every_row_says_one_thing_with_a_source() {
    let table = table();
    for tool in &table.tool {
        assert!(tool.source.starts_with("https://"), "{:?}", tool.names);
        for row in &tool.commands {
            let images = !row.images.is_empty();
            let says = [!row.needs.is_empty(), row.binds, row.local, row.api.is_some(), row.transfer.is_some(), images];
            assert_eq!(says.iter().filter(|says| **says).count(), 1, "{:?} {:?}", tool.names, row.run);
            assert!(!row.run.is_empty(), "{:?}", tool.names);
            let base = url::Url::parse(&tool.source).unwrap();
            assert!(row.source.iter().all(|page| base.join(page).unwrap().scheme() == "https"), "{:?}", row.run);
            for run in row.run.iter().filter(|_| row.flags.is_empty()) {
                assert!(!tool.local.contains(run), "{run} is a use and local");
            }
        }
    }
    for host in &table.http {
        assert!(host.source.starts_with("https://"), "{}", host.provider);
        assert!(host.any_host || !host.hosts.is_empty(), "{}", host.provider);
        for call in &host.calls {
            assert!(call.path.starts_with('/') && !call.needs.is_empty(), "{} {}", host.provider, call.path);
            assert!(
                ["*", "GET", "LIST", "POST", "PUT", "PATCH", "DELETE"].contains(&call.method.as_str()),
                "{}",
                call.path
            );
        }
    }
    for action in &table.action {
        assert!(action.source.starts_with("https://"), "{}", action.name);
        let hands_on = action.binds.is_some() || !action.exports.is_empty();
        let needs = !action.needs.is_empty() || hands_on;
        let says = [needs, action.command.is_some(), action.runs.is_some()];
        let says = says.iter().filter(|says| **says).count();
        assert!(says == 1 || (says == 0 && !action.cases.is_empty()), "{}", action.name);
        for case in &action.cases {
            assert!(case.needs.is_empty() || case.runs.is_none(), "{} {}", action.name, case.input);
        }
        let takes = action.inputs.len() + action.env.len() > 0;
        let runs = action.runs.iter().chain(action.cases.iter().filter_map(|case| case.runs.as_ref()));
        let takes = takes || action.login_of.is_some() || action.command.is_some();
        assert!(takes || runs.clone().count() > 0, "{}", action.name);
        let first = runs.map(|line| line.split(' ').next().unwrap_or_default());
        let command = action.command.iter().map(ActionCommand::program);
        let shared = action.binds.as_deref().into_iter().chain(action.login_of.as_deref());
        for tool in shared.chain(first).chain(command.filter(|tool| !tool.is_empty())) {
            let known = table.tool.iter().find(|known| known.names.iter().any(|name| name == tool));
            assert!(known.is_some_and(|known| known.serves(&action.provider)), "{}: {tool}", action.name);
        }
    }
    for other in table.tool.iter().flat_map(|tool| &tool.logins) {
        assert!(table.tool.iter().any(|known| known.names[0] == *other), "{other}");
    }
    for wrapper in &table.common.wrapper {
        assert!(!wrapper.run.is_empty());
    }
    let claims = &table.common.claims;
    for word in claims.in_paths.iter().chain(claims.same.keys()) {
        assert!(claims.environments.contains_key(word), "{word}");
    }
    for (word, same) in &claims.same {
        assert_eq!(claims.environments[word], claims.environments[same], "{word}");
    }
}

/// Whoever is asked what a credential can do can be called by hand.
#[test]
fn every_provider_that_is_asked_has_calls() {
    let detectors = Detectors::load(&[]).unwrap();
    for provider in detectors.providers().filter(|provider| provider.base.is_some()) {
        let hosts: Vec<&Host> = table().http.iter().filter(|host| host.provider == provider.id).collect();
        let called = hosts.iter().any(|host| !host.calls.is_empty() || host.graphql.is_some());
        assert!(called, "{}", provider.id);
    }
}

#[test]
fn the_longest_subcommand_counts_and_flags_go_first() {
    let arguments = |line: &str| -> Vec<Option<String>> {
        line.split(' ').map(|word| (word != "*").then(|| word.to_owned())).collect()
    };
    let railway = table().tool.iter().find(|tool| tool.names == ["railway"]).unwrap();
    for (line, expected) in [
        ("domain example.com", "write:domain"),
        ("domain *", "write:domain"),
        ("--service * up", "publish:compute"),
        ("variables", "read:secret"),
        ("variables --set A=*", "write:secret"),
        ("variables --set=A=b", "write:secret"),
        ("variable delete *", "delete:secret"),
        ("volume delete", "delete:datastore"),
        ("volume *", "unknown"),
        ("*", "unknown"),
        ("frobnicate", "unknown"),
        ("login", "local"),
        ("--version", "local"),
    ] {
        let found = match railway.row(&arguments(line)) {
            Known::Row(_, row) => row.needs[0].to_string(),
            Known::Local | Known::Idle => "local".to_owned(),
            Known::Unknown => "unknown".to_owned(),
        };
        assert_eq!(found, expected, "railway {line}");
    }
}

#[test]
fn a_subcommand_in_several_spellings_is_written_once() {
    let spelled = spelled_out(&["".to_owned(), "vol|v rm|delete *".to_owned(), "|beta run".to_owned()]);
    assert_eq!(spelled, ["", "vol rm *", "vol delete *", "v rm *", "v delete *", "run", "beta run"]);
}

#[test]
fn a_rehearsal_and_a_question_need_nothing() {
    let tool: Tool = toml::from_str(
        "names = ['x']\nsource = ''\nrehearses = ['--dry-run']\ncommands = [\n\
         { run = ['up'], needs = ['publish:compute'] },\n\
         { run = ['put'], needs = ['write:datastore'] },\n\
         { run = ['put'], flags = ['--local'], local = true },\n]",
    )
    .unwrap();
    for (line, idle) in [
        ("up", false),
        ("up --dry-run", true),
        ("up --dry-run=true", true),
        ("up --dry-run=false", false),
        ("up --dry-running", false),
        ("up --help", true),
        ("up -- --help", false),
        ("up --local", false),
        ("put --local", true),
    ] {
        let arguments: Vec<_> = line.split(' ').map(|word| Some(word.to_owned())).collect();
        assert_eq!(matches!(tool.row(&arguments), Known::Idle | Known::Local), idle, "x {line}");
    }
}

#[test]
fn a_call_without_a_subcommand_and_any_word_have_rows_of_their_own() {
    let tool: Tool = toml::from_str(
        "names = ['x']\nsource = ''\nvalues = ['--to']\nlocal = ['list']\ncommands = [\n\
         { run = [''], needs = ['publish:compute'] },\n\
         { run = ['*'], needs = ['publish:artifact'] },\n\
         { run = ['drop *'], needs = ['delete:artifact'] },\n\
         { run = ['all $'], needs = ['list:artifact'] },\n\
         { run = ['drop'], flags = ['--dry-run'], local = true },\n]",
    )
    .unwrap();
    for (line, expected) in [
        ("", Some("publish:compute")),
        ("--to here --force", Some("publish:compute")),
        ("--help", None),
        ("-v", None),
        ("-v --force", Some("publish:compute")),
        ("folder", Some("publish:artifact")),
        ("drop", Some("publish:artifact")),
        ("drop it", Some("delete:artifact")),
        ("all --now", Some("list:artifact")),
        ("all of", Some("publish:artifact")),
        ("list", None),
        ("drop --dry-run", None),
    ] {
        let arguments: Vec<_> = line.split_whitespace().map(|word| Some(word.to_owned())).collect();
        let found = match tool.row(&arguments) {
            Known::Row(_, row) => Some(row.needs[0].to_string()),
            known => {
                assert!(matches!(known, Known::Local | Known::Idle), "x {line}");
                None
            }
        };
        assert_eq!(found.as_deref(), expected, "x {line}");
    }
}
