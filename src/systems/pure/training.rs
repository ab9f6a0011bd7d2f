//! Training a model: of entities, of relations, or of both.

use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::config::{Entities, PureConfig, RelInput, TrainEntities};
use super::entities::{Keep, Sentences, entity_loss, find_entities};
use super::instances::{Candidates, Instance, instances};
use super::limits::{Limits, limits, too_long};
use super::markers::{Markers, marker_names};
use super::model::{PairReading, Pure};
use super::order::{Pools, epoch};
use super::relations::{BATCH, find_relations, lengths, relation_loss};
use super::saved::Section;
use super::steps::{Fold, TRAIN, Task, TrainStep};
use super::text::texts;
use crate::corpus::{Corpus, Document, Extraction, Labels, Split};
use crate::encoder::{Noise, WordPieces, initialise};
use crate::score::{Metric, Scoring, score, total};
use crate::systems::error::SystemError;
use crate::systems::spans::{by_document, read_extractions};
use crate::systems::start::{Start, start_with_markers};
use crate::systems::trained;
use crate::train::{Epoch, fit};

/// What a training reports when it is done.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The evaluation whose weights were kept.
    pub best: Epoch,
    /// The epoch after which training stopped, where it did so before the last.
    pub stopped: Option<u32>,
    /// Number of parameters.
    pub parameters: usize,
    /// Number of training pairs whose input was cut.
    pub cut: usize,
}

/// What a training reads of one split.
struct Data {
    entities: Option<Sentences>,
    pairs: Option<Pairs>,
}

/// Sentences with their pairs.
struct Pairs {
    sentences: Vec<Candidates>,
    given: Vec<Extraction>,
    instances: Vec<Instance>,
}

/// What every part of one training is told.
#[derive(Clone, Copy)]
struct Setting<'a> {
    step: &'a TrainStep,
    labels: &'a Labels,
    pieces: &'a WordPieces,
    longest: Option<usize>,
    limits: Limits,
    markers: &'a Markers,
}

/// The metric by which the best model is chosen.
pub(crate) fn selection(task: Task) -> Metric {
    match task {
        Task::Entities => Metric::EntC,
        Task::Relations | Task::Both => Metric::RelC,
    }
}

/// Trains the model that `step` describes and writes it into `output`. `inputs` are the
/// results of the steps that the description speaks of, `device` is one with gradients.
///
/// # Errors
/// When the encoder cannot be read, the corpus cannot be encoded, an input does not fit,
/// the loss diverges or the result cannot be written.
pub fn train(
    step: &TrainStep,
    corpus: &Corpus,
    (model_folder, inputs): (Option<&Path>, &[PathBuf]),
    device: &Device,
    output: &Path,
    observe: impl FnMut(&Epoch),
) -> Result<Trained, SystemError> {
    let config = &step.pure;
    let labels = &corpus.labels;
    let names = match step.task {
        Task::Entities => Vec::new(),
        Task::Relations | Task::Both if !config.rel_input.has_markers() => Vec::new(),
        Task::Relations | Task::Both => {
            let typed = config.rel_input == RelInput::TypedMarkers;
            marker_names(&labels.entity_types, typed)
        }
    };
    let start = start_with_markers(
        &step.encoder,
        corpus,
        model_folder,
        step.seed,
        device,
        (&names, config.marker_rows),
    )?;
    let Start {
        pieces,
        architecture,
        encoder,
        markers,
    } = start;
    let markers = Markers::new(markers);
    let setting = Setting {
        step,
        labels,
        pieces: &pieces,
        longest: architecture.longest(),
        limits: limits(config, architecture.longest()),
        markers: &markers,
    };
    let documents = shown(&corpus.train, step.without);
    let given = given(step, corpus, &documents, inputs)?;
    let training = setting.data(&documents, given.training)?;
    let dev = setting.data(&corpus.dev, given.dev)?;
    let shape = (architecture.width(), pieces.padding());
    let model = Pure::new(encoder, shape, step.task, labels, config, device);
    let mut model = initialise(model, step.seed, step.train.head_scheme(), &|path| {
        !path.starts_with("encoder.")
    });
    if config.prior_bias {
        setting.set_prior(&mut model, &training);
    }
    let parameters = model.num_params();
    let pools = setting.pools(&training);
    if step.task == Task::Relations && pools.pairs.is_empty() {
        return Err(SystemError::Training(
            "no sentence of the training split has two entities to make a pair of; where a model \
             found them, train it longer, or set pure.train_entities to \"gold\""
                .to_owned(),
        ));
    }
    let fitted = fit(
        model,
        |number| epoch(&pools, step, number),
        &step.train,
        step.seed,
        |model, batch, noise| setting.loss(model, &training, batch, noise),
        |model| setting.evaluate(model, &dev, &corpus.dev),
        observe,
    )
    .map_err(SystemError::Training)?;
    let section = Section {
        task: step.task,
        labels: labels.clone(),
        pure: config.clone(),
        markers: markers.ids().to_vec(),
    };
    trained::save(output, &architecture, &pieces, section, &fitted.model)?;
    Ok(Trained {
        best: fitted.best,
        stopped: fitted.stopped,
        parameters,
        cut: setting.cut(&training),
    })
}

