//! The tables of what a use needs: tools and their subcommands, calls by method and path, actions
//! of workflows, blocks of Terraform, a file for each provider in `table/`; and, in `common.toml`,
//! what belongs to none of them: wrappers that are looked through, words that claim a purpose.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use super::terraform::table::Provider;
use crate::capability::{Can, Environment};

/// What `common.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// Commands that only bind, test or reshape what they are given: `echo`, `docker build`.
    pub quiet: Vec<String>,
    /// Commands that run other files of the repository, which are read on their own.
    pub relay: Vec<Relay>,
    /// Variable names that say so little that they bind only in the file that holds the value,
    /// and in files that source it.
    pub generic: Vec<String>,
    /// Variables whose value is the same everywhere: `CI_API_V4_URL`.
    pub constants: BTreeMap<String, String>,
    /// Hosts of registries, or their ends, with whose credentials they take.
    pub registries: BTreeMap<String, String>,
    pub claims: Claims,
    pub wrapper: Vec<Wrapper>,
}

/// What one file of `table/` says. Its name up to the first dot is the provider's id, unless a row
/// names others.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    tool: Vec<Tool>,
    http: Vec<Host>,
    action: Vec<Action>,
    terraform: Vec<Provider>,
}

/// The whole table.
#[derive(Debug)]
pub struct Table {
    pub common: Common,
    pub tool: Vec<Tool>,
    pub http: Vec<Host>,
    pub action: Vec<Action>,
    pub terraform: Vec<Provider>,
    /// Where the tools of a name stand: one for each kind of credential that it takes.
    names: HashMap<String, Vec<usize>>,
}

/// A command that runs what other files of the repository say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    pub run: Vec<String>,
    pub files: Vec<String>,
}

/// A command that runs another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrapper {
    /// The command, with the subcommands that make it one: `doppler run`.
    pub run: Vec<String>,
    /// Options that are followed by a value.
    #[serde(default)]
    pub values: Vec<String>,
    /// Arguments before the command: 1 for `timeout 30`.
    #[serde(default)]
    pub skip: usize,
    /// `NAME=value` before the command binds.
    #[serde(default)]
    pub assigns: bool,
    /// The command is named by its package.
    #[serde(default)]
    pub packages: bool,
    /// An option whose value is a script of its own.
    pub script: Option<String>,
    /// The first argument is a file with a script.
    #[serde(default)]
    pub files: bool,
    /// An option that names a file with variables.
    pub sources: Option<String>,
    /// Options that take a variable away.
    #[serde(default)]
    pub removes: Vec<String>,
    /// Options that take all variables away.
    #[serde(default)]
    pub clears: Vec<String>,
    /// It adds words of its input behind the command, unless one of these options says where.
    pub adds_unless: Option<Vec<String>>,
}

/// A command-line tool of a provider.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    pub names: Vec<String>,
    /// Whose credentials it takes, where that is not the provider of the file alone.
    #[serde(default)]
    pub providers: Vec<String>,
    /// What a package runner calls it.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Variables that it reads by itself.
    #[serde(default)]
    pub env: Vec<String>,
    /// Files that it reads by itself.
    #[serde(default)]
    pub files: Vec<String>,
    /// Other tools whose logins it uses.
    #[serde(default)]
    pub logins: Vec<String>,
    /// Options that are followed by a value.
    #[serde(default)]
    pub values: Vec<String>,
    /// Options that name another credential than the one of the environment: `--profile`.
    #[serde(default)]
    pub other: Vec<String>,
    /// Options that name the registry whose credential it uses.
    #[serde(default)]
    pub registries: Vec<String>,
    /// Subcommands that need no credential, written as those of [`Row::run`].
    #[serde(default)]
    pub local: Vec<String>,
    /// Options with which it only shows what it would do.
    #[serde(default)]
    pub rehearses: Vec<String>,
    /// An unknown subcommand is a script of the package, which is read on its own.
    #[serde(default)]
    pub scripts: bool,
    /// Where the facts come from.
    #[cfg_attr(not(test), expect(dead_code, reason = "for those who read the table; a test asks for it"))]
    pub source: String,
    pub commands: Vec<Row>,
}

