//! Files and folders. Inside a repository: the index and what git does not ignore, since each
//! alone misses something (the walker a tracked file that is also ignored, the index a new one).
//! Outside: everything. Symbolic links are not followed.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{WalkBuilder, WalkState};

use super::git::Repository;
use super::{Entry, Listing, Place, raw, root_of, steering};
use crate::error::{SourceError, shown};
use crate::finding::{Note, Origin};

pub(super) fn list(paths: &[PathBuf], ignored: bool) -> Result<Listing, SourceError> {
    let mut listing = Listing::default();
    for (path, prefix) in paths.iter().zip(prefixes(paths)) {
        let mut one = list_one(path, ignored)?;
        let lead = |path: &mut String| {
            if !prefix.is_empty() && !path.is_empty() {
                *path = format!("{prefix}/{path}");
            }
        };
        for entry in &mut one.entries {
            lead(&mut entry.path);
            if let Some(raw) = entry.raw.as_mut().filter(|_| !prefix.is_empty()) {
                *raw = [prefix.as_bytes(), b"/", raw].concat();
            }
        }
        one.notes.iter_mut().for_each(|note| lead(&mut note.about));
        listing.entries.append(&mut one.entries);
        listing.notes.append(&mut one.notes);
    }
    listing.entries.sort_by(|a, b| (&a.path, &a.raw).cmp(&(&b.path, &b.raw)));
    listing.entries.dedup_by(|a, b| (&a.path, &a.raw) == (&b.path, &b.raw));
    listing.notes.sort();
    listing.notes.dedup();
    Ok(listing)
}

/// What the reported paths of each argument begin with: nothing where all lie in one repository, to
/// whose root they are relative; else what leads to its own.
pub fn prefixes(paths: &[PathBuf]) -> Vec<String> {
    let roots: Vec<PathBuf> = paths.iter().map(|path| root_of(path)).collect();
    if roots.windows(2).all(|pair| pair[0] == pair[1]) {
        return vec![String::new(); paths.len()];
    }
    paths.iter().zip(&roots).map(|(path, root)| prefix(path, root)).collect()
}

/// An argument without what of it lies below the root.
fn prefix(path: &Path, root: &Path) -> String {
    let typed = report_path(path);
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let below = report_path(full.strip_prefix(root).unwrap_or(Path::new("")));
    let leading = typed.strip_suffix(below.as_str()).filter(|rest| rest.is_empty() || rest.ends_with('/'));
    leading.map_or(typed.as_str(), |rest| rest.trim_end_matches('/')).to_owned()
}

fn list_one(given: &Path, ignored: bool) -> Result<Listing, SourceError> {
    let metadata = fs::metadata(given).map_err(|why| match why.kind() {
        ErrorKind::NotFound => SourceError::missing(given.to_path_buf()),
        _ => SourceError::io(given, why),
    })?;
    let path = given.canonicalize().map_err(|why| SourceError::io(given, why))?;
    let repository = repository_root(&path);
    if metadata.is_file() {
        return Ok(single(&path, repository.as_deref()));
    }
    if !metadata.is_dir() {
        return Err(SourceError::NotScannable { path: shown(given) });
    }
    if steering::is_bare(&path) {
        return Err(SourceError::Bare { path: shown(given) });
    }
    Ok(Folder { root: repository.clone().unwrap_or_else(|| path.clone()), path, repository }.list(ignored))
}

/// The nearest folder around that holds a `.git`.
pub(super) fn repository_root(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf)
}

/// Whether no folder on the way is a link: one of the index may have become one that leads out of the tree.
fn lies_where_it_says(file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder.canonicalize().is_ok_and(|real| real == folder))
}

/// One file that was named: it is read whatever git thinks of it.
fn single(path: &Path, repository: Option<&Path>) -> Listing {
    let root = repository.or_else(|| path.parent()).unwrap_or(path);
    let below = path.strip_prefix(root).unwrap_or(path);
    let name = report_path(below);
    let mut notes = Vec::new();
    let tracked = repository.is_some_and(|root| index_of(root, &mut notes).contains(&*git_name(below)));
    let ignored = !tracked && repository.is_some_and(|root| Repository::at(root).is_ignored(&name));
    let entry = Entry {
        path: name,
        raw: raw(&git_name(below)),
        place: Place::File(path.to_path_buf()),
        origin: Origin::Worktree,
        tracked,
        ignored,
        commit: None,
    };
    Listing { entries: vec![entry], notes, ..Listing::default() }
}

