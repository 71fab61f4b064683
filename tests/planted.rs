//! Some questions are answered with secrets beside what was asked for. Those members are dropped
//! before anything sees them: planted ones stand in no report, no log and nothing that was learnt,
//! even where the detector file is changed to read them.

mod common;

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use common::parts::Needles;
use common::paths::{address, asked, same_segment};
use common::replies::{Case, Recorded, asking, cases, found_in, text_of};
use common::whole_run::{Listening, plan};
use common::{Folder, catalogue};
use overscope::detector::model::{OneOrMany, Probe, Provider, Select, Step};
use overscope::detector::{Detectors, sample};
use overscope::inspect;
use overscope::inspect::request::Request;
use overscope::inspect::transport::{Allowed, Failure, Reply, Transport};
use overscope::plan::Plan;
use overscope::report::Format;
use overscope::run::{self, World};
use overscope::scan::Scanner;
use rayon::prelude::*;
use serde_json::Value;

/// A dropped member: provider, probe, step, pointer.
type Dropped = [String; 4];

/// The recorded replies of a case, with a secret in every member that is dropped.
struct Planting<'c> {
    recorded: Recorded<'c>,
    provider: &'c Provider,
    probe: &'c str,
    planted: Mutex<Vec<(Dropped, String)>>,
}

impl<'c> Planting<'c> {
    fn new(case: &'c Case, provider: &'c Provider, probe: &'c str) -> Planting<'c> {
        Planting { recorded: Recorded::new(case, None), provider, probe, planted: Mutex::default() }
    }
}

impl Transport for Planting<'_> {
    fn send(&self, request: &Request, allowed: &Allowed, patience: Duration) -> Result<Reply, Failure> {
        let mut reply = self.recorded.send(request, allowed, patience)?;
        let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return Ok(reply) };
        for step in self.provider.probes[self.probe].steps.iter().filter(|step| may_ask(step, request)) {
            for place in &step.drops {
                let mut planted = self.planted.lock().unwrap();
                let secret = sample::generate("<{base62:40}>", planted.len() as u64).unwrap().secret;
                if plant(&mut body, place, &secret) {
                    let names = [&self.provider.id, self.probe, &step.id, place];
                    planted.push((names.map(str::to_owned), secret));
                }
            }
        }
        reply.body = body.to_string().into_bytes();
        Ok(reply)
    }
}

/// Whether a request may be this step's.
fn may_ask(step: &Step, request: &Request) -> bool {
    let path: Vec<&str> = request.url().path().split('/').skip(1).collect();
    asked(step).iter().any(|(_, template)| {
        let wanted = address(template).segments;
        let fits = |from: usize| wanted.iter().zip(&path[from..]).all(|(one, other)| same_segment(one, other));
        path.len().checked_sub(wanted.len()).is_some_and(fits)
    })
}

/// Puts a secret where the pointer points, in every item; what is missing on the way is made.
fn plant(value: &mut Value, pointer: &str, secret: &str) -> bool {
    let Some(inner) = pointer.strip_prefix('/') else {
        *value = Value::from(secret);
        return true;
    };
    let name = inner.split('/').next().unwrap_or(inner);
    let rest = &inner[name.len()..];
    if value.is_null() {
        *value = if name == "*" { Value::Array(Vec::new()) } else { Value::Object(serde_json::Map::new()) };
    }
    match value {
        Value::Array(list) if name == "*" => {
            if list.is_empty() {
                list.push(Value::Null);
            }
            list.iter_mut().fold(false, |done, item| plant(item, rest, secret) | done)
        }
        Value::Object(map) if name == "*" => {
            map.values_mut().fold(false, |done, item| plant(item, rest, secret) | done)
        }
        Value::Object(map) => plant(map.entry(name).or_insert(Value::Null), rest, secret),
        _ => false,
    }
}

/// The catalogue, in which every step takes for scopes what it drops: if it were still there, every
/// report would show it. Without `dropping` it is still there.
fn curious(dropping: bool) -> Detectors {
    let mut providers = catalogue().providers().cloned().collect::<Vec<_>>();
    let select = |json: &str| Select { json: Some(json.to_owned()), ..Select::default() };
    for step in
        providers.iter_mut().flat_map(|provider| provider.probes.values_mut()).flat_map(|probe| &mut probe.steps)
    {
        if step.drops.is_empty() {
            continue;
        }
        let mut scopes: Vec<Select> = step.read.scopes.iter().flat_map(|known| known.as_slice()).cloned().collect();
        // The whole body is there in any case: what is dropped may be missing.
        scopes.push(select(""));
        scopes.extend(step.drops.iter().map(|place| select(place)));
        step.read.scopes = Some(OneOrMany::Many(scopes));
        if !dropping {
            step.drops.clear();
        }
    }
    Detectors::of(providers).unwrap()
}

