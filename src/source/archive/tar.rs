//! The members of a tar, and the long names that stand in members of their own.

use std::io::Read;

use tar::{EntryType, PaxExtensions};

use super::name;
use super::walk::{Flow, Peeked, Place, Walk};

/// So much is read of a member that only describes the next one: names are cut, and other things
/// that may stand before them are short.
const DESCRIPTION: usize = 16 * name::LONGEST;

impl Walk<'_> {
    pub(super) fn tar(&mut self, from: &mut dyn Read, place: Place<'_>) -> Flow {
        let mut archive = tar::Archive::new(from);
        // As they stand: the crate would read a long name whole, however long it is.
        let entries = match archive.entries() {
            Ok(entries) => entries.raw(true),
            Err(why) => return self.failed(place.path, &why),
        };
        let mut long_name: Option<Vec<u8>> = None;
        for entry in entries {
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(why) => return self.failed(place.path, &why),
            };
            self.count(place.path)?;
            match entry.header().entry_type() {
                EntryType::GNULongName => {
                    let mut name = description(&mut entry);
                    name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
                    long_name = Some(name);
                }
                EntryType::XHeader => long_name = path_of(&description(&mut entry)).or(long_name),
                EntryType::GNULongLink | EntryType::XGlobalHeader => {}
                EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                    let name = long_name.take().unwrap_or_else(|| entry.header().path_bytes().into_owned());
                    self.member(Peeked::of(entry), &name::member(place.path, &name), place.depth)?;
                }
                _ => long_name = None,
            }
        }
        Flow::Continue(())
    }
}

/// What cannot be read of it is met again behind it.
fn description(entry: &mut dyn Read) -> Vec<u8> {
    let mut text = Vec::new();
    let _ = entry.take(DESCRIPTION as u64).read_to_end(&mut text);
    text
}

fn path_of(extensions: &[u8]) -> Option<Vec<u8>> {
    let mut extensions = PaxExtensions::new(extensions).flatten();
    extensions.find(|extension| extension.key_bytes() == b"path").map(|extension| extension.value_bytes().to_vec())
}
