//! What the size of the catalogue costs on many bytes: a folder is scanned with sixty kinds and with
//! all of them, several times by turns: `cargo bench --bench throughput -- FOLDER`. Figures only;
//! nothing is asserted here.

use std::path::PathBuf;
use std::time::Instant;

use overscope::detector::Detectors;
use overscope::detector::model::Provider;
use overscope::scan;
use overscope::secret::FingerprintKey;
use overscope::source::{self, Source};

const FEW: usize = 60;
const ROUNDS: usize = 5;

fn main() {
    let folder = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let Some(folder) = folder.map(PathBuf::from) else {
        println!("name a folder: cargo bench --bench throughput -- FOLDER");
        return;
    };
    let all = Detectors::load(&[]).expect("the embedded files are sound");
    let few = Detectors::of(first(all.providers(), FEW)).expect("a part of what is sound is sound");
    let source = Source::Tree { paths: vec![folder], ignored: false };
    let entries = source::list(&source).expect("the folder can be listed").entries;
    let mut times: Vec<(usize, Vec<f64>)> = vec![(few.len(), Vec::new()), (all.len(), Vec::new())];
    for _ in 0..ROUNDS {
        for (detectors, (_, times)) in [&few, &all].into_iter().zip(&mut times) {
            let started = Instant::now();
            let scanned = scan::scan(&entries, detectors, &FingerprintKey::fixed(), &|| ());
            let seconds = started.elapsed().as_secs_f64();
            println!(
                "{} kinds: {:.2} s, {:.0} MB/s, {} finds",
                detectors.len(),
                seconds,
                scanned.bytes as f64 / 1e6 / seconds,
                scanned.findings.len()
            );
            times.push(seconds);
        }
    }
    for (kinds, times) in &mut times {
        times.sort_by(f64::total_cmp);
        println!("{kinds} kinds: median {:.2} s of {}", times[ROUNDS / 2], times.len());
    }
}

/// So many kinds, of whole providers.
fn first<'p>(providers: impl Iterator<Item = &'p Provider>, kinds: usize) -> Vec<Provider> {
    let mut left = kinds;
    let mut taken = Vec::new();
    for provider in providers {
        if provider.detectors.len() <= left {
            left -= provider.detectors.len();
            taken.push(provider.clone());
        }
    }
    taken
}
