//! Training a model.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Device;

use super::config::{Base, ChooseBy, PmeiConfig, WithoutVector};
use super::core::{Core, draw_by};
use super::find::{BATCH, find};
use super::input::Text;
use super::model::{Pmei, Reading, WordReader};
use super::saved::{Saved, Section, Vocabulary, outputs, save};
use super::steps::TrainStep;
use super::table::Grid;
use super::target::Target;
use crate::corpus::Corpus;
use crate::encoder::initialise;
use crate::encoder::words::{
    Coverage, FirstValues, Lookup, TableOptions, WordTable, WordVectors, WordsKept,
};
use crate::score::{Metric, Profile, Scoring, score, total};
use crate::systems::error::SystemError;
use crate::systems::spans::by_document;
use crate::systems::start::start_encoder;
use crate::train::{Epoch, epoch_batches, fit};

/// Words seen less often in training have no row where there are no pretrained vectors.
const MINIMUM_COUNT: usize = 2;

/// What a training reports when it is done.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The evaluation whose weights were kept.
    pub best: Epoch,
    /// The epoch after which it stopped, where it stopped early.
    pub stopped: Option<u32>,
    /// Number of parameters.
    pub parameters: usize,
    /// How much of the training split has pretrained vectors, where there are any.
    pub coverage: Option<String>,
    /// Training sentences that were passed over since the encoder does not read so many pieces.
    pub skipped: usize,
}

/// The metric by which the best model is chosen.
pub(crate) fn selection(config: &PmeiConfig) -> Metric {
    match config.choose_by {
        ChooseBy::Partial => Metric::RelC,
        ChooseBy::Exact => Metric::RelPlusC,
    }
}

/// Trains the model that `step` describes and writes it into `output`. It starts from the
/// encoder in `model_folder` or the vectors at `vectors`; `device` is one with gradients.
///
/// # Errors
/// When the encoder or the vectors cannot be read, the corpus has no relations or cannot be
/// encoded, the loss diverges or the result cannot be written.
pub fn train(
    step: &TrainStep,
    corpus: &Corpus,
    (model_folder, vectors): (Option<&Path>, Option<&Path>),
    device: &Device,
    output: &Path,
    observe: impl FnMut(&Epoch),
) -> Result<Trained, SystemError> {
    let (config, labels) = (&step.pmei, &corpus.labels);
    if labels.relation_types.is_empty() {
        return Err(SystemError::Training(
            "the corpus has no relations to learn from".to_owned(),
        ));
    }
    let Start {
        vocabulary,
        model,
        section,
        coverage,
    } = start(step, corpus, (model_folder, vectors), device)?;
    let texts = vocabulary.lexicon().texts(&corpus.train)?;
    let dev = vocabulary.lexicon().texts(&corpus.dev)?;
    let targets = Target::all(&corpus.train, labels);
    let read: Vec<usize> = (0..texts.len())
        .filter(|index| texts[*index].words() > 0)
        .collect();
    let lengths: Vec<usize> = read.iter().map(|index| texts[*index].words()).collect();
    let too_long = |text: &&Text| matches!(text, Text::TooLong);
    let skipped = texts.iter().filter(too_long).count();
    let scoring = Scoring::new(Profile::Pmei.into(), &[]);
    let parameters = model.num_params();
    let fitted = fit(
        model,
        |number| epoch_batches(&lengths, &step.train, step.seed, number),
        &step.train,
        step.seed,
        |model, batch, noise| {
            let own = || batch.iter().map(|place| read[*place]);
            let chosen: Vec<&Text> = own().map(|index| &texts[index]).collect();
            let targets: Vec<&Target> = own().map(|index| &targets[index]).collect();
            let lengths: Vec<usize> = chosen.iter().map(|text| text.words()).collect();
            let grid = Arc::new(Grid::new(&lengths, config.diagonal));
            let states = model.read(&chosen, Some(noise))?;
            let gold = Target::batch(&targets);
            let draw = draw_by(Some(noise), device);
            let losses = model.core.losses(&states, &grid, &gold, &draw);
            let weights = [config.beta; 2];
            Ok(Some(losses.total(config.alpha, weights, batch.len())))
        },
        |model| {
            let found = find(model, &dev, labels, (config, step.seed), BATCH)?;
            let predicted = by_document(&corpus.dev, found);
            let counts =
                score(&scoring, &corpus.dev, &predicted).map_err(|error| error.to_string())?;
            Ok(total(&counts, selection(config)).f1())
        },
        observe,
    )
    .map_err(SystemError::Training)?;
    let saved = Saved {
        section,
        vocabulary,
        model: fitted.model,
    };
    save(output, &saved)?;
    Ok(Trained {
        best: fitted.best,
        stopped: fitted.stopped,
        parameters,
        coverage: coverage.map(|coverage| coverage.to_string()),
        skipped,
    })
}

