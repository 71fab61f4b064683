//! Powers in the words of a sentence: `delete data stores, backups; read secrets`.

use crate::capability::{Can, Class, Environment, Verb};

/// The powers as one phrase, in their order, with one verb for all that it is done to.
pub fn actions(cans: impl IntoIterator<Item = Can>) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for can in cans {
        let (verb, object) = action(can);
        match groups.iter_mut().find(|(known, _)| *known == verb) {
            Some((_, objects)) if objects.contains(&object) => {}
            Some((_, objects)) => objects.push(object),
            None => groups.push((verb, vec![object])),
        }
    }
    let phrases: Vec<String> = groups.iter().map(|(verb, objects)| format!("{verb} {}", objects.join(", "))).collect();
    phrases.join("; ")
}

/// A power as verb and object.
pub fn action(can: Can) -> (&'static str, &'static str) {
    let verb = match (can.verb, can.class) {
        (Verb::Delete, Class::Money) => return ("refund or cancel", "payments"),
        (Verb::Spend, Class::Money) => return ("pay out or charge", "money"),
        (Verb::Spend, _) => return ("run up", "bills"),
        (Verb::Grant, _) => return ("create", "keys and members"),
        (Verb::Read, Class::Identity) => return ("read", "names and members"),
        (Verb::Execute, Class::Pipeline) => return ("run", "CI pipelines"),
        (Verb::Publish, Class::Compute) => return ("deploy", "apps"),
        (Verb::Execute, Class::Compute) => return ("run commands in", "apps"),
        (Verb::List, _) => "list",
        (Verb::Read, _) => "read",
        (Verb::Create, _) => "create",
        (Verb::Write, _) => "change",
        (Verb::Delete, _) => "delete",
        (Verb::Execute, _) => "run commands in",
        (Verb::Publish, _) => "publish",
        (Verb::Send, _) => "send",
    };
    let object = match can.class {
        Class::Identity => "keys and members",
        Class::Secret => "secrets",
        Class::Datastore => "data stores",
        Class::Backup => "backups",
        Class::Code => "code",
        Class::Pipeline => "CI pipelines",
        Class::Artifact => "packages",
        Class::Compute => "apps",
        Class::Config => "settings",
        Class::Domain => "domains",
        Class::Message => "messages",
        Class::Money => "payments",
        Class::Model => "models",
        Class::Telemetry => "logs and metrics",
        Class::Org => "whole projects",
    };
    (verb, object)
}

/// Where: `in production`.
pub fn place(environment: Environment) -> &'static str {
    match environment {
        Environment::Local => "on a local machine",
        Environment::Sandbox => "in a sandbox",
        Environment::Nonprod => "outside production",
        Environment::Prod => "in production",
        Environment::Unknown => "in an unknown environment",
    }
}

/// The text with a capital letter at its beginning.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `1 credential`, `2 credentials`.
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}
