//! YAML with the lines of its parts: what workflows, manifests and compose files have in common.

use std::collections::HashSet;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use super::word::Word;

/// Indentation and dashes beyond this nest deeper than anybody writes.
const DEEPEST: usize = 400;

/// Merged mappings that merge others.
const MERGES: usize = 8;

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
    let mut found = Vec::new();
    node.into_iter().for_each(|node| collect(node, MERGES, &mut found));
    found.into_iter()
}

/// The entries of a mapping, and those that `<<` merges into it where it has none of that name.
fn collect<'n, 'y>(node: &'n Node<'y>, depth: usize, found: &mut Vec<(String, &'n Node<'y>)>) {
    let YamlData::Mapping(mapping) = &node.data else { return };
    let own = mapping.iter().filter_map(|(key, value)| Some((string(key)?, value)));
    let (merged, own): (Vec<_>, Vec<_>) = own.partition(|(name, _)| name == "<<");
    let known: HashSet<String> = found.iter().map(|(name, _)| name.clone()).collect();
    found.extend(own.into_iter().filter(|(name, _)| !known.contains(name)));
    for (_, merged) in merged.into_iter().filter(|_| depth > 0) {
        each(merged).iter().for_each(|node| collect(node, depth - 1, found));
    }
}

/// The entries of a mapping with those that `<<` merges into it.
pub fn merged<'n, 'y>(node: &'n Node<'y>) -> Vec<(String, &'n Node<'y>)> {
    let mut all: Vec<(String, &Node<'_>)> = entries(Some(node)).filter(|(name, _)| name != "<<").collect();
    for base in get(node, "<<").into_iter().flat_map(leaves) {
        let more: Vec<_> =
            merged(base).into_iter().filter(|(name, _)| all.iter().all(|(own, _)| own != name)).collect();
        all.extend(more);
    }
    all
}

pub fn sequence<'n, 'y>(node: &'n Node<'y>) -> &'n [Node<'y>] {
    match &node.data {
        YamlData::Sequence(items) => items,
        _ => &[],
    }
}

/// The items of a list, or what stands alone.
pub fn each<'n, 'y>(node: &'n Node<'y>) -> &'n [Node<'y>] {
    match &node.data {
        YamlData::Sequence(items) => items,
        _ => std::slice::from_ref(node),
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
