//! `--staged`: the index is what the next commit will contain, whatever lies in the working tree.

mod common;

use common::{Call, Folder, Ran, overscope, token};

fn staged() -> Call {
    overscope(["scan", "--staged", "--offline", "--format=json"])
}

fn scan(folder: &Folder) -> Ran {
    staged().at(folder.path()).run()
}

fn found(folder: &Folder) -> (i32, Vec<String>) {
    let ran = scan(folder);
    (ran.status, ran.paths())
}

fn secret(seed: u64) -> String {
    format!("RAILWAY_TOKEN={}\n", token(seed))
}

fn paths<const N: usize>(paths: [&str; N]) -> Vec<String> {
    paths.map(str::to_owned).to_vec()
}

#[test]
fn what_the_index_alone_holds_is_found_with_its_line() {
    let folder = Folder::repository();
    folder.write("a.env", "A=1\n").commit();
    folder.write("a.env", format!("A=1\n{}", secret(1))).git(["add", "a.env"]);
    folder.write("a.env", "A=1\n");
    let ran = scan(&folder);
    assert_eq!(ran.status, 1, "{ran:?}");
    let place = &ran.credential()["locations"][0];
    assert_eq!((place["path"].as_str(), place["line"].as_u64()), (Some("a.env"), Some(2)));
    assert_eq!((place["origin"].as_str(), &place["tracked"]), (Some("index"), &true.into()));
}

#[test]
fn what_only_the_working_tree_holds_is_not_in_the_way() {
    let folder = Folder::repository();
    folder.write("a.env", "A=1\n").commit();
    folder.write("a.env", secret(2)).write("new.env", secret(3));
    assert_eq!(found(&folder), (0, vec![]));
    folder.write("b.txt", "clean\n").git(["add", "b.txt"]);
    assert_eq!(found(&folder), (0, vec![]));
}

#[test]
fn a_commit_that_nobody_has_anything_for_is_said_and_passes() {
    let folder = Folder::repository();
    let ran = scan(&folder);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.notes()[0].0.contains("there was nothing to read"), "{:?}", ran.notes());
    folder.write("a.env", secret(4)).commit();
    let ran = overscope(["scan", "--staged", "--offline"]).at(folder.path()).run();
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("there was nothing to read") && !ran.out.contains("No file was read"), "{}", ran.out);
    folder.git(["rm", "--quiet", "a.env"]);
    assert_eq!(found(&folder), (0, vec![]));
}

#[test]
fn the_first_commit_has_no_head_to_compare_with() {
    for format in ["sha1", "sha256"] {
        let folder = Folder::plain();
        folder.git(["init", "--quiet", &format!("--object-format={format}")]);
        folder.write("a.env", secret(5)).write("b.txt", "clean\n").git(["add", "--all"]);
        let ran = scan(&folder);
        assert_eq!((ran.status, ran.paths()), (1, paths(["a.env"])), "{format}: {ran:?}");
        assert_eq!(ran.json()["stats"]["files"], 2);
        folder.commit().write("c.env", secret(6)).git(["add", "--all"]);
        assert_eq!(found(&folder), (1, paths(["c.env"])), "{format}");
    }
}

#[test]
fn a_path_narrows_it_and_the_folder_one_stands_in_does_not() {
    let folder = Folder::repository();
    folder.write("one/a.env", secret(7)).write("two/b.env", secret(8)).git(["add", "--all"]);
    let at = folder.file("one");
    assert_eq!(staged().at(&at).run().paths(), paths(["one/a.env", "two/b.env"]));
    assert_eq!(staged().arg(".").at(&at).run().paths(), paths(["one/a.env"]));
    assert_eq!(staged().arg("../two/b.env").at(&at).run().paths(), paths(["two/b.env"]));
    // It need not lie there any more, and the current folder need not be in the repository.
    std::fs::remove_dir_all(folder.file("two")).unwrap();
    assert_eq!(staged().arg(folder.file("two/b.env")).run().paths(), paths(["two/b.env"]));
    assert_eq!(staged().arg(folder.path()).run().paths(), paths(["one/a.env", "two/b.env"]));
}

#[test]
fn what_the_surrounding_git_says_of_its_folders_counts() {
    let folder = Folder::repository();
    folder.write("a.env", secret(9)).write("b.env", secret(10)).git(["add", "a.env"]);
    std::fs::copy(folder.file(".git/index"), folder.file(".git/other")).unwrap();
    folder.git(["rm", "--quiet", "--cached", "a.env"]);
    folder.git(["add", "b.env"]);
    for index in [".git/other".to_owned(), folder.file(".git/other").display().to_string()] {
        assert_eq!(staged().at(folder.path()).env("GIT_INDEX_FILE", index).run().paths(), paths(["a.env"]));
    }
    // Of another repository it says nothing.
    let other = Folder::repository();
    other.write("c.env", secret(11)).git(["add", "c.env"]);
    let ran = staged().arg(other.path()).at(folder.path()).env("GIT_INDEX_FILE", ".git/other").run();
    assert_eq!(ran.paths(), paths(["c.env"]));
    // Folders that have no `.git`: the configuration is that of the working tree.
    let bare = Folder::plain();
    std::fs::rename(folder.file(".git"), bare.file("git")).unwrap();
    let apart = || staged().at(folder.path()).env("GIT_DIR", bare.file("git"));
    assert_eq!(apart().run().paths(), paths(["b.env"]));
    assert_eq!(apart().env("GIT_WORK_TREE", folder.path()).run().paths(), paths(["b.env"]));
    folder.write("overscope.toml", "no-such-key = 1\n");
    let ran = apart().run();
    assert!(ran.status == 2 && ran.err.contains("no-such-key"), "{ran:?}");
}

/// Uses are looked for in all of the index, of which the commit changes a part.
#[test]
fn uses_are_looked_for_in_the_whole_index() {
    let folder = Folder::repository();
    folder.write("deploy.sh", "railway domain add example.com\n").commit();
    std::fs::remove_file(folder.file("deploy.sh")).unwrap();
    folder.write(".env", secret(12)).git(["add", ".env"]);
    let needed = scan(&folder).credential()["needed"].clone();
    assert_eq!(needed[0]["path"], "deploy.sh", "{needed}");
}
