//! Workflows of GitHub (and of those that use the same files) and pipelines of GitLab: what each
//! step runs, with the variables and secrets that it sees.

use super::action::{Input, Step};
use super::bind::{SECRET, Scope};
use super::found::{Bound, Found};
use super::run::Runner;
use super::word::{Word, is_name};
use super::yaml::{self, Node, block, entries, get, leaves, load, sequence, string};

/// Reads a workflow or the description of an action; whether it was understood.
pub fn github(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    let lines: Vec<&str> = text.lines().collect();
    for document in &documents {
        let mut scope = scope.clone();
        environment(&mut scope, found, get(document, "env"));
        if let Some(steps) = get(document, "runs").and_then(|runs| get(runs, "steps")) {
            run_steps(scope.clone(), found, steps, &lines);
        }
        for (_, job) in entries(get(document, "jobs")) {
            let mut scope = scope.clone();
            environment(&mut scope, found, get(job, "env"));
            if let Some(called) = get(job, "uses").and_then(string) {
                called_workflow(&scope, found, &called, job);
            }
            if let Some(steps) = get(job, "steps") {
                run_steps(scope, found, steps, &lines);
            }
        }
    }
    true
}

/// Reads a pipeline of GitLab; whether it was understood.
pub fn gitlab(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    let lines: Vec<&str> = text.lines().collect();
    for document in &documents {
        let mut scope = scope.clone();
        environment(&mut scope, found, get(document, "variables"));
        scripts(scope.clone(), found, document, &lines);
        for (_, job) in entries(Some(document)) {
            let mut scope = scope.clone();
            environment(&mut scope, found, get(job, "variables"));
            scripts(scope, found, job, &lines);
        }
    }
    true
}

fn scripts(scope: Scope<'_>, found: &mut Found, job: &Node<'_>, lines: &[&str]) {
    let mut runner = Runner::new(scope, found);
    for key in ["before_script", "script", "after_script"] {
        for script in get(job, key).into_iter().flat_map(leaves) {
            if let Some((text, line)) = block(script, lines) {
                runner.script(&text, line);
            }
        }
    }
}

fn run_steps(scope: Scope<'_>, found: &mut Found, steps: &Node<'_>, lines: &[&str]) {
    let mut runner = Runner::new(scope, found);
    for step in sequence(steps) {
        let mark = runner.scope.mark();
        for (name, value) in variables(get(step, "env")) {
            runner.replace(&name, &value);
        }
        if let Some((text, line)) = get(step, "run").and_then(|run| block(run, lines)) {
            let shell = get(step, "shell").and_then(string).unwrap_or_default();
            let foreign = ["python", "node", "perl", "ruby"].iter().any(|other| shell.starts_with(other));
            // PowerShell writes `$env:NAME`; its commands look like those of any shell.
            let script = as_shell(&text).replace("$env:", "$");
            if foreign {
                let creds = runner.scope.in_text(&script).into_iter().chain(runner.scope.exported()).collect();
                runner.found.add(runner.scope.path, line, Bound::To(creds), None);
            } else {
                runner.script(&script, line);
            }
        }
        let called = get(step, "uses").and_then(|uses| Some((string(uses)?, uses.span.start.line())));
        let exports = called.map(|(called, line)| action(called, line, step, lines).run(&mut runner));
        runner.scope.restore(mark);
        for (name, creds) in exports.into_iter().flatten() {
            runner.hand_on(name, creds);
        }
    }
}

/// A step that runs an action.
fn action(called: String, line: usize, step: &Node<'_>, lines: &[&str]) -> Step {
    let inputs = entries(get(step, "with")).filter_map(|(name, value)| {
        let (text, first) = block(value, lines)?;
        let script = as_shell(&text);
        Some(Input { name, value: Word::read(&script, value.span.start.line()), script: (script, first) })
    });
    let env = variables(get(step, "env")).map(|(name, _)| name);
    Step { called, inputs: inputs.collect(), env: env.collect(), line }
}

/// A job that is another workflow: one of this repository is read on its own.
fn called_workflow(scope: &Scope<'_>, found: &mut Found, called: &str, job: &Node<'_>) {
    for part in ["secrets", "with"] {
        for (_, value) in variables(get(job, part)) {
            let creds = scope.mentions(&value);
            if !called.starts_with("./") {
                found.add(scope.path, value.line, Bound::To(creds), None);
            }
        }
    }
}

fn environment(scope: &mut Scope<'_>, found: &mut Found, node: Option<&Node<'_>>) {
    let mut runner = Runner::new(scope.clone(), found);
    for (name, value) in variables(node) {
        runner.replace(&name, &value);
    }
    *scope = runner.scope;
}

/// Names and values of a mapping, expressions as the shell reader takes them.
fn variables<'y>(node: Option<&'y Node<'y>>) -> impl Iterator<Item = (String, Word)> + 'y {
    yaml::variables(node, as_shell)
}

/// `${{ secrets.NAME }}` as a variable that says so, `${{ env.NAME }}` as that variable, every
/// other expression as unknown. Lines stay where they are.
fn as_shell(text: &str) -> String {
    let mut shell = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${{") {
        shell.push_str(before);
        let (expression, after) = behind.split_once("}}").unwrap_or((behind, ""));
        let mut known = false;
        for (context, prefix) in [("secrets", SECRET), ("env", "")] {
            for name in members(expression, context) {
                shell.push_str(&format!("${{{prefix}{name}}}"));
                known = true;
            }
        }
        if !known {
            let own_token = expression.trim().eq_ignore_ascii_case("github.token");
            shell.push_str(if own_token { "${__secrets_GITHUB_TOKEN}" } else { "$0" });
        }
        shell.extend(std::iter::repeat_n('\n', expression.matches('\n').count()));
        rest = after;
    }
    shell + rest
}

/// The names behind `context.` or in `context['…']`.
fn members<'e>(expression: &'e str, context: &'e str) -> impl Iterator<Item = &'e str> {
    let whole_word = |at: usize| !expression[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let places = expression.match_indices(context).filter(move |(at, _)| whole_word(*at));
    places.filter_map(move |(at, _)| {
        let behind = &expression[at + context.len()..];
        let name = behind.strip_prefix('.').or(behind.strip_prefix("['")).or(behind.strip_prefix("[\""))?;
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        Some(&name[..end]).filter(|name| is_name(name))
    })
}
