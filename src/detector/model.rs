//! The detector file, field by field: how a secret looks, how its issuer is asked, where the
//! answer stands, what it means and what to do about it. Unknown keys are errors everywhere.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::capability::{Breadth, Can, Environment, Evidence, Guard, Recover, words};
use crate::finding::Confidence;
use crate::glob;

use super::checksum::Checksum;
use crate::decode::Decoder;

/// One file of `detectors/`: a provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub id: String,
    pub name: String,
    /// The API's address; `--endpoint ID=URL` replaces it.
    pub base: Option<String>,
    /// Further addresses, as `{base.NAME}`; `--endpoint ID.NAME=URL` replaces one.
    #[serde(default)]
    pub bases: BTreeMap<String, String>,
    /// The only hosts that a secret of this provider is ever sent to.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Accounts whose credentials are traps, as everybody may know: never asked about.
    #[serde(default)]
    pub canary_accounts: Vec<String>,
    /// Where the facts of this file can be read.
    pub docs: String,
    /// Facts of this file that no documentation confirms yet, in words. Shown in the report.
    pub unconfirmed: Option<String>,
    /// Where the provider's own description of its API says otherwise than this file.
    #[serde(default)]
    pub differs: Vec<Difference>,
    #[serde(default, rename = "detector")]
    pub detectors: Vec<Detector>,
    #[serde(default, rename = "probe")]
    pub probes: BTreeMap<String, Probe>,
    /// The provider's word → what it can do. A `*` inside a longer key stands for any text.
    #[serde(default)]
    pub grants: BTreeMap<String, OneOrMany<Grant>>,
    pub remedy: Remedy,
}

/// A difference between this file and the provider's description that is there on purpose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The description: `slack.json`.
    pub from: String,
    /// What it does not say, as `tests/contract.rs` words it; `*` for any text: `POST /auth.test`.
    pub what: String,
    /// Which source wins, and why.
    pub why: String,
}

impl Provider {
    /// What a word means: exactly, else by the longest form with `*` in it. A lone `*` is literal.
    pub fn meaning_of(&self, word: &str) -> Option<&[Grant]> {
        if let Some(grants) = self.grants.get(word) {
            return Some(grants.as_slice());
        }
        let forms = self.grants.iter().filter(|(form, _)| form.len() > 1 && form.contains('*'));
        let fitting = forms.filter(|(form, _)| glob::matches(form, word));
        fitting.max_by_key(|(form, _)| form.len()).map(|(_, grants)| grants.as_slice())
    }
}

/// A value, or a list of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        OneOrMany::Many(Vec::new())
    }
}

/// How one kind of secret looks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detector {
    pub id: String,
    pub name: String,
    /// Literal texts, one of which stands in or near every match. Matched without case.
    pub keywords: Vec<String>,
    /// The pattern; its group `secret` is the value, any other named group a part of it.
    pub pattern: String,
    /// What the value starts with, as everybody may know. Only this much of it is ever shown.
    #[serde(default)]
    pub prefix: String,
    pub checksum: Option<Checksum>,
    /// The least Shannon entropy, in bits a character, of a value that is believed.
    pub entropy: Option<f64>,
    /// For values without a shape of their own: what must stand before them.
    pub context: Option<Context>,
    #[serde(default, rename = "companion")]
    pub companions: Vec<Companion>,
    /// The variables that people keep this kind in.
    #[serde(default)]
    pub env: Vec<String>,
    pub probe: Option<String>,
    /// The kind, where the look of the secret already tells it.
    pub kind: Option<String>,
    /// Scopes that the kind could hold at most.
    pub ceiling: Vec<String>,
    /// Where it can do harm at all, when the look of the secret tells it: `sandbox` for test keys.
    pub environment: Option<Environment>,
    #[serde(default = "high")]
    pub confidence: Confidence,
    /// Must decode, and the decoded values must fit.
    pub decodes: Option<Decodes>,
    pub examples: Vec<String>,
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

fn high() -> Confidence {
    Confidence::High
}

impl Detector {
    /// Whether its look alone tells it: no context is needed.
    pub fn is_anchored(&self) -> bool {
        self.context.is_none()
    }
}

/// What must stand before a value that looks like many others.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// One of these stands before the value on its logical line, or in its key.
    pub words: Vec<String>,
    /// One of these stands in the key, as a whole word of it: `token`, `key`.
    pub key: Vec<String>,
    /// A key that ends in one of these names an identifier, not a secret.
    #[serde(default)]
    pub veto: Vec<String>,
}

/// A second value that stands near: the secret of a key id, a session token, an account.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    /// The part's name; `secret` makes it the value itself, `account` names the credential's account.
    pub name: String,
    /// The pattern; its group `value` is the part.
    pub pattern: String,
    /// How many lines away it may stand.
    pub lines: usize,
    /// Everybody may know it: an account, a host. Otherwise it is masked as the secret is.
    #[serde(default)]
    pub public: bool,
    pub entropy: Option<f64>,
    /// Upper and lower case letters both stand in it: a commit id or a path is none.
    #[serde(default)]
    pub mixed_case: bool,
    /// What it is where none stands there.
    pub otherwise: Option<String>,
    /// Without it there is no credential.
    #[serde(default)]
    pub required: bool,
}

