//! All objects of a repository under one row of numbers: pack after pack, then those in files of
//! their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gix_hash::{Kind as Hash, ObjectId, oid};

use super::loose::{self, Loose};
use super::pack::{DAMAGED, Kind, Pack};

/// The number of an object.
pub(super) type Number = u32;

pub(super) struct Objects {
    pub(super) packs: Vec<Pack>,
    /// The number of the first object of each pack.
    firsts: Vec<Number>,
    loose: Vec<Loose>,
    count: Number,
    hash: Hash,
}

impl Objects {
    /// Opens what lies in these folders; says what of it cannot be opened.
    pub(super) fn open(folders: &[PathBuf], hash: Hash, broken: &mut Vec<(PathBuf, String)>) -> Objects {
        let mut packs = Vec::new();
        let mut loose = Vec::new();
        let mut damaged = Vec::new();
        for folder in folders {
            for index in indexes(&folder.join("pack")) {
                // What guards against bad input in there are in part assertions.
                let opened = crate::error::quietly(|| Pack::open(&index, hash));
                match opened.unwrap_or_else(|| Err(DAMAGED.to_owned())) {
                    Ok(pack) => packs.push(pack),
                    Err(why) => broken.push((index, why)),
                }
            }
            loose.append(&mut loose::list(folder, &mut damaged));
        }
        broken.extend(damaged.into_iter().map(|path| (path, DAMAGED.to_owned())));
        loose.sort_by_key(|one| one.id);
        loose.dedup_by(|a, b| a.id == b.id);
        let mut firsts = Vec::new();
        let mut count = 0;
        for pack in &packs {
            firsts.push(count);
            count += pack.len();
        }
        let count = count + loose.len() as Number;
        Objects { packs, firsts, loose, count, hash }
    }

    /// How long an id is, in bytes.
    pub(super) fn id_length(&self) -> usize {
        self.hash.len_in_bytes()
    }

    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    fn loose_first(&self) -> Number {
        self.count - self.loose.len() as Number
    }

    /// The number of an object of one pack.
    pub(super) fn of_pack(&self, pack: usize, number: u32) -> Number {
        self.firsts[pack] + number
    }

    pub(super) fn find(&self, id: &oid) -> Option<Number> {
        // One whose base is not there is as good as none.
        let sound = self.packed_copies(id).find(|&number| self.kind(number) != Kind::Lost);
        sound.or_else(|| self.find_loose(id)).or_else(|| self.packed_copies(id).next())
    }

    /// The same object in each pack that has it.
    fn packed_copies<'s>(&'s self, id: &'s oid) -> impl Iterator<Item = Number> + 's {
        self.packs.iter().zip(&self.firsts).filter_map(|(pack, first)| Some(first + pack.find(id)?))
    }

    fn find_loose(&self, id: &oid) -> Option<Number> {
        let at = self.loose.binary_search_by(|loose| loose.id.as_ref().cmp(id)).ok()?;
        Some(self.loose_first() + at as Number)
    }

    /// The object under a name in hexadecimal digits.
    pub(super) fn named(&self, hex: &str) -> Option<Number> {
        self.find(&ObjectId::from_hex(hex.as_bytes()).ok()?)
    }

    fn packed(&self, number: Number) -> Result<(&Pack, u32), &Loose> {
        if number >= self.loose_first() {
            return Err(&self.loose[(number - self.loose_first()) as usize]);
        }
        let pack = self.firsts.partition_point(|&first| first <= number) - 1;
        Ok((&self.packs[pack], number - self.firsts[pack]))
    }

    pub(super) fn id(&self, number: Number) -> &oid {
        match self.packed(number) {
            Ok((pack, number)) => pack.id(number),
            Err(loose) => &loose.id,
        }
    }

    pub(super) fn kind(&self, number: Number) -> Kind {
        match self.packed(number) {
            Ok((pack, number)) => pack.kind(number),
            Err(loose) => loose.kind,
        }
    }

    /// The loose ones of a kind.
    pub(super) fn loose(&self, kind: Kind) -> Vec<Number> {
        (self.loose_first()..self.count).filter(|&number| self.kind(number) == kind).collect()
    }

    /// Reads an object; where that copy of it is damaged, another one.
    pub(super) fn read(&self, number: Number) -> Result<Vec<u8>, &'static str> {
        let id = self.id(number);
        let others = self.packed_copies(id).chain(self.find_loose(id)).filter(|&other| other != number);
        let read = |number| match self.packed(number) {
            Ok((pack, number)) => pack.read(number),
            Err(loose) => loose.read(),
        };
        read(number).or_else(|why| others.map(read).find_map(Result::ok).ok_or(why))
    }
}

fn indexes(folder: &Path) -> BTreeSet<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    // An index without its pack is what a `gc` has left for a moment.
    paths.filter(|path| path.extension().is_some_and(|end| end == "idx")).collect()
}
