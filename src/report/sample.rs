//! A made-up report for tests: the story's token, a find that nobody was asked about, a dead one.

use crate::assess::model::{Assessment, Need, Note, OverPrivilege, Points, Power, Remedy, Report, Site, Stats};
use crate::capability::{Band, Breadth, Can, Capability, Coverage, Environment, Evidence, Guard, Recover};
use crate::finding::{Confidence, Location, Moment, Origin};
use crate::inspect::answer::{Expiry, Gap, Hides, Liveness, Resource};
use crate::secret::FingerprintKey;

pub fn sample() -> Report {
    Report {
        origin: Origin::Worktree,
        moment: moment(),
        credentials: vec![story(), not_asked(), dead()],
        suppressed: Vec::new(),
        shows_suppressed: false,
        notes: vec![
            Note {
                kind: "symlink",
                about: "current".to_owned(),
                message: "a symbolic link, not followed".to_owned(),
                incomplete: false,
            },
            Note {
                kind: "unreadable",
                about: "backup/dump.sql".to_owned(),
                message: "permission denied".to_owned(),
                incomplete: true,
            },
        ],
        stats: Stats { files: 214, bytes: 3_481_203, skipped: 2, candidates: 9, credentials: 3, requests: 11 },
    }
}

fn moment() -> Moment {
    Moment { commit: Some("5f".repeat(20)), time: "2026-11-22T01:02:03Z".parse().expect("a time") }
}

pub fn location(path: &str, line: usize, before: &str, length: usize) -> Location {
    Location {
        path: path.to_owned(),
        raw: None,
        line,
        column: before.chars().count() + 1,
        end_line: line,
        end_column: before.chars().count() + 1 + length,
        origin: Origin::Worktree,
        tracked: true,
        ignored: false,
        commit: None,
        key: None,
        excerpt: format!("{before}{}", "*".repeat(length)),
        excerpt_from: 1,
        comments: Vec::new(),
    }
}

fn power(can: &str, environment: Environment, targets: &[&str], impact: i32) -> Power {
    Power {
        capability: Capability {
            can: can.parse().unwrap(),
            environment,
            breadth: Breadth::Account,
            recover: Recover::Inside,
            guard: Guard::None,
            evidence: Evidence::Observed,
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        },
        impact: Points(impact),
    }
}