/// A condition on what the value decodes to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decodes {
    #[serde(rename = "as")]
    pub with: Decoder,
    /// The named group of the pattern that is decoded; the secret where it is not given.
    pub of: Option<String>,
    #[serde(default, rename = "where")]
    pub conditions: Vec<Condition>,
}

/// A test of one value of a JSON document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Where the value stands. `^` in front steps out to the item around.
    pub json: String,
    #[serde(default)]
    pub is: OneOrMany<String>,
    /// Forms that the value may have, with `*` for any text.
    #[serde(default)]
    pub like: OneOrMany<String>,
    /// It must not hold.
    #[serde(default)]
    pub not: bool,
    /// Another place whose value must be the same.
    pub same_as: Option<String>,
    /// Whether it must be there (and not null), or must not.
    pub present: Option<bool>,
}

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

/// Where in a reply the answers stand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    pub identity: Option<Select>,
    pub account: Option<Select>,
    pub label: Option<Select>,
    pub kind: Option<Select>,
    pub expires: Option<Select>,
    pub scopes: Option<OneOrMany<Select>>,
    #[serde(default)]
    pub resources: Vec<ResourceRead>,
    /// A short-lived token that stands for the credential from then on, as `{token}`.
    pub token: Option<Select>,
    /// Values for later steps, as `{vars.NAME}`.
    #[serde(default)]
    pub vars: BTreeMap<String, Select>,
}

/// Where one value, or a list of them, stands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    pub header: Option<String>,
    /// A JSON pointer; `*` for every item of a list or member of an object.
    pub json: Option<String>,
    /// The members' names instead of their values.
    #[serde(default)]
    pub keys: bool,
    /// The members as `name:value`.
    #[serde(default)]
    pub pairs: bool,
    /// The names of the members that are `true`.
    #[serde(default)]
    pub held: bool,
    /// With `pairs`: where in each member its values stand; one pair for each of them.
    pub values: Option<String>,
    /// The items to look at, before `json` is applied to each.
    pub each: Option<String>,
    #[serde(default, rename = "where")]
    pub conditions: Vec<Condition>,
    /// Only the item whose masked text here fits the secret.
    pub masked: Option<String>,
    pub split: Option<String>,
    /// How the value is written down: `role:{}`.
    #[serde(rename = "as")]
    pub written: Option<String>,
    /// For `scopes`: these words reach no further, whatever they mean elsewhere.
    pub reach: Option<Breadth>,
    /// The same for one kind alone, by the kind that the issuer named.
    #[serde(default)]
    pub reach_of: BTreeMap<String, Breadth>,
    /// For `scopes`: each item's words are about a thing of their own.
    pub on: Option<Place>,
    /// For `scopes`: how these words are known, where the issuer does not state them.
    pub evidence: Option<Evidence>,
    /// For `expires`: a missing value means that there is no end.
    #[serde(default)]
    pub absent_is_never: bool,
}

/// The thing that an item's words are about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub kind: String,
    /// Where its id stands in the item.
    pub id: String,
}

/// A kind of thing that a reply lists.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceRead {
    pub kind: String,
    pub each: String,
    /// Where its id stands; pointers in braces where only several values together tell it apart.
    pub id: String,
    /// As people know it; pointers in braces: `{^/name}/{/name}`.
    pub name: String,
    /// Kind → where the id of a thing of that kind stands, in which this one lies.
    #[serde(default)]
    pub inside: BTreeMap<String, String>,
    /// The provider's own signs of production, and of its opposite.
    #[serde(default)]
    pub production: Vec<Condition>,
    #[serde(default)]
    pub nonprod: Vec<Condition>,
    /// Whether its name says which environment it is.
    #[serde(default)]
    pub named_environment: bool,
    /// Rows that are passed over.
    #[serde(default)]
    pub drop: Vec<Condition>,
    /// Rows that are named but not reached.
    #[serde(default)]
    pub unreached: Vec<Condition>,
    /// None of them is reached: they are only named.
    #[serde(default)]
    pub only_named: bool,
    /// Things listed inside each of them.
    #[serde(default)]
    pub inner: Vec<ResourceRead>,
}

/// What one word of the provider lets its holder do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub can: Vec<Can>,
    #[serde(default = "unknown_breadth")]
    pub reach: Breadth,
    /// The reach where the issuer has listed exactly one thing of the kind `of`.
    pub when_one: Option<Breadth>,
    /// The kind of resource that it acts on.
    pub of: Option<String>,
    #[serde(default = "unknown_recover")]
    pub recover: Recover,
    #[serde(default = "no_guard")]
    pub guard: Guard,
    pub environment: Option<Environment>,
    /// Where the fact stands.
    pub source: Option<String>,
    /// The provider does not say it in so many words.
    #[serde(default)]
    pub inferred: bool,
    /// A sentence for the report about what this power leads to.
    pub note: Option<String>,
}

fn unknown_breadth() -> Breadth {
    Breadth::Unknown
}
fn unknown_recover() -> Recover {
    Recover::Unknown
}
fn no_guard() -> Guard {
    Guard::None
}

/// What to do about a find.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// Where it is revoked.
    pub revoke: String,
    /// The smaller thing that exists; the first that fits is named.
    pub replace: Vec<Replacement>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// A capability that is needed, a kind, a detector's id, or `any`.
    pub when: String,
    pub with: String,
    /// Where this kind is revoked, if it is not where the others are.
    pub revoke: Option<String>,
}
