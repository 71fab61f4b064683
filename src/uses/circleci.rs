//! Configurations of CircleCI: what each job runs, with the commands and executors that it names.
//! Secrets of a project and of its contexts are plain variables there.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::action::{Input, Step};
use super::bind::{HOLE, Scope};
use super::context::Context;
use super::found::Found;
use super::index::Creds;
use super::run::Runner;
use super::splice;
use super::word::{Word, is_name};
use super::yaml::{Node, block, each, entries, get, leaves, load, sequence, string};

/// Commands that run others go this deep.
const DEPTH: usize = 8;
/// Jobs and commands are read wherever they are named, up to so many bytes in all.
const LONGEST: usize = 8 << 20;
/// Steps that are part of the language, beside `run`.
const OWN_STEPS: [&str; 10] = [
    "checkout",
    "setup_remote_docker",
    "save_cache",
    "restore_cache",
    "store_artifacts",
    "store_test_results",
    "persist_to_workspace",
    "attach_workspace",
    "add_ssh_keys",
    "setup_docker_layer_caching",
];
/// Parameters that name an environment.
const ENVIRONMENTS: [&str; 3] = ["environment", "env", "stage"];

struct Config<'n, 'y> {
    /// The document, and the orbs that are written in it, by their names.
    parts: Vec<(String, &'n Node<'y>)>,
    orbs: Vec<(String, String)>,
    lines: Vec<&'n str>,
    /// Commands that some job runs.
    run: HashSet<String>,
    bytes: usize,
}

/// Reads a configuration; whether it was understood.
pub fn read(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    documents.iter().all(|document| {
        let orbs = || entries(get(document, "orbs"));
        let inline = orbs().filter(|(_, orb)| string(orb).is_none()).map(|(name, orb)| (format!("{name}/"), orb));
        let imported = orbs().filter_map(|(name, orb)| Some((name, string(orb)?.split('@').next()?.to_owned())));
        let mut config = Config {
            parts: std::iter::once((String::new(), document)).chain(inline).collect(),
            orbs: imported.collect(),
            lines: text.lines().collect(),
            run: HashSet::new(),
            bytes: 0,
        };
        config.jobs(&scope, found, document);
        config.bytes <= LONGEST
    })
}

impl<'n, 'y> Config<'n, 'y> {
    /// A job, a command or an executor by its name.
    fn named(&self, kind: &str, name: &str) -> Option<&'n Node<'y>> {
        self.parts.iter().find_map(|(prefix, part)| get(get(part, kind)?, name.strip_prefix(prefix.as_str())?))
    }

    fn jobs(&mut self, scope: &Scope<'_>, found: &mut Found, document: &'n Node<'y>) {
        let mut called = Vec::new();
        for (_, workflow) in entries(get(document, "workflows")) {
            for job in get(workflow, "jobs").into_iter().flat_map(sequence) {
                match string(job) {
                    Some(name) => called.push((name, None, job)),
                    None => called.extend(entries(Some(job)).map(|(name, given)| (name, Some(given), job))),
                }
            }
        }
        for (name, given, at) in &called {
            let mut runner = Runner::new(scope.clone(), found);
            runner.scope.claim(claimed(name, *given));
            match self.named("jobs", name) {
                Some(job) => self.job(&mut runner, job, *given),
                None => self.orb(&mut runner, name, *given, at.span.start.line()),
            }
        }
        for (prefix, part) in self.parts.clone() {
            for (name, job) in entries(get(part, "jobs")) {
                let name = format!("{prefix}{name}");
                if !called.iter().any(|(called, ..)| *called == name) {
                    let mut runner = Runner::new(scope.clone(), found);
                    runner.within(claimed(&name, None), |runner| self.job(runner, job, None));
                }
            }
        }
        for (prefix, part) in self.parts.clone() {
            for (name, command) in entries(get(part, "commands")) {
                if !self.run.contains(&format!("{prefix}{name}")) {
                    let mut runner = Runner::new(scope.clone(), found);
                    get(command, "steps").into_iter().for_each(|steps| self.steps(&mut runner, steps, DEPTH));
                }
            }
        }
    }

    fn job(&mut self, runner: &mut Runner<'_, '_>, job: &'n Node<'y>, given: Option<&'n Node<'y>>) {
        let executor =
            get(job, "executor").and_then(|node| string(node).or_else(|| get(node, "name").and_then(string)));
        let executor = executor.and_then(|name| self.named("executors", &name));
        for node in executor.into_iter().chain([job]) {
            for (at, image) in get(node, "docker").into_iter().flat_map(sequence).enumerate() {
                pull(runner, image);
                if at == 0 {
                    environment(runner, image);
                }
            }
            environment(runner, node);
        }
        let handed: Creds =
            given.into_iter().flat_map(entries_of).flat_map(|(_, value)| mentions(runner, value)).collect();
        runner.unresolved(handed, given.map_or(1, |node| node.span.start.line()));
        let around = |key: &str| given.and_then(|given| get(given, key));
        for steps in [around("pre-steps"), get(job, "steps"), around("post-steps")].into_iter().flatten() {
            self.steps(runner, steps, DEPTH);
        }
    }

    fn steps(&mut self, runner: &mut Runner<'_, '_>, steps: &'n Node<'y>, depth: usize) {
        for step in sequence(steps) {
            let line = step.span.start.line();
            if let Some(name) = string(step) {
                self.command(runner, &name, None, line, depth);
            }
            for (key, value) in entries(Some(step)) {
                match key.as_str() {
                    "run" | "deploy" => self.run(runner, value),
                    "when" | "unless" => {
                        get(value, "steps").into_iter().for_each(|steps| self.steps(runner, steps, depth));
                    }
                    _ => self.command(runner, &key, Some(value), line, depth),
                }
            }
        }
    }

