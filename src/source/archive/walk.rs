//! The way through an archive and those inside of it, and what it costs.

use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::rc::Rc;

use rawzip::ReaderAt;

use super::kind::{HEAD, Kind, Packing};
use super::limits::{DEPTH, HELD, MEMBER, MEMBERS, Meter, Metered};
use super::troubles::{Trouble, Troubles};
use super::{Looked, Visitor, name, unpack};

/// Breaks where nothing more of the whole file is read.
pub(super) type Flow = ControlFlow<()>;

/// So much of a member tells how it is read.
const SNIFF: usize = 8 << 10;

pub(super) struct Walk<'v> {
    visitor: &'v mut dyn Visitor,
    meter: Rc<Meter>,
    members: usize,
    /// How much is held of zips inside.
    held: usize,
    troubles: Troubles,
    /// For one member after the other.
    buffer: Vec<u8>,
}

/// Where an archive lies: what it is called, and in how many others.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) path: &'p str,
    pub(super) depth: usize,
}

impl<'v> Walk<'v> {
    pub(super) fn new(size: u64, visitor: &'v mut dyn Visitor) -> Walk<'v> {
        let (troubles, buffer) = (Troubles::default(), Vec::new());
        Walk { visitor, meter: Meter::new(size), members: 0, held: 0, troubles, buffer }
    }

    pub(super) fn end(self) -> Troubles {
        self.troubles
    }

    /// The file itself, which can be read from its beginning and at any place.
    pub(super) fn outermost(
        &mut self,
        kind: Kind,
        at_random: &dyn ReaderAt,
        size: u64,
        stream: &mut dyn Read,
        path: &str,
    ) {
        let place = Place { path, depth: 1 };
        let _ = match kind {
            Kind::Zip => self.zip(at_random, size, place, true),
            Kind::RunnableZip => self.zip(at_random, size, place, false),
            Kind::Tar => self.tar(stream, place),
            Kind::Packed(packing) => self.packed(packing, stream, place),
            Kind::Closed(kind) => {
                self.troubles.add(Trouble::Closed(kind), path);
                Flow::Continue(())
            }
        };
    }

    /// A stream that was packed as a whole: a tar, or one file.
    fn packed(&mut self, packing: Packing, from: &mut dyn Read, place: Place<'_>) -> Flow {
        let unpacked = unpack::unpacked(packing, BufReader::new(from));
        let mut peeked = Peeked::of(Metered::new(unpacked, &self.meter));
        match Kind::of(&peeked.head, "") {
            Some(Kind::Tar) => self.tar(&mut peeked, place),
            _ => self.member(peeked, &name::unpacked(place.path), place.depth),
        }
    }

    /// One member of an archive that lies in `depth - 1` others.
    pub(super) fn member<R: Read>(&mut self, mut from: Peeked<R>, path: &str, depth: usize) -> Flow {
        let kind = match Kind::of(&from.head, path) {
            None => return self.leaf(&mut from, path),
            Some(Kind::Closed(kind)) => {
                self.troubles.add(Trouble::Closed(kind), path);
                return self.leaf(&mut from, path);
            }
            Some(_) if depth >= DEPTH => {
                self.troubles.add(Trouble::Depth, path);
                return Flow::Continue(());
            }
            Some(kind) => kind,
        };
        let place = Place { path, depth: depth + 1 };
        match kind {
            Kind::Tar => self.tar(&mut from, place),
            Kind::Packed(packing) => self.packed(packing, &mut from, place),
            _ => self.held_zip(&mut from, place, kind == Kind::Zip),
        }
    }

    /// A zip is read from its end.
    fn held_zip(&mut self, from: &mut dyn Read, place: Place<'_>, is_sure: bool) -> Flow {
        let most = HELD - self.held;
        let mut bytes = Vec::new();
        let read = from.take(most as u64 + 1).read_to_end(&mut bytes);
        if bytes.len() > most {
            self.troubles.add(Trouble::LargeZip, place.path);
            return Flow::Continue(());
        }
        self.held += bytes.len();
        let inside = self.zip(&bytes.as_slice(), bytes.len() as u64, place, is_sure);
        self.held -= bytes.len();
        inside?;
        read.map_or_else(|why| self.failed(place.path, &why), |_| Flow::Continue(()))
    }

    fn leaf(&mut self, from: &mut dyn Read, path: &str) -> Flow {
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        let mut read = from.take(SNIFF as u64).read_to_end(&mut bytes);
        let limit = self.visitor.most(&bytes);
        let most = limit.unwrap_or(MEMBER);
        if read.is_ok() && bytes.len() == SNIFF {
            read = from.take((most - SNIFF) as u64 + 1).read_to_end(&mut bytes);
        }
        if limit.is_none() && bytes.len() > most {
            self.troubles.add(Trouble::LongMember, path);
            bytes.truncate(most);
        }
        let looked = if bytes.is_empty() { Looked::At } else { self.visitor.member(path, &bytes) };
        self.buffer = bytes;
        match looked {
            Looked::At => {}
            Looked::TooLarge => self.troubles.add(Trouble::LargeBinary, path),
            Looked::Enough => return Flow::Break(()),
        }
        read.map_or_else(|why| self.failed(path, &why), |_| Flow::Continue(()))
    }

    /// Counts a member.
    pub(super) fn count(&mut self, archive: &str) -> Flow {
        self.members += 1;
        if self.members > MEMBERS {
            self.troubles.add(Trouble::Members, archive);
            return Flow::Break(());
        }
        Flow::Continue(())
    }

    pub(super) fn trouble(&mut self, trouble: Trouble, path: &str) {
        self.troubles.add(trouble, path);
    }

    pub(super) fn broken(&mut self, path: &str, why: &dyn std::fmt::Display) {
        self.troubles.add(Trouble::Broken, &format!("{path} ({why})"));
    }

    /// What was read could not be read to its end.
    pub(super) fn failed(&mut self, path: &str, why: &io::Error) -> Flow {
        if self.meter.is_spent() {
            self.troubles.add(Trouble::Unpacked(self.meter.most), path);
            return Flow::Break(());
        }
        self.broken(path, why);
        Flow::Continue(())
    }

    pub(super) fn metered<R: Read>(&self, from: R) -> Metered<R> {
        Metered::new(from, &self.meter)
    }
}

/// A stream whose beginning is known already.
pub(super) struct Peeked<R> {
    head: Vec<u8>,
    read: usize,
    failed: Option<io::Error>,
    rest: R,
}

impl<R: Read> Peeked<R> {
    pub(super) fn of(mut rest: R) -> Peeked<R> {
        let mut head = Vec::with_capacity(HEAD);
        let failed = rest.by_ref().take(HEAD as u64).read_to_end(&mut head).err();
        Peeked { head, read: 0, failed, rest }
    }
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let known = &self.head[self.read..];
        if !known.is_empty() {
            let length = known.len().min(buffer.len());
            buffer[..length].copy_from_slice(&known[..length]);
            self.read += length;
            return Ok(length);
        }
        self.failed.take().map_or_else(|| self.rest.read(buffer), Err)
    }
}
