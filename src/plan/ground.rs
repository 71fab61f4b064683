//! Where the files that steer a scan are read: in the repository, or, for what a change adds, where
//! the change wants to go, so that a pull request does not decide how it is judged.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::config::{self, Config};
use crate::error::{Error, FileError, SourceError, shown};
use crate::finding::Note;
use crate::source::Source;
use crate::source::base::Base;
use crate::suppress::foreign;
use crate::textfile;

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

impl Elsewhere {
    /// Where in the repository a file lies, by its name or where its folder leads; none where it lies
    /// outside. By its name first: a link in the change must not lead out of what is judged by the base.
    fn within(&self, file: &Path) -> io::Result<Option<PathBuf>> {
        let full = plain(&std::path::absolute(file)?);
        let inside = |full: &Path| {
            let rest = full.strip_prefix(self.base.folder()).or_else(|_| full.strip_prefix(&self.root));
            rest.ok().map(Path::to_owned)
        };
        let real = || {
            let (folder, name) = (full.parent()?, full.file_name()?);
            inside(&folder.canonicalize().ok()?.join(name))
        };
        Ok(inside(&full).or_else(real))
    }
}

/// Without `..`, which git knows nothing of.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
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
        let Some(elsewhere) = &self.0 else { return Ok(Some(file.to_owned())) };
        // What lies elsewhere is none of the change's.
        let within = elsewhere.within(file).map_err(|why| SourceError::io(file, why))?;
        let Some(within) = within else { return Ok(Some(file.to_owned())) };
        let Elsewhere { base, asked, .. } = elsewhere;
        asked.borrow_mut().insert(within.to_string_lossy().replace('\\', "/"));
        let there = base.bring(&within).map_err(|why| SourceError::io(file, why))?;
        Ok(there.then(|| base.folder().join(within)))
    }

    /// The same for a file that was typed, which must be somewhere: the change may be what brings it.
    pub fn named(&self, file: &Path) -> Result<Option<PathBuf>, Error> {
        match self.file(file)? {
            None if !file.exists() => Err(self
                .explain(FileError::Unreadable { path: shown(file), why: io::Error::other("no such file") })
                .into()),
            found => Ok(found),
        }
    }

    /// What the file may name: where it was brought from the base, only what was as well.
    pub fn bounds(&self, file: &Path) -> Option<&Path> {
        self.0.as_ref().map(|elsewhere| elsewhere.base.folder()).filter(|folder| file.starts_with(folder))
    }

    /// Brings the configuration of the root, the rules that were typed, what both name, and the files of
    /// other scanners.
    pub fn prepare(&self, named: Option<&Path>, rules: &[PathBuf]) -> Result<(), Error> {
        let Some(Elsewhere { root, .. }) = &self.0 else { return Ok(()) };
        for name in foreign::NAMES {
            self.file(&root.join(name))?;
        }
        let mut open = rules.to_vec();
        open.push(named.map_or_else(|| root.join(config::NAME), Path::to_owned));
        let mut seen = BTreeSet::new();
        while let Some(file) = open.pop() {
            if !seen.insert(file.clone()) {
                continue;
            }
            let Some(there) = self.file(&file)? else { continue };
            let text = textfile::read_regular(&there).unwrap_or_default();
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

    /// The configuration as people know it, with the files that it names where they are read.
    pub fn settle(&self, config: &mut Config) -> Result<(), Error> {
        if let Some(name) = &config.name {
            config.name = Some(self.known(Path::new(name)).display().to_string());
        }
        for files in [&mut config.detectors, &mut config.rules] {
            let there: Result<Vec<_>, _> = files.iter().map(|file| self.named(file)).collect();
            *files = there?.into_iter().flatten().collect();
        }
        Ok(())
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
