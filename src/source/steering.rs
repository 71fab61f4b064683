//! The files that steer a scan by their name: git's own, and the lists of what it ignores. Whoever
//! reads them opens them without a look, so a pipe in their place would hold the run up for ever,
//! and a link to a device that never ends would fill the memory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::git::shape;

mod settings;

/// A longer file names no folder and no branch.
const LONGEST_POINTER: u64 = 64 << 10;
/// A branch that stands for another one, and so on: git follows no further.
const SYMBOLIC: usize = 5;

/// The list of what git ignores in this folder that is not to be opened, if there is one.
pub(super) fn unfit_ignores(folder: &Path) -> Option<PathBuf> {
    let own = || match fs::symlink_metadata(folder.join(".git")) {
        Err(_) => None,
        Ok(_) => match Folders::of(folder) {
            Ok(Some(folders)) => folders.unfit(&["commondir", "info/exclude"]),
            Ok(None) => None,
            Err(unfit) => Some(unfit),
        },
    };
    unfit(folder, &[".gitignore"]).or_else(own)
}

/// What git opens by its name, whatever it is asked.
const GITS_OWN: &[&str] = &[
    "HEAD",
    "commondir",
    "config",
    "config.worktree",
    "gitdir",
    "index",
    "info/attributes",
    "info/exclude",
    "info/grafts",
    "info/sparse-checkout",
    "packed-refs",
    "shallow",
];

/// The same in each folder of objects.
const OBJECTS_OWN: &[&str] = &["info/alternates", "info/commit-graph", "pack/multi-pack-index"];

/// The file of git's own that is not to be opened, if there is one. HEAD's branch is another, and what
/// the configuration names.
pub(super) fn unfit_repository(root: &Path) -> Option<PathBuf> {
    let folders = match Folders::of(root) {
        Ok(folders) => folders?,
        Err(unfit) => return Some(unfit),
    };
    folders
        .unfit(GITS_OWN)
        .or_else(|| folders.unfit_head())
        .or_else(|| folders.each().find_map(|folder| settings::unfit(folder, root)))
        .or_else(|| {
            let objects = shape::folders(folders.common.join("objects"));
            objects.iter().find_map(|folder| unfit(folder, OBJECTS_OWN).or_else(|| unfit_below(&folder.join("pack"))))
        })
}

/// Among the references and single objects, of which git opens any when it is asked for all, or for one
/// by its name.
pub(super) fn unfit_reference_or_object(root: &Path) -> Option<PathBuf> {
    let folders = Folders::of(root).ok()??;
    let places = ["refs", "logs/refs", "worktrees", "objects"];
    folders.each().find_map(|folder| places.iter().find_map(|place| unfit_below(&folder.join(place))))
}

/// Where git keeps what is a working tree's own, if that is known.
pub(super) fn git_folder(root: &Path) -> Option<PathBuf> {
    Some(Folders::of(root).ok()??.own)
}

/// Where git keeps single objects, if that is known.
pub(super) fn objects_folder(root: &Path) -> Option<PathBuf> {
    Some(Folders::of(root).ok()??.common.join("objects"))
}

/// Whether a folder is a repository without a working tree, as servers have it.
pub(super) fn is_bare(folder: &Path) -> bool {
    folder.join("HEAD").exists() && ["objects", "refs"].iter().all(|name| folder.join(name).is_dir())
}

/// Where a working tree's repository lies.
struct Folders {
    own: PathBuf,
    /// Of several working trees of one repository: what they share.
    common: PathBuf,
}

impl Folders {
    /// None where there is none; an error where a pointer to it is not to be opened.
    fn of(root: &Path) -> Result<Option<Folders>, PathBuf> {
        let marked = root.join(".git");
        let own = match marked.is_dir() {
            true => marked,
            false if is_bare(root) => root.to_owned(),
            // A further working tree, or a submodule: `gitdir: PATH`.
            false => match pointer(&marked)?.as_deref().and_then(|text| text.strip_prefix("gitdir: ")) {
                Some(named) => root.join(named),
                None => return Ok(None),
            },
        };
        let common = pointer(&own.join("commondir"))?.map_or_else(|| own.clone(), |named| own.join(named));
        Ok(Some(Folders { own, common }))
    }

    fn each(&self) -> impl Iterator<Item = &PathBuf> {
        let other = (self.common != self.own).then_some(&self.common);
        std::iter::once(&self.own).chain(other)
    }

    fn unfit(&self, names: &[&str]) -> Option<PathBuf> {
        self.each().find_map(|folder| unfit(folder, names))
    }

    /// HEAD names a branch, and that may name another one.
    fn unfit_head(&self) -> Option<PathBuf> {
        let mut name = "HEAD".to_owned();
        for _ in 0..SYMBOLIC {
            let unfit = self.unfit(&[&name]);
            if unfit.is_some() {
                return unfit;
            }
            let text = self.each().find_map(|folder| pointer(&folder.join(&name)).ok().flatten())?;
            name = text.strip_prefix("ref: ")?.to_owned();
        }
        None
    }
}

/// The text of a file of one line; none where there is none.
fn pointer(file: &Path) -> Result<Option<String>, PathBuf> {
    if is_unfit(file) {
        return Err(file.to_owned());
    }
    let short = fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() < LONGEST_POINTER);
    let text = if short { fs::read_to_string(file).ok() } else { None };
    Ok(text.map(|text| text.trim_end().to_owned()))
}

fn unfit(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    names.iter().map(|name| folder.join(name)).find(|path| is_unfit(path))
}

/// Something that is neither a file nor a folder. `/dev/null` ends at once, and people name it.
fn is_unfit(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
        && path.canonicalize().is_ok_and(|real| real != Path::new("/dev/null"))
}

/// The first thing below a folder that is not to be opened. Links to folders are not followed.
fn unfit_below(folder: &Path) -> Option<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut unfit = BTreeSet::new();
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) if !kind.is_file() && is_unfit(&entry.path()) => drop(unfit.insert(entry.path())),
                _ => {}
            }
        }
    }
    unfit.pop_first()
}
