//! One word of a command line, taken apart into what stands there literally and what the shell
//! puts in. The tokeniser has already found where the word ends; this reads its inside in one
//! pass. (The parser that comes with the tokeniser keeps every word it has seen in a cache of the
//! process, and words hold secrets.)

use super::splice;

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// `$NAME`, `${NAME}`, `${NAME:-rest}`; `rest` is the text behind the name.
    Variable {
        name: String,
        rest: String,
    },
    /// `$(…)` or backquotes, and how many lines below the start of the word it begins.
    Command {
        text: String,
        lines_down: usize,
    },
    /// `$1`, `$@`, `$((…))`: known only when it runs.
    Unknown,
}

/// A word with its parts, quotes removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub pieces: Vec<Piece>,
    pub line: usize,
}

impl Word {
    /// Reads a word as the tokeniser cuts it, quotes included.
    pub fn read(raw: &str, line: usize) -> Word {
        let mut reader = Reader { rest: raw, whole: raw, text: String::new(), pieces: Vec::new() };
        reader.read();
        Word { pieces: reader.pieces, line }
    }

    /// A word that is only text.
    pub fn plain(text: &str, line: usize) -> Word {
        Word { pieces: vec![Piece::Text(text.to_owned())], line }
    }

    /// `$NAME`
    pub fn variable(name: &str, line: usize) -> Word {
        Word { pieces: vec![Piece::Variable { name: name.to_owned(), rest: String::new() }], line }
    }

    /// The text, where nothing is put in.
    pub fn literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The literal text that it starts with.
    pub fn head(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// `--name=` of `--name=$VALUE`, `-n` of `-n$VALUE`: an option that has its value with it.
    pub fn option(&self) -> Option<&str> {
        let head = self.head();
        let short = head.len() == 2 && head.ends_with(|c: char| c.is_ascii_alphabetic());
        let long = head.find('=').map(|equals| &head[..=equals]);
        let named = if short { Some(head) } else { long };
        named.filter(|name| name.starts_with('-') && !name.starts_with("-="))
    }

    /// `NAME=value` as name and value, where the name is literal and can name a variable.
    pub fn assignment(&self) -> Option<(String, Word)> {
        let (name, value) = self.head().split_once('=')?;
        let name = name.strip_suffix('+').unwrap_or(name);
        if !is_name(name) {
            return None;
        }
        let mut pieces = self.pieces.clone();
        pieces[0] = Piece::Text(value.to_owned());
        if value.is_empty() {
            pieces.remove(0);
        }
        Some((name.to_owned(), Word { pieces, line: self.line }))
    }
}

/// Whether a shell variable can be called so.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

struct Reader<'a> {
    rest: &'a str,
    whole: &'a str,
    text: String,
    pieces: Vec<Piece>,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        let mut quoted = false;
        while let Some(c) = self.rest.chars().next() {
            match c {
                '"' => {
                    self.skip(1);
                    quoted = !quoted;
                }
                '\'' if !quoted => {
                    self.skip(1);
                    let mut inside = self.up_to(|rest| rest.find('\''));
                    while let Some((before, name, rest)) = splice::next(inside) {
                        self.text.push_str(before);
                        self.piece(Piece::Variable { name: name.to_owned(), rest: String::new() });
                        inside = rest;
                    }
                    self.text.push_str(inside);
                    self.skip(1);
                }
                '\\' => {
                    self.skip(1);
                    self.escaped(quoted);
                }
                '$' if !quoted && self.rest.starts_with("$'") => {
                    self.skip(2);
                    let inside = self.up_to(|rest| unescaped(rest, '\''));
                    self.text.push_str(inside);
                    self.skip(1);
                }
                '$' => self.dollar(),
                '`' => {
                    self.skip(1);
                    let lines_down = self.lines_down();
                    let inside = self.up_to(|rest| unescaped(rest, '`'));
                    self.piece(Piece::Command { text: inside.to_owned(), lines_down });
                    self.skip(1);
                }
                _ => {
                    self.text.push(c);
                    self.skip(c.len_utf8());
                }
            }
        }
        self.flush();
    }

    fn escaped(&mut self, quoted: bool) {
        let Some(c) = self.rest.chars().next() else { return };
        self.skip(c.len_utf8());
        if c == '\n' {
            return;
        }
        if quoted && !matches!(c, '"' | '\\' | '$' | '`') {
            self.text.push('\\');
        }
        self.text.push(c);
    }

    fn dollar(&mut self) {
        let after = &self.rest[1..];
        if after.starts_with("((") {
            self.skip(2);
            self.up_to(|rest| closing(rest, '(', ')'));
            self.skip(1);
            self.piece(Piece::Unknown);
        } else if after.starts_with('(') {
            self.skip(2);
            let lines_down = self.lines_down();
            let inside = self.up_to(|rest| closing(rest, '(', ')'));
            self.piece(Piece::Command { text: inside.to_owned(), lines_down });
            self.skip(1);
        } else if after.starts_with('{') {
            self.skip(2);
            let inside = self.up_to(|rest| closing(rest, '{', '}'));
            self.skip(1);
            self.piece(parameter(inside));
        } else {
            let length = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            if is_name(&after[..length]) {
                self.skip(1 + length);
                self.piece(Piece::Variable { name: after[..length].to_owned(), rest: String::new() });
            } else if after.starts_with(|c: char| c.is_ascii_digit() || "@*#?-$!".contains(c)) {
                self.skip(2);
                self.piece(Piece::Unknown);
            } else {
                self.text.push('$');
                self.skip(1);
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn up_to(&mut self, end: impl Fn(&str) -> Option<usize>) -> &'a str {
        let (inside, rest) = self.rest.split_at(end(self.rest).unwrap_or(self.rest.len()));
        self.rest = rest;
        inside
    }

    fn lines_down(&self) -> usize {
        self.whole[..self.whole.len() - self.rest.len()].matches('\n').count()
    }

    fn piece(&mut self, piece: Piece) {
        self.flush();
        self.pieces.push(piece);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text)));
        }
    }
}

