//! What must never be sent, and what is remembered of requests.

use super::*;
use crate::demo::Auth;

/// The violations of one question, which must have been answered with 500.
fn violations(query: &str) -> Vec<String> {
    let replica = replica(World::nine_seconds(&token()));
    let status = ask(&replica, BEARER, query).status;
    let violations = replica.violations();
    assert_eq!(status == 500, !violations.is_empty(), "{query}: {status}");
    violations
}

#[test]
fn whatever_is_not_a_query_is_held_against_the_client() {
    let mutation = "mutation { volumeDelete(volumeId: \"1\") }";
    assert_eq!(violations(mutation), ["a mutation"]);
    assert_eq!(violations(&format!("query A {{ me {{ id }} }} {mutation}")), ["a mutation"]);
    assert_eq!(violations("subscription { deployment { id } }"), ["a subscription"]);
    assert_eq!(violations("{ me { id } }"), [] as [String; 0]);
}

#[test]
fn fields_that_give_secrets_away_are_found_at_any_depth_and_under_any_name() {
    for query in [
        "{ variables(projectId: \"1\", environmentId: \"2\") }",
        "{ name: variables(projectId: \"1\", environmentId: \"2\") }",
        "{ variablesForServiceDeployment(projectId: \"1\") }",
        "{ environment(id: \"1\") { name: variables { edges { node { name } } } } }",
        "{ environment(id: \"1\") { config(decryptVariables: true) } }",
        "{ environment(id: \"1\") { ...e } } fragment e on Environment { variables { edges { node { name } } } }",
        "{ bucketS3Credentials(bucketId: \"1\") { secretAccessKey } }",
        "{ bucketInstanceDetails(bucketId: \"1\") { sizeBytes } }",
        "{ projectInviteCode(projectId: \"1\") { code } }",
        "{ twoFactorInfo { isVerified } }",
        "{ environmentLogs(environmentId: \"1\") { message } }",
        "{ me { id(decryptVariables: true) } }",
    ] {
        assert_eq!(violations(query).len(), 1, "{query}");
    }
    assert_eq!(violations("{ variables: me { config: id } }"), [] as [String; 0]);
}

#[test]
fn only_the_one_route_is_asked() {
    let replica = replica(World::nine_seconds(&token()));
    let question = json!({ "query": "{ me { id } }" });
    for target in ["/", "/graphql", "/graphql/v2/", "/graphql/v1?x=/graphql/v2"] {
        assert_eq!(post(&replica, target, "", &question).status, 500);
    }
    assert_eq!(raw(&replica, "GET /graphql/v2 HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 500);
    assert_eq!(replica.violations().len(), 5);
    assert_eq!(post(&replica, "/graphql/v2?source=overscope", "", &question).status, 200);
    assert_eq!(replica.violations().len(), 5);
}

#[test]
fn a_token_in_the_url_is_held_against_the_client_and_not_remembered() {
    let unknown = token().replace('a', "b");
    let replica = replica(World::nine_seconds(&token()));
    let question = json!({ "query": format!("{{ project(id: \"{}\") {{ id }} }}", token()) });
    assert_eq!(post(&replica, &format!("/graphql/v2?token={}", token()), "", &question).status, 500);
    let target = format!("/graphql/v2?t={unknown}");
    assert_eq!(post(&replica, &target, &format!("{PROJECT}{unknown}"), &question).status, 500);
    assert_eq!(replica.violations(), ["a token in the URL", "a token in the URL"]);
    let remembered = format!("{:?}", replica.requests());
    assert!(!remembered.contains(&token()) && !remembered.contains(&unknown));
    assert_eq!(replica.requests()[0].path, "/graphql/v2?token=****");
}

#[test]
fn requests_are_remembered_with_the_header_that_was_used() {
    let replica = replica(World::nine_seconds(&token()));
    let question = json!({ "query": "{ one: me { id } projectToken { id } }" });
    for (auth, expected) in [
        (String::new(), Auth::None),
        (format!("{BEARER}{}", token()), Auth::Bearer),
        (format!("{PROJECT}{}", token()), Auth::ProjectAccessToken),
        (format!("{PROJECT}{}\r\n{BEARER}{}", token(), token()), Auth::Both),
    ] {
        post(&replica, super::super::PATH, &auth, &question);
        let seen = replica.requests().pop().unwrap();
        assert_eq!((seen.auth, seen.method.as_str()), (expected, "POST"));
        assert_eq!(seen.user_agent.as_deref(), Some("overscope/test"));
        assert_eq!(seen.root_fields, ["me", "projectToken"]);
        assert_eq!(seen.document, "{ one: me { id } projectToken { id } }");
    }
}

#[test]
fn nonsense_and_oversized_requests_end_the_connection_and_nothing_else() {
    let replica = replica(World::nine_seconds(&token()));
    let oversized = format!("POST / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    for request in ["\0\0\0\0\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", &oversized] {
        let mut stream = TcpStream::connect(replica.address).unwrap();
        // The replica may hang up while this is still being sent.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(answer, b"");
    }
    assert_eq!(ask(&replica, BEARER, "{ me { id } }").status, 200);
    assert_eq!(replica.requests().len(), 1);
}
