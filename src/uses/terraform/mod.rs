//! Terraform: which credential each provider is given, and what the blocks of that provider need.
//! A folder is a module; it takes the providers of those who call it. The commands only run what
//! the blocks say.

mod command;
pub mod hcl;
pub mod table;
mod values;

pub use command::is_command;

use hcl::{Block, Body};
use table::Provider;
use values::{Module, Modules};

use super::bind::Scope;
use super::found::{Bound, Found};
use super::index::{Creds, Index};
use super::run::Runner;
use super::tools::table;
use super::word::Word;

/// Modules within modules are followed this far.
const DEPTH: usize = 8;

/// Blocks that only hand values on.
const HANDS_ON: [&str; 9] =
    ["variable", "output", "locals", "terraform", "provider", "module", "moved", "import", "removed"];

/// Reads all files of the repository at once: the files of a folder belong together.
pub fn read(index: &Index<'_>, found: &mut Found, files: &[(&str, &Body)]) {
    let only_sets = |path: &str| path.ends_with(".tfvars") || path.ends_with(".tfvars.json");
    let (variables, files): (Vec<_>, Vec<_>) = files.iter().copied().partition(|(path, _)| only_sets(path));
    let mut reader = Reader { modules: &Modules::new(index, &files, &variables), found };
    for module in &reader.modules.all {
        for (path, body) in &module.files {
            body.blocks.iter().for_each(|block| reader.block(module, path, block));
        }
    }
}

struct Reader<'r, 't, 'a> {
    modules: &'r Modules<'t, 'a>,
    found: &'r mut Found,
}

