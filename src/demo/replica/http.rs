//! As much HTTP/1.1 as the replica needs: one request per connection, bounded in size and time.
//! It is written over the socket so that an answer can be cut short, which a server library
//! would not do.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::access::Credentials;
use crate::secret::Secret;

const LARGEST_HEAD: usize = 16 * 1024;
const LARGEST_BODY: usize = 1024 * 1024;
const LONGEST_REQUEST: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

pub struct Request {
    pub method: String,
    pub target: String,
    pub credentials: Credentials,
    pub user_agent: Option<String>,
    pub body: Vec<u8>,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// Sends half of the body that the head announces.
    pub cut_short: bool,
}

/// Reads one request; gives up when it is too large, too slow, or when `stopped`.
pub fn read(stream: &mut TcpStream, stopped: &dyn Fn() -> bool) -> io::Result<Request> {
    stream.set_read_timeout(Some(BETWEEN_LOOKS))?;
    let deadline = Instant::now() + LONGEST_REQUEST;
    let mut bytes = Vec::new();
    loop {
        if let Some((mut request, head, body)) = parse(&bytes)? {
            if bytes.len() >= head + body {
                request.body = bytes[head..head + body].to_vec();
                return Ok(request);
            }
        } else if bytes.len() > LARGEST_HEAD {
            return Err(bad("the head is too large"));
        }
        more(stream, &mut bytes, deadline, stopped)?;
    }
}

/// The request so far, with the lengths of its head and of the body that it announces; nothing
/// while the head is not complete.
fn parse(bytes: &[u8]) -> io::Result<Option<(Request, usize, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Request::new(&mut headers);
    let status = head.parse(bytes).map_err(|error| bad(&error.to_string()))?;
    let httparse::Status::Complete(length) = status else { return Ok(None) };
    let mut request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        target: head.path.unwrap_or_default().to_owned(),
        credentials: Credentials::default(),
        user_agent: None,
        body: Vec::new(),
    };
    let mut body = 0;
    for header in head.headers.iter() {
        let Ok(value) = std::str::from_utf8(header.value) else { continue };
        let value = value.trim();
        match header.name.to_ascii_lowercase().as_str() {
            "authorization" => request.credentials.bearer = value.strip_prefix("Bearer ").map(Secret::new),
            "project-access-token" => request.credentials.project = Some(Secret::new(value)),
            "user-agent" => request.user_agent = Some(value.to_owned()),
            "content-length" => body = value.parse().map_err(|_| bad("the length is no number"))?,
            "transfer-encoding" => return Err(bad("a body of unknown length")),
            _ => {}
        }
    }
    match body {
        0..=LARGEST_BODY => Ok(Some((request, length, body))),
        _ => Err(bad("the body is too large")),
    }
}

fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>, deadline: Instant, stopped: &dyn Fn() -> bool) -> io::Result<()> {
    let mut part = [0; 16 * 1024];
    while !stopped() && Instant::now() < deadline {
        match stream.read(&mut part) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => {
                bytes.extend_from_slice(&part[..length]);
                return Ok(());
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::TimedOut.into())
}

pub fn write(stream: &mut TcpStream, reply: &Reply) -> io::Result<()> {
    stream.set_write_timeout(Some(LONGEST_REQUEST))?;
    let reason = match reply.status {
        200 => "OK",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    };
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", reply.body.len()));
    let sent = if reply.cut_short { reply.body.len() / 2 } else { reply.body.len() };
    stream.write_all(head.as_bytes())?;
    stream.write_all(&reply.body[..sent])?;
    stream.shutdown(Shutdown::Write)
}

fn bad(message: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, message)
}
