//! One credential through the steps of its probe: decode what can be decoded, find out whether it
//! is alive and of which kind, then ask what that kind can be asked. A question that fails leaves
//! a gap, and nothing that was learnt is taken back.

use jiff::Timestamp;
use serde_json::Value;

use super::Asking;
use super::answer::{Expiry, Gap, Hides, Inspection, Liveness, Resource, Scope};
use super::courier::{BUDGET, Courier};
use super::meaning::{Asked, Outcome};
use super::reader::{self, Reader};
use super::signed_jwt;
use super::template::Variables;
use super::transport::{Allowed, Reply};
use crate::capability::{Coverage, Evidence};
use crate::decode::Decoder;
use crate::detector::Detectors;
use crate::detector::model::{Auth, Detector, Probe, Provider, Select, Step};
use crate::finding::Finding;
use crate::secret::Secret;

/// Resources that are remembered of one credential.
const RESOURCES: usize = 2000;

/// The state of one inspection.
pub(super) struct Run<'r> {
    pub provider: &'r Provider,
    pub probe: &'r Probe,
    pub finding: &'r Finding,
    pub asking: &'r Asking,
    pub allowed: Allowed,
    /// How requests prove themselves, unless their step has its own way.
    pub auth: &'r Auth,
    pub variables: Variables,
    pub learnt: Inspection,
    pub(super) answered: Vec<String>,
    pub(super) refused: Vec<String>,
    /// Identity questions that gave no clear answer.
    pub(super) unclear: Vec<Gap>,
    /// A step has stated the scope as a whole.
    stated: bool,
}

/// Asks and decodes; without a courier it only decodes.
pub fn inspect_one(
    finding: &Finding,
    detectors: &Detectors,
    asking: &Asking,
    courier: Option<&Courier<'_>>,
) -> Inspection {
    let detector = detectors.detector(finding.detector);
    let provider = detectors.provider_of(finding.detector);
    let Some(probe) = detector.probe.as_ref().and_then(|name| provider.probes.get(name)) else {
        return Inspection { kind: detector.kind.clone(), ..Inspection::not_asked() };
    };
    let mut run = Run::new(provider, detector, probe, finding, asking);
    run.decode();
    if let Some(courier) = courier
        && !run.learnt.liveness.is_dead()
        && !run.is_canary()
        && probe.steps.iter().any(|step| step.decode.is_none())
    {
        run.ask(courier);
    }
    run.finish()
}

/// The variables that are known before anything is asked.
pub(super) fn first_variables(provider: &Provider, finding: &Finding, asking: &Asking) -> Variables {
    let mut variables = Variables::default();
    variables.secret("secret", finding.secret.expose());
    for (name, part) in &finding.parts {
        match is_public(name, part, provider, finding) {
            true => variables.plain(name, part.expose()),
            false => variables.secret(name, part.expose()),
        }
    }
    if let Some(base) = asking.endpoints.base(provider, "") {
        variables.base("base", &base);
    }
    for name in provider.bases.keys() {
        if let Some(base) = asking.endpoints.base(provider, name) {
            variables.base(&format!("base.{name}"), &base);
        }
    }
    variables
}

/// Whether a part of the credential may be shown: a companion that its file calls public, or what
/// the pattern names beside the secret.
fn is_public(name: &str, part: &Secret, provider: &Provider, finding: &Finding) -> bool {
    let mut companions = provider.detectors.iter().flat_map(|own| &own.companions).filter(|one| one.name == *name);
    match companions.next() {
        Some(companion) => companion.public && companions.all(|other| other.public),
        None => !part.expose().contains(finding.secret.expose()),
    }
}

