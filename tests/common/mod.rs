//! What the tests of the finished program share: the binary with nothing of the surrounding
//! environment, small git repositories, and a listener that remembers who came.

#![allow(dead_code, reason = "each test binary uses its own part of this")]

pub mod crowd;
pub mod description;
pub mod exported;
pub mod issuers;
pub mod labels;
pub mod packed;
pub mod parts;
pub mod paths;
pub mod replies;
pub mod schema;
pub mod whole_run;

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use overscope::demo::{Replica, Trouble, World, repository};
use overscope::detector::{self, Detectors, sample};
use serde_json::Value;
use tempfile::TempDir;

/// A run that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The detector files as they stand in the folder, so that an edited file is tried without a build.
pub fn catalogue() -> Detectors {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("detectors");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    let read = |path: &PathBuf| detector::read(path).unwrap_or_else(|why| panic!("{why}"));
    Detectors::of(files.iter().map(read).collect()).unwrap()
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("{why}: {self:#?}"))
    }

    /// The one credential of a JSON report.
    pub fn credential(&self) -> Value {
        let report = self.json();
        let [one] = report["credentials"].as_array().unwrap().as_slice() else { panic!("one credential: {report:#}") };
        one.clone()
    }

    /// `about: message` of each note, and whether it means that something was not read.
    pub fn notes(&self) -> Vec<(String, bool)> {
        let report = self.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let notes = report["notes"].as_array().unwrap().iter();
        let shown = |note: &Value| format!("{}: {}", text(&note["about"]), text(&note["message"]));
        notes.map(|note| (shown(note), note["incomplete"] == true)).collect()
    }

    /// Where something was found, in order.
    pub fn paths(&self) -> Vec<String> {
        let report = self.json();
        let credentials = report["credentials"].as_array().unwrap().iter();
        let locations = credentials.flat_map(|one| one["locations"].as_array().unwrap());
        let mut paths: Vec<String> = locations.map(|place| place["path"].as_str().unwrap().to_owned()).collect();
        paths.sort();
        paths
    }
}

/// A call of the program that is being put together.
pub struct Call {
    command: Command,
    stdin: Vec<u8>,
    _home: TempDir,
}

/// The program with these arguments. It sees none of the surrounding environment: a user's
/// proxies, tokens, git settings and `OVERSCOPE_…` must not decide what a test sees.
pub fn overscope<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Call {
    let home = tempfile::tempdir().unwrap();
    let mut command = scrubbed(env!("CARGO_BIN_EXE_overscope"), home.path());
    command.args(arguments).current_dir(home.path());
    Call { command, stdin: Vec::new(), _home: home }
}

/// A program with a path, a home of its own, and nothing else.
fn scrubbed(program: &str, home: &Path) -> Command {
    #[expect(clippy::disallowed_methods, reason = "tests run the program from outside")]
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", home);
    command
}

