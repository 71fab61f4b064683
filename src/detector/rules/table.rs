//! Tables of a rules file, key by key: where each stands, and what is wrong with it. Keys are taken
//! in whatever case, as the tools do that the format comes from.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{FileError, nearest, position};

/// A place in a rules file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub path: String,
    pub line: usize,
    pub column: usize,
}

impl Place {
    pub(super) fn error(&self, message: impl Into<String>) -> Wrong {
        Wrong { place: self.clone(), message: message.into() }
    }
}

/// Something that cannot be kept.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    place: Place,
    message: String,
}

impl From<Wrong> for FileError {
    fn from(Wrong { place: Place { path, line, column }, message }: Wrong) -> FileError {
        FileError::Syntax { path, line, column, message }
    }
}

/// What is written, and where.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub value: T,
    pub place: Place,
}

/// One file's text, to tell places in.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub path: &'t str,
    pub text: &'t str,
}

impl Text<'_> {
    pub(super) fn place(&self, span: Range<usize>) -> Place {
        let (line, column) = position(self.text, span.start);
        Place { path: self.path.to_owned(), line, column }
    }
}

/// A table that is being read; what is wrong with it is collected.
pub(super) struct Table<'t> {
    text: Text<'t>,
    /// What its errors begin with: the rule that it belongs to.
    of: String,
    fields: BTreeMap<String, (Range<usize>, &'t Spanned<DeValue<'t>>)>,
    pub wrong: Vec<Wrong>,
}

impl<'t> Table<'t> {
    /// Keys that are not `known` are errors.
    pub(super) fn of(text: Text<'t>, table: &'t DeTable<'t>, of: &str, known: &[&str]) -> Table<'t> {
        let mut read = Table { text, of: of.to_owned(), fields: BTreeMap::new(), wrong: Vec::new() };
        for (key, value) in table {
            let name = key.get_ref().to_ascii_lowercase();
            if !known.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                let message = unknown(key.get_ref(), known);
                read.complain(key.span(), message);
            } else if read.fields.insert(name, (key.span(), value)).is_some() {
                read.complain(key.span(), format!("the key `{}` stands here twice", key.get_ref()));
            }
        }
        read
    }

    fn complain(&mut self, span: Range<usize>, message: String) {
        self.wrong.push(self.text.place(span).error(format!("{}{message}", self.of)));
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.contains_key(&key.to_ascii_lowercase())
    }

    fn take<T>(
        &mut self,
        key: &str,
        kind: &str,
        read: impl FnOnce(&'t Spanned<DeValue<'t>>) -> Option<T>,
    ) -> Option<At<T>> {
        let (span, value) = self.fields.remove(&key.to_ascii_lowercase())?;
        match read(value) {
            Some(value) => Some(At { value, place: self.text.place(span) }),
            None => {
                self.complain(span, format!("`{key}` is {kind}"));
                None
            }
        }
    }

    /// A text; an empty one is as good as none.
    pub(super) fn string(&mut self, key: &str) -> Option<At<String>> {
        let text = self.take(key, "a text", |value| value.get_ref().as_str().map(str::to_owned));
        text.filter(|text| !text.value.trim().is_empty())
    }

    /// A list of texts, without empty ones.
    pub(super) fn strings(&mut self, key: &str) -> Vec<String> {
        let read = |value: &Spanned<DeValue<'t>>| -> Option<Vec<String>> {
            value.get_ref().as_array()?.iter().map(|one| one.get_ref().as_str().map(str::to_owned)).collect()
        };
        let texts = self.take(key, "a list of texts", read).map(|at| at.value).unwrap_or_default();
        texts.into_iter().filter(|text| !text.is_empty()).collect()
    }

    pub(super) fn boolean(&mut self, key: &str) -> Option<At<bool>> {
        self.take(key, "true or false", |value| value.get_ref().as_bool())
    }

    pub(super) fn number(&mut self, key: &str) -> Option<At<f64>> {
        let read = |value: &Spanned<DeValue<'t>>| match value.get_ref() {
            DeValue::Integer(number) => number.as_str().replace('_', "").parse::<f64>().ok(),
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        self.take(key, "a number", |value| read(value).filter(|number| number.is_finite()))
    }

    /// A table, or each of a list of tables.
    pub(super) fn tables(&mut self, key: &str) -> Vec<(Place, &'t DeTable<'t>)> {
        let text = self.text;
        let read = |value: &'t Spanned<DeValue<'t>>| match value.get_ref() {
            DeValue::Table(table) => Some(vec![(text.place(value.span()), table)]),
            DeValue::Array(list) => {
                list.iter().map(|one| Some((text.place(one.span()), one.get_ref().as_table()?))).collect()
            }
            _ => None,
        };
        self.take(key, "a table", read).map(|at| at.value).unwrap_or_default()
    }
}

fn unknown(given: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match nearest(given, known.iter().copied()) {
        Some(near) => format!("unknown key `{given}`; did you mean `{near}`? Known here: {list}"),
        None => format!("unknown key `{given}`; known here: {list}"),
    }
}
