//! How long every architecture takes forward and for a training step on the CPU, next
//! to transformers on PyTorch.
//!
//! `README.md` beside this file says what is compared and how to run it.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sweep::encoder::{Architecture, Encoder, Noise, Scheme, TokenBatch, Transformer, initialise};
use sweep::train::{Recipe, Schedule, fit};

/// The binary's allocator, as tensors of several megabytes come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CLASSES: usize = 16;
const PIECES: usize = 128;

/// Turns that ours and transformers take, so that both meet the machine's slow moments.
const ROUNDS: usize = 3;

/// Says in the environment of a process that it takes one turn with this case, as JSON.
const TURN: &str = "SWEEP_BENCH_TURN";

/// An encoder and how much of it is timed.
#[derive(Serialize, Deserialize)]
struct Case {
    /// Its `config.json`.
    settings: Value,
    sequences: usize,
    /// Measured after one iteration that is not.
    iterations: usize,
}

/// Medians of one turn, in milliseconds.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Medians {
    forward_ms: f64,
    training_ms: f64,
}

/// An encoder that classifies every piece. The optimiser knows the encoder by its
/// field's name.
#[derive(Module, Debug)]
struct Classifier {
    encoder: Encoder,
    head: Linear,
}

fn main() -> Result<(), Box<dyn Error>> {
    let threads = rayon::current_num_threads();
    let python = std::env::var_os("SWEEP_BENCH_PYTHON");
    if let Some(settings) = std::env::var_os(TURN) {
        let case: Case = serde_json::from_str(&settings.to_string_lossy())?;
        println!("{}", serde_json::to_string(&case.turn()?)?);
        return Ok(());
    }
    // Cargo hands every bench a flag of its own.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let cases = cases();
    let names: Vec<&str> = cases.iter().map(Case::name).collect();
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("`{unknown}` is none of {}", names.join(", ")).into());
    }
    for case in &cases {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == case.name()) {
            continue;
        }
        println!(
            "{}, batch {} x {PIECES}, {threads} threads; median of {} in ms",
            case.name(),
            case.sequences,
            case.iterations
        );
        match &python {
            Some(python) => compare(case, Path::new(python), threads)?,
            None => row("sweep", case.ours()?),
        }
    }
    Ok(())
}

/// Encoders of published shapes, all but the decoders and poolers that are not used.
fn cases() -> Vec<Case> {
    let case = |sequences, iterations, settings| Case {
        settings,
        sequences,
        iterations,
    };
    vec![
        // The shape of MiniLM-L6.
        case(
            16,
            5,
            json!({
                "model_type": "bert", "vocab_size": 30_522, "hidden_size": 384,
                "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536,
                "hidden_act": "gelu", "max_position_embeddings": 512, "type_vocab_size": 2,
                "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1,
                "attention_probs_dropout_prob": 0.1, "pad_token_id": 0,
            }),
        ),
        // ALBERT-base v2, which is published without dropout.
        case(
            8,
            3,
            json!({
                "model_type": "albert", "vocab_size": 30_000, "embedding_size": 128,
                "hidden_size": 768, "num_hidden_layers": 12, "num_hidden_groups": 1,
                "inner_group_num": 1, "num_attention_heads": 12, "intermediate_size": 3072,
                "hidden_act": "gelu_new", "max_position_embeddings": 512, "type_vocab_size": 2,
                "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.0,
                "attention_probs_dropout_prob": 0.0, "pad_token_id": 0,
            }),
        ),
        // DeBERTa-v3-xsmall.
        case(
            16,
            5,
            json!({
                "model_type": "deberta-v2", "vocab_size": 128_100, "hidden_size": 384,
                "num_hidden_layers": 12, "num_attention_heads": 6, "intermediate_size": 1536,
                "hidden_act": "gelu", "max_position_embeddings": 512, "type_vocab_size": 0,
                "layer_norm_eps": 1e-7, "hidden_dropout_prob": 0.1,
                "attention_probs_dropout_prob": 0.1, "relative_attention": true,
                "position_buckets": 256, "max_relative_positions": -1,
                "norm_rel_ebd": "layer_norm", "share_att_key": true,
                "pos_att_type": ["p2c", "c2p"], "position_biased_input": false,
                "pad_token_id": 0,
            }),
        ),
        // FLAN-T5-small.
        case(
            16,
            5,
            json!({
                "model_type": "t5", "vocab_size": 32_128, "d_model": 512, "d_kv": 64,
                "d_ff": 1024, "num_layers": 8, "num_heads": 6,
                "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128,
                "dropout_rate": 0.1, "layer_norm_epsilon": 1e-6,
                "feed_forward_proj": "gated-gelu", "pad_token_id": 0,
            }),
        ),
        // BART-base, with dropout on attention as the others have it.
        case(
            8,
            5,
            json!({
                "model_type": "bart", "vocab_size": 50_265, "d_model": 768,
                "encoder_layers": 6, "encoder_attention_heads": 12, "encoder_ffn_dim": 3072,
                "decoder_layers": 1, "activation_function": "gelu",
                "max_position_embeddings": 1024, "scale_embedding": false, "dropout": 0.1,
                "attention_dropout": 0.1, "activation_dropout": 0.1, "pad_token_id": 1,
            }),
        ),
    ]
}