fn cans(words: &[&str]) -> Vec<Can> {
    words.iter().map(|word| word.parse().unwrap()).collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn rule(rule: &'static str, message: &str, sites: &[(&str, usize)]) -> OverPrivilege {
    let sites = sites.iter().map(|(path, line)| Site { path: (*path).to_owned(), line: *line }).collect();
    OverPrivilege {
        rule,
        message: message.to_owned(),
        sites,
        score: Points(1000),
        band: Band::Critical,
        remedy: "Use a project token for staging alone.".to_owned(),
    }
}

pub fn story() -> Assessment {
    use Environment::{Nonprod, Prod};
    let ignored = |location: Location| Location { tracked: false, ignored: true, ..location };
    let volume = "volume pg-data of pocketos/production";
    Assessment {
        fingerprint: FingerprintKey::fixed().fingerprint(&["railway-token", "story"]),
        detector: "railway-token".to_owned(),
        detector_name: "Railway token".to_owned(),
        provider: "railway".to_owned(),
        provider_name: "Railway".to_owned(),
        kind: Some("account".to_owned()),
        masked: "…36".to_owned(),
        confidence: Confidence::High,
        locations: vec![
            location("scripts/add-domain.sh", 7, "export RAILWAY_API_TOKEN=", 36),
            ignored(location(".env.production", 1, "RAILWAY_API_TOKEN=", 36)),
            ignored(location(".env.staging", 1, "RAILWAY_API_TOKEN=", 36)),
        ],
        liveness: Liveness::Live,
        identity: Some("dana@acme.example".to_owned()),
        account: Some("Acme Rentals".to_owned()),
        label: Some("custom-domains".to_owned()),
        expires: Expiry::Never,
        evidence: Evidence::Observed,
        coverage: Coverage::Partial,
        gaps: vec![Gap {
            what: "backups of volume pg-data".to_owned(),
            why: "HTTP 500".to_owned(),
            hides: Hides::Detail, of: None,
        }],
        scopes: texts(&["kind:account", "role:ADMIN"]),
        unmapped: Vec::new(),
        powers: vec![
            power("delete:datastore", Prod, &[volume], 975),
            power("delete:backup", Prod, &["14 backups of volume pg-data"], 975),
            power("read:secret", Prod, &["environment pocketos/production"], 850),
            power("grant:identity", Prod, &[], 800),
            power("publish:compute", Prod, &[], 700),
            power("write:domain", Prod, &[], 550),
            power("delete:datastore", Nonprod, &["volume pg-data of pocketos/staging"], 675),
        ],
        resources: vec![
            Resource {
                reached: true,
                kind: "environment".to_owned(),
                id: "e1".to_owned(),
                name: "pocketos/production".to_owned(),
                environments: vec![Prod],
                inside: vec![("project".to_owned(), "p1".to_owned())],
            },
            Resource {
                reached: true,
                kind: "volume".to_owned(),
                id: "v1".to_owned(),
                name: "pg-data".to_owned(),
                environments: vec![Nonprod, Prod],
                inside: Vec::new(),
            },
            Resource {
                reached: true,
                kind: "project".to_owned(),
                id: "p1".to_owned(),
                name: "pocketos".to_owned(),
                environments: Vec::new(),
                inside: Vec::new(),
            },
        ],
        score: Some(Points(1000)),
        proven: Some(Points(1000)),
        band: Some(Band::Critical),
        vector: Some(
            "BR1/delete:datastore/E:prod/B:account/R:inside/G:none/F:6/X:tracked-unknown/L:none/EV:observed/CV:partial=10.00"
                .to_owned(),
        ),
        reasons: texts(&[
            "It can delete data stores in production of pocketos (observed).",
            "Every backup of them can be deleted by the same token.",
            "It does not expire.",
        ]),
        needed: vec![
            Need {
                can: "write:domain".parse().unwrap(),
                site: Some(Site { path: "scripts/add-domain.sh".to_owned(), line: 9 }),
                why: "railway domain".to_owned(),
            },
            Need { can: "write:domain".parse().unwrap(), site: None, why: "its label `custom-domains`".to_owned() },
        ],
        needs_resolved: Some(true),
        unresolved: Vec::new(),
        excess: cans(&["delete:datastore", "delete:backup", "read:secret", "grant:identity", "publish:compute"]),
        excess_score: Some(Points(1000)),
        over_privilege: vec![
            rule(
                "unused-power",
                "Used only for railway domain; no use found in this repository for deleting data stores and backups.",
                &[("scripts/add-domain.sh", 9)],
            ),
            rule(
                "environment-crossing",
                "Kept in a file for staging, and reaches production.",
                &[(".env.staging", 1)],
            ),
        ],
        policy: None,
        remedy: Remedy {
            revoke: "https://railway.com/account/tokens".to_owned(),
            replace: "No Railway token can be limited to domains; the narrowest is a project token for one \
                      environment that is not production."
                .to_owned(),
        },
        title: "Railway account token can delete production data and its backups; used here only for `railway domain`"
            .to_owned(),
        unconfirmed: None,
        requests: 11,
    }
}

pub fn not_asked() -> Assessment {
    let capability = Capability::unbounded("write:code".parse().unwrap(), Evidence::Inferred);
    Assessment {
        fingerprint: FingerprintKey::fixed().fingerprint(&["github-pat-classic", "unknown"]),
        detector: "github-pat-classic".to_owned(),
        detector_name: "GitHub personal access token (classic)".to_owned(),
        provider: "github".to_owned(),
        provider_name: "GitHub".to_owned(),
        kind: None,
        masked: "ghp_…40".to_owned(),
        locations: vec![location("tools/[release]/publish it.mk", 12, "\tGH_TOKEN=ghp_", 36)],
        liveness: Liveness::Unknown("HTTP 503".to_owned()),
        identity: None,
        account: None,
        label: None,
        expires: Expiry::Unknown,
        evidence: Evidence::Inferred,
        coverage: Coverage::None,
        gaps: vec![Gap { what: "who it is".to_owned(), why: "HTTP 503".to_owned(), hides: Hides::Powers, of: None }],
        scopes: Vec::new(),
        powers: vec![Power { capability, impact: Points(825) }],
        resources: Vec::new(),
        score: Some(Points(825)),
        proven: None,
        band: Some(Band::High),
        vector: Some("BR1/write:code/E:unknown/B:unknown/R:unknown/G:unknown/F:1/X:tracked-unknown/L:unknown/EV:inferred/CV:none=8.25".to_owned()),
        reasons: texts(&["A token of this kind could change code (inferred)."]),
        needed: Vec::new(),
        needs_resolved: Some(false),
        unresolved: vec![Site { path: "tools/ask.sh".to_owned(), line: 4 }],
        excess: Vec::new(),
        excess_score: None,
        over_privilege: Vec::new(),
        remedy: Remedy {
            revoke: "https://github.com/settings/tokens".to_owned(),
            replace: "A fine-grained token for this repository.".to_owned(),
        },
        title: "GitHub personal access token could change code".to_owned(),
        requests: 1,
        ..story()
    }
}

pub fn dead() -> Assessment {
    Assessment {
        fingerprint: FingerprintKey::fixed().fingerprint(&["railway-token", "dead"]),
        detector: "railway-token".to_owned(),
        detector_name: "Railway token".to_owned(),
        provider: "railway".to_owned(),
        provider_name: "Railway".to_owned(),
        masked: "…36".to_owned(),
        gaps: Vec::new(),
        locations: vec![location("docs/old.md", 3, "token: ", 36)],
        liveness: Liveness::Dead("Not Authorized".to_owned()),
        score: None,
        proven: None,
        band: None,
        vector: None,
        reasons: Vec::new(),
        powers: Vec::new(),
        title: "Railway token is no longer valid".to_owned(),
        ..not_asked()
    }
}
