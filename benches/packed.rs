//! How many sentences a second relations of all pairs take, with one sequence a pair and
//! with pairs packed behind their text, over the same encoder.
//!
//! `README.md` beside this file says what is compared and how to run it.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use burn::tensor::{Device, Tensor};
use serde_json::json;
use sweep::corpus::{CorpusConfig, Document, Span};
use sweep::encoder::{
    Architecture, Encoder, EncoderConfig, MarkerGroup, Noise, PackedText, Scheme, TokenBatch,
    Transformer, WordPieces, initialise, locate_model, open_encoder, packed_states, split_groups,
};
use sweep::systems::pure::context;

/// The binary's allocator, as tensors of several megabytes come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Says in the environment of a process that it has the environment of a worker.
const TURN: &str = "SWEEP_BENCH_TURN";

/// Turns that the ways take, so that all meet the machine's slow moments.
const ROUNDS: usize = 3;

const VOCABULARY: usize = 30_522;

/// Sequences in a batch.
const BATCH: usize = 32;

/// Words of context, and the length that sequences are padded to in the release.
const SETTINGS: [(&str, usize, usize); 2] = [
    ("sentences alone", 0, 128),
    ("100 words of context", 100, 228),
];

/// One sentence of so many is taken, so that a round does not last half an hour.
const EVERY: usize = 10;

/// The longest packed sequence.
const LIMIT: usize = 250;

/// Of 55 sentences, how many have 0, 1, 2, … entities: a tenth of SciERC's test split,
/// where the ordered pairs of different entities are 9.2 a sentence.
const ENTITIES: [usize; 9] = [2, 8, 11, 15, 9, 5, 3, 1, 1];

/// Lengths of sentences of that split in words, every 25th in their order; what is longer
/// than the last is rare.
const WORDS: [usize; 23] = [
    5, 11, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 32, 35, 37, 43, 50,
];

/// The pieces of a word, on average.
const PIECES_PER_WORD: f64 = 1.28;

/// A sentence with its context.
struct Sentence {
    pieces: Vec<u32>,
    groups: Vec<MarkerGroup>,
}

