//! The test files of semgrep's rules for secrets: a comment above a line says whether a rule must
//! report it. The comments are blanked out, since they name the provider.

use crate::corpora::Corpus;
use crate::labels::Verdict;
use crate::process::Fault;
use crate::sources::Sources;

const REPOSITORY: (&str, &str) = ("semgrep/semgrep-rules", "157ae4706d7f54aa33647332f234dd68f30da195");

const FOLDER: &str = "generic/secrets/";

pub fn read(sources: &Sources) -> Result<Vec<Corpus>, Fault> {
    let snapshot = sources.bring(REPOSITORY.0, REPOSITORY.1)?;
    let mut corpus = Corpus::default();
    let is_rule = |path: &str| path.ends_with(".yaml") || path.ends_with(".yml");
    let paths: Vec<&str> = snapshot.paths().filter(|path| path.starts_with(FOLDER)).collect();
    for (path, content) in snapshot.contents(&paths)? {
        if is_rule(&path) && !path.contains(".test.") {
            continue;
        }
        let path = &path[FOLDER.len()..];
        let Ok(content) = String::from_utf8(content) else { continue };
        let mut blanked = String::with_capacity(content.len());
        let mut said = None;
        for (line, number) in content.lines().zip(1..) {
            if let Some(annotation) = annotation(line) {
                said = Some(annotation);
            } else {
                blanked.push_str(line);
                if let Some((verdict, rule)) = said.take() {
                    corpus.label(path, (number, number), verdict, rule);
                }
            }
            blanked.push('\n');
        }
        corpus.files.insert(path.to_owned(), blanked.into_bytes());
    }
    Ok(vec![corpus])
}

fn annotation(line: &str) -> Option<(Verdict, &str)> {
    let said = line.trim_start_matches(|mark: char| !mark.is_ascii_alphanumeric());
    let (verdict, rules) = match said.split_once(':')? {
        ("ruleid", rules) => (Verdict::Real, rules),
        ("ok", rules) => (Verdict::NotReal, rules),
        _ => return None,
    };
    Some((verdict, rules.split_whitespace().next()?.trim_end_matches(',')))
}
