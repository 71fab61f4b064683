//! A GraphQL document as it was sent: what it touches (for the record of violations), and, once
//! it holds against the schema, the selections that are to be answered.
//!
//! Fragments, directives, list and object literals and several operations in one document are
//! refused: no question of ours needs them.

use std::collections::{BTreeMap, BTreeSet};

use apollo_parser::Parser;
use apollo_parser::cst::{self, CstNode, Definition};
use serde_json::{Map, Value};

use super::schema::{Schema, named};

const DEEPEST_NESTING: usize = 40;
const MOST_TOKENS: usize = 10_000;

/// A document that was read, though perhaps not a valid one.
pub struct Document {
    tree: cst::Document,
    source: String,
    broken: Option<String>,
}

/// One field that is asked for, with its arguments' values filled in.
pub struct Selection {
    /// The name under which the answer stands: the alias, else the field's own name.
    pub key: String,
    pub name: String,
    pub arguments: Map<String, Value>,
    pub fields: Vec<Selection>,
    /// Line and column in the document, from one.
    pub position: (usize, usize),
}

/// Why a document is not answered.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It does not hold against the schema.
    Invalid(String),
    /// The values that came with it do not fit.
    BadInput(String),
}

impl Document {
    pub fn read(source: &str) -> Document {
        let parsed = Parser::new(source).recursion_limit(DEEPEST_NESTING).token_limit(MOST_TOKENS).parse();
        let broken = parsed.errors().next().map(|error| format!("Syntax Error: {}", error.message()));
        Document { tree: parsed.document(), source: source.to_owned(), broken }
    }

    /// The kinds of its operations, in words: `query`, `mutation`, `subscription`.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.definitions().map(|operation| match operation.operation_type() {
            Some(kind) if kind.mutation_token().is_some() => "mutation",
            Some(kind) if kind.subscription_token().is_some() => "subscription",
            _ => "query",
        })
    }

    /// The names, not the aliases, of the fields at the root of every operation.
    pub fn root_fields(&self) -> Vec<String> {
        let selections = self.definitions().filter_map(|operation| operation.selection_set());
        let selections = selections.flat_map(|set| set.selections());
        selections
            .filter_map(|selection| match selection {
                cst::Selection::Field(field) => name_of(field.name()),
                _ => None,
            })
            .collect()
    }

    /// The name of every field anywhere in the document, fragments included, with its arguments
    /// as they are written.
    pub fn all_fields(&self) -> impl Iterator<Item = (String, String)> {
        let fields = self.tree.syntax().descendants().filter_map(cst::Field::cast);
        fields.filter_map(|field| {
            let arguments = field.arguments().map(|arguments| arguments.source_string()).unwrap_or_default();
            Some((name_of(field.name())?, arguments))
        })
    }

    /// The selections of its one query, checked against the schema and with `variables` put in.
    pub fn selections(&self, schema: &Schema, variables: &Map<String, Value>) -> Result<Vec<Selection>, Refusal> {
        if let Some(message) = &self.broken {
            return Err(Refusal::Invalid(message.clone()));
        }
        let mut definitions = self.tree.definitions();
        let (Some(Definition::OperationDefinition(operation)), None) = (definitions.next(), definitions.next()) else {
            return invalid("one operation and nothing else is answered here");
        };
        let mut reader = Reader {
            schema,
            source: &self.source,
            declared: declared(&operation)?,
            given: variables,
            used: BTreeSet::new(),
        };
        let Some(set) = operation.selection_set() else { return invalid("the operation asks for nothing") };
        let selections = reader.selections(&set, "Query")?;
        match reader.declared.keys().find(|name| !reader.used.contains(*name)) {
            Some(name) => invalid(&format!("Variable \"${name}\" is never used.")),
            None => Ok(selections),
        }
    }

    fn definitions(&self) -> impl Iterator<Item = cst::OperationDefinition> {
        self.tree.definitions().filter_map(|definition| match definition {
            Definition::OperationDefinition(operation) => Some(operation),
            _ => None,
        })
    }
}

struct Declared {
    ty: String,
    default: Option<Value>,
}

struct Reader<'d> {
    schema: &'d Schema,
    source: &'d str,
    declared: BTreeMap<String, Declared>,
    given: &'d Map<String, Value>,
    used: BTreeSet<String>,
}

