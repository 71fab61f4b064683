//! Rules that people already have, in gitleaks' format and with what betterleaks adds to it,
//! through the program: what they find, what they let pass, and what is said of those that cannot
//! be kept.

mod common;

use std::path::Path;

use common::{Folder, Ran, overscope};
use overscope::detector::rules::Rules;
use overscope::detector::sample;

/// A value of a kind that nobody issues.
fn value(seed: u64) -> String {
    sample::generate("wdgt_{hex:32}", seed).unwrap().text
}

const RULE: &str = "[[rules]]\nid = 'widget'\nregex = 'wdgt_[0-9a-f]{32}'\nkeywords = ['WDGT_']\n";

/// Scans a folder with a rules file and one other file.
fn scan_file(rules: &str, file: &str, text: &str) -> Ran {
    let folder = Folder::plain();
    folder.write(".gitleaks.toml", rules).write(file, text);
    scan(&folder, &["--rules", ".gitleaks.toml"])
}

fn scan(folder: &Folder, more: &[&str]) -> Ran {
    let call = overscope(["scan", "--offline", "--format=json"]).at(folder.path());
    more.iter().fold(call, |call, argument| call.arg(argument)).run()
}

/// The detectors of what was found, with the line of each.
fn found(ran: &Ran) -> Vec<(String, u64)> {
    let report = ran.json();
    let credentials = report["credentials"].as_array().unwrap().iter();
    let all = credentials.flat_map(|one| {
        let lines = one["locations"].as_array().unwrap().iter().map(|place| place["line"].as_u64().unwrap());
        lines.map(|line| (one["detector"].as_str().unwrap().to_owned(), line)).collect::<Vec<_>>()
    });
    let mut all: Vec<(String, u64)> = all.collect();
    all.sort();
    all
}

fn lines(ran: &Ran) -> Vec<u64> {
    found(ran).into_iter().map(|(_, line)| line).collect()
}

fn notes(ran: &Ran) -> Vec<String> {
    ran.notes().into_iter().map(|(note, _)| note).collect()
}

/// The one error of a run that must not begin, behind the file's name.
fn refusal(rules: &str) -> String {
    let ran = scan_file(rules, "a.env", "");
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{ran:?}");
    ran.err.strip_prefix("overscope: ").unwrap().trim_end().to_owned()
}

#[test]
fn a_rules_find_is_a_credential_of_which_nothing_is_confirmed() {
    let rules = RULE.replace("[[rules]]", "[[rules]]\ndescription = 'Widget token'");
    let ran = scan_file(&rules, "a.env", &format!("\nKEY={}\n", value(1)));
    assert_eq!(ran.status, 1, "{ran:?}");
    let credential = ran.credential();
    assert_eq!(credential["detector"], "widget");
    assert_eq!(credential["provider"], "rules-gitleaks");
    assert_eq!(credential["confidence"], "medium");
    assert_eq!(credential["evidence"], "inferred");
    let cans: Vec<&str> =
        credential["capabilities"].as_array().unwrap().iter().map(|one| one["can"].as_str().unwrap()).collect();
    assert_eq!(cans, ["write:datastore", "read:datastore"]);
    assert!(!ran.out.contains(&value(1)[5..13]), "{}", ran.out);
    let folder = Folder::plain();
    folder.write("rules.toml", &rules).write("a.env", value(1));
    let text = overscope(["scan", "--offline", "--rules=rules.toml"]).at(folder.path()).run().out;
    assert!(text.contains("Widget token could"), "{text}");
    assert!(text.contains("Nothing is known of it but what its rule in rules.toml"), "{text}");
}

/// A rule that covers more than the credential would otherwise hide it behind a value of its own.
#[test]
fn a_rule_takes_no_find_from_a_detector_but_names_what_is_only_assigned() {
    let wide = "[[rules]]\nid = 'wide'\nregex = '(?s)[A-Z_]+=(.).*'\nkeywords = ['railway_']\n";
    let text = format!("RAILWAY_TOKEN={}\n", common::token(7));
    assert_eq!(found(&scan_file(wide, "a.env", &text)), [("railway-token".to_owned(), 1)]);
    let assigned = format!("PASSWORD={}\n", value(1));
    assert_eq!(found(&scan_file(RULE, "a.env", &assigned)), [("widget".to_owned(), 1)]);
}

