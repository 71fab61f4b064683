use proptest::prelude::*;

use super::*;
use crate::assess::model::Stats;
use crate::finding::{Moment, Origin};
use crate::inspect::answer::Liveness;
use crate::report::sample::{dead, location};
use crate::secret::Secret;

const WIDE: Style = Style { color: false, width: 100 };

fn nothing() -> Redactor {
    Redactor::new(std::iter::empty())
}

/// The bytes would tell what the shown path must not.
#[test]
fn a_path_is_addressed_by_its_bytes_unless_it_holds_a_secret() {
    let mut report = sample();
    let drawn = crate::detector::sample::generate("{base62:24}", 3).unwrap().text;
    let place = &mut report.credentials[0].locations[0];
    place.path = format!("\u{fffd}/{drawn}.env");
    place.raw = Some([b"\xff/", drawn.as_bytes(), b".env"].concat());
    let secret = Secret::new(&drawn);
    let sarif = |redactor: &Redactor| written(&report, Format::Sarif, &WIDE, redactor);
    assert!(sarif(&nothing()).contains(&format!("%FF/{drawn}.env")));
    let masked = sarif(&Redactor::new(std::iter::once((&secret, 0, false))));
    assert!(!masked.contains(&drawn[..8]) && !masked.contains("%FF"), "{masked}");
}

