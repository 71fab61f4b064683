//! For every kind: a hundred texts that look like its examples, each with one property broken. None
//! of them is the kind.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use overscope::detector::Detectors;
use overscope::detector::model::Detector;
use overscope::detector::sample::{self, Sample};
use overscope::finding::{Confidence, Origin};
use overscope::scan;
use overscope::secret::FingerprintKey;
use overscope::source::{Entry, Place};
use regex_syntax::hir::{Hir, HirKind};

const EACH: usize = 100;

/// What was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Property {
    Prefix,
    TooShort,
    TooLong,
    Alphabet,
    Checksum,
}

const PROPERTIES: [Property; 5] =
    [Property::Prefix, Property::TooShort, Property::TooLong, Property::Alphabet, Property::Checksum];

/// What the pattern says of the secret.
#[derive(Debug)]
struct Shape {
    least: usize,
    most: usize,
    /// Something behind it decides where it ends.
    ends: bool,
    fits: regex::bytes::Regex,
}

fn shape(detector: &Detector) -> Option<Shape> {
    let own = detector.pattern.as_deref().and_then(|pattern| group(pattern, "secret"));
    let beside = || detector.companions.iter().find(|one| one.name == "secret").map(|one| group(&one.pattern, "value"));
    let (hir, ends) = own.or_else(|| beside()?)?;
    let fits = regex::bytes::RegexBuilder::new(&format!("^(?:{hir})$")).unicode(false).build().ok()?;
    let properties = hir.properties();
    Some(Shape { least: properties.minimum_len()?, most: properties.maximum_len()?, ends, fits })
}

/// A named group of a pattern, and whether something behind it must stand there or must not.
fn group(pattern: &str, name: &str) -> Option<(Hir, bool)> {
    let hir = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap();
    find(&hir, name)
}

fn find(hir: &Hir, name: &str) -> Option<(Hir, bool)> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some(name) => Some(((*capture.sub).clone(), false)),
        HirKind::Capture(capture) => find(&capture.sub, name),
        HirKind::Repetition(repetition) => find(&repetition.sub, name),
        HirKind::Alternation(branches) => branches.iter().find_map(|branch| find(branch, name)),
        HirKind::Concat(parts) => {
            let (at, (found, ends)) = parts.iter().enumerate().find_map(|(at, part)| Some((at, find(part, name)?)))?;
            let decides =
                |part: &Hir| part.properties().minimum_len() > Some(0) || !part.properties().look_set().is_empty();
            Some((found, ends || parts[at + 1..].iter().any(decides)))
        }
        _ => None,
    }
}

/// The secret with the property broken, in the way that the seed says; nothing where it cannot be.
fn broken(detector: &Detector, shape: &Shape, secret: &str, property: Property, seed: usize) -> Option<String> {
    // Another one of the same sort: both stand in every alphabet that has any of its sort.
    let another = |c: u8| match c {
        b'b'..=b'z' => 'a',
        b'a' => 'b',
        b'B'..=b'Z' => 'A',
        b'A' => 'B',
        b'1'..=b'9' => '0',
        b'0' => '1',
        b'-' => '_',
        _ => '-',
    };
    let replaced = |at: usize, by: &str| format!("{}{by}{}", &secret[..at], &secret[at + 1..]);
    match property {
        Property::Prefix => {
            // Where several tokens stand together, the others are still whole.
            let length = if secret.matches(&detector.prefix).count() == 1 { detector.prefix.len() } else { 0 };
            let at = seed.checked_rem(length)?;
            Some(replaced(at, &another(secret.as_bytes()[at]).to_string()))
        }
        Property::TooShort if shape.least < 6 => None,
        Property::TooShort => {
            let least = detector.prefix.len().min(shape.least - 1);
            let left = if seed.is_multiple_of(2) { shape.least - 1 } else { least + seed % (shape.least - least) };
            secret.get(..left).map(str::to_owned)
        }
        Property::TooLong if !shape.ends || shape.most > 4096 => None,
        Property::TooLong => {
            let tail: String = secret.chars().rev().filter(char::is_ascii_alphanumeric).take(8).collect();
            // What is escaped is shorter than it is written, and may still fit.
            let missing = (shape.most + 1).checked_sub(secret.len())? + seed % 5 + 2 * secret.matches('%').count();
            Some(secret.chars().chain(tail.chars().cycle().take(missing)).collect())
        }
        Property::Alphabet => {
            let step = (shape.least / 2).max(1);
            let bytes = secret.bytes().enumerate();
            let breaks =
                |at: usize, by: char| at >= detector.prefix.len() && at % step == step / 2 && !secret.contains(by);
            ['!', '~', ' ', '"', '\n'].into_iter().cycle().skip(seed % 5).take(5).find_map(|by| {
                let text: String =
                    bytes.clone().map(|(at, byte)| if breaks(at, by) { by } else { char::from(byte) }).collect();
                (text != secret && !shape.fits.is_match(text.as_bytes())).then_some(text)
            })
        }
        Property::Checksum => {
            let checksum = detector.checksum?;
            let at = secret.len() - 1 - seed % (secret.len() - detector.prefix.len());
            let text = replaced(at, &another(secret.as_bytes()[at]).to_string());
            (shape.fits.is_match(text.as_bytes()) && !checksum.holds(&text)).then_some(text)
        }
    }
}

