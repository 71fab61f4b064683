//! `overscope demo`: the story's repository in a temporary folder, the replica on loopback, and
//! the same pipeline as everywhere; only the endpoint differs.

use std::io::{self, Write};
use std::path::Path;

use url::Url;

use super::{Replica, Trouble, World, repository};
use crate::assess::Context;
use crate::config::Visibility;
use crate::detector::Detectors;
use crate::error::Error;
use crate::finding::{Confidence, Moment};
use crate::inspect::transport::Http;
use crate::inspect::{Asking, Endpoints};
use crate::plan::{FailOn, Output, Plan};
use crate::report::{Format, Style};
use crate::run::{self, Teller};
use crate::secret::FingerprintKey;
use crate::source::Source;
use crate::source::git::Repository;
use crate::suppress::Suppressions;

/// Tells what is happening, as people read it.
struct Narrator;

impl Teller for Narrator {
    fn reading(&self, _: usize) {}
    fn read_one(&self) {}
    fn say(&self, line: &str) {
        let _ = writeln!(io::stderr(), "overscope: {line}");
    }
}

/// Runs it, and writes the SARIF beside.
pub fn show(sarif: &Path, style: Style, out: &mut dyn Write) -> Result<(), Error> {
    let fail = |what: &str, why: &dyn std::fmt::Display| Error::Demo(format!("the demo's {what}: {why}"));
    let folder = tempfile::tempdir().map_err(|why| fail("folder cannot be made", &why))?;
    let token = repository::token();
    repository::write(folder.path(), &token).map_err(|why| fail("repository cannot be written", &why))?;
    // Without git everything is read all the same; the report then cannot tell what is checked in.
    let in_git = Repository::at(folder.path()).init_and_add().is_ok();
    let replica = Replica::start(World::nine_seconds(&token), Trouble::None)
        .map_err(|why| fail("replica cannot be started", &why))?;
    let url = Url::parse(&replica.url()).map_err(|why| fail("replica has no address", &why))?;
    let detectors = Detectors::load(&[])?;
    let plan = Plan {
        source: Source::Tree { paths: vec![folder.path().to_owned()], ignored: true },
        key: FingerprintKey::fixed(),
        asking: Asking { endpoints: Endpoints([("railway".to_owned(), url)].into()), ..Asking::default() },
        dry_run: false,
        context: Context { visibility: Visibility::Unknown, now: jiff::Timestamp::now(), ..Context::default() },
        moment: Moment::default(),
        needed: None,
        confidence: Confidence::Medium,
        fail_on: FailOn::Never,
        suppressions: Suppressions::default(),
        shows_suppressed: false,
        write_baseline: None,
        main: Output { format: Format::Text, file: None, style },
        further: vec![Output { format: Format::Sarif, file: Some(sarif.to_owned()), style }],
        progress: false,
        verbose: 0,
    };
    let http = Http::new(None).map_err(|why| fail("client cannot be made", &why))?;
    let mut say = |text: &str| out.write_all(text.as_bytes()).map_err(Error::Stdout);
    say(INTRODUCTION)?;
    if !in_git {
        say("(git is not installed, so every file counts as not checked in.)\n\n")?;
    }
    let world = run::World { transport: Some(&http), log: None, teller: &Narrator };
    run::run(&plan, &detectors, world, out)?;
    let asked = replica.requests().len();
    if let Some(violation) = replica.violations().first() {
        return Err(Error::Demo(format!("the replica was sent what must never be sent: {violation}")));
    }
    writeln!(
        out,
        "\nThe replica was asked {asked} questions, each of them a read. The same as SARIF: {}",
        sarif.display()
    )
    .map_err(Error::Stdout)
}

const INTRODUCTION: &str = "\
A bundled repository, a token that was made for custom domains, and a replica of the provider's API
on this machine: nothing leaves it. This is the same run as
  overscope scan --ignored --endpoint railway=http://127.0.0.1:PORT/graphql/v2

";
