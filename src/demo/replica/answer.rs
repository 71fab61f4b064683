//! From a checked question to the body of its answer: the selections are walked over the world,
//! and the first thing that is refused blanks the data, as it does upstream, where every root
//! field is non-null.

use serde_json::{Map, Value, json};

use super::access::Denial;
use super::document::Selection;
use super::objects::{Answer, Object, View};
use super::schema::{Schema, named};

/// A refused field, and where in the answer it would have stood.
struct Refused {
    denial: Denial,
    path: Vec<Value>,
    position: (usize, usize),
}

/// The body for HTTP 200. `seed` makes the trace ids of different answers differ.
pub fn body(
    view: &View<'_>,
    selections: &[Selection],
    overruled: &dyn Fn(&str) -> Option<Overrule>,
    seed: u64,
) -> Value {
    let mut data = Map::new();
    let mut errors = Vec::new();
    for selection in selections {
        let outcome = match overruled(&selection.name) {
            Some(Overrule::Null) => Ok(Value::Null),
            Some(Overrule::Deny(denial)) => {
                Err(Refused { denial, path: vec![json!(selection.key)], position: selection.position })
            }
            None => field(view, &Object::Query, "Query", selection, &mut Vec::new()),
        };
        match outcome {
            Ok(value) => {
                data.insert(selection.key.clone(), value);
            }
            Err(refused) => errors.push(error(&refused, seed + errors.len() as u64)),
        }
    }
    match errors.is_empty() {
        true => json!({ "data": data }),
        false => json!({ "errors": errors, "data": null }),
    }
}

/// What a test wants a root field to answer, whatever the world says.
pub enum Overrule {
    Null,
    Deny(Denial),
}

fn field(
    view: &View<'_>,
    object: &Object<'_>,
    ty: &str,
    selection: &Selection,
    path: &mut Vec<Value>,
) -> Result<Value, Refused> {
    if selection.name == "__typename" {
        return Ok(json!(ty));
    }
    path.push(json!(selection.key));
    let refused = |denial, path: &[Value]| Refused { denial, path: path.to_vec(), position: selection.position };
    let answer = view.resolve(object, &selection.name, &selection.arguments);
    let answer = answer.map_err(|denial| refused(denial, path))?;
    let inner = Schema::railway().field(ty, &selection.name).map_or("", |field| named(&field.ty));
    let value = match answer {
        Answer::Leaf(value) => value,
        Answer::One(object) => fields(view, &object, inner, &selection.fields, path)?,
        Answer::Many(objects) => {
            let mut values = Vec::with_capacity(objects.len());
            for (at, object) in objects.iter().enumerate() {
                path.push(json!(at));
                values.push(fields(view, object, inner, &selection.fields, path)?);
                path.pop();
            }
            Value::Array(values)
        }
    };
    path.pop();
    Ok(value)
}

fn fields(
    view: &View<'_>,
    object: &Object<'_>,
    ty: &str,
    selections: &[Selection],
    path: &mut Vec<Value>,
) -> Result<Value, Refused> {
    let mut values = Map::new();
    for selection in selections {
        values.insert(selection.key.clone(), field(view, object, ty, selection, path)?);
    }
    Ok(Value::Object(values))
}

fn error(refused: &Refused, seed: u64) -> Value {
    let (line, column) = refused.position;
    let mut extensions = json!({ "code": refused.denial.code() });
    if let Denial::TwoFactorRequired { workspace } = &refused.denial {
        extensions["workspaceName"] = json!(workspace);
    }
    json!({
        "message": refused.denial.message(),
        "locations": [{ "line": line, "column": column }],
        "path": refused.path,
        "extensions": extensions,
        "traceId": trace_id(seed),
    })
}

/// A decimal number of nineteen digits, as upstream writes them.
fn trace_id(seed: u64) -> String {
    (3_000_000_000_000_000_000 + seed % 1_000_000 * 7_919_000_001).to_string()
}
