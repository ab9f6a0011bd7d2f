//! The step that times others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::config::{Inside, SpeedConfig};
use super::load::Ticks;
use super::machine::Machine;
use super::pass::{Part, Pass};
use super::timing::{Timed, median, time};
use crate::corpus::{Corpus, Split};
use crate::systems::error::SystemError;
use crate::systems::identity::CorpusIdentity;
use crate::systems::work::{Origin, Report, Work};

/// Kind of the step.
pub const SPEED: &str = "speed";
/// Its version; it rises when the same description would be measured in another way.
pub(super) const VERSION: u32 = 1;
/// File of its result.
pub const SPEEDS: &str = "speed.json";

/// Time the inference of prediction steps. Its inputs are, for every one of them, the step itself and then what
/// that step reads, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeedStep {
    /// The corpus whose split is read.
    pub corpus: CorpusIdentity,
    /// The split.
    pub split: Split,
    /// What is timed, batch, passes to warm up, and timed passes.
    pub protocol: SpeedConfig,
    /// Precision of the arithmetic.
    pub precision: String,
    /// Where it is measured.
    pub machine: Machine,
    /// Its number among the measurements of the same on the same machine, from 0. Whoever measures again gets a
    /// step of its own, so that what was measured before stays until the new measurement is done, and after.
    #[serde(default)]
    pub measurement: u32,
}

/// Times the passes that `prepare` makes of every prediction step among the inputs, and writes `speed.json`.
///
/// # Errors
/// When this is not the machine that the step was planned for, or a pass cannot be prepared or fails.
pub(crate) fn execute(
    work: &Work,
    step: &SpeedStep,
    corpus: &Corpus,
    prepare: &dyn Fn(&Part<'_>) -> Result<Pass, SystemError>,
    report: &mut dyn FnMut(Report),
) -> Result<Value, SystemError> {
    let machine = Machine {
        threads: rayon::current_num_threads(),
        ..Machine::here(&work.hints.device)
    };
    if machine != step.machine {
        return Err(SystemError::Elsewhere {
            planned: described(&step.machine),
            here: described(&machine),
        });
    }
    let mut passes = Vec::new();
    // Two passes of one model, as of a shared encoder, do not have its parameters twice.
    let mut models: BTreeMap<Option<&Path>, usize> = BTreeMap::new();
    for (origin, inputs) in parts(work)? {
        let pass = prepare(&Part {
            kind: &origin.kind,
            description: &origin.description,
            inputs,
            batch: step.protocol.batch,
        })?;
        let training = inputs.first().map(PathBuf::as_path);
        models.insert(training, pass.parameters);
        passes.push(pass);
    }
    let before = Ticks::now();
    let began = Instant::now();
    let all = step.protocol.warmup + step.protocol.repeats;
    let seconds = time(
        &mut passes,
        &step.protocol,
        &mut || began.elapsed().as_secs_f64(),
        &mut |part| {
            let number = (part * all as f64).round();
            report(Report {
                text: format!("pass {number}/{all}"),
                fraction: part,
                event: json!({ "event": "pass", "pass": number }),
            });
        },
    )?;
    let others = Ticks::now().and_then(|after| after.others_since(before?));
    let sentences = || {
        corpus
            .split(step.split)
            .iter()
            .flat_map(|one| &one.sentences)
    };
    let number = sentences().count();
    let rate = median(&seconds).filter(|seconds| *seconds > 0.0);
    let timed = Timed {
        sentences_per_second: rate.map_or(0.0, |seconds| number as f64 / seconds),
        sentences: number,
        words: sentences().map(|sentence| sentence.tokens.len()).sum(),
        seconds,
        parameters: Some(models.values().sum()),
        inside: inside(step.protocol.inside, &passes),
        protocol: step.protocol.clone(),
        precision: step.precision.clone(),
        machine,
        others,
    };
    let path = work.output.join(SPEEDS);
    let written = serde_json::to_vec_pretty(&timed).map_err(std::io::Error::from);
    let written = written.and_then(|text| std::fs::write(&path, text));
    written.map_err(|error| SystemError::File {
        path,
        reason: error.to_string(),
    })?;
    Ok(json!({ "sentences_per_second": timed.sentences_per_second }))
}

/// What is inside the clock, with what is special about any of the passes.
fn inside(inside: Inside, passes: &[Pass]) -> String {
    let what = match inside {
        Inside::Relations => "relation inference",
        Inside::Extraction if passes.iter().any(|pass| pass.relations) => {
            "entity and relation extraction"
        }
        Inside::Extraction => "entity extraction",
    };
    let mut text = format!("{what}, decoding included");
    let mut told: Vec<&str> = Vec::new();
    for remark in passes.iter().map(|pass| pass.remark) {
        if !remark.is_empty() && !told.contains(&remark) {
            text = format!("{text}, {remark}");
            told.push(remark);
        }
    }
    text
}

fn described(machine: &Machine) -> String {
    format!("{} ({}, {})", machine.host, machine.device, machine.shown())
}

/// The prediction steps among the inputs, each with the folders of what it reads.
fn parts<'a>(work: &'a Work) -> Result<Vec<(&'a Origin, &'a [PathBuf])>, SystemError> {
    let lacking = || SystemError::Unknown(format!("a `{SPEED}` step lacks an input"));
    let mut parts = Vec::new();
    let mut next = 0;
    while let Some(origin) = work.origins.get(next) {
        let reads = next + 1..next + 1 + origin.inputs;
        next = reads.end;
        parts.push((origin, work.inputs.get(reads).ok_or_else(lacking)?));
    }
    if parts.is_empty() {
        return Err(lacking());
    }
    Ok(parts)
}
