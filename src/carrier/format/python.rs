//! The settings of Python applications: assignments (`A = 'x'`, `app.config['A'] = 'x'`), dictionaries in
//! any depth, arguments by name (`dict(A='x')`), and what stands in for a variable that is not set
//! (`A = os.environ.get('A', 'x')`). Read by marks, since a file that is broken in one place gives
//! nothing when it is parsed.

use std::borrow::Cow;

use super::json;
use crate::carrier::tree::{DEEPEST, Id, ROOT, Tree};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    /// What stands between the quotation marks, and whether a backslash means itself there.
    Text(&'t str, bool),
    /// Text that is put together when the program runs.
    Formatted,
    Word(&'t str),
    Sign(char),
    LineEnd,
}

/// A bracket that is open, or the whole file.
struct Open<'t> {
    /// What holds the values in it.
    inside: Id,
    /// The names before the sign of assignment.
    names: Vec<Cow<'t, str>>,
    part: Part,
    kind: Kind<'t>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    /// `A: str = …`
    Annotation,
    /// The next text is the value.
    Value,
    /// What follows is a part of an expression, which only `or` makes a value again.
    Rest,
}

enum Kind<'t> {
    Statements,
    Items,
    /// `['a']` in a name.
    Index,
    /// Of a call that gives a value: what that is assigned to, and what is known of the arguments.
    Call {
        assigned: Vec<Cow<'t, str>>,
        around: Id,
        arguments: usize,
        variable: bool,
    },
}

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut rest = text;
    let mut open = vec![Open::new(ROOT, Kind::Statements)];
    let mut last = Token::LineEnd;
    while let Some(token) = next(&mut rest) {
        if tree.is_full() || open.len() > DEEPEST {
            return;
        }
        let deep = open.len() > 1;
        let Some(here) = open.last_mut() else { return };
        match token {
            Token::LineEnd if deep => continue,
            Token::LineEnd => here.forget(),
            Token::Sign(')' | ']' | '}') => {
                let names = std::mem::take(&mut here.names);
                let is_index = matches!(here.kind, Kind::Index);
                if deep {
                    open.pop();
                }
                if let Some(around) = open.last_mut() {
                    match is_index {
                        true => around.names.extend(names),
                        false => around.part = if around.part == Part::Name { Part::Name } else { Part::Rest },
                    }
                }
            }
            Token::Sign(bracket @ ('(' | '[' | '{')) => {
                let next = here.opened(bracket, last, tree);
                open.push(next);
            }
            Token::Sign(sign) => here.sign(sign),
            Token::Text(raw, is_raw) if here.part == Part::Value => {
                here.part = Part::Rest;
                if is_whole(rest) {
                    let meaning = if is_raw { Cow::Borrowed(raw) } else { json::unescaped(raw) };
                    here.leaf(raw, meaning, tree);
                }
            }
            Token::Text(raw, _) => here.name(raw, last),
            Token::Word("or") if here.part == Part::Rest => here.part = Part::Value,
            Token::Word(word) if here.part == Part::Name => here.name(word, last),
            Token::Word(_) | Token::Formatted if here.part == Part::Value => here.part = Part::Rest,
            Token::Word(_) | Token::Formatted => {}
        }
        last = token;
    }
}

