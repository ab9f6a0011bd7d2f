//! Training one module.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::candidates::Candidates;
use super::config::LossNorm;
use super::decode::Rows;
use super::examples::{Example, examples};
use super::loss::cross_entropy;
use super::model::JointEre;
use super::module::ModuleKind;
use super::saved::{Header, save};
use super::stage::{Stage, by_document, kept_spans};
use super::steps::TrainStep;
use crate::corpus::{Corpus, Labels, Split};
use crate::encoder::{
    BertConfig, Noise, Scheme, WordPieces, initialise, load_bert, word_vocabulary,
};
use crate::score::{Profile, score, total};
use crate::systems::error::SystemError;
use crate::systems::identity::EncoderIdentity;
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

/// Trains the module that `step` describes and writes it into `output`.
///
/// # Errors
/// When the encoder cannot be read, the corpus cannot be encoded, the loss diverges or
/// the result cannot be written.
pub fn train(
    step: &TrainStep,
    corpus: &Corpus,
    model_folder: Option<&Path>,
    device: &Device,
    output: &Path,
    observe: impl FnMut(&Epoch),
) -> Result<Trained, SystemError> {
    let gradients = device.clone().autodiff();
    let (pieces, bert, model) = start(step, corpus, model_folder, &gradients)?;
    let positions = bert.max_position_embeddings;
    let prepare = |split| examples(corpus.split(split), &corpus.labels, &pieces, positions);
    let (training, dev) = (prepare(Split::Train)?, prepare(Split::Dev)?);
    let model = if step.jointere.prior_bias {
        let (spans, pairs) = label_counts(step, &corpus.labels, &training);
        model.with_prior(&spans, &pairs)
    } else {
        model
    };
    let parameters = model.num_params();
    let lengths: Vec<usize> = training.iter().map(|s| s.pieces.ids.len()).collect();
    let padding = pieces.padding();
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
            batch_loss(step, model, &sentences, padding, noise)
        },
        |model| {
            let stage = Stage {
                kind: step.module,
                model,
                labels: &corpus.labels,
                config: &step.jointere,
                pruner: &step.pruner,
                padding,
            };
            let predicted = by_document(&corpus.dev, stage.extract(&dev, &gold)?);
            let counts =
                score(Profile::Pure, &corpus.dev, &predicted).map_err(|error| error.to_string())?;
            Ok(total(&counts, step.module.selection()).f1())
        },
        observe,
    )
    .map_err(SystemError::Training)?;
    let header = Header::new(step, bert, &corpus.labels);
    save(output, &header, &fitted.model, &pieces)?;
    Ok(Trained {
        history: fitted.history,
        best: fitted.best,
        parameters,
    })
}

/// The tokenizer, the encoder's configuration, and the network with its first values.
fn start(
    step: &TrainStep,
    corpus: &Corpus,
    model_folder: Option<&Path>,
    device: &Device,
) -> Result<(WordPieces, BertConfig, JointEre), SystemError> {
    let (pieces, config, encoder) = match (&step.encoder, model_folder) {
        (
            EncoderIdentity {
                hash: None,
                scratch: shape,
                ..
            },
            _,
        ) => {
            let words = corpus.train.iter().flat_map(|document| &document.sentences);
            let pieces = word_vocabulary(
                words.map(|sentence| sentence.tokens.as_slice()),
                shape.minimum_count,
            )?;
            let config = shape.bert(pieces.vocabulary_size());
            let encoder = initialise(
                config.init(device),
                step.seed,
                Scheme::Normal(0.02),
                &|_| true,
            );
            (pieces, config, encoder)
        }
        (_, Some(folder)) => {
            let pieces = WordPieces::open(&folder.join("tokenizer.json"))?;
            let (config, encoder) = load_bert(folder, device)?;
            (pieces, config, encoder)
        }
        (_, None) => {
            return Err(SystemError::NoModelFolder);
        }
    };
    let model = JointEre::new(
        encoder,
        config.hidden_size,
        step.module,
        &corpus.labels,
        &step.jointere,
        device,
    );
    let model = initialise(model, step.seed, step.train.head_scheme(), &|path| {
        !path.starts_with("encoder.")
    });
    Ok((pieces, config, model))
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
    padding: u32,
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
    let words = model.read(sentences, padding, Some(noise));
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
