//! Comments that say that the secret beside them may stay: where they stand in a file, and what
//! they are about. Whether they are heeded is decided later.
//!
//! What the other scanners' comments cover is what their own programs take them to cover:
//! gitleaks and betterleaks look for theirs on the lines of the match, trufflehog on its first line,
//! kingfisher on these and on the lines around, detect-secrets on the line or, `nextline`, on the one before.

use std::ops::RangeInclusive;

use super::lines::{Lines, line_end, line_start};
use crate::finding::{Comment, Marker};

/// What the pass over the bytes looks for.
pub(super) const WORDS: &[&str] =
    &["overscope:allow", "gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "kingfisher:ignore", "pragma:"];

/// So many comments of one file are read: more are no work of people.
const MOST: usize = 10_000;
/// What is kept of a reason, in bytes.
const REASON: usize = 200;
/// What begins a comment, in one language or another.
const OPENERS: &[&str] = &["#", "//", "/*", "--", ";", "<!--", "%", "{#", "\"\"\"", "(*", "REM", "rem", "dnl", "*"];
/// What ends one.
const CLOSERS: &[&str] = &["*/", "-->", "#}", "\"\"\"", "*)"];

/// The comments of one file, in their order.
pub(super) struct Comments(Vec<Placed>);

struct Placed {
    comment: Comment,
    /// Nothing else stands on its line.
    alone: bool,
    reach: Reach,
}

/// Which lines it covers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Line,
    FirstLine,
    /// Its own, and the next where it stands alone.
    LineOrNext,
    Next,
    Around,
}

impl Comments {
    /// `at`: where one of [`WORDS`] stands.
    pub(super) fn read(bytes: &[u8], lines: &Lines<'_>, path: &str, at: &[usize]) -> Comments {
        let placed = at.iter().take(MOST).filter_map(|&at| placed(bytes, lines, path, at));
        let mut all: Vec<Placed> = placed.collect();
        all.sort_by_key(|placed| placed.comment.line);
        Comments(all)
    }

    /// Those that cover a secret on these lines.
    pub(super) fn covering(&self, lines: RangeInclusive<usize>) -> Vec<Comment> {
        let (first, last) = (*lines.start(), *lines.end());
        let from = self.0.partition_point(|placed| placed.comment.line + 1 < first);
        let near = self.0[from..].iter().take_while(|placed| placed.comment.line <= last + 1);
        let covers = |placed: &&Placed| {
            let line = placed.comment.line;
            let on = lines.contains(&line);
            let above = placed.alone && line + 1 == first;
            match placed.reach {
                Reach::Line => on,
                Reach::FirstLine => line == first,
                Reach::LineOrNext => on || above,
                Reach::Next => above,
                Reach::Around => on || above || (placed.alone && first < last && line == last + 1),
            }
        };
        near.filter(covers).map(|placed| placed.comment.clone()).collect()
    }

    /// This program's own that are comments, and no text about them.
    pub(super) fn own(self) -> Vec<Comment> {
        self.0.into_iter().map(|placed| placed.comment).filter(|comment| comment.marker == Marker::Overscope).collect()
    }
}

fn placed(bytes: &[u8], lines: &Lines<'_>, path: &str, at: usize) -> Option<Placed> {
    let before = String::from_utf8_lossy(&bytes[line_start(bytes, at)..at]);
    let behind = String::from_utf8_lossy(&bytes[at..line_end(bytes, at)]);
    let before = before.trim();
    let opens = OPENERS.iter().any(|opener| before.ends_with(opener));
    // A quote begins a comment in Basic, and a text nearly everywhere else.
    let alone =
        before == "'" || (opens && !before.contains(|c: char| c.is_alphanumeric())) || OPENERS.contains(&before);
    let (marker, reach, rest) = marker(&behind)?;
    let (detectors, rest) = match marker {
        Marker::Overscope if !(opens || alone) => return None,
        Marker::Overscope => detectors(rest),
        _ => (Vec::new(), rest),
    };
    let comment = Comment {
        marker,
        detectors,
        reason: reason(rest),
        path: path.to_owned(),
        is_new: false,
        line: lines.position(at).0,
    };
    Some(Placed { comment, alone, reach })
}

/// What a text begins with that allows something, and what follows.
fn marker(text: &str) -> Option<(Marker, Reach, &str)> {
    const PLAIN: &[(Marker, Reach)] = &[
        (Marker::Overscope, Reach::LineOrNext),
        (Marker::Gitleaks, Reach::Line),
        (Marker::Betterleaks, Reach::Line),
        (Marker::Trufflehog, Reach::FirstLine),
    ];
    for &(marker, reach) in PLAIN {
        if let Some(rest) = text.strip_prefix(marker.word()) {
            return Some((marker, reach, rest));
        }
    }
    // This one may be written in any case.
    let kingfisher = Marker::Kingfisher.word().len();
    if text.get(..kingfisher).is_some_and(|word| word.eq_ignore_ascii_case(Marker::Kingfisher.word())) {
        return Some((Marker::Kingfisher, Reach::Around, &text[kingfisher..]));
    }
    let rest = text.strip_prefix("pragma:")?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let rest = rest.strip_prefix("allowlist").or_else(|| rest.strip_prefix("whitelist"))?.strip_prefix([' ', '-'])?;
    let (reach, rest) = match rest.strip_prefix("nextline") {
        Some(rest) => (Reach::Next, rest.strip_prefix([' ', '-'])?),
        None => (Reach::Line, rest),
    };
    Some((Marker::DetectSecrets, reach, rest.strip_prefix("secret")?))
}

