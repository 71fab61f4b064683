//! SQL: accounts with their passwords (`IDENTIFIED BY 'x'`, `PASSWORD 'x'`), and the rows of tables that
//! keep secrets. `insert/TABLE/COLUMN` is what a row holds, `set/NAME` what is assigned.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::carrier::tree::{Id, ROOT, Tree};

/// A dump has millions of values. Only columns with one of these in their name are kept, and who they belong to.
const KEPT: &[&str] =
    &["pass", "pwd", "secret", "token", "key", "hash", "salt", "auth", "user", "login", "mail", "name"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Text(&'t str),
    Name(&'t str),
    Sign(char),
}

impl Token<'_> {
    fn is(self, word: &str) -> bool {
        matches!(self, Token::Name(name) if name.eq_ignore_ascii_case(word))
    }
}

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut reader = Sql { rest: text, tables: HashMap::new(), inserts: None };
    let account = tree.add(ROOT, "account");
    let set = tree.add(ROOT, "set");
    let mut before = Token::Sign(';');
    while let Some(token) = reader.next() {
        if tree.is_full() {
            return;
        }
        match token {
            Token::Name(word) if word.eq_ignore_ascii_case("into") => reader.insert(tree),
            Token::Name(word) if word.eq_ignore_ascii_case("table") && before.is("create") => reader.create(),
            Token::Name(word) if word.eq_ignore_ascii_case("copy") => reader.copy(tree),
            Token::Name(word) if word.eq_ignore_ascii_case("by") && before.is("identified") => {
                reader.secret(account, "identified-by", tree);
            }
            Token::Name(word) if word.eq_ignore_ascii_case("password") => reader.secret(account, "password", tree),
            Token::Sign('=') => {
                if let Token::Name(name) = before
                    && is_kept(name)
                {
                    let before = reader.rest;
                    match reader.next() {
                        Some(Token::Text(raw)) => drop(tree.leaf_as(set, name, raw, meaning(raw))),
                        _ => reader.rest = before,
                    }
                }
            }
            _ => {}
        }
        before = token;
    }
}

fn is_kept(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    KEPT.iter().any(|word| name.contains(word))
}

struct Sql<'t> {
    rest: &'t str,
    /// The columns of the tables that were created before they were filled.
    tables: HashMap<&'t str, Vec<&'t str>>,
    inserts: Option<Id>,
}

impl<'t> Sql<'t> {
    /// Looks at the next token and takes it only where it is this sign.
    fn takes(&mut self, sign: char) -> bool {
        let before = self.rest;
        let found = self.next() == Some(Token::Sign(sign));
        if !found {
            self.rest = before;
        }
        found
    }

