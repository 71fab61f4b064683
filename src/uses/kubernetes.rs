//! Manifests of Kubernetes: which Secrets hold a credential, which containers are given it, and
//! what those run.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::bind::Scope;
use super::container::{Form, Given, command_line};
use super::found::{Bound, Found};
use super::index::Creds;
use super::run::Runner;
use super::word::{Word, is_name};
use super::yaml::{Node, block, entries, get, leaves, load, sequence, string};
use crate::capability::{Can, Class, Verb};

/// Whether a text can be a manifest.
pub fn is_manifest(text: &str) -> bool {
    let begins = |word: &str| text.lines().any(|line| line.trim_start_matches([' ', '-']).starts_with(word));
    begins("apiVersion:") && begins("kind:")
}

/// Reads manifests; whether they were understood. Templates are no YAML.
pub fn read(scope: Scope<'_>, found: &mut Found, text: &str) -> bool {
    let Some(documents) = load(text) else { return false };
    let lines: Vec<&str> = text.lines().collect();
    let mut reader = Reader { runner: Runner::new(scope, found), lines: &lines };
    documents.iter().for_each(|document| reader.document(document));
    true
}

struct Reader<'r, 'f, 'a> {
    runner: Runner<'f, 'a>,
    lines: &'r [&'r str],
}

