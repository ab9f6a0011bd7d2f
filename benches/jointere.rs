//! What an epoch of JointERE's joint modules costs next to one of Re, over the same
//! encoder.
//!
//! `README.md` beside this file says what is compared and how to run it.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use sweep::corpus::{
    Corpus, DemoConfig, Extraction, Prediction, Sentence, Span, Split, demo, write_predictions,
};
use sweep::encoder::{Freeze, ScratchConfig};
use sweep::systems::identity::{CorpusIdentity, EncoderIdentity};
use sweep::systems::jointere::{
    Inputs, JointEreConfig, MeanFieldConfig, ModuleKind, PrunerConfig, TrainStep, train,
};
use sweep::train::Recipe;

/// The binary's allocator, as tensors of several megabytes come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Spans of a sentence that take part in relations: what the pruner keeps of 24 words.
const KEPT: usize = 12;

/// Turns that the modules take, so that all meet the machine's slow moments.
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("sweep-bench-{}", std::process::id()));
    let measured = measure(&folder);
    fs::remove_dir_all(&folder)?;
    measured
}

fn measure(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut config = DemoConfig::default();
    config.documents.train = 40;
    config.documents.dev = 1;
    let corpus = demo(&config);
    let kept = [
        keep(&corpus, Split::Train, folder)?,
        keep(&corpus, Split::Dev, folder)?,
    ];
    let modules = [
        ModuleKind::Re,
        ModuleKind::EcRe,
        ModuleKind::NerReStar,
        ModuleKind::NerRe,
    ];
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let mut seconds = Vec::new();
        for module in modules {
            let output = folder.join(format!("{}-{round}", seconds.len()));
            seconds.push(epoch(module, &corpus, &kept, &output)?);
        }
        rounds.push(seconds);
    }
    let labels = &corpus.labels;
    println!(
        "{} threads; {} entity types, {} relation types, {KEPT} spans a sentence",
        rayon::current_num_threads(),
        labels.entity_types.len(),
        labels.relation_types.len()
    );
    println!("medians of {ROUNDS} rounds");
    println!("{:<8}{:>18}{:>12}", "", "s an epoch", "/ Re");
    for (index, module) in modules.iter().enumerate() {
        let seconds = median(rounds.iter().map(|round| round[index]).collect());
        let ratio = median(rounds.iter().map(|round| round[index] / round[0]).collect());
        println!("{:<8}{seconds:>18.2}{ratio:>12.2}", module.name());
    }
    Ok(())
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Writes predictions that keep the first spans of every sentence, as a pruner's step
/// would, and gives their folder.
fn keep(corpus: &Corpus, split: Split, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let documents = corpus.split(split);
    let sentence = |sentence: &Sentence| {
        let words = sentence.tokens.len();
        let spans = (1..=words).flat_map(|width| {
            (0..=words - width).map(move |start| Span {
                start,
                end: start + width - 1,
            })
        });
        Extraction {
            spans: spans.take(KEPT).collect(),
            ..Extraction::default()
        }
    };
    let predictions: Vec<Prediction> = documents
        .iter()
        .map(|document| Prediction {
            key: document.key.clone(),
            sentences: document.sentences.iter().map(sentence).collect(),
        })
        .collect();
    let folder = folder.join(split.name());
    fs::create_dir_all(&folder)?;
    let file = BufWriter::new(File::create(folder.join("predictions.jsonl"))?);
    write_predictions(file, documents, &predictions)?;
    Ok(folder)
}

/// Seconds that one epoch of training takes, without the evaluation after it.
fn epoch(
    module: ModuleKind,
    corpus: &Corpus,
    kept: &[PathBuf],
    output: &Path,
) -> Result<f64, Box<dyn Error>> {
    fs::create_dir_all(output)?;
    let joint = matches!(module, ModuleKind::NerRe | ModuleKind::NerReStar);
    let step = TrainStep {
        module,
        corpus: CorpusIdentity {
            hash: corpus.content_hash(),
            symmetric: corpus.labels.symmetric.clone(),
        },
        encoder: EncoderIdentity {
            hash: None,
            keep_layers: None,
            freeze: Freeze::None,
            frozen_layers: 0,
            // The shape of MiniLM-L6.
            scratch: ScratchConfig {
                layers: 6,
                hidden: 384,
                heads: 12,
                intermediate: 1536,
                ..ScratchConfig::default()
            },
        },
        jointere: JointEreConfig::default(),
        pruner: PrunerConfig::default(),
        mfvi: MeanFieldConfig::default(),
        train: Recipe {
            epochs: 1,
            ..Recipe::default()
        },
        seed: 0,
    };
    let inputs = Inputs {
        model: None,
        steps: if joint { kept } else { &[] },
    };
    let device = Device::flex().autodiff();
    let trained = train(&step, corpus, inputs, &device, output, |_| {})?;
    Ok(trained.best.train_seconds)
}
