//! One reader for each way that files are written. A reader never fails: it gives what it can read
//! up to where the text breaks, and goes on behind it where it can.

mod blocks;
mod columns;
mod erlang;
mod ini;
mod json;
mod netrc;
mod pem;
mod php;
mod python;
mod shell;
mod sql;
mod toml;
mod words;
mod xml;
mod yaml;

use serde::Deserialize;

use super::table::Row;
use super::tree::{ROOT, Tree};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// With comments and trailing commas too; several documents one after the other.
    Json,
    Yaml,
    Toml,
    /// Sections and `key = value`, `key: value` or `key value`: INI files, properties, git's configuration.
    Ini,
    Xml,
    Netrc,
    /// Lines of fields with a colon between them, named by the row's `columns`.
    Fields,
    /// The first line names the columns.
    Csv,
    /// Words and `key=value` in lines: Ansible's inventories.
    Pairs,
    /// Lines of words, each with a name for what follows it.
    Words,
    /// Every line is a value.
    Lines,
    /// The whole text is one value.
    Whole,
    Php,
    Python,
    /// `name "label" { key = "value" }`: HCL, and what looks like it.
    Blocks,
    /// Terms of Erlang, each with a full stop behind it.
    Erlang,
    /// `-----BEGIN LABEL-----` and base64: the members of a JSON object that it holds.
    Pem,
    /// Commands with their options: scripts and histories.
    Shell,
    Sql,
}

pub fn read<'t>(row: &Row, text: &'t str) -> Tree<'t> {
    let mut tree = Tree::new(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match row.format {
        Format::Json => json::read(text, &mut tree),
        Format::Yaml => yaml::read(text, &mut tree),
        Format::Toml => toml::read(text, &mut tree),
        Format::Ini => ini::read(text, &mut tree),
        Format::Xml => xml::read(text, &mut tree),
        Format::Netrc => netrc::read(text, &mut tree),
        Format::Fields => columns::fields(text, &row.columns, &mut tree),
        Format::Csv => columns::csv(text, &mut tree),
        Format::Pairs => ini::pairs(text, &mut tree),
        Format::Words => words::read(text, &mut tree),
        Format::Lines => {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            for line in lines {
                if tree.is_full() {
                    break;
                }
                tree.leaf(ROOT, "", line);
            }
        }
        Format::Whole => {
            tree.leaf(ROOT, "", text.trim());
        }
        Format::Php => php::read(text, &mut tree),
        Format::Python => python::read(text, &mut tree),
        Format::Blocks => blocks::read(text, &mut tree),
        Format::Erlang => erlang::read(text, &mut tree),
        Format::Pem => pem::read(text, &mut tree),
        Format::Shell => shell::read(text, row.tops.as_ref(), &mut tree),
        Format::Sql => sql::read(text, &mut tree),
    }
    tree
}

/// The text without the quotation marks around it.
fn unquoted(text: &str) -> &str {
    ['"', '\'', '`'].iter().find_map(|&quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}