/// The training documents without those of a fold.
fn shown(documents: &[Document], without: Option<Fold>) -> Vec<Document> {
    let hidden = without.map(|fold| fold.range(documents.len()));
    let shown = documents
        .iter()
        .enumerate()
        .filter(|(index, _)| hidden.as_ref().is_none_or(|hidden| !hidden.contains(index)));
    shown.map(|(_, document)| document.clone()).collect()
}

/// What pairs are made of; none for the annotation.
struct Given {
    training: Option<Vec<Extraction>>,
    dev: Option<Vec<Extraction>>,
}

fn given(
    step: &TrainStep,
    corpus: &Corpus,
    documents: &[Document],
    inputs: &[PathBuf],
) -> Result<Given, SystemError> {
    let count = |documents: &[Document]| documents.iter().map(|one| one.sentences.len()).sum();
    if step.task != Task::Relations {
        return Ok(Given {
            training: None,
            dev: None,
        });
    }
    let missing = || SystemError::Unknown(format!("a `{TRAIN}` step lacks an input"));
    let (dev, training) = match step.pure.selection_entities {
        Entities::Gold => (None, inputs),
        Entities::Predicted => {
            let (dev, training) = inputs.split_first().ok_or_else(missing)?;
            let found = read_extractions(dev, count(corpus.split(Split::Dev)))?;
            (Some(found), training)
        }
    };
    let training = match step.pure.train_entities {
        TrainEntities::Gold => None,
        TrainEntities::Kept => {
            let folder = training.first().ok_or_else(missing)?;
            Some(read_extractions(folder, count(documents))?)
        }
        TrainEntities::Jackknife => {
            let of = step.pure.folds;
            if training.len() != of {
                return Err(missing());
            }
            let mut all = Vec::new();
            for (index, folder) in training.iter().enumerate() {
                let own = &documents[Fold { index, of }.range(documents.len())];
                all.extend(read_extractions(folder, count(own))?);
            }
            Some(all)
        }
    };
    Ok(Given { training, dev })
}

/// What the annotation says of every sentence.
pub(crate) fn annotated(documents: &[Document]) -> Vec<Extraction> {
    let sentences = documents.iter().flat_map(|document| &document.sentences);
    sentences
        .map(|sentence| Extraction {
            spans: sentence.entities.iter().map(|entity| entity.span).collect(),
            entities: sentence.entities.clone(),
            ..Extraction::default()
        })
        .collect()
}

/// Sentences with the arguments that `given` names.
pub(crate) fn candidates(
    documents: &[Document],
    given: &[Extraction],
    labels: &Labels,
    config: &PureConfig,
    pieces: &WordPieces,
    longest: Option<usize>,
) -> Result<Vec<Candidates>, SystemError> {
    let kept = config.train_entities == TrainEntities::Kept;
    let texts = texts(documents, config.relation_window, pieces, longest)
        .map_err(|error| too_long(error, config))?;
    let sentences = documents.iter().flat_map(|document| &document.sentences);
    Ok(texts
        .into_iter()
        .zip(sentences)
        .zip(given)
        .map(|((text, sentence), given)| Candidates::new(text, sentence, given, labels, kept))
        .collect())
}

