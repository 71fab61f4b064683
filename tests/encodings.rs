//! Credentials that are written in another form are found where they are written, and neither they
//! nor their written form come out.

mod common;

use std::collections::HashSet;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::{Folder, overscope};
use flate2::Compression;
use flate2::write::GzEncoder;
use overscope::detector::sample;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

fn generated(template: &str, seed: u64) -> String {
    sample::generate(template, seed).unwrap().secret
}

fn wrapped(text: &str, width: usize, between: &str) -> String {
    let lines: Vec<&str> = text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join(between)
}

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

struct Case {
    file: &'static str,
    bytes: Vec<u8>,
    detector: &'static str,
    secret: String,
    /// What stands for the secret in the file, where it stands in one piece; its lines elsewhere.
    written: String,
    /// Line and column of its first written character, where it has a place of its own.
    place: Option<(usize, usize)>,
}

/// The place of a part of a text, by its bytes.
fn place(text: &str, part: &str) -> Option<(usize, usize)> {
    let at = text.find(part).unwrap_or_else(|| panic!("{part} in {text}"));
    let line = text[..at].matches('\n').count() + 1;
    Some((line, at - text[..at].rfind('\n').map_or(0, |newline| newline + 1) + 1))
}

fn cases() -> Vec<Case> {
    let github = |seed| generated("ghp_{base62:30}{crc32}", seed);
    let mut cases = Vec::new();
    let mut add = |file, text: String, detector, secret: &str, written: &str, place| {
        let (secret, written) = (secret.to_owned(), written.to_owned());
        cases.push(Case { file, bytes: text.into_bytes(), detector, secret, written, place });
    };

    let token = github(1);
    let encoded = STANDARD.encode(format!("{token}\n"));
    let text = format!("kind: Secret\ndata:\n  token: {encoded}\n");
    add("secret.yaml", text.clone(), "github-pat-classic", &token, &encoded[..53], place(&text, &encoded));

    let token = github(2);
    let encoded = URL_SAFE_NO_PAD.encode(format!("??>>>>{token}~~~"));
    let text = format!("first = 1\nblob = '{encoded}'\n");
    let written = &encoded[8..encoded.len() - 4];
    add("blob.py", text.clone(), "github-pat-classic", &token, written, place(&text, written));

    // A private key in lines, as YAML and mail write it.
    let key = generated("{pem:RSA PRIVATE KEY}", 3);
    let encoded = STANDARD.encode(format!("{key}\n"));
    let written = wrapped(&encoded, 64, "\n    ");
    let text = format!("tls.key: |\n    {written}\nnext: 1\n");
    add("tls.yaml", text, "private-key", &key, &written[..written.len() - 4], Some((2, 5)));
    let key = generated("{pem:RSA PRIVATE KEY}", 4);
    let body = wrapped(&STANDARD.encode(format!("mail:\n{key}\n")), 76, "\r\n");
    let text = format!("Content-Transfer-Encoding: base64\r\n\r\n{body}\r\n");
    add("mail.eml", text, "private-key", &key, &body[8..body.len() - 4], Some((3, 9)));

    let token = generated("sk_live_{base62:24}", 5);
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("\nkey = 0x{hex}\n");
    add("hex.txt", text.clone(), "stripe-secret-key", &token, &hex, place(&text, &hex));

    let key = generated("{base64:75}+ASt{base64:5}A==", 6);
    let key = format!("{}{}", "a", &key);
    let plain = format!("AccountName=acmestore;AccountKey={key};");
    let text = format!("url?c={}\n", utf8_percent_encode(&plain, NON_ALPHANUMERIC));
    let written = utf8_percent_encode(&key, NON_ALPHANUMERIC).to_string();
    add("address.txt", text.clone(), "azure-storage-connection-string", &key, &written, place(&text, &written));

    let key = generated("{base64:75}+ASt{base64:5}A==", 7);
    let key = format!("{}{}", "b", &key);
    let plain = format!("AccountName=acmestore;AccountKey={key};");
    let written = key.replace('=', "\\u003d").replace('+', "\\u002b");
    let text = format!("{{\"c\": \"{}\"}}\n", plain.replace('=', "\\u003d").replace('+', "\\u002b"));
    add("escaped.json", text.clone(), "azure-storage-connection-string", &key, &written, place(&text, &written));

    let token = github(8);
    let text = format!("env: \"A=1\\n{token}\\nB=2\"\n");
    add("lines.yaml", text.clone(), "github-pat-classic", &token, &token, place(&text, &token));

    let tokens = [github(9), generated("sk_live_{base62:24}", 9)];
    let packed = STANDARD.encode(zipped(&tokens.join("\n")));
    let text = format!("release: {packed}\n");
    add("release.yaml", text.clone(), "github-pat-classic", &tokens[0], &packed, Some((1, 10)));
    add("release.yaml", text, "stripe-secret-key", &tokens[1], &packed, Some((1, 10)));

    let token = github(10);
    let wide: Vec<u8> = format!("Windows\r\nkey={token}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (detector, written, place) = ("github-pat-classic", token.clone(), Some((2, 5)));
    cases.push(Case { file: "wide.reg", bytes: wide, detector, secret: token, written, place });
    cases
}

fn folder(cases: &[Case]) -> Folder {
    let folder = Folder::plain();
    for case in cases {
        folder.write(case.file, &case.bytes);
    }
    folder
}

fn report(folder: &Folder) -> Value {
    let ran = overscope(["scan", "--offline", "--format", "json"]).at(folder.path()).run();
    serde_json::from_str(&ran.out).unwrap_or_else(|why| panic!("{why}: {ran:?}"))
}

#[test]
fn what_is_encoded_is_found_where_it_is_written() {
    let cases = cases();
    let report = report(&folder(&cases));
    let credentials = report["credentials"].as_array().unwrap();
    for case in &cases {
        let here: Vec<&Value> = credentials
            .iter()
            .filter(|one| one["locations"].as_array().unwrap().iter().any(|at| at["path"] == case.file))
            .collect();
        let found = here.iter().find(|one| one["detector"] == case.detector);
        let found = found.unwrap_or_else(|| panic!("{} is not in {}: {here:?}", case.detector, case.file));
        let at = &found["locations"][0];
        if let Some((line, column)) = case.place {
            assert_eq!((at["line"].as_u64(), at["column"].as_u64()), (Some(line as u64), Some(column as u64)), "{at}");
        }
    }
    assert_eq!(credentials.len(), cases.len(), "{credentials:#?}");
}

/// The one layer is undone that its form tells; a text in two is left alone.
#[test]
fn one_level_is_undone() {
    let token = generated("ghp_{base62:30}{crc32}", 11);
    let folder = Folder::plain();
    folder.write("twice.txt", STANDARD.encode(STANDARD.encode(&token)));
    assert_eq!(report(&folder)["credentials"], Value::Array(Vec::new()));
}

#[test]
fn nothing_of_a_written_form_comes_out() {
    let cases = cases();
    let folder = folder(&cases);
    // The same value in every alignment, so that one credential has many written forms.
    let token = generated("ghp_{base62:30}{crc32}", 12);
    let forms: Vec<String> = (0..3).map(|lead| STANDARD.encode(format!("{}{token}", "-".repeat(lead)))).collect();
    folder.write("many.txt", forms.join("\n\n"));
    // A path is printed wherever its file is named.
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    folder.write(format!("{hex}.txt"), format!("{hex}\n"));
    let packed = URL_SAFE_NO_PAD.encode(zipped(&format!("{token} {}", "and so on ".repeat(40))));
    folder.write(format!("{packed}.txt"), format!("{packed}\n"));
    let written = cases.iter().flat_map(|case| case.written.split_whitespace().map(str::to_owned));
    let hidden: Vec<String> = written
        .chain([hex, packed])
        .chain(forms.iter().map(|form| form[2..form.len() - 4].to_owned()))
        .chain(cases.iter().map(|case| case.secret.clone()).chain([token]).map(|secret| secret[8..].to_owned()))
        .collect();
    for format in ["text", "json", "sarif"] {
        let ran = overscope(["scan", "--offline", "-vvv", "--format", format]).at(folder.path()).run();
        assert_eq!(ran.status, 1, "{ran:?}");
        for (what, out) in [("output", &ran.out), ("standard error", &ran.err)] {
            let shown: HashSet<&[u8]> = out.as_bytes().windows(8).collect();
            for text in &hidden {
                for window in text.as_bytes().windows(8) {
                    // The lines of a key's armour are known to everybody.
                    let known = window.iter().all(|byte| byte.is_ascii_uppercase() || b" -".contains(byte));
                    let window = std::str::from_utf8(window).unwrap();
                    assert!(known || !shown.contains(window.as_bytes()), "{what} of {format}: {window:?} of {text}");
                }
            }
        }
    }
}

#[test]
fn what_is_left_out_is_said() {
    let folder = Folder::plain();
    folder.write("bomb.txt", STANDARD.encode(zipped(&"x".repeat(64 << 20))));
    let report = report(&folder);
    let note = &report["notes"][0];
    assert_eq!(note["message"], "gzip inside base64 inflates to more than is read of it", "{report:#}");
}
