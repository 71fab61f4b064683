//! What kind of bytes a file holds. Text with a UTF-16 or UTF-32 mark is turned into UTF-8.

use memchr::memchr;

/// A NUL byte this far into a file makes it binary.
const SNIFF: usize = 8 << 10;
/// Binary files beyond this are passed over.
const BINARY_LIMIT: usize = 16 << 20;

pub(super) enum Text<'b> {
    Plain(&'b [u8]),
    Decoded(String),
    /// Only kinds that their look alone tells are searched for.
    Binary(&'b [u8]),
    LargeBinary,
}

impl<'b> Text<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Text<'b> {
        match bytes {
            [0xff, 0xfe, 0, 0, rest @ ..] => Text::Decoded(utf32(rest, u32::from_le_bytes)),
            [0, 0, 0xfe, 0xff, rest @ ..] => Text::Decoded(utf32(rest, u32::from_be_bytes)),
            [0xff, 0xfe, rest @ ..] => Text::Decoded(utf16(rest, u16::from_le_bytes)),
            [0xfe, 0xff, rest @ ..] => Text::Decoded(utf16(rest, u16::from_be_bytes)),
            _ if memchr(0, &bytes[..bytes.len().min(SNIFF)]).is_none() => Text::Plain(bytes),
            _ if bytes.len() > BINARY_LIMIT => Text::LargeBinary,
            _ => Text::Binary(bytes),
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let units = bytes.chunks_exact(4).map(|four| unit([four[0], four[1], four[2], four[3]]));
    units.map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> String {
        match Text::of(bytes) {
            Text::Decoded(text) => text,
            _ => panic!("not decoded"),
        }
    }

    #[test]
    fn marked_wide_text_is_decoded() {
        let le: Vec<u8> = [0xff, 0xfe].into_iter().chain("key=é".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let be: Vec<u8> = [0xfe, 0xff].into_iter().chain("key=é".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let wide: Vec<u8> =
            [0xff, 0xfe, 0, 0].into_iter().chain("key=é".chars().flat_map(|c| (c as u32).to_le_bytes())).collect();
        for bytes in [le, be, wide] {
            assert_eq!(decoded(&bytes), "key=é");
        }
    }

    #[test]
    fn a_nul_makes_it_binary_and_size_makes_it_too_large() {
        assert!(matches!(Text::of(b"abc\0def"), Text::Binary(_)));
        assert!(matches!(Text::of(b"abcdef"), Text::Plain(_)));
        assert!(matches!(Text::of(&vec![0; BINARY_LIMIT + 1]), Text::LargeBinary));
    }
}
