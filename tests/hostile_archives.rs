//! Archives that were made to hurt whoever opens them: small files that stand for endless ones, names
//! that lead out, broken and encrypted ones. What can be read of them is read, and the rest is said.

mod common;

use common::packed::{DEFLATED, STORED, Says, Zip, deflated, gzip, noise, tar, tar_of_one};
use common::{Folder, Ran, offline, token};
use tar::EntryType;

fn line(seed: u64) -> Vec<u8> {
    format!("RAILWAY_TOKEN={}\n", token(seed)).into_bytes()
}

fn scanned(name: &str, bytes: impl AsRef<[u8]>) -> Ran {
    let folder = Folder::plain();
    folder.write(name, bytes);
    offline(&folder)
}

/// What was found, and the one note.
fn noted(ran: &Ran) -> (Vec<String>, String, bool) {
    let notes = ran.notes();
    let [(note, incomplete)] = notes.as_slice() else { panic!("one note: {notes:#?}") };
    (ran.paths(), note.clone(), *incomplete)
}

fn tail(archive: &[u8], missing: usize) -> &[u8] {
    &archive[..archive.len() - missing]
}

/// Text that goes on and on, so that nothing but the limit ends it.
fn endless() -> Vec<u8> {
    b"the same line again and again\n".repeat(1 << 20)
}

#[test]
fn what_inflates_without_end_is_cut() {
    let (first, bomb) = (line(1), endless());
    let plain = tar([("a.env", &first[..]), ("bomb.txt", &bomb[..]), ("z.env", &first[..])]);
    for (name, bytes) in [
        ("bomb.zip", Zip::of([("a.env", &first[..]), ("bomb.txt", &bomb[..]), ("z.env", &first[..])])),
        ("bomb.tgz", gzip(&plain)),
        ("bomb.zip.gz", gzip(&Zip::of([("a.env", &first[..]), ("bomb.txt", &bomb[..])]))),
    ] {
        assert!(bytes.len() < 200 << 10, "{name}");
        let ran = scanned(name, &bytes);
        let (paths, note, incomplete) = noted(&ran);
        let inner =
            if name.ends_with(".gz") { "bomb.zip.gz!/bomb.zip!/a.env".to_owned() } else { format!("{name}!/a.env") };
        assert_eq!((ran.status, paths, incomplete), (1, vec![inner], true), "{note}");
        assert!(note.starts_with(&format!("{name}: holds more than the ")), "{note}");
    }
    // A text of its own that is no secret's: the limit alone is status 3.
    let ran = scanned("bomb.txt.gz", gzip(&bomb));
    assert_eq!((ran.status, noted(&ran).2), (3, true));
}

/// One member's bytes under many names: the file is small, what it lists is not.
#[test]
fn members_that_overlap_cost_no_more_than_the_limit() {
    let kernel = deflated(&b"x y z\n".repeat(100_000));
    let mut zip = Zip::default();
    zip.add("0", DEFLATED, &kernel, 600_000);
    for number in 1..4000 {
        zip.list(&number.to_string(), DEFLATED, kernel.len(), 600_000, 0);
    }
    let ran = scanned("overlap.zip", zip.end());
    assert_eq!(ran.status, 3);
    assert!(noted(&ran).1.contains("MB that are unpacked"), "{:?}", ran.notes());
    assert!(ran.json()["stats"]["bytes"].as_u64().unwrap() < 30 << 20);
}

/// Sixteen in sixteen in sixteen: what one leaf inflates to says nothing of all of them.
#[test]
fn archives_that_multiply_are_cut() {
    let mut level = Zip::of([("leaf.txt", &b"0 1 2 3\n".repeat(1 << 17)[..])]);
    for _ in 0..4 {
        let names: Vec<String> = (0..16).map(|number| format!("{number}.zip")).collect();
        level = Zip::of(names.iter().map(|name| (name.as_str(), &level[..])));
    }
    let ran = scanned("42.zip", &level);
    assert_eq!((ran.status, ran.paths()), (3, Vec::new()));
    assert!(ran.notes().iter().all(|(_, incomplete)| *incomplete), "{:?}", ran.notes());
}

/// One that unpacks to itself has no end.
#[test]
fn a_deep_nest_of_gzip_ends() {
    let mut bytes = line(2);
    for _ in 0..200 {
        bytes = gzip(&bytes);
    }
    let ran = scanned("deep.gz", &bytes);
    assert_eq!(ran.status, 3);
    assert!(noted(&ran).1.contains("inside of more than 3 others"), "{:?}", ran.notes());
}

