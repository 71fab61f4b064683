//! Where a value is masked in what the program says. One that was drawn is masked wherever a part of
//! it stands; a mere word is not, or the report would lose its own words and the names of files.

use super::{ordinary, placeholder};
use crate::redact::WINDOW;
use crate::secret::Secret;

/// Of what cannot be the name of a thing less is enough to tell that somebody drew it.
const HARDLY_DRAWN: f64 = 6.0;
/// Names of things are at most this long, and have at most so many digits behind them.
const LONG: usize = 12;
const COUNTED: usize = 4;

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

    /// Whether people made it up of words: a part of it in the name of a file tells nothing. Of what has the
    /// look of something `issued`, each must be one beyond doubt.
    pub fn is_of_words(secret: &Secret, issued: bool) -> bool {
        let mut parts = secret.expose().split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() >= 4);
        parts.all(|part| {
            let stem = part.trim_end_matches(|c: char| c.is_ascii_digit());
            let digits = part.len() - stem.len();
            let is_name = stem.len() <= LONG && stem.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
            let most = match () {
                () if issued => 0.0,
                () if stem.len() < WINDOW => f64::INFINITY,
                () if is_name => ordinary::DRAWN,
                () => HARDLY_DRAWN,
            };
            let is_word = digits <= COUNTED && stem.chars().all(char::is_alphabetic);
            (stem.is_empty() && digits < WINDOW) || (is_word && ordinary::randomness(stem.as_bytes()) < most)
        })
    }

    /// All parts of a path that are long enough to tell a secret.
    pub fn parts_of(path: &str) -> impl Iterator<Item = &[u8]> {
        path.as_bytes().windows(WINDOW)
    }

    /// The parts of a path that are words: `/secrets` in a drawn password hides no folder of that name.
    pub fn words_in(path: &str) -> impl Iterator<Item = &[u8]> {
        path.as_bytes().windows(WINDOW).filter(|part| ordinary::is_word(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::sample;
    use crate::redact::Redactor;

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

    #[test]
    fn what_people_made_up_does_not_hide_the_names_of_files() {
        let of_words = |value: &str| Hiding::is_of_words(&Secret::new(value), false);
        for value in ["docker-mailserver-password", "password%20123", "jenkins-secrets", "postgres://dana:dana@db/dana"]
        {
            assert!(of_words(value), "{value}");
        }
        for seed in 0..50 {
            for template in [
                "{base62:20}",
                "prefix-{hex:32}",
                "dose{hex:32}",
                "{base36:24}",
                "postgres://dana:{base62:16}@db",
                "{digits:20}",
            ] {
                let value = sample::generate(template, seed).unwrap().text;
                assert!(!of_words(&value), "{template}");
            }
            let letters = sample::generate("{lower:16}", seed).unwrap().text;
            assert!(!Hiding::is_of_words(&Secret::new(&letters), true), "{letters}");
        }
        assert!(Hiding::is_of_words(&Secret::new("password%20123"), true));
    }

    #[test]
    fn the_name_of_a_file_is_hidden_where_it_was_drawn_and_not_where_it_is_words() {
        let drawn = sample::generate("{base62:20}", 7).unwrap().text;
        let paths = ["app/password_hash_test.go".to_owned(), format!("app/{drawn}.txt")];
        let secrets = ["Xk7!password_hash+9Q", &drawn].map(Secret::new);
        let redactor = Redactor::new(secrets.iter().map(|secret| (secret, 0, false)))
            .sparing(paths.iter().flat_map(|path| Hiding::words_in(path)), std::iter::empty());
        assert_eq!(redactor.clean(&paths[0]), paths[0]);
        assert!(!redactor.clean(&paths[1]).contains(&drawn[..8]));
        assert!(!redactor.clean(secrets[0].expose()).contains("Xk7!"));
        let strict = Redactor::new(secrets.iter().map(|secret| (secret, 0, false)))
            .sparing(paths.iter().flat_map(|path| Hiding::words_in(path)), secrets.iter());
        assert!(!strict.clean(&paths[0]).contains("password"));
    }
}
