//! Trees that were made to hurt whoever scans them: by leading out, by never ending, by names that
//! are commands for a terminal, by a broken repository.
#![cfg(unix)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use common::{Folder, make_fifo, offline, overscope, token};

#[test]
fn links_out_of_the_tree_are_not_followed_and_said() {
    let outside = Folder::plain();
    outside.write("secret.env", format!("RAILWAY_TOKEN={}\n", token(3)));
    let folder = Folder::repository();
    folder.write("clean.txt", "nothing\n");
    symlink(outside.file("secret.env"), folder.file("link.env")).unwrap();
    symlink(outside.path(), folder.file("folder")).unwrap();
    symlink("/dev/zero", folder.file("zero")).unwrap();
    symlink("loop", folder.file("loop")).unwrap();
    symlink("..", folder.file("up")).unwrap();
    folder.commit();
    let ran = offline(&folder);
    assert_eq!((ran.status, ran.paths()), (0, Vec::new()), "{}", ran.err);
    let notes = ran.notes();
    assert!(
        notes.iter().any(|(note, incomplete)| note.contains("symbolic links were not followed") && !incomplete),
        "{notes:?}"
    );
}

/// The index may name what the working tree has replaced: a folder by a link that leads outside.
#[test]
fn a_tracked_path_through_a_link_is_not_read() {
    let outside = Folder::plain();
    outside.write("inner.env", format!("RAILWAY_TOKEN={}\n", token(4)));
    let folder = Folder::repository();
    folder.write("sub/inner.env", "nothing\n").commit();
    fs::remove_dir_all(folder.file("sub")).unwrap();
    symlink(outside.path(), folder.file("sub")).unwrap();
    let ran = offline(&folder);
    assert_eq!((ran.status, ran.paths()), (0, Vec::new()));
}

#[test]
fn pipes_and_devices_do_not_hold_it_up() {
    let folder = Folder::repository();
    folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(5))).commit();
    make_fifo(&folder, "pipe.env");
    fs::create_dir(folder.file("sub")).unwrap();
    make_fifo(&folder, "sub/pipe");
    let ran = offline(&folder);
    assert_eq!((ran.status, ran.paths()), (1, vec!["a.env".to_owned()]), "{}", ran.err);
    let said = "pipe.env: 2 pipes, sockets and devices were not opened; this is the first";
    assert_eq!(ran.notes(), [(said.to_owned(), false)]);
    assert!(ran.took < Duration::from_secs(20));
}

/// Files that a tool opens by their name, wherever they are: as a pipe, or as a link to what never ends.
#[test]
fn the_files_that_steer_a_scan_may_be_pipes_or_lead_to_endless_devices() {
    for name in [".gitignore", "sub/.gitignore", "overscope.toml", ".git/info/exclude"] {
        for endless in [false, true] {
            let folder = Folder::repository();
            folder.write("sub/a.env", format!("RAILWAY_TOKEN={}\n", token(6))).commit();
            let _ = fs::remove_file(folder.file(name));
            match endless {
                true => symlink("/dev/zero", folder.file(name)).unwrap(),
                false => make_fifo(&folder, name),
            }
            let ran = overscope(["scan", "--offline", "--format=json"]).at(folder.path()).run();
            match name {
                "overscope.toml" => {
                    assert_eq!(ran.status, 2, "{ran:?}");
                    assert!(
                        ran.err.contains("overscope.toml") && ran.err.contains("not a regular file"),
                        "{}",
                        ran.err
                    );
                }
                _ => assert_eq!(
                    (ran.status, ran.paths()),
                    (1, vec!["sub/a.env".to_owned()]),
                    "{name} {endless}: {}",
                    ran.err
                ),
            }
        }
    }
}