/// Whoever wrote the rule may want to know of it.
#[test]
fn what_looks_made_up_is_a_rules_find_that_is_not_sure() {
    let folder = Folder::plain();
    folder.write(".gitleaks.toml", RULE).write("a.env", format!("W=wdgt_{}\n", "0123456789abcdef".repeat(2)));
    assert_eq!(found(&scan(&folder, &["--rules", ".gitleaks.toml"])), []);
    let ran = scan(&folder, &["--rules", ".gitleaks.toml", "--confidence=low"]);
    assert_eq!((ran.status, found(&ran)), (0, vec![("widget".to_owned(), 1)]));
    assert_eq!(ran.credential()["confidence"], "low");
}

#[test]
fn the_configuration_names_rules_too_and_they_ask_nobody() {
    let folder = Folder::plain();
    folder
        .write("overscope.toml", "rules = ['tools/.gitleaks.toml', '.betterleaks.toml']\n")
        .write("tools/.gitleaks.toml", RULE)
        .write(".betterleaks.toml", "[[rules]]\nid = 'gadget'\nregex = 'gdgt_[0-9a-f]{32}'\n")
        .write("a.env", format!("A={}\nB={}\n", value(1), value(2).replace("wdgt", "gdgt")));
    let ran = overscope(["scan", "--format=json"]).at(folder.path()).run();
    assert_eq!(found(&ran), [("gadget".to_owned(), 2), ("widget".to_owned(), 1)]);
    assert_eq!(ran.json()["stats"]["requests"], 0);
    let given =
        overscope(["inspect", "--offline", "--format=json", "--rules"]).arg(folder.path().join(".betterleaks.toml"));
    let given = given.stdin(value(2).replace("wdgt", "gdgt")).run();
    assert_eq!(given.credential()["detector"], "gadget", "{given:?}");
}

#[test]
fn the_value_is_the_group_that_is_named_or_the_first_that_holds_something() {
    let rule = |regex: &str, more: &str| format!("[[rules]]\nid = 'widget'\nregex = '''{regex}'''\n{more}\n");
    let text = format!("wdgt:{}:{}\n", &value(1)[5..], &value(2)[5..]);
    for (regex, more, columns) in [
        (r"wdgt:[0-9a-f]{32}", "", (1, 38)),
        (r"wdgt:([0-9a-f]{32}):([0-9a-f]{32})", "", (6, 38)),
        (r"wdgt:(?:(x)|(?P<key>[0-9a-f]{32})):[0-9a-f]{32}", "", (6, 38)),
        (r"wdgt:([0-9a-f]{32}):([0-9a-f]{32})", "secretGroup = 2", (39, 71)),
        (r"wdgt:([0-9a-f]{32}):([0-9a-f]{32})", "secretGroup = 0", (6, 38)),
        (r"wdgt:[0-9a-f]{32}:[0-9a-f]{32}\s+", "", (1, 71)),
    ] {
        let ran = scan_file(&rule(regex, more), "a.txt", &text);
        let place = &ran.credential()["locations"][0];
        assert_eq!(
            (place["column"].as_u64(), place["end_column"].as_u64()),
            (Some(columns.0), Some(columns.1)),
            "{regex}"
        );
    }
}

#[test]
fn a_value_needs_more_than_the_entropy_that_is_named() {
    // Each of the sixteen digits twice: four bits a character, exactly.
    let digits: String = "7c1e5093b8d2f64a".chars().chain("e0c7b5a14f9d6832".chars()).collect();
    for (entropy, expected) in [("3.99", 1), ("4", 0), ("4.0", 0), ("4.01", 0), ("0", 1)] {
        let rule = format!("[[rules]]\nid = 'widget'\nregex = 'wdgt_([0-9a-f]{{32}})'\nentropy = {entropy}\n");
        assert_eq!(lines(&scan_file(&rule, "a.txt", &format!("wdgt_{digits}\n"))).len(), expected, "{entropy}");
    }
}

