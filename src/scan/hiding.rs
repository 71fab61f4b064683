//! Where a value is masked in what the program says. One that was drawn is masked wherever a part of
//! it stands; a mere word is not, or the report would lose its own words and the names of files.

use super::{ordinary, placeholder};
use crate::secret::Secret;

/// Where a value is masked beyond the place that it was found at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hiding {
    /// Everybody types it first: `admin`, `password`.
    Nowhere,
    /// It is a word: where it stands alone.
    Alone,
    Everywhere,
}

impl Hiding {
    pub fn of(secret: &Secret) -> Hiding {
        match secret.expose() {
            value if placeholder::is_common_word(value) => Hiding::Nowhere,
            value if ordinary::is_word(value.as_bytes()) => Hiding::Alone,
            _ => Hiding::Everywhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::sample;

    #[test]
    fn words_are_not_masked_in_the_words_of_a_report() {
        let of = |value: &str| Hiding::of(&Secret::new(value));
        assert_eq!(of("admin"), Hiding::Nowhere);
        assert_eq!(of("Password123"), Hiding::Nowhere);
        assert_eq!(of("correcthorse"), Hiding::Alone);
        for seed in 0..50 {
            assert_eq!(of(&sample::generate("{base62:20}", seed).unwrap().text), Hiding::Everywhere);
        }
    }
}
