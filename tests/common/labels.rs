//! The labelled corpus of `fixtures/needs`: small repositories, each with a credential and with what
//! the documentation of the tools says that its uses need.
//!
//! The folder is the format that the snippet is written in, the file is the tool, and `tool` names
//! another one where a file is about something else. Values are generated from the detectors' own
//! examples: `{{value}}` stands for the credential's in any text.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use overscope::capability::Can;
use overscope::detector::{Detectors, sample};
use serde::Deserialize;

use super::Folder;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Corpus {
    #[serde(default, rename = "case")]
    cases: Vec<Label>,
}

/// One case as it is written down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    pub name: String,
    /// The page of the documentation that the labels follow from.
    pub source: String,
    pub detector: String,
    /// `file:NAME` of each place where the value stands; none where the texts hold it themselves.
    #[serde(default)]
    pub credential: Places,
    /// Places of another value of the same kind, which is not the case's.
    #[serde(default)]
    pub others: Vec<String>,
    pub file: String,
    pub text: String,
    /// Further files.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// `line can`, or `path:line can` of a further file.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Lines of uses that cannot be understood, or `path:line`.
    #[serde(default)]
    pub unresolved: Vec<Line>,
    pub tool: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Places {
    One(String),
    Many(Vec<String>),
}

impl Default for Places {
    fn default() -> Places {
        Places::Many(Vec::new())
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Line {
    Number(u64),
    Text(String),
}

/// A path and a line.
pub type Place = (String, u64);

/// A case with its labels taken apart.
#[derive(Clone, Debug)]
pub struct Case {
    /// `shell/railway.toml`.
    pub from: String,
    pub format: String,
    pub tool: String,
    pub needs: Vec<(Place, Can)>,
    pub unresolved: Vec<Place>,
    label: Label,
}

/// All cases, in order; `NEEDS=shell/railway` keeps those whose file begins so.
pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/needs");
    let wanted = std::env::var("NEEDS").unwrap_or_default();
    let mut cases = Vec::new();
    for path in files(&root) {
        let from = path.strip_prefix(&root).unwrap().display().to_string().replace('\\', "/");
        if from.starts_with(&wanted) {
            let text = fs::read_to_string(&path).unwrap();
            let corpus: Corpus = toml::from_str(&text).unwrap_or_else(|why| panic!("{from}: {why}"));
            cases.extend(corpus.cases.into_iter().map(|label| Case::new(&from, label)));
        }
    }
    cases
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let inside = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    let all = paths.into_iter().flat_map(inside);
    all.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect()
}

impl Case {
    fn new(from: &str, label: Label) -> Case {
        let complain = |what: &str| -> ! { panic!("{from}: {}: {what}", label.name) };
        if !label.source.starts_with("https://") {
            complain("a label follows from a page that can be read");
        }
        let (format, file) = from.split_once('/').unwrap_or_else(|| complain("stands in no format's folder"));
        let tool = label.tool.clone().unwrap_or_else(|| file.trim_end_matches(".toml").to_owned());
        let place = |text: &str| {
            let (path, line) = text.rsplit_once(':').unwrap_or((&label.file, text));
            let line = line.parse().unwrap_or_else(|_| complain(&format!("`{text}` is no line")));
            let written = if path == label.file { Some(&label.text) } else { label.files.get(path) };
            let lines = written.unwrap_or_else(|| complain(&format!("there is no file `{path}`"))).lines().count();
            if line == 0 || line > lines as u64 {
                complain(&format!("`{path}` has no line {line}"));
            }
            (path.to_owned(), line)
        };
        let need = |text: &String| {
            let (at, can) = text.split_once(' ').unwrap_or_else(|| complain(&format!("`{text}` is no need")));
            (place(at), can.parse().unwrap_or_else(|_| complain(&format!("`{can}` is no capability"))))
        };
        let needs = label.needs.iter().map(need).collect();
        let lines = label.unresolved.iter().map(|line| match line {
            Line::Number(number) => number.to_string(),
            Line::Text(text) => text.clone(),
        });
        let unresolved = lines.map(|text| place(&text)).collect();
        Case { from: from.to_owned(), format: format.to_owned(), tool, needs, unresolved, label }
    }

    /// What the tables call it.
    pub fn title(&self) -> String {
        format!("{}: {}", self.from, self.label.name)
    }

    /// The kind that is to be found.
    pub fn detector(&self) -> &str {
        &self.label.detector
    }

