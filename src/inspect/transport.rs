//! The one door to the network. It is a value that is handed over: no value, no network. It
//! refuses what must never happen before a socket is opened, connects only to the address that
//! it has checked, and follows no redirects.

use std::collections::HashMap;
use std::io::Read;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use reqwest::Certificate;
use reqwest::blocking::{Client, ClientBuilder, Response};
use reqwest::redirect::Policy;
use url::{Host, Url};

use super::request::{Method, Request};

/// The longest reply that is read.
pub const BODY_LIMIT: u64 = 1 << 20;
/// How long one request may take.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A reply, whatever it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("not sent: {0}")]
    Forbidden(String),
    #[error("no time was left (--deadline)")]
    Deadline,
    #[error("no answer within the time limit")]
    Timeout,
    #[error("no connection")]
    Connect,
    #[error("the body was cut short")]
    Cut,
    #[error("the body is larger than 1 MiB")]
    TooLarge,
    #[error("the limit of requests for one credential was reached")]
    Budget,
    #[error("the request failed")]
    Other,
}

/// Where a secret may go: the hosts of its provider's file, or the base that the user named.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    pub hosts: Vec<String>,
    /// Bases that the user named; with one, the provider's own hosts no longer count.
    pub endpoints: Vec<Url>,
}

impl Allowed {
    /// Whether this is a place that the secret may go to.
    pub fn check(&self, url: &Url) -> Result<(), Failure> {
        let forbidden = |why: String| Err(Failure::Forbidden(why));
        if !url.username().is_empty() || url.password().is_some() {
            return forbidden("the address holds a user name".to_owned());
        }
        if self.is_endpoint(url) {
            return match url.scheme() == "https" || is_loopback(url) {
                true => Ok(()),
                false => forbidden("plain http is for loopback addresses only".to_owned()),
            };
        }
        if !self.endpoints.is_empty() {
            return forbidden(format!("{} is not the endpoint that was named", url.host_str().unwrap_or_default()));
        }
        match url.host() {
            Some(Host::Domain(host)) if url.scheme() == "https" && url.port().is_none() && self.lists(host) => Ok(()),
            _ => forbidden(format!("{} is not a host of this provider", url.host_str().unwrap_or_default())),
        }
    }

    fn is_endpoint(&self, url: &Url) -> bool {
        self.endpoints.iter().any(|endpoint| endpoint.origin() == url.origin())
    }

    /// A host of the list; `*.example.com` stands for one label in front.
    fn lists(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| match known.strip_prefix("*.") {
            Some(domain) => host.strip_suffix(domain).and_then(|label| label.strip_suffix('.')).is_some_and(|label| {
                !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            }),
            None => known == host,
        })
    }
}

/// Whether an address names this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Sends requests. Implementations refuse whatever [`Request::check`] and [`Allowed::check`] refuse.
pub trait Transport: Sync {
    fn send(&self, request: &Request, allowed: &Allowed, timeout: Duration) -> Result<Reply, Failure>;

    /// What the user should know of the way that requests take.
    fn remark(&self) -> Option<&'static str> {
        None
    }
}

/// The real one.
pub struct Http {
    clients: Mutex<HashMap<String, Client>>,
    roots: Vec<Certificate>,
    proxied: bool,
}

impl Http {
    /// `ca_cert`: a file with further root certificates.
    pub fn new(ca_cert: Option<&Path>) -> Result<Http, String> {
        // Fails only when it was done before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = match ca_cert {
            Some(path) => {
                let pem = std::fs::read(path)
                    .map_err(|why| format!("--ca-cert {}: cannot be read: {why}", path.display()))?;
                let roots = Certificate::from_pem_bundle(&pem).unwrap_or_default();
                if roots.is_empty() {
                    return Err(format!("--ca-cert {}: holds no certificate in PEM form", path.display()));
                }
                roots
            }
            None => Vec::new(),
        };
        Ok(Http { clients: Mutex::default(), roots, proxied: proxy_is_set() })
    }

    /// The client for one origin, made on first use with the addresses that were checked.
    fn client(&self, request: &Request, named_by_user: bool, timeout: Duration) -> Result<Client, Failure> {
        let key = request.origin();
        // The lock is not held while a name is resolved: other hosts need not wait for a slow one.
        if let Some(client) = self.clients.lock().map_err(|_| Failure::Other)?.get(&key) {
            return Ok(client.clone());
        }
        let mut builder = ClientBuilder::new()
            .redirect(Policy::none())
            .referer(false)
            .user_agent(concat!("overscope/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(REQUEST_TIMEOUT)
            .tls_certs_merge(self.roots.clone());
        if is_loopback(request.url()) {
            builder = builder.no_proxy();
        } else if !self.proxied {
            let addresses = resolve(request.url(), named_by_user, timeout)?;
            builder = builder.no_proxy().resolve_to_addrs(request.host(), &addresses);
        }
        let client = builder.build().map_err(|_| Failure::Other)?;
        Ok(self.clients.lock().map_err(|_| Failure::Other)?.entry(key).or_insert(client).clone())
    }
}

impl Transport for Http {
    fn remark(&self) -> Option<&'static str> {
        self.proxied.then_some("requests go through the environment's proxy, which then decides about addresses")
    }

    fn send(&self, request: &Request, allowed: &Allowed, timeout: Duration) -> Result<Reply, Failure> {
        request.check().map_err(|why| Failure::Forbidden(why.0))?;
        allowed.check(request.url())?;
        let client = self.client(request, allowed.is_endpoint(request.url()), timeout)?;
        let mut builder = match request.method() {
            Method::Get => client.get(request.sent_url()),
            Method::Post => client.post(request.sent_url()),
        };
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body() {
            builder = builder.body(body.to_owned());
        }
        let response = builder.timeout(timeout).send().map_err(|why| failure(&why))?;
        read(response)
    }
}

