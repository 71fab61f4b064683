//! Repositories that want a program run, belong to somebody else, or are broken. What git runs for
//! `--staged` and `--diff` reads them, starts nothing, fetches nothing, and says what it could not read.
#![cfg(unix)]

mod common;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use common::{Call, Folder, Ran, make_fifo, overscope, token};

fn secret(seed: u64) -> String {
    format!("RAILWAY_TOKEN={}\n", token(seed))
}

fn call(source: &[&str], folder: &Folder) -> Call {
    overscope(["scan", "--offline", "--format=json"].iter().chain(source)).at(folder.path())
}

fn staged(folder: &Folder) -> Ran {
    call(&["--staged"], folder).run()
}

/// The id under which git has stored a text.
fn stored(folder: &Folder, text: &str) -> String {
    folder.write("to-store", text);
    let (done, id) = folder.try_git(["hash-object", "-w", "to-store"]);
    assert!(done, "{id}");
    fs::remove_file(folder.file("to-store")).unwrap();
    id.trim().to_owned()
}

fn stage(folder: &Folder, mode: &str, id: &str, path: &str) {
    folder.git(["update-index", "--add", "--cacheinfo", &format!("{mode},{id},{path}")]);
}

#[test]
fn nothing_that_a_configuration_names_is_run() {
    let folder = Folder::repository();
    folder.write("a.env", "A=1\n").write("deploy.sh", "railway up\n").commit().git(["tag", "base"]);
    folder.write("a.env", secret(1)).commit();
    folder.write("a.env", format!("{}{}", secret(1), secret(2))).git(["add", "a.env"]);
    folder.write(".gitattributes", "* diff=own filter=own merge=own\n").git(["add", ".gitattributes"]);
    let touched = folder.file(".git/touched");
    let script = folder.file(".git/run");
    fs::write(&script, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\n", touched.display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let hooks = folder.file(".git/own-hooks");
    fs::create_dir(&hooks).unwrap();
    for hook in ["post-index-change", "reference-transaction", "fsmonitor-watchman", "query-watchman", "post-checkout"]
    {
        fs::copy(&script, hooks.join(hook)).unwrap();
        fs::create_dir_all(folder.file(".git/hooks")).unwrap();
        fs::copy(&script, folder.file(".git/hooks").join(hook)).unwrap();
    }
    let run = script.to_str().unwrap();
    for (name, value) in [
        ("core.fsmonitor", run),
        ("core.hooksPath", hooks.to_str().unwrap()),
        ("core.pager", run),
        ("core.editor", run),
        ("core.sshCommand", run),
        ("core.askPass", run),
        ("core.gitProxy", run),
        ("core.alternateRefsCommand", run),
        ("pager.diff-index", run),
        ("pager.cat-file", run),
        ("diff.external", run),
        ("diff.own.textconv", run),
        ("diff.own.command", run),
        ("filter.own.clean", run),
        ("filter.own.smudge", run),
        ("filter.own.process", run),
        ("filter.own.required", "true"),
        ("merge.own.driver", run),
        ("interactive.diffFilter", run),
        ("credential.helper", run),
        ("gpg.program", run),
        ("alias.cat-file", &format!("!{run}")),
        ("alias.diff-index", &format!("!{run}")),
        ("alias.diff-tree", &format!("!{run}")),
        ("alias.ls-files", &format!("!{run}")),
        ("alias.rev-parse", &format!("!{run}")),
    ] {
        let config = folder.file(".git/config");
        let (section, key) = name.rsplit_once('.').unwrap();
        let section = section.split_once('.').map_or_else(|| section.to_owned(), |(a, b)| format!("{a} \"{b}\""));
        let before = fs::read_to_string(&config).unwrap();
        fs::write(&config, format!("{before}[{section}]\n\t{key} = {value}\n")).unwrap();
    }
    for source in [&["--staged"][..], &["--diff", "base..HEAD"], &["--diff", "base...HEAD"], &[], &["--ignored"]] {
        let ran = call(source, &folder).run();
        assert_eq!((ran.status, ran.paths().first().map(String::as_str)), (1, Some("a.env")), "{source:?}: {ran:?}");
        assert!(!touched.exists(), "{source:?}: {}", fs::read_to_string(&touched).unwrap());
    }
}

#[test]
fn a_repository_of_somebody_else_is_named_with_what_to_do() {
    let folder = Folder::repository();
    folder.write("a.env", secret(3)).commit();
    folder.write("b.env", secret(4)).git(["add", "b.env"]);
    let refused = |source| call(source, &folder).env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1").run();
    let what_to_do = "git config --global --add safe.directory";
    let ran = refused(&["--staged"][..]);
    assert_eq!(ran.status, 3, "{ran:?}");
    let notes = ran.notes();
    assert!(notes[0].0.contains(what_to_do) && notes[0].1, "{notes:?}");
    assert!(!notes[0].0.contains(folder.path().to_str().unwrap()), "no absolute path: {notes:?}");
    // Of a change, the configuration is the base's, and that cannot be read either.
    let ran = refused(&["--diff", "HEAD..HEAD"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains(what_to_do), "{ran:?}");
}

#[test]
fn outside_of_a_repository_there_is_no_index_and_no_history() {
    let folder = Folder::plain();
    for source in [&["--staged"][..], &["--diff", "HEAD"], &["--history"]] {
        let ran = call(source, &folder).run();
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains("not inside a git repository"), "{}", ran.err);
    }
}

/// Git would go on to look in the folders around.
#[test]
fn a_repository_that_is_none_does_not_lead_to_the_one_around() {
    let folder = Folder::repository();
    folder.write("a.env", secret(5)).git(["add", "a.env"]);
    fs::create_dir_all(folder.file("inner/.git")).unwrap();
    let ran = call(&["--staged"], &folder).at(&folder.file("inner")).run();
    assert_eq!((ran.status, ran.paths()), (3, vec![]), "{ran:?}");
}

#[test]
fn what_a_partial_clone_lacks_is_said_and_not_fetched() {
    let folder = Folder::repository();
    folder.write("a.env", "A=1\n").write("b.env", "B=1\n").commit();
    folder.write("a.env", "A=2\n").commit();
    folder.git(["config", "uploadpack.allowFilter", "true"]);
    let clone = Folder::plain();
    let from = format!("file://{}", folder.path().display());
    clone.git(["clone", "--quiet", "--no-checkout", "--filter=blob:none", &from, "."]);
    clone.git(["read-tree", "HEAD~1"]);
    clone.write("c.env", secret(6)).git(["add", "c.env"]);
    let touched = clone.file(".git/touched");
    clone.git(["config", "remote.origin.uploadpack", &format!("touch {}; git-upload-pack", touched.display())]);
    let ran = staged(&clone);
    assert_eq!((ran.status, ran.paths()), (1, vec!["c.env".to_owned()]), "{ran:?}");
    let missing = |ran: &Ran| {
        ran.notes().iter().any(|(note, left)| note.contains("a.env: ") && note.contains("missing") && *left)
    };
    assert!(missing(&ran), "{:?}", ran.notes());
    clone.git(["rm", "--quiet", "--cached", "c.env"]);
    let ran = staged(&clone);
    assert_eq!((ran.status, ran.paths()), (3, vec![]), "{ran:?}");
    let ran = call(&["--diff", "HEAD~1..HEAD"], &clone).run();
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(missing(&ran), "{:?}", ran.notes());
    assert!(!touched.exists());
}

#[test]
fn a_broken_object_costs_nothing_but_itself() {
    let folder = Folder::repository();
    folder.write("z.env", secret(7)).git(["add", "z.env"]);
    for (name, text) in [("a.env", "broken"), ("b.env", "empty"), ("c.env", "cut")] {
        let id = stored(&folder, &format!("{text}\n").repeat(2000));
        stage(&folder, "100644", &id, name);
        let path = folder.file(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
        let bytes = fs::read(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(
            &path,
            match text {
                "broken" => b"nonsense".to_vec(),
                "empty" => Vec::new(),
                _ => bytes[..bytes.len() / 2].to_vec(),
            },
        )
        .unwrap();
    }
    let ran = staged(&folder);
    assert_eq!((ran.status, ran.paths()), (1, vec!["z.env".to_owned()]), "{ran:?}");
    for name in ["a.env: ", "b.env: ", "c.env: "] {
        assert!(ran.notes().iter().any(|(note, left)| note.starts_with(name) && *left), "{:?}", ran.notes());
    }
    folder.git(["rm", "--quiet", "--cached", "z.env"]);
    assert_eq!(staged(&folder).status, 3);
}

#[test]
fn odd_names_are_read_and_shown_harmlessly() {
    let folder = Folder::repository();
    let long = "d/".repeat(2046) + "long";
    let names =
        ["new\nline.env", "esc\u{1b}[2Jape.env", "-rf", ":100644 x.env", "tab\t.env", "quote\"'`$(x).env", &long];
    for (at, name) in names.iter().enumerate() {
        let id = stored(&folder, &secret(100 + at as u64));
        stage(&folder, "100644", &id, name);
    }
    let raw = std::ffi::OsStr::from_bytes(b"not-utf8-\xff.env");
    folder.write(raw, secret(99)).git(["add", "--", ":(glob)not-utf8*"]);
    let ran = staged(&folder);
    assert_eq!((ran.status, ran.paths().len()), (1, names.len() + 1), "{ran:?}");
    for name in names {
        assert!(ran.paths().iter().any(|path| path == name), "{name:?}: {:?}", ran.paths());
    }
    let ran = overscope(["scan", "--staged", "--offline"]).at(folder.path()).run();
    assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
}

#[test]
fn what_is_no_file_is_read_as_git_stores_it_or_said() {
    let folder = Folder::repository();
    folder.write("first", "1\n").commit();
    // The text of a link is part of the commit; where it leads is not.
    symlink("/dev/zero", folder.file("endless")).unwrap();
    symlink(format!("https://x:{}@example.com/?RAILWAY_TOKEN={}", token(8), token(8)), folder.file("link")).unwrap();
    folder.git(["add", "endless", "link"]);
    make_fifo(&folder, "pipe.env");
    let (_, head) = folder.try_git(["rev-parse", "HEAD"]);
    stage(&folder, "160000", head.trim(), "sub");
    folder.write("later.env", secret(9)).git(["add", "--intent-to-add", "later.env"]);
    let ran = staged(&folder);
    assert_eq!((ran.status, ran.paths()), (1, vec!["link".to_owned(); 2]), "{ran:?}");
    assert_eq!(ran.json()["stats"]["files"], 2);
    assert!(ran.notes().iter().any(|(note, left)| note.contains("sub: a submodule") && !left), "{:?}", ran.notes());
}

#[test]
fn a_conflict_is_not_passed_over() {
    let folder = Folder::repository();
    folder.write("a.env", "A=1\n").commit();
    folder.git(["switch", "--quiet", "--create", "topic"]);
    folder.write("a.env", "A=2\n").commit();
    folder.git(["switch", "--quiet", "main"]);
    folder.write("a.env", "A=3\n").commit();
    assert!(!folder.try_git(["merge", "topic"]).0);
    let ran = staged(&folder);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(ran.notes()[0].0.contains("a.env: in conflict"), "{:?}", ran.notes());
}

#[test]
fn what_lies_outside_of_a_sparse_checkout_is_staged_all_the_same() {
    let folder = Folder::repository();
    folder.write("in/a.txt", "a\n").write("out/b.txt", "b\n").commit();
    folder.git(["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    assert!(!folder.file("out").exists());
    let id = stored(&folder, &secret(10));
    folder.write("in/a.txt", "changed\n").git(["add", "in/a.txt"]);
    assert_eq!(staged(&folder).status, 0);
    folder.git(["update-index", "--add", "--cacheinfo", &format!("100644,{id},out/new.env")]);
    let ran = staged(&folder);
    assert_eq!((ran.status, ran.paths()), (1, vec!["out/new.env".to_owned()]), "{ran:?}");
}

/// What git opens by its name may be a pipe, wherever it lies and whoever names it: what stands in which
/// file, and what is a pipe then; the file itself where nothing stands in it.
const PIPES: &[(&str, &str, &str)] = &[
    ("config", "[include]\n\tpath = pipe\n", "pipe"),
    ("config", "[includeIf \"gitdir:/\"]\n\tpath = \"./one\" ; two\n", "one"),
    ("config", "[core]\n\texcludesFile = /dev/zero\n", ""),
    ("config.worktree", "", ""),
    ("HEAD", "ref: refs/heads/other\n", "refs/heads/other"),
    ("commondir", "", ""),
    ("objects/info/alternates", "../../borrowed\n", "../borrowed/info/alternates"),
    ("objects/pack/pack-1.idx", "", ""),
    ("packed-refs", "", ""),
    ("info/exclude", "", ""),
];

/// A repository in `place`, with a pipe where git wants to read.
fn piped(place: &str, (name, text, pipe): (&str, &str, &str)) -> Folder {
    let folder = Folder::repository();
    folder.write("a.env", secret(1)).commit();
    if place != ".git" {
        fs::rename(folder.file(".git"), folder.file(place)).unwrap();
        folder.write(".git", format!("gitdir: {place}\n"));
    }
    let file = format!("{place}/{name}");
    let before = if name == "config" { fs::read_to_string(folder.file(&file)).unwrap() } else { String::new() };
    folder.write(&file, before + text);
    let pipe = if text.is_empty() { file } else { format!("{place}/{pipe}") };
    if !pipe.ends_with('/') {
        folder.write(&pipe, "");
        fs::remove_file(folder.file(&pipe)).unwrap();
        make_fifo(&folder, &pipe);
    }
    folder
}

#[test]
fn no_file_of_a_repository_holds_git_up() {
    for place in [".git", "real"] {
        for case in PIPES {
            let folder = piped(place, *case);
            for (source, status) in
                [(&[][..], 1), (&["a.env"], 1), (&["--staged"], 3), (&["--history"], 2), (&["--diff=HEAD"], 2)]
            {
                let ran = call(source, &folder).run();
                assert_eq!(ran.status, status, "{place} {case:?} {source:?}: {ran:?}");
                let said = "git would wait for it for ever";
                assert!(ran.err.contains(said) || ran.out.contains(said), "{place} {case:?} {source:?}: {ran:?}");
            }
        }
    }
}

#[test]
fn a_staged_object_that_is_a_pipe_is_said() {
    let folder = Folder::repository();
    folder.write("a.env", secret(1)).write("b.env", secret(2));
    folder.git(["add", "--all"]);
    let (_, id) = folder.try_git(["rev-parse", ":a.env"]);
    let object = format!(".git/objects/{}/{}", &id[..2], id[2..].trim());
    fs::remove_file(folder.file(&object)).unwrap();
    make_fifo(&folder, &object);
    let ran = staged(&folder);
    assert_eq!((ran.status, ran.paths()), (1, vec!["b.env".to_owned()]), "{ran:?}");
    assert!(ran.notes().iter().any(|(note, left)| note.contains(id.trim()) && *left), "{:?}", ran.notes());
}

#[test]
fn a_bare_repository_is_not_taken_for_a_folder() {
    let folder = Folder::repository();
    folder.write("a.env", secret(1)).commit();
    folder.git(["clone", "--quiet", "--bare", ".", "bare.git"]);
    let ran = call(&["bare.git"], &folder).run();
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("bare.git: a bare repository") && ran.err.contains("--history"), "{}", ran.err);
    assert_eq!(call(&["--history", "bare.git"], &folder).run().status, 1);
}

#[test]
fn a_reference_or_object_that_is_a_pipe_holds_up_nobody_who_asks_for_all() {
    for file in ["refs/heads/other", "objects/ab/cdef"] {
        let folder = piped(".git", (file, "", ""));
        assert_eq!((call(&[], &folder).run().status, staged(&folder).status), (1, 0));
        for source in ["--history", "--diff=other"] {
            let ran = call(&[source], &folder).run();
            assert_eq!(ran.status, 2, "{ran:?}");
            assert!(ran.err.contains(&format!(".git/{file}: neither a file nor a directory")), "{}", ran.err);
        }
    }
}

/// Two repositories may lend each other their objects.
#[test]
fn borrowing_in_a_circle_ends() {
    let folder = Folder::repository();
    folder.write("a.env", secret(1)).commit();
    folder.write(".git/objects/info/alternates", "../objects\n../../.git/objects\n");
    for source in [&[][..], &["--history"]] {
        assert_eq!(call(source, &folder).run().paths(), ["a.env"]);
    }
}