impl Reader<'_> {
    fn selections(&mut self, set: &cst::SelectionSet, ty: &str) -> Result<Vec<Selection>, Refusal> {
        let mut selections: Vec<Selection> = Vec::new();
        for selection in set.selections() {
            let cst::Selection::Field(field) = selection else {
                return invalid("fragments are not answered here");
            };
            let selection = self.selection(&field, ty)?;
            if selections.iter().any(|other| other.key == selection.key) {
                return invalid(&format!("\"{}\" is asked for twice; use an alias", selection.key));
            }
            selections.push(selection);
        }
        Ok(selections)
    }

    fn selection(&mut self, field: &cst::Field, ty: &str) -> Result<Selection, Refusal> {
        if field.directives().is_some() {
            return invalid("directives are not answered here");
        }
        let Some(name) = name_of(field.name()) else { return invalid("a field has no name") };
        let key = name_of(field.alias().and_then(|alias| alias.name())).unwrap_or_else(|| name.clone());
        let position = self.position(field);
        let arguments = field.arguments().into_iter().flat_map(|arguments| arguments.arguments());
        if name == "__typename" {
            return match (arguments.count(), field.selection_set()) {
                (0, None) => Ok(Selection { key, name, arguments: Map::new(), fields: Vec::new(), position }),
                _ => invalid("\"__typename\" takes no arguments and has no fields"),
            };
        }
        let Some(known) = self.schema.field(ty, &name) else {
            return invalid(&format!("Cannot query field \"{name}\" on type \"{ty}\"."));
        };
        let mut values = Map::new();
        for argument in arguments {
            let Some(argument_name) = name_of(argument.name()) else { return invalid("an argument has no name") };
            let Some(wanted) = known.arguments.get(&argument_name) else {
                return invalid(&format!("Unknown argument \"{argument_name}\" on field \"{ty}.{name}\"."));
            };
            let Some(value) = argument.value() else { return invalid("an argument has no value") };
            if let Some(value) = self.value(&value, wanted)? {
                values.insert(argument_name, value);
            }
        }
        for (argument, wanted) in &known.arguments {
            if wanted.ends_with('!') && !values.contains_key(argument) {
                return invalid(&format!("Field \"{name}\" argument \"{argument}\" of type \"{wanted}\" is required."));
            }
        }
        let inner = named(&known.ty);
        let fields = match (field.selection_set(), self.schema.is_object(inner)) {
            (Some(set), true) => self.selections(&set, inner)?,
            (None, false) => Vec::new(),
            (None, true) => {
                return invalid(&format!("Field \"{name}\" of type \"{inner}\" must have a selection of subfields."));
            }
            (Some(_), false) => {
                return invalid(&format!("Field \"{name}\" must not have a selection: \"{inner}\" has no subfields."));
            }
        };
        Ok(Selection { key, name, arguments: values, fields, position })
    }

    /// The value of an argument; `None` for a variable that was not given and has no default.
    fn value(&mut self, value: &cst::Value, wanted: &str) -> Result<Option<Value>, Refusal> {
        let cst::Value::Variable(variable) = value else {
            let value = literal(value)?;
            return match fits(&value, wanted) {
                true => Ok(Some(value)),
                false => invalid(&format!("{value} is not a \"{wanted}\".")),
            };
        };
        let name = name_of(variable.name()).unwrap_or_default();
        let Some(declared) = self.declared.get(&name) else {
            return invalid(&format!("Variable \"${name}\" is not defined."));
        };
        let nullable = !declared.ty.ends_with('!') && declared.default.is_none();
        if named(&declared.ty) != named(wanted) || wanted.ends_with('!') && nullable {
            let ty = &declared.ty;
            return invalid(&format!("Variable \"${name}\" of type \"{ty}\" used where \"{wanted}\" is expected."));
        }
        let value = self.given.get(&name).or(declared.default.as_ref()).cloned();
        self.used.insert(name.clone());
        match &value {
            Some(value) if !fits(value, &declared.ty) => {
                Err(Refusal::BadInput(format!("Variable \"${name}\" got an invalid value.")))
            }
            None if wanted.ends_with('!') => {
                Err(Refusal::BadInput(format!("Variable \"${name}\" of required type \"{wanted}\" was not provided.")))
            }
            _ => Ok(value),
        }
    }

    fn position(&self, field: &cst::Field) -> (usize, usize) {
        let before = &self.source[..usize::from(field.syntax().text_range().start())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

fn declared(operation: &cst::OperationDefinition) -> Result<BTreeMap<String, Declared>, Refusal> {
    let definitions = operation.variable_definitions();
    let mut declared = BTreeMap::new();
    for definition in definitions.into_iter().flat_map(|definitions| definitions.variable_definitions()) {
        let name = name_of(definition.variable().and_then(|variable| variable.name()));
        let (Some(name), Some(ty)) = (name, definition.ty()) else { return invalid("a variable has no type") };
        let ty: String = ty.source_string().split_whitespace().collect();
        let default = match definition.default_value().and_then(|default| default.value()) {
            Some(value) => Some(literal(&value)?),
            None => None,
        };
        if declared.insert(name, Declared { ty, default }).is_some() {
            return invalid("a variable is declared twice");
        }
    }
    Ok(declared)
}

/// The literals that are answered here are written as JSON writes them.
fn literal(value: &cst::Value) -> Result<Value, Refusal> {
    match serde_json::from_str(value.source_string().trim()) {
        Ok(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null)) => Ok(value),
        _ => invalid("this kind of literal is not answered here"),
    }
}

fn fits(value: &Value, ty: &str) -> bool {
    match (value, named(ty)) {
        _ if ty.starts_with('[') => false,
        (Value::Null, _) => !ty.ends_with('!'),
        (Value::String(_), "String" | "ID") | (Value::Bool(_), "Boolean") => true,
        (Value::Number(number), "Int" | "ID") => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => false,
    }
}

fn name_of(name: Option<cst::Name>) -> Option<String> {
    name.and_then(|name| name.ident_token()).map(|token| token.text().to_owned())
}

fn invalid<T>(message: &str) -> Result<T, Refusal> {
    Err(Refusal::Invalid(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(source: &str, variables: Value) -> Option<Refusal> {
        let variables = variables.as_object().unwrap().clone();
        Document::read(source).selections(Schema::railway(), &variables).err()
    }

    #[test]
    fn what_the_published_schema_would_refuse_is_refused() {
        let refused = [
            "{ me { id ",
            "{ me { nickname } }",
            "{ me }",
            "{ me { id { value } } }",
            "{ nobody { id } }",
            "{ workspace { id } }",
            "{ workspace(workspaceId: 7) { id } }",
            "{ workspace(workspaceId: null) { id } }",
            "{ workspace(name: \"Acme\") { id } }",
            "{ workspace(workspaceId: $w) { id } }",
            "query ($w: String) { workspace(workspaceId: $w) { id } }",
            "query ($w: ID!) { workspace(workspaceId: $w) { id } }",
            "query ($unused: String) { me { id } }",
            "query A { me { id } } query B { me { id } }",
            "{ me { ...all } } fragment all on User { id }",
            "{ me { id @skip(if: true) } }",
            "{ __typename { id } }",
            "",
        ];
        for source in refused {
            let given = refusal(source, json!({ "w": "x" }));
            assert!(matches!(given, Some(Refusal::Invalid(_))), "{source}: {given:?}");
        }
    }

    #[test]
    fn variables_that_do_not_fit_are_bad_input() {
        let source = "query ($w: String!, $n: Int = 5) { workspace(workspaceId: $w) { projects(first: $n) { pageInfo { hasNextPage } } } }";
        assert_eq!(refusal(source, json!({ "w": "x" })), None);
        assert_eq!(refusal(source, json!({ "w": "x", "n": null })), None);
        for variables in [json!({}), json!({ "w": 1 }), json!({ "w": null }), json!({ "w": "x", "n": "2" })] {
            assert!(matches!(refusal(source, variables), Some(Refusal::BadInput(_))));
        }
    }

    #[test]
    fn aliases_values_and_positions_are_kept() {
        let source = "query ($w: String!) {\n  mine: workspace(workspaceId: $w) { id __typename } }";
        let given = json!({ "w": "x" });
        let selections = Document::read(source).selections(Schema::railway(), given.as_object().unwrap()).ok().unwrap();
        assert_eq!((selections[0].key.as_str(), selections[0].name.as_str()), ("mine", "workspace"));
        assert_eq!(selections[0].arguments["workspaceId"], "x");
        assert_eq!(selections[0].position, (2, 3));
        assert_eq!(selections[0].fields.len(), 2);
    }

    #[test]
    fn a_deep_or_endless_document_is_refused_and_not_followed() {
        let deep = "{ me ".repeat(5_000);
        assert!(matches!(refusal(&deep, json!({})), Some(Refusal::Invalid(_))));
        let long = format!("{{ {} }}", "a: me { id } ".repeat(5_000));
        assert!(matches!(refusal(&long, json!({})), Some(Refusal::Invalid(_))));
    }
}