#[test]
fn keywords_wake_a_rule_for_the_whole_file() {
    let rule = RULE.replace("WDGT_", "Mill");
    let far = "filling\n".repeat(20_000);
    assert_eq!(lines(&scan_file(&rule, "a.txt", &format!("{}\n{far}mill\n", value(1)))), [1]);
    assert_eq!(lines(&scan_file(&rule, "a.txt", &format!("{}\n{far}\n", value(1)))), [] as [u64; 0]);
}

#[test]
fn a_rule_without_keywords_looks_everywhere_and_is_named_when_that_costs() {
    let folder = Folder::plain();
    let slow = "[[rules]]\nid = 'bare'\nregex = '\\b[0-9a-f]{12}-[0-9]{8}\\b'\nkeywords = ['-']\n";
    folder.write("rules.toml", format!("{}{slow}", RULE.replace("keywords", "tags")));
    let bare = sample::generate("{hex:12}-{digits:8}", 3).unwrap().text;
    folder.write("a.txt", format!("{}\n{bare}\n", value(1)));
    let ran = scan(&folder, &["--rules=rules.toml", "-v"]);
    assert_eq!(found(&ran), [("bare".to_owned(), 2), ("widget".to_owned(), 1)]);
    assert!(ran.err.contains("without keywords, and so tried on every file: bare\n"), "{}", ran.err);
    assert!(!scan(&folder, &["--rules=rules.toml"]).err.contains("without keywords"));
    assert_eq!(notes(&ran), ["rules.toml: these keys change no find and are not used: `tags` (of 1)"]);
}

#[test]
fn a_match_is_found_wherever_it_stands_and_however_long_it_could_be() {
    for filling in [65_500, 65_510, 65_520, 65_536, 131_040] {
        let text = format!("{}\n{}\n", "x".repeat(filling), value(1));
        assert_eq!(lines(&scan_file(RULE, "a.txt", &text)), [2], "{filling}");
    }
    let endless = RULE.replace("{32}", "{32}[^%]*");
    let ran = scan_file(&endless, "a.txt", &format!("{}\n{}", value(1), "filling\n".repeat(30_000)));
    let place = &ran.credential()["locations"][0];
    assert_eq!(place["line"], 1);
    assert!(place["end_line"].as_u64().unwrap() < 11_000, "{place}");
}

#[test]
fn a_path_limits_a_rule() {
    let rule = format!("{RULE}path = '(?i)\\.ENV$'\n");
    assert_eq!(lines(&scan_file(&rule, "app/a.env", &value(1))), [1]);
    assert_eq!(lines(&scan_file(&rule, "app/a.envs", &value(1))), [] as [u64; 0]);
}

#[test]
fn what_an_allowlist_names_is_let_pass() {
    let one = value(1);
    let text = format!("key = {one} # sample\nother = {}\n", value(2));
    for (allowlist, expected) in [
        (format!("regexes = ['{}']", &one[..9]), vec![2]),
        ("regexes = ['^key']".to_owned(), vec![1, 2]),
        ("regexes = ['^[^#]+$']\nregexTarget = 'line'".to_owned(), vec![1]),
        ("regexes = ['sample$']\nregexTarget = 'line'".to_owned(), vec![2]),
        ("regexes = ['^wdgt']\nregexTarget = 'match'".to_owned(), vec![]),
        (format!("stopwords = ['{}']", one[7..12].to_uppercase()), vec![2]),
        ("stopwords = ['sample']".to_owned(), vec![1, 2]),
        ("paths = ['^app/']".to_owned(), vec![]),
        ("paths = ['^lib/']".to_owned(), vec![1, 2]),
        ("paths = ['^app/']\nregexes = ['sample']\nregexTarget = 'line'\ncondition = 'AND'".to_owned(), vec![2]),
        ("paths = ['^lib/']\nregexes = ['sample']\nregexTarget = 'line'\ncondition = 'AND'".to_owned(), vec![1, 2]),
        ("paths = ['^lib/']\nregexes = ['sample']\nregexTarget = 'line'\ncondition = 'or'".to_owned(), vec![2]),
        // What is read here comes from no commit.
        (format!("commits = ['{}']", "0a1b".repeat(10)), vec![1, 2]),
    ] {
        let rules = format!("{RULE}[[rules.allowlists]]\n{allowlist}\n");
        assert_eq!(lines(&scan_file(&rules, "app/a.txt", &text)), expected, "{rules}");
    }
}

