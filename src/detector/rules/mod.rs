//! Rules that people already have: files in gitleaks' format, with what betterleaks adds to it,
//! read into the same model as every detector file. What would find more or less here than there
//! is an error that names the rule and its line; what changes no find is said in a note.

mod expression;
mod keep;
mod pattern;
mod table;
mod written;

use std::path::{Path, PathBuf};

use super::model::{Allow, Provider};
use crate::config::belongs;
use crate::error::{FileError, shown};
use crate::finding::Note;
use crate::textfile;
use expression::Filter;
use table::{At, Wrong};
use written::{Rule, Written};

/// A rules file with everything that it extends.
#[derive(Debug)]
pub struct Rules {
    pub provider: Provider,
    pub notes: Vec<Note>,
    /// Rules without a keyword or a text that every match holds: they are tried on every file.
    pub slow: Vec<String>,
    /// Where each rule stands, in the order of the provider's detectors.
    places: Vec<table::Place>,
}

/// So many files may extend one another.
const CHAIN: usize = 16;

impl Rules {
    /// Reads one file. `within`: the repository that brought it, which nothing that it extends may
    /// lead out of.
    pub fn read(path: &Path, within: Option<&Path>) -> Result<Rules, FileError> {
        let merged = Merged::read(path, within, &mut Vec::new())?;
        keep::rules(merged, path)
    }

    /// The error of a detector that stands twice: `other` says where else.
    pub(super) fn clash(&self, detector: usize, other: &str) -> FileError {
        self.places[detector].error(format!(
            "rule `{}`: {other} has this id already; give the rule another one, or switch it off with `disabledRules` in \
             a file that extends this one",
            self.provider.detectors[detector].id
        ))
        .into()
    }
}

/// A file over those that it extends.
#[derive(Debug, Default)]
struct Merged {
    rules: Vec<Rule>,
    allow: Vec<(Vec<String>, At<Allow>)>,
    prefilter: Option<At<Filter>>,
    filter: Option<At<Filter>>,
    use_default: bool,
    /// Names of rules to switch off that are no rules of the files.
    disabled: Vec<String>,
    wrong: Vec<Wrong>,
}

impl Merged {
    fn read(path: &Path, within: Option<&Path>, chain: &mut Vec<PathBuf>) -> Result<Merged, FileError> {
        let name = shown(path);
        let unreadable = |why| FileError::Unreadable { path: name.clone(), why };
        let real = path.canonicalize().map_err(unreadable)?;
        let again = chain.iter().position(|known| *known == real);
        chain.push(real);
        if let Some(first) = again {
            let names: Vec<String> = chain[first..].iter().map(|path| file_name(path)).collect();
            let message = format!("rules files extend one another in a circle: {}", names.join(" → "));
            return Err(FileError::Content { path: name, message });
        }
        if chain.len() > CHAIN {
            let message = format!("more than {CHAIN} rules files extend one another");
            return Err(FileError::Content { path: name, message });
        }
        // What was typed may be a pipe; what a file names may not.
        let text = if chain.len() == 1 { textfile::read(path) } else { textfile::read_regular(path) }?;
        let mut written = Written::of(&name, &text)?;
        written.complain_of_doubles();
        let mut base = match written.extend.take() {
            Some(extend) => extended(path, &extend, within, chain)?,
            None => Merged::default(),
        };
        base.take_over(written);
        Ok(base)
    }

    /// Puts a file over what it extends.
    fn take_over(&mut self, file: Written) {
        let is_known = |id: &String| self.rules.iter().any(|rule| rule.id == *id);
        self.disabled.extend(file.disabled.iter().filter(|id| !is_known(id)).cloned());
        self.rules.retain(|rule| !file.disabled.contains(&rule.id));
        for rule in file.rules {
            match self.rules.iter().position(|known| known.id == rule.id) {
                Some(at) => {
                    let base = self.rules.remove(at);
                    self.rules.insert(at, rule.over(base));
                }
                None => self.rules.push(rule),
            }
        }
        self.allow.extend(file.allow);
        self.prefilter = file.prefilter.or(self.prefilter.take());
        self.filter = file.filter.or(self.filter.take());
        self.use_default |= file.use_default;
        self.wrong.extend(file.wrong);
    }
}

/// What a file extends stands beside it.
fn extended(
    path: &Path,
    extend: &At<String>,
    within: Option<&Path>,
    chain: &mut Vec<PathBuf>,
) -> Result<Merged, FileError> {
    let base = path.parent().unwrap_or(Path::new("")).join(&extend.value);
    if let Err(why) = base.metadata() {
        let wrong = extend.place.error(format!(
            "[extend] `{}` cannot be read: {why}; it is looked for beside this file, wherever the program is started",
            extend.value
        ));
        return Err(wrong.into());
    }
    if let Some(root) = within {
        belongs(&base, root)?;
    }
    Merged::read(&base, within, chain)
}

impl Written {
    /// Two rules of one id: which of them is meant, nobody knows. The first stays.
    fn complain_of_doubles(&mut self) {
        let mut kept: Vec<Rule> = Vec::new();
        for rule in std::mem::take(&mut self.rules) {
            match kept.iter().find(|known| known.id == rule.id && !rule.id.is_empty()) {
                Some(first) => self.wrong.push(rule.place.error(format!(
                    "rule `{}`: line {} has a rule of this id already; give one of them another",
                    rule.id, first.place.line
                ))),
                None => kept.push(rule),
            }
        }
        self.rules = kept;
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| shown(path), |name| name.to_string_lossy().into_owned())
}
