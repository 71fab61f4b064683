//! Which commit brought an object first, and under which name. Trees are deltas of each other: what
//! one repeats of its base is known already, so only the entries that a delta adds are read, and
//! each is looked up once.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard};

use gix_hash::{ObjectId, oid};

use super::delta::Kept;
use super::objects::{Number, Objects};
use super::pack::{DAMAGED, Kind};
use super::walk::{From, Unread, Visited, walk};

pub(super) const NONE: u32 = u32::MAX;
/// Folders within folders end here, whatever a forged pack says.
const DEEPEST: usize = 4096;

/// How a tree differs from its base: entries by their position in the base, and new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Copy {
        from: u32,
        count: u32,
    },
    /// `child` is none where it is a commit of another repository, or not there.
    New {
        child: u32,
        name: u32,
    },
}

struct Tree {
    number: Number,
    base: Number,
    ops: Box<[Op]>,
}

/// An entry that names an object that is not there.
pub(super) struct Absent {
    pub(super) tree: Number,
    pub(super) name: u32,
    pub(super) id: String,
}

/// The names in trees, each once.
#[derive(Default)]
pub(super) struct Names {
    known: HashMap<Box<[u8]>, u32>,
    list: Vec<Box<[u8]>>,
    /// By number: what was looked up last under that name.
    last: Vec<Option<(ObjectId, Number)>>,
}

impl Names {
    fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(&known) = self.known.get(name) {
            return known;
        }
        let number = self.list.len() as u32;
        self.list.push(name.into());
        self.last.push(None);
        self.known.insert(name.into(), number);
        number
    }

    fn get(&self, number: u32) -> &[u8] {
        &self.list[number as usize]
    }

    /// The number of an object that stood under this name before.
    fn child(&self, name: u32, id: &oid) -> Option<Number> {
        self.last[name as usize].filter(|(known, _)| *known == id).map(|(_, child)| child)
    }
}

/// What came first from where.
pub(super) struct Brought {
    /// By number: the rank of the commit, or none.
    ranks: Vec<u32>,
    /// By number: the tree and the name in it.
    from: Vec<(Number, u32)>,
    names: Names,
}

impl Brought {
    /// The rank of the first commit that holds the object.
    pub(super) fn rank(&self, number: Number) -> Option<u32> {
        Some(self.ranks[number as usize]).filter(|&rank| rank != NONE)
    }

    /// The parts of an object's path in that commit.
    fn parts(&self, number: Number) -> Vec<&[u8]> {
        let mut parts = Vec::new();
        let mut at = number;
        while at != NONE && parts.len() < DEEPEST {
            let (tree, name) = self.from[at as usize];
            if name != NONE {
                parts.push(self.names.get(name));
            }
            at = tree;
        }
        parts.reverse();
        parts
    }

    /// An object's path in that commit, with `/`.
    pub(super) fn path(&self, number: Number) -> Vec<u8> {
        self.parts(number).join(&b'/')
    }

    /// The same of what has this name in a tree; bytes that are no UTF-8 are replaced.
    pub(super) fn path_in(&self, tree: Number, name: u32) -> String {
        let mut parts = self.parts(tree);
        parts.push(self.names.get(name));
        String::from_utf8_lossy(&parts.join(&b'/')).into_owned()
    }
}

/// All trees of a repository.
pub(super) struct Trees {
    all: Vec<Tree>,
    /// By number.
    slots: Vec<u32>,
    names: Names,
    absent: Vec<Absent>,
}

/// What is kept of a tree for those that are made of it: where its entries begin, and its end; and the
/// numbers of their names.
struct Left {
    number: Number,
    starts: Vec<u32>,
    names: Vec<u32>,
}

impl Trees {
    pub(super) fn read(objects: &Objects) -> (Trees, Vec<Unread>) {
        let names = Mutex::new(Names::default());
        let found = Mutex::new((Vec::new(), Vec::new()));
        let damaged = Mutex::new(Vec::new());
        let reader = Reader { objects, names: &names };
        let mut unread = walk(objects, Kind::Tree, &|_| true, &|visited| {
            let (tree, mut absent, left) = reader.read(&visited);
            if left.starts.last().is_none_or(|&end| end as usize != visited.bytes.len()) {
                let one = Unread { number: visited.number, why: DAMAGED };
                damaged.lock().expect("no thread panics while it holds the lock").push(one);
            }
            let mut found = found.lock().expect("no thread panics while it holds the lock");
            found.0.push(tree);
            found.1.append(&mut absent);
            left
        });
        unread.append(&mut damaged.into_inner().unwrap_or_default());
        unread.sort_by_key(|one| one.number);
        let (mut all, absent): (Vec<Tree>, Vec<Absent>) = found.into_inner().unwrap_or_default();
        all.sort_by_key(|tree| tree.number);
        let mut slots = vec![NONE; objects.len()];
        for (slot, tree) in (0..).zip(&all) {
            slots[tree.number as usize] = slot;
        }
        (Trees { all, slots, names: names.into_inner().unwrap_or_default(), absent }, unread)
    }

