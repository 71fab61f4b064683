//! Further pages of an answer: where the next one is, as long as it lies where the first one did.

use serde_json::Value;
use url::Url;

use super::request::Request;
use super::transport::Reply;
use crate::detector::model::Page;
use crate::detector::pointer;

/// Where an answer goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    None,
    /// The address or the cursor of the next page.
    At(String),
    Elsewhere,
}

pub(super) fn next(page: &Page, request: &Request, body: &Value, reply: Option<&Reply>) -> Next {
    let address = match (&page.link, &page.next) {
        (Some(relation), _) => {
            let header = reply.and_then(|reply| reply.header("link")).unwrap_or_default();
            link_target(header, relation).map(str::to_owned)
        }
        (None, Some(place)) => pointer::first_text(&[body], place).filter(|address| !address.is_empty()),
        (None, None) => return next_cursor(page, request, body),
    };
    let Some(address) = address else { return Next::None };
    match request.url().join(&address) {
        Ok(url) if same_place(&url, request.url()) => Next::At(url.to_string()),
        _ => Next::Elsewhere,
    }
}

fn next_cursor(page: &Page, request: &Request, body: &Value) -> Next {
    let more = page.more.as_ref().is_none_or(|place| pointer::first_text(&[body], place).as_deref() == Some("true"));
    let cursor = page.cursor.as_ref().and_then(|place| pointer::first_text(&[body], place));
    match (more, cursor, &page.parameter) {
        (true, Some(cursor), _) if cursor.is_empty() => Next::None,
        (true, Some(cursor), Some(parameter)) => Next::At(with_parameter(request.url(), parameter, &cursor)),
        (true, Some(cursor), None) => Next::At(cursor),
        _ => Next::None,
    }
}

/// The same address with one parameter set.
fn with_parameter(url: &Url, name: &str, value: &str) -> String {
    let others: Vec<(String, String)> =
        url.query_pairs().filter(|(known, _)| known != name).map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair(name, value);
    url.to_string()
}

/// A further page lies at the same origin and, so that nothing else is asked, at the same path.
fn same_place(next: &Url, asked: &Url) -> bool {
    next.origin() == asked.origin() && next.path() == asked.path()
}

/// The target of one relation of a Link header.
fn link_target<'h>(header: &'h str, relation: &str) -> Option<&'h str> {
    header.split(',').find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let wanted = [format!("rel=\"{relation}\""), format!("rel={relation}")];
        parameters
            .split(';')
            .map(str::trim)
            .any(|parameter| wanted.iter().any(|form| form == parameter))
            .then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_page_is_found_and_never_elsewhere() {
        let header = "<https://a.example/x?page=2>; rel=\"next\", <https://a.example/x?page=9>; rel=\"last\"";
        assert_eq!(link_target(header, "next"), Some("https://a.example/x?page=2"));
        assert_eq!(link_target(header, "prev"), None);
        let request = Request::get("https://a.example/x?size=9&at=1", "https://a.example/x").unwrap();
        let page = |text: &str| -> Page { toml::from_str(&format!("{text}\nmax = 3")).unwrap() };
        let next = |rule: &str, body| next(&page(rule), &request, &body, None);
        let at = |url: &str| Next::At(url.to_owned());
        let address = "next = '/next'";
        assert_eq!(next(address, json!({"next": "https://a.example/x?page=2"})), at("https://a.example/x?page=2"));
        assert_eq!(next(address, json!({"next": "/x?page=2"})), at("https://a.example/x?page=2"));
        assert_eq!(next(address, json!({"next": "https://b.example/x?page=2"})), Next::Elsewhere);
        assert_eq!(next(address, json!({"next": "https://a.example/y?page=2"})), Next::Elsewhere);
        for none in [json!({"next": null}), json!({"next": ""}), json!({}), json!([])] {
            assert_eq!(next(address, none), Next::None);
        }
        let cursor = "cursor = '/cursor'\nparameter = 'at'";
        assert_eq!(next(cursor, json!({"cursor": "a b"})), at("https://a.example/x?size=9&at=a+b"));
        assert_eq!(next(cursor, json!({"cursor": ""})), Next::None);
        let flagged = "more = '/more'\ncursor = '/cursor'\nvariable = 'after'";
        assert_eq!(next(flagged, json!({"more": true, "cursor": "c"})), at("c"));
        assert_eq!(next(flagged, json!({"more": false, "cursor": "c"})), Next::None);
    }
}