/// What a subcommand does with the credential.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The subcommand in its spellings; the one of which most words stand there counts. `*` is any
    /// word, `a|b` one of several, `|a` one or none, a last `$` the end of the words, and an empty text is a call
    /// without a subcommand.
    pub run: Vec<String>,
    /// The row counts only where one of these stands among the arguments.
    #[serde(default)]
    pub flags: Vec<String>,
    #[serde(default)]
    pub needs: Vec<Can>,
    /// It only stores the credential for later calls.
    #[serde(default)]
    pub binds: bool,
    /// With these flags it stays on this machine: `--dry-run`, `--local`.
    #[serde(default)]
    pub local: bool,
    /// It makes a plain call below this address.
    pub api: Option<String>,
    /// It copies between here and there.
    pub transfer: Option<Transfer>,
    /// What it needs at the registry of each image among its arguments.
    #[serde(default)]
    pub images: Vec<Vec<Can>>,
    /// The options that name the images which it needs `needs` for.
    #[serde(default)]
    pub image_options: Vec<String>,
    /// The page that says so, where it is not the tool's; beside that one unless it is whole.
    #[cfg_attr(not(test), expect(dead_code, reason = "for those who read the table; a test asks for it"))]
    pub source: Option<String>,
}

/// A copy whose needs depend on its direction.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// How the far side begins.
    pub remote: String,
    pub read: Vec<Can>,
    pub write: Vec<Can>,
}

/// A provider's interface and its calls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    #[serde(skip)]
    pub provider: String,
    pub hosts: Vec<String>,
    /// What stands before every path.
    #[serde(default)]
    pub base: String,
    /// The base is enough to know it, on whatever host it is installed.
    #[serde(default)]
    pub any_host: bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "for those who read the table; a test asks for it"))]
    pub source: String,
    #[serde(default)]
    pub calls: Vec<Call>,
    pub graphql: Option<Graphql>,
}

/// A class of calls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// `*` for every method.
    pub method: String,
    /// `{}` stands for one segment, a last `{*}` for any rest.
    pub path: String,
    pub needs: Vec<Can>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graphql {
    pub path: String,
    pub queries: BTreeMap<String, Vec<Can>>,
    /// What a query needs that is not listed.
    pub query: Vec<Can>,
    pub mutations: BTreeMap<String, Vec<Can>>,
}

/// An action of a workflow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    pub name: String,
    #[serde(skip)]
    pub provider: String,
    #[serde(default)]
    pub inputs: Vec<String>,
    #[serde(default)]
    pub env: Vec<String>,
    #[serde(default)]
    pub needs: Vec<Can>,
    /// The tool that later steps can use with it.
    pub binds: Option<String>,
    /// The tool whose login of an earlier step it uses.
    pub login_of: Option<String>,
    /// The variables that hold it in later steps.
    #[serde(default)]
    pub exports: Vec<String>,
    /// It sets them also where nobody has given it a credential of its own: a role without a key.
    #[serde(default)]
    pub takes_over: bool,
    /// The input with a command line of a tool, and what runs when it is missing.
    pub command: Option<ActionCommand>,
    /// A command line that it runs with what it is given.
    pub runs: Option<String>,
    /// What it does where an input says so; the first that fits counts, then the rest of the row.
    #[serde(default)]
    pub cases: Vec<ActionCase>,
    #[cfg_attr(not(test), expect(dead_code, reason = "for those who read the table; a test asks for it"))]
    pub source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionCommand {
    pub input: String,
    /// A second input, with what stands behind the first.
    pub arguments: Option<String>,
    /// With what stands before the input; empty where the input is a script of its own.
    pub tool: String,
    pub default: String,
}

