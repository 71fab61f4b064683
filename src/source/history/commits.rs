//! The commits that the references lead to, in the order in which they came about.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Mutex;

use super::objects::{Number, Objects};
use super::pack::Kind;
use super::walk::{Unread, walk};

pub(super) struct Commit {
    pub(super) number: Number,
    pub(super) time: i64,
    pub(super) tree: Result<Number, String>,
    parents: Vec<Result<Number, String>>,
}

/// All commits of a repository, also those that nothing leads to.
pub(super) struct Commits {
    all: Vec<Commit>,
    /// By number.
    slots: Vec<u32>,
}

/// What the references lead to.
#[derive(Default)]
pub(super) struct Reached {
    /// Parents before children; of those that could come next, the earlier one.
    pub(super) order: Vec<u32>,
    /// The ids of commits that are not there.
    pub(super) missing: BTreeSet<String>,
}

const NONE: u32 = u32::MAX;

impl Commits {
    pub(super) fn read(objects: &Objects) -> (Commits, Vec<Unread>) {
        let found = Mutex::new(Vec::new());
        let unread = walk(objects, Kind::Commit, &|_| true, &|visited| {
            if let Some(commit) = parse(visited.number, visited.bytes, objects) {
                found.lock().expect("no thread panics while it holds the lock").push(commit);
            }
        });
        let mut all = found.into_inner().unwrap_or_default();
        all.sort_by_key(|commit| commit.number);
        let mut slots = vec![NONE; objects.len()];
        for (slot, commit) in (0..).zip(&all) {
            slots[commit.number as usize] = slot;
        }
        (Commits { all, slots }, unread)
    }

    pub(super) fn get(&self, slot: u32) -> &Commit {
        &self.all[slot as usize]
    }

    pub(super) fn slot(&self, number: Number) -> Option<u32> {
        Some(self.slots[number as usize]).filter(|&slot| slot != NONE)
    }

    /// All that these lead to. The parents of those in `cut` are known not to be there.
    pub(super) fn reached(&self, tips: &[Number], cut: &BTreeSet<Number>, objects: &Objects) -> Reached {
        let unknown = tips.iter().filter(|&&tip| self.slot(tip).is_none());
        let mut missing: BTreeSet<String> = unknown.map(|&tip| objects.id(tip).to_string()).collect();
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); self.all.len()];
        let mut waits = vec![NONE; self.all.len()];
        let mut open: Vec<u32> = tips.iter().filter_map(|&tip| self.slot(tip)).collect();
        let mut ready = BinaryHeap::new();
        let key = |slot: u32| {
            let commit = self.get(slot);
            Reverse((commit.time, objects.id(commit.number).to_owned(), slot))
        };
        while let Some(slot) = open.pop() {
            if waits[slot as usize] != NONE {
                continue;
            }
            let commit = self.get(slot);
            let mut parents = BTreeSet::new();
            for parent in commit.parents.iter().filter(|_| !cut.contains(&commit.number)) {
                let known = parent
                    .as_ref()
                    .map_err(String::clone)
                    .and_then(|&number| self.slot(number).ok_or_else(|| objects.id(number).to_string()));
                match known {
                    Ok(slot) => drop(parents.insert(slot)),
                    Err(id) => drop(missing.insert(id)),
                }
            }
            waits[slot as usize] = parents.len() as u32;
            if parents.is_empty() {
                ready.push(key(slot));
            }
            for parent in parents {
                children[parent as usize].push(slot);
                open.push(parent);
            }
        }
        let mut order = Vec::new();
        while let Some(Reverse((_, _, slot))) = ready.pop() {
            order.push(slot);
            for &child in &children[slot as usize] {
                waits[child as usize] -= 1;
                if waits[child as usize] == 0 {
                    ready.push(key(child));
                }
            }
        }
        Reached { order, missing }
    }
}

fn parse(number: Number, bytes: &[u8], objects: &Objects) -> Option<Commit> {
    let find = |hex: &str| objects.named(hex).ok_or_else(|| hex.to_owned());
    let mut lines = bytes.split(|&byte| byte == b'\n').map_while(|line| match line.is_empty() {
        true => None,
        false => Some(line),
    });
    let word = |line: &'_ [u8], name: &str| -> Option<String> {
        let rest = line.strip_prefix(name.as_bytes())?;
        std::str::from_utf8(rest).ok().map(str::to_owned)
    };
    let tree = find(&word(lines.next()?, "tree ")?);
    let mut parents = Vec::new();
    let mut time = 0;
    for line in lines {
        if let Some(parent) = word(line, "parent ") {
            parents.push(find(&parent));
        } else if line.starts_with(b"committer ") {
            let at = memchr::memrchr(b'>', line).map_or(line.len(), |at| at + 1);
            let words = String::from_utf8_lossy(&line[at..]);
            time = words.split_whitespace().next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
            break;
        }
    }
    Some(Commit { number, time, tree, parents })
}
