//! The files that steer a scan by their name: git's own, and the lists of what it ignores. Whoever
//! reads them opens them without a look, so a pipe in their place would hold the run up for ever,
//! and a link to a device that never ends would fill the memory.

use std::fs;
use std::path::{Path, PathBuf};

/// The list of what git ignores in this folder that is not to be opened, if there is one.
pub(super) fn unfit_ignores(folder: &Path) -> Option<PathBuf> {
    unfit(folder, &[".gitignore", ".git/info/exclude"])
}

/// The file of git's own that is not to be opened, if there is one.
pub(super) fn unfit_repository(root: &Path) -> Option<PathBuf> {
    unfit(root, &[".git", ".git/config", ".git/HEAD", ".git/index"])
}

fn unfit(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    let fits = |path: &PathBuf| fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    names.iter().map(|name| folder.join(name)).find(fits)
}
