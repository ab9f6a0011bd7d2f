//! Training a model.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;

use super::brackets::Brackets;
use super::config::{IterConfig, SpanRule};
use super::find::{BATCH, find};
use super::input::{Input, inputs};
use super::loss::{LinkRules, losses};
use super::model::Iter;
use super::saved::{Saved, Section, open, reading};
use super::steps::TrainStep;
use super::transfer::take_over;
use crate::corpus::{Corpus, Document, Labels, nesting_depth};
use crate::encoder::{Architecture, WordPieces, freeze, initialise};
use crate::score::{Metric, Profile, Scoring, score, total};
use crate::systems::error::SystemError;
use crate::systems::spans::by_document;
use crate::systems::start::start_encoder;
use crate::systems::trained;
use crate::train::{Epoch, epoch_batches, fit};

/// What a training reports when it is done.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The evaluation whose weights were kept.
    pub best: Epoch,
    /// The epoch after which it stopped, where it stopped early.
    pub stopped: Option<u32>,
    /// Number of parameters.
    pub parameters: usize,
    /// ω.
    pub nesting: usize,
    /// Training sentences that were passed over since they are too long.
    pub skipped: usize,
}

/// The metric by which the best model is chosen: that of relations with their entities'
/// types where the corpus has relations.
pub(crate) fn selection(labels: &Labels) -> Metric {
    if labels.relation_types.is_empty() {
        Metric::EntC
    } else {
        Metric::RelPlusC
    }
}

/// Trains the model that `step` describes and writes it into `output`. It starts from the
/// model in the only one of `inputs`, if there is one, and otherwise from the encoder in
/// `model_folder`; `device` is one with gradients.
///
/// # Errors
/// When the encoder or the other model cannot be read or does not fit, the corpus cannot be
/// encoded, the loss diverges or the result cannot be written.
pub fn train(
    step: &TrainStep,
    corpus: &Corpus,
    (model_folder, inputs): (Option<&Path>, &[PathBuf]),
    device: &Device,
    output: &Path,
    observe: impl FnMut(&Epoch),
) -> Result<Trained, SystemError> {
    let (config, labels) = (&step.iter, &corpus.labels);
    if labels.entity_types.is_empty() {
        return Err(SystemError::Training(
            "the corpus has no entities to learn from".to_owned(),
        ));
    }
    let nesting = match config.nesting {
        0 => nesting_depth(&corpus.train).max(1),
        given => given,
    };
    let Start {
        pieces,
        architecture,
        model,
    } = start(step, corpus, nesting, model_folder, inputs, device)?;
    let training = Data::new(&corpus.train, labels, config, &pieces, &architecture, true)?;
    let dev = Data::new(&corpus.dev, labels, config, &pieces, &architecture, false)?;
    let read = training.read();
    let lengths: Vec<usize> = read
        .iter()
        .map(|index| training.inputs[*index].length())
        .collect();
    let rules = LinkRules {
        heads: config.link_heads,
        both: symmetric(step, labels),
        inverse: config.inverse_labels,
    };
    // By position; the mirror image of a relation without a direction is that relation.
    let scoring = Scoring::new(Profile::Spert.into(), &step.symmetric);
    let parameters = model.num_params();
    let fitted = fit(
        model,
        |number| epoch_batches(&lengths, &step.train, step.seed, number),
        &step.train,
        step.seed,
        |model, batch, noise| {
            let own = || batch.iter().map(|place| read[*place]);
            let texts: Vec<&Input> = own().map(|index| &training.inputs[index]).collect();
            let brackets: Vec<&Brackets> = own().map(|index| &training.brackets[index]).collect();
            let states = model.read(&texts, Some(noise));
            let (rows, columns) = (&states.rows, states.columns);
            let found = losses(&model.heads, rows, columns, &brackets, &rules, Some(noise));
            let sentences = if config.average_loss { batch.len() } else { 1 };
            Ok(Some(found.total().div_scalar(sentences as f64)))
        },
        |model| {
            let rule = (SpanRule::Lse, IterConfig::default().threshold);
            let found = find(model, &dev.inputs, labels, rule, BATCH)?;
            let predicted = by_document(&corpus.dev, found);
            let counts =
                score(&scoring, &corpus.dev, &predicted).map_err(|error| error.to_string())?;
            Ok(total(&counts, selection(labels)).f1())
        },
        observe,
    )
    .map_err(SystemError::Training)?;
    let section = Section {
        labels: labels.clone(),
        iter: config.clone(),
        nesting,
    };
    trained::save(output, &architecture, &pieces, section, &fitted.model)?;
    Ok(Trained {
        best: fitted.best,
        stopped: fitted.stopped,
        parameters,
        nesting,
        skipped: training.inputs.len() - read.len(),
    })
}

/// A model with its first values.
struct Start {
    pieces: WordPieces,
    architecture: Architecture,
    model: Iter,
}

fn start(
    step: &TrainStep,
    corpus: &Corpus,
    nesting: usize,
    model_folder: Option<&Path>,
    inputs: &[PathBuf],
    device: &Device,
) -> Result<Start, SystemError> {
    let (config, labels) = (&step.iter, &corpus.labels);
    let built = |encoder, architecture: &Architecture, pieces: &WordPieces| {
        let around = (architecture, pieces.padding());
        let model = Iter::new(encoder, around, labels, (config, nesting), device);
        initialise(model, step.seed, step.train.head_scheme(), &|path| {
            !path.starts_with("encoder.")
        })
    };
    let Some(folder) = inputs.first() else {
        let (pieces, architecture, encoder) =
            start_encoder(&step.encoder, corpus, model_folder, step.seed, device)?;
        let model = built(encoder, &architecture, &pieces);
        return Ok(Start {
            pieces,
            architecture,
            model,
        });
    };
    let Saved {
        section,
        pieces,
        architecture,
        model: old,
    } = open(folder, device)?;
    let identity = &step.encoder;
    let encoder = freeze(
        old.encoder,
        &architecture,
        identity.freeze,
        identity.frozen_layers,
    );
    let mut model = built(encoder, &architecture, &pieces);
    let before = (&old.heads, &section.labels);
    model.heads =
        take_over(model.heads, labels, before, &step.renamed).map_err(SystemError::Training)?;
    Ok(Start {
        pieces,
        architecture,
        model,
    })
}

/// Sentences as the model reads them and as it should decide.
struct Data {
    inputs: Vec<Input>,
    brackets: Vec<Brackets>,
}

impl Data {
    fn new(
        documents: &[Document],
        labels: &Labels,
        config: &IterConfig,
        pieces: &WordPieces,
        architecture: &Architecture,
        training: bool,
    ) -> Result<Self, SystemError> {
        let inputs = inputs(documents, reading(config, architecture, training), pieces)?;
        let sentences = documents.iter().flat_map(|document| &document.sentences);
        let brackets = inputs.iter().zip(sentences);
        Ok(Self {
            brackets: brackets
                .map(|(input, sentence)| input.brackets(sentence, labels))
                .collect(),
            inputs,
        })
    }

    /// The sentences that are read.
    fn read(&self) -> Vec<usize> {
        let all = 0..self.inputs.len();
        all.filter(|index| self.inputs[*index].is_read).collect()
    }
}

/// Which relation types are learned in both directions.
fn symmetric(step: &TrainStep, labels: &Labels) -> Vec<bool> {
    let both = |name| step.iter.train_symmetric_both && step.symmetric.contains(name);
    labels.relation_types.iter().map(both).collect()
}
