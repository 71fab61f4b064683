//! The report as JSON: the contract that scripts rely on. Names and order stay; more may be added
//! behind what is there.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::assess::model::{Assessment, Need, Note, OverPrivilege, Power, Report, Site, Stated};
use crate::finding::Location;
use crate::inspect::answer::{Expiry, Liveness, Resource};
use crate::report::summary;
use crate::suppress::Suppressed;

/// The version of the contract.
const VERSION: u32 = 1;

/// What every field means, for people and for validators.
pub const SCHEMA: &str = include_str!("json.schema.json");

pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report))?;
    writeln!(out)
}

fn document(report: &Report) -> Value {
    json!({
        "schema": VERSION,
        "tool": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "credentials": list(&report.credentials, credential),
        "suppressed": list(&report.suppressed, suppressed),
        "notes": notes(report),
        "stats": report.stats,
    })
}

fn list<T>(items: &[T], each: impl FnMut(&T) -> Value) -> Value {
    items.iter().map(each).collect()
}

fn credential(one: &Assessment) -> Value {
    json!({
        "fingerprint": one.fingerprint.as_str(),
        "detector": one.detector,
        "provider": one.provider,
        "kind": one.kind,
        "masked": one.masked,
        "confidence": one.confidence,
        "locations": list(&one.locations, location),
        "liveness": one.liveness.word(),
        "identity": one.identity,
        "account": one.account,
        "expires": match &one.expires {
            Expiry::At(time) => Some(time.to_string()),
            Expiry::Never | Expiry::Unknown => None,
        },
        "evidence": one.evidence,
        "coverage": one.coverage,
        "gaps": list(&one.gaps, |gap| gap.to_string().into()),
        "scopes": one.scopes,
        "unmapped": one.unmapped,
        "capabilities": list(&one.powers, capability),
        "resources": list(&one.resources, resource),
        "score": one.score,
        "proven": one.proven,
        "band": one.band,
        "vector": one.vector,
        "reasons": one.reasons,
        "needed": list(&one.needed, need),
        "needs_resolved": one.needs_resolved,
        "excess": one.excess,
        "over_privileged": !one.over_privilege.is_empty(),
        "over_privilege": list(&one.over_privilege, over_privilege),
        "remedy": { "revoke": one.remedy.revoke, "replace": one.remedy.replace },
        "title": one.title,
        "label": one.label,
        "liveness_reason": match &one.liveness {
            Liveness::Dead(why) | Liveness::Unknown(why) => Some(why),
            Liveness::Live | Liveness::NotAsked => None,
        },
        "never_expires": one.expires == Expiry::Never,
        "excess_score": one.excess_score,
        "unconfirmed": one.unconfirmed,
        "unresolved": list(&one.unresolved, site),
        "policy": one.policy.as_ref().map(policy),
    })
}

fn location(location: &Location) -> Value {
    json!({
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
        "origin": location.origin,
        "tracked": location.tracked,
        "ignored": location.ignored,
        "commit": location.commit,
    })
}

pub(super) fn capability(power: &Power) -> Value {
    let capability = &power.capability;
    json!({
        "can": capability.can,
        "environment": capability.environment,
        "breadth": capability.breadth,
        "recover": capability.can.is_recoverable().then_some(capability.recover),
        "guard": capability.guard,
        "evidence": capability.evidence,
        "targets": capability.targets,
        "impact": power.impact,
    })
}

fn resource(resource: &Resource) -> Value {
    json!({ "kind": resource.kind, "name": resource.name, "environment": resource.environments.last() })
}

fn need(need: &Need) -> Value {
    json!({
        "can": need.can,
        "path": need.site.as_ref().map(|site| &site.path),
        "line": need.site.as_ref().map(|site| site.line),
        "why": need.why,
    })
}

pub(super) fn over_privilege(over: &OverPrivilege) -> Value {
    json!({
        "rule": over.rule,
        "message": over.message,
        "score": over.score,
        "band": over.band,
        "remedy": over.remedy,
        "sites": list(&over.sites, site),
    })
}

fn policy(stated: &Stated) -> Value {
    json!({
        "name": stated.name,
        "purpose": stated.purpose,
        "owner": stated.owner,
        "allow": stated.allow,
        "environments": stated.environments,
        "max_lifetime": stated.max_lifetime,
        "accepted": stated.accepted,
        "passed_over": stated.passed_over,
    })
}

