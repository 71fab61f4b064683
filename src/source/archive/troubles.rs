//! What of an archive was not read, and why.

use std::collections::BTreeMap;

use super::limits::{DEPTH, HELD, MEMBER, MEMBERS};
use crate::finding::Note;

/// Each kind of trouble, how often it happened, and where first.
#[derive(Debug, Default)]
pub struct Troubles {
    seen: BTreeMap<Trouble, (usize, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    /// It ends too early, or is damaged.
    Broken,
    /// More was packed in it than is unpacked, in bytes.
    Unpacked(u64),
    Members,
    Depth,
    LongMember,
    LargeZip,
    Encrypted,
    Method(&'static str),
    Closed(&'static str),
    LargeBinary,
}

impl Troubles {
    pub(super) fn add(&mut self, trouble: Trouble, place: &str) {
        self.seen.entry(trouble).or_insert_with(|| (0, place.to_owned())).0 += 1;
    }

    /// What is said of them.
    pub fn notes(&self, archive: &str) -> impl Iterator<Item = Note> {
        self.seen.iter().map(move |(trouble, (count, first))| {
            let (kind, incomplete) = trouble.weight();
            let message = match (trouble.is_of_a_place(), count) {
                (true, 1) => format!("{}: {first}", trouble.message()),
                (true, _) => format!("{}: {count}, the first {first}", trouble.message()),
                (false, _) => trouble.message(),
            };
            Note { kind, about: archive.to_owned(), message, incomplete }
        })
    }
}

impl Trouble {
    /// Whether text may have been left unread: of what nobody could read, or nobody would, that is
    /// not said.
    fn weight(&self) -> (&'static str, bool) {
        match self {
            Trouble::Broken => ("unreadable", true),
            Trouble::Unpacked(_) | Trouble::Members | Trouble::Depth | Trouble::LongMember | Trouble::LargeZip => {
                ("limit", true)
            }
            Trouble::Encrypted | Trouble::Method(_) | Trouble::Closed(_) | Trouble::LargeBinary => ("skipped", false),
        }
    }

    fn is_of_a_place(&self) -> bool {
        !matches!(self, Trouble::Unpacked(_) | Trouble::Members)
    }

    fn message(&self) -> String {
        let megabytes = |bytes: usize| bytes >> 20;
        match self {
            Trouble::Broken => "broken or cut off, and read as far as that goes".to_owned(),
            Trouble::Unpacked(most) => {
                format!("holds more than the {} MB that are unpacked of an archive of its size", most >> 20)
            }
            Trouble::Members => format!("has more than the {MEMBERS} members that are read of an archive"),
            Trouble::Depth => format!("archives inside of more than {} others are not opened", DEPTH - 1),
            Trouble::LongMember => format!("of a member no more than {} MB are read", megabytes(MEMBER)),
            Trouble::LargeZip => {
                format!("zips inside of archives are opened up to {} MB together", megabytes(HELD))
            }
            Trouble::Encrypted => "encrypted members were not read".to_owned(),
            Trouble::Method(method) => format!("members packed with {method} were not read"),
            Trouble::Closed(kind) => format!("a {kind} archive is not opened"),
            Trouble::LargeBinary => "binaries of more than 16 MB were skipped".to_owned(),
        }
    }
}
