//! overscope and the scanners that a package registry has, each run over a folder with what it does
//! by default and without asking anybody.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::labels::copy_files;
use crate::process::{Fault, run};

/// One place that a scanner names.
#[derive(Serialize, Deserialize)]
pub struct Report {
    pub path: String,
    pub first: u64,
    pub last: u64,
    pub rule: String,
}

pub struct Kind {
    pub program: &'static str,
    pub install: &'static str,
    scan: fn(program: &str, folder: &Path, spare: &Path) -> Result<Vec<Report>, Fault>,
}

const OWN: &str = env!("CARGO_BIN_EXE_overscope");

pub const SCANNERS: &[Kind] = &[
    Kind { program: OWN, install: "", scan: overscope },
    Kind { program: "detect-secrets", install: "pip install detect-secrets", scan: detect_secrets },
    Kind { program: "credsweeper", install: "pip install credsweeper", scan: credsweeper },
    Kind { program: "ripsecrets", install: "cargo install ripsecrets", scan: ripsecrets },
    Kind { program: "kingfisher", install: "pip install kingfisher-bin", scan: kingfisher },
    Kind {
        program: "secretlint",
        install: "npm install --global secretlint @secretlint/secretlint-rule-preset-recommend",
        scan: secretlint,
    },
];

pub const ELSEWHERE: &[&str] = &["betterleaks", "gitleaks", "Nosey Parker", "titus", "trufflehog"];

/// A scanner that is there.
pub struct Scanner {
    pub program: &'static str,
    /// Its name and version.
    pub named: String,
    scan: fn(&str, &Path, &Path) -> Result<Vec<Report>, Fault>,
}

pub fn installed() -> Vec<Scanner> {
    let here = Path::new(".");
    let answers = SCANNERS.iter().filter_map(|kind| Some((kind, run(kind.program, &["--version"], here, b"").ok()?)));
    answers
        .filter(|(_, ended)| ended.well)
        .map(|(kind, ended)| {
            let answer = String::from_utf8_lossy(&ended.output).into_owned();
            let version = answer.split_whitespace().last().unwrap_or_default().trim_start_matches('v');
            let name = if kind.program == OWN { "overscope" } else { kind.program };
            Scanner { program: kind.program, named: format!("{name} {version}"), scan: kind.scan }
        })
        .collect()
}

impl Scanner {
    pub fn is_own(&self) -> bool {
        self.program == OWN
    }

    /// What it reports of a prepared corpus. The others are asked once; preparing anew forgets it.
    pub fn reports(&self, corpus: &Path) -> Result<Vec<Report>, Fault> {
        let kept = corpus.join(format!("{}.json", self.named));
        if let Some(text) = fs::read(&kept).ok().filter(|_| !self.is_own()) {
            return Ok(serde_json::from_slice(&text)?);
        }
        let (copy, spare) = (tempfile::tempdir()?, tempfile::tempdir()?);
        copy_files(corpus, copy.path())?;
        let mut reports =
            (self.scan)(self.program, copy.path(), spare.path()).map_err(|error| format!("{}: {error}", self.named))?;
        let prefix = format!("{}/", copy.path().display());
        for report in &mut reports {
            let path = report.path.strip_prefix(&prefix).unwrap_or(&report.path);
            report.path = path.strip_prefix("./").unwrap_or(path).to_owned();
        }
        if !self.is_own() {
            fs::write(kept, serde_json::to_vec(&reports)?)?;
        }
        Ok(reports)
    }
}

