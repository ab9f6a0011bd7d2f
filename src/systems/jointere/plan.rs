//! Which steps a run of JointERE needs.

use serde_json::json;

use super::approach::approach;
use super::config::{JointEreConfig, PrunerConfig, SpanEnd};
use super::module::ModuleKind;
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
    let name = &configuration.system.approach;
    let modules = approach(name).ok_or_else(|| format!("`{name}` is no approach of jointere"))?;
    let features = feature_drafts(configuration, corpus, encoder, drafts)?;
    let mut previous = None;
    for module in modules {
        let mut training = train_draft(configuration, corpus, encoder, *module, seed)?;
        training.inputs.clone_from(&features);
        let training = drafts.add(training);
        let step = PredictStep {
            module: *module,
            corpus: corpus.clone(),
            split,
            jointere: decoding(*module, &configuration.jointere),
            pruner: pruning(*module, &configuration.pruner),
        };
        let read = features.iter().copied();
        let inputs = std::iter::once(training).chain(read).chain(previous);
        previous = Some(drafts.add(Draft {
            kind: PREDICT,
            version: VERSION,
            label: format!("{module} seed {seed} on {split}"),
            description: value(&step)?,
            defaults: json!({
                "jointere": value(&JointEreConfig::default())?,
                "pruner": value(&PrunerConfig::default())?,
            }),
            inputs: inputs.collect(),
            training: false,
        }));
    }
    previous.ok_or_else(|| format!("`{name}` has no modules"))
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

fn train_draft(
    configuration: &Configuration,
    corpus: &CorpusIdentity,
    encoder: &EncoderIdentity,
    module: ModuleKind,
    seed: u64,
) -> Result<Draft, String> {
    let mut train = configuration.train.clone();
    if let Some(epochs) = configuration.jointere.epochs.get(module.key()) {
        train.epochs = *epochs;
    }
    let step = TrainStep {
        module,
        corpus: corpus.clone(),
        encoder: encoder.clone(),
        jointere: shape(module, &configuration.jointere),
        pruner: pruning(module, &configuration.pruner),
        train,
        seed,
    };
    Ok(Draft {
        kind: TRAIN,
        version: VERSION,
        label: format!("{module} seed {seed}"),
        description: value(&step)?,
        defaults: json!({
            "encoder": EncoderIdentity::defaults(),
            "jointere": value(&JointEreConfig::default())?,
            "pruner": value(&PrunerConfig::default())?,
            "train": value(&Recipe::default())?,
        }),
        inputs: Vec::new(),
        training: true,
    })
}

/// The switches that matter to this module's training; the others stand at their
/// defaults, so that they do not make two steps of one.
fn shape(module: ModuleKind, config: &JointEreConfig) -> JointEreConfig {
    let default = JointEreConfig::default();
    let mut shape = config.clone();
    shape.epochs = default.epochs;
    let spans = matches!(
        module,
        ModuleKind::Ei | ModuleKind::Ec | ModuleKind::Ner | ModuleKind::NerReStar
    );
    let pairs = !spans || module == ModuleKind::NerReStar;
    if !spans {
        shape.span_mlp = default.span_mlp;
    }
    if !pairs {
        shape.pair_mlp = default.pair_mlp;
    }
    if module != ModuleKind::NerReStar {
        shape.require_entity_endpoints = default.require_entity_endpoints;
    }
    shape
}

/// The switches that matter to this module's decoding.
fn decoding(module: ModuleKind, config: &JointEreConfig) -> JointEreConfig {
    let mut decoding = JointEreConfig::default();
    if module.scores_all_spans() {
        decoding.max_span = config.max_span;
    }
    if module == ModuleKind::NerReStar {
        decoding.require_entity_endpoints = config.require_entity_endpoints;
    }
    decoding
}

fn pruning(module: ModuleKind, config: &PrunerConfig) -> PrunerConfig {
    if module == ModuleKind::NerReStar {
        config.clone()
    } else {
        PrunerConfig::default()
    }
}
