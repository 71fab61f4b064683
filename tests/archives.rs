//! What stands in an archive is found as if it lay in a folder.

mod common;

use std::collections::BTreeSet;
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::packed::{Zip, gzip, noise, tar};
use common::{Folder, Ran, catalogue, offline, overscope, token};
use overscope::detector::{Detectors, sample};
use overscope::finding::Origin;
use overscope::scan;
use overscope::secret::FingerprintKey;
use overscope::source::{self, Source};
use serde_json::json;

/// A line with a token, behind two others.
fn line(seed: u64) -> Vec<u8> {
    format!("# settings\n\nRAILWAY_TOKEN={}\n", token(seed)).into_bytes()
}

fn archive(name: &str, bytes: impl AsRef<[u8]>) -> Folder {
    let folder = Folder::plain();
    folder.write(name, bytes);
    folder
}

/// The one place in which something was found.
fn place(ran: &Ran) -> (String, u64, u64) {
    let found = ran.credential();
    let [place] = found["locations"].as_array().unwrap().as_slice() else { panic!("{found:#}") };
    assert_eq!(place["origin"], "archive");
    (place["path"].as_str().unwrap().to_owned(), place["line"].as_u64().unwrap(), place["column"].as_u64().unwrap())
}

#[test]
fn a_secret_is_found_in_every_sort_of_archive() {
    let text = line(1);
    let members = || [("a/clean.txt", &b"nothing\n"[..]), ("a/.env", &text[..])];
    let zstd = ruzstd::encoding::compress_to_vec(&tar(members())[..], ruzstd::encoding::CompressionLevel::Fastest);
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    std::io::Write::write_all(&mut bzip2, &tar(members())).unwrap();
    for (name, bytes, member) in [
        ("a.zip", Zip::of(members()), "a/.env"),
        ("app.jar", Zip::of(members()), "a/.env"),
        ("pkg-1.0-py3-none-any.whl", Zip::of(members()), "a/.env"),
        // Whatever it is called.
        ("data.bin", Zip::of(members()), "a/.env"),
        ("a.tar", tar(members()), "a/.env"),
        ("a.tgz", gzip(&tar(members())), "a/.env"),
        ("a.tar.zst", zstd, "a/.env"),
        ("a.tar.bz2", bzip2.finish().unwrap(), "a/.env"),
        (".env.gz", gzip(&text), ".env"),
        ("run.pex", [b"#!/usr/bin/env python3\n".to_vec(), Zip::of(members())].concat(), "a/.env"),
        ("two.env.gz", [gzip(b"# settings\n"), gzip(&text[11..])].concat(), "two.env"),
    ] {
        let ran = offline(&archive(name, &bytes));
        assert_eq!(ran.status, 1, "{name}: {}", ran.err);
        assert_eq!(place(&ran), (format!("{name}!/{member}"), 3, 15), "{name}");
        assert_eq!(ran.notes(), Vec::new(), "{name}");
    }
}

/// Made by `xz -9` of one line.
#[test]
fn xz_is_read() {
    let packed =
        "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jMAQAQb25lIGxpbmUgb2YgdGV4dAoAAAAArg0Ett19CHsAASkRMgpwDh+2830BAAAAAARZWg==";
    let ran = offline(&archive("a.txt.xz", STANDARD.decode(packed).unwrap()));
    assert_eq!((ran.status, ran.notes()), (0, Vec::new()));
    assert_eq!(ran.json()["stats"]["bytes"], "one line of text\n".len());
}

