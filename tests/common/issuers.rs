//! Issuers on loopback, one port a provider: they answer from the recorded replies over real
//! sockets, remember what they were asked, and count how many requests were under way at once.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use overscope::detector::Detectors;

use super::crowd::Member;
use super::replies::{Canned, fits, name};

/// One provider.
pub struct Issuer {
    pub provider: String,
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    /// The credentials that it knows, each with the replies that it gets.
    members: Vec<Member>,
    latency: Duration,
    asked: Mutex<Vec<String>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl Issuer {
    /// Every request that came: method, path and query, body.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The most requests that were under way at the same time.
    pub fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::SeqCst)
    }

    /// `--endpoint` for each of its bases; what stands behind a base's host is kept.
    pub fn endpoints(&self, detectors: &Detectors) -> Vec<String> {
        let provider = detectors.provider(&self.provider).unwrap();
        let path = |base: &str| {
            let behind = base.split_once("://").map_or(base, |(_, rest)| rest);
            behind.find('/').map_or("", |at| &behind[at..]).to_owned()
        };
        let main = provider.base.as_ref().map(|base| (provider.id.clone(), path(base)));
        let further = provider.bases.iter().map(|(name, base)| (format!("{}.{name}", provider.id), path(base)));
        let named = main.or_else(|| Some((provider.id.clone(), String::new()))).into_iter().chain(further);
        named.map(|(name, path)| format!("--endpoint={name}={}{path}", self.url)).collect()
    }
}

/// An issuer for each provider of the members; every answer takes `latency`.
pub fn start(members: &[Member], latency: Duration) -> Vec<Issuer> {
    let mut providers: BTreeMap<&str, Vec<Member>> = BTreeMap::new();
    for member in members {
        providers.entry(&member.provider).or_default().push(member.clone());
    }
    providers.into_iter().map(|(provider, members)| start_one(provider, members, latency)).collect()
}

fn start_one(provider: &str, members: Vec<Member>, latency: Duration) -> Issuer {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let shared = Arc::new(Shared {
        members,
        latency,
        asked: Mutex::default(),
        under_way: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    let serving = Arc::clone(&shared);
    // It lives as long as the test does.
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serving = Arc::clone(&serving);
            std::thread::spawn(move || serve(stream, &serving));
        }
    });
    Issuer { provider: provider.to_owned(), url, shared }
}

/// The requests of one connection, one after the other.
fn serve(stream: TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream);
    while let Some(Asked { get, target, head, body }) = read(&mut reader) {
        let now = shared.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        shared.most.fetch_max(now, Ordering::SeqCst);
        shared.asked.lock().unwrap().push(format!("{} {target} {body}", if get { "GET" } else { "POST" }));
        std::thread::sleep(shared.latency);
        let reply = answer(shared, &format!("{target} {head} {body}"), &name(get, &target, &body));
        // Counted as done before the client can have read it and asked again.
        shared.under_way.fetch_sub(1, Ordering::SeqCst);
        if reader.get_mut().write_all(&reply).is_err() {
            break;
        }
    }
}

/// `whole`: the request with its headers, which tell whose it is.
fn answer(shared: &Shared, whole: &str, asked: &str) -> Vec<u8> {
    let basic = whole.split_whitespace().filter_map(|word| STANDARD.decode(word).ok());
    let whole = basic.fold(whole.to_owned(), |text, pair| text + " " + &String::from_utf8_lossy(&pair));
    // A signature or a token that was exchanged does not tell: then any that knows the question answers.
    let own: Vec<&Member> = shared.members.iter().filter(|member| whole.contains(&member.secret)).collect();
    let asking = if own.is_empty() { shared.members.iter().collect() } else { own };
    let replies = asking.iter().flat_map(|member| &member.replies);
    let best: Option<&Canned> =
        replies.filter(|canned| fits(&canned.request, asked)).max_by_key(|canned| canned.request.len());
    let (status, headers, body) = match best {
        Some(canned) => (canned.status, canned.headers.clone(), canned.body.as_str()),
        None => (404, BTreeMap::new(), "{}"),
    };
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{head}\r\n{body}").into_bytes()
}

struct Asked {
    get: bool,
    /// The path with its query.
    target: String,
    head: String,
    body: String,
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|length| *length > 0)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut length, mut head) = (0, String::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { get: method == "GET", target, head, body: String::from_utf8(body).ok()? })
}
