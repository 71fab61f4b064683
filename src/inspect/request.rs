//! What may be sent. A [`Request`] can be made in three ways only, each of which cannot change
//! anything: a plain read, a GraphQL document whose every operation is a query, and a question
//! that its provider puts into a POST. [`Request::check`] is called by the transport itself,
//! before a socket is opened.

use std::fmt;

use apollo_parser::Parser;
use apollo_parser::cst::{CstNode, Definition, Selection};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

/// Documents deeper or longer than this are refused unread.
const DOCUMENT_LIMIT: usize = 16 << 10;

/// A request that is not sent, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forbidden(pub String);

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not sent: {}", self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// What kind of reading it is.
#[derive(Clone)]
enum Kind {
    Read,
    Query { document: String, never: Vec<String> },
    Question { why: String },
}

/// One request to an issuer. Its parts can be set by the constructors alone.
#[derive(Clone)]
pub struct Request {
    kind: Kind,
    method: Method,
    url: Url,
    /// Path and query as logs show them, without the secret.
    shown: String,
    headers: Vec<(String, Zeroizing<String>)>,
    body: Option<Zeroizing<String>>,
    /// A credential that goes behind the address's own query.
    secret_query: Option<Zeroizing<String>>,
}

impl Request {
    /// A plain read.
    pub fn get(url: &str, shown: &str) -> Result<Request, Forbidden> {
        Request::new(Kind::Read, Method::Get, url, shown, None)
    }

    /// A GraphQL query. `never`: fields that must not be selected, since they are secrets.
    pub fn query(url: &str, document: &str, variables: &Value, never: &[String]) -> Result<Request, Forbidden> {
        let kind = Kind::Query { document: document.to_owned(), never: never.to_vec() };
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = Request::new(kind, Method::Post, url, url, Some(body))?;
        Ok(request.header("content-type", "application/json"))
    }

    /// A question that changes nothing and has to be a POST all the same; why, in words.
    pub fn question(url: &str, shown: &str, content_type: &str, body: String, why: &str) -> Result<Request, Forbidden> {
        let request = Request::new(Kind::Question { why: why.to_owned() }, Method::Post, url, shown, Some(body))?;
        Ok(request.header("content-type", content_type))
    }

    fn new(kind: Kind, method: Method, url: &str, shown: &str, body: Option<String>) -> Result<Request, Forbidden> {
        let url = Url::parse(url).map_err(|why| Forbidden(format!("`{shown}` is no address: {why}")))?;
        let shown = Url::parse(shown).map_or_else(
            |_| url.path().to_owned(),
            |shown| shown.query().map_or_else(|| shown.path().to_owned(), |query| format!("{}?{query}", shown.path())),
        );
        let request = Request {
            kind,
            method,
            url,
            shown,
            headers: Vec::new(),
            body: body.map(Zeroizing::new),
            secret_query: None,
        };
        request.check()?;
        Ok(request)
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.headers.push((name.to_owned(), Zeroizing::new(value.to_owned())));
        self
    }

    /// With a query string behind the one of its address, which nothing but the transport sees.
    #[must_use]
    pub fn secret_query(mut self, query: &str) -> Request {
        self.secret_query = Some(Zeroizing::new(query.to_owned()));
        let mark = if self.shown.contains('?') { '&' } else { '?' };
        self.shown = format!("{}{mark}***", self.shown);
        self
    }

    /// Refuses what must never happen. The transport calls it again for each request it is handed.
    pub fn check(&self) -> Result<(), Forbidden> {
        match (&self.kind, self.method) {
            (Kind::Read, Method::Get) => Ok(()),
            (Kind::Query { document, never }, Method::Post) => only_queries(document, never),
            (Kind::Question { why }, Method::Post) if !why.trim().is_empty() => Ok(()),
            (Kind::Question { .. }, Method::Post) => {
                Err(Forbidden("a POST needs the reason why it changes nothing".to_owned()))
            }
            _ => Err(Forbidden("only reads are sent".to_owned())),
        }
    }

    /// What a question asks and why it changes nothing.
    pub fn why(&self) -> Option<&str> {
        match &self.kind {
            Kind::Question { why } => Some(why),
            Kind::Read | Kind::Query { .. } => None,
        }
    }

    pub fn method(&self) -> Method {
        self.method
    }

    /// The address, without a credential that goes with it.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The address as it is sent.
    pub fn sent_url(&self) -> Url {
        let mut url = self.url.clone();
        if let Some(secret) = &self.secret_query {
            let own = url.query().map_or_else(String::new, |own| format!("{own}&"));
            url.set_query(Some(&format!("{own}{}", secret.as_str())));
        }
        url
    }

