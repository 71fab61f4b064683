use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;
use crate::detector::checksum::Checksum;

fn sample(template: &str) -> Sample {
    generate(template, 7).unwrap()
}

fn problem(template: &str) -> (usize, String) {
    let error = generate(template, 7).unwrap_err();
    (error.column, error.problem)
}

#[test]
fn the_secret_stands_between_angle_brackets() {
    let made = sample("TOKEN=<abc_{hex:8}> # <<x>> {{y}} z");
    assert_eq!(made.text, format!("TOKEN={} # <x>> {{y}}}} z", made.secret));
    assert!(made.secret.starts_with("abc_") && made.secret.len() == 12);
    assert_eq!(sample("<a<<b>>c>>>").secret, "a<b>c>");
}

#[test]
fn without_brackets_the_whole_text_is_the_secret() {
    let made = sample("a > b{digits:3}}");
    assert_eq!(made.secret, made.text);
    assert!(made.text.starts_with("a > b") && made.text.ends_with('}') && made.text.len() == 9);
}

#[test]
fn every_alphabet_gives_its_characters_and_all_of_them() {
    type Allowed = fn(char) -> bool;
    let base62: Allowed = |c| c.is_ascii_alphanumeric();
    let checks: [(&str, usize, Allowed); 16] = [
        ("hex", 16, |c| matches!(c, '0'..='9' | 'a'..='f')),
        ("hexupper", 16, |c| matches!(c, '0'..='9' | 'A'..='F')),
        ("digits", 10, |c| c.is_ascii_digit()),
        ("lower", 26, |c| c.is_ascii_lowercase()),
        ("upper", 26, |c| c.is_ascii_uppercase()),
        ("alpha", 52, |c| c.is_ascii_alphabetic()),
        ("base32", 32, |c| matches!(c, 'A'..='Z' | '2'..='7')),
        ("base36", 36, |c| c.is_ascii_lowercase() || c.is_ascii_digit()),
        ("base36upper", 36, |c| c.is_ascii_uppercase() || c.is_ascii_digit()),
        ("zbase32", 32, |c| matches!(c, 'a'..='z' | '1' | '3'..='9') && !matches!(c, 'l' | 'v')),
        ("bech32upper", 32, |c| matches!(c, '0' | '2'..='9' | 'A' | 'C'..='H' | 'J'..='N' | 'P'..='Z')),
        ("base58", 58, |c| c.is_ascii_alphanumeric() && !matches!(c, '0' | 'O' | 'I' | 'l')),
        ("base62", 62, base62),
        ("alnum", 62, base62),
        ("base64", 64, |c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/')),
        ("base64url", 64, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')),
    ];
    for (name, size, allowed) in checks {
        let text = sample(&format!("{{{name}:2000}}")).text;
        assert!(text.len() == 2000 && text.chars().all(allowed), "{name}");
        assert_eq!(text.chars().collect::<BTreeSet<_>>().len(), size, "{name}");
    }
}

#[test]
fn small_fields_have_their_shape() {
    let uuid = sample("{uuid}").text;
    let groups: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12]);
    assert_eq!(&uuid[14..15], "4");
    assert!("89ab".contains(&uuid[19..20]));
    assert!("AQgw".contains(&sample("{from:AQgw}").text));
    assert_eq!(STANDARD.decode(sample("{base64of:64}").text).unwrap().len(), 64);
}

#[test]
fn checksums_hold() {
    for seed in 0..50 {
        let made = generate("TOKEN=<ghp_{base62:30}{crc32}>", seed).unwrap();
        assert!(Checksum::Crc32Base62.holds(&made.secret), "{}", made.secret);
        assert_eq!(made.secret.len(), 40);
        let made = generate("TOKEN=<glsa_{alnum:32}_{crc32-hex-le}>", seed).unwrap();
        assert!(Checksum::Crc32HexLe.holds(&made.secret), "{}", made.secret);
        let made = generate("x: <glpat-{base64url:51}.01.1f{crc32-base36}>", seed).unwrap();
        assert!(Checksum::Crc32Base36.holds(&made.secret), "{}", made.secret);
        let made = generate("x=<packagist_ort_{hex:60}{crc32-hex}>", seed).unwrap();
        assert!(Checksum::Crc32Hex.holds(&made.secret), "{}", made.secret);
    }
}

