//! What is read: which places there are, and how the bytes of one of them are had.
//! Listing reads no content; that is done one entry at a time while scanning.

pub mod archive;
pub mod base;
mod changed;
mod diff;
pub mod git;
mod history;
mod staged;
mod steering;
mod tree;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::error::SourceError;
use crate::finding::{Beyond, Moment, Note, Origin};
use archive::Archive;
use git::Repository;
use git::objects::Objects;
pub use history::{Base, Blob, History, Kept};
pub use tree::prefixes;

/// Text beyond this size is not scanned, which is said and is exit status 3.
pub const TEXT_LIMIT: u64 = 256 << 20;

/// Of larger files the beginning is looked at before they are read: an archive is not read at once.
const AT_ONCE: u64 = 1 << 20;

/// What the user asked to be read.
#[derive(Clone, Debug)]
pub enum Source {
    /// Files and folders; `ignored`: also what git ignores.
    Tree { paths: Vec<PathBuf>, ignored: bool },
    /// What the next commit would contain, below these full paths; all of it where there are none.
    Staged { repository: Repository, objects: Arc<Objects>, below: Vec<PathBuf> },
    /// The lines that a range of commits adds, below these full paths.
    Diff { repository: Repository, below: Vec<PathBuf>, range: String },
    /// Bytes that were handed over, under a name.
    Stdin { name: String, bytes: Vec<u8> },
    /// All that any reference of the repository leads to; `since` a day, a time or a revision.
    History { path: PathBuf, since: Option<String> },
}

/// A place that can be read.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As reports show it: relative to the repository's root, with `/`; bytes that are no UTF-8 are replaced.
    pub path: String,
    /// The path as it is, where bytes were replaced; of a member of an archive, the archive's.
    pub raw: Option<Vec<u8>>,
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
    /// A blob of a repository; where only what it adds to another one counts, that.
    Object {
        id: String,
        before: Option<String>,
        objects: Arc<Objects>,
    },
}

/// Everything that is to be read, in the order of its paths.
#[derive(Debug, Default)]
pub struct Listing {
    pub entries: Vec<Entry>,
    /// Is too large to be listed, and is read as a stream.
    pub history: Option<History>,
    pub notes: Vec<Note>,
}

/// A path whose bytes cannot all be shown.
fn raw(path: &[u8]) -> Option<Vec<u8>> {
    std::str::from_utf8(path).is_err().then(|| path.to_vec())
}

