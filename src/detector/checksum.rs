//! Checksums that issuers build into their tokens. A value whose checksum fails was made up or
//! damaged; one whose checksum holds is hardly an accident. Only algorithms that the issuer
//! publishes, or that were recomputed from its published examples, stand here.

use crate::capability::words;

words! {
    /// How a kind's checksum is made. The words are those of the detector files.
    Checksum {
        /// The last six characters are base62 of the CRC-32 of the characters between the public
        /// prefix and them. GitHub (github.blog, 2021-04-05), npm and Vercel.
        Crc32Base62 = "crc32-base62",
        /// The last seven characters are base36 of the CRC-32 of everything before them, prefix
        /// included. GitLab's routable tokens (routable_token.rb in its source).
        Crc32Base36 = "crc32-base36",
        /// After a last `_`, the bytes of the CRC-32 of everything before that `_`, lowest first,
        /// in hex. Grafana's service account tokens.
        Crc32HexLe = "crc32-hex-le",
        /// The last eight characters are the CRC-32 of everything before them, prefix included, in
        /// hex, highest digit first. Private Packagist (composer-authentication.md in its documentation).
        Crc32Hex = "crc32-hex",
        /// The checksum of Bech32 (BIP 173). age's keys.
        Bech32 = "bech32",
        /// Base32 of bytes whose last two are the CRC-16 (XMODEM) of the others, lowest first. NATS's seeds
        /// (crc16.go and strkey.go in the source of nkeys).
        Crc16Base32 = "crc16-base32",
    }
}

impl Checksum {
    /// Whether `value`, the whole token with its prefix, ends in the checksum of the rest.
    pub fn holds(self, value: &str) -> bool {
        let at = value.len().checked_sub(self.width()).filter(|&at| at > 0 && value.is_char_boundary(at));
        let Some((body, tail)) = at.map(|at| value.split_at(at)) else { return false };
        match self {
            Checksum::Crc32Base62 => !self.covered(body).is_empty() && self.tail(body) == tail,
            Checksum::Crc32Base36 => self.tail(body) == tail,
            Checksum::Crc32HexLe => body.ends_with('_') && self.tail(body).eq_ignore_ascii_case(tail),
            Checksum::Crc32Hex => self.tail(body).eq_ignore_ascii_case(tail),
            Checksum::Bech32 => body.contains('1') && self.tail(body) == tail,
            // The checksum begins inside a character.
            Checksum::Crc16Base32 => {
                let inside = position(BASE32, tail.as_bytes()[0]).map(|digit| digit >> 3);
                inside.and_then(|inside| crc16_base32(body, inside)).is_some_and(|right| right == tail)
            }
        }
    }

    /// The checksum to write behind `body`, which is the token up to there with its prefix.
    pub fn tail(self, body: &str) -> String {
        let crc = crc32fast::hash(self.covered(body).as_bytes());
        match self {
            Checksum::Crc32Base62 => in_base(crc, 62, self.width()),
            Checksum::Crc32Base36 => in_base(crc, 36, self.width()).to_ascii_lowercase(),
            Checksum::Crc32HexLe => crc.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect(),
            Checksum::Crc32Hex => format!("{crc:08x}"),
            Checksum::Bech32 => bech32(body),
            Checksum::Crc16Base32 => crc16_base32(body, 0).unwrap_or_default(),
        }
    }

    fn width(self) -> usize {
        match self {
            Checksum::Crc16Base32 => 4,
            Checksum::Crc32Base62 | Checksum::Bech32 => 6,
            Checksum::Crc32Base36 => 7,
            Checksum::Crc32HexLe | Checksum::Crc32Hex => 8,
        }
    }

    /// The part of `body` that the CRC runs over.
    fn covered(self, body: &str) -> &str {
        match self {
            // A base62 body holds no separator, so that the last one ends the public prefix.
            Checksum::Crc32Base62 => body.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(body),
            Checksum::Crc32Base36 | Checksum::Crc32Hex | Checksum::Bech32 | Checksum::Crc16Base32 => body,
            Checksum::Crc32HexLe => body.strip_suffix('_').unwrap_or(body),
        }
    }
}

