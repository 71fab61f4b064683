use super::*;
use crate::assess::model::Site;
use crate::report::sample;
use crate::report::sample::{not_asked, story};

fn written(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The cells of a row.
fn cells(row: &str) -> Vec<&str> {
    row.trim_matches('|').split('|').map(str::trim).collect()
}

#[test]
fn the_story_in_a_summary() {
    insta::assert_snapshot!(written(&sample()), @r#"
    ## overscope

    **3 credentials: 1 critical, 1 high, 1 dead, 1 over-privileged, 1 without an answer from the issuer.** 214 files read (3.4 MB), 2 skipped, 1 could not be read, 11 requests sent.

    | Severity | Credential | Needed here | Not needed | What to do |
    |:--|:--|:--|:--|:--|
    | **critical** 10.00 | Railway account token can delete production data and its backups; used here only for `railway domain`<br>`scripts/add-domain.sh:7` and 2 more places | change domains: `railway domain`, its label `custom-domains` (scripts/add-domain.sh:9) | delete data stores, backups; read secrets; create keys and members; deploy apps (alone 10.00) | Revoke it: <https://railway.com/account/tokens><br>No Railway token can be limited to domains; the narrowest is a project token for one environment that is not production. |
    | **high** 8.25 | GitHub personal access token could change code<br>`tools/[release]/publish it.mk:12` | not fully resolved: 1 use that could not be read (tools/ask.sh:4) |  | Revoke it: <https://github.com/settings/tokens><br>A fine-grained token for this repository. |
    | dead | Railway token is no longer valid<br>`docs/old.md:3` |  |  | It works no more: take it out. |

    <details><summary>critical 10.00: <code>scripts/add-domain.sh:7</code></summary>

    - **whose**: `dana@acme.example`, account Acme Rentals, called "custom-domains", never expires
    - **can**: in production: delete data stores, backups; read secrets; create keys and members; deploy apps; change domains (volume pg-data of pocketos/production, 14 backups of volume pg-data, environment pocketos/production)<br>outside production: delete data stores (volume pg-data of pocketos/staging)
    - **needs**: change domains: `railway domain`, its label `custom-domains` (scripts/add-domain.sh:9)
    - **can also**: delete data stores, backups; read secrets; create keys and members; deploy apps (alone 10.00)
    - **too much**: critical 10.00: Used only for railway domain; no use found in this repository for deleting data stores and backups (scripts/add-domain.sh:9). Use a project token for staging alone.<br>critical 10.00: Kept in a file for staging, and reaches production (.env.staging:1). Use a project token for staging alone.
    - **do**: revoke it: <https://railway.com/account/tokens><br>No Railway token can be limited to domains; the narrowest is a project token for one environment that is not production.
    - **score**: 10.00, 10.00 proven<br>`BR1/delete:datastore/E:prod/B:account/R:inside/G:none/F:6/X:tracked-unknown/L:none/EV:observed/CV:partial=10.00`
    - **why**: It can delete data stores in production of pocketos (observed). Every backup of them can be deleted by the same token. It does not expire.
    - **also in**: .env.production:1 (ignored by git), .env.staging:1 (ignored by git)
    - **not known**: backups of volume pg-data: HTTP 500

    </details>

    <details><summary>high 8.25: <code>tools/&#91;release&#93;/publish it.mk:12</code></summary>

    - **could**: in an unknown environment: change code (not proven, not ruled out)
    - **needs**: not fully resolved: 1 use that could not be read (tools/ask.sh:4)
    - **do**: revoke it: <https://github.com/settings/tokens><br>A fine-grained token for this repository.
    - **score**: 8.25, nothing proven<br>`BR1/write:code/E:unknown/B:unknown/R:unknown/G:unknown/F:1/X:tracked-unknown/L:unknown/EV:inferred/CV:none=8.25`
    - **why**: A token of this kind could change code (inferred).
    - **not known**: who it is: HTTP 503

    </details>

    **Not read:**

    - `backup/dump.sql`: permission denied

    <details><summary>1 note</summary>

    - `current`: a symbolic link, not followed

    </details>
    "#);
}

#[test]
fn an_empty_scan_says_what_was_read() {
    let mut report = Report { credentials: Vec::new(), notes: Vec::new(), ..sample() };
    insta::assert_snapshot!(written(&report), @"
    ## overscope

    **No credentials found.** 214 files read (3.4 MB), 2 skipped, 11 requests sent.
    ");
    report.stats.files = 0;
    assert!(written(&report).contains("\n**No file was read: nothing has been checked.**\n"));
}

#[test]
fn no_name_breaks_the_table_or_calls_anybody() {
    let hostile = "a|b\n\n# c](x) <script>`@acme/ops` ![i](https://evil.example) #12 </summary>\u{202e}";
    let mut report = sample();
    for one in &mut report.credentials {
        for at in &mut one.locations {
            at.path = hostile.to_owned();
        }
        for text in [&mut one.title, &mut one.detector_name, &mut one.remedy.replace, &mut one.remedy.revoke] {
            hostile.clone_into(text);
        }
        one.identity = Some(hostile.to_owned());
        one.unresolved = vec![Site { path: hostile.to_owned(), line: 1 }];
    }
    report.notes.iter_mut().for_each(|note| note.about = hostile.to_owned());
    let page = written(&report);
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 2 + 3, "{page}");
    assert!(rows.iter().all(|row| cells(row).len() == 5), "{page}");
    let spans = regex::Regex::new("`[^`\n]*`").unwrap();
    let shown = spans.replace_all(&page, "");
    for raw in ["<script", "](", "![", " #12", " @acme", "</summary> ", "\u{202e}", "https://evil"] {
        assert!(!shown.contains(raw), "{raw}: {page}");
    }
    let tags = regex::Regex::new("<(/?[a-z]+)").unwrap();
    let known = ["br", "code", "/code", "details", "/details", "summary", "/summary"];
    assert!(tags.captures_iter(&page).all(|tag| known.contains(&&tag[1])), "{page}");
    assert_eq!(page.lines().filter(|line| line.starts_with('#')).count(), 1);
}

#[test]
fn it_is_never_longer_than_a_comment_may_be_and_says_what_it_leaves_out() {
    let mut report = Report { credentials: vec![story(); 400], ..sample() };
    let page = written(&report);
    assert!(page.len() <= LONGEST, "{}", page.len());
    let rows = page.lines().filter(|line| line.starts_with("| **")).count();
    let more = format!("\n{} credentials more: {0} critical, {0} over-privileged. The JSON report", 400 - rows);
    assert!(page.contains(&more), "{page}");

    let long = "<".repeat(9_000);
    for one in &mut report.credentials {
        one.title.clone_from(&long);
        one.locations[0].path.clone_from(&long);
        one.remedy.replace.clone_from(&long);
        one.reasons = vec![long.clone(); 9];
    }
    report.notes = vec![sample().notes[1].clone(); 300];
    report.notes.iter_mut().for_each(|note| note.about.clone_from(&long));
    let page = written(&report);
    assert!(page.len() <= LONGEST, "{}", page.len());
    assert!(page.contains("\n- and 292 more\n"));
}

#[test]
fn a_dead_one_is_told_to_be_taken_out() {
    let page = written(&sample());
    let row = page.lines().find(|line| line.starts_with("| dead")).unwrap();
    assert!(row.contains("It works no more: take it out.") && !row.contains("Revoke"), "{row}");
    assert!(!written(&Report { credentials: vec![not_asked()], ..sample() }).contains("| dead"));
}
