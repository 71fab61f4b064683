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
        }
    }

    /// The checksum to write behind `body`, which is the token up to there with its prefix.
    pub fn tail(self, body: &str) -> String {
        let crc = crc32fast::hash(self.covered(body).as_bytes());
        match self {
            Checksum::Crc32Base62 => in_base(crc, 62, self.width()),
            Checksum::Crc32Base36 => in_base(crc, 36, self.width()).to_ascii_lowercase(),
            Checksum::Crc32HexLe => crc.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    fn width(self) -> usize {
        match self {
            Checksum::Crc32Base62 => 6,
            Checksum::Crc32Base36 => 7,
            Checksum::Crc32HexLe => 8,
        }
    }

    /// The part of `body` that the CRC runs over.
    fn covered(self, body: &str) -> &str {
        match self {
            // A base62 body holds no separator, so that the last one ends the public prefix.
            Checksum::Crc32Base62 => body.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(body),
            Checksum::Crc32Base36 => body,
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
    }

    #[test]
    fn short_and_foreign_values_do_not_hold() {
        for &checksum in Checksum::ALL {
            for value in ["", "_", "000000", "0000000", "00000000", "x_000000", "ghp_", "äöüäöüäöü", "€€€"]
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
        fn any_text_is_judged_without_a_panic(value in "\\PC{0,40}") {
            for &checksum in Checksum::ALL {
                checksum.holds(&value);
            }
        }
    }
}
