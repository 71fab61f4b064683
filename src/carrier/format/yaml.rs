//! YAML by its events, so that what stands before a mistake is read all the same, and aliases, which
//! can blow a small file up beyond any memory, are never followed.

use std::borrow::Cow;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::carrier::tree::{DEEPEST, Id, ROOT, Tree};

/// Indentation and dashes beyond this nest deeper than anybody writes, and cost the parser its stack.
const WIDEST: usize = 400;

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let nests = |line: &str| line.bytes().take_while(|byte| b" -?:\t[{".contains(byte)).count();
    if text.lines().any(|line| nests(line) > WIDEST) {
        return;
    }
    for document in documents(text) {
        read_document(document, tree);
    }
}

/// A mistake ends the reading of its document, not that of the others in the file.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        match text.find("\n---") {
            Some(at) => {
                rest = Some(&text[at + 4..]);
                Some(&text[..=at])
            }
            None => {
                rest = None;
                Some(text)
            }
        }
    })
}

struct Open<'t> {
    id: Id,
    /// The number of the next item of a list; none in a mapping.
    item: Option<usize>,
    /// In a mapping: the key whose value comes next.
    key: Option<Cow<'t, str>>,
}

impl<'t> Open<'t> {
    /// The name for the value that comes. None: it is a key itself.
    fn name(&mut self) -> Option<Cow<'t, str>> {
        match &mut self.item {
            Some(number) => {
                *number += 1;
                Some(Cow::Owned((*number - 1).to_string()))
            }
            None => self.key.take(),
        }
    }
}

fn read_document<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let prepared = without_templates(text);
    let mut parser = Parser::new_from_str(&prepared);
    let mut places = Places { text, byte: 0, characters: 0 };
    // One thing around each document, so that neighbours are those of the same document.
    let document = tree.add(ROOT, "");
    let mut open = vec![Open { id: document, item: Some(0), key: None }];
    while let Some(Ok((event, span))) = parser.next_event() {
        if tree.is_full() || open.len() > DEEPEST {
            return;
        }
        let Some(around) = open.last_mut() else { return };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let is_list = matches!(event, Event::SequenceStart(..));
                // The top of a document has no name of its own.
                let id = if open.len() == 1 {
                    document
                } else {
                    let Some(around) = open.last_mut() else { return };
                    let name = around.name().unwrap_or_default();
                    tree.add(around.id, name)
                };
                open.push(Open { id, item: is_list.then_some(0), key: None });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
            }
            Event::Alias(_) if around.item.is_none() && around.key.is_none() => around.key = Some(Cow::Borrowed("")),
            Event::Alias(_) => drop(around.name()),
            Event::Scalar(meaning, style, ..) => {
                let raw = inner(&text[places.bytes(span)], style);
                let value = if raw == meaning { Cow::Borrowed(raw) } else { Cow::Owned(meaning.into_owned()) };
                match around.name() {
                    None => around.key = Some(value),
                    // What a template makes of it stands elsewhere.
                    Some(name) if !raw.contains("{{") => drop(tree.leaf_as(around.id, name, raw, value)),
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
}

/// The scalar without its quotation marks.
fn inner(raw: &str, style: ScalarStyle) -> &str {
    let raw = raw.trim();
    let quote = match style {
        ScalarStyle::SingleQuoted => '\'',
        ScalarStyle::DoubleQuoted => '"',
        _ => return raw,
    };
    raw.strip_prefix(quote).and_then(|raw| raw.strip_suffix(quote)).unwrap_or(raw)
}

/// The text with every `{{ … }}` of a template written over by as many letters, and lines that hold
/// nothing else by spaces: neither is YAML before the template is filled in.
fn without_templates(text: &str) -> Cow<'_, str> {
    if !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let mut prepared = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_alone = line.trim().starts_with("{{") && line.trim().ends_with("}}");
        let mut rest = line;
        while let Some((start, end)) = template(rest) {
            prepared.push_str(&rest[..start]);
            let filler = if is_alone { ' ' } else { 'x' };
            prepared.extend(rest[start..end].chars().map(|_| filler));
            rest = &rest[end..];
        }
        prepared.push_str(rest);
    }
    Cow::Owned(prepared)
}

fn template(text: &str) -> Option<(usize, usize)> {
    let start = text.find("{{")?;
    let end = text[start..].find("}}")?;
    Some((start, start + end + 2))
}

/// From the parser's places, which count characters, to bytes. Events come in the order of the text.
struct Places<'t> {
    text: &'t str,
    byte: usize,
    characters: usize,
}

impl Places<'_> {
    fn bytes(&mut self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        let end = self.byte(span.end.index());
        start..end.max(start)
    }

    fn byte(&mut self, characters: usize) -> usize {
        if characters < self.characters {
            (self.byte, self.characters) = (0, 0);
        }
        let rest = &self.text[self.byte..];
        let wanted = characters - self.characters;
        let step = rest.char_indices().nth(wanted).map_or(rest.len(), |(at, _)| at);
        self.byte += step;
        self.characters = characters;
        self.byte
    }
}
