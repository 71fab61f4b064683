//! Which files are read, and how their commands are cut out of them: shell scripts, Makefiles,
//! `package.json` and dotenv files. What has more of a structure stands in a module of its own.

use super::bind::Scope;
use super::circleci;
use super::code::{self, Reads};
use super::compose;
use super::context::Context;
use super::docker;
use super::found::{Bound, Found};
use super::github;
use super::gitlab;
use super::index::Index;
use super::just;
use super::kubernetes;
use super::run::Runner;
use super::splice;
use super::steps;
use super::taskfile;
use super::terraform::hcl;
use super::word::{Word, is_name};

/// Larger files are not taken apart; a mention in them is a use that is not understood.
const LARGEST: usize = 2 << 20;
/// So many mentions are told of a file that cannot be read.
const MENTIONS: usize = 50;

/// Keys that are written with escapes are not found again; beyond so many nobody looks.
const MISSES: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shell,
    Make,
    Just,
    Task,
    Procfile,
    Docker,
    Package,
    Dotenv,
    Workflow,
    GitlabCi,
    Circleci,
    Bitbucket,
    Azure,
    Buildkite,
    Drone,
    Travis,
    Compose,
    Manifest,
    /// It is known to run commands, and not taken apart.
    Closed,
}

/// A file in which credentials can be used.
pub struct File {
    path: String,
    content: Content,
}

enum Content {
    Commands(Kind, String),
    Program(Reads),
    Terraform(hcl::Body),
}

impl File {
    /// None for every other file, and for a program that reads nothing from its environment.
    pub fn new(index: &Index<'_>, path: &str, text: &str) -> Option<File> {
        let file = |content| Some(File { path: path.to_owned(), content });
        if let Some(body) = blocks(path, text) {
            return file(Content::Terraform(body));
        }
        if let Some(kind) = kind(path, text) {
            return file(Content::Commands(kind, text.to_owned()));
        }
        let reads = Reads::of(index, code::language(path, text)?, path, text);
        if reads.is_empty() { None } else { file(Content::Program(reads)) }
    }

    /// Path and blocks of a file of Terraform.
    pub fn terraform(&self) -> Option<(&str, &hcl::Body)> {
        match &self.content {
            Content::Terraform(body) => Some((&self.path, body)),
            _ => None,
        }
    }
}

/// A file that the reader stumbles over: its mentions are uses that are not understood.
pub fn give_up(index: &Index<'_>, found: &mut Found, file: &File) {
    if let Content::Commands(_, text) = &file.content {
        unread(index, found, &file.path, text);
    }
}

/// Reads one file.
pub fn read(index: &Index<'_>, found: &mut Found, file: &File) {
    let path = &file.path;
    let scope = Scope::new(index, path);
    let (kind, text) = match &file.content {
        Content::Program(reads) => return reads.tell(&scope, found),
        // They are read together.
        Content::Terraform(_) => return,
        Content::Commands(_, text) if text.len() > LARGEST => return unread(index, found, path, text),
        Content::Commands(kind, text) => (kind, text),
    };
    let understood = match kind {
        Kind::Shell => {
            found.scripts.insert(path.to_owned());
            Runner::new(scope, found).script(text, 1);
            true
        }
        Kind::Make => makefile(&mut Runner::new(scope, found), text),
        Kind::Just => just::read(scope, found, text),
        Kind::Task => taskfile::read(scope, found, text),
        Kind::Procfile => procfile(&mut Runner::new(scope, found), text),
        Kind::Docker => docker::read(&mut Runner::new(scope, found), text),
        Kind::Package => package(&mut Runner::new(scope, found), text),
        Kind::Dotenv => dotenv(&mut Runner::new(scope, found), text),
        Kind::Workflow => github::read(scope, found, text),
        Kind::Bitbucket => steps::read(&steps::BITBUCKET, scope, found, text),
        Kind::Azure => steps::read(&steps::AZURE, scope, found, text),
        Kind::Buildkite => steps::read(&steps::BUILDKITE, scope, found, text),
        Kind::Drone => steps::read(&steps::DRONE, scope, found, text),
        Kind::Travis => steps::read(&steps::TRAVIS, scope, found, text),
        Kind::Circleci => circleci::read(scope, found, text),
        Kind::GitlabCi => gitlab::read(scope, found, text),
        Kind::Compose => compose::read(scope, found, text),
        Kind::Manifest => kubernetes::read(scope, found, text),
        Kind::Closed => false,
    };
    if !understood {
        unread(index, found, path, text);
    }
}

