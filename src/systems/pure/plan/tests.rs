//! Which trainings runs share, and which switches make another.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::encoder::{Freeze, ScratchConfig};
use crate::store::{key, without_defaults};

/// A step as a plan has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Planned {
    label: String,
    key: String,
    training: bool,
}

/// The steps of a run whose configuration has these values.
fn steps(settings: &[(&str, Value)]) -> Vec<Planned> {
    let mut configuration = json!({ "system": { "kind": "pure" } });
    for (path, value) in settings {
        let pointer = path.split('.').collect::<Vec<_>>();
        let mut place = &mut configuration;
        for part in pointer {
            place = &mut place[part];
        }
        *place = value.clone();
    }
    let configuration: Configuration = serde_json::from_value(configuration).unwrap();
    let encoder = EncoderIdentity {
        hash: None,
        keep_layers: None,
        freeze: Freeze::None,
        frozen_layers: 0,
        scratch: ScratchConfig::default(),
    };
    let corpus = CorpusIdentity {
        hash: "corpus".to_owned(),
        ..CorpusIdentity::default()
    };
    let mut drafts = Drafts::default();
    draft_run(
        &configuration,
        &corpus,
        &encoder,
        0,
        Split::Test,
        &mut drafts,
    )
    .unwrap();
    let mut steps: Vec<Planned> = Vec::new();
    for draft in drafts.into_drafts() {
        let inputs: Vec<String> = draft
            .inputs
            .iter()
            .map(|index| steps[*index].key.clone())
            .collect();
        let description = without_defaults(&draft.description, &draft.defaults);
        steps.push(Planned {
            key: key(draft.kind, draft.version, &description, &inputs),
            label: draft.label,
            training: draft.training,
        });
    }
    steps
}

fn keys(settings: &[(&str, Value)]) -> Vec<String> {
    steps(settings).into_iter().map(|step| step.key).collect()
}

/// Keys of the trainings whose labels begin so.
fn trainings(settings: &[(&str, Value)], of: &str) -> Vec<String> {
    let steps = steps(settings).into_iter();
    let found = steps.filter(|step| step.training && step.label.starts_with(of));
    found.map(|step| step.key).collect()
}

/// The distinct trainings of several runs whose labels begin so.
fn distinct(runs: &[Vec<(&str, Value)>], of: &str) -> usize {
    let all = runs.iter().flat_map(|settings| trainings(settings, of));
    all.collect::<BTreeSet<_>>().len()
}

const INPUTS: [&str; 6] = [
    "text",
    "text_etype",
    "markers",
    "markers_etype",
    "markers_eloss",
    "typed_markers",
];

#[test]
fn six_inputs_share_one_entity_model() {
    let runs = INPUTS.map(|input| vec![("pure.rel_input", json!(input))]);
    assert_eq!(distinct(&runs, "entities"), 1);
    assert_eq!(distinct(&runs, "relations"), 6);
}

#[test]
fn jackknifing_trains_one_more_entity_model_than_folds() {
    let runs = INPUTS.map(|input| {
        vec![
            ("pure.rel_input", json!(input)),
            ("pure.train_entities", json!("jackknife")),
            ("pure.folds", json!(4)),
        ]
    });
    assert_eq!(distinct(&runs, "entities"), 5);
    assert_eq!(distinct(&runs, "relations"), 6);
    // Gold entities in selection and evaluation leave the folds' models alone.
    let mut gold = runs[0].clone();
    gold.push(("pure.entities", json!("gold")));
    gold.push(("pure.selection_entities", json!("gold")));
    assert_eq!(trainings(&gold, "entities").len(), 4);
    // The model of the whole split is that of the other pipelines.
    let plain = trainings(&[], "entities");
    assert!(trainings(&runs[0], "entities").contains(&plain[0]));
    let more = vec![runs[5].clone(), {
        let mut other = runs[5].clone();
        other[2].1 = json!(5);
        other
    }];
    assert_eq!(distinct(&more, "entities"), 1 + 4 + 5);
    assert_eq!(distinct(&more, "relations"), 2);
}