impl Setting<'_> {
    fn reading(&self) -> PairReading<'_> {
        PairReading {
            markers: self.markers,
            config: &self.step.pure,
            longest: self.limits.input,
        }
    }

    fn data(
        &self,
        documents: &[Document],
        given: Option<Vec<Extraction>>,
    ) -> Result<Data, SystemError> {
        let config = &self.step.pure;
        let entities = match self.step.task {
            Task::Relations => None,
            Task::Entities | Task::Both => {
                let window = config.entity_window;
                let texts = texts(documents, window, self.pieces, self.longest)?;
                Some(Sentences::new(texts, documents, self.labels))
            }
        };
        let pairs = match self.step.task {
            Task::Entities => None,
            Task::Relations | Task::Both => {
                Some(self.pairs(documents, given.unwrap_or_else(|| annotated(documents)))?)
            }
        };
        Ok(Data { entities, pairs })
    }

    fn pairs(&self, documents: &[Document], given: Vec<Extraction>) -> Result<Pairs, SystemError> {
        let sentences = candidates(
            documents,
            &given,
            self.labels,
            &self.step.pure,
            self.pieces,
            self.limits.text,
        )?;
        Ok(Pairs {
            instances: instances(&sentences),
            sentences,
            given,
        })
    }

    fn set_prior(&self, model: &mut Pure, training: &Data) {
        if let (Some(head), Some(sentences)) = (&mut model.entity, &training.entities) {
            head.set_prior(&sentences.label_counts(self.labels, self.step.pure.max_span));
        }
        if let (Some(head), Some(pairs)) = (&mut model.relation, &training.pairs) {
            let mut counts = vec![0.0; self.labels.relation_types.len() + 1];
            for instance in &pairs.instances {
                counts[pairs.sentences[instance.sentence].label(*instance)] += 1.0;
            }
            head.set_prior(&counts);
        }
    }

    fn pools(&self, training: &Data) -> Pools {
        let sentences = training.entities.as_ref().map(|sentences| {
            let texts = sentences.texts.iter();
            texts
                .map(|text| (text.length(), text.pieces.first.len()))
                .collect()
        });
        let pairs = training.pairs.as_ref().map(|pairs| {
            let lengths = lengths(&pairs.sentences, &pairs.instances, &self.step.pure);
            // What is cut off plays no part in the order of batches.
            let cut = |length: usize| match self.limits.text {
                Some(_) => length,
                None => length.min(self.limits.input),
            };
            lengths.into_iter().map(cut).collect()
        });
        Pools {
            sentences: sentences.unwrap_or_default(),
            pairs: pairs.unwrap_or_default(),
        }
    }

    /// The loss of a batch, in which sentences are followed by pairs.
    fn loss(
        &self,
        model: &Pure,
        training: &Data,
        batch: &[usize],
        noise: &Noise,
    ) -> Result<Option<Tensor<1>>, String> {
        let config = &self.step.pure;
        let known = training.entities.as_ref();
        let count = known.map_or(0, |sentences| sentences.texts.len());
        let (sentences, pairs): (Vec<usize>, Vec<usize>) =
            batch.iter().partition(|index| **index < count);
        let of_entities = match known {
            Some(known) if !sentences.is_empty() => {
                entity_loss(model, known, &sentences, config, noise)
            }
            _ => None,
        };
        let of_relations = match &training.pairs {
            Some(known) if !pairs.is_empty() => {
                let chosen: Vec<Instance> = pairs
                    .iter()
                    .map(|index| known.instances[index - count])
                    .collect();
                relation_loss(model, &known.sentences, &chosen, self.reading(), noise)?
            }
            _ => None,
        };
        Ok(match (of_entities, of_relations) {
            (Some(entities), Some(relations)) => Some(entities + relations),
            (entities, relations) => entities.or(relations),
        })
    }

    /// F1 on dev of what the model is chosen by, with all of the annotation in the
    /// denominator of recall. A pair annotated with two relations is right with either.
    fn evaluate(&self, model: &Pure, dev: &Data, documents: &[Document]) -> Result<f64, String> {
        let config = &self.step.pure;
        let longest = config.max_span;
        let entities = match &dev.entities {
            Some(sentences) => Some(find_entities(
                model,
                &sentences.texts,
                self.labels,
                longest,
                Keep::Entities,
            )?),
            None => None,
        };
        let extracted = match (&dev.pairs, entities) {
            (None, Some(entities)) => entities,
            (Some(pairs), None) => find_relations(
                model,
                &pairs.sentences,
                &pairs.given,
                self.labels,
                self.reading(),
                BATCH,
            )?,
            // A model of both finds relations between the entities that it finds itself.
            (Some(_), Some(entities)) => {
                let pairs = self
                    .pairs(documents, entities)
                    .map_err(|error| error.to_string())?;
                find_relations(
                    model,
                    &pairs.sentences,
                    &pairs.given,
                    self.labels,
                    self.reading(),
                    BATCH,
                )?
            }
            (None, None) => Vec::new(),
        };
        let predicted = by_document(documents, extracted);
        let counts =
            score(&Scoring::pure(), documents, &predicted).map_err(|error| error.to_string())?;
        Ok(total(&counts, selection(self.step.task)).f1())
    }

    /// Number of pairs whose input is longer than it may be.
    fn cut(&self, training: &Data) -> usize {
        let Some(pairs) = &training.pairs else {
            return 0;
        };
        let lengths = lengths(&pairs.sentences, &pairs.instances, &self.step.pure);
        let limit = self.limits.input;
        let cut = lengths.into_iter().filter(|length| *length > limit);
        let config = &self.step.pure;
        if config.approximate || !config.rel_input.has_markers() {
            0
        } else {
            cut.count()
        }
    }
}
