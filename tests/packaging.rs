//! What is wrapped around the program agrees with it: its manual and the completions.

mod common;

use std::collections::BTreeSet;

use common::{Folder, overscope, token};

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
