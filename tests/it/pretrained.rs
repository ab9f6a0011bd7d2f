//! Pretrained encoders in experiments: all of one or its first layers, trained, frozen in part, or frozen
//! whole with its states computed once; and `sweep embed`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use safetensors::SafeTensors;
use sweep::corpus::{DemoConfig, demo};
use sweep::encoder::words::Features;
use sweep::encoder::{
    Encoder, Scheme, ScratchConfig, initialise, load_encoder, save_module, word_vocabulary,
};

use crate::sandbox::{Outcome, Sandbox};

/// A module that is nothing but an encoder.
#[derive(Module, Debug)]
struct Bare {
    encoder: Encoder,
}

/// A sandbox with a model of two layers over the demo corpus's words, under `models/tiny`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("models/tiny");
    fs::create_dir_all(&folder).unwrap();
    let corpus = demo(&DemoConfig::default());
    let words = corpus
        .train
        .iter()
        .flat_map(|document| &document.sentences)
        .map(|sentence| sentence.tokens.as_slice());
    let pieces = word_vocabulary(words, 1).unwrap();
    pieces.save(&folder.join("tokenizer.json")).unwrap();
    let shape = ScratchConfig {
        layers: 2,
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
    sandbox
}

/// Runs the tiny experiment with this encoder.
fn run(sandbox: &Sandbox, changes: &[&str]) {
    let changes: Vec<String> = std::iter::once(&"name=tiny")
        .chain(changes)
        .map(|change| format!("--set encoder.{change}"))
        .collect();
    sandbox.succeed(&format!("run tiny.toml -j 2 {}", changes.join(" ")));
}

#[test]
fn modules_over_kept_spans_share_a_frozen_encoders_states() {
    let sandbox = sandbox();
    sandbox.succeed(
        "run tiny.toml -j 2 --set encoder.name=tiny --set encoder.freeze=all --set seed=0 \
         --set pruner.biaffine=2 --set pruner.mlp=4 --set system.approach=a8 --set statistics.baseline={}",
    );
    let labels: Vec<String> = sandbox.begun().into_keys().collect();
    assert_eq!(labels.len(), 8, "{labels:?}");
    let steps = sandbox.store().steps().unwrap();
    let find = |label: &str| steps.iter().find(|step| step.label.starts_with(label));
    let features = find("states of").unwrap();
    // The states come first, then what the pruner kept of train and of dev.
    let training = sandbox.step("NerRe seed 0");
    let kept = ["Pruner seed 0 on train", "Pruner seed 0 on dev"].map(|label| sandbox.step(label));
    let expected = [&features.key, &kept[0].key, &kept[1].key];
    assert_eq!(training.inputs.iter().collect::<Vec<_>>(), expected);
    let names = trained(&sandbox, "Pruner seed 0");
    assert!(names.keys().all(|name| !name.starts_with("bert.")));
}

/// The tensors of a weights file, as bytes.
fn tensors(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    file.iter()
        .map(|(name, view)| (name.to_owned(), view.data().to_vec()))
        .collect()
}

/// The weights that the step of this label left.
fn trained(sandbox: &Sandbox, label: &str) -> BTreeMap<String, Vec<u8>> {
    let key = sandbox.step(label).key;
    let path = sandbox.store().output(&key, "model.safetensors");
    tensors(&path.unwrap())
}

#[test]
fn a_frozen_encoder_reads_the_corpus_once_for_all_trainings() {
    let sandbox = sandbox();
    run(&sandbox, &["freeze=all"]);
    let begun = sandbox.begun();
    let states: Vec<&String> = begun
        .keys()
        .filter(|label| label.starts_with("states of"))
        .collect();
    assert_eq!(states.len(), 1, "{begun:?}");
    assert!(begun.values().all(|times| *times == 1), "{begun:?}");
    let features = sandbox.step(states[0]).key;
    for step in sandbox.store().steps().unwrap() {
        let reads = step.kind.starts_with("jointere/");
        assert_eq!(step.inputs.contains(&features), reads, "{}", step.label);
    }
    // A module has nothing of the encoder, and still learns.
    let names = trained(&sandbox, "Ner seed 0");
    assert!(names.keys().all(|name| !name.starts_with("bert.")));
    let key = sandbox.step("Ner seed 0").key;
    let events = sandbox.store().events(&key).unwrap();
    let losses: Vec<f64> = events
        .iter()
        .filter_map(|event| event["loss"].as_f64())
        .collect();
    assert!(losses[5] < losses[0] - 0.5, "{losses:?}");
}

