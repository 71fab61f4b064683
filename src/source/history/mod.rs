//! Every blob that any reference leads to, once, with the commit and the path that brought it first.
//!
//! References are branches, remote branches, tags, notes, stashes, every worktree's HEAD; not what
//! only a log of them still knows. Packs are read by their own structure: commits first, which gives
//! their order; then trees, which gives each blob its first commit and path; then the blobs, each
//! after the one that it is a delta on, so that everything is inflated once. Git itself says where the
//! objects lie and whether the repository may be read; nothing is ever fetched.

mod commits;
mod data;
mod delta;
mod loose;
mod notes;
mod objects;
mod pack;
mod since;
mod trees;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::git::Repository;
use super::{Entry, Place, changed, git, raw};
use crate::error::{SourceError, shown};
use crate::finding::{Note, Origin};
use commits::{Commits, Reached};
pub use delta::Kept;
use notes::note;
use objects::{Number, Objects};
use pack::{DAMAGED, Kind};
pub use since::Since;
use trees::{Brought, Trees};
use walk::{From, Unread, walk};

/// A history that is ready to be read.
pub struct History {
    repository: Repository,
    objects: Objects,
    brought: Brought,
    /// By rank: the id under which what came first there is reported.
    commits: Vec<String>,
    /// By rank: whether it is asked for.
    asked: Vec<bool>,
    /// What HEAD holds, with the first of its paths.
    head: BTreeMap<Number, Vec<u8>>,
}

/// A blob, as it is read.
pub struct Blob<'b, S> {
    /// The bytes of its id.
    pub id: &'b [u8],
    /// Under the path that brought it, and under HEAD's where that is another.
    pub entries: Vec<Entry>,
    pub bytes: &'b [u8],
    /// Grows with the commits.
    pub rank: u32,
    /// What was read before it, if this is a newer or an older form of that.
    pub base: Option<Base<'b, S>>,
}

/// A blob that another is made of.
pub struct Base<'b, S> {
    /// What reading it left.
    pub left: &'b S,
    /// How long it is.
    pub length: usize,
    /// What the new one repeats of it, in the order of the new one.
    pub kept: &'b [Kept],
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("commits", &self.commits.len()).finish_non_exhaustive()
    }
}

impl History {
    /// Opens the history of the repository that holds `path`.
    pub fn open(path: &Path, since: Option<&str>) -> Result<(History, Vec<Note>), SourceError> {
        let full = path.canonicalize().map_err(|_| SourceError::missing(path.to_path_buf()))?;
        let root = git::root_of(&full).ok_or_else(|| SourceError::NoRepository { path: shown(path) })?;
        let repository = Repository::at(&root);
        let shape = git::shape::shape(&repository)?;
        let hash = if shape.sha256 { gix_hash::Kind::Sha256 } else { gix_hash::Kind::Sha1 };
        let mut notes = Vec::new();
        let mut broken = Vec::new();
        let objects = Objects::open(&shape.objects, hash, &mut broken);
        notes.extend(broken.iter().map(|(path, why)| notes::broken(path, why, &root)));
        let (commits, unread) = Commits::read(&objects);
        notes.extend(notes::unread(&unread, "commit", &objects));
        let cut: BTreeSet<Number> = shape.shallow.iter().filter_map(|id| objects.named(id)).collect();
        if !cut.is_empty() {
            notes.push(note("history", &shown(path), "a shallow clone: what is older than it was not read", false));
        }
        let tips = Tips::of(&shape.tips, &objects, &mut notes);
        let reached = commits.reached(&tips.commits, &cut, &objects);
        notes.extend(notes::missing(&reached.missing));
        let since = since.map(|since| Since::of(since, &repository)).transpose()?;
        let asked = asked(since.as_ref(), &commits, &reached, &cut, &objects, tips.bare.len());
        let (trees, unread) = Trees::read(&objects);
        notes.extend(notes::unread(&unread, "tree", &objects));
        let mut ids: Vec<String> = Vec::new();
        let mut roots = Vec::new();
        for (rank, &slot) in (0..).zip(&reached.order) {
            let commit = commits.get(slot);
            ids.push(objects.id(commit.number).to_string());
            match &commit.tree {
                Ok(tree) => roots.push((*tree, rank, None)),
                Err(id) => notes.extend(notes::missing(&BTreeSet::from([id.clone()]))),
            }
        }
        for (number, name) in tips.bare {
            roots.push((number, ids.len() as u32, Some(name)));
            ids.push(objects.id(number).to_string());
        }
        let (brought, absent) = trees.brought(&roots);
        notes.extend(notes::absent(&absent, &brought));
        notes.extend(notes::unread(&lost(&objects, &brought), "object", &objects));
        let head = shape.head.and_then(|head| objects.named(&head)).and_then(|number| commits.slot(number));
        let head = head.and_then(|slot| commits.get(slot).tree.as_ref().ok()).copied();
        let head = head.map(|tree| files(&objects, tree)).unwrap_or_default();
        Ok((History { repository, objects, brought, commits: ids, asked, head }, notes))
    }

    /// How many blobs are read.
    pub(super) fn len(&self) -> usize {
        (0..self.objects.len() as Number).filter(|&number| self.is_wanted(number)).count()
    }

    fn is_wanted(&self, number: Number) -> bool {
        self.objects.kind(number) == Kind::Blob
            && self.brought.rank(number).is_some_and(|rank| self.asked[rank as usize])
    }