/// Whether what runs there sees nothing of the variables around it: the steps of a workflow have
/// those that their file gives them, on a machine that is thrown away.
pub fn is_closed_off(path: &str) -> bool {
    kind(path, "") == Some(Kind::Workflow)
}

/// Whether the file does nothing but set variables.
pub fn is_dotenv(path: &str) -> bool {
    kind(path, "") == Some(Kind::Dotenv)
}

/// None where it is no file of Terraform, or none that can be understood.
fn blocks(path: &str, text: &str) -> Option<hcl::Body> {
    if text.len() > LARGEST {
        return None;
    }
    match path.ends_with(".tfvars.json") {
        true => hcl::parse_json(text),
        false => [".tf", ".tofu", ".tfvars"].iter().find(|end| path.ends_with(**end)).and_then(|_| hcl::parse(text)),
    }
}

fn kind(path: &str, text: &str) -> Option<Kind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let yaml = matches!(extension, "yml" | "yaml");
    let in_folder = |folder: &str| path.starts_with(folder) || path.contains(&format!("/{folder}"));
    let workflows = [".github/workflows/", ".gitea/workflows/", ".forgejo/workflows/"];
    match name {
        ".envrc" => Some(Kind::Shell),
        "package.json" => Some(Kind::Package),
        "Makefile" | "makefile" | "GNUmakefile" => Some(Kind::Make),
        "justfile" | "Justfile" | "JUSTFILE" | ".justfile" => Some(Kind::Just),
        "Procfile" => Some(Kind::Procfile),
        _ if name.starts_with("Procfile.") => Some(Kind::Procfile),
        _ if yaml && matches!(stem, "Taskfile" | "taskfile" | "Taskfile.dist" | "taskfile.dist") => Some(Kind::Task),
        "Dockerfile" | "Containerfile" => Some(Kind::Docker),
        _ if name.starts_with("Dockerfile.") || matches!(extension, "dockerfile" | "Dockerfile") => Some(Kind::Docker),
        _ if name == ".env" || name.starts_with(".env.") || extension == "env" => Some(Kind::Dotenv),
        _ if yaml && (stem == ".gitlab-ci" || stem.ends_with(".gitlab-ci")) => Some(Kind::GitlabCi),
        _ if yaml && in_folder(".circleci/") => Some(Kind::Circleci),
        _ if yaml && stem == "bitbucket-pipelines" => Some(Kind::Bitbucket),
        _ if yaml && (stem.starts_with("azure-pipelines") || in_folder(".azure-pipelines/")) => Some(Kind::Azure),
        _ if yaml && in_folder(".buildkite/") => Some(Kind::Buildkite),
        _ if yaml && (matches!(stem, ".drone" | ".woodpecker") || in_folder(".woodpecker/")) => Some(Kind::Drone),
        _ if yaml && stem == ".travis" => Some(Kind::Travis),
        _ if yaml && in_folder(".gitlab/") => Some(Kind::GitlabCi),
        _ if yaml && (stem == "action" || workflows.iter().any(|folder| in_folder(folder))) => Some(Kind::Workflow),
        _ if yaml && stem.split(['.', '-', '_']).any(|word| word == "compose") => Some(Kind::Compose),
        _ if yaml && (stem == "kustomization" || kubernetes::is_manifest(text)) => Some(Kind::Manifest),
        "Jenkinsfile" => Some(Kind::Closed),
        _ if extension == "mk" => Some(Kind::Make),
        _ if matches!(extension, "hcl" | "nomad" | "jenkinsfile" | "tf" | "tofu" | "tfvars") => Some(Kind::Closed),
        _ if name.ends_with(".tf.json") || name.ends_with(".tfvars.json") => Some(Kind::Closed),
        _ if extension == "just" => Some(Kind::Just),
        _ if matches!(extension, "sh" | "bash" | "zsh" | "ksh" | "dash" | "bats") => Some(Kind::Shell),
        _ if yaml => has_job_script(text).then_some(Kind::GitlabCi),
        _ => has_shell_shebang(text).then_some(Kind::Shell),
    }
}

