//! Registries of images: whose credential a push or a pull uses.

use super::*;

#[test]
fn a_login_is_no_use_but_what_follows_it_is() {
    for (text, expected) in [
        ("echo $CR_PAT | docker login ghcr.io -u x --password-stdin", ""),
        (
            "echo $CR_PAT | docker login ghcr.io -u x --password-stdin\ndocker build -t ghcr.io/a/b .\ndocker push ghcr.io/a/b:$V",
            "publish:artifact docker push @3",
        ),
        ("docker login -u x -p $CR_PAT ghcr.io\ndocker pull $IMAGE", "read:artifact docker pull @2"),
        ("docker login ghcr.io -p $CR_PAT\ndocker tag a ghcr.io/a/b\ndocker push a/b", ""),
        ("docker login ghcr.io -p $CR_PAT\ndocker teleport x", "? @2"),
        (
            "docker login ghcr.io -p $CR_PAT\ndocker buildx build --platform a,b --push -t a/b -t ghcr.io/a/b .",
            "publish:artifact docker buildx build @2",
        ),
        (
            "docker login ghcr.io -p $CR_PAT\ndocker buildx build -t ghcr.io/a/b .\ndocker compose push",
            "publish:artifact docker compose push @3",
        ),
        ("docker build --build-arg T=$CR_PAT .", ""),
        ("docker login ghcr.io -p $CR_PAT\npodman push app ghcr.io/a/b", "publish:artifact podman push @2"),
        ("docker login ghcr.io -p $CR_PAT\npodman push ghcr.io/a/b", "publish:artifact podman push @2"),
        (
            "skopeo login ghcr.io -p $CR_PAT\nskopeo copy docker://a/b docker://ghcr.io/a/b",
            "publish:artifact skopeo copy @2",
        ),
        ("skopeo login ghcr.io -p $CR_PAT\nskopeo copy docker://ghcr.io/a/b dir:out", "read:artifact skopeo copy @2"),
        ("helm registry login ghcr.io -p $CR_PAT\nhelm push a.tgz oci://ghcr.io/a", "publish:artifact helm push @2"),
        ("cosign login ghcr.io -p $CR_PAT\ncosign sign --yes ghcr.io/a/b@$D", "publish:artifact cosign sign @2"),
        ("skopeo copy --src-creds x:$CR_PAT docker://ghcr.io/a/b docker://quay.io/a/b", "read:artifact skopeo copy @1"),
        ("docker run -e CR_PAT image sh", "? @1"),
        ("docker exec x npm publish", ""),
    ] {
        check("github", "CR_PAT", "a.sh", text, expected);
    }
}

#[test]
fn two_logins_are_told_apart_by_the_registry() {
    let other = "k3x-".repeat(9);
    let credentials = [
        credential("github", &value(), &[".env:1=CR_PAT"]),
        credential("docker-hub", &other, &[".env:2=DOCKERHUB_TOKEN"]),
    ];
    let logins = "docker login -u x -p $DOCKERHUB_TOKEN\ndocker login ghcr.io -u x -p $CR_PAT\n";
    let pushes = "docker push acme/app\ndocker pull ghcr.io/acme/app\ndocker push $IMAGE\n";
    for files in [
        vec![("a.sh", format!("{logins}{pushes}"))],
        vec![("login.sh", logins.to_owned()), ("b.sh", format!("\n\n{pushes}"))],
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let uses = find_all(&credentials, &files);
        assert_eq!(said(&uses[0]), "read:artifact docker pull @4; publish:artifact docker push @5");
        assert_eq!(said(&uses[1]), "publish:artifact docker push @3; publish:artifact docker push @5");
    }
}
