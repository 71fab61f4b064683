//! How the issuer is asked, and what its answers mean.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{OneOrMany, Read};
use crate::capability::words;
use crate::decode::Decoder;

/// How the issuer is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    #[serde(default)]
    pub auth: Auth,
    /// What the private key signs for it.
    pub jwt: Option<SignedJwt>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What answers mean; the first that fits decides.
    #[serde(default, rename = "answer")]
    pub answers: Vec<AnswerRule>,
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// For kinds that look alike: which answers tell them apart.
    #[serde(default, rename = "kind")]
    pub kinds: Vec<KindRule>,
    /// Powers of this kind that no read-only question tells, in words: `what it may write`. The
    /// ceiling counts for them, as far as refusals do not rule it out.
    pub untold: Option<String>,
    /// Steps whose refusal, all together, means that the credential is dead.
    #[serde(default)]
    pub dead_when_refused: Vec<String>,
    /// GraphQL fields that are never selected, since their values are secrets.
    #[serde(default)]
    pub never: Vec<String>,
}

/// How a request proves who it comes from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Auth {
    #[default]
    None,
    Bearer(String),
    Header {
        name: String,
        value: String,
    },
    Basic {
        user: String,
        password: String,
    },
    /// RFC 7616: the issuer's challenge is answered, which takes a request more.
    Digest {
        user: String,
        password: String,
    },
    /// Shared Key: the key of an Azure Storage account signs each request.
    #[serde(rename = "azure-shared-key")]
    AzureSharedKey {
        account: String,
        key: String,
    },
    /// The credential is a query string, alone or at the end of its address, and has no other way
    /// than the address of each request.
    Query(String),
}

/// A JWT that the private key signs (RS256), as `{jwt}`: it proves possession and is sent nowhere else.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedJwt {
    /// The key, as PEM.
    pub key: String,
    #[serde(default)]
    pub header: BTreeMap<String, String>,
    pub claims: BTreeMap<String, String>,
    /// How long it is valid, in seconds.
    pub lifetime: u32,
}

words! {
    /// The probes that data cannot say, by their words in detector files.
    Native { AwsIam = "aws-iam" }
}

words! {
    /// What replies go through before they are read, where reading them takes computing.
    Through { AzureActions = "azure-actions", KubernetesRules = "kubernetes-rules" }
}

/// One question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub id: String,
    /// What is asked, in words: `backups of {each.name}`.
    pub what: String,
    pub get: Option<String>,
    pub post: Option<String>,
    /// The body of a `post`, sent as a form.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// Or as JSON, with variables in its texts. An item `"{words}"` of a list stands for the words
    /// that are asked about.
    pub json: Option<serde_json::Value>,
    /// The provider's words that the issuer is asked about, some at a time; of a step with `through`
    /// those that its function looks at, which are all of them otherwise.
    pub words: Option<Words>,
    /// A named function that the reply goes through before it is read.
    pub through: Option<Through>,
    /// Asked only when an earlier answer allows it.
    pub asked_when: Option<AskedWhen>,
    pub graphql: Option<String>,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    pub decode: Option<Decoder>,
    /// The text that is decoded; the secret where it is not given.
    pub text: Option<String>,
    pub native: Option<Native>,
    /// Everything that a native function may send: `POST {base}/ Action=GetUser`.
    #[serde(default)]
    pub asks: Vec<String>,
    /// Why a `post` or a native function changes nothing.
    pub reads_only: Option<String>,
    pub auth: Option<Auth>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Answering it needs nothing but the credential: it tells live from dead.
    #[serde(default)]
    pub identity: bool,
    /// Variable names that make this identity question the first one, `*` for any text.
    #[serde(default)]
    pub first_for: Vec<String>,
    /// The kinds that it is asked for; all where empty.
    #[serde(default)]
    pub only: Vec<String>,
    /// Asked once for each resource of this kind, production first.
    pub for_each: Option<String>,
    /// What its refusal keeps from us.
    pub hides: Hides,
    /// The refusal concerns only powers over this kind of resource.
    pub hides_of: Option<String>,
    pub page: Option<Page>,
    /// Places of the answer that hold secrets: taken out of it, and of each further page, before
    /// anything else sees it. `masked` may name one all the same, and finds the credential's own row.
    #[serde(default)]
    pub drops: Vec<String>,
    /// Objects of the answer whose members are read as rows: `[{ name, value }]`.
    #[serde(default)]
    pub rows: Vec<String>,
    #[serde(default, rename = "answer")]
    pub answers: Vec<AnswerRule>,
    #[serde(default)]
    pub read: Read,
    /// A read that proves one power: answered grants the scope, forbidden denies it.
    pub proves: Option<String>,
    /// Further words that the refusal of such a read rules out: who may not read it may not write it.
    #[serde(default)]
    pub denies: Vec<String>,
    /// Its scopes are all that there are: later refusals hide reach or detail, never powers.
    #[serde(default)]
    pub states: bool,
}