/// The inside of `${…}`.
fn parameter(inside: &str) -> Piece {
    let inside = inside.strip_prefix('!').unwrap_or(inside);
    let length = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
    match inside.split_at(length) {
        (name, rest) if is_name(name) => Piece::Variable { name: name.to_owned(), rest: rest.to_owned() },
        _ => Piece::Unknown,
    }
}

/// Where an unescaped `end` stands.
fn unescaped(text: &str, end: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices()
        .find(|&(_, c)| {
            let hit = !escaped && c == end;
            escaped = !escaped && c == '\\';
            hit
        })
        .map(|(at, _)| at)
}

/// Where the bracket closes that was opened just before `text`; quoted brackets do not count.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let (mut depth, mut escaped, mut quote) = (1usize, false, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => escaped = true,
            (None, '\'' | '"') => quote = Some(c),
            (None, _) if c == open => depth += 1,
            (None, _) if c == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(raw: &str) -> String {
        let parts = Word::read(raw, 1).pieces.into_iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Variable { name, rest } => format!("<{name}{rest}>"),
            Piece::Command { text, lines_down } => format!("[{lines_down} {text}]"),
            Piece::Unknown => "?".to_owned(),
        });
        parts.collect()
    }

    #[test]
    fn quotes_variables_and_substitutions_are_told_apart() {
        for (raw, expected) in [
            ("plain", "plain"),
            ("'a $B'", "a $B"),
            ("\"a $B c\"", "a <B> c"),
            ("${B:-x}y", "<B:-x>y"),
            ("\"it's\"", "it's"),
            ("\\$B", "$B"),
            ("$'a\\'b'", "a\\'b"),
            ("$(echo \")\")x", "[0 echo \")\"]x"),
            ("a\n`b`", "a\n[1 b]"),
            ("$1$@", "??"),
            ("$((1+(2)))z", "?z"),
            ("${#A}", "?"),
            ("cost$", "cost$"),
            ("${unclosed", "<unclosed>"),
        ] {
            assert_eq!(shape(raw), expected, "{raw}");
        }
    }

    #[test]
    fn an_assignment_needs_a_literal_name() {
        let (name, value) = Word::read("A_1=\"x$B\"", 1).assignment().unwrap();
        assert_eq!((name.as_str(), value.pieces.len()), ("A_1", 2));
        assert!(Word::read("--set=x", 1).assignment().is_none());
        assert!(Word::read("$A=x", 1).assignment().is_none());
    }
}
