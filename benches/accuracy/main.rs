//! What is found of what is labelled, next to other scanners: `cargo bench --bench accuracy`, after
//! `-- --prepare` has brought the corpora once. How it counts stands in the README beside this file.
//! Figures only; nothing is asserted here.

mod corpora;
mod labels;
mod print;
mod process;
mod scanners;
mod score;
mod sources;

use std::env;
use std::path::{Path, PathBuf};

use corpora::CORPORA;
use labels::Corpus;
use process::Fault;
use scanners::Scanner;
use score::score;
use sources::Sources;

fn main() -> Result<(), Fault> {
    let given: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let flag = |name: &str| given.iter().any(|argument| argument == name);
    let folder = env::var_os("OVERSCOPE_CORPORA").map_or_else(|| PathBuf::from("target/corpora"), PathBuf::from);
    let wanted: Vec<&String> = given.iter().filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));

    if flag("--prepare") {
        prepare(&folder, wanted)?;
    }
    let scanners = scanners::installed();
    for corpus in CORPORA.iter().flat_map(|corpus| corpus.names).filter(|name| wanted(name)) {
        match Corpus::open(&folder.join(corpus)) {
            Ok(labelled) => measure(corpus, &labelled, &folder, &scanners, flag("--list"))?,
            Err(_) => println!("## {corpus}\n\nnot prepared: `cargo bench --bench accuracy -- --prepare`\n"),
        }
    }
    print::missing(&scanners);
    Ok(())
}

fn prepare(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<(), Fault> {
    let sources = Sources::new(folder.join("git"), env::var_os("OVERSCOPE_MIRROR").map(PathBuf::from))?;
    for corpus in CORPORA.iter().filter(|corpus| corpus.names.iter().any(|name| wanted(name))) {
        eprintln!("preparing {}", corpus.names.join(", "));
        match (corpus.read)(&sources) {
            Ok(read) => {
                for (name, labelled) in corpus.names.iter().zip(read) {
                    labelled.write(&folder.join(name))?;
                }
            }
            Err(why) => eprintln!("{} cannot be had: {why}", corpus.names.join(", ")),
        }
    }
    Ok(())
}

fn measure(name: &str, corpus: &Corpus, folder: &Path, scanners: &[Scanner], list: bool) -> Result<(), Fault> {
    print::heading(name, corpus);
    let mut details = String::new();
    for scanner in scanners {
        let reports = scanner.reports(&folder.join(name))?;
        let counted = score(corpus, &reports);
        print::row(&scanner.named, corpus, &counted);
        if scanner.is_own() && !corpus.held_out {
            details = print::kinds(corpus, &counted);
            if list {
                details += &print::places(&counted);
            }
        }
    }
    println!("\n{details}");
    Ok(())
}
