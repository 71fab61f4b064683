//! A set of bytes: what may stand at one place of a text.

use regex_syntax::hir::Class;

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
