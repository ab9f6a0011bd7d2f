//! Training one module.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::candidates::Candidates;
use super::config::LossNorm;
use super::decode::Rows;
use super::examples::{Example, Source, examples};
use super::loss::cross_entropy;
use super::model::JointEre;
use super::module::ModuleKind;
use super::saved::{States, save};
use super::stage::{Stage, by_document, kept_spans};
use super::steps::TrainStep;
use crate::corpus::{Corpus, Labels, Split};
use crate::encoder::{Noise, initialise};
use crate::score::{Profile, score, total};
use crate::systems::error::SystemError;
use crate::systems::features::open_features;
use crate::systems::start::start_encoder;
use crate::train::{Epoch, fit};

/// What a training reports when it is done.
#[derive(Debug, Clone)]
pub struct Trained {
    /// All epochs.
    pub history: Vec<Epoch>,
    /// The one whose weights were kept.
    pub best: Epoch,
    /// Number of parameters.
    pub parameters: usize,
}

/// What a training reads besides its corpus.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The pretrained encoder's folder.
    pub model: Option<&'a Path>,
    /// Results of the steps that read the corpus with the frozen encoder; none where the
    /// encoder is trained.
    pub features: &'a [PathBuf],
}

/// Trains the module that `step` describes and writes it into `output`. `device` is one
/// with gradients.
///
/// # Errors
/// When the encoder cannot be read, the corpus cannot be encoded, the loss diverges or
/// the result cannot be written.
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
    let lengths: Vec<usize> = training.iter().map(Example::length).collect();
    let gold: Vec<_> = dev
        .iter()
        .map(|example| input_of(step.module, example))
        .collect();
    let fitted = fit(
        model,
        &lengths,
        &step.train,
        step.seed,
        |model, batch, noise| {
            let sentences: Vec<&Example> = batch.iter().map(|index| &training[*index]).collect();
            batch_loss(step, model, &sentences, noise)
        },
        |model| {
            let stage = Stage {
                kind: step.module,
                model,
                labels: &corpus.labels,
                config: &step.jointere,
                pruner: &step.pruner,
            };
            let predicted = by_document(&corpus.dev, stage.extract(&dev, &gold)?);
            let counts =
                score(Profile::Pure, &corpus.dev, &predicted).map_err(|error| error.to_string())?;
            Ok(total(&counts, step.module.selection()).f1())
        },
        observe,
    )
    .map_err(SystemError::Training)?;
    save(output, step, &states, &corpus.labels, &fitted.model)?;
    Ok(Trained {
        history: fitted.history,
        best: fitted.best,
        parameters,
    })
}

/// The splits that a training reads.
struct Data {
    training: Vec<Example>,
    dev: Vec<Example>,
}

/// The network with its first values, the examples, and where its states come from.
fn start(
    step: &TrainStep,
    corpus: &Corpus,
    inputs: Inputs<'_>,
    device: &Device,
) -> Result<(JointEre, Data, States), SystemError> {
    let (encoder, data, states) = if inputs.features.is_empty() {
        let (pieces, architecture, encoder) =
            start_encoder(&step.encoder, corpus, inputs.model, step.seed, device)?;
        let source = Source::Pieces(&pieces, architecture.longest());
        let prepare = |split| examples(corpus.split(split), &corpus.labels, &source);
        let data = Data {
            training: prepare(Split::Train)?,
            dev: prepare(Split::Dev)?,
        };
        let encoder = Some((encoder, pieces.padding()));
        (
            encoder,
            data,
            States::Encoder(architecture, Box::new(pieces)),
        )
    } else {
        let prepare = |split| {
            let files = open_features(inputs.features, split)?;
            let source = Source::States(&files);
            let examples = examples(corpus.split(split), &corpus.labels, &source)?;
            Ok::<_, SystemError>((examples, files[0].width()))
        };
        let (training, width) = prepare(Split::Train)?;
        let (dev, _) = prepare(Split::Dev)?;
        let files = inputs.features.len();
        (
            None,
            Data { training, dev },
            States::Features { width, files },
        )
    };
    let model = JointEre::new(
        encoder,
        states.width(),
        step.module,
        &corpus.labels,
        &step.jointere,
        device,
    );
    let model = initialise(model, step.seed, step.train.head_scheme(), &|path| {
        !path.starts_with("encoder.")
    });
    Ok((model, data, states))
}

