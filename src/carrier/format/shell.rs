//! Commands and what they are handed, in scripts and histories: `mysql -psecret`, `curl -u me:secret`.
//! A command holds its options under their names (`-p` with the word behind it, `-p+` with what is
//! glued to it, `--password`), the words without a dash by their number (`#1`, `#last`), and what it is
//! told on its input by `echo` or `<<<` as `<`. The options of Windows (`/p`) count as ones with a dash.

use std::borrow::Cow;
use std::collections::HashSet;

use super::unquoted;
use crate::carrier::tree::{ROOT, Tree};

/// What stands before the command that is meant.
const BEFORE: &[&str] = &[
    "sudo", "env", "time", "nohup", "exec", "command", "then", "do", "else", "if", "while", "!", "RUN", "CMD", "$",
    ">", "#", "%", "-", "cmd:", "eval", "xargs", "export",
];

/// A command of more words is a list of files.
const MOST_WORDS: usize = 200;

/// Reads the commands of these names, in small letters; all, where there are none.
pub fn read<'t>(text: &'t str, names: Option<&HashSet<String>>, tree: &mut Tree<'t>) {
    let mut words: Vec<&'t str> = Vec::new();
    let mut told = None;
    for line in text.lines() {
        if tree.is_full() {
            return;
        }
        let line = line.trim_end();
        let goes_on = line.ends_with('\\');
        let mut rest = line.strip_suffix('\\').unwrap_or(line);
        loop {
            rest = rest.trim_start();
            let Some(first) = rest.chars().next() else { break };
            if is_end(first) {
                let said = command(&words, told, names, tree);
                rest = &rest[first.len_utf8()..];
                // `(echo x) | …`: the end of a group is none of what it says.
                told = if words.is_empty() { told } else { said };
                told = told.filter(|_| matches!(first, '|' | ')') && !rest.starts_with('|'));
                words.clear();
            } else if first == '#' && !words.is_empty() {
                break;
            } else {
                let (word, behind) = rest.split_at(word_end(rest));
                rest = behind;
                if words.len() < MOST_WORDS {
                    words.push(word);
                }
            }
        }
        if !goes_on {
            command(&words, told.take(), names, tree);
            words.clear();
        }
    }
    command(&words, told, names, tree);
}

fn is_end(c: char) -> bool {
    matches!(c, ';' | '|' | '&' | '(' | ')' | '`')
}

/// Where the word ends that the line begins with. A quotation mark that is not closed on its line is none.
fn word_end(line: &str) -> usize {
    let mut at = 0;
    loop {
        // Nearly all of a word means nothing here, and is passed over quickly.
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'=' | b'$');
        at += line.as_bytes()[at..].iter().take_while(|byte| plain(byte)).count();
        let Some(c) = line[at..].chars().next() else { break };
        let next = at + c.len_utf8();
        at = match c {
            '\\' => next + line[next..].chars().next().map_or(0, char::len_utf8),
            '"' | '\'' => quote_end(&line[next..], c).map_or(next, |end| next + end + 1),
            c if c.is_whitespace() || is_end(c) => break,
            _ => next,
        };
    }
    at
}

fn quote_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.find(|c: char| {
        let ends = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        ends
    })
}