/// What an action does where one of its inputs has this value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionCase {
    pub input: String,
    /// Empty for an input that is not given, `*` for any value.
    pub is: String,
    /// It does this besides what else fits.
    #[serde(default)]
    pub also: bool,
    #[serde(default)]
    pub needs: Vec<Can>,
    pub runs: Option<String>,
}

/// Words that claim a purpose. Two tokens in a row are written with a space.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    pub read_only: Vec<String>,
    pub only: BTreeMap<String, Can>,
    pub environments: BTreeMap<String, Environment>,
    /// Words for an environment that mean the same as another one of them.
    pub same: BTreeMap<String, String>,
    /// Those environments that a folder or an ordinary file claims by its name.
    pub in_paths: Vec<String>,
}

include!(concat!(env!("OUT_DIR"), "/uses.rs"));

/// The embedded table, parsed once, and only where a credential was found.
pub fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let common = toml::from_str(include_str!("common.toml")).expect("a test parses the embedded table");
        let mut table = Table {
            common,
            tool: Vec::new(),
            http: Vec::new(),
            action: Vec::new(),
            terraform: Vec::new(),
            names: HashMap::new(),
        };
        for (name, text) in EMBEDDED {
            let file: File = serde_json::from_str(text).unwrap_or_else(|why| panic!("{name}: {why}"));
            table.add(name.split('.').next().unwrap_or_default(), file);
        }
        for (at, tool) in table.tool.iter().enumerate() {
            tool.names.iter().for_each(|name| table.names.entry(name.clone()).or_default().push(at));
        }
        table
    });
    &TABLE
}

impl Table {
    /// The tools that are called so, by their places.
    pub fn tools_named(&self, name: &str) -> &[usize] {
        self.names.get(name).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, provider: &str, file: File) {
        let own = || provider.to_owned();
        self.http.extend(file.http.into_iter().map(|host| Host { provider: own(), ..host }));
        self.action.extend(file.action.into_iter().map(|action| Action { provider: own(), ..action }));
        self.terraform.extend(file.terraform.into_iter().map(|row| Provider { provider: own(), ..row }));
        self.tool.extend(file.tool.into_iter().map(|mut tool| {
            if tool.providers.is_empty() {
                tool.providers.push(own());
            }
            tool.local = spelled_out(&tool.local);
            tool.commands.iter_mut().for_each(|row| row.run = spelled_out(&row.run));
            tool
        }));
    }
}

/// `volumes|vol delete|rm` as the four command lines that it stands for.
fn spelled_out(runs: &[String]) -> Vec<String> {
    runs.iter()
        .flat_map(|run| {
            run.split(' ').fold(vec![String::new()], |lines, word| {
                let longer = |line: &String| -> Vec<String> {
                    word.split('|').map(|word| format!("{line} {word}").trim().to_owned()).collect()
                };
                lines.iter().flat_map(longer).collect()
            })
        })
        .collect()
}

impl Row {
    /// Whether the images that stand in the command line say whose credential it uses.
    pub fn is_for_images(&self) -> bool {
        !(self.images.is_empty() && self.image_options.is_empty())
    }
}

impl Tool {
    /// Whether it takes credentials of this provider.
    pub fn serves(&self, provider: &str) -> bool {
        self.providers.iter().any(|own| own == provider)
    }