fn json(program: &str, arguments: &[&str], folder: &Path) -> Result<Value, Fault> {
    let ended = run(program, arguments, folder, b"")?;
    serde_json::from_slice(&ended.output).map_err(|error| format!("{error}: {}", ended.errors).into())
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn overscope(program: &str, folder: &Path, _: &Path) -> Result<Vec<Report>, Fault> {
    let report = json(program, &["scan", "--offline", "--format=json", "--fail-on=never", "--no-progress"], folder)?;
    let mut reports = Vec::new();
    for credential in array(&report["credentials"]) {
        for place in array(&credential["locations"]) {
            let (first, last) = (number(&place["line"]), number(&place["end_line"]));
            let rule = text(&credential["detector"]);
            reports.push(Report { path: text(&place["path"]), first, last: last.max(first), rule });
        }
    }
    Ok(reports)
}

fn detect_secrets(program: &str, folder: &Path, _: &Path) -> Result<Vec<Report>, Fault> {
    let report = json(program, &["scan", "--all-files", "--no-verify", "."], folder)?;
    let finds = report["results"].as_object().into_iter().flatten().flat_map(|(_, finds)| array(finds));
    let reports = finds.map(|find| {
        let line = number(&find["line_number"]);
        Report { path: text(&find["filename"]), first: line, last: line, rule: text(&find["type"]) }
    });
    Ok(reports.collect())
}

/// One find may be made of several lines, of one key or of several parts.
fn credsweeper(program: &str, folder: &Path, spare: &Path) -> Result<Vec<Report>, Fault> {
    let file = spare.join("report.json");
    run(program, &["--path", ".", "--save-json", &file.to_string_lossy()], folder, b"")?;
    let report: Value = serde_json::from_slice(&fs::read(file)?)?;
    let mut reports = Vec::new();
    for find in array(&report) {
        let lines = array(&find["line_data_list"]);
        let numbers = || lines.iter().map(|line| number(&line["line_num"]));
        if let (Some(line), Some(first), Some(last)) = (lines.first(), numbers().min(), numbers().max()) {
            reports.push(Report { path: text(&line["path"]), first, last, rule: text(&find["rule"]) });
        }
    }
    Ok(reports)
}

fn ripsecrets(program: &str, folder: &Path, _: &Path) -> Result<Vec<Report>, Fault> {
    let ended = run(program, &["."], folder, b"")?;
    let output = String::from_utf8_lossy(&ended.output).into_owned();
    let reports = output.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (path, line) = (parts.next()?, parts.next()?.parse().ok()?);
        Some(Report { path: path.to_owned(), first: line, last: line, rule: String::new() })
    });
    Ok(reports.collect())
}

fn kingfisher(program: &str, folder: &Path, _: &Path) -> Result<Vec<Report>, Fault> {
    let quietly = ["--no-validate", "--no-update-check", "--quiet"];
    let report = json(program, &[&["scan", "--format=json", "."][..], &quietly].concat(), folder)?;
    let reports = array(&report["findings"]).iter().map(|find| {
        let place = &find["finding"];
        let first = number(&place["line"]);
        let last = first + text(&place["snippet"]).matches('\n').count() as u64;
        Report { path: text(&place["path"]), first, last, rule: text(&find["rule"]["id"]) }
    });
    Ok(reports.collect())
}

/// Its standard output breaks off when it is long, so it writes to a file.
fn secretlint(program: &str, folder: &Path, spare: &Path) -> Result<Vec<Report>, Fault> {
    let (settings, file) = (spare.join(".secretlintrc.json"), spare.join("report.json"));
    fs::write(&settings, r#"{"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}"#)?;
    let (settings, output) = (settings.to_string_lossy(), file.to_string_lossy());
    let arguments = ["--format=json", "--secretlintrc", &settings, "--output", &output, "**/*"];
    let errors = run(program, &arguments, folder, b"")?.errors;
    let report: Value = serde_json::from_slice(&fs::read(&file).map_err(|error| format!("{error}: {errors}"))?)?;
    let mut reports = Vec::new();
    for file in array(&report) {
        for message in array(&file["messages"]) {
            let line = |end: &str| number(&message["loc"][end]["line"]);
            let (first, last) = (line("start"), line("end"));
            reports.push(Report { path: text(&file["filePath"]), first, last, rule: text(&message["ruleId"]) });
        }
    }
    Ok(reports)
}
