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
mod tests {
    use super::*;

    #[test]
    fn the_table_parses_and_every_row_says_one_thing_with_a_source() {
        let table = table();
        for tool in &table.tool {
            assert!(tool.source.starts_with("https://"), "{:?}", tool.names);
            for row in &tool.commands {
                let images = !row.images.is_empty();
                let says =
                    [!row.needs.is_empty(), row.binds, row.local, row.api.is_some(), row.transfer.is_some(), images];
                assert_eq!(says.iter().filter(|says| **says).count(), 1, "{:?} {:?}", tool.names, row.run);
                assert!(!row.run.is_empty(), "{:?}", tool.names);
                let base = url::Url::parse(&tool.source).unwrap();
                assert!(row.source.iter().all(|page| base.join(page).unwrap().scheme() == "https"), "{:?}", row.run);
                for run in row.run.iter().filter(|_| row.flags.is_empty()) {
                    assert!(!tool.local.contains(run), "{run} is a use and local");
                }
            }
        }
        for host in &table.http {
            assert!(host.source.starts_with("https://"), "{}", host.provider);
            assert!(host.any_host || !host.hosts.is_empty(), "{}", host.provider);
            for call in &host.calls {
                assert!(call.path.starts_with('/') && !call.needs.is_empty(), "{} {}", host.provider, call.path);
                assert!(
                    ["*", "GET", "LIST", "POST", "PUT", "PATCH", "DELETE"].contains(&call.method.as_str()),
                    "{}",
                    call.path
                );
            }
        }
        for action in &table.action {
            assert!(action.source.starts_with("https://"), "{}", action.name);
            let hands_on = action.binds.is_some() || !action.exports.is_empty();
            let needs = !action.needs.is_empty() || hands_on;
            let says = [needs, action.command.is_some(), action.runs.is_some()];
            let says = says.iter().filter(|says| **says).count();
            assert!(says == 1 || (says == 0 && !action.cases.is_empty()), "{}", action.name);
            for case in &action.cases {
                assert!(case.needs.is_empty() || case.runs.is_none(), "{} {}", action.name, case.input);
            }
            let takes = action.inputs.len() + action.env.len() > 0;
            let runs = action.runs.iter().chain(action.cases.iter().filter_map(|case| case.runs.as_ref()));
            let takes = takes || action.login_of.is_some() || action.command.is_some();
            assert!(takes || runs.clone().count() > 0, "{}", action.name);
            let first = runs.map(|line| line.split(' ').next().unwrap_or_default());
            let command = action.command.iter().map(ActionCommand::program);
            let shared = action.binds.as_deref().into_iter().chain(action.login_of.as_deref());
            for tool in shared.chain(first).chain(command.filter(|tool| !tool.is_empty())) {
                let known = table.tool.iter().find(|known| known.names.iter().any(|name| name == tool));
                assert!(known.is_some_and(|known| known.serves(&action.provider)), "{}: {tool}", action.name);
            }
        }
        for other in table.tool.iter().flat_map(|tool| &tool.logins) {
            assert!(table.tool.iter().any(|known| known.names[0] == *other), "{other}");
        }
        for wrapper in &table.common.wrapper {
            assert!(!wrapper.run.is_empty());
        }
        let claims = &table.common.claims;
        for word in claims.in_paths.iter().chain(claims.same.keys()) {
            assert!(claims.environments.contains_key(word), "{word}");
        }
        for (word, same) in &claims.same {
            assert_eq!(claims.environments[word], claims.environments[same], "{word}");
        }
    }

