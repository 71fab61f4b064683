//! The vocabulary of power: what a credential can do, to which class of thing, how far it
//! reaches and whether the damage can be undone. Every other module speaks these words; the
//! numbers that belong to them stand in [`crate::assess::blast_radius`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A closed set of words: an enum that reads and prints itself by its word, in a fixed order.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every word, in the order that ties are broken by.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word as the contract spells it.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::capability::UnknownWord;
            fn from_str(word: &str) -> Result<Self, $crate::capability::UnknownWord> {
                match word {
                    $($word => Ok($name::$variant),)+
                    _ => Err($crate::capability::UnknownWord { word: word.to_owned(), known: &[$($word),+] }),
                }
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.word())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <::std::borrow::Cow::<'de, str> as ::serde::Deserialize>::deserialize(d)?;
                word.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use words;

/// A word that is not in its closed set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    pub word: String,
    pub known: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.word.is_empty() {
            true => write!(f, "a word is missing")?,
            false => write!(f, "unknown word `{}`", self.word)?,
        }
        write!(f, ", expected one of `{}`", self.known.join("`, `"))
    }
}

impl std::error::Error for UnknownWord {}

words! {
    /// What is done.
    Verb {
        List = "list", Read = "read", Create = "create", Write = "write", Delete = "delete",
        Execute = "execute", Publish = "publish", Send = "send", Spend = "spend", Grant = "grant",
    }
}

words! {
    /// What it is done to.
    Class {
        Identity = "identity", Secret = "secret", Datastore = "datastore", Backup = "backup",
        Code = "code", Pipeline = "pipeline", Artifact = "artifact", Compute = "compute",
        Config = "config", Domain = "domain", Message = "message", Money = "money",
        Model = "model", Telemetry = "telemetry", Org = "org",
    }
}

words! {
    /// The kind of harm that a capability does.
    Family {
        Disclose = "disclose", Tamper = "tamper", Destroy = "destroy", Execute = "execute",
        Supply = "supply", Impersonate = "impersonate", Spend = "spend", Escalate = "escalate",
    }
}

words! {
    /// Where the target lives. Unknown weighs as much as production.
    Environment {
        Local = "local", Sandbox = "sandbox", Nonprod = "nonprod", Prod = "prod", Unknown = "unknown",
    }
}

words! {
    /// How much of the account one grant covers.
    Breadth { Single = "single", Project = "project", Account = "account", Unknown = "unknown" }
}

words! {
    /// What is left after a deletion.
    Recover {
        /// A copy that this credential cannot delete is proven.
        Outside = "outside",
        /// The provider documents a grace period for this very call, and nothing in the grant skips it.
        UndoWindow = "undo-window",
        /// Copies exist, inside the reach of the same credential.
        Inside = "inside",
        None = "none",
        Unknown = "unknown",
    }
}

words! {
    /// What stands between the call and the harm, beyond this credential's power to lift.
    Guard { ServerApproval = "server-approval", None = "none", Unknown = "unknown" }
}

words! {
    /// How it is known, best first.
    Evidence {
        Observed = "observed", Decoded = "decoded", Declared = "declared",
        Inferred = "inferred", Unknown = "unknown",
    }
}

words! {
    /// Where the secret lies.
    Exposure {
        Keychain = "keychain", CiNameOnly = "ci-name-only", Home = "home", Ignored = "ignored",
        TrackedPrivate = "tracked-private", TrackedUnknown = "tracked-unknown",
        HistoryPublic = "history-public", TrackedPublic = "tracked-public",
    }
}

words! {
    /// How much longer the credential works.
    Lifetime {
        Hour = "<=1h", Day = "<=24h", Week = "<=7d", Quarter = "<=90d", Longer = ">90d",
        None = "none", Unknown = "unknown",
    }
}

words! {
    /// How bad it is, as one word.
    Band { Low = "low", Medium = "medium", High = "high", Critical = "critical" }
}

words! {
    /// How much of what the credential can do was learnt.
    Coverage { Complete = "complete", Partial = "partial", None = "none" }
}

/// One power: a verb and the class of thing that it is done to, written `delete:datastore`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Can {
    pub verb: Verb,
    pub class: Class,
}

impl Can {
    pub const fn new(verb: Verb, class: Class) -> Can {
        Can { verb, class }
    }