impl Reader<'_, '_, '_> {
    fn document(&mut self, document: &Node<'_>) {
        let name = get(document, "metadata").and_then(|metadata| get(metadata, "name")).and_then(string);
        match (get(document, "kind").and_then(string).as_deref(), name) {
            (Some("Secret" | "ConfigMap"), Some(name)) => {
                for part in ["stringData", "data", "binaryData"] {
                    entries(get(document, part)).for_each(|(key, value)| self.entry(&name, &key, value));
                }
            }
            (Some("List"), _) => {
                let items = get(document, "items").map(sequence).unwrap_or_default();
                items.iter().for_each(|item| self.document(item));
            }
            (Some("Kustomization"), _) => self.generators(document),
            // Old ones say no kind.
            (None, _) if get(document, "secretGenerator").is_some() => self.generators(document),
            _ => self.walk(document, 1),
        }
    }

    /// One key of a Secret or a ConfigMap; a script in it runs where it is mounted.
    fn entry(&mut self, name: &str, key: &str, value: &Node<'_>) {
        let Some((text, line)) = block(value, self.lines) else { return };
        let decoded = BASE64_STANDARD.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let texts = [Some(text.clone()), decoded];
        let mut creds: Creds =
            texts.iter().flatten().flat_map(|text| self.runner.scope.mentions(&Word::plain(text, line))).collect();
        let end = line + text.matches('\n').count();
        let lies = self.runner.scope.index.lines_in(self.runner.scope.path);
        creds.extend(lies.filter(|(at, _)| (line..=end).contains(at)).map(|(_, cred)| cred));
        self.runner.found.aliases.extend(creds.iter().map(|&cred| (format!("{name}/{key}"), cred)));
        if key.ends_with(".sh") || text.starts_with("#!/bin/sh") || text.starts_with("#!/bin/bash") {
            self.runner.script(&text, line);
        }
    }

    /// `secretGenerator: [{ name: …, literals: […], envs: […] }]`
    fn generators(&mut self, document: &Node<'_>) {
        let all = ["secretGenerator", "configMapGenerator"].into_iter().filter_map(|key| get(document, key));
        for generator in all.flat_map(sequence) {
            let Some(name) = get(generator, "name").and_then(string) else { continue };
            for literal in get(generator, "literals").into_iter().flat_map(leaves) {
                let line = literal.span.start.line();
                let Some((key, value)) = string(literal).and_then(|text| {
                    text.split_once('=').map(|(key, value)| (key.to_owned(), Word::plain(value, line)))
                }) else {
                    continue;
                };
                let creds = self.runner.scope.mentions(&value);
                self.runner.found.aliases.extend(creds.iter().map(|&cred| (format!("{name}/{key}"), cred)));
            }
            for file in ["envs", "env"].into_iter().filter_map(|key| get(generator, key)).flat_map(leaves) {
                let Some(path) = string(file) else { continue };
                let mark = self.runner.scope.mark();
                for key in self.runner.scope.source(&Word::plain(&path, file.span.start.line()), true) {
                    let creds = self.runner.scope.mentions(&Word::variable(&key, 1));
                    self.runner.found.aliases.extend(creds.iter().map(|&cred| (format!("{name}/{key}"), cred)));
                }
                self.runner.scope.restore(mark);
            }
        }
    }

    /// Everything below a node. What is no container uses a credential in its own way.
    fn walk(&mut self, node: &Node<'_>, line: usize) {
        for (key, value) in entries(Some(node)) {
            let line = value.span.start.line();
            match key.as_str() {
                "containers" | "initContainers" | "ephemeralContainers" => {
                    sequence(value).iter().for_each(|container| self.container(container));
                    continue;
                }
                "imagePullSecrets" => {
                    let names = sequence(value).iter().filter_map(|secret| get(secret, "name").and_then(string));
                    let creds = names.flat_map(|name| self.keys(&name)).flat_map(|(_, creds)| creds).collect();
                    let needs = vec![(Can { verb: Verb::Read, class: Class::Artifact }, key)];
                    self.runner.found.add(self.runner.scope.path, line, Bound::To(creds), Some(needs));
                    continue;
                }
                // The whole of a Secret, as files.
                "secretName" => {
                    let keys = string(value).map(|name| self.keys(&name)).unwrap_or_default();
                    let creds = keys.into_iter().flat_map(|(_, creds)| creds).collect();
                    self.runner.unresolved(creds, line);
                }
                _ => {}
            }
            let creds = self.referred(value);
            self.runner.unresolved(creds, line);
            self.walk(value, line);
        }
        for item in sequence(node) {
            self.walk(item, item.span.start.line());
        }
        if let Some(text) = string(node) {
            let creds = self.runner.scope.mentions(&Word::plain(&text, line));
            self.runner.unresolved(creds, line);
        }
    }

    /// Who `{ name: SECRET, key: KEY }` refers to.
    fn referred(&self, node: &Node<'_>) -> Creds {
        let part = |key: &str| get(node, key).and_then(string);
        match (part("name"), part("key")) {
            (Some(name), Some(key)) => self.runner.scope.mentions(&Word::variable(&format!("{name}/{key}"), 1)),
            _ => Creds::new(),
        }
    }

    /// The keys of a Secret that hold a credential.
    fn keys(&self, secret: &str) -> Vec<(String, Creds)> {
        let keys = self.runner.scope.index.aliased_below(&format!("{secret}/"));
        let creds = |key: &String| self.runner.scope.mentions(&Word::variable(&format!("{secret}/{key}"), 1));
        keys.into_iter().map(|key| (key.clone(), creds(&key))).collect()
    }

    fn container(&mut self, container: &Node<'_>) {
        let mark = self.runner.scope.mark();
        let mut given = Given::new();
        for from in get(container, "envFrom").map(sequence).unwrap_or_default() {
            let prefix = get(from, "prefix").and_then(string).unwrap_or_default();
            let named = ["secretRef", "configMapRef"].into_iter().filter_map(|kind| get(from, kind));
            let named =
                named.filter_map(|reference| get(reference, "name")).filter_map(|name| Some((string(name)?, name)));
            for (secret, at) in named {
                for (key, creds) in self.keys(&secret) {
                    given.push((creds, at.span.start.line()));
                    self.runner.replace(&format!("{prefix}{key}"), &Word::variable(&format!("{secret}/{key}"), 1));
                }
            }
        }
        for variable in get(container, "env").map(sequence).unwrap_or_default() {
            given.extend(self.entry_of_env(variable));
        }
        let part = |key: &str| get(container, key);
        let mark_of_uses = self.runner.found.mark();
        let arguments = part("args");
        let command: Vec<&Node<'_>> = match part("command") {
            Some(command) => [Some(command), arguments].into_iter().flatten().collect(),
            None => Vec::new(),
        };
        if let Some((text, line)) = command_line(&command, Form::Word, self.lines, put_in) {
            self.runner.script(&text, line);
        } else {
            // They are handed to what the image starts with.
            for argument in arguments.into_iter().flat_map(leaves) {
                let line = argument.span.start.line();
                let text = string(argument).unwrap_or_default();
                given.push((self.runner.scope.mentions(&Word::read(&put_in(&text, false), line)), line));
            }
        }
        self.runner.leave_unused(given, mark_of_uses);
        for probe in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"].into_iter().filter_map(part) {
            self.hooks(probe);
        }
        self.runner.scope.restore(mark);
    }

    /// `exec: { command: […] }`, however deep.
    fn hooks(&mut self, node: &Node<'_>) {
        for (key, value) in entries(Some(node)) {
            match get(value, "command").filter(|_| key == "exec") {
                Some(command) => {
                    let line = command_line(&[command], Form::Word, self.lines, put_in);
                    line.into_iter().for_each(|(text, line)| self.runner.script(&text, line));
                }
                None => self.hooks(value),
            }
        }
    }

    /// One entry of `env`. A Secret that lies elsewhere is known by its key or by the variable.
    fn entry_of_env(&mut self, node: &Node<'_>) -> Option<(Creds, usize)> {
        let name = get(node, "name").and_then(string).filter(|name| is_name(name))?;
        let line = node.span.start.line();
        if let Some(text) = get(node, "value").and_then(string) {
            let value = Word::read(&put_in(&text, false), line);
            let creds = self.runner.scope.mentions(&value);
            self.runner.replace(&name, &value);
            return Some((creds, line));
        }
        let from = get(node, "valueFrom")?;
        let reference = get(from, "secretKeyRef").or_else(|| get(from, "configMapKeyRef"))?;
        let (secret, key) = (get(reference, "name").and_then(string)?, get(reference, "key").and_then(string)?);
        let known = [format!("{secret}/{key}"), key, name.clone()].into_iter().find_map(|source| {
            let value = Word::variable(&source, line);
            Some((self.runner.scope.mentions(&value), value)).filter(|(creds, _)| !creds.is_empty())
        });
        let (creds, value) = known?;
        self.runner.replace(&name, &value);
        Some((creds, line))
    }
}

/// `$(NAME)` is put in before anything runs.
fn put_in(text: &str, in_quotes: bool) -> String {
    let mut shell = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("$(") {
        shell.push_str(before);
        match behind.split_once(')').filter(|(name, _)| is_name(name)) {
            Some((name, after)) => {
                shell.push_str(&if in_quotes { format!("'\"${{{name}}}\"'") } else { format!("${{{name}}}") });
                rest = after;
            }
            None => {
                shell.push_str("$(");
                rest = behind;
            }
        }
    }
    shell + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_put_in() {
        assert_eq!(put_in("'--a=$(B) $C $(d e)'", true), "'--a='\"${B}\"' $C $(d e)'");
        assert_eq!(put_in("$(B)", false), "${B}");
    }

    #[test]
    fn a_manifest_says_its_kind() {
        assert!(is_manifest("apiVersion: v1\nkind: Secret\n"));
        assert!(is_manifest("- apiVersion: v1\n  kind: Secret\n"));
        assert!(!is_manifest("# apiVersion: v1\nkind: Secret\n"));
    }
}
