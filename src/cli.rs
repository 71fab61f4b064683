//! What was typed, and nothing about what it means.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::finding::Confidence;
use crate::plan::FailOn;
use crate::report::Format;

/// Finds checked-in credentials, asks their issuer (read-only) what each can really do, and
/// reports the dangerous ones.
#[derive(Debug, Parser)]
#[command(name = "overscope", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look for credentials in files and folders
    Scan(Scan),
    /// Say what one credential on standard input can do
    Inspect(Inspect),
    /// Show the whole job on a bundled repository, with a replica of the provider on loopback
    Demo(Demo),
    /// List, show or check the detectors
    #[command(subcommand)]
    Detectors(Detectors),
    /// Print the JSON schema of the JSON report
    Schema,
    /// Print the completions for a shell
    Completions { shell: clap_complete::Shell },
    /// Print a page of the manual: of the program, or of one command, as in `overscope man scan`
    Man {
        #[arg(value_name = "COMMAND")]
        of: Vec<String>,
    },
    /// Show what applies here, and who said so
    #[command(subcommand)]
    Config(Config),
}

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Every setting for a scan of this place: from the configuration, the command line, the environment,
    /// or the default
    Show {
        /// The place [default: the current folder]
        #[arg(value_name = "PATH")]
        path: Option<PathBuf>,
        /// text or json
        #[arg(long, value_name = "F", default_value = "text")]
        format: Format,
        #[command(flatten)]
        deciding: Box<Deciding>,
    },
}

#[derive(Debug, Args)]
pub struct Scan {
    /// What to read [default: the current folder; with --staged: the whole repository]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Read also what git ignores: all that an agent in this folder can read
    #[arg(long, help_heading = "Source")]
    pub ignored: bool,
    /// Read every version of every file that any branch, tag, note, stash or worktree leads to, once
    #[arg(long, help_heading = "Source", conflicts_with_all = ["ignored", "stdin", "staged", "diff"])]
    pub history: bool,
    /// With --history: only what later commits brought; a day (2024-05-01), a time, or what is not in a revision
    #[arg(long, value_name = "DATE|REV", help_heading = "Source", requires = "history")]
    pub since: Option<String>,
    /// Read exactly what the next commit would contain: the index, and not the working tree. Where
    /// pre-commit names revisions (PRE_COMMIT_FROM_REF, PRE_COMMIT_TO_REF), the lines added between
    #[arg(long, conflicts_with_all = ["ignored", "stdin"], help_heading = "Source")]
    pub staged: bool,
    /// Report what the lines that are added between two revisions hold. BASE...HEAD counts from where
    /// HEAD has left BASE, as a pull request does; a lone BASE means BASE..HEAD
    #[arg(long, value_name = "BASE..HEAD", conflicts_with_all = ["ignored", "stdin", "staged"], help_heading = "Source")]
    pub diff: Option<String>,
    /// Read standard input
    #[arg(long, help_heading = "Source")]
    pub stdin: bool,
    /// What to call standard input in reports
    #[arg(long, value_name = "NAME", default_value = "stdin", help_heading = "Source")]
    pub stdin_path: String,
    #[command(flatten)]
    pub options: Options,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// The detector to use, where the look of the value does not tell it
    #[arg(value_name = "DETECTOR")]
    pub detector: Option<String>,
    #[command(flatten)]
    pub options: Options,
}

/// What `scan` and `inspect` share.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    pub asking: Asking,
    #[command(flatten)]
    pub deciding: Deciding,
    #[command(flatten)]
    pub reporting: Reporting,
    #[command(flatten)]
    pub general: General,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Where to write the SARIF
    #[arg(long, value_name = "FILE", default_value = "overscope-demo.sarif")]
    pub sarif: PathBuf,
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "General")]
    pub color: Color,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Asking")]
pub struct Asking {
    /// Ask nobody
    #[arg(long)]
    pub offline: bool,
    /// Base URL of provider P (GitHub Enterprise, self-managed GitLab, a replica); plain http only
    /// to a loopback address
    #[arg(long, value_name = "P=URL")]
    pub endpoint: Vec<String>,
    /// Print each request that would be sent, and send none
    #[arg(long)]
    pub dry_run: bool,
    /// Write every request that is really sent, as JSON Lines
    #[arg(long, value_name = "FILE")]
    pub request_log: Option<PathBuf>,
    /// Seconds for all questions together [default: 30]
    #[arg(long, value_name = "SECS")]
    pub deadline: Option<u64>,
    /// A file with further root certificates (PEM)
    #[arg(long, value_name = "FILE")]
    pub ca_cert: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Deciding")]
pub struct Deciding {
    /// Fail from this band on: low, medium, high, critical or never [default: low]
    #[arg(long, value_name = "BAND")]
    pub fail_on: Option<FailOn>,
    /// Report finds that are at least this sure: low, medium or high [default: medium]
    #[arg(long, value_name = "LEAST")]
    pub confidence: Option<Confidence>,
    /// What another tool found out to be needed in AWS: a policy document (JSON), bare or as IAM
    /// Access Analyzer, Pike or IAM Policy Autopilot print it
    #[arg(long, value_name = "FILE")]
    pub needed: Option<PathBuf>,
    /// Rules in the format of gitleaks and betterleaks, beside the built-in detectors; repeatable
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// The configuration [default: overscope.toml at the repository's root]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Credentials that are known and not reported
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found as known; reasons and last days that stand there stay
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Report also what other scanners were told to ignore, in comments and in their own files
    #[arg(long)]
    pub no_foreign_allow: bool,
    /// With --diff: heed also the configuration, baseline and comments that the change itself brings;
    /// otherwise they are those of BASE
    #[arg(long)]
    pub trust_changes: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Reporting")]
pub struct Reporting {
    /// text, json, sarif, markdown, github or gitlab
    #[arg(long, value_name = "F", default_value = "text")]
    pub format: Format,
    /// Where the report goes [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Put what is suppressed into SARIF as well, marked as such. Not for GitHub, which takes no notice
    /// of the mark and opens alerts
    #[arg(long)]
    pub show_suppressed: bool,
    /// A further report; repeatable
    #[arg(long, value_name = "F=FILE")]
    pub report: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "General")]
pub struct General {
    /// Threads that read
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Say nothing on standard error but errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Say more; repeatable
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Show no progress bar
    #[arg(long)]
    pub no_progress: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Detectors {
    /// All kinds of credential that are known
    List {
        /// text or json
        #[arg(long, value_name = "F", default_value = "text")]
        format: Format,
    },
    /// One detector: how it looks, what is asked, what its words mean
    Show { id: String },
    /// Check detector files: the built-in ones, or one's own
    Check { files: Vec<PathBuf> },
}