#[test]
fn an_allowlist_stands_in_a_rule_or_for_all_or_for_those_that_it_names() {
    let allowlist = "regexes = ['sample']\nregexTarget = 'line'";
    let other = "[[rules]]\nid = 'other'\nregex = 'gdgt_[0-9a-f]{32}'\n";
    for (rules, expected) in [
        (format!("{RULE}[rules.allowlist]\n{allowlist}\n"), vec![2]),
        (format!("{RULE}[[allowlists]]\n{allowlist}\n"), vec![2]),
        (format!("[allowlist]\n{allowlist}\n{RULE}"), vec![2]),
        (format!("{RULE}[[allowlists]]\ntargetRules = ['widget']\n{allowlist}\n"), vec![2]),
        (format!("{RULE}{other}[[allowlists]]\ntargetRules = ['other']\n{allowlist}\n"), vec![1, 2]),
        (format!("{RULE}{other}[[rules.allowlists]]\n{allowlist}\n"), vec![1, 2]),
        (format!("{RULE}[[rules.allowlists]]\npaths = ['^lib/']\n[[rules.allowlists]]\n{allowlist}\n"), vec![2]),
        (
            "[[rules]]\nID = 'widget'\nRegex = 'wdgt_[0-9a-f]{32}'\n[[rules.AllowLists]]\nstopWords = ['wdgt']"
                .to_owned(),
            vec![],
        ),
    ] {
        let text = format!("key = {} # sample\nother = {}\n", value(1), value(2));
        assert_eq!(lines(&scan_file(&rules, "app/a.txt", &text)), expected, "{rules}");
    }
}

#[test]
fn an_allowlist_is_for_the_rules_of_its_file_alone() {
    let rules = format!("[extend]\nuseDefault = true\n[[allowlists]]\npaths = ['.']\n{RULE}");
    let folder = Folder::plain();
    folder.write("rules.toml", rules).write("a.env", format!("RAILWAY_TOKEN={}\nA={}\n", common::token(7), value(1)));
    let ran = scan(&folder, &["--rules=rules.toml"]);
    assert_eq!(found(&ran), [("railway-token".to_owned(), 1)]);
    assert_eq!(
        notes(&ran),
        [
            "rules.toml: `useDefault`: overscope's own detectors take the place of the default rules; what the file allows \
          is allowed to its own rules only"
        ]
    );
}

#[test]
fn betterleaks_filters_are_kept_as_far_as_they_test_the_find() {
    let filtered = |filter: &str| format!("{RULE}filter = '''\n{filter}\n'''\n");
    let text = format!("key = {} # sample\nother = {}\n", value(1), value(2));
    for (filter, expected) in [
        ("filter.entropy(finding[\"secret\"]) <= 5.9", vec![]),
        ("entropy(finding[\"secret\"]) < 1.0 || matchesAny(finding[\"line\"], [`^other`])", vec![1]),
        ("!filter.matchesAny(finding[\"line\"], [`^other`])", vec![2]),
        (
            "matchesAny(get(attributes, \"path\", \"\"), [`^app/`]) && containsAny(finding[\"line\"], [\"SAMPLE\"])",
            vec![2],
        ),
    ] {
        assert_eq!(lines(&scan_file(&filtered(filter), "app/a.txt", &text)), expected, "{filter}");
        let everywhere = format!("filter = '''{filter}'''\n{RULE}");
        assert_eq!(lines(&scan_file(&everywhere, "app/a.txt", &text)), expected, "{filter}");
    }
    let before = format!("prefilter = '''matchesAny((attributes[\"path\"] ?? \"\"), [`^app/`])'''\n{RULE}");
    assert_eq!(lines(&scan_file(&before, "app/a.txt", &text)), [] as [u64; 0]);
    assert_eq!(lines(&scan_file(&before, "lib/a.txt", &text)), [1, 2]);
    let hidden = format!("{RULE}skipReport = true\n");
    assert_eq!(lines(&scan_file(&hidden, "a.txt", &text)), [] as [u64; 0]);
    let unused =
        format!("{RULE}tags = ['a']\nvalidate = 'http.get(\"https://acme.example\", {{}})'\nspecificity = 3\n");
    let ran = scan_file(&unused, "a.txt", &text);
    assert_eq!(lines(&ran), [1, 2]);
    assert_eq!(
        notes(&ran),
        [
            ".gitleaks.toml: these keys change no find and are not used: `specificity` (of 1), `tags` (of 1), `validate` \
          (of 1)"
        ]
    );
}

