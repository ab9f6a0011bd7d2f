//! Which steps a run of PMEI needs.

use serde_json::json;

use super::config::{Base, PmeiConfig};
use super::steps::{PREDICT, PredictStep, TRAIN, TrainStep, VERSION};
use crate::corpus::Split;
use crate::systems::draft::{Draft, Drafts, value};
use crate::systems::identity::{EncoderIdentity, VectorsIdentity};
use crate::systems::{Configuration, Reads};
use crate::train::Recipe;

/// Drafts the training and the prediction of one run, and returns the index of the latter.
///
/// # Errors
/// When a description cannot be written as JSON.
pub fn draft_run(
    configuration: &Configuration,
    reads: Reads<'_>,
    seed: u64,
    split: Split,
    drafts: &mut Drafts,
) -> Result<usize, String> {
    let own = &configuration.pmei;
    let step = TrainStep {
        corpus: reads.corpus.clone(),
        encoder: (own.base == Base::Encoder).then(|| reads.encoder.clone()),
        vectors: reads.vectors.clone(),
        pmei: own.canonical(reads.vectors.hash.is_some()),
        train: configuration.train.clone().canonical(),
        seed,
    };
    let base = match own.base {
        Base::Bilstm => String::new(),
        Base::Encoder => format!(" over {}", configuration.encoder.name),
    };
    let label = format!("{}{base} seed {seed}", own.variant.title());
    let training = drafts.add(Draft {
        kind: TRAIN,
        version: VERSION,
        label: label.clone(),
        description: value(&step)?,
        defaults: json!({
            "encoder": step.encoder.as_ref().map(|_| EncoderIdentity::defaults()),
            "vectors": value(&VectorsIdentity::default())?,
            "pmei": value(&PmeiConfig::default())?,
            "train": value(&Recipe::default())?,
        }),
        inputs: Vec::new(),
        training: true,
    });
    let step = PredictStep {
        corpus: reads.corpus.clone(),
        split,
    };
    Ok(drafts.add(Draft {
        kind: PREDICT,
        version: VERSION,
        label: format!("{label} on {split}"),
        description: value(&step)?,
        defaults: json!({}),
        inputs: vec![training],
        training: false,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::Value;

    use super::*;
    use crate::systems::crone::FeaturesIdentity;
    use crate::systems::identity::CorpusIdentity;

    fn drafts(pmei: &Value, vectors: Option<&str>) -> Vec<Draft> {
        let configuration: Configuration = serde_json::from_value(json!({
            "system": { "kind": "pmei" },
            "pmei": pmei,
        }))
        .unwrap();
        let encoder: EncoderIdentity = serde_json::from_value(json!({ "hash": null })).unwrap();
        let corpus = CorpusIdentity {
            hash: "c".into(),
            symmetric: Vec::new(),
        };
        let reads = Reads {
            corpus: &corpus,
            pretraining: None,
            encoder: &encoder,
            vectors: &VectorsIdentity {
                hash: vectors.map(str::to_owned),
            },
            features: &FeaturesIdentity::default(),
        };
        let mut drafts = Drafts::default();
        draft_run(&configuration, reads, 3, Split::Test, &mut drafts).unwrap();
        drafts.into_drafts()
    }

    #[test]
    fn a_run_is_a_training_and_a_prediction() {
        let found = drafts(&json!({}), None);
        let steps: Vec<(&str, &[usize])> = found
            .iter()
            .map(|draft| (draft.kind, draft.inputs.as_slice()))
            .collect();
        assert_eq!(steps, [(TRAIN, &[][..]), (PREDICT, &[0])]);
        let step: TrainStep = serde_json::from_value(found[0].description.clone()).unwrap();
        assert_eq!(value(&step).unwrap(), found[0].description);
        assert_eq!(step.encoder, None);
    }

    #[test]
    fn a_switch_changes_the_trainings_it_matters_to() {
        let same = |one: &Value, other: &Value, vectors| {
            drafts(one, vectors)[0].description == drafts(other, vectors)[0].description
        };
        let with = |switch: &Value, also: &Value| {
            let mut all = switch.clone();
            for (key, value) in also.as_object().unwrap() {
                all[key] = value.clone();
            }
            all
        };
        for (switch, variant, matters) in [
            (json!({ "alpha": 0.5 }), "full", true),
            (json!({ "alpha": 0.5 }), "mtl", false),
            (json!({ "beta": 0.5 }), "no_sm", false),
            (json!({ "beta": 0.5 }), "mtl_sm", true),
            (json!({ "gru": "printed" }), "no_sm", true),
            (json!({ "gru": "printed" }), "no_gru", false),
            (json!({ "diagonal": false }), "mtl", true),
        ] {
            let variant = json!({ "variant": variant });
            let changed = with(&switch, &variant);
            assert_eq!(same(&variant, &changed, None), !matters, "{changed}");
        }
        let own = json!({ "without_vector": "own_row" });
        assert!(same(&json!({}), &own, None) && !same(&json!({}), &own, Some("v")));
    }
}
