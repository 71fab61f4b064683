//! Whether resource patterns name one thing: a bucket with its objects, a table with its indexes.

/// What all patterns are about, if that is one thing whose name is known.
pub fn one_thing(patterns: &[String]) -> Option<String> {
    let (first, rest) = patterns.split_first()?;
    let thing = thing(first)?;
    rest.iter().all(|other| self::thing(other).as_deref() == Some(thing.as_str())).then_some(thing)
}

/// The thing that a pattern names, without what lies inside it. A wildcard in its name makes it
/// many; one in its region or account leaves it the same thing, by its name.
fn thing(pattern: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let &[_, _, service, _, _, resource] = parts.as_slice() else { return None };
    let name = match (service, resource.split_once(['/', ':'])) {
        ("s3", _) => resource.split('/').next().unwrap_or_default().to_owned(),
        // Tables have indexes and streams, functions versions, log groups streams.
        ("dynamodb", Some((kind, rest))) => format!("{kind}/{}", rest.split('/').next().unwrap_or_default()),
        ("lambda" | "logs", Some((kind, rest))) => format!("{kind}:{}", rest.split(':').next().unwrap_or_default()),
        // Six characters behind a secret's name are AWS's own.
        ("secretsmanager", _) => resource.strip_suffix("-??????").unwrap_or(resource).to_owned(),
        _ => resource.to_owned(),
    };
    let plain = !name.is_empty() && !name.contains(['*', '?']) && !name.contains("${");
    plain.then(|| format!("{service}:{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(patterns: &[&str]) -> Option<String> {
        one_thing(&patterns.iter().map(|pattern| pattern.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn a_thing_with_all_that_lies_in_it_is_one() {
        for patterns in [
            &["arn:aws:s3:::invoices", "arn:aws:s3:::invoices/*"][..],
            &["arn:aws:s3:::invoices/2026/*"],
            &["arn:aws:dynamodb:*:*:table/orders", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/*"],
            &["arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-??????"],
            &[
                "arn:aws:lambda:eu-west-1:123456789012:function:job",
                "arn:aws:lambda:eu-west-1:123456789012:function:job:*",
            ],
            &["arn:aws:ecr:eu-west-1:123456789012:repository/team/app"],
        ] {
            assert!(one(patterns).is_some(), "{patterns:?}");
        }
    }

    #[test]
    fn several_or_unknown_things_are_not_one() {
        for patterns in [
            &[][..],
            &["*"],
            &["arn:aws:s3:::invoices", "arn:aws:s3:::orders"],
            &["arn:aws:s3:::invoices-*"],
            &["arn:aws:s3:::${aws:username}/*"],
            &["arn:aws:s3:::/*"],
            &["arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/*"],
            &["arn:aws:ssm:eu-west-1:123456789012:parameter/prod/*"],
            &["arn:aws:dynamodb:*:*:table/*/index/*"],
            &["arn:aws:iam::123456789012:user/*"],
        ] {
            assert_eq!(one(patterns), None, "{patterns:?}");
        }
    }
}