#[test]
fn states_of_the_frozen_encoder_are_those_that_embed_writes() {
    let sandbox = sandbox();
    run(&sandbox, &["freeze=all"]);
    let step = sandbox.step("states of tiny, first pieces");
    let path = sandbox.store().output(&step.key, "test.safetensors");
    let features = Features::open(&path.unwrap()).unwrap();
    let predictions = sandbox.step("Ner seed 0 on test").key;
    let gold = sandbox.store().output(&predictions, "predictions.jsonl");
    let gold = fs::read_to_string(gold.unwrap()).unwrap();
    let document: serde_json::Value = serde_json::from_str(gold.lines().next().unwrap()).unwrap();
    let sentences: Vec<Vec<String>> =
        serde_json::from_value(document["sentences"].clone()).unwrap();
    let words = sentences.concat().len();
    let lines: Vec<String> = sentences.iter().map(|words| words.join(" ")).collect();
    sandbox.write("text.txt", &lines.join("\n"));
    let shown = sandbox
        .succeed("embed --model tiny --file text.txt --rows first")
        .stdout;
    let key = document["doc_key"].as_str().unwrap();
    let expected = features.document(key, words).unwrap();
    let expected = expected.words(0..words).unwrap();
    let mut found: Vec<f32> = Vec::new();
    for row in csv::Reader::from_reader(shown.as_bytes()).records() {
        found.extend(
            row.unwrap()
                .iter()
                .skip(4)
                .map(|value| value.parse::<f32>().unwrap()),
        );
    }
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
    }
}

#[test]
fn what_is_frozen_stays_as_it_was() {
    let sandbox = sandbox();
    run(&sandbox, &["frozen_layers=1"]);
    let before = tensors(&sandbox.path("models/tiny/model.safetensors"));
    let after = trained(&sandbox, "Ner seed 0");
    for (name, values) in &before {
        let frozen = name.starts_with("bert.embeddings.") || name.contains(".layer.0.");
        // A key's bias moves all scores of a query alike, and so has no gradient.
        if !name.ends_with("key.bias") {
            assert_eq!(after[name] == *values, frozen, "{name}");
        }
    }
}

#[test]
fn kept_layers_are_the_first_ones() {
    let sandbox = sandbox();
    let folder = sandbox.path("models/tiny");
    let device = Device::flex();
    let (architecture, one) = load_encoder(&folder, Some(1), &device).unwrap();
    assert_eq!(architecture.layers(), 1);
    assert!(one.num_params() < load_encoder(&folder, None, &device).unwrap().1.num_params());
    for (layers, has) in [(0, "2 layers"), (3, "2 layers")] {
        let error = load_encoder(&folder, Some(layers), &device).unwrap_err();
        assert!(error.to_string().contains(has), "{error}");
    }
    let states = |options: &str| {
        let call = format!("embed --model tiny --text fox {options}");
        sandbox.succeed(call.trim_end()).stdout
    };
    let (whole, cut) = (states(""), states("--keep-layers 1"));
    assert_ne!(whole, cut);
    assert_eq!(whole, states("--keep-layers 2"));
    run(&sandbox, &["keep_layers=1"]);
    let names = trained(&sandbox, "Ner seed 0");
    assert!(names.keys().any(|name| name.contains(".layer.0.")));
    assert!(!names.keys().any(|name| name.contains(".layer.1.")));
}

#[test]
fn gradient_checkpointing_changes_no_result() {
    let (plain, thrifty) = (sandbox(), sandbox());
    run(&plain, &[]);
    run(&thrifty, &["gradient_checkpointing=true"]);
    assert_eq!(plain.checksums(), thrifty.checksums());
}