    /// Whatever a detector finds can be called by hand.
    #[test]
    fn every_provider_of_a_detector_has_calls() {
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/detectors")).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let Some(provider) = file.strip_suffix(".toml").filter(|id| *id != "generic") else { continue };
            let hosts: Vec<&Host> = table().http.iter().filter(|host| host.provider == provider).collect();
            let called = hosts.iter().any(|host| !host.calls.is_empty() || host.graphql.is_some());
            assert!(called, "{provider}");
        }
    }

    #[test]
    fn the_longest_subcommand_counts_and_flags_go_first() {
        let arguments = |line: &str| -> Vec<Option<String>> {
            line.split(' ').map(|word| (word != "*").then(|| word.to_owned())).collect()
        };
        let railway = table().tool.iter().find(|tool| tool.names == ["railway"]).unwrap();
        for (line, expected) in [
            ("domain example.com", "write:domain"),
            ("domain *", "write:domain"),
            ("--service * up", "publish:compute"),
            ("variables", "read:secret"),
            ("variables --set A=*", "write:secret"),
            ("variables --set=A=b", "write:secret"),
            ("variable delete *", "delete:secret"),
            ("volume delete", "delete:datastore"),
            ("volume *", "unknown"),
            ("*", "unknown"),
            ("frobnicate", "unknown"),
            ("login", "local"),
            ("--version", "local"),
        ] {
            let found = match railway.row(&arguments(line)) {
                Known::Row(_, row) => row.needs[0].to_string(),
                Known::Local | Known::Idle => "local".to_owned(),
                Known::Unknown => "unknown".to_owned(),
            };
            assert_eq!(found, expected, "railway {line}");
        }
    }

    #[test]
    fn a_subcommand_in_several_spellings_is_written_once() {
        let spelled = spelled_out(&["".to_owned(), "vol|v rm|delete *".to_owned(), "|beta run".to_owned()]);
        assert_eq!(spelled, ["", "vol rm *", "vol delete *", "v rm *", "v delete *", "run", "beta run"]);
    }

    #[test]
    fn a_rehearsal_and_a_question_need_nothing() {
        let tool: Tool = toml::from_str(
            "names = ['x']\nsource = ''\nrehearses = ['--dry-run']\ncommands = [\n\
             { run = ['up'], needs = ['publish:compute'] },\n\
             { run = ['put'], needs = ['write:datastore'] },\n\
             { run = ['put'], flags = ['--local'], local = true },\n]",
        )
        .unwrap();
        for (line, idle) in [
            ("up", false),
            ("up --dry-run", true),
            ("up --dry-run=true", true),
            ("up --dry-run=false", false),
            ("up --dry-running", false),
            ("up --help", true),
            ("up -- --help", false),
            ("up --local", false),
            ("put --local", true),
        ] {
            let arguments: Vec<_> = line.split(' ').map(|word| Some(word.to_owned())).collect();
            assert_eq!(matches!(tool.row(&arguments), Known::Idle | Known::Local), idle, "x {line}");
        }
    }

    #[test]
    fn a_call_without_a_subcommand_and_any_word_have_rows_of_their_own() {
        let tool: Tool = toml::from_str(
            "names = ['x']\nsource = ''\nvalues = ['--to']\nlocal = ['list']\ncommands = [\n\
             { run = [''], needs = ['publish:compute'] },\n\
             { run = ['*'], needs = ['publish:artifact'] },\n\
             { run = ['drop *'], needs = ['delete:artifact'] },\n\
             { run = ['all $'], needs = ['list:artifact'] },\n\
             { run = ['drop'], flags = ['--dry-run'], local = true },\n]",
        )
        .unwrap();
        for (line, expected) in [
            ("", Some("publish:compute")),
            ("--to here --force", Some("publish:compute")),
            ("--help", None),
            ("-v", None),
            ("-v --force", Some("publish:compute")),
            ("folder", Some("publish:artifact")),
            ("drop", Some("publish:artifact")),
            ("drop it", Some("delete:artifact")),
            ("all --now", Some("list:artifact")),
            ("all of", Some("publish:artifact")),
            ("list", None),
            ("drop --dry-run", None),
        ] {
            let arguments: Vec<_> = line.split_whitespace().map(|word| Some(word.to_owned())).collect();
            let found = match tool.row(&arguments) {
                Known::Row(_, row) => Some(row.needs[0].to_string()),
                known => {
                    assert!(matches!(known, Known::Local | Known::Idle), "x {line}");
                    None
                }
            };
            assert_eq!(found.as_deref(), expected, "x {line}");
        }
    }
}
