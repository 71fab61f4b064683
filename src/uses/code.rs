//! Programs that read a credential from their environment, or that hold it. What they do with it
//! is not known, so every such line is a use that is not understood. A file is gone through once;
//! only what it reads is kept.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memchr_iter, memmem, memrchr};
use serde::Deserialize;

use super::bind::Scope;
use super::found::{Bound, Found};
use super::index::{Creds, Index};
use super::word::Word;

/// `const { … } = process.env` is not longer than this.
const LONGEST_LIST: usize = 4096;

/// Every opening holds one of these. So few are found ten times as fast as the openings themselves, if none
/// is shorter than three bytes.
const MARKS: [&str; 14] = [
    "env",
    "ENV",
    "Env",
    "viron",
    "var(",
    "var_os(",
    "onfig(",
    "onfiguration[",
    "perty(",
    "alias=",
    "GetString(",
    "_SERVER[",
    "secrets[",
    "Secret(",
];
/// The opening that is.
const SHORT_MARK: &str = "${";

/// What `code.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    reads: Vec<String>,
    taken: Vec<String>,
    foreign: Vec<String>,
    made: Vec<String>,
    language: Vec<Language>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    #[serde(default)]
    extensions: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    interpreters: Vec<String>,
    /// What a line that is only a comment begins with.
    comments: Vec<String>,
    /// It is for others to read: a value that lies there is not used there.
    #[serde(default)]
    settings: bool,
}

/// What follows where a pattern has been found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    Name,
    QuotedName,
    /// The names stand in braces before it.
    Nothing,
}

struct Openings {
    marks: AhoCorasick,
    patterns: AhoCorasick,
    follows: Vec<Follows>,
}

fn table() -> &'static Table {
    static TABLE: LazyLock<Table> =
        LazyLock::new(|| toml::from_str(include_str!("code.toml")).expect("a test parses the embedded table"));
    &TABLE
}

fn openings() -> &'static Openings {
    static OPENINGS: LazyLock<Openings> = LazyLock::new(|| {
        let reads = table().reads.iter().map(|read| {
            let opening = read.split("NAME").next().unwrap_or(read);
            match opening.strip_suffix('"') {
                Some(opening) => (opening, Follows::QuotedName),
                None => (opening, Follows::Name),
            }
        });
        let taken = table().taken.iter().map(|source| (source.as_str(), Follows::Nothing));
        let (patterns, follows): (Vec<&str>, Vec<Follows>) = reads.chain(taken).unzip();
        let marks = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(MARKS);
        let patterns = AhoCorasick::new(patterns);
        Openings { marks: marks.expect("a short list"), patterns: patterns.expect("a short list"), follows }
    });
    &OPENINGS
}

/// The language of a file, by its name or else by its first line; none for what others wrote.
pub fn language(path: &str, text: &str) -> Option<&'static Language> {
    let table = table();
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let within = |folder: &String| path.starts_with(folder.as_str()) || path.contains(&format!("/{folder}"));
    if table.foreign.iter().any(within) || table.made.iter().any(|ending| name.ends_with(ending.as_str())) {
        return None;
    }
    let named = |language: &&Language| {
        language.files.iter().any(|file| file == name) || language.extensions.iter().any(|known| known == extension)
    };
    table.language.iter().find(named).or_else(|| {
        let line = text.lines().next().unwrap_or("").strip_prefix("#!")?;
        let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || c == '/').collect();
        let runs = |language: &&Language| language.interpreters.iter().any(|known| words.contains(&known.as_str()));
        table.language.iter().find(runs)
    })
}

#[derive(Debug)]
enum What {
    Variable(String),
    Value(usize),
}

/// What a program reads from its environment, and the credentials that it holds, by line.
#[derive(Debug, Default)]
pub struct Reads(Vec<(usize, What)>);