#[test]
fn what_is_evaluated_does_not_change_what_is_trained() {
    let gold = [("pure.entities", json!("gold"))];
    for of in ["entities", "relations"] {
        assert_eq!(trainings(&gold, of), trainings(&[], of));
    }
    assert_ne!(keys(&gold), keys(&[]));
    let deduped = [("eval.dedupe_spans", json!(true))];
    for of in ["entities", "relations"] {
        assert_eq!(trainings(&deduped, of), trainings(&[], of));
    }
    assert_ne!(keys(&deduped), keys(&[]));
    // Kept spans are the entity model's own.
    let kept = [("pure.train_entities", json!("kept"))];
    assert_eq!(trainings(&kept, "entities"), trainings(&[], "entities"));
    assert_ne!(trainings(&kept, "relations"), trainings(&[], "relations"));
}

#[test]
fn the_two_models_have_switches_of_their_own() {
    // With gold entities on dev the relation model reads nothing of the entity model.
    let base = ("pure.selection_entities", json!("gold"));
    let of =
        |setting: &(&'static str, Value), of: &str| trainings(&[base.clone(), setting.clone()], of);
    let entities = trainings(std::slice::from_ref(&base), "entities");
    let relations = trainings(std::slice::from_ref(&base), "relations");
    for setting in [
        ("pure.relation_window", json!(0)),
        ("pure.rel_layernorm", json!(false)),
        ("pure.rel_batching", json!("sorted")),
        ("pure.rel_length", json!(64)),
        ("pure.marker_rows", json!("appended")),
        ("pure.approximate", json!(true)),
        ("pure.relation.epochs", json!(3)),
        ("pure.relation.evaluations", json!(10)),
    ] {
        assert_eq!(of(&setting, "entities"), entities, "{setting:?}");
        assert_ne!(of(&setting, "relations"), relations, "{setting:?}");
    }
    for setting in [
        ("pure.entity_window", json!(100)),
        ("pure.entity_shuffle", json!(true)),
        ("pure.max_span", json!(5)),
        ("pure.width_dim", json!(20)),
        ("pure.mlp", json!(50)),
        ("pure.dropout", json!(0.1)),
        ("pure.aux_relation_loss", json!(1.0)),
        ("pure.entity.epochs", json!(3)),
    ] {
        assert_ne!(of(&setting, "entities"), entities, "{setting:?}");
        assert_eq!(of(&setting, "relations"), relations, "{setting:?}");
    }
    // What both read changes both.
    for setting in [
        ("pure.state_dropout", json!(0.0)),
        ("train.clip", json!(0.0)),
    ] {
        assert_ne!(of(&setting, "entities"), entities, "{setting:?}");
        assert_ne!(of(&setting, "relations"), relations, "{setting:?}");
    }
}

#[test]
fn an_entity_model_that_changes_is_read_anew() {
    let changed = [("pure.entity_window", json!(100))];
    assert_ne!(
        trainings(&changed, "relations"),
        trainings(&[], "relations")
    );
}

/// The settings of a run, and settings that change nothing beside them.
type Without = (Vec<(&'static str, Value)>, Vec<(&'static str, Value)>);

#[test]
fn switches_without_effect_make_no_other_step() {
    let shared = ("system.approach", json!("shared"));
    let cases: Vec<Without> = vec![
        (
            vec![],
            vec![
                ("pure.folds", json!(3)),
                ("pure.kept_share", json!(0.9)),
                ("pure.eloss_weight", json!(0.5)),
                ("pure.packed_length", json!(99)),
                ("pure.packed_training", json!(true)),
                ("pure.shared.schedule", json!("summed")),
                ("train.shuffle", json!(false)),
                ("train.bucket", json!(3)),
                ("train.time_decay", json!(0.5)),
                ("pure.rel_length", json!(228)),
                ("system.approach", json!("pipeline")),
            ],
        ),
        (
            vec![("pure.rel_input", json!("text"))],
            vec![
                ("pure.marker_rows", json!("appended")),
                ("pure.rel_length", json!(77)),
            ],
        ),
        (
            vec![("pure.approximate", json!(true))],
            vec![("pure.rel_length", json!(77))],
        ),
        (
            vec![("pure.train_entities", json!("jackknife"))],
            vec![("pure.kept_share", json!(0.9))],
        ),
        (
            vec![shared],
            vec![
                ("pure.train_entities", json!("jackknife")),
                ("pure.selection_entities", json!("gold")),
                ("pure.aux_relation_loss", json!(1.0)),
                ("pure.folds", json!(3)),
                ("pure.entity.epochs", json!(99)),
                ("train.shuffle", json!(false)),
                ("train.bucket", json!(3)),
            ],
        ),
        (
            // The relation model decides nothing that these touch.
            vec![
                ("pure.selection_entities", json!("gold")),
                ("pure.entities", json!("gold")),
            ],
            vec![
                ("pure.mlp", json!(9)),
                ("pure.dropout", json!(0.5)),
                ("pure.max_span", json!(4)),
                ("pure.entity_window", json!(0)),
            ],
        ),
    ];
    for (base, without) in cases {
        let expected = keys(&base);
        for setting in without {
            let mut settings = base.clone();
            settings.push(setting.clone());
            assert_eq!(keys(&settings), expected, "{base:?} {setting:?}");
        }
    }
}

#[test]
fn defaults_said_aloud_change_nothing() {
    let default = serde_json::to_value(PureConfig::default()).unwrap();
    for approach in ["pipeline", "shared"] {
        let approach = ("system.approach", json!(approach));
        let expected = keys(std::slice::from_ref(&approach));
        assert_eq!(keys(&[approach, ("pure", default.clone())]), expected);
    }
    let empty = [("pure.entity", json!({})), ("pure.relation", json!({}))];
    assert_eq!(keys(&empty), keys(&[]));
    // A change of a recipe to what it is anyway.
    let same = [("train.epochs", json!(7)), ("pure.entity.epochs", json!(7))];
    assert_eq!(keys(&same), keys(&same[..1]));
}

#[test]
fn switches_with_an_effect_make_another_training() {
    let with = |input: &'static str| ("pure.rel_input", json!(input));
    let base: Vec<(&str, Value)> = vec![("pure.selection_entities", json!("gold"))];
    for (input, setting) in [
        ("text", ("pure.max_span", json!(4))),
        ("text", ("pure.width_dim", json!(4))),
        ("markers_etype", ("pure.width_dim", json!(4))),
        ("markers_eloss", ("pure.mlp", json!(4))),
        ("markers_eloss", ("pure.dropout", json!(0.5))),
        ("markers_eloss", ("pure.eloss_weight", json!(0.5))),
    ] {
        let mut before = base.clone();
        before.push(with(input));
        let mut after = before.clone();
        after.push(setting);
        assert_ne!(
            trainings(&before, "relations"),
            trainings(&after, "relations")
        );
    }
    let packed = [("pure.approximate", json!(true))];
    let mut tight = packed.to_vec();
    tight.push(("pure.packed_training", json!(true)));
    assert_ne!(
        trainings(&packed, "relations"),
        trainings(&tight, "relations")
    );
}

#[test]
fn a_shared_encoder_is_one_training() {
    let shared = ("system.approach", json!("shared"));
    let found = steps(std::slice::from_ref(&shared));
    let labels: Vec<(&str, bool)> = found
        .iter()
        .map(|step| (step.label.as_str(), step.training))
        .collect();
    assert_eq!(
        labels,
        [
            (
                "entities W=300 and relations typed_markers W=100 seed 0",
                true
            ),
            ("entities W=300 seed 0 on test", false),
            ("relations typed_markers W=100 seed 0 on test", false),
        ]
    );
    for setting in [
        ("pure.shared.schedule", json!("summed")),
        ("pure.entity.batch", json!(3)),
        ("pure.relation.epochs", json!(3)),
        ("pure.entity_window", json!(0)),
        ("pure.mlp", json!(7)),
        ("pure.rel_input", json!("markers")),
    ] {
        let changed = steps(&[shared.clone(), setting.clone()]);
        assert_ne!(changed[0].key, found[0].key, "{setting:?}");
    }
}