#[test]
fn archives_inside_of_archives_are_opened() {
    let jar = Zip::of([("BOOT-INF/classes/.env", &line(2)[..])]);
    let layer = gzip(&tar([("srv/app.jar", &jar[..])]));
    let image = tar([("blobs/layer", &layer[..])]);
    let ran = offline(&archive("image.tar", &image));
    assert_eq!(place(&ran).0, "image.tar!/blobs/layer!/srv/app.jar!/BOOT-INF/classes/.env");
    // One more is too much, which is said.
    let backup = Zip::of([("image.tar", &image[..])]);
    let ran = offline(&archive("outer.zip", Zip::of([("backup.zip", &backup[..])])));
    assert_eq!((ran.status, ran.paths()), (3, Vec::new()));
    let inner = "outer.zip!/backup.zip!/image.tar!/blobs/layer!/srv/app.jar";
    let note = format!("outer.zip: archives inside of more than 3 others are not opened: {inner}");
    assert_eq!(ran.notes(), [(note, true)]);
}

#[test]
fn documents_are_read() {
    let token = token(3);
    let text =
        format!("<w:document><w:body><w:p><w:r><w:t>RAILWAY_TOKEN={token}</w:t></w:r></w:p></w:body></w:document>");
    let ran = offline(&archive("letter.docx", Zip::of([("word/document.xml", text.as_bytes())])));
    assert_eq!(place(&ran).0, "letter.docx!/word/document.xml");
}

/// Every source gives archives: standard input, a file that was named, one that git ignores.
#[test]
fn archives_are_opened_in_every_source() {
    let zip = Zip::of([("inner/.env", &line(4)[..])]);
    let piped =
        overscope(["scan", "--stdin", "--stdin-path=upload.zip", "--offline", "--format=json"]).stdin(&*zip).run();
    assert_eq!(place(&piped).0, "upload.zip!/inner/.env");
    let folder = Folder::repository();
    folder.write(".gitignore", "*.zip\n").write("build/out.zip", &zip).commit();
    let named = overscope(["scan", "build/out.zip", "--offline", "--format=json"]).at(folder.path()).run();
    assert_eq!(place(&named).0, "build/out.zip!/inner/.env");
    assert_eq!(offline(&folder).paths(), ["build/out.zip!/inner/.env"]);
    let usual = overscope(["scan", "--offline"]).at(folder.path()).run();
    assert_eq!(usual.status, 0, "{}", usual.out);
    folder.git(["add", "--force", "build/out.zip"]);
    let staged = overscope(["scan", "--staged", "--offline", "--format=json"]).at(folder.path()).run();
    assert_eq!(place(&staged).0, "build/out.zip!/inner/.env");
}

/// Of an archive that changed, only what is new in it.
#[test]
fn a_range_of_commits_adds_what_an_archive_did_not_hold() {
    let (old, new) = (line(10), line(11));
    let folder = Folder::repository();
    folder.write("out.zip", Zip::of([("a.env", &old[..])])).commit();
    folder.write("out.zip", Zip::of([("b.env", &new[..]), ("a.env", &old[..])])).commit();
    let ran = overscope(["scan", "--diff", "HEAD~1..HEAD", "--offline", "--format=json"]).at(folder.path()).run();
    assert_eq!(place(&ran), ("out.zip!/b.env".to_owned(), 3, 15));
}

/// The structure of RFC 7292 around a bag with a key that a password guards.
fn bundle() -> Vec<u8> {
    let der = |tag: u8, contents: &[u8]| {
        let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], contents].concat()
    };
    let bag = [&[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 0x0c, 0x0a, 1, 2][..], &noise(900)].concat();
    let data =
        [&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1][..], &der(0xa0, &der(4, &der(0x30, &bag)))].concat();
    der(0x30, &[&[2, 1, 3][..], &der(0x30, &data)].concat())
}

/// It lies there as it is, in an archive, and in base64 in a text: one key.
#[test]
fn a_bundle_of_a_key_is_one_credential_wherever_it_lies() {
    let text = format!("CERTIFICATE_P12={}\n", STANDARD.encode(bundle()));
    let folder = Folder::plain();
    folder
        .write("signing.dat", bundle())
        .write("ci.env", &text)
        .write("ios.zip", Zip::of([("ios.p12", &bundle()[..])]));
    let ran = offline(&folder);
    assert_eq!(ran.credential()["detector"], "pkcs12-base64");
    assert_eq!(ran.paths(), ["ci.env", "ios.zip!/ios.p12", "signing.dat"]);
    let shown = overscope(["scan", "--offline"]).at(folder.path()).run();
    assert!(!shown.out.contains(&text[40..48]) && !shown.out.contains('\u{fffd}'), "{}", shown.out);
}

