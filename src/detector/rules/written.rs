//! A rules file as it is written: gitleaks' format, with what betterleaks adds to it.

use toml::de::DeTable;

use super::expression::Filter;
use super::table::{At, Place, Table, Text, Wrong};
use crate::detector::model::{Allow, Target, When};
use crate::error::{FileError, position};

/// One file, nothing of it merged with another yet.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub extend: Option<At<String>>,
    pub use_default: bool,
    pub disabled: Vec<String>,
    pub rules: Vec<Rule>,
    /// For all rules, or for those that are named.
    pub allow: Vec<(Vec<String>, At<Allow>)>,
    /// What betterleaks' expressions leave out, of all rules; the own file's before an extended one's.
    pub prefilter: Option<At<Filter>>,
    pub filter: Option<At<Filter>>,
    /// What is wrong with the file beside its rules.
    pub wrong: Vec<Wrong>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub id: String,
    pub place: Place,
    pub description: Option<String>,
    pub regex: Option<At<String>>,
    pub path: Option<At<String>>,
    pub secret_group: Option<At<f64>>,
    pub entropy: Option<At<f64>>,
    pub keywords: Vec<String>,
    pub allow: Vec<At<Allow>>,
    pub filter: Option<At<Filter>>,
    /// It reports nothing by itself.
    pub hidden: bool,
    /// What it has that changes no find.
    pub unused: Vec<&'static str>,
    /// What cannot be kept of it.
    pub wrong: Vec<Wrong>,
}

const FILE: [&str; 10] = [
    "title",
    "description",
    "extend",
    "rules",
    "allowlist",
    "allowlists",
    "minVersion",
    "betterleaksMinVersion",
    "prefilter",
    "filter",
];
const EXTEND: [&str; 4] = ["path", "useDefault", "disabledRules", "url"];
const RULE: [&str; 16] = [
    "id",
    "description",
    "path",
    "regex",
    "secretGroup",
    "entropy",
    "keywords",
    "tags",
    "allowlist",
    "allowlists",
    "required",
    "skipReport",
    "specificity",
    "validate",
    "tokenEfficiency",
    "filter",
];
const ALLOW: [&str; 7] = ["description", "condition", "commits", "paths", "regexTarget", "regexes", "stopwords"];
const GLOBAL_ALLOW: [&str; 8] =
    ["description", "condition", "commits", "paths", "regexTarget", "regexes", "stopwords", "targetRules"];

/// They say something to a reader or to another tool, and nothing of what is found.
const UNUSED: [&str; 3] = ["tags", "specificity", "validate"];

impl Written {
    pub(super) fn of(path: &str, text: &str) -> Result<Written, FileError> {
        let document = DeTable::parse(text).map_err(|why| {
            let (line, column) = position(text, why.span().map_or(0, |span| span.start));
            FileError::Syntax { path: path.to_owned(), line, column, message: why.message().to_owned() }
        })?;
        let text = Text { path, text };
        let mut file = Table::of(text, document.get_ref(), "", &FILE);
        let mut written = Written::default();
        for (_, extend) in file.tables("extend") {
            written.extend(text, extend);
        }
        for (place, rule) in file.tables("rules") {
            written.rules.push(Rule::of(text, place, rule));
        }
        for (place, table) in [file.tables("allowlist"), file.tables("allowlists")].concat() {
            let (targets, allow) = allowance(text, place, table, "", &GLOBAL_ALLOW, &mut written.wrong);
            written.allow.extend(allow.map(|allow| (targets, allow)));
        }
        written.prefilter = filter(&mut file, "prefilter", "");
        written.filter = filter(&mut file, "filter", "");
        written.wrong.append(&mut file.wrong);
        Ok(written)
    }

    fn extend<'t>(&mut self, text: Text<'t>, table: &'t DeTable<'t>) {
        let mut table = Table::of(text, table, "[extend] ", &EXTEND);
        if let Some(url) = table.string("url") {
            let message = "[extend] `url` is never fetched; store the file beside this one and name it with `path`";
            table.wrong.push(url.place.error(message));
        }
        self.extend = table.string("path");
        self.use_default = table.boolean("useDefault").is_some_and(|at| at.value);
        self.disabled = table.strings("disabledRules");
        self.wrong.append(&mut table.wrong);
    }
}

