//! Which steps a run of the joint baseline needs.

use serde_json::json;

use super::config::JointBaselineConfig;
use super::steps::{JOINT, JointStep, VERSION};
use crate::corpus::Split;
use crate::systems::draft::{Draft, Drafts, value};
use crate::systems::identity::EncoderIdentity;
use crate::systems::pure::config::PureConfig;
use crate::systems::pure::plan::Run;
use crate::systems::pure::steps::{PredictStep, Task};
use crate::train::Recipe;

/// Drafts the training and the prediction of one run, and returns the index of the
/// latter.
///
/// # Errors
/// When a description cannot be written as JSON.
pub(crate) fn draft_run(run: &Run<'_>, split: Split, drafts: &mut Drafts) -> Result<usize, String> {
    let own = run.config;
    let mut train = run.recipe(&own.entity);
    if !own.entity_shuffle {
        let default = Recipe::default();
        (train.shuffle, train.bucket) = (default.shuffle, default.bucket);
    }
    let step = JointStep {
        corpus: run.corpus.clone(),
        encoder: run.encoder.clone(),
        pure: PureConfig {
            entity_window: own.entity_window,
            max_span: own.max_span,
            width_dim: own.width_dim,
            mlp: own.mlp,
            dropout: own.dropout,
            state_dropout: own.state_dropout,
            entity_shuffle: own.entity_shuffle,
            prior_bias: own.prior_bias,
            ..PureConfig::default()
        },
        joint_baseline: run.configuration.joint_baseline.clone(),
        train,
        seed: run.seed,
    };
    let training = drafts.add(Draft {
        kind: JOINT,
        version: VERSION,
        label: format!("joint baseline W={} seed {}", own.entity_window, run.seed),
        description: value(&step)?,
        defaults: json!({
            "encoder": EncoderIdentity::defaults(),
            "pure": value(&PureConfig::default())?,
            "joint_baseline": value(&JointBaselineConfig::default())?,
            "train": value(&Recipe::default())?,
        }),
        inputs: Vec::new(),
        training: true,
    });
    let step = PredictStep {
        task: Task::Both,
        corpus: run.corpus.clone(),
        split,
        part: None,
        dedupe_spans: false,
        pure: PureConfig::default(),
    };
    let label = format!("joint baseline seed {} on {split}", run.seed);
    Run::predict(&step, label, vec![training], drafts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;
    use crate::systems::Configuration;
    use crate::systems::identity::CorpusIdentity;
    use crate::systems::pure::draft_run;

    /// The steps of an approach under a configuration with this value at this path of keys.
    fn of(approach: &str, path: &[&str], changed: Value) -> Vec<Draft> {
        let mut configuration = json!({ "system": { "kind": "pure", "approach": approach } });
        let mut place = &mut configuration;
        for key in path {
            place = &mut place[key];
        }
        *place = changed;
        let configuration: Configuration = serde_json::from_value(configuration).unwrap();
        let corpus = CorpusIdentity {
            hash: "c".to_owned(),
            ..CorpusIdentity::default()
        };
        let encoder = serde_json::from_value(json!({ "hash": null })).unwrap();
        let mut drafts = Drafts::default();
        let last = draft_run(
            &configuration,
            &corpus,
            &encoder,
            3,
            Split::Test,
            &mut drafts,
        );
        let drafts = drafts.into_drafts();
        assert_eq!(last.unwrap(), drafts.len() - 1);
        drafts
    }

    fn drafts(path: &[&str], changed: Value) -> Vec<Draft> {
        of("joint", path, changed)
    }

    fn unchanged() -> Vec<Draft> {
        drafts(&["system", "approach"], json!("joint"))
    }

    #[test]
    fn a_run_is_a_training_and_a_prediction() {
        let found = drafts(&["pure", "entity", "epochs"], json!(7));
        let steps: Vec<(&str, &[usize])> = found
            .iter()
            .map(|draft| (draft.kind, draft.inputs.as_slice()))
            .collect();
        assert_eq!(steps, [("pure/joint", &[][..]), ("pure/predict", &[0])]);
        assert_eq!(found[0].description["train"]["epochs"], 7);
        assert!(found[0].training && !found[1].training);
        // A description is read back as it was.
        let step: JointStep = serde_json::from_value(found[0].description.clone()).unwrap();
        assert_eq!(value(&step).unwrap(), found[0].description);
    }

    #[test]
    fn switches_that_matter_change_the_training_alone() {
        let before = unchanged();
        for (path, changed) in [
            (vec!["joint_baseline", "ner_weight"], json!(0.2)),
            (vec!["joint_baseline", "kept_share"], json!(0.5)),
            (vec!["pure", "entity_window"], json!(0)),
            (vec!["pure", "max_span"], json!(5)),
            (vec!["pure", "width_dim"], json!(5)),
            (vec!["pure", "mlp"], json!(5)),
            (vec!["pure", "dropout"], json!(0.5)),
            (vec!["pure", "state_dropout"], json!(0.5)),
            (vec!["pure", "entity_shuffle"], json!(true)),
            (vec!["pure", "prior_bias"], json!(true)),
            (vec!["pure", "entity", "batch"], json!(5)),
            (vec!["train", "epochs"], json!(5)),
        ] {
            let after = drafts(&path, changed);
            assert_ne!(before[0].description, after[0].description, "{path:?}");
            assert_eq!(before[1].description, after[1].description, "{path:?}");
        }
    }

    #[test]
    fn other_switches_change_nothing() {
        let before = unchanged();
        for (path, changed) in [
            (vec!["pure", "relation_window"], json!(5)),
            (vec!["pure", "rel_input"], json!("text")),
            (vec!["pure", "kept_share"], json!(0.1)),
            (vec!["pure", "folds"], json!(5)),
            (vec!["pure", "train_entities"], json!("jackknife")),
            (vec!["pure", "aux_relation_loss"], json!(1.0)),
            (vec!["pure", "relation", "epochs"], json!(5)),
            (vec!["train", "time_decay"], json!(0.5)),
            (vec!["train", "shuffle"], json!(false)),
            (vec!["train", "bucket"], json!(99)),
            (vec!["eval", "dedupe_spans"], json!(true)),
            (vec!["jointere", "max_span"], json!(5)),
        ] {
            assert_eq!(before, drafts(&path, changed), "{path:?}");
        }
        // The baseline's own switches are nothing to PURE.
        let others = |weight: f64| of("pipeline", &["joint_baseline", "ner_weight"], json!(weight));
        assert_eq!(others(1.0), others(0.2));
    }
}