#[test]
fn a_jwt_has_the_payload_that_was_asked_for() {
    let made = sample(r#"KEY=<{jwt:{"iss":"x","a":{"b":"}"},"exp":17}}>;"#);
    assert!(made.text.ends_with(';'));
    let parts: Vec<Vec<u8>> = made.secret.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    assert_eq!(String::from_utf8_lossy(&parts[0]), r#"{"alg":"HS256","typ":"JWT"}"#);
    assert_eq!(String::from_utf8_lossy(&parts[1]), r#"{"iss":"x","a":{"b":"}"},"exp":17}"#);
    assert_eq!(parts[2].len(), 32);
}

#[test]
fn a_macaroon_begins_as_its_registry_s_do() {
    let made = sample(r#"<pypi-{macaroon:pypi.org,[[3,"x"]]}>"#);
    // The version, the location's tag and length, and the location: the same in every token.
    assert!(made.secret.starts_with(&format!("pypi-{}", URL_SAFE_NO_PAD.encode(b"\x02\x01\x08pypi.org"))));
    assert!(made.secret.len() > 120);
}

#[test]
fn a_pem_block_has_lines_of_the_usual_width() {
    let made = sample("<{pem:RSA PRIVATE KEY}>\n").secret;
    let lines: Vec<&str> = made.lines().collect();
    assert_eq!(lines[0], "-----BEGIN RSA PRIVATE KEY-----");
    assert_eq!(lines[lines.len() - 1], "-----END RSA PRIVATE KEY-----");
    assert!(lines[1..lines.len() - 2].iter().all(|line| line.len() == 64));
    assert_eq!(lines.len(), 27);
    assert!(STANDARD.decode(lines[1..lines.len() - 1].concat()).unwrap().len() > 1100);

    let escaped = sample(r#"{{"private_key":"<{pem:PRIVATE KEY,escaped}\n>"}"#);
    let value: serde_json::Value = serde_json::from_str(&escaped.text).unwrap();
    assert!(value["private_key"].as_str().unwrap().ends_with("-----END PRIVATE KEY-----\n"));
}

#[test]
fn a_sample_follows_from_its_seed_and_its_fields_differ() {
    let template = "{hex:32} {hex:32} {uuid} {uuid}";
    assert_eq!(generate(template, 1), generate(template, 1));
    assert_ne!(generate(template, 1), generate(template, 2));
    let text = sample(template).text;
    let fields: BTreeSet<&str> = text.split(' ').collect();
    assert_eq!(fields.len(), 4);
}

#[test]
fn mistakes_are_named_with_their_place() {
    assert_eq!(problem("ab{hex:8").0, 3);
    assert_eq!(problem("ab{hexx:8}"), (3, "unknown field `{hexx:8}`".to_owned()));
    assert_eq!(problem("é{crc64}"), (2, "unknown field `{crc64}`".to_owned()));
    assert_eq!(problem("<a> <b>").0, 5);
    assert_eq!(problem("<ab").0, 4);
    for template in ["{hex:0}", "{hex:}", "{hex}", "{hex:5000}", "{hex:-1}", "{from:}", "{from:é}", "{uuid:4}", "{}"] {
        assert_eq!(problem(template).0, 1, "{template}");
    }
    for template in [
        "{jwt:[1]}",
        "{jwt:x}",
        "{macaroon:x}",
        "{macaroon:x,3}",
        "{pem:X}",
        "{pem:PRIVATE KEY,x}",
        "{pem:PRIVATE KEY,encrypted}",
    ] {
        assert_eq!(problem(template).0, 1, "{template}");
    }
}

proptest! {
    #[test]
    fn any_template_is_a_sample_or_an_error(template in "[a-z{}<>:\"\\\\,0-9é]{0,40}", seed: u64) {
        if let Ok(made) = generate(&template, seed) {
            prop_assert!(made.text.contains(&made.secret));
        }
    }

    #[test]
    fn text_without_signs_is_copied(text in "[^{}<>]{0,40}", seed: u64) {
        prop_assert_eq!(generate(&text, seed).unwrap().text, text);
    }
}
