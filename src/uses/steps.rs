//! Pipelines whose steps are mappings with scripts, however deep they lie: Bitbucket, Azure,
//! Buildkite, Drone, Woodpecker and Travis. They differ in what their keys are called.

use super::action::{Input, Step};
use super::bind::Scope;
use super::context::Context;
use super::found::Found;
use super::index::Creds;
use super::run::Runner;
use super::splice;
use super::tools::table;
use super::word::{Word, is_name};
use super::yaml::{Node, block, each, entries, get, leaves, load, string};

/// Stages, jobs, matrices and strategies lie this deep at most.
const DEPTH: usize = 24;

/// What the keys of a pipeline are called.
pub struct Format {
    /// Keys that state an environment.
    environment: &'static [&'static str],
    /// Keys of names, which may claim one.
    names: &'static [&'static str],
    variables: &'static [&'static str],
    scripts: &'static [&'static str],
    /// What is handed to something that nobody knows.
    given: &'static [&'static str],
    /// What holds no steps.
    skipped: &'static [&'static str],
    /// The key of a step that is not a script, and how what it names is called in the table.
    named: Option<(&'static str, &'static str)>,
    /// Those of them that only run a script, and its key.
    inline: &'static [(&'static str, &'static str)],
    as_shell: fn(&str) -> String,
}

pub const BITBUCKET: Format = Format {
    environment: &["deployment"],
    names: &["name"],
    variables: &[],
    scripts: &["script", "after-script"],
    given: &["variables", "image"],
    skipped: &[],
    named: None,
    inline: &[],
    as_shell: str::to_owned,
};

pub const AZURE: Format = Format {
    environment: &["environment"],
    names: &["stage", "job", "deployment", "displayName"],
    variables: &["variables", "env"],
    scripts: &["script", "bash", "pwsh", "powershell"],
    given: &[],
    skipped: &["parameters", "resources", "trigger", "pr", "schedules", "pool"],
    named: Some(("task", "azure-pipelines")),
    inline: &[("Bash", "script"), ("CmdLine", "script"), ("PowerShell", "script"), ("AzureCLI", "inlineScript")],
    as_shell: azure,
};

pub const BUILDKITE: Format = Format {
    environment: &[],
    names: &["group", "label", "key", "name"],
    variables: &["env"],
    scripts: &["command", "commands"],
    given: &["plugins"],
    skipped: &[],
    named: None,
    inline: &[],
    as_shell: doubled,
};

pub const DRONE: Format = Format {
    environment: &[],
    names: &["name"],
    variables: &["environment"],
    scripts: &["commands"],
    given: &["settings"],
    skipped: &[],
    named: None,
    inline: &[],
    as_shell: doubled,
};

pub const TRAVIS: Format = Format {
    environment: &[],
    names: &["stage", "name"],
    variables: &["env"],
    scripts: &[
        "before_install",
        "install",
        "before_script",
        "script",
        "after_success",
        "after_failure",
        "before_deploy",
        "after_deploy",
        "after_script",
    ],
    given: &[],
    skipped: &[],
    named: Some(("provider", "travis")),
    inline: &[("script", "script")],
    as_shell: str::to_owned,
};

/// Reads a pipeline; whether it was understood.
pub fn read(format: &Format, scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    let lines: Vec<&str> = text.lines().collect();
    for document in &documents {
        format.node(&mut Runner::new(scope.clone(), found), document, &lines, DEPTH);
    }
    true
}

impl Format {
    fn node(&self, runner: &mut Runner<'_, '_>, node: &Node<'_>, lines: &[&str], depth: usize) {
        if depth == 0 {
            let creds = self.mentions(runner, node);
            return runner.unresolved(creds, node.span.start.line());
        }
        for node in each(node) {
            let mark = runner.scope.mark();
            runner.within(self.claimed(node), |runner| {
                self.variables.iter().filter_map(|key| get(node, key)).for_each(|node| self.set(runner, node));
                if let Some((key, prefix)) = self.named
                    && let Some(name) = get(node, key).and_then(string)
                {
                    return self.known(runner, node, &name, prefix, lines);
                }
                for (key, value) in entries(Some(node)) {
                    match key.as_str() {
                        key if self.scripts.contains(&key) => self.script(runner, value, lines, depth),
                        key if self.given.contains(&key) => self.hand(runner, value),
                        key if self.variables.contains(&key) || self.skipped.contains(&key) => {}
                        _ if string(value).is_none() => self.node(runner, value, lines, depth - 1),
                        _ => {}
                    }
                }
            });
            runner.scope.restore(mark);
        }
    }

