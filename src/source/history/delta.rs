//! What a delta says: which parts of its base the new object repeats, and what it adds.

use std::ops::Range;

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// These bytes of the base.
    Copy(Range<usize>),
    /// These bytes of the delta itself.
    Insert(Range<usize>),
}

impl Part {
    pub(super) fn len(&self) -> usize {
        let (Part::Copy(range) | Part::Insert(range)) = self;
        range.len()
    }
}

/// Reads the instructions of a delta on a base of this length into `parts`, and gives the length of what
/// they make: at most `limit`, so that a few bytes cannot ask for all memory.
pub(super) fn parse(delta: &[u8], base: usize, limit: usize, parts: &mut Vec<Part>) -> Result<usize, &'static str> {
    parts.clear();
    let mut at = 0;
    if size(delta, &mut at)? != base {
        return Err("a delta is for a base of another length");
    }
    let result = size(delta, &mut at)?;
    if result > limit {
        return Err("a delta makes more than is read of one object");
    }
    let mut made = 0_usize;
    while at < delta.len() {
        let part = part(delta, &mut at)?;
        let fits = match &part {
            Part::Copy(range) => range.end <= base,
            Part::Insert(range) => range.end <= delta.len(),
        };
        made += part.len();
        if !fits || made > result {
            return Err("a delta reaches out of its base");
        }
        parts.push(part);
    }
    if made != result {
        return Err("a delta makes less than it says");
    }
    Ok(result)
}

fn part(delta: &[u8], at: &mut usize) -> Result<Part, &'static str> {
    let code = byte(delta, at)?;
    if code == 0 {
        return Err("a delta holds an instruction that there is none of");
    }
    if code & 0x80 == 0 {
        let start = *at;
        *at += usize::from(code);
        return Ok(Part::Insert(start..*at));
    }
    let mut number = |bits: Range<u32>| -> Result<usize, &'static str> {
        let mut number = 0;
        for (place, bit) in bits.enumerate() {
            if code & (1 << bit) != 0 {
                number |= usize::from(byte(delta, at)?) << (8 * place);
            }
        }
        Ok(number)
    };
    let start = number(0..4)?;
    let length = match number(4..7)? {
        0 => 0x1_0000,
        length => length,
    };
    Ok(Part::Copy(start..start + length))
}

fn size(delta: &[u8], at: &mut usize) -> Result<usize, &'static str> {
    let mut size = 0_usize;
    for shift in (0..usize::BITS).step_by(7) {
        let byte = byte(delta, at)?;
        size |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(size);
        }
    }
    Err("a delta has no length")
}

fn byte(delta: &[u8], at: &mut usize) -> Result<u8, &'static str> {
    let byte = *delta.get(*at).ok_or("a delta is cut off")?;
    *at += 1;
    Ok(byte)
}

/// Makes the new object.
pub(super) fn apply(base: &[u8], delta: &[u8], parts: &[Part], made: &mut Vec<u8>) {
    made.clear();
    for part in parts {
        made.extend_from_slice(match part {
            Part::Copy(range) => &base[range.clone()],
            Part::Insert(range) => &delta[range.clone()],
        });
    }
}

/// A part that the new object repeats of its base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it begins in the base.
    pub old: usize,
    /// Where it begins in the new object.
    pub new: usize,
    pub length: usize,
}

/// Writes into `kept` what the new object repeats, in its order; parts that follow each other in both are one.
pub(super) fn keep(parts: &[Part], kept: &mut Vec<Kept>) {
    kept.clear();
    let mut made = 0;
    for part in parts {
        if let Part::Copy(range) = part {
            match kept.last_mut() {
                Some(last) if last.old + last.length == range.start && last.new + last.length == made => {
                    last.length += range.len();
                }
                _ => kept.push(Kept { old: range.start, new: made, length: range.len() }),
            }
        }
        made += part.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_makes_what_it_says_or_nothing() {
        // Copy 3 from 2, insert "xy", copy 1 from 0.
        let delta = [6, 6, 0x91, 2, 3, 2, b'x', b'y', 0x90, 1];
        let mut parts = vec![Part::Copy(0..9)];
        assert_eq!(parse(&delta, 6, 100, &mut parts), Ok(6));
        assert_eq!(parts, [Part::Copy(2..5), Part::Insert(6..8), Part::Copy(0..1)]);
        let mut made = b"old".to_vec();
        apply(b"abcdef", &delta, &parts, &mut made);
        assert_eq!(made, b"cdexya");
        let mut is_error = |delta: &[u8], base, limit| parse(delta, base, limit, &mut parts).is_err();
        assert!(is_error(&delta, 7, 100));
        assert!(is_error(&delta, 6, 5));
        for end in 0..delta.len() {
            assert!(is_error(&delta[..end], 6, 100), "{end}");
        }
        assert!(is_error(&[6, 3, 0x91, 5, 3], 6, 100));
        assert!(is_error(&[6, 1, 0], 6, 100));
        let long = [0x80, 0x80, 0x08, 0x80, 0x80, 0x04, 0x80];
        assert_eq!(parse(&long, 0x2_0000, 1 << 20, &mut parts), Ok(0x1_0000));
        assert_eq!(parts, [Part::Copy(0..0x1_0000)]);
    }

    #[test]
    fn what_is_kept_is_as_long_as_it_can_be() {
        let copy = |range| Part::Copy(range);
        let kept_of = |parts: &[Part]| -> Vec<(usize, usize, usize)> {
            let mut all = vec![Kept { old: 9, new: 9, length: 9 }];
            keep(parts, &mut all);
            all.into_iter().map(|kept| (kept.old, kept.new, kept.length)).collect()
        };
        assert_eq!(kept_of(&[copy(0..4), copy(4..10)]), [(0, 0, 10)]);
        assert_eq!(kept_of(&[copy(0..4), Part::Insert(3..5), copy(4..10)]), [(0, 0, 4), (4, 6, 6)]);
        assert_eq!(kept_of(&[copy(0..4), copy(5..10), copy(0..2)]), [(0, 0, 4), (5, 4, 5), (0, 9, 2)]);
        assert_eq!(kept_of(&[Part::Insert(0..2), copy(2..4), Part::Insert(2..4)]), [(2, 2, 2)]);
        assert_eq!(kept_of(&[]), []);
    }
}
