//! What is wrapped around the program agrees with it: its manual, the completions, and the names by
//! which a release, the Action and the hooks know it.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{Folder, overscope, token};

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The long options that the help of a command shows.
fn options(command: &str) -> BTreeSet<String> {
    let help = overscope([command, "--help"]).run().out;
    let name = |line: &str| {
        let word = line.split_whitespace().find(|word| word.starts_with("--"));
        word.map(|word| word.trim_end_matches('.').to_owned())
    };
    let options: BTreeSet<String> =
        help.lines().filter(|line| line.trim_start().starts_with('-')).filter_map(name).collect();
    assert!(options.len() > 10, "{help}");
    options
}

#[test]
fn the_completions_of_every_shell_know_all_options() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = overscope(["completions", shell]).run();
        assert_eq!((script.status, script.err.as_str()), (0, ""), "{shell}");
        for option in options("scan") {
            let written = if shell == "fish" { format!("-l {}", &option[2..]) } else { option.clone() };
            assert!(script.out.contains(&written), "{shell}: {option}");
        }
        assert!(script.out.contains("completions"), "{shell}");
    }
    let unknown = overscope(["completions", "tcsh"]).run();
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("[possible values: bash, elvish, fish, powershell, zsh]"), "{}", unknown.err);
}

#[test]
fn the_manual_has_a_page_for_every_command_with_all_its_options() {
    let program = overscope(["man"]).run();
    assert_eq!((program.status, program.err.as_str()), (0, ""));
    assert!(program.out.contains("\n.TH overscope 1"), "{}", program.out);
    for command in ["scan", "inspect", "demo", "detectors", "completions", "man"] {
        assert!(program.out.contains(&format!("\noverscope\\-{command}(1)\n")), "{command}");
        let page = overscope(["man", command]).run();
        assert_eq!(page.status, 0, "{}", page.err);
        assert!(page.out.contains(&format!("\n.TH overscope-{command} 1")), "{}", page.out);
    }
    let scan = overscope(["man", "scan"]).run().out;
    for option in options("scan") {
        assert!(scan.contains(&format!("\\fB{}\\fR", option.replace('-', "\\-"))), "{option}: {scan}");
    }
    assert!(scan.contains(".SH \"EXIT STATUS\"\n"), "{scan}");
    assert!(overscope(["man", "detectors", "show"]).run().out.contains("\n.TH overscope-detectors-show 1"));
}

