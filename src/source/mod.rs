//! What is read: which places there are, and how the bytes of one of them are had.
//! Listing reads no content; that is done one entry at a time while scanning.

pub mod git;
mod history;
mod steering;
mod tree;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::error::SourceError;
use crate::finding::{Note, Origin};
pub use history::{Base, Blob, History};

/// Text beyond this size is not scanned, which is said and is exit status 3.
pub const TEXT_LIMIT: u64 = 256 << 20;

/// What the user asked to be read.
#[derive(Clone, Debug)]
pub enum Source {
    /// Files and folders; `ignored`: also what git ignores.
    Tree { paths: Vec<PathBuf>, ignored: bool },
    /// Bytes that were handed over, under a name.
    Stdin { name: String, bytes: Vec<u8> },
    /// All that any reference of the repository leads to; `since` a day, a time or a revision.
    History { path: PathBuf, since: Option<String> },
}

/// A place that can be read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As reports show it: relative to the repository's root, with `/`.
    pub path: String,
    pub place: Place,
    pub origin: Origin,
    /// Of a blob of the history: HEAD still holds it.
    pub tracked: bool,
    pub ignored: bool,
    /// The commit that brought it, where it comes from the history.
    pub commit: Option<String>,
}

/// Where an entry's bytes are.
#[derive(Clone, Debug)]
pub enum Place {
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// Everything that is to be read, in the order of its paths.
#[derive(Debug, Default)]
pub struct Listing {
    pub entries: Vec<Entry>,
    /// Is too large to be listed, and is read as a stream.
    pub history: Option<History>,
    pub notes: Vec<Note>,
}

/// Lists what is to be read; nothing is read yet.
pub fn list(source: &Source) -> Result<Listing, SourceError> {
    match source {
        Source::Tree { paths, ignored } => tree::list(paths, *ignored),
        Source::Stdin { name, bytes } => Ok(Listing {
            entries: vec![Entry {
                path: name.clone(),
                place: Place::Bytes(bytes.clone()),
                origin: Origin::Stdin,
                tracked: false,
                ignored: false,
                commit: None,
            }],
            ..Listing::default()
        }),
        Source::History { path, since } => {
            let (history, notes) = History::open(path, since.as_deref())?;
            Ok(Listing { history: Some(history), notes, ..Listing::default() })
        }
    }
}

/// Files beyond this size are not searched for uses.
const USES_LIMIT: u64 = 4 << 20;

impl Listing {
    /// How many files are read.
    pub fn len(&self) -> usize {
        self.history.as_ref().map_or(self.entries.len(), History::len)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The texts in which something may be used, of the names that fit: those that were listed; for
    /// a history, HEAD's. None where there is no repository around.
    pub fn texts<T: Send>(
        &self,
        fits: fn(&str) -> bool,
        keep: impl Fn(&str, &str) -> Option<T> + Sync,
    ) -> Option<Vec<T>> {
        match (&self.history, self.entries.first()) {
            (Some(history), _) => Some(texts(&history.head(fits), fits, keep)),
            (None, Some(first)) if first.origin == Origin::Worktree => Some(texts(&self.entries, fits, keep)),
            (None, _) => None,
        }
    }
}

/// What is kept of the entries whose names fit and that are text, which are read again; in order.
fn texts<T: Send>(entries: &[Entry], fits: fn(&str) -> bool, keep: impl Fn(&str, &str) -> Option<T> + Sync) -> Vec<T> {
    let fitting: Vec<&Entry> = entries.iter().filter(|entry| fits(&entry.path)).collect();
    let read = |buffer: &mut Vec<u8>, entry: &Entry| {
        if let Place::File(path) = &entry.place
            && path.metadata().is_ok_and(|metadata| metadata.len() > USES_LIMIT)
        {
            return None;
        }
        let bytes = entry.read_into(buffer).ok()?;
        keep(&entry.path, std::str::from_utf8(bytes).ok()?)
    };
    fitting.par_iter().map_init(Vec::new, |buffer, entry| read(buffer, entry)).flatten_iter().collect()
}

/// The folder whose configuration applies: the root of the repository that holds the first path,
/// else the path itself, or its folder.
pub fn root_of(path: &Path) -> PathBuf {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    tree::repository_root(&path).unwrap_or_else(|| match path.is_dir() {
        true => path.clone(),
        false => path.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf),
    })
}

/// Whether the whole folder is read whose configuration applies, but for what git ignores.
pub fn is_whole(source: &Source) -> bool {
    match source {
        Source::Tree { paths, .. } => match paths.as_slice() {
            [only] => only.canonicalize().is_ok_and(|path| path == root_of(only)),
            _ => false,
        },
        Source::Stdin { .. } | Source::History { .. } => false,
    }
}

/// Why an entry gave no bytes.
#[derive(Debug)]
pub enum Unread {
    TooLarge(u64),
    Io(io::Error),
}

impl Entry {
    /// Reads the entry into a buffer that is used again and again: one open, one read.
    pub fn read_into<'b>(&'b self, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unread> {
        match &self.place {
            Place::Bytes(bytes) => Ok(bytes),
            Place::File(path) => {
                buffer.clear();
                let file = File::open(path).map_err(Unread::Io)?;
                let size = file.metadata().map_err(Unread::Io)?.len();
                if size > TEXT_LIMIT {
                    return Err(Unread::TooLarge(size));
                }
                buffer.reserve(usize::try_from(size).unwrap_or(0) + 1);
                (&file).take(TEXT_LIMIT + 1).read_to_end(buffer).map_err(Unread::Io)?;
                if buffer.len() as u64 > TEXT_LIMIT {
                    return Err(Unread::TooLarge(buffer.len() as u64));
                }
                Ok(buffer)
            }
        }
    }
}
