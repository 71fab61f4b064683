//! A set of bytes: what may stand at one place of a text.

use regex_syntax::hir::Class;

/// `A` to `Z` in the second part of a set.
const UPPER_CASE: u64 = 0x07ff_fffe;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    /// What a class of a pattern stands for; none where that is more than one byte.
    pub(super) fn of(class: &Class) -> Option<ByteSet> {
        let bytes = match class {
            Class::Bytes(bytes) => bytes.clone(),
            Class::Unicode(characters) => characters.to_byte_class()?,
        };
        Some(bytes.iter().flat_map(|range| range.start()..=range.end()).collect())
    }

    pub(super) fn holds(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|part| part.count_ones()).sum()
    }

    /// How many there are if upper case and lower case are the same.
    pub(super) fn without_case(&self) -> usize {
        // Both stand in the second part, lower case 32 behind upper case.
        let twice = self.0[1] & self.0[1] >> 32 & UPPER_CASE;
        (self.len() - twice.count_ones()) as usize
    }

    pub(super) fn shares_with(&self, other: ByteSet) -> bool {
        self.0.iter().zip(other.0).any(|(one, other)| one & other != 0)
    }

    pub(super) fn or(self, other: ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|part| self.0[part] | other.0[part]))
    }
}

impl Extend<u8> for ByteSet {
    fn extend<T: IntoIterator<Item = u8>>(&mut self, bytes: T) {
        bytes.into_iter().for_each(|byte| self.0[usize::from(byte >> 6)] |= 1 << (byte & 63));
    }
}

impl FromIterator<u8> for ByteSet {
    fn from_iter<T: IntoIterator<Item = u8>>(bytes: T) -> ByteSet {
        let mut set = ByteSet::default();
        set.extend(bytes);
        set
    }
}
