//! Registries of images: one tool is logged in at several of them, and the registry that a command
//! line names tells whose credential it uses there.

use super::bind::HOLE;
use super::tools::table;

/// Where an image lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On this machine: no credential counts.
    Here,
    /// At a registry that takes the credentials of this provider.
    Of(&'static str),
    /// Not known, or at a registry of somebody's own.
    Somewhere,
    /// At a registry that is none of those that people share.
    Elsewhere,
}

/// Prefixes of references that name no registry.
const HERE: [&str; 11] = [
    "./",
    "../",
    "/",
    "dir:",
    "oci:",
    "oci-archive:",
    "docker-archive:",
    "docker-daemon:",
    "containers-storage:",
    "ostree:",
    "localhost",
];
/// The registry of a reference that names none.
const DEFAULT: &str = "docker.io";

/// The place of an image, a chart or another artifact, by its reference.
pub fn place(reference: &str) -> Place {
    let bare = ["docker://", "oci://", "https://"].iter().find_map(|scheme| reference.strip_prefix(scheme));
    if bare.is_none() && HERE.iter().any(|prefix| reference.starts_with(prefix)) {
        return Place::Here;
    }
    let reference = bare.unwrap_or(reference);
    let host = match reference.split_once('/') {
        Some((host, _)) if host.contains(['.', ':', HOLE]) => host,
        None if reference.contains(HOLE) => reference,
        _ => DEFAULT,
    };
    known(host).map_or(Place::Somewhere, Place::Of)
}

/// The place of packages, by the address that an option names.
pub fn registry(address: &str) -> Place {
    let Some((_, rest)) = address.split_once("://") else { return Place::Somewhere };
    let host = rest.split('/').next().unwrap_or(rest);
    match known(host) {
        Some(provider) => Place::Of(provider),
        None if host.contains(HOLE) => Place::Somewhere,
        None => Place::Elsewhere,
    }
}

fn known(host: &str) -> Option<&'static str> {
    let mut registries = table().common.registries.iter();
    let known = registries.find(|(known, _)| {
        let before = host.split(':').next().unwrap_or(host).strip_suffix(known.as_str());
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    });
    known.map(|(_, provider)| provider.as_str())
}

impl Place {
    /// Whether a credential of this provider can count there. One of a provider that has no
    /// registry of its own may be for any.
    pub fn takes(self, provider: &str) -> bool {
        match self {
            Place::Here => false,
            Place::Somewhere => true,
            Place::Of(own) => own == provider || !is_shared(provider),
            Place::Elsewhere => !is_shared(provider),
        }
    }
}

/// Whether a provider's credentials are for a registry that people share.
fn is_shared(provider: &str) -> bool {
    table().common.registries.values().any(|other| other == provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_tell_their_registry() {
        let hole = |text: &str| text.replace('?', &HOLE.to_string());
        for (reference, expected) in [
            ("alpine", Place::Of("docker-hub")),
            ("acme/app:1", Place::Of("docker-hub")),
            ("docker.io/acme/app", Place::Of("docker-hub")),
            ("docker://index.docker.io/acme/app", Place::Of("docker-hub")),
            ("ghcr.io/acme/app:?", Place::Of("github")),
            ("oci://ghcr.io/acme/charts", Place::Of("github")),
            ("registry.gitlab.com:443/acme/app", Place::Of("gitlab")),
            ("?.dkr.ecr.?.amazonaws.com/app", Place::Of("aws")),
            ("europe-docker.pkg.dev/acme/app", Place::Of("gcp")),
            ("notghcr.io/acme/app", Place::Somewhere),
            ("registry.example.com/acme/app", Place::Somewhere),
            ("?", Place::Somewhere),
            ("?/app", Place::Somewhere),
            ("localhost:5000/app", Place::Here),
            ("docker-daemon:app:1", Place::Here),
            ("./charts/app", Place::Here),
        ] {
            assert_eq!(place(&hole(reference)), expected, "{reference}");
        }
    }

    #[test]
    fn a_registry_takes_its_own_and_those_of_nobody() {
        assert!(Place::Of("github").takes("github"));
        assert!(Place::Of("github").takes("generic"));
        assert!(!Place::Of("github").takes("docker-hub"));
        assert!(Place::Somewhere.takes("docker-hub"));
        assert!(!Place::Here.takes("docker-hub"));
    }
}
