//! Steps that run an action: what it needs of the credentials that it is given. One of this
//! repository is read on its own, and told what its inputs stand for.

use super::bind::HOLE;
use super::expression::variables;
use super::found::Bound;
use super::index::Creds;
use super::run::Runner;
use super::splice;
use super::tools::{Action, table};
use super::word::Word;
use super::yaml::{Node, get};

/// A step that runs an action with what it is given.
pub fn step(runner: &mut Runner<'_, '_>, called: &str, step: &Node<'_>, line: usize) {
    let name = called.split('@').next().unwrap_or(called);
    let inputs: Vec<(String, Word)> = variables(get(step, "with")).collect();
    let given = |runner: &Runner<'_, '_>, known: &dyn Fn(&str) -> bool| -> Creds {
        let inputs = inputs.iter().filter(|(input, _)| known(input));
        inputs.flat_map(|(_, value)| runner.scope.mentions(value)).collect()
    };
    let env: Vec<String> = variables(get(step, "env")).map(|(name, _)| name).collect();
    if let Some(target) = called.strip_prefix("./") {
        for (input, value) in &inputs {
            let creds = runner.scope.mentions(value);
            runner.found.hand(target, &splice::input_name(input), creds, runner.scope.path, line);
        }
        return;
    }
    let Some(known) = table().action.iter().find(|known| known.name.eq_ignore_ascii_case(name)) else {
        let mut creds = given(runner, &|_| true);
        creds.extend(env.iter().flat_map(|name| runner.scope.held(name)));
        return runner.found.add(runner.scope.path, line, Bound::To(creds), None);
    };
    let mut creds = given(runner, &|input| known.inputs.iter().any(|known| known == input));
    creds.extend(known.env.iter().flat_map(|name| runner.scope.held(name)));
    let others = given(runner, &|input| !known.inputs.iter().any(|known| known == input));
    runner.found.add(runner.scope.path, line, Bound::To(others.difference(&creds).copied().collect()), None);
    known_action(runner, known, creds, &inputs, line);
}

/// What a known action, or a step of a known orb, does with the credentials.
pub fn known_action(runner: &mut Runner<'_, '_>, known: &Action, creds: Creds, inputs: &[(String, Word)], line: usize) {
    let path = runner.scope.path;
    let tools = |name: &String| {
        let all = table().tool.iter().enumerate();
        let named: Vec<usize> = all
            .filter(|(_, tool)| tool.names.contains(name) && tool.serves(&known.provider))
            .map(|(at, _)| at)
            .collect();
        named
    };
    let text = |runner: &Runner<'_, '_>, wanted: &str| {
        let given = inputs.iter().find(|(input, _)| input == wanted);
        given.map(|(_, value)| runner.scope.template(value))
    };
    let run = |runner: &mut Runner<'_, '_>, script: &str| {
        let logins = runner.scope.logins.clone();
        let first = script.split(' ').next().unwrap_or_default().to_owned();
        tools(&first).into_iter().for_each(|at| runner.login(at, &creds));
        runner.script(script, line);
        runner.scope.logins = logins;
    };
    let (mut needs, mut runs) = (&known.needs, &known.runs);
    for case in &known.cases {
        let value = text(runner, &case.input).unwrap_or_default();
        if value.contains(HOLE) {
            return runner.found.add(path, line, Bound::To(creds), None);
        }
        if value.eq_ignore_ascii_case(&case.is) {
            (needs, runs) = (&case.needs, &case.runs);
            break;
        }
    }
    if let Some(command) = &known.command {
        let script = text(runner, &command.input).unwrap_or_else(|| command.default.clone());
        script.lines().for_each(|script| run(runner, &format!("{} {script}", command.tool)));
        return;
    }
    if let Some(script) = runs {
        let given = |script: String, (input, value): &(String, Word)| {
            let text = runner.scope.template(value).replace(HOLE, splice::UNKNOWN);
            script.replace(&format!("{{{input}}}"), &format!("\"{text}\""))
        };
        let script = inputs.iter().fold(script.clone(), given);
        return run(runner, &script);
    }
    known.binds.iter().flat_map(tools).for_each(|at| runner.login(at, &creds));
    if !needs.is_empty() {
        let needs = needs.iter().map(|&can| (can, known.name.clone())).collect();
        runner.found.add(path, line, Bound::To(creds), Some(needs));
    }
}