/// Adds a command, with what it is `told`. Gives what it says itself to the one behind it.
fn command<'t>(
    words: &[&'t str],
    told: Option<&'t str>,
    names: Option<&HashSet<String>>,
    tree: &mut Tree<'t>,
) -> Option<&'t str> {
    let is_assignment = |word: &str| {
        word.split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
    };
    let before = words.iter().take_while(|word| BEFORE.contains(word) || is_assignment(word)).count();
    let (first, words) = words[before..].split_first()?;
    let name = unquoted(first).rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".exe").unwrap_or(name);
    match name {
        "echo" | "printf" | "yes" => return said(words),
        // PowerShell says a text by writing it.
        name if words.is_empty() && first.starts_with(['"', '\'']) => return Some(*first).filter(|_| !name.is_empty()),
        _ => {}
    }
    let is_lone = words.is_empty() && told.is_none();
    if is_lone || !names.is_none_or(|names| is_among(name, names)) {
        return None;
    }
    let id = tree.add(ROOT, name);
    let here = words.iter().position(|word| word.starts_with("<<<"));
    let here = here
        .and_then(|at| words[at].strip_prefix("<<<").filter(|word| !word.is_empty()).or(words.get(at + 1).copied()));
    if let Some(told) = here.or(told) {
        add(tree, id, "<", told);
    }
    let mut number = 0;
    let mut last = None;
    for (at, word) in words.iter().enumerate() {
        if !word.starts_with('-') {
            number += 1;
            last = Some(word);
            add(tree, id, format!("#{number}"), word);
            if let Some((option, value)) = windows_option(word, words.get(at + 1).copied()) {
                add(tree, id, format!("-{option}"), value);
            }
            continue;
        }
        match word.split_once('=').filter(|_| word.starts_with("--")) {
            Some((option, value)) => add(tree, id, option, value),
            None => {
                if let Some(value) = words.get(at + 1).filter(|value| !value.starts_with('-')) {
                    add(tree, id, *word, value);
                }
                if !word.starts_with("--") && word.is_char_boundary(2) && word.len() > 2 {
                    add(tree, id, format!("{}+", &word[..2]), &word[2..]);
                }
            }
        }
    }
    if let Some(last) = last {
        add(tree, id, "#last", last);
    }
    None
}

/// `/p secret` and `/p:secret`, as the commands of Windows take options.
fn windows_option<'t>(word: &'t str, next: Option<&'t str>) -> Option<(&'t str, &'t str)> {
    let option = word.strip_prefix('/')?;
    let (option, value) = match option.split_once(':') {
        Some(parts) => parts,
        None => (option, next.filter(|next| !next.starts_with('/'))?),
    };
    (option.len() <= 12 && option.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some((option, value))
}

/// The one word that `echo` says; of several lines the first.
fn said<'t>(words: &[&'t str]) -> Option<&'t str> {
    let is_option =
        |word: &&&str| word.strip_prefix('-').is_some_and(|letters| letters.bytes().all(|b| b"neE".contains(&b)));
    let options = words.iter().take_while(is_option).count();
    let [word] = &words[options..] else { return None };
    let inner = unquoted(word);
    match inner.split_once("\\n") {
        Some((first, _)) if !first.contains('$') => Some(first),
        Some(_) => None,
        None => Some(word),
    }
}

fn is_among(name: &str, names: &HashSet<String>) -> bool {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => names.contains(&name.to_ascii_lowercase()),
        false => names.contains(name),
    }
}

fn add<'t>(tree: &mut Tree<'t>, id: usize, key: impl Into<Cow<'t, str>>, word: &'t str) {
    let inner = unquoted(word);
    if is_filled_in(word) {
        return;
    }
    if inner.contains(['\'', '"', '\\']) {
        // A mark inside the other marks means itself.
        let meaning = if inner.len() < word.len() && word.starts_with('\'') { inner.to_owned() } else { meaning(word) };
        tree.leaf_as(id, key, word, Cow::Owned(meaning));
    } else {
        tree.leaf(id, key, inner);
    }
}

/// Whether a variable or another command gives the value: it stands elsewhere.
fn is_filled_in(word: &str) -> bool {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || "_{(@*$".contains(c);
    let is_variable = |at: usize| word[at + 1..].starts_with(goes_on);
    let in_windows = word.len() > 2 && word.starts_with('%') && word.ends_with('%');
    in_windows || (!word.starts_with('\'') && word.match_indices('$').any(|(at, _)| is_variable(at)))
}

fn meaning(word: &str) -> String {
    let mut meaning = String::with_capacity(word.len());
    let (mut quote, mut escaped) = (None, false);
    for c in word.chars() {
        match (quote, c) {
            _ if escaped => {
                escaped = false;
                meaning.push(c);
            }
            (None | Some('"'), '\\') => escaped = true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => meaning.push(c),
        }
    }
    meaning
}
