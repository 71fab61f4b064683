//! `--diff`: only lines that are added between two revisions count, where HEAD's file has them.

mod common;

use common::{Folder, Ran, overscope, token};
use overscope::detector::sample;

fn scan(folder: &Folder, range: &str) -> Ran {
    overscope(["scan", "--offline", "--format=json", "--diff", range]).at(folder.path()).run()
}

/// Where something was found: path and line.
fn places(folder: &Folder, range: &str) -> Vec<(String, u64)> {
    let ran = scan(folder, range);
    let json = ran.json();
    let credentials = json["credentials"].as_array().unwrap().iter();
    let locations = credentials.flat_map(|one| one["locations"].as_array().unwrap());
    let mut places: Vec<_> = locations
        .map(|place| {
            assert_eq!(place["origin"], "diff");
            (place["path"].as_str().unwrap().to_owned(), place["line"].as_u64().unwrap())
        })
        .collect();
    places.sort();
    assert_eq!(ran.status, i32::from(!places.is_empty()), "{ran:?}");
    places
}

fn at(path: &str, line: u64) -> Vec<(String, u64)> {
    vec![(path.to_owned(), line)]
}

fn secret(seed: u64) -> String {
    format!("RAILWAY_TOKEN={}\n", token(seed))
}

/// A repository whose first commit is `base`.
fn based(files: &[(&str, String)]) -> Folder {
    let folder = Folder::repository();
    for (name, text) in files {
        folder.write(name, text);
    }
    folder.commit().git(["tag", "base"]);
    folder
}

#[test]
fn an_added_line_counts_with_its_number_and_an_old_one_does_not() {
    let folder = based(&[("a.env", secret(1))]);
    folder.write("a.env", format!("# new\n\n{}# between\n{}", secret(1), secret(2))).commit();
    assert_eq!(places(&folder, "base..HEAD"), at("a.env", 5));
    assert_eq!(places(&folder, "base"), at("a.env", 5));
    assert_eq!(places(&folder, "base.."), at("a.env", 5));
    assert_eq!(places(&folder, "HEAD..HEAD"), vec![]);
    // The other way round the line is removed.
    assert_eq!(places(&folder, "HEAD..base"), vec![]);
}

#[test]
fn the_range_decides_and_not_what_is_checked_out() {
    let folder = based(&[("a.env", "A=1\n".to_owned())]);
    folder.write("a.env", format!("A=1\n{}", secret(3))).commit().git(["tag", "with"]);
    folder.write("a.env", "A=1\n").commit();
    folder.write("b.env", secret(4)).git(["add", "b.env"]);
    assert_eq!(places(&folder, "base..with"), at("a.env", 2));
    assert_eq!(places(&folder, "base..HEAD"), vec![]);
}

#[test]
fn renames_add_nothing_but_what_was_changed_in_them() {
    let filler: String = (0..40).map(|number| format!("LINE_{number}=some value {number}\n")).collect();
    let folder = based(&[("old.env", format!("{filler}{}", secret(5))), ("other.env", secret(6))]);
    folder.git(["mv", "old.env", "new.env"]);
    folder.git(["mv", "other.env", "moved.env"]);
    folder.commit();
    assert_eq!(places(&folder, "base..HEAD"), vec![]);
    folder.write("new.env", format!("{filler}{}{}", secret(5), secret(7))).commit();
    assert_eq!(places(&folder, "base..HEAD"), at("new.env", 42));
}

#[test]
fn three_dots_count_from_where_the_two_have_parted() {
    let folder = based(&[("a.txt", "A\n".to_owned())]);
    folder.git(["switch", "--quiet", "--create", "topic"]);
    folder.write("topic.env", secret(8)).commit();
    folder.git(["switch", "--quiet", "main"]);
    folder.write("late.env", secret(9)).commit();
    assert_eq!(places(&folder, "main...topic"), at("topic.env", 1));
    assert_eq!(places(&folder, "topic...main"), at("late.env", 1));
}

/// A key of several lines is new if any of them is.
#[test]
fn a_secret_of_several_lines_counts_if_one_of_them_is_new() {
    let key = sample::generate("{pem:RSA PRIVATE KEY}", 10).map(|sample| sample.text);
    let key = key.unwrap_or_else(|why| panic!("{why:?}"));
    let lines: Vec<&str> = key.lines().collect();
    let without = [&lines[..3], &lines[4..]].concat().join("\n") + "\n";
    let folder = based(&[("key.pem", without), ("same.pem", key.clone())]);
    folder.write("key.pem", format!("{key}\n")).write("same.pem", format!("{key}\n# end\n")).commit();
    assert_eq!(places(&folder, "base..HEAD"), at("key.pem", 1));
}