/// A large file is not read as a whole, and its members are the same.
#[test]
fn a_large_archive_is_read_from_its_file() {
    let noise = noise(2 << 20);
    let text = line(5);
    let members = || [("noise", &noise[..]), ("a/.env", &text[..])];
    for (name, bytes) in
        [("large.zip", Zip::of(members())), ("large.tar", tar(members())), ("large.tgz", gzip(&tar(members())))]
    {
        assert!(bytes.len() > 1 << 20, "{name}: {}", bytes.len());
        let ran = offline(&archive(name, &bytes));
        assert_eq!(place(&ran), (format!("{name}!/a/.env"), 3, 15));
    }
}

/// A find, without what an archive adds to it: kind, value, how sure it is, and where.
type Found = (String, String, String, String, [usize; 4]);

fn found(folder: &Folder, detectors: &Detectors, outer: &str) -> BTreeSet<Found> {
    let source = Source::Tree { paths: vec![folder.path().to_path_buf()], ignored: false };
    let entries = source::list(&source).unwrap().entries;
    let scanned = scan::scan(&entries, detectors, &FingerprintKey::fixed(), &|| ());
    assert!(scanned.notes.is_empty(), "{:?}", scanned.notes);
    let lead = if outer.is_empty() { String::new() } else { format!("{outer}!/") };
    let origin = if outer.is_empty() { Origin::Worktree } else { Origin::Archive };
    let each = scanned.findings.iter().flat_map(|one| one.locations.iter().map(move |place| (one, place)));
    each.map(|(one, place)| {
        assert_eq!(place.origin, origin);
        (
            detectors.detector(one.detector).id.clone(),
            one.fingerprint.to_string(),
            one.confidence.to_string(),
            place.path.strip_prefix(&lead).unwrap().to_owned(),
            [place.line, place.column, place.end_line, place.end_column],
        )
    })
    .collect()
}

/// The example of every kind, in files of their own, in a folder and in archives of that folder.
#[test]
fn members_give_the_finds_of_the_unpacked_folder() {
    let detectors = catalogue();
    let mut files: Vec<(String, String)> = Vec::new();
    for provider in detectors.providers() {
        for detector in &provider.detectors {
            let Some(example) = detector.examples.first() else { continue };
            let name = detector.file.clone().unwrap_or_else(|| "settings.env".to_owned());
            let text = sample::generate(example, files.len() as u64).unwrap().text;
            files.push((format!("{}/{}/{name}", provider.id, detector.id), text));
        }
    }
    let unpacked = Folder::plain();
    for (name, text) in &files {
        unpacked.write(name, text);
    }
    let expected = found(&unpacked, &detectors, "");
    assert!(expected.len() > 500, "{}", expected.len());
    let members = || files.iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
    for (name, bytes) in [("all.zip", Zip::of(members())), ("all.tar.gz", gzip(&tar(members())))] {
        let got = found(&archive(name, bytes), &detectors, name);
        let differs: Vec<&Found> = expected.symmetric_difference(&got).take(3).collect();
        assert!(differs.is_empty(), "{name}: {differs:#?}");
    }
}

/// GitHub knows only files that exist.
#[test]
fn sarif_points_at_the_archive_and_names_the_member() {
    let folder = Folder::plain();
    folder.write("dist/my app.zip", Zip::of([("conf/a b.env", &line(6)[..])])).write("z.env", line(6));
    let ran = overscope(["scan", "--offline", "--format=sarif"]).at(folder.path()).run();
    let sarif = ran.json();
    let result = &sarif["runs"][0]["results"][0];
    let place = &result["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "dist/my%20app.zip");
    assert_eq!(place["physicalLocation"]["region"]["startLine"], 1);
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "conf/a b.env:3:15");
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.contains("conf/a b.env"), "{message}");
    assert_eq!(result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"], "z.env");
}

