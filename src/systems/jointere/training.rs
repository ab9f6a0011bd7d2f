//! Training one module.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::candidates::Candidates;
use super::config::LossNorm;
use super::examples::{Example, Source, examples};
use super::input::{gold_input, inject_gold};
use super::loss::cross_entropy;
use super::model::{JointEre, Switches};
use super::module::{SpanSource, Task};
use super::saved::{States, save};
use super::stage::Stage;
use super::steps::{TRAIN, TrainStep};
use crate::corpus::{Corpus, Extraction, Labels, Split};
use crate::encoder::{Noise, initialise};
use crate::score::{Scoring, score, total};
use crate::systems::error::SystemError;
use crate::systems::features::open_features;
use crate::systems::spans::{by_document, read_extractions};
use crate::systems::start::start_encoder;
use crate::train::{Epoch, epoch_batches, fit};

/// What a training reports when it is done.
#[derive(Debug, Clone)]
pub struct Trained {
    /// All epochs.
    pub history: Vec<Epoch>,
    /// The one whose weights were kept.
    pub best: Epoch,
    /// The epoch after which training stopped, where it did so before the last.
    pub stopped: Option<u32>,
    /// Number of parameters.
    pub parameters: usize,
}

/// What a training reads besides its corpus.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The pretrained encoder's folder.
    pub model: Option<&'a Path>,
    /// Results of the steps that read the corpus with the frozen encoder (none where the
    /// encoder is trained), and of those that kept spans on train and on dev (none where
    /// the module does not build on kept spans).
    pub steps: &'a [PathBuf],
}

/// The splits that a training reads.
struct Data {
    training: Sentences,
    dev: Sentences,
}

/// Sentences with what the module is given of each.
struct Sentences {
    examples: Vec<Example>,
    given: Vec<Extraction>,
}

/// Trains the module that `step` describes and writes it into `output`. `device` is one
/// with gradients.
///
/// # Errors
/// When the encoder cannot be read, the corpus cannot be encoded, an input does not fit,
/// the loss diverges or the result cannot be written.
pub fn train(
    step: &TrainStep,
    corpus: &Corpus,
    inputs: Inputs<'_>,
    device: &Device,
    output: &Path,
    observe: impl FnMut(&Epoch),
) -> Result<Trained, SystemError> {
    let (model, data, states) = start(step, corpus, inputs, device)?;
    let Data { training, dev } = data;
    let model = if step.jointere.prior_bias {
        let (spans, pairs) = label_counts(step, &corpus.labels, &training);
        model.with_prior(&spans, &pairs)
    } else {
        model
    };
    let parameters = model.num_params();
    let lengths: Vec<usize> = training.examples.iter().map(Example::length).collect();
    let fitted = fit(
        model,
        |epoch| epoch_batches(&lengths, &step.train, step.seed, epoch),
        &step.train,
        step.seed,
        |model, batch, noise| Ok(batch_loss(step, model, &training, batch, noise)),
        |model| {
            let stage = Stage {
                kind: step.module,
                model,
                labels: &corpus.labels,
                config: &step.jointere,
                pruner: &step.pruner,
            };
            let extracted = stage.extract(&dev.examples, &dev.given)?;
            let predicted = by_document(&corpus.dev, extracted);
            let counts = score(&Scoring::pure(), &corpus.dev, &predicted)
                .map_err(|error| error.to_string())?;
            Ok(total(&counts, step.module.selection()).f1())
        },
        observe,
    )
    .map_err(SystemError::Training)?;
    save(output, step, &states, &corpus.labels, &fitted.model)?;
    Ok(Trained {
        history: fitted.history,
        best: fitted.best,
        stopped: fitted.stopped,
        parameters,
    })
}

