//! The texts that a keyword becomes in each encoding, as far as it alone determines them.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Encoding;

/// A shorter keyword makes forms that stand in any encoded data by chance.
const SHORTEST: usize = 4;
/// What `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// What one or another writer of JSON writes as `\u00XX`, so that it can stand in HTML.
const UNICODE_ESCAPED: &str = "=<>&'+";
/// The first bytes of a gzip file with the usual method, in base64.
const GZIP: &str = "H4sI";
/// Behind these base64 follows, whose lines may be broken inside of a keyword.
const ANNOUNCING: [&str; 2] = ["Content-Transfer-Encoding: base64", "!!binary"];

/// A literal text that something encoded is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::scan) struct Form {
    pub(in crate::scan) text: String,
    pub(in crate::scan) encoding: Encoding,
}

impl Form {
    /// The literal pass knows no case, base64 does.
    pub(super) fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        let text = self.text.as_bytes();
        let Some(found) = bytes.get(at..at + text.len()) else { return false };
        match self.encoding {
            Encoding::Base64 { .. } | Encoding::Gzip => found == text,
            Encoding::Hex | Encoding::Announced | Encoding::Escaped => found.eq_ignore_ascii_case(text),
        }
    }
}

impl Form {
    /// Whether it is a part of something packed, which may reach far.
    pub(in crate::scan) fn is_packed(&self) -> bool {
        self.encoding != Encoding::Escaped
    }
}

/// The forms of these keywords, and those that stand for any. One may come twice, of keywords that differ in
/// nothing but what is left out.
pub(in crate::scan) fn forms<'k>(keywords: impl Iterator<Item = &'k str>) -> Vec<Form> {
    let keywords: BTreeSet<&str> = keywords.filter(|keyword| keyword.len() >= SHORTEST).collect();
    let mut forms = vec![Form { text: GZIP.to_owned(), encoding: Encoding::Gzip }];
    forms.extend(ANNOUNCING.map(|text| Form { text: text.to_owned(), encoding: Encoding::Announced }));
    for keyword in keywords {
        (0..3).for_each(|alignment| base64_forms(keyword, alignment, &mut forms));
        let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four)]);
        let hex = keyword.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        forms.push(Form { text: hex, encoding: Encoding::Hex });
        forms.extend(escaped(keyword).map(|text| Form { text, encoding: Encoding::Escaped }));
    }
    forms
}

/// As the keyword looks behind so many bytes (modulo three) of something else, in both alphabets.
/// Characters that also depend on a neighbour are left out.
fn base64_forms(keyword: &str, alignment: usize, forms: &mut Vec<Form>) {
    let shifted = [&[0; 2][..alignment], keyword.as_bytes()].concat();
    let start = (alignment * 8).div_ceil(6);
    let end = shifted.len() * 8 / 6;
    let encoding = Encoding::Base64 { phase: start };
    let standard = STANDARD_NO_PAD.encode(&shifted)[start..end].to_owned();
    if standard.contains(['+', '/']) {
        forms.push(Form { text: standard.replace('+', "-").replace('/', "_"), encoding });
    }
    forms.push(Form { text: standard, encoding });
}

/// As it looks in addresses and in JSON of writers that escape more than they must, where that
/// differs from how it is.
fn escaped(keyword: &str) -> impl Iterator<Item = String> {
    let is_plain = keyword.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    let written = || {
        let quoted = keyword.replace('/', "\\/").replace('"', "\\\"");
        let unicode = keyword.chars().map(|c| match UNICODE_ESCAPED.contains(c) {
            true => format!("\\u{:04x}", u32::from(c)),
            false => c.to_string(),
        });
        [utf8_percent_encode(keyword, COMPONENT).to_string(), quoted, unicode.collect()]
    };
    let written = if is_plain { None } else { Some(written()) };
    written.into_iter().flatten().filter(move |text| text != keyword)
}