/// `[one, two]`, and what follows.
fn detectors(text: &str) -> (Vec<String>, &str) {
    let Some((list, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) else {
        return (Vec::new(), text);
    };
    let ids = list.split(',').map(str::trim).filter(|id| !id.is_empty());
    (ids.map(str::to_owned).collect(), rest)
}

fn reason(text: &str) -> Option<String> {
    let end = CLOSERS.iter().filter_map(|closer| text.find(closer)).min().unwrap_or(text.len());
    let text = text[..end].trim_start_matches(|c: char| c.is_whitespace() || "-–—:,;".contains(c)).trim_end();
    let mut end = text.len().min(REASON);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (end > 0).then(|| text[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Comments {
        // Spelled out, the word would be a comment in this file.
        let text = &text.replace("OWN", WORDS[0]);
        let bytes = text.as_bytes();
        let mut at: Vec<usize> = WORDS
            .iter()
            .flat_map(|word| text.to_ascii_lowercase().match_indices(word).map(|(at, _)| at).collect::<Vec<_>>())
            .collect();
        at.sort_unstable();
        Comments::read(bytes, &Lines::of(bytes), "a.py", &at)
    }

    /// The markers that cover a secret on these lines of the text.
    fn covering(text: &str, lines: RangeInclusive<usize>) -> Vec<Marker> {
        read(text).covering(lines).into_iter().map(|comment| comment.marker).collect()
    }

    #[test]
    fn a_comment_of_ones_own_names_kinds_and_gives_a_reason() {
        let cases: &[(&str, &[&str], Option<&str>)] = &[
            ("x # OWN[npm-token] a sample", &["npm-token"], Some("a sample")),
            ("x // OWN[a,  b]: why, twice", &["a", "b"], Some("why, twice")),
            ("<!-- OWN[a] \u{2014} in the tutorial -->", &["a"], Some("in the tutorial")),
            ("/* OWN[a] */ x", &["a"], None),
            ("x -- OWN a reason", &[], Some("a reason")),
            ("x ; OWN[a", &[], Some("[a")),
        ];
        for (text, detectors, reason) in cases {
            let [one] = &read(text).own()[..] else { panic!("one: {text}") };
            assert_eq!(
                (&one.detectors[..], one.reason.as_deref(), one.line),
                (&detectors.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()[..], *reason, 1),
                "{text}"
            );
        }
    }

    #[test]
    fn a_text_about_such_comments_is_none() {
        for text in ["Write `OWN[ID] WHY`", "x = \"OWN[a]\"", "see OWN[a]"] {
            assert_eq!(read(text).own(), [], "{text}");
            assert_eq!(covering(text, 1..=1), [], "{text}");
        }
    }

    #[test]
    fn each_covers_the_lines_that_its_own_program_lets_it_cover() {
        use Marker::{Betterleaks, DetectSecrets, Gitleaks, Kingfisher, Overscope, Trufflehog};
        // The secret's lines are those that hold an x.
        let cases: &[(&str, RangeInclusive<usize>, &[Marker])] = &[
            ("x # OWN[a]", 1..=1, &[Overscope]),
            ("# OWN[a]\nx", 2..=2, &[Overscope]),
            ("y # OWN[a]\nx", 2..=2, &[]),
            ("x\n# OWN[a]", 1..=1, &[]),
            ("x\nx // OWN[a]", 1..=2, &[Overscope]),
            ("x # gitleaks:allow", 1..=1, &[Gitleaks]),
            ("# gitleaks:allow\nx", 2..=2, &[]),
            ("x\nx\nx # betterleaks:allow", 1..=3, &[Betterleaks]),
            ("x # trufflehog:ignore\nx", 1..=2, &[Trufflehog]),
            ("x\nx # trufflehog:ignore", 1..=2, &[]),
            ("# KINGFISHER:IGNORE\nx", 2..=2, &[Kingfisher]),
            ("y # kingfisher:ignore\nx", 2..=2, &[]),
            ("x\nx\n# kingfisher:ignore", 1..=2, &[Kingfisher]),
            ("x\n# kingfisher:ignore", 1..=1, &[]),
            ("x  # pragma: allowlist secret", 1..=1, &[DetectSecrets]),
            ("x  // pragma:whitelist-secret", 1..=1, &[DetectSecrets]),
            ("# pragma: allowlist secret\nx", 2..=2, &[]),
            ("  # pragma: allowlist nextline secret\nx", 2..=2, &[DetectSecrets]),
            ("y # pragma: allowlist nextline secret\nx", 2..=2, &[]),
            ("x # pragma: allowlist nextline secret", 1..=1, &[]),
            ("x # pragma: no cover", 1..=1, &[]),
            ("x # Gitleaks:Allow", 1..=1, &[]),
            ("x # gitleaks:allow trufflehog:ignore", 1..=1, &[Gitleaks, Trufflehog]),
        ];
        for (text, lines, expected) in cases {
            assert_eq!(covering(text, lines.clone()), *expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let text = format!("x # OWN[a] {}", "é".repeat(300));
        let kept = read(&text).own().remove(0).reason.unwrap();
        assert_eq!(kept, "é".repeat(100));
    }
}
