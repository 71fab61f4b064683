//! Every report format on real results: those of each recorded answer of each issuer, and a whole
//! run of the program that writes all of them at once.

mod common;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use common::replies::{Case, Recorded, asking_for, cases, found_in};
use common::schema::{Schema, documented, published};
use common::{Folder, endpoint, overscope, replica, token};
use overscope::assess::model::{Report, Stats};
use overscope::assess::{Context, assess};
use overscope::capability::{Band, Breadth, Class, Coverage, Environment, Evidence, Guard, Recover, Verb};
use overscope::demo::{Trouble, World};
use overscope::detector::Detectors;
use overscope::finding::{Confidence, Moment, Origin};
use overscope::inspect::inspect;
use overscope::redact::Redactor;
use overscope::report::{Format, Style};
use overscope::scan::Scanner;
use overscope::{report, run};
use rayon::prelude::*;
use serde_json::Value;

static DETECTORS: LazyLock<Detectors> = LazyLock::new(common::catalogue);
static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(&DETECTORS));

/// What GitLab demands, as far as our reports go.
static GITLAB: LazyLock<Schema> =
    LazyLock::new(|| Schema::new(serde_json::from_str(include_str!("common/gitlab-report.schema.json")).unwrap()));

/// What a run would report of the credentials of these cases, and what must not be in it.
fn report_of(cases: &[(String, Case)]) -> (Report, Redactor) {
    let context = Context { now: "2026-11-22T00:00:00Z".parse().unwrap(), ..Context::default() };
    let (mut credentials, mut all) = (Vec::new(), Vec::new());
    for (_, case) in cases {
        let found = found_in(&DETECTORS, &SCANNER, case);
        all.extend(found.clone());
        let recorded = Recorded::new(case, None);
        let inspected = inspect(found, &DETECTORS, &asking_for(&DETECTORS, case), Some(&recorded), None);
        credentials.extend(assess(inspected, &[], &DETECTORS, &context));
    }
    let stats = Stats { files: 1, credentials: credentials.len(), ..Stats::default() };
    let report = Report {
        origin: Origin::Worktree,
        moment: Moment::default(),
        credentials,
        suppressed: Vec::new(),
        shows_suppressed: false,
        notes: Vec::new(),
        stats,
    };
    (report, run::redactor(&all, &DETECTORS))
}

fn check(format: Format, written: &str, name: &str) {
    let json = || serde_json::from_str::<Value>(written).unwrap_or_else(|why| panic!("{name}: {why}"));
    match format {
        Format::Text => assert!(!written.is_empty()),
        Format::Json => documented(&json(), name),
        Format::Sarif => assert_eq!(json()["runs"].as_array().unwrap().len(), 1, "{name}"),
        Format::Gitlab => GITLAB.check(&json(), name),
        Format::Github => {
            let commands = written.lines().filter(|line| line.starts_with("::"));
            assert!(commands.count() <= 10 && written.lines().last().unwrap().starts_with("overscope: "), "{name}");
        }
        Format::Markdown => {
            let cells: BTreeSet<usize> =
                written.lines().filter(|line| line.starts_with('|')).map(|row| row.split('|').count()).collect();
            assert_eq!(cells, BTreeSet::from([7]), "{name}: {written}");
        }
    }
    assert!(written.ends_with('\n'), "{name}");
}

#[test]
fn every_recorded_answer_can_be_told_in_every_format() {
    cases().par_chunks(8).for_each(|cases| {
        let (report, redactor) = report_of(cases);
        for (format, word) in Format::ALL {
            let mut out = Vec::new();
            report::write(&report, format, &Style { color: false, width: 100 }, &redactor, &mut out).unwrap();
            check(format, &String::from_utf8(out).unwrap(), &format!("{} and more as {word}", cases[0].0));
        }
    });
}

