//! As much of OpenPGP (RFC 9580) as it takes to see whether a passphrase guards a secret key.

const SECRET_KEY: u8 = 5;
const SECRET_SUBKEY: u8 = 7;

/// Whether the first secret key of the block is encrypted; `None` where it cannot be read.
pub(super) fn is_encrypted(bytes: &[u8]) -> Option<bool> {
    let mut reader = Reader { rest: bytes };
    let (tag, body) = reader.packet()?;
    if tag != SECRET_KEY && tag != SECRET_SUBKEY {
        return None;
    }
    let mut key = Reader { rest: body };
    match key.byte()? {
        // Creation time and algorithm, then the public part, whose length follows from the algorithm.
        4 => {
            key.take(4)?;
            key.skip_public_part()?;
        }
        // As before, with the length of the public part written down.
        6 => {
            key.take(5)?;
            let length = u32::from_be_bytes(key.take(4)?.try_into().ok()?);
            key.take(usize::try_from(length).ok()?)?;
        }
        _ => return None,
    }
    Some(key.byte()? != 0)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        Some(self.take(bytes)?.iter().fold(0, |number, &byte| number << 8 | usize::from(byte)))
    }

    /// The tag and the body of the next packet. The length may be left open, or come in parts
    /// (then the first part is enough).
    fn packet(&mut self) -> Option<(u8, &'a [u8])> {
        let first = self.byte()?;
        if first & 0x80 == 0 {
            return None;
        }
        if first & 0x40 != 0 {
            let length = match self.byte()? {
                short @ 0..=191 => usize::from(short),
                middle @ 192..=223 => (usize::from(middle) - 192) * 256 + usize::from(self.byte()?) + 192,
                part @ 224..=254 => 1 << (part & 0x1f),
                255 => self.number(4)?,
            };
            return Some((first & 0x3f, self.take(length)?));
        }
        let length = match first & 3 {
            0 => self.number(1)?,
            1 => self.number(2)?,
            2 => self.number(4)?,
            _ => self.rest.len(),
        };
        Some(((first >> 2) & 0x0f, self.take(length)?))
    }

    /// The algorithm's number and the numbers and names that it needs (RFC 9580, 5.5.5).
    fn skip_public_part(&mut self) -> Option<()> {
        match self.byte()? {
            1..=3 => self.skip_integers(2), // RSA
            16 => self.skip_integers(3),    // Elgamal
            17 => self.skip_integers(4),    // DSA
            18 => {
                self.skip_short_text()?; // ECDH: curve, point, parameters of the key derivation
                self.skip_integers(1)?;
                self.skip_short_text()
            }
            19 | 22 => {
                self.skip_short_text()?; // ECDSA, EdDSA: curve, point
                self.skip_integers(1)
            }
            25 | 27 => self.take(32).map(|_| ()), // X25519, Ed25519
            26 => self.take(56).map(|_| ()),      // X448
            28 => self.take(57).map(|_| ()),      // Ed448
            _ => None,
        }
    }

    fn skip_short_text(&mut self) -> Option<()> {
        let length = self.number(1)?;
        self.take(length).map(|_| ())
    }

    /// Each stands behind its length in bits.
    fn skip_integers(&mut self, count: usize) -> Option<()> {
        for _ in 0..count {
            let bits = self.number(2)?;
            self.take(bits.div_ceil(8))?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A secret-key packet in the new format, of version 4, with this algorithm and public part.
    fn packet(algorithm: u8, public: &[u8], usage: u8) -> Vec<u8> {
        let body = [&[4, 0, 0, 0, 0, algorithm], public, &[usage, 1, 2, 3]].concat();
        [&[0xc5, body.len() as u8], &body[..]].concat()
    }

    #[test]
    fn the_octet_behind_the_public_part_decides() {
        let integer: &[u8] = &[0, 9, 1, 0xff];
        let curve: &[u8] = &[2, 0x2b, 6];
        for (algorithm, public) in [
            (1, integer.repeat(2)),
            (16, integer.repeat(3)),
            (17, integer.repeat(4)),
            (18, [curve, integer, &[3, 1, 8, 7]].concat()),
            (19, [curve, integer].concat()),
            (22, [curve, integer].concat()),
            (25, vec![9; 32]),
            (26, vec![9; 56]),
            (27, vec![9; 32]),
            (28, vec![9; 57]),
        ] {
            for (usage, encrypted) in [(0, false), (253, true), (254, true), (255, true), (9, true)] {
                assert_eq!(is_encrypted(&packet(algorithm, &public, usage)), Some(encrypted), "{algorithm} {usage}");
            }
        }
        assert_eq!(is_encrypted(&packet(99, &[0; 20], 0)), None);
    }

    #[test]
    fn every_form_of_length_is_read() {
        let body = [&[6, 0, 0, 0, 0, 27, 0, 0, 0, 32][..], &[9; 32], &[254], &[0; 469]].concat();
        assert_eq!(body.len(), 512);
        for header in [
            vec![0x95, 2, 0],
            vec![0x96, 0, 0, 2, 0],
            vec![0x97],
            vec![0xc5, 193, 64],
            vec![0xc5, 255, 0, 0, 2, 0],
            vec![0xc5, 224 + 9],
        ] {
            assert_eq!(is_encrypted(&[&header[..], &body[..]].concat()), Some(true), "{header:?}");
        }
    }

    #[test]
    fn other_packets_and_cut_ones_are_not_read() {
        let whole = packet(27, &[9; 32], 0);
        let mut public_key = whole.clone();
        public_key[0] = 0xc6;
        assert_eq!(is_encrypted(&public_key), None);
        for length in 0..whole.len() {
            assert_eq!(is_encrypted(&whole[..length]), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(mut bytes: Vec<u8>, algorithm: u8) {
            let _ = is_encrypted(&bytes);
            bytes.truncate(200);
            let _ = is_encrypted(&packet(algorithm, &bytes, 0));
        }
    }
}
