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

fn pod(container: &str) -> String {
    let head =
        "apiVersion: batch/v1\nkind: CronJob\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n";
    head.to_owned() + container
}

#[test]
fn containers_of_kubernetes() {
    let from = "          env:\n            - name: RAILWAY_TOKEN\n              valueFrom:\n                secretKeyRef: {name: s, key: RAILWAY_TOKEN}\n";
    for (text, expected) in [
        (from.to_owned() + "          command: [\"railway\", \"up\"]\n", "publish:compute railway up @12"),
        (
            from.to_owned()
                + "          command: [sh, -c]\n          args:\n            - |\n              echo a\n              railway up\n",
            "publish:compute railway up @16",
        ),
        (from.to_owned() + "          command: [sh, -c, 'railway $CMD']\n", "? @12"),
        (from.to_owned() + "          image: node\n", "? @9"),
        (from.to_owned() + "          command: [\"node\", \"a.js\"]\n", "? @9"),
        (from.replace("key: RAILWAY_TOKEN", "key: t"), "? @9"),
        (from.replace("name: RAILWAY_TOKEN", "name: T"), "? @9"),
        (from.replace("RAILWAY_TOKEN", "OTHER"), ""),
        ("          args: [\"--token=$(RAILWAY_TOKEN)\"]\n".to_owned(), "? @8"),
        ("          command: [foo]\n          args: [\"--token=$(RAILWAY_TOKEN)\"]\n".to_owned(), "? @8"),
        ("          env: [{name: T, value: VALUE}]\n".to_owned(), "? @8"),
        (
            "          env: [{name: RAILWAY_TOKEN, value: VALUE}]\n          command: [railway, domain]\n".to_owned(),
            "write:domain railway domain @9",
        ),
        (
            "          livenessProbe:\n            exec: {command: [railway, status]}\n".to_owned(),
            "read:config railway status @9",
        ),
        ("          env: [{name: A, value: b}]\n".to_owned(), ""),
    ] {
        check("railway", "RAILWAY_TOKEN", "deploy/job.yaml", &pod(&text), expected);
    }
    let template =
        "apiVersion: v1\nkind: Pod\nspec:\n{{- if .Values.x }}\n  t: {{ .Values.RAILWAY_TOKEN }}\n{{- end }}\n";
    check("railway", "RAILWAY_TOKEN", "chart/templates/pod.yaml", template, "? @5");
}

#[test]
fn secrets_of_kubernetes_bind_by_their_keys() {
    use base64::Engine;
    let secret = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n  token: {}\n", value());
    let encoded = base64::prelude::BASE64_STANDARD.encode(value());
    let data = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\ndata:\n  token: {encoded}\n");
    let generator =
        "apiVersion: x/v1\nkind: Kustomization\nsecretGenerator:\n  - name: s\n    literals: [\"token=VALUE\"]\n"
            .replace("VALUE", &value());
    let key = pod(
        "          env:\n            - name: RAILWAY_TOKEN\n              valueFrom: {secretKeyRef: {name: s, key: token}}\n          command: [railway, up]\n",
    );
    let all = pod("          envFrom:\n            - secretRef: {name: s}\n");
    let files = "apiVersion: v1\nkind: Pod\nspec:\n  volumes:\n    - secret: {secretName: s}\n";
    let issuer =
        "apiVersion: cert-manager.io/v1\nkind: Issuer\nspec:\n  apiTokenSecretRef:\n    name: s\n    key: token\n";
    let pull = "apiVersion: v1\nkind: Pod\nspec:\n  imagePullSecrets: [{name: s}]\n";
    let other = pod("          envFrom:\n            - secretRef: {name: other}\n");
    for secret in [&secret, &data, &generator] {
        let credentials = [credential("railway", &value(), &["k8s/a.yaml:90=token"])];
        for (user, expected) in [
            (key.as_str(), "publish:compute railway up @11"),
            (&all, "? @9"),
            (files, "? @5"),
            (issuer, "? @5"),
            (pull, "read:artifact imagePullSecrets @4"),
            (&other, ""),
        ] {
            let uses = find_all(&credentials, &[("k8s/b.yaml", user), ("k8s/a.yaml", secret)]);
            assert_eq!(said(&uses[0]), expected, "{secret}{user}");
        }
    }
}

#[test]
fn what_a_manifest_holds_itself_is_used_by_it() {
    let text = "apiVersion: x/v1\nkind: Thing\nspec:\n  token: VALUE\n---\napiVersion: v1\nkind: List\nitems:\n  - apiVersion: x/v1\n    kind: Thing\n    list: [VALUE]\n";
    check("railway", "RAILWAY_TOKEN", "a.yml", text, "? @4; ? @11");
    let script =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  run.sh: |\n    set -e\n    railway up\n";
    check("railway", "RAILWAY_TOKEN", "a.yml", script, "publish:compute railway up @7");
}