impl Reads {
    pub fn of(index: &Index<'_>, language: &Language, path: &str, text: &str) -> Reads {
        let comment = |line: &str| language.comments.iter().any(|start| line.trim_start().starts_with(start.as_str()));
        let mut reads = Reads::default();
        // Those of the environment are written in capitals; keeping every other name costs memory.
        let may_hold = |name: &&str| !name.contains(|c: char| c.is_ascii_lowercase()) || index.is_called(name);
        for (number, line) in marked_lines(text) {
            for hit in openings().patterns.find_overlapping_iter(&text[line.clone()]) {
                let (before, behind) = (&text[..line.start + hit.start()], &text[line.start + hit.end()..]);
                let begins_word = text[before.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
                if begins_word && before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                    continue;
                }
                let names = match openings().follows[hit.pattern().as_usize()] {
                    Follows::Name => names(behind),
                    Follows::QuotedName => quoted(behind).into_iter().collect(),
                    Follows::Nothing => taken(before),
                };
                let mut names = names.into_iter().filter(may_hold).peekable();
                if names.peek().is_some() && !comment(&text[line.start..]) {
                    reads.0.extend(names.map(|name| (number, What::Variable(name.to_owned()))));
                }
            }
        }
        for (line, cred) in index.lines_in(path) {
            if !language.settings && !text.lines().nth(line - 1).is_some_and(comment) {
                reads.0.push((line, What::Value(cred)));
            }
        }
        reads
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn tell(&self, scope: &Scope<'_>, found: &mut Found) {
        for (line, what) in &self.0 {
            let creds = match what {
                What::Variable(name) => scope.mentions(&Word::variable(name, *line)),
                What::Value(cred) => Creds::from([*cred]),
            };
            found.add(scope.path, *line, Bound::To(creds), None);
        }
    }
}

/// The lines in which an opening can stand, with their numbers.
fn marked_lines(text: &str) -> Vec<(usize, Range<usize>)> {
    let marks = openings().marks.find_iter(text).map(|mark| mark.start());
    let mut marks: Vec<usize> = marks.chain(memmem::find_iter(text.as_bytes(), SHORT_MARK)).collect();
    marks.sort_unstable();
    let (mut number, mut end) = (1, 0);
    let mut lines: Vec<(usize, Range<usize>)> = Vec::new();
    for mark in marks {
        if mark < end {
            continue;
        }
        let passed = &text.as_bytes()[end..mark];
        number += memchr_iter(b'\n', passed).count();
        let start = memrchr(b'\n', passed).map_or(end, |last| end + last + 1);
        end = memchr(b'\n', &text.as_bytes()[mark..]).map_or(text.len(), |next| mark + next);
        lines.push((number, start..end));
    }
    lines
}

/// The name that `text` begins with, and those behind colons: `resolve:NAME`, `env:NAME`.
fn names(text: &str) -> Vec<&str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len());
    text[..end].split(':').filter(|name| !name.is_empty()).collect()
}

/// The name in quotes, which may be escaped ones or stand on the next line.
fn quoted(text: &str) -> Option<&str> {
    let name = text.trim_start().trim_start_matches('\\').strip_prefix(['"', '\'', '`'])?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    Some(&name[..end]).filter(|name| !name.is_empty() && text.len() - text.trim_start().len() < 200)
}

/// The names in the braces that `before` ends with: `{ A, B: b = 1 } =`.
fn taken(before: &str) -> Vec<&str> {
    let before = before.trim_end().trim_end_matches(['"', '\'']).trim_end();
    let Some(list) = before.strip_suffix('=').or(before.strip_suffix("from")) else { return Vec::new() };
    let Some(list) = list.trim_end().strip_suffix('}') else { return Vec::new() };
    let Some(back) = list.bytes().rev().take(LONGEST_LIST).position(|byte| byte == b'{') else { return Vec::new() };
    let items = list[list.len() - back..].split(',').map(|item| {
        let item = item.trim();
        &item[..item.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(item.len())]
    });
    items.filter(|item| !item.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_says_where_the_name_is() {
        for read in &table().reads {
            assert_eq!(read.matches("NAME").count(), 1, "{read}");
        }
        let openings = table().reads.iter().filter_map(|read| read.split(['"']).next()?.split("NAME").next());
        let unmarked = |opening: &&str| *opening != SHORT_MARK && !MARKS.iter().any(|mark| opening.contains(mark));
        let unmarked: Vec<&str> = openings.chain(table().taken.iter().map(String::as_str)).filter(unmarked).collect();
        assert!(unmarked.is_empty(), "their lines are never looked at: {unmarked:?}");
        assert!(table().language.iter().all(|language| !language.comments.is_empty()));
    }

    #[test]
    fn names_stand_behind_or_before() {
        assert_eq!(names("A_1}"), ["A_1"]);
        assert_eq!(names("resolve:file:A)"), ["resolve", "file", "A"]);
        assert_eq!(names("(x)"), [""; 0]);
        assert_eq!(quoted("\n  'A')"), Some("A"));
        assert_eq!(quoted("\\\"A\\\")"), Some("A"));
        assert_eq!(quoted("A)"), None);
        assert_eq!(taken("const {\n  A,\n  B: b = 'x', ...rest\n} = "), ["A", "B"]);
        assert_eq!(taken("import { A as b } from '"), ["A"]);
        assert_eq!(taken("const a = "), [""; 0]);
    }

    #[test]
    fn what_others_wrote_is_not_read() {
        for (path, read) in [
            ("src/a.ts", true),
            ("vendor/a/b.go", false),
            ("web/node_modules/a/b.js", false),
            ("dist/app.min.js", false),
            ("src/vendors.py", true),
            ("docs/a.md", false),
            ("Rakefile", true),
        ] {
            assert_eq!(language(path, "").is_some(), read, "{path}");
        }
        assert!(language("bin/deploy", "#!/usr/bin/env python3\n").is_some());
        assert!(language("bin/deploy", "#!/bin/sh\n").is_none());
    }
}
