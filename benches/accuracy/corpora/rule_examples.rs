//! The examples that Nosey Parker and Kingfisher keep beside their rules, each made a file of its
//! own. Examples of what one rule must not match are often another rule's, so only recall can be
//! told.

use saphyr::{LoadableYamlNode, Yaml};

use crate::corpora::Corpus;
use crate::labels::Verdict;
use crate::process::Fault;
use crate::sources::Sources;

pub fn noseyparker(sources: &Sources) -> Result<Vec<Corpus>, Fault> {
    let commit = "2e6e7f36ce36619852532bbe698d8cb7a26d2da7";
    read(sources, "praetorian-inc/noseyparker", commit, "crates/noseyparker/data/default/builtin/rules/")
}

pub fn kingfisher(sources: &Sources) -> Result<Vec<Corpus>, Fault> {
    read(sources, "mongodb/kingfisher", "ee7c0db3ef87575768f817820c24736249ffcdef", "data/rules/")
}

fn read(sources: &Sources, repository: &str, commit: &str, folder: &str) -> Result<Vec<Corpus>, Fault> {
    let snapshot = sources.bring(repository, commit)?;
    let mut corpus = Corpus::default();
    let paths: Vec<&str> = snapshot.paths().filter(|path| path.starts_with(folder)).collect();
    let mut files: Vec<_> = snapshot.contents(&paths)?.into_iter().collect();
    files.sort();
    for (path, content) in files {
        let documents = Yaml::load_from_str(&String::from_utf8_lossy(&content))
            .inspect_err(|error| eprintln!("  {path} is not read: {error}"))
            .unwrap_or_default();
        let rules = documents.iter().flat_map(|document| list(document, "rules"));
        for rule in rules.filter(|rule| !is_part(rule)) {
            let id = rule.as_mapping_get("id").and_then(Yaml::as_str).unwrap_or_default();
            for (example, number) in list(rule, "examples").iter().filter_map(Yaml::as_str).zip(1..) {
                let path = format!("{id}.{number}.txt");
                corpus.label(&path, (1, u64::MAX), Verdict::Real, id);
                corpus.files.insert(path, format!("{}\n", example.trim_end()).into_bytes());
            }
        }
    }
    Ok(vec![corpus])
}

fn list<'yaml, 'text>(node: &'yaml Yaml<'text>, name: &str) -> &'yaml [Yaml<'text>] {
    node.as_mapping_get(name).and_then(Yaml::as_vec).map_or(&[], Vec::as_slice)
}

/// A rule for what is only a part of a credential, or an identifier.
fn is_part(rule: &Yaml<'_>) -> bool {
    let hidden = rule.as_mapping_get("visible").and_then(Yaml::as_bool) == Some(false);
    hidden || list(rule, "categories").iter().any(|category| category.as_str() == Some("identifier"))
}
