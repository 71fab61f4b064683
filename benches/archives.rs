//! What it costs to look into archives: a folder is scanned as it lies there, and packed as zip, tar and
//! tar.gz: `cargo bench --bench archives -- FOLDER`. Figures only; nothing is asserted here.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use overscope::detector::Detectors;
use overscope::scan;
use overscope::secret::FingerprintKey;
use overscope::source::{self, Entry, Place, Source};
use rawzip::{CompressionMethod, ZipArchiveWriter};

const ROUNDS: usize = 3;

fn main() {
    let folder = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let Some(folder) = folder.map(PathBuf::from) else {
        println!("name a folder: cargo bench --bench archives -- FOLDER");
        return;
    };
    let scratch = tempfile::tempdir().expect("a folder for the archives");
    let files = list(&folder);
    let at = |name: &str| scratch.path().join(name);
    zip(&files, &at("all.zip")).expect("the folder can be packed");
    tar(&files, File::create(at("all.tar")).expect("it can be written")).expect("the folder can be packed");
    let gzip = GzEncoder::new(File::create(at("all.tgz")).expect("it can be written"), Compression::default());
    tar(&files, gzip).expect("the folder can be packed");
    let detectors = Detectors::load(&[]).expect("the embedded files are sound");
    for source in [folder, at("all.zip"), at("all.tar"), at("all.tgz")] {
        let entries = list(&source);
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let scanned = scan::scan(&entries, &detectors, &FingerprintKey::fixed(), &|| ());
            let seconds = started.elapsed().as_secs_f64();
            println!(
                "{}: {seconds:.2} s, {:.0} MB of text, {:.0} MB/s, {} finds",
                source.display(),
                scanned.bytes as f64 / 1e6,
                scanned.bytes as f64 / 1e6 / seconds,
                scanned.findings.len()
            );
        }
    }
}

fn list(path: &Path) -> Vec<Entry> {
    let source = Source::Tree { paths: vec![path.to_path_buf()], ignored: false };
    source::list(&source).expect("it can be listed").entries
}

/// The name and the bytes of each file.
fn contents(files: &[Entry]) -> impl Iterator<Item = (&str, Vec<u8>)> {
    files.iter().filter_map(|entry| match &entry.place {
        Place::File(path) => Some((entry.path.as_str(), fs::read(path).ok()?)),
        _ => None,
    })
}

fn zip(files: &[Entry], to: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut archive = ZipArchiveWriter::new(BufWriter::new(File::create(to)?));
    for (name, bytes) in contents(files) {
        let (mut entry, config) = archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start()?;
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(&bytes)?;
        let (encoder, descriptor) = writer.finish()?;
        encoder.finish()?;
        entry.finish(descriptor)?;
    }
    archive.finish()?.flush()?;
    Ok(())
}

fn tar(files: &[Entry], to: impl Write) -> io::Result<()> {
    let mut archive = tar::Builder::new(to);
    for (name, bytes) in contents(files) {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes.as_slice())?;
    }
    archive.into_inner()?.flush()
}
