//! The section `[pure]`: every switch of the system.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::systems::start::MarkerRows;
use crate::train::RecipeChanges;

/// Switches of PURE. Names are the specification's where it has them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "every switch is a key of its own"
)]
pub struct PureConfig {
    /// Words that the entity model reads around and including a sentence; 0 means the
    /// sentence alone.
    pub entity_window: usize,
    /// The same of the relation model.
    pub relation_window: usize,
    /// Longest candidate span in words.
    pub max_span: usize,
    /// Width of the embeddings of a span's length and type.
    pub width_dim: usize,
    /// Width of the two-layer perceptrons.
    pub mlp: usize,
    /// Dropout in the perceptrons.
    pub dropout: f64,
    /// Dropout on the states that the entity model reads and before the relation
    /// classifier; the release takes the encoder's own (0.1 for BERT, 0 for ALBERT-xxlarge).
    pub state_dropout: f64,
    /// Whether the entity model's sentences are put into batches as `[train]` says by
    /// `shuffle` and `bucket`. Otherwise, as in the release, batches are cut in the order
    /// of the corpus and keep it in every epoch, behind those of very long inputs.
    pub entity_shuffle: bool,
    /// Whether the score layers' biases start at the log frequencies of the training
    /// labels, which spares the steps that only learn how rare entities are.
    pub prior_bias: bool,
    /// Weight of a relation loss in the training of the pipeline's entity model; 0 means
    /// none. It is the mean over the batch's pairs of annotated entities, which are read
    /// as under `text`.
    pub aux_relation_loss: f64,
    /// What the relation model is given of a pair.
    pub rel_input: RelInput,
    /// Whether a layer norm stands before the relation classifier, as in the release.
    pub rel_layernorm: bool,
    /// How pairs are put into batches.
    pub rel_batching: RelBatching,
    /// Longest input of a relation model with markers in the text, in pieces; what is
    /// behind is cut off. 0 means 128 more than `relation_window`.
    pub rel_length: usize,
    /// Which rows of the embedding stand for markers.
    pub marker_rows: MarkerRows,
    /// Whether markers stand behind the text, so that pairs share its states.
    pub approximate: bool,
    /// Longest input of the approximation in pieces, all pairs' markers included.
    pub packed_length: usize,
    /// Whether the approximation's pairs share their text in training too; in the release
    /// each has a sequence of its own.
    pub packed_training: bool,
    /// What pairs are made of in evaluation.
    pub entities: Entities,
    /// What pairs of dev are made of when the best relation model is chosen.
    pub selection_entities: Entities,
    /// What pairs the pipeline's relation model is trained on are made of; a shared
    /// encoder learns from the annotation.
    pub train_entities: TrainEntities,
    /// Number of parts of the training documents in jackknifing.
    pub folds: usize,
    /// Kept spans per word where spans are kept (λ).
    pub kept_share: f64,
    /// Weight of the loss over the arguments' types under `markers_eloss`, which is the
    /// sum of a pair's two cross-entropies, and the mean of that over a batch's pairs.
    pub eloss_weight: f64,
    /// Training of one encoder for both tasks.
    pub shared: SharedConfig,
    /// What the entity model changes in the recipe of `[train]`.
    pub entity: RecipeChanges,
    /// What the relation model changes in the recipe of `[train]`.
    pub relation: RecipeChanges,
}

/// What the relation model is given of a pair (Zhong and Chen 2021, §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelInput {
    /// The states of both spans' end words.
    Text,
    /// The same and the spans' types.
    TextEtype,
    /// The states of untyped markers before both spans.
    Markers,
    /// The same and the spans' types.
    MarkersEtype,
    /// Untyped markers, which learn the spans' types by a loss of their own.
    MarkersEloss,
    /// The states of markers that name the spans' types.
    TypedMarkers,
}

/// How pairs are put into batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelBatching {
    /// Sorted by length and cut once; the batches come in a new order every epoch.
    RandomSorted,
    /// As `[train]` says by `shuffle` and `bucket`.
    Random,
    /// Sorted by length, in the same order every epoch.
    Sorted,
}

/// Where the entities of pairs come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Entities {
    /// From the entity model.
    Predicted,
    /// From the annotation.
    Gold,
}

