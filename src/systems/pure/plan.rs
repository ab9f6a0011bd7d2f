//! Which steps a run of PURE needs.

use serde_json::json;

use super::approach::Approach;
use super::config::{Entities, PureConfig, RelBatching, RelInput, TrainEntities};
use super::joint;
use super::limits::default_length;
use super::steps::{Fold, PREDICT, PredictStep, TRAIN, Task, TrainStep, VERSION};
use crate::corpus::Split;
use crate::systems::Configuration;
use crate::systems::draft::{Draft, Drafts, value};
use crate::systems::identity::{CorpusIdentity, EncoderIdentity};
use crate::train::{Recipe, RecipeChanges};

/// Drafts the trainings and predictions of one run, and returns the index of the
/// prediction that holds entities and relations on `split`.
///
/// # Errors
/// When the approach is unknown.
pub fn draft_run(
    configuration: &Configuration,
    corpus: &CorpusIdentity,
    encoder: &EncoderIdentity,
    seed: u64,
    split: Split,
    drafts: &mut Drafts,
) -> Result<usize, String> {
    let run = Run {
        configuration,
        config: &configuration.pure,
        corpus,
        encoder,
        seed,
    };
    match configuration.system.approach().parse()? {
        Approach::Pipeline => run.pipeline(split, drafts),
        Approach::Shared => run.shared(split, drafts),
        Approach::Entities => run.entities_of(split, false, drafts),
        Approach::Joint => joint::draft_run(&run, split, drafts),
    }
}

/// What the steps of one run have in common.
pub(crate) struct Run<'a> {
    pub(crate) configuration: &'a Configuration,
    pub(crate) config: &'a PureConfig,
    pub(crate) corpus: &'a CorpusIdentity,
    pub(crate) encoder: &'a EncoderIdentity,
    pub(crate) seed: u64,
}