#[test]
fn a_file_extends_another_that_stands_beside_it() {
    let folder = Folder::plain();
    let off = "[[rules]]\nid = 'gadget'\nregex = 'gdgt_[0-9a-f]{32}'\n[[rules]]\nid = 'files'\npath = '\\.p12$'\n";
    folder
        .write("base/all.toml", format!("{RULE}{off}[[allowlists]]\npaths = ['^quiet/']\n"))
        .write(
            "base/own.toml",
            "[extend]\npath = 'all.toml'\ndisabledRules = ['gadget', 'files', 'gone']\n\
             [[rules]]\nid = 'widget'\nkeywords = ['mill']\n[[rules.allowlists]]\nregexes = ['sample']\nregexTarget = 'line'\n",
        )
        .write("quiet/a.txt", value(3))
        .write("a.txt", format!("{}\n{} sample\n{}\n", value(1), value(2), value(4).replace("wdgt", "gdgt")))
        .write("b.txt", format!("mill {}\n", value(5).replace("wdgt_", "WDGT-")));
    let ran = scan(&folder, &["--rules=base/own.toml"]);
    assert_eq!(found(&ran), [("widget".to_owned(), 1)]);
    assert_eq!(notes(&ran), ["own.toml: what it changes or switches off is no rule here: gone"]);
}

#[test]
fn files_that_cannot_be_extended_are_errors() {
    let folder = Folder::plain();
    folder
        .write("a.toml", "[extend]\npath = 'b.toml'\n")
        .write("b.toml", "[extend]\npath = 'sub/../a.toml'\n")
        .write("sub/x", "")
        .write("gone.toml", "[extend]\ndisabledRules = []\npath = 'nowhere.toml'\n");
    let refused = |file: &str| {
        let ran = scan(&folder, &["--rules", file]);
        assert_eq!(ran.status, 2, "{ran:?}");
        ran.err
    };
    assert_eq!(
        refused("a.toml"),
        "overscope: sub/../a.toml: rules files extend one another in a circle: a.toml → b.toml → a.toml\n"
    );
    let gone = refused("gone.toml");
    assert!(gone.starts_with("overscope: gone.toml:3:1: [extend] `nowhere.toml` cannot be read: "), "{gone}");
    assert!(gone.contains("it is looked for beside this file, wherever the program is started"), "{gone}");
    assert!(refused("none.toml").starts_with("overscope: none.toml: cannot be read: "));
    for number in 0..20 {
        folder.write(format!("c{number}.toml"), format!("[extend]\npath = 'c{}.toml'\n", number + 1));
    }
    assert!(refused("c0.toml").contains("more than 16 rules files extend one another"));
}

/// Somebody else's file could stand in an error message, or be a pipe that never ends.
#[test]
fn what_a_repository_brings_extends_nothing_outside_of_it() {
    let outer = Folder::plain();
    outer
        .write("secret.toml", RULE)
        .write("repository/overscope.toml", "rules = ['rules.toml']\n")
        .write("repository/rules.toml", "[extend]\npath = '../secret.toml'\n")
        .write("repository/a.txt", value(1));
    let ran = overscope(["scan", "--offline", "repository"]).at(outer.path()).run();
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("secret.toml: leads out of the repository"), "{}", ran.err);
    let named = overscope(["scan", "--offline", "--format=json", "--rules=repository/rules.toml", "--config"])
        .arg(outer.path().join("none.toml"))
        .arg("repository");
    outer.write("none.toml", "");
    assert_eq!(lines(&named.at(outer.path()).run()), [1]);
    outer.write("repository/overscope.toml", "rules = ['../secret.toml']\n");
    let ran = overscope(["scan", "--offline", "repository"]).at(outer.path()).run();
    assert!(ran.err.contains("secret.toml: leads out of the repository"), "{}", ran.err);
}

