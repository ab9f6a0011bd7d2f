//! The systems by name: the only place that lists them.

use std::fmt::Display;
use std::path::Path;

use burn::tensor::Device;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::configuration::{Configuration, SystemKind};
use super::crone::{self, FeaturesIdentity};
use super::draft::Drafts;
use super::error::SystemError;
use super::features::{self, FEATURES, FeaturesStep};
use super::identity::{CorpusIdentity, EncoderIdentity, VectorsIdentity};
use super::iter;
use super::jointere;
use super::opened::{open_corpus, open_features, open_model, open_vectors};
use super::pmei;
use super::pure;
use super::scoring::{self, PREDICTIONS, SCORE, ScoreStep};
use super::speed::{self, Part, Pass, SPEED, SpeedStep};
use super::work::{Report, Work};
use crate::corpus::{Corpus, Document, Prediction, write_predictions};
use crate::encoder::open_device;
use crate::train::Epoch;

/// What the steps of a run read.
#[derive(Debug, Clone, Copy)]
pub struct Reads<'a> {
    /// The corpus.
    pub corpus: &'a CorpusIdentity,
    /// The corpus of another training that the run's own starts from.
    pub pretraining: Option<&'a CorpusIdentity>,
    /// The encoder.
    pub encoder: &'a EncoderIdentity,
    /// The word vectors.
    pub vectors: &'a VectorsIdentity,
    /// The file of contextual features.
    pub features: &'a FeaturesIdentity,
}

/// Drafts every step of one run and returns the index of the step that scores it.
///
/// # Errors
/// When the configuration names what the system does not have.
pub fn draft_run(
    configuration: &Configuration,
    reads: Reads<'_>,
    seed: u64,
    drafts: &mut Drafts,
) -> Result<usize, String> {
    let Reads {
        corpus,
        pretraining,
        encoder,
        ..
    } = reads;
    let split = configuration.eval.split.into();
    let predicted = match configuration.system.kind {
        SystemKind::JointEre => {
            jointere::draft_run(configuration, corpus, encoder, seed, split, drafts)?
        }
        SystemKind::Pmei => pmei::draft_run(configuration, reads, seed, split, drafts)?,
        SystemKind::Pure => pure::draft_run(configuration, corpus, encoder, seed, split, drafts)?,
        SystemKind::Iter => iter::draft_run(
            configuration,
            (corpus, pretraining),
            encoder,
            seed,
            split,
            drafts,
        )?,
        SystemKind::Crone => crone::draft_run(configuration, reads, seed, split, drafts)?,
    };
    // Of these two systems the relations are the links above a threshold.
    let threshold = match configuration.system.kind {
        SystemKind::Iter => Some(configuration.iter.threshold),
        SystemKind::Crone => Some(configuration.crone.threshold),
        SystemKind::JointEre | SystemKind::Pmei | SystemKind::Pure => None,
    };
    let convention = configuration.eval.convention();
    let step = ScoreStep::new(convention, &corpus.symmetric, threshold);
    let what = format!("{} seed {seed} on {split}", configuration.system.approach());
    scoring::draft(&step, &what, predicted, drafts)
}

/// Drafts the step that times the inference of the run that the draft `score` scores, and
/// returns its index; or why there is none, as the end of a sentence about the run.
///
/// # Errors
/// Never, unless the description cannot be written as JSON.
pub fn draft_speed(
    configuration: &Configuration,
    corpus: &CorpusIdentity,
    seed: u64,
    score: usize,
    drafts: &mut Drafts,
) -> Result<Result<usize, &'static str>, String> {
    let Some(&predicted) = drafts.inputs(score).first() else {
        return Err("a scoring step reads no prediction".to_owned());
    };
    let inside = configuration.speed.inside;
    let timed = match configuration.system.kind {
        SystemKind::JointEre => jointere::timed_steps(inside, predicted, drafts),
        SystemKind::Pmei => pmei::timed_steps(inside, predicted, drafts),
        SystemKind::Pure => pure::timed_steps(inside, predicted, drafts),
        SystemKind::Iter => iter::timed_steps(inside, predicted, drafts),
        SystemKind::Crone => crone::timed_steps(inside, predicted, drafts),
    };
    let timed = match timed {
        Ok(timed) => timed,
        Err(reason) => return Ok(Err(reason)),
    };
    let what = format!("{} seed {seed}", configuration.system.approach());
    speed::draft(configuration, corpus, &what, &timed, drafts).map(Ok)
}

