//! A step of a workflow that runs an action: what the tables say that the action does with what
//! it is given. An action can take credentials of several providers, each in a row of its own. One
//! of this repository is read on its own, and told what its inputs stand for.

use super::bind::HOLE;
use super::found::Bound;
use super::index::Creds;
use super::run::Runner;
use super::splice;
use super::tools::{Action, ActionCommand, table};
use super::word::Word;
use crate::capability::Can;

/// The step as the workflow writes it.
pub struct Step {
    /// `owner/name@version`
    pub called: String,
    pub inputs: Vec<Input>,
    /// Names of the variables that the step sets.
    pub env: Vec<String>,
    /// Variables that the step does not set reach it from the environment.
    pub ambient: bool,
    pub line: usize,
}

pub struct Input {
    pub name: String,
    pub value: Word,
    /// The value as a script, and its first line.
    pub script: (String, usize),
}

/// One of the things that an action may do with what it is given.
enum Does<'t> {
    Needs(&'t [Can]),
    Runs(&'t str),
    Command(&'t ActionCommand),
}

impl Step {
    /// Notes what the action uses; the variables that later steps see, and whose they are.
    pub fn run(&self, runner: &mut Runner<'_, '_>) -> Vec<(&'static str, Creds)> {
        if let Some(target) = self.called.strip_prefix("./") {
            for input in &self.inputs {
                let creds = runner.scope.mentions(&input.value);
                runner.found.hand(target, &splice::input_name(&input.name), creds, runner.scope.path, self.line);
            }
            return Vec::new();
        }
        let name = self.called.split('@').next().unwrap_or_default();
        let rows: Vec<&'static Action> =
            table().action.iter().filter(|row| row.name.eq_ignore_ascii_case(name)).collect();
        let given: Vec<Creds> = rows.iter().map(|row| self.given(runner, row)).collect();
        let mut others = self.all(runner, &rows);
        for creds in &given {
            others.retain(|cred| !creds.contains(cred));
        }
        runner.unresolved(others, self.line);
        let mut exports = Vec::new();
        for (row, creds) in rows.into_iter().zip(given) {
            if row.takes_over || !creds.is_empty() {
                exports.extend(row.exports.iter().map(|name| (name.as_str(), creds.clone())));
            }
            self.apply(runner, row, &creds);
        }
        exports
    }

    /// What a row of the table takes.
    fn given(&self, runner: &Runner<'_, '_>, row: &Action) -> Creds {
        let command = row.command.iter().flat_map(ActionCommand::inputs);
        let known: Vec<&str> = row.inputs.iter().map(String::as_str).chain(command).collect();
        let inputs = self.inputs.iter().filter(|input| known.iter().any(|name| input.is(name)));
        let mut creds: Creds = inputs.flat_map(|input| runner.scope.mentions(&input.value)).collect();
        if !self.ambient {
            creds.extend(row.env.iter().flat_map(|name| held(runner, name)));
        } else if creds.is_empty() {
            creds.extend(row.env.iter().flat_map(|name| runner.scope.in_text(&format!("${name}"))));
        }
        let logins = row.login_of.iter().flat_map(|tool| tools(row, tool));
        creds.extend(logins.filter_map(|at| runner.scope.logins.get(&at)).flatten());
        creds
    }

    /// All that the step hands over, but for the variables that a command of its own reads.
    fn all(&self, runner: &Runner<'_, '_>, rows: &[&Action]) -> Creds {
        let mut creds: Creds = self.inputs.iter().flat_map(|input| runner.scope.mentions(&input.value)).collect();
        let commands: Vec<&str> =
            rows.iter().filter_map(|row| row.command.as_ref()).map(ActionCommand::program).collect();
        let reads = |name: &String| {
            let tools =
                table().tool.iter().filter(|tool| tool.names.iter().any(|tool| commands.contains(&tool.as_str())));
            commands.contains(&"") || tools.flat_map(|tool| &tool.env).any(|known| known == name)
        };
        creds.extend(self.env.iter().filter(|name| !reads(name)).flat_map(|name| held(runner, name)));
        creds
    }

    fn apply(&self, runner: &mut Runner<'_, '_>, row: &'static Action, creds: &Creds) {
        for does in self.does(runner, row) {
            match does {
                Does::Needs(needs) if !needs.is_empty() => {
                    let needs = needs.iter().map(|&can| (can, row.name.clone())).collect();
                    runner.found.add(runner.scope.path, self.line, Bound::To(creds.clone()), Some(needs));
                }
                Does::Needs(_) => {}
                Does::Runs(line) => self.line_of_tool(runner, row, creds, &self.filled(line)),
                Does::Command(command) => self.command(runner, row, creds, command),
            }
        }
        for at in row.binds.iter().flat_map(|tool| tools(row, tool)) {
            runner.login(at, creds);
        }
    }

    /// What the row says for these inputs. Where one of them is only known when it runs, all that
    /// it may say.
    fn does<'t>(&self, runner: &Runner<'_, '_>, row: &'t Action) -> Vec<Does<'t>> {
        let mut does = Vec::new();
        let own = |needs: &'t [Can], runs: &'t Option<String>| match runs {
            Some(line) => Does::Runs(line),
            None => Does::Needs(needs),
        };
        for case in &row.cases {
            let value = self.input(&case.input).map(|input| runner.scope.template(&input.value)).unwrap_or_default();
            let open = value.contains(HOLE);
            let fits = value.eq_ignore_ascii_case(&case.is) || (case.is == "*" && !value.is_empty());
            if fits || open {
                does.push(own(&case.needs, &case.runs));
            }
            if fits && !open && !case.also {
                return does;
            }
        }
        does.push(match &row.command {
            Some(command) => Does::Command(command),
            None => own(&row.needs, &row.runs),
        });
        does
    }

    /// A command line with the inputs that it names in braces.
    fn filled(&self, line: &str) -> String {
        let given = |line: String, input: &Input| {
            let quoted = format!("\"{}\"", input.script.0);
            line.replace(&format!("{{{}}}", input.name), &quoted)
        };
        self.inputs.iter().fold(line.to_owned(), given)
    }

    /// The command line that stands in inputs of the step.
    fn command(&self, runner: &mut Runner<'_, '_>, row: &Action, creds: &Creds, command: &ActionCommand) {
        let given: Vec<&Input> = command.inputs().filter_map(|name| self.input(name)).collect();
        if command.tool.is_empty() {
            return given.iter().for_each(|input| runner.script(&input.script.0, input.script.1));
        }
        let texts: Vec<&str> = given.iter().map(|input| input.script.0.trim()).collect();
        let text = if texts.is_empty() { command.default.clone() } else { texts.join(" ") };
        for line in text.lines() {
            self.line_of_tool(runner, row, creds, &format!("{} {line}", command.tool));
        }
    }

    /// Runs a command line whose tool has been given the credentials, for this once.
    fn line_of_tool(&self, runner: &mut Runner<'_, '_>, row: &Action, creds: &Creds, line: &str) {
        let (logins, mark) = (runner.scope.logins.clone(), runner.scope.mark());
        let tool = line.split(' ').next().unwrap_or_default();
        let is_given = row.inputs.iter().any(|name| self.input(name).is_some());
        for at in tools(row, tool) {
            runner.login(at, creds);
            if is_given && creds.is_empty() {
                table().tool[at].env.iter().for_each(|name| runner.scope.estrange(name));
            }
        }
        runner.script(line, self.line);
        runner.scope.restore(mark);
        runner.scope.logins = logins;
    }

    fn input(&self, name: &str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.is(name))
    }
}

impl Input {
    /// Inputs do not know case.
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl ActionCommand {
    fn inputs(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.input.as_str()).chain(self.arguments.as_deref())
    }

    /// Empty where the input is a script.
    pub fn program(&self) -> &str {
        self.tool.split(' ').next().unwrap_or_default()
    }
}

fn held(runner: &Runner<'_, '_>, name: &str) -> Creds {
    runner.scope.held(name)
}

/// The tools of that name that take credentials of the row's provider.
fn tools(row: &Action, name: &str) -> Vec<usize> {
    let all = table().tool.iter().enumerate();
    let named = all.filter(|(_, tool)| tool.names.iter().any(|known| known == name) && tool.serves(&row.provider));
    named.map(|(at, _)| at).collect()
}
