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

/// The instructions of a delta on a base of this length, and the length of what they make: at most
/// `limit`, so that a few bytes cannot ask for all memory.
pub(super) fn parse(delta: &[u8], base: usize, limit: usize) -> Result<(Vec<Part>, usize), &'static str> {
    let mut at = 0;
    if size(delta, &mut at)? != base {
        return Err("a delta is for a base of another length");
    }
    let result = size(delta, &mut at)?;
    if result > limit {
        return Err("a delta makes more than is read of one object");
    }
    let mut parts = Vec::new();
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
    Ok((parts, result))
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
pub(super) fn apply(base: &[u8], delta: &[u8], parts: &[Part], length: usize) -> Vec<u8> {
    let mut made = Vec::with_capacity(length);
    for part in parts {
        made.extend_from_slice(match part {
            Part::Copy(range) => &base[range.clone()],
            Part::Insert(range) => &delta[range.clone()],
        });
    }
    made
}

/// Where the new object is not simply what its base was: what was inserted, and the seams between
/// parts that did not follow each other. In order; a seam is empty.
pub(super) fn changes(parts: &[Part], base: usize) -> Vec<Range<usize>> {
    let mut changes: Vec<Range<usize>> = Vec::new();
    // Where the base would go on.
    let mut next = 0;
    let mut made = 0;
    let mut change = |range: Range<usize>| match changes.last_mut() {
        Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
        _ => changes.push(range),
    };
    for part in parts {
        match part {
            Part::Insert(range) => change(made..made + range.len()),
            Part::Copy(range) => {
                if range.start != next {
                    change(made..made);
                }
                next = range.end;
            }
        }
        made += part.len();
    }
    if next != base {
        change(made..made);
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_makes_what_it_says_or_nothing() {
        // Copy 3 from 2, insert "xy", copy 1 from 0.
        let delta = [6, 6, 0x91, 2, 3, 2, b'x', b'y', 0x90, 1];
        let (parts, length) = parse(&delta, 6, 100).unwrap();
        assert_eq!(parts, [Part::Copy(2..5), Part::Insert(6..8), Part::Copy(0..1)]);
        assert_eq!(apply(b"abcdef", &delta, &parts, length), b"cdexya");
        assert!(parse(&delta, 7, 100).is_err());
        assert!(parse(&delta, 6, 5).is_err());
        for end in 0..delta.len() {
            assert!(parse(&delta[..end], 6, 100).is_err(), "{end}");
        }
        assert!(parse(&[6, 3, 0x91, 5, 3], 6, 100).is_err());
        assert!(parse(&[6, 1, 0], 6, 100).is_err());
        let long = [0x80, 0x80, 0x08, 0x80, 0x80, 0x04, 0x80];
        assert_eq!(parse(&long, 0x2_0000, 1 << 20).unwrap().0, [Part::Copy(0..0x1_0000)]);
    }

    #[test]
    fn changes_are_insertions_and_seams() {
        let copy = |range| Part::Copy(range);
        let changes_of = |parts: &[Part]| -> Vec<(usize, usize)> {
            changes(parts, 10).into_iter().map(|change| (change.start, change.end)).collect()
        };
        assert!(changes_of(&[copy(0..4), copy(4..10)]).is_empty());
        assert_eq!(changes_of(&[copy(0..4), Part::Insert(3..5), copy(4..10)]), [(4, 6)]);
        assert_eq!(changes_of(&[copy(0..4), copy(5..10)]), [(4, 4)]);
        assert_eq!(changes_of(&[copy(1..9)]), [(0, 0), (8, 8)]);
        assert_eq!(changes_of(&[Part::Insert(0..2), copy(2..4), Part::Insert(2..4)]), [(0, 2), (4, 6)]);
        assert_eq!(changes_of(&[]), [(0, 0)]);
    }
}
