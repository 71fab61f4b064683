//! The calls that `curl`, `wget`, `http` and `gh api` make, as far as their command lines say it.

use super::bind::{HOLE, Scope};
use super::http::Request;
use super::word::Word;

/// How a client is told what to do.
struct Client {
    name: &'static str,
    method: &'static [&'static str],
    url: &'static [&'static str],
    /// Options whose value is sent, and the method that they bring.
    body: &'static [&'static str],
    body_method: &'static str,
    upload: &'static [&'static str],
    /// Options without a value that set the method to GET.
    get: &'static [&'static str],
    /// Other options that are followed by a value.
    values: &'static [&'static str],
    /// Short options can be written together, and their value behind them.
    clusters: bool,
}

const CLIENTS: [Client; 3] = [
    Client {
        name: "curl",
        method: &["-X", "--request"],
        url: &["--url"],
        body: &[
            "-d",
            "--data",
            "--data-raw",
            "--data-binary",
            "--data-ascii",
            "--data-urlencode",
            "--json",
            "-F",
            "--form",
            "--form-string",
        ],
        body_method: "POST",
        upload: &["-T", "--upload-file"],
        get: &["-G", "--get", "-I", "--head"],
        values: &[
            "-H",
            "--header",
            "-u",
            "--user",
            "-o",
            "--output",
            "-A",
            "--user-agent",
            "-e",
            "--referer",
            "-b",
            "--cookie",
            "-c",
            "--cookie-jar",
            "-m",
            "--max-time",
            "-w",
            "--write-out",
            "-x",
            "--proxy",
            "-K",
            "--config",
            "-E",
            "--cert",
            "--key",
            "-r",
            "--range",
            "-D",
            "--dump-header",
            "--retry",
            "--retry-delay",
            "--retry-max-time",
            "--connect-timeout",
            "--cacert",
            "--oauth2-bearer",
            "--resolve",
            "--url-query",
            "-C",
            "--continue-at",
            "-Y",
            "-y",
            "-z",
            "-t",
            "-Q",
            "--aws-sigv4",
            "--output-dir",
            "--limit-rate",
            "--netrc-file",
            "--variable",
            "--interface",
        ],
        clusters: true,
    },
    Client {
        name: "wget",
        method: &["--method"],
        url: &[],
        body: &["--post-data", "--post-file", "--body-data", "--body-file"],
        body_method: "POST",
        upload: &[],
        get: &["--spider"],
        values: &[
            "-O",
            "--output-document",
            "-o",
            "--output-file",
            "-P",
            "--directory-prefix",
            "--header",
            "--user",
            "--password",
            "-t",
            "--tries",
            "-T",
            "--timeout",
            "-U",
            "-e",
            "-w",
        ],
        clusters: false,
    },
    Client {
        name: "api",
        method: &["-X", "--method"],
        url: &[],
        body: &["-f", "--raw-field", "-F", "--field", "--input", "--form"],
        body_method: "POST",
        upload: &[],
        get: &[],
        values: &[
            "-H",
            "--header",
            "-q",
            "--jq",
            "-t",
            "--template",
            "--hostname",
            "-p",
            "--preview",
            "--cache",
            "--output",
        ],
        clusters: false,
    },
];

/// The call that a command makes, where it is one of the clients; `words` starts with its name.
pub fn request(name: &str, words: &[Word], scope: &Scope<'_>) -> Option<Request> {
    match name {
        "curl" => Some(read(&CLIENTS[0], &words[1..], scope)),
        "wget" => Some(read(&CLIENTS[1], &words[1..], scope)),
        "http" | "https" | "xh" => Some(httpie(&words[1..], scope)),
        _ => None,
    }
}

/// The call of `gh api PATH …`, below `base`; `words` starts behind `api`.
pub fn api(tool: &str, base: &str, words: &[Word], scope: &Scope<'_>) -> Request {
    let mut request = read(&CLIENTS[2], words, scope);
    request.client = format!("{tool} api");
    for url in &mut request.urls {
        *url = match url.trim_start_matches('/') {
            // One address for all documents, beside the versioned interface.
            "graphql" => format!("{}/graphql", base.trim_end_matches("/v4")),
            path => format!("{base}/{path}"),
        };
    }
    request
}

