//! Files of docker compose: what each service is given, and what it runs with it.

use super::bind::Scope;
use super::container::{Form, Given, command_line};
use super::found::Found;
use super::index::Creds;
use super::run::Runner;
use super::word::{Word, is_name};
use super::yaml::{Node, entries, get, leaves, load, merged, sequence, string};

/// Reads a file of docker compose; whether it was understood.
pub fn read(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    let lines: Vec<&str> = text.lines().collect();
    let mut runner = Runner::new(scope, found);
    for document in &documents {
        for (_, service) in entries(get(document, "services")) {
            let mark = runner.scope.mark();
            start(&mut runner, document, service, &lines);
            runner.scope.restore(mark);
        }
    }
    true
}

fn start(runner: &mut Runner<'_, '_>, document: &Node<'_>, service: &Node<'_>, lines: &[&str]) {
    let part = |key: &str| merged(service).into_iter().find(|(name, _)| name == key).map(|(_, value)| value);
    // A build only hands its arguments to the Dockerfile, which is read on its own.
    let mark = runner.scope.mark();
    for (name, value) in part("build").and_then(|build| get(build, "args")).into_iter().flat_map(variables) {
        runner.replace(&name, &value);
    }
    runner.scope.restore(mark);

    let mut given = Given::new();
    for file in part("env_file").into_iter().flat_map(env_files) {
        let names = runner.scope.source(&file, true);
        let creds = names.iter().flat_map(|name| runner.scope.mentions(&Word::variable(name, file.line))).collect();
        given.push((creds, file.line));
    }
    for (name, value) in part("environment").into_iter().flat_map(variables) {
        given.push((runner.scope.mentions(&value), value.line));
        runner.replace(&name, &value);
    }
    for secret in part("secrets").map(sequence).unwrap_or_default() {
        let name = string(secret).or_else(|| get(secret, "source").and_then(string)).unwrap_or_default();
        given.push((top_level_secret(runner, document, &name), secret.span.start.line()));
    }

    let mark = runner.found.mark();
    let parts: Vec<&Node<'_>> = ["entrypoint", "command"].into_iter().filter_map(part).collect();
    if let Some((text, line)) = command_line(&parts, Form::Cut, lines, put_in) {
        runner.script(&text, line);
    }
    runner.leave_unused(given, mark);
    if let Some(test) = part("healthcheck").and_then(|check| get(check, "test")) {
        let (is_shell, words) = match sequence(test) {
            [] => (true, vec![test]),
            [how, words @ ..] => (string(how).as_deref() == Some("CMD-SHELL"), words.iter().collect()),
        };
        let command = match is_shell {
            true => words.first().and_then(|text| Some((string(text)?, text.span.start.line()))),
            false => command_line(&words, Form::Word, lines, put_in),
        };
        command.into_iter().for_each(|(text, line)| runner.script(&text.replace("$$", "$"), line));
    }
}

/// `secrets: { NAME: { environment: … } }` or `{ file: … }`
fn top_level_secret(runner: &Runner<'_, '_>, document: &Node<'_>, name: &str) -> Creds {
    let Some(secret) = get(document, "secrets").and_then(|secrets| get(secrets, name)) else { return Creds::new() };
    let mut creds = Creds::new();
    if let Some(name) = get(secret, "environment").and_then(string) {
        creds.extend(runner.scope.mentions(&Word::variable(&name, 1)));
    }
    if let Some(file) = get(secret, "file").and_then(string) {
        let file = file.trim_start_matches("./").to_owned();
        let is_file = |path: &str| path == file || path.ends_with(&format!("/{file}"));
        let index = runner.scope.index;
        creds.extend((0..index.wanted.len()).filter(|&cred| index.lies_in(cred, is_file)));
    }
    creds
}

/// `NAME: value`, `- NAME=value`, or a name alone, which is handed on.
fn variables(node: &Node<'_>) -> Vec<(String, Word)> {
    let mut variables = Vec::new();
    for (name, value) in merged(node) {
        let line = value.span.start.line();
        let text = string(value).unwrap_or_else(|| format!("${{{name}}}"));
        variables.push((name, Word::read(&text.replace("$$", "\\$"), line)));
    }
    for item in sequence(node) {
        let line = item.span.start.line();
        let Some(text) = string(item) else { continue };
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Word::read(&value.replace("$$", "\\$"), line)),
            None => (text.clone(), Word::variable(&text, line)),
        };
        variables.push((name, value));
    }
    variables.retain(|(name, _)| is_name(name));
    variables
}

fn env_files(node: &Node<'_>) -> Vec<Word> {
    let file = |node: &Node<'_>| {
        let path = string(node).or_else(|| get(node, "path").and_then(string))?;
        Some(Word::read(&path, node.span.start.line()))
    };
    leaves(node).into_iter().filter_map(file).collect()
}

/// What compose puts in by itself, and `$$`, which it leaves to the container's shell.
fn put_in(text: &str, in_quotes: bool) -> String {
    let mut shell = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        shell.push_str(before);
        let bare = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
        let length = if behind.starts_with('{') { behind.find('}').map_or(0, |end| end + 1) } else { bare };
        let (name, after) = behind.split_at(length);
        match (behind.strip_prefix('$'), in_quotes) {
            (Some(left), _) => {
                shell.push('$');
                rest = left;
                continue;
            }
            (None, true) if !name.is_empty() => shell.push_str(&format!("'\"${name}\"'")),
            _ => shell.push_str(&format!("${name}")),
        }
        rest = after;
    }
    shell + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compose_puts_in_is_told_from_what_the_shell_does() {
        assert_eq!(put_in("a $B ${C:-d} $$E", false), "a $B ${C:-d} $E");
        assert_eq!(put_in("'a $B'", true), "'a '\"$B\"''");
        assert_eq!(put_in("'a $$B $'", true), "'a $B $'");
    }
}
