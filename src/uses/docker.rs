//! Dockerfiles: what building the image runs, what a container of it runs, and what it is given.

use super::container::{Given, exec_form};
use super::files::logical_line;
use super::run::Runner;
use super::shell;
use super::word::{Word, is_name};

/// An instruction behind `ONBUILD`, and one behind that.
const DEPTH: usize = 2;

/// What a container starts with.
struct Start {
    text: String,
    line: usize,
    /// It is a list of words and takes those of `CMD` behind it.
    exec: bool,
}

struct Reader<'r, 'f, 'a> {
    runner: &'r mut Runner<'f, 'a>,
    given: Given,
    entrypoint: Option<Start>,
    command: Option<Start>,
}

/// Reads a Dockerfile; it is always understood.
pub fn read(runner: &mut Runner<'_, '_>, text: &str) -> bool {
    let mark = runner.found.mark();
    let lines: Vec<&str> = text.lines().collect();
    let mut reader = Reader { runner, given: Vec::new(), entrypoint: None, command: None };
    let mut at = 0;
    while at < lines.len() {
        let (instruction, next) = logical_line(&lines, at, true);
        at = next + reader.instruction(&instruction, at + 1, &lines[next..], DEPTH);
    }
    reader.start();
    let given = reader.given;
    runner.leave_unused(given, mark);
    true
}

impl Reader<'_, '_, '_> {
    /// Reads one instruction; how many lines of those behind it belong to its here-document.
    fn instruction(&mut self, instruction: &str, line: usize, behind: &[&str], depth: usize) -> usize {
        let (word, rest) = instruction.trim_start().split_once(char::is_whitespace).unwrap_or(("", ""));
        match word.to_ascii_uppercase().as_str() {
            "RUN" => return self.run(instruction, rest, line, behind),
            "COPY" | "ADD" => return here_tag(rest).map_or(0, |tag| here_length(behind, tag)),
            "ENV" => self.environment(rest, line),
            // What the build is given counts more than the default that stands here.
            "ARG" => self.runner.perhaps(|runner| runner.part(&format!("export {rest}"), line)),
            "CMD" => self.command = Some(Start::read(rest, line)),
            "ENTRYPOINT" => self.entrypoint = Some(Start::read(rest, line)),
            // Each stage can be what is built.
            "FROM" => self.start(),
            "HEALTHCHECK" => {
                if let Some((_, check)) = behind_options(rest).split_once(char::is_whitespace) {
                    let start = Start::read(check, line + lines_before(instruction, check));
                    self.runner.script(&start.text, start.line);
                }
            }
            "ONBUILD" if depth > 0 => return self.instruction(rest, line, behind, depth - 1),
            _ => {}
        }
        0
    }

    fn run(&mut self, instruction: &str, rest: &str, line: usize, behind: &[&str]) -> usize {
        let command = behind_options(rest);
        let mark = self.runner.scope.mark();
        self.mounts(&rest[..rest.len() - command.len()], line);
        let length = match here_tag(command) {
            Some(tag) => {
                let length = here_length(behind, tag);
                let body = behind[..length.saturating_sub(1)].join("\n");
                match command.starts_with("<<") {
                    true => self.runner.script(&body, line + lines_before(instruction, command) + 1),
                    false => self.runner.script(&format!("{command}\n{body}\n{tag}\n"), line),
                }
                length
            }
            None => {
                let start = Start::read(command, line + lines_before(instruction, command));
                self.runner.script(&start.text, start.line);
                0
            }
        };
        self.runner.scope.restore(mark);
        length
    }

    /// `--mount=type=secret,id=ID,env=NAME` gives the command a variable.
    fn mounts(&mut self, options: &str, line: usize) {
        for mount in options.split_whitespace().filter_map(|option| option.strip_prefix("--mount=")) {
            let field = |wanted: &str| {
                mount.split(',').find_map(|field| field.split_once('=').filter(|(name, _)| *name == wanted))
            };
            if let (Some((_, id)), Some((_, name))) = (field("id"), field("env")) {
                let value = Word::variable(id, line);
                if !self.runner.scope.mentions(&value).is_empty() {
                    self.runner.replace(name, &value);
                }
            }
        }
    }

    /// What the image sets stays set in every container of it.
    fn environment(&mut self, rest: &str, line: usize) {
        let legacy = rest.trim().split_once(char::is_whitespace).filter(|(name, _)| is_name(name));
        match legacy {
            Some((name, value)) => {
                let value = Word::read(value.trim(), line);
                self.given.push((self.runner.scope.mentions(&value), line));
                self.runner.replace(name, &value);
            }
            None => {
                let script = format!("export {rest}");
                for word in shell::read(&script, line).commands.iter().flat_map(|command| &command.words) {
                    self.given.push((self.runner.scope.mentions(word), word.line));
                }
                self.runner.part(&script, line);
            }
        }
    }

    fn start(&mut self) {
        match (self.entrypoint.take(), self.command.take()) {
            (Some(entrypoint), Some(command)) if entrypoint.exec => {
                self.runner.script(&format!("{} {}", entrypoint.text, command.text), entrypoint.line);
                if entrypoint.text.contains(".sh") {
                    // Such a script ends in `exec "$@"`.
                    self.runner.script(&command.text, command.line);
                }
            }
            (Some(start), _) | (None, Some(start)) => self.runner.script(&start.text, start.line),
            (None, None) => {}
        }
    }
}

impl Start {
    fn read(text: &str, line: usize) -> Start {
        match serde_json::from_str::<Vec<String>>(text.trim()) {
            Ok(words) => Start { text: exec_form(&words), line, exec: true },
            Err(_) => Start { text: text.to_owned(), line, exec: false },
        }
    }
}

fn behind_options(mut rest: &str) -> &str {
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
        match rest.starts_with("--") {
            true => rest = &rest[rest.find(char::is_whitespace).unwrap_or(rest.len())..],
            false => return rest,
        }
    }
}

fn lines_before(whole: &str, part: &str) -> usize {
    whole[..whole.len() - part.len()].matches('\n').count()
}

/// The tag of a here-document that an instruction opens.
fn here_tag(command: &str) -> Option<&str> {
    let behind = command.split_once("<<")?.1.trim_start_matches('-').trim_start_matches(['"', '\'']);
    let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
    Some(&behind[..end]).filter(|tag| is_name(tag))
}

/// The lines of a here-document, its closing tag included.
fn here_length(behind: &[&str], tag: &str) -> usize {
    (behind.iter().take_while(|line| line.trim() != tag).count() + 1).min(behind.len())
}
