//! A report without secrets. Everything in it that came from the input or from an issuer goes
//! through the redactor; the program's own words (ids, fingerprints, the vector, advice from the
//! detector files) are left alone, for a password `datastore` must not break a vector.
//!
//! Every structure is taken apart by all its fields, so that a new one does not compile until
//! somebody has decided about it.

use crate::assess::model::{Accepted, Assessment, Need, Note, OverPrivilege, Power, Report, Site, Stated};
use crate::capability::Capability;
use crate::finding::{Comment, Location};
use crate::inspect::answer::{Gap, Liveness, Resource};
use crate::redact::Redactor;
use crate::suppress::{Cause, Suppressed};

/// The report as it may be shown to anybody.
pub fn report(report: &Report, redactor: &Redactor) -> Report {
    let clean = Cleaner(redactor);
    let Report { origin, moment, credentials, suppressed, shows_suppressed, notes, stats } = report;
    Report {
        origin: *origin,
        moment: moment.clone(),
        credentials: credentials.iter().map(|one| clean.assessment(one)).collect(),
        suppressed: suppressed.iter().map(|one| clean.suppressed(one)).collect(),
        shows_suppressed: *shows_suppressed,
        notes: notes.iter().map(|note| clean.note(note)).collect(),
        stats: *stats,
    }
}

struct Cleaner<'r>(&'r Redactor);