/// What completes a pair is what makes it usable.
#[test]
fn a_new_companion_of_an_old_line_counts() {
    let id = sample::generate("AKIARZPUZDIK{base32:8}", 11).unwrap().text;
    let value = sample::generate("{base64:40}", 11).unwrap().text;
    let folder = based(&[("keys.env", format!("AWS_SECRET_ACCESS_KEY={value}\n"))]);
    folder.write("keys.env", format!("AWS_ACCESS_KEY_ID={id}\nAWS_SECRET_ACCESS_KEY={value}\n")).commit();
    assert!(places(&folder, "base..HEAD").iter().all(|(path, _)| path == "keys.env"));
    assert_eq!(scan(&folder, "base..HEAD").json()["stats"]["credentials"], 1);
}

#[test]
fn nothing_that_is_added_is_said() {
    let folder = based(&[("a.env", secret(12))]);
    folder.git(["rm", "--quiet", "a.env"]);
    folder.commit();
    let ran = scan(&folder, "base..HEAD");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.notes()[0].0.contains("nothing to read"), "{:?}", ran.notes());
}

#[test]
fn a_revision_that_is_none_is_refused_and_never_an_option() {
    let folder = based(&[("a.env", secret(13))]);
    for range in
        ["nowhere..HEAD", "HEAD..nowhere", "base..HEAD\nHEAD", "--output=touched", "--all..--output=touched", ""]
    {
        let ran = overscope(["scan", "--offline", &format!("--diff={range}")]).at(folder.path()).run();
        let fine = range.is_empty();
        assert_eq!(ran.status, if fine { 0 } else { 2 }, "{range}: {ran:?}");
        assert!(fine || ran.err.contains("--diff"), "{}", ran.err);
    }
    assert!(!folder.file("touched").exists());
    let ran = overscope(["scan", "--diff", "--output=touched"]).at(folder.path()).run();
    assert_eq!(ran.status, 2, "{ran:?}");
}

#[test]
fn a_shallow_clone_is_named_with_what_to_do() {
    let folder = based(&[("a.env", "A=1\n".to_owned())]);
    folder.write("a.env", secret(14)).commit();
    let clone = Folder::plain();
    let from = format!("file://{}", folder.path().display());
    clone.git(["clone", "--quiet", "--depth=1", &from, "."]);
    for range in ["HEAD~1..HEAD", "HEAD~1...HEAD"] {
        let ran = scan(&clone, range);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains("shallow clone") && ran.err.contains("fetch-depth"), "{}", ran.err);
    }
}

/// What a credential is needed for stands in files that nobody has changed.
#[test]
fn uses_are_looked_for_in_the_whole_tree() {
    let folder = based(&[("deploy.sh", "railway domain add example.com\n".to_owned())]);
    folder.write(".env", secret(15)).commit().git(["rm", "--quiet", "--cached", "deploy.sh"]);
    let needed = scan(&folder, "base..HEAD").credential()["needed"].clone();
    assert_eq!(needed[0]["path"], "deploy.sh", "{needed}");
}

#[test]
fn another_line_ending_makes_no_new_line() {
    let text = format!("A=1\n{}B=2", secret(16));
    let folder = based(&[("a.env", text.clone()), ("b.env", secret(17).trim().to_owned())]);
    folder.write("a.env", text.replace('\n', "\r\n")).write("b.env", format!("{}C=3\n", secret(17))).commit();
    assert_eq!(places(&folder, "base..HEAD"), vec![]);
}

/// In a file that is no UTF-8 the lines are counted as they are read.
#[test]
fn the_lines_of_utf_16_are_compared_as_text() {
    let wide =
        |text: &str| [&[0xff, 0xfe], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()[..]].concat();
    let folder = Folder::repository();
    folder.write("a.env", wide(&secret(18))).commit().git(["tag", "base"]);
    folder.write("a.env", wide(&format!("A=\u{a0a}\n{}{}", secret(18), secret(19)))).commit();
    assert_eq!(places(&folder, "base..HEAD"), at("a.env", 3));
}

/// A hook of a server has no working tree, and asks for all that is new where nothing was.
#[test]
fn a_bare_repository_and_a_range_from_nothing_are_read() {
    let folder = based(&[("a.env", secret(1))]);
    folder.write("b.env", secret(2)).commit();
    let bare = Folder::plain();
    bare.git(["clone", "--quiet", "--bare", folder.path().to_str().unwrap(), "."]);
    assert_eq!(places(&bare, "base..HEAD"), at("b.env", 1));
    let empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904..HEAD";
    assert_eq!(places(&folder, empty), [at("a.env", 1), at("b.env", 1)].concat());
}
