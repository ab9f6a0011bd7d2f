//! Applying a trained model to a split.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use burn::tensor::Device;

use super::config::{Entities, TrainEntities};
use super::entities::{Keep, find_entities};
use super::instances::Candidates;
use super::joint;
use super::limits::{Limits, limits};
use super::model::PairReading;
use super::relations::{BATCH, find_relations};
use super::saved::{Saved, open};
use super::steps::{PREDICT, PredictStep, Task};
use super::text::texts;
use super::training::{annotated, candidates};
use crate::corpus::{Corpus, Document, Extraction, Prediction};
use crate::systems::error::SystemError;
use crate::systems::spans::{by_document, read_extractions};

/// The documents that a step reads.
pub fn documents<'a>(step: &PredictStep, corpus: &'a Corpus) -> &'a [Document] {
    let all = corpus.split(step.split);
    match step.part {
        Some(part) => &all[part.range(all.len())],
        None => all,
    }
}

/// What the model of the first of `inputs` decides about the step's documents; a model of
/// relations is given the entities of the second.
///
/// # Errors
/// When the model cannot be read, is another than described, or does not fit the corpus.
pub fn predict(
    step: &PredictStep,
    corpus: &Corpus,
    inputs: &[PathBuf],
    device: &Device,
) -> Result<Vec<Prediction>, SystemError> {
    let documents = documents(step, corpus);
    let extracted = match step.task {
        Task::Entities => entities(step, documents, input(inputs, 0)?, device)?,
        Task::Relations => {
            let prepared = Prepared::new(step, documents, inputs, device)?;
            prepared.find(BATCH).map_err(SystemError::Training)?
        }
        Task::Both => both(documents, input(inputs, 0)?, device)?,
    };
    Ok(by_document(documents, extracted))
}

fn input(inputs: &[PathBuf], index: usize) -> Result<&Path, SystemError> {
    let missing = || SystemError::Unknown(format!("a `{PREDICT}` step lacks an input"));
    Ok(inputs.get(index).ok_or_else(missing)?.as_path())
}

/// A model that decides this task.
fn model(folder: &Path, task: Task, device: &Device) -> Result<Saved, SystemError> {
    let saved = open(folder, device)?;
    if saved.task == task || saved.task == Task::Both {
        return Ok(saved);
    }
    Err(SystemError::Training(format!(
        "{}: holds a model of another task",
        folder.display()
    )))
}

fn entities(
    step: &PredictStep,
    documents: &[Document],
    folder: &Path,
    device: &Device,
) -> Result<Vec<Extraction>, SystemError> {
    let saved = model(folder, Task::Entities, device)?;
    let keep = match step.pure.train_entities {
        TrainEntities::Kept => Keep::Share(step.pure.kept_share),
        TrainEntities::Gold | TrainEntities::Jackknife => Keep::Entities,
    };
    let window = saved.config.entity_window;
    let texts = texts(documents, window, &saved.pieces, saved.longest)?;
    let longest = saved.config.max_span;
    find_entities(&saved.model, &texts, &saved.labels, longest, keep).map_err(SystemError::Training)
}

/// What a joint model finds.
fn both(
    documents: &[Document],
    folder: &Path,
    device: &Device,
) -> Result<Vec<Extraction>, SystemError> {
    let saved = joint::open(folder, device)?;
    let texts = texts(documents, saved.window, &saved.pieces, saved.longest)?;
    joint::find(&saved.model, &texts, &saved.labels).map_err(SystemError::Training)
}

/// A relation model with its inputs read and turned into pieces: all that is done before
/// the clock of a measurement of speed starts.
pub(crate) struct Prepared {
    saved: Saved,
    limits: Limits,
    sentences: Vec<Candidates>,
    given: Vec<Extraction>,
}

impl Prepared {
    /// Reads the model of the first of `inputs`, and the entities of the second unless the
    /// step takes those of the annotation.
    pub(crate) fn new(
        step: &PredictStep,
        documents: &[Document],
        inputs: &[PathBuf],
        device: &Device,
    ) -> Result<Self, SystemError> {
        let mut saved = model(input(inputs, 0)?, Task::Relations, device)?;
        // How texts are packed is a matter of inference; all else the model has learned.
        saved.config.packed_length = step.pure.packed_length;
        let limits = limits(&saved.config, saved.longest);
        let sentences = documents.iter().map(|one| one.sentences.len()).sum();
        let mut given = match step.pure.entities {
            Entities::Gold => annotated(documents),
            Entities::Predicted => read_extractions(input(inputs, 1)?, sentences)?,
        };
        if step.dedupe_spans {
            given.iter_mut().for_each(dedupe);
        }
        let (config, pieces) = (&saved.config, &saved.pieces);
        let labels = &saved.labels;
        let sentences = candidates(documents, &given, labels, config, pieces, limits.text)?;
        Ok(Self {
            saved,
            limits,
            sentences,
            given,
        })
    }

    /// The relations of every sentence, with what the model was given, so many pairs (or texts, where pairs
    /// share them) a batch.
    pub(crate) fn find(&self, batch: usize) -> Result<Vec<Extraction>, String> {
        let Saved {
            model,
            labels,
            config,
            markers,
            ..
        } = &self.saved;
        let reading = PairReading {
            markers,
            config,
            longest: self.limits.input,
        };
        let mut found =
            find_relations(model, &self.sentences, &self.given, labels, reading, batch)?;
        if config.train_entities == TrainEntities::Kept {
            // Of the spans that were kept, those without a type are no entities.
            for extraction in &mut found {
                let entities = extraction.entities.iter().map(|entity| entity.span);
                extraction.spans = entities.collect();
            }
        }
        Ok(found)
    }
}

/// Keeps the first of several entities with the same words.
fn dedupe(extraction: &mut Extraction) {
    let mut seen = HashSet::new();
    extraction.spans.retain(|span| seen.insert(*span));
    seen.clear();
    extraction
        .entities
        .retain(|entity| seen.insert(entity.span));
}
