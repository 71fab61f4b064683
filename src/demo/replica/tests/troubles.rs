//! Every way in which the provider can fail.

use std::time::Instant;

use super::*;
use crate::demo::Failure;

const ME: &str = "{ me { email } }";

fn troubled(trouble: Trouble) -> Replica {
    Replica::start(World::nine_seconds(&token()), trouble).unwrap()
}

#[test]
fn a_status_for_everything() {
    for status in [401, 403, 500, 503] {
        let replica = troubled(Trouble::Status(status));
        let answer = ask(&replica, BEARER, ME);
        assert_eq!(answer.status, status);
        assert!(answer.json().get("data").is_none());
        assert_eq!(replica.requests().len(), 1);
    }
}

#[test]
fn a_status_after_some_answers() {
    let replica = troubled(Trouble::StatusAfter { requests: 2, status: 500 });
    let statuses: Vec<u16> = (0..4).map(|_| ask(&replica, BEARER, ME).status).collect();
    assert_eq!(statuses, [200, 200, 500, 500]);
}

#[test]
fn too_many_requests_say_when_to_come_back() {
    let answer = ask(&troubled(Trouble::TooManyRequests { retry_after: 7 }), BEARER, ME);
    assert_eq!(answer.status, 429);
    assert!(answer.head.contains("\r\nRetry-After: 7\r\n"));
}

#[test]
fn a_page_for_people() {
    let answer = ask(&troubled(Trouble::Html), BEARER, ME);
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("text/html") && answer.body.starts_with("<!DOCTYPE html>"));
}

#[test]
fn a_body_that_ends_too_early() {
    let answer = ask(&troubled(Trouble::CutShort), BEARER, ME);
    let announced = answer.head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
    assert_eq!(announced.parse::<usize>().unwrap() / 2, answer.body.len());
    assert!(serde_json::from_str::<Value>(&answer.body).is_err());
}

#[test]
fn a_slow_answer_comes_in_the_end() {
    let start = Instant::now();
    let replica = troubled(Trouble::Slow(Duration::from_millis(200)));
    assert_eq!(data(&ask(&replica, BEARER, ME))["me"]["email"], "dana@acme.example");
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[test]
fn stopping_does_not_wait_for_a_slow_answer_nor_for_a_silent_client() {
    let replica = troubled(Trouble::Slow(Duration::from_secs(20)));
    let silent = TcpStream::connect(replica.address).unwrap();
    let address = replica.address;
    let asking = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let body = json!({ "query": ME }).to_string();
        write!(stream, "POST /graphql/v2 HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        stream.read_to_string(&mut String::new()).map(|_| ())
    });
    while replica.requests().is_empty() {
        std::thread::yield_now();
    }
    let start = Instant::now();
    drop(replica);
    assert!(start.elapsed() < Duration::from_secs(5));
    asking.join().unwrap().unwrap();
    drop(silent);
}

#[test]
fn one_field_fails_and_all_else_is_answered() {
    let failing = |how| troubled(Trouble::FailField { root_field: "me".to_owned(), how });
    let others = "{ apiToken { workspaces { name } } }";

    let replica = failing(Failure::Refused);
    assert_eq!(denied(&ask(&replica, BEARER, ME)), "Not Authorized");
    assert!(data(&ask(&replica, BEARER, others)).is_object());

    assert_eq!(
        denied(&ask(&failing(Failure::Message("Problem processing request".to_owned())), BEARER, "{ a: me { id } }")),
        "Problem processing request"
    );
    assert_eq!(data(&ask(&failing(Failure::Null), BEARER, ME)), json!({ "me": null }));

    let replica = failing(Failure::Unknown);
    let answer = ask(&replica, BEARER, ME);
    assert_eq!((answer.status, answer.json().get("data")), (400, None));
    assert!(data(&ask(&replica, BEARER, others)).is_object());

    let replica = failing(Failure::Status(502));
    assert_eq!((ask(&replica, BEARER, ME).status, ask(&replica, BEARER, others).status), (502, 200));
}

#[test]
fn a_redirect_leads_away() {
    let answer = ask(&troubled(Trouble::Redirect("http://127.0.0.1:9/steal".to_owned())), BEARER, ME);
    assert_eq!(answer.status, 302);
    assert!(answer.head.contains("\r\nLocation: http://127.0.0.1:9/steal\r\n"));
}
