//! Which steps a run of Crone needs.

use serde_json::json;

use super::config::{Context, CroneConfig};
use super::steps::{PREDICT, PredictStep, TRAIN, TrainStep, VERSION};
use crate::corpus::Split;
use crate::encoder::Pool;
use crate::encoder::recurrent::Cell;
use crate::systems::draft::{Draft, Drafts, value};
use crate::systems::features;
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
    let own = &configuration.crone;
    let encoder = &configuration.encoder.name;
    let mut read = Vec::new();
    if own.context == Context::Encoder {
        let states = features::draft(encoder, reads.corpus, reads.encoder, Pool::Mean)?;
        read.push(drafts.add(states));
    }
    let layers = format!("{}/{}/{}", own.shared_layers, own.ner_layers, own.re_layers);
    let cell = match own.cell {
        Cell::Gru => "",
        Cell::Lstm => " of LSTMs",
    };
    let context = match own.context {
        Context::None => "without context".to_owned(),
        Context::Encoder => format!("over states of {encoder}"),
        Context::File => "over a file of features".to_owned(),
    };
    let label = format!("Crone {layers}{cell} seed {seed} {context}");
    let step = TrainStep {
        corpus: reads.corpus.clone(),
        vectors: reads.vectors.clone(),
        features: reads.features.clone(),
        crone: switches(own, reads.vectors.hash.is_some()),
        symmetric: reads.corpus.symmetric.clone(),
        train: configuration.train.clone().canonical(),
        seed,
    };
    let training = drafts.add(Draft {
        kind: TRAIN,
        version: VERSION,
        label: label.clone(),
        description: value(&step)?,
        defaults: json!({
            "vectors": { "hash": null },
            "features": { "hash": null },
            "crone": value(&CroneConfig::default())?,
            "symmetric": [],
            "train": value(&Recipe::default())?,
        }),
        inputs: read.clone(),
        training: true,
    });
    let step = PredictStep {
        corpus: reads.corpus.clone(),
        split,
        features: reads.features.clone(),
        crf_constraints: own.crf_constraints,
    };
    let mut inputs = vec![training];
    inputs.extend(read);
    Ok(drafts.add(Draft {
        kind: PREDICT,
        version: VERSION,
        label: format!("{label} on {split}"),
        description: value(&step)?,
        defaults: json!({ "features": { "hash": null }, "crf_constraints": false }),
        inputs,
        training: false,
    }))
}

/// The switches that matter to a training; the others stand at their defaults, so that they
/// do not make two steps of one.
fn switches(own: &CroneConfig, vectors: bool) -> CroneConfig {
    let default = CroneConfig::default();
    let mut switches = CroneConfig {
        // The file is told by its content.
        features: default.features.clone(),
        threshold: default.threshold,
        crf_constraints: default.crf_constraints,
        ..own.clone()
    };
    if vectors {
        switches.word_embedding = default.word_embedding;
        switches.minimum_count = default.minimum_count;
    }
    switches
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::{Value, json};

    use super::*;
    use crate::systems::crone::FeaturesIdentity;
    use crate::systems::identity::{CorpusIdentity, EncoderIdentity, VectorsIdentity};

    fn drafts(crone: &Value, vectors: Option<&str>) -> Vec<Draft> {
        let configuration: Configuration = serde_json::from_value(json!({
            "system": { "kind": "crone" },
            "encoder": { "name": "small", "freeze": "all" },
            "crone": crone,
        }))
        .unwrap();
        let encoder: EncoderIdentity =
            serde_json::from_value(json!({ "hash": "e", "freeze": "all" })).unwrap();
        let reads = Reads {
            corpus: &CorpusIdentity {
                hash: "c".to_owned(),
                symmetric: Vec::new(),
            },
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
    fn the_label_says_what_words_are_read_by() {
        let labels = |context: &str| {
            let drafts = drafts(&json!({ "context": context, "features": "f" }), None);
            drafts
                .into_iter()
                .map(|draft| draft.label)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels("encoder"),
            [
                "states of small, mean pieces",
                "Crone 1/1/2 seed 3 over states of small",
                "Crone 1/1/2 seed 3 over states of small on test"
            ]
        );
        assert_eq!(
            labels("file")[0],
            "Crone 1/1/2 seed 3 over a file of features"
        );
        assert_eq!(labels("none")[0], "Crone 1/1/2 seed 3 without context");
    }

    #[test]
    fn what_decides_nothing_makes_no_other_training() {
        let training = |crone: Value, vectors| drafts(&crone, vectors)[0].description.clone();
        let plain = training(json!({}), None);
        let scoring = json!({ "threshold": 0.5, "crf_constraints": true });
        assert_eq!(training(scoring, None), plain);
        let size = json!({ "word_embedding": 7 });
        assert_ne!(training(size.clone(), None), plain);
        assert_eq!(
            training(size, Some("v")),
            training(json!({}), Some("v")),
            "vectors have a size of their own"
        );
        let constrained = drafts(&json!({ "crf_constraints": true }), None);
        assert_eq!(constrained[1].description["crf_constraints"], true);
    }
}
