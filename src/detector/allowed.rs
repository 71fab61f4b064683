//! Allowances with their patterns compiled: whether a find is one of those that are let pass.

use aho_corasick::AhoCorasick;
use regex::bytes::Regex;

use super::compile;
use super::model::{Allow, Target, When};

/// What an allowance is held against.
pub struct Seen<'s> {
    pub secret: &'s [u8],
    pub matched: &'s [u8],
    pub line: &'s [u8],
    pub path: &'s str,
    pub commit: Option<&'s str>,
}

#[derive(Debug)]
pub(super) struct Allowance {
    when: When,
    target: Target,
    patterns: Vec<Regex>,
    paths: Vec<Regex>,
    words: Option<AhoCorasick>,
    commits: Vec<String>,
}

impl Allowance {
    pub(super) fn of(allow: &Allow) -> Allowance {
        let compiled = |patterns: &[String]| -> Vec<Regex> {
            patterns.iter().map(|pattern| compile(pattern).expect("checked when it was read")).collect()
        };
        let words = (!allow.words.is_empty()).then(|| {
            let words = AhoCorasick::builder().ascii_case_insensitive(true).build(&allow.words);
            words.expect("a list of words fits an automaton")
        });
        Allowance {
            when: allow.when,
            target: allow.target,
            patterns: compiled(&allow.patterns),
            paths: compiled(&allow.paths),
            words,
            commits: allow.commits.clone(),
        }
    }

    pub(super) fn lets_pass(&self, seen: &Seen<'_>) -> bool {
        let target = match self.target {
            Target::Secret => seen.secret,
            Target::Match => seen.matched,
            Target::Line => seen.line,
        };
        let one_of = |patterns: &[Regex], text: &[u8]| {
            (!patterns.is_empty()).then(|| patterns.iter().any(|pattern| pattern.is_match(text)))
        };
        let commit = |known: &String| seen.commit.is_some_and(|commit| commit.eq_ignore_ascii_case(known));
        let named = [
            one_of(&self.patterns, target),
            one_of(&self.paths, seen.path.as_bytes()),
            self.words.as_ref().map(|words| words.is_match(seen.secret)),
            (!self.commits.is_empty()).then(|| self.commits.iter().any(commit)),
        ];
        let mut named = named.into_iter().flatten();
        match self.when {
            When::Any => named.any(|fits| fits),
            When::All => named.all(|fits| fits),
            When::None => !named.any(|fits| fits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: Seen<'_> = Seen {
        secret: b"value-Dummy-1",
        matched: b"key=value-Dummy-1",
        line: b"a key=value-Dummy-1 # sample",
        path: "app/tests/a.env",
        commit: Some("0a1b"),
    };

    fn passes(allow: &Allow) -> bool {
        Allowance::of(allow).lets_pass(&SEEN)
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn each_part_is_held_against_its_own_text() {
        let pattern = |target, pattern: &str| Allow { target, patterns: texts(&[pattern]), ..Allow::default() };
        assert!(passes(&pattern(Target::Secret, "^value")));
        assert!(!passes(&pattern(Target::Secret, "key")));
        assert!(passes(&pattern(Target::Match, "^key")));
        assert!(!passes(&pattern(Target::Match, "sample")));
        assert!(passes(&pattern(Target::Line, "sample$")));
        assert!(passes(&Allow { words: texts(&["other", "dummy"]), ..Allow::default() }));
        assert!(!passes(&Allow { words: texts(&["key"]), ..Allow::default() }));
        assert!(passes(&Allow { paths: texts(&["(^|/)tests/"]), ..Allow::default() }));
        assert!(passes(&Allow { commits: texts(&["0A1B"]), ..Allow::default() }));
        assert!(!passes(&Allow { commits: texts(&["0a"]), ..Allow::default() }));
    }

    #[test]
    fn any_all_and_none() {
        let allow =
            |when, path: &str| Allow { when, patterns: texts(&["^value"]), paths: texts(&[path]), ..Allow::default() };
        for (when, fitting, other) in [(When::Any, true, true), (When::All, true, false), (When::None, false, false)] {
            assert_eq!(passes(&allow(when, "tests/")), fitting, "{when:?}");
            assert_eq!(passes(&allow(when, "src/")), other, "{when:?}");
        }
        assert!(passes(&Allow { when: When::None, paths: texts(&["src/"]), ..Allow::default() }));
    }
}