/// A folder to scan, and the root that its paths are relative to.
struct Folder {
    root: PathBuf,
    path: PathBuf,
    repository: Option<PathBuf>,
}

impl Folder {
    fn list(&self, ignored: bool) -> Listing {
        let mut notes = Vec::new();
        let seen = self.walk(self.repository.is_some(), &mut notes);
        let tracked = self.tracked(&seen.nested, &mut notes);
        let mut kept: BTreeSet<PathBuf> = seen.files;
        let mut gone = BTreeSet::new();
        for file in tracked.iter().map(|name| self.root.join(path_of(name))) {
            if kept.contains(&file) || !file.starts_with(&self.path) {
                continue;
            }
            match fs::symlink_metadata(&file) {
                Ok(metadata) if metadata.is_file() && lies_where_it_says(&file) => _ = kept.insert(file),
                Err(why) if why.kind() == ErrorKind::NotFound => _ = gone.insert(file),
                _ => {}
            }
        }
        let mut entries: Vec<Entry> = kept.iter().map(|file| self.entry(file, &tracked, false)).collect();
        let (mut links, mut others) = (seen.links, seen.others);
        if ignored && self.repository.is_some() {
            let all = self.walk(false, &mut notes);
            entries.extend(all.files.difference(&kept).map(|file| self.entry(file, &tracked, true)));
            (links, others) = (all.links, all.others);
        }
        notes.extend(self.left_out(
            "skipped",
            &gone,
            [
                "a tracked file is not in the working tree (deleted, or left out of a sparse checkout)",
                "tracked files are not in the working tree (deleted, or left out of a sparse checkout); this is the first",
            ],
        ));
        notes.extend(self.left_out(
            "symlink",
            &links,
            ["a symbolic link was not followed", "symbolic links were not followed; this is the first"],
        ));
        notes.extend(self.left_out(
            "skipped",
            &others,
            [
                "a pipe, a socket or a device was not opened",
                "pipes, sockets and devices were not opened; this is the first",
            ],
        ));
        notes.sort();
        notes.dedup();
        Listing { entries, notes, ..Listing::default() }
    }

    /// The index's names (of nested repositories too), relative to the root.
    fn tracked(&self, nested: &BTreeSet<PathBuf>, notes: &mut Vec<Note>) -> BTreeSet<Vec<u8>> {
        let mut tracked = BTreeSet::new();
        for repository in self.repository.iter().chain(nested) {
            let prefix = git_name(repository.strip_prefix(&self.root).unwrap_or(Path::new("")));
            for name in index_of(repository, notes) {
                match prefix.is_empty() {
                    true => tracked.insert(name),
                    false => tracked.insert([&*prefix, b"/", &name].concat()),
                };
            }
        }
        tracked
    }

    fn entry(&self, file: &Path, tracked: &BTreeSet<Vec<u8>>, ignored: bool) -> Entry {
        let below = file.strip_prefix(&self.root).unwrap_or(file);
        let is_tracked = tracked.contains(&*git_name(below));
        Entry {
            path: report_path(below),
            raw: raw(&git_name(below)),
            place: Place::File(file.to_path_buf()),
            origin: Origin::Worktree,
            tracked: is_tracked,
            ignored: ignored && !is_tracked,
            commit: None,
        }
    }

    /// What git ignores is left out where `respect_ignores`, unless git's lists are not to be opened.
    fn walk(&self, respect_ignores: bool, notes: &mut Vec<Note>) -> Seen {
        let unfit = Arc::new(Mutex::new(BTreeSet::new()));
        if respect_ignores {
            unfit.lock().expect("nobody else has it").extend(self.path.ancestors().find_map(steering::unfit_ignores));
        }
        let seen = self.walk_once(respect_ignores, &unfit, notes);
        let unfit = unfit.lock().expect("no thread panics while it holds the lock");
        let Some(first) = unfit.first() else { return seen };
        let message = "neither a file nor a directory; what git ignores was read as well".to_owned();
        let about = report_path(first.strip_prefix(&self.root).unwrap_or(first));
        notes.push(Note { kind: "git", about, message, incomplete: false });
        self.walk_once(false, &Arc::default(), notes)
    }