/// The long name of a member is one itself, and may be of any size.
#[test]
fn a_name_of_a_gigabyte_is_not_held() {
    let name = tar_of_one("././@LongLink", EntryType::GNULongName, &vec![b'n'; 32 << 20]);
    let bytes = [name, tar_of_one("short", EntryType::Regular, &line(3))].concat();
    let ran = scanned("name.tar", &bytes);
    let paths = ran.paths();
    assert_eq!(paths.len(), 1, "{:?}", ran.notes());
    assert!(paths[0].len() < 5000 && paths[0].starts_with("name.tar!/nnn"));
}

#[test]
fn names_never_lead_out() {
    let mut bytes = Vec::new();
    for (number, name) in
        ["../../up.env", "/abs/olute.env", "a/../../b.env", "..\\..\\c.env", "./d\u{1b}[31m.env", ".."]
            .iter()
            .enumerate()
    {
        bytes.extend(tar_of_one(name, EntryType::Regular, &line(10 + number as u64)));
    }
    let ran = scanned("out.tar", &bytes);
    let shown = ["a/b.env", "abs/olute.env", "c.env", "d\u{1b}[31m.env", "unnamed", "up.env"];
    let paths: Vec<String> = shown.iter().map(|name| format!("out.tar!/{name}")).collect();
    assert_eq!((ran.paths(), ran.notes()), (paths, Vec::new()));
    let folder = Folder::plain();
    folder.write("out.tar", &bytes);
    for format in ["text", "sarif", "markdown", "json"] {
        let ran = common::overscope(["scan", "--offline", "--format", format]).at(folder.path()).run();
        assert!(!ran.out.contains('\u{1b}'), "{format}");
    }
}

#[test]
fn links_and_devices_are_no_members() {
    let mut bytes = Vec::new();
    for kind in
        [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo, EntryType::Directory]
    {
        bytes.extend(tar_of_one("same", kind, b""));
    }
    bytes.extend(tar_of_one("a.env", EntryType::Regular, &line(4)));
    let ran = scanned("links.tar", &bytes);
    assert_eq!((ran.paths(), ran.notes()), (vec!["links.tar!/a.env".to_owned()], Vec::new()));
    let mut zip = Zip::default();
    zip.add("link", Says { mode: 0o120_777, ..STORED }, b"/etc/passwd", 11);
    zip.add("folder/", STORED, b"", 0);
    assert_eq!((scanned("links.zip", zip.end()).status), 0);
}

#[test]
fn encrypted_members_are_said_and_the_others_read() {
    let mut zip = Zip::default();
    zip.add("vault/a.env", Says { flags: 1, ..STORED }, &[0x5a; 60], 48);
    zip.add("vault/b.env", Says { flags: 1, method: 99, ..STORED }, &[0x5a; 60], 48);
    zip.add("c.env", STORED, &line(5), line(5).len());
    zip.add("d.env", Says { method: 98, ..STORED }, &[0x5a; 60], 48);
    let ran = scanned("vault.zip", zip.end());
    assert_eq!((ran.status, ran.paths()), (1, vec!["vault.zip!/c.env".to_owned()]));
    let notes = [
        "vault.zip: encrypted members were not read: 2, the first vault.zip!/vault/a.env",
        "vault.zip: members packed with PPMD were not read: vault.zip!/d.env",
    ];
    assert_eq!(ran.notes(), notes.map(|note| (note.to_owned(), false)));
}

/// What stands before the break is found, and the break is said.
#[test]
fn a_truncated_archive_is_read_as_far_as_it_goes() {
    let (first, noise) = (line(6), noise(200_000));
    let members = || [("a.env", &first[..]), ("noise", &noise[..])];
    let mut front = Zip::default();
    front.add("a.env", DEFLATED, &deflated(&first), first.len());
    front.add("noise", STORED, &noise, noise.len());
    let mut streamed = Zip::default();
    let behind = Says { flags: 8, ..DEFLATED };
    for (name, text) in members() {
        // The sizes stand behind the member, as a program writes them that cannot go back.
        let packed = deflated(text);
        let descriptor = [&b"PK\x07\x08\0\0\0\0"[..], &[0; 8]].concat();
        streamed.add_streamed(name, behind, &[packed, descriptor].concat());
    }
    for (name, bytes) in [
        ("a.zip", tail(&front.cut_off(), 1000).to_vec()),
        ("b.zip", tail(&streamed.cut_off(), 1000).to_vec()),
        ("c.tar", tail(&tar(members()), 10_000).to_vec()),
        ("d.tgz", tail(&gzip(&tar(members())), 10_000).to_vec()),
        ("e.env.gz", tail(&gzip(&[&first[..], &noise].concat()), 1000).to_vec()),
    ] {
        let ran = scanned(name, &bytes);
        let (paths, note, incomplete) = noted(&ran);
        assert_eq!((ran.status, paths.len(), incomplete), (1, 1, true), "{name}: {note}");
        assert!(note.starts_with(&format!("{name}: broken or cut off, and read as far as that goes: ")), "{note}");
    }
    let ran = scanned("f.tgz", tail(&gzip(&tar([("noise", &noise[..])])), 10_000));
    assert_eq!(ran.status, 3);
}