fn read(client: &Client, words: &[Word], scope: &Scope<'_>) -> Request {
    let mut request = Request { client: client.name.to_owned(), ..Request::default() };
    let (mut method, mut get, mut loose) = (None, false, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let template = scope.template(word);
        let (option, attached) = option(client, &template);
        let mut value =
            || attached.clone().or_else(|| words.next().map(|word| scope.template(word))).unwrap_or_default();
        match option.as_str() {
            "" if template.chars().all(|c| c == HOLE) && !request.urls.is_empty() => loose = true,
            "" if template == "--" => {}
            "" => request.urls.push(template),
            option if client.method.contains(&option) => method = Some(value().to_ascii_uppercase()),
            option if client.url.contains(&option) => request.urls.push(value()),
            option if client.body.contains(&option) => request.body.push(value()),
            option if client.upload.contains(&option) => {
                value();
                method = method.or(Some("PUT".to_owned()));
            }
            option if client.get.contains(&option) => get = true,
            option if client.values.contains(&option) => {
                value();
            }
            _ => {}
        }
    }
    if request.urls.len() > 1 && request.urls[0].chars().all(|c| c == HOLE) {
        // `curl $OPTIONS https://…`: the options may say anything.
        request.urls.remove(0);
        loose = true;
    }
    let default = if get || request.body.is_empty() { "GET" } else { client.body_method };
    let method = method.unwrap_or_else(|| default.to_owned());
    request.method = Some(method).filter(|method| !loose && !method.contains(HOLE));
    request
}

/// An option and the value that is written together with it; no option where it is an argument.
fn option(client: &Client, template: &str) -> (String, Option<String>) {
    if let Some(long) = template.strip_prefix("--").filter(|long| !long.is_empty()) {
        return match long.split_once('=') {
            Some((name, value)) => (format!("--{name}"), Some(value.to_owned())),
            None => (template.to_owned(), None),
        };
    }
    let Some(short) = template.strip_prefix('-').filter(|short| !short.is_empty()) else {
        return (String::new(), None);
    };
    if !client.clusters {
        return (template.to_owned(), None);
    }
    let takes_value = |option: &str| {
        [client.method, client.url, client.body, client.upload, client.values].iter().any(|list| list.contains(&option))
    };
    let mut last = String::new();
    for (at, c) in short.char_indices() {
        let option = format!("-{c}");
        let rest = &short[at + c.len_utf8()..];
        if takes_value(&option) {
            return (option, Some(rest.to_owned()).filter(|rest| !rest.is_empty()));
        }
        if client.get.contains(&option.as_str()) || last.is_empty() {
            last = option;
        }
    }
    (last, None)
}

/// `http [OPTION]… [METHOD] URL [ITEM]…`
fn httpie(words: &[Word], scope: &Scope<'_>) -> Request {
    const VALUES: [&str; 8] = ["-a", "--auth", "-A", "--auth-type", "-o", "--output", "--session", "--timeout"];
    let mut request = Request { client: "http".to_owned(), ..Request::default() };
    let mut arguments = Vec::new();
    let mut words = words.iter().map(|word| scope.template(word));
    while let Some(word) = words.next() {
        if VALUES.contains(&word.as_str()) {
            words.next();
        } else if !word.starts_with('-') {
            arguments.push(word);
        }
    }
    let mut arguments = arguments.into_iter().peekable();
    let method = arguments.next_if(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase()));
    request.urls.extend(arguments.next());
    let items: Vec<String> = arguments.collect();
    let data = items.iter().any(|item| {
        let end = item.find(['=', ':', HOLE]).unwrap_or(item.len());
        let rest = &item[end..];
        rest.starts_with(":=") || (rest.starts_with('=') && !rest.starts_with("=="))
    });
    let loose = items.iter().any(|item| item.starts_with(HOLE));
    request.method = method.or(Some(if data { "POST" } else { "GET" }.to_owned())).filter(|_| !loose);
    request
}
