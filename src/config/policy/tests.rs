//! What a policy may say, and how it is told what it may not.

use super::*;
use crate::config::Config;

fn read(text: &str) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("overscope.toml"), text).unwrap();
    let shown = format!("{}/", folder.path().display());
    Config::read(&folder.path().join("overscope.toml")).map_err(|why| why.to_string().replace(&shown, ""))
}

fn wrong(text: &str) -> String {
    read(text).unwrap_err()
}

#[test]
fn an_entry_is_read_with_the_lines_of_its_parts() {
    let config = read(
        r#"production = ["blue"]

[credential.RAILWAY_TOKEN]
purpose = "custom domains"
owner = "platform"
allow = ["write:domain",
         "list:*"]
environments = ["staging", "Blue", "sandbox"]
max_lifetime = "90d"
accept = [{ can = "delete:datastore", environment = "blue", reason = "moves in January", until = 2027-01-31 }]

[credential."custom-domains"]
"#,
    )
    .unwrap();
    let [entry, bare] = config.policy.entries.as_slice() else { panic!("{:?}", config.policy) };
    assert_eq!((entry.name.as_str(), entry.line), ("RAILWAY_TOKEN", 3));
    assert_eq!((entry.purpose.as_deref(), entry.owner.as_deref()), (Some("custom domains"), Some("platform")));
    let allow: Vec<(String, usize)> =
        entry.allow.iter().flatten().map(|allowed| (allowed.form.to_string(), allowed.line)).collect();
    assert_eq!(allow, [("write:domain".to_owned(), 6), ("list:*".to_owned(), 7)]);
    let environments = entry.environments.as_ref().unwrap();
    assert_eq!(environments.classes, [Environment::Nonprod, Environment::Prod, Environment::Sandbox]);
    assert_eq!(entry.max_lifetime.as_ref().unwrap().duration, SignedDuration::from_hours(90 * 24));
    let waiver = &entry.accept[0];
    assert_eq!((waiver.can.to_string().as_str(), waiver.environment), ("delete:datastore", Some(Environment::Prod)));
    assert_eq!((waiver.until.to_string().as_str(), waiver.line), ("2027-01-31", 10));
    assert_eq!((bare.name.as_str(), bare.line, &bare.allow), ("custom-domains", 12, &None));
}

#[test]
fn what_cannot_be_meant_is_told_by_line_and_column() {
    let waiver = |inside: &str| wrong(&format!("[credential.A]\naccept = [\n  {{ {inside} }},\n]\n"));
    for (given, told) in [
        (
            wrong("[credential.A]\npurpos = \"x\"\n"),
            "overscope.toml:2:1: unknown key `purpos`; did you mean `purpose`?",
        ),
        (wrong("[credential.A]\nallow = [\"write:everything\"]\n"), "overscope.toml:2:10: unknown word `everything`"),
        (wrong("[credential.\"\"]\nowner = \"x\"\n"), "overscope.toml:1:13: name the variable, the label"),
        (wrong("[credential.A]\nenvironments = [\"staging\", \"blue\"]\n"), "overscope.toml:2:28: `blue` does not say"),
        (wrong("[credential.A]\nmax_lifetime = \"a while\"\n"), "overscope.toml:2:16: `a while` is no length of time"),
        (wrong("[credential.A]\nmax_lifetime = \"-1d\"\n"), "overscope.toml:2:16: `-1d` is no length of time"),
        (wrong("[credential.A]\nmax_lifetime = \"1y\"\n"), "overscope.toml:2:16: `1y` is no length of time"),
        (waiver("can = 'delete:code', reason = 'x', until = 2027-02-30"), "overscope.toml:3:48: invalid date"),
        (waiver("can = 'delete:code', reason = 'x', until = 'soon'"), "overscope.toml:3:48: invalid type: string"),
        (waiver("can = 'delete:code', reason = 'x', until = 2027-01-01T00:00:00"), "overscope.toml:3:48: a day alone"),
        (waiver("can = 'delete:code', reason = 'x'"), "overscope.toml:3:3: missing field `until`"),
        (waiver("can = 'delete:code', until = 2027-01-01"), "overscope.toml:3:3: missing field `reason`"),
        (
            waiver("can = 'delete:code', reason = ' ', until = 2027-01-01"),
            "overscope.toml:3:35: a waiver needs a reason",
        ),
        (
            waiver("can = 'delete:*', reason = 'x', until = 2027-01-01"),
            "overscope.toml:3:11: `delete:*` would cover what",
        ),
        (waiver("can = '*', reason = 'x', until = 2027-01-01"), "overscope.toml:3:11: a word is missing, expected"),
        (waiver("can = '*:*', reason = 'x', until = 2027-01-01"), "overscope.toml:3:11: `*:*` would cover what"),
    ] {
        assert!(given.starts_with(told), "{given}\nis not\n{told}");
    }
}

#[test]
fn two_waivers_that_say_different_things_of_the_same_are_both_named() {
    let two = |first: &str, second: &str| {
        read(&format!(
            "[credential.A]\naccept = [\n  {{ can = 'delete:code', reason = 'one', until = 2027-01-01 {first} }},\n  \
             {{ can = 'delete:code', reason = 'two', until = 2027-02-01 {second} }},\n]\n"
        ))
    };
    let told = "overscope.toml:4:11: `delete:code` is accepted twice: until 2027-01-01 in line 3 and until 2027-02-01 \
                in line 4; keep one of them";
    assert_eq!(two("", "").unwrap_err(), told);
    assert_eq!(two("", ", environment = 'staging'").unwrap_err(), told);
    assert!(two("", ", environment = 'prod'").is_ok());
    assert!(two(", environment = 'sandbox'", ", environment = 'staging'").is_ok());
}

#[test]
fn a_waiver_does_not_follow_its_power_into_production() {
    use Environment::{Local, Nonprod, Prod, Sandbox, Unknown};
    let can: Can = "delete:datastore".parse().unwrap();
    let covered = |environment: Option<Environment>| {
        let until = "2027-01-31".parse().unwrap();
        let waiver = Waiver { can, environment, reason: "x".to_owned(), until, line: 1 };
        assert!(!waiver.covers("delete:backup".parse().unwrap(), environment.unwrap_or(Nonprod)));
        Environment::ALL.iter().copied().filter(|&place| waiver.covers(can, place)).collect::<Vec<_>>()
    };
    assert_eq!(covered(None), [Local, Sandbox, Nonprod, Unknown]);
    assert_eq!(covered(Some(Nonprod)), [Nonprod]);
    assert_eq!(covered(Some(Prod)), [Prod, Unknown]);
}
