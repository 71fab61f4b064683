//! Every row of the table with its examples, whole and broken, and what no reader may stumble over.

use std::collections::BTreeSet;

use super::*;
use crate::detector::sample::generate;

/// A whole small file with its path and where its secret stands.
struct Example {
    path: String,
    text: String,
    secret: Range<usize>,
}

fn rows() -> Vec<toml::Table> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/carrier/table");
    let mut rows = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let file: toml::Table = toml::from_str(&text).unwrap();
        rows.extend(file["carrier"].as_array().unwrap().iter().map(|row| row.as_table().unwrap().clone()));
    }
    rows
}

fn texts(row: &toml::Table, key: &str) -> Vec<String> {
    row[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for row in rows() {
        let path = format!("some/{}", texts(&row, "files")[0].replace('*', "x"));
        for (seed, template) in texts(&row, "examples").iter().enumerate() {
            let sample = generate(template, seed as u64).unwrap_or_else(|why| panic!("{path}: {why}"));
            let start = sample.text.find(&sample.secret).unwrap();
            let secret = start..start + sample.secret.len();
            examples.push(Example { path: path.clone(), text: sample.text, secret });
        }
    }
    examples
}

#[test]
fn every_row_finds_the_secrets_of_its_examples() {
    let mut missed = Vec::new();
    for Example { path, text, secret } in examples() {
        let found = read(&path, &text).unwrap_or_default();
        if !found.iter().any(|stated| stated.span == secret) {
            let spans: Vec<&str> = found.iter().map(|stated| &text[stated.span.clone()]).collect();
            missed.push(format!("{path}: {:?} among {spans:?} of {text:?}", &text[secret]));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_row_has_examples_and_names_that_can_be_found() {
    for row in rows() {
        let files = texts(&row, "files");
        assert!(!texts(&row, "examples").is_empty(), "{files:?}");
        for glob in files {
            assert_eq!(glob, glob.to_ascii_lowercase(), "{glob}");
            let path = glob.replace('*', "x");
            assert!(!table::rows_of(&path).is_empty(), "{glob}");
        }
    }
}

#[test]
fn what_is_no_carrier_is_none() {
    for path in ["src/main.rs", "README.md", "a/b/index.html", "Cargo.lock", "lib.c", ""] {
        assert_eq!(read(path, "password = x"), None, "{path}");
    }
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let mut missed = Vec::new();
    for Example { path, text, secret } in examples() {
        let secret = &text[secret];
        if secret.contains('\n') {
            continue;
        }
        for other in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), format!("{text}\n\n")] {
            let found = read(&path, &other).unwrap_or_default();
            if !found.iter().any(|stated| &other[stated.span.clone()] == secret) {
                missed.push(format!("{path}: {other:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_file_that_is_cut_or_broken_anywhere_is_read_as_far_as_it_goes() {
    for Example { path, text, .. } in examples() {
        for (at, _) in text.char_indices() {
            for broken in [text[..at].to_owned(), text[at..].to_owned(), format!("{}\0\"{}", &text[..at], &text[at..])]
            {
                for stated in read(&path, &broken).unwrap_or_default() {
                    assert!(broken.get(stated.span).is_some(), "{path}: {broken:?}");
                }
            }
        }
    }
}

#[test]
fn the_kinds_are_those_of_detectors() {
    let detectors = crate::detector::Detectors::load(&[]).unwrap();
    let kinds: BTreeSet<String> = rows()
        .iter()
        .flat_map(|row| row["secrets"].as_array().unwrap().clone())
        .map(|place| place["kind"].as_str().unwrap().to_owned())
        .collect();
    let unknown: Vec<&String> = kinds.iter().filter(|kind| detectors.number_of(kind).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
