//! Bodies in XML, as JSON, so that the pointers of a detector file read them like any other.
//!
//! One rule for all: the document is an object with its root element as the only member, and an
//! element is an object whose children stand in *lists* under their names, even where there is one
//! of a name; attributes are texts under `@name`. An element without children and attributes is its
//! text. So `<List id="7"><Item><Name>a</Name></Item></List>` is
//! `{"List": {"@id": "7", "Item": [{"Name": ["a"]}]}}`, and `/List/Item/*/Name/0` names every name.
//! Namespaces are passed over, and so is text between elements.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value};

/// Deeper documents are none that a provider sends.
const DEEPEST: usize = 32;
/// A body of one MiB can hold more than this, at many times its size in memory.
const NODES: u32 = 200_000;

/// The document as JSON; `None` for what is no XML, is too deep, or defines entities of its own.
pub fn to_json(body: &[u8]) -> Option<Value> {
    let text = std::str::from_utf8(body).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_start();
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).ok()?;
    let root = document.root_element();
    Some(Value::Object(Map::from_iter([(root.tag_name().name().to_owned(), element(root, DEEPEST)?)])))
}

fn element(node: Node<'_, '_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let mut members = Map::new();
    for attribute in node.attributes() {
        members.insert(format!("@{}", attribute.name()), attribute.value().into());
    }
    for child in node.children().filter(Node::is_element) {
        let value = element(child, depth)?;
        let list = members.entry(child.tag_name().name()).or_insert_with(|| Value::Array(Vec::new()));
        list.as_array_mut()?.push(value);
    }
    if members.is_empty() {
        let text: String = node.children().filter_map(|child| child.text()).collect();
        return Some(Value::String(text.trim().to_owned()));
    }
    Some(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn children_stand_in_lists_under_their_names() {
        let one = r#"<?xml version="1.0" encoding="utf-8"?><List xmlns="urn:x" id="7">
            <Item><Name>a &amp; b</Name></Item></List>"#;
        assert_eq!(to_json(one.as_bytes()), Some(json!({"List": {"@id": "7", "Item": [{"Name": ["a & b"]}]}})));
        let more = "\u{feff}<?xml version='1.0'?><List><Item/><Next/><Item> b </Item></List>";
        assert_eq!(to_json(more.as_bytes()), Some(json!({"List": {"Item": ["", "b"], "Next": [""]}})));
        assert_eq!(to_json(b"<Empty/>"), Some(json!({"Empty": ""})));
    }

    #[test]
    fn what_is_no_plain_xml_is_refused() {
        for body in [&b"<List><Item></List>"[..], b"{}", b"", b"\xff<a/>", b"<!DOCTYPE html><html></html>"] {
            assert_eq!(to_json(body), None);
        }
        let entities = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;&b;\">]><a>&c;</a>";
        assert_eq!(to_json(entities.as_bytes()), None);
    }

    #[test]
    fn what_is_deep_or_wide_takes_bounded_room() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(to_json(nested(DEEPEST).as_bytes()).is_some());
        for depth in [DEEPEST + 1, 100_000] {
            assert_eq!(to_json(nested(depth).as_bytes()), None, "{depth}");
        }
        let wide = format!("<a>{}</a>", "<b/>".repeat(NODES as usize));
        assert_eq!(to_json(wide.as_bytes()), None);
    }
}
