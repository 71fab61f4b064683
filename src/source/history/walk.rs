//! Goes through all objects of a kind, each after the one that it is a delta on: every object is
//! inflated once, and a base is kept no longer than something is made of it.

use std::sync::{Arc, Mutex};

use rayon::ScopeFifo;
use rayon::prelude::*;

use super::delta::Kept;
use super::objects::{Number, Objects};
use super::pack::{Inflated, Inflater, Kind, Pack};

/// A base with more than so many objects to be made of it is a job of its own.
const SPLIT: u32 = 256;
/// So many objects without deltas on them make a job.
const CHUNK: usize = 64;

/// An object that is visited.
pub(super) struct Visited<'v, S> {
    pub(super) number: Number,
    pub(super) bytes: &'v [u8],
    pub(super) base: Option<From<'v, S>>,
}

/// How an object is made of its base.
pub(super) struct From<'v, S> {
    /// What the visit of the base left.
    pub(super) left: &'v S,
    pub(super) length: usize,
    pub(super) kept: &'v [Kept],
}

/// An object that could not be read.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) number: Number,
    pub(super) why: &'static str,
}

/// Visits all objects of this kind that are wanted, and the bases of those.
pub(super) fn walk<S: Send + Sync>(
    objects: &Objects,
    kind: Kind,
    wanted: &(dyn Fn(Number) -> bool + Sync),
    visit: &(dyn Fn(Visited<'_, S>) -> S + Sync),
) -> Vec<Unread> {
    let unread = Mutex::new(Vec::new());
    let families: Vec<Family<'_, S>> =
        (0..objects.packs.len()).map(|pack| Family::of(objects, pack, kind, wanted, visit, &unread)).collect();
    let loose: Vec<Number> = objects.loose(kind).into_iter().filter(|&number| wanted(number)).collect();
    rayon::scope_fifo(|scope| {
        families.iter().for_each(|family| family.start(scope));
        for chunk in loose.chunks(CHUNK) {
            let unread = &unread;
            scope.spawn_fifo(move |_| {
                for &number in chunk {
                    match objects.read(number) {
                        Ok(bytes) => drop(visit(Visited { number, bytes: &bytes, base: None })),
                        Err(why) => push(unread, Unread { number, why }),
                    }
                }
            });
        }
    });
    let unread = unread.into_inner().unwrap_or_default();
    // What is damaged in one pack may be sound in another one.
    let again = |one: &Unread| match objects.read(one.number) {
        Ok(bytes) => {
            drop(visit(Visited { number: one.number, bytes: &bytes, base: None }));
            false
        }
        Err(_) => true,
    };
    let mut unread: Vec<Unread> = unread.into_par_iter().filter(again).collect();
    unread.sort_by_key(|one| one.number);
    unread
}

fn push(unread: &Mutex<Vec<Unread>>, one: Unread) {
    unread.lock().expect("no thread panics while it holds the lock").push(one);
}

/// The objects of one kind in one pack.
struct Family<'f, S> {
    objects: &'f Objects,
    pack: &'f Pack,
    number: usize,
    /// By place: how many are wanted of what is made of the object, itself among them.
    weights: Vec<u32>,
    wanted: &'f (dyn Fn(Number) -> bool + Sync),
    roots: Vec<u32>,
    visit: &'f (dyn Fn(Visited<'_, S>) -> S + Sync),
    unread: &'f Mutex<Vec<Unread>>,
}

/// An object that others are made of.
struct Base<S> {
    bytes: Vec<u8>,
    left: S,
}

/// An object to be made, by its place.
type Open<S> = (u32, Option<Arc<Base<S>>>);

