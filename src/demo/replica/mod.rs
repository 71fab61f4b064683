//! Railway's API on loopback: one route, three kinds of tokens in two headers, and refusals that
//! come with HTTP 200. It answers from a [`World`], fails as a [`Trouble`] says, and keeps a
//! record: what was asked, and every request that a read-only tool must never send (which it
//! answers with 500, so that nobody mistakes it for an answer).

mod access;
mod answer;
mod document;
mod http;
mod objects;
mod pages;
mod record;
mod roots;
mod schema;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Map, Value, json};

use self::access::{Caller, Denial};
use self::answer::Overrule;
use self::document::{Document, Refusal};
use self::http::{Reply, Request};
use self::objects::View;
use self::schema::Schema;
use super::uuid_of;
use super::world::World;

pub use self::record::{Auth, Seen};

const PATH: &str = "/graphql/v2";
/// How many requests are answered side by side.
const THREADS: usize = 8;

/// What goes wrong at the provider. It strikes after the request was read and recorded.
#[derive(Clone, Debug)]
pub enum Trouble {
    None,
    /// Every request gets this status.
    Status(u16),
    /// So many requests are answered, all further ones get this status.
    StatusAfter {
        requests: usize,
        status: u16,
    },
    /// Every request is one too many; come back in so many seconds.
    TooManyRequests {
        retry_after: u64,
    },
    /// A page for people, with HTTP 200.
    Html,
    /// Half of the answer's body, then the connection ends.
    CutShort,
    /// The right answer, so much later.
    Slow(Duration),
    /// One root field fails, wherever it is asked for; all else is answered.
    FailField {
        root_field: String,
        how: Failure,
    },
    /// Every request is sent elsewhere with 302.
    Redirect(String),
}

/// How one root field fails.
#[derive(Clone, Debug)]
pub enum Failure {
    /// As if this token may not ask it.
    Refused,
    /// An error with a message of its own.
    Message(String),
    /// A null where the schema has none, without an error.
    Null,
    /// As if the API no longer had it: HTTP 400.
    Unknown,
    /// The whole request gets this status.
    Status(u16),
}

/// A running replica; dropping it stops it.
pub struct Replica {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    world: World,
    trouble: Trouble,
    record: Mutex<Record>,
    stopping: AtomicBool,
    /// Rung when it stops, for answers that are being held back.
    bell: Condvar,
}

#[derive(Default)]
struct Record {
    seen: Vec<Seen>,
    violations: Vec<String>,
}