/// The other way round: the member is the copy.
#[test]
fn sarif_links_a_copy_in_an_archive_by_its_file() {
    let folder = Folder::plain();
    folder.write("z!/dist.zip", Zip::of([("conf/a.env", &line(7)[..])])).write("a!/b.env", line(7));
    let ran = overscope(["scan", "--offline", "--format=sarif"]).at(folder.path()).run();
    let result = &ran.json()["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%21/b.env");
    assert_eq!(result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"], "z%21/dist.zip");
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.contains("[z!/dist.zip!/conf/a.env:3](1)"), "{message}");
}

#[test]
fn a_path_that_is_ignored_may_be_the_archive_or_a_member_of_it() {
    for (paths, status) in [("dist/*.zip", 0), ("dist/", 0), ("conf/a.env", 1), ("**/conf/a.env", 0), ("other.zip", 1)]
    {
        let folder = Folder::repository();
        folder.write("dist/app.zip", Zip::of([("conf/a.env", &line(12)[..])]));
        folder.write("overscope.toml", format!("[[ignore]]\npaths = [\"{paths}\"]\nreason = \"made up\"\n"));
        let ran = offline(&folder);
        assert_eq!(ran.status, status, "{paths}: {}", ran.err);
    }
}

/// A comment in a cell stands on the line of the file that the secret stands on.
#[test]
fn a_comment_in_a_cell_of_a_notebook_counts() {
    for (remark, status) in [("", 1), ("  # overscope\u{3a}allow[railway-token] made up", 0)] {
        let cell = json!({ "cell_type": "code", "outputs": [], "source": ["x = 1\n", format!("RAILWAY_TOKEN = '{}'{remark}\n", token(13))] });
        let text = serde_json::to_vec_pretty(&json!({ "cells": [cell], "metadata": {}, "nbformat": 4 })).unwrap();
        let ran = offline(&archive("a.ipynb", &text));
        assert_eq!(ran.status, status, "{}", ran.err);
        let ran = offline(&archive("a.zip", Zip::of([("a.ipynb", &text[..])])));
        assert_eq!(ran.status, status, "{}", ran.err);
    }
}

#[test]
fn a_file_that_only_begins_like_an_archive_is_read_as_it_is() {
    let text = [b"PK\x03\x04 is how a zip begins\n".to_vec(), line(8)].concat();
    let ran = offline(&archive("notes.env", &text));
    assert_eq!((ran.status, ran.paths()), (1, vec!["notes.env".to_owned()]));
    let runs = offline(&archive("script.pyz", [b"#!/bin/sh\n".to_vec(), line(8)].concat()));
    assert_eq!((runs.paths(), runs.notes()), (vec!["script.pyz".to_owned()], Vec::new()));
}

#[test]
fn the_order_does_not_depend_on_threads() {
    let folder = Folder::plain();
    for number in 0..20 {
        let text = line(number);
        let names: Vec<String> = (0..20).map(|member| format!("m{member}/.env")).collect();
        folder.write(format!("{number}.zip"), Zip::of(names.iter().map(|name| (name.as_str(), &text[..]))));
    }
    let run = |jobs: &str| overscope(["scan", "--offline", "--format=json", "-j", jobs]).at(folder.path()).run().out;
    let one = run("1");
    assert_eq!(one.matches("\"path\"").count(), 400);
    assert_eq!((run("8"), run("3")), (one.clone(), one));
}

#[test]
fn nothing_is_written_to_the_disk() {
    let folder = archive("a.zip", Zip::of([("inner/.env", &line(9)[..])]));
    let scratch = Folder::plain();
    let call = overscope(["scan", "--offline"]).at(folder.path()).env("TMPDIR", scratch.path());
    assert_eq!(call.run().status, 1);
    let left = |folder: &Folder| fs::read_dir(folder.path()).unwrap().count();
    assert_eq!((left(&folder), left(&scratch)), (1, 0));
}
