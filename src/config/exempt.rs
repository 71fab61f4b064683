//! `[[ignore]]`: paths below which finds are not reported, with the reason, and for how long.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::day::Day;
use crate::error::{FileError, position};

/// As the file says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    paths: Spanned<Vec<Spanned<String>>>,
    detectors: Option<Vec<Spanned<String>>>,
    reason: Spanned<String>,
    until: Option<Day>,
}

/// Where finds are not reported.
#[derive(Clone, Debug)]
pub struct Exemption {
    /// As the file says them.
    pub paths: Vec<String>,
    matcher: Gitignore,
    /// The kinds that it is about; none for all of them.
    pub detectors: Option<Vec<Named>>,
    pub reason: String,
    /// The last day on which it counts, in UTC.
    pub until: Option<Date>,
    pub line: usize,
}

/// The id of a detector, which only the catalogue can tell to be one.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: String,
    pub line: usize,
    pub column: usize,
}

impl Exemption {
    pub(super) fn read(path: &str, text: &str, written: Written) -> Result<Exemption, FileError> {
        let at = |span: std::ops::Range<usize>| position(text, span.start);
        let wrong = |span, message: String| {
            let (line, column) = at(span);
            FileError::Syntax { path: path.to_owned(), line, column, message }
        };
        let line = at(written.paths.span()).0;
        if written.paths.get_ref().is_empty() {
            let message = "name at least one path, or `**` for all of them";
            return Err(wrong(written.paths.span(), message.to_owned()));
        }
        if written.reason.get_ref().trim().is_empty() {
            return Err(wrong(written.reason.span(), "what is not reported needs a reason".to_owned()));
        }
        let mut builder = GitignoreBuilder::new("");
        for (number, pattern) in written.paths.get_ref().iter().enumerate() {
            let added = builder.add_line(None, pattern.get_ref());
            added.map_err(|why| wrong(pattern.span(), format!("`{}`: {why}", pattern.get_ref())))?;
            let rules = builder.build().map_err(|why| wrong(pattern.span(), why.to_string()))?;
            if rules.num_ignores() + rules.num_whitelists() <= number as u64 {
                return Err(wrong(pattern.span(), format!("`{}` names no path", pattern.get_ref())));
            }
        }
        let matcher = builder.build().map_err(|why| wrong(written.paths.span(), why.to_string()))?;
        let named = |id: Spanned<String>| {
            let (line, column) = at(id.span());
            Named { id: id.into_inner(), line, column }
        };
        Ok(Exemption {
            paths: written.paths.into_inner().into_iter().map(Spanned::into_inner).collect(),
            matcher,
            detectors: written.detectors.map(|ids| ids.into_iter().map(named).collect()),
            reason: written.reason.into_inner(),
            until: written.until.map(|day| day.0),
            line,
        })
    }

    /// Whether a find of this kind lies where it is not reported.
    pub fn covers(&self, detector: &str, path: &str) -> bool {
        let kind = self.detectors.as_ref().is_none_or(|ids| ids.iter().any(|named| named.id == detector));
        kind && matches!(self.matcher.matched_path_or_any_parents(path, false), Match::Ignore(_))
    }
}
