//! PURE from end to end.

use std::collections::BTreeMap;
use std::fs;

use burn::module::Module;
use burn::tensor::Device;
use serde_json::Value;
use sweep::corpus::{DemoConfig, demo};
use sweep::encoder::{Encoder, Scheme, ScratchConfig, initialise, save_module, word_vocabulary};

use crate::sandbox::Sandbox;

/// A tiny experiment over inputs of the relation model.
const PURE: &str = r#"name  = "pure"
title = "PURE, tiny"

[corpus.demo]
documents = { train = 16, dev = 2, test = 2 }
ambiguity = 0
nesting   = 0
noise     = 0

[encoder.scratch]
layers        = 1
hidden        = 16
heads         = 2
intermediate  = 16
minimum_count = 1

[system]
kind = "pure"

[pure]
entity_window   = 0
relation_window = 0
max_span        = 3
width_dim       = 4
mlp             = 8
prior_bias      = true
relation        = { epochs = 2, batch = 16, evaluations = 2, encoder_rate = 3e-3, head_rate = 3e-3 }

[train]
epochs       = 10
batch        = 4
encoder_rate = 1e-2
head_rate    = 1e-2

[axes]
"pure.rel_input" = ["typed_markers"]
seed = { count = 1 }

[[table]]
caption = "Inputs"
rows    = "pure.rel_input"
columns = ["ent-c", "rel-c", "rel+-c"]
"#;

/// A sandbox with the experiment.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pure.toml", PURE);
    sandbox
}

/// F1 by input and metric.
fn scores(sandbox: &Sandbox) -> BTreeMap<(String, String), f64> {
    let text = fs::read_to_string(sandbox.path("reports/pure/scores.csv")).unwrap();
    let lines = text.lines().skip(1);
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let cell = (fields[0].to_owned(), fields[3].to_owned());
            (cell, fields[6].parse().unwrap())
        })
        .collect()
}

/// The score of the only input.
fn score(sandbox: &Sandbox, metric: &str) -> f64 {
    scores(sandbox)[&("typed_markers".to_owned(), metric.to_owned())]
}

/// What a prediction step wrote, document by document.
fn predictions(sandbox: &Sandbox, label: &str) -> Vec<Value> {
    let key = sandbox.step(label).key;
    let path = sandbox.store().output(&key, "predictions.jsonl").unwrap();
    let text = fs::read_to_string(path).unwrap();
    let documents = text.lines().map(|line| serde_json::from_str(line).unwrap());
    documents.collect()
}

/// The lists under `name`, one for each sentence.
fn each<'a>(documents: &'a [Value], name: &str) -> Vec<&'a Vec<Value>> {
    documents
        .iter()
        .flat_map(|document| document[name].as_array().unwrap())
        .map(|list| list.as_array().unwrap())
        .collect()
}

/// The labels of the trainings that a call began.
fn begun(stderr: &str) -> Vec<String> {
    let lines = stderr.lines().filter_map(|line| line.strip_prefix("begin"));
    let mut labels: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
    labels.retain(|label| label.contains("seed 0") && !label.contains(" on "));
    labels.sort();
    labels
}