impl Call {
    pub fn at(mut self, folder: &Path) -> Call {
        self.command.current_dir(folder);
        self
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Call {
        self.command.arg(argument);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Call {
        self.command.env(name, value);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Call {
        self.stdin = bytes.into();
        self
    }

    /// Its status where the reader of its output is gone before it begins.
    pub fn unheard(mut self) -> i32 {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        self.command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::null());
        let mut child = self.command.spawn().unwrap();
        wait(&mut child, Instant::now(), &self.command)
    }

    pub fn run(mut self) -> Ran {
        let started = Instant::now();
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let given = std::mem::take(&mut self.stdin);
        // Nobody has to read it.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&given)));
        let out = collect(child.stdout.take().unwrap());
        let err = collect(child.stderr.take().unwrap());
        let status = wait(&mut child, started, &self.command);
        writer.join().unwrap();
        Ran { status, out: out.join().unwrap(), err: err.join().unwrap(), took: started.elapsed() }
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

fn wait(child: &mut Child, started: Instant, command: &Command) -> i32 {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or_else(|| panic!("{command:?} ended by a signal: {status}"));
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A temporary folder with files, and with git where it is wanted.
pub struct Folder(TempDir);

impl Folder {
    pub fn plain() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    pub fn repository() -> Folder {
        let folder = Folder::plain();
        folder.git(["init", "--quiet", "--initial-branch=main"]);
        folder
    }

    /// The repository of the story, committed; what its `.gitignore` names lies there and is not.
    pub fn story(token: &str) -> Folder {
        let folder = Folder::repository();
        repository::write(folder.path(), token).unwrap();
        folder.commit();
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> &Folder {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub fn git<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) {
        let arguments: Vec<&str> = arguments.into_iter().collect();
        let (done, said) = self.try_git(arguments.iter().copied());
        assert!(done, "git {arguments:?}: {said}");
    }

    /// Whether git did it, and what it and its hooks said.
    pub fn try_git<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> (bool, String) {
        let home = tempfile::tempdir().unwrap();
        let mut command = scrubbed("git", home.path());
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "Dana"),
            ("GIT_AUTHOR_EMAIL", "dana@acme.example"),
            ("GIT_AUTHOR_DATE", "2026-04-24T10:00:00Z"),
            ("GIT_COMMITTER_NAME", "Dana"),
            ("GIT_COMMITTER_EMAIL", "dana@acme.example"),
            ("GIT_COMMITTER_DATE", "2026-04-24T10:00:00Z"),
        ] {
            command.env(name, value);
        }
        let output = command.current_dir(self.path()).args(arguments).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    pub fn commit(&self) -> &Folder {
        self.git(["add", "--all"]);
        self.git(["commit", "--quiet", "--allow-empty", "--message=all"]);
        self
    }
}

/// A replica that answers, or fails as it is told.
pub fn replica(world: World, trouble: Trouble) -> Replica {
    Replica::start(world, trouble).unwrap()
}

/// `--endpoint` for a replica.
pub fn endpoint(replica: &Replica) -> String {
    format!("--endpoint=railway={}", replica.url())
}

/// Everything in a folder is scanned and nobody asked.
pub fn offline(folder: &Folder) -> Ran {
    overscope(["scan", "--ignored", "--offline", "--format=json"]).at(folder.path()).run()
}

/// A token of Railway's shape that follows from a number.
pub fn token(seed: u64) -> String {
    sample::generate("<{uuid}>", seed).unwrap().secret
}

#[cfg(unix)]
pub fn make_fifo(folder: &Folder, name: &str) {
    #[expect(clippy::disallowed_methods, reason = "the standard library makes no FIFOs")]
    let status = std::process::Command::new("mkfifo").arg(folder.file(name)).status().unwrap();
    assert!(status.success());
}

/// What a [`Listener`] does with one request: what it writes before it closes the connection.
pub type Answer = dyn Fn(&mut TcpStream, usize) + Send + Sync;

/// Remembers every request that comes to its port, and answers as it is told.
pub struct Listener {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    pub fn start(answer: impl Fn(&mut TcpStream, usize) + Send + Sync + 'static) -> Listener {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let stopping: Arc<AtomicBool> = Arc::default();
        let (remembered, stop) = (Arc::clone(&seen), Arc::clone(&stopping));
        let thread = std::thread::spawn(move || {
            let answer: Arc<Answer> = Arc::new(answer);
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(mut stream) = stream else { continue };
                let (remembered, answer) = (Arc::clone(&remembered), Arc::clone(&answer));
                std::thread::spawn(move || {
                    // A connection counts, whether or not a request comes over it.
                    let number = {
                        let mut seen = remembered.lock().unwrap();
                        seen.push(String::new());
                        seen.len()
                    };
                    let request = request(&mut stream);
                    remembered.lock().unwrap()[number - 1] = request;
                    answer(&mut stream, number);
                });
            }
        });
        Listener { address, seen, stopping, thread: Some(thread) }
    }

    /// Answers everything with this status, these header lines and this body.
    pub fn answering(status: u16, headers: &str, body: impl Into<String>) -> Listener {
        let body = body.into();
        let head =
            format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        Listener::start(move |stream, _| {
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        })
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that was sent so far, one text for each connection.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One request, head and body, as far as it comes within a few seconds.
fn request(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse::<usize>().unwrap_or(0));
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return text,
            Ok(length) => bytes.extend_from_slice(&part[..length]),
        }
    }
}