/// Does a step; gives back what is worth recording beside its result.
///
/// # Errors
/// When the description is not understood, or the step fails.
pub fn execute(work: &Work, report: &mut dyn FnMut(Report)) -> Result<Value, SystemError> {
    match work.kind {
        jointere::TRAIN => train(work, report),
        jointere::PREDICT => predict(work),
        pure::TRAIN => train_pure(work, report),
        pure::JOINT => train_joint(work, report),
        pure::PREDICT => {
            let step: pure::PredictStep = read(work.description)?;
            let corpus = open_corpus(work, &step.corpus)?;
            let device = open_device(&work.hints.device)?;
            let predicted = pure::predict(&step, &corpus, work.inputs, &device)?;
            write(work, pure::documents(&step, &corpus), &predicted)?;
            Ok(json!({}))
        }
        pmei::TRAIN => train_pmei(work, report),
        pmei::PREDICT => {
            let step: pmei::PredictStep = read(work.description)?;
            let corpus = open_corpus(work, &step.corpus)?;
            let device = open_device(&work.hints.device)?;
            let predicted = pmei::predict(&step, &corpus, work.inputs, &device)?;
            write(work, corpus.split(step.split), &predicted)?;
            Ok(json!({}))
        }
        iter::TRAIN => train_iter(work, report),
        iter::PREDICT => {
            let step: iter::PredictStep = read(work.description)?;
            let corpus = open_corpus(work, &step.corpus)?;
            let device = open_device(&work.hints.device)?;
            let (gold, predicted) = iter::predict(&step, &corpus, work.inputs, &device)?;
            write(work, &gold, &predicted)?;
            Ok(json!({}))
        }
        crone::TRAIN => train_crone(work, report),
        crone::PREDICT => {
            let step: crone::PredictStep = read(work.description)?;
            let corpus = open_corpus(work, &step.corpus)?;
            let device = open_device(&work.hints.device)?;
            let reads = crone::Read {
                vectors: None,
                features: open_features(work, &step.features)?,
                steps: work.inputs,
            };
            let predicted = crone::predict(&step, &corpus, reads, &device)?;
            write(work, corpus.split(step.split), &predicted)?;
            Ok(json!({}))
        }
        FEATURES => {
            let step: FeaturesStep = read(work.description)?;
            let corpus = open_corpus(work, &step.corpus)?;
            let device = open_device(&work.hints.device)?;
            let folder = open_model(work, &step.encoder)?.ok_or(SystemError::NoModelFolder)?;
            features::execute(&step, &corpus, folder, &device, &work.output, report)
        }
        SCORE => {
            let step: ScoreStep = read(work.description)?;
            scoring::execute(&step, input(work, 0)?, &work.output)?;
            Ok(json!({}))
        }
        SPEED => {
            let step: SpeedStep = read(work.description)?;
            let corpus = open_corpus(work, &step.corpus)?;
            let device = open_device(&work.hints.device)?;
            let features = work.hints.features.as_deref();
            let prepare = |part: &Part<'_>| prepare(part, &corpus, features, &device);
            speed::execute(work, &step, &corpus, &prepare, report)
        }
        other => Err(SystemError::Unknown(format!(
            "no step is of kind `{other}`"
        ))),
    }
}

