//! Blocks of PEM that hold no key but a JSON object: its members stand below the label of the block, and
//! each is written where the whole block is.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::carrier::form::decode;
use crate::carrier::tree::{ROOT, Tree};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

pub fn read<'t>(text: &'t str, tree: &mut Tree<'t>) {
    let mut rest = text;
    while let Some((_, block)) = rest.split_once(BEGIN) {
        let Some((label, behind)) = block.split_once("-----") else { return };
        let Some((body, behind)) = behind.split_once(END) else { return };
        rest = behind;
        let object = decode(body).and_then(|json| serde_json::from_str::<Map<String, Value>>(&json).ok());
        let Some(members) = object.filter(|_| !tree.is_full()) else { continue };
        let block = tree.add(ROOT, label);
        for (name, value) in members {
            if let Value::String(value) = value {
                tree.leaf_as(block, name, body.trim(), Cow::Owned(value));
            }
        }
    }
}
