//! Which steps a run of JointERE needs.

use serde_json::json;

use super::approach::approach;
use super::config::{JointEreConfig, PrunerConfig, SpanEnd};
use super::mean_field::MeanFieldConfig;
use super::module::{ModuleKind, SpanSource};
use super::steps::{PREDICT, PredictStep, TRAIN, TrainStep, VERSION};
use crate::corpus::Split;
use crate::encoder::Pool;
use crate::systems::Configuration;
use crate::systems::draft::{Draft, Drafts, value};
use crate::systems::features;
use crate::systems::identity::{CorpusIdentity, EncoderIdentity};
use crate::train::Recipe;

/// Drafts the trainings and predictions of one run, and returns the index of the
/// prediction that holds the approach's whole output on `split`.
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
    let name = configuration.system.approach();
    let approach = approach(name).map_err(|reason| format!("the approach `{name}` {reason}"))?;
    let features = feature_drafts(configuration, corpus, encoder, drafts)?;
    let chain = Chain {
        configuration,
        corpus,
        encoder,
        seed,
        reads_gold: approach.reads_gold(),
        features,
    };
    chain
        .predict(&approach.modules, split, drafts)?
        .ok_or_else(|| format!("`{name}` has no modules"))
}

/// What the steps of one run have in common.
struct Chain<'a> {
    configuration: &'a Configuration,
    corpus: &'a CorpusIdentity,
    encoder: &'a EncoderIdentity,
    seed: u64,
    /// Whether the first module is given the annotation.
    reads_gold: bool,
    /// The steps that read the corpus with a frozen encoder; none where it is trained.
    features: Vec<usize>,
}

impl Chain<'_> {
    /// Drafts what these modules extract from `split`, one after another; none without
    /// modules.
    fn predict(
        &self,
        modules: &[ModuleKind],
        split: Split,
        drafts: &mut Drafts,
    ) -> Result<Option<usize>, String> {
        let Some((module, before)) = modules.split_last() else {
            return Ok(None);
        };
        let previous = self.predict(before, split, drafts)?;
        let training = self.train(*module, before, drafts)?;
        let reads_gold = self.reads_gold && before.is_empty();
        let step = PredictStep {
            module: *module,
            corpus: self.corpus.clone(),
            split,
            reads_gold,
            jointere: decoding(*module, &self.configuration.jointere),
            pruner: match module {
                ModuleKind::Pruner => pruning(&self.configuration.pruner),
                _ => PrunerConfig::default(),
            },
        };
        let read = self.features_of(*module).iter().copied();
        let inputs = std::iter::once(training).chain(read).chain(previous);
        let chain: Vec<&str> = modules.iter().map(|module| module.name()).collect();
        let chain = chain.join("-");
        let from = if self.reads_gold { " from gold" } else { "" };
        Ok(Some(drafts.add(Draft {
            kind: PREDICT,
            version: VERSION,
            label: format!("{chain} seed {} on {split}{from}", self.seed),
            description: value(&step)?,
            defaults: json!({
                "reads_gold": false,
                "jointere": value(&JointEreConfig::default())?,
                "pruner": value(&PrunerConfig::default())?,
            }),
            inputs: inputs.collect(),
            training: false,
        })))
    }

    /// The steps that a module reads a frozen encoder's states from. The pruner reads first
    /// pieces alone.
    fn features_of(&self, module: ModuleKind) -> &[usize] {
        match module {
            ModuleKind::Pruner => &self.features[..self.features.len().min(1)],
            _ => &self.features,
        }
    }

    /// Drafts the training of a module that follows the modules `before` it.
    fn train(
        &self,
        module: ModuleKind,
        before: &[ModuleKind],
        drafts: &mut Drafts,
    ) -> Result<usize, String> {
        let mut inputs = self.features_of(module).to_vec();
        if module.spans() == SpanSource::Kept {
            inputs.extend(self.predict(before, Split::Train, drafts)?);
            inputs.extend(self.predict(before, Split::Dev, drafts)?);
        }
        let mut train = self.configuration.train.clone().canonical();
        if let Some(epochs) = self.configuration.jointere.epochs.get(module.key()) {
            train.epochs = *epochs;
        }
        let default = PrunerConfig::default();
        let step = TrainStep {
            module,
            corpus: self.corpus.clone(),
            encoder: self.encoder.clone(),
            jointere: shape(module, &self.configuration.jointere),
            pruner: match module.spans() {
                _ if module == ModuleKind::Pruner => pruning(&self.configuration.pruner),
                SpanSource::Kept => PrunerConfig {
                    inject_gold: self.configuration.pruner.inject_gold,
                    ..default
                },
                _ => default,
            },
            mfvi: inference(module, &self.configuration.mfvi),
            train,
            seed: self.seed,
        };
        Ok(drafts.add(Draft {
            kind: TRAIN,
            version: VERSION,
            label: format!("{} seed {}", named(module, before), self.seed),
            description: value(&step)?,
            defaults: json!({
                "encoder": EncoderIdentity::defaults(),
                "jointere": value(&JointEreConfig::default())?,
                "pruner": value(&PrunerConfig::default())?,
                "mfvi": value(&MeanFieldConfig::default())?,
                "train": value(&Recipe::default())?,
            }),
            inputs,
            training: true,
        }))
    }
}

