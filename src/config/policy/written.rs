//! The policy as it is written in TOML, and the checks that turn it into what it means. Each
//! complaint names the line and the column.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::Deserialize;
use toml::Spanned;

use super::super::day::Day;
use super::{Allowed, Entry, Environments, Limit, Policy, Waiver};
use crate::capability::{CanForm, Environment, UnknownWord};
use crate::error::{FileError, position};
use crate::naming::Naming;

/// `[credential."NAME"]`, by name.
pub type Written = BTreeMap<Spanned<String>, Body>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    purpose: Option<String>,
    owner: Option<String>,
    allow: Option<Vec<Spanned<String>>>,
    environments: Option<Spanned<Vec<Spanned<String>>>>,
    max_lifetime: Option<Spanned<String>>,
    #[serde(default)]
    accept: Vec<Accepted>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    can: Spanned<String>,
    environment: Option<Spanned<String>>,
    reason: Spanned<String>,
    until: Day,
}

/// The file that is read.
pub struct Text<'t> {
    pub path: &'t str,
    pub text: &'t str,
    pub naming: Naming,
}

impl Text<'_> {
    pub fn policy(&self, written: Written) -> Result<Policy, FileError> {
        let mut entries = written
            .into_iter()
            .map(|(name, body)| self.entry(&name, body))
            .collect::<Result<Vec<Entry>, FileError>>()?;
        entries.sort_by_key(|entry| entry.line);
        Ok(Policy { entries, file: None })
    }

    fn line<T>(&self, spanned: &Spanned<T>) -> usize {
        position(self.text, spanned.span().start).0
    }

    fn wrong<T>(&self, at: &Spanned<T>, message: String) -> FileError {
        let (line, column) = position(self.text, at.span().start);
        FileError::Syntax { path: self.path.to_owned(), line, column, message }
    }

    fn entry(&self, name: &Spanned<String>, body: Body) -> Result<Entry, FileError> {
        if name.get_ref().trim().is_empty() {
            let message = "name the variable, the label at the provider, or the beginning of the fingerprint";
            return Err(self.wrong(name, message.to_owned()));
        }
        let allowed = |form: &Spanned<String>| Ok(Allowed { form: self.form(form)?, line: self.line(form) });
        let allow = body.allow.map(|forms| forms.iter().map(allowed).collect::<Result<_, FileError>>());
        Ok(Entry {
            name: name.get_ref().clone(),
            line: self.line(name),
            purpose: body.purpose,
            owner: body.owner,
            allow: allow.transpose()?,
            environments: body.environments.map(|names| self.environments(&names)).transpose()?,
            max_lifetime: body.max_lifetime.map(|limit| self.limit(&limit)).transpose()?,
            accept: self.waivers(body.accept)?,
        })
    }

    fn form(&self, written: &Spanned<String>) -> Result<CanForm, FileError> {
        written.get_ref().parse().map_err(|why: UnknownWord| self.wrong(written, why.to_string()))
    }

    fn environments(&self, names: &Spanned<Vec<Spanned<String>>>) -> Result<Environments, FileError> {
        let classes = names.get_ref().iter().map(|name| self.environment(name)).collect::<Result<_, _>>()?;
        let line = self.line(names);
        let names = names.get_ref().iter().map(|name| name.get_ref().clone()).collect();
        Ok(Environments { names, classes, line })
    }

    /// `prod`, `nonprod`, `sandbox`, `local`, or the name of an environment that says which it is.
    fn environment(&self, name: &Spanned<String>) -> Result<Environment, FileError> {
        let said = name.get_ref();
        let class = said.parse().unwrap_or_else(|_| self.naming.environment(said));
        if class == Environment::Unknown {
            let message = format!(
                "`{said}` does not say whether it is production: list it in `production`, or write `prod` or `nonprod`"
            );
            return Err(self.wrong(name, message));
        }
        Ok(class)
    }

    fn limit(&self, written: &Spanned<String>) -> Result<Limit, FileError> {
        let words = written.get_ref();
        let length = words.parse::<Span>().and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
        match length {
            Ok(duration) if duration > SignedDuration::ZERO => {
                Ok(Limit { words: words.clone(), duration, line: self.line(written) })
            }
            _ => {
                let message = format!("`{words}` is no length of time; write it in days, weeks or hours: `90d`");
                Err(self.wrong(written, message))
            }
        }
    }

    fn waivers(&self, accepted: Vec<Accepted>) -> Result<Vec<Waiver>, FileError> {
        let mut waivers: Vec<Waiver> = Vec::new();
        for written in accepted {
            let form = self.form(&written.can)?;
            let Some(can) = form.exact() else {
                let message =
                    format!("`{form}` would cover what is gained later; name each power, such as `delete:datastore`");
                return Err(self.wrong(&written.can, message));
            };
            if written.reason.get_ref().trim().is_empty() {
                return Err(self.wrong(&written.reason, "a waiver needs a reason".to_owned()));
            }
            let environment = written.environment.as_ref().map(|name| self.environment(name)).transpose()?;
            let reason = written.reason.into_inner();
            let waiver = Waiver { can, environment, reason, until: written.until.0, line: self.line(&written.can) };
            let twice = waivers.iter().find(|other| other.can == can && other.overlaps(&waiver));
            if let Some(other) = twice {
                let message = format!(
                    "`{can}` is accepted twice: until {} in line {} and until {} in line {}; keep one of them",
                    other.until, other.line, waiver.until, waiver.line
                );
                return Err(self.wrong(&written.can, message));
            }
            waivers.push(waiver);
        }
        Ok(waivers)
    }
}
