//! Pipelines of GitLab: what each job runs, with what it inherits by `extends`, `!reference` and
//! the keys of the whole file.

use std::collections::HashSet;

use saphyr::YamlData;

use super::bind::Scope;
use super::context::Context;
use super::found::Found;
use super::run::Runner;
use super::splice;
use super::word::{Word, is_name};
use super::yaml::{Node, block, entries, get, leaves, load, sequence, string};

/// GitLab follows references this far.
const DEPTH: usize = 10;
/// Scripts that many jobs share are read for each of them, up to so many bytes in all.
const LONGEST: usize = 8 << 20;

const SCRIPTS: [&str; 3] = ["before_script", "script", "after_script"];

struct Pipeline<'n, 'y> {
    document: &'n Node<'y>,
    lines: Vec<&'n str>,
    /// Scripts that jobs run, by their lines: a template that others inherit does nothing itself.
    run: HashSet<usize>,
    bytes: usize,
}

/// Reads a pipeline; whether it was understood.
pub fn read(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    documents.iter().all(|document| {
        let pipeline = Pipeline { document, lines: text.lines().collect(), run: HashSet::new(), bytes: 0 };
        pipeline.read(&scope, found)
    })
}

impl<'n, 'y> Pipeline<'n, 'y> {
    fn read(mut self, scope: &Scope<'_>, found: &mut Found) -> bool {
        let mut scope = scope.clone();
        self.variables(&mut scope, found, self.document);
        let jobs: Vec<(String, &Node<'_>)> = entries(Some(self.document)).collect();
        let runs = |job: &Node<'_>| ["script", "extends", "trigger"].iter().any(|key| get(job, key).is_some());
        let (jobs, others): (Vec<_>, Vec<_>) = jobs.iter().partition(|(name, job)| !name.starts_with('.') && runs(job));
        for (name, job) in jobs {
            self.job(scope.clone(), found, name, job, true);
        }
        for (name, job) in others {
            self.job(scope.clone(), found, name, job, false);
        }
        self.scripts(scope, found, &[self.document], false);
        self.bytes <= LONGEST
    }

    /// What is no job by itself has its scripts read as far as no job runs them.
    fn job(&mut self, mut scope: Scope<'_>, found: &mut Found, name: &str, job: &'n Node<'y>, is_job: bool) {
        let mut lineage = Vec::new();
        if is_job {
            lineage.push(self.document);
            lineage.extend(get(self.document, "default"));
        }
        self.parents(job, DEPTH, &mut lineage);
        scope.claim(Context::of_name(name));
        for node in &lineage {
            let environment = get(node, "environment");
            let stated = environment.and_then(|node| string(node).or_else(|| get(node, "name").and_then(string)));
            scope.claim(stated.map(|name| Context::stated(&name)).unwrap_or_default());
            if !std::ptr::eq(*node, self.document) {
                self.variables(&mut scope, found, node);
            }
        }
        self.given(&mut Runner::new(scope.clone(), found), job);
        self.scripts(scope, found, &lineage, is_job);
    }

    /// What a job extends, the eldest first, and the job itself.
    fn parents(&self, job: &'n Node<'y>, depth: usize, lineage: &mut Vec<&'n Node<'y>>) {
        for parent in get(job, "extends").into_iter().flat_map(leaves).filter_map(string) {
            if let Some(parent) = get(self.document, &parent).filter(|_| depth > 0 && lineage.len() < 100) {
                self.parents(parent, depth - 1, lineage);
            }
        }
        lineage.push(job);
    }

    /// Sets the variables of a job, and those that its rules may set.
    fn variables(&self, scope: &mut Scope<'_>, found: &mut Found, node: &'n Node<'y>) {
        let mut runner = Runner::new(scope.clone(), found);
        for (name, value) in self.values(node) {
            runner.replace(&name, &value);
        }
        let rules = get(node, "rules").or(get(node, "workflow").and_then(|workflow| get(workflow, "rules")));
        for rule in rules.into_iter().flat_map(sequence) {
            for (name, value) in self.values(rule) {
                runner.assign(&name, &value, true);
            }
        }
        let matrix = get(node, "parallel").and_then(|parallel| get(parallel, "matrix"));
        for (name, values) in matrix.into_iter().flat_map(sequence).flat_map(|row| entries(Some(row))) {
            for value in leaves(values).into_iter().filter(|_| is_name(&name)) {
                runner.assign(&name, &word(value, &string(value).unwrap_or_default()), true);
            }
        }
        *scope = runner.scope;
    }

    fn values(&self, node: &'n Node<'y>) -> Vec<(String, Word)> {
        let variables = get(node, "variables").map(|variables| self.follow(variables));
        let value = |(name, value): (String, &'n Node<'y>)| {
            let value = self.follow(value);
            let text = string(value).or_else(|| get(value, "value").and_then(string))?;
            Some((name, word(value, &text)))
        };
        entries(variables).filter_map(value).collect()
    }

    /// What another pipeline or a service container does with the variables that it is given.
    fn given(&self, runner: &mut Runner<'_, '_>, job: &'n Node<'y>) {
        let mut given = Vec::new();
        if get(job, "trigger").is_some_and(|trigger| get(trigger, "include").is_none()) {
            given.extend(self.values(job));
        }
        for service in get(job, "services").into_iter().flat_map(sequence) {
            given.extend(self.values(service));
        }
        for (_, value) in given {
            let creds = runner.scope.mentions(&value);
            runner.unresolved(creds, value.line);
        }
    }

    /// Runs the scripts of a job; each key is that of the youngest who has it.
    fn scripts(&mut self, scope: Scope<'_>, found: &mut Found, lineage: &[&'n Node<'y>], is_job: bool) {
        let youngest = |key: &str| lineage.iter().rev().find_map(|node| get(node, key));
        let hooks = youngest("hooks").and_then(|hooks| get(hooks, "pre_get_sources_script"));
        let mut runner = Runner::new(scope, found);
        for script in hooks.into_iter().chain(SCRIPTS.into_iter().filter_map(youngest)) {
            let mut commands = Vec::new();
            self.commands(script, DEPTH, &mut commands);
            for command in commands {
                let Some((text, line)) = block(command, &self.lines) else { continue };
                self.bytes += text.len();
                if self.bytes > LONGEST {
                    return;
                }
                if self.run.insert(line) || is_job {
                    runner.part(&as_shell(&text), line);
                }
            }
        }
    }

    /// The commands of a script, through the lists and references in it.
    fn commands(&self, script: &'n Node<'y>, depth: usize, commands: &mut Vec<&'n Node<'y>>) {
        let followed = self.follow(script);
        match &followed.data {
            YamlData::Sequence(items) if depth > 0 && commands.len() < self.lines.len() => {
                items.iter().for_each(|item| self.commands(item, depth - 1, commands));
            }
            _ => commands.push(followed),
        }
    }

    /// The node that `!reference [.job, script]` names.
    fn follow(&self, mut node: &'n Node<'y>) -> &'n Node<'y> {
        for _ in 0..DEPTH {
            let YamlData::Tagged(tag, path) = &node.data else { break };
            let path = sequence(path).iter().map(string);
            let named =
                path.filter(|_| tag.suffix == "reference").try_fold(self.document, |node, key| get(node, &key?));
            match named {
                Some(named) => node = named,
                None => break,
            }
        }
        node
    }
}

fn word(node: &Node<'_>, text: &str) -> Word {
    Word::read(&as_shell(text), node.span.start.line())
}

/// `$[[ inputs.name ]]` is known only when the pipeline is made.
fn as_shell(text: &str) -> String {
    splice::fill(text, "$[[", "]]", |_| splice::UNKNOWN.to_owned())
}
