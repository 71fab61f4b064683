//! The form that every corpus is brought into: a folder of files, and labels beside it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::process::Fault;

#[derive(Default, Serialize, Deserialize)]
pub struct Corpus {
    /// Held out: of such a corpus nothing but totals is ever printed.
    pub held_out: bool,
    pub labels: Vec<Label>,
    /// Where the authors count lines per file instead of naming them.
    pub counts: BTreeMap<String, Count>,
    #[serde(skip)]
    pub files: HashMap<String, Vec<u8>>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Label {
    pub path: String,
    pub first: u64,
    pub last: u64,
    pub verdict: Verdict,
    pub kind: String,
}

/// In the order in which they win where several are given to the same lines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    Real,
    /// Neither a find nor a false alarm.
    LeftOut,
    NotReal,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Count {
    pub risky: usize,
    pub informative: usize,
}

const FILES: &str = "files";
const LABELS: &str = "labels.json";

impl Corpus {
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        Ok(serde_json::from_slice(&fs::read(folder.join(LABELS))?)?)
    }

    /// Writes files and labels anew, and forgets what scanners reported of the old ones.
    pub fn write(mut self, folder: &Path) -> Result<(), Fault> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        for (path, content) in &self.files {
            let path = folder.join(FILES).join(path);
            fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
            fs::write(path, content)?;
        }
        self.labels.retain(|label| self.files.contains_key(&label.path));
        self.labels.sort_by(|a, b| (&a.path, a.first, a.last, a.verdict).cmp(&(&b.path, b.first, b.last, b.verdict)));
        self.labels.dedup_by(|b, a| (&a.path, a.first, a.last) == (&b.path, b.first, b.last));
        fs::write(folder.join(LABELS), serde_json::to_vec(&self)?)?;
        Ok(())
    }

    pub fn label(&mut self, path: &str, lines: (u64, u64), verdict: Verdict, kind: &str) {
        self.labels.push(Label {
            path: path.to_owned(),
            first: lines.0,
            last: lines.1,
            verdict,
            kind: kind.to_owned(),
        });
    }
}

/// Copies the files out of any repository, whose ignore rules would otherwise hide them.
pub fn copy_files(corpus: &Path, into: &Path) -> Result<(), Fault> {
    let mut folders = vec![corpus.join(FILES)];
    let root = corpus.join(FILES);
    while let Some(folder) = folders.pop() {
        fs::create_dir_all(into.join(folder.strip_prefix(&root)?))?;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                fs::copy(&path, into.join(path.strip_prefix(&root)?))?;
            }
        }
    }
    Ok(())
}