fn read(response: Response) -> Result<Reply, Failure> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut body = Vec::new();
    response.take(BODY_LIMIT + 1).read_to_end(&mut body).map_err(|why| {
        let inner = why.get_ref().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
        match inner.is_some_and(reqwest::Error::is_timeout) || why.kind() == std::io::ErrorKind::TimedOut {
            true => Failure::Timeout,
            false => Failure::Cut,
        }
    })?;
    match body.len() as u64 > BODY_LIMIT {
        true => Err(Failure::TooLarge),
        false => Ok(Reply { status, headers, body }),
    }
}

/// The client's own words may hold the address; ours do not.
fn failure(why: &reqwest::Error) -> Failure {
    if why.is_timeout() {
        Failure::Timeout
    } else if why.is_connect() {
        Failure::Connect
    } else if why.is_body() || why.is_decode() {
        Failure::Cut
    } else {
        Failure::Other
    }
}

/// The addresses behind a name. Those of this machine, of private networks and of metadata
/// services are refused, unless the user named the host.
fn resolve(url: &Url, named_by_user: bool, timeout: Duration) -> Result<Vec<SocketAddr>, Failure> {
    let host = url.host_str().ok_or(Failure::Connect)?;
    let port = url.port_or_known_default().ok_or(Failure::Connect)?;
    // The system's resolver knows no time limit, so it is left to itself when it takes too long.
    let (answer, answered) = mpsc::channel();
    let name = (host.trim_matches(['[', ']']).to_owned(), port);
    std::thread::spawn(move || answer.send(name.to_socket_addrs().map(Vec::from_iter)));
    let addresses: Vec<SocketAddr> =
        answered.recv_timeout(timeout).map_err(|_| Failure::Timeout)?.map_err(|_| Failure::Connect)?;
    if addresses.is_empty() {
        return Err(Failure::Connect);
    }
    match addresses.iter().find(|address| !named_by_user && !is_public(address.ip())) {
        Some(_) => Err(Failure::Forbidden(format!("{host} has an address that is not public"))),
        None => Ok(addresses),
    }
}

/// Whether an address is one of the public network.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (b & 0xfe) == 18)
                || (a == 192 && b == 0))
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            let first = v6.segments()[0];
            // 2000::/3 is what is handed out; documentation and 6to4 addresses are no targets.
            first & 0xe000 == 0x2000 && first != 0x2002 && !(first == 0x2001 && v6.segments()[1] == 0x0db8)
        }
    }
}

fn proxy_is_set() -> bool {
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(hosts: &[&str], endpoints: &[&str]) -> Allowed {
        Allowed {
            hosts: hosts.iter().map(|host| host.to_string()).collect(),
            endpoints: endpoints.iter().map(|url| Url::parse(url).unwrap()).collect(),
        }
    }

    fn passes(allowed: &Allowed, url: &str) -> bool {
        allowed.check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn a_secret_goes_to_the_hosts_of_its_provider_and_nowhere_else() {
        let own = allowed(&["api.github.com", "*.supabase.co"], &[]);
        assert!(passes(&own, "https://api.github.com/user"));
        assert!(passes(&own, "https://abc.supabase.co/x"));
        for url in [
            "http://api.github.com/user",
            "https://api.github.com:8443/user",
            "https://api.github.com.evil.example/user",
            "https://evil.example/api.github.com",
            "https://user@api.github.com/",
            "https://a.b.supabase.co/x",
            "https://supabase.co/x",
            "http://127.0.0.1/x",
            "https://169.254.169.254/",
        ] {
            assert!(!passes(&own, url), "{url}");
        }
    }

    #[test]
    fn an_endpoint_of_the_user_replaces_the_hosts() {
        let named = allowed(&["api.github.com"], &["http://127.0.0.1:8080/api"]);
        assert!(passes(&named, "http://127.0.0.1:8080/user"));
        assert!(!passes(&named, "https://api.github.com/user"));
        assert!(!passes(&named, "http://127.0.0.1:8081/user"));
        let plain = allowed(&[], &["http://ghe.example/api"]);
        assert!(!passes(&plain, "http://ghe.example/api/user"));
    }

    #[test]
    fn only_public_addresses_are_public() {
        for address in [
            "10.1.2.3",
            "127.0.0.1",
            "169.254.169.254",
            "192.168.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "198.18.0.1",
            "2001:db8::1",
            "224.0.0.1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in ["140.82.121.6", "2606:50c0:8000::153"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