    /// `run: command`, `run: { command: …, environment: … }`
    fn run(&mut self, runner: &mut Runner<'_, '_>, step: &'n Node<'y>) {
        let command = get(step, "command").unwrap_or(step);
        let Some((text, line)) = block(command, &self.lines) else { return };
        self.bytes += text.len();
        if self.bytes > LONGEST {
            return;
        }
        let name = get(step, "name").and_then(string).unwrap_or_default();
        let mark = runner.scope.mark();
        environment(runner, step);
        runner.within(Context::of_name(&name), |runner| runner.script(&as_shell(&text), line));
        runner.scope.restore(mark);
    }

    /// A command of the file, or one of an orb.
    fn command(
        &mut self,
        runner: &mut Runner<'_, '_>,
        name: &str,
        given: Option<&'n Node<'y>>,
        line: usize,
        depth: usize,
    ) {
        if OWN_STEPS.contains(&name) {
            return;
        }
        let Some(command) = self.named("commands", name) else { return self.orb(runner, name, given, line) };
        // What its parameters stand for inside, nobody follows.
        let handed: Creds =
            given.into_iter().flat_map(entries_of).flat_map(|(_, value)| mentions(runner, value)).collect();
        runner.unresolved(handed, line);
        if let Some(steps) = get(command, "steps").filter(|_| depth > 0 && self.bytes <= LONGEST) {
            self.bytes += 1;
            self.run.insert(name.to_owned());
            runner.within(claimed(name, given), |runner| self.steps(runner, steps, depth - 1));
        }
    }

    /// A step or a job of an orb, with what it is given, be it only by the names of variables.
    fn orb(&self, runner: &mut Runner<'_, '_>, name: &str, given: Option<&'n Node<'y>>, line: usize) {
        let (orb, command) = name.split_once('/').unwrap_or(("", name));
        let id = self.orbs.iter().find(|(alias, _)| alias == orb).map_or("", |(_, id)| id);
        let input = |(name, value): (String, &Node<'_>)| {
            let at = value.span.start.line();
            let named = mentions(runner, value);
            let texts: Vec<String> = leaves(value).into_iter().filter_map(string).collect();
            let text = texts.iter().map(|text| match is_name(text) && !named.is_empty() {
                true => format!("${text}"),
                false => as_shell(text),
            });
            let script = text.collect::<Vec<_>>().join(" ");
            Input { name, value: Word::read(&script, at), script: (script, at) }
        };
        let inputs = given.into_iter().flat_map(entries_of).map(input).collect();
        let called = format!("{id}/{command}").replace('_', "-");
        Step { called, inputs, env: Vec::new(), ambient: true, line }.run(runner);
    }
}

fn entries_of<'n, 'y>(node: &'n Node<'y>) -> impl Iterator<Item = (String, &'n Node<'y>)> {
    entries(Some(node))
        .filter(|(name, _)| !matches!(name.as_str(), "context" | "filters" | "requires" | "pre-steps" | "post-steps"))
}

/// The environment that a job or a command is used for: by its contexts, its name, its parameters.
fn claimed(name: &str, given: Option<&Node<'_>>) -> Context {
    let text = |key: &str| -> String {
        let value = given.and_then(|given| get(given, key));
        value.into_iter().flat_map(leaves).filter_map(string).collect::<Vec<_>>().join(" ")
    };
    let stated = ENVIRONMENTS.map(text).join(" ");
    Context::stated(&stated)
        .or(Context::of_name(&text("context")))
        .or(Context::of_name(&text("name")))
        .or(Context::of_name(name))
}

/// Who a parameter holds: `$NAME`, or the name of a variable alone.
fn mentions(runner: &Runner<'_, '_>, value: &Node<'_>) -> Creds {
    let texts = leaves(value).into_iter().filter_map(string);
    texts
        .flat_map(|text| {
            let name = if is_name(&text) { format!("${text}") } else { as_shell(&text) };
            runner.scope.in_text(&name)
        })
        .collect()
}

fn environment(runner: &mut Runner<'_, '_>, node: &Node<'_>) {
    for variables in get(node, "environment").into_iter().flat_map(each) {
        for (name, value) in entries(Some(variables)) {
            let text = string(value).unwrap_or_default();
            runner.replace(&name, &Word::read(&as_shell(&text), value.span.start.line()));
        }
    }
}

/// Pulls an image with the login that stands beside it.
fn pull(runner: &mut Runner<'_, '_>, image: &Node<'_>) {
    let name = get(image, "image").and_then(string).unwrap_or_default();
    let name = parameters().replace_all(&name, HOLE.to_string()).into_owned();
    for (_, value) in ["auth", "aws_auth"].into_iter().flat_map(|key| entries(get(image, key))) {
        let creds = mentions(runner, value);
        runner.pull(&name, creds, value.span.start.line());
    }
}

/// `<< parameters.name >>`; two of the signs alone begin a here-document.
fn parameters() -> &'static Regex {
    static PARAMETERS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"<<[ \t]*[A-Za-z_][A-Za-z0-9_./()-]*[ \t]*>>").expect("a constant"));
    &PARAMETERS
}

fn as_shell(text: &str) -> String {
    parameters().replace_all(text, |_: &Captures<'_>| splice::UNKNOWN).replace("\\<<", "<<")
}