impl Run<'_> {
    /// Two models, one after the other.
    fn pipeline(&self, split: Split, drafts: &mut Drafts) -> Result<usize, String> {
        let kept = self.config.train_entities == TrainEntities::Kept;
        let mut inputs = Vec::new();
        if self.config.selection_entities == Entities::Predicted {
            inputs.push(self.entities_of(Split::Dev, kept, drafts)?);
        }
        match self.config.train_entities {
            TrainEntities::Gold => {}
            TrainEntities::Kept => inputs.push(self.entities_of(Split::Train, true, drafts)?),
            TrainEntities::Jackknife => {
                let of = self.config.folds;
                for index in 0..of {
                    let fold = Some(Fold { index, of });
                    let training = self.train_entities(fold, drafts)?;
                    let found = self.predict_entities(training, Split::Train, fold, false, drafts);
                    inputs.push(found?);
                }
            }
        }
        let given = match self.config.entities {
            Entities::Gold => None,
            Entities::Predicted => Some(self.entities_of(split, kept, drafts)?),
        };
        let training = self.train_relations(inputs, drafts)?;
        self.predict_relations(training, split, given, &self.learned(), drafts)
    }

    /// One encoder for both tasks.
    fn shared(&self, split: Split, drafts: &mut Drafts) -> Result<usize, String> {
        let config = PureConfig {
            entity_window: self.config.entity_window,
            max_span: self.config.max_span,
            width_dim: self.config.width_dim,
            mlp: self.config.mlp,
            dropout: self.config.dropout,
            entity_shuffle: self.config.entity_shuffle,
            shared: self.config.shared.clone(),
            entity: RecipeChanges {
                batch: Some(self.recipe(&self.config.entity).batch),
                ..RecipeChanges::default()
            },
            train_entities: TrainEntities::Gold,
            selection_entities: PureConfig::default().selection_entities,
            ..self.relation_switches()
        };
        let mut train = self.recipe(&self.config.relation);
        if !config.entity_shuffle && config.rel_batching != RelBatching::Random {
            let default = Recipe::default();
            (train.shuffle, train.bucket) = (default.shuffle, default.bucket);
        }
        let label = format!(
            "entities W={} and relations {}",
            config.entity_window,
            self.input()
        );
        let training = self.train(Task::Both, &label, config, train, None, Vec::new(), drafts)?;
        let given = match self.config.entities {
            Entities::Gold => None,
            Entities::Predicted => {
                Some(self.predict_entities(training, split, None, false, drafts)?)
            }
        };
        self.predict_relations(training, split, given, &self.input(), drafts)
    }

    /// What the entity model finds in a split, or the spans that it keeps.
    fn entities_of(&self, split: Split, kept: bool, drafts: &mut Drafts) -> Result<usize, String> {
        let training = self.train_entities(None, drafts)?;
        self.predict_entities(training, split, None, kept, drafts)
    }

    fn train_entities(&self, without: Option<Fold>, drafts: &mut Drafts) -> Result<usize, String> {
        let config = PureConfig {
            entity_window: self.config.entity_window,
            max_span: self.config.max_span,
            width_dim: self.config.width_dim,
            mlp: self.config.mlp,
            dropout: self.config.dropout,
            state_dropout: self.config.state_dropout,
            entity_shuffle: self.config.entity_shuffle,
            prior_bias: self.config.prior_bias,
            aux_relation_loss: self.config.aux_relation_loss,
            rel_layernorm: self.config.aux_relation_loss == 0.0 || self.config.rel_layernorm,
            ..PureConfig::default()
        };
        let mut train = self.recipe(&self.config.entity);
        if !config.entity_shuffle {
            let default = Recipe::default();
            (train.shuffle, train.bucket) = (default.shuffle, default.bucket);
        }
        let part = without.map_or_else(String::new, |fold| {
            format!(" without part {} of {}", fold.index + 1, fold.of)
        });
        let label = format!("entities W={}{part}", config.entity_window);
        self.train(
            Task::Entities,
            &label,
            config,
            train,
            without,
            Vec::new(),
            drafts,
        )
    }

    fn train_relations(&self, inputs: Vec<usize>, drafts: &mut Drafts) -> Result<usize, String> {
        let config = self.relation_switches();
        let mut train = self.recipe(&self.config.relation);
        if config.rel_batching != RelBatching::Random {
            let default = Recipe::default();
            (train.shuffle, train.bucket) = (default.shuffle, default.bucket);
        }
        let label = format!("relations {}", self.learned());
        self.train(Task::Relations, &label, config, train, None, inputs, drafts)
    }

    /// The switches that matter to the training of a relation model.
    fn relation_switches(&self) -> PureConfig {
        let default = PureConfig::default();
        let own = self.config;
        let input = own.rel_input;
        let text = !input.has_markers();
        let learns_types = input == RelInput::MarkersEloss;
        let jackknife = own.train_entities == TrainEntities::Jackknife;
        PureConfig {
            relation_window: own.relation_window,
            rel_input: input,
            rel_layernorm: own.rel_layernorm,
            rel_batching: own.rel_batching,
            // The approximation has a limit of its own, and a text without markers has that
            // of the encoder.
            rel_length: if own.approximate || text || own.rel_length == default_length(own) {
                default.rel_length
            } else {
                own.rel_length
            },
            state_dropout: own.state_dropout,
            prior_bias: own.prior_bias,
            train_entities: own.train_entities,
            selection_entities: own.selection_entities,
            marker_rows: if text {
                default.marker_rows
            } else {
                own.marker_rows
            },
            approximate: own.approximate,
            packed_training: own.approximate && own.packed_training,
            packed_length: if own.approximate {
                own.packed_length
            } else {
                default.packed_length
            },
            max_span: if text { own.max_span } else { default.max_span },
            width_dim: if text || input.has_types() {
                own.width_dim
            } else {
                default.width_dim
            },
            mlp: if learns_types { own.mlp } else { default.mlp },
            dropout: if learns_types {
                own.dropout
            } else {
                default.dropout
            },
            eloss_weight: if learns_types {
                own.eloss_weight
            } else {
                default.eloss_weight
            },
            folds: if jackknife { own.folds } else { default.folds },
            ..default
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a training is all that it is made of"
    )]
    fn train(
        &self,
        task: Task,
        label: &str,
        pure: PureConfig,
        train: Recipe,
        without: Option<Fold>,
        inputs: Vec<usize>,
        drafts: &mut Drafts,
    ) -> Result<usize, String> {
        let step = TrainStep {
            task,
            corpus: self.corpus.clone(),
            encoder: self.encoder.clone(),
            pure,
            train,
            without,
            seed: self.seed,
        };
        Ok(drafts.add(Draft {
            kind: TRAIN,
            version: VERSION,
            label: format!("{label} seed {}", self.seed),
            description: value(&step)?,
            defaults: json!({
                "encoder": EncoderIdentity::defaults(),
                "pure": value(&PureConfig::default())?,
                "train": value(&Recipe::default())?,
                "without": null,
            }),
            inputs,
            training: true,
        }))
    }

    fn predict_entities(
        &self,
        training: usize,
        split: Split,
        part: Option<Fold>,
        kept: bool,
        drafts: &mut Drafts,
    ) -> Result<usize, String> {
        let default = PureConfig::default();
        let pure = PureConfig {
            train_entities: if kept {
                TrainEntities::Kept
            } else {
                default.train_entities
            },
            kept_share: if kept {
                self.config.kept_share
            } else {
                default.kept_share
            },
            ..default
        };
        let what = if kept { "kept spans" } else { "entities" };
        let part_label = part.map_or_else(String::new, |part| {
            format!(", part {} of {}", part.index + 1, part.of)
        });
        let step = PredictStep {
            task: Task::Entities,
            corpus: self.corpus.clone(),
            split,
            part,
            dedupe_spans: false,
            pure,
        };
        let window = self.config.entity_window;
        let label = format!(
            "{what} W={window} seed {} on {split}{part_label}",
            self.seed
        );
        Self::predict(&step, label, vec![training], drafts)
    }

    fn predict_relations(
        &self,
        training: usize,
        split: Split,
        given: Option<usize>,
        input: &str,
        drafts: &mut Drafts,
    ) -> Result<usize, String> {
        let default = PureConfig::default();
        let pure = PureConfig {
            entities: self.config.entities,
            packed_length: if self.config.approximate {
                self.config.packed_length
            } else {
                default.packed_length
            },
            ..default
        };
        let step = PredictStep {
            task: Task::Relations,
            corpus: self.corpus.clone(),
            split,
            part: None,
            dedupe_spans: self.configuration.eval.dedupe_spans,
            pure,
        };
        let from = if given.is_none() { " from gold" } else { "" };
        let label = format!("relations {input} seed {} on {split}{from}", self.seed);
        let inputs = std::iter::once(training).chain(given).collect();
        Self::predict(&step, label, inputs, drafts)
    }

    /// Drafts the prediction by the training that is the first of `inputs`.
    pub(crate) fn predict(
        step: &PredictStep,
        label: String,
        inputs: Vec<usize>,
        drafts: &mut Drafts,
    ) -> Result<usize, String> {
        Ok(drafts.add(Draft {
            kind: PREDICT,
            version: VERSION,
            label,
            description: value(step)?,
            defaults: json!({
                "part": null,
                "dedupe_spans": false,
                "pure": value(&PureConfig::default())?,
            }),
            inputs,
            training: false,
        }))
    }

    /// The recipe of `[train]` with these changes.
    pub(crate) fn recipe(&self, changes: &RecipeChanges) -> Recipe {
        changes.apply(&self.configuration.train).canonical()
    }

    /// The relation model's input in a few words.
    fn input(&self) -> String {
        let config = self.config;
        let packed = if config.approximate { ", packed" } else { "" };
        let input = config.rel_input.name();
        format!("{input} W={}{packed}", config.relation_window)
    }

    /// The same with what the pipeline's relation model learns from.
    fn learned(&self) -> String {
        let from = match self.config.train_entities {
            TrainEntities::Gold => "",
            TrainEntities::Jackknife => ", jackknifed",
            TrainEntities::Kept => ", kept spans",
        };
        self.input() + from
    }
}

#[cfg(test)]
mod tests;
