//! How long BERT takes forward and for a training step on the CPU, next to PyTorch.
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
use sweep::encoder::{Encoder, Noise, Scheme, ScratchConfig, TokenBatch, Transformer, initialise};
use sweep::train::{Recipe, Schedule, fit};

/// The binary's allocator, as tensors of several megabytes come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const VOCABULARY: usize = 30_522;
const HIDDEN: usize = 384;
const CLASSES: usize = 16;
const SEQUENCES: usize = 16;
const PIECES: usize = 128;

/// Measured after one iteration that is not.
const ITERATIONS: usize = 5;

/// Turns that ours and PyTorch take, so that both meet the machine's slow moments.
const ROUNDS: usize = 3;

/// Medians of one turn, in milliseconds.
#[derive(Clone, Copy, serde::Deserialize)]
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

impl Classifier {
    fn new(device: &Device) -> Self {
        let shape = ScratchConfig {
            layers: 6,
            hidden: HIDDEN,
            heads: 12,
            intermediate: 1536,
            positions: 512,
            dropout: 0.1,
            minimum_count: 1,
        };
        let model = Self {
            encoder: shape.bert(VOCABULARY).init(device),
            head: LinearConfig::new(HIDDEN, CLASSES).init(device),
        };
        initialise(model, 1, Scheme::Normal(0.02), &|_| true)
    }

    /// Scores of every piece, (batch · pieces) × classes.
    fn scores(&self, batch: &TokenBatch, noise: Option<&Noise>) -> Tensor<2> {
        let states = self.encoder.forward(batch, noise);
        self.head
            .forward(states)
            .reshape([SEQUENCES * PIECES, CLASSES])
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let threads = rayon::current_num_threads();
    let python = std::env::var_os("SWEEP_BENCH_PYTHON");
    println!(
        "BERT 6 x {HIDDEN}, {VOCABULARY} pieces, batch {SEQUENCES} x {PIECES}, {threads} threads; \
         median of {ITERATIONS} in ms"
    );
    let Some(python) = python else {
        let medians = ours()?;
        row("sweep", medians);
        return Ok(());
    };
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let (own, other) = (ours()?, pytorch(Path::new(&python), threads)?);
        row("sweep", own);
        row("PyTorch", other);
        ratios.push((
            own.forward_ms / other.forward_ms,
            own.training_ms / other.training_ms,
        ));
    }
    println!(
        "sweep / PyTorch, median of {ROUNDS} rounds: forward {:.2}, training step {:.2}",
        median(ratios.iter().map(|ratio| ratio.0).collect()),
        median(ratios.iter().map(|ratio| ratio.1).collect()),
    );
    Ok(())
}

fn row(name: &str, medians: Medians) {
    println!(
        "{name:<8} forward {:8.1}   training step {:8.1}",
        medians.forward_ms, medians.training_ms
    );
}

fn ours() -> Result<Medians, Box<dyn Error>> {
    Ok(Medians {
        forward_ms: forward(),
        training_ms: training()?,
    })
}

/// Piece ids that are all over the vocabulary.
fn batch(device: &Device) -> TokenBatch {
    let ids: Vec<u32> = (0..SEQUENCES * PIECES)
        .map(|index| ((index * 7919 + 13) % VOCABULARY) as u32)
        .collect();
    let rows: Vec<&[u32]> = ids.chunks(PIECES).collect();
    TokenBatch::new(&rows, 0, device)
}

/// Without gradients and without dropout.
fn forward() -> f64 {
    let device = Device::flex();
    let model = Classifier::new(&device);
    let batch = batch(&device);
    let mut times = Vec::new();
    for _ in 0..=ITERATIONS {
        let start = Instant::now();
        std::hint::black_box(model.scores(&batch, None).into_data());
        times.push(milliseconds(start, Instant::now()));
    }
    median(times.split_off(1))
}

/// Steps of the training loop itself: from the start of one loss to the start of the
/// next lie dropout, both passes and the optimiser.
fn training() -> Result<f64, Box<dyn Error>> {
    let device = Device::flex().autodiff();
    let model = Classifier::new(&device);
    let batch = batch(&device);
    let classes: Vec<i32> = (0..SEQUENCES * PIECES)
        .map(|index| (index * 31 % CLASSES) as i32)
        .collect();
    let shape = [SEQUENCES * PIECES, 1];
    let targets = Tensor::<2, Int>::from_data(TensorData::new(classes, shape), &device);
    let recipe = Recipe {
        epochs: 1,
        batch: SEQUENCES,
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
    let lengths = vec![PIECES; SEQUENCES * (ITERATIONS + 2)];
    let mut starts = Vec::new();
    fit(
        model,
        &lengths,
        &recipe,
        1,
        |model: &Classifier, _, noise| {
            starts.push(Instant::now());
            let logarithms = activation::log_softmax(model.scores(&batch, Some(noise)), 1);
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

/// The same by `bert.py`, in a process of its own.
fn pytorch(python: &Path, threads: usize) -> Result<Medians, Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/bert.py");
    let output = Command::new(python)
        .arg(script)
        .args([threads.to_string(), ITERATIONS.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("SWEEP_BENCH_PYTHON = {}: {error}", python.display()))?;
    if !output.status.success() {
        return Err(format!("{} bert.py failed: {}", python.display(), output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
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
