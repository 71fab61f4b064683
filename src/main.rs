//! Arguments → plan and transport → run → exit status.

#![warn(clippy::unwrap_used)]

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use overscope::assess::document::Document;
use overscope::cli::{
    Cli, Color, Command, Config as ConfigCommand, Deciding, Demo, Detectors as DetectorsCommand, Inspect, Options, Scan,
};
use overscope::config::Config;
use overscope::detector::Detectors;
use overscope::error::{Error, PlanError, SourceError, keep_panics_quiet};
use overscope::inspect::transport::{Http, Transport};
use overscope::plan::{self, Ground, Output, Plan, Pushed, TypedAsking, TypedIgnoring};
use overscope::report::{self, Format, Style};
use overscope::run::{self, Outcome, World};
use overscope::secret::FingerprintKey;
use overscope::settings::{self, Here};
use overscope::source::Source;
use overscope::teller::Terminal;
use overscope::{demo, detector, inspect_input, manual, scan, source};

/// More threads than this only take longer to start than there is to do.
const MOST_THREADS: usize = 256;

fn main() -> ExitCode {
    keep_panics_quiet();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(wrong) => return usage(&wrong),
    };
    match start(cli) {
        Ok(Outcome { failed: true, .. }) => ExitCode::from(1),
        Ok(Outcome { incomplete: true, .. }) => ExitCode::from(3),
        Ok(_) => ExitCode::SUCCESS,
        // The reader of a pipe has gone: nobody is left to tell.
        Err(Error::Stdout(why)) if why.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(why) => {
            say(&format!("overscope: {}\n", scrubbed(&why.to_string())));
            ExitCode::from(2)
        }
    }
}

/// To standard error, which may be closed as well: the exit status still tells.
fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// What is wrong with the arguments, or the help that was asked for.
fn usage(wrong: &clap::Error) -> ExitCode {
    if !wrong.use_stderr() {
        drop(wrong.print());
        return ExitCode::SUCCESS;
    }
    let shown = wrong.render().to_string();
    match scrubbed(&shown) {
        clean if clean == shown => drop(wrong.print()),
        clean => say(&clean),
    }
    ExitCode::from(2)
}

/// A message repeats what was typed, and somebody may have typed a credential.
fn scrubbed(message: &str) -> String {
    let Ok(detectors) = Detectors::load(&[]) else { return message.to_owned() };
    let found = scan::scan_text("message", message, &detectors, &FingerprintKey::fixed());
    run::redactor(&found, &detectors).clean(message).into_owned()
}

fn start(cli: Cli) -> Result<Outcome, Error> {
    match cli.command {
        Command::Scan(scan) => start_scan(scan),
        Command::Inspect(inspect) => start_inspect(inspect),
        Command::Demo(Demo { sarif, color }) => {
            demo::show(&sarif, style(color), &mut io::stdout().lock())?;
            Ok(Outcome { failed: false, incomplete: false })
        }
        Command::Detectors(command) => start_detectors(command),
        Command::Schema => printed(report::JSON_SCHEMA.as_bytes()),
        Command::Completions { shell } => printed(&manual::completions(shell)),
        Command::Man { of } => printed(&manual::page(&of)?),
        Command::Config(ConfigCommand::Show { path, format, deciding }) => show_config(path, format, &deciding),
    }
}

fn printed(text: &[u8]) -> Result<Outcome, Error> {
    io::stdout().write_all(text).map_err(Error::Stdout)?;
    Ok(Outcome { failed: false, incomplete: false })
}

