//! PKCS#12 and the key stores of Java: binary files that are a key as a whole (`.p12`, `.pfx`, `.jks`). Such
//! a file is known by its structure, whatever its name, and by a key standing in it: the same sort of
//! file holds certificates alone, for those who trust them.

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

/// How the two formats of Java begin, JKS and JCEKS, and the versions of both (`sun.security.provider.JavaKeyStore`).
const STORES: [[u8; 4]; 2] = [[0xfe, 0xed, 0xfe, 0xed], [0xce, 0xce, 0xce, 0xce]];
const OLD_STORE: u32 = 1;
/// What an entry of a store is: a key of a pair, a certificate of somebody else, a key for both sides.
const KEY: u32 = 1;
const TRUSTED: u32 = 2;
const SECRET_KEY: u32 = 3;

/// The bundle that a file is, in base64.
pub(super) fn read(bytes: &[u8]) -> Option<String> {
    let is_bundle = bytes.len() <= LONGEST && (is_pkcs12(bytes) || is_store(bytes).unwrap_or(false));
    is_bundle.then(|| STANDARD.encode(bytes))
}

fn is_pkcs12(bytes: &[u8]) -> bool {
    let contents = sequence(bytes).and_then(|bytes| sequence(bytes.strip_prefix(VERSION)?));
    contents.is_some_and(|contents| contents.starts_with(DATA))
        && KEYS.iter().any(|key| memmem::find(bytes, key).is_some())
}

/// Whether it is a store of Java with a key in it, which may stand behind certificates.
fn is_store(bytes: &[u8]) -> Option<bool> {
    let mut rest = STORES.iter().find_map(|begin| bytes.strip_prefix(begin))?;
    let version = number(&mut rest)?;
    for _ in 0..number(&mut rest)? {
        let entry = number(&mut rest)?;
        // Its alias, and when it was made.
        name(&mut rest)?;
        rest = rest.get(8..)?;
        match entry {
            KEY | SECRET_KEY => return Some(true),
            TRUSTED => {
                if version != OLD_STORE {
                    name(&mut rest)?;
                }
                let length = number(&mut rest)?;
                rest = rest.get(usize::try_from(length).ok()?..)?;
            }
            _ => return None,
        }
    }
    None
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    Some(u32::from_be_bytes(*number))
}

/// Passes over a text and its length.
fn name(rest: &mut &[u8]) -> Option<()> {
    let (length, behind) = rest.split_first_chunk::<2>()?;
    *rest = behind.get(usize::from(u16::from_be_bytes(*length))..)?;
    Some(())
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

    /// A store of these entries: what each is, and the bytes behind its alias and its date.
    fn store(begin: [u8; 4], entries: &[(u32, &[u8])]) -> Vec<u8> {
        let count = u32::try_from(entries.len()).unwrap().to_be_bytes();
        let entry = |(tag, rest): &(u32, &[u8])| [&tag.to_be_bytes(), &b"\0\x04acme"[..], &[0; 8], rest].concat();
        [&begin[..], &2u32.to_be_bytes(), &count, &entries.iter().flat_map(entry).collect::<Vec<u8>>()].concat()
    }

    #[test]
    fn a_store_of_java_is_known_by_a_key_in_it() {
        let certificate = &b"\0\x05X.509\0\0\0\x03abc"[..];
        for begin in STORES {
            for entries in [&[(KEY, &[7; 40][..])][..], &[(TRUSTED, certificate), (SECRET_KEY, &[7; 40])]] {
                let sound = store(begin, entries);
                assert_eq!(read(&sound), Some(STANDARD.encode(&sound)));
            }
            assert_eq!(read(&store(begin, &[(TRUSTED, certificate), (TRUSTED, certificate)])), None);
            assert_eq!(read(&store(begin, &[(TRUSTED, &b"\0\x05X.509\xff\xff\xff\xff"[..]), (KEY, &[])])), None);
            assert_eq!(read(&store(begin, &[])[..10]), None);
        }
        assert_eq!(read(&store([0xca, 0xfe, 0xba, 0xbe], &[(KEY, &[7; 40])])), None);
    }
}