#[test]
fn what_cannot_be_kept_is_an_error_with_rule_and_line() {
    let own = "in a file that extends this one";
    for (rules, expected) in [
        (
            format!("title = 'x'\n{RULE}\n[[rules]]\nid = 'look'\nregex = 'a(?=b)'\n"),
            ":9:1: rule `look`: its `regex` cannot be kept: look-around, including look-ahead and look-behind, is not \
             supported"
                .to_owned(),
        ),
        (
            "[[rules]]\nid = 'back'\nregex = '(ab)\\1'\n".to_owned(),
            ":3:1: rule `back`: its `regex` cannot be kept: backreferences are not supported".to_owned(),
        ),
        (
            "[[rules]]\nid = 'huge'\nregex = '(?:[a-z]{900}){900}'\n".to_owned(),
            ":3:1: rule `huge`: its `regex` cannot be kept: it takes more than 1024 kB when compiled".to_owned(),
        ),
        (
            "[[rules]]\nid = 'all'\nregex = 'a*'\n".to_owned(),
            ":3:1: rule `all`: its `regex` matches the empty text everywhere".to_owned(),
        ),
        (
            format!("{RULE}path = '('\n"),
            ":5:1: rule `widget`: its `path` cannot be kept: unclosed group".to_owned(),
        ),
        (
            format!("{RULE}keyword = ['a']\n"),
            ":5:1: rule `widget`: unknown key `keyword`; did you mean `keywords`? Known here: id, description, path, \
             regex, secretGroup, entropy, keywords, tags, allowlist, allowlists, required, skipReport, specificity, \
             validate, tokenEfficiency, filter"
                .to_owned(),
        ),
        (format!("{RULE}entropy = 'high'\n"), ":5:1: rule `widget`: `entropy` is a number".to_owned()),
        (
            format!("{RULE}secretGroup = 1\n"),
            ":5:1: rule `widget`: there is no group 1 in its `regex`, which has 0; correct `secretGroup`".to_owned(),
        ),
        (
            "[[rules]]\nid = 'files'\npath = '\\.p12$'\n".to_owned(),
            format!(
                ":1:1: rule `files`: finds files by their `path` alone, which cannot be kept: a find is a value here; \
                 give it a `regex`, or switch it off with `disabledRules` {own}"
            ),
        ),
        (
            "[[rules]]\nid = 'empty'\n".to_owned(),
            ":1:1: rule `empty`: has neither `regex` nor `path`; give it one, or take the rule out".to_owned(),
        ),
        ("[[rules]]\nregex = 'abc'\n".to_owned(), ":1:1: a rule without an `id`; give it one".to_owned()),
        (
            format!("{RULE}{RULE}"),
            ":5:1: rule `widget`: line 1 has a rule of this id already; give one of them another".to_owned(),
        ),
        (
            format!("{RULE}\n[[rules]]\nid = 'railway-token'\nregex = 'abc'\n"),
            format!(
                ":6:1: rule `railway-token`: a detector of overscope has this id already; give the rule another one, or \
                 switch it off with `disabledRules` {own}"
            ),
        ),
        (
            format!("{RULE}[[rules.required]]\nid = 'other'\n"),
            format!(
                ":5:1: rule `widget`: needs a find of another rule beside it (`required`), which cannot be kept; write \
                 it as a detector with a [[detector.companion]], or switch it off with `disabledRules` {own}"
            ),
        ),
        (
            format!("{RULE}tokenEfficiency = true\n"),
            ":5:1: rule `widget`: `tokenEfficiency` cannot be kept: it needs a language model's vocabulary".to_owned(),
        ),
        (
            format!("{RULE}filter = 'failsTokenEfficiency(finding[\"secret\"])'\n"),
            ":5:1: rule `widget`: `filter` cannot be kept: `failsTokenEfficiency`; kept are entropy, matchesAny and \
             containsAny on the value, the match, the line and the path"
                .to_owned(),
        ),
        (
            format!("{RULE}[[rules.allowlists]]\nregexes = ['a(?!b)']\n"),
            ":5:1: rule `widget`: allowlist: `a(?!b)` cannot be kept: look-around, including look-ahead and \
             look-behind, is not supported"
                .to_owned(),
        ),
        (
            format!("{RULE}[[rules.allowlists]]\ncondition = 'XOR'\npaths = ['a']\n"),
            ":6:1: rule `widget`: allowlist: unknown condition `XOR`; write `OR` or `AND`".to_owned(),
        ),
        (
            format!("{RULE}[[rules.allowlists]]\nregexTarget = 'file'\nregexes = ['a']\n"),
            ":6:1: rule `widget`: allowlist: unknown target `file`; write `secret`, `match` or `line`".to_owned(),
        ),
        (
            format!("{RULE}[[rules.allowlists]]\ndescription = 'x'\n"),
            ":5:1: rule `widget`: allowlist: it names nothing; give it regexes, paths, stopwords or commits".to_owned(),
        ),
        (
            format!("{RULE}[[allowlists]]\ntargetRules = ['wigdet']\npaths = ['a']\n"),
            ":5:1: allowlist: there is no rule `wigdet` to allow this to; correct `targetRules`".to_owned(),
        ),
        (
            format!("[extend]\nurl = 'https://acme.example/rules.toml'\n{RULE}"),
            ":2:1: [extend] `url` is never fetched; store the file beside this one and name it with `path`".to_owned(),
        ),
        (
            format!("rule = 1\n{RULE}"),
            ":1:1: unknown key `rule`; did you mean `rules`? Known here: title, description, extend, rules, allowlist, \
             allowlists, minVersion, betterleaksMinVersion, prefilter, filter"
                .to_owned(),
        ),
    ] {
        assert_eq!(refusal(&rules), format!(".gitleaks.toml{expected}"), "{rules}");
    }
    assert!(refusal("[[rules]\n").starts_with(".gitleaks.toml:1:"), "{}", refusal("[[rules]\n"));
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let said = refusal("[[rules]]\nid = 'a'\n[[rules]]\nid = 'b'\nregex = '(?=a)'\n");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].starts_with(".gitleaks.toml:1:1: rule `a`"), "{said}");
    assert!(lines[1].starts_with(".gitleaks.toml:5:1: rule `b`"), "{said}");
    let folder = Folder::plain();
    folder.write("one/.gitleaks.toml", RULE).write("two/.gitleaks.toml", RULE);
    let ran = scan(&folder, &["--rules=one/.gitleaks.toml", "--rules=two/.gitleaks.toml"]);
    assert!(
        ran.err.contains("two/.gitleaks.toml:1:1: rule `widget`: .gitleaks.toml has this id already"),
        "{}",
        ran.err
    );
}

