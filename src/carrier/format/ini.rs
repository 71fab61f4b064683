//! Sections and assignments in lines, in the many ways that INI files, properties and the settings of
//! small tools write them.

use super::unquoted;
use super::words::words;
use crate::carrier::tree::{ROOT, Tree};

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut section = ROOT;
    for line in text.lines() {
        let line = line.trim();
        if tree.is_full() {
            return;
        }
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            // `[remote "origin"]`: a section and the thing that it is about.
            let name = name.split(']').next().unwrap_or(name);
            let (name, about) = name.split_once(' ').map_or((name, None), |(name, about)| (name, Some(about)));
            section = tree.add(ROOT, name.trim());
            if let Some(about) = about {
                section = tree.add(section, unquoted(about.trim()));
            }
            continue;
        }
        if let Some((key, value)) = assignment(line) {
            tree.leaf(section, key, value);
        }
    }
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let is_word = |key: &str| key.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    let colon = line.find(':').filter(|&at| is_word(&line[..at]) && !line[at..].starts_with("::"));
    let equals = line.find('=');
    let separator = match (colon, equals) {
        (Some(colon), Some(equals)) => Some(colon.min(equals)),
        (colon, equals) => equals.or(colon),
    };
    // `password "x"`, as mailers' settings have it. A key is one word.
    let by_space =
        line.find([' ', '\t']).filter(|&at| separator.is_none_or(|other| !is_word(&line[..other]) && at < other));
    let at = match by_space {
        Some(at) if is_word(&line[..at]) => at,
        _ => separator?,
    };
    Some((unquoted(line[..at].trim()), value(line[at + 1..].trim())))
}

/// The value without its quotation marks or the comment behind it.
fn value(text: &str) -> &str {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\''))
        && let Some(end) = text[1..].find(quote)
    {
        let behind = text[end + 2..].trim_start();
        if behind.is_empty() || behind.starts_with(['#', ';']) {
            return &text[1..=end];
        }
    }
    let comment = [" #", " ;", "\t#", "\t;"].iter().filter_map(|mark| text.find(mark)).min();
    comment.map_or(text, |at| text[..at].trim_end())
}

/// Lines of words, some of which are `key=value`; sections are kept.
pub fn pairs<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut section = ROOT;
    for line in text.lines() {
        let line = line.trim();
        if tree.is_full() {
            return;
        }
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            section = tree.add(ROOT, name.split(']').next().unwrap_or(name));
            continue;
        }
        let name = line.split([' ', '\t', '=']).next().unwrap_or_default();
        let id = tree.add(section, name);
        for (key, value) in words(line).filter_map(|word| word.split_once('=')) {
            tree.leaf(id, key, unquoted(value));
        }
    }
}
