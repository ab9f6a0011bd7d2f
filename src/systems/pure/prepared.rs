//! A trained model with its inputs read and turned into pieces: what is left to do is
//! what the clock of a measurement of speed sees.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;

use super::config::{Entities, TrainEntities};
use super::entities::{Keep, find_entities_by};
use super::instances::Candidates;
use super::joint;
use super::limits::{Limits, limits};
use super::model::PairReading;
use super::relations::find_relations;
use super::saved::{Saved, open};
use super::steps::{PREDICT, PredictStep, Task};
use super::text::{Text, texts};
use super::training::{annotated, candidates};
use crate::corpus::{Document, Extraction};
use crate::systems::error::SystemError;
use crate::systems::spans::read_extractions;

/// A model of any task with what it reads.
pub(crate) enum Prepared {
    Entities(EntityReading),
    Relations(RelationReading),
    Both(JointReading),
}

/// A model of entities with its sentences.
pub(crate) struct EntityReading {
    saved: Saved,
    texts: Vec<Text>,
    keep: Keep,
}

/// A model of relations with its sentences and the entities that it is given.
pub(crate) struct RelationReading {
    saved: Saved,
    limits: Limits,
    sentences: Vec<Candidates>,
    given: Vec<Extraction>,
}

/// The joint baseline with its sentences.
pub(crate) struct JointReading {
    saved: joint::Saved,
    texts: Vec<Text>,
}

impl Prepared {
    /// Reads the model of the first of `inputs`; for one of relations also the entities of the second, unless the
    /// step takes those of the annotation.
    ///
    /// # Errors
    /// When the model cannot be read, is another than described, or does not fit the corpus.
    pub(crate) fn new(
        step: &PredictStep,
        documents: &[Document],
        inputs: &[PathBuf],
        device: &Device,
    ) -> Result<Self, SystemError> {
        Ok(match step.task {
            Task::Entities => Self::Entities(EntityReading::new(step, documents, inputs, device)?),
            Task::Relations => {
                Self::Relations(RelationReading::new(step, documents, inputs, device)?)
            }
            Task::Both => {
                let saved = joint::open(input(inputs, 0)?, device)?;
                let texts = texts(documents, saved.window, &saved.pieces, saved.longest)?;
                Self::Both(JointReading { saved, texts })
            }
        })
    }

    /// What the model decides about every sentence, beside what it was given, so many sentences, pairs, or texts that
    /// pairs share a batch.
    ///
    /// # Errors
    /// When a text is too long for its pairs' markers, or the backend cannot hand scores over.
    pub(crate) fn find(&self, batch: usize) -> Result<Vec<Extraction>, String> {
        match self {
            Self::Entities(EntityReading { saved, texts, keep }) => {
                let longest = saved.config.max_span;
                find_entities_by(batch, &saved.model, texts, &saved.labels, longest, *keep)
            }
            Self::Relations(reading) => reading.find(batch),
            Self::Both(JointReading { saved, texts }) => {
                joint::find_by(batch, &saved.model, texts, &saved.labels)
            }
        }
    }

    /// Parameters of the model.
    pub(crate) fn parameters(&self) -> usize {
        match self {
            Self::Entities(reading) => reading.saved.model.num_params(),
            Self::Relations(reading) => reading.saved.model.num_params(),
            Self::Both(reading) => reading.saved.model.num_params(),
        }
    }
}

impl EntityReading {
    fn new(
        step: &PredictStep,
        documents: &[Document],
        inputs: &[PathBuf],
        device: &Device,
    ) -> Result<Self, SystemError> {
        let saved = model(input(inputs, 0)?, Task::Entities, device)?;
        let window = saved.config.entity_window;
        Ok(Self {
            texts: texts(documents, window, &saved.pieces, saved.longest)?,
            keep: match step.pure.train_entities {
                TrainEntities::Kept => Keep::Share(step.pure.kept_share),
                TrainEntities::Gold | TrainEntities::Jackknife => Keep::Entities,
            },
            saved,
        })
    }
}

impl RelationReading {
    fn new(
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
    fn find(&self, batch: usize) -> Result<Vec<Extraction>, String> {
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

/// Keeps the first of several entities with the same words.
fn dedupe(extraction: &mut Extraction) {
    let mut seen = HashSet::new();
    extraction.spans.retain(|span| seen.insert(*span));
    seen.clear();
    extraction
        .entities
        .retain(|entity| seen.insert(entity.span));
}