/// How sentences are given to the encoder.
#[derive(Clone, Copy)]
enum Way {
    /// A sequence a pair in their order, all padded to the same length.
    Released { length: usize },
    /// A sequence a pair, sorted by length and padded to the longest of the batch.
    Sorted,
    /// Pairs packed behind their text up to the limit, sorted and padded, with permissions
    /// for every pair of pieces.
    Rectangle,
    /// All pairs packed behind their text, without padding.
    Packed,
}

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::var_os(TURN).is_none() {
        let status = Command::new(std::env::current_exe()?)
            .env(TURN, "1")
            .env("MIMALLOC_PURGE_DELAY", "-1")
            .status()?;
        return if status.success() {
            Ok(())
        } else {
            Err(format!("the measuring process failed: {status}").into())
        };
    }
    println!(
        "{} threads; medians of {ROUNDS} rounds",
        rayon::current_num_threads()
    );
    match published()? {
        Some((encoder, pieces, documents)) => {
            println!("SciERC's test split, every {EVERY}th sentence; minilm-l6");
            for (name, context, length) in SETTINGS {
                let sentences = annotated(&documents, context, length, &pieces)?;
                compare(name, &encoder, &sentences, length)?;
            }
        }
        None => println!(
            "without SciERC (SWEEP_DATA) and minilm-l6 (SWEEP_MODELS), on made-up sentences alone"
        ),
    }
    // The shape of MiniLM-L6.
    let architecture: Architecture = serde_json::from_value(json!({
        "model_type": "bert", "vocab_size": VOCABULARY, "hidden_size": 384,
        "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }))?;
    let encoder = initialise(
        architecture.init(&Device::flex()),
        1,
        Scheme::Normal(0.02),
        &|_| true,
    );
    println!("\nmade-up sentences; random weights");
    for (name, context, length) in SETTINGS {
        compare(name, &encoder, &sentences(context, length), length)?;
    }
    Ok(())
}

/// An encoder, its tokenizer and documents.
type Published = (Encoder, WordPieces, Vec<Document>);

/// The encoder, its tokenizer and the documents that the published ratio is about, if all
/// of them are there.
fn published() -> Result<Option<Published>, Box<dyn Error>> {
    let config = CorpusConfig {
        name: "scierc".to_owned(),
        ..CorpusConfig::default()
    };
    let data = std::env::var_os("SWEEP_DATA").unwrap_or_else(|| "data".into());
    let Ok(corpus) = config.load(Path::new(&data)) else {
        return Ok(None);
    };
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/sweep-models"));
    let told = std::env::var_os("SWEEP_MODELS").map(PathBuf::from);
    let places: Vec<PathBuf> = told.into_iter().chain(home).collect();
    let config = EncoderConfig {
        name: "minilm-l6".to_owned(),
        ..EncoderConfig::default()
    };
    let Ok(folder) = locate_model(&config, &places) else {
        return Ok(None);
    };
    let (pieces, _, encoder) = open_encoder(&folder.path, None, &Device::flex())?;
    Ok(Some((encoder, pieces, corpus.test)))
}

/// Sentences of documents with all ordered pairs of their annotated entities.
fn annotated(
    documents: &[Document],
    window: usize,
    longest: usize,
    pieces: &WordPieces,
) -> Result<Vec<Sentence>, Box<dyn Error>> {
    let mut found = Vec::new();
    let places = documents.iter().flat_map(|document| {
        (0..document.sentences.len()).map(move |sentence| (document, sentence))
    });
    for (document, index) in places.step_by(EVERY) {
        let text = context(document, index, window);
        let encoded = pieces.encode(&text.words)?;
        let own = &document.sentences[index];
        let spans: Vec<Span> = own.entities.iter().map(|entity| entity.span).collect();
        let first = |span: &Span| encoded.first[text.offset + span.start] as u32;
        let last = |span: &Span| encoded.last[text.offset + span.end] as u32;
        let pairs = spans.iter().enumerate().flat_map(|(subject, _)| {
            (0..spans.len())
                .filter(move |object| *object != subject)
                .map(move |object| (subject, object))
        });
        let group = |(subject, object): (usize, usize)| MarkerGroup {
            ids: [1, 2, 3, 4],
            positions: [
                first(&spans[subject]),
                last(&spans[subject]),
                first(&spans[object]),
                last(&spans[object]),
            ],
        };
        let groups = pairs.map(group).collect();
        let mut ids = encoded.ids.clone();
        // The release cuts what is longer.
        ids.truncate(longest - 4);
        found.push(Sentence {
            pieces: ids,
            groups,
        });
    }
    Ok(found)
}

/// Times all ways in turns and prints their rates.
fn compare(
    name: &str,
    encoder: &Encoder,
    sentences: &[Sentence],
    length: usize,
) -> Result<(), Box<dyn Error>> {
    let ways = [
        Way::Released { length },
        Way::Sorted,
        Way::Rectangle,
        Way::Packed,
    ];
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut seconds = Vec::new();
        for way in ways {
            // The fast ways go several times, so that a moment counts as little for them.
            let times = way.times();
            let start = Instant::now();
            for _ in 0..times {
                way.run(encoder, sentences)?;
            }
            seconds.push(start.elapsed().as_secs_f64() / f64::from(times));
        }
        rounds.push(seconds);
    }
    let pairs: usize = sentences.iter().map(|sentence| sentence.groups.len()).sum();
    let pieces: usize = sentences.iter().map(|sentence| sentence.pieces.len()).sum();
    println!(
        "\n{name}: {} sentences of {:.0} pieces on average, {pairs} pairs",
        sentences.len(),
        pieces as f64 / sentences.len() as f64
    );
    println!(
        "{:<34}{:>14}{:>12}{:>10}",
        "", "sentences/s", "/ released", "rows"
    );
    for (index, way) in ways.iter().enumerate() {
        let seconds = median(rounds.iter().map(|round| round[index]).collect());
        let ratio = median(rounds.iter().map(|round| round[0] / round[index]).collect());
        println!(
            "{:<34}{:>14.1}{ratio:>12.2}{:>10}",
            way.name(),
            sentences.len() as f64 / seconds,
            way.rows(sentences)?
        );
    }
    Ok(())
}

impl Way {
    fn name(self) -> String {
        match self {
            Self::Released { length } => format!("a sequence a pair, padded to {length}"),
            Self::Sorted => "the same sorted by length".to_owned(),
            Self::Rectangle => "packed to 250, sorted and padded".to_owned(),
            Self::Packed => "packed without padding".to_owned(),
        }
    }

    fn times(self) -> u32 {
        match self {
            Self::Released { .. } | Self::Sorted => 1,
            Self::Rectangle => 2,
            Self::Packed => 5,
        }
    }

    /// Computes the states of every pair.
    fn run(self, encoder: &Encoder, sentences: &[Sentence]) -> Result<(), Box<dyn Error>> {
        for batch in self.batches(sentences)?.chunks(BATCH) {
            let states = match self {
                Self::Released { length } => one_a_pair(encoder, batch, Some(length)),
                Self::Sorted => one_a_pair(encoder, batch, None),
                // What trains goes the general way; here it has nothing to drop.
                Self::Rectangle => packed_states(encoder, batch, 0, Some(&Noise::new(0, 0))),
                Self::Packed => packed_states(encoder, batch, 0, None),
            };
            std::hint::black_box(states.into_data());
        }
        Ok(())
    }

    /// The sequences in their order.
    fn batches(self, sentences: &[Sentence]) -> Result<Vec<PackedText<'_>>, Box<dyn Error>> {
        let mut sequences = Vec::new();
        for Sentence { pieces, groups } in sentences {
            let parts = match self {
                Self::Released { .. } | Self::Sorted => {
                    (0..groups.len()).map(|pair| pair..pair + 1).collect()
                }
                Self::Rectangle => split_groups(pieces.len(), groups.len(), LIMIT)?,
                Self::Packed => split_groups(pieces.len(), groups.len(), usize::MAX)?,
            };
            sequences.extend(parts.into_iter().map(|part| PackedText {
                pieces,
                groups: &groups[part],
            }));
        }
        if !matches!(self, Self::Released { .. }) {
            sequences.sort_by_key(length);
        }
        Ok(sequences)
    }

    /// Rows of states that a layer computes, padding included.
    fn rows(self, sentences: &[Sentence]) -> Result<usize, Box<dyn Error>> {
        let batches = self.batches(sentences)?;
        let rows = |batch: &[PackedText]| match self {
            Self::Released { length } => batch.len() * length,
            Self::Sorted | Self::Rectangle => {
                batch.len() * batch.iter().map(length).max().unwrap_or(0)
            }
            Self::Packed => batch.iter().map(length).sum(),
        };
        Ok(batches.chunks(BATCH).map(rows).sum())
    }
}

