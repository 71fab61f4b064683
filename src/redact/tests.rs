use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::*;

fn redactor(value: &str, public: usize) -> Redactor {
    Redactor::new([(&Secret::new(value), public, false)].into_iter())
}

/// Whether eight consecutive bytes of `hidden` stand in `bytes`.
fn leaks(bytes: &[u8], hidden: &[u8]) -> bool {
    hidden.windows(WINDOW).any(|part| bytes.windows(WINDOW).any(|seen| seen == part))
}

/// Reads what is left of a masked base64 text at each of the four possible phases.
fn leaks_in_base64(text: &str, hidden: &[u8]) -> bool {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    [base64::alphabet::STANDARD, base64::alphabet::URL_SAFE].iter().any(|alphabet| {
        let engine = GeneralPurpose::new(alphabet, config);
        text.split(['*', '=']).any(|run| {
            (0..4).any(|phase| {
                let rest = run.get(phase..).unwrap_or("");
                let whole = if rest.len() % 4 == 1 { &rest[..rest.len() - 1] } else { rest };
                engine.decode(whole).is_ok_and(|bytes| leaks(&bytes, hidden))
            })
        })
    })
}

proptest! {
    #[test]
    fn no_eight_characters_of_a_secret_come_out(
        secret in "[!-~]{8,60}", public in 0usize..70, from in 0usize..60, before in "\\PC{0,20}", after in "\\PC{0,20}"
    ) {
        let public = if public < secret.len() { public } else { 0 };
        let part = &secret[from.min(secret.len())..];
        let text = format!("{before}{part}{after}");
        let redactor = redactor(&secret, public);
        let clean = redactor.clean(&text);
        prop_assert!(!leaks(clean.as_bytes(), &secret.as_bytes()[public..]));
        prop_assert_eq!(clean.chars().count(), text.chars().count());
        prop_assert_eq!(redactor.clean(&clean), clean.clone());
    }

    #[test]
    fn no_eight_characters_come_out_in_base64(
        secret in "[!-~]{8,60}", before in prop::collection::vec(any::<u8>(), 0..7), after in prop::collection::vec(any::<u8>(), 0..7)
    ) {
        let bytes = [&before[..], secret.as_bytes(), &after[..]].concat();
        for text in [STANDARD.encode(&bytes), URL_SAFE.encode(&bytes)] {
            prop_assert!(leaks_in_base64(&text, secret.as_bytes()));
            let clean = redactor(&secret, 0).clean(&text).into_owned();
            prop_assert!(!leaks_in_base64(&clean, secret.as_bytes()), "{clean}");
        }
    }

    #[test]
    fn no_eight_characters_come_out_of_an_escaped_text(secret in "\\PC{8,40}", lower in any::<bool>()) {
        let redactor = redactor(&secret, 0);
        let percent = utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string();
        let percent = if lower { percent.to_lowercase() } else { percent };
        let json = serde_json::to_string(&secret).unwrap();
        let units: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let points: String = secret.escape_unicode().to_string();
        let both = utf8_percent_encode(&json, NON_ALPHANUMERIC).to_string();
        if !lower || !secret.chars().any(char::is_uppercase) {
            let clean = redactor.clean(&percent);
            prop_assert!(clean.chars().all(|c| c == '*'), "{clean}");
        }
        for text in [&json[1..json.len() - 1], &units, &points] {
            let clean = redactor.clean(text);
            prop_assert!(clean.chars().all(|c| c == '*'), "{clean}");
        }
        let clean = redactor.clean(&both);
        prop_assert!(clean[3..clean.len() - 3].chars().all(|c| c == '*'), "{clean}");
    }

    #[test]
    fn any_text_is_taken(secret in ".{0,20}", public in 0usize..30, text in "(\\PC|[%\\\\u{}x0-9a-fA-F]){0,60}") {
        let clean = redactor(&secret, public).clean(&text).into_owned();
        prop_assert_eq!(clean.chars().count(), text.chars().count());
    }
}

#[test]
fn a_text_without_a_secret_is_borrowed() {
    let redactor = redactor("corect-horses-4", 0);
    assert!(matches!(redactor.clean("correct batteries: 100% \\o/"), Cow::Borrowed(_)));
}

#[test]
fn the_public_prefix_may_be_shown() {
    let secret = format!("prefix_{}", "k3".repeat(10));
    assert_eq!(redactor(&secret, 7).clean(&format!("={secret};")), format!("=prefix_{};", "*".repeat(20)));
}

#[test]
fn a_short_secret_is_masked_where_it_stands() {
    let tiny = redactor("hunt3r", 0);
    assert_eq!(tiny.clean("=hunt3r, hunt3rs"), "=******, hunt3rs");
    assert_eq!(tiny.clean("=h%75nt3r"), "=********");
    assert_eq!(redactor("key1hunt3r", 4).clean("key1hunt3r hunt3r xhunt3r"), "key1****** ****** xhunt3r");
}

#[test]
fn a_log_gets_clean_lines_however_they_are_written() {
    let hidden = "n0t-f0r-y0ur-eyes";
    let redactor = redactor(hidden, 0);
    let mut out: Vec<u8> = Vec::new();
    let mut log = CleanLines::new(&redactor, &mut out);
    for part in ["{\"url\":\"/x/n0t-f0r", "-y0ur-eyes\"}\n{}", "\n"] {
        log.write_all(part.as_bytes()).unwrap();
    }
    assert_eq!(String::from_utf8(out).unwrap(), format!("{{\"url\":\"/x/{}\"}}\n{{}}\n", "*".repeat(hidden.len())));
}
