//! What a report tells of the work behind it: trainings, time, machines.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::plan::{Plan, Step};
use crate::report::{TrainedEpoch, Training, Work};
use crate::store::{State, Store};

use super::exit::Problem;

/// The work behind the runs that have scores.
pub(super) struct Behind<'a> {
    plan: &'a Plan,
    store: &'a Store,
    by_key: HashMap<&'a str, &'a Step>,
}

/// All trainings, where each key is among them, and what else is known of the steps.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) trainings: Vec<Training>,
    pub(super) places: HashMap<String, usize>,
    pub(super) work: Vec<Work>,
    /// Hosts with their devices and the version of the program, and how many steps each did.
    pub(super) machines: Vec<(String, usize)>,
}

impl<'a> Behind<'a> {
    pub(super) fn new(plan: &'a Plan, store: &'a Store) -> Self {
        let by_key = plan.steps.iter().map(|step| (step.key.as_str(), step));
        Self {
            plan,
            store,
            by_key: by_key.collect(),
        }
    }

    /// The planned step with this key.
    pub(super) fn step(&self, key: &str) -> Option<&'a Step> {
        self.by_key.get(key).copied()
    }

    /// A step and everything that it rests on, in the order of the plan, where inputs come first.
    pub(super) fn chain(&self, keys: &[&str]) -> Vec<&'a Step> {
        let mut open: Vec<&str> = keys.to_vec();
        let mut chosen = BTreeSet::new();
        while let Some(key) = open.pop() {
            if let Some(step) = self.step(key)
                && chosen.insert(key.to_owned())
            {
                open.extend(step.inputs.iter().map(String::as_str));
            }
        }
        let steps = self.plan.steps.iter();
        steps.filter(|step| chosen.contains(&step.key)).collect()
    }

    /// Reads what the steps behind `scores` left in the store, each once.
    pub(super) fn gather(&self, scores: &[&str]) -> Result<Gathered, Problem> {
        let mut gathered = Gathered::default();
        let mut kinds: BTreeMap<&str, Work> = BTreeMap::new();
        let mut machines: BTreeMap<String, usize> = BTreeMap::new();
        for step in self.chain(scores) {
            let State::Done(done) = self.store.state(&step.key).map_err(Problem::set_up)? else {
                continue;
            };
            let meta = self.store.meta(&step.key).map_err(Problem::set_up)?;
            let work = kinds.entry(&step.kind).or_insert_with(|| Work {
                kind: step.kind.clone(),
                steps: 0,
                seconds: 0.0,
                memory: None,
            });
            work.steps += 1;
            work.seconds += done.seconds;
            work.memory = work.memory.max(meta["peak_memory"].as_u64());
            *machines.entry(self.machine(step, &meta)).or_default() += 1;
            if step.training {
                let events = self.store.events(&step.key).map_err(Problem::set_up)?;
                gathered
                    .places
                    .insert(step.key.clone(), gathered.trainings.len());
                gathered
                    .trainings
                    .push(training(step, done.seconds, &meta, &events));
            }
        }
        gathered.work = kinds.into_values().collect();
        gathered.machines = machines.into_iter().collect();
        Ok(gathered)
    }

    /// The host, its device and the version of the program, as far as they were recorded.
    fn machine(&self, step: &Step, meta: &Value) -> String {
        let host = meta["host"].as_str().unwrap_or("unknown host");
        let record = self.store.description(&step.key).ok();
        let device = record.and_then(|record| record.hints["device"].as_str().map(str::to_owned));
        let device = device.map_or_else(String::new, |device| format!(", {device}"));
        let version = meta["sweep"].as_str();
        let version = version.map_or_else(String::new, |version| format!(", sweep {version}"));
        format!("{host}{device}{version}")
    }
}

/// The evaluations since the last start, since an attempt that was interrupted left its own.
fn training(step: &Step, seconds: f64, meta: &Value, events: &[Value]) -> Training {
    let started = events.iter().rposition(|event| event["state"] == "started");
    let last = &events[started.unwrap_or(0)..];
    let evaluations = last.iter().filter(|event| event["event"] == "epoch");
    let epochs: Vec<TrainedEpoch> = evaluations
        .clone()
        .filter_map(|event| {
            let part = event["part"].as_f64().unwrap_or(1.0);
            Some(TrainedEpoch {
                epochs: event["epoch"].as_f64()? - 1.0 + part,
                // A loss that is no number is written as null.
                loss: event["loss"].as_f64().unwrap_or(f64::NAN),
                dev: 100.0 * event["dev"].as_f64()?,
            })
        })
        .collect();
    let mut evaluations = evaluations;
    let metric = evaluations.find_map(|event| event["metric"].as_str());
    Training {
        key: step.key.clone(),
        label: step.label.clone(),
        seconds,
        parameters: meta["parameters"].as_u64(),
        metric: metric.unwrap_or_default().to_owned(),
        epochs,
        best_epoch: meta["best_epoch"]
            .as_u64()
            .and_then(|epoch| u32::try_from(epoch).ok()),
        best: meta["best_dev"].as_f64().map(|best| 100.0 * best),
    }
}
