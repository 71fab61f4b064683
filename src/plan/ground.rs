//! Where the files that steer a scan are read: in the repository, or, for what a change adds, where
//! the change wants to go, so that a pull request does not decide how it is judged.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::{self, Config};
use crate::error::{Error, FileError, SourceError};
use crate::finding::Note;
use crate::source::Source;
use crate::source::base::Base;
use crate::suppress::foreign;

/// Where they are read; `Default`: where they lie.
#[derive(Debug, Default)]
pub struct Ground(Option<Elsewhere>);

#[derive(Debug)]
struct Elsewhere {
    base: Base,
    root: PathBuf,
    /// What was asked for, relative to the root.
    asked: RefCell<BTreeSet<String>>,
}

impl Ground {
    /// `trusting`: what the change itself brings is heeded.
    pub fn of(source: &Source, trusting: bool) -> Result<Ground, Error> {
        match source {
            Source::Diff { repository, range, .. } if !trusting => {
                let base = Base::of(repository, range)?;
                let root = repository.root.clone();
                Ok(Ground(Some(Elsewhere { base, root, asked: RefCell::default() })))
            }
            _ => Ok(Ground::default()),
        }
    }

    /// Whether comments count that the change brings.
    pub fn is_the_change(&self) -> bool {
        self.0.is_none()
    }

    /// Where to read what lies at `root`.
    pub fn root<'r>(&'r self, root: &'r Path) -> &'r Path {
        self.0.as_ref().map_or(root, |elsewhere| elsewhere.base.folder())
    }

    /// Where to read a file; none where it is not there.
    pub fn file(&self, file: &Path) -> Result<Option<PathBuf>, Error> {
        let Some(Elsewhere { base, root, asked }) = &self.0 else { return Ok(Some(file.to_owned())) };
        let full = std::path::absolute(file).map_err(|why| SourceError::io(file, why))?;
        let within = full.strip_prefix(base.folder()).or_else(|_| full.strip_prefix(root));
        // What lies elsewhere is none of the change's.
        let Ok(within) = within else { return Ok(Some(file.to_owned())) };
        asked.borrow_mut().insert(within.to_string_lossy().replace('\\', "/"));
        let there = base.bring(within).map_err(|why| SourceError::io(file, why))?;
        Ok(there.then(|| base.folder().join(within)))
    }

    /// Brings the configuration of the root, what it names, and the files of other scanners.
    pub fn prepare(&self, named: Option<&Path>) -> Result<(), Error> {
        let Some(Elsewhere { root, .. }) = &self.0 else { return Ok(()) };
        for name in foreign::NAMES {
            self.file(&root.join(name))?;
        }
        let mut open = vec![named.map_or_else(|| root.join(config::NAME), Path::to_owned)];
        let mut seen = BTreeSet::new();
        while let Some(file) = open.pop() {
            if !seen.insert(file.clone()) {
                continue;
            }
            let Some(there) = self.file(&file)? else { continue };
            let text = std::fs::read_to_string(&there).unwrap_or_default();
            let folder = file.parent().unwrap_or(Path::new("")).to_owned();
            open.extend(config::names(&text).into_iter().map(|name| folder.join(name)));
        }
        Ok(())
    }

    /// A file as people know it, wherever it was read.
    pub fn known(&self, file: &Path) -> PathBuf {
        let Some(Elsewhere { base, root, .. }) = &self.0 else { return file.to_owned() };
        file.strip_prefix(base.folder()).map_or_else(|_| file.to_owned(), |rest| root.join(rest))
    }

    /// An error that names the file as people know it, and the revision.
    pub fn explain(&self, why: FileError) -> FileError {
        let Some(Elsewhere { base, .. }) = &self.0 else { return why };
        why.moved(base.folder(), &base.revision)
    }

    /// The configuration as people know it.
    pub fn settle(&self, config: &mut Config) {
        if let Some(name) = &config.name {
            config.name = Some(self.known(Path::new(name)).display().to_string());
        }
    }

    /// What the change says of itself, and is not heeded.
    pub fn notes(&self) -> Vec<Note> {
        let Some(Elsewhere { base, asked, .. }) = &self.0 else { return Vec::new() };
        let asked = asked.borrow();
        let message = format!(
            "is changed by what is scanned; what it says at {} applies (--trust-changes heeds the change)",
            base.revision
        );
        let note = |about: String| Note { kind: "base", about, message: message.clone(), incomplete: false };
        base.changed(asked.iter().map(String::as_str)).into_iter().map(note).collect()
    }
}
