//! JSON as people write it: with comments, trailing commas, single quotes and names without any.
//! Written by hand because no reader of strict JSON goes on behind a mistake or tells where a value stands.

use std::borrow::Cow;

use crate::carrier::tree::{DEEPEST, Id, ROOT, Tree};

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut open = vec![Open { id: ROOT, items: 0 }];
    let mut key: Option<Cow<'t, str>> = None;
    let mut at = 0;
    while let Some(found) = next_token(text, &mut at) {
        if tree.is_full() {
            return;
        }
        let Some(around) = open.last_mut() else { return };
        let mut name = || key.take().unwrap_or_else(|| around.next_item());
        match found {
            Token::Open => {
                let name = name();
                let id = tree.add(around.id, name);
                if open.len() > DEEPEST {
                    return;
                }
                open.push(Open { id, items: 0 });
            }
            Token::Close => {
                key = None;
                if open.len() > 1 {
                    open.pop();
                }
            }
            Token::Text(raw) if text[at..].trim_start().starts_with(':') => key = Some(unescaped(raw)),
            Token::Text(raw) => {
                let name = name();
                tree.leaf_as(around.id, name, raw, unescaped(raw));
            }
            Token::Broken => key = None,
        }
    }
}

struct Open {
    id: Id,
    items: usize,
}

impl Open {
    /// The name of an item of a list: its number. Whole documents have none.
    fn next_item<'t>(&mut self) -> Cow<'t, str> {
        if self.id == ROOT {
            return Cow::Borrowed("");
        }
        self.items += 1;
        Cow::Owned((self.items - 1).to_string())
    }
}

enum Token<'t> {
    /// `{` or `[`
    Open,
    Close,
    /// What stands between quotation marks, or a word without any.
    Text(&'t str),
    /// The beginning of a string that does not end.
    Broken,
}

fn next_token<'t>(text: &'t str, at: &mut usize) -> Option<Token<'t>> {
    loop {
        let rest = &text[*at..];
        let skipped = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':')).len();
        *at += skipped;
        let rest = &rest[skipped..];
        let first = rest.chars().next()?;
        let comment_end = match rest.as_bytes() {
            [b'/', b'/', ..] => Some(rest.find('\n').unwrap_or(rest.len())),
            [b'/', b'*', ..] => Some(rest.find("*/").map_or(rest.len(), |end| end + 2)),
            _ => None,
        };
        if let Some(end) = comment_end {
            *at += end;
            continue;
        }
        return Some(match first {
            '{' | '[' => {
                *at += 1;
                Token::Open
            }
            '}' | ']' => {
                *at += 1;
                Token::Close
            }
            '"' | '\'' => string(rest, first, at),
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}' | '[' | ']' | '"');
                let end = rest.find(ends).unwrap_or(rest.len());
                *at += end;
                Token::Text(&rest[..end])
            }
        });
    }
}

/// A string ends with its line at the latest.
fn string<'t>(rest: &'t str, quote: char, at: &mut usize) -> Token<'t> {
    let mut escaped = false;
    for (end, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => {
                *at += end;
                return Token::Broken;
            }
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => {
                *at += end + 1;
                return Token::Text(&rest[1..end]);
            }
            _ => {}
        }
    }
    *at += rest.len();
    Token::Broken
}

/// The text that a string with escapes means. What is no escape stays as it is.
pub fn unescaped(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else { break };
        rest = &rest[escape.len_utf8()..];
        match escape {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'u' => match unit(rest) {
                Some(high @ 0xD800..=0xDBFF) => {
                    let low = rest[4..].strip_prefix("\\u").and_then(unit);
                    let both = low.and_then(|low| char::decode_utf16([high, low]).next()?.ok());
                    text.push(both.unwrap_or(char::REPLACEMENT_CHARACTER));
                    rest = &rest[if both.is_some() { 10 } else { 4 }..];
                }
                Some(unit) => {
                    text.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
                    rest = &rest[4..];
                }
                None => text.push('u'),
            },
            other => text.push(other),
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

fn unit(text: &str) -> Option<u16> {
    let digits = text.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}