    /// The row for the literal arguments behind the tool's name; an argument that is not literal
    /// is None.
    pub fn row(&self, arguments: &[Option<String>]) -> Known<'_> {
        let words = self.positional(arguments);
        let flag = |wanted: &String| has_option(arguments, wanted);
        if self.rehearses.iter().any(flag) || asks_for_help(arguments) {
            return Known::Idle;
        }
        let bare = words.is_empty() && !self.informs(arguments);
        let fits = |run: &str| {
            if run.is_empty() {
                return bare.then_some(0);
            }
            let (run, ends) = run.strip_suffix(" $").map_or((run, false), |run| (run, true));
            let same = |(want, have): &(&str, &Option<String>)| *want == "*" || have.as_deref() == Some(*want);
            let count = run.split(' ').count();
            let fits = run.split(' ').zip(&words).filter(same).count() == count && !(ends && words.len() > count);
            fits.then(|| run.split(' ').filter(|word| *word != "*").count())
        };
        let rows = self.commands.iter().filter(|row| row.flags.is_empty() || row.flags.iter().any(flag));
        let best = rows
            .filter_map(|row| Some((row.run.iter().filter_map(|run| Some((fits(run)?, run))).max()?, row)))
            .rev()
            .max_by_key(|((length, _), row)| (*length, !row.flags.is_empty()));
        let local = self.local.iter().filter_map(|run| fits(run)).max();
        match (best, local) {
            (Some(((length, _), _)), Some(local)) if local > length => Known::Local,
            (Some((_, Row { local: true, .. })), _) => Known::Local,
            (Some(((_, run), row)), _) => Known::Row(run, row),
            (None, Some(_)) => Known::Local,
            (None, None) if words.is_empty() && (arguments.is_empty() || self.informs(arguments)) => Known::Local,
            (None, None) if self.scripts && matches!(words.first(), Some(Some(_))) => Known::Local,
            (None, None) => Known::Unknown,
        }
    }

    /// The values of these options, written behind them or together with them.
    pub fn values_of(&self, options: &[String], arguments: &[Option<String>]) -> Vec<String> {
        let mut values = Vec::new();
        for (at, argument) in arguments.iter().enumerate() {
            let Some(argument) = argument else { continue };
            if options.contains(argument) {
                values.extend(arguments.get(at + 1).cloned().flatten());
            } else {
                let attached =
                    options.iter().find_map(|option| argument.strip_prefix(option.as_str())?.strip_prefix('='));
                values.extend(attached.map(str::to_owned));
            }
        }
        values
    }

    /// The arguments that are no options and no values of options.
    pub fn positional(&self, arguments: &[Option<String>]) -> Vec<Option<String>> {
        let mut words = Vec::new();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument {
                Some(option) if option.starts_with('-') && option.len() > 1 => {
                    if self.values.contains(option) {
                        arguments.next();
                    }
                }
                // `cargo +nightly` chooses who runs it.
                Some(toolchain) if toolchain.starts_with('+') => {}
                word => words.push(word.clone()),
            }
        }
        words
    }

    /// Whether it is asked about itself and does nothing else. `mysql -h db -v` is no such question.
    fn informs(&self, arguments: &[Option<String>]) -> bool {
        let asks = |argument: &String| match argument.as_str() {
            "--version" | "--help" => true,
            "-v" | "-h" => arguments.len() == 1 && !self.values.contains(argument),
            _ => false,
        };
        arguments.iter().flatten().any(asks)
    }
}

/// Whether an option stands there, alone or with its value.
fn has_option(arguments: &[Option<String>], option: &str) -> bool {
    let says = |rest: &str| rest.is_empty() || (rest.starts_with('=') && rest != "=false");
    arguments.iter().flatten().any(|argument| argument.strip_prefix(option).is_some_and(says))
}

/// Whether a command is only asked about itself; what stands behind `--` is another one's.
fn asks_for_help(arguments: &[Option<String>]) -> bool {
    let own = arguments.iter().flatten().take_while(|argument| *argument != "--");
    own.into_iter().any(|argument| argument == "--help")
}

/// What the table says about a command line.
#[derive(Debug)]
pub enum Known<'t> {
    Row(&'t str, &'t Row),
    /// It needs no credential.
    Local,
    /// It does nothing with what it is given.
    Idle,
    Unknown,
}

#[cfg(test)]
mod tests;