fn written(report: &Report, format: Format, style: &Style, redactor: &Redactor) -> String {
    let mut out = Vec::new();
    write(report, format, style, redactor, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(report: &Report) -> String {
    written(report, Format::Text, &WIDE, &nothing())
}

fn empty(files: usize) -> Report {
    let stats = Stats { files, bytes: 34_100 * files as u64, ..Stats::default() };
    Report {
        origin: Origin::Worktree,
        moment: Moment::default(),
        credentials: Vec::new(),
        suppressed: Vec::new(),
        shows_suppressed: false,
        notes: Vec::new(),
        stats,
    }
}

#[test]
fn the_story_at_a_terminal() {
    insta::assert_snapshot!(text(&sample()), @r#"
    critical[railway-token]: Railway account token can delete production data and its backups; used here
                             only for `railway domain`
      ╭▸ scripts/add-domain.sh:7:26
      │
    7 │ export RAILWAY_API_TOKEN=************************************
      │                          ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ live
      │
      ├ whose: dana@acme.example, account Acme Rentals, called "custom-domains", never expires
      ├ can: in production: delete data stores, backups; read secrets; create keys and members; deploy
      │      apps; change domains (volume pg-data of pocketos/production, 14 backups of volume
      │      pg-data, environment pocketos/production)
      │      outside production: delete data stores (volume pg-data of pocketos/staging)
      ├ needs: change domains: `railway domain`, its label `custom-domains` (scripts/add-domain.sh:9)
      ├ can also: delete data stores, backups; read secrets; create keys and members; deploy apps
      │           (alone 10.00)
      ├ too much: critical 10.00: Used only for railway domain; no use found in this repository for
      │           deleting data stores and backups (scripts/add-domain.sh:9). Use a project token for
      │           staging alone.
      │           critical 10.00: Kept in a file for staging, and reaches production (.env.staging:1).
      │           Use a project token for staging alone.
      ├ do: revoke it: https://railway.com/account/tokens
      │     No Railway token can be limited to domains; the narrowest is a project token for one
      │     environment that is not production.
      ├ score: 10.00, 10.00 proven
      │        BR1/delete:datastore/E:prod/B:account/R:inside/G:none/F:6/X:tracked-unknown/L:none/EV:observed/CV:partial=10.00
      ├ why: It can delete data stores in production of pocketos (observed). Every backup of them can
      │      be deleted by the same token. It does not expire.
      ├ also in: .env.production:1 (ignored by git), .env.staging:1 (ignored by git)
      ╰ not known: backups of volume pg-data: HTTP 500

    high[github-pat-classic]: GitHub personal access token could change code
       ╭▸ tools/[release]/publish it.mk:12:15
       │
    12 │  GH_TOKEN=ghp_************************************
       │               ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ not known whether it works: HTTP 503
       │
       ├ could: in an unknown environment: change code (not proven, not ruled out)
       ├ needs: not fully resolved: 1 use that could not be read (tools/ask.sh:4)
       ├ do: revoke it: https://github.com/settings/tokens
       │     A fine-grained token for this repository.
       ├ score: 8.25, nothing proven
       │        BR1/write:code/E:unknown/B:unknown/R:unknown/G:unknown/F:1/X:tracked-unknown/L:unknown/EV:inferred/CV:none=8.25
       ├ why: A token of this kind could change code (inferred).
       ╰ not known: who it is: HTTP 503

    dead[railway-token]: Railway token is no longer valid
      ╭▸ docs/old.md:3:8
      │
    3 │ token: ************************************
      ╰╴       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ dead: Not Authorized

    not read (unreadable): backup/dump.sql: permission denied
    symlink: current: a symbolic link, not followed

    3 credentials: 1 critical, 1 high, 1 dead, 1 over-privileged, 1 without an answer from the issuer;
    214 files read (3.4 MB), 2 skipped, 1 could not be read, 11 requests sent.
    "#);
}

#[test]
fn a_dead_credential_in_colour() {
    let mut report = empty(1);
    report.credentials = vec![dead()];
    let colored = written(&report, Format::Text, &Style { color: true, width: 100 }, &nothing());
    insta::assert_snapshot!(colored.replace('\u{1b}', "␛"), @r#"
    ␛[1m␛[94mdead[railway-token]␛[0m␛[1m: Railway token is no longer valid␛[0m
     ␛[1m␛[94m ╭▸ ␛[0mdocs/old.md:3:8
      ␛[1m␛[94m│␛[0m
    ␛[1m␛[94m3␛[0m ␛[1m␛[94m│␛[0m token: ************************************
      ␛[1m␛[94m╰╴␛[0m       ␛[1m␛[94m━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━␛[0m ␛[1m␛[94mdead: Not Authorized␛[0m

    ␛[1m␛[92m1 credential␛[0m: 1 dead; 1 file read (34.1 kB), nothing skipped, nobody asked.
    "#);
}

#[test]
fn an_empty_report_says_what_was_read() {
    insta::assert_snapshot!(text(&empty(12)), @r#"No credentials found; 12 files read (409.2 kB), nothing skipped, nobody asked."#);
}

#[test]
fn a_scan_that_read_no_file_says_so_loudly() {
    insta::assert_snapshot!(text(&empty(0)), @r#"
    No file was read: nothing has been checked.
    0 files read (0 bytes), nothing skipped, nobody asked.
    "#);
}

#[test]
fn a_long_line_is_cut_around_the_secret() {
    let mut report = empty(1);
    let mut at = location("bundle.min.js", 1, &"lorem ipsum ".repeat(5_000), 36);
    at.excerpt += &" dolor sit".repeat(5_000);
    report.credentials = vec![crate::assess::model::Assessment { locations: vec![at], ..dead() }];
    let text = text(&report);
    let shown = text.lines().find(|line| line.contains("lorem")).unwrap();
    assert!(shown.chars().count() <= 100, "{shown}");
    assert!(shown.contains(&"*".repeat(36)) && shown.contains("1 │ …") && shown.ends_with('…'), "{shown}");
}

#[test]
fn a_hostile_report_cannot_steer_the_terminal() {
    let mut report = sample();
    let evil = "\u{1b}]0;x\u{7}\u{202e}\r\n\u{9b}2J";
    let one = &mut report.credentials[0];
    for at in &mut one.locations {
        at.path += evil;
        at.excerpt += evil;
        at.commit = Some(evil.to_owned());
    }
    one.liveness = Liveness::Unknown(evil.to_owned());
    one.gaps[0].why += evil;
    for texts in [&mut one.reasons, &mut one.unmapped, &mut one.powers[0].capability.targets] {
        texts.push(evil.to_owned());
    }
    for field in [&mut one.identity, &mut one.account, &mut one.label, &mut one.unconfirmed, &mut one.vector] {
        *field = Some(evil.to_owned());
    }
    for field in [&mut one.title, &mut one.detector, &mut one.remedy.revoke, &mut one.remedy.replace] {
        *field += evil;
    }
    one.over_privilege[0].message += evil;
    one.over_privilege[0].sites[0].path += evil;
    report.notes[0].about += evil;
    report.notes[1].message += evil;
    let text = text(&report);
    let steering: Vec<char> = text.chars().filter(|&c| c != '\n' && (c.is_control() || c == '\u{202e}')).collect();
    assert_eq!(steering, Vec::<char>::new());
}

#[test]
fn no_report_holds_a_secret_wherever_it_was_said() {
    let value: String = (0..40).map(|n| char::from(b'a' + (n * 7 % 26) as u8)).collect();
    let secret = Secret::new(format!("pre_{value}"));
    let redactor = Redactor::new([(&secret, 4, false)].into_iter());
    let leak = secret.expose();
    let mut report = sample();
    let one = &mut report.credentials[0];
    for at in &mut one.locations {
        at.path += leak;
        at.excerpt += leak;
        at.key = Some(leak.to_owned());
    }
    one.liveness = Liveness::Unknown(leak.to_owned());
    one.gaps[0].what += leak;
    one.gaps[0].why += leak;
    for texts in [&mut one.reasons, &mut one.unmapped, &mut one.scopes, &mut one.powers[0].capability.targets] {
        texts.push(leak.to_owned());
    }
    for field in [&mut one.identity, &mut one.account, &mut one.label, &mut one.unconfirmed, &mut one.kind] {
        *field = Some(leak.to_owned());
    }
    one.resources[0].name += leak;
    one.resources[0].kind += leak;
    one.needed[0].why += leak;
    one.needed[0].site.as_mut().unwrap().path += leak;
    one.over_privilege[0].message += leak;
    one.over_privilege[0].sites[0].path += leak;
    one.title += leak;
    one.masked += leak;
    report.credentials[2].liveness = Liveness::Dead(leak.to_owned());
    report.notes[0].about += leak;
    report.notes[1].message += leak;
    for (format, _) in Format::ALL {
        for color in [false, true] {
            for width in [40, 100, 10_000] {
                let out = written(&report, format, &Style { color, width }, &redactor);
                let bare: String = out.split_whitespace().collect();
                assert!(written(&report, format, &WIDE, &nothing()).contains(&value), "{format:?} shows none of it");
                for part in value.as_bytes().windows(8) {
                    let part = std::str::from_utf8(part).unwrap();
                    assert!(!out.contains(part) && !bare.contains(part), "{format:?}: {part}");
                }
            }
        }
    }
}

#[test]
fn a_secret_that_is_a_word_of_the_program_does_not_break_the_contract() {
    let words = ["datastore", "locations", "railway-token"].map(Secret::new);
    let redactor = Redactor::new(words.iter().map(|word| (word, 0, false)));
    let json = written(&sample(), Format::Json, &WIDE, &redactor);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let one = &document["credentials"][0];
    assert_eq!(one["detector"], "railway-token");
    assert_eq!(one["capabilities"][0]["can"], "delete:datastore");
    assert!(one["vector"].as_str().unwrap().contains("delete:datastore"));
    assert!(one["locations"].is_array());
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for (format, _) in Format::ALL {
        let first = written(&sample(), format, &WIDE, &nothing());
        assert_eq!(first, written(&sample(), format, &WIDE, &nothing()));
        assert!(first.ends_with('\n'));
    }
}

proptest! {
    #[test]
    fn any_excerpt_and_columns_are_drawn(
        excerpt in "\\PC{0,150}", line in 0usize..3, column in 0usize..200, end_line in 0usize..3,
        end_column in 0usize..200, width in 0usize..130, color in any::<bool>()
    ) {
        let mut report = sample();
        for one in &mut report.credentials {
            let at = &mut one.locations[0];
            at.excerpt.clone_from(&excerpt);
            (at.line, at.column, at.end_line, at.end_column) = (line, column, end_line, end_column);
        }
        for (format, _) in Format::ALL {
            let out = written(&report, format, &Style { color, width }, &nothing());
            prop_assert!(!out.is_empty());
        }
    }
}

#[test]
fn a_format_that_is_not_built_is_told_from_one_that_does_not_exist() {
    assert_eq!("sarif".parse(), Ok(Format::Sarif));
    let html = "html".parse::<Format>().unwrap_err().to_string();
    assert_eq!(
        html,
        "the report format `html` is not built in this version; use one of text, json, sarif, markdown, github, gitlab"
    );
    let xml = "xml".parse::<Format>().unwrap_err().to_string();
    assert_eq!(xml, "there is no report format `xml`; use one of text, json, sarif, markdown, github, gitlab");
}

mod files {
    use super::*;

    fn put(path: &Path) -> Result<(), OutputError> {
        to_file(&sample(), Format::Json, &WIDE, &nothing(), path)
    }

    fn is_report(path: &Path) -> bool {
        fs::read_to_string(path).unwrap() == written(&sample(), Format::Json, &WIDE, &nothing())
    }

    #[test]
    fn a_new_and_an_old_file_hold_the_report_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        put(&path).unwrap();
        assert!(is_report(&path));
        fs::write(&path, "old ".repeat(100_000)).unwrap();
        put(&path).unwrap();
        assert!(is_report(&path));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        put(&link).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(is_report(&file));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_failure_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/report.json");
        let error = put(&path).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot write the report to {}: ", path.display())), "{error}");
        assert!(put(folder.path()).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        put(Path::new("/dev/null")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        assert!(put(Path::new("/dev/full")).unwrap_err().to_string().contains("/dev/full"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_stands_behind_an_open_output_is_kept() {
        use std::os::fd::AsRawFd;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "before\n").unwrap();
        let open = fs::OpenOptions::new().append(true).open(&path).unwrap();
        put(Path::new(&format!("/proc/self/fd/{}", open.as_raw_fd()))).unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with("before\n{"));
    }
}