    /// The files that hold nothing but credentials: what is claimed there is no use.
    pub fn is_credential_file(&self, path: &str) -> bool {
        path != self.label.file
            && !self.label.files.contains_key(path)
            && self.places().iter().chain(&self.label.others).any(|place| file_of(place) == path)
    }

    fn places(&self) -> &[String] {
        match &self.label.credential {
            Places::One(place) => std::slice::from_ref(place),
            Places::Many(places) => places,
        }
    }

    /// Writes the repository, outside git; another value for each seed.
    pub fn repository(&self, detectors: &Detectors, seed: u64) -> Repository {
        let label = &self.label;
        let number = detectors.number_of(&label.detector);
        let number = number.unwrap_or_else(|| panic!("{}: no detector `{}`", self.title(), label.detector));
        let examples = &detectors.detector(number).examples;
        let (own, other) = (Example::of(examples, seed), Example::of(examples, seed + 1));
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        let mut spots = Vec::new();
        let owners = self.places().iter().map(|place| (place, &own, true));
        for (place, example, is_own) in owners.chain(label.others.iter().map(|place| (place, &other, false))) {
            let (file, name) =
                place.split_once(':').unwrap_or_else(|| panic!("{}: `{place}` is no place", self.title()));
            let text = texts.entry(file.to_owned()).or_default();
            let from = text.lines().count() as u64;
            text.push_str(&example.as_file(file, name));
            let lines = from + 1..=text.lines().count() as u64;
            spots.extend(lines.filter(|_| is_own).map(|line| (file.to_owned(), line)));
        }
        for (path, written) in label.files.iter().chain([(&label.file, &label.text)]) {
            let text = texts.entry(path.clone()).or_default();
            let from = text.lines().count();
            let holding = written.lines().enumerate().filter(|(_, line)| line.contains("{{value}}"));
            spots.extend(holding.map(|(at, _)| (path.clone(), (from + at + 1) as u64)));
            text.push_str(&written.replace("{{value}}", &own.secret));
        }
        let folder = Folder::plain();
        texts.iter().for_each(|(path, text)| _ = folder.write(path, text));
        Repository { folder, spots }
    }
}

fn file_of(place: &str) -> &str {
    place.split_once(':').map_or(place, |(file, _)| file)
}

/// A case as a repository.
pub struct Repository {
    pub folder: Folder,
    /// The lines on which the case's value stands, with what stands beside it.
    pub spots: Vec<Place>,
}

/// A generated value, with the assignments that stand around it.
struct Example {
    secret: String,
    /// Names and values as they are written; the secret's own is the one that `of_secret` counts.
    lines: Vec<(String, String)>,
    of_secret: usize,
}

impl Example {
    /// The first example that is made of assignments; else the value alone.
    fn of(examples: &[String], seed: u64) -> Example {
        let generated = examples.iter().map(|template| sample::generate(template, seed).unwrap());
        let all: Vec<sample::Sample> = generated.collect();
        let assigned = all.iter().find_map(|one| {
            let lines: Vec<(String, String)> = one.text.lines().map(assignment).collect::<Option<_>>()?;
            let of_secret = lines.iter().position(|(_, value)| value.contains(&one.secret))?;
            Some(Example { secret: one.secret.clone(), lines, of_secret })
        });
        assigned.unwrap_or_else(|| {
            let secret = all.first().expect("every detector has an example").secret.clone();
            Example { lines: vec![(String::new(), secret.clone())], secret, of_secret: 0 }
        })
    }

    /// The assignments in the manner of the file, the value's own under this name. Where one of the
    /// example's names is the one that is asked for (the id of a pair), all keep theirs.
    fn as_file(&self, file: &str, name: &str) -> String {
        let keeps = self.lines.iter().any(|(own, _)| own == name);
        let mut lines = Vec::new();
        for (at, (own, value)) in self.lines.iter().enumerate() {
            let name = if at == self.of_secret && !keeps { name } else { own };
            let bare = value.trim_matches(['"', '\'']);
            lines.push(match file.rsplit('.').next() {
                Some("json") => format!("  \"{name}\": \"{bare}\""),
                Some("yml" | "yaml") => format!("{name}: \"{bare}\""),
                Some("tfvars" | "toml" | "hcl") => format!("{name} = \"{bare}\""),
                _ => format!("{name}={value}"),
            });
        }
        match file.rsplit('.').next() {
            Some("json") => format!("{{\n{}\n}}\n", lines.join(",\n")),
            _ => lines.join("\n") + "\n",
        }
    }
}

/// `NAME=value`, with or without `export`.
fn assignment(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then(|| (name.to_owned(), value.to_owned()))
}
