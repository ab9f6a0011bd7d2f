//! Which steps a run of ITER needs.

use serde_json::json;

use super::config::IterConfig;
use super::steps::{PREDICT, PredictStep, TRAIN, TrainStep, VERSION};
use crate::corpus::Split;
use crate::systems::Configuration;
use crate::systems::draft::{Draft, Drafts, value};
use crate::systems::identity::{CorpusIdentity, EncoderIdentity};
use crate::train::Recipe;

/// Drafts the trainings and the prediction of one run, and returns the index of the latter.
/// `pretraining` is the corpus of the training that this one starts from, if it does.
///
/// # Errors
/// When a description cannot be written as JSON.
pub fn draft_run(
    configuration: &Configuration,
    (corpus, pretraining): (&CorpusIdentity, Option<&CorpusIdentity>),
    encoder: &EncoderIdentity,
    seed: u64,
    split: Split,
    drafts: &mut Drafts,
) -> Result<usize, String> {
    let own = &configuration.iter;
    let mut step = TrainStep {
        corpus: corpus.clone(),
        encoder: encoder.clone(),
        iter: switches(own),
        symmetric: corpus.symmetric.clone(),
        renamed: own.pretrain.labels.clone(),
        train: configuration.train.clone().canonical(),
        seed,
    };
    let mut inputs = Vec::new();
    let mut label = format!("ITER seed {seed}");
    if let Some(other) = pretraining {
        let before = TrainStep {
            corpus: other.clone(),
            symmetric: other.symmetric.clone(),
            iter: switches(&IterConfig {
                nesting: own.pretrain.nesting,
                max_length: own.pretrain.max_length,
                context: 0,
                ..own.clone()
            }),
            renamed: IterConfig::default().pretrain.labels,
            train: own.pretrain.train.apply(&configuration.train).canonical(),
            ..step.clone()
        };
        let name = own.pretrain.corpus.shown();
        let draft = train(&before, format!("ITER on {name} seed {seed}"), Vec::new())?;
        inputs.push(drafts.add_of(draft, &own.pretrain.corpus));
        label = format!("ITER from {name} seed {seed}");
    } else {
        step.renamed.clear();
    }
    let training = drafts.add(train(&step, label.clone(), inputs)?);
    let step = PredictStep {
        corpus: corpus.clone(),
        split,
        span_rule: own.span_rule,
        gold_source: own.gold_source,
    };
    let default = IterConfig::default();
    Ok(drafts.add(Draft {
        kind: PREDICT,
        version: VERSION,
        label: format!("{label} on {split}"),
        description: value(&step)?,
        defaults: json!({
            "span_rule": value(&default.span_rule)?,
            "gold_source": value(&default.gold_source)?,
        }),
        inputs: vec![training],
        training: false,
    }))
}

fn train(step: &TrainStep, label: String, inputs: Vec<usize>) -> Result<Draft, String> {
    Ok(Draft {
        kind: TRAIN,
        version: VERSION,
        label,
        description: value(step)?,
        defaults: json!({
            "encoder": EncoderIdentity::defaults(),
            "iter": value(&IterConfig::default())?,
            "symmetric": [],
            "renamed": {},
            "train": value(&Recipe::default())?,
        }),
        inputs,
        training: true,
    })
}

