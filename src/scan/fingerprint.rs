//! What stands for a secret in reports and baselines. A published hash of a value that could be guessed
//! is that value: of such a one its place says which it is, the login that it belongs to or else the
//! variable and the file, and the value has no part in it.

use super::ordinary;
use crate::detector::Detectors;
use crate::finding::{Finding, LOGIN, Location};
use crate::secret::{Fingerprint, FingerprintKey, Secret};

/// So many bits cannot be guessed by trying.
const ENOUGH: f64 = 64.0;

pub(super) fn of(finding: &Finding, detectors: &Detectors, key: &FingerprintKey) -> Fingerprint {
    let id = detectors.id(finding.detector);
    let value = finding.secret.expose();
    if bits(value.as_bytes()) >= ENOUGH {
        return key.fingerprint(&[id, value]);
    }
    let part = |name: &&str| finding.parts.get(*name).map_or("", Secret::expose);
    let login: Vec<&str> = LOGIN.iter().map(part).collect();
    let variable = finding.locations.iter().filter_map(|at| at.key.as_deref()).min().unwrap_or_default();
    let file = match login.iter().all(|part| part.is_empty()) {
        true => finding.locations.iter().map(|at: &Location| at.path.as_str()).min().unwrap_or_default(),
        false => "",
    };
    key.fingerprint(&[&[id, "by its place"], &login[..], &[variable, file]].concat())
}

/// How many bits somebody would have to guess, at most: what was drawn has as many as its characters
/// allow; what was written has those that surprise, and no more than half of them for who knows words
/// and not only which letters follow each other.
fn bits(value: &[u8]) -> f64 {
    let has = |is: fn(&u8) -> bool, count: f64| if value.iter().any(is) { count } else { 0.0 };
    let letters = has(u8::is_ascii_lowercase, 26.0) + has(u8::is_ascii_uppercase, 26.0);
    let characters = letters + has(u8::is_ascii_digit, 10.0) + has(|byte| !byte.is_ascii_alphanumeric(), 32.0);
    let drawn = value.len() as f64 * characters.max(1.0).log2();
    let surprise = ordinary::surprise(value);
    drawn.min(if ordinary::randomness(value) < 0.0 { surprise / 2.0 } else { surprise })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::sample;
    use crate::scan::scan_text;

    fn fingerprint(path: &str, text: &str) -> String {
        let detectors = Detectors::load(&[]).unwrap();
        let found = scan_text(path, text, &detectors, &FingerprintKey::fixed());
        let [one] = &found[..] else { panic!("one: {found:?} in {text}") };
        one.fingerprint.to_string()
    }

    #[test]
    fn what_could_be_guessed_has_few_bits() {
        let drawn = |template: &str, seed| sample::generate(template, seed).unwrap().text;
        for seed in 0..200 {
            for template in ["{base62:8}", "{hex:8}", "{digits:16}"] {
                let value = drawn(template, seed);
                assert!(bits(value.as_bytes()) < ENOUGH, "{value}");
            }
            for template in ["{base62:24}", "{hex:32}", "{uuid}"] {
                let value = drawn(template, seed);
                assert!(bits(value.as_bytes()) >= ENOUGH, "{value}");
            }
        }
        for word in ["changeit2024", "correct horse battery", "Passw0rd!Passw0rd!", ""] {
            assert!(bits(word.as_bytes()) < ENOUGH, "{word}");
        }
    }

    #[test]
    fn a_password_that_could_be_guessed_has_no_part_in_its_fingerprint() {
        let url = |user: &str, seed| {
            let password = sample::generate("{base62:9}", seed).unwrap().text;
            format!("DATABASE_URL=postgres://{user}:{password}@db.acme.test/shop\n")
        };
        let one = fingerprint("a.env", &url("dana", 1));
        assert_eq!(one, fingerprint("a.env", &url("dana", 2)), "another password");
        assert_eq!(one, fingerprint("b.env", &url("dana", 1)), "another file");
        assert_ne!(one, fingerprint("a.env", &url("ann", 1)), "another user");
    }

    #[test]
    fn without_a_login_the_variable_and_the_file_say_which_it_is() {
        let text = |name: &str, seed| {
            let password = sample::generate("{base62:10}", seed).unwrap().text;
            format!("{name} = \"{password}\"\n")
        };
        let one = fingerprint("a.py", &text("db_password", 1));
        assert_eq!(one, fingerprint("a.py", &text("db_password", 2)));
        assert_ne!(one, fingerprint("b.py", &text("db_password", 1)));
        assert_ne!(one, fingerprint("a.py", &text("smtp_password", 1)));
    }

    #[test]
    fn nearly_every_kind_that_is_drawn_is_told_by_its_value() {
        let detectors = Detectors::load(&[]).unwrap();
        let mut short = Vec::new();
        for number in 0..detectors.len() {
            let detector = detectors.detector(number);
            if detector.pattern.is_none() || detector.prefix.is_empty() {
                continue;
            }
            let example = sample::generate(&detector.examples[0], 1).unwrap();
            if bits(example.secret.as_bytes()) < ENOUGH {
                short.push(detector.id.clone());
            }
        }
        assert_eq!(short, [] as [&str; 0]);
    }
}