fn start_scan(scan: Scan) -> Result<Outcome, Error> {
    let pushed = || scan.staged.then(plan::pushed).flatten();
    let mut trusting = scan.options.deciding.trust_changes;
    let source = if scan.stdin {
        Source::Stdin { name: scan.stdin_path, bytes: read_stdin()? }
    } else if let Some(range) = scan.diff.map(Pushed::Range).or_else(pushed) {
        match range {
            Pushed::Range(range) => source::diff(&scan.paths, range)?,
            Pushed::All(branch) => {
                // There is nothing else to judge it by.
                trusting = true;
                source::all_of(&scan.paths, &branch)?
            }
        }
    } else if scan.history {
        plan::history(scan.paths, scan.since)?
    } else if scan.staged {
        source::staged(&scan.paths)?
    } else {
        plan::tree(scan.paths, scan.ignored)
    };
    let ground = Ground::of(&source, trusting)?;
    let Deciding { config, rules, .. } = &scan.options.deciding;
    let config = plan::config_for(config.as_ref(), rules, &source, &ground)?;
    let detectors = plan::detectors(&config, rules, &ground)?;
    carry_out(source, &ground, &config, &detectors, &scan.options)
}

fn start_inspect(inspect: Inspect) -> Result<Outcome, Error> {
    // What comes from standard input has no repository, and so no configuration but a named one.
    let nowhere = Source::Stdin { name: String::new(), bytes: Vec::new() };
    let ground = Ground::default();
    let Deciding { config, rules, .. } = &inspect.options.deciding;
    let config = plan::config_for(config.as_ref(), rules, &nowhere, &ground)?;
    let detectors = plan::detectors(&config, rules, &ground)?;
    let given = String::from_utf8_lossy(&read_stdin()?).into_owned();
    let text = inspect_input::text(&given, inspect.detector.as_deref(), &detectors)?;
    let source = Source::Stdin { name: "stdin".to_owned(), bytes: text.into_bytes() };
    carry_out(source, &ground, &config, &detectors, &inspect.options)
}

fn start_detectors(command: DetectorsCommand) -> Result<Outcome, Error> {
    let out = &mut io::stdout().lock();
    let failed = match command {
        DetectorsCommand::List { format } => {
            detector::list::write(&Detectors::load(&[])?, format == Format::Json, out).map_err(Error::Stdout)?;
            false
        }
        DetectorsCommand::Show { id } => {
            detector::list::show(&Detectors::load(&[])?, &id, out)?;
            false
        }
        DetectorsCommand::Check { files } => overscope::check::run(&files, out)?,
    };
    Ok(Outcome { failed, incomplete: false })
}

fn show_config(path: Option<PathBuf>, format: Format, deciding: &Deciding) -> Result<Outcome, Error> {
    let paths: Vec<PathBuf> = path.into_iter().collect();
    if let Some(path) = paths.iter().find(|path| !path.exists()) {
        return Err(SourceError::missing(path.clone()).into());
    }
    let source = &plan::tree(paths, false);
    let ground = &Ground::default();
    let config = &plan::config_for(deciding.config.as_ref(), &deciding.rules, source, ground)?;
    let detectors = plan::detectors(config, &deciding.rules, ground)?;
    let suppressions = plan::suppressions(&ignoring(deciding), config, source, ground, &detectors)?;
    let baseline = suppressions.baseline.as_ref();
    plan::fingerprint_key(config, &baseline.into_iter().collect::<Vec<_>>())?;
    let here = Here { source, config, deciding, baseline };
    settings::show(&here, format == Format::Json, &mut io::stdout().lock()).map_err(Error::Stdout)?;
    Ok(Outcome { failed: false, incomplete: false })
}

fn ignoring(deciding: &Deciding) -> TypedIgnoring {
    TypedIgnoring {
        baseline: deciding.baseline.clone(),
        write_baseline: deciding.write_baseline.clone(),
        no_foreign: deciding.no_foreign_allow,
    }
}