/// Pieces with all markers behind them.
fn length(text: &PackedText) -> usize {
    text.pieces.len() + 4 * text.groups.len()
}

/// The states of two pieces of a sequence a pair. Where its markers stand among the pieces
/// makes no difference to the time.
fn one_a_pair(encoder: &Encoder, batch: &[PackedText], padded: Option<usize>) -> Tensor<2> {
    let mut sequences: Vec<Vec<u32>> = Vec::new();
    for text in batch {
        let markers = text.groups.iter().flat_map(|group| group.ids);
        sequences.push(text.pieces.iter().copied().chain(markers).collect());
    }
    let rows = sequences.len();
    // A sequence of the whole length gives the rectangle its width and is left out of it.
    let whole = vec![0; padded.unwrap_or(0)];
    sequences.push(whole);
    let sequences: Vec<&[u32]> = sequences.iter().map(Vec::as_slice).collect();
    let batch = TokenBatch::new(&sequences, 0, &Device::flex());
    let batch = TokenBatch {
        ids: batch.ids.narrow(0, 0, rows),
        mask: batch.mask.map(|mask| mask.narrow(0, 0, rows)),
        ..batch
    };
    let states = encoder.forward(&batch, None);
    let [rows, _, width] = states.dims();
    states.narrow(1, 0, 2).reshape([rows, 2 * width])
}

/// Sentences with ids from all over the vocabulary, and all ordered pairs of entities.
fn sentences(context: usize, longest: usize) -> Vec<Sentence> {
    let entities = ENTITIES.iter().enumerate();
    let entities = entities.flat_map(|(entities, count)| vec![entities as u32; *count]);
    entities
        .enumerate()
        .map(|(sentence, entities)| {
            let words = WORDS[(7 * sentence + 3) % WORDS.len()].max(context);
            let pieces = (words as f64 * PIECES_PER_WORD) as usize + 2;
            let pieces = pieces.min(longest - 4);
            let piece = |index: usize| ((sentence * 977 + index * 7919 + 13) % VOCABULARY) as u32;
            let place = |entity: u32| 1 + (entity * 5) % (pieces as u32 - 2);
            let pairs = (0..entities)
                .flat_map(|subject| (0..entities).map(move |object| (subject, object)))
                .filter(|(subject, object)| subject != object);
            let group = |(subject, object)| MarkerGroup {
                ids: [1, 2, 3, 4],
                positions: [place(subject), place(subject), place(object), place(object)],
            };
            Sentence {
                pieces: (0..pieces).map(piece).collect(),
                groups: pairs.map(group).collect(),
            }
        })
        .collect()
}

/// The middle one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
