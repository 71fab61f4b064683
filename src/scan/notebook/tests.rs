use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::detector::{Detectors, sample};
use crate::finding::Finding;
use crate::scan::scan_text;
use crate::secret::FingerprintKey;

fn made(template: &str, seed: u64) -> String {
    sample::generate(template, seed).unwrap().text
}

fn code(source: &str) -> Value {
    let lines: Vec<&str> = source.split_inclusive('\n').collect();
    json!({ "cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": lines })
}

fn notebook(cells: &[Value]) -> String {
    let metadata = json!({ "kernelspec": { "name": "python3" }, "language_info": { "name": "python" } });
    let whole = json!({ "cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5 });
    serde_json::to_string_pretty(&whole).unwrap()
}

fn found(text: &str) -> Vec<Finding> {
    scan_text("analysis.ipynb", text, &Detectors::load(&[]).unwrap(), &FingerprintKey::fixed())
}

/// Where the one find lies is where its value is written.
fn the_one(text: &str, value: &str) -> Finding {
    let found = found(text);
    let [one] = found.as_slice() else { panic!("{} finds in {text}", found.len()) };
    assert_eq!(one.secret.expose(), value);
    let at = text.find(value).unwrap();
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let place = one.first();
    assert_eq!((place.line, place.column), (text[..at].matches('\n').count() + 1, text[start..at].chars().count() + 1));
    assert_eq!(place.end_column, place.column + value.chars().count());
    one.clone()
}

#[test]
fn a_pair_on_two_lines_of_a_cell_is_one_credential() {
    let (id, secret) = (made("AKIARZPUZDIK{base32:8}", 1), made("{base64:40}", 2));
    let source = format!(
        "# für S3\nclient = boto3.client(\"s3\",\n  aws_access_key_id=\"{id}\",\n  aws_secret_access_key=\"{secret}\")\n"
    );
    let one = the_one(&notebook(&[code("import boto3\n"), code(&source)]), &secret);
    assert_eq!(one.parts["key_id"].expose(), id);
    let place = one.first();
    assert!(place.excerpt.contains("aws_secret_access_key") && !place.excerpt.contains(&secret[..8]));
}

#[test]
fn what_a_cell_assigns_is_read_without_its_escapes() {
    let value = made("{base62:32}", 3);
    let one = the_one(&notebook(&[code(&format!("db_password = \"{value}\"\nprint(db_password)\n"))]), &value);
    assert_eq!(one.first().key.as_deref(), Some("db_password"));
    assert!(found(&notebook(&[code("password = read_password(user)\n")])).is_empty());
    // A line for the shell is none of the program.
    the_one(&notebook(&[code(&format!("import os\n!export DB_PASSWORD={value}\n"))]), &value);
    the_one(&notebook(&[code(&format!("%%bash\nexport DB_PASSWORD={value}\n"))]), &value);
}

#[test]
fn outputs_prose_and_settings_are_searched() {
    let token = sample::generate("<ghp_{base62:30}{crc32}>", 4).unwrap().secret;
    let line = format!("GITHUB_TOKEN is {token}\n");
    let cell = |output: Value| json!({ "cell_type": "code", "metadata": {}, "source": [], "outputs": [output] });
    for cell in [
        cell(json!({ "output_type": "stream", "name": "stdout", "text": ["one\n", line] })),
        cell(json!({ "output_type": "stream", "name": "stdout", "text": line })),
        cell(json!({ "output_type": "execute_result", "data": { "text/plain": [line] } })),
        cell(json!({ "output_type": "display_data", "data": { "text/html": [format!("<b>\"{token}\"</b>")] } })),
        cell(json!({ "output_type": "display_data", "data": { "application/json": { "a": [{ "b": token }] } } })),
        cell(json!({ "output_type": "error", "ename": "E", "evalue": "x", "traceback": ["\u{1b}[31mat", line] })),
        cell(json!({ "output_type": "error", "ename": "E", "evalue": line, "traceback": [] })),
        json!({ "cell_type": "markdown", "metadata": {}, "source": ["# Setup\n", line] }),
        json!({ "cell_type": "raw", "metadata": {}, "source": line }),
        json!({ "cell_type": "markdown", "metadata": { "note": line }, "source": [] }),
    ] {
        the_one(&notebook(&[code("x = 1\n"), cell]), &token);
    }
}

#[test]
fn the_third_format_is_read() {
    let value = made("{base62:32}", 5);
    let cell = json!({ "cell_type": "code", "language": "python", "outputs": [], "input": ["x = 1\n", format!("api_key = \"{value}\"")] });
    let whole = json!({ "metadata": { "name": "" }, "nbformat": 3, "worksheets": [{ "cells": [cell] }] });
    the_one(&whole.to_string(), &value);
}

#[test]
fn pictures_are_not_searched() {
    let token = sample::generate("<ghp_{base62:30}{crc32}>", 6).unwrap().secret;
    let packed = STANDARD.encode(format!("........{token} "));
    let shown = |kind: &str| {
        let output = json!({ "output_type": "display_data", "data": { kind: packed } });
        notebook(&[json!({ "cell_type": "code", "metadata": {}, "source": [], "outputs": [output] })])
    };
    assert_eq!(found(&shown("text/plain")).len(), 1);
    assert_eq!(found(&shown("image/png")).len(), 0);
    let attached = json!({ "a.png": { "image/png": packed } });
    let cell = json!({ "cell_type": "markdown", "metadata": {}, "source": ["![a](a.png)"], "attachments": attached });
    assert_eq!(found(&notebook(&[cell])).len(), 0);
}

#[test]
fn a_broken_notebook_is_read_as_it_is() {
    let (id, secret) = (made("AKIARZPUZDIK{base32:8}", 7), made("{base64:40}", 8));
    let text = notebook(&[code(&format!("id = '{id}'\nkey = '{secret}'\n")), code("print(1)\n")]);
    let cut = &text[..text.len() - 40];
    assert!(parts(text.as_bytes(), "a.IPYNB").is_some());
    assert!(parts(cut.as_bytes(), "a.ipynb").is_none());
    assert!(parts(text.as_bytes(), "a.json").is_none());
    assert_eq!(found(cut)[0].secret.expose(), secret);
}

proptest! {
    #[test]
    fn every_character_knows_where_it_is_written(lines in prop::collection::vec("[a-z\"\\\\\n\u{e9}\u{1f600}\u{1}=]{0,20}", 1..6), ascii: bool) {
        let mut text = notebook(&[json!({ "cell_type": "code", "metadata": {}, "outputs": [], "source": lines })]);
        if ascii {
            let escape = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            text = text.chars().map(|c| if c.is_ascii() { c.to_string() } else { escape(c) }).collect();
        }
        let whole = lines.concat();
        prop_assume!(!whole.is_empty());
        let parts = parts(text.as_bytes(), "a.ipynb").unwrap();
        let part = &parts[0];
        prop_assert_eq!(std::str::from_utf8(&part.text).unwrap(), format!("{whole}\n\n"));
        let mut last = 0;
        for (at, c) in whole.char_indices() {
            let outer = part.outer_of(&(at..at + c.len_utf8()));
            prop_assert!(outer.start >= last && outer.start < outer.end && outer.end <= text.len(), "{:?}", outer);
            let written = &text.as_bytes()[outer.start..];
            let mut buffer = [0; 4];
            prop_assert!(written.starts_with(c.encode_utf8(&mut buffer).as_bytes()) || written[0] == b'\\');
            last = outer.start;
        }
    }
}
