//! The files that steer a scan by their name: git's own, and the lists of what it ignores. Whoever
//! reads them opens them without a look, so a pipe in their place would hold the run up for ever,
//! and a link to a device that never ends would fill the memory.

use std::fs;
use std::path::{Path, PathBuf};

/// The list of what git ignores in this folder that is not to be opened, if there is one.
pub(super) fn unfit_ignores(folder: &Path) -> Option<PathBuf> {
    unfit(folder, &[".gitignore", ".git/info/exclude"])
}

/// What git opens by its name, whatever it is asked.
const GITS_OWN: &[&str] = &[
    ".git",
    ".git/HEAD",
    ".git/commondir",
    ".git/config",
    ".git/config.worktree",
    ".git/index",
    ".git/info/attributes",
    ".git/info/grafts",
    ".git/info/sparse-checkout",
    ".git/objects/info/alternates",
    ".git/objects/info/commit-graph",
    ".git/objects/pack/multi-pack-index",
    ".git/packed-refs",
    ".git/shallow",
];

/// The file of git's own that is not to be opened, if there is one; HEAD's branch is another.
pub(super) fn unfit_repository(root: &Path) -> Option<PathBuf> {
    unfit(root, GITS_OWN).or_else(|| {
        let head = root.join(".git/HEAD");
        let short = head.metadata().is_ok_and(|found| found.is_file() && found.len() < 4096);
        let head = short.then(|| fs::read_to_string(head).ok()).flatten()?;
        let branch = head.strip_prefix("ref: ")?.trim_end();
        unfit(&root.join(".git"), &[branch])
    })
}

fn unfit(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    let fits = |path: &PathBuf| fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir());
    names.iter().map(|name| folder.join(name)).find(fits)
}
