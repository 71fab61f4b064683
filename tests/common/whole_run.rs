//! A whole run of the program within a test's own process.

use std::sync::Mutex;

use overscope::assess::Context;
use overscope::config::Visibility;
use overscope::finding::{Confidence, Moment};
use overscope::inspect::Asking;
use overscope::plan::{FailOn, Output, Plan};
use overscope::report::{Format, Style};
use overscope::run::Teller;
use overscope::secret::FingerprintKey;
use overscope::source::Source;
use overscope::suppress::Suppressions;

use super::Folder;

/// Remembers what is said on standard error.
#[derive(Default)]
pub struct Listening(pub Mutex<String>);

impl Teller for Listening {
    fn reading(&self, _: usize) {}
    fn read_one(&self) {}
    fn say(&self, line: &str) {
        self.0.lock().unwrap().push_str(line);
    }
}

/// A scan of a folder that asks, and never fails.
pub fn plan(folder: &Folder, format: Format, dry_run: bool) -> Plan {
    let style = Style { color: false, width: 100 };
    Plan {
        source: Source::Tree { paths: vec![folder.path().to_owned()], ignored: false },
        verbose: 3,
        key: FingerprintKey::fixed(),
        asking: Asking::default(),
        dry_run,
        context: Context {
            visibility: Visibility::Unknown,
            now: "2026-11-22T00:00:00Z".parse().unwrap(),
            ..Context::default()
        },
        moment: Moment::default(),
        needed: None,
        confidence: Confidence::Low,
        fail_on: FailOn::Never,
        suppressions: Suppressions::default(),
        shows_suppressed: false,
        write_baseline: None,
        main: Output { format, file: None, style },
        further: Vec::new(),
        progress: false,
    }
}
