//! One pack: its objects in the order in which they lie there, and which is a delta on which.

use std::cmp::Ordering;
use std::fmt::Display;
use std::path::Path;

use gix_hash::{Kind as Hash, oid};
use gix_pack::data::entry::Header;
use gix_pack::index;
use gix_zlib::{Inflate, Status};

use super::data::{self, Ahead, Data};
use super::delta::{self, Kept, Part};
use crate::source::TEXT_LIMIT;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
    /// A delta whose base is not to be found.
    Lost,
}

pub(super) const DAMAGED: &str = "it is damaged";
const NONE: u32 = u32::MAX;
/// The best that deflate does.
const RATIO: u64 = 1032;
/// So many buffers are kept for later.
const SPARE: usize = 8;
/// More than this is not read of one object.
const LIMIT: u64 = TEXT_LIMIT;

/// An open pack. Its objects have two numbers: by id, as its index has them, and by place.
pub(super) struct Pack {
    index: index::File,
    data: Data,
    /// By place: where the object begins, its number by id, and the place of its base.
    starts: Vec<u64>,
    ids: Vec<u32>,
    bases: Vec<u32>,
    /// By number: the place, and what it is.
    places: Vec<u32>,
    kinds: Vec<Kind>,
    /// How many ids come before those that begin with these bits: as many bits as there are about ids,
    /// so that a look leads to one or two.
    fan: Vec<u32>,
    /// So many bits of the first four bytes do not count for that.
    shift: u32,
    /// By place: the first delta on it, and the next one on the same base.
    first: Vec<u32>,
    next: Vec<u32>,
}

fn said(why: impl Display) -> String {
    why.to_string()
}

/// What reading objects of one pack needs, again and again.
#[derive(Default)]
pub(super) struct Inflater {
    inflate: Inflate,
    ahead: Ahead,
    /// The delta that was inflated last.
    delta: Vec<u8>,
    parts: Vec<Part>,
    kept: Vec<Kept>,
    pub(super) spare: Spare,
}

impl Inflater {
    /// Makes an object of its base and of the delta that was inflated last; says what it repeats of the base.
    pub(super) fn apply(&mut self, base: &[u8]) -> Result<(Vec<u8>, &[Kept]), &'static str> {
        let length = delta::parse(&self.delta, base.len(), LIMIT as usize, &mut self.parts)?;
        let mut made = self.spare.take(length);
        delta::apply(base, &self.delta, &self.parts, &mut made);
        delta::keep(&self.parts, &mut self.kept);
        Ok((made, &self.kept))
    }
}

/// What was inflated: an object, or a delta that makes one, which lies with the inflater.
pub(super) enum Inflated {
    Whole(Vec<u8>),
    Delta,
}

/// Buffers of objects that are done with: versions of a text are about as long as each other.
#[derive(Default)]
pub(super) struct Spare(Vec<Vec<u8>>);

impl Spare {
    /// One with room for so many bytes, whatever it holds; not for many more, since it may be kept long.
    fn take(&mut self, length: usize) -> Vec<u8> {
        let fits = |buffer: &Vec<u8>| (length..=2 * length + 256).contains(&buffer.capacity());
        let found = self.0.iter().rposition(fits);
        found.map_or_else(|| Vec::with_capacity(length), |at| self.0.remove(at))
    }

    pub(super) fn put(&mut self, buffer: Vec<u8>) {
        if self.0.len() == SPARE {
            self.0.remove(0);
        }
        self.0.push(buffer);
    }
}

impl Pack {
    pub(super) fn open(index: &Path, hash: Hash) -> Result<Pack, String> {
        let path = index.with_extension("pack");
        data::open(index).map_err(said)?;
        let index = index::File::at(index, hash).map_err(said)?;
        let data = Data::open(&path, hash).map_err(said)?;
        let mut order: Vec<(u64, u32)> =
            (0..index.num_objects()).map(|id| (index.pack_offset_at_index(id), id)).collect();
        order.sort_unstable();
        let count = order.len();
        let mut places = vec![NONE; count];
        for (place, &(_, id)) in (0..).zip(&order) {
            places[id as usize] = place;
        }
        let (starts, ids) = order.into_iter().unzip();
        let bits = (usize::BITS - count.leading_zeros()).clamp(1, 24);
        let mut pack = Pack {
            fan: vec![0; (1 << bits) + 1],
            shift: u32::BITS - bits,
            index,
            data,
            starts,
            ids,
            places,
            bases: vec![NONE; count],
            kinds: vec![Kind::Lost; count],
            first: vec![NONE; count],
            next: vec![NONE; count],
        };
        for number in 0..count as u32 {
            let bucket = pack.bucket(pack.id(number));
            pack.fan[bucket + 1] += 1;
        }
        for bucket in 1..pack.fan.len() {
            pack.fan[bucket] += pack.fan[bucket - 1];
        }
        pack.link();
        Ok(pack)
    }