/// Prepares a prediction step to be timed.
fn prepare(
    part: &Part<'_>,
    corpus: &Corpus,
    features: Option<&Path>,
    device: &Device,
) -> Result<Pass, SystemError> {
    match part.kind {
        jointere::PREDICT => jointere::prepare(part, corpus, device),
        pmei::PREDICT => pmei::prepare(part, corpus, device),
        pure::PREDICT => pure::prepare(part, corpus, device),
        iter::PREDICT => iter::prepare(part, corpus, device),
        crone::PREDICT => crone::prepare(part, corpus, features, device),
        other => Err(SystemError::Unknown(format!(
            "no step of kind `{other}` can be timed"
        ))),
    }
}

fn train(work: &Work, report: &mut dyn FnMut(Report)) -> Result<Value, SystemError> {
    let step: jointere::TrainStep = read(work.description)?;
    let corpus = open_corpus(work, &step.corpus)?;
    let device = training_device(work)?;
    let metric = step.module.selection();
    let epochs = step.train.epochs;
    let trained = jointere::train(
        &step,
        &corpus,
        jointere::Inputs {
            model: open_model(work, &step.encoder)?,
            steps: work.inputs,
        },
        &device,
        &work.output,
        |epoch| report(told(epoch, epochs, metric)),
    )?;
    let (best, stopped) = (&trained.best, trained.stopped);
    Ok(outcome(trained.parameters, best, stopped))
}

fn predict(work: &Work) -> Result<Value, SystemError> {
    let step: jointere::PredictStep = read(work.description)?;
    let corpus = open_corpus(work, &step.corpus)?;
    let device = open_device(&work.hints.device)?;
    let predicted = jointere::predict(&step, &corpus, work.inputs, &device)?;
    write(work, corpus.split(step.split), &predicted)?;
    Ok(json!({}))
}

fn train_pure(work: &Work, report: &mut dyn FnMut(Report)) -> Result<Value, SystemError> {
    let step: pure::TrainStep = read(work.description)?;
    let corpus = open_corpus(work, &step.corpus)?;
    let device = training_device(work)?;
    let metric = pure::selection(step.task);
    let epochs = step.train.epochs;
    let trained = pure::train(
        &step,
        &corpus,
        (open_model(work, &step.encoder)?, work.inputs),
        &device,
        &work.output,
        |epoch| report(told(epoch, epochs, metric)),
    )?;
    let (best, stopped) = (&trained.best, trained.stopped);
    let mut outcome = outcome(trained.parameters, best, stopped);
    outcome["cut_pairs"] = json!(trained.cut);
    Ok(outcome)
}

fn train_joint(work: &Work, report: &mut dyn FnMut(Report)) -> Result<Value, SystemError> {
    let step: pure::JointStep = read(work.description)?;
    let corpus = open_corpus(work, &step.corpus)?;
    let device = training_device(work)?;
    let epochs = step.train.epochs;
    let trained = pure::train_joint(
        &step,
        &corpus,
        open_model(work, &step.encoder)?,
        &device,
        &work.output,
        |epoch| report(told(epoch, epochs, pure::JOINT_SELECTION)),
    )?;
    let (best, stopped) = (&trained.best, trained.stopped);
    Ok(outcome(trained.parameters, best, stopped))
}

/// What is recorded of a training; where it stopped early, after which epoch.
fn outcome(parameters: usize, best: &Epoch, stopped: Option<u32>) -> Value {
    let mut outcome = json!({
        "parameters": parameters,
        "best_epoch": best.epoch,
        "best_dev": best.score,
    });
    if let Some(epoch) = stopped {
        outcome["stopped_after_epoch"] = json!(epoch);
    }
    outcome
}

fn train_iter(work: &Work, report: &mut dyn FnMut(Report)) -> Result<Value, SystemError> {
    let step: iter::TrainStep = read(work.description)?;
    let corpus = open_corpus(work, &step.corpus)?;
    let device = training_device(work)?;
    let metric = iter::selection(&corpus.labels);
    let epochs = step.train.epochs;
    let trained = iter::train(
        &step,
        &corpus,
        (open_model(work, &step.encoder)?, work.inputs),
        &device,
        &work.output,
        |epoch| report(told(epoch, epochs, metric)),
    )?;
    let mut outcome = outcome(trained.parameters, &trained.best, trained.stopped);
    outcome["nesting"] = json!(trained.nesting);
    outcome["skipped_sentences"] = json!(trained.skipped);
    Ok(outcome)
}