fn site(site: &Site) -> Value {
    json!({ "path": site.path, "line": site.line })
}

fn suppressed(one: &Suppressed) -> Value {
    json!({
        "fingerprint": one.fingerprint.as_str(),
        "detector": one.detector,
        "path": one.place.path,
        "line": one.place.line,
        "by": one.cause.by.word(),
        "at": one.cause.at,
        "reason": one.cause.reason,
        "until": one.cause.until.map(|until| until.to_string()),
    })
}

fn notes(report: &Report) -> Value {
    let nothing = Note {
        kind: "nothing-read",
        about: String::new(),
        message: summary::NOTHING_READ.to_owned(),
        incomplete: false,
    };
    report.notes.iter().chain(report.checked_nothing().then_some(&nothing)).map(note).collect()
}

fn note(note: &Note) -> Value {
    json!({ "kind": note.kind, "about": note.about, "message": note.message, "incomplete": note.incomplete })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn the_names_of_the_contract_stand_in_their_order() {
        let document = document(&sample());
        assert_eq!(keys(&document), ["schema", "tool", "credentials", "suppressed", "notes", "stats"]);
        let credential = &document["credentials"][0];
        let contract = "fingerprint detector provider kind masked confidence locations liveness identity account \
                        expires evidence coverage gaps scopes unmapped capabilities resources score proven band \
                        vector reasons needed needs_resolved excess over_privileged over_privilege remedy";
        let contract: Vec<&str> = contract.split_whitespace().collect();
        assert_eq!(keys(credential)[..contract.len()], contract);
        assert_eq!(
            keys(&credential["locations"][0]),
            ["path", "line", "column", "end_line", "end_column", "origin", "tracked", "ignored", "commit"]
        );
        assert_eq!(
            keys(&credential["capabilities"][0]),
            ["can", "environment", "breadth", "recover", "guard", "evidence", "targets", "impact"]
        );
        assert_eq!(keys(&credential["resources"][0]), ["kind", "name", "environment"]);
        assert_eq!(keys(&credential["needed"][0]), ["can", "path", "line", "why"]);
        assert_eq!(keys(&credential["over_privilege"][0])[..2], ["rule", "message"]);
        assert_eq!(keys(&credential["remedy"]), ["revoke", "replace"]);
        assert_eq!(keys(&document["stats"]), ["files", "bytes", "skipped", "candidates", "credentials", "requests"]);
    }

    #[test]
    fn the_values_are_those_of_the_contract() {
        let document = document(&sample());
        let [story, unknown, dead] = &document["credentials"].as_array().unwrap()[..] else { panic!("three") };
        assert_eq!(document["schema"], 1);
        assert_eq!(story["score"].to_string(), "10.0");
        assert_eq!(story["capabilities"][0]["impact"].to_string(), "9.75");
        assert_eq!(story["capabilities"][0]["can"], "delete:datastore");
        assert_eq!(story["capabilities"][0]["recover"], "inside");
        assert_eq!(story["capabilities"][2]["recover"], Value::Null);
        assert_eq!(story["gaps"], json!(["backups of volume pg-data: HTTP 500"]));
        assert_eq!(story["resources"][1]["environment"], "prod");
        assert_eq!(story["resources"][2]["environment"], Value::Null);
        assert_eq!(story["needed"][1]["path"], Value::Null);
        assert_eq!(story["unresolved"], json!([]));
        assert_eq!(unknown["unresolved"], json!([{ "path": "tools/ask.sh", "line": 4 }]));
        assert_eq!(story["over_privileged"], true);
        assert_eq!(unknown["liveness"], "unknown");
        assert_eq!(unknown["proven"], Value::Null);
        assert_eq!(dead["liveness"], "dead");
        for absent in ["score", "band", "vector"] {
            assert_eq!(dead[absent], Value::Null, "{absent}");
        }
        assert_eq!(dead["capabilities"], json!([]));
    }

    #[test]
    fn an_expiry_is_rfc_3339() {
        let mut report = sample();
        report.credentials[0].expires = Expiry::At("2031-02-03T04:05:06Z".parse().unwrap());
        assert_eq!(document(&report)["credentials"][0]["expires"], "2031-02-03T04:05:06Z");
    }
}