#[test]
fn random_damage_neither_stops_nor_crashes_it() {
    let (text, noise) = (line(7), noise(3000));
    let members = || [("a.env", &text[..]), ("noise", &noise[..]), ("b.env", &text[..])];
    let folder = Folder::plain();
    let sound = [("zip", Zip::of(members())), ("tar", tar(members())), ("tgz", gzip(&tar(members())))];
    for (extension, bytes) in &sound {
        for seed in 0..60_usize {
            let mut damaged = bytes.clone();
            for hit in 0..4 {
                let at = (seed * 7919 + hit * 104_729) % damaged.len();
                damaged[at] = damaged[at].wrapping_add(1 + (seed % 250) as u8);
            }
            folder.write(format!("{seed}.{extension}"), damaged);
        }
    }
    let ran = offline(&folder);
    assert!([1, 3].contains(&ran.status), "{}", ran.err);
}

#[test]
fn a_hundred_thousand_members_are_read() {
    let text = line(8);
    let names: Vec<String> = (0..100_000).map(|number| format!("d/{number}")).collect();
    let last = [("z/.env", &text[..])];
    let bytes = tar(names.iter().map(|name| (name.as_str(), &b"x\n"[..])).chain(last));
    let ran = scanned("many.tar", &bytes);
    assert_eq!((ran.paths(), ran.notes()), (vec!["many.tar!/z/.env".to_owned()], Vec::new()));
}

#[test]
fn more_members_than_are_read_are_said() {
    let mut folders = Zip::default();
    folders.add("d/", STORED, b"", 0);
    (1..65_535).for_each(|_| folders.list("d/", STORED, 0, 0, 0));
    let zip = folders.end();
    let members = ["1.zip", "2.zip", "3.zip", "4.zip"].map(|name| (name, &zip[..]));
    let ran = scanned("many.tar", [tar(members), tar_of_one("a.env", EntryType::Regular, &line(9))].concat());
    let note = "many.tar: has more than the 250000 members that are read of an archive";
    assert_eq!(noted(&ran), (Vec::new(), note.to_owned(), true));
    assert_eq!(ran.status, 3);
}

#[test]
fn a_text_beyond_the_limit_is_read_up_to_it() {
    let mut text = line(10);
    text.extend(b"        \n".repeat((65 << 20) / 9 + 1));
    let ran = scanned("log.tar", tar([("app.log", &text[..])]));
    let (paths, note, incomplete) = noted(&ran);
    assert_eq!((paths, incomplete), (vec!["log.tar!/app.log".to_owned()], true));
    assert_eq!(note, "log.tar: of a member no more than 64 MB are read: log.tar!/app.log");
}

#[test]
fn a_large_binary_is_passed_over_and_said() {
    let ran =
        scanned("lib.tar", tar([("lib.so", &[&[0x7f, b'E', b'L', b'F', 0][..], &vec![1; 17 << 20]].concat()[..])]));
    assert_eq!(
        (ran.status, noted(&ran)),
        (0, (Vec::new(), "lib.tar: binaries of more than 16 MB were skipped: lib.tar!/lib.so".to_owned(), false))
    );
}

#[test]
fn an_archive_that_cannot_be_opened_is_said() {
    for (name, magic, kind) in [
        ("a.7z", &b"7z\xbc\xaf\x27\x1c\0\x04"[..], "7z"),
        ("a.rar", b"Rar!\x1a\x07\x01\0", "RAR"),
        ("a.deb", b"!<arch>\ndebian-binary   ", "Debian"),
    ] {
        let ran = scanned(name, [magic, &[0; 100]].concat());
        assert_eq!(
            (ran.status, noted(&ran)),
            (0, (Vec::new(), format!("{name}: a {kind} archive is not opened: {name}"), false))
        );
    }
}