fn entry(path: String, text: String) -> Entry {
    Entry {
        path,
        raw: None,
        place: Place::Bytes(text.into_bytes()),
        origin: Origin::Stdin,
        tracked: false,
        ignored: false,
        commit: None,
    }
}

/// The paths in which each kind was found, at least so surely.
fn found(entries: &[Entry], detectors: &Detectors, least: Confidence) -> BTreeSet<(String, String)> {
    let scanned = scan::scan(entries, detectors, &FingerprintKey::fixed(), &|| ());
    let sure = scanned.findings.iter().filter(|finding| finding.confidence >= least);
    sure.flat_map(|finding| {
        let id = &detectors.detector(finding.detector).id;
        finding.locations.iter().map(|location| (id.clone(), location.path.clone()))
    })
    .collect()
}

#[test]
fn a_lookalike_with_one_property_broken_is_no_find() {
    let detectors = common::catalogue();
    let mut entries = Vec::new();
    let mut whole = Vec::new();
    let mut kinds: BTreeMap<Property, BTreeSet<&str>> = BTreeMap::new();
    let mut looks = BTreeSet::new();
    for number in 0..detectors.len() {
        let detector = detectors.detector(number);
        if detector.pattern.is_none() {
            continue;
        }
        let id = detector.id.as_str();
        let shape = shape(detector).unwrap_or_else(|| panic!("the secret of {id} has no bounds"));
        looks.insert(id);
        let samples: Vec<Sample> = (0..EACH)
            .map(|seed| {
                let template = &detector.examples[seed % detector.examples.len()];
                sample::generate(template, (number as u64) << 8 | seed as u64).unwrap()
            })
            .collect();
        whole.push(entry(format!("{id}/whole/{}", detector.sample_path()), samples[0].text.clone()));
        let breakable: Vec<Property> = PROPERTIES
            .into_iter()
            .filter(|&property| broken(detector, &shape, &samples[0].secret, property, 0).is_some())
            .collect();
        assert!(!breakable.is_empty(), "nothing of {id} can be broken: its pattern takes anything");
        for (seed, sample) in samples.iter().enumerate() {
            let property = breakable[seed % breakable.len()];
            let broken = broken(detector, &shape, &sample.secret, property, seed / breakable.len());
            if let Some(secret) = broken {
                kinds.entry(property).or_default().insert(id);
                let path = format!("{id}/{property:?}/{seed}/{}", detector.sample_path());
                entries.push(entry(path, sample.text.replace(&sample.secret, &secret)));
            }
        }
    }
    let own = |(id, path): &&(String, String)| path.starts_with(&format!("{id}/"));
    let known = found(&whole, &detectors, Confidence::Low);
    let known: BTreeSet<&str> = known.iter().filter(own).map(|(id, _)| id.as_str()).collect();
    assert_eq!(
        looks.difference(&known).collect::<Vec<_>>(),
        <[&&str; 0]>::default(),
        "not found when nothing is broken"
    );

    let found = found(&entries, &detectors, Confidence::Medium);
    let wrong: Vec<&String> = found.iter().filter(own).map(|(_, path)| path).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{wrong:#?}", wrong.len(), entries.len());

    let count = |property: Property| kinds.get(&property).map_or(0, BTreeSet::len);
    let counts = PROPERTIES.map(|property| (property, count(property)));
    println!("{} kinds with a look, {} look-alikes; of so many kinds broken: {counts:?}", looks.len(), entries.len());
    let checked = (0..detectors.len()).filter(|&number| detectors.detector(number).checksum.is_some()).count();
    assert_eq!(count(Property::Checksum), checked);
    assert!(count(Property::Prefix) * 2 > looks.len(), "{counts:?}");
    for property in [Property::TooShort, Property::TooLong, Property::Alphabet] {
        assert!(count(property) * 10 > looks.len() * 9, "{counts:?}");
    }
    assert!(entries.len() * 100 > looks.len() * EACH * 99);
}
