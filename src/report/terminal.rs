//! What a terminal needs: text that cannot steer it, and lines that fit.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with everything that a terminal, a reader's eye or a CI runner would obey instead of
/// show (control characters, line ends, marks that turn the direction of writing, invisible
/// characters, the beginnings of commands in a log) written as an escape.
pub fn escape_controls(text: &str) -> Cow<'_, str> {
    if !text.contains(is_steering) && !text.contains("::") && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if is_steering(other) || starts_command(before, &text[at..]) => {
                write!(out, "\\u{{{:x}}}", u32::from(other)).expect("a string takes whatever is written");
            }
            other => out.push(other),
        }
        before = character;
    }
    Cow::Owned(out)
}

/// What GitHub's runner obeys at the beginning of a line, where a word of a broken text may stand,
/// and what it and Azure's agent obey anywhere in one.
fn starts_command(before: char, rest: &str) -> bool {
    (rest.starts_with("::") && (before.is_whitespace() || is_steering(before)))
        || rest.starts_with("##[")
        || rest.starts_with("##vso[")
}

fn is_steering(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Breaks a text at its spaces into lines of at most `width` characters; a longer word stands on
/// a line of its own. Line ends that are there already stay.
pub fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 40);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let mut column = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if column > 0 && column + 1 + length > width {
                out.push('\n');
                column = 0;
            } else if column > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += length;
        }
    }
    out
}

/// No more than so many characters of a text.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(most - 1).chain(['…']).collect()),
    }
}

/// The first few of a list, and how many more there are.
pub fn first_few(items: impl IntoIterator<Item = String>, most: usize) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    let more = items.len().saturating_sub(most);
    items.truncate(most);
    let shown = items.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_cannot_steer_the_terminal() {
        assert_eq!(escape_controls("a\u{1b}[2Jb\r\n\u{202e}c\u{9b}"), "a\\u{1b}[2Jb\\r\\n\\u{202e}c\\u{9b}");
        assert!(matches!(escape_controls("Ünïcødé 名前 …"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_hostile_name_cannot_command_a_runner() {
        assert_eq!(escape_controls("::add-mask::a"), "\\u{3a}:add-mask::a");
        assert_eq!(escape_controls("a ::stop-commands::b"), "a \\u{3a}:stop-commands::b");
        assert_eq!(escape_controls("a##[error]b ##vso[task]"), "a\\u{23}#[error]b \\u{23}#vso[task]");
        assert_eq!(escape_controls("arn:aws:iam::1 a::b ## c"), "arn:aws:iam::1 a::b ## c");
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("one two three\nfour", 8), "one two\nthree\nfour");
        assert_eq!(wrap("a https://long.example/word b", 10), "a\nhttps://long.example/word\nb");
        assert_eq!(wrap("", 3), "");
    }

    #[test]
    fn a_long_list_says_how_long_it_is() {
        let items = || ["a", "b", "c"].map(String::from);
        assert_eq!(first_few(items(), 3), "a, b, c");
        assert_eq!(first_few(items(), 1), "a and 2 more");
    }
}