impl Step {
    /// Whether it decodes what an answer told, and so has to wait for it.
    pub fn reads_answer(&self) -> bool {
        self.decode.is_some()
            && self.text.as_ref().is_some_and(|text| text.contains("{token}") || text.contains("{vars."))
    }
}

/// Which of the provider's words a question asks about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Those of `[grants]` that fit this, `*` for any text.
    pub like: String,
    /// How many one request may name.
    pub at_once: usize,
}

/// A condition on what an earlier answer told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedWhen {
    /// `vars.NAME`.
    pub variable: String,
    pub is: OneOrMany<String>,
    /// Why it is not asked otherwise, in words.
    pub otherwise: String,
}

/// What a question that was not answered keeps from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hides {
    /// Which powers it holds: the ceiling of its kind counts.
    Powers,
    /// How far the stated powers reach: breadth and environment count as unknown.
    Reach,
    /// Names and labels: listed, and nothing more.
    Detail,
}

/// How further pages are found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// `next`: the Link header's relation.
    pub link: Option<String>,
    /// Where in the body the next page's address stands.
    pub next: Option<String>,
    /// Where a flag says that there are more, and where the cursor stands.
    pub more: Option<String>,
    pub cursor: Option<String>,
    /// What takes the cursor: a variable of the GraphQL query, or a parameter of the address.
    pub variable: Option<String>,
    pub parameter: Option<String>,
    pub max: usize,
}

/// What a reply means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRule {
    pub means: Meaning,
    #[serde(default)]
    pub status: Vec<u16>,
    /// Where in the body to look; `*` for every item. The whole body as text where neither this nor
    /// a header is named.
    pub json: Option<String>,
    /// The header to look at instead.
    pub header: Option<String>,
    /// One of these texts is the whole value.
    #[serde(default)]
    pub is: Vec<String>,
    /// Or stands in it.
    #[serde(default)]
    pub contains: Vec<String>,
    /// Why, in words, for the report.
    pub why: Option<String>,
    /// Holds only at a server that the user named: what the public one does not know, another one
    /// may have issued.
    #[serde(default)]
    pub only_where_named: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Meaning {
    /// The question was answered.
    Answered,
    /// It was answered, and the issuer says that it left something out.
    Partial,
    /// The issuer does not accept the credential for this question; it may for another.
    Refused,
    /// The credential is alive and may not ask this.
    Forbidden,
    /// The credential is unknown, revoked or expired.
    Dead,
}

/// Which answers make a credential of this kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    pub name: String,
    pub answered: Vec<String>,
    #[serde(default)]
    pub refused: Vec<String>,
    /// How this kind proves itself from then on, where that is not the probe's way.
    pub auth: Option<Auth>,
    /// Scopes that the kind itself states.
    #[serde(default)]
    pub scopes: Vec<String>,
}
