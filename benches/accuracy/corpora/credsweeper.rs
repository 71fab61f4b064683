//! The samples of CredSweeper's own tests. What its tests expect to be reported is real; what it
//! considers at first and its tests expect to be dropped is not. Held out.

use serde_json::Value;

use crate::corpora::Corpus;
use crate::labels::Verdict;
use crate::process::Fault;
use crate::sources::{Snapshot, Sources};

const REPOSITORY: (&str, &str) = ("Samsung/CredSweeper", "1ed2ca5cdd480667b938024464a37589b9af8564");

const SAMPLES: &str = "tests/samples/";

/// Random values that open nothing, and names that are no secret.
const LEFT_OUT: [&str; 5] = ["UUID", "Nonce", "Salt", "AWS S3 Bucket", "Firebase Domain"];

pub fn read(sources: &Sources) -> Result<Vec<Corpus>, Fault> {
    let snapshot = sources.bring(REPOSITORY.0, REPOSITORY.1)?;
    let mut corpus = Corpus { held_out: true, ..Corpus::default() };
    add(&mut corpus, &snapshot, "output", Verdict::Real)?;
    add(&mut corpus, &snapshot, "no_filters_no_ml", Verdict::NotReal)?;
    let paths: Vec<&str> = snapshot.paths().filter(|path| path.starts_with(SAMPLES)).collect();
    let files = snapshot.contents(&paths)?.into_iter();
    corpus.files = files.map(|(path, content)| (path[SAMPLES.len()..].to_owned(), content)).collect();
    drop_contradictions(&mut corpus);
    Ok(vec![corpus])
}

fn add(corpus: &mut Corpus, snapshot: &Snapshot, expected: &str, verdict: Verdict) -> Result<(), Fault> {
    let finds: Vec<Value> = serde_json::from_str(&snapshot.text(&format!("tests/data/{expected}.json"))?)?;
    for find in &finds {
        let rule = find["rule"].as_str().unwrap_or_default();
        let lines = find["line_data_list"].as_array().map_or(&[][..], Vec::as_slice);
        let numbers = || lines.iter().filter_map(|line| line["line_num"].as_u64());
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else { continue };
        let path = lines[0]["path"].as_str().unwrap_or_default().trim_start_matches("./").trim_start_matches(SAMPLES);
        let verdict = if LEFT_OUT.contains(&rule) { Verdict::LeftOut } else { verdict };
        corpus.label(path, (first, last), verdict, rule);
    }
    Ok(())
}

/// A line that holds something to be reported is no place for a false alarm.
fn drop_contradictions(corpus: &mut Corpus) {
    let real: Vec<_> = corpus.labels.iter().filter(|label| label.verdict == Verdict::Real).cloned().collect();
    corpus.labels.retain(|label| {
        label.verdict == Verdict::Real
            || !real.iter().any(|one| one.path == label.path && one.first <= label.last && label.first <= one.last)
    });
}
