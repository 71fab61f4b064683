//! Containers that are started with a credential.

use super::*;

#[test]
fn compose() {
    let service = |rest: &str| format!("services:\n  a:\n    image: b\n{rest}");
    for (text, expected) in [
        (
            "    environment:\n      RAILWAY_TOKEN: ${RAILWAY_TOKEN}\n    command: railway up\n",
            "publish:compute railway up @6",
        ),
        ("    environment:\n      - RAILWAY_TOKEN\n    command: [railway, up]\n", "publish:compute railway up @6"),
        (
            "    environment:\n      RAILWAY_TOKEN:\n    command:\n      - sh\n      - -c\n      - |\n        echo a\n        railway up\n",
            "publish:compute railway up @11",
        ),
        ("    environment: [\"RAILWAY_TOKEN=${OTHER:-x}\"]\n    command: railway up\n", ""),
        ("    environment: [\"RAILWAY_TOKEN=VALUE\"]\n    command: railway up\n", "publish:compute railway up @5"),
        ("    environment:\n      TOKEN: ${RAILWAY_TOKEN:-none}\n", "? @5"),
        ("    environment:\n      - TOKEN=${RAILWAY_TOKEN}\n    command: node server.js\n", "? @5"),
        ("    environment:\n      TOKEN: $$RAILWAY_TOKEN\n", ""),
        ("    env_file: .env\n", "? @4"),
        ("    env_file:\n      - other.env\n      - path: .env\n", "? @6"),
        ("    env_file: .env\n    entrypoint: railway\n    command: up\n", "publish:compute railway up @5"),
        ("    command: foo --token $RAILWAY_TOKEN\n", "? @4"),
        ("    command: [\"foo\", \"--token=${RAILWAY_TOKEN}\"]\n", "? @4"),
        ("    command: sh -c 'railway up --token $$RAILWAY_TOKEN'\n", "publish:compute railway up @4"),
        ("    command: [\"sh\", \"-c\", \"railway up --token $RAILWAY_TOKEN\"]\n", "publish:compute railway up @4"),
        ("    build:\n      args:\n        RAILWAY_TOKEN: ${RAILWAY_TOKEN}\n", ""),
        ("    healthcheck:\n      test: [\"CMD-SHELL\", \"railway status\"]\n", "read:config railway status @5"),
        ("    healthcheck:\n      test: [\"CMD\", \"railway\", \"status\"]\n", "read:config railway status @5"),
        ("    secrets: [s]\nsecrets:\n  s:\n    environment: RAILWAY_TOKEN\n", "? @4"),
        ("    secrets:\n      - source: s\nsecrets:\n  s:\n    file: ./.env\n", "? @5"),
        ("    environment:\n      A: b\n    command: railway up\n", "publish:compute railway up @6"),
    ] {
        check("railway", "RAILWAY_TOKEN", "deploy/docker-compose.prod.yml", &service(text), expected);
    }
    let merged =
        "x-env: &env\n  TOKEN: $RAILWAY_TOKEN\nservices:\n  a:\n    environment:\n      <<: *env\n      B: c\n";
    check("railway", "RAILWAY_TOKEN", "compose.yaml", merged, "? @2");
    check("railway", "RAILWAY_TOKEN", "compose.yaml", "services: [\n  ${RAILWAY_TOKEN}", "? @2");
}

#[test]
fn what_a_build_is_given_is_known_to_its_dockerfile() {
    let credentials = [credential("railway", &value(), &[".env:1=RAILWAY_TOKEN"])];
    let compose = "services:\n  a:\n    build:\n      args:\n        - OUR_TOKEN=${RAILWAY_TOKEN}\n";
    let files = [("compose.yml", compose), ("Dockerfile", "ARG OUR_TOKEN\nRUN RAILWAY_TOKEN=$OUR_TOKEN railway up\n")];
    assert_eq!(said(&find_all(&credentials, &files)[0]), "publish:compute railway up @2");
}
