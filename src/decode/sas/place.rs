//! Where a signature holds: everywhere in some services of an account, or in one thing.

use percent_encoding::percent_decode_str;

use super::{Query, distinct};

pub(super) enum Place {
    /// An account SAS: services (`ss`) and levels (`srt`: s service, c container, o object).
    Account { services: Vec<String>, levels: Vec<String> },
    /// A service SAS or a user delegation SAS: one thing.
    One(String),
}

impl Place {
    pub(super) fn of(query: &Query, url: Option<&str>) -> Place {
        if let (Some(services), Some(levels)) = (query.get("ss"), query.get("srt")) {
            return Place::Account { services: distinct(services), levels: distinct(levels) };
        }
        Place::One(match (query.get("sr"), query.get("tn")) {
            (Some("b"), _) => "blob".to_owned(),
            (Some("bs"), _) => "blob-snapshot".to_owned(),
            (Some("bv"), _) => "blob-version".to_owned(),
            (Some("c"), _) => "container".to_owned(),
            (Some("d"), _) => "directory".to_owned(),
            (Some("f"), _) => "file".to_owned(),
            (Some("s"), _) => "share".to_owned(),
            (Some(other), _) => format!("resource-{other}"),
            (None, Some(_)) => "table".to_owned(),
            // Tables name themselves and blobs and files their resource: queues alone do neither.
            // A URL that says otherwise belongs to a signature from before 2012.
            (None, None) => match url.and_then(service) {
                Some("blob") => "container".to_owned(),
                Some("file") => "share".to_owned(),
                Some(other) => other.to_owned(),
                None => "queue".to_owned(),
            },
        })
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Place::Account { .. } => "account-sas",
            Place::One(name) => match name.as_str() {
                "container" => "container-sas",
                "blob" => "blob-sas",
                _ => "service-sas",
            },
        }
    }

    pub(super) fn services(&self) -> Vec<String> {
        match self {
            Place::Account { services, .. } => services.iter().map(|letter| service_name(letter).to_owned()).collect(),
            Place::One(name) => match name.as_str() {
                "blob" | "blob-snapshot" | "blob-version" | "container" | "directory" => vec!["blob".to_owned()],
                "file" | "share" => vec!["file".to_owned()],
                "queue" | "table" => vec![name.clone()],
                _ => Vec::new(),
            },
        }
    }

    pub(super) fn resource_types(&self) -> Vec<&str> {
        let Place::Account { levels, .. } = self else { return Vec::new() };
        let word = |letter: &String| match letter.as_str() {
            "s" => Some("service"),
            "c" => Some("container"),
            "o" => Some("object"),
            _ => None,
        };
        levels.iter().filter_map(word).collect()
    }

    /// The places in which a permission works. A level or letter that nobody knows is taken for the
    /// larger power.
    pub(super) fn names_for(&self, letter: &str) -> Vec<String> {
        let Place::Account { services, levels } = self else { return self.names_of_all() };
        let mut names = Vec::new();
        for service in services.iter().map(|letter| service_name(letter)) {
            for part in levels.iter().filter_map(|level| part_of(service, level, letter)) {
                let name = format!("account-{service}{part}");
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    pub(super) fn names_of_all(&self) -> Vec<String> {
        match self {
            Place::Account { .. } => self.services().iter().map(|service| format!("account-{service}")).collect(),
            Place::One(name) => vec![name.clone()],
        }
    }
}

/// What a permission opens on one level of a service, by the tables of
/// learn.microsoft.com/rest/api/storageservices/create-account-sas: data, settings (`-config`), the
/// containers themselves, or nothing.
fn part_of(service: &str, level: &str, letter: &str) -> Option<&'static str> {
    let (data, config, containers) = (Some(""), Some("-config"), Some("-containers"));
    match (level, letter) {
        // Properties of the service, and the list of its containers.
        ("s", letter) => {
            if "acdxytmeopuif".contains(letter) {
                None
            } else {
                config
            }
        }
        ("c", "r") => config,
        ("c", "w") => containers,
        // Messages are not listed; and what is done to one blob, message or row is not done here.
        ("c", "l") if service == "queue" => None,
        ("c", "a" | "x" | "y" | "t" | "p" | "u") => None,
        ("c", "f") | ("o", "x" | "y" | "t" | "f" | "i") => {
            if is_other(service, "blob") {
                None
            } else {
                data
            }
        }
        ("o", "l") => None,
        ("o", "w" | "c") if matches!(service, "queue" | "table") => None,
        ("o", "a") if service == "file" => None,
        ("o", "u") if matches!(service, "blob" | "file") => None,
        ("o", "p") => {
            if is_other(service, "queue") {
                None
            } else {
                data
            }
        }
        _ => data,
    }
}

/// Whether it is a known service, and not this one.
fn is_other(service: &str, this: &str) -> bool {
    service != this && matches!(service, "blob" | "file" | "queue" | "table")
}

fn service_name(letter: &str) -> &str {
    match letter {
        "b" => "blob",
        "f" => "file",
        "q" => "queue",
        "t" => "table",
        other => other,
    }
}

/// The account that a URL names: the first label of `ACCOUNT.blob.core.windows.net`, or the first
/// folder on the emulator, which has an address for a host.
pub(super) fn account(url: &str) -> Option<String> {
    let (host, path) = host_and_path(url);
    let account = match service(url) {
        Some(_) => host.split('.').next(),
        None if host.parse::<std::net::Ipv4Addr>().is_ok() || host == "localhost" => path.split('/').next(),
        None => None,
    };
    // Account names are 3 to 24 small letters and digits; a secondary location ends in -secondary.
    let account = account?.trim_end_matches("-secondary");
    let is_name = account.len() >= 3 && account.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_name.then(|| account.to_ascii_lowercase())
}

/// The container and the blob that a URL names, as far as it does. On the emulator the account
/// stands before them.
pub(super) fn container_and_blob(url: &str) -> (Option<String>, Option<String>) {
    let (_, path) = host_and_path(url);
    let path = match service(url) {
        Some("blob") => path,
        Some(_) => return (None, None),
        None => path.split_once('/').map_or("", |(_, rest)| rest),
    };
    let (container, blob) = path.split_once('/').unwrap_or((path, ""));
    let named = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().ok()?.into_owned();
        (!text.is_empty()).then_some(text)
    };
    (named(container), named(blob))
}

/// The service that a host of Azure Storage belongs to, in any cloud:
/// `ACCOUNT.SERVICE.core.…`, `ACCOUNT.zNN.SERVICE.storage.azure.net`.
fn service(url: &str) -> Option<&'static str> {
    let (host, _) = host_and_path(url);
    let labels: Vec<&str> = host.split('.').collect();
    labels.windows(2).skip(1).find_map(|pair| match pair {
        ["blob" | "dfs", "core" | "storage"] => Some("blob"),
        ["file", "core" | "storage"] => Some("file"),
        ["queue", "core" | "storage"] => Some("queue"),
        ["table", "core" | "storage"] => Some("table"),
        _ => None,
    })
}

fn host_and_path(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    (authority.split(':').next().unwrap_or_default(), path)
}