impl Replica {
    /// Listens on a free port of 127.0.0.1.
    pub fn start(world: World, trouble: Trouble) -> io::Result<Replica> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let shared = Arc::new(Shared {
            world,
            trouble,
            record: Mutex::default(),
            stopping: AtomicBool::new(false),
            bell: Condvar::new(),
        });
        let mut replica = Replica { address: listener.local_addr()?, shared, threads: Vec::new() };
        for _ in 0..THREADS {
            let (listener, shared) = (listener.try_clone()?, Arc::clone(&replica.shared));
            replica.threads.push(std::thread::Builder::new().name("replica".to_owned()).spawn(move || {
                while !shared.is_stopping() {
                    if let Ok((stream, _)) = listener.accept() {
                        // A client that goes away before its answer is its own affair.
                        let _ = shared.serve(stream);
                    }
                }
            })?);
        }
        Ok(replica)
    }

    /// Where it is to be asked: `http://127.0.0.1:PORT/graphql/v2`.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Every request that was read so far, in order.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.record().seen.clone()
    }

    /// Every request that should never have been sent, in words.
    pub fn violations(&self) -> Vec<String> {
        self.shared.record().violations.clone()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        {
            let _record = self.shared.record();
            self.shared.stopping.store(true, Ordering::SeqCst);
            self.shared.bell.notify_all();
        }
        for _ in &self.threads {
            // Wakes a thread that waits for a connection; one that does not will see the flag.
            let _ = TcpStream::connect(self.address);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        let request = http::read(&mut stream, &|| self.is_stopping())?;
        let reply = self.reply(&request);
        http::write(&mut stream, &reply)
    }

    fn reply(&self, request: &Request) -> Reply {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let document = Document::read(body["query"].as_str().unwrap_or_default());
        let seen = record::seen(request, &body, &document, &self.world);
        let violations = record::violations(request, &document, &self.world, PATH);
        let number = {
            let mut record = self.record();
            record.seen.push(seen);
            record.violations.extend(violations.iter().cloned());
            record.seen.len()
        };
        if !violations.is_empty() {
            return status(500, number);
        }
        match &self.trouble {
            Trouble::Status(code) => status(*code, number),
            Trouble::StatusAfter { requests, status: code } if number > *requests => status(*code, number),
            Trouble::TooManyRequests { retry_after } => {
                let mut reply = status(429, number);
                reply.headers.push(("Retry-After", retry_after.to_string()));
                reply
            }
            Trouble::Html => {
                let page = "<!DOCTYPE html>\n<title>One moment</title>\n<p>Checking your browser.</p>\n";
                reply(200, "text/html; charset=utf-8", page.as_bytes().to_vec())
            }
            Trouble::Redirect(to) => {
                let mut reply = reply(302, "text/plain", Vec::new());
                reply.headers.push(("Location", to.clone()));
                reply
            }
            Trouble::CutShort => Reply { cut_short: true, ..self.answer(request, &body, &document, number) },
            Trouble::Slow(delay) => {
                self.hold_back(*delay);
                self.answer(request, &body, &document, number)
            }
            Trouble::FailField { root_field, how } if document.root_fields().contains(root_field) => match how {
                Failure::Status(code) => status(*code, number),
                Failure::Unknown => {
                    refusal(&Refusal::Invalid(format!("Cannot query field \"{root_field}\" on type \"Query\".")))
                }
                Failure::Refused | Failure::Message(_) | Failure::Null => {
                    self.answer(request, &body, &document, number)
                }
            },
            Trouble::None | Trouble::StatusAfter { .. } | Trouble::FailField { .. } => {
                self.answer(request, &body, &document, number)
            }
        }
    }

    fn answer(&self, request: &Request, body: &Value, document: &Document, number: usize) -> Reply {
        let none = Map::new();
        let variables = body["variables"].as_object().unwrap_or(&none);
        match document.selections(Schema::railway(), variables) {
            Err(refused) => refusal(&refused),
            Ok(selections) => {
                let caller = Caller::of(&self.world, &request.credentials);
                let view = View { world: &self.world, caller };
                let body = answer::body(&view, &selections, &|field| self.overrule(field), number as u64);
                json_reply(200, &body)
            }
        }
    }

    fn overrule(&self, field: &str) -> Option<Overrule> {
        match &self.trouble {
            Trouble::FailField { root_field, how } if root_field == field => match how {
                Failure::Refused => Some(Overrule::Deny(Denial::NotAuthorized)),
                Failure::Message(message) => Some(Overrule::Deny(Denial::Other(message.clone()))),
                Failure::Null => Some(Overrule::Null),
                Failure::Unknown | Failure::Status(_) => None,
            },
            _ => None,
        }
    }

    fn hold_back(&self, delay: Duration) {
        let record = self.record();
        let waiting = self.bell.wait_timeout_while(record, delay, |_| !self.is_stopping());
        drop(waiting);
    }
}

fn refusal(refused: &Refusal) -> Reply {
    let (status, message, code) = match refused {
        Refusal::Invalid(message) => (400, message, "GRAPHQL_VALIDATION_FAILED"),
        Refusal::BadInput(message) => (200, message, "BAD_USER_INPUT"),
    };
    json_reply(status, &json!({ "errors": [{ "message": message, "extensions": { "code": code } }] }))
}

fn status(code: u16, number: usize) -> Reply {
    let message = match code {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        _ => "Something went wrong",
    };
    json_reply(code, &json!({ "message": message, "requestId": uuid_of(&format!("overscope demo: request/{number}")) }))
}

fn json_reply(status: u16, body: &Value) -> Reply {
    reply(status, "application/json; charset=utf-8", body.to_string().into_bytes())
}

fn reply(status: u16, content_type: &str, body: Vec<u8>) -> Reply {
    let headers =
        vec![("Content-Type", content_type.to_owned()), ("RateLimit-Policy", "\"default\";q=1000;w=3600".to_owned())];
    Reply { status, headers, body, cut_short: false }
}
