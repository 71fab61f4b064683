//! The replica, asked over a plain socket.

mod access;
mod answers;
mod troubles;
mod violations;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Replica, Trouble};
use crate::demo::World;
use crate::demo::repository::token;

const BEARER: &str = "Authorization: Bearer ";
const PROJECT: &str = "Project-Access-Token: ";

struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Response {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

fn replica(world: World) -> Replica {
    Replica::start(world, Trouble::None).unwrap()
}

/// Sends these bytes and reads until the connection ends.
fn raw(replica: &Replica, request: &str) -> Response {
    let mut stream = TcpStream::connect(replica.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, head: head.to_owned(), body: body.to_owned() }
}

fn post(replica: &Replica, target: &str, auth: &str, body: &Value) -> Response {
    let body = body.to_string();
    let auth = if auth.is_empty() { String::new() } else { format!("{auth}\r\n") };
    let length = body.len();
    raw(
        replica,
        &format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: overscope/test\r\n{auth}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ),
    )
}

fn ask_with(replica: &Replica, auth: &str, query: &str, variables: Value) -> Response {
    post(replica, super::PATH, auth, &json!({ "query": query, "variables": variables }))
}

/// Asks as the token of the world, sent in the header of this name.
fn ask(replica: &Replica, header: &str, query: &str) -> Response {
    ask_with(replica, &format!("{header}{}", token()), query, json!({}))
}

/// The message of the one error with which a question was denied.
fn denied(response: &Response) -> String {
    let json = response.json();
    assert_eq!((response.status, &json["data"]), (200, &Value::Null), "{json}");
    let [error] = json["errors"].as_array().unwrap().as_slice() else { panic!("one error: {json}") };
    assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR");
    assert!(error["traceId"].as_str().unwrap().parse::<u64>().is_ok());
    error["message"].as_str().unwrap().to_owned()
}

fn data(response: &Response) -> Value {
    let json = response.json();
    assert_eq!((response.status, json.get("errors")), (200, None), "{json}");
    json["data"].clone()
}
