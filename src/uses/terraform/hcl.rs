//! Terraform's language as blocks and fields with their lines, and what each field refers to.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, FuncCall, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Body as HclBody, Structure};
use hcl_edit::template::Element;
use hcl_edit::visit::{self, Visit};

#[derive(Debug, Default)]
pub struct Body {
    pub fields: Vec<Field>,
    pub blocks: Vec<Block>,
}

#[derive(Debug)]
pub struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    pub line: usize,
    pub body: Body,
}

/// `name = …`
#[derive(Debug, Default)]
pub struct Field {
    pub name: String,
    /// The value as it is written.
    pub text: String,
    /// The first line and the last one.
    pub lines: (usize, usize),
    /// `var.x` as `["var", "x"]`, with its line.
    pub refers: Vec<(Vec<String>, usize)>,
    /// Ends of the names of files that it reads.
    pub files: Vec<String>,
    /// The value where it is text, what is put in as `$0`, and the line that it begins on.
    pub script: Option<(String, usize)>,
}

impl Body {
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// None where the text is not written in this language.
pub fn parse(text: &str) -> Option<Body> {
    let body = hcl_edit::parser::parse_body(text).ok()?;
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    Some(Reader { text, starts }.body(&body))
}

/// The fields of `terraform.tfvars.json`.
pub fn parse_json(text: &str) -> Option<Body> {
    let serde_json::Value::Object(values) = serde_json::from_str(text).ok()? else { return None };
    let line = |name: &str| {
        let at = text.find(&serde_json::Value::from(name).to_string()).unwrap_or(0);
        1 + text[..at].matches('\n').count()
    };
    let field = |(name, value): (String, serde_json::Value)| {
        let line = line(&name);
        Field { name, text: value.to_string(), lines: (line, line), ..Field::default() }
    };
    Some(Body { fields: values.into_iter().map(field).collect(), blocks: Vec::new() })
}

struct Reader<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at)
    }

    fn body(&self, body: &HclBody) -> Body {
        let mut read = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => read.fields.push(self.field(attribute)),
                Structure::Block(block) => read.blocks.push(Block {
                    kind: block.ident.to_string().trim().to_owned(),
                    labels: block.labels.iter().map(|label| label.as_str().to_owned()).collect(),
                    line: self.line(block.span().map_or(0, |span| span.start)),
                    body: self.body(&block.body),
                }),
            }
        }
        read
    }

    fn field(&self, attribute: &Attribute) -> Field {
        let span = attribute.value.span().unwrap_or_default();
        let mut refers = Refers { reader: self, at: span.start, field: Field::default() };
        refers.visit_expr(&attribute.value);
        let first = self.line(attribute.span().unwrap_or_default().start);
        Field {
            name: attribute.key.as_str().to_owned(),
            text: self.text.get(span.clone()).unwrap_or_default().to_owned(),
            lines: (first, self.line(span.end.saturating_sub(1))),
            script: script(&attribute.value, self.line(span.start)),
            ..refers.field
        }
    }
}

/// Collects what an expression refers to.
struct Refers<'r, 't> {
    reader: &'r Reader<'t>,
    at: usize,
    field: Field,
}

impl Visit for Refers<'_, '_> {
    fn visit_traversal(&mut self, traversal: &Traversal) {
        let Expression::Variable(root) = &traversal.expr else { return visit::visit_traversal(self, traversal) };
        let mut path = vec![root.as_str().to_owned()];
        for operator in &traversal.operators {
            match operator.value() {
                TraversalOperator::GetAttr(name) => path.push(name.as_str().to_owned()),
                TraversalOperator::Index(Expression::String(name)) => path.push(name.value().clone()),
                other => visit::visit_traversal_operator(self, other),
            }
        }
        let at = root.span().map_or(self.at, |span| span.start);
        self.field.refers.push((path, self.reader.line(at)));
    }

    fn visit_func_call(&mut self, call: &FuncCall) {
        if let ("file" | "filebase64" | "templatefile", Some(name)) = (call.name.name.as_str(), call.args.iter().next())
        {
            let name = script(name, 1).map(|(name, _)| name).unwrap_or_default();
            let end = name.rsplit("$0").next().unwrap_or_default().trim_start_matches(['.', '~']);
            self.field.files.push(end.trim_start_matches('/').to_owned());
        }
        visit::visit_func_call(self, call);
    }
}

/// Text with what is put in as `$0`.
fn script(value: &Expression, line: usize) -> Option<(String, usize)> {
    match value {
        Expression::String(text) => Some((text.value().clone(), line)),
        Expression::StringTemplate(template) => Some((joined(template.iter()), line)),
        Expression::HeredocTemplate(heredoc) => Some((joined(heredoc.template.iter()), line + 1)),
        _ => None,
    }
}

fn joined<'e>(elements: impl Iterator<Item = &'e Element>) -> String {
    let part = |element: &'e Element| match element {
        Element::Literal(text) => text.value().as_str(),
        Element::Interpolation(_) | Element::Directive(_) => "$0",
    };
    elements.map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_say_what_they_refer_to_and_where() {
        let text = "# c\nprovider \"aws\" {\n  a = var.x[\"y\"].z\n  b = {\n    c = \"${local.d}-e\"\n  }\n  f = file(\"${path.module}/key.json\")\n  g {\n    h = <<EOF\ni\n${var.j}\nEOF\n  }\n}\n";
        let body = parse(text).unwrap();
        let provider = &body.blocks[0];
        assert_eq!((provider.kind.as_str(), provider.line), ("provider", 2));
        assert_eq!(provider.labels, ["aws"]);
        let refers = |name: &str| -> Vec<String> {
            let field = provider.body.field(name).unwrap();
            field.refers.iter().map(|(path, line)| format!("{}@{line}", path.join("."))).collect()
        };
        assert_eq!(refers("a"), ["var.x.y.z@3"]);
        assert_eq!(refers("b"), ["local.d@5"]);
        assert_eq!(provider.body.field("b").unwrap().lines, (4, 6));
        assert_eq!(provider.body.field("f").unwrap().files, ["key.json"]);
        let inner = &provider.body.blocks[0].body.fields[0];
        assert_eq!(inner.script, Some(("i\n$0\n".to_owned(), 10)));
        assert_eq!(inner.refers, [(vec!["var".to_owned(), "j".to_owned()], 11)]);
        assert!(parse("provider {").is_none());
    }

    #[test]
    fn variables_are_also_written_in_json() {
        let body = parse_json("{\n \"a\": \"b\",\n \"c\": {\"d\": \"e\"}\n}").unwrap();
        assert_eq!(body.field("c").unwrap().lines, (3, 3));
        assert!(parse_json("[1]").is_none());
    }
}