    /// Follows all that is held by `roots`: an object, the rank of the commit, and a name where it
    /// has one. Gives what was brought, and what should be there and is not.
    pub(super) fn brought(mut self, roots: &[(Number, u32, Option<String>)]) -> (Brought, Vec<Absent>) {
        let count = self.slots.len();
        let names = std::mem::take(&mut self.names);
        let mut brought = Brought { ranks: vec![NONE; count], from: vec![(NONE, NONE); count], names };
        let mut dirty = Vec::new();
        for (number, rank, name) in roots {
            if *rank < brought.ranks[*number as usize] {
                let name = name.as_ref().map_or(NONE, |name| brought.names.number(name.as_bytes()));
                brought.ranks[*number as usize] = *rank;
                brought.from[*number as usize] = (NONE, name);
                dirty.extend(Some(self.slots[*number as usize]).filter(|&slot| slot != NONE));
            }
        }
        let forest = Forest::of(&self);
        while !dirty.is_empty() {
            dirty.sort_unstable();
            dirty.dedup();
            dirty = forest.spread(&dirty, &mut brought);
        }
        let absent = std::mem::take(&mut self.absent);
        let absent = absent.into_iter().filter(|absent| brought.rank(absent.tree).is_some()).collect();
        (brought, absent)
    }
}

/// The trees, and which are made of which.
struct Forest<'t> {
    trees: &'t Trees,
    children: Vec<Vec<u32>>,
}

type Entries = Rc<Vec<(u32, u32)>>;

impl<'t> Forest<'t> {
    fn of(trees: &'t Trees) -> Forest<'t> {
        let mut children = vec![Vec::new(); trees.all.len()];
        for (slot, tree) in (0_u32..).zip(&trees.all) {
            if tree.base != NONE && trees.slots[tree.base as usize] != NONE {
                children[trees.slots[tree.base as usize] as usize].push(slot);
            }
        }
        Forest { trees, children }
    }

    /// Hands on what has become known of these trees to all that they hold. Gives the trees of which
    /// more is known now.
    fn spread(&self, dirty: &[u32], brought: &mut Brought) -> Vec<u32> {
        let trees = self.trees;
        let mut needed = vec![false; trees.all.len()];
        let mut is_dirty = needed.clone();
        let mut open: Vec<(u32, Option<Entries>)> = Vec::new();
        for &slot in dirty {
            is_dirty[slot as usize] = true;
            let mut at = slot;
            while !std::mem::replace(&mut needed[at as usize], true) {
                let base = trees.all[at as usize].base;
                if base == NONE {
                    open.push((at, None));
                    break;
                }
                at = trees.slots[base as usize];
                if at == NONE {
                    break;
                }
            }
        }
        let mut next = Vec::new();
        while let Some((slot, base)) = open.pop() {
            let tree = &trees.all[slot as usize];
            let entries = Rc::new(entries(&tree.ops, base.as_deref().map_or(&[], Vec::as_slice)));
            drop(base);
            if is_dirty[slot as usize] {
                let rank = brought.ranks[tree.number as usize];
                for &(child, name) in entries.iter().filter(|(child, _)| *child != NONE) {
                    if brought.ranks[child as usize] >= rank && brought.is_earlier(child, rank, tree.number, name) {
                        brought.ranks[child as usize] = rank;
                        brought.from[child as usize] = (tree.number, name);
                        next.extend(Some(trees.slots[child as usize]).filter(|&slot| slot != NONE));
                    }
                }
            }
            let made = self.children[slot as usize].iter().filter(|&&child| needed[child as usize]);
            open.extend(made.map(|&child| (child, Some(Rc::clone(&entries)))));
        }
        next
    }
}

impl Brought {
    /// Whether the object stands earlier here than where it is known to stand: in an earlier commit,
    /// or in the same one under a path that comes first.
    fn is_earlier(&self, child: Number, rank: u32, tree: Number, name: u32) -> bool {
        let known = self.from[child as usize];
        if rank != self.ranks[child as usize] {
            return true;
        }
        if known == (tree, name) || known.0 == NONE || child == tree {
            return false;
        }
        let mut here = self.parts(tree);
        here.push(self.names.get(name));
        here < self.parts(child)
    }
}

fn entries(ops: &[Op], base: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut entries = Vec::with_capacity(base.len() + ops.len());
    for op in ops {
        match *op {
            Op::New { child, name } => entries.push((child, name)),
            Op::Copy { from, count } => entries.extend_from_slice(&base[from as usize..(from + count) as usize]),
        }
    }
    entries
}

struct Reader<'r> {
    objects: &'r Objects,
    names: &'r Mutex<Names>,
}

/// A tree while it is read.
struct Reading<'v> {
    bytes: &'v [u8],
    base: Option<&'v From<'v, Left>>,
    at: usize,
    starts: Vec<u32>,
    names: Vec<u32>,
    ops: Vec<Op>,
    absent: Vec<Absent>,
    number: Number,
}

