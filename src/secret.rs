//! The value of a credential, kept where it cannot be printed by accident, and the keyed
//! fingerprint that stands for it everywhere else.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A secret value. It has no `Display`, its `Debug` shows the length, and its memory is cleared
/// when it is dropped. The one way to the value is [`Secret::expose`], which is easy to search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(value.into()))
    }

    /// The value itself: to sign with, to send to its issuer, to compare. Never to print.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.len())
    }
}

/// What stands for a secret in reports and baselines: 128 bits of a keyed hash, in hex.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key under which fingerprints are made, so that a published report cannot be searched
/// for a guessed value.
#[derive(Clone, PartialEq, Eq)]
pub struct FingerprintKey(Secret);

impl FingerprintKey {
    /// Used when nobody configured a key: fingerprints are then stable for everybody, and a
    /// known value can be recognised by its fingerprint. Long random tokens lose nothing by that.
    pub fn fixed() -> FingerprintKey {
        FingerprintKey(Secret::new("overscope"))
    }

    pub fn new(key: impl Into<String>) -> FingerprintKey {
        FingerprintKey(Secret::new(key))
    }

    /// The fingerprint of `parts` (detector, then what tells this credential from others).
    pub fn fingerprint(&self, parts: &[&str]) -> Fingerprint {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes()).expect("HMAC takes keys of any length");
        mac.update(b"overscope/fingerprint/1");
        for part in parts {
            mac.update(&[0]);
            mac.update(part.as_bytes());
        }
        let digest = mac.finalize().into_bytes();
        Fingerprint(digest[..16].iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_its_length_and_nothing_else() {
        assert_eq!(format!("{:?}", Secret::new("swordfish")), "Secret(9 bytes)");
    }

    #[test]
    fn a_fingerprint_depends_on_key_detector_and_value() {
        let key = FingerprintKey::fixed();
        let one = key.fingerprint(&["a", "v"]);
        assert_eq!(one.as_str().len(), 32);
        assert_eq!(one, key.fingerprint(&["a", "v"]));
        assert_ne!(one, key.fingerprint(&["b", "v"]));
        assert_ne!(one, key.fingerprint(&["a", "w"]));
        assert_ne!(one, FingerprintKey::new("k").fingerprint(&["a", "v"]));
        assert_ne!(key.fingerprint(&["ab", ""]), key.fingerprint(&["a", "b"]));
    }
}