    /// `[schema.]table`
    fn table(&mut self) -> Option<&'t str> {
        let mut table = None;
        for _ in 0..8 {
            match self.next()? {
                Token::Name(word) if ["if", "not", "exists", "only"].contains(&word.to_ascii_lowercase().as_str()) => {}
                Token::Name(name) => {
                    table = Some(name);
                    if !self.takes('.') {
                        break;
                    }
                }
                _ => return None,
            }
        }
        table
    }

    /// The names between the parentheses that come next.
    fn names(&mut self) -> Vec<&'t str> {
        let mut names = Vec::new();
        if !self.takes('(') {
            return names;
        }
        while let Some(token) = self.next() {
            match token {
                Token::Name(name) => names.push(name),
                Token::Sign(',') => {}
                _ => break,
            }
        }
        names
    }

    fn create(&mut self) {
        let Some(table) = self.table() else { return };
        if !self.takes('(') {
            return;
        }
        const NO_COLUMNS: &[&str] =
            &["primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext", "exclude"];
        let (mut depth, mut is_first, mut columns) = (1, true, Vec::new());
        while let Some(token) = self.next() {
            match token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth -= 1,
                Token::Sign(';') => break,
                Token::Name(name)
                    if is_first && depth == 1 && !NO_COLUMNS.contains(&name.to_ascii_lowercase().as_str()) =>
                {
                    columns.push(name);
                }
                _ => {}
            }
            is_first = depth == 1 && token == Token::Sign(',');
            if depth == 0 {
                break;
            }
        }
        self.tables.insert(table, columns);
    }

    fn columns(&mut self, table: &'t str) -> Vec<&'t str> {
        let named = self.names();
        if named.is_empty() { self.tables.get(table).cloned().unwrap_or_default() } else { named }
    }

    /// Where the rows of a table go.
    fn place(&mut self, table: &'t str, tree: &mut Tree<'t>) -> Id {
        let inserts = *self.inserts.get_or_insert_with(|| tree.add(ROOT, "insert"));
        tree.add(inserts, table)
    }

    /// Behind `INTO`.
    fn insert(&mut self, tree: &mut Tree<'t>) {
        let Some(table) = self.table() else { return };
        let columns = self.columns(table);
        let before = self.rest;
        if !self.next().is_some_and(|token| token.is("values") || token.is("value")) {
            self.rest = before;
            return;
        }
        let is_kept = columns.iter().any(|column| is_kept(column));
        while self.takes('(') {
            if tree.is_full() {
                return;
            }
            // A row that names no column of interest costs no place.
            let row = is_kept.then(|| self.place(table, tree));
            self.row(&columns, row, tree);
            if !self.takes(',') {
                return;
            }
        }
    }

    fn row(&mut self, columns: &[&'t str], row: Option<Id>, tree: &mut Tree<'t>) {
        let (mut column, mut depth) = (0, 1);
        while let Some(token) = self.next() {
            match token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth -= 1,
                Token::Sign(',') if depth == 1 => column += 1,
                Token::Sign(';') => return,
                Token::Text(raw) => {
                    if let (Some(row), Some(name)) = (row, columns.get(column).filter(|name| is_kept(name))) {
                        tree.leaf_as(row, *name, raw, meaning(raw));
                    }
                }
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// `COPY table (columns) FROM stdin;` and rows with tabs up to `\.`
    fn copy(&mut self, tree: &mut Tree<'t>) {
        let Some(table) = self.table() else { return };
        let columns = self.columns(table);
        if !(self.next().is_some_and(|token| token.is("from")) && self.next().is_some_and(|token| token.is("stdin"))) {
            return;
        }
        let Some(start) = self.rest.find('\n') else { return };
        let body = &self.rest[start + 1..];
        let end = body.find("\n\\.").unwrap_or(body.len());
        self.rest = &body[end..];
        for line in body[..end].lines().filter(|_| columns.iter().any(|column| is_kept(column))) {
            if tree.is_full() {
                return;
            }
            let row = self.place(table, tree);
            for (column, raw) in columns.iter().zip(line.trim_end_matches('\r').split('\t')) {
                if is_kept(column) && raw != "\\N" {
                    tree.leaf(row, *column, raw);
                }
            }
        }
    }

    /// The password that comes next: behind `=`, `(`, `PASSWORD` and whose it is, or at once.
    fn secret(&mut self, parent: Id, key: &'static str, tree: &mut Tree<'t>) {
        let before = self.rest;
        let mut is_whose = false;
        for _ in 0..8 {
            match self.next() {
                Some(Token::Text(_) | Token::Name(_)) if is_whose => is_whose = false,
                Some(Token::Text(raw)) => {
                    tree.leaf_as(parent, key, raw, meaning(raw));
                    return;
                }
                Some(Token::Sign('=' | '(')) => {}
                Some(Token::Sign('@')) => is_whose = true,
                Some(Token::Name(word)) if word.eq_ignore_ascii_case("for") => is_whose = true,
                Some(Token::Name(word))
                    if ["password", "n", "values", "hash"].contains(&word.to_ascii_lowercase().as_str()) => {}
                _ => break,
            }
        }
        self.rest = before;
    }

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let text = self.rest.trim_start();
            let first = text.chars().next()?;
            let comment = match text.as_bytes() {
                [b'-', b'-', ..] => Some(text.find('\n').unwrap_or(text.len())),
                // What MySQL executes in a comment is no comment.
                [b'/', b'*', b'!', ..] => Some(3),
                [b'/', b'*', ..] => Some(text.find("*/").map_or(text.len(), |at| at + 2)),
                _ => None,
            };
            if let Some(end) = comment {
                self.rest = &text[end..];
                continue;
            }
            let quoted = match first {
                '\'' => Some(match text_end(&text[1..]) {
                    Some(end) => (Token::Text(&text[1..=end]), end + 2),
                    // Not closed: from here on every mark would be taken for its opposite.
                    None => (Token::Sign(first), text.find('\n').unwrap_or(text.len())),
                }),
                '"' | '`' => text[1..].find(first).map(|end| (Token::Name(&text[1..=end]), end + 2)),
                _ => None,
            };
            let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            let (token, length) = quoted.unwrap_or_else(|| match first {
                c if is_name(c) => {
                    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
                    (Token::Name(&text[..end]), end)
                }
                c => (Token::Sign(c), c.len_utf8()),
            });
            self.rest = &text[length..];
            return Some(token);
        }
    }
}

/// Where a text ends; `''` and `\'` stand for a mark in it.
fn text_end(inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'\'', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'\\' || bytes.get(at + 1) == Some(&b'\'') {
            at += 2;
        } else {
            return Some(at);
        }
    }
}

fn meaning(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['\'', '\\']) {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(raw.replace("''", "'").replace("\\'", "'").replace("\\\\", "\\"))
}
