//! One question: its request, its pages, what came of it.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::answer::{Resource, Scope};
use super::courier::{BUDGET, Courier, Sender};
use super::mask::fits_mask;
use super::meaning::{self, Asked, Outcome};
use super::pages::{self, Next};
use super::probe::Run;
use super::request::{Forbidden, Request};
use super::template::Missing;
use super::transport::{Failure, Reply};
use super::{azure_shared_key, bodies, digest, through};
use crate::capability::Evidence;
use crate::detector::model::{Auth, Step};
use crate::detector::pointer;
use crate::secret::Secret;

/// Why a request could not be made.
enum Unmade {
    Missing(String),
    Forbidden(String),
}

impl From<Missing> for Unmade {
    fn from(missing: Missing) -> Unmade {
        Unmade::Missing(missing.0)
    }
}

impl From<Forbidden> for Unmade {
    fn from(forbidden: Forbidden) -> Unmade {
        Unmade::Forbidden(forbidden.0)
    }
}

impl Run<'_> {
    /// Asks one question, with its further pages. `about`: the resource that it is about.
    pub(super) fn ask_step(&mut self, step: &Step, about: Option<&Resource>, courier: &Courier<'_>) -> Asked {
        if let Some(native) = step.native {
            return self.ask_native(step, native, courier);
        }
        self.bind(about);
        if step.read.token.is_some() {
            self.variables.forget("token");
        }
        let mut asked = Asked::Answered;
        for words in bodies::batches(self.provider, step) {
            match self.ask_pages(step, about, &words, courier) {
                Asked::Answered => {}
                other => asked = other,
            }
        }
        asked
    }

    fn ask_pages(&mut self, step: &Step, about: Option<&Resource>, words: &[&str], courier: &Courier<'_>) -> Asked {
        let mut cursor: Option<String> = None;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for page in 1.. {
            let request = match self.request(step, cursor.as_deref(), words) {
                Ok(request) => request,
                Err(Unmade::Missing(name)) if self.belongs_beside(&name) => {
                    self.gap(step, format!("nobody was asked: its {name} does not stand beside it"));
                    return Asked::Unasked;
                }
                Err(Unmade::Missing(name)) => {
                    let name = name.strip_prefix("vars.").unwrap_or(&name);
                    self.gap(step, format!("no earlier answer told its `{name}`"));
                    return Asked::Unclear;
                }
                Err(Unmade::Forbidden(why)) => {
                    self.gap(step, format!("not sent: {why}"));
                    return Asked::Unclear;
                }
            };
            let reply = self.send_proved(step, &request, courier);
            let (outcome, reply) = meaning::outcome(reply, &self.rules(step), step.graphql.is_some());
            let (mut body, missing) = match outcome {
                Outcome::Answered(body) => (body, None),
                Outcome::Partial(body, missing) => (body, Some(missing)),
                other => {
                    return match page {
                        1 => self.settle(step, other),
                        _ => {
                            self.gap(step, format!("page {page}: no clear answer"));
                            Asked::Answered
                        }
                    };
                }
            };
            let all = || self.provider.grants.keys().map(String::as_str).collect();
            let asked: Vec<&str> = if step.words.is_some() { words.to_vec() } else { all() };
            if let Some(function) = step.through
                && let Some(why) = through::run(function, &mut body, &asked)
            {
                self.gap(step, why.to_owned());
            }
            step.rows.iter().for_each(|place| pointer::into_rows(&mut body, place));
            if !self.has_shape(step, &body, reply.as_ref()) {
                let why = "answered, but not with what was asked for";
                if step.identity {
                    return self.settle(step, Outcome::Unclear(why.to_owned()));
                }
                self.gap(step, why.to_owned());
                return Asked::Unclear;
            }
            self.read(step, &body, reply.as_ref(), about);
            if let Some(missing) = missing {
                self.gap(step, missing);
            }
            if let Some(word) = &step.proves {
                self.scope(Scope::of(word, Evidence::Observed));
            }
            let Some(rule) = &step.page else { return Asked::Answered };
            match pages::next(rule, &request, &body, reply.as_ref()) {
                Next::None => return Asked::Answered,
                Next::Elsewhere => {
                    self.gap(step, "the next page is said to be at another address".to_owned());
                    return Asked::Answered;
                }
                Next::At(place) => {
                    if page >= rule.max || !seen.insert(place.clone()) {
                        self.gap(step, format!("there are more than the {page} pages that were read"));
                        return Asked::Answered;
                    }
                    cursor = Some(place);
                }
            }
        }
        Asked::Answered
    }

    /// Sends one request of a step, and hands over its reply without what the step drops.
    pub(super) fn send(&mut self, step: &Step, request: &Request, courier: &Courier<'_>) -> Result<Reply, Failure> {
        if self.learnt.requests >= BUDGET {
            return Err(Failure::Budget);
        }
        let sender = Sender { provider: &self.provider.id, fingerprint: self.finding.fingerprint.as_str() };
        let mut reply = courier.carry(sender, request, &self.allowed, &mut self.learnt.requests)?;
        if !step.drops.is_empty() {
            drop_secrets(&mut reply.body, &step.drops, self.finding.secret.expose());
        }
        Ok(reply)
    }

    /// Sends, and where the issuer answers with a challenge, once more with the proof.
    fn send_proved(&mut self, step: &Step, request: &Request, courier: &Courier<'_>) -> Result<Reply, Failure> {
        let reply = self.send(step, request, courier)?;
        let Auth::Digest { user, password } = step.auth.as_ref().unwrap_or(self.auth) else { return Ok(reply) };
        let (Ok(user), Ok(password)) = (self.variables.fill(user), self.variables.fill(password)) else {
            return Ok(reply);
        };
        match digest::proof(&reply, request, &user, &password) {
            Some(proof) => self.send(step, &request.clone().header("authorization", &proof), courier),
            None => Ok(reply),
        }
    }

    /// Makes the resource that is asked about, and those around it, known to the templates.
    fn bind(&mut self, about: Option<&Resource>) {
        let Some(resource) = about else { return };
        self.variables.plain("each.id", &resource.id);
        self.variables.plain("each.name", &resource.name);
        for around in self.learnt.around(resource) {
            self.variables.plain(&format!("{}.id", around.kind), &around.id);
            self.variables.plain(&format!("{}.name", around.kind), &around.name);
        }
    }

    fn request(&self, step: &Step, cursor: Option<&str>, words: &[&str]) -> Result<Request, Unmade> {
        let request = match (&step.get, &step.post, &step.graphql) {
            (Some(url), ..) => match cursor {
                Some(next) => Request::get(next, next)?,
                None => Request::get(&self.variables.fill_escaped(url)?, &self.variables.fill_shown(url))?,
            },
            (_, Some(url), _) => {
                let (content_type, body) = bodies::of(step, &self.variables, words)?;
                Request::question(
                    &self.variables.fill_escaped(url)?,
                    &self.variables.fill_shown(url),
                    content_type,
                    body,
                    step.reads_only.as_deref().unwrap_or_default(),
                )?
            }
            (_, _, Some(document)) => {
                let mut variables = Map::new();
                for (name, template) in &step.variables {
                    variables.insert(name.clone(), Value::String(self.variables.fill(template)?));
                }
                if let (Some(cursor), Some(name)) = (cursor, step.page.as_ref().and_then(|page| page.variable.as_ref()))
                {
                    variables.insert(name.clone(), Value::String(cursor.to_owned()));
                }
                let base = self.variables.fill("{base}")?;
                Request::query(&base, document, &Value::Object(variables), &self.probe.never)?
            }
            _ => return Err(Unmade::Forbidden("the step asks nothing".to_owned())),
        };
        let headers =
            self.probe.headers.iter().filter(|(name, _)| !step.headers.contains_key(*name)).chain(&step.headers);
        let mut request = request;
        for (name, template) in headers {
            request = request.header(name, &self.variables.fill(template)?);
        }
        // Last, since it may sign all the others.
        self.authenticate(request, step.auth.as_ref().unwrap_or(self.auth))
    }

    /// Whether a variable is a part of the credential, which the scan did not find.
    fn belongs_beside(&self, name: &str) -> bool {
        let group = format!("(?<{name}>");
        self.provider.detectors.iter().any(|detector| {
            detector.pattern.as_ref().is_some_and(|pattern| pattern.contains(&group))
                || detector.companions.iter().any(|companion| companion.name == name)
        })
    }

    fn authenticate(&self, request: Request, auth: &Auth) -> Result<Request, Unmade> {
        Ok(match auth {
            Auth::None => request,
            // It answers a challenge, which there is none of yet; without its parts it never will.
            Auth::Digest { user, password } => {
                self.variables.fill(user)?;
                self.variables.fill(password)?;
                request
            }
            Auth::Bearer(template) => {
                request.header("authorization", &format!("Bearer {}", self.variables.fill(template)?))
            }
            Auth::Header { name, value } => request.header(name, &self.variables.fill(value)?),
            Auth::Basic { user, password } => {
                let pair = format!("{}:{}", self.variables.fill(user)?, self.variables.fill(password)?);
                request.header("authorization", &format!("Basic {}", STANDARD.encode(pair)))
            }
            Auth::AzureSharedKey { account, key } => {
                let (account, key) = (self.variables.fill(account)?, Secret::new(self.variables.fill(key)?));
                let headers: Vec<(&str, &str)> = request.headers().collect();
                let unsigned = azure_shared_key::Unsigned { url: request.url(), headers: &headers };
                let signed = azure_shared_key::sign(&unsigned, &account, &key, Timestamp::now())
                    .ok_or_else(|| Unmade::Forbidden("the key is no base64".to_owned()))?;
                signed.iter().fold(request.clone(), |request, (name, value)| request.header(name, value))
            }
            Auth::Query(template) => {
                let text = self.variables.fill(template)?.replace("&amp;", "&");
                let query = text.split_once('?').map_or(text.as_str(), |(_, query)| query);
                request.secret_query(query.split('#').next().unwrap_or_default())
            }
        })
    }
}

/// Takes secrets out of a JSON text; of the credential's own, `true` is left, so that its row can be
/// told. A text that is no JSON holds them nobody knows where: all of it goes.
fn drop_secrets(body: &mut Vec<u8>, places: &[String], own: &str) {
    let whole = Zeroizing::new(std::mem::take(body));
    let Ok(mut document) = serde_json::from_slice::<Value>(&whole) else { return };
    for place in places {
        pointer::remove(&mut document, place, &|value| value.as_str().is_some_and(|text| fits_mask(text, own)));
    }
    *body = document.to_string().into_bytes();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_drops_is_gone_from_the_reply() {
        let places = ["/databases/*/password".to_owned()];
        let dropped = |text: &str| {
            let mut body = text.as_bytes().to_vec();
            drop_secrets(&mut body, &places, "open-sesame");
            String::from_utf8(body).unwrap()
        };
        assert_eq!(
            dropped(r#"{"databases": [{"id": 12, "password": "hush"}, {"id": 13}, {"password": "open-s"}]}"#),
            r#"{"databases":[{"id":12},{"id":13},{"password":true}]}"#
        );
        assert_eq!(dropped(r#"{"databases": [{"password": "hush"#), "");
    }
}
