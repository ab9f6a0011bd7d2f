//! Training a model.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::Device;

use super::config::CroneConfig;
use super::data::{Gold, Input, gold, inputs};
use super::find::{BATCH, find};
use super::loss::loss;
use super::model::{Crone, FeatureShape};
use super::saved::Section;
use super::steps::TrainStep;
use super::vocabulary::Vocabulary;
use crate::corpus::{Corpus, Split};
use crate::encoder::words::Features;
use crate::encoder::{EncoderError, initialise};
use crate::score::{Metric, Profile, Scoring, score, total};
use crate::systems::error::SystemError;
use crate::systems::features::open_features;
use crate::systems::spans::by_document;
use crate::systems::trained::save_bare;
use crate::train::{Epoch, epoch_batches, fit};

/// By what the best model is chosen: the mean of the F1 of entities and of that of strict
/// relations (Crone 2020, §4.2).
pub(crate) const SELECTION: &str = "mean F1";

/// What a training reports when it is done.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The evaluation whose weights were kept.
    pub best: Epoch,
    /// The epoch after which it stopped, where it stopped early.
    pub stopped: Option<u32>,
    /// Number of parameters that are learned.
    pub parameters: usize,
}

/// What a training or a prediction reads beside its corpus.
#[derive(Debug, Clone, Copy, Default)]
pub struct Read<'a> {
    /// The word vectors.
    pub vectors: Option<&'a Path>,
    /// The file of contextual features.
    pub features: Option<&'a Path>,
    /// Results of earlier steps.
    pub steps: &'a [PathBuf],
}

impl Read<'_> {
    /// The contextual features of a split: a file's, or those of the step that reads the
    /// corpus with a frozen encoder, or none.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) fn open(&self, split: Split) -> Result<Option<Features>, EncoderError> {
        match self.features {
            Some(path) => Features::open(path).map(Some),
            None => Ok(open_features(self.steps, split)?.pop()),
        }
    }
}

/// Trains the model that `step` describes and writes it into `output`; `device` is one with
/// gradients.
///
/// # Errors
/// When vectors or features cannot be read or are of other words, the loss diverges or the
/// result cannot be written.
pub fn train(
    step: &TrainStep,
    corpus: &Corpus,
    read: Read<'_>,
    device: &Device,
    output: &Path,
    observe: impl FnMut(&Epoch),
) -> Result<Trained, SystemError> {
    let (config, labels) = (&step.crone, &corpus.labels);
    let (vocabulary, table) = Vocabulary::new(corpus, config, read.vectors, step.seed, device)?;
    let prepare = |split| {
        let features = read.open(split)?;
        let inputs = inputs(corpus.split(split), &vocabulary, features.as_ref())?;
        let shape = features.map(|features| FeatureShape {
            layers: features.layers(),
            width: features.width(),
        });
        Ok::<_, EncoderError>((inputs, shape))
    };
    let (training, features) = prepare(Split::Train)?;
    let (dev, _) = prepare(Split::Dev)?;
    let gold = gold(&corpus.train, labels);
    // A sentence without words has nothing to teach.
    let taught: Vec<usize> = (0..training.len())
        .filter(|index| training[*index].words() > 0)
        .collect();
    let lengths: Vec<usize> = taught
        .iter()
        .map(|index| training[*index].words())
        .collect();
    let model = Crone::new(table, &vocabulary, features, labels, config, device);
    let model = initialise(model, step.seed, step.train.head_scheme(), &|path| {
        !(vocabulary.frozen && path.starts_with("words."))
    });
    let parameters = model.num_params() - vocabulary.fixed();
    let scoring = Scoring::new(Profile::Crone.into(), &step.symmetric);
    let fitted = fit(
        model,
        |number| epoch_batches(&lengths, &step.train, step.seed, number),
        &step.train,
        step.seed,
        |model, batch, noise| {
            let own = || batch.iter().map(|place| taught[*place]);
            let inputs: Vec<&Input> = own().map(|index| &training[index]).collect();
            let gold: Vec<&Gold> = own().map(|index| &gold[index]).collect();
            Ok(Some(loss(model, &inputs, &gold, config, Some(noise))))
        },
        |model| {
            let rule = (config, CroneConfig::default().threshold);
            let predicted = by_document(&corpus.dev, find(model, &dev, labels, rule, BATCH)?);
            let counts =
                score(&scoring, &corpus.dev, &predicted).map_err(|error| error.to_string())?;
            let f1 = |metric| total(&counts, metric).f1();
            Ok(if labels.relation_types.is_empty() {
                f1(Metric::EntC)
            } else {
                f64::midpoint(f1(Metric::EntC), f1(Metric::RelPlusC))
            })
        },
        observe,
    )
    .map_err(SystemError::Training)?;
    let section = Section {
        labels: labels.clone(),
        crone: config.clone(),
        features,
        vocabulary,
    };
    save_bare(output, section, &fitted.model)?;
    Ok(Trained {
        best: fitted.best,
        stopped: fitted.stopped,
        parameters,
    })
}