/// A model with its first values.
struct Start {
    vocabulary: Vocabulary,
    model: Pmei,
    section: Section,
    coverage: Option<Coverage>,
}

fn start(
    step: &TrainStep,
    corpus: &Corpus,
    (model_folder, vectors): (Option<&Path>, Option<&Path>),
    device: &Device,
) -> Result<Start, SystemError> {
    let (config, labels) = (&step.pmei, &corpus.labels);
    let core = |width: usize| Core::new(config, width, outputs(labels, config), device);
    let drawn = |model: Pmei| {
        // Pretrained values stay, and a table of word vectors has drawn its own.
        let chosen = |path: &str| !path.starts_with("encoder.") && path != "words.vectors.weight";
        initialise(model, step.seed, step.train.head_scheme(), &chosen)
    };
    let mut section = Section {
        labels: labels.clone(),
        pmei: config.clone(),
        seed: step.seed,
        words: None,
    };
    if config.base == Base::Encoder {
        let identity = step.encoder.as_ref().ok_or(SystemError::NoModelFolder)?;
        let (pieces, architecture, encoder) =
            start_encoder(identity, corpus, model_folder, step.seed, device)?;
        let reading = Reading {
            pool: config.bert_pool,
            padding: pieces.padding(),
        };
        let model = Pmei::new(Some(encoder), None, core(architecture.width()), reading);
        return Ok(Start {
            model: drawn(model),
            vocabulary: Vocabulary::Pieces(Box::new((architecture, pieces))),
            section,
            coverage: None,
        });
    }
    let (table, coverage) = word_table(step, corpus, vectors)?;
    let index = table.index().clone();
    section.words = Some((index.clone(), table.dimension()));
    let words = WordReader::new(table.embedding(false, device), config, device);
    let reading = Reading {
        pool: config.bert_pool,
        padding: 0,
    };
    let model = Pmei::new(None, Some(words), core(2 * config.hidden), reading);
    Ok(Start {
        model: drawn(model),
        vocabulary: Vocabulary::Words(index),
        section,
        coverage,
    })
}

/// The table of the training words, and how many of them pretrained vectors know.
fn word_table(
    step: &TrainStep,
    corpus: &Corpus,
    vectors: Option<&Path>,
) -> Result<(WordTable, Option<Coverage>), SystemError> {
    let sentences = || {
        let all = corpus.train.iter().flat_map(|document| &document.sentences);
        all.map(|sentence| sentence.tokens.as_slice())
    };
    let Some(path) = vectors else {
        let table = WordTable::drawn(sentences(), step.pmei.dimension, MINIMUM_COUNT, step.seed);
        return Ok((table, None));
    };
    let words = sentences().flatten().map(String::as_str);
    let vectors = WordVectors::open_for(path, Lookup::ExactThenLower, words)?;
    let options = TableOptions {
        words: match step.pmei.without_vector {
            WithoutVector::Unknown => WordsKept::WithVector,
            WithoutVector::OwnRow => WordsKept::All,
        },
        without_vector: FirstValues::Uniform,
        seed: step.seed,
    };
    let coverage = Coverage::count(sentences(), |word| vectors.find(word).is_some());
    Ok((
        WordTable::new(&vectors, sentences(), options),
        Some(coverage),
    ))
}