    fn walk_once(&self, respect_ignores: bool, unfit: &Arc<Mutex<BTreeSet<PathBuf>>>, notes: &mut Vec<Note>) -> Seen {
        let seen = Mutex::new(Seen::default());
        if !unfit.lock().expect("nobody else has it").is_empty() {
            return Seen::default();
        }
        let mut walker = WalkBuilder::new(&self.path);
        walker
            .standard_filters(false)
            .git_ignore(respect_ignores)
            .git_global(respect_ignores)
            .git_exclude(respect_ignores)
            .parents(respect_ignores)
            .follow_links(false)
            .threads(std::thread::available_parallelism().map_or(1, usize::from));
        // Git's own folder is no content; its configuration is, when everything is asked for.
        let unfit = Arc::clone(unfit);
        walker.filter_entry(move |entry| {
            if entry.file_name() == ".git" {
                return false;
            }
            let is_folder = respect_ignores && entry.file_type().is_some_and(|kind| kind.is_dir());
            let Some(found) = is_folder.then(|| steering::unfit_ignores(entry.path())).flatten() else { return true };
            unfit.lock().expect("no thread panics while it holds the lock").insert(found);
            false
        });
        walker.build_parallel().run(|| {
            let mut local = Collect { own: Seen::default(), all: &seen };
            let root = &self.root;
            Box::new(move |result| {
                match result {
                    Ok(entry) => local.own.take(entry, root),
                    Err(why) => local.own.errors.push(why.to_string()),
                }
                WalkState::Continue
            })
        });
        let mut seen = seen.into_inner().expect("no thread panics while it holds the lock");
        for why in seen.errors.drain(..) {
            let message = match why.strip_prefix(&format!("{}/", self.root.display())) {
                Some(rest) => rest.to_owned(),
                None => why,
            };
            notes.push(Note { kind: "unreadable", about: String::new(), message, incomplete: true });
        }
        if !respect_ignores {
            for repository in self.repository.iter().chain(&seen.nested) {
                let config = repository.join(".git").join("config");
                if config.is_file() && config.starts_with(&self.path) {
                    seen.files.insert(config);
                }
            }
        }
        seen
    }

    /// One note for all of a sort, which has words for one and for several.
    fn left_out(&self, kind: &'static str, all: &BTreeSet<PathBuf>, [one, several]: [&str; 2]) -> Option<Note> {
        let first = all.first()?;
        let about = report_path(first.strip_prefix(&self.root).unwrap_or(first));
        let message = match all.len() {
            1 => one.to_owned(),
            count => format!("{count} {several}"),
        };
        Some(Note { kind, about, message, incomplete: false })
    }
}

/// What one walk saw.
#[derive(Default)]
struct Seen {
    files: BTreeSet<PathBuf>,
    links: BTreeSet<PathBuf>,
    /// Pipes, sockets, devices.
    others: BTreeSet<PathBuf>,
    /// Repositories inside the one that is scanned.
    nested: BTreeSet<PathBuf>,
    errors: Vec<String>,
}

impl Seen {
    fn take(&mut self, entry: ignore::DirEntry, root: &Path) {
        let Some(kind) = entry.file_type() else { return };
        if kind.is_file() {
            self.files.insert(entry.into_path());
        } else if kind.is_symlink() {
            self.links.insert(entry.into_path());
        } else if !kind.is_dir() {
            self.others.insert(entry.into_path());
        } else if entry.path() != root && entry.path().join(".git").exists() {
            self.nested.insert(entry.into_path());
        }
    }
}

/// Gathers per thread and adds up once, when the thread ends.
struct Collect<'a> {
    own: Seen,
    all: &'a Mutex<Seen>,
}

impl Drop for Collect<'_> {
    fn drop(&mut self) {
        if let Ok(mut all) = self.all.lock() {
            all.files.append(&mut self.own.files);
            all.links.append(&mut self.own.links);
            all.others.append(&mut self.own.others);
            all.nested.append(&mut self.own.nested);
            all.errors.append(&mut self.own.errors);
        }
    }
}

fn index_of(repository: &Path, notes: &mut Vec<Note>) -> BTreeSet<Vec<u8>> {
    Repository::at(repository).tracked().unwrap_or_else(|why| {
        notes.push(Note {
            kind: "git",
            about: String::new(),
            message: format!("{why}; tracked files that git also ignores were not looked for"),
            incomplete: true,
        });
        BTreeSet::new()
    })
}

/// A relative path with `/`, whatever the platform; bytes that are no UTF-8 become a replacement character.
pub(super) fn report_path(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        })
        .collect();
    parts.join("/")
}

/// A relative path as git writes it in the index, whatever its bytes.
#[cfg(unix)]
fn git_name(path: &Path) -> Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt;
    Cow::Borrowed(path.as_os_str().as_bytes())
}

#[cfg(not(unix))]
fn git_name(path: &Path) -> Cow<'_, [u8]> {
    Cow::Owned(report_path(path).into_bytes())
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}
