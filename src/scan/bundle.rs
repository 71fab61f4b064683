//! PKCS#12: a binary file that is a key as a whole (`.p12`, `.pfx`). It is known by its structure,
//! whatever its name, and by a key standing in it: the same sort of file holds certificates alone,
//! for those who trust them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

/// The kind that the same bundle has where it is written in base64.
pub(super) const KIND: &str = "pkcs12-base64";
/// No bundle is longer, and many are a few thousand bytes long.
const LONGEST: usize = 256 << 10;

/// `version INTEGER 3`, with which a PFX begins (RFC 7292, section 4).
const VERSION: &[u8] = &[2, 1, 3];
/// `id-data` of PKCS#7, 1.2.840.113549.1.7.1: the bags are guarded by a password and not by a signature.
const DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// The bags that hold a key, 1.2.840.113549.1.12.10.1.1 and .2 (section 4.2).
const KEYS: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 0x0c, 0x0a, 1, 1],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 0x0c, 0x0a, 1, 2],
];

/// The bundle that a file is, in base64.
pub(super) fn read(bytes: &[u8]) -> Option<String> {
    if bytes.len() > LONGEST {
        return None;
    }
    let version = sequence(bytes)?.strip_prefix(VERSION)?;
    let is_bundle = sequence(version)?.starts_with(DATA);
    let holds_key = KEYS.iter().any(|key| memmem::find(bytes, key).is_some());
    (is_bundle && holds_key).then(|| STANDARD.encode(bytes))
}

/// What stands in the SEQUENCE that the bytes begin with; its length may be left open.
fn sequence(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0x30, length, rest @ ..] if *length <= 0x80 => Some(rest),
        [0x30, length @ 0x81..=0x84, rest @ ..] => rest.get(usize::from(length & 0x7f)..),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A SEQUENCE or another thing of this tag around its contents.
    fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], &length[..], contents].concat()
    }

    fn bundle(bag: &[u8]) -> Vec<u8> {
        let bags = der(0x04, &der(0x30, &[&[6, 11][..], bag, &[0; 300]].concat()));
        der(0x30, &[VERSION, &der(0x30, &[DATA, &der(0xa0, &bags)].concat())].concat())
    }

    #[test]
    fn a_bundle_with_a_key_is_known_by_its_structure() {
        let certificates = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 0x0c, 0x0a, 1, 3];
        for key in KEYS {
            let sound = bundle(key);
            assert_eq!(read(&sound), Some(STANDARD.encode(&sound)));
            let open = [&[0x30, 0x80], &sound[4..]].concat();
            assert!(read(&open).is_some());
            assert_eq!(read(&sound[1..]), None);
            assert_eq!(read(&sound[..20]), None);
        }
        assert_eq!(read(&bundle(certificates)), None);
        assert_eq!(read(&[&[0x30, 0x82, 1, 0][..], KEYS[0]].concat()), None);
    }
}