impl Rule {
    fn of<'t>(text: Text<'t>, place: Place, table: &'t DeTable<'t>) -> Rule {
        let name = table.iter().find(|(key, _)| key.get_ref().eq_ignore_ascii_case("id"));
        let name = name.and_then(|(_, value)| value.get_ref().as_str()).unwrap_or_default().trim().to_owned();
        let of = format!("rule `{name}`: ");
        let mut table = Table::of(text, table, &of, &RULE);
        let unused = UNUSED.into_iter().filter(|key| table.has(key)).collect();
        let mut allow = Vec::new();
        let mut wrong = Vec::new();
        for (place, one) in [table.tables("allowlist"), table.tables("allowlists")].concat() {
            allow.extend(allowance(text, place, one, &of, &ALLOW, &mut wrong).1);
        }
        if let Some((place, _)) = table.tables("required").first() {
            wrong.push(place.error(format!(
                "{of}needs a find of another rule beside it (`required`), which cannot be kept; write it as a detector \
                 with a [[detector.companion]], or switch it off with `disabledRules` in a file that extends this one"
            )));
        }
        if let Some(efficiency) = table.boolean("tokenEfficiency").filter(|at| at.value) {
            let message = format!("{of}`tokenEfficiency` cannot be kept: it needs a language model's vocabulary");
            wrong.push(efficiency.place.error(message));
        }
        let id = table.string("id").map(|id| id.value.trim().to_owned()).unwrap_or_default();
        if id.is_empty() {
            wrong.push(place.error("a rule without an `id`; give it one"));
        }
        let filter = filter(&mut table, "filter", &of);
        let mut rule = Rule {
            id,
            place,
            description: table.string("description").map(|text| text.value),
            regex: table.string("regex"),
            path: table.string("path"),
            secret_group: table.number("secretGroup"),
            entropy: table.number("entropy"),
            keywords: table.strings("keywords"),
            allow,
            filter,
            hidden: table.boolean("skipReport").is_some_and(|at| at.value),
            unused,
            wrong,
        };
        rule.wrong.append(&mut table.wrong);
        rule
    }

    /// What this rule leaves unsaid is as in `base`; lists are both.
    pub(super) fn over(self, base: Rule) -> Rule {
        let both = |mut own: Vec<String>, more: Vec<String>| {
            own.extend(more);
            own
        };
        let mut wrong = base.wrong;
        wrong.extend(self.wrong);
        let mut unused = base.unused;
        unused.extend(self.unused);
        Rule {
            id: self.id,
            place: self.place,
            description: self.description.or(base.description),
            regex: self.regex.or(base.regex),
            path: self.path.or(base.path),
            secret_group: self.secret_group.or(base.secret_group),
            entropy: self.entropy.or(base.entropy),
            keywords: both(base.keywords, self.keywords),
            allow: [base.allow, self.allow].concat(),
            filter: self.filter.or(base.filter),
            hidden: base.hidden,
            unused,
            wrong,
        }
    }
}

/// An expression of betterleaks, as far as it can be kept.
fn filter(table: &mut Table<'_>, key: &str, of: &str) -> Option<At<Filter>> {
    let At { value, place } = table.string(key)?;
    match Filter::of(&value) {
        Ok(value) => Some(At { value, place }),
        Err(part) => {
            let message = format!(
                "{of}`{key}` cannot be kept: {part}; kept are entropy, matchesAny and containsAny on the value, the \
                 match, the line and the path"
            );
            table.wrong.push(place.error(message));
            None
        }
    }
}

/// One allowlist, and the rules that it is for.
fn allowance<'t>(
    text: Text<'t>,
    place: Place,
    table: &'t DeTable<'t>,
    of: &str,
    known: &[&str],
    wrong: &mut Vec<Wrong>,
) -> (Vec<String>, Option<At<Allow>>) {
    let mut table = Table::of(text, table, &format!("{of}allowlist: "), known);
    let when = match table.string("condition") {
        None => When::Any,
        Some(at) => match at.value.to_ascii_uppercase().as_str() {
            "OR" | "||" => When::Any,
            "AND" | "&&" => When::All,
            _ => {
                let message = format!("{of}allowlist: unknown condition `{}`; write `OR` or `AND`", at.value);
                table.wrong.push(at.place.error(message));
                When::Any
            }
        },
    };
    let target = match table.string("regexTarget") {
        None => Target::Secret,
        Some(at) => match at.value.as_str() {
            "secret" => Target::Secret,
            "match" => Target::Match,
            "line" => Target::Line,
            _ => {
                let message =
                    format!("{of}allowlist: unknown target `{}`; write `secret`, `match` or `line`", at.value);
                table.wrong.push(at.place.error(message));
                Target::Secret
            }
        },
    };
    let allow = Allow {
        when,
        target,
        patterns: table.strings("regexes"),
        paths: table.strings("paths"),
        words: table.strings("stopwords"),
        commits: table.strings("commits").iter().map(|commit| commit.trim().to_owned()).collect(),
    };
    let targets = table.strings("targetRules");
    if allow.is_empty() && table.wrong.is_empty() {
        let message = format!("{of}allowlist: it names nothing; give it regexes, paths, stopwords or commits");
        table.wrong.push(place.error(message));
    }
    let named = !allow.is_empty();
    wrong.append(&mut table.wrong);
    (targets, named.then_some(At { value: allow, place }))
}
