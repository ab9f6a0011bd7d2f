//! How long an epoch of PMEI takes on the CPU, next to plain PyTorch with padded batches and
//! whole tables, on sentences of the lengths that WebNLG's have.
//!
//! `README.md` beside this file says what is compared and how to run it.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use burn::tensor::Device;
use serde_json::json;
use sweep::corpus::{Corpus, Document, Entity, Relation, Sentence, Span};
use sweep::systems::pmei::{PmeiConfig, TrainStep, Variant, train};
use sweep::train::{Recipe, Schedule};

/// The binary's allocator, as tensors of several megabytes come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SENTENCES: usize = 500;
const WORDS: usize = 5000;
const RELATIONS: usize = 170;

/// Turns that ours and PyTorch take, so that both meet the machine's slow moments.
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let threads = rayon::current_num_threads();
    let python = std::env::var_os("SWEEP_BENCH_PYTHON");
    let sentences = sentences();
    let cells: usize = sentences
        .iter()
        .map(|sentence| sentence.words.len().pow(2))
        .sum();
    println!(
        "{threads} threads; an epoch of {SENTENCES} sentences, {cells} cells, {RELATIONS} relations, in s"
    );
    println!("{:<8}{:>9}{:>9}{:>7}", "", "sweep", "PyTorch", "ratio");
    for (name, variant) in [("MTL", Variant::Mtl), ("PMEI", Variant::Full)] {
        let (mut own, mut other) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            own.push(ours(&sentences, variant)?);
            if let Some(python) = &python {
                other.push(pytorch(Path::new(python), threads, variant, &sentences)?);
            }
        }
        let ratios = own.iter().zip(&other).map(|(own, other)| own / other);
        let ratio = median(ratios.collect());
        println!(
            "{name:<8}{:>9.2}{:>9.2}{ratio:>7.3}",
            median(own),
            median(other)
        );
    }
    Ok(())
}

/// Words by number and cells.
struct Drawn {
    words: Vec<usize>,
    cells: Vec<[usize; 3]>,
}

/// Sentences of 6 to 60 words, 24 in the mean, with two or three relations each.
fn sentences() -> Vec<Drawn> {
    let mut state = 1u64;
    let mut next = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let drawn = (0..SENTENCES).map(|_| {
        let length =
            6 + (0..3).map(|_| next(13)).sum::<usize>() + if next(8) == 0 { 18 } else { 0 };
        let words = (0..length).map(|_| next(WORDS)).collect();
        let count = 2 + next(2);
        let cells = (0..count).map(|_| [next(length), next(length), next(RELATIONS)]);
        Drawn {
            words,
            cells: cells.collect(),
        }
    });
    drawn.collect()
}

fn ours(sentences: &[Drawn], variant: Variant) -> Result<f64, Box<dyn Error>> {
    let word = |index: usize| Span::new(index, index);
    let documents = sentences
        .iter()
        .enumerate()
        .map(|(number, drawn)| Document {
            key: number.to_string(),
            sentences: vec![Sentence {
                tokens: drawn.words.iter().map(|word| format!("w{word}")).collect(),
                entities: drawn
                    .cells
                    .iter()
                    .flat_map(|cell| [cell[0], cell[1]])
                    .map(|index| Entity {
                        span: word(index),
                        label: "Entity".to_owned(),
                    })
                    .collect(),
                relations: drawn
                    .cells
                    .iter()
                    .map(|cell| Relation {
                        head: word(cell[0]),
                        tail: word(cell[1]),
                        label: format!("r{:03}", cell[2]),
                    })
                    .collect(),
            }],
        });
    let documents: Vec<Document> = documents.collect();
    let dev = documents[..1].to_vec();
    let corpus = Corpus::new("bench", [documents, dev, Vec::new()], &[]);
    let step = TrainStep {
        corpus: serde_json::from_value(json!({ "hash": "" }))?,
        encoder: None,
        vectors: serde_json::from_value(json!({}))?,
        pmei: PmeiConfig {
            variant,
            ..PmeiConfig::default()
        },
        train: Recipe {
            epochs: 2,
            batch: 50,
            bucket: 0,
            warmup: 0.0,
            weight_decay: 0.0,
            schedule: Schedule::Constant,
            ..Recipe::default()
        },
        seed: 1,
    };
    let folder = tempfile::tempdir()?;
    let device = Device::flex().autodiff();
    // The last epoch counts: in the first one memory is still being asked for.
    let mut seconds = f64::NAN;
    let observe = |epoch: &sweep::train::Epoch| seconds = epoch.train_seconds;
    train(
        &step,
        &corpus,
        (None, None),
        &device,
        folder.path(),
        observe,
    )?;
    Ok(seconds)
}

/// The same by `pmei.py`, in a process of its own.
fn pytorch(
    python: &Path,
    threads: usize,
    variant: Variant,
    sentences: &[Drawn],
) -> Result<f64, Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/pmei.py");
    let name = if variant == Variant::Full {
        "full"
    } else {
        "mtl"
    };
    let mut child = Command::new(python)
        .arg(script)
        .args([&threads.to_string(), name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("SWEEP_BENCH_PYTHON = {}: {error}", python.display()))?;
    let data = json!({
        "words": WORDS,
        // One more for no relation.
        "relations": RELATIONS + 1,
        "sentences": sentences.iter().map(|drawn| &drawn.words).collect::<Vec<_>>(),
        "cells": sentences.iter().map(|drawn| &drawn.cells).collect::<Vec<_>>(),
    });
    let mut input = child.stdin.take().ok_or("pmei.py has no input")?;
    input.write_all(data.to_string().as_bytes())?;
    drop(input);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{} pmei.py failed: {}", python.display(), output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count => values[count / 2],
    }
}
