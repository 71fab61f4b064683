//! The part of the published schema that the replica answers, read from `schema.graphql`. It
//! decides what is an unknown field, also where a list happens to be empty.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use apollo_parser::Parser;
use apollo_parser::cst::{CstNode, Definition};

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::parse(include_str!("schema.graphql")));

pub struct Schema {
    types: BTreeMap<String, BTreeMap<String, Field>>,
}

/// A field of an object type. Types are kept as they are written: `[Workspace!]!`.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    pub ty: String,
    pub arguments: BTreeMap<String, String>,
}

impl Schema {
    pub fn railway() -> &'static Schema {
        &SCHEMA
    }

    fn parse(source: &str) -> Schema {
        let mut types = BTreeMap::new();
        for definition in Parser::new(source).parse().document().definitions() {
            let Definition::ObjectTypeDefinition(object) = definition else { continue };
            let Some(name) = object.name() else { continue };
            let fields = object.fields_definition().into_iter().flat_map(|fields| fields.field_definitions());
            let fields = fields.filter_map(|field| {
                let inputs = field.arguments_definition();
                let inputs = inputs.into_iter().flat_map(|inputs| inputs.input_value_definitions());
                let arguments = inputs
                    .filter_map(|input| Some((input.name()?.text().to_string(), written(input.ty()?.source_string()))))
                    .collect();
                let ty = written(field.ty()?.source_string());
                Some((field.name()?.text().to_string(), Field { ty, arguments }))
            });
            types.insert(name.text().to_string(), fields.collect());
        }
        Schema { types }
    }

    pub fn field(&self, ty: &str, name: &str) -> Option<&Field> {
        self.types.get(ty)?.get(name)
    }

    /// Whether a type has fields, so that a selection of them must follow.
    pub fn is_object(&self, ty: &str) -> bool {
        self.types.contains_key(ty)
    }
}

/// The type inside lists and non-null marks.
pub fn named(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}

fn written(source: String) -> String {
    source.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_type_is_defined_or_a_known_leaf() {
        let leaves = [
            "Boolean",
            "DateTime",
            "Float",
            "ID",
            "Int",
            "Plan",
            "ProjectRole",
            "String",
            "TeamRole",
            "VolumeInstanceBackupScheduleKind",
            "VolumeState",
        ];
        let schema = Schema::railway();
        assert!(schema.types.len() > 40);
        for (name, field) in schema.types.values().flatten() {
            let ty = named(&field.ty);
            assert!(schema.is_object(ty) || leaves.contains(&ty), "{name}: {ty}");
        }
    }

    /// The published schema lies outside the repository; `OVERSCOPE_SPECS` names its folder.
    #[test]
    fn every_field_and_argument_is_the_published_one() {
        let Some(folder) = std::env::var_os("OVERSCOPE_SPECS") else { return };
        let source = std::fs::read_to_string(std::path::Path::new(&folder).join("railway.graphql")).unwrap();
        let published = Schema::parse(&source);
        let ours = Schema::railway().types.iter().filter(|(ty, _)| !ty.starts_with("__"));
        for (ty, fields) in ours {
            for (name, field) in fields.iter().filter(|(name, _)| !name.starts_with("__")) {
                let theirs = published.field(ty, name).unwrap_or_else(|| panic!("{ty}.{name} is not published"));
                assert_eq!(field.ty, theirs.ty, "{ty}.{name}");
                for (argument, kind) in &field.arguments {
                    assert_eq!(Some(kind), theirs.arguments.get(argument), "{ty}.{name}({argument})");
                }
                let missing = theirs
                    .arguments
                    .iter()
                    .filter(|(argument, kind)| kind.ends_with('!') && !field.arguments.contains_key(*argument));
                assert_eq!(missing.count(), 0, "{ty}.{name} leaves out an argument that must be given");
            }
        }
    }
}
