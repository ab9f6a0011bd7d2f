//! How long recurrent layers and the CRF take forward and for both passes on the
//! CPU, next to PyTorch.
//!
//! `README.md` beside this file says what is compared and how to run it.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use sweep::encoder::recurrent::{BiRnn, BiRnnConfig, Cell, CharacterRnn, CharacterRnnConfig, Crf};
use sweep::encoder::{Scheme, initialise};

/// The binary's allocator, as tensors of several megabytes come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 32;
const LONGEST: usize = 50;
const INPUT: usize = 400;
const HIDDEN: usize = 256;
const WORDS: usize = 600;
const CHARACTERS: usize = 80;
const TAGS: usize = 9;

/// Measured after one iteration that is not.
const ITERATIONS: usize = 5;

/// Turns that ours and PyTorch take, so that both meet the machine's slow moments.
const ROUNDS: usize = 3;

/// Medians of one turn in milliseconds, by what is measured.
type Medians = BTreeMap<String, f64>;

fn main() -> Result<(), Box<dyn Error>> {
    let threads = rayon::current_num_threads();
    let python = std::env::var_os("SWEEP_BENCH_PYTHON");
    println!("{threads} threads; medians of {ITERATIONS}, then of {ROUNDS} rounds, in ms");
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let own = ours();
        let other = python
            .as_ref()
            .map(|python| pytorch(Path::new(python), threads))
            .transpose()?;
        rounds.push((own, other.unwrap_or_default()));
    }
    println!("{:<28}{:>9}{:>9}{:>7}", "", "sweep", "PyTorch", "ratio");
    for name in rounds[0].0.keys() {
        let of = |value: &dyn Fn(&(Medians, Medians)) -> Option<f64>| {
            median(rounds.iter().filter_map(value).collect())
        };
        println!(
            "{name:<28}{:>9.2}{:>9.2}{:>7.2}",
            of(&|round| round.0.get(name).copied()),
            of(&|round| round.1.get(name).copied()),
            of(&|round| Some(round.0.get(name)? / round.1.get(name)?)),
        );
    }
    Ok(())
}

fn ours() -> Medians {
    let mut medians = Medians::new();
    for (name, cell) in [("BiLSTM", Cell::Lstm), ("BiGRU", Cell::Gru)] {
        both(&mut medians, name, |device| {
            let rnn = layers(cell, device);
            let input = leaf([BATCH, LONGEST, INPUT], device);
            move || rnn.forward(input.clone(), &lengths(), None).output.sum()
        });
    }
    both(&mut medians, "characters", |device| {
        let rnn = characters(device);
        let words = words();
        move || rnn.forward(&words).sum()
    });
    both(&mut medians, "CRF", |device| {
        let crf = Crf::new(TAGS, device);
        let emissions = leaf([BATCH, LONGEST, TAGS], device);
        let gold: Vec<Vec<usize>> = lengths()
            .iter()
            .map(|length| (0..*length).map(|item| item * 5 % TAGS).collect())
            .collect();
        move || crf.log_likelihood(emissions.clone(), &gold).mean().neg()
    });
    let device = Device::flex();
    let crf = Crf::new(TAGS, &device);
    let emissions = leaf([BATCH, LONGEST, TAGS], &device);
    let viterbi = timed(|| {
        std::hint::black_box(crf.decode(emissions.clone(), &lengths(), None));
    });
    medians.insert("Viterbi".to_owned(), viterbi);
    medians
}

/// Times a loss without gradients, and with its backward pass.
fn both<F: Fn() -> Tensor<1>>(medians: &mut Medians, name: &str, build: impl Fn(&Device) -> F) {
    let loss = build(&Device::flex());
    let forward = timed(|| {
        std::hint::black_box(loss().into_data());
    });
    let loss = build(&Device::flex().autodiff());
    let backward = timed(|| {
        std::hint::black_box(loss().backward());
    });
    medians.insert(format!("{name} forward"), forward);
    medians.insert(format!("{name} forward+backward"), backward);
}

fn layers(cell: Cell, device: &Device) -> BiRnn {
    let config = BiRnnConfig {
        cell,
        input: INPUT,
        hidden: HIDDEN,
        layers: 2,
        dropout: 0.0,
    };
    initialise(config.init(device), 1, Scheme::Framework, &|_| true)
}

fn characters(device: &Device) -> CharacterRnn {
    let config = CharacterRnnConfig {
        characters: CHARACTERS,
        embedding: 32,
        cell: Cell::Lstm,
        hidden: 32,
    };
    initialise(config.init(device), 1, Scheme::Framework, &|_| true)
}

/// 5 to 50, unsorted.
fn lengths() -> Vec<usize> {
    (0..BATCH).map(|row| 5 + row * 17 % 46).collect()
}

/// Different words of 1 to 12 characters.
fn words() -> Vec<Vec<u32>> {
    (0..WORDS)
        .map(|word| {
            let characters = 0..1 + word * 7 % 12;
            characters
                .map(move |place| ((word / 12 + place * 31 + word % 12 * 5) % CHARACTERS) as u32)
        })
        .map(Iterator::collect)
        .collect()
}

fn leaf(shape: [usize; 3], device: &Device) -> Tensor<3> {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (0..count)
        .map(|index| (index * 7919 % 2003) as f32 / 1000.0 - 1.0)
        .collect();
    let tensor = Tensor::from_data(TensorData::new(values, shape), device);
    if device.is_autodiff() {
        tensor.require_grad()
    } else {
        tensor
    }
}

/// Median milliseconds, after one call that does not count.
fn timed(action: impl Fn()) -> f64 {
    let mut times = Vec::new();
    for _ in 0..=ITERATIONS {
        let start = Instant::now();
        action();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    median(times.split_off(1))
}

/// The same by `recurrent.py`, in a process of its own.
fn pytorch(python: &Path, threads: usize) -> Result<Medians, Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/recurrent.py");
    let output = Command::new(python)
        .arg(script)
        .args([threads.to_string(), ITERATIONS.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("SWEEP_BENCH_PYTHON = {}: {error}", python.display()))?;
    if !output.status.success() {
        return Err(format!(
            "{} recurrent.py failed: {}",
            python.display(),
            output.status
        )
        .into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
