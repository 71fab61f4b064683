//! Which credentials the variables and locals of each folder stand for: by a value in a file of
//! variables or a default, by `TF_VAR_…`, and by what one folder hands to another as a module.

use std::collections::BTreeMap;

use super::hcl::{Block, Body, Field};
use crate::uses::bind::Scope;
use crate::uses::index::{Creds, Index};
use crate::uses::word::Word;

/// Variables are followed through so many modules and locals.
const ROUNDS: usize = 5;

/// The files of one folder.
#[derive(Debug, Default)]
pub struct Module<'t> {
    pub folder: &'t str,
    pub files: Vec<(&'t str, &'t Body)>,
    /// By `var.…` and `local.…`
    values: BTreeMap<String, Creds>,
}

impl<'t> Module<'t> {
    /// Its blocks of one kind, each with the file that it is in.
    pub fn blocks(&self, kind: &'static str) -> impl Iterator<Item = (&'t str, &'t Block)> {
        let all = self.files.iter().flat_map(|(path, body)| body.blocks.iter().map(move |block| (*path, block)));
        all.filter(move |(_, block)| block.kind == kind)
    }

    /// The folder of a module that it calls, if that is one of the repository.
    pub fn calls(&self, call: &Block) -> Option<String> {
        let (source, _) = call.body.field("source")?.script.as_ref()?;
        let is_path = source.starts_with("./") || source.starts_with("../");
        is_path.then(|| joined(self.folder, source))
    }
}

/// All folders with Terraform in them.
pub struct Modules<'t, 'a> {
    pub index: &'t Index<'a>,
    pub all: Vec<Module<'t>>,
}

impl<'t, 'a> Modules<'t, 'a> {
    /// `variables` are the files that only set some.
    pub fn new(
        index: &'t Index<'a>,
        files: &[(&'t str, &'t Body)],
        variables: &[(&'t str, &'t Body)],
    ) -> Modules<'t, 'a> {
        let mut folders: BTreeMap<&str, Module<'_>> = BTreeMap::new();
        for &(path, body) in files {
            let folder = folder(path);
            folders.entry(folder).or_insert_with(|| Module { folder, ..Module::default() }).files.push((path, body));
        }
        let mut modules = Modules { index, all: folders.into_values().collect() };
        for _ in 0..ROUNDS {
            let values: Vec<_> = (0..modules.all.len()).map(|at| modules.values(at, variables)).collect();
            let same = modules.all.iter().zip(&values).all(|(module, values)| module.values == *values);
            modules.all.iter_mut().zip(values).for_each(|(module, values)| module.values = values);
            if same {
                break;
            }
        }
        modules
    }

    /// Who a field holds or refers to.
    pub fn creds(&self, module: &Module<'_>, path: &str, field: &Field) -> Creds {
        let mut creds = self.written(path, field);
        creds.extend(field.refers.iter().flat_map(|(path, _)| self.referred(module, path)));
        creds
    }

    /// Who `var.x` or `local.x` stands for.
    pub fn referred(&self, module: &Module<'_>, path: &[String]) -> Creds {
        let [root, name, ..] = path else { return Creds::new() };
        module.values.get(&format!("{root}.{name}")).cloned().unwrap_or_default()
    }

    /// Who is written into a field, or lies in a file that it reads.
    pub fn written(&self, path: &str, field: &Field) -> Creds {
        let mut creds = self.index.valued(&field.text);
        let (first, last) = field.lines;
        let lies = self.index.lines_in(path).filter(|(line, _)| (first..=last).contains(line));
        creds.extend(lies.map(|(_, cred)| cred));
        for file in field.files.iter().filter(|file| !file.is_empty()) {
            let is_file = |path: &str| path == file || path.ends_with(&format!("/{file}"));
            creds.extend((0..self.index.wanted.len()).filter(|&cred| self.index.lies_in(cred, is_file)));
        }
        creds
    }

    /// The calls of a module that lies in this folder.
    pub fn callers(&self, called: &str) -> impl Iterator<Item = (&Module<'t>, &'t str, &'t Block)> {
        self.all.iter().flat_map(move |module| {
            let calls = module.blocks("module").filter(|(_, call)| module.calls(call).as_deref() == Some(called));
            calls.map(move |(path, call)| (module, path, call)).collect::<Vec<_>>()
        })
    }

    fn values(&self, at: usize, variables: &[(&str, &Body)]) -> BTreeMap<String, Creds> {
        let module = &self.all[at];
        let mut values: BTreeMap<String, Creds> = BTreeMap::new();
        for (path, block) in module.blocks("variable") {
            let Some(name) = block.labels.first() else { continue };
            values.insert(format!("var.{name}"), self.variable(module, path, name, block, variables));
        }
        for (path, call) in module.blocks("locals") {
            for field in &call.body.fields {
                let creds = self.creds(module, path, field);
                values.entry(format!("local.{}", field.name)).or_default().extend(creds);
            }
        }
        values.retain(|_, creds| !creds.is_empty());
        values
    }

    fn variable(
        &self,
        module: &Module<'_>,
        path: &str,
        name: &str,
        block: &Block,
        variables: &[(&str, &Body)],
    ) -> Creds {
        let set = |wanted: &dyn Fn(&str) -> bool| -> Creds {
            let files = variables.iter().filter(|(path, _)| wanted(path));
            files.filter_map(|(path, body)| Some(self.written(path, body.field(name)?))).flatten().collect()
        };
        let mut creds = set(&|path| folder(path) == module.folder);
        if creds.is_empty() {
            // `-var-file` names one from anywhere.
            creds = set(&|_| true);
        }
        if let Some(default) = block.body.field("default") {
            creds.extend(self.written(path, default));
        }
        let scope = Scope::new(self.index, path);
        creds.extend(scope.mentions(&Word::variable(&format!("TF_VAR_{name}"), 1)));
        for (caller, path, call) in self.callers(module.folder) {
            creds.extend(call.body.field(name).into_iter().flat_map(|field| self.creds(caller, path, field)));
        }
        if creds.is_empty() {
            // `cloudflare_api_token` is filled with CLOUDFLARE_API_TOKEN by whoever runs it.
            creds = scope.mentions(&Word::variable(&name.to_ascii_uppercase(), 1));
        }
        self.index.apart(creds, path, &scope.context)
    }
}

pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `infra/prod` and `../modules/dns` as `infra/modules/dns`.
fn joined(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_joined() {
        assert_eq!(joined("infra/prod", "../modules/dns"), "infra/modules/dns");
        assert_eq!(joined("", "./a/"), "a");
        assert_eq!(joined("a", "../.."), "");
    }
}
