//! Taskfiles: the commands of their tasks with the variables that these see.

use super::bind::Scope;
use super::context::Context;
use super::found::Found;
use super::run::Runner;
use super::splice;
use super::word::{Word, is_name};
use super::yaml::{Node, block, entries, get, leaves, load, sequence, string};

/// Reads a Taskfile; whether it was understood.
pub fn read(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    let lines: Vec<&str> = text.lines().collect();
    for document in &documents {
        let mut runner = Runner::new(scope.clone(), found);
        variables(&mut runner, document);
        for (name, task) in entries(get(document, "tasks")) {
            let mark = runner.scope.mark();
            runner.within(Context::of_name(&name), |runner| {
                variables(runner, task);
                let commands = get(task, "cmds").or(get(task, "cmd")).unwrap_or(task);
                for command in
                    if sequence(commands).is_empty() { std::slice::from_ref(commands) } else { sequence(commands) }
                {
                    run(runner, command, &lines);
                }
                let checks = ["status", "preconditions"].into_iter().filter_map(|key| get(task, key));
                for check in checks.flat_map(leaves) {
                    let script = get(check, "sh").unwrap_or(check);
                    run(runner, script, &lines);
                }
            });
            runner.scope.restore(mark);
        }
    }
    true
}

/// `dotenv`, `env` and `vars` of the file or of a task.
fn variables(runner: &mut Runner<'_, '_>, node: &Node<'_>) {
    for file in get(node, "dotenv").into_iter().flat_map(leaves) {
        let name = string(file).unwrap_or_default();
        let file = Word::read(&as_shell(runner, &name), file.span.start.line());
        runner.perhaps(|runner| runner.source(&file));
    }
    for (key, exported) in [("vars", false), ("env", true)] {
        for (name, value) in entries(get(node, key)).filter(|(name, _)| is_name(name)) {
            let line = value.span.start.line();
            let shell = match (string(value), get(value, "sh").and_then(string)) {
                (Some(text), _) => as_shell(runner, &text),
                (None, Some(command)) => {
                    let command = as_shell(runner, &command);
                    runner.script(&command, line);
                    format!("$({command})")
                }
                (None, None) => splice::UNKNOWN.to_owned(),
            };
            let value = Word::read(&shell, line);
            if exported {
                runner.replace(&name, &value);
            } else {
                runner.scope.assign(&format!("{}{name}", splice::LOCAL), &value, false);
            }
        }
    }
}

/// `command`, `{ cmd: … }`, `{ defer: … }`, `{ task: …, vars: … }`.
fn run(runner: &mut Runner<'_, '_>, command: &Node<'_>, lines: &[&str]) {
    let script = get(command, "cmd").or(get(command, "defer")).unwrap_or(command);
    if let Some((text, line)) = block(script, lines) {
        return runner.script(&as_shell(runner, &text), line);
    }
    for (_, value) in entries(get(script, "vars")) {
        let text = string(value).unwrap_or_default();
        let creds = runner.scope.in_text(&as_shell(runner, &text));
        runner.unresolved(creds, value.span.start.line());
    }
}

/// `{{.NAME}}` is a variable of the file, or else one of the environment.
fn as_shell(runner: &Runner<'_, '_>, text: &str) -> String {
    splice::fill(text, "{{", "}}", |expression| {
        let name = expression.trim().trim_matches('-').trim().strip_prefix('.').filter(|name| is_name(name));
        match name {
            Some(name) if runner.scope.get(&format!("{}{name}", splice::LOCAL)).is_some() => splice::local(name),
            Some(name) => splice::environment(name),
            None => splice::UNKNOWN.to_owned(),
        }
    })
}
