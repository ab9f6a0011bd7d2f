//! Training the joint baseline.

use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;

use super::decode::find;
use super::loss::joint_loss;
use super::model::Joint;
use super::prior::label_counts;
use super::saved::Section;
use super::sentences::sentences;
use super::steps::JointStep;
use crate::corpus::Corpus;
use crate::encoder::initialise;
use crate::score::{Metric, Scoring, score, total};
use crate::systems::error::SystemError;
use crate::systems::pure::order::sentence_batches;
use crate::systems::pure::text::texts;
use crate::systems::spans::by_document;
use crate::systems::start::start_encoder;
use crate::systems::trained;
use crate::train::{Epoch, fit};

/// The metric by which the best model is chosen, that of `DyGIE++`'s released
/// configurations for relations; of equals the first is kept.
pub(crate) const SELECTION: Metric = Metric::RelC;

/// What a training reports when it is done.
#[derive(Debug, Clone)]
pub struct TrainedJoint {
    /// The evaluation whose weights were kept.
    pub best: Epoch,
    /// The epoch after which training stopped, where it did so before the last.
    pub stopped: Option<u32>,
    /// Number of parameters.
    pub parameters: usize,
}

/// Trains the model that `step` describes and writes it into `output`; `device` is one
/// with gradients.
///
/// # Errors
/// When the encoder cannot be read, the corpus has no relations or cannot be encoded, the
/// loss diverges or the result cannot be written.
pub fn train(
    step: &JointStep,
    corpus: &Corpus,
    model_folder: Option<&Path>,
    device: &Device,
    output: &Path,
    observe: impl FnMut(&Epoch),
) -> Result<TrainedJoint, SystemError> {
    let (config, own) = (&step.pure, &step.joint_baseline);
    let labels = &corpus.labels;
    if labels.relation_types.is_empty() {
        return Err(SystemError::Training(
            "the corpus has no relations, of which a joint model learns; train one of \
             entities alone"
                .to_owned(),
        ));
    }
    let (pieces, architecture, encoder) =
        start_encoder(&step.encoder, corpus, model_folder, step.seed, device)?;
    let (window, longest) = (config.entity_window, architecture.longest());
    let training = sentences(&corpus.train, labels, window, &pieces, longest)?;
    let dev = texts(&corpus.dev, window, &pieces, longest)?;
    let shape = (architecture.width(), pieces.padding());
    let model = Joint::new(encoder, shape, labels, config, own, device);
    let mut model = initialise(model, step.seed, step.train.head_scheme(), &|path| {
        !path.starts_with("encoder.")
    });
    if config.prior_bias {
        let (entities, relations) =
            label_counts(&training, labels, config.max_span, own.kept_share);
        model.heads.set_prior(&entities, &relations);
    }
    let parameters = model.num_params();
    let lengths: Vec<(usize, usize)> = training
        .iter()
        .map(|sentence| {
            let text = &sentence.text;
            (text.length(), text.pieces.first.len())
        })
        .collect();
    let fitted = fit(
        model,
        |number| {
            let shuffle = config.entity_shuffle;
            sentence_batches(&lengths, &step.train, shuffle, step.seed, number)
        },
        &step.train,
        step.seed,
        |model, batch, noise| joint_loss(model, &training, batch, own.ner_weight, noise),
        |model| {
            let predicted = by_document(&corpus.dev, find(model, &dev, labels)?);
            let counts = score(&Scoring::pure(), &corpus.dev, &predicted)
                .map_err(|error| error.to_string())?;
            Ok(total(&counts, SELECTION).f1())
        },
        observe,
    )
    .map_err(SystemError::Training)?;
    let section = Section {
        labels: labels.clone(),
        pure: config.clone(),
        joint_baseline: own.clone(),
    };
    trained::save(output, &architecture, &pieces, section, &fitted.model)?;
    Ok(TrainedJoint {
        best: fitted.best,
        stopped: fitted.stopped,
        parameters,
    })
}
