//! Workflows of GitHub (and of those that use the same files) and the actions of a repository:
//! what each step runs, with the variables and secrets that it sees.

use super::action::{Input, Step};
use super::bind::{HOLE, Scope};
use super::context::Context;
use super::expression::{as_shell, secrets, variables};
use super::found::{Bound, Found};
use super::run::Runner;
use super::splice;
use super::word::Word;
use super::yaml::{Node, block, entries, get, load, sequence, string};

/// Reads a workflow or the description of an action; whether it was understood.
pub fn read(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    let lines: Vec<&str> = text.lines().collect();
    found.secrets.extend(secrets(text).flat_map(|name| scope.in_text(&splice::secret(name))));
    for document in &documents {
        let mut scope = scope.clone();
        environment(&mut scope, found, get(document, "env"));
        let shell = default_shell(document).unwrap_or_default();
        if let Some(steps) = get(document, "runs").and_then(|runs| get(runs, "steps")) {
            let folder = scope.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            found.scripts.insert(folder.to_owned());
            run_steps(scope.clone(), found, steps, &shell, &lines);
        }
        for (name, job) in entries(get(document, "jobs")) {
            found.scripts.insert(scope.path.to_owned());
            run_job(scope.clone(), found, &name, job, &shell, &lines);
        }
    }
    true
}

fn run_job(mut scope: Scope<'_>, found: &mut Found, name: &str, job: &Node<'_>, shell: &str, lines: &[&str]) {
    // A job sees no secret but those that the workflow gives it.
    scope.outside.closed = true;
    claim(&mut scope, name, job);
    environment(&mut scope, found, get(job, "env"));
    if let Some((called, line)) = get(job, "uses").and_then(|uses| Some((string(uses)?, uses.span.start.line()))) {
        called_workflow(&scope, found, &called, job, line);
    }
    if let Some(container) = get(job, "container") {
        environment(&mut scope, found, get(container, "env"));
        pull(&mut Runner::new(scope.clone(), found), container);
    }
    for (_, service) in entries(get(job, "services")) {
        let mut runner = Runner::new(scope.clone(), found);
        pull(&mut runner, service);
        for (_, value) in variables(get(service, "env")) {
            let creds = runner.scope.mentions(&value);
            runner.unresolved(creds, value.line);
        }
    }
    if let Some(steps) = get(job, "steps") {
        run_steps(scope, found, steps, &default_shell(job).unwrap_or_else(|| shell.to_owned()), lines);
    }
}

fn default_shell(node: &Node<'_>) -> Option<String> {
    get(get(get(node, "defaults")?, "run")?, "shell").and_then(string)
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

/// Pulls the image of a container with the credentials that stand beside it.
fn pull(runner: &mut Runner<'_, '_>, container: &Node<'_>) {
    let image = get(container, "image").and_then(string).unwrap_or_default();
    let image = splice::fill(&image, "${{", "}}", |_| HOLE.to_string());
    for (_, value) in variables(get(container, "credentials")) {
        let creds = runner.scope.mentions(&value);
        runner.pull(&image, creds, value.line);
    }
}

fn run_steps(scope: Scope<'_>, found: &mut Found, steps: &Node<'_>, shell: &str, lines: &[&str]) {
    let mut runner = Runner::new(scope, found);
    for step in sequence(steps) {
        let name = ["name", "id"].iter().find_map(|key| get(step, key).and_then(string)).unwrap_or_default();
        runner.within(Context::of_name(&name), |runner| run_step(runner, step, shell, lines));
    }
}

fn run_step(runner: &mut Runner<'_, '_>, step: &Node<'_>, shell: &str, lines: &[&str]) {
    let mark = runner.scope.mark();
    for (name, value) in variables(get(step, "env")) {
        runner.give(&name, &value);
    }
    if let Some((text, line)) = get(step, "run").and_then(|run| block(run, lines)) {
        let own = get(step, "shell").and_then(string);
        let shell = own.as_deref().unwrap_or(shell);
        let foreign = ["python", "node", "perl", "ruby"].iter().any(|other| shell.starts_with(other));
        // PowerShell writes `$env:NAME`; its commands look like those of any shell.
        let mut script = as_shell(&text).replace("$env:", "$").replace("${env:", "${");
        if shell.starts_with("cmd") {
            script = splice::fill(&script, "%", "%", splice::environment);
        }
        if foreign {
            let before = runner.found.mark();
            runner.foreign_script(&script, line);
            let given = variables(get(step, "env")).map(|(name, _)| (runner.scope.held(&name), line)).collect();
            runner.leave_unused(given, before);
        } else {
            runner.script(&script, line);
        }
    }
    let called = get(step, "uses").and_then(|uses| Some((string(uses)?, uses.span.start.line())));
    let exports = called.map(|(called, line)| action(called, line, step, lines).run(runner));
    runner.scope.restore(mark);
    for (name, creds) in exports.into_iter().flatten() {
        runner.hand_on(name, creds);
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
    Step { called, inputs: inputs.collect(), env: env.collect(), ambient: false, line }
}

/// A job that is another workflow: one of this repository is read on its own, and told what its
/// secrets and inputs stand for.
fn called_workflow(scope: &Scope<'_>, found: &mut Found, called: &str, job: &Node<'_>, line: usize) {
    if get(job, "secrets").and_then(string).is_some_and(|how| how == "inherit") && !called.starts_with("./") {
        found.inherit(scope.path, line);
    }
    for part in ["secrets", "with"] {
        for (name, value) in variables(get(job, part)) {
            let creds = scope.mentions(&value);
            let inner = if part == "with" { splice::input_name(&name) } else { splice::secret_name(&name) };
            match called.strip_prefix("./") {
                Some(target) => found.hand(target, &inner, creds, scope.path, line),
                None => found.add(scope.path, line, Bound::To(creds), None),
            }
        }
    }
}

fn environment(scope: &mut Scope<'_>, found: &mut Found, node: Option<&Node<'_>>) {
    let mut runner = Runner::new(scope.clone(), found);
    for (name, value) in variables(node) {
        runner.give(&name, &value);
    }
    *scope = runner.scope;
}