impl Reader<'_, '_, '_> {
    fn block(&mut self, module: &Module<'_>, path: &str, block: &Block) {
        match (block.kind.as_str(), block.labels.as_slice()) {
            ("resource" | "data" | "ephemeral", [kind, ..]) => self.resource(module, path, block, kind),
            ("provider", [name, ..]) => self.provider(module, path, block, name),
            ("module", _) if module.calls(block).is_none_or(|folder| !self.is_known(&folder)) => {
                self.foreign_module(module, path, block);
            }
            ("terraform", _) => {
                for backend in block.body.blocks.iter().filter(|inner| inner.kind == "backend") {
                    self.backend(module, path, backend);
                }
            }
            (kind, _) if HANDS_ON.contains(&kind) => {}
            _ => self.mentions(module, path, &block.body, false),
        }
    }

    fn is_known(&self, folder: &str) -> bool {
        self.modules.all.iter().any(|module| module.folder == folder)
    }

    fn resource(&mut self, module: &Module<'_>, path: &str, block: &Block, kind: &str) {
        let (name, alias) = provider_of(block, kind);
        let mut stores = false;
        if let Some(row) = row(name).or_else(|| row(kind.split('_').next().unwrap_or(kind))) {
            let (needs, why) = match block.kind.as_str() {
                "resource" => (row.manages(kind), format!("terraform {kind}")),
                _ => (row.reads(kind), format!("terraform data {kind}")),
            };
            stores = needs.iter().flatten().any(|need| need.to_string() == "write:secret");
            let needs = needs.map(|needs| needs.into_iter().map(|need| (need, why.clone())).collect());
            let creds = self.provided(module, row, name, alias, path, DEPTH);
            self.use_of(row, creds, path, block.line, needs);
        }
        // What is kept as a secret elsewhere is not used by it.
        if !stores {
            self.mentions(module, path, &block.body, true);
        }
    }

    /// A block that uses the credential of a provider; one of another kind is not understood.
    fn use_of(
        &mut self,
        row: &Provider,
        creds: Creds,
        path: &str,
        line: usize,
        needs: Option<Vec<(crate::capability::Can, String)>>,
    ) {
        self.found.blocks.extend(&creds);
        let own = |cred: &usize| self.modules.index.wanted[*cred].provider == row.provider;
        let (own, others): (Creds, Creds) = creds.into_iter().partition(own);
        self.found.add(path, line, Bound::To(others), None);
        if needs.as_ref().is_none_or(|needs| !needs.is_empty()) {
            self.found.add(path, line, Bound::To(own), needs);
        }
    }

    /// What a provider is given that its row does not know is not understood.
    fn provider(&mut self, module: &Module<'_>, path: &str, block: &Block, name: &str) {
        let known = row(name);
        for field in &block.body.fields {
            if known.is_none_or(|row| !row.arguments.contains(&field.name)) {
                let creds = self.modules.creds(module, path, field);
                self.found.add(path, field.lines.0, Bound::To(creds), None);
            }
        }
        for inner in &block.body.blocks {
            self.mentions(module, path, &inner.body, false);
        }
    }

    fn backend(&mut self, module: &Module<'_>, path: &str, block: &Block) {
        let label = block.labels.first().map_or("", String::as_str);
        let Some(row) = table().terraform.iter().find(|row| row.backends.iter().any(|own| own == label)) else {
            return self.mentions(module, path, &block.body, false);
        };
        let creds = self.given(module, path, &block.body, row).unwrap_or_else(|| self.environment(row, path));
        let needs = ["read:datastore", "write:datastore"].iter().filter_map(|need| need.parse().ok());
        let needs = needs.map(|need| (need, format!("terraform backend {label}"))).collect();
        self.use_of(row, creds, path, block.line, Some(needs));
    }

    /// A module from elsewhere does what nobody here can see, with its arguments and with the
    /// provider that its name ends with, or with all that are set up here.
    fn foreign_module(&mut self, module: &Module<'_>, path: &str, block: &Block) {
        self.mentions(module, path, &block.body, false);
        let source = block.body.field("source").and_then(|field| field.script.as_ref()).map_or("", |(text, _)| text);
        let parts: Vec<&str> = source.split('/').collect();
        let named = (matches!(parts.len(), 3 | 4) && !source.contains([':', '?'])).then(|| parts[parts.len() - 1]);
        let rows: Vec<&Provider> = match named.and_then(row) {
            Some(row) => vec![row],
            None => module.blocks("provider").filter_map(|(_, provider)| row(provider.labels.first()?)).collect(),
        };
        for row in rows {
            let creds = self.provided(module, row, &row.providers[0], None, path, DEPTH);
            self.use_of(row, creds, path, block.line, None);
        }
    }

    /// Who a provider is given in a folder: by its own block, by those who call the folder as a
    /// module, by its environment.
    fn provided(
        &self,
        module: &Module<'_>,
        row: &Provider,
        name: &str,
        alias: Option<&str>,
        path: &str,
        depth: usize,
    ) -> Creds {
        let own = module.blocks("provider").filter(|(_, block)| block.labels.first().is_some_and(|own| own == name));
        for (at, block) in own {
            let called =
                block.body.field("alias").and_then(|field| field.script.as_ref()).map(|(text, _)| text.as_str());
            if called == alias {
                return self.given(module, at, &block.body, row).unwrap_or_else(|| self.environment(row, at));
            }
        }
        let mut creds = Creds::new();
        let mut called = false;
        for (caller, _, call) in self.modules.callers(module.folder).filter(|_| depth > 0) {
            called = true;
            let wanted = alias.map_or(name.to_owned(), |alias| format!("{name}.{alias}"));
            let handed = call.body.field("providers").and_then(|field| handed(&field.text, &wanted));
            let handed = handed.unwrap_or(wanted);
            let (name, alias) =
                handed.split_once('.').map_or((handed.as_str(), None), |(name, alias)| (name, Some(alias)));
            creds.extend(self.provided(caller, row, name, alias, path, depth - 1));
        }
        if called { creds } else { self.environment(row, path) }
    }

    /// None where no argument for the credential is given.
    fn given(&self, module: &Module<'_>, path: &str, body: &Body, row: &Provider) -> Option<Creds> {
        let mut fields = body.fields.iter().filter(|field| row.arguments.contains(&field.name)).peekable();
        fields.peek()?;
        Some(fields.flat_map(|field| self.modules.creds(module, path, field)).collect())
    }

    fn environment(&self, row: &Provider, path: &str) -> Creds {
        let scope = Scope::new(self.modules.index, path);
        let mut creds: Creds = row.env.iter().flat_map(|name| scope.mentions(&Word::variable(name, 1))).collect();
        let holds = |path: &str| row.files.iter().any(|file| path == file || path.ends_with(&format!("/{file}")));
        creds.extend((0..scope.index.wanted.len()).filter(|&cred| scope.index.lies_in(cred, holds)));
        creds
    }

    /// Credentials that a block holds or refers to, for whatever it does with them.
    fn mentions(&mut self, module: &Module<'_>, path: &str, body: &Body, resource: bool) {
        for field in body.fields.iter().filter(|field| !(resource && field.name == "provider")) {
            let creds = self.modules.written(path, field);
            self.found.add(path, field.lines.0, Bound::To(creds), None);
            for (refers, line) in &field.refers {
                let creds = self.modules.referred(module, refers);
                self.found.add(path, *line, Bound::To(creds), None);
            }
        }
        for inner in &body.blocks {
            if inner.kind == "provisioner" && inner.labels.first().is_some_and(|label| label == "local-exec") {
                let command = inner.body.field("command").and_then(|field| field.script.as_ref());
                if let Some((text, line)) = command {
                    Runner::new(Scope::new(self.modules.index, path), self.found).script(text, *line);
                }
            }
            self.mentions(module, path, &inner.body, false);
        }
    }
}

/// The provider of a resource, by its own word or else by its type, and the alias.
fn provider_of<'b>(block: &'b Block, kind: &'b str) -> (&'b str, Option<&'b str>) {
    let said = block.body.field("provider").map(|field| field.text.trim().trim_matches('"'));
    match said.map(|said| said.split_once('.').map_or((said, None), |(name, alias)| (name, Some(alias)))) {
        Some(said) => said,
        None => (kind.split('_').next().unwrap_or(kind), None),
    }
}

/// What a call hands to a module as this provider: `{ aws = aws.logs }`.
fn handed(providers: &str, wanted: &str) -> Option<String> {
    let items = providers.trim_matches(['{', '}']).split([',', '\n']);
    let mut pairs = items.filter_map(|item| item.split_once('=').map(|(inner, outer)| (inner.trim(), outer.trim())));
    pairs.find(|(inner, _)| *inner == wanted).map(|(_, outer)| outer.to_owned())
}

fn row(name: &str) -> Option<&'static Provider> {
    table().terraform.iter().find(|row| row.providers.iter().any(|own| own == name))
}
