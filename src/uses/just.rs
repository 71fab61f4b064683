//! Justfiles: recipes, the variables of the file, and what it takes from dotenv files.

use super::bind::Scope;
use super::context::Context;
use super::files::{has_shell_shebang, logical_line};
use super::found::Found;
use super::run::Runner;
use super::splice;
use super::word::{Word, is_name};

struct Recipe {
    context: Context,
    parameters: Vec<String>,
    /// `[script("python3")]`
    interpreter: Option<String>,
}

/// Reads a justfile; it is always understood.
pub fn read(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let mut runner = Runner::new(scope, found);
    let lines: Vec<&str> = text.lines().collect();
    let mut interpreter = None;
    let mut at = 0;
    settings(&mut runner, &lines);
    while at < lines.len() {
        let (statement, next) = logical_line(&lines, at, false);
        if let Some(attribute) = statement.strip_prefix("[script") {
            let name = attribute.split(['\'', '"']).nth(1).unwrap_or("sh");
            interpreter = Some(name.to_owned());
        } else if let Some((name, parameters)) = header(&statement) {
            let recipe = Recipe { context: Context::of_name(name), parameters, interpreter: interpreter.take() };
            handed_on(&mut runner, &statement, at + 1);
            let indented = |line: &&str| line.starts_with([' ', '\t']) || line.trim().is_empty();
            let length = lines[next..].iter().take_while(|line| indented(line)).count();
            body(&mut runner, &recipe, &lines[next..next + length], next + 1);
            at = next + length;
            continue;
        }
        at = next;
    }
    true
}

/// Assignments and settings count for every recipe, wherever they stand.
fn settings(runner: &mut Runner<'_, '_>, lines: &[&str]) {
    let set = |name: &str| {
        lines.iter().find_map(|line| {
            let value = line.strip_prefix("set ")?.trim().strip_prefix(name)?.trim();
            let value = value.strip_prefix(":=").map_or(if value.is_empty() { "true" } else { "false" }, str::trim);
            Some(value).filter(|value| *value != "false")
        })
    };
    let exports = set("export").is_some();
    if let Some(file) = set("dotenv-path").or(set("dotenv-filename")) {
        runner.source(&Word::plain(file.trim_matches(['\'', '"']), 1));
    } else if set("dotenv-load").is_some() {
        runner.source(&Word::plain(".env", 1));
    }
    for (at, line) in lines.iter().enumerate() {
        let (exported, assignment) = line.strip_prefix("export ").map_or((exports, *line), |rest| (true, rest));
        let Some((name, value)) = assignment.split_once(":=") else { continue };
        if !is_name(name.trim()) || line.starts_with("set ") {
            continue;
        }
        let shell = value_of(value.trim());
        runner.script(&format!(": {shell}"), at + 1);
        let value = Word::read(&shell, at + 1);
        runner.scope.assign(&format!("{}{}", splice::LOCAL, name.trim()), &value, false);
        if exported {
            runner.replace(name.trim(), &value);
        }
    }
}

/// The name and the parameters of a recipe.
fn header(line: &str) -> Option<(&str, Vec<String>)> {
    let begins = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '@');
    let (head, behind) = line.split_once(':').filter(|(head, _)| head.starts_with(begins))?;
    let mut words = head.split_whitespace();
    let name = words.next()?.trim_start_matches('@');
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if !plain || behind.starts_with('=') || matches!(name, "set" | "export" | "alias" | "mod" | "import") {
        return None;
    }
    let bare = |word: &str| word.trim_start_matches(['+', '*']).split('=').next().unwrap_or_default().to_owned();
    Some((name, words.map(bare).collect()))
}

/// A recipe that hands a variable to another one as its parameter: nobody follows that.
fn handed_on(runner: &mut Runner<'_, '_>, statement: &str, line: usize) {
    let arguments = statement.split('(').skip(1).flat_map(|behind| behind.split(')').next());
    let names = arguments.flat_map(|list| list.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let creds = names.filter(|name| is_name(name)).flat_map(|name| runner.scope.in_text(&splice::local(name)));
    let creds = creds.collect();
    runner.unresolved(creds, line);
}

fn body(runner: &mut Runner<'_, '_>, recipe: &Recipe, lines: &[&str], first: usize) {
    let mark = runner.scope.mark();
    for name in recipe.parameters.iter().filter_map(|name| name.strip_prefix('$')) {
        runner.replace(name, &Word::read(splice::UNKNOWN, first));
    }
    let put_in = |text: &str| {
        // Four braces are two of them.
        let text = text.replace("{{{{", "{ {");
        splice::fill(&text, "{{", "}}", |expression| {
            let own = recipe.parameters.iter().any(|name| name.trim_start_matches('$') == expression.trim());
            if own { splice::UNKNOWN.to_owned() } else { value_of(expression.trim()) }
        })
    };
    runner.within(recipe.context.clone(), |runner| {
        let script = lines.first().is_some_and(|line| line.trim_start().starts_with("#!"));
        if script || recipe.interpreter.is_some() {
            let text = put_in(&lines.join("\n"));
            let named = recipe.interpreter.as_deref().map(|name| format!("#!{name}"));
            if has_shell_shebang(named.as_deref().unwrap_or(text.trim_start())) {
                return runner.script(&text, first);
            }
            return runner.foreign_script(&text, first);
        }
        let mut at = 0;
        while at < lines.len() {
            let (line, next) = logical_line(lines, at, false);
            runner.script(&put_in(line.trim_start().trim_start_matches(['@', '-', '?'])), first + at);
            at = next;
        }
    });
    runner.scope.restore(mark);
}

/// An expression as the shell would write it: strings, backquoted commands, variables of the file
/// and of the environment, joined by `+` and `/`.
fn value_of(expression: &str) -> String {
    let mut shell = String::new();
    let mut rest = expression.trim();
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '#' => break,
            '\'' | '"' | '`' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            '+' | '/' => 1,
            c if c.is_ascii_alphabetic() || c == '_' => {
                let name = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                match rest[name..].starts_with('(') {
                    true => rest.find(')').map_or(rest.len(), |end| end + 1),
                    false => name,
                }
            }
            _ => rest.len(),
        };
        let (part, behind) = rest.split_at(length);
        match c {
            '\'' | '"' if !part[1..].starts_with(c) || part.len() == 2 => {
                let text = part.trim_matches(c).replace('\'', "'\\''");
                shell.push_str(&format!("'{text}'"));
            }
            '`' if !part[1..].starts_with(c) => shell.push_str(&format!("$({})", part.trim_matches(c))),
            '+' => {}
            '/' => shell.push('/'),
            _ if is_name(part) => shell.push_str(&splice::local(part)),
            _ => shell.push_str(&environment(part)),
        }
        rest = behind.trim_start();
    }
    shell
}

/// `env("NAME")`, `env_var("NAME")`, `env_var_or_default("NAME", …)`.
fn environment(call: &str) -> String {
    let name = call.strip_prefix("env").and_then(|call| call.split(['\'', '"']).nth(1)).filter(|name| is_name(name));
    name.map_or_else(|| splice::UNKNOWN.to_owned(), splice::environment)
}
