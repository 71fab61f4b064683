//! The published schema of the JSON report, held against real reports. Readers must bear fields
//! that it does not name; these tests do not: what is printed is documented.

use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

/// A schema that documents are held against.
pub struct Schema(Schemas, SchemaIndex);

impl Schema {
    pub fn new(schema: Value) -> Schema {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        compiler.add_resource("https://schema.example/it", schema).unwrap();
        let index = compiler.compile("https://schema.example/it", &mut schemas).unwrap();
        Schema(schemas, index)
    }

    pub fn check(&self, document: &Value, name: &str) {
        self.0.validate(document, self.1).unwrap_or_else(|why| panic!("{name}: {why:#}"));
    }
}

/// As it stands in the repository.
pub fn published() -> Value {
    serde_json::from_str(include_str!("../../src/report/json.schema.json")).unwrap()
}

static STRICT: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = published();
    schema.as_object_mut().unwrap().remove("$id");
    close(&mut schema);
    Schema::new(schema)
});

/// Where fields are named, no others may be.
fn close(schema: &mut Value) {
    if schema["properties"].is_object() {
        schema["additionalProperties"] = json!(false);
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(close),
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Whether the report is as the schema says, and nothing in it is left unsaid.
pub fn documented(report: &Value, name: &str) {
    STRICT.check(report, name);
}