/// The network with its first values, the sentences, and where its states come from.
fn start(
    step: &TrainStep,
    corpus: &Corpus,
    inputs: Inputs<'_>,
    device: &Device,
) -> Result<(JointEre, Data, States), SystemError> {
    let kept = match step.module.spans() {
        SpanSource::Kept => 2,
        _ => 0,
    };
    let missing = || SystemError::Unknown(format!("a `{TRAIN}` step lacks an input"));
    let features = inputs.steps.len().checked_sub(kept).ok_or_else(missing)?;
    let (features, kept) = inputs.steps.split_at(features);
    let (encoder, [training, dev], states) = if features.is_empty() {
        let (pieces, architecture, encoder) =
            start_encoder(&step.encoder, corpus, inputs.model, step.seed, device)?;
        let source = Source::Pieces(&pieces, architecture.longest());
        let prepare = |split| examples(corpus.split(split), &corpus.labels, &source);
        let data = [prepare(Split::Train)?, prepare(Split::Dev)?];
        let encoder = Some((encoder, pieces.padding()));
        let states = States::Encoder(architecture, Box::new(pieces));
        (encoder, data, states)
    } else {
        let prepare = |split| {
            let files = open_features(features, split)?;
            let source = Source::States(&files);
            let examples = examples(corpus.split(split), &corpus.labels, &source)?;
            Ok::<_, SystemError>((examples, files[0].width()))
        };
        let (training, width) = prepare(Split::Train)?;
        let (dev, _) = prepare(Split::Dev)?;
        let files = features.len();
        (None, [training, dev], States::Features { width, files })
    };
    let mut data = Data {
        training: given(step, training, kept.first())?,
        dev: given(step, dev, kept.get(1))?,
    };
    if step.pruner.inject_gold {
        let Sentences { examples, given } = &mut data.training;
        for (given, example) in given.iter_mut().zip(examples) {
            inject_gold(given, example);
        }
    }
    let switches = Switches {
        jointere: &step.jointere,
        pruner: &step.pruner,
        mfvi: &step.mfvi,
    };
    let model = JointEre::new(
        encoder,
        states.width(),
        step.module,
        &corpus.labels,
        switches,
        device,
    );
    let model = initialise(model, step.seed, step.train.head_scheme(), &|path| {
        !path.starts_with("encoder.")
    });
    Ok((model, data, states))
}

/// Joins sentences with what the module is given in its training and its selection: what
/// an earlier step kept, or else the annotation.
fn given(
    step: &TrainStep,
    examples: Vec<Example>,
    kept: Option<&PathBuf>,
) -> Result<Sentences, SystemError> {
    let given = match kept {
        Some(folder) => read_extractions(folder, examples.len())?,
        None => examples
            .iter()
            .map(|example| gold_input(step.module, example))
            .collect(),
    };
    Ok(Sentences { examples, given })
}

/// −log Q of every gold label (Yan et al. 2022, §3.2); none where the batch has no
/// candidate.
fn batch_loss(
    step: &TrainStep,
    model: &JointEre,
    data: &Sentences,
    batch: &[usize],
    noise: &Noise,
) -> Option<Tensor<1>> {
    let kind = step.module;
    // A sentence without a candidate teaches nothing, and need not be read.
    let (sentences, given): (Vec<&Example>, Vec<&Extraction>) = batch
        .iter()
        .map(|index| (&data.examples[*index], &data.given[*index]))
        .filter(|(sentence, given)| Candidates::any(kind, sentence, given))
        .unzip();
    if sentences.is_empty() {
        return None;
    }
    let candidates = Candidates::of(kind, &sentences, &given, step.jointere.max_span);
    let targets = candidates.targets(kind, &sentences);
    let words = model.read(&sentences, Some(noise));
    let scores = model.score(&words, &candidates, Some(noise));
    let cost = |task: Option<Task>, scores: Option<Tensor<2>>, targets: &[usize]| {
        Some(cross_entropy(scores?, targets, task?))
    };
    let spans = cost(kind.entity_task(), scores.spans, &targets.spans);
    let pairs = cost(kind.relation_task(), scores.pairs, &targets.pairs);
    let loss = match (spans, pairs) {
        (Some(spans), Some(pairs)) => spans + pairs,
        (spans, pairs) => spans.or(pairs)?,
    };
    let divisor = match step.jointere.loss_norm {
        LossNorm::PerSentence => batch.len(),
        LossNorm::Sum => 1,
        LossNorm::MeanItems => (targets.spans.len() + targets.pairs.len()).max(1),
    };
    Some(loss.div_scalar(divisor as f64))
}

/// How often each label occurs among the training candidates.
fn label_counts(step: &TrainStep, labels: &Labels, training: &Sentences) -> (Vec<f64>, Vec<f64>) {
    let kind = step.module;
    let sizes = |outputs: Option<usize>| outputs.map_or(0, |outputs| outputs.max(2));
    let mut spans = vec![0.0; sizes(kind.entity_scores(labels))];
    let mut pairs = vec![0.0; sizes(kind.relation_scores(labels))];
    for (example, given) in training.examples.iter().zip(&training.given) {
        let candidates = Candidates::of(kind, &[example], &[given], step.jointere.max_span);
        let targets = candidates.targets(kind, &[example]);
        for target in targets.spans {
            spans[target] += 1.0;
        }
        for target in targets.pairs {
            pairs[target] += 1.0;
        }
    }
    (spans, pairs)
}