    /// Scheme, host and port, which decide where a secret goes.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Host and path as logs and lists show them.
    pub fn shown(&self) -> String {
        let port = self.url.port().map_or_else(String::new, |port| format!(":{port}"));
        format!("{}{port}{}", self.host(), self.shown)
    }

    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn body(&self) -> Option<&str> {
        self.body.as_ref().map(|body| body.as_str())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {})", self.method.word(), self.shown())
    }
}

/// Whether every operation of a GraphQL document is a query that selects no secret.
pub fn only_queries(document: &str, never: &[String]) -> Result<(), Forbidden> {
    if document.len() > DOCUMENT_LIMIT {
        return Err(Forbidden("the GraphQL document is too long".to_owned()));
    }
    let tree = Parser::new(document).recursion_limit(64).token_limit(4096).parse();
    if let Some(error) = tree.errors().next() {
        return Err(Forbidden(format!("the GraphQL document cannot be read: {}", error.message())));
    }
    let mut operations = 0;
    for definition in tree.document().definitions() {
        let selections = match definition {
            Definition::OperationDefinition(operation) => {
                operations += 1;
                let kind = operation.operation_type();
                if kind.is_some_and(|kind| kind.query_token().is_none()) {
                    return Err(Forbidden("a GraphQL operation that is not a query".to_owned()));
                }
                operation.selection_set()
            }
            Definition::FragmentDefinition(fragment) => fragment.selection_set(),
            _ => return Err(Forbidden("a GraphQL document that defines types".to_owned())),
        };
        let mut open: Vec<_> = selections.into_iter().collect();
        while let Some(set) = open.pop() {
            for selection in set.selections() {
                match selection {
                    Selection::Field(field) => {
                        let name = field.name().map(|name| name.text().to_string()).unwrap_or_default();
                        if never.contains(&name) {
                            return Err(Forbidden(format!("the GraphQL field `{name}` holds secrets")));
                        }
                        open.extend(field.selection_set());
                    }
                    Selection::InlineFragment(fragment) => open.extend(fragment.selection_set()),
                    Selection::FragmentSpread(_) => {}
                }
            }
        }
    }
    match operations {
        0 => Err(Forbidden("a GraphQL document without an operation".to_owned())),
        _ => Ok(()),
    }
}

/// The fields that a document selects at its root: what it asks, in short.
pub fn root_fields(document: &str) -> Vec<String> {
    let tree = Parser::new(document).recursion_limit(64).token_limit(4096).parse();
    let mut fields = Vec::new();
    for definition in tree.document().definitions() {
        if let Definition::OperationDefinition(operation) = definition {
            let selections = operation.selection_set().into_iter().flat_map(|set| set.selections());
            fields.extend(selections.filter_map(|selection| match selection {
                Selection::Field(field) => Some(field.name()?.text().to_string()),
                other => Some(other.source_string()),
            }));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_queries_without_secrets_pass() {
        let never = ["variables".to_owned()];
        for document in ["{ me { id } }", "query A($x: String!) { project(id: $x) { ...f } } fragment f on P { id }"] {
            assert_eq!(only_queries(document, &never), Ok(()), "{document}");
        }
        for document in [
            "mutation { volumeDelete(volumeId: \"x\") }",
            "query A { me { id } } mutation B { a }",
            "subscription { a }",
            "# query\nmutation { a }",
            "query { a { ... on B { variables } } }",
            "query { a: variables }",
            "query { a { ...f } } fragment f on P { variables }",
            "fragment f on P { id }",
            "type A { b: C }",
            "query { a",
            "",
        ] {
            assert!(only_queries(document, &never).is_err(), "{document}");
        }
    }

    #[test]
    fn a_document_that_is_not_a_query_makes_no_request() {
        let url = "https://api.example/graphql";
        assert!(Request::query(url, "mutation { a }", &Value::Null, &[]).is_err());
        assert!(Request::question(url, url, "text/plain", String::new(), " ").is_err());
        assert!(Request::query(url, "{ a }", &Value::Null, &[]).is_ok());
    }

    #[test]
    fn a_query_that_is_the_credential_is_never_shown() {
        let plain = |url: &str| Request::get(url, url).unwrap().secret_query("sp=r&sig=a%2Fb");
        let request = plain("https://api.example/x?comp=list");
        assert_eq!(request.sent_url().as_str(), "https://api.example/x?comp=list&sp=r&sig=a%2Fb");
        assert_eq!(request.url().as_str(), "https://api.example/x?comp=list");
        assert_eq!(request.shown(), "api.example/x?comp=list&***");
        assert_eq!(plain("https://api.example/x").shown(), "api.example/x?***");
    }

    #[test]
    fn a_request_prints_its_shown_path_only() {
        let request =
            Request::get("https://api.example/bot123/getMe?k=1", "https://api.example/bot***/getMe?k=1").unwrap();
        assert_eq!(format!("{:?}", request.header("authorization", "x")), "Request(GET api.example/bot***/getMe?k=1)");
    }
}
