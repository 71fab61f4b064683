//! Lines of words, as routers, daemons and installers are set up: `username dana password 0 secret`,
//! `add name=a secret=b`. What stands in a line is named by the word before it (`password`), by its
//! number (`#1` behind the first word, `#last`), and by its own name where it has one (`secret=`).

use std::borrow::Cow;

use super::unquoted;
use crate::carrier::tree::{ROOT, Tree};

/// A line of more words is no setting.
const MOST_WORDS: usize = 60;

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    for line in text.lines() {
        let line = line.trim();
        if tree.is_full() {
            return;
        }
        if line.is_empty() || line.starts_with(['#', '!', ';']) {
            continue;
        }
        let line = line.trim_end_matches(['{', ' ']).trim_end_matches(';');
        let words: Vec<&str> = words(line).take(MOST_WORDS).collect();
        let Some(first) = words.first() else { continue };
        let id = tree.add(ROOT, unquoted(first));
        for (number, word) in words.iter().enumerate() {
            if let Some((name, value)) = assigned(word) {
                tree.leaf(id, name, value);
            }
            if number == 0 {
                continue;
            }
            let value = unquoted(word);
            if number > 1 {
                tree.leaf(id, Cow::Borrowed(unquoted(words[number - 1])), value);
            }
            tree.leaf(id, format!("#{number}"), value);
        }
        if let [_, .., last] = &words[..] {
            tree.leaf(id, "#last", unquoted(last));
        }
    }
}

fn assigned(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    is_name.then(|| (name, unquoted(value)))
}

/// The words of a line; spaces between quotation marks do not part them.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            return None;
        }
        let mut quote = None;
        let ends = |(_, c): &(usize, char)| match quote {
            Some(open) => {
                if *c == open {
                    quote = None;
                }
                false
            }
            None if matches!(c, '"' | '\'') => {
                quote = Some(*c);
                false
            }
            None => c.is_whitespace(),
        };
        let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
        let (word, behind) = rest.split_at(end);
        rest = behind;
        Some(word)
    })
}