#[test]
fn six_inputs_share_one_entity_model() {
    let sandbox = sandbox();
    let all =
        r#"["text", "text_etype", "markers", "markers_etype", "markers_eloss", "typed_markers"]"#;
    let text = PURE.replace(r#"["typed_markers"]"#, all);
    sandbox.write("pure.toml", &text);
    let outcome = sandbox.succeed("run pure.toml -j 2");
    let asked = "7 trainings for 12 asked, 21 steps in all\n";
    assert!(outcome.stderr.starts_with(asked), "{}", outcome.stderr);
    let scores = scores(&sandbox);
    let of = |metric: &str| -> Vec<f64> {
        let found = scores.iter().filter(|((_, of), _)| of == metric);
        found.map(|(_, score)| *score).collect()
    };
    let entities = of("ent-c");
    assert_eq!(entities.len(), 6);
    assert!(entities[0] > 10.0, "{scores:?}");
    assert!(
        entities
            .iter()
            .all(|score| (score - entities[0]).abs() < 1e-9)
    );
    let relations = of("rel-c");
    for (strict, loose) in of("rel+-c").iter().zip(&relations) {
        assert!(strict <= loose);
    }
    // A relation model is evaluated as often as it is told to be.
    let key = sandbox.step("relations typed_markers W=0 seed 0").key;
    let events = sandbox.store().events(&key).unwrap();
    let parts: Vec<f64> = events
        .iter()
        .filter_map(|event| event["part"].as_f64())
        .collect();
    assert_eq!(parts.len() % 2, 0);
    assert!(parts.len() >= 4 && parts[0] < 0.6, "{parts:?}");
    let relations = each_relation(&predictions(&sandbox, "relations text W=0 seed 0 on test"));
    assert!(relations.iter().all(|(pair, entities)| {
        let ends = [&pair[0..2], &pair[2..4]].map(|end| Value::from(end.to_vec()));
        ends[0] != ends[1] && ends.iter().all(|end| entities.contains(end))
    }));
}

/// The words of every predicted relation with the spans of its sentence's entities.
fn each_relation(documents: &[Value]) -> Vec<(Vec<Value>, Vec<Value>)> {
    let relations = each(documents, "predicted_relations");
    let entities = each(documents, "predicted_ner");
    let mut found = Vec::new();
    for (relations, entities) in relations.iter().zip(&entities) {
        let spans: Vec<Value> = entities
            .iter()
            .map(|entity| Value::from(entity.as_array().unwrap()[..2].to_vec()))
            .collect();
        for relation in *relations {
            found.push((relation.as_array().unwrap().clone(), spans.clone()));
        }
    }
    found
}

#[test]
fn pipelines_train_only_what_they_do_not_share() {
    let sandbox = sandbox();
    let run = |changes: &str| {
        let changes: Vec<String> = changes
            .split(' ')
            .filter(|change| !change.is_empty())
            .map(|change| format!(" --set {change}"))
            .collect();
        let outcome = sandbox.succeed(&format!("run pure.toml -j 2{}", changes.concat()));
        begun(&outcome.stderr)
    };
    assert_eq!(
        run(""),
        ["entities W=0 seed 0", "relations typed_markers W=0 seed 0"]
    );
    let plain = score(&sandbox, "ent-c");

    // Gold entities need no other model.
    assert!(run("pure.entities=gold").is_empty());
    assert!((score(&sandbox, "ent-c") - 100.0).abs() < 1e-9);
    let [relations, strict] = ["rel-c", "rel+-c"].map(|metric| score(&sandbox, metric));
    assert!((relations - strict).abs() < 1e-9);
    // A relation model that is chosen by gold entities reads none of dev's.
    let gold = "pure.entities=gold pure.selection_entities=gold pure.relation.epochs=8";
    assert_eq!(run(gold), ["relations typed_markers W=0 seed 0"]);
    assert!(score(&sandbox, "rel-c") > 5.0);

    // The approximation, with context.
    let packed = "pure.approximate=true pure.relation_window=20";
    let label = "relations typed_markers W=20, packed seed 0";
    assert_eq!(run(packed), [label]);
    assert!((score(&sandbox, "ent-c") - plain).abs() < 1e-9);
    // How tightly is a matter of speed; what is trained is told to be another.
    let tight = format!("{packed} pure.packed_length=60 pure.packed_training=true");
    assert_eq!(run(&tight), [label]);

    // Jackknifing: every part of the training documents is predicted by the others' model.
    let halves = run("pure.train_entities=jackknife pure.folds=2");
    assert_eq!(
        halves,
        [
            "entities W=0 without part 1 of 2 seed 0",
            "entities W=0 without part 2 of 2 seed 0",
            "relations typed_markers W=0, jackknifed seed 0",
        ]
    );
    let mut documents = 0;
    for part in 1..=2 {
        let label = format!("entities W=0 seed 0 on train, part {part} of 2");
        documents += predictions(&sandbox, &label).len();
    }
    assert_eq!(documents, 16);

    // Kept spans: as many as the sentence's length says, whatever their types.
    assert_eq!(
        run("pure.train_entities=kept"),
        ["relations typed_markers W=0, kept spans seed 0"]
    );
    for split in ["train", "dev", "test"] {
        let kept = predictions(&sandbox, &format!("kept spans W=0 seed 0 on {split}"));
        let words = each(&kept, "sentences");
        for (words, kept) in words.iter().zip(each(&kept, "predicted_spans")) {
            assert_eq!(kept.len(), (words.len() * 2).div_ceil(5));
        }
    }
    let label = "relations typed_markers W=0, kept spans seed 0 on test";
    let found = predictions(&sandbox, label);
    let spans = each(&found, "predicted_spans");
    for (spans, entities) in spans.iter().zip(each(&found, "predicted_ner")) {
        assert_eq!(spans.len(), entities.len());
    }
    let eloss = "pure.train_entities=kept pure.rel_input=markers_eloss";
    assert_eq!(
        run(eloss),
        ["relations markers_eloss W=0, kept spans seed 0"]
    );

    // A relation loss beside the entity model's.
    let auxiliary = run("pure.aux_relation_loss=1.0");
    assert_eq!(
        auxiliary,
        ["entities W=0 seed 0", "relations typed_markers W=0 seed 0"]
    );
}

#[test]
fn one_encoder_finds_entities_and_relations() {
    let sandbox = sandbox();
    for schedule in ["alternate_random", "summed"] {
        let outcome = sandbox.succeed(&format!(
            "run pure.toml -j 2 --set system.approach=shared --set pure.shared.schedule={schedule} \
             --set pure.relation.epochs=6"
        ));
        let label = "entities W=0 and relations typed_markers W=0 seed 0";
        assert_eq!(begun(&outcome.stderr), [label]);
    }
    let steps = sandbox.store().steps().unwrap();
    let trainings = steps.iter().filter(|step| step.kind == "pure/train");
    let mut count = 0;
    for training in trainings {
        let events = sandbox.store().events(&training.key).unwrap();
        let losses: Vec<f64> = events
            .iter()
            .filter_map(|one| one["loss"].as_f64())
            .collect();
        assert!(losses[losses.len() - 1] < 0.8 * losses[0], "{losses:?}");
        count += 1;
    }
    assert_eq!(count, 2);
    let outcome = sandbox.succeed(
        "run pure.toml -j 2 --set system.approach=shared --set pure.relation.epochs=6 \
         --set pure.entities=gold",
    );
    assert!(begun(&outcome.stderr).is_empty());
}

#[test]
fn results_do_not_depend_on_the_number_of_workers() {
    let results = |jobs: &str| {
        let sandbox = sandbox();
        let text = PURE
            .replace(
                "\"pure.rel_input\" = [\"typed_markers\"]",
                "\"pure.rel_input\" = [\"typed_markers\"]\n\"pure.approximate\" = [false, true]",
            )
            .replace("epochs       = 10", "epochs       = 3")
            .replace("[train]", "[pure.entity]\nepochs = 9\n\n[train]")
            .replace(
                "mlp             = 8",
                "mlp             = 8\ntrain_entities = \"jackknife\"\nfolds = 2",
            );
        sandbox.write("pure.toml", &text);
        sandbox.succeed(&format!("run pure.toml -j {jobs}"));
        let mut files = sandbox.files("results");
        let kept = ["/model.safetensors", "/predictions.jsonl"];
        files.retain(|name, _| kept.iter().any(|kept| name.ends_with(kept)));
        files
    };
    let (one, two) = (results("1"), results("2"));
    // Three entity models and two of relations; entities of two parts, dev and test, and
    // two predictions of relations.
    assert_eq!(one.len(), 3 + 2 + 4 + 2);
    for (name, bytes) in &one {
        assert!(
            two[name] == *bytes,
            "{name} depends on the number of workers"
        );
    }
}

/// A module that is nothing but an encoder.
#[derive(Module, Debug)]
struct Bare {
    encoder: Encoder,
}

/// Writes a model over the demo's words, whose vocabulary keeps `free` rows free.
fn pretrained(sandbox: &Sandbox, free: usize) -> usize {
    let folder = sandbox.path("models/tiny");
    fs::create_dir_all(&folder).unwrap();
    let corpus = demo(&DemoConfig::default());
    let words = corpus.train.iter().flat_map(|document| &document.sentences);
    let words = words.map(|sentence| sentence.tokens.as_slice());
    let mut pieces = word_vocabulary(words, 1).unwrap();
    let rows: Vec<String> = (1..=free).map(|row| format!("[unused{row}]")).collect();
    pieces.append(&rows).unwrap();
    pieces.save(&folder.join("tokenizer.json")).unwrap();
    let shape = ScratchConfig {
        layers: 1,
        hidden: 12,
        heads: 2,
        intermediate: 16,
        positions: 64,
        ..ScratchConfig::default()
    };
    let architecture = shape.bert(pieces.vocabulary_size());
    let config = serde_json::to_string(&architecture).unwrap();
    fs::write(folder.join("config.json"), config).unwrap();
    let encoder = architecture.init(&Device::flex());
    let encoder = initialise(encoder, 1, Scheme::Normal(0.2), &|_| true);
    let weights = folder.join("model.safetensors");
    save_module(&Bare { encoder }, &architecture, &weights).unwrap();
    pieces.vocabulary_size()
}

#[test]
fn markers_of_a_pretrained_encoder_are_its_free_rows_or_new_ones() {
    let sandbox = sandbox();
    // Four markers for each of six types and for none.
    let size = pretrained(&sandbox, 28);
    let few = "--set encoder.name=tiny --set pure.entity.epochs=2 --set pure.relation.epochs=1";
    for (rows, first, vocabulary) in [("unused", size - 28, size), ("appended", size, size + 28)] {
        sandbox.succeed(&format!(
            "run pure.toml -j 2 {few} --set pure.marker_rows={rows} --set pure.rel_layernorm={}",
            rows == "unused"
        ));
        let step = sandbox
            .store()
            .steps()
            .unwrap()
            .into_iter()
            .filter(|step| step.label == "relations typed_markers W=0 seed 0")
            .map(|step| sandbox.store().output(&step.key, "config.json").unwrap())
            .map(|path| serde_json::from_str::<Value>(&fs::read_to_string(path).unwrap()).unwrap())
            .find(|config| config["sweep"]["pure"]["marker_rows"] == rows)
            .unwrap();
        assert_eq!(step["vocab_size"], vocabulary, "{rows}");
        let markers: Vec<usize> = serde_json::from_value(step["sweep"]["markers"].clone()).unwrap();
        assert_eq!(markers, (first..first + 28).collect::<Vec<_>>(), "{rows}");
    }
    // The entity model has no use for markers.
    let key = sandbox.step("entities W=0 seed 0").key;
    let path = sandbox.store().output(&key, "config.json").unwrap();
    let config: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(config["vocab_size"], size);
    // A frozen encoder still has heads to train.
    sandbox.succeed(&format!(
        "run pure.toml -j 2 {few} --set encoder.freeze=all"
    ));

    pretrained(&sandbox, 27);
    let call = format!("run pure.toml -j 2 {few} --set pure.marker_rows=unused");
    let outcome = sandbox.sweep(&call);
    assert_ne!(outcome.code, Some(0), "{outcome:#?}");
    let said = "the markers need 28 rows, and the encoder's vocabulary keeps 27 free; set \
                pure.marker_rows to \"appended\"";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
}

#[test]
fn what_cannot_be_is_said_before_anything_runs() {
    let sandbox = sandbox();
    for (change, reason) in [
        (
            "system.approach=a4",
            "`a4` is no approach of PURE; its approaches are",
        ),
        (
            "pure.approximate=true --set pure.rel_input=text",
            "needs an input with markers; set pure.rel_input to one",
        ),
        ("pure.folds=1", "must be at least 2"),
        ("pure.kept_share=0", "must be above 0"),
        ("pure.max_span=0", "must be at least 1"),
        ("pure.packed_length=6", "must be at least 7"),
        ("pure.state_dropout=1", "must lie in 0 ≤ p < 1"),
        ("pure.relation.evaluations=0", "must be at least 1"),
        ("pure.rel_input=marker", "markers"),
    ] {
        let outcome = sandbox.sweep(&format!("run pure.toml --set {change}"));
        assert_ne!(outcome.code, Some(0), "{change}");
        assert!(outcome.stderr.contains(reason), "{change}: {outcome:#?}");
        assert!(!sandbox.path("results").exists(), "{change}");
    }
}

#[test]
fn a_sentence_that_is_too_long_is_told_with_the_switch() {
    let sandbox = sandbox();
    let few = "--set pure.entity.epochs=1 --set pure.relation.epochs=1";
    for (change, switch) in [
        (
            "--set pure.approximate=true --set pure.packed_length=9",
            "is longer than the 5 that the relation model may read",
        ),
        (
            "--set encoder.scratch.positions=8",
            "is longer than the encoder's 8 positions",
        ),
    ] {
        let outcome = sandbox.sweep(&format!("run pure.toml {few} {change}"));
        assert_ne!(outcome.code, Some(0), "{change}");
        assert!(outcome.stderr.contains(switch), "{change}: {outcome:#?}");
    }
    // Markers that a length leaves no room for are cut off instead, and looked for at the first piece.
    let sandbox = self::sandbox();
    sandbox.succeed(&format!("run pure.toml {few} --set pure.rel_length=6"));
    let key = sandbox.step("relations typed_markers W=0 seed 0").key;
    let meta = sandbox.store().meta(&key).unwrap();
    assert!(meta["cut_pairs"].as_u64().unwrap() > 0, "{meta:?}");
}

#[test]
fn a_relation_model_without_pairs_says_so() {
    let sandbox = sandbox();
    // No model of one step finds two entities in a sentence.
    let outcome = sandbox.sweep(
        "run pure.toml --set train.epochs=1 --set train.encoder_rate=1e-9 \
         --set train.head_rate=1e-9 --set pure.train_entities=jackknife --set pure.folds=2",
    );
    assert_ne!(outcome.code, Some(0), "{outcome:#?}");
    let said = "no sentence of the training split has two entities to make a pair of";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
}