/// Shared, since compiling every pattern takes longer than all else here.
static PLAIN: LazyLock<Detectors> = LazyLock::new(catalogue);
static CURIOUS: LazyLock<Detectors> = LazyLock::new(|| curious(true));
static KEEPING: LazyLock<Detectors> = LazyLock::new(|| curious(false));

fn dropped_by(provider: &Provider, name: &str, probe: &Probe) -> Vec<Dropped> {
    let of = |step: &Step| -> Vec<Dropped> {
        step.drops.iter().map(|place| [&provider.id, name, &step.id, place].map(str::to_owned)).collect()
    };
    probe.steps.iter().flat_map(of).collect()
}

/// The cases whose probe drops something.
fn dropping_cases() -> Vec<(String, Case, &'static Provider, &'static str)> {
    let with_probe = |(name, case): (String, Case)| {
        let number = PLAIN.number_of(&case.detector).unwrap();
        let provider = PLAIN.provider_of(number);
        let probe = PLAIN.detector(number).probe.as_deref()?;
        let drops = provider.probes[probe].steps.iter().any(|step| !step.drops.is_empty());
        drops.then_some((name, case, provider, probe))
    };
    cases().into_iter().filter_map(with_probe).collect()
}

fn learnt(detectors: &Detectors, case: &Case, planting: &Planting<'_>) -> String {
    let found = found_in(detectors, &Scanner::new(detectors), case);
    format!("{:?}", inspect::inspect(found, detectors, &asking(detectors), Some(planting), None).remove(0).inspection)
}

#[test]
fn what_is_dropped_comes_out_nowhere() {
    dropping_cases().into_par_iter().for_each(|(name, case, provider, probe)| {
        let planting = Planting::new(&case, provider, probe);
        let inspection = learnt(&CURIOUS, &case, &planting);
        let folder = Folder::plain();
        folder.write("sample", text_of(&CURIOUS, &case, case.example as u64));
        let mut places = vec![("what was learnt".to_owned(), inspection)];
        for (format, _) in Format::ALL {
            let (mut out, mut log, said) = (Vec::new(), Vec::new(), Listening::default());
            let planting = Planting::new(&case, provider, probe);
            let world = World { transport: Some(&planting), log: Some(&mut log), teller: &said };
            let plan = Plan { asking: asking(&CURIOUS), ..plan(&folder, format, false) };
            run::run(&plan, &CURIOUS, world, &mut out).unwrap();
            places.push((format!("{format:?}"), String::from_utf8(out).unwrap()));
            places.push(("the request log".to_owned(), String::from_utf8(log).unwrap()));
            places.push(("what is said".to_owned(), said.0.into_inner().unwrap()));
        }
        let planted = planting.planted.into_inner().unwrap();
        let needles = Needles::of(planted.iter().map(|(dropped, secret)| (dropped[3].as_str(), secret.as_str())), "");
        for (place, text) in places {
            needles.none_in(&format!("{name}: {place}"), &text);
        }
    });
}

/// Nothing else changes by it: the same is learnt as from the reply without those members.
#[test]
fn what_is_dropped_changes_nothing() {
    for (name, case, provider, probe) in dropping_cases() {
        let planted = learnt(&PLAIN, &case, &Planting::new(&case, provider, probe));
        let found = found_in(&PLAIN, &Scanner::new(&PLAIN), &case);
        let recorded = Recorded::new(&case, None);
        let plain = inspect::inspect(found, &PLAIN, &asking(&PLAIN), Some(&recorded), None).remove(0).inspection;
        assert_eq!(planted, format!("{plain:?}"), "{name}");
    }
}

/// What shows that the test above would see it, and that each dropped member stands in some reply.
#[test]
fn what_is_not_dropped_comes_out() {
    let mut seen: BTreeSet<Dropped> = BTreeSet::new();
    for (_, case, provider, probe) in dropping_cases() {
        let planting = Planting::new(&case, provider, probe);
        let inspection = learnt(&KEEPING, &case, &planting);
        let shown = |step: &str, secret: &str| {
            let native = provider.probes[probe].steps.iter().any(|known| known.id == step && known.native.is_some());
            native || inspection.contains(secret)
        };
        let planted = planting.planted.into_inner().unwrap();
        seen.extend(
            planted.into_iter().filter(|(dropped, secret)| shown(&dropped[2], secret)).map(|(dropped, _)| dropped),
        );
    }
    let wanted = std::env::var("REPLIES").unwrap_or_default();
    let all: BTreeSet<Dropped> = PLAIN
        .providers()
        .filter(|provider| provider.id.starts_with(&wanted))
        .flat_map(|provider| provider.probes.iter().flat_map(|(name, probe)| dropped_by(provider, name, probe)))
        .collect();
    let missing: Vec<&Dropped> = all.difference(&seen).collect();
    assert!(missing.is_empty(), "no reply of fixtures/replies gets as far as to answer these steps: {missing:?}");
    assert!(!wanted.is_empty() || all.len() >= 8, "{all:?}");
}
