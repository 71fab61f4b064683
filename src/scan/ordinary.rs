//! A small model of ordinary code and words: how surprising each character is behind the two before
//! it. What was drawn by chance surprises at every character, and words do not.
//!
//! `ordinary.txt` holds counts of public Rust, Go, Python, Ruby, JavaScript, C and C++ with its documentation,
//! as bits of surprise; `cargo bench --bench ordinary -- FOLDER…` makes it anew.

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

/// In steps: lower and upper case by what stands before, each symbol behind two, pairs of symbols wherever
/// they stand in a word. It is read when the program is built, since every start needs it.
static TABLE: [u8; PAIRS + SYMBOLS.pow(2)] = read(include_bytes!("ordinary.txt"));
/// Where these begin.
const BEHIND: usize = 2 * CASES;
const PAIRS: usize = BEHIND + SYMBOLS.pow(3);

const fn read<const LENGTH: usize>(text: &[u8]) -> [u8; LENGTH] {
    let mut table = [0; LENGTH];
    let (mut read, mut at) = (0, 0);
    while at < text.len() {
        if !text[at].is_ascii_whitespace() {
            table[read] = text[at] - ZERO;
            read += 1;
        }
        at += 1;
    }
    assert!(read == LENGTH);
    table
}

/// How surprising the last of three symbols is.
fn behind(before: usize, last: usize, symbol: usize) -> u8 {
    TABLE[BEHIND + (before * SYMBOLS + last) * SYMBOLS + symbol]
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
    let bits_of = |steps: u8| f64::from(steps) / STEPS;
    let (mut before, mut last) = (BORDER, BORDER);
    let mut last_case = 2;
    let mut bits = 0.0;
    for &byte in text {
        let symbol = symbol(byte);
        bits += bits_of(behind(before, last, symbol));
        match symbol {
            DIGIT => bits += 10_f64.log2(),
            OTHER => bits += 5.0,
            _ => {}
        }
        if byte.is_ascii_alphabetic() {
            bits += bits_of(TABLE[2 * last_case + usize::from(byte.is_ascii_uppercase())]);
        }
        (before, last, last_case) = (last, symbol, case(byte));
    }
    bits
}

/// How surprising four bytes on end are wherever they stand in ordinary text, in steps.
pub(super) fn surprise_of_four([first, second, third, fourth]: [u8; 4]) -> u32 {
    let [a, b, c, d] = [symbol(first), symbol(second), symbol(third), symbol(fourth)];
    let begins = TABLE[PAIRS + a * SYMBOLS + b];
    let which = |symbol: usize| match symbol {
        OTHER => 16,
        DIGIT => 13,
        _ => 0,
    };
    [begins, behind(a, b, c), behind(b, c, d), which(a), which(b), which(c), which(d)].map(u32::from).iter().sum()
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