/// What the module gets when it is trained and selected: gold input.
fn input_of(kind: ModuleKind, example: &Example) -> crate::corpus::Extraction {
    let mut input = crate::corpus::Extraction::default();
    match kind {
        ModuleKind::Ei | ModuleKind::Ner | ModuleKind::NerReStar => {}
        ModuleKind::Ec => input.spans.clone_from(&example.gold.spans),
        ModuleKind::Ri | ModuleKind::Re | ModuleKind::Rc => {
            input.spans.clone_from(&example.gold.spans);
            input.entities.clone_from(&example.gold.entities);
            if kind == ModuleKind::Rc {
                input.pairs.clone_from(&example.gold.pairs);
            }
        }
    }
    input
}

fn batch_loss(
    step: &TrainStep,
    model: &JointEre,
    sentences: &[&Example],
    noise: &Noise,
) -> Result<Option<Tensor<1>>, String> {
    let batch = sentences.len();
    // A sentence without a candidate teaches nothing, and need not be read.
    let sentences: Vec<&Example> = sentences
        .iter()
        .copied()
        .filter(|sentence| Candidates::any(step.module, sentence))
        .collect();
    let sentences = sentences.as_slice();
    let mut candidates = Candidates::gold(step.module, sentences, step.jointere.max_span);
    let scores_spans = !candidates.span_targets.is_empty();
    if !scores_spans && candidates.pairs.is_empty() {
        return Ok(None);
    }
    let words = model.read(sentences, Some(noise));
    let mut items = candidates.span_targets.len();
    let mut loss: Option<Tensor<1>> = None;
    let span_scores = if scores_spans {
        model.score_spans(&words, &candidates.spans, Some(noise))
    } else {
        None
    };
    if let Some(scores) = span_scores {
        loss = Some(cross_entropy(scores.clone(), &candidates.span_targets));
        if step.module == ModuleKind::NerReStar {
            let rows = Rows::fetch(Some(scores.without_autodiff()))?;
            candidates = joint_candidates(step, sentences, &candidates, &rows);
        }
    }
    let pairs = model.score_pairs(&words, &candidates.spans, &candidates.pairs, Some(noise));
    if let Some(scores) = pairs {
        items += candidates.pairs.len();
        let pairs = cross_entropy(scores, &candidates.pair_targets);
        loss = Some(match loss {
            Some(spans) => spans + pairs,
            None => pairs,
        });
    }
    let divisor = match step.jointere.loss_norm {
        LossNorm::PerSentence => batch,
        LossNorm::Sum => 1,
        LossNorm::MeanItems => items.max(1),
    };
    Ok(loss.map(|loss| loss.div_scalar(divisor as f64)))
}

/// NerRe*'s pairs: all ordered pairs of the spans its own scores keep, with the gold
/// spans they missed where the switch says so.
fn joint_candidates(
    step: &TrainStep,
    sentences: &[&Example],
    scored: &Candidates,
    rows: &Rows,
) -> Candidates {
    let kept = kept_spans(&step.pruner, sentences, &scored.spans, rows);
    let mut candidates = Candidates::default();
    for (row, (sentence, mut arguments)) in sentences.iter().zip(kept).enumerate() {
        if step.pruner.inject_gold {
            for span in &sentence.gold.spans {
                if !arguments.contains(span) {
                    arguments.push(*span);
                }
            }
        }
        candidates.add_all_pairs(step.module, row, sentence, &arguments);
    }
    candidates
}

/// How often each label occurs among the training candidates.
fn label_counts(step: &TrainStep, labels: &Labels, training: &[Example]) -> (Vec<f64>, Vec<f64>) {
    let sizes = |outputs: Option<usize>| outputs.map_or(0, |outputs| outputs.max(2));
    let mut spans = vec![0.0; sizes(step.module.entity_scores(labels))];
    let mut pairs = vec![0.0; sizes(step.module.relation_scores(labels))];
    for example in training {
        let mut candidates = Candidates::gold(step.module, &[example], step.jointere.max_span);
        for target in &candidates.span_targets {
            spans[*target] += 1.0;
        }
        if step.module == ModuleKind::NerReStar {
            // Gold spans among as many kept ones as the sentence will have.
            candidates = Candidates::default();
            candidates.add_all_pairs(step.module, 0, example, &example.gold.spans);
            let kept = step
                .pruner
                .keep(example.words)
                .max(example.gold.spans.len());
            pairs[0] += (kept * (kept - 1) - candidates.pairs.len()) as f64;
        }
        for target in &candidates.pair_targets {
            pairs[*target] += 1.0;
        }
    }
    (spans, pairs)
}