/// `number` in a base of at most 62, with the digits `0-9A-Za-z`, filled up with zeros.
fn in_base(mut number: u32, base: u32, width: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = vec![b'0'; width];
    for place in digits.iter_mut().rev() {
        *place = DIGITS[(number % base) as usize];
        number /= base;
    }
    digits.into_iter().map(char::from).collect()
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

fn position(alphabet: &[u8], byte: u8) -> Option<u32> {
    alphabet.iter().position(|&known| known == byte).and_then(|at| u32::try_from(at).ok())
}

/// The six characters behind `body`, in its case.
fn bech32(body: &str) -> String {
    let lower = body.to_ascii_lowercase();
    let (prefix, data) = lower.rsplit_once('1').unwrap_or((&lower, ""));
    let upper_bits = prefix.bytes().map(|byte| u32::from(byte) >> 5);
    let lower_bits = prefix.bytes().map(|byte| u32::from(byte) & 31);
    let data = data.bytes().map(|byte| position(BECH32, byte).unwrap_or(0));
    let all = upper_bits.chain([0]).chain(lower_bits).chain(data).chain([0; 6]);
    let remainder = all.fold(1_u32, |sum, value| {
        const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let next = (sum & 0x1ff_ffff) << 5 ^ value;
        GENERATOR.iter().enumerate().fold(next, |next, (bit, term)| next ^ ((sum >> 25 >> bit & 1) * term))
    }) ^ 1;
    let tail: String = (0..6).rev().map(|at| char::from(BECH32[(remainder >> (5 * at) & 31) as usize])).collect();
    if body.contains(|c: char| c.is_ascii_lowercase()) { tail } else { tail.to_ascii_uppercase() }
}

/// The four characters behind `body`, whose first two bits are the last of the bytes that are summed up.
fn crc16_base32(body: &str, inside: u32) -> Option<String> {
    let (mut bits, mut width, mut crc) = (0_u32, 0, 0_u16);
    let digits = body.bytes().map(|byte| position(BASE32, byte)).collect::<Option<Vec<u32>>>()?;
    for (digit, more) in digits.into_iter().map(|digit| (digit, 5)).chain([(inside, 2)]) {
        (bits, width) = (bits << more | digit, width + more);
        if width >= 8 {
            width -= 8;
            crc = crc16(crc, (bits >> width) as u8);
            bits &= (1 << width) - 1;
        }
    }
    let tail = inside << 18 | u32::from(crc.swap_bytes()) << 2;
    Some([15, 10, 5, 0].map(|shift| char::from(BASE32[(tail >> shift & 31) as usize])).iter().collect())
}

/// One byte more of a CRC-16/XMODEM.
fn crc16(crc: u16, byte: u8) -> u16 {
    (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| crc << 1 ^ if crc >> 15 == 1 { 0x1021 } else { 0 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_with_the_digits_first_and_filled_up() {
        assert_eq!(in_base(0, 62, 6), "000000");
        assert_eq!(in_base(9 * 62 + 10, 62, 6), "00009A");
        assert_eq!(in_base(35 * 62 + 36, 62, 6), "0000Za");
        assert_eq!(in_base(u32::MAX, 62, 6), "4gfFC3");
        assert_eq!(in_base(u32::MAX, 36, 7), "1Z141Z3");
    }

    #[test]
    fn each_checksum_covers_what_its_issuer_says() {
        // The CRC-32 of "123456789" is the check value of the algorithm's definition.
        let check = 0xcbf4_3926;
        assert_eq!(Checksum::Crc32Base62.tail("abc_123456789"), in_base(check, 62, 6));
        assert_eq!(Checksum::Crc32Base36.tail("123456789"), in_base(check, 36, 7).to_lowercase());
        assert_eq!(Checksum::Crc32HexLe.tail("123456789_"), "2639f4cb");
        assert_eq!(Checksum::Crc32Hex.tail("123456789"), "cbf43926");
        assert_eq!("123456789".bytes().fold(0, crc16), 0x31c3);
        // Valid strings of BIP 173.
        assert!(Checksum::Bech32.holds("A12UEL5L") && Checksum::Bech32.holds("a12uel5l"));
        assert!(Checksum::Bech32.holds("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w"));
        assert!(!Checksum::Bech32.holds("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3x"));
    }

    #[test]
    fn short_and_foreign_values_do_not_hold() {
        for &checksum in Checksum::ALL {
            for value in ["", "_", "1", "AAAA", "000000", "0000000", "00000000", "x_000000", "ghp_", "äöüäöüäöü", "€€€"]
            {
                assert!(!checksum.holds(value), "{checksum} {value}");
            }
        }
    }

    #[test]
    fn a_checksum_is_read_by_its_word() {
        #[derive(serde::Deserialize)]
        struct File {
            checksum: Checksum,
        }
        let read = |text| toml::from_str::<File>(text).map(|file| file.checksum);
        assert_eq!(read("checksum = 'crc32-base62'").unwrap(), Checksum::Crc32Base62);
        assert!(read("checksum = 'crc64'").is_err());
    }

    proptest! {
        #[test]
        fn what_is_made_holds_and_a_changed_character_does_not(body in "[0-9A-Za-z]{30}", at in 0usize..30) {
            for (&checksum, prefix, end) in [
                (&Checksum::Crc32Base62, "abc_", ""),
                (&Checksum::Crc32Base36, "abc-", ".01.1d"),
                (&Checksum::Crc32HexLe, "abc_", "_"),
                (&Checksum::Crc32Hex, "abc_", ""),
            ] {
                let token = format!("{prefix}{body}{end}");
                let token = format!("{token}{}", checksum.tail(&token));
                prop_assert!(checksum.holds(&token));
                let mut changed = token.into_bytes();
                let place = prefix.len() + at;
                changed[place] = if changed[place] == b'a' { b'b' } else { b'a' };
                prop_assert!(!checksum.holds(&String::from_utf8(changed).unwrap()));
            }
        }

        #[test]
        fn so_it_is_with_those_of_a_smaller_alphabet(
            bech32 in "[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{52}", base32 in "[A-Z2-7]{52}", at in 0usize..52,
        ) {
            let key = format!("abc-1{bech32}");
            for (checksum, body) in [(Checksum::Bech32, key), (Checksum::Crc16Base32, format!("SU{base32}"))] {
                let token = format!("{body}{}", checksum.tail(&body));
                prop_assert!(checksum.holds(&token), "{}", token);
                let mut changed = token.into_bytes();
                let place = body.len() - 52 + at;
                changed[place] = match changed[place] {
                    b'q' => b'p',
                    b'A' => b'B',
                    other if other.is_ascii_lowercase() || checksum == Checksum::Bech32 => b'q',
                    _ => b'A',
                };
                prop_assert!(!checksum.holds(&String::from_utf8(changed).unwrap()));
            }
        }

        #[test]
        fn any_text_is_judged_without_a_panic(value in "\\PC{0,40}") {
            for &checksum in Checksum::ALL {
                checksum.holds(&value);
            }
        }
    }
}
