//! What a run costs before it does anything useful: `cargo bench --bench startup`.
//! Figures only; nothing is asserted here.

use std::process::{Command, Stdio};

use overscope::detector::Detectors;
use overscope::scan::scan_text;
use overscope::secret::FingerprintKey;

fn main() {
    divan::main();
}

/// Reading the embedded detector files.
#[divan::bench]
fn load_detectors() -> Detectors {
    Detectors::load(&[]).expect("the embedded files are sound")
}

/// Building the keyword automaton and scanning one line: what comes before the first byte of a
/// file is read, but for loading.
#[divan::bench]
fn build_keywords(bencher: divan::Bencher<'_, '_>) {
    let detectors = Detectors::load(&[]).expect("the embedded files are sound");
    bencher.bench(|| scan_text("one.txt", "nothing here\n", &detectors, &FingerprintKey::fixed()));
}

fn spawn(folder: &std::path::Path, arguments: &[&str]) {
    #[expect(clippy::disallowed_methods, reason = "the program itself is measured")]
    let status = Command::new(env!("CARGO_BIN_EXE_overscope"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program can be started");
    assert!(status.success());
}

/// The whole process: a folder with one small file.
#[divan::bench]
fn scan_one_small_file(bencher: divan::Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("one.txt"), "nothing here\n").expect("a small file");
    bencher.bench(|| spawn(folder.path(), &["scan", "--offline", "."]));
}

/// The whole process when it does nothing: what the operating system takes.
#[divan::bench]
fn print_the_version(bencher: divan::Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    bencher.bench(|| spawn(folder.path(), &["--version"]));
}
