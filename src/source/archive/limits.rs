//! How much of an archive is read. A small file may stand for a very large one, or for one without end.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// So deep archives are opened: four in each other, as a jar in a jar in a layer of an image has it.
pub(super) const DEPTH: usize = 4;
/// So many members, those of archives inside included, folders and links too.
pub(super) const MEMBERS: usize = 250_000;
/// So much is read of one text, in bytes. It is all that is held of what flows through.
pub const MEMBER: usize = 64 << 20;
/// So much is held of zips inside of archives, all together.
pub(super) const HELD: usize = 64 << 20;
/// What inflates to more than so many times its size is no text that somebody wrote…
const RATIO: u64 = 100;
/// …but where it is very small.
const ALWAYS: u64 = 1 << 20;
/// No archive is unpacked to more than this beyond its own size.
const UNPACKED: u64 = 2 << 30;
/// So far back a packed stream may refer, which has to be held. What `xz -9` writes refers so far.
pub(super) const WINDOW: usize = 64 << 20;

/// How much may still be unpacked of one file.
pub(super) struct Meter {
    pub(super) most: u64,
    left: Cell<u64>,
    spent: Cell<bool>,
}

impl Meter {
    /// For a file of `size` bytes.
    pub(super) fn new(size: u64) -> Rc<Meter> {
        let most = size.saturating_mul(RATIO).max(ALWAYS).min(size.saturating_add(UNPACKED));
        Rc::new(Meter { most, left: Cell::new(most), spent: Cell::new(false) })
    }

    /// Whether there was more than that.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.get()
    }
}

/// Counts what was unpacked, and fails beyond the limit.
pub(super) struct Metered<R> {
    from: R,
    meter: Rc<Meter>,
}

impl<R> Metered<R> {
    pub(super) fn new(from: R, meter: &Rc<Meter>) -> Metered<R> {
        Metered { from, meter: Rc::clone(meter) }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.meter.left.get();
        if left == 0 && !buffer.is_empty() {
            // Only what really goes on is too long.
            let more = self.from.read(&mut buffer[..1])?;
            self.meter.spent.set(self.meter.is_spent() || more > 0);
            return if more > 0 { Err(io::ErrorKind::QuotaExceeded.into()) } else { Ok(0) };
        }
        let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = self.from.read(&mut buffer[..most])?;
        self.meter.left.set(left - read as u64);
        Ok(read)
    }
}
