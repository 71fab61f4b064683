use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::detector::sample;

const KEYWORDS: [&str; 4] = ["ghp_", "github_pat_", "AccountKey=", "PRIVATE KEY-----"];

/// Every region that the literal pass would lead to.
fn regions(text: &[u8]) -> (Vec<Region>, Option<&'static str>) {
    let forms = forms(KEYWORDS.into_iter());
    let lower = text.to_ascii_lowercase();
    let mut hits: Vec<(usize, &Form)> = Vec::new();
    for form in &forms {
        let wanted = form.text.to_ascii_lowercase();
        hits.extend(memchr::memmem::find_iter(&lower, wanted.as_bytes()).map(|at| (at, form)));
    }
    hits.sort_by_key(|(at, _)| *at);
    let mut regions = Regions::of(text);
    hits.iter().for_each(|&(at, form)| regions.hit(at, form));
    let Decoded { regions, cut, .. } = regions.finish();
    (regions, cut)
}

fn token(seed: u64) -> String {
    sample::generate("ghp_{base62:36}", seed).unwrap().secret
}

/// Where the token is written, by the first region that holds it.
fn found(text: &[u8], token: &str) -> Option<Range<usize>> {
    regions(text).0.iter().find_map(|region| {
        let start = memchr::memmem::find(&region.text, token.as_bytes())?;
        Some(region.outer_of(&(start..start + token.len())))
    })
}

/// As encoders break lines: after so many characters, with this between.
fn wrapped(text: &str, width: usize, between: &str) -> String {
    let lines: Vec<&str> = text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join(between)
}

fn zipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

const BETWEEN: [&str; 7] = ["\n", "\r\n", "\n    ", "\\n", "\\r\\n", "\\\n", "\\\\n"];

proptest! {
    #[test]
    fn a_token_in_base64_is_found_at_its_place(
        seed in any::<u64>(), lead in 0usize..300, tail in 0usize..300, width in prop::sample::select(vec![60, 64, 76, 10_000]),
        between in prop::sample::select(BETWEEN.to_vec()), address in any::<bool>(),
    ) {
        let token = token(seed);
        let inner = format!("{}{token}{}", "é~".repeat(lead / 2), " ÿ".repeat(tail / 2));
        let encoded = if address { URL_SAFE_NO_PAD.encode(&inner) } else { STANDARD.encode(&inner) };
        let flat = found(format!("data: {encoded}\n").as_bytes(), &token).expect("found on one line");
        let at = inner.find(&token).unwrap();
        prop_assert_eq!(flat.clone(), 6 + at * 4 / 3..6 + ((at + token.len()) * 4).div_ceil(3));
        let broken = wrapped(&encoded, width, between);
        let text = format!("data: |{}{broken}\"\n", if between.contains('\n') { between } else { "\"" });
        // A line break inside of what the keyword became hides it, and nothing announces it here.
        let keyword = flat.start - 6..flat.start - 6 + 7;
        prop_assume!(keyword.start / width == keyword.end / width);
        let place = found(text.as_bytes(), &token).expect("found over line breaks");
        let written: String = text[place].split(between).collect();
        prop_assert_eq!(written, &encoded[flat.start - 6..flat.end - 6]);
    }

    #[test]
    fn a_token_in_hex_is_found_at_its_place(seed in any::<u64>(), lead in 0usize..40, upper in any::<bool>()) {
        let token = token(seed);
        let inner = format!("{}{token} end", "#".repeat(lead));
        let hex: String = inner.bytes().map(|byte| format!("{byte:02x}")).collect();
        let hex = if upper { hex.to_ascii_uppercase() } else { hex };
        let text = format!("x='0x{hex}'");
        let at = 5 + lead * 2;
        prop_assert_eq!(found(text.as_bytes(), &token), Some(at..at + token.len() * 2));
    }

    #[test]
    fn any_bytes_are_decoded_without_a_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "Z2hwX", "hnaHBf", "H4sIA", "6768705f", "!!binary", "Content-Transfer-Encoding: base64", "\n\n", "\n", "\\n", "\\/",
            "\r\n", "=", "AccountKey%3D", "AccountKey\\u003d", "abcd", "\\u", "%", "\\", " ", "-_+/", "é",
        ]), 0..40),
        noise in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let text = [parts.concat().as_bytes(), &noise, parts.concat().as_bytes()].concat();
        for region in regions(&text).0 {
            for at in 0..=region.text.len() {
                let outer = region.outer_of(&(at..region.text.len()));
                prop_assert!(outer.start <= outer.end && outer.end <= text.len(), "{outer:?}");
            }
        }
    }
}

#[test]
fn a_slash_that_json_escapes_belongs_to_the_base64() {
    let token = token(1);
    let inner = format!("???>>>{token}???>>>");
    let encoded = STANDARD.encode(&inner);
    assert!(encoded.contains('/'));
    let text = format!("\"{}\"", encoded.replace('/', "\\/"));
    let place = found(text.as_bytes(), &token).unwrap();
    assert_eq!(&text[place], &encoded[8..8 + (token.len() * 4).div_ceil(3)]);
}

