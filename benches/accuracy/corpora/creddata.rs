//! CredData: lines of public repositories, judged by hand by its authors. It names a repository by
//! a checksum of its commit and a file by the hash of its path, and gives no values.
//!
//! The repositories are split by a hash of their names: one half may be looked at while detectors
//! are written, of the other nothing but totals is ever printed.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use crate::corpora::Corpus;
use crate::labels::Verdict;
use crate::process::Fault;
use crate::sources::{Snapshot, Sources};

const REPOSITORY: (&str, &str) = ("Samsung/CredData", "c2e5761aa1923330eaf7460e44a20bdd0dc86926");

/// Which of its repositories are measured, `owner/name` a line.
const MEASURED: &str = include_str!("creddata.txt");

/// Random values that open nothing.
const LEFT_OUT: [&str; 3] = ["UUID", "Nonce", "Salt"];

pub fn read(sources: &Sources) -> Result<Vec<Corpus>, Fault> {
    let labels = sources.bring(REPOSITORY.0, REPOSITORY.1)?;
    let snapshots: BTreeMap<String, String> = serde_json::from_str(&labels.text("snapshot.json")?)?;
    let mut halves = [Corpus::default(), Corpus { held_out: true, ..Corpus::default() }];
    for (id, address) in &snapshots {
        let Some(name) = address.strip_prefix("https://github.com/") else { continue };
        if !MEASURED.lines().any(|measured| measured == name) {
            continue;
        }
        let half = &mut halves[usize::from(is_held_out(name))];
        let table = labels.text(&format!("meta/{:08x}.csv", checksum(id)?))?;
        match sources.bring(name, &id[..40]) {
            Ok(snapshot) => add(half, name, &snapshot, &table)?,
            Err(why) => eprintln!("  {name} cannot be had: {why}"),
        }
    }
    Ok(halves.into())
}

fn is_held_out(name: &str) -> bool {
    !Sha256::digest(name)[0].is_multiple_of(2)
}

/// How the tables are named after the entries of `snapshot.json`.
fn checksum(id: &str) -> Result<u32, Fault> {
    let bytes: Result<Vec<u8>, _> =
        (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16)).collect();
    Ok(crc32fast::hash(&bytes?))
}

fn file_id(path: &str) -> String {
    Sha256::digest(path)[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Row<'table> {
    file: &'table str,
    lines: (u64, u64),
    verdict: Verdict,
    category: &'table str,
}

fn rows(table: &str) -> Result<Vec<Row<'_>>, Fault> {
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().ok_or("an empty table")?.split(',').collect();
    let at = |name: &str| names.iter().position(|one| *one == name).ok_or_else(|| format!("no column {name}"));
    let (file, first, last) = (at("FileID")?, at("LineStart")?, at("LineEnd")?);
    let (truth, category) = (at("GroundTruth")?, at("Category")?);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let field = |at: usize| fields.get(at).copied().ok_or_else(|| format!("a short line: {line}"));
            Ok(Row {
                file: field(file)?,
                lines: (field(first)?.parse()?, field(last)?.parse()?),
                verdict: verdict(field(truth)?, field(category)?),
                category: field(category)?,
            })
        })
        .collect()
}

fn verdict(truth: &str, category: &str) -> Verdict {
    match truth {
        "T" if category.split(':').all(|one| LEFT_OUT.contains(&one)) => Verdict::LeftOut,
        "T" => Verdict::Real,
        _ => Verdict::NotReal,
    }
}

fn add(corpus: &mut Corpus, name: &str, snapshot: &Snapshot, table: &str) -> Result<(), Fault> {
    let paths: HashMap<String, &str> = snapshot.paths().map(|path| (file_id(path), path)).collect();
    let mut labelled = Vec::new();
    for row in rows(table)? {
        let Some(path) = paths.get(row.file) else { continue };
        labelled.push(*path);
        corpus.label(&format!("{name}/{path}"), row.lines, row.verdict, row.category);
    }
    labelled.sort_unstable();
    labelled.dedup();
    let contents = snapshot.contents(&labelled)?;
    for label in corpus.labels.iter_mut() {
        let Some(content) = label.path.strip_prefix(name).and_then(|path| contents.get(path.trim_start_matches('/')))
        else {
            continue;
        };
        (label.first, label.last) = (line(content, label.first), line(content, label.last));
    }
    corpus.files.extend(contents.into_iter().map(|(path, content)| (format!("{name}/{path}"), content)));
    Ok(())
}

/// The authors read files as Python does, to which a carriage return alone ends a line; to everybody else
/// it does not.
fn line(content: &[u8], counted: u64) -> u64 {
    let (mut theirs, mut ours) = (1, 1);
    for (at, byte) in content.iter().enumerate() {
        if theirs == counted {
            break;
        }
        theirs += u64::from(*byte == b'\n' || (*byte == b'\r' && content.get(at + 1) != Some(&b'\n')));
        ours += u64::from(*byte == b'\n');
    }
    ours
}
