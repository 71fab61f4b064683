//! Every question that Railway is asked is valid in its own schema. The schema is not part of this
//! repository: `OVERSCOPE_SPECS` names the folder with `railway.graphql`; without it the test says
//! that it was skipped.

use std::path::Path;

use apollo_compiler::{ExecutableDocument, Schema, validation::Valid};
use overscope::detector::Detectors;

fn schema() -> Option<Valid<Schema>> {
    let Some(folder) = std::env::var_os("OVERSCOPE_SPECS") else {
        println!("skipped: OVERSCOPE_SPECS does not name the folder with railway.graphql");
        return None;
    };
    let path = Path::new(&folder).join("railway.graphql");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    // It deprecates a field that its own interface demands, which validation does not allow.
    let schema = Schema::builder().parse(text, path).build().unwrap_or_else(|why| panic!("{why}"));
    Some(Valid::assume_valid(schema))
}

fn documents(detectors: &Detectors) -> Vec<(&str, &str)> {
    let railway = detectors.provider("railway").unwrap();
    let steps = railway.probes.values().flat_map(|probe| &probe.steps);
    steps.filter_map(|step| Some((step.id.as_str(), step.graphql.as_deref()?))).collect()
}

#[test]
fn every_document_is_valid_in_railways_own_schema() {
    let Some(schema) = schema() else { return };
    let detectors = Detectors::load(&[]).unwrap();
    let documents = documents(&detectors);
    assert!(documents.len() >= 8, "{documents:?}");
    for (id, document) in documents {
        if let Err(why) = ExecutableDocument::parse_and_validate(&schema, document, id) {
            panic!("step `{id}`: {why}");
        }
    }
}

#[test]
fn the_schema_tells_a_field_that_is_not_there() {
    let Some(schema) = schema() else { return };
    for document in ["{ me { passphrase } }", "query($x: String!) { me { id } }", "{ workspace { id } }"] {
        assert!(ExecutableDocument::parse_and_validate(&schema, document, "wrong").is_err(), "{document}");
    }
}