/// Times ours and transformers in turns and prints the ratios.
fn compare(case: &Case, python: &Path, threads: usize) -> Result<(), Box<dyn Error>> {
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let (own, other) = (case.ours()?, case.theirs(python, threads)?);
        row("sweep", own);
        row("transformers", other);
        ratios.push((
            own.forward_ms / other.forward_ms,
            own.training_ms / other.training_ms,
        ));
    }
    println!(
        "sweep / transformers, median of {ROUNDS} rounds: forward {:.2}, training step {:.2}",
        median(ratios.iter().map(|ratio| ratio.0).collect()),
        median(ratios.iter().map(|ratio| ratio.1).collect()),
    );
    Ok(())
}

fn row(name: &str, medians: Medians) {
    println!(
        "{name:<12} forward {:8.1}   training step {:8.1}",
        medians.forward_ms, medians.training_ms
    );
}

impl Case {
    fn name(&self) -> &str {
        self.settings["model_type"].as_str().unwrap_or_default()
    }

    /// One turn in a process of its own, with the environment that `sweep run` gives its
    /// workers.
    fn ours(&self) -> Result<Medians, Box<dyn Error>> {
        let output = Command::new(std::env::current_exe()?)
            .env(TURN, serde_json::to_string(self)?)
            .env("MIMALLOC_PURGE_DELAY", "-1")
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err(format!("a turn of {} failed: {}", self.name(), output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn turn(&self) -> Result<Medians, Box<dyn Error>> {
        Ok(Medians {
            forward_ms: self.forward()?,
            training_ms: self.training()?,
        })
    }

    fn architecture(&self) -> Result<Architecture, Box<dyn Error>> {
        Ok(serde_json::from_value(self.settings.clone())?)
    }

    fn model(&self, device: &Device) -> Result<Classifier, Box<dyn Error>> {
        let architecture = self.architecture()?;
        let model = Classifier {
            encoder: architecture.init(device),
            head: LinearConfig::new(architecture.width(), CLASSES).init(device),
        };
        Ok(initialise(model, 1, Scheme::Normal(0.02), &|_| true))
    }

    /// Piece ids that are all over the vocabulary.
    fn batch(&self, device: &Device) -> Result<TokenBatch, Box<dyn Error>> {
        let vocabulary = self.architecture()?.vocabulary();
        let ids: Vec<u32> = (0..self.sequences * PIECES)
            .map(|index| ((index * 7919 + 13) % vocabulary) as u32)
            .collect();
        let rows: Vec<&[u32]> = ids.chunks(PIECES).collect();
        Ok(TokenBatch::new(&rows, 0, device))
    }

    /// Without gradients and without dropout.
    fn forward(&self) -> Result<f64, Box<dyn Error>> {
        let device = Device::flex();
        let model = self.model(&device)?;
        let batch = self.batch(&device)?;
        let mut times = Vec::new();
        for _ in 0..=self.iterations {
            let start = Instant::now();
            std::hint::black_box(scores(&model, &batch, None).into_data());
            times.push(milliseconds(start, Instant::now()));
        }
        Ok(median(times.split_off(1)))
    }

    /// Steps of the training loop itself: from the start of one loss to the start of the
    /// next lie dropout, both passes and the optimiser.
    fn training(&self) -> Result<f64, Box<dyn Error>> {
        let device = Device::flex().autodiff();
        let model = self.model(&device)?;
        let batch = self.batch(&device)?;
        let classes: Vec<i32> = (0..self.sequences * PIECES)
            .map(|index| (index * 31 % CLASSES) as i32)
            .collect();
        let shape = [self.sequences * PIECES, 1];
        let targets = Tensor::<2, Int>::from_data(TensorData::new(classes, shape), &device);
        let recipe = Recipe {
            epochs: 1,
            batch: self.sequences,
            encoder_rate: 1e-4,
            head_rate: 1e-4,
            warmup: 0.0,
            schedule: Schedule::Constant,
            weight_decay: 0.01,
            decay_all: true,
            clip: 0.0,
            shuffle: false,
            bucket: 0,
            ..Recipe::default()
        };
        // One step more than is measured, whose start ends the last that is.
        let batches: Vec<Vec<usize>> = (0..self.iterations + 2)
            .map(|step| (step * self.sequences..(step + 1) * self.sequences).collect())
            .collect();
        let mut starts = Vec::new();
        fit(
            model,
            |_| batches.clone(),
            &recipe,
            1,
            |model: &Classifier, _, noise| {
                starts.push(Instant::now());
                let logarithms = activation::log_softmax(scores(model, &batch, Some(noise)), 1);
                Ok(Some(logarithms.gather(1, targets.clone()).mean().neg()))
            },
            |_| Ok(0.0),
            |_| (),
        )?;
        let times = starts
            .windows(2)
            .skip(1)
            .map(|pair| milliseconds(pair[0], pair[1]));
        Ok(median(times.collect()))
    }

    /// The same by `encoders.py`, in a process of its own.
    fn theirs(&self, python: &Path, threads: usize) -> Result<Medians, Box<dyn Error>> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/encoders.py");
        let sizes = [threads, self.iterations, self.sequences, PIECES, CLASSES];
        let output = Command::new(python)
            .arg(script)
            .args(sizes.map(|size| size.to_string()))
            .arg(self.settings.to_string())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("SWEEP_BENCH_PYTHON = {}: {error}", python.display()))?;
        if !output.status.success() {
            let python = python.display();
            return Err(format!("{python} encoders.py failed: {}", output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Scores of every piece, (batch · pieces) × classes.
fn scores(model: &Classifier, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<2> {
    let states = model.encoder.forward(batch, noise);
    let [sequences, pieces, _] = states.dims();
    model
        .head
        .forward(states)
        .reshape([sequences * pieces, CLASSES])
}

fn milliseconds(start: Instant, end: Instant) -> f64 {
    (end - start).as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}
