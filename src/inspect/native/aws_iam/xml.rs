//! Reading the XML of AWS's query services, without regard to its namespaces.

use roxmltree::{Document, Node};

const UNEXPECTED: &str = "the answer is not of the known form";

/// Reads the result of `action`, which stands in `<ActionResponse><ActionResult>`.
pub fn result<T>(xml: &str, action: &str, read: impl FnOnce(Node<'_, '_>) -> Option<T>) -> Result<T, &'static str> {
    let document = Document::parse(xml).map_err(|_| UNEXPECTED)?;
    let response = document.root_element();
    if response.tag_name().name() != format!("{action}Response") {
        return Err(UNEXPECTED);
    }
    child(response, &format!("{action}Result")).and_then(read).ok_or(UNEXPECTED)
}

/// Code and message of an error answer.
pub fn error(xml: &str) -> Option<(String, String)> {
    let document = Document::parse(xml).ok()?;
    let error = document.descendants().find(|node| node.has_tag_name_of("Error"))?;
    Some((text(error, "Code")?.to_owned(), text(error, "Message").unwrap_or_default().to_owned()))
}

pub fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name_of(name))
}

/// The text of a child, without the space around it; `None` where there is none.
pub fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text().map(str::trim).filter(|text| !text.is_empty())
}

/// The `<member>`s of a list; `None` where the list itself is missing.
pub fn members<'a, 'i>(node: Node<'a, 'i>, list: &str) -> Option<Vec<Node<'a, 'i>>> {
    Some(child(node, list)?.children().filter(|child| child.has_tag_name_of("member")).collect())
}

trait LocalName {
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl LocalName for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}
