//! The settings of PHP applications: constants (`define('X', 'y')`), variables and properties
//! (`$x['y'] = 'z'`), and arrays in any depth (`'x' => ['y' => 'z']`).

use std::borrow::Cow;

use super::json;
use crate::carrier::tree::{DEEPEST, Id, ROOT, Tree};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    /// What stands between the quotation marks, and which they are.
    Text(&'t str, char),
    /// A word or a variable, without its `$`.
    Word(&'t str),
    Arrow,
    Sign(char),
}

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut rest = text;
    // What each open bracket holds.
    let mut open: Vec<Id> = vec![ROOT];
    // Where the next value goes: the names before the sign of assignment.
    let mut names: Vec<Cow<'t, str>> = Vec::new();
    let mut last = Token::Sign(';');
    let mut is_assigned = false;
    while let Some(token) = next(&mut rest) {
        if tree.is_full() || open.len() > DEEPEST {
            return;
        }
        let around = open.last().copied().unwrap_or(ROOT);
        match token {
            Token::Arrow | Token::Sign('=') => is_assigned = !names.is_empty(),
            Token::Sign('[' | '(') => {
                let is_index =
                    !is_assigned && token == Token::Sign('[') && matches!(last, Token::Word(_) | Token::Sign(']'));
                if !is_index {
                    let is_call = token == Token::Sign('(') && last != Token::Word("array");
                    let inside = if is_assigned && !is_call {
                        names.drain(..).fold(around, |around, name| tree.add(around, name))
                    } else {
                        around
                    };
                    open.push(inside);
                    (is_assigned, names) = (false, Vec::new());
                }
            }
            Token::Sign(')') => leave(&mut open, &mut names, &mut is_assigned),
            // The end of an index is no end of an array: the name goes on.
            Token::Sign(']') if !is_assigned && !names.is_empty() => {}
            Token::Sign(']') => leave(&mut open, &mut names, &mut is_assigned),
            // `define('NAME', 'value')`
            Token::Sign(',')
                if matches!(last, Token::Text(..))
                    && names.len() == 1
                    && !is_assigned
                    && is_define(open.len(), rest) =>
            {
                is_assigned = true;
            }
            Token::Sign(',' | ';') => (is_assigned, names) = (false, Vec::new()),
            Token::Text(raw, quote) if is_assigned => {
                let Some(name) = names.pop() else { continue };
                let inside = names.drain(..).fold(around, |around, name| tree.add(around, name));
                // Double quotes fill in variables: that is no value yet.
                if quote == '\'' || !raw.contains('$') {
                    tree.leaf_as(inside, name, raw, meaning(raw, quote));
                }
                is_assigned = false;
            }
            Token::Text(raw, quote) => {
                // Only behind `[` does a text go on with a name.
                if last != Token::Sign('[') {
                    names.clear();
                }
                names.push(meaning(raw, quote));
            }
            Token::Word(word) if !is_assigned => {
                if last != Token::Sign('>') && last != Token::Sign('[') {
                    names.clear();
                }
                names.push(Cow::Borrowed(word));
            }
            Token::Word("array") => {}
            // A call, a constant, a variable: its value stands elsewhere.
            Token::Word(_) => (is_assigned, names) = (false, Vec::new()),
            Token::Sign(_) => {}
        }
        last = token;
    }
}

fn leave(open: &mut Vec<Id>, names: &mut Vec<Cow<'_, str>>, is_assigned: &mut bool) {
    if open.len() > 1 {
        open.pop();
    }
    *is_assigned = false;
    names.clear();
}

/// In a call, and the second argument is its last.
fn is_define(depth: usize, rest: &str) -> bool {
    let Some(quote) = rest.trim_start().chars().next().filter(|c| matches!(c, '\'' | '"')) else { return false };
    let Some(inside) = rest.trim_start().get(1..) else { return false };
    depth > 1 && text_end(inside, quote).is_some_and(|end| inside[end + 1..].trim_start().starts_with([')', ',']))
}

fn meaning(raw: &str, quote: char) -> Cow<'_, str> {
    match quote {
        '"' => json::unescaped(raw),
        _ if raw.contains('\\') => Cow::Owned(raw.replace("\\'", "'").replace("\\\\", "\\")),
        _ => Cow::Borrowed(raw),
    }
}

fn text_end(inside: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    inside.find(|c: char| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
}

fn next<'t>(rest: &mut &'t str) -> Option<Token<'t>> {
    loop {
        let text = rest.trim_start();
        let first = text.chars().next()?;
        let comment = match text.as_bytes() {
            [b'/', b'*', ..] => Some(text.find("*/").map_or(text.len(), |at| at + 2)),
            [b'/', b'/', ..] | [b'#', ..] if !text.starts_with("#[") => Some(text.find('\n').unwrap_or(text.len())),
            _ => None,
        };
        if let Some(end) = comment {
            *rest = &text[end..];
            continue;
        }
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let (token, length) = match first {
            '\'' | '"' => match text_end(&text[1..], first) {
                Some(end) => (Token::Text(&text[1..=end], first), end + 2),
                // Not closed: from here on every mark would be taken for its opposite.
                None => (Token::Sign(first), text.find('\n').unwrap_or(text.len())),
            },
            '=' if text.starts_with("=>") => (Token::Arrow, 2),
            '=' if text.starts_with("==") => (Token::Sign('?'), text.bytes().take_while(|&b| b == b'=').count()),
            c if is_name(c) => {
                let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
                (Token::Word(&text[..end]), end)
            }
            c => (Token::Sign(c), c.len_utf8()),
        };
        *rest = &text[length..];
        return Some(token);
    }
}
