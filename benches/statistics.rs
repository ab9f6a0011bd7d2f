//! How fast documents are exchanged next to NumPy, and how often the tests find a difference where there is none.
//!
//! `README.md` beside this file says what is compared and how to run it.
#![allow(clippy::print_stdout)]

mod type_one;

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::Deserialize;
use sweep::stats::{Averaging, Counts, RunCounts, document_randomisation};

const DOCUMENTS: usize = 500;
const RUNS: usize = 5;
const DRAWS: u64 = 100_000;

/// Measured in a turn after one that is not.
const ITERATIONS: usize = 5;

/// Turns that ours and NumPy take, so that both meet the machine's slow moments.
const TURNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo hands every bench a flag of its own.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    match wanted.first().map(String::as_str) {
        None | Some("randomisation") => randomisation(),
        Some("type-one") => type_one::run(),
        Some(other) => Err(format!("`{other}` is neither randomisation nor type-one").into()),
    }
}

/// Times exchanges of documents, in turns with NumPy where there is one.
fn randomisation() -> Result<(), Box<dyn Error>> {
    let threads = rayon::current_num_threads();
    let python = std::env::var_os("SWEEP_BENCH_PYTHON");
    println!(
        "{DRAWS} randomisations of {DOCUMENTS} documents x {RUNS} runs, {threads} threads; median ms of {ITERATIONS}"
    );
    let systems = [system(1), system(2)];
    let mut rounds = Vec::new();
    for _ in 0..TURNS {
        let own = ours(&systems)?;
        println!("sweep {own:8.2}");
        let Some(python) = &python else { continue };
        let other = theirs(Path::new(python), threads, &systems)?;
        println!(
            "NumPy {:8.2} with packed bits and single precision, {:8.2} as one writes it; p {:.3}",
            other.packed, other.plain, other.p
        );
        rounds.push((other.packed / own, other.plain / own));
    }
    if !rounds.is_empty() {
        println!(
            "NumPy / sweep, median of {TURNS} turns: {:.0} with packed bits, {:.0} as one writes it",
            median(rounds.iter().map(|round| round.0).collect()),
            median(rounds.iter().map(|round| round.1).collect()),
        );
    }
    Ok(())
}

/// A system whose documents have 4 to 12 gold items, as many predicted or one more or less, and any of them right.
fn system(seed: u64) -> RunCounts {
    let mut gold = ChaCha8Rng::seed_from_u64(0);
    let gold: Vec<u64> = (0..DOCUMENTS).map(|_| 4 + gold.next_u64() % 9).collect();
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut counts = |gold: u64| {
        let predicted = gold - 1 + dice.next_u64() % 3;
        Counts::new(dice.next_u64() % (gold.min(predicted) + 1), predicted, gold)
    };
    let runs = (0..RUNS).map(|_| gold.iter().map(|&gold| counts(gold)).collect());
    let runs: Vec<Vec<Counts>> = runs.collect();
    let names = (0..DOCUMENTS).map(|document| document.to_string());
    match RunCounts::new(names.collect(), runs) {
        Ok(system) => system,
        Err(error) => unreachable!("{error}"),
    }
}

/// Median milliseconds of one turn.
fn ours([first, second]: &[RunCounts; 2]) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::new();
    for seed in 0..=ITERATIONS as u64 {
        let start = Instant::now();
        let test = document_randomisation(first, second, Averaging::MeanOfRuns, DRAWS, seed)?;
        std::hint::black_box(test);
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times.split_off(1)))
}

/// What `statistics.py` prints: median milliseconds, and the p-value.
#[derive(Deserialize)]
struct NumPy {
    packed: f64,
    plain: f64,
    p: f64,
}

/// The same by `statistics.py`, in a process of its own.
fn theirs(
    python: &Path,
    threads: usize,
    systems: &[RunCounts; 2],
) -> Result<NumPy, Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/statistics.py");
    let mut child = Command::new(python)
        .arg(script)
        .args([
            threads.to_string(),
            ITERATIONS.to_string(),
            DRAWS.to_string(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("SWEEP_BENCH_PYTHON = {}: {error}", python.display()))?;
    let plain = systems.each_ref().map(|system| {
        let run = |run: &Vec<Counts>| -> Vec<[u64; 3]> {
            let counts = run.iter();
            counts
                .map(|one| [one.correct, one.predicted, one.gold])
                .collect()
        };
        system.runs().iter().map(run).collect::<Vec<_>>()
    });
    if let Some(mut input) = child.stdin.take() {
        input.write_all(serde_json::to_string(&plain)?.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let python = python.display();
        return Err(format!("{python} statistics.py failed: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
