//! A small model of ordinary code and words: how surprising each character is behind the two before
//! it. What was drawn by chance surprises at every character, and words do not.
//!
//! `ordinary.txt` holds counts of public Rust, Go, Python, Ruby, JavaScript, C and C++ with its documentation,
//! as bits of surprise; `cargo bench --bench ordinary -- FOLDER…` makes it anew.

use std::sync::LazyLock;

/// Letters without case, a digit, `_`, `-`, `.`, `/`, anything else, and the border of a word.
pub const SYMBOLS: usize = 33;
const DIGIT: usize = 26;
const OTHER: usize = 31;
pub const BORDER: usize = 32;

/// Steps in a bit of surprise.
pub const STEPS: f64 = 4.0;
/// The character that stands for no surprise.
pub const ZERO: u8 = b'!';

/// How letters follow each other in case: behind a lower-case letter, an upper-case one, anything else.
pub const CASES: usize = 3;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("ordinary.txt")));

struct Table {
    /// Bits of the third symbol behind two.
    symbols: Vec<f32>,
    /// Bits of a pair of symbols, wherever it stands in a word.
    pairs: Vec<f32>,
    /// Bits of lower and upper case, by what stands before.
    cases: [[f32; 2]; CASES],
}

impl Table {
    fn read(text: &str) -> Table {
        let bits = |byte: u8| f32::from(byte - ZERO) / STEPS as f32;
        let mut lines = text.lines();
        let mut cases = [[0.0; 2]; CASES];
        for (case, byte) in cases.iter_mut().flatten().zip(lines.next().unwrap_or_default().bytes()) {
            *case = bits(byte);
        }
        let symbols: Vec<f32> = lines.flat_map(|line| line.bytes().map(bits)).collect();
        let pairs = pairs(&symbols).into_iter().map(|share| -share.log2()).collect();
        Table { symbols, pairs, cases }
    }
}

/// How often each pair stands at the beginning of a word or up to so many characters behind it.
const WITHIN: usize = 6;

fn pairs(symbols: &[f32]) -> Vec<f32> {
    let shares: Vec<f32> = symbols.iter().map(|bits| (-bits).exp2()).collect();
    let mut now = vec![0.0; SYMBOLS * SYMBOLS];
    now[BORDER * SYMBOLS + BORDER] = 1.0;
    let mut all = vec![0.0; SYMBOLS * SYMBOLS];
    for _ in 0..WITHIN {
        let mut next = vec![0.0; SYMBOLS * SYMBOLS];
        for (pair, (&share, behind)) in now.iter().zip(shares.chunks(SYMBOLS)).enumerate() {
            let last = pair % SYMBOLS;
            for (sum, following) in next[last * SYMBOLS..][..SYMBOLS].iter_mut().zip(behind) {
                *sum += share * following;
            }
        }
        all.iter_mut().zip(&next).for_each(|(sum, share)| *sum += share);
        now = next;
    }
    all
}

/// What the model tells characters apart by.
pub fn symbol(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => usize::from(byte - b'a'),
        b'A'..=b'Z' => usize::from(byte - b'A'),
        b'0'..=b'9' => DIGIT,
        b'_' => 27,
        b'-' => 28,
        b'.' => 29,
        b'/' => 30,
        _ => OTHER,
    }
}

pub fn case(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    }
}

/// How surprising the text is as ordinary code or words, in bits.
pub fn surprise(text: &[u8]) -> f64 {
    let table = &*TABLE;
    let (mut before, mut last) = (BORDER, BORDER);
    let mut last_case = 2;
    let mut bits = 0.0;
    for &byte in text {
        let symbol = symbol(byte);
        bits += f64::from(table.symbols[(before * SYMBOLS + last) * SYMBOLS + symbol]);
        match symbol {
            DIGIT => bits += 10_f64.log2(),
            OTHER => bits += 5.0,
            _ => {}
        }
        if byte.is_ascii_alphabetic() {
            bits += f64::from(table.cases[last_case][usize::from(byte.is_ascii_uppercase())]);
        }
        (before, last, last_case) = (last, symbol, case(byte));
    }
    bits
}

/// How common four bytes are in ordinary text, to compare with others: the more, the commoner. In
/// hundredths of bits.
pub(super) fn commonness(four: [u8; 4]) -> i64 {
    let table = &*TABLE;
    let symbols = four.map(symbol);
    let goes_on = symbols.windows(3).map(|three| table.symbols[(three[0] * SYMBOLS + three[1]) * SYMBOLS + three[2]]);
    let which = symbols.iter().map(|&symbol| match symbol {
        OTHER => 4.0,
        DIGIT => 3.3,
        _ => 0.0,
    });
    let begins = table.pairs[symbols[0] * SYMBOLS + symbols[1]];
    -((begins + goes_on.sum::<f32>() + which.sum::<f32>()) * 100.0) as i64
}

/// Bits by which chance must be likelier than writing, for what has nothing else to show that it was drawn.
pub const DRAWN: f64 = 14.0;

/// How much likelier it is that the text was drawn by chance than that somebody wrote it, in bits:
/// positive for chance. What it may have been drawn from is told by what stands in it.
pub fn randomness(text: &[u8]) -> f64 {
    surprise(text) - alphabet(text).log2() * text.len() as f64
}

/// Whether the text is more likely a word that somebody wrote than drawn by chance.
pub fn is_word(text: &[u8]) -> bool {
    text.len() < 24 && randomness(text) < 0.0
}

/// How many characters the smallest usual alphabet has in which all of the text stands.
fn alphabet(text: &[u8]) -> f64 {
    let has = |class: fn(&u8) -> bool| text.iter().any(class);
    let all = |class: fn(&u8) -> bool| text.iter().all(class);
    let cases = usize::from(has(u8::is_ascii_lowercase)) + usize::from(has(u8::is_ascii_uppercase));
    let letters: usize = match all(u8::is_ascii_hexdigit) && has(u8::is_ascii_digit) {
        true => 6,
        false => 26,
    };
    let mut size = letters * cases;
    size += if has(u8::is_ascii_digit) { 10 } else { 0 };
    size += match () {
        () if all(|byte| byte.is_ascii_alphanumeric()) => 0,
        () if all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.')) => 2,
        () => 32,
    };
    size.max(10) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::sample;

    #[test]
    fn chance_and_words_are_told_apart() {
        for (template, least) in
            [("{base62:20}", 12.0), ("{hex:32}", 12.0), ("{base64:40}", 30.0), ("{base36:16}", 8.0)]
        {
            let mut below = 0;
            for seed in 0..300 {
                let text = sample::generate(template, seed).unwrap().text;
                below += usize::from(randomness(text.as_bytes()) < least);
            }
            println!("{template}: {below}");
            assert!(below <= 6, "{template}: {below} of 300 are below {least}");
        }
        for word in [
            "password_confirmation",
            "getUserTokenFromRequest",
            "my-service-account-key",
            "DEFAULT_SECRET_NAME",
            "config/initializers/secret_token.rb",
            "organization",
            "com.example.security.token",
            "correcthorse",
            "X-Auth-Token",
            "application/json",
            "dashboard",
            "authenticityToken",
            "sha256withRSAEncryption",
        ] {
            println!("{word}: {:.1}", randomness(word.as_bytes()));
            assert!(randomness(word.as_bytes()) < 0.0, "{word}: {}", randomness(word.as_bytes()));
        }
    }
}
