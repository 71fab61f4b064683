//! `overscope config show`: what applies at a place, and who said so.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::Deciding;
use crate::config::Config;
use crate::config::exempt::Exemption;
use crate::config::policy::Entry;
use crate::plan;
use crate::report::escape_controls;
use crate::source::Source;
use crate::suppress::baseline::Baseline;

/// The version of the JSON.
const SCHEMA: u32 = 1;

/// Who said so.
enum From {
    Default,
    /// A line of the configuration.
    File(usize),
    CommandLine,
    Environment(&'static str),
    Baseline(String),
}

struct Setting {
    key: String,
    value: Value,
    from: From,
}

/// What was typed, read and set, as a scan of the same place would take it.
pub struct Here<'h> {
    pub source: &'h Source,
    pub config: &'h Config,
    pub deciding: &'h Deciding,
    pub baseline: Option<&'h Baseline>,
}

/// Writes every setting, in the order of the documentation.
///
/// # Errors
/// Whatever writing answers.
pub fn show(here: &Here<'_>, as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    let file = here.config.name.as_deref().map(|name| here.named(Path::new(name)));
    let settings = here.settings();
    let at = |setting: &Setting| match (&setting.from, &file) {
        (From::File(line), Some(file)) => Some(format!("{file}:{line}")),
        (From::Baseline(name), _) => Some(name.clone()),
        (From::Environment(name), _) => Some((*name).to_owned()),
        _ => None,
    };
    if as_json {
        let one = |setting: &Setting| json!({ "key": setting.key, "value": setting.value, "from": setting.from.word(), "at": at(setting) });
        let settings: Vec<Value> = settings.iter().map(one).collect();
        let document = json!({ "schema": SCHEMA, "file": file, "settings": settings });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        return writeln!(out);
    }
    match &file {
        Some(file) => writeln!(out, "{} applies.\n", escape_controls(file))?,
        None => writeln!(out, "There is no {} here.\n", crate::config::NAME)?,
    }
    let rows: Vec<[String; 3]> = settings
        .iter()
        .map(|setting| {
            let from = at(setting).unwrap_or_else(|| setting.from.word().to_owned());
            [setting.key.clone(), shown(&setting.value), from].map(|text| escape_controls(&text).into_owned())
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (keys, values) = (width(0), width(1).min(60));
    for [key, value, from] in &rows {
        writeln!(out, "{key:keys$}  {value:values$}  {from}")?;
    }
    Ok(())
}

impl From {
    fn word(&self) -> &'static str {
        match self {
            From::Default => "default",
            From::File(_) => "file",
            From::CommandLine => "command line",
            From::Environment(_) => "environment",
            From::Baseline(_) => "baseline",
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(object) => {
            object.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

impl Here<'_> {
    fn named(&self, file: &Path) -> String {
        plan::named(self.source, file)
    }

    fn files<'f>(&self, files: impl IntoIterator<Item = &'f std::path::PathBuf>) -> Value {
        files.into_iter().map(|file| self.named(file)).collect::<Vec<_>>().into()
    }

    /// The line of a key of the configuration, or the default.
    fn line(&self, key: &str) -> From {
        self.config.lines.get(key).map_or(From::Default, |line| From::File(*line))
    }

    fn settings(&self) -> Vec<Setting> {
        let Here { config, deciding, .. } = self;
        let typed = |is_typed: bool, key: &str| if is_typed { From::CommandLine } else { self.line(key) };
        let one = |key: &str, value: Value, from: From| Setting { key: key.to_owned(), value, from };
        let baseline = deciding.baseline.as_ref().or(config.baseline.as_ref());
        let mut settings = vec![
            self.fingerprint_key(),
            one("visibility", config.visibility.word().into(), self.line("visibility")),
            one("production", config.production.clone().into(), self.line("production")),
            one("canary_accounts", config.canary_accounts.clone().into(), self.line("canary_accounts")),
            one("detectors", self.files(&config.detectors), self.line("detectors")),
            one("rules", self.files(&config.rules), self.line("rules")),
        ];
        if !deciding.rules.is_empty() {
            settings.push(one("rules", self.files(&deciding.rules), From::CommandLine));
        }
        settings.extend([
            one(
                "baseline",
                baseline.map(|file| self.named(file)).into(),
                typed(deciding.baseline.is_some(), "baseline"),
            ),
            one(
                "foreign_ignores",
                (!deciding.no_foreign_allow && config.foreign_ignores.unwrap_or(true)).into(),
                typed(deciding.no_foreign_allow, "foreign_ignores"),
            ),
            one(
                "fail_on",
                plan::fail_on(deciding.fail_on, config).to_string().into(),
                typed(deciding.fail_on.is_some(), "fail_on"),
            ),
            one(
                "confidence",
                plan::confidence(deciding.confidence, config).word().into(),
                typed(deciding.confidence.is_some(), "confidence"),
            ),
            match plan::is_offline() {
                true => one("offline", true.into(), From::Environment(plan::OFFLINE)),
                false => one("offline", false.into(), From::Default),
            },
        ]);
        settings.extend(config.exemptions.iter().map(exemption));
        settings.extend(config.policy.entries.iter().map(credential));
        settings
    }

    /// Who holds the key can search reports for a guessed value: it is never shown.
    fn fingerprint_key(&self) -> Setting {
        let own = self.baseline.filter(|baseline| baseline.fingerprint_key.is_some());
        let from = match () {
            () if plan::key_of_environment().is_some() => From::Environment(plan::KEY),
            () if self.config.fingerprint_key.is_some() => self.line("fingerprint_key"),
            () => own.map_or(From::Default, |baseline| From::Baseline(baseline.name.clone())),
        };
        let value = if matches!(from, From::Default) { "the same for everybody" } else { "********" };
        Setting { key: "fingerprint_key".to_owned(), value: value.into(), from }
    }
}

fn exemption(exemption: &Exemption) -> Setting {
    let kinds = exemption.detectors.as_ref().map(|ids| ids.iter().map(|named| named.id.clone()).collect::<Vec<_>>());
    let value = json!({
        "paths": exemption.paths,
        "detectors": kinds.map_or_else(|| "all".into(), Value::from),
        "reason": exemption.reason,
        "until": exemption.until.map(|until| until.to_string()),
    });
    Setting { key: "[[ignore]]".to_owned(), value, from: From::File(exemption.line) }
}

fn credential(entry: &Entry) -> Setting {
    let value = json!({
        "purpose": entry.purpose,
        "owner": entry.owner,
        "allow": entry.allow.as_ref().map(|allow| allow.iter().map(|one| one.form.to_string()).collect::<Vec<_>>()),
        "environments": entry.environments.as_ref().map(|places| places.names.clone()),
        "max_lifetime": entry.max_lifetime.as_ref().map(|limit| limit.words.clone()),
        "accept": entry.accept.iter().map(|waiver| format!("{} until {}", waiver.can, waiver.until)).collect::<Vec<_>>(),
    });
    Setting { key: format!("[credential.\"{}\"]", entry.name), value, from: From::File(entry.line) }
}