    /// Hands every blob to `read`, each once, on several threads, and in no order but that what a blob
    /// is made of may come before it. Says which could not be read.
    pub fn each<S: Default + Send + Sync>(&self, read: &(dyn Fn(Blob<'_, S>) -> S + Sync)) -> Vec<Note> {
        let unread = walk(&self.objects, Kind::Blob, &|number| self.is_wanted(number), &|visited| {
            if !self.is_wanted(visited.number) {
                return S::default();
            }
            let base = visited.base.map(|From { left, length, kept }| Base { left, length, kept });
            let (entries, rank) = self.entries(visited.number);
            let id = self.objects.id(visited.number).as_bytes();
            read(Blob { id, entries, bytes: visited.bytes, rank, base })
        });
        notes::unread(&unread, "blob", &self.objects)
    }

    fn entries(&self, number: Number) -> (Vec<Entry>, u32) {
        let rank = self.brought.rank(number).unwrap_or_default();
        let entry = |path: Vec<u8>, tracked: bool| {
            let (place, commit) = (Place::Bytes(Vec::new()), Some(self.commits[rank as usize].clone()));
            let (raw, path) = (raw(&path), String::from_utf8_lossy(&path).into_owned());
            Entry { path, raw, place, origin: Origin::History, tracked, ignored: false, commit }
        };
        let first = self.brought.path(number);
        let entries = match self.head.get(&number) {
            None => vec![entry(first, false)],
            Some(now) if *now == first => vec![entry(first, true)],
            Some(now) => vec![entry(now.clone(), true), entry(first, false)],
        };
        (entries, rank)
    }

    /// All of HEAD, in which the uses of what was found are looked for.
    pub(super) fn around(&self) -> Vec<Entry> {
        let tree = self.repository.tree("HEAD");
        tree.map(|all| {
            changed::entries(&Arc::new(git::objects::Objects::of(&self.repository)), Origin::History, all).entries
        })
        .unwrap_or_default()
    }
}

/// What the references lead to.
struct Tips {
    commits: Vec<Number>,
    /// A tag may be on a tree or on a blob.
    bare: Vec<(Number, String)>,
}

/// Tags of tags end somewhere.
const TAGS: usize = 32;

impl Tips {
    fn of(named: &[(String, String)], objects: &Objects, notes: &mut Vec<Note>) -> Tips {
        let mut tips = Tips { commits: Vec::new(), bare: Vec::new() };
        let mut missing = BTreeSet::new();
        for (id, name) in named {
            let mut id = id.clone();
            for _ in 0..TAGS {
                let Some(number) = objects.named(&id) else {
                    missing.insert(id);
                    break;
                };
                match objects.kind(number) {
                    Kind::Commit => tips.commits.push(number),
                    Kind::Tree | Kind::Blob => tips.bare.push((number, name.clone())),
                    Kind::Lost => drop(missing.insert(id.clone())),
                    Kind::Tag => {
                        if let Some(next) = objects.read(number).ok().as_deref().and_then(tagged) {
                            id = next;
                            continue;
                        }
                        missing.insert(id.clone());
                    }
                }
                break;
            }
        }
        tips.bare.sort();
        tips.bare.dedup_by(|a, b| a.0 == b.0);
        notes.extend(notes::missing(&missing));
        tips
    }
}

/// `object ID`, the first line of a tag.
fn tagged(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|&byte| byte == b'\n').next()?.strip_prefix(b"object ")?;
    std::str::from_utf8(line).ok().map(str::to_owned)
}

/// Which commits are asked for, by their rank; what no commit brought is, unless there is a limit.
fn asked(
    since: Option<&Since>,
    commits: &Commits,
    reached: &Reached,
    cut: &BTreeSet<Number>,
    objects: &Objects,
    bare: usize,
) -> Vec<bool> {
    let before: BTreeSet<u32> = match since {
        Some(Since::Commit(id)) => {
            objects.named(id).map(|tip| commits.reached(&[tip], cut, objects).order).unwrap_or_default()
        }
        _ => Vec::new(),
    }
    .into_iter()
    .collect();
    let is_asked = |slot: &u32| match since {
        None => true,
        Some(Since::Time(least)) => commits.get(*slot).time >= *least,
        Some(Since::Commit(_)) => !before.contains(slot),
    };
    reached.order.iter().map(is_asked).chain(std::iter::repeat_n(since.is_none(), bare)).collect()
}

/// What is needed and has no base that could be found.
fn lost(objects: &Objects, brought: &Brought) -> Vec<Unread> {
    let numbers = 0..objects.len() as Number;
    let is_lost = |&number: &Number| brought.rank(number).is_some() && objects.kind(number) == Kind::Lost;
    numbers.filter(is_lost).map(|number| Unread { number, why: DAMAGED }).collect()
}

/// What a tree holds, with the first path of each.
fn files(objects: &Objects, tree: Number) -> BTreeMap<Number, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![(tree, Vec::new())];
    while let Some((tree, prefix)) = open.pop() {
        let Ok(bytes) = objects.read(tree) else { continue };
        for (name, id) in trees::names(&bytes, objects.id_length()) {
            let Some(number) = objects.find(id) else { continue };
            let path = [&prefix[..], name].concat();
            match objects.kind(number) {
                Kind::Tree if prefix.len() < DEEPEST => open.push((number, [&path[..], b"/"].concat())),
                Kind::Blob => {
                    let known = files.entry(number).or_insert_with(|| path.clone());
                    if path < *known {
                        *known = path;
                    }
                }
                _ => {}
            }
        }
    }
    files
}

/// A path is not longer than this.
const DEEPEST: usize = 4096;
