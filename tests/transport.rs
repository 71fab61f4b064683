//! What can leave the program, tried against real sockets: nothing that could change anything,
//! nothing to a place that was not named, and no reply can hold a run up or fill its memory.

mod common;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{Folder, Listener, endpoint, overscope, replica};
use overscope::demo::{Trouble, World, repository};
use overscope::detector::Detectors;
use overscope::inspect::request::Request;
use overscope::inspect::transport::{Allowed, Failure, Http, Reply, Transport, is_public};
use proptest::prelude::*;
use serde_json::json;
use url::Url;

const SOON: Duration = Duration::from_secs(5);

fn named(url: &str) -> Allowed {
    Allowed { hosts: Vec::new(), endpoints: vec![Url::parse(url).unwrap()] }
}

fn never() -> Vec<String> {
    vec!["variables".to_owned(), "bucketS3Credentials".to_owned()]
}

/// Makes the request and sends it, as far as either can be done.
fn try_to_send(listener: &Listener, document: &str) -> Result<Reply, String> {
    let request = Request::query(&listener.url(), document, &json!({}), &never()).map_err(|why| why.to_string())?;
    let http = Http::new(None).unwrap();
    http.send(&request, &named(&listener.url()), SOON).map_err(|why| why.to_string())
}

#[test]
fn a_query_arrives_and_nothing_else_does() {
    let listener = Listener::answering(200, "", "{}");
    assert_eq!(try_to_send(&listener, "query A { me { id } }").unwrap().status, 200);
    assert!(listener.seen()[0].starts_with("POST / HTTP/1.1\r\n"));
    for document in [
        "mutation { volumeDelete(volumeId: \"1\") }",
        "mutation A { volumeDelete(volumeId: \"1\") }",
        " \n,,# query\n  mutation{a}",
        "\u{feff}mutation { a }",
        "subscription { deployment { id } }",
        "query A { me { id } } mutation B { volumeDelete(volumeId: \"1\") }",
        "mutation B { a } query A { me { id } }",
        "{ me { id } } subscription { b }",
        "query A { ...f } fragment f on Query { variables } ",
        "query A { me { ... { variables } } }",
        "query A { me { ... on User @include(if: true) { projects { variables { x } } } } }",
        "query A { alias: bucketS3Credentials { secretAccessKey } }",
        "query A { variables: me { id } environment { variables } }",
        "fragment f on Mutation { volumeDelete }",
        "schema { query: Mutation }",
        "extend schema { query: Mutation }",
        "extend type Query { a: Int }",
        "query A { me { id }",
        "mutation",
        "",
        "{}",
        "query A($a: [Int] = [1) { me }",
        "\"\"\" query \"\"\" mutation { a }",
    ] {
        assert!(try_to_send(&listener, document).is_err(), "{document}");
    }
    let deep = format!("query {{ {} id {} }}", "a {".repeat(100), "}".repeat(100));
    let long = format!("query {{ {} }}", "a ".repeat(10_000));
    for document in [deep, long] {
        assert!(try_to_send(&listener, &document).is_err());
    }
    assert_eq!(listener.seen().len(), 1, "{:?}", listener.seen());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever passes is, for another reader of GraphQL, made of queries alone.
    #[test]
    fn no_mixture_of_pieces_smuggles_an_operation(pieces in prop::collection::vec(prop::sample::select(vec![
        "query", "mutation", "subscription", "fragment f on Query", "A", "{ a }", "{ variables }", "{ a { b } }",
        "#", "\n", "\r", ",", "\"", "\"\"\"", "@d", "($x: Int)", "{", "}", "\u{feff}", "\\", "type A { b: C }", "...f",
    ]), 0..8)) {
        let document = pieces.join(" ");
        if Request::query("https://api.example/", &document, &json!({}), &never()).is_ok() {
            let read = apollo_compiler::ast::Document::parse(document.clone(), "any");
            let read = read.unwrap_or_else(|why| panic!("{document:?}: {why}"));
            for definition in &read.definitions {
                use apollo_compiler::ast::{Definition, OperationType};
                match definition {
                    Definition::OperationDefinition(operation) => {
                        prop_assert_eq!(operation.operation_type, OperationType::Query)
                    }
                    Definition::FragmentDefinition(_) => {}
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }
}

#[test]
fn a_post_needs_its_reason() {
    let url = "https://api.example/";
    let question = |why: &str| Request::question(url, url, "text/plain", "Action=GetCallerIdentity".to_owned(), why);
    assert!(question("").is_err());
    assert!(question(" \n").is_err());
    assert!(question("it only says who one is").is_ok());
}

#[test]
fn every_post_of_the_detector_files_is_a_query_or_has_its_reason() {
    let detectors = Detectors::load(&[]).unwrap();
    for provider in detectors.providers() {
        for step in provider.probes.values().flat_map(|probe| &probe.steps) {
            let reason = step.reads_only.as_deref().unwrap_or_default();
            assert!(step.post.is_none() || reason.len() > 10, "{}: {}", provider.id, step.id);
        }
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Listener::answering(200, "", r#"{"data":{"me":{"id":"1"}}}"#);
    for status in [301, 302, 303, 307, 308] {
        let listener = Listener::answering(status, &format!("Location: {}/x\r\n", elsewhere.url()), "");
        let reply = try_to_send(&listener, "{ me { id } }").unwrap();
        assert_eq!((reply.status, listener.seen().len()), (status, 1));
    }
    assert_eq!(elsewhere.seen(), [] as [String; 0]);
    // And through the whole program.
    let replica = replica(World::nine_seconds(&repository::token()), Trouble::Redirect(elsewhere.url()));
    let ran = overscope(["inspect", &endpoint(&replica), "railway-token"]).stdin(repository::token()).run();
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert_eq!((replica.violations(), elsewhere.seen()), (Vec::new(), Vec::new()));
}

#[test]
fn nothing_goes_to_a_place_that_was_not_named() {
    let listener = Listener::answering(200, "", "{}");
    let http = Http::new(None).unwrap();
    let send = |url: &str, allowed: &Allowed| {
        let request = Request::get(url, url).unwrap();
        http.send(&request, allowed, SOON)
    };
    let own = Allowed { hosts: vec!["api.example.com".to_owned()], endpoints: Vec::new() };
    let port = listener.port();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        "http://api.example.com/".to_owned(),
        "https://api.example.com:8443/".to_owned(),
        "https://dana@api.example.com/".to_owned(),
        "https://api.example.com.evil.example/".to_owned(),
        "ftp://api.example.com/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        assert!(matches!(send(&url, &own), Err(Failure::Forbidden(_))), "{url}");
    }
    let other_port = named("http://127.0.0.1:9/");
    assert!(matches!(send(&format!("http://127.0.0.1:{port}/"), &other_port), Err(Failure::Forbidden(_))));
    // Plain http is for this machine, even where the user named the host.
    let far = named("http://gitlab.example/");
    assert!(matches!(send("http://gitlab.example/api", &far), Err(Failure::Forbidden(_))));
    assert_eq!(listener.seen(), [] as [String; 0]);
}

/// `localhost` stands in for a public name whose owner points it at this machine.
#[test]
fn a_name_that_leads_to_this_machine_is_not_connected_to() {
    let http = Http::new(None).unwrap();
    let own =
        Allowed { hosts: vec!["localhost.localdomain".to_owned(), "ip6-localhost".to_owned()], endpoints: Vec::new() };
    for url in ["https://localhost.localdomain/", "https://ip6-localhost/"] {
        let request = Request::get(url, url).unwrap();
        let refused = http.send(&request, &own, SOON).unwrap_err();
        // Where the resolver does not know the name there is nothing to connect to either.
        assert!(matches!(refused, Failure::Forbidden(_) | Failure::Connect), "{url}: {refused:?}");
    }
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1"] {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
    // Addresses of the old network in the clothes of the new one.
    for address in ["64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "fec0::1", "100::1"] {
        assert!(!is_public(address.parse().unwrap()), "{address}");
    }
}

/// Sends the head of a reply, then body until the client is gone.
fn endless(pause: Duration, part: usize) -> (Listener, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let listener = Listener::start(move |stream, _| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n";
        let _ = stream.write_all(head.as_bytes());
        let part = vec![b' '; part];
        // A test that fails must end all the same.
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end && stream.write_all(&part).and_then(|()| stream.flush()).is_ok() {
            count.fetch_add(part.len(), Ordering::Relaxed);
            std::thread::sleep(pause);
        }
    });
    (listener, sent)
}

#[test]
fn a_body_of_more_than_a_mebibyte_is_refused() {
    let fits = format!("{{\"x\":\"{}\"}}", "y".repeat((1 << 20) - 8));
    assert_eq!(fits.len(), 1 << 20);
    let listener = Listener::answering(200, "", fits.clone());
    assert_eq!(try_to_send(&listener, "{ a }").unwrap().body.len(), 1 << 20);
    let listener = Listener::answering(200, "", fits + " ");
    assert_eq!(try_to_send(&listener, "{ a }"), Err("the body is larger than 1 MiB".to_owned()));
    let (listener, sent) = endless(Duration::ZERO, 64 << 10);
    assert_eq!(try_to_send(&listener, "{ a }"), Err("the body is larger than 1 MiB".to_owned()));
    std::thread::sleep(Duration::from_millis(200));
    assert!(sent.load(Ordering::Relaxed) < 32 << 20, "{sent:?}");
}

#[test]
fn a_body_that_drips_ends_with_the_time_limit() {
    let (listener, _) = endless(Duration::from_millis(50), 1);
    let request = Request::query(&listener.url(), "{ a }", &json!({}), &[]).unwrap();
    let started = Instant::now();
    let reply = Http::new(None).unwrap().send(&request, &named(&listener.url()), Duration::from_secs(1));
    assert_eq!(reply, Err(Failure::Timeout));
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[test]
fn a_dripping_provider_cannot_outlast_the_deadline() {
    let (listener, _) = endless(Duration::from_millis(50), 1);
    let folder = Folder::story(&repository::token());
    let arguments = ["scan", "--format=json", "--deadline=1", &format!("--endpoint=railway={}", listener.url())];
    let ran = overscope(arguments).at(folder.path()).run();
    assert_eq!((ran.status, &ran.credential()["score"]), (1, &json!(10.0)));
    assert!(ran.took < Duration::from_secs(8), "{:?}", ran.took);
}

#[test]
fn heads_without_end_and_broken_replies_end_too() {
    let broken: [&'static [u8]; 5] = [
        b"",
        b"\0\0\0\0",
        b"HTTP/9.9 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"SSH-2.0-x\r\n",
    ];
    for bytes in broken {
        let listener = Listener::start(move |stream, _| drop(stream.write_all(bytes)));
        assert!(try_to_send(&listener, "{ a }").is_err(), "{bytes:?}");
    }
    let listener = Listener::start(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end && stream.write_all(b"X-Pad: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n").is_ok() {}
    });
    let started = Instant::now();
    assert!(try_to_send(&listener, "{ a }").is_err());
    assert!(started.elapsed() < Duration::from_secs(8));
}

/// A compressed reply could unfold into more than fits.
#[test]
fn no_compression_is_asked_for() {
    let listener = Listener::answering(200, "", "{}");
    try_to_send(&listener, "{ a }").unwrap();
    let head = listener.seen()[0].to_ascii_lowercase();
    assert!(!head.contains("accept-encoding"), "{head}");
    assert!(!head.contains("cookie") && !head.contains("referer"), "{head}");
}