#[test]
fn what_cannot_be_frozen_or_kept_is_said_before_anything_runs() {
    let sandbox = sandbox();
    for (change, reason) in [
        (
            "--set encoder.freeze=all",
            "an encoder from scratch is not pretrained",
        ),
        (
            "--set encoder.name=tiny --set encoder.keep_layers=5",
            "the encoder has 2 layers",
        ),
        (
            "--set encoder.name=tiny --set encoder.frozen_layers=3",
            "has 2 layers",
        ),
        ("--set encoder.name=tiny --set encoder.freeze=half", "half"),
    ] {
        let outcome = sandbox.sweep(&format!("run tiny.toml {change}"));
        assert_ne!(outcome.code, Some(0), "{change}");
        assert!(outcome.stderr.contains(reason), "{change}: {outcome:#?}");
    }
}

#[test]
fn embed_says_what_it_cannot_do() {
    let sandbox = sandbox();
    sandbox.write("empty.txt", "\n \n");
    fs::write(sandbox.path("latin.txt"), b"one\ncaf\xe9\n").unwrap();
    for (arguments, code, reason) in [
        (
            "--model none --text fox",
            96,
            "the model `none` is not there",
        ),
        ("--model tiny --file empty.txt", 96, "all lines are empty"),
        ("--model tiny --file latin.txt", 96, "line 2 is not UTF-8"),
        ("--model tiny --file no.txt", 96, "no.txt"),
        (
            "--model tiny --text fox -o states.npy",
            96,
            "must end in .csv or .safetensors",
        ),
        (
            "--model tiny --text fox -o no/states.csv",
            96,
            "there is no folder no",
        ),
        ("--model tiny --text fox --device cuda:0", 96, "cuda"),
        ("--model tiny", 2, "--text"),
    ] {
        let outcome = sandbox.sweep(&format!("embed {arguments}"));
        assert_eq!(outcome.code, Some(code), "{arguments}: {outcome:#?}");
        assert!(outcome.stderr.contains(reason), "{arguments}: {outcome:#?}");
    }
    sandbox.write("long.txt", &"fox ".repeat(70));
    let long = sandbox.sweep("embed --model tiny --file long.txt");
    assert!(long.stderr.contains("72 pieces"), "{long:#?}");
}

#[test]
fn an_encoder_that_has_changed_since_it_was_planned_is_not_used() {
    for (changes, label) in [
        (&[][..], "Re seed 1"),
        (&["freeze=all"], "states of tiny, first pieces"),
    ] {
        let sandbox = sandbox();
        run(&sandbox, changes);
        // The step is open again, as if the run had been interrupted before it.
        let key = sandbox.step(label).key;
        let folder = sandbox.path(&format!("results/steps/{}/{key}", &key[..2]));
        fs::remove_file(folder.join("done.json")).unwrap();
        let path = sandbox.path("models/tiny/config.json");
        let config = fs::read_to_string(&path).unwrap();
        fs::write(&path, config.replace("_heads\":2", "_heads\":4")).unwrap();
        let outcome = sandbox.sweep(&format!("step {key}"));
        assert_ne!(outcome.code, Some(0), "{outcome:#?}");
        let said = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(said.contains("the encoder `tiny` has changed"), "{said}");
        fs::write(&path, config).unwrap();
        sandbox.succeed(&format!("step {key}"));
    }
}

#[test]
fn empty_lines_keep_their_numbers() {
    let sandbox = sandbox();
    sandbox.write("text.txt", "\u{feff}fox\n\nfox dog\n");
    let shown = sandbox
        .succeed("embed --model tiny --file text.txt --rows first")
        .stdout;
    let named: Vec<String> = shown
        .lines()
        .skip(1)
        .map(|line| line.split(',').take(4).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(named, ["0,0,,fox", "2,0,,fox", "2,1,,dog"]);
}

#[cfg(target_os = "linux")]
#[test]
fn data_that_does_not_arrive_is_not_a_success() {
    let sandbox = sandbox();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = sandbox.command("embed --model tiny --text fox");
    let outcome = Outcome::of(&command.stdout(full).output().unwrap());
    assert_eq!(outcome.code, Some(96), "{outcome:#?}");
    assert!(outcome.stderr.contains("standard output cannot be written"));
}