/// Whether a file of this name can hold uses: it is one of the known kinds, the source of a
/// program, or its text has to tell: that of YAML and of what has no ending.
pub fn can_hold_uses(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    yaml || kind(path, "").is_some() || code::language(path, "").is_some() || !name.contains('.')
}

/// A part of a pipeline that another file includes can be called anything.
fn has_job_script(text: &str) -> bool {
    let is_key = |line: &str| line.starts_with(' ') && line.trim_start().starts_with("script:");
    text.lines().any(is_key)
}

pub fn has_shell_shebang(text: &str) -> bool {
    let line = text.lines().next().unwrap_or("");
    let Some(interpreter) = line.strip_prefix("#!") else { return false };
    let words = interpreter.split(|c: char| c.is_whitespace() || c == '/');
    words.into_iter().any(|word| matches!(word, "sh" | "bash" | "zsh" | "dash" | "ksh"))
}

/// A file that is not understood: every line that names a credential is a use that is not either.
fn unread(index: &Index<'_>, found: &mut Found, path: &str, text: &str) {
    let context = Context::of_path(path);
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, index.mentioned(line, path, &context)));
    for (line, creds) in lines.filter(|(_, creds)| !creds.is_empty()).take(MENTIONS) {
        found.add(path, line, Bound::To(creds), None);
    }
}

/// Only binds: a variable of a tool may be filled from another one.
fn dotenv(runner: &mut Runner<'_, '_>, text: &str) -> bool {
    for (at, line) in text.lines().enumerate() {
        let line = line.trim().strip_prefix("export ").unwrap_or(line.trim());
        if let Some((name, value)) = line.split_once('=').filter(|(name, _)| is_name(name.trim())) {
            runner.replace(name.trim(), &Word::read(value.trim(), at + 1));
        }
    }
    true
}

fn package(runner: &mut Runner<'_, '_>, text: &str) -> bool {
    let Ok(package) = serde_json::from_str::<serde_json::Value>(text) else { return false };
    let Some(scripts) = package.get("scripts").and_then(serde_json::Value::as_object) else { return true };
    let (mut at, mut line, mut misses) = (0, 1, 0);
    let mut advance = |key: &str| {
        if misses > MISSES {
            return line;
        }
        let key = serde_json::Value::from(key).to_string();
        let is_key = |found: &(usize, &str)| text[at + found.0 + key.len()..].trim_start().starts_with(':');
        if let Some((found, _)) = text[at..].match_indices(&key).find(is_key) {
            line += text[at..at + found].matches('\n').count();
            at += found;
        } else {
            misses += 1;
        }
        line
    };
    advance("scripts");
    for (name, script) in scripts {
        let line = advance(name);
        if let Some(script) = script.as_str() {
            // A line break inside the string is no line of the file.
            runner.within(Context::of_name(name), |runner| runner.script(&script.replace('\n', " ; "), line));
        }
    }
    true
}

/// The lines from `start` on that belong together by a backslash at their end; a comment between
/// them is no end. The text keeps its lines.
pub fn logical_line(lines: &[&str], start: usize, comments: bool) -> (String, usize) {
    let mut text = lines[start].to_owned();
    let mut next = start + 1;
    while text.trim_end().ends_with('\\') && next < lines.len() {
        let trimmed = lines[next].trim_start();
        let skipped = comments && (trimmed.starts_with('#') || trimmed.is_empty());
        text.truncate(text.trim_end().len());
        text.push('\n');
        text.push_str(if skipped { "\\" } else { lines[next] });
        next += 1;
    }
    (text, next)
}

