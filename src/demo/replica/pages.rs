//! Lists that come in pages: `first` and `after`, with cursors that mean nothing to a client.

use serde_json::{Map, Value, json};

use super::access::Denial;
use super::objects::Object;

const LARGEST_PAGE: usize = 500;
const CURSOR: &str = "cursor-";

/// A stretch of a list.
#[derive(Clone)]
pub struct Page<'w> {
    /// Where in the whole list it begins.
    start: usize,
    nodes: Vec<Object<'w>>,
    has_more: bool,
}

pub fn page<'w>(arguments: &Map<String, Value>, all: Vec<Object<'w>>) -> Result<Page<'w>, Denial> {
    let start = match arguments.get("after").and_then(Value::as_str) {
        None => 0,
        Some(cursor) => {
            let last = cursor.strip_prefix(CURSOR).and_then(|number| number.parse::<usize>().ok());
            let last = last.filter(|last| *last < all.len());
            last.ok_or_else(|| Denial::BadInput("Invalid cursor".to_owned()))? + 1
        }
    };
    let length = match arguments.get("first").and_then(Value::as_i64) {
        None => LARGEST_PAGE,
        Some(first) => match usize::try_from(first) {
            Ok(first) => first.min(LARGEST_PAGE),
            Err(_) => return Err(Denial::BadInput("\"first\" must not be negative".to_owned())),
        },
    };
    let has_more = all.len() > start + length;
    Ok(Page { start, nodes: all.into_iter().skip(start).take(length).collect(), has_more })
}

impl<'w> Page<'w> {
    pub fn edges(&self) -> impl Iterator<Item = Object<'w>> {
        let nodes = self.nodes.iter().enumerate();
        nodes.map(|(at, node)| Object::Edge { cursor: self.cursor(at), node: Box::new(node.clone()) })
    }

    /// A field of its `PageInfo`.
    pub fn info(&self, field: &str) -> Value {
        match field {
            "hasNextPage" => json!(self.has_more),
            "hasPreviousPage" => json!(self.start > 0),
            "startCursor" => json!(self.nodes.first().map(|_| self.cursor(0))),
            _ => json!(self.nodes.len().checked_sub(1).map(|last| self.cursor(last))),
        }
    }

    fn cursor(&self, at: usize) -> String {
        format!("{CURSOR}{}", self.start + at)
    }
}