/// Lists what is to be read; nothing is read yet.
pub fn list(source: &Source) -> Result<Listing, SourceError> {
    match source {
        Source::Tree { paths, ignored } => tree::list(paths, *ignored),
        Source::Staged { repository, objects, below } => staged::list(repository, objects, below),
        Source::Diff { repository, below, range } => diff::list(repository, below, range),
        Source::Stdin { name, bytes } => Ok(Listing {
            entries: vec![Entry {
                path: name.clone(),
                raw: None,
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

/// What the next commit of the repository that holds the paths would contain, below them.
pub fn staged(paths: &[PathBuf]) -> Result<Source, SourceError> {
    let (repository, below) = holding(paths)?;
    // Git works while the detectors are being read.
    let objects = Arc::new(repository.objects_for_staged());
    Ok(Source::Staged { repository, objects, below })
}

/// The lines that a range of commits of the repository that holds the paths adds, below them.
pub fn diff(paths: &[PathBuf], range: String) -> Result<Source, SourceError> {
    let (repository, below) = holding(paths)?;
    Ok(Source::Diff { repository, below, range })
}

/// All that a revision of the repository that holds the paths has, below them, as if it were added.
pub fn all_of(paths: &[PathBuf], revision: &str) -> Result<Source, SourceError> {
    let (repository, below) = holding(paths)?;
    let range = format!("{}..{revision}", repository.empty_tree()?);
    Ok(Source::Diff { repository, below, range })
}

/// The repository of the first path, and all of them in full.
fn holding(paths: &[PathBuf]) -> Result<(Repository, Vec<PathBuf>), SourceError> {
    let first = paths.first().map_or(Path::new("."), PathBuf::as_path);
    let below = paths.iter().map(|path| changed::full(path)).collect::<Result<_, _>>()?;
    Ok((Repository::holding(first)?, below))
}

/// Where the uses of what was found are looked for: all that the source holds, of which a scan may
/// have read only what is about to change.
pub fn surroundings<'l>(source: &Source, listing: &'l Listing) -> Cow<'l, [Entry]> {
    match source {
        Source::Tree { .. } => Cow::Borrowed(&listing.entries),
        Source::Staged { repository, objects, .. } => Cow::Owned(staged::around(repository, objects)),
        Source::Diff { repository, range, .. } => Cow::Owned(diff::around(repository, range)),
        Source::History { .. } => Cow::Owned(listing.history.as_ref().map(History::around).unwrap_or_default()),
        Source::Stdin { .. } => Cow::Borrowed(&[]),
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
}

/// What is kept of the entries whose names fit and that are text, which are read again; in order.
pub fn texts<T: Send>(
    entries: &[Entry],
    fits: fn(&str) -> bool,
    keep: impl Fn(&str, &str) -> Option<T> + Sync,
) -> Vec<T> {
    let fitting: Vec<&Entry> = entries.iter().filter(|entry| fits(&entry.path)).collect();
    let read = |buffer: &mut Vec<u8>, entry: &Entry| {
        let bytes = entry.read_up_to(USES_LIMIT, buffer).ok()?;
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

/// The commit that is checked out where the source lies.
pub fn head(source: &Source) -> Option<Moment> {
    match source {
        Source::Staged { repository, .. } | Source::Diff { repository, .. } => repository.head(),
        Source::Tree { paths, .. } => Repository::at(&root_of(paths.first()?)).head(),
        Source::History { path, .. } => Repository::at(&root_of(path)).head(),
        Source::Stdin { .. } => Repository::at(&root_of(Path::new("."))).head(),
    }
}

/// How much is read of the folder whose configuration applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Part,
    /// The files as they are, but for what git ignores.
    Files,
    /// These as well.
    AndIgnored,
}

impl Extent {
    /// Whether what lies there would have been read.
    pub fn covers(self, beyond: Option<Beyond>) -> bool {
        match beyond {
            None => self != Extent::Part,
            Some(Beyond::Ignored) => self == Extent::AndIgnored,
            Some(Beyond::History | Beyond::Stdin) => false,
        }
    }
}

pub fn extent(source: &Source) -> Extent {
    match source {
        Source::Tree { paths, ignored } => match paths.as_slice() {
            [only] if only.canonicalize().is_ok_and(|path| path == root_of(only)) => {
                if *ignored {
                    Extent::AndIgnored
                } else {
                    Extent::Files
                }
            }
            _ => Extent::Part,
        },
        Source::Staged { .. } | Source::Diff { .. } | Source::History { .. } | Source::Stdin { .. } => Extent::Part,
    }
}

/// What an entry holds.
pub enum Content<'b> {
    Bytes(&'b [u8]),
    /// A large archive, which is not read as a whole.
    Archive(Archive<'static>),
}

/// Why an entry gave no bytes.
#[derive(Debug)]
pub enum Unread {
    TooLarge(u64),
    Io(io::Error),
}

impl Entry {
    /// A member of the archive that this is.
    pub fn member(&self, path: &str) -> Entry {
        let (path, place) = (path.to_owned(), Place::Bytes(Vec::new()));
        Entry { path, raw: self.raw.clone(), place, origin: Origin::Archive, commit: self.commit.clone(), ..*self }
    }

    /// Something to be said of it.
    pub fn note(&self, kind: &'static str, message: String, incomplete: bool) -> Note {
        Note { kind, about: self.path.clone(), message, incomplete }
    }

    /// Reads the entry as [`Entry::read_into`] does, but for a large file that begins as an archive does.
    pub fn content_into<'b>(&'b self, buffer: &'b mut Vec<u8>) -> Result<Content<'b>, Unread> {
        if let Place::File(path) = &self.place {
            let mut file = File::open(path).map_err(Unread::Io)?;
            let size = file.metadata().map_err(Unread::Io)?.len();
            if size > AT_ONCE {
                let mut head = Vec::new();
                file.by_ref().take(archive::HEAD as u64).read_to_end(&mut head).map_err(Unread::Io)?;
                match Archive::in_file(&head, &self.path, file, size) {
                    Ok(archive) => return Ok(Content::Archive(archive)),
                    Err(back) => file = back,
                }
                file.rewind().map_err(Unread::Io)?;
            }
            return read_file(&file, size, TEXT_LIMIT, buffer).map(Content::Bytes);
        }
        self.read_into(buffer).map(Content::Bytes)
    }

    /// Reads the entry into a buffer that is used again and again: one open, one read.
    pub fn read_into<'b>(&'b self, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unread> {
        self.read_up_to(TEXT_LIMIT, buffer)
    }

    fn read_up_to<'b>(&'b self, limit: u64, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unread> {
        match &self.place {
            Place::Bytes(bytes) => Ok(bytes),
            Place::File(path) => {
                let file = File::open(path).map_err(Unread::Io)?;
                let size = file.metadata().map_err(Unread::Io)?.len();
                read_file(&file, size, limit, buffer)
            }
            Place::Object { id, objects, .. } => {
                objects.read(id, limit, buffer)?;
                Ok(buffer)
            }
        }
    }

    /// Reads what stood there before, where only what was added to it counts.
    pub fn read_before(&self) -> Option<Result<Vec<u8>, Unread>> {
        let Place::Object { before: Some(id), objects, .. } = &self.place else { return None };
        let mut bytes = Vec::new();
        Some(objects.read(id, TEXT_LIMIT, &mut bytes).map(|_| bytes))
    }
}

fn read_file<'b>(file: &File, size: u64, limit: u64, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Unread> {
    buffer.clear();
    if size > limit {
        return Err(Unread::TooLarge(size));
    }
    buffer.reserve(usize::try_from(size).unwrap_or(0) + 1);
    file.take(limit + 1).read_to_end(buffer).map_err(Unread::Io)?;
    if buffer.len() as u64 > limit {
        return Err(Unread::TooLarge(buffer.len() as u64));
    }
    Ok(buffer)
}
