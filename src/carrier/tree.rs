//! What a file says, whatever its format: named values inside named things, each with its place in
//! the text.

use std::borrow::Cow;
use std::ops::Range;

/// A file of more parts than this is data, not settings: what comes after them is not read.
const FULL: usize = 400_000;

/// Deeper nesting is not followed. Nobody writes it, and every walk to the top stays short.
pub const DEEPEST: usize = 64;

pub type Id = usize;

/// What holds everything.
pub const ROOT: Id = 0;

pub struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Node<'t>>,
}

struct Node<'t> {
    key: Cow<'t, str>,
    value: Option<Value<'t>>,
    parent: Id,
    /// The one before it in the same thing.
    previous: Option<Id>,
    last_child: Option<Id>,
}

/// A value as it is meant, and where it is written.
pub struct Value<'t> {
    pub text: Cow<'t, str>,
    pub span: Range<usize>,
}

impl<'t> Tree<'t> {
    pub fn new(text: &'t str) -> Tree<'t> {
        let root = Node { key: Cow::Borrowed(""), value: None, parent: ROOT, previous: None, last_child: None };
        Tree { text, nodes: vec![root] }
    }

    /// A reader stops here.
    pub fn is_full(&self) -> bool {
        self.nodes.len() >= FULL
    }

    /// A thing in `parent` that holds others.
    pub fn add(&mut self, parent: Id, key: impl Into<Cow<'t, str>>) -> Id {
        let id = self.nodes.len();
        let previous = self.nodes[parent].last_child.replace(id);
        self.nodes.push(Node { key: key.into(), value: None, parent, previous, last_child: None });
        id
    }

    /// A value in `parent` that stands in the text as it is; `raw` is that part of the text.
    pub fn leaf(&mut self, parent: Id, key: impl Into<Cow<'t, str>>, raw: &'t str) -> Id {
        self.leaf_as(parent, key, raw, Cow::Borrowed(raw))
    }

    /// A value in `parent` that is written as `raw` and means `text`.
    pub fn leaf_as(&mut self, parent: Id, key: impl Into<Cow<'t, str>>, raw: &'t str, text: Cow<'t, str>) -> Id {
        let id = self.add(parent, key);
        self.set(id, raw, text);
        id
    }

    /// The value of something that may hold others too.
    pub fn set(&mut self, id: Id, raw: &'t str, text: Cow<'t, str>) {
        let span = place(self.text, raw);
        self.nodes[id].value = Some(Value { text, span });
    }

    pub fn key(&self, id: Id) -> &str {
        &self.nodes[id].key
    }

    pub fn value(&self, id: Id) -> Option<&Value<'t>> {
        self.nodes[id].value.as_ref()
    }

    /// None for the whole.
    pub fn parent(&self, id: Id) -> Option<Id> {
        (id != ROOT).then(|| self.nodes[id].parent)
    }

    pub fn previous(&self, id: Id) -> Option<Id> {
        self.nodes[id].previous
    }

    /// Whether a place is counted from here: from the whole, or from one of the documents, records or
    /// lines without a name that it consists of.
    pub fn is_top(&self, id: Id) -> bool {
        id == ROOT || (self.nodes[id].parent == ROOT && self.nodes[id].key.is_empty())
    }

    /// What a thing holds, the last first.
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.nodes[id].last_child, |&child| self.nodes[child].previous)
    }

    /// Everything with a value, in the order of the text.
    pub fn leaves(&self) -> impl Iterator<Item = Id> {
        (0..self.nodes.len()).filter(|&id| self.nodes[id].value.is_some())
    }

    pub fn slice(&self, span: &Range<usize>) -> &'t str {
        &self.text[span.clone()]
    }

    /// The keys from the top, with `/` between them.
    pub fn path(&self, id: Id) -> String {
        let mut keys: Vec<&str> = std::iter::successors(Some(id), |&id| self.parent(id))
            .take_while(|&id| !self.is_top(id))
            .map(|id| self.key(id))
            .collect();
        keys.reverse();
        keys.join("/")
    }
}

/// Where a part of `text` stands in it.
pub fn place(text: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len());
    start..(start + part.len()).min(text.len())
}
