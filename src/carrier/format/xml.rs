//! XML. Elements and attributes are named by their names; what is written as a pair of name and value
//! (`<add key="x" value="y"/>`, `<property name="x">y</property>`, `<key>x</key><string>y</string>`)
//! is named by that name too.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::carrier::tree::{DEEPEST, Id, ROOT, Tree};

struct Open<'t> {
    id: Id,
    /// Where its content begins.
    start: usize,
    has_children: bool,
    /// The name that an attribute gives to what it holds.
    named: Option<Cow<'t, str>>,
    /// What the `<key>` before has announced.
    announced: Option<Cow<'t, str>>,
}

impl<'t> Open<'t> {
    fn new(id: Id, start: usize, named: Option<Cow<'t, str>>) -> Open<'t> {
        Open { id, start, has_children: false, named, announced: None }
    }
}

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut open = vec![Open::new(ROOT, 0, None)];
    let position = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(text.len());
    while !tree.is_full() && open.len() <= DEEPEST {
        let before = position(&reader);
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let Some((id, named)) = element(text, &start, &mut open, tree) else { return };
                open.push(Open::new(id, position(&reader), named));
            }
            Ok(Event::Empty(start)) => {
                if element(text, &start, &mut open, tree).is_none() {
                    return;
                }
            }
            Ok(Event::End(_)) if open.len() > 1 => {
                if let Some(closed) = open.pop()
                    && !closed.has_children
                    && let Some(content) = text.get(closed.start..before)
                {
                    close(content, &closed, open.last_mut(), tree);
                }
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Adds an element with its attributes. Gives the name that one of them gives to its content.
fn element<'t>(
    text: &'t str,
    start: &BytesStart<'t>,
    open: &mut [Open<'t>],
    tree: &mut Tree<'t>,
) -> Option<(Id, Option<Cow<'t, str>>)> {
    let around = open.last_mut()?;
    around.has_children = true;
    let id = tree.add(around.id, start.local_name().as_ref().to_owned());
    let (mut named, mut value) = (None, None);
    for attribute in start.html_attributes().with_checks(false).flatten() {
        let Some(raw) = in_text(text, &attribute.value) else { continue };
        let name = attribute.key.local_name().as_ref().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "name" | "key" => named = Some(meaning(raw)),
            "value" | "connectionstring" => value = Some(raw),
            _ => {}
        }
        tree.leaf_as(id, name, raw, meaning(raw));
    }
    if let (Some(named), Some(raw)) = (&named, value) {
        tree.leaf_as(id, named.clone(), raw, meaning(raw));
    }
    Some((id, named))
}

/// What an element without others in it holds is its value.
fn close<'t>(content: &'t str, closed: &Open<'t>, around: Option<&mut Open<'t>>, tree: &mut Tree<'t>) {
    let content = content.trim();
    let literal = content.strip_prefix("<![CDATA[").and_then(|content| content.strip_suffix("]]>"));
    let (raw, text) = match literal {
        Some(literal) => (literal, Cow::Borrowed(literal)),
        None => (content, meaning(content)),
    };
    tree.set(closed.id, raw, text.clone());
    if let Some(named) = &closed.named {
        tree.leaf_as(closed.id, named.clone(), raw, text.clone());
    }
    let Some(around) = around else { return };
    if tree.key(closed.id).eq_ignore_ascii_case("key") {
        around.announced = Some(text);
    } else if let Some(announced) = around.announced.take() {
        tree.leaf_as(around.id, announced, raw, text);
    }
}

fn meaning(raw: &str) -> Cow<'_, str> {
    unescape(raw).unwrap_or(Cow::Borrowed(raw))
}

/// The part of the text that was read there, which outlives the reader's buffer.
fn in_text<'t>(text: &'t str, part: &str) -> Option<&'t str> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    text.get(start..start.checked_add(part.len())?)
}
