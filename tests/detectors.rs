//! The checks that every detector file gets for free.

use overscope::check::check;
use overscope::detector::Detectors;

#[test]
fn every_detector_file_passes_its_checks() {
    let detectors = Detectors::load(&[]).unwrap();
    assert!(!detectors.is_empty());
    let complaints: Vec<String> = detectors
        .providers()
        .iter()
        .flat_map(|provider| check(provider, &detectors))
        .map(|complaint| complaint.to_string())
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