impl Cleaner<'_> {
    fn text(&self, text: &str) -> String {
        self.0.clean(text).into_owned()
    }

    fn some(&self, text: &Option<String>) -> Option<String> {
        text.as_deref().map(|text| self.text(text))
    }

    fn all(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    fn assessment(&self, assessment: &Assessment) -> Assessment {
        let Assessment {
            fingerprint,
            detector,
            detector_name,
            provider,
            provider_name,
            kind,
            masked,
            confidence,
            locations,
            liveness,
            identity,
            account,
            label,
            expires,
            evidence,
            coverage,
            gaps,
            scopes,
            unmapped,
            powers,
            resources,
            score,
            proven,
            band,
            vector,
            reasons,
            needed,
            needs_resolved,
            unresolved,
            excess,
            excess_score,
            over_privilege,
            policy,
            remedy,
            title,
            unconfirmed,
            requests,
        } = assessment;
        Assessment {
            fingerprint: fingerprint.clone(),
            detector: detector.clone(),
            detector_name: detector_name.clone(),
            provider: provider.clone(),
            provider_name: provider_name.clone(),
            kind: self.some(kind),
            masked: self.text(masked),
            confidence: *confidence,
            locations: locations.iter().map(|location| self.location(location)).collect(),
            liveness: self.liveness(liveness),
            identity: self.some(identity),
            account: self.some(account),
            label: self.some(label),
            expires: expires.clone(),
            evidence: *evidence,
            coverage: *coverage,
            gaps: gaps.iter().map(|gap| self.gap(gap)).collect(),
            scopes: self.all(scopes),
            unmapped: self.all(unmapped),
            powers: powers.iter().map(|power| self.power(power)).collect(),
            resources: resources.iter().map(|resource| self.resource(resource)).collect(),
            score: *score,
            proven: *proven,
            band: *band,
            vector: vector.clone(),
            reasons: self.all(reasons),
            needed: needed.iter().map(|need| self.need(need)).collect(),
            needs_resolved: *needs_resolved,
            unresolved: unresolved.iter().map(|site| self.site(site)).collect(),
            excess: excess.clone(),
            excess_score: *excess_score,
            over_privilege: over_privilege.iter().map(|rule| self.rule(rule)).collect(),
            policy: policy.as_ref().map(|stated| self.stated(stated)),
            remedy: remedy.clone(),
            title: self.text(title),
            unconfirmed: self.some(unconfirmed),
            requests: *requests,
        }
    }

    fn location(&self, location: &Location) -> Location {
        let Location {
            path,
            raw,
            line,
            column,
            end_line,
            end_column,
            origin,
            tracked,
            ignored,
            commit,
            key,
            excerpt,
            excerpt_from,
            comments,
        } = location;
        let shown = self.text(path);
        Location {
            // Where the shown path had to be masked, the bytes must not tell it.
            raw: raw.clone().filter(|_| shown == *path),
            path: shown,
            line: *line,
            column: *column,
            end_line: *end_line,
            end_column: *end_column,
            origin: *origin,
            tracked: *tracked,
            ignored: *ignored,
            commit: commit.clone(),
            key: self.some(key),
            excerpt: self.text(excerpt),
            excerpt_from: *excerpt_from,
            comments: comments.iter().map(|comment| self.comment(comment)).collect(),
        }
    }

    fn comment(&self, comment: &Comment) -> Comment {
        let Comment { marker, detectors, reason, path, line, is_new } = comment;
        Comment {
            marker: *marker,
            detectors: self.all(detectors),
            reason: self.some(reason),
            path: self.text(path),
            line: *line,
            is_new: *is_new,
        }
    }

    fn liveness(&self, liveness: &Liveness) -> Liveness {
        match liveness {
            Liveness::Live => Liveness::Live,
            Liveness::Dead(why) => Liveness::Dead(self.text(why)),
            Liveness::Unknown(why) => Liveness::Unknown(self.text(why)),
            Liveness::NotAsked => Liveness::NotAsked,
        }
    }

    fn gap(&self, gap: &Gap) -> Gap {
        let Gap { what, why, hides, of } = gap;
        Gap { what: self.text(what), why: self.text(why), hides: *hides, of: of.clone() }
    }

    fn power(&self, power: &Power) -> Power {
        let Power { capability, impact } = power;
        let Capability { can, environment, breadth, recover, guard, evidence, targets } = capability;
        let capability = Capability {
            can: *can,
            environment: *environment,
            breadth: *breadth,
            recover: *recover,
            guard: *guard,
            evidence: *evidence,
            targets: self.all(targets),
        };
        Power { capability, impact: *impact }
    }

    fn resource(&self, resource: &Resource) -> Resource {
        let Resource { kind, id, name, environments, inside, reached } = resource;
        Resource {
            reached: *reached,
            kind: self.text(kind),
            id: self.text(id),
            name: self.text(name),
            environments: environments.clone(),
            inside: inside.iter().map(|(kind, id)| (self.text(kind), self.text(id))).collect(),
        }
    }

    fn site(&self, site: &Site) -> Site {
        let Site { path, line } = site;
        Site { path: self.text(path), line: *line }
    }

    fn need(&self, need: &Need) -> Need {
        let Need { can, site, why } = need;
        Need { can: *can, site: site.as_ref().map(|site| self.site(site)), why: self.text(why) }
    }

    fn rule(&self, over_privilege: &OverPrivilege) -> OverPrivilege {
        let OverPrivilege { rule, message, sites, score, band, remedy } = over_privilege;
        OverPrivilege {
            rule,
            message: self.text(message),
            sites: sites.iter().map(|site| self.site(site)).collect(),
            score: *score,
            band: *band,
            remedy: remedy.clone(),
        }
    }

    fn stated(&self, stated: &Stated) -> Stated {
        let Stated { name, passed_over, purpose, owner, allow, environments, max_lifetime, accepted } = stated;
        Stated {
            name: self.text(name),
            passed_over: self.all(passed_over),
            purpose: self.some(purpose),
            owner: self.some(owner),
            allow: allow.clone(),
            environments: environments.as_deref().map(|names| self.all(names)),
            max_lifetime: max_lifetime.clone(),
            accepted: accepted.iter().map(|one| self.accepted(one)).collect(),
        }
    }

    fn accepted(&self, accepted: &Accepted) -> Accepted {
        let Accepted { can, environment, reason, until, expired } = accepted;
        Accepted { can: *can, environment: *environment, reason: self.text(reason), until: *until, expired: *expired }
    }

    fn suppressed(&self, suppressed: &Suppressed) -> Suppressed {
        let Suppressed { fingerprint, detector, confidence, place, cause } = suppressed;
        let Cause { by, at, reason, until } = cause;
        Suppressed {
            fingerprint: fingerprint.clone(),
            detector: detector.clone(),
            confidence: *confidence,
            place: self.location(place),
            cause: Cause { by: *by, at: self.text(at), reason: self.some(reason), until: *until },
        }
    }

    fn note(&self, note: &Note) -> Note {
        let Note { kind, about, message, incomplete } = note;
        Note { kind, about: self.text(about), message: self.text(message), incomplete: *incomplete }
    }
}