    /// The family of harm. Reading or writing a secret is an escalation, and writing what others
    /// run is a supply-chain harm, whatever their verbs say.
    pub const fn family(self) -> Family {
        match (self.verb, self.class) {
            (Verb::Read | Verb::Write, Class::Secret) | (Verb::Grant, _) => Family::Escalate,
            (Verb::Write, Class::Code | Class::Pipeline | Class::Artifact) | (Verb::Publish, _) => Family::Supply,
            (Verb::List | Verb::Read, _) => Family::Disclose,
            (Verb::Create | Verb::Write, _) => Family::Tamper,
            (Verb::Delete, _) => Family::Destroy,
            (Verb::Execute, _) => Family::Execute,
            (Verb::Send, _) => Family::Impersonate,
            (Verb::Spend, _) => Family::Spend,
        }
    }

    /// Whether whoever needs this needs the other as well: to change a class of things is to see them,
    /// but for secrets, which many may set and few should read, and to write them is to make them.
    /// Who one is, everybody may know.
    pub fn brings(self, other: Can) -> bool {
        let with_it = match other.verb {
            Verb::List => true,
            Verb::Read => self.verb != Verb::List && self.class != Class::Secret,
            Verb::Create => self.verb == Verb::Write,
            _ => false,
        };
        self == other || (self.class == other.class && with_it) || other == Can::new(Verb::Read, Class::Identity)
    }

    /// Whether it matters if the damage can be undone.
    pub const fn is_recoverable(self) -> bool {
        use Class::{Backup, Code, Datastore, Model, Money, Org, Secret};
        matches!(
            (self.verb, self.class),
            (Verb::Delete, Datastore | Backup | Code | Org | Money | Model | Secret) | (Verb::Write, Datastore)
        )
    }
}

impl fmt::Display for Can {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.verb, self.class)
    }
}

impl FromStr for Can {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Can, UnknownWord> {
        let (verb, class) = text.split_once(':').unwrap_or((text, ""));
        Ok(Can { verb: verb.parse()?, class: class.parse()? })
    }
}

impl Serialize for Can {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Can {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Can, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Powers by a form: `read:code`, or with `*` for any verb or any class: `list:*`, `*:domain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanForm {
    /// None for any.
    pub verb: Option<Verb>,
    /// None for any.
    pub class: Option<Class>,
}

impl CanForm {
    pub fn fits(self, can: Can) -> bool {
        self.verb.is_none_or(|verb| verb == can.verb) && self.class.is_none_or(|class| class == can.class)
    }

    /// Whether whoever has what fits this form may do that: [`Can::brings`] counts, too.
    pub fn allows(self, can: Can) -> bool {
        let same_class = self.class.is_none_or(|class| class == can.class);
        self.fits(can) || (same_class && self.verb.is_some_and(|verb| Can::new(verb, can.class).brings(can)))
    }

    /// The one power that it names, where it leaves nothing open.
    pub fn exact(self) -> Option<Can> {
        Some(Can { verb: self.verb?, class: self.class? })
    }
}

impl fmt::Display for CanForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.verb.map_or("*", Verb::word), self.class.map_or("*", Class::word))
    }
}

impl FromStr for CanForm {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<CanForm, UnknownWord> {
        let (verb, class) = text.split_once(':').unwrap_or((text, ""));
        let verb = if verb == "*" { None } else { Some(verb.parse()?) };
        let class = if class == "*" { None } else { Some(class.parse()?) };
        Ok(CanForm { verb, class })
    }
}

impl<'de> Deserialize<'de> for CanForm {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<CanForm, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One power with its reach, as it is scored and reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    pub can: Can,
    pub environment: Environment,
    pub breadth: Breadth,
    /// Meaningful only where [`Can::is_recoverable`].
    pub recover: Recover,
    pub guard: Guard,
    pub evidence: Evidence,
    /// What it would hit, in words: `volume pg-data of pocketos/production`.
    pub targets: Vec<String>,
}

impl Capability {
    /// The worst that a power can be, before anything about its reach is known.
    pub fn unbounded(can: Can, evidence: Evidence) -> Capability {
        Capability {
            can,
            environment: Environment::Unknown,
            breadth: Breadth::Unknown,
            recover: Recover::Unknown,
            guard: Guard::Unknown,
            evidence,
            targets: Vec::new(),
        }
    }
}

/// From which band on a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    Band(Band),
    Never,
}

impl std::str::FromStr for FailOn {
    type Err = String;
    fn from_str(word: &str) -> Result<FailOn, String> {
        match word {
            "never" => Ok(FailOn::Never),
            _ => word.parse().map(FailOn::Band).map_err(|why| format!("{why} or `never`")),
        }
    }
}

impl std::fmt::Display for FailOn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FailOn::Band(band) => band.word(),
            FailOn::Never => "never",
        })
    }
}

impl<'de> serde::Deserialize<'de> for FailOn {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
