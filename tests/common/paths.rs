//! The addresses that detector files ask, as path segments and query parameters.

use overscope::detector::model::Step;

/// An address of a detector file or of a provider's own description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'t> {
    /// `base`, `base.eu`; none where the text is a path.
    pub base: Option<&'t str>,
    pub segments: Vec<&'t str>,
    /// Names and values of the query.
    pub query: Vec<(&'t str, &'t str)>,
}

/// Takes `{base}/rows/{each.id}?page=1` or `/rows/{id}` apart.
pub fn address(template: &str) -> Address<'_> {
    let (base, rest) = match template.strip_prefix("{base").and_then(|rest| rest.split_once('}')) {
        Some((_, rest)) => (Some(&template[1..template.len() - rest.len() - 1]), rest),
        None => (None, template),
    };
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    Address {
        base,
        segments: path.split('/').skip(1).collect(),
        query: pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect(),
    }
}

/// Whether two segments may be the same text; a brace stands for any.
pub fn same_segment(one: &str, other: &str) -> bool {
    one == other || is_open(one) || is_open(other)
}

/// Whether a variable stands in the segment.
pub fn is_open(segment: &str) -> bool {
    segment.contains('{')
}

/// Method and address of everything that a step may ask, but for GraphQL.
pub fn asked(step: &Step) -> Vec<(&'static str, &str)> {
    let get = step.get.iter().map(|url| ("get", url.as_str()));
    let post = step.post.iter().map(|url| ("post", url.as_str()));
    let native = step.asks.iter().filter_map(|asks| {
        let (method, rest) = asks.split_once(' ')?;
        let method = if method == "GET" { "get" } else { "post" };
        Some((method, rest.split(' ').next().unwrap_or(rest)))
    });
    get.chain(post).chain(native).collect()
}
