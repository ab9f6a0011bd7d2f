//! Which steps of a run are inside the clock.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::{NO_EXTRACTION, NO_RELATIONS, SpeedStep};
use crate::encoder::{Freeze, ScratchConfig};
use crate::store::without_defaults;
use crate::systems::crone::FeaturesIdentity;
use crate::systems::draft::{Draft, Drafts};
use crate::systems::identity::{CorpusIdentity, EncoderIdentity, VectorsIdentity};
use crate::systems::{Reads, draft_run, draft_speed};

/// The drafts of a run and the index of the one that times it.
fn drafted(configuration: Value) -> (Vec<Draft>, Result<usize, &'static str>) {
    let configuration = serde_json::from_value(configuration).unwrap();
    let corpus = CorpusIdentity {
        symmetric: Vec::new(),
        hash: "c".to_owned(),
    };
    let encoder = EncoderIdentity {
        hash: None,
        keep_layers: None,
        freeze: Freeze::None,
        frozen_layers: 0,
        scratch: ScratchConfig::default(),
    };
    let mut drafts = Drafts::default();
    let reads = Reads {
        corpus: &corpus,
        pretraining: None,
        encoder: &encoder,
        vectors: &VectorsIdentity::default(),
        features: &FeaturesIdentity::default(),
    };
    let score = draft_run(&configuration, reads, 0, &mut drafts).unwrap();
    let speed = draft_speed(&configuration, &corpus, 0, score, &mut drafts).unwrap();
    (drafts.into_drafts(), speed)
}

/// The labels of the predictions inside the clock, or why there are none.
fn inside(kind: &str, approach: &str, more: &Value) -> String {
    let timed = |inside: &str| {
        let mut configuration = json!({
            "system": { "kind": kind, "approach": approach }, "speed": { "inside": inside },
        });
        for (section, values) in more.as_object().unwrap() {
            configuration[section] = values.clone();
        }
        let (drafts, speed) = drafted(configuration);
        match speed {
            Err(NO_RELATIONS) => "no relations".to_owned(),
            Err(NO_EXTRACTION) => "gold entities".to_owned(),
            Err(other) => other.to_owned(),
            Ok(speed) => {
                // What a part reads follows it.
                let (mut labels, mut next) = (Vec::new(), 0);
                while let Some(index) = drafts[speed].inputs.get(next) {
                    let part = &drafts[*index];
                    labels.push(part.label.split_once(" seed").unwrap().0);
                    next += 1 + part.inputs.len();
                }
                labels.join(", ")
            }
        }
    };
    format!("{} | {}", timed("relations"), timed("extraction"))
}

#[test]
fn a_speed_is_of_relations_or_of_all_that_a_run_extracts() {
    let none = json!({});
    let gold = json!({ "pure": { "entities": "gold" } });
    let lines = [
        ("jointere", "a3", &none),
        ("jointere", "a4", &none),
        ("jointere", "a8", &none),
        ("jointere", "ei", &none),
        ("jointere", "ri-rc", &none),
        ("pure", "pipeline", &none),
        ("pure", "pipeline", &gold),
        ("pure", "shared", &none),
        ("pure", "joint", &none),
        ("pure", "entities", &none),
    ];
    let lines = lines.map(|(kind, approach, more)| {
        format!("{kind} {approach}: {}", inside(kind, approach, more))
    });
    insta::assert_snapshot!(lines.join("\n"), @"
    jointere a3: Ner-Ri, Ner-Ri-Rc | Ner, Ner-Ri, Ner-Ri-Rc
    jointere a4: Ner-Re | Ner, Ner-Re
    jointere a8: Pruner-NerRe | Pruner, Pruner-NerRe
    jointere ei: no relations | Ei
    jointere ri-rc: Ri, Ri-Rc | gold entities
    pure pipeline: relations typed_markers W=100 | entities W=300, relations typed_markers W=100
    pure pipeline: relations typed_markers W=100 | gold entities
    pure shared: relations typed_markers W=100 | entities W=300, relations typed_markers W=100
    pure joint: no relations | joint baseline
    pure entities: no relations | entities W=300
    ");
}

/// Whoever measured before there was anything to choose has measured relations.
#[test]
fn a_description_from_before_extraction_could_be_timed_stays() {
    let (drafts, speed) = drafted(json!({ "speed": { "batch": 8 } }));
    let draft = &drafts[speed.unwrap()];
    let step: SpeedStep = serde_json::from_value(draft.description.clone()).unwrap();
    let machine = serde_json::to_value(&step.machine).unwrap();
    let before = json!({
        "corpus": { "hash": "c" },
        "split": "test",
        "protocol": { "batch": 8, "warmup": 1, "repeats": 3 },
        "precision": "f32",
        "machine": machine,
    });
    assert_eq!(
        without_defaults(&draft.description, &draft.defaults),
        before
    );
    let old: SpeedStep = serde_json::from_value(before.clone()).unwrap();
    assert_eq!(old, step);
    let configuration = json!({ "speed": { "batch": 8, "inside": "extraction" } });
    let (drafts, speed) = drafted(configuration);
    let draft = &drafts[speed.unwrap()];
    let mut now = before;
    now["protocol"]["inside"] = "extraction".into();
    assert_eq!(without_defaults(&draft.description, &draft.defaults), now);
}
