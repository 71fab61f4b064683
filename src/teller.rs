//! What goes to standard error while a run is under way: a progress bar on a terminal, after half
//! a second, and the few lines that must be said.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::Teller;

/// Nothing is drawn for runs that are shorter.
const PATIENCE: Duration = Duration::from_millis(500);

pub struct Terminal {
    bar: Option<OnceLock<ProgressBar>>,
    total: OnceLock<u64>,
    started: Instant,
    read: std::sync::atomic::AtomicU64,
    quiet: bool,
}

impl Terminal {
    pub fn new(progress: bool, quiet: bool) -> Terminal {
        let draws = progress && std::io::stderr().is_terminal();
        Terminal {
            bar: draws.then(OnceLock::new),
            total: OnceLock::new(),
            started: Instant::now(),
            read: std::sync::atomic::AtomicU64::new(0),
            quiet,
        }
    }

    /// Takes the bar away.
    pub fn done(&self) {
        if let Some(bar) = self.bar.as_ref().and_then(OnceLock::get) {
            bar.finish_and_clear();
        }
    }
}

impl Teller for Terminal {
    fn reading(&self, files: usize) {
        let _ = self.total.set(files as u64);
    }

    fn read_one(&self) {
        let Some(bar) = &self.bar else { return };
        let count = self.read.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        // The clock is not asked for every file.
        if !count.is_multiple_of(64) || self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = bar.get_or_init(|| {
            let total = self.total.get().copied().unwrap_or(0);
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            bar.set_style(
                ProgressStyle::with_template("reading {bar:40} {pos}/{len} files").expect("a fixed template"),
            );
            bar
        });
        bar.set_position(count);
    }

    fn say(&self, line: &str) {
        self.done();
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "overscope: {line}");
        }
    }
}

/// Says nothing.
pub struct Silent;

impl Teller for Silent {
    fn reading(&self, _: usize) {}
    fn read_one(&self) {}
    fn say(&self, _: &str) {}
}

/// The columns of the terminal, where there is one.
pub fn terminal_width() -> Option<usize> {
    let terminal = console::Term::stdout();
    terminal.features().is_attended().then(|| usize::from(terminal.size().1))
}