    /// Finds the bases, and of what kind everything is.
    fn link(&mut self) {
        let mut open: Vec<u32> = Vec::new();
        let Pack { index, data, starts, ids, places, bases, kinds, .. } = self;
        let sum = |place: usize| index.crc32_at_index(ids[place]);
        data.headers(starts, sum, |place, entry| {
            let base = match entry.header {
                Header::Commit => Err(Kind::Commit),
                Header::Tree => Err(Kind::Tree),
                Header::Blob => Err(Kind::Blob),
                Header::Tag => Err(Kind::Tag),
                Header::OfsDelta { base_distance } => {
                    let at = starts[place].checked_sub(base_distance);
                    Ok(at.and_then(|at| starts.binary_search(&at).ok()))
                }
                Header::RefDelta { base_id } => Ok(index.lookup(base_id).map(|id| places[id as usize] as usize)),
            };
            match base {
                Err(kind) => {
                    kinds[ids[place] as usize] = kind;
                    open.push(place as u32);
                }
                Ok(Some(base)) if base != place => bases[place] = base as u32,
                Ok(_) => {}
            }
        });
        // Backwards, so that the deltas on one base stand in the order of their places.
        for place in (0..self.starts.len()).rev() {
            if self.bases[place] != NONE {
                let base = self.bases[place] as usize;
                self.next[place] = std::mem::replace(&mut self.first[base], place as u32);
            }
        }
        while let Some(place) = open.pop() {
            let kind = self.kind_at(place);
            let mut child = self.first[place as usize];
            while child != NONE {
                self.kinds[self.ids[child as usize] as usize] = kind;
                open.push(child);
                child = self.next[child as usize];
            }
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.starts.len() as u32
    }

    pub(super) fn find(&self, id: &oid) -> Option<u32> {
        let bucket = self.bucket(id);
        let (mut low, mut high) = (self.fan[bucket], self.fan[bucket + 1]);
        while low < high {
            let at = low + (high - low) / 2;
            match self.index.oid_at_index(at).cmp(id) {
                Ordering::Equal => return Some(at),
                Ordering::Less => low = at + 1,
                Ordering::Greater => high = at,
            }
        }
        None
    }

    fn bucket(&self, id: &oid) -> usize {
        let begin = id.as_bytes().iter().take(4).fold(0, |begin, &byte| begin << 8 | u32::from(byte));
        (begin >> self.shift) as usize
    }

    pub(super) fn id(&self, number: u32) -> &oid {
        self.index.oid_at_index(number)
    }

    pub(super) fn kind(&self, number: u32) -> Kind {
        self.kinds[number as usize]
    }

    pub(super) fn number(&self, place: u32) -> u32 {
        self.ids[place as usize]
    }

    pub(super) fn kind_at(&self, place: u32) -> Kind {
        self.kind(self.number(place))
    }

    /// The place of the base, if the object is a delta.
    pub(super) fn base(&self, place: u32) -> Option<u32> {
        Some(self.bases[place as usize]).filter(|&base| base != NONE)
    }

    /// The places of the deltas on the object at this place.
    pub(super) fn children(&self, place: u32) -> impl Iterator<Item = u32> {
        let link = |place: u32| Some(place).filter(|&place| place != NONE);
        std::iter::successors(link(self.first[place as usize]), move |&child| link(self.next[child as usize]))
    }

    pub(super) fn inflate(&self, place: u32, inflater: &mut Inflater) -> Result<Inflated, &'static str> {
        let Inflater { inflate, ahead, delta, spare, .. } = inflater;
        let start = self.starts[place as usize];
        let end = self.starts.get(place as usize + 1).copied().unwrap_or(self.data.end());
        let (entry, packed) = self.data.entry(start, end, ahead).ok_or(DAMAGED)?;
        if entry.decompressed_size > LIMIT {
            return Err("it is larger than what is read of one object");
        }
        if entry.decompressed_size > end.saturating_sub(start) * RATIO {
            return Err(DAMAGED);
        }
        let is_delta = entry.header.is_delta();
        let size = entry.decompressed_size as usize;
        let mut whole = if is_delta { Vec::new() } else { spare.take(size) };
        let bytes = if is_delta { delta } else { &mut whole };
        bytes.resize(size, 0);
        inflate.reset();
        match inflate.once(packed, bytes) {
            Ok((Status::StreamEnd, _, length)) if length == bytes.len() => {}
            _ => return Err(DAMAGED),
        }
        Ok(if is_delta { Inflated::Delta } else { Inflated::Whole(whole) })
    }

    /// One object, with all the deltas that lead to it.
    pub(super) fn read(&self, number: u32) -> Result<Vec<u8>, &'static str> {
        let mut inflater = Inflater::default();
        let mut deltas: Vec<Vec<u8>> = Vec::new();
        let mut place = self.places[number as usize];
        if self.kind(number) == Kind::Lost {
            return Err("the base of a delta is missing");
        }
        let mut bytes = loop {
            match self.inflate(place, &mut inflater)? {
                Inflated::Whole(bytes) => break bytes,
                Inflated::Delta => deltas.push(std::mem::take(&mut inflater.delta)),
            }
            place = self.base(place).ok_or("the base of a delta is missing")?;
        };
        while let Some(delta) = deltas.pop() {
            inflater.delta = delta;
            bytes = inflater.apply(&bytes)?.0;
        }
        Ok(bytes)
    }
}
