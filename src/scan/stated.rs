//! What the structure of a file states, judged: a place for a password may hold a reference, or the
//! word that a template was delivered with.

use std::ops::Range;

use super::place::Place;
use super::{ordinary, placeholder};
use crate::carrier::{self, Stated};
use crate::finding::Confidence;
use crate::source::Entry;

/// Less keeps nobody out, and stands in templates for anything.
const SHORTEST: usize = 3;

/// Whether it is a file of known structure.
pub(super) fn knows(entry: &Entry) -> bool {
    carrier::knows(&entry.path)
}

/// What was read from a structure.
#[derive(Default)]
pub(super) struct Read {
    pub(super) stated: Vec<Stated>,
    /// Where something stands, whether or not it is a secret.
    pub(super) at: Vec<usize>,
    /// There may be more.
    pub(super) is_full: bool,
}

/// The secrets that a file of known structure states; on these lines alone, where they are given.
pub(super) fn read(bytes: &[u8], lines: Option<&[Range<usize>]>, entry: &Entry, place: &Place) -> Read {
    if !knows(entry) {
        return Read::default();
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Read::default() };
    let Some(lines) = lines else { return read_text(text, entry, place) };
    let mut part = String::with_capacity(1 + lines.iter().map(Range::len).sum::<usize>());
    // An empty line first: what begins a text is no matter of these lines, unless they begin it.
    if lines.first().is_none_or(|line| line.start > 0) {
        part.push('\n');
    }
    let mut starts = Vec::with_capacity(lines.len());
    for line in lines {
        starts.push((part.len(), line.start));
        part.push_str(&text[line.clone()]);
    }
    let mut read = read_text(&part, entry, place);
    let outer = |at: usize| {
        let (inner, start) = starts[starts.partition_point(|&(inner, _)| inner <= at).max(1) - 1];
        at - inner + start
    };
    read.at.iter_mut().for_each(|at| *at = outer(*at));
    for Stated { span, .. } in &mut read.stated {
        let start = outer(span.start);
        *span = start..start + span.len();
    }
    read
}

fn read_text(text: &str, entry: &Entry, place: &Place) -> Read {
    let stated = carrier::read(&entry.path, text).unwrap_or_default();
    Read {
        at: stated.iter().map(|found| found.span.start).collect(),
        is_full: stated.len() >= carrier::MOST,
        stated: stated.into_iter().filter_map(|found| judged(found, text, place)).collect(),
    }
}

fn judged(mut found: Stated, text: &str, place: &Place) -> Option<Stated> {
    let value = found.value.as_deref().unwrap_or(&text[found.span.clone()]);
    // `/run/secrets/password`: what is there is elsewhere.
    let is_path = value.starts_with('/') && value[1..].contains('/') && ordinary::randomness(value.as_bytes()) < 0.0;
    if value.len() < SHORTEST || is_path || placeholder::is_template(found.kind, value) {
        return None;
    }
    // Whoever practises or fills in a form types such words; elsewhere they are bad passwords, and no tokens.
    let is_filler =
        || (place.practice || place.template || !found.may_be_chosen) && placeholder::is_placeholder(found.kind, value);
    if placeholder::is_provisional(value) || is_filler() {
        found.confidence = Confidence::Low;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::{Detectors, sample};
    use crate::scan::scan_text;
    use crate::secret::FingerprintKey;

    /// How sure the find in a file is, if there is one.
    fn sure(path: &str, text: &str) -> Option<Confidence> {
        let found = scan_text(path, text, &Detectors::load(&[]).unwrap(), &FingerprintKey::fixed());
        found.first().map(|one| one.confidence)
    }

    #[test]
    fn a_word_may_be_a_password_and_is_no_token() {
        let header = |word: &str| format!("curl -H \"Authorization: Bearer {word}\" https://acme.io/\n");
        let setting = |name: &str, word: &str| format!("<settings><add key=\"{name}\" value=\"{word}\"/></settings>\n");
        for word in ["my_service_token", "test-token", "topsecret", "dummy-key-1"] {
            assert_eq!(sure("get.sh", &header(word)), Some(Confidence::Low), "{word}");
            assert_eq!(sure("web.xml", &setting("ApiToken", word)), Some(Confidence::Low), "{word}");
        }
        let word = "topsecret";
        assert_eq!(sure("web.xml", &setting("DbPassword", word)), Some(Confidence::High));
        assert_eq!(sure(".pgpass", "db.acme.io:5432:main:dana:topsecret\n"), Some(Confidence::High));
        let drawn = sample::generate("{base62:32}", 4).unwrap().text;
        assert_eq!(sure("get.sh", &header(&drawn)), Some(Confidence::High));
        assert_eq!(sure("web.xml", &setting("ApiToken", &drawn)), Some(Confidence::High));
    }

    #[test]
    fn what_a_tool_calls_insecure_itself_is_not_sure() {
        let key =
            |prefix: &str| format!("SECRET_KEY = '{prefix}{}'\n", sample::generate("{base62:50}", 4).unwrap().text);
        assert_eq!(sure("acme/settings.py", &key("django-insecure-")), Some(Confidence::Low));
        assert_eq!(sure("acme/settings.py", &key("")), Some(Confidence::High));
    }

    #[test]
    fn what_is_sealed_or_filled_in_later_is_no_secret() {
        let sealed = format!("{{{}=}}", sample::generate("{base64:43}", 4).unwrap().text.replace('/', "+"));
        for (path, value) in [("settings.xml", sealed.as_str()), ("settings.xml", "__NexusPassword__")] {
            let text = format!(
                "<settings><servers><server><username>dana</username><password>{value}</password></server></servers></settings>"
            );
            assert_eq!(sure(path, &text), None, "{value}");
        }
    }
}