/// A module's name, with that of the one it builds on where the paper has two kinds.
fn named(module: ModuleKind, before: &[ModuleKind]) -> String {
    match before.last() {
        Some(before) if module.spans() == SpanSource::Kept && *before != ModuleKind::Pruner => {
            format!("{before}-{module}")
        }
        _ => module.to_string(),
    }
}

/// The steps that read the corpus with a frozen encoder; none where it is trained.
fn feature_drafts(
    configuration: &Configuration,
    corpus: &CorpusIdentity,
    encoder: &EncoderIdentity,
    drafts: &mut Drafts,
) -> Result<Vec<usize>, String> {
    if !encoder.is_frozen() {
        return Ok(Vec::new());
    }
    let pools = match configuration.jointere.span_end {
        SpanEnd::First => vec![Pool::First],
        SpanEnd::Last => vec![Pool::First, Pool::Last],
    };
    let name = &configuration.encoder.name;
    let draft = |pool| Ok(drafts.add(features::draft(name, corpus, encoder, pool)?));
    pools.into_iter().map(draft).collect()
}

/// The switches that matter to this module's training; the others stand at their
/// defaults, so that they do not make two steps of one.
fn shape(module: ModuleKind, config: &JointEreConfig) -> JointEreConfig {
    let default = JointEreConfig::default();
    let mut shape = config.clone();
    shape.epochs = default.epochs;
    let prunes = module == ModuleKind::Pruner;
    if module.entity_task().is_none() || prunes {
        shape.span_mlp = default.span_mlp;
    }
    if module.relation_task().is_none() {
        shape.pair_mlp = default.pair_mlp;
    }
    if prunes {
        shape.width_dim = default.width_dim;
        shape.span_end = default.span_end;
    }
    if module.spans() != SpanSource::Kept {
        shape.require_entity_endpoints = default.require_entity_endpoints;
    }
    shape
}

/// The switches that matter to this module's decoding.
fn decoding(module: ModuleKind, config: &JointEreConfig) -> JointEreConfig {
    let mut decoding = JointEreConfig::default();
    match module.spans() {
        SpanSource::All => decoding.max_span = config.max_span,
        SpanSource::Kept => {
            decoding.require_entity_endpoints = config.require_entity_endpoints;
        }
        SpanSource::Entities | SpanSource::Pairs => {}
    }
    decoding
}

/// The switches of high-order inference that matter to this module.
fn inference(module: ModuleKind, config: &MeanFieldConfig) -> MeanFieldConfig {
    let default = MeanFieldConfig::default();
    match config.iterations {
        _ if !module.is_high_order() => default,
        0 => MeanFieldConfig {
            iterations: 0,
            ..default
        },
        _ => config.clone(),
    }
}

/// The switches that matter to the pruner itself.
fn pruning(config: &PrunerConfig) -> PrunerConfig {
    PrunerConfig {
        inject_gold: PrunerConfig::default().inject_gold,
        ..config.clone()
    }
}
