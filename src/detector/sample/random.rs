//! Numbers that look random and follow from a seed (SplitMix64, Steele, Lea and Flood 2014).
//! Good enough for examples; nothing secret is ever made from it.

pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of the characters, which are not empty.
    pub(super) fn choose(&mut self, alphabet: &[u8]) -> char {
        let index = (u128::from(self.next()) * alphabet.len() as u128) >> 64;
        char::from(alphabet[index as usize])
    }

    pub(super) fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| self.choose(alphabet)).collect()
    }

    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}
