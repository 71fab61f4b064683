//! Counts the model of ordinary code and words that the scan ships (`src/scan/ordinary.txt`):
//! `cargo bench --bench ordinary -- FOLDER… > src/scan/ordinary.txt`.

use std::path::PathBuf;

use overscope::scan::ordinary::{BORDER, CASES, STEPS, SYMBOLS, ZERO, case, symbol};

/// Longer runs without a space are data: encoded pictures, hashes, minified code.
const LONGEST: usize = 40;
/// What is read of one file, so that no large one rules.
const OF_ONE_FILE: usize = 40 << 10;

fn main() {
    let folders: Vec<PathBuf> = std::env::args().skip(1).filter(|word| word != "--bench").map(PathBuf::from).collect();
    let mut symbols = vec![0_u64; SYMBOLS * SYMBOLS * SYMBOLS];
    let mut cases = [[0_u64; 2]; CASES];
    for folder in folders {
        for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build().flatten() {
            let Ok(bytes) = std::fs::read(entry.path()) else { continue };
            let bytes = &bytes[..bytes.len().min(OF_ONE_FILE)];
            if bytes.contains(&0) {
                continue;
            }
            for word in bytes.split(u8::is_ascii_whitespace).filter(|word| word.len() <= LONGEST) {
                count(word, &mut symbols, &mut cases);
            }
        }
    }
    print(&symbols, &cases);
}

fn count(word: &[u8], symbols: &mut [u64], cases: &mut [[u64; 2]; CASES]) {
    let (mut before, mut last, mut last_case) = (BORDER, BORDER, 2);
    for &byte in word {
        let now = symbol(byte);
        symbols[(before * SYMBOLS + last) * SYMBOLS + now] += 1;
        if byte.is_ascii_alphabetic() {
            cases[last_case][usize::from(byte.is_ascii_uppercase())] += 1;
        }
        (before, last, last_case) = (last, now, case(byte));
    }
}

fn print(symbols: &[u64], cases: &[[u64; 2]; CASES]) {
    let letter = |share: f64| char::from(ZERO + (-share.log2() * STEPS).round().min(90.0) as u8);
    // Nothing is impossible: what was never seen counts as half a time.
    let shares = |row: &[u64]| -> String {
        let all: f64 = row.iter().map(|&n| n as f64 + 0.5).sum();
        row.iter().map(|&n| letter((n as f64 + 0.5) / all)).collect()
    };
    println!("{}", cases.iter().map(|row| shares(row)).collect::<String>());
    for row in symbols.chunks(SYMBOLS) {
        println!("{}", shares(row));
    }
    let mut pairs = [0; SYMBOLS * SYMBOLS];
    for row in symbols.chunks(pairs.len()) {
        pairs.iter_mut().zip(row).for_each(|(pair, n)| *pair += n);
    }
    println!("{}", shares(&pairs));
}