/// Six characters cannot stand for a keyword when a line ends between them.
#[test]
fn what_is_announced_is_decoded_wherever_its_lines_end() {
    let token = token(2);
    for lead in 0..200 {
        let inner = format!("{}{token}\n", ".".repeat(lead));
        let body = wrapped(&STANDARD.encode(&inner), 76, "\r\n");
        let mail = format!("Content-Transfer-Encoding: base64\r\nX-Other: 1\r\n\r\n{body}\r\n--part--\r\n");
        let written: String = mail[found(mail.as_bytes(), &token).unwrap()].split("\r\n").collect();
        assert!(STANDARD.encode(&inner).contains(&written), "{lead}");
        let yaml = format!("value: !!binary |\n  {}\nnext: 1\n", wrapped(&STANDARD.encode(&inner), 76, "\n  "));
        assert!(found(yaml.as_bytes(), &token).is_some(), "{lead}");
    }
}

#[test]
fn escapes_around_a_keyword_are_resolved() {
    let key = sample::generate("{base64:86}==", 3).unwrap().secret;
    let plain = format!("AccountName=acme;AccountKey={key};");
    for text in [
        percent_encoding::utf8_percent_encode(&plain, percent_encoding::NON_ALPHANUMERIC).to_string(),
        plain.replace('=', "\\u003d").replace('+', "\\u002B"),
        plain.replace('/', "\\/").replace('=', "\\u003D"),
    ] {
        let (regions, _) = regions(text.as_bytes());
        let place = regions.iter().find_map(|region| {
            let start = memchr::memmem::find(&region.text, key.as_bytes())?;
            Some(region.outer_of(&(start..start + key.len())))
        });
        let place = place.expect(&text);
        assert_eq!(&text[place.end..][..1], if text.contains('%') { "%" } else { ";" });
        assert!(text[..place.start].ends_with("%3D") || text[..place.start].to_lowercase().ends_with("u003d"));
    }
}

#[test]
fn gzip_inside_base64_is_inflated_up_to_its_limits() {
    let token = token(4);
    let inner = format!("release: {token}\n");
    let text = format!("release: \"{}\"\n", STANDARD.encode(zipped(inner.as_bytes())));
    let (read, cut) = regions(text.as_bytes());
    assert_eq!((read[0].text.as_slice(), cut), (inner.as_bytes(), None));
    assert_eq!(read[0].outer, 10..text.trim_end_matches(['=', '"', '\n']).len());

    let bomb = STANDARD.encode(zipped(&vec![b'x'; 64 << 20]));
    let (read, cut) = regions(bomb.as_bytes());
    assert!(read[0].text.len() <= 1 << 20);
    assert_eq!(cut, Some("gzip inside base64 inflates to more than is read of it"));

    let many = STANDARD.encode(zipped(b"one").repeat(17));
    let (read, cut) = regions(many.as_bytes());
    assert_eq!((read[0].text.len(), cut), (48, Some("gzip inside base64 holds more files than are read of it")));

    let broken = &STANDARD.encode(zipped(inner.as_bytes()))[..24];
    assert_eq!(regions(broken.as_bytes()).1, None);
}

/// A keyword that is hit again and again is decoded once; what is too much is said.
#[test]
fn one_run_of_a_hundred_megabytes_is_cut() {
    let unit = STANDARD.encode(format!("{} ....", token(5)));
    assert_eq!(unit.len() % 4, 0);
    let text = unit.trim_end_matches('=').repeat((100 << 20) / unit.len());
    let forms = forms(KEYWORDS.into_iter());
    let form = forms.iter().find(|form| text.starts_with(&form.text)).unwrap();
    let mut regions = Regions::of(text.as_bytes());
    (0..text.len()).step_by(unit.trim_end_matches('=').len()).for_each(|at| regions.hit(at, form));
    let Decoded { regions, cut, .. } = regions.finish();
    assert_eq!(cut, Some("more encoded text than is decoded of one file"));
    let decoded: usize = regions.iter().map(|region| region.text.len()).sum();
    assert!((8 << 20..=32 << 20).contains(&decoded), "{decoded}");
}

#[test]
fn a_run_is_decoded_once() {
    let inner: String = (0..200).map(|seed| format!("{} ", token(seed))).collect();
    let text = STANDARD.encode(&inner);
    assert_eq!(regions(text.as_bytes()).0.len(), 1);
}

#[test]
fn base64_minds_its_case() {
    let encoded = STANDARD.encode(format!("{} ", token(6)));
    assert_eq!(regions(encoded.as_bytes()).0.len(), 1);
    assert!(regions(encoded.to_ascii_lowercase().as_bytes()).0.is_empty());
}