impl<'f, S: Send + Sync> Family<'f, S> {
    fn of(
        objects: &'f Objects,
        number: usize,
        kind: Kind,
        wanted: &'f (dyn Fn(Number) -> bool + Sync),
        visit: &'f (dyn Fn(Visited<'_, S>) -> S + Sync),
        unread: &'f Mutex<Vec<Unread>>,
    ) -> Family<'f, S> {
        let pack = &objects.packs[number];
        let mut roots: Vec<u32> =
            (0..pack.len()).filter(|&place| pack.kind_at(place) == kind && pack.base(place).is_none()).collect();
        let mut weights = vec![0; pack.len() as usize];
        let mut order = roots.clone();
        let mut done = 0;
        while done < order.len() {
            order.extend(pack.children(order[done]));
            done += 1;
        }
        for &place in order.iter().rev() {
            weights[place as usize] += u32::from(wanted(objects.of_pack(number, pack.number(place))));
            if let Some(base) = pack.base(place) {
                weights[base as usize] += weights[place as usize];
            }
        }
        roots.retain(|&root| weights[root as usize] > 0);
        Family { objects, pack, number, weights, wanted, roots, visit, unread }
    }

    fn start<'s>(&'s self, scope: &ScopeFifo<'s>)
    where
        'f: 's,
    {
        let mut small: Vec<Open<S>> = Vec::new();
        for &root in &self.roots {
            match self.weights[root as usize] > SPLIT {
                true => scope.spawn_fifo(move |scope| self.run(vec![(root, None)], scope)),
                false => small.push((root, None)),
            }
            if small.len() == CHUNK {
                let job = std::mem::take(&mut small);
                scope.spawn_fifo(move |scope| self.run(job, scope));
            }
        }
        scope.spawn_fifo(move |scope| self.run(small, scope));
    }

    fn run<'s>(&'s self, mut open: Vec<Open<S>>, scope: &ScopeFifo<'s>)
    where
        'f: 's,
    {
        open.reverse();
        let mut inflater = Inflater::default();
        while let Some((place, base)) = open.pop() {
            let number = self.objects.of_pack(self.number, self.pack.number(place));
            match self.make(place, number, base.as_deref(), &mut inflater) {
                Ok(made) => {
                    let last = self.go_on(place, made, &mut open, scope);
                    last.into_iter().for_each(|leaf| inflater.spare.put(leaf.bytes));
                }
                Err(why) => self.give_up(place, why),
            }
            let done = base.and_then(Arc::into_inner);
            done.into_iter().for_each(|base| inflater.spare.put(base.bytes));
        }
    }

    /// With an object all are lost that are made of it.
    fn give_up(&self, place: u32, why: &'static str) {
        let mut open = vec![place];
        while let Some(place) = open.pop() {
            let number = self.objects.of_pack(self.number, self.pack.number(place));
            if (self.wanted)(number) {
                push(self.unread, Unread { number, why });
            }
            open.extend(self.pack.children(place).filter(|&child| self.weights[child as usize] > 0));
        }
    }

    fn make(
        &self,
        place: u32,
        number: Number,
        base: Option<&Base<S>>,
        inflater: &mut Inflater,
    ) -> Result<Base<S>, &'static str> {
        let (bytes, base) = match (self.pack.inflate(place, inflater)?, base) {
            (Inflated::Whole(bytes), _) => (bytes, None),
            (Inflated::Delta, Some(base)) => {
                let (bytes, kept) = inflater.apply(&base.bytes)?;
                (bytes, Some(From { left: &base.left, length: base.bytes.len(), kept }))
            }
            (Inflated::Delta, None) => return Err("the base of a delta is missing"),
        };
        let left = (self.visit)(Visited { number, bytes: &bytes, base });
        Ok(Base { bytes, left })
    }

    /// What is made of an object comes next, the heaviest last: then the base is needed no longer. Gives
    /// the object back where nothing is made of it.
    fn go_on<'s>(&'s self, place: u32, made: Base<S>, open: &mut Vec<Open<S>>, scope: &ScopeFifo<'s>) -> Option<Base<S>>
    where
        'f: 's,
    {
        let weight = |place: u32| self.weights[place as usize];
        let mut children: Vec<u32> = self.pack.children(place).filter(|&child| weight(child) > 0).collect();
        if children.is_empty() {
            return Some(made);
        }
        children.sort_by_key(|&child| std::cmp::Reverse(weight(child)));
        let base = Arc::new(made);
        for (at, child) in children.into_iter().enumerate() {
            let job = (child, Some(Arc::clone(&base)));
            match at > 0 && weight(child) > SPLIT {
                true => scope.spawn_fifo(move |scope| self.run(vec![job], scope)),
                false => open.push(job),
            }
        }
        None
    }
}