impl<'t> Open<'t> {
    fn new(inside: Id, kind: Kind<'t>) -> Open<'t> {
        Open { inside, names: Vec::new(), part: Part::Name, kind }
    }

    fn forget(&mut self) {
        self.names.clear();
        self.part = Part::Name;
    }

    /// What a bracket opens here.
    fn opened(&mut self, bracket: char, last: Token<'t>, tree: &mut Tree<'t>) -> Open<'t> {
        let follows = matches!(last, Token::Word(_) | Token::Sign(']' | ')'));
        match bracket {
            '[' if follows && self.part == Part::Name => Open::new(self.inside, Kind::Index),
            '(' if follows && last != Token::Word("or") => {
                let assigned = if self.part == Part::Rest { self.names.clone() } else { Vec::new() };
                let inside = match last {
                    Token::Word("dict") => {
                        assigned.iter().fold(self.inside, |around, name| tree.add(around, name.clone()))
                    }
                    _ => self.inside,
                };
                Open::new(inside, Kind::Call { assigned, around: self.inside, arguments: 0, variable: false })
            }
            // Brackets around a value that is written on several lines.
            '(' if self.part == Part::Value => {
                Open { names: self.names.clone(), part: Part::Value, ..Open::new(self.inside, Kind::Items) }
            }
            _ if self.part == Part::Value => {
                let inside = self.names.iter().fold(self.inside, |around, name| tree.add(around, name.clone()));
                Open::new(inside, Kind::Items)
            }
            _ => Open::new(self.inside, Kind::Items),
        }
    }

    fn sign(&mut self, sign: char) {
        let statements = matches!(self.kind, Kind::Statements);
        match sign {
            '=' if !self.names.is_empty() && self.part != Part::Rest => self.part = Part::Value,
            ':' if statements && !self.names.is_empty() && self.part == Part::Name => self.part = Part::Annotation,
            ':' if !self.names.is_empty() && self.part == Part::Name => self.part = Part::Value,
            ';' => self.forget(),
            ',' => {
                self.forget();
                if let Kind::Call { arguments, variable, .. } = &mut self.kind {
                    *arguments += 1;
                    // What stands behind the variable is meant where that is not set.
                    if *arguments == 1 && *variable {
                        self.part = Part::Value;
                    }
                }
            }
            '.' => {}
            _ if self.part == Part::Value => self.part = Part::Rest,
            _ => {}
        }
    }

    /// A word or a text in the place of a name.
    fn name(&mut self, name: &'t str, last: Token<'t>) {
        if last != Token::Sign('.') {
            self.names.clear();
        }
        if let Kind::Call { arguments: 0, variable, .. } = &mut self.kind
            && matches!(last, Token::Sign('('))
        {
            *variable = is_variable(name);
        }
        self.names.push(Cow::Borrowed(name));
    }

    fn leaf(&self, raw: &'t str, meaning: Cow<'t, str>, tree: &mut Tree<'t>) {
        let named = self.names.split_last();
        let (inside, names) = match (&self.kind, named) {
            (Kind::Call { assigned, around, variable: true, .. }, None) => (*around, assigned),
            (Kind::Call { assigned, around, .. }, Some((name, _))) if name == "default" && !assigned.is_empty() => {
                (*around, assigned)
            }
            _ => (self.inside, &self.names),
        };
        if let Some((name, before)) = names.split_last() {
            let inside = before.iter().fold(inside, |around, name| tree.add(around, name.clone()));
            tree.leaf_as(inside, name.clone(), raw, meaning);
        }
    }
}

/// `DATABASE_PASSWORD`
fn is_variable(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.len() > 2 && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(letter)
}

/// Whether a text is all of the value: nothing is added to it, nor anything taken from it.
fn is_whole(rest: &str) -> bool {
    !rest.trim_start_matches([' ', '\t']).starts_with(['+', '%', '.', '[', '\'', '"'])
}

fn next<'t>(rest: &mut &'t str) -> Option<Token<'t>> {
    loop {
        let text = rest.trim_start_matches([' ', '\t', '\r']);
        let first = text.chars().next()?;
        if first == '#' {
            *rest = &text[text.find('\n').unwrap_or(text.len())..];
            continue;
        }
        if let Some(end) = text.strip_prefix('\\').and_then(|behind| behind.trim_start_matches('\r').strip_prefix('\n'))
        {
            *rest = end;
            continue;
        }
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let word = &text[..text.find(|c| !is_name(c)).unwrap_or(text.len())];
        let (token, length) = match first {
            '\n' => (Token::LineEnd, 1),
            _ if is_prefix(word) && text[word.len()..].starts_with(['\'', '"']) => string(text, word),
            _ if !word.is_empty() => (Token::Word(word), word.len()),
            '=' | '!' | '<' | '>' if text[1..].starts_with('=') => (Token::Sign('?'), 2),
            c => (Token::Sign(c), c.len_utf8()),
        };
        *rest = &text[length..];
        return Some(token);
    }
}

