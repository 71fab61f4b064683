//! Terms of Erlang, as `file:consult` reads them: `{name, <<"value">>}.` is a name with its value, and so is
//! `name => "value"` in a map; what stands in one of these holds what stands in it. Items of a list have no name.

use std::borrow::Cow;

use crate::carrier::tree::{DEEPEST, Id, ROOT, Tree};

/// What is open at a place.
struct Open<'t> {
    /// Where its items go.
    id: Id,
    /// Whether it is a tuple of which nothing was read yet: what comes first is the name of the rest.
    is_unnamed: bool,
    /// The name of what comes next, in a map.
    key: Option<Cow<'t, str>>,
}

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut open = vec![Open { id: ROOT, is_unnamed: false, key: None }];
    let mut rest = text;
    while let Some((token, behind)) = next(rest) {
        rest = behind;
        let depth = open.len();
        let Some(around) = open.last_mut().filter(|_| !tree.is_full()) else { return };
        match token {
            Token::Tuple | Token::Group => {
                let id = around.key.take().map_or(around.id, |key| tree.add(around.id, key));
                if depth > DEEPEST {
                    return;
                }
                open.push(Open { id, is_unnamed: token == Token::Tuple, key: None });
            }
            Token::Close if depth > 1 => drop(open.pop()),
            Token::Close => {}
            Token::Word(name) if around.is_unnamed => {
                around.id = tree.add(around.id, name);
                around.is_unnamed = false;
            }
            Token::Word(name) if is_key(rest) => around.key = Some(Cow::Borrowed(name)),
            Token::Word(raw) => {
                let id = around.key.take().map_or(around.id, |key| tree.add(around.id, key));
                // Of several values of one name the first is enough: `{name, value, options}`.
                if id != ROOT && tree.value(id).is_none() {
                    tree.set(id, raw, meaning(raw));
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    /// `{`
    Tuple,
    /// `[`, `#{`
    Group,
    Close,
    /// An atom, a number, or what stands between quotation marks.
    Word(&'t str),
}

fn next(mut rest: &str) -> Option<(Token<'_>, &str)> {
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ",.=<>|".contains(c));
        let first = rest.chars().next()?;
        let behind = &rest[first.len_utf8()..];
        let token = match first {
            '%' => {
                rest = behind.split_once('\n').map_or("", |(_, rest)| rest);
                continue;
            }
            '#' if behind.starts_with('{') => (Token::Group, &behind[1..]),
            '{' => (Token::Tuple, behind),
            '[' => (Token::Group, behind),
            '}' | ']' => (Token::Close, behind),
            '"' | '\'' => match quote_end(behind, first) {
                Some(end) => (Token::Word(&behind[..end]), &behind[end + 1..]),
                // Not closed: what follows would be read the wrong way round.
                None => return None,
            },
            _ => {
                let ends = |c: char| c.is_whitespace() || ",.=<>|#{}[]\"'%".contains(c);
                let end = behind.find(ends).unwrap_or(behind.len()) + first.len_utf8();
                (Token::Word(&rest[..end]), &rest[end..])
            }
        };
        return Some(token);
    }
}

/// Whether a value follows in a map: `>> =>`.
fn is_key(behind: &str) -> bool {
    let behind = behind.trim_start();
    behind.strip_prefix(">>").unwrap_or(behind).trim_start().starts_with("=>")
}

fn quote_end(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.find(|c: char| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })
}

/// What a text with marks in front of its quotation marks means.
fn meaning(raw: &str) -> Cow<'_, str> {
    match raw.contains('\\') {
        true => Cow::Owned(raw.replace("\\\"", "\"").replace("\\'", "'").replace("\\\\", "\\")),
        false => Cow::Borrowed(raw),
    }
}