fn train_pmei(work: &Work, report: &mut dyn FnMut(Report)) -> Result<Value, SystemError> {
    let step: pmei::TrainStep = read(work.description)?;
    let corpus = open_corpus(work, &step.corpus)?;
    let device = training_device(work)?;
    let metric = pmei::selection(&step.pmei);
    let epochs = step.train.epochs;
    let model = match &step.encoder {
        Some(encoder) => open_model(work, encoder)?,
        None => None,
    };
    let trained = pmei::train(
        &step,
        &corpus,
        (model, open_vectors(work, &step.vectors)?),
        &device,
        &work.output,
        |epoch| report(told(epoch, epochs, metric)),
    )?;
    let mut outcome = outcome(trained.parameters, &trained.best, trained.stopped);
    if let Some(coverage) = trained.coverage {
        outcome["vectors"] = json!(coverage);
    }
    if trained.skipped > 0 {
        outcome["skipped_sentences"] = json!(trained.skipped);
    }
    Ok(outcome)
}

fn train_crone(work: &Work, report: &mut dyn FnMut(Report)) -> Result<Value, SystemError> {
    let step: crone::TrainStep = read(work.description)?;
    let corpus = open_corpus(work, &step.corpus)?;
    let device = training_device(work)?;
    let epochs = step.train.epochs;
    let reads = crone::Read {
        vectors: open_vectors(work, &step.vectors)?,
        features: open_features(work, &step.features)?,
        steps: work.inputs,
    };
    let trained = crone::train(&step, &corpus, reads, &device, &work.output, |epoch| {
        report(told(epoch, epochs, crone::SELECTION));
    })?;
    Ok(outcome(trained.parameters, &trained.best, trained.stopped))
}

/// A device with gradients.
fn training_device(work: &Work) -> Result<Device, SystemError> {
    let device = open_device(&work.hints.device)?.autodiff();
    Ok(if work.hints.gradient_checkpointing {
        device.gradient_checkpointing()
    } else {
        device
    })
}

/// An evaluation, for people and as data.
fn told(epoch: &Epoch, epochs: u32, metric: impl Display) -> Report {
    let passed = f64::from(epoch.epoch) - 1.0 + epoch.part;
    let number = if epoch.part < 1.0 {
        format!("{passed:.1}")
    } else {
        epoch.epoch.to_string()
    };
    Report {
        text: format!(
            "epoch {number}/{epochs}  loss {:.3}  dev {metric} {:.1}",
            epoch.loss,
            100.0 * epoch.score
        ),
        fraction: passed / f64::from(epochs),
        event: json!({
            "event": "epoch",
            "epoch": epoch.epoch,
            "part": epoch.part,
            "loss": epoch.loss,
            "metric": metric.to_string(),
            "dev": epoch.score,
            "train_seconds": epoch.train_seconds,
            "evaluate_seconds": epoch.evaluate_seconds,
        }),
    }
}

fn write(work: &Work, documents: &[Document], predicted: &[Prediction]) -> Result<(), SystemError> {
    let path = work.output.join(PREDICTIONS);
    let file = std::fs::File::create(&path).map_err(|error| SystemError::File {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    let writer = std::io::BufWriter::new(file);
    Ok(write_predictions(writer, documents, predicted)?)
}

pub(crate) fn read<T: DeserializeOwned>(description: &Value) -> Result<T, SystemError> {
    T::deserialize(description).map_err(|error| SystemError::Unknown(error.to_string()))
}

fn input<'a>(work: &'a Work, index: usize) -> Result<&'a Path, SystemError> {
    let folder = work.inputs.get(index);
    folder.map(std::path::PathBuf::as_path).ok_or_else(|| {
        SystemError::Unknown(format!("a `{}` step needs input {}", work.kind, index + 1))
    })
}