/// `r'…'`, `b"…"`, or nothing before the mark.
fn is_prefix(word: &str) -> bool {
    word.len() <= 2 && word.chars().all(|c| matches!(c.to_ascii_lowercase(), 'r' | 'b' | 'u' | 'f'))
}

fn string<'t>(text: &'t str, prefix: &str) -> (Token<'t>, usize) {
    let written = &text[prefix.len()..];
    let mark = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|mark| written.starts_with(mark)).unwrap_or("'");
    let inside = &written[mark.len()..];
    let has = |letter: char| prefix.contains([letter, letter.to_ascii_uppercase()]);
    let start = prefix.len() + mark.len();
    match end_of(inside, mark) {
        Some(end) if has('f') && inside[..end].contains('{') => (Token::Formatted, start + end + mark.len()),
        Some(end) => (Token::Text(&inside[..end], has('r')), start + end + mark.len()),
        // Not closed: from here on every mark would be taken for its opposite.
        None if mark.len() == 1 => (Token::Formatted, text.find('\n').unwrap_or(text.len())),
        None => (Token::Formatted, text.len()),
    }
}

fn end_of(inside: &str, mark: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = inside[at..].find(['\\', '\n', '\'', '"']) {
        at += found;
        match inside.as_bytes()[at] {
            b'\\' => at += 1 + inside[at + 1..].chars().next().map_or(0, char::len_utf8),
            b'\n' if mark.len() == 1 => return None,
            _ if inside[at..].starts_with(mark) => return Some(at),
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let mut tree = Tree::new(text);
        read(text, &mut tree);
        tree.leaves().map(|leaf| format!("{}={}", tree.path(leaf), tree.value(leaf).unwrap().text)).collect()
    }

    #[test]
    fn what_is_assigned_is_read_whatever_stands_around_it() {
        for (text, expected) in [
            ("A = 'x' # b\nB: str = \"y\"", vec!["A=x", "B=y"]),
            ("app.config['A'] = 'x'\napp.b = r'\\y'", vec!["app/config/A=x", "app/b=\\y"]),
            (
                "D = {\n  'a': {'B': 'x', 'C': 1},  # c\n  'd': [{'E': 'y'}],\n}\nF = 'z'",
                vec!["D/a/B=x", "D/d/E=y", "F=z"],
            ),
            ("D = dict(A='x', B='y')", vec!["D/A=x", "D/B=y"]),
            ("A = os.environ.get('B_C', 'x')\nD = env('D', default='y')", vec!["A=x", "D=y"]),
            ("A = os.environ.get(\"BCD\") or 'x'", vec!["A=x"]),
            ("A = (\n  'x'\n)\nB = 'y'", vec!["A=x", "B=y"]),
            ("app.config.from_mapping(\n  A='x',\n  B=os.path.join(c, 'd'),\n)", vec!["A=x"]),
            ("class C:\n    A = 'x'\n    def f(self, b='y'):\n        return 'z'", vec!["A=x", "b=y"]),
            ("A = '''x\ny'''\nB = 'it\\'s'", vec!["A=x\ny", "B=it's"]),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_put_together_elsewhere_is_no_value() {
        for text in [
            "A = f'{b}-x'",
            "A = 'x' + b",
            "A = 'x'.join(b)",
            "A = b['c']",
            "A = decrypt('x', 'y')",
            "A == 'x'",
            "print('a', 'x')",
            "A = b if c else d",
            "return 'x'",
            "A = os.environ['BCD']",
            "A = 'x' 'y'",
            "# A = 'x'",
        ] {
            assert_eq!(values(text), [""; 0], "{text}");
        }
    }
}