/// The switches that matter to a training.
fn switches(own: &IterConfig) -> IterConfig {
    let default = IterConfig::default();
    let alone = own.context == 0;
    // Where ω is read off the corpus, nobody knows here which of these matters.
    let (flat, nested) = (own.nesting == 1, own.nesting > 1);
    IterConfig {
        span_rule: default.span_rule,
        threshold: default.threshold,
        gold_source: default.gold_source,
        nested_link: if flat {
            default.nested_link
        } else {
            own.nested_link
        },
        link_heads: if nested {
            default.link_heads
        } else {
            own.link_heads
        },
        pretrain: default.pretrain,
        context_words: if alone {
            default.context_words
        } else {
            own.context_words
        },
        evaluation_words: if alone {
            default.evaluation_words
        } else {
            own.evaluation_words
        },
        ..own.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;

    fn drafts(iter: &Value) -> Vec<Draft> {
        let configuration: Configuration = serde_json::from_value(json!({
            "system": { "kind": "iter" }, "iter": iter,
        }))
        .unwrap();
        let identity = |hash: &str| CorpusIdentity {
            hash: hash.to_owned(),
            symmetric: Vec::new(),
        };
        let encoder = serde_json::from_value(json!({ "hash": null })).unwrap();
        let mut drafts = Drafts::default();
        let other = identity("other");
        let pretraining = configuration.iter.pretrain.is_asked().then_some(&other);
        let corpus = identity("c");
        let last = draft_run(
            &configuration,
            (&corpus, pretraining),
            &encoder,
            3,
            Split::Test,
            &mut drafts,
        );
        let drafts = drafts.into_drafts();
        assert_eq!(last.unwrap(), drafts.len() - 1);
        drafts
    }

    #[test]
    fn a_run_is_a_training_and_a_prediction() {
        let found = drafts(&json!({}));
        let steps: Vec<(&str, &[usize])> = found
            .iter()
            .map(|draft| (draft.kind, draft.inputs.as_slice()))
            .collect();
        assert_eq!(steps, [(TRAIN, &[][..]), (PREDICT, &[0])]);
        let step: TrainStep = serde_json::from_value(found[0].description.clone()).unwrap();
        assert_eq!(value(&step).unwrap(), found[0].description);
    }

    #[test]
    fn a_switch_changes_the_steps_it_matters_to() {
        let before = drafts(&json!({}));
        for (changed, of_training, of_prediction) in [
            (json!({ "nesting": 2 }), true, false),
            (json!({ "d_ff": 7 }), true, false),
            (json!({ "context": 3 }), true, false),
            (json!({ "link_heads": "right_brackets" }), true, false),
            (json!({ "span_rule": "per_type" }), false, true),
            (json!({ "gold_source": "tensors" }), false, true),
            (json!({ "threshold": 0.9 }), false, false),
            (json!({ "nested_link": "concat4" }), true, false),
            (
                json!({ "context_words": 9, "evaluation_words": 9 }),
                false,
                false,
            ),
            (
                json!({ "pretrain": { "nesting": 2, "labels": { "a": "b" } } }),
                false,
                false,
            ),
        ] {
            let after = drafts(&changed);
            let differs = |index: usize| after[index].description != before[index].description;
            assert_eq!(
                (differs(0), differs(1)),
                (of_training, of_prediction),
                "{changed}"
            );
        }
    }

    #[test]
    fn a_switch_of_the_other_depth_changes_nothing() {
        for (nesting, switch) in [
            (1, json!({ "nested_link": "concat4" })),
            (2, json!({ "link_heads": "right_brackets" })),
        ] {
            let mut changed = switch.clone();
            changed["nesting"] = json!(nesting);
            assert_eq!(
                drafts(&json!({ "nesting": nesting })),
                drafts(&changed),
                "{switch}"
            );
        }
    }

    #[test]
    fn a_training_may_start_from_one_on_another_corpus() {
        let alone = drafts(&json!({ "nesting": 2 }));
        let found = drafts(&json!({
            "pretrain": {
                "corpus": { "name": "conll03" }, "nesting": 1,
                "labels": { "Peop": "PER" }, "train": { "epochs": 2 },
            },
            "nesting": 2,
        }));
        let inputs: Vec<&[usize]> = found.iter().map(|draft| draft.inputs.as_slice()).collect();
        assert_eq!(inputs, [&[][..], &[0], &[1]]);
        let of = |index: usize, key: &str| found[index].description[key].clone();
        assert_eq!(of(0, "corpus")["hash"], "other");
        assert_eq!(of(0, "train")["epochs"], 2);
        assert_eq!(
            [of(0, "iter"), of(1, "iter")].map(|iter| iter["nesting"].clone()),
            [1, 2]
        );
        assert_eq!(of(0, "renamed"), json!({}));
        assert_eq!(of(1, "renamed"), json!({ "Peop": "PER" }));
        // Without the input it is the same training from the bare encoder.
        assert_eq!(alone[0].description["iter"], of(1, "iter"));
        assert_ne!(alone[0].inputs, found[1].inputs);
    }
}