impl Reading<'_> {
    /// The name of the entry that begins here, where all of it up to `end` is repeated of one of the base:
    /// as a rule a tree changes the ids of its entries alone.
    fn repeated_name(&self, end: usize) -> Option<u32> {
        let From { left, kept, .. } = self.base?;
        let kept = &kept[kept.partition_point(|kept| kept.new <= self.at).checked_sub(1)?];
        if end > kept.new + kept.length {
            return None;
        }
        let start = (self.at - kept.new + kept.old) as u32;
        left.names.get(left.starts.binary_search(&start).ok()?).copied()
    }
}

impl Reader<'_> {
    fn read(&self, visited: &Visited<'_, Left>) -> (Tree, Vec<Absent>, Left) {
        let Visited { number, bytes, base } = visited;
        let likely = base.as_ref().map_or(0, |from| from.left.starts.len() + 1);
        let (starts, names) = (Vec::with_capacity(likely), Vec::with_capacity(likely));
        let (base, number) = (base.as_ref(), *number);
        let mut reading = Reading { bytes, base, at: 0, starts, names, ops: Vec::new(), absent: Vec::new(), number };
        if let Some(From { left, kept, .. }) = base {
            kept.iter().for_each(|kept| self.repeat(&mut reading, left, kept));
        }
        while self.entry(&mut reading) {}
        let Reading { mut starts, names, ops, absent, at, .. } = reading;
        starts.push(at as u32);
        let base = base.map_or(NONE, |from| from.left.number);
        (Tree { number, base, ops: ops.into() }, absent, Left { number, starts, names })
    }

    /// Takes over the whole entries in a part of the base that is repeated.
    fn repeat(&self, reading: &mut Reading<'_>, base: &Left, kept: &Kept) {
        let &Kept { old, new, length } = kept;
        loop {
            // The first entry of the base that begins where reading goes on, or behind.
            let least = old + reading.at.saturating_sub(new);
            let first = base.starts.partition_point(|&start| (start as usize) < least);
            let last = base.starts.partition_point(|&start| start as usize <= old + length).saturating_sub(1);
            if first >= last {
                return;
            }
            let start = base.starts[first] as usize - old + new;
            if reading.at < start {
                // Nothing is repeated before what stands in front of it is read.
                if !self.entry(reading) {
                    return;
                }
                continue;
            }
            let shift = |start: u32| (start as usize - old + new) as u32;
            reading.starts.extend(base.starts[first..last].iter().map(|&start| shift(start)));
            reading.names.extend_from_slice(&base.names[first..last]);
            reading.ops.push(Op::Copy { from: first as u32, count: (last - first) as u32 });
            reading.at = shift(base.starts[last]) as usize;
            return;
        }
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().expect("no thread panics while it holds the lock")
    }

    /// Looks up what stands under this name.
    fn find(&self, id: &oid, name: u32) -> Option<Number> {
        let child = self.objects.find(id)?;
        self.names().last[name as usize] = Some((id.to_owned(), child));
        Some(child)
    }

    /// Reads one entry: its mode, its name, the id of what it names.
    fn entry(&self, reading: &mut Reading<'_>) -> bool {
        let Some(entry) = Entry::first(&reading.bytes[reading.at..], self.objects.id_length()) else { return false };
        let Entry { mode, name, id, length } = entry;
        let repeated = reading.repeated_name(reading.at + length - self.objects.id_length());
        let (name, known) = match repeated {
            Some(name) => (name, None),
            // A tree that is no delta holds mostly what the one before it held.
            None => {
                let mut names = self.names();
                let number = names.number(name);
                (number, names.child(number, id))
            }
        };
        let child = match mode {
            b"160000" => NONE,
            _ => known.or_else(|| self.find(id, name)).unwrap_or_else(|| {
                reading.absent.push(Absent { tree: reading.number, name, id: id.to_string() });
                NONE
            }),
        };
        reading.starts.push(reading.at as u32);
        reading.names.push(name);
        reading.ops.push(Op::New { child, name });
        reading.at += length;
        true
    }
}

/// One line of a tree.
struct Entry<'t> {
    mode: &'t [u8],
    name: &'t [u8],
    id: &'t oid,
    length: usize,
}

impl<'t> Entry<'t> {
    /// `100644 name`, a zero, and the bytes of the id.
    fn first(bytes: &'t [u8], id_length: usize) -> Option<Entry<'t>> {
        let end = memchr::memchr(0, bytes)?;
        let space = memchr::memchr(b' ', &bytes[..end])?;
        let length = end + 1 + id_length;
        let id = oid::from_bytes_unchecked(bytes.get(end + 1..length)?);
        Some(Entry { mode: &bytes[..space], name: &bytes[space + 1..end], id, length })
    }
}

/// The names in a tree, and the ids of what they name.
pub(super) fn names(mut bytes: &[u8], id_length: usize) -> impl Iterator<Item = (&[u8], &oid)> {
    std::iter::from_fn(move || {
        let entry = Entry::first(bytes, id_length)?;
        bytes = &bytes[entry.length..];
        Some((entry.name, entry.id))
    })
}
