//! Providers as they are kept. Of the built-in ones only what a search begins with is at hand; the
//! rest of a file is read when something of that provider is met, which most runs never do.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::model::{Detector, Provider};

mod embedded {
    use super::{Cow, Embedded, Head};

    include!(concat!(env!("OUT_DIR"), "/detectors.rs"));
}

/// A built-in detector file.
struct Embedded {
    file: &'static str,
    id: &'static str,
    json: &'static str,
    heads: &'static [Head],
}

/// What is known of a detector before its file is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) id: Cow<'static, str>,
    pub(super) keywords: Cow<'static, [Cow<'static, str>]>,
    /// Its look alone tells it.
    pub(super) anchored: bool,
    /// It is tried on every text.
    pub(super) always: bool,
}

impl Head {
    fn of(detector: &Detector) -> Head {
        Head {
            id: detector.id.clone().into(),
            keywords: detector.keywords.iter().map(|word| Cow::Owned(word.clone())).collect(),
            anchored: detector.is_anchored(),
            always: detector.whole_text && detector.keywords.is_empty(),
        }
    }
}

/// A provider, or the file that says what it is.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) id: Cow<'static, str>,
    pub(super) heads: Cow<'static, [Head]>,
    /// Name and text of the file.
    source: (&'static str, &'static str),
    provider: OnceLock<Provider>,
}

impl From<Provider> for Stored {
    fn from(provider: Provider) -> Stored {
        Stored {
            id: provider.id.clone().into(),
            heads: provider.detectors.iter().map(Head::of).collect(),
            source: ("", ""),
            provider: provider.into(),
        }
    }
}

impl Stored {
    /// All built-in ones.
    pub(super) fn embedded() -> Vec<Stored> {
        let stored = |file: &Embedded| Stored {
            id: file.id.into(),
            heads: file.heads.into(),
            source: (file.file, file.json),
            provider: OnceLock::new(),
        };
        embedded::EMBEDDED.iter().map(stored).collect()
    }

    pub(super) fn provider(&self) -> &Provider {
        self.provider.get_or_init(|| {
            let (file, json) = self.source;
            serde_json::from_str(json).unwrap_or_else(|why| panic!("detectors/{file}: {why}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_at_hand_is_what_the_files_say() {
        let all = Stored::embedded();
        assert!(all.len() > 300);
        for stored in all {
            let read = Stored::from(stored.provider().clone());
            assert_eq!((&stored.id, &stored.heads), (&read.id, &read.heads), "{}", stored.source.0);
        }
    }
}