impl<'r> Run<'r> {
    fn new(
        provider: &'r Provider,
        detector: &'r Detector,
        probe: &'r Probe,
        finding: &'r Finding,
        asking: &'r Asking,
    ) -> Run<'r> {
        Run {
            provider,
            probe,
            finding,
            asking,
            allowed: asking.endpoints.allowed(provider),
            auth: &probe.auth,
            variables: first_variables(provider, finding, asking),
            learnt: Inspection {
                kind: detector.kind.clone(),
                account: finding.parts.get("account").map(|account| account.expose().to_owned()),
                ..Inspection::not_asked()
            },
            answered: Vec::new(),
            refused: Vec::new(),
            unclear: Vec::new(),
            stated: false,
        }
    }

    /// What stands in the credential itself.
    fn decode(&mut self) {
        for step in self.probe.steps.iter().filter(|step| !step.reads_answer()) {
            if let Some(decoder) = step.decode {
                self.decode_step(step, decoder);
            }
        }
        if let Expiry::At(end) = self.learnt.expires
            && end < Timestamp::now()
        {
            self.learnt.liveness = Liveness::Dead(format!("it expired on {}", end.strftime("%Y-%m-%d")));
        }
    }

    fn decode_step(&mut self, step: &Step, decoder: Decoder) {
        let template = step.text.as_deref().unwrap_or("{secret}");
        let document = self.variables.fill(template).ok().and_then(|text| decoder.decode(&text).ok());
        match document {
            Some(document) if step.states && !self.has_shape(step, &document, None) => {
                self.gap(step, "it says nothing of that".to_owned());
            }
            Some(document) => self.read(step, &document, None, None),
            None => self.gap(step, "it cannot be decoded".to_owned()),
        }
    }

    /// A trap of the owner's: asking would only ring its bell.
    fn is_canary(&mut self) -> bool {
        let known = || self.provider.canary_accounts.iter().chain(&self.asking.canaries);
        let canary = self.learnt.account.as_ref().is_some_and(|account| known().any(|canary| canary == account));
        if canary {
            let why = "its account is a canary: asking would raise its owner's alarm".to_owned();
            self.learnt.gaps.push(Gap { what: "everything".to_owned(), why, hides: Hides::Powers, of: None });
        }
        canary
    }

    fn ask(&mut self, courier: &Courier<'_>) {
        if let Some(why) = self.asking.endpoints.missing(self.provider) {
            self.ask_nothing(&why);
            return;
        }
        if let Some(rule) = &self.probe.jwt {
            match signed_jwt::sign(rule, &self.variables, Timestamp::now()) {
                Ok(jwt) => self.variables.secret("jwt", &jwt),
                Err(why) => {
                    self.ask_nothing(&why);
                    return;
                }
            }
        }
        self.learnt.liveness = self.ask_identity(courier);
        if self.learnt.liveness != Liveness::Live {
            return;
        }
        if let Some(what) = &self.probe.untold {
            let why = "no read-only question tells it".to_owned();
            self.learnt.gaps.push(Gap { what: what.clone(), why, hides: Hides::Powers, of: None });
        }
        let probe = self.probe;
        for step in probe.steps.iter().filter(|step| !step.identity && (step.decode.is_none() || step.reads_answer())) {
            if !self.is_for_its_kind(step) {
                continue;
            }
            if let Some(rule) = &step.asked_when
                && !self
                    .variables
                    .told(&rule.variable)
                    .is_some_and(|told| rule.is.as_slice().iter().any(|is| is == told))
            {
                self.gap(step, format!("not asked: {}", rule.otherwise));
                continue;
            }
            if let Some(decoder) = step.decode {
                self.decode_step(step, decoder);
                continue;
            }
            match &step.for_each {
                None => {
                    self.ask_step(step, None, courier);
                }
                Some(kind) => self.ask_each(step, kind, courier),
            }
        }
    }

    fn ask_nothing(&mut self, why: &str) {
        let why = format!("nothing was asked: {why}");
        self.learnt.gaps.push(Gap { what: "everything".to_owned(), why, hides: Hides::Powers, of: None });
    }

    /// One question for each resource of a kind, production first.
    fn ask_each(&mut self, step: &Step, kind: &str, courier: &Courier<'_>) {
        let mut resources: Vec<Resource> = self
            .learnt
            .resources
            .iter()
            .filter(|resource| resource.kind == kind && resource.reached)
            .cloned()
            .collect();
        resources.sort_by_key(|resource| std::cmp::Reverse(self.learnt.worst_environment(resource)));
        let total = resources.len();
        for (done, resource) in resources.iter().enumerate() {
            if self.learnt.requests >= BUDGET {
                let why = format!(
                    "the limit of {BUDGET} requests was reached, {} {kind}s were not asked about",
                    total - done
                );
                self.gap(step, why);
                break;
            }
            self.ask_step(step, Some(resource), courier);
        }
    }

    /// Whether a reply holds what the step reads.
    pub(super) fn has_shape(&self, step: &Step, body: &Value, reply: Option<&Reply>) -> bool {
        let secret = self.finding.secret.expose();
        let reader = Reader { variables: &self.variables, secret, naming: &self.asking.naming, about: None };
        reader.has_shape(&step.read, body, reply)
    }

    /// Takes over what a reply says. `about`: the resource that was asked about.
    pub(super) fn read(&mut self, step: &Step, body: &Value, reply: Option<&Reply>, about: Option<&Resource>) {
        let evidence = if step.decode.is_some() { Evidence::Decoded } else { Evidence::Observed };
        let about = about.map(|resource| (resource.kind.clone(), resource.id.clone()));
        let variables = self.variables.clone();
        let reader = Reader {
            variables: &variables,
            secret: self.finding.secret.expose(),
            naming: &self.asking.naming,
            about: about.clone(),
        };
        let text = |select: &Option<Select>| select.as_ref().and_then(|select| reader.text(select, body, reply));
        let read = &step.read;
        let fill = |place: &mut Option<String>, found: Option<String>| {
            if place.is_none() {
                *place = found;
            }
        };
        fill(&mut self.learnt.identity, text(&read.identity));
        fill(&mut self.learnt.account, text(&read.account));
        fill(&mut self.learnt.label, text(&read.label));
        fill(&mut self.learnt.kind, text(&read.kind));
        if let Some(select) = &read.expires
            && self.learnt.expires == Expiry::Unknown
        {
            self.learnt.expires = reader.expiry(select, body, reply);
        }
        if let Some(token) = text(&read.token) {
            self.variables.secret("token", &token);
        }
        for (name, select) in &read.vars {
            if let Some(value) = reader.text(select, body, reply) {
                self.variables.plain(&format!("vars.{name}"), &value);
            }
        }
        let resources = reader.resources(&read.resources, body);
        for select in read.scopes.iter().flat_map(|selects| selects.as_slice()) {
            let of_kind = self.learnt.kind.as_ref().and_then(|kind| select.reach_of.get(kind));
            let reach = select.reach.or(of_kind.copied());
            for (word, on) in reader.words(select, body, reply) {
                let evidence = select.evidence.unwrap_or(evidence);
                self.scope(Scope { word, on, reach, evidence });
            }
        }
        for resource in resources {
            if self.learnt.resources.len() < RESOURCES {
                reader::merge(&mut self.learnt.resources, resource);
            }
        }
        self.stated |= step.states;
    }

    pub(super) fn scope(&mut self, scope: Scope) {
        if !self.learnt.scopes.contains(&scope) {
            self.learnt.scopes.push(scope);
        }
    }

    /// What a question without a clear answer leaves behind.
    pub(super) fn gap(&mut self, step: &Step, why: String) {
        let what = self.variables.fill_shown(&step.what);
        self.keep_gap(step, Gap { what, why, hides: step.hides, of: step.hides_of.clone() });
    }

    pub(super) fn keep_gap(&mut self, step: &Step, mut gap: Gap) {
        if gap.hides == Hides::Powers && self.stated {
            // The issuer has stated the scope: what is hidden now is how far it reaches.
            gap.hides = Hides::Reach;
        }
        let list = if step.identity { &mut self.unclear } else { &mut self.learnt.gaps };
        if !list.contains(&gap) {
            list.push(gap);
        }
    }

    fn finish(mut self) -> Inspection {
        let powers_hidden = self.learnt.gaps.iter().any(|gap| gap.hides == Hides::Powers);
        self.learnt.powers_stated = !powers_hidden && (self.stated || !self.learnt.scopes.is_empty());
        let learnt_something = self.learnt.liveness == Liveness::Live || !self.learnt.scopes.is_empty();
        self.learnt.coverage = match (learnt_something, self.learnt.powers_stated && self.learnt.gaps.is_empty()) {
            (true, true) => Coverage::Complete,
            (true, false) => Coverage::Partial,
            (false, _) => Coverage::None,
        };
        self.learnt
    }

    /// The rules about answers: the step's own first, without those that only hold for another server.
    pub(super) fn rules<'s>(&self, step: &'s Step) -> Vec<&'s crate::detector::model::AnswerRule>
    where
        'r: 's,
    {
        let named = self.asking.endpoints.names(self.provider);
        step.answers.iter().chain(&self.probe.answers).filter(|rule| named || !rule.only_where_named).collect()
    }

    /// Sorts an outcome into what it means for the run, with its gap where it leaves one.
    pub(super) fn settle(&mut self, step: &Step, outcome: Outcome) -> Asked {
        match outcome {
            Outcome::Answered(_) | Outcome::Partial(..) => Asked::Answered,
            Outcome::Refused(why) => {
                // Of look-alike kinds each is refused some questions: that is an answer.
                let says_nothing = if step.identity { self.probe.kinds.is_empty() } else { step.proves.is_none() };
                if says_nothing {
                    self.gap(step, why);
                }
                Asked::Refused
            }
            Outcome::Forbidden(why) => {
                match &step.proves {
                    Some(word) => self.learnt.denied.extend([word].into_iter().chain(&step.denies).cloned()),
                    None => self.gap(step, why),
                }
                Asked::Forbidden
            }
            Outcome::Dead(why) => {
                if !step.identity {
                    self.gap(step, why.clone());
                }
                Asked::Dead(why)
            }
            Outcome::Unclear(why) => {
                self.gap(step, why);
                Asked::Unclear
            }
        }
    }
}
