//! The registry, spoken to by plain HTTP: users, tokens, packages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use overscope::detector::sample;
use serde_json::{Value, json};

pub struct Registry {
    client: reqwest::blocking::Client,
    pub url: String,
    /// The same for all users, who live as long as this registry.
    password: String,
}

/// One act, the capability that it is, and whether the registry let it happen.
pub struct Tried {
    pub name: &'static str,
    pub can: &'static str,
    pub allowed: bool,
}

impl Registry {
    pub fn at(url: &str) -> Registry {
        Registry {
            client: reqwest::blocking::Client::builder().no_proxy().build().unwrap(),
            url: url.trim().trim_end_matches('/').to_owned(),
            // So long that a token ends in letters, which the registry's list then shows.
            password: sample::generate("{base62:20}", 3).unwrap().text,
        }
    }

    /// Makes a user, or logs in as the one who is there, and gives the token.
    pub fn login(&self, name: &str) -> String {
        let put = || {
            let body = json!({ "name": name, "password": self.password }).to_string();
            let url = format!("{}/-/user/org.couchdb.user:{name}", self.url);
            self.client.put(url).header("content-type", "application/json").body(body)
        };
        let made = put().send().unwrap();
        let answer = match made.status().as_u16() {
            409 => put().basic_auth(name, Some(&self.password)).send().unwrap(),
            _ => made,
        };
        let text = answer.text().unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["token"].as_str().unwrap_or_else(|| panic!("{name}: {text}")).to_owned()
    }

    /// A further token, marked as one for reading.
    pub fn read_only_token(&self, name: &str, login: &str) -> String {
        let body = json!({ "password": self.password, "readonly": true, "cidr_whitelist": [] });
        let (status, text) = self.send("POST", "/-/npm/v1/tokens", login, Some(&body));
        assert_eq!(status, 200, "{name}: {text}");
        serde_json::from_str::<Value>(&text).unwrap()["token"].as_str().unwrap().to_owned()
    }

    fn send(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> (u16, String) {
        let request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.url)).bearer_auth(token);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let response = request.send().unwrap();
        (response.status().as_u16(), response.text().unwrap())
    }

    fn publish(&self, token: &str, package: &str, version: &str) -> (u16, String) {
        let name = format!("@acme/{package}");
        let file = format!("{package}-{version}.tgz");
        let body = json!({
            "_id": name,
            "name": name,
            "dist-tags": { "latest": version },
            "versions": { version: {
                "name": name,
                "version": version,
                "dist": { "tarball": format!("{}/{name}/-/{file}", self.url) },
            } },
            "_attachments": { file: {
                "content_type": "application/octet-stream",
                "data": STANDARD.encode("a package"),
                "length": 9,
            } },
        });
        self.send("PUT", &format!("/@acme%2f{package}"), token, Some(&body))
    }

    /// Everything that is tried with a token, on packages that the publisher made for it.
    pub fn tries(&self, token: &str, publisher: &str) -> Vec<Tried> {
        let run = Timestamp::now().as_nanosecond();
        let (shared, doomed) = (format!("shared-{run}"), format!("doomed-{run}"));
        for package in [&shared, &doomed] {
            let (status, text) = self.publish(publisher, package, "1.0.0");
            assert_eq!(status, 201, "{text}");
        }
        let allowed = |(status, text): (u16, String)| match status {
            200 | 201 => true,
            401 | 403 => false,
            _ => panic!("{status} {text}"),
        };
        let tried = |name, can, outcome| Tried { name, can, allowed: allowed(outcome) };
        vec![
            tried("install", "read:artifact", self.send("GET", &format!("/@acme%2f{shared}"), token, None)),
            tried("publish", "publish:artifact", self.publish(token, &format!("new-{run}"), "1.0.0")),
            tried("publish again", "write:artifact", self.publish(token, &shared, "1.0.1")),
            tried(
                "unpublish",
                "delete:artifact",
                self.send("DELETE", &format!("/@acme%2f{doomed}/-rev/1-0"), token, None),
            ),
        ]
    }
}