/// A file that changes default rules is about rules that are not used here.
#[test]
fn what_is_said_of_default_rules_does_not_apply_and_is_named() {
    let rules = format!(
        "[extend]\nuseDefault = true\ndisabledRules = ['generic-api-key']\n\
         [[rules]]\nid = 'gitlab-pat'\n[[rules.allowlists]]\npaths = ['a']\n\
         [[allowlists]]\ntargetRules = ['curl-auth-user', 'widget']\npaths = ['^quiet/']\n{RULE}"
    );
    let ran = scan_file(&rules, "a.txt", &value(1));
    assert_eq!(lines(&ran), [1]);
    assert!(
        notes(&ran).contains(
            &".gitleaks.toml: what it changes or switches off is no rule here: curl-auth-user, generic-api-key, gitlab-pat"
                .to_owned()
        ),
        "{:?}",
        notes(&ran)
    );
    assert_eq!(lines(&scan_file(&rules, "quiet/a.txt", &value(1))), [] as [u64; 0]);
}

/// `RULES_FILES` names real rules files (`:` between them): none of their patterns may be refused.
#[test]
fn real_rules_files_are_read() {
    let Ok(files) = std::env::var("RULES_FILES") else {
        eprintln!("skipped: RULES_FILES names no rules files");
        return;
    };
    for file in files.split(':') {
        let text = std::fs::read_to_string(file).unwrap();
        let all = text.parse::<toml::Table>().unwrap()["rules"].as_array().unwrap().len();
        let refused: Vec<String> = match Rules::read(Path::new(file), None) {
            Ok(_) => Vec::new(),
            Err(why) => why.to_string().lines().map(|line| line.trim_start_matches(file).to_owned()).collect(),
        };
        eprintln!("{file}: {} of {all} rules are kept", all - refused.len());
        refused.iter().for_each(|line| eprintln!("  {line}"));
        assert!(!refused.iter().any(|line| line.contains("`regex` cannot be kept")), "{refused:#?}");
    }
}
