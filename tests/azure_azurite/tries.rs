//! What is tried with a credential, outside the program, on containers made for it alone.

use std::collections::BTreeMap;

use crate::azurite::{Azurite, Proof, Request};

const PROPERTIES: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><StorageServiceProperties><HourMetrics><Version>1.0</Version>\
    <Enabled>false</Enabled></HourMetrics></StorageServiceProperties>";
const TAGS: &str =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><Tags><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tags>";
const MESSAGE: &str = "<QueueMessage><MessageText>aGk=</MessageText></QueueMessage>";

const BLOCK: &[(&str, &str)] = &[("x-ms-blob-type", "BlockBlob")];
const APPEND: &[(&str, &str)] = &[("x-ms-blob-type", "AppendBlob")];
const ALL_COPIES: &[(&str, &str)] = &[("x-ms-delete-snapshots", "only")];
const META: &[(&str, &str)] = &[("x-ms-meta-a", "b")];

/// One act: what it is called, and the capabilities that it is.
pub struct Try {
    pub name: &'static str,
    pub cans: &'static [&'static str],
    method: &'static str,
    queue: bool,
    path: String,
    query: String,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
}

/// The containers and queues of one credential, as an administrator makes them.
pub struct Ground {
    name: String,
}

impl Ground {
    pub fn prepare(azurite: &Azurite, administrator: &Proof, name: &str) -> Ground {
        let make = |method: &str, queue: bool, path: &str, query: &str, headers: &[(&str, &str)], body: &str| {
            let request = Request { method, queue, path: path.to_owned(), query, headers, body };
            let (status, text) = azurite.send(administrator, &request);
            assert!((200..300).contains(&status), "{method} {path}?{query}: {status} {text}");
        };
        for container in ["box", "doomed"] {
            make("PUT", false, &format!("/{name}-{container}"), "restype=container", &[], "");
        }
        for blob in ["box/kept", "doomed/kept"] {
            make("PUT", false, &format!("/{name}-{blob}"), "", BLOCK, "text");
            make("PUT", false, &format!("/{name}-{blob}"), "comp=snapshot", &[], "");
        }
        make("PUT", false, &format!("/{name}-box/log"), "", APPEND, "");
        for queue in ["jobs", "doomed"] {
            make("PUT", true, &format!("/{name}-{queue}"), "", &[], "");
        }
        make("POST", true, &format!("/{name}-jobs/messages"), "", &[], MESSAGE);
        Ground { name: name.to_owned() }
    }

    pub fn container(&self) -> String {
        format!("/{}-box", self.name)
    }

    /// In an order in which none stands in another's way.
    pub fn tries(&self) -> Vec<Try> {
        let (on_blobs, on_queues) = (false, true);
        let own = |rest: &str| format!("/{}-{rest}", self.name);
        let blob = |name, cans, method, path: String, query: &str| Try {
            name,
            cans,
            method,
            queue: on_blobs,
            path,
            query: query.to_owned(),
            headers: &[],
            body: "",
        };
        let queue = |name, cans, method, path: String, query: &str, body| Try {
            queue: on_queues,
            body,
            ..blob(name, cans, method, path, query)
        };
        let with = |headers, body, base: Try| Try { headers, body, ..base };
        let properties = "comp=properties&restype=service";
        vec![
            blob("list containers", &["read:config"], "GET", "/".into(), "comp=list"),
            blob("read settings", &["read:config"], "GET", "/".into(), properties),
            with(&[], PROPERTIES, blob("set settings", &["write:config"], "PUT", "/".into(), properties)),
            blob("read container", &["read:config"], "GET", own("box"), "restype=container"),
            with(
                META,
                "",
                blob("set metadata", &["write:config"], "PUT", own("box"), "comp=metadata&restype=container"),
            ),
            blob("make container", &["create:datastore"], "PUT", own("new"), "restype=container"),
            blob("list blobs", &["list:datastore"], "GET", own("box"), "comp=list&restype=container"),
            blob("read blob", &["read:datastore"], "GET", own("box/kept"), ""),
            with(BLOCK, "text", blob("make blob", &["create:datastore"], "PUT", own("box/new"), "")),
            with(&[], "more", blob("append", &["create:datastore"], "PUT", own("box/log"), "comp=appendblock")),
            with(BLOCK, "else", blob("overwrite blob", &["write:datastore"], "PUT", own("box/kept"), "")),
            with(&[], TAGS, blob("set tags", &["write:config"], "PUT", own("box/kept"), "comp=tags")),
            with(ALL_COPIES, "", blob("delete snapshots", &["delete:backup"], "DELETE", own("box/kept"), "")),
            blob("delete blob", &["delete:datastore"], "DELETE", own("box/kept"), ""),
            blob(
                "delete container",
                &["delete:datastore", "delete:backup"],
                "DELETE",
                own("doomed"),
                "restype=container",
            ),
            queue("list queues", &["read:config"], "GET", "/".into(), "comp=list", ""),
            queue("make queue", &["create:datastore"], "PUT", own("new"), "", ""),
            queue("peek message", &["read:datastore"], "GET", own("jobs/messages"), "peekonly=true", ""),
            queue("put message", &["create:datastore"], "POST", own("jobs/messages"), "", MESSAGE),
            queue("clear messages", &["delete:datastore"], "DELETE", own("jobs/messages"), "", ""),
            queue("delete queue", &["delete:datastore"], "DELETE", own("doomed"), "", ""),
        ]
    }
}

/// Each act with whether the emulator let it happen. Anything but success and a plain refusal is a
/// broken try.
pub fn outcomes(azurite: &Azurite, proof: &Proof, tries: &[Try]) -> BTreeMap<&'static str, bool> {
    let allowed = |one: &Try| {
        let request = Request {
            method: one.method,
            queue: one.queue,
            path: one.path.clone(),
            query: &one.query,
            headers: one.headers,
            body: one.body,
        };
        let (status, body) = azurite.send(proof, &request);
        assert!(matches!(status, 200..300 | 403), "{}: {status} {body}", one.name);
        status != 403
    };
    tries.iter().map(|one| (one.name, allowed(one))).collect()
}