/// The story's repository, with a policy and a file that cannot be read, in every format at once.
#[test]
fn one_run_writes_them_all() {
    let token = token(11);
    let folder = Folder::story(&token);
    folder.write(
        "overscope.toml",
        "[credential.RAILWAY_API_TOKEN]\npurpose = \"domains\"\nallow = [\"write:domain\"]\n\
         accept = [{ can = \"delete:datastore\", environment = \"staging\", reason = \"until it is replaced\", until = 2099-12-31 }]\n",
    );
    let replica = replica(World::nine_seconds(&token), Trouble::None);
    let reports = tempfile::tempdir().unwrap();
    let file = |word: &str| reports.path().join(word);
    let run = |time: Option<&str>| {
        let further = Format::ALL.map(|(_, word)| format!("--report={word}={}", file(word).display()));
        let mut call = overscope(["scan", "--ignored", "--format=github"]).arg(endpoint(&replica)).at(folder.path());
        for one in further {
            call = call.arg(one);
        }
        let ran = match time {
            Some(time) => call.env("SOURCE_DATE_EPOCH", time).run(),
            None => call.run(),
        };
        assert_eq!(ran.status, 1, "{}", ran.err);
        let read = |word| std::fs::read_to_string(file(word)).unwrap();
        assert_eq!(ran.out, read("github"));
        Format::ALL.map(|(format, word)| (format, read(word)))
    };
    let first = run(None);
    for (format, written) in &first {
        check(*format, written, &format!("{format:?}"));
    }
    let gitlab = |reports: &[(Format, String)]| -> Value {
        let (_, report) = reports.iter().find(|(format, _)| *format == Format::Gitlab).unwrap();
        serde_json::from_str(report).unwrap()
    };
    let report = gitlab(&first);
    assert_eq!(report["scan"]["start_time"], "2026-04-24T10:00:00", "the commit's time");
    let sha = report["vulnerabilities"][0]["location"]["commit"]["sha"].as_str().unwrap();
    assert!(sha.len() >= 40 && sha.contains(|c| c != '0'), "{sha}");
    let dated = run(Some("0"));
    assert_eq!(gitlab(&dated)["scan"]["start_time"], "1970-01-01T00:00:00");
    for ((format, one), (_, other)) in first.iter().zip(&dated) {
        assert!(*format == Format::Gitlab || one == other, "{format:?}");
    }
}

#[test]
fn a_time_that_is_none_is_a_wrong_call_and_only_where_a_time_is_told() {
    let folder = Folder::plain();
    folder.write("a.txt", "nothing\n");
    let scan = |format: &str| {
        overscope(["scan", "--offline", "--format", format]).at(folder.path()).env("SOURCE_DATE_EPOCH", "noon").run()
    };
    let ran = scan("gitlab");
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("SOURCE_DATE_EPOCH=noon: not a number of seconds"), "{}", ran.err);
    assert_eq!(scan("json").status, 0);
}

/// The words of a property of a definition.
fn words(schema: &Value, definition: &str, property: &str) -> Vec<String> {
    let known = schema["$defs"][definition]["properties"][property]["enum"].as_array().unwrap();
    known.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

#[test]
fn the_schema_knows_every_word() {
    let schema = published();
    macro_rules! same {
        ($definition:literal, $property:literal, $words:ty) => {
            let mut known = words(&schema, $definition, $property);
            let mut all: Vec<String> = <$words>::ALL.iter().map(ToString::to_string).collect();
            (known.sort(), all.sort());
            assert_eq!(known, all, "{} of {}", $property, $definition);
        };
    }
    same!("credential", "band", Band);
    same!("credential", "confidence", Confidence);
    same!("credential", "coverage", Coverage);
    same!("credential", "evidence", Evidence);
    same!("location", "origin", Origin);
    same!("capability", "environment", Environment);
    same!("capability", "breadth", Breadth);
    same!("capability", "recover", Recover);
    same!("capability", "guard", Guard);
    let listed = |all: Vec<&str>| all.join("|");
    let verbs = listed(Verb::ALL.iter().map(|verb| verb.word()).collect());
    let classes = listed(Class::ALL.iter().map(|class| class.word()).collect());
    assert_eq!(schema["$defs"]["can"]["pattern"], format!("^({verbs}):({classes})$"));
}

#[test]
fn the_schema_explains_every_field() {
    fn walk(schema: &Value, root: &Value, at: &str) {
        if let Some(fields) = schema["properties"].as_object() {
            let required: BTreeSet<&str> =
                schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            for (name, field) in fields {
                let referred = field["$ref"].as_str().map(|to| &root["$defs"][to.trim_start_matches("#/$defs/")]);
                let explained = field["description"].as_str().or_else(|| referred?["description"].as_str());
                assert!(explained.is_some_and(|text| text.ends_with('.')), "{at}.{name}");
                assert!(required.contains(name.as_str()), "{at}.{name} is always there");
                walk(field, root, &format!("{at}.{name}"));
            }
        }
        for definition in schema["$defs"].as_object().into_iter().flatten() {
            walk(definition.1, root, definition.0);
        }
    }
    let schema = published();
    walk(&schema, &schema, "report");
}
