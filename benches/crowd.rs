//! 200 credentials of 40 kinds or more, asked of issuers on loopback that take 100 ms for every
//! answer: `cargo bench --bench crowd`. Figures only; nothing is asserted here.

#[path = "../tests/common/mod.rs"]
mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{catalogue, crowd, issuers};

const CREDENTIALS: u64 = 200;

fn main() {
    let detectors = catalogue();
    let kinds = crowd::kinds();
    let each = CREDENTIALS.div_ceil(kinds.len() as u64);
    let (folder, members) = crowd::folder(&detectors, &kinds, each);
    let issuers = issuers::start(&members, Duration::from_millis(100));
    #[expect(clippy::disallowed_methods, reason = "the program itself is measured")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_overscope"));
    command
        .args(["scan", "--format=json", "--fail-on=never", "--confidence=low", "--deadline=300"])
        .current_dir(folder.path());
    command
        .args(issuers.iter().flat_map(|issuer| issuer.endpoints(&detectors)))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let started = Instant::now();
    let mut child = command.spawn().expect("the program can be started");
    let mut peak = 0;
    while child.try_wait().expect("it is our child").is_none() {
        peak = peak.max(peak_kib(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    }
    let wall = started.elapsed();
    let sent: usize = issuers.iter().map(|issuer| issuer.asked().len()).sum();
    let most = issuers.iter().map(issuers::Issuer::most_at_once).max().unwrap_or(0);
    println!("credentials          {} of {} kinds, {} providers", members.len(), kinds.len(), issuers.len());
    println!("wall time            {:.1} s", wall.as_secs_f64());
    println!("requests             {sent}");
    println!("peak memory          {:.1} MiB", peak as f64 / 1024.0);
    println!("most at once at one  {most}");
    let mut busiest: Vec<(usize, &str)> =
        issuers.iter().map(|issuer| (issuer.asked().len(), issuer.provider.as_str())).collect();
    busiest.sort_unstable_by(|a, b| b.cmp(a));
    println!("busiest              {:?}", &busiest[..busiest.len().min(5)]);
}

/// The most memory that a process has held so far; 0 where the system does not tell.
fn peak_kib(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}