#[test]
fn a_page_that_is_not_there_names_the_nearest() {
    for (words, message) in [
        (&["man", "scann"][..], "`overscope` has no command `scann`; did you mean `scan`?"),
        (&["man", "detectors", "shw"], "`detectors` has no command `shw`; did you mean `show`?"),
        (&["man", "scan", "x"], "`scan` has no command `x`; it has no commands of its own"),
    ] {
        let ran = overscope(words).run();
        assert_eq!((ran.status, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(message), "{}", ran.err);
    }
}

/// What stands between the two, each time they stand in a text.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Vec<&'t str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

fn targets() -> BTreeSet<String> {
    let workflow = file(".github/workflows/release.yml");
    let targets: BTreeSet<String> = between(&workflow, "- { target: ", ",").into_iter().map(str::to_owned).collect();
    assert!(targets.len() > 4, "{targets:?}");
    targets
}

#[test]
fn a_release_is_looked_for_under_the_name_that_it_is_given() {
    let given = "name=overscope-v$version-$target\n";
    let (maker, action) = (file(".github/release/archive.sh"), file(".github/action/obtain.sh"));
    assert!(maker.contains(given) && maker.contains("\"$folder/$name.tar.gz\""), "{maker}");
    assert!(action.contains(given) && action.contains("/v$version/$name.tar.gz\""), "{action}");

    let manifest: toml::Table = file("Cargo.toml").parse().unwrap();
    let package = &manifest["package"];
    let binstall = &package["metadata"]["binstall"];
    let (repository, version) = (package["repository"].as_str().unwrap(), package["version"].as_str().unwrap());
    for target in targets() {
        let ending = if target.contains("windows") { ".exe" } else { "" };
        let filled = |key: &str| {
            let words = [
                ("repo", repository),
                ("name", "overscope"),
                ("version", version),
                ("target", &target),
                ("bin", "overscope"),
                ("binary-ext", ending),
            ];
            let text = binstall[key].as_str().unwrap().to_owned();
            words.iter().fold(text, |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
        };
        let name = format!("overscope-v{version}-{target}");
        assert_eq!(filled("pkg-url"), format!("{repository}/releases/download/v{version}/{name}.tar.gz"));
        assert_eq!(filled("bin-dir"), format!("{name}/overscope{ending}"));
    }
    assert!(action.contains(&format!("{repository}/releases/download}}")), "{action}");
}

#[test]
fn the_action_knows_every_target_that_is_built() {
    let action = file(".github/action/obtain.sh");
    let known: BTreeSet<String> = between(&action, ") echo ", " ;;")
        .into_iter()
        .flat_map(|target| ["gnu", "musl"].map(|libc| target.trim_matches('"').replace("$libc", libc)))
        .collect();
    assert_eq!(known, targets());
}

#[test]
fn the_hooks_package_asks_for_this_version() {
    let package: toml::Table = file(".github/pre-commit/pyproject.toml").parse().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(package["project"]["version"].as_str(), Some(version));
    let needed = package["project"]["dependencies"].as_array().unwrap();
    assert_eq!(needed, &[toml::Value::from(format!("overscope=={version}"))]);
    for shown in ["README.md", ".github/pre-commit/README.md"] {
        let text = file(shown);
        assert_eq!(between(&text, "\n    rev: ", "\n"), [format!("v{version}")], "{shown}");
    }
    assert_eq!(between(&file("README.md"), "- uses: overscope/overscope@", "\n"), [format!("v{version}")]);
}

#[test]
fn every_hook_is_the_same_but_for_where_the_program_comes_from() {
    let hooks = file(".pre-commit-hooks.yaml");
    let hook = |text: &str| {
        let fields = ["entry", "pass_filenames", "require_serial", "stages"];
        fields.map(|field| between(text, &format!("\n  {field}: "), "\n").join("|"))
    };
    let each: Vec<&str> = hooks.split("- id: ").skip(1).collect();
    let ids: Vec<&str> = each.iter().filter_map(|text| text.lines().next()).collect();
    assert_eq!(ids, ["overscope", "overscope-src", "overscope-system"]);
    let same =
        ["overscope scan --staged --offline", "false", "true", "[pre-commit, pre-merge-commit, pre-push, manual]"];
    for text in &each {
        assert_eq!(hook(text), same);
        assert!(!text.contains("\n  types"), "every file counts, whatever its kind: {text}");
    }
    let published = file(".github/pre-commit/.pre-commit-hooks.yaml");
    assert_eq!(published.trim_end(), format!("- id: {}", each[0].trim_end()));
}

/// Before a push nothing is staged: the entry that all stages share reads what is about to leave.
#[test]
fn before_a_push_the_hook_reads_what_is_pushed() {
    let folder = Folder::repository();
    folder.write("a.env", "A=1\n").commit();
    folder.git(["tag", "there"]);
    folder.write("a.env", format!("A=1\nRAILWAY_TOKEN={}\n", token(1))).commit();
    let scan = |from: &str, to: &str| {
        let call = overscope(["scan", "--staged", "--offline", "--format=json"]).at(folder.path());
        call.env("PRE_COMMIT_FROM_REF", from).env("PRE_COMMIT_TO_REF", to).run()
    };
    let pushed = scan("there", "HEAD");
    assert_eq!((pushed.status, pushed.paths()), (1, vec!["a.env".to_owned()]));
    assert_eq!(pushed.credential()["locations"][0]["line"], 2);
    assert_eq!(scan("HEAD", "HEAD").status, 0);
    let committed = scan("", "");
    assert_eq!((committed.status, committed.paths()), (0, Vec::new()), "nothing is staged");
}

/// Of a branch that the other side has nothing of, pre-commit names no revision to count from.
#[test]
fn the_first_push_of_all_is_read_as_a_whole() {
    for format in ["sha1", "sha256"] {
        let folder = Folder::plain();
        folder.git(["init", "--quiet", "--initial-branch=main", "--object-format", format]);
        folder.write("known.env", format!("RAILWAY_TOKEN={}\n", token(2)));
        folder.write("overscope.toml", "[[ignore]]\npaths = ['known.env']\nreason = 'made up'\n");
        folder.write("a.env", format!("A=1\nRAILWAY_TOKEN={}\n", token(1))).commit();
        folder.write("b.txt", "nothing\n").commit();
        let call = overscope(["scan", "--staged", "--offline", "--format=json"]).at(folder.path());
        let ran = call.env("PRE_COMMIT_REMOTE_NAME", "origin").env("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main").run();
        assert_eq!((ran.status, ran.paths()), (1, vec!["a.env".to_owned()]), "{format}: {ran:?}");
        assert_eq!(ran.credential()["locations"][0]["line"], 2);
    }
}