fn carry_out(
    source: Source,
    ground: &Ground,
    config: &Config,
    detectors: &Detectors,
    options: &Options,
) -> Result<Outcome, Error> {
    let Options { asking, deciding, reporting, general } = options;
    if let Some(jobs) = general.jobs {
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.clamp(1, MOST_THREADS))
            .build_global()
            .map_err(|why| PlanError::Usage(format!("--jobs {jobs}: {why}")))?;
    }
    let typed = TypedAsking { endpoints: asking.endpoint.clone(), deadline: asking.deadline };
    let main = Output { format: reporting.format, file: reporting.output.clone(), style: style(general.color) };
    let further: Vec<Output> = reporting.report.iter().map(|given| further(given)).collect::<Result<_, _>>()?;
    plan::each_its_own_file(further.iter().chain([&main]))?;
    let suppressions = plan::suppressions(&ignoring(deciding), config, &source, ground, detectors)?;
    let write_baseline = plan::write_baseline(deciding.write_baseline.as_ref())?;
    let baselines: Vec<_> =
        suppressions.baseline.iter().chain(write_baseline.iter().map(|(_, before)| before)).collect();
    let plan = Plan {
        moment: plan::moment(further.iter().chain([&main]), &source)?,
        source,
        key: plan::fingerprint_key(config, &baselines)?,
        asking: plan::asking(&typed, config, detectors)?,
        dry_run: asking.dry_run,
        context: plan::context(config),
        needed: deciding.needed.as_deref().map(Document::read).transpose()?,
        confidence: plan::confidence(deciding.confidence, config),
        fail_on: plan::fail_on(deciding.fail_on, config),
        suppressions,
        shows_suppressed: reporting.show_suppressed,
        write_baseline,
        main,
        further,
        progress: !general.no_progress && !general.quiet,
        verbose: general.verbose,
    };
    let offline = asking.offline || asking.dry_run || plan::is_offline();
    let http = match offline {
        true => None,
        false => Some(Http::new(asking.ca_cert.as_deref()).map_err(PlanError::Usage)?),
    };
    let mut log = asking.request_log.as_deref().map(create).transpose()?;
    let terminal = Terminal::new(plan.progress, general.quiet);
    let world = World {
        transport: http.as_ref().map(|http| http as &dyn Transport),
        log: log.as_mut().map(|log| log as &mut (dyn Write + Send)),
        teller: &terminal,
    };
    let outcome = run::run(&plan, detectors, world, &mut BufWriter::new(io::stdout().lock()));
    terminal.done();
    if let Some(mut log) = log {
        log.flush().map_err(|why| output(asking.request_log.as_deref(), why))?;
    }
    outcome
}

fn create(path: &Path) -> Result<BufWriter<File>, Error> {
    File::create(path).map(BufWriter::new).map_err(|why| output(Some(path), why))
}

fn output(path: Option<&Path>, why: io::Error) -> Error {
    let what = path.unwrap_or(Path::new("the request log")).display().to_string();
    PlanError::Usage(format!("{what} cannot be written: {why}")).into()
}

fn further(given: &str) -> Result<Output, PlanError> {
    let wrong = |why: String| PlanError::Usage(format!("--report {given}: {why}"));
    let (format, file) = given.split_once('=').ok_or_else(|| wrong("write it as FORMAT=FILE".to_owned()))?;
    let format = format.parse().map_err(|why| wrong(format!("{why}")))?;
    if file.is_empty() {
        return Err(wrong("name the file behind the `=`".to_owned()));
    }
    Ok(Output { format, file: Some(PathBuf::from(file)), style: Style { color: false, width: 100 } })
}

fn style(color: Color) -> Style {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => !set("NO_COLOR") && (set("CLICOLOR_FORCE") || io::stdout().is_terminal()),
    };
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok());
    let columns = columns.or_else(overscope::teller::terminal_width).unwrap_or(100);
    Style { color, width: columns.clamp(40, 160) }
}

fn read_stdin() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let limit = overscope::source::TEXT_LIMIT;
    io::stdin()
        .lock()
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| PlanError::Usage(format!("standard input cannot be read: {why}")))?;
    if bytes.len() as u64 > limit {
        return Err(
            PlanError::Usage("standard input is larger than what is read; name a file instead".to_owned()).into()
        );
    }
    Ok(bytes)
}
