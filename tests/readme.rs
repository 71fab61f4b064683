//! The README shows what the program really prints.

use std::path::Path;
use std::process::Command;

use overscope::demo::repository;

/// `overscope demo`, run in a folder of its own.
#[expect(clippy::disallowed_methods, reason = "the program itself is run")]
fn demo() -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_overscope"))
        .args(["demo", "--color", "never"])
        .current_dir(folder.path())
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sarif = std::fs::read_to_string(folder.path().join("overscope-demo.sarif")).unwrap();
    (String::from_utf8(output.stdout).unwrap(), sarif)
}

#[test]
fn the_demo_prints_what_the_readme_shows() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```\n").next()).unwrap();
    let (printed, _) = demo();
    let trim = |text: &str| text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&printed), trim(shown), "the README's example is out of date; it must read:\n{printed}");
}

#[test]
fn two_demos_write_the_same_bytes() {
    assert_eq!(demo(), demo());
}

#[test]
fn the_policy_that_the_readme_shows_is_one() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let shown = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```\n").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    repository::write(folder.path(), &repository::token()).unwrap();
    std::fs::write(folder.path().join("overscope.toml"), shown).unwrap();
    #[expect(clippy::disallowed_methods, reason = "the program itself is run")]
    let output = Command::new(env!("CARGO_BIN_EXE_overscope"))
        .args(["scan", "--offline", "--ignored", "--format=json"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["notes"], serde_json::json!([]));
    let credential = &report["credentials"][0];
    assert_eq!(credential["policy"]["owner"], "platform team");
    let rules = credential["over_privilege"].as_array().unwrap();
    assert!(rules.iter().any(|over| over["rule"] == "policy-violation"), "{rules:#?}");
}