/// `release: command`
fn procfile(runner: &mut Runner<'_, '_>, text: &str) -> bool {
    for (at, line) in text.lines().enumerate() {
        let named = line.split_once(':').filter(|(name, _)| !name.trim_start().starts_with('#'));
        if let Some((name, command)) = named {
            runner.within(Context::of_name(name), |runner| runner.script(command, at + 1));
        }
    }
    true
}

fn makefile(runner: &mut Runner<'_, '_>, text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let (mut at, mut target) = (0, Context::default());
    while at < lines.len() {
        let line = at + 1;
        let (logical, next) = logical_line(&lines, at, false);
        at = next;
        if let Some(recipe) = logical.strip_prefix('\t') {
            let recipe = as_shell(recipe.trim_start_matches(['@', '-', '+', ' ', '\t']));
            runner.within(target.clone(), |runner| runner.script(&recipe, line));
            continue;
        }
        let statement = logical.trim();
        let statement =
            statement.strip_prefix("export ").or(statement.strip_prefix("override ")).unwrap_or(statement).trim();
        if let Some(files) = statement.trim_start_matches(['-', 's']).strip_prefix("include ") {
            let files = files.split_whitespace().map(|file| Word::read(&as_shell(file), line));
            // One of two branches includes this one, the other one another.
            files.for_each(|file| runner.perhaps(|runner| runner.source(&file)));
        } else if let Some((name, value)) = make_assignment(statement) {
            // `$(shell …)` runs while the value is put in.
            runner.script(&format!(": {}", as_shell(value)), line);
            let word = Word::read(&as_shell(value), line);
            if statement.split_once('=').is_some_and(|(name, _)| name.ends_with('?')) {
                // What stands in the environment counts more.
                runner.perhaps(|runner| runner.set(name, &word, true));
            } else {
                runner.replace(name, &word);
            }
        } else if let Some((name, behind)) = statement.split_once(':').filter(|_| !statement.starts_with('#')) {
            target = Context::of_name(name);
            let behind = behind.trim_start_matches(':').trim();
            let behind = behind.strip_prefix("export ").unwrap_or(behind);
            if let Some((name, value)) = make_assignment(behind) {
                runner.replace(name, &Word::read(&as_shell(value), line));
            } else if let Some((_, recipe)) = behind.split_once(';') {
                let recipe = as_shell(recipe.trim_start_matches(['@', '-', '+', ' ', '\t']));
                runner.within(target.clone(), |runner| runner.script(&recipe, line));
            }
        }
    }
    true
}

fn make_assignment(statement: &str) -> Option<(&str, &str)> {
    let (name, value) = statement.split_once('=')?;
    let name = name.trim_end_matches([':', '?', '+', '!']).trim();
    is_name(name).then_some((name, value.trim()))
}

/// What make hands to the shell: `$(NAME)` as a variable, `$$` as a dollar, the rest as unknown.
fn as_shell(text: &str) -> String {
    let mut shell = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        shell.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else { break };
        match c {
            '$' => {
                shell.push('$');
                rest = &rest[1..];
            }
            '(' | '{' => {
                let inside = balanced(rest);
                rest = &rest[inside.len() + 1..];
                rest = rest.strip_prefix([')', '}']).unwrap_or(rest);
                match (inside, inside.strip_prefix("shell ")) {
                    (_, Some(command)) => shell.push_str(&format!("$({command})")),
                    (name, _) if is_name(name) => shell.push_str(&splice::environment(name)),
                    _ => shell.push_str(splice::UNKNOWN),
                }
            }
            c if c.is_ascii_alphabetic() => {
                shell.push_str(&splice::environment(&c.to_string()));
                rest = &rest[1..];
            }
            c => {
                shell.push_str(splice::UNKNOWN);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    shell + rest
}

/// What stands between the bracket that `text` begins with and its partner.
fn balanced(text: &str) -> &str {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' if depth == 1 => return &text[1..at],
            ')' | '}' => depth -= 1,
            _ => {}
        }
    }
    &text[1..]
}
