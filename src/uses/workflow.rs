//! Workflows of GitHub (and of those that use the same files) and pipelines of GitLab: what each
//! step runs, with the variables and secrets that it sees.

use super::bind::{HOLE, SECRET, Scope};
use super::context::Context;
use super::found::{Bound, Found};
use super::index::Creds;
use super::run::Runner;
use super::tools::{Action, table};
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
        for (name, job) in entries(get(document, "jobs")) {
            let mut scope = scope.clone();
            claim(&mut scope, &name, job);
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
        for (name, job) in entries(Some(document)) {
            let mut scope = scope.clone();
            claim(&mut scope, &name, job);
            environment(&mut scope, found, get(job, "variables"));
            scripts(scope, found, job, &lines);
        }
    }
    true
}

/// A job claims an environment by its name, or says which one it deploys to: `environment: staging`,
/// `environment: { name: staging }`.
fn claim(scope: &mut Scope<'_>, name: &str, job: &Node<'_>) {
    scope.claim(Context::of_name(name));
    scope.claim(get(job, "name").and_then(string).map(|name| Context::of_name(&name)).unwrap_or_default());
    let environment = get(job, "environment");
    let stated = environment.and_then(|node| string(node).or_else(|| get(node, "name").and_then(string)));
    scope.claim(stated.map(|name| Context::stated(&name)).unwrap_or_default());
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
        let name = ["name", "id"].iter().find_map(|key| get(step, key).and_then(string)).unwrap_or_default();
        runner.within(Context::of_name(&name), |runner| run_step(runner, step, lines));
    }
}

fn run_step(runner: &mut Runner<'_, '_>, step: &Node<'_>, lines: &[&str]) {
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
    if let Some((called, line)) = get(step, "uses").and_then(|uses| Some((string(uses)?, uses.span.start.line()))) {
        action(runner, &called, step, line);
    }
    runner.scope.restore(mark);
}

/// A step that runs an action with what it is given.
fn action(runner: &mut Runner<'_, '_>, called: &str, step: &Node<'_>, line: usize) {
    let name = called.split('@').next().unwrap_or(called);
    let inputs: Vec<(String, Word)> = variables(get(step, "with")).collect();
    let given = |runner: &Runner<'_, '_>, known: &dyn Fn(&str) -> bool| -> Creds {
        let inputs = inputs.iter().filter(|(input, _)| known(input));
        inputs.flat_map(|(_, value)| runner.scope.mentions(value)).collect()
    };
    let env: Vec<String> = variables(get(step, "env")).map(|(name, _)| name).collect();
    let Some(known) = table().action.iter().find(|known| known.name.eq_ignore_ascii_case(name)) else {
        let mut creds = given(runner, &|_| true);
        creds.extend(env.iter().flat_map(|name| runner.scope.held(name)));
        return runner.found.add(runner.scope.path, line, Bound::To(creds), None);
    };
    let mut creds = given(runner, &|input| known.inputs.iter().any(|known| known == input));
    creds.extend(known.env.iter().flat_map(|name| runner.scope.held(name)));
    let others = given(runner, &|input| !known.inputs.iter().any(|known| known == input));
    runner.found.add(runner.scope.path, line, Bound::To(others.difference(&creds).copied().collect()), None);
    known_action(runner, known, creds, &inputs, line);
}

fn known_action(runner: &mut Runner<'_, '_>, known: &Action, creds: Creds, inputs: &[(String, Word)], line: usize) {
    let path = runner.scope.path;
    let tools = |name: &String| {
        let all = table().tool.iter().enumerate();
        let named: Vec<usize> = all
            .filter(|(_, tool)| tool.names.contains(name) && tool.serves(&known.provider))
            .map(|(at, _)| at)
            .collect();
        named
    };
    let text = |runner: &Runner<'_, '_>, wanted: &str| {
        let given = inputs.iter().find(|(input, _)| input == wanted);
        given.map(|(_, value)| runner.scope.template(value))
    };
    let run = |runner: &mut Runner<'_, '_>, script: &str| {
        let logins = runner.scope.logins.clone();
        let first = script.split(' ').next().unwrap_or_default().to_owned();
        tools(&first).into_iter().for_each(|at| runner.login(at, &creds));
        runner.script(script, line);
        runner.scope.logins = logins;
    };
    let (mut needs, mut runs) = (&known.needs, &known.runs);
    for case in &known.cases {
        let value = text(runner, &case.input).unwrap_or_default();
        if value.contains(HOLE) {
            return runner.found.add(path, line, Bound::To(creds), None);
        }
        if value.eq_ignore_ascii_case(&case.is) {
            (needs, runs) = (&case.needs, &case.runs);
            break;
        }
    }
    if let Some(command) = &known.command {
        let script = text(runner, &command.input).unwrap_or_else(|| command.default.clone());
        script.lines().for_each(|script| run(runner, &format!("{} {script}", command.tool)));
        return;
    }
    if let Some(script) = runs {
        return run(runner, script);
    }
    known.binds.iter().flat_map(tools).for_each(|at| runner.login(at, &creds));
    if !needs.is_empty() {
        let needs = needs.iter().map(|&can| (can, known.name.clone())).collect();
        runner.found.add(path, line, Bound::To(creds), Some(needs));
    }
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