    fn claimed(&self, node: &Node<'_>) -> Context {
        let text = |key: &&str| {
            let value = get(node, key)?;
            string(value).or_else(|| get(value, "name").and_then(string))
        };
        let stated = self.environment.iter().filter_map(text).map(|text| Context::stated(&text));
        let named = self.names.iter().filter_map(text).map(|text| Context::of_name(&text));
        stated.chain(named).fold(Context::default(), Context::or)
    }

    /// `NAME: value`, `- name: NAME, value: …`, `- NAME=value`, and groups of them.
    fn set(&self, runner: &mut Runner<'_, '_>, node: &Node<'_>) {
        for node in each(node) {
            if let Some(text) = string(node) {
                runner.part(&format!("export {}", (self.as_shell)(&text)), node.span.start.line());
                continue;
            }
            if let (Some(name), Some(value)) = (get(node, "name").and_then(string), get(node, "value")) {
                runner.replace(&name, &self.value(value));
                continue;
            }
            for (name, value) in entries(Some(node)) {
                match string(value).is_some() || get(value, "from_secret").is_some() {
                    true if is_name(&name) => runner.replace(&name, &self.value(value)),
                    true => {}
                    false => self.set(runner, value),
                }
            }
        }
    }

    fn value(&self, value: &Node<'_>) -> Word {
        let secret = get(value, "from_secret").and_then(string).map(|name| splice::secret(&name));
        let text = secret.unwrap_or_else(|| (self.as_shell)(&string(value).unwrap_or_default()));
        Word::read(&text, value.span.start.line())
    }

    fn script(&self, runner: &mut Runner<'_, '_>, script: &Node<'_>, lines: &[&str], depth: usize) {
        for command in leaves(script) {
            match block(command, lines) {
                Some((text, line)) => runner.part(&(self.as_shell)(&text), line),
                None => self.node(runner, command, lines, depth - 1),
            }
        }
    }

    /// A task or a provider of the table; another one may do anything with what it is given.
    fn known(&self, runner: &mut Runner<'_, '_>, step: &Node<'_>, name: &str, prefix: &str, lines: &[&str]) {
        let name = name.split('@').next().unwrap_or(name);
        let inputs = get(step, "inputs").unwrap_or(step);
        if let Some((_, key)) = self.inline.iter().find(|(known, _)| *known == name) {
            if let Some(script) = get(inputs, key) {
                self.script(runner, script, lines, 1);
            }
            return;
        }
        let line = step.span.start.line();
        let name = format!("{prefix}/{name}");
        if !table().action.iter().any(|known| known.name == name) {
            return self.hand(runner, step);
        }
        let input = |(name, value): (String, &Node<'_>)| {
            let text = string(value).map(|text| (self.as_shell)(&text)).unwrap_or_default();
            Input { name, value: self.value(value), script: (text, value.span.start.line()) }
        };
        let inputs = entries(Some(inputs)).map(input).collect();
        Step { called: name, inputs, env: Vec::new(), ambient: true, line }.run(runner);
    }

    /// Whoever is mentioned here is used in a way that nobody understands.
    fn hand(&self, runner: &mut Runner<'_, '_>, node: &Node<'_>) {
        for node in each(node) {
            let creds = string(node).map(|_| self.mentions(runner, node)).unwrap_or_default();
            runner.unresolved(creds, node.span.start.line());
            for (_, value) in entries(Some(node)) {
                match get(value, "from_secret") {
                    None if string(value).is_none() => self.hand(runner, value),
                    _ => {
                        let creds = self.mentions(runner, value);
                        runner.unresolved(creds, value.span.start.line());
                    }
                }
            }
        }
    }

    fn mentions(&self, runner: &Runner<'_, '_>, value: &Node<'_>) -> Creds {
        leaves(value).into_iter().flat_map(|value| runner.scope.mentions(&self.value(value))).collect()
    }
}

/// `$$NAME` is left to the shell.
fn doubled(text: &str) -> String {
    text.replace("$$", "$")
}

/// `$(NAME)` is a variable; a word in small letters alone is a command of the shell.
fn azure(text: &str) -> String {
    let expressions = splice::fill(text, "${{", "}}", |expression| {
        let name = expression.trim().strip_prefix("variables.").filter(|name| is_name(name));
        name.map_or_else(|| splice::UNKNOWN.to_owned(), splice::environment)
    });
    splice::fill(&expressions, "$(", ")", |name| match name {
        name if is_name(name) && name.contains(|c: char| c.is_ascii_uppercase()) => splice::environment(name),
        name if is_name(&name.replace('.', "_")) && name.contains('.') => splice::UNKNOWN.to_owned(),
        command => format!("$({command})"),
    })
}
