//! YAML with the lines of its parts: what workflows, manifests and compose files have in common.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use super::word::Word;

/// Indentation and dashes beyond this nest deeper than anybody writes.
const DEEPEST: usize = 400;

pub type Node<'y> = MarkedYaml<'y>;

/// None where the text is no YAML, or nested beyond reason.
pub fn load(text: &str) -> Option<Vec<Node<'_>>> {
    let nests = |line: &str| line.bytes().take_while(|byte| b" -?:\t".contains(byte)).count();
    if text.lines().any(|line| nests(line) > DEEPEST) {
        return None;
    }
    MarkedYaml::load_from_str(text).ok()
}

pub fn get<'n, 'y>(node: &'n Node<'y>, key: &str) -> Option<&'n Node<'y>> {
    entries(Some(node)).find(|(name, _)| name == key).map(|(_, value)| value)
}

pub fn entries<'n, 'y>(node: Option<&'n Node<'y>>) -> impl Iterator<Item = (String, &'n Node<'y>)> {
    let mapping = match node.map(|node| &node.data) {
        Some(YamlData::Mapping(mapping)) => Some(mapping),
        _ => None,
    };
    mapping.into_iter().flatten().filter_map(|(key, value)| Some((string(key)?, value)))
}

pub fn sequence<'n, 'y>(node: &'n Node<'y>) -> &'n [Node<'y>] {
    match &node.data {
        YamlData::Sequence(items) => items,
        _ => &[],
    }
}

/// Every scalar of a list, and of the lists in it.
pub fn leaves<'n, 'y>(node: &'n Node<'y>) -> Vec<&'n Node<'y>> {
    match &node.data {
        YamlData::Sequence(items) => items.iter().flat_map(leaves).collect(),
        _ => vec![node],
    }
}

pub fn string(node: &Node<'_>) -> Option<String> {
    match &node.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::Boolean(value)) => Some(value.to_string()),
        _ => None,
    }
}

/// A script with the line that it begins on, so that its lines are those of the file.
pub fn block(node: &Node<'_>, lines: &[&str]) -> Option<(String, usize)> {
    let text = string(node)?;
    let start = node.span.start.line();
    let blank = text.len() - text.trim_start_matches('\n').len();
    let Some(first) = start.checked_sub(blank).filter(|first| *first > 1) else { return Some((text, start)) };
    let header = lines.get(first - 2).map_or("", |line| line.trim_end());
    let indicator = header.split_whitespace().rfind(|word| word.starts_with(['|', '>'])).unwrap_or("");
    let own_lines =
        lines.get(start - 1).is_some_and(|line| line.chars().take(node.span.start.col()).all(char::is_whitespace));
    match indicator.chars().next() {
        Some('|') if own_lines => Some((text, first)),
        Some('>') if own_lines => {
            // Folded lines are one line; a backslash at the end says the same to the shell.
            let end = node.span.end.line().clamp(start, lines.len() + 1);
            let raw: Vec<String> = lines.get(first - 1..end - 1)?.iter().map(|line| line.trim().to_owned()).collect();
            let joined = |(at, line): (usize, &String)| {
                let folds = !line.is_empty() && raw.get(at + 1).is_some_and(|next| !next.is_empty());
                format!("{line}{}\n", if folds { " \\" } else { "" })
            };
            Some((raw.iter().enumerate().map(joined).collect(), first))
        }
        _ => Some((text, start)),
    }
}

/// Names and values of a mapping, each value read as `as_shell` writes it; GitLab also writes
/// `NAME: { value: … }`.
pub fn variables<'y>(
    node: Option<&'y Node<'y>>,
    as_shell: impl Fn(&str) -> String + 'y,
) -> impl Iterator<Item = (String, Word)> + 'y {
    entries(node).filter_map(move |(name, value)| {
        let text = string(value).or_else(|| get(value, "value").and_then(string))?;
        Some((name, Word::read(&as_shell(&text), value.span.start.line())))
    })
}
