//! One question: its request, its pages, what came of it.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use url::Url;

use super::answer::{Resource, Scope};
use super::courier::{BUDGET, Courier, Sender};
use super::meaning::{self, Asked, Outcome};
use super::probe::Run;
use super::request::{Forbidden, Request};
use super::template::{Missing, Variables, escape};
use super::transport::{Failure, Reply};
use crate::capability::Evidence;
use crate::detector::model::{Auth, Page, Step};
use crate::detector::pointer;

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
        let mut cursor: Option<String> = None;
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for page in 1.. {
            let request = match self.request(step, cursor.as_deref()) {
                Ok(request) => request,
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
            let reply = self.send(&request, courier);
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
            match next_page(rule, &request, &body, reply.as_ref()) {
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

    pub(super) fn send(&mut self, request: &Request, courier: &Courier<'_>) -> Result<Reply, Failure> {
        if self.learnt.requests >= BUDGET {
            return Err(Failure::Budget);
        }
        let sender = Sender { provider: &self.provider.id, fingerprint: self.finding.fingerprint.as_str() };
        courier.carry(sender, request, &self.allowed, &mut self.learnt.requests)
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

    fn request(&self, step: &Step, cursor: Option<&str>) -> Result<Request, Unmade> {
        let request = match (&step.get, &step.post, &step.graphql) {
            (Some(url), ..) => match cursor {
                Some(next) => Request::get(next, next)?,
                None => Request::get(&self.variables.fill_escaped(url)?, &self.variables.fill_shown(url))?,
            },
            (_, Some(url), _) => {
                let body = form(&step.form, &self.variables)?;
                Request::question(
                    &self.variables.fill_escaped(url)?,
                    &self.variables.fill_shown(url),
                    "application/x-www-form-urlencoded",
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
        let request = self.authenticate(request, step.auth.as_ref().unwrap_or(self.auth))?;
        let headers =
            self.probe.headers.iter().filter(|(name, _)| !step.headers.contains_key(*name)).chain(&step.headers);
        let mut request = request;
        for (name, template) in headers {
            request = request.header(name, &self.variables.fill(template)?);
        }
        Ok(request)
    }

    fn authenticate(&self, request: Request, auth: &Auth) -> Result<Request, Missing> {
        Ok(match auth {
            Auth::None => request,
            Auth::Bearer(template) => {
                request.header("authorization", &format!("Bearer {}", self.variables.fill(template)?))
            }
            Auth::Header { name, value } => request.header(name, &self.variables.fill(value)?),
            Auth::Basic { user, password } => {
                let pair = format!("{}:{}", self.variables.fill(user)?, self.variables.fill(password)?);
                request.header("authorization", &format!("Basic {}", STANDARD.encode(pair)))
            }
        })
    }
}

/// A form's body.
fn form(fields: &std::collections::BTreeMap<String, String>, variables: &Variables) -> Result<String, Missing> {
    let pairs: Result<Vec<String>, Missing> = fields
        .iter()
        .map(|(name, template)| Ok(format!("{}={}", escape(name), variables.fill_escaped(template)?)))
        .collect();
    Ok(pairs?.join("&"))
}

enum Next {
    None,
    /// The address or the cursor of the next page.
    At(String),
    Elsewhere,
}

fn next_page(page: &Page, request: &Request, body: &Value, reply: Option<&Reply>) -> Next {
    if let Some(relation) = &page.link {
        let header = reply.and_then(|reply| reply.header("link")).unwrap_or_default();
        let Some(target) = link_target(header, relation) else { return Next::None };
        return match request.url().join(target) {
            Ok(url) if same_place(&url, request.url()) => Next::At(url.to_string()),
            _ => Next::Elsewhere,
        };
    }
    let more = page.more.as_ref().is_none_or(|place| pointer::first_text(&[body], place).as_deref() == Some("true"));
    let cursor = page.cursor.as_ref().and_then(|place| pointer::first_text(&[body], place));
    match (more, cursor) {
        (true, Some(cursor)) if !cursor.is_empty() => Next::At(cursor),
        _ => Next::None,
    }
}

/// A further page lies at the same origin and, so that nothing else is asked, at the same path.
fn same_place(next: &Url, asked: &Url) -> bool {
    next.origin() == asked.origin() && next.path() == asked.path()
}

/// The target of one relation of a Link header.
fn link_target<'h>(header: &'h str, relation: &str) -> Option<&'h str> {
    header.split(',').find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let wanted = [format!("rel=\"{relation}\""), format!("rel={relation}")];
        parameters
            .split(';')
            .map(str::trim)
            .any(|parameter| wanted.iter().any(|form| form == parameter))
            .then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_and_never_elsewhere() {
        let header = "<https://a.example/x?page=2>; rel=\"next\", <https://a.example/x?page=9>; rel=\"last\"";
        assert_eq!(link_target(header, "next"), Some("https://a.example/x?page=2"));
        assert_eq!(link_target(header, "prev"), None);
        let url = |text: &str| Url::parse(text).unwrap();
        assert!(same_place(&url("https://a.example/x?page=2"), &url("https://a.example/x")));
        assert!(!same_place(&url("https://b.example/x?page=2"), &url("https://a.example/x")));
        assert!(!same_place(&url("https://a.example/y?page=2"), &url("https://a.example/x")));
    }
}