#[test]
fn a_repository_of_pipes_is_read_without_git() {
    for name in [".git/config", ".git/HEAD", ".git/index"] {
        let folder = Folder::repository();
        folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(12))).commit();
        fs::remove_file(folder.file(name)).unwrap();
        make_fifo(&folder, name);
        let ran = offline(&folder);
        assert_eq!((ran.status, ran.paths()), (1, vec!["a.env".to_owned()]), "{name}: {}", ran.err);
        assert!(ran.notes().iter().any(|(note, incomplete)| note.contains(name) && *incomplete), "{:?}", ran.notes());
    }
}

#[test]
fn a_gigabyte_is_no_configuration() {
    for name in ["overscope.toml", "rules.toml", "known.toml"] {
        let folder = Folder::repository();
        folder.write("overscope.toml", "rules = ['rules.toml']\nbaseline = 'known.toml'\n");
        folder.write("rules.toml", "").write("known.toml", "version = 1\n");
        fs::File::create(folder.file(name)).unwrap().set_len(1 << 30).unwrap();
        let ran = overscope(["scan", "--offline"]).at(folder.path()).run();
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains(&format!("{name}: longer than 64 MB")), "{}", ran.err);
    }
}

/// A configuration may not have other people's files read.
/// Each name would be looked at with a thousand bytes around it: the line says so, and the next one is read.
#[test]
fn a_line_of_nothing_but_names_does_not_hold_it_up() {
    let folder = Folder::plain();
    folder.write("names.txt", format!("{}\nRAILWAY_TOKEN={}\n", "token\t".repeat(10_001), token(1)));
    let ran = offline(&folder);
    let said = "a line has more names of secrets than are looked at";
    assert!(ran.notes().iter().any(|(note, unread)| note.contains(said) && *unread), "{ran:?}");
    let report = ran.json();
    let lines = report["credentials"].as_array().unwrap().iter().map(|one| &one["locations"][0]["line"]);
    assert!(lines.into_iter().any(|line| line == 2), "{report}");
}

#[test]
fn a_configuration_that_leads_out_of_the_repository_is_refused() {
    let outside = Folder::plain();
    outside.write("own.toml", "");
    for (config, is_link) in [(format!("detectors = [{:?}]\n", outside.file("own.toml")), false), (String::new(), true)]
    {
        let folder = Folder::repository();
        match is_link {
            true => symlink(outside.file("own.toml"), folder.file("overscope.toml")).unwrap(),
            false => drop(folder.write("overscope.toml", config)),
        }
        let ran = overscope(["scan", "--offline"]).at(folder.path()).run();
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains("leads out of the repository"), "{}", ran.err);
    }
}

/// The index has the bytes of a name, a report what can be shown of them.
#[test]
fn a_tracked_file_is_tracked_whatever_its_name_is_written_in() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::repository();
    folder.write(OsStr::from_bytes(b"caf\xe9.env"), format!("RAILWAY_TOKEN={}\n", token(7))).commit();
    for path in [folder.path(), &folder.file(OsStr::from_bytes(b"caf\xe9.env"))] {
        let ran = overscope(["scan", "--offline", "--format=json"]).arg(path).at(folder.path()).run();
        assert_eq!(ran.credential()["locations"][0]["tracked"], true, "{ran:?}");
    }
}

/// A sparse checkout, or somebody has just deleted it.
#[test]
fn what_is_tracked_and_not_there_is_said() {
    let folder = Folder::repository();
    folder.write("a/b.env", "").write("a/c.env", "").write("d.env", "").commit();
    fs::remove_dir_all(folder.file("a")).unwrap();
    let ran = offline(&folder);
    let said = "a/b.env: 2 tracked files are not in the working tree (deleted, or left out of a sparse checkout); \
                this is the first";
    assert_eq!((ran.status, ran.notes()), (0, vec![(said.to_owned(), false)]));
}

