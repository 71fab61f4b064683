//! What kind of bytes a file holds. Text in UTF-16 or UTF-32 is turned into UTF-8.

use memchr::memchr;

/// A NUL byte this far into a file makes it binary.
const SNIFF: usize = 8 << 10;
/// So much of the beginning tells UTF-16 that bears no mark.
const UNMARKED: usize = 1 << 10;
/// Binary files beyond this are passed over.
pub(super) const BINARY_LIMIT: usize = 16 << 20;

pub(super) enum Text<'b> {
    Plain(&'b [u8]),
    Decoded(String),
    /// Only kinds that their look alone tells are searched for.
    Binary(&'b [u8]),
    LargeBinary,
}

impl<'b> Text<'b> {
    /// What is searched.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Text::Plain(bytes) | Text::Binary(bytes) => bytes,
            Text::Decoded(text) => text.as_bytes(),
            Text::LargeBinary => &[],
        }
    }

    pub(super) fn of(bytes: &'b [u8]) -> Text<'b> {
        match bytes {
            [0xff, 0xfe, 0, 0, rest @ ..] => Text::Decoded(utf32(rest, u32::from_le_bytes)),
            [0, 0, 0xfe, 0xff, rest @ ..] => Text::Decoded(utf32(rest, u32::from_be_bytes)),
            [0xff, 0xfe, rest @ ..] => Text::Decoded(utf16(rest, u16::from_le_bytes)),
            [0xfe, 0xff, rest @ ..] => Text::Decoded(utf16(rest, u16::from_be_bytes)),
            _ if memchr(0, &bytes[..bytes.len().min(SNIFF)]).is_none() => Text::Plain(bytes),
            _ if is_wide(bytes, 1) => Text::Decoded(utf16(bytes, u16::from_le_bytes)),
            _ if is_wide(bytes, 0) => Text::Decoded(utf16(bytes, u16::from_be_bytes)),
            _ if bytes.len() > BINARY_LIMIT => Text::LargeBinary,
            _ => Text::Binary(bytes),
        }
    }
}

/// Whether every other byte, from this one on, is zero in nearly all of the beginning, and none of
/// the rest is: text in letters of the first 256.
fn is_wide(bytes: &[u8], zero: usize) -> bool {
    let pairs = bytes[..bytes.len().min(UNMARKED)].chunks_exact(2);
    let count = pairs.len();
    let zeros = pairs.clone().filter(|pair| pair[zero] == 0).count();
    count >= 8 && pairs.into_iter().all(|pair| pair[1 - zero] != 0) && zeros * 10 >= count * 9
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
    fn wide_text_without_a_mark_is_decoded() {
        let text = "API_KEY=value\r\n# für alle €\r\n".repeat(100);
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!((decoded(&le), decoded(&be)), (text.clone(), text));
        let samples: Vec<u8> = (0..1000_i16).flat_map(|at| (at % 7 - 3).to_le_bytes()).collect();
        let table: Vec<u8> = (1..1000_u32).flat_map(u32::to_le_bytes).collect();
        for bytes in [samples, table, b"a\0b\0c\0".to_vec()] {
            assert!(matches!(Text::of(&bytes), Text::Binary(_)));
        }
    }

    #[test]
    fn a_nul_makes_it_binary_and_size_makes_it_too_large() {
        assert!(matches!(Text::of(b"abc\0def"), Text::Binary(_)));
        assert!(matches!(Text::of(b"abcdef"), Text::Plain(_)));
        assert!(matches!(Text::of(&vec![0; BINARY_LIMIT + 1]), Text::LargeBinary));
    }
}