/// Where the entities of training pairs come from (Zhong and Chen 2021, §5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrainEntities {
    /// From the annotation.
    Gold,
    /// From entity models that have not seen the documents.
    Jackknife,
    /// The best-scored spans of the entity model, in evaluation too.
    Kept,
}

/// Training of one encoder for both tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SharedConfig {
    /// How the two losses take turns.
    pub schedule: SharedSchedule,
}

/// How the two losses of a shared encoder take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SharedSchedule {
    /// Every step takes a batch of either task, drawn from the pool of both; an epoch is
    /// a pass over all of them.
    AlternateRandom,
    /// Every step takes a batch of each and adds their losses; an epoch is a pass over
    /// the pairs.
    Summed,
}

impl Default for PureConfig {
    fn default() -> Self {
        Self {
            entity_window: 300,
            relation_window: 100,
            max_span: 8,
            width_dim: 150,
            mlp: 150,
            dropout: 0.2,
            state_dropout: 0.1,
            entity_shuffle: false,
            prior_bias: false,
            aux_relation_loss: 0.0,
            rel_input: RelInput::TypedMarkers,
            rel_layernorm: true,
            rel_batching: RelBatching::RandomSorted,
            rel_length: 0,
            marker_rows: MarkerRows::Auto,
            approximate: false,
            packed_length: 250,
            packed_training: false,
            entities: Entities::Predicted,
            selection_entities: Entities::Predicted,
            train_entities: TrainEntities::Gold,
            folds: 10,
            kept_share: 0.4,
            eloss_weight: 1.0,
            shared: SharedConfig::default(),
            entity: RecipeChanges::default(),
            relation: RecipeChanges::default(),
        }
    }
}

impl Default for SharedConfig {
    fn default() -> Self {
        Self {
            schedule: SharedSchedule::AlternateRandom,
        }
    }
}

impl RelInput {
    /// The name in configuration files and labels.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::TextEtype => "text_etype",
            Self::Markers => "markers",
            Self::MarkersEtype => "markers_etype",
            Self::MarkersEloss => "markers_eloss",
            Self::TypedMarkers => "typed_markers",
        }
    }

    /// Whether the input holds markers.
    pub(crate) fn has_markers(self) -> bool {
        !matches!(self, Self::Text | Self::TextEtype)
    }

    /// Whether the pair's vector holds embeddings of the types.
    pub(crate) fn has_types(self) -> bool {
        matches!(self, Self::TextEtype | Self::MarkersEtype)
    }
}

impl PureConfig {
    /// Values that cannot work, as (key within `pure`, reason).
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        let mut require = |holds: bool, key: &str, reason: &str| {
            if !holds {
                problems.push((key.to_owned(), reason.to_owned()));
            }
        };
        for (key, value) in [
            ("max_span", self.max_span),
            ("width_dim", self.width_dim),
            ("mlp", self.mlp),
        ] {
            require(value > 0, key, "must be at least 1");
        }
        for (key, value) in [
            ("dropout", self.dropout),
            ("state_dropout", self.state_dropout),
        ] {
            require((0.0..1.0).contains(&value), key, "must lie in 0 ≤ p < 1");
        }
        for (key, value) in [
            ("aux_relation_loss", self.aux_relation_loss),
            ("eloss_weight", self.eloss_weight),
        ] {
            require(
                value.is_finite() && value >= 0.0,
                key,
                "must not be negative",
            );
        }
        require(
            self.kept_share.is_finite() && self.kept_share > 0.0,
            "kept_share",
            "must be above 0",
        );
        require(
            self.folds >= 2,
            "folds",
            "must be at least 2: a part is predicted by a model of the others",
        );
        require(
            self.packed_length >= 7,
            "packed_length",
            "must be at least 7: a word between two special pieces, and four markers",
        );
        require(
            !self.approximate || self.rel_input.has_markers(),
            "approximate",
            "needs an input with markers; set pure.rel_input to one",
        );
        for (section, changes) in [("entity", &self.entity), ("relation", &self.relation)] {
            for (key, reason) in changes.problems() {
                problems.push((format!("{section}.{key}"), reason));
            }
        }
        problems
    }
}