#[test]
fn odd_names_are_read_and_shown_harmlessly() {
    let folder = Folder::repository();
    folder.commit();
    let names = [
        "new\nline.env",
        "esc\u{1b}[2Jape.env",
        "bell\u{7}.env",
        "rtl\u{202e}vne.env",
        " lead.env",
        "-rf",
        "quote\"'`$(x).env",
        "%2e%2e.env",
        "ünïcode.env",
    ];
    for (at, name) in names.iter().enumerate() {
        folder.write(name, format!("RAILWAY_TOKEN={}\n", token(100 + at as u64)));
    }
    // Two that look the same where bytes are replaced.
    for (name, seed) in [(b"not-utf8-\xff\xfe.env", 98), (b"not-utf8-\xfe\xff.env", 99)] {
        let raw: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(name);
        folder.write(raw, format!("RAILWAY_TOKEN={}\n", token(seed)));
    }
    folder.commit();
    let ran = offline(&folder);
    assert_eq!(
        (ran.status, ran.json()["stats"]["credentials"].as_u64()),
        (1, Some(names.len() as u64 + 2)),
        "{}",
        ran.err
    );
    for name in names {
        assert!(ran.paths().contains(&name.to_owned()), "{name:?}: {:?}", ran.paths());
    }
    for format in ["text", "sarif"] {
        let ran = overscope(["scan", "--offline", "--format", format]).at(folder.path()).run();
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!ran.out.contains(harmful), "{format}: {:?}", ran.out);
        assert!(!ran.err.contains(harmful), "{format}: {:?}", ran.err);
        assert!(!ran.out.contains("new\nline.env"), "{format}");
    }
    for source in [&["--diff", "HEAD~1..HEAD"][..], &["--history"], &[]] {
        let ran = overscope([&["scan", "--offline", "--format", "sarif"], source].concat()).at(folder.path()).run();
        for uri in ["not-utf8-%FF%FE.env", "not-utf8-%FE%FF.env", "%C3%BCn%C3%AFcode.env"] {
            assert!(ran.out.contains(uri), "{uri} in {source:?}: {}", ran.out);
        }
    }
}

#[test]
fn paths_of_thousands_of_bytes_are_read() {
    let folder = Folder::repository();
    let part = "d".repeat(200);
    // Longer than any one call to the system takes; it is built step by step.
    let mut path = folder.path().to_path_buf();
    while path.as_os_str().len() + 201 + 6 < 4_090 {
        path.push(&part);
    }
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("a.env"), format!("RAILWAY_TOKEN={}\n", token(7))).unwrap();
    folder.write(format!("{}.env", "n".repeat(251)), format!("RAILWAY_TOKEN={}\n", token(8)));
    let ran = offline(&folder);
    assert_eq!((ran.status, ran.paths().len()), (1, 2), "{}", ran.err);
    let _ = fs::remove_dir_all(folder.file(&part));
}

#[test]
fn a_broken_repository_is_read_as_far_as_it_goes() {
    let folder = Folder::repository();
    folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(9))).commit();
    folder.write(".git/index", "garbage");
    let ran = offline(&folder);
    assert_eq!((ran.status, ran.paths()), (1, vec!["a.env".to_owned()]));
    assert!(
        ran.notes().iter().any(|(note, incomplete)| note.contains("git ls-files failed") && *incomplete),
        "{:?}",
        ran.notes()
    );
    let clean = Folder::repository();
    clean.write("a.txt", "nothing\n").commit();
    clean.write(".git/config", "[broken");
    assert_eq!(offline(&clean).status, 3);
}

/// What surrounds a run must not lead it to another repository.
#[test]
fn a_surrounding_git_does_not_redirect_the_scan() {
    let other = Folder::repository();
    other.write("b.env", "nothing\n").commit();
    let folder = Folder::repository();
    folder.write("a.env", format!("RAILWAY_TOKEN={}\n", token(10))).commit();
    let ran = overscope(["scan", "--offline", "--format=json"])
        .at(folder.path())
        .env("GIT_DIR", other.file(".git"))
        .env("GIT_WORK_TREE", other.path())
        .env("GIT_INDEX_FILE", other.file(".git/index"))
        .run();
    assert_eq!(ran.credential()["locations"][0]["tracked"], true);
}
