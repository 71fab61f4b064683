//! Which entries of the index are not what HEAD has, without a process of its own for the question.

use std::collections::HashMap;
use std::path::PathBuf;

use super::index::Index;
use super::objects::Objects;
use super::{Change, Kind, Repository};
use crate::source::steering;

/// The name of HEAD's tree, which is the first thing that is asked.
pub(super) const HEAD: &str = "HEAD^{tree}";

/// The length of an id, unless the repository is of the newer kind.
const USUAL: usize = 20;

/// A larger tree is no tree of files.
const LIMIT: u64 = 1 << 30;

const FOLDER: u32 = 0o040_000;
const SUBMODULE: u32 = 0o160_000;

/// Mode and id of what a tree holds under a name.
type Tree<'t> = HashMap<&'t [u8], (u32, &'t [u8])>;

/// None where it takes git to say.
pub(super) fn changes(repository: &Repository, objects: &Objects) -> Option<Vec<Change>> {
    let path = repository.index_file()?;
    let usual = Index::read(&path, USUAL).ok()?;
    let mut head = Vec::new();
    let id = objects.read(HEAD, LIMIT, &mut head).ok()?;
    let id = bytes_of(&id)?;
    let index = match id.len() {
        USUAL => usual,
        length => Index::read(&path, length).ok()?,
    }?;
    if index.tree(0).is_some_and(|(entries, tree)| entries == index.len() && tree == id) {
        return Some(Vec::new());
    }
    let tree = entries(&head, id.len())?;
    let mut walk = Walk { index, objects, path: Vec::new(), changes: Vec::new() };
    let end = walk.folder(Some(0), 0, &tree)?;
    (end == walk.index.len()).then_some(walk.changes)
}

struct Walk<'o> {
    index: Index,
    objects: &'o Objects,
    /// Of the folder, with a slash at its end.
    path: Vec<u8>,
    changes: Vec<Change>,
}

impl Walk<'_> {
    /// Goes through the entries of a folder from this one on; the first one that is not in it.
    fn folder(&mut self, known: Option<usize>, mut at: usize, head: &Tree<'_>) -> Option<usize> {
        let inside = known.map(|known| self.index.inside(known)).unwrap_or_default();
        while at < self.index.len() {
            let entry = self.index.entry(at).ok()?;
            let Some(rest) = entry.path.strip_prefix(self.path.as_slice()) else { break };
            let there = match memchr::memchr(b'/', rest) {
                Some(slash) => {
                    let name = rest[..slash].to_vec();
                    at = self.subfolder(inside.get(&name).copied(), &name, at, head)?;
                    continue;
                }
                None => head.get(rest),
            };
            let (mode, id) = (canonical(entry.mode), entry.id);
            if there.is_none_or(|&(old_mode, old)| (canonical(old_mode), old) != (mode, id)) {
                let kind = if mode == SUBMODULE { Kind::Submodule } else { Kind::Blob };
                self.changes.push(Change { path: entry.path.to_vec(), kind, id: hex(id), before: None });
            }
            at += 1;
        }
        Some(at)
    }

    fn subfolder(&mut self, known: Option<usize>, name: &[u8], at: usize, head: &Tree<'_>) -> Option<usize> {
        let there = head.get(name).filter(|(mode, _)| *mode == FOLDER).map(|&(_, id)| id);
        let tree = known.and_then(|known| self.index.tree(known));
        if let (Some((entries @ 1.., tree)), Some(there)) = (tree, there)
            && tree == there
        {
            return Some(at + entries);
        }
        let mut bytes = Vec::new();
        let tree = match there {
            Some(id) => {
                self.objects.read(&hex(id), LIMIT, &mut bytes).ok()?;
                entries(&bytes, id.len())?
            }
            None => Tree::new(),
        };
        let length = self.path.len();
        self.path.extend_from_slice(name);
        self.path.push(b'/');
        let next = self.folder(known, at, &tree)?;
        self.path.truncate(length);
        Some(next)
    }
}

/// `mode SPACE name NUL id`, again and again.
fn entries(tree: &[u8], id_length: usize) -> Option<Tree<'_>> {
    let mut rest = tree;
    let mut entries = Tree::new();
    while !rest.is_empty() {
        let space = memchr::memchr(b' ', rest)?;
        let end = memchr::memchr(0, rest)?;
        let mode = u32::from_str_radix(std::str::from_utf8(rest.get(..space)?).ok()?, 8).ok()?;
        let id = rest.get(end + 1..end + 1 + id_length)?;
        entries.insert(rest.get(space + 1..end)?, (mode, id));
        rest = &rest[end + 1 + id_length..];
    }
    Some(entries)
}

/// Of a file's permissions git knows one; old trees hold more.
fn canonical(mode: u32) -> u32 {
    match mode & 0o170_000 {
        0o100_000 if mode & 0o100 == 0 => 0o100_644,
        0o100_000 => 0o100_755,
        kind => kind,
    }
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(id: &str) -> Option<Vec<u8>> {
    (0..id.len()).step_by(2).map(|at| u8::from_str_radix(id.get(at..at + 2)?, 16).ok()).collect()
}

impl Repository {
    /// Where its index lies.
    fn index_file(&self) -> Option<PathBuf> {
        let named = |name| self.surrounding.then(|| std::env::var_os(name)).flatten().map(PathBuf::from);
        match (named("GIT_INDEX_FILE"), named("GIT_WORK_TREE")) {
            // Which folder it is relative to is for git to say.
            (Some(index), Some(_)) if index.is_relative() => return None,
            (Some(index), _) => return Some(self.root.join(index)),
            (None, _) => {}
        }
        let named = named("GIT_DIR").map(|named| self.root.join(named)).filter(|folder| folder.is_dir());
        Some(named.or_else(|| steering::git_folder(&self.root))?.join("index"))
    }
}

#[cfg(test)]
mod tests;
