//! Characters that are written as others: percent-encoding, the backslash escapes of JSON, of program
//! texts and of shells, and those of vis(3). Resolving them keeps where each byte came from.

use std::borrow::Cow;
use std::ops::Range;

/// A way in which characters are written as others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Escaping {
    Percent,
    Backslash,
    /// A backslash and three octal digits, as libedit writes what is white in a history.
    Octal,
}

impl Escaping {
    /// Those that any text may hold. In octal only a text is written that says so.
    pub const ALL: [Escaping; 2] = [Escaping::Percent, Escaping::Backslash];
}

/// Reads what stands behind the mark of an escape, and returns how many bytes that were; 0 for none.
type Resolve = fn(&[u8], &mut Vec<u8>) -> usize;

/// A text with some escapes resolved, each byte of which knows where it came from.
pub struct View<'t> {
    pub bytes: Cow<'t, [u8]>,
    /// For each byte the start of its origin, and the length of the text at the end; None where
    /// nothing was resolved.
    origins: Option<Vec<usize>>,
}

impl View<'_> {
    pub fn of(text: &[u8]) -> View<'_> {
        View { bytes: Cow::Borrowed(text), origins: None }
    }

    /// The view behind one more layer of escapes, if there is any escape of that kind.
    pub fn resolved(&self, escaping: Escaping) -> Option<View<'static>> {
        let (mark, resolve): (u8, Resolve) = match escaping {
            Escaping::Percent => (b'%', hex_byte),
            Escaping::Backslash => (b'\\', backslash),
            Escaping::Octal => (b'\\', octal_byte),
        };
        let (mut bytes, mut origins) = (Vec::new(), Vec::new());
        let mut meaning = Vec::new();
        // What lies before `done` is taken over, and before `from` is no escape any more.
        let (mut done, mut from) = (0, 0);
        while let Some(offset) = memchr::memchr(mark, &self.bytes[from..]) {
            let at = from + offset;
            let read = resolve(&self.bytes[at + 1..], &mut meaning);
            from = at + 1 + read;
            if read > 0 {
                if done == 0 {
                    bytes.reserve(self.bytes.len());
                    origins.reserve(self.bytes.len() + 1);
                }
                self.take_over(done..at, &mut bytes, &mut origins);
                bytes.append(&mut meaning);
                origins.resize(bytes.len(), self.original(at));
                done = from;
            }
        }
        if done == 0 {
            return None;
        }
        self.take_over(done..self.bytes.len(), &mut bytes, &mut origins);
        origins.push(self.original(self.bytes.len()));
        Some(View { bytes: Cow::Owned(bytes), origins: Some(origins) })
    }

    fn take_over(&self, part: Range<usize>, bytes: &mut Vec<u8>, origins: &mut Vec<usize>) {
        bytes.extend_from_slice(&self.bytes[part.clone()]);
        match &self.origins {
            None => origins.extend(part),
            Some(known) => origins.extend_from_slice(&known[part]),
        }
    }

    /// The text, and where each byte of it and its end stand in the text that the first view was made of.
    pub fn into_parts(self) -> (Vec<u8>, Vec<usize>) {
        let origins = self.origins.unwrap_or_else(|| (0..=self.bytes.len()).collect());
        (self.bytes.into_owned(), origins)
    }

    /// Where the byte at `at`, or the end, stands in the text that the first view was made of.
    pub fn original(&self, at: usize) -> usize {
        self.origins.as_ref().map_or(at, |origins| origins[at])
    }
}

/// Resolves two hexadecimal digits; returns how many bytes were read.
fn hex_byte(rest: &[u8], out: &mut Vec<u8>) -> usize {
    match rest.get(..2).and_then(hex) {
        Some(byte) => {
            out.push(byte as u8);
            2
        }
        None => 0,
    }
}

/// Resolves three octal digits, or another backslash; returns how many bytes were read.
fn octal_byte(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let digit = |byte: u8| matches!(byte, b'0'..=b'7').then(|| byte - b'0');
    match rest {
        [b'\\', ..] => {
            out.push(b'\\');
            1
        }
        [a @ b'0'..=b'3', b, c, ..] => match (digit(*b), digit(*c)) {
            (Some(b), Some(c)) => {
                out.push((a - b'0') << 6 | b << 3 | c);
                3
            }
            _ => 0,
        },
        _ => 0,
    }
}

/// Resolves what stands behind a backslash in JSON, in Rust's and C's way of escaping, or in a
/// shell; returns how many bytes were read.
fn backslash(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(&kind) = rest.first() else { return 0 };
    let plain = match kind {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'x' => {
            return match hex_byte(&rest[1..], out) {
                0 => 0,
                read => 1 + read,
            };
        }
        b'u' => return code_point(&rest[1..], out).map_or(0, |length| 1 + length),
        other if other.is_ascii_punctuation() => other,
        _ => return 0,
    };
    out.push(plain);
    1
}

/// Resolves `0041`, `{41}` or a pair of surrogates; returns how many bytes were read.
fn code_point(rest: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let (code, length) = if rest.first() == Some(&b'{') {
        let end = rest.iter().take(8).position(|&byte| byte == b'}')?;
        (hex(&rest[1..end])?, end + 1)
    } else {
        let unit = hex(rest.get(..4)?)?;
        match rest.get(4..10).filter(|low| (0xD800..0xDC00).contains(&unit) && low.starts_with(b"\\u")) {
            Some(low) => (0x10000 + ((unit - 0xD800) << 10) + hex(&low[2..])?.checked_sub(0xDC00)?, 10),
            None => (unit, 4),
        }
    };
    let mut buffer = [0; 4];
    out.extend_from_slice(char::from_u32(code)?.encode_utf8(&mut buffer).as_bytes());
    Some(length)
}

fn hex(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, escaping: Escaping) -> Option<String> {
        let view = View::of(text.as_bytes()).resolved(escaping)?;
        assert_eq!(view.original(view.bytes.len()), text.len());
        Some(String::from_utf8(view.bytes.into_owned()).unwrap())
    }

    #[test]
    fn escapes_are_resolved_in_one_layer() {
        for (text, expected) in [("a%3Db", Some("a=b")), ("%253D", Some("%3D")), ("100%", None), ("a b", None)] {
            assert_eq!(resolved(text, Escaping::Percent).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            (r"a\u003db", Some("a=b")),
            (r#"\"a\/b\""#, Some("\"a/b\"")),
            (r"a\nb\\n", Some("a\nb\\n")),
            (r"\x41\u{42}\ud83d\ude00", Some("AB😀")),
            (r"a\qb", None),
        ] {
            assert_eq!(resolved(text, Escaping::Backslash).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn octal_is_resolved_where_it_is_asked_for() {
        for (text, expected) in
            [(r"a\040b\011\\040", Some("a b\t\\040")), (r"a\04 b\400", None), (r"\303\251", Some("é")), (r"\n", None)]
        {
            assert_eq!(resolved(text, Escaping::Octal).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_byte_knows_where_it_came_from() {
        let view = View::of(b"a%3Db").resolved(Escaping::Percent).unwrap();
        assert_eq!((0..=3).map(|at| view.original(at)).collect::<Vec<_>>(), [0, 1, 4, 5]);
        let twice = View::of(b"a%253Db").resolved(Escaping::Percent).unwrap().resolved(Escaping::Percent).unwrap();
        assert_eq!((0..=3).map(|at| twice.original(at)).collect::<Vec<_>>(), [0, 1, 6, 7]);
    }
}
