//! Encoders against hidden states and gradients that an independent program computed in float64.
//!
//! Architectures, shapes, cases and parameters are read from the files: every folder in the folders `encoders`.

use std::collections::HashMap;
use std::path::PathBuf;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData};
use serde_json::Value;
use sweep::encoder::{
    Architecture, Encoder, MarkerGroup, PackedText, TokenBatch, Transformer, load_encoder,
    packed_states,
};

use crate::oracle::{
    Fields, array, cases, difference, floats, folders, index, indexes, items, number, read,
    relative_difference, table, tensor, values,
};

/// Absolute for hidden states; times max(1, |g|) for gradients.
const TOLERANCE: f64 = 1e-4;

/// Between two ways of computing the same states in f32.
const SAME: f64 = 1e-5;

/// A model on a device, with what it should compute.
struct Oracle {
    name: String,
    cases: Value,
    architecture: Architecture,
    encoder: Encoder,
    device: Device,
}

/// The folders of all oracles, ours first.
fn oracles() -> Vec<PathBuf> {
    let mut oracles = Vec::new();
    for root in folders("encoders") {
        let entries = std::fs::read_dir(&root).unwrap();
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        found.retain(|folder| folder.join("cases.json").is_file());
        found.sort();
        assert!(!found.is_empty(), "{} holds no oracle", root.display());
        oracles.append(&mut found);
    }
    oracles
}

/// Calls `check` with every oracle there is.
fn each_oracle(device: &Device, check: impl Fn(&Oracle)) {
    for folder in oracles() {
        let (architecture, encoder) = load_encoder(&folder, None, device).unwrap();
        check(&Oracle {
            name: folder.file_name().unwrap().to_string_lossy().into_owned(),
            cases: read(&folder.join("cases.json")),
            encoder,
            architecture,
            device: device.clone(),
        });
    }
}

fn integers(rows: &[Vec<usize>], device: &Device) -> Tensor<2, Int> {
    let values: Vec<i32> = rows.concat().into_iter().map(|id| id as i32).collect();
    Tensor::from_data(TensorData::new(values, [rows.len(), rows[0].len()]), device)
}

/// Hidden states with their places, so that rows of pieces can be compared.
struct States {
    shape: [usize; 3],
    data: Vec<f64>,
}

impl States {
    fn new(tensor: Tensor<3>) -> Self {
        Self {
            shape: tensor.dims(),
            data: values(tensor),
        }
    }

    fn expected(value: &Value) -> Self {
        let (shape, data) = array(value);
        Self {
            shape: shape.try_into().unwrap(),
            data,
        }
    }

    /// The state of one piece.
    fn at(&self, row: usize, piece: usize) -> &[f64] {
        let [_, pieces, width] = self.shape;
        &self.data[(row * pieces + piece) * width..][..width]
    }
}

/// Compares the states of the pieces that `real` marks and returns the largest difference.
fn compare(name: &str, found: &States, expected: &States, real: &[Vec<usize>]) -> f64 {
    assert_eq!(found.shape, expected.shape, "{name}");
    let mut worst = 0f64;
    for (row, real) in real.iter().enumerate() {
        for piece in (0..real.len()).filter(|piece| real[*piece] == 1) {
            let here = difference(found.at(row, piece), expected.at(row, piece));
            assert!(
                here <= TOLERANCE,
                "{name}: row {row}, piece {piece} is off by {here:e}"
            );
            worst = worst.max(here);
        }
    }
    eprintln!("{name}: states differ by at most {worst:.1e}");
    worst
}

/// The sequences of a case without their padding.
fn sequences(case: &Value) -> Vec<Vec<u32>> {
    let ids = table(&case["input_ids"]);
    let lengths = indexes(&case["lengths"]);
    assert_eq!(ids.len(), lengths.len());
    ids.iter()
        .zip(lengths)
        .map(|(row, length)| row[..length].iter().map(|id| *id as u32).collect())
        .collect()
}

impl Oracle {
    /// The case as a batch, padded by the code under test.
    fn batch(&self, case: &Value) -> TokenBatch {
        let sequences = sequences(case);
        let rows: Vec<&[u32]> = sequences.iter().map(Vec::as_slice).collect();
        let mut batch = TokenBatch::new(&rows, self.architecture.padding(), &self.device);
        let ids: Vec<i32> = batch.ids.clone().into_data().iter::<i32>().collect();
        let expected: Vec<i32> = table(&case["input_ids"])
            .concat()
            .into_iter()
            .map(|id| id as i32)
            .collect();
        assert_eq!(ids, expected, "the file pads as TokenBatch does");
        if case.get("token_type_ids").is_some() {
            let segments = table(&case["token_type_ids"]);
            batch.segments = Some(integers(&segments, &self.device));
        }
        batch
    }

    /// The states of an entry of `packed`.
    fn packed(&self, entry: &Value) -> States {
        let ids = table(&entry["input_ids"]);
        let [rows, columns] = [ids.len(), ids[0].len()];
        let allowed: Vec<f64> = items(&entry["allowed"])
            .iter()
            .flat_map(|row| table(row).concat())
            .map(|seen| seen as f64)
            .collect();
        let batch = TokenBatch {
            ids: integers(&ids, &self.device),
            mask: None,
            segments: None,
            positions: Some(integers(&table(&entry["position_ids"]), &self.device)),
            allowed: Some(floats([rows, columns, columns], &allowed, &self.device)),
        };
        States::new(self.encoder.forward(&batch, None))
    }
}

#[test]
fn oracle_hidden_states() {
    each_oracle(&Device::flex(), |oracle| {
        for case in cases(&oracle.cases) {
            let states = States::new(oracle.encoder.forward(&oracle.batch(case), None));
            let expected = States::expected(&case["last_hidden_state"]);
            let name = case["name"].as_str().unwrap();
            compare(name, &states, &expected, &table(&case["attention_mask"]));
        }
    });
}

#[test]
fn oracle_sequences_alone_and_in_their_batch() {
    each_oracle(&Device::flex(), |oracle| {
        for case in cases(&oracle.cases) {
            let together = States::new(oracle.encoder.forward(&oracle.batch(case), None));
            let mut worst = 0f64;
            for (row, sequence) in sequences(case).iter().enumerate() {
                let padding = oracle.architecture.padding();
                let mut batch = TokenBatch::new(&[sequence], padding, &oracle.device);
                if let Some(segments) = case.get("token_type_ids") {
                    let own = table(segments)[row][..sequence.len()].to_vec();
                    batch.segments = Some(integers(&[own], &oracle.device));
                }
                let alone = States::new(oracle.encoder.forward(&batch, None));
                for piece in 0..sequence.len() {
                    let here = difference(alone.at(0, piece), together.at(row, piece));
                    worst = worst.max(here);
                }
            }
            let name = &case["name"];
            eprintln!("{name}: alone and in the batch differ by at most {worst:.1e}");
            assert!(
                worst <= SAME,
                "{name}: alone and in the batch differ by {worst:e}"
            );
        }
    });
}

#[test]
fn oracle_packed_markers() {
    each_oracle(&Device::flex(), |oracle| {
        let Some(entries) = oracle.cases.get("packed") else {
            return;
        };
        assert!(!items(entries).is_empty());
        for entry in items(entries) {
            let expected = States::expected(&entry["last_hidden_state"]);
            let name = entry["name"].as_str().unwrap();
            compare(
                name,
                &oracle.packed(entry),
                &expected,
                &table(&entry["real"]),
            );
        }
    });
}

#[test]
fn oracle_packed_and_one_pair_per_sequence_agree() {
    each_oracle(&Device::flex(), |oracle| {
        let Some(entries) = oracle.cases.get("packed") else {
            return;
        };
        let [together, apart] = items(entries) else {
            panic!("two layouts are compared");
        };
        let (many, one) = (oracle.packed(together), oracle.packed(apart));
        let texts = items(&together["text_lengths"]);
        let (mut worst, mut sequence) = (0f64, 0);
        for (row, (text, pairs)) in texts.iter().zip(items(&together["pairs"])).enumerate() {
            let (text, pairs) = (index(text), index(pairs));
            let real: usize = table(&together["real"])[row].iter().sum();
            let markers = (real - text) / pairs;
            for pair in 0..pairs {
                // Text first, then this pair's markers, which lie behind those of others.
                let places = (0..text)
                    .map(|piece| (piece, piece))
                    .chain((text..text + markers).map(|piece| (piece + pair * markers, piece)));
                for (packed, single) in places {
                    let here = difference(many.at(row, packed), one.at(sequence, single));
                    worst = worst.max(here);
                }
                sequence += 1;
            }
        }
        assert_eq!(sequence, one.shape[0], "every sequence was compared");
        eprintln!("packed and one pair per sequence differ by at most {worst:.1e}");
        assert!(worst <= SAME, "the layouts differ by {worst:e}");
    });
}

/// The states of the first and the third marker of every group, by the way without padding and by that of training.
#[test]
fn oracle_packed_states_are_those_of_the_markers() {
    let check = |oracle: &Oracle| {
        let Some(entries) = oracle.cases.get("packed") else {
            return;
        };
        for entry in items(entries) {
            let (ids, positions) = (table(&entry["input_ids"]), table(&entry["position_ids"]));
            let expected = States::expected(&entry["last_hidden_state"]);
            let (mut inputs, mut states) = (Vec::new(), Vec::new());
            let sizes = items(&entry["text_lengths"])
                .iter()
                .zip(items(&entry["pairs"]));
            for (row, (text, pairs)) in sizes.enumerate() {
                let (text, pairs) = (index(text), index(pairs));
                let firsts = (0..pairs).map(|pair| text + 4 * pair);
                let markers =
                    |row: &[usize], first| [0, 1, 2, 3].map(|marker| row[first + marker] as u32);
                let group = |first| MarkerGroup {
                    ids: markers(&ids[row], first),
                    positions: markers(&positions[row], first),
                };
                let pieces: Vec<u32> = ids[row][..text].iter().map(|id| *id as u32).collect();
                inputs.push((pieces, firsts.clone().map(group).collect::<Vec<_>>()));
                for first in firsts {
                    states.extend([first, first + 2].map(|piece| expected.at(row, piece)));
                }
            }
            let texts: Vec<PackedText> = inputs
                .iter()
                .map(|(pieces, groups)| PackedText { pieces, groups })
                .collect();
            let padding = oracle.architecture.padding();
            let found = values(packed_states(&oracle.encoder, &texts, padding, None));
            let off = difference(&found, &states.concat());
            eprintln!(
                "{}: states of markers differ by at most {off:.1e}",
                entry["name"]
            );
            assert!(off <= TOLERANCE, "{}: off by {off:e}", entry["name"]);
        }
    };
    each_oracle(&Device::flex(), check);
    each_oracle(&Device::flex().autodiff(), check);
}

/// Gradients by Hugging Face name, rows before columns as PyTorch keeps them.
struct Gradients<'a> {
    architecture: &'a Architecture,
    all: &'a GradientsParams,
    path: Fields,
    found: HashMap<String, (Vec<usize>, Vec<f64>)>,
}

impl Gradients<'_> {
    fn hugging_face_name(&self) -> String {
        let mut path = self.path.names.clone();
        let last = path.last_mut().unwrap();
        match last.as_str() {
            "gamma" => "weight".clone_into(last),
            "beta" => "bias".clone_into(last),
            _ => {}
        }
        self.architecture.tensor_name(&path.join("."))
    }
}

impl ModuleVisitor for Gradients<'_> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(mut gradient) = self.all.get::<D>(param.id) else {
            return;
        };
        if self.path.in_linear() && D == 2 {
            gradient = gradient.swap_dims(0, 1);
        }
        let shape = gradient.dims().to_vec();
        self.found
            .insert(self.hugging_face_name(), (shape, values(gradient)));
    }
}

#[test]
fn oracle_gradients() {
    each_oracle(&Device::flex().autodiff(), |oracle| {
        let expected = &oracle.cases["gradient"];
        let case = cases(&oracle.cases)
            .iter()
            .find(|case| case["name"] == expected["case"])
            .expect("the gradient's case");
        let weight: Tensor<3> = tensor(&expected["weight"], &oracle.device);
        let loss = (oracle.encoder.forward(&oracle.batch(case), None) * weight).sum();
        let found = f64::from(loss.clone().into_scalar::<f32>());
        let off = relative_difference(&[found], &[number(&expected["loss"])]);
        eprintln!("loss differs by {off:.1e}");
        assert!(off <= TOLERANCE, "the loss {found} is off by {off:e}");

        let gradients = GradientsParams::from_grads(loss.backward(), &oracle.encoder);
        let mut visitor = Gradients {
            architecture: &oracle.architecture,
            all: &gradients,
            path: Fields::default(),
            found: HashMap::new(),
        };
        oracle.encoder.visit(&mut visitor);
        let parameters = expected["parameters"].as_object().unwrap();
        assert!(!parameters.is_empty());
        let mut worst = 0f64;
        for (name, value) in parameters {
            let (shape, expected) = array(value);
            let (found_shape, found) = visitor
                .found
                .get(name)
                .unwrap_or_else(|| panic!("{name} has no gradient"));
            assert_eq!(*found_shape, shape, "{name}");
            let off = relative_difference(found, &expected);
            assert!(off <= TOLERANCE, "{name} is off by {off:e}");
            worst = worst.max(off);
        }
        eprintln!(
            "{} gradients differ by at most {worst:.1e} of max(1, |g|)",
            parameters.len()
        );
    });
}

/// Two groups of markers behind one text, in one sequence and in two. A marker may look at the text and at its own
/// group, and has the position of a piece of the text; every architecture has to give it the same state.
#[test]
fn oracle_models_give_packed_markers_the_states_they_have_alone() {
    const TEXT: usize = 6;
    let groups = [[1, 4], [3, 3]];
    let device = Device::flex();
    each_oracle(&device, |oracle| {
        let piece = |index: usize| 4 + (index * 7) % (oracle.architecture.vocabulary() - 4);
        let states = |groups: &[[usize; 2]]| {
            let length = TEXT + 2 * groups.len();
            let ids: Vec<usize> = (0..TEXT)
                .map(piece)
                .chain(groups.iter().flatten().map(|place| piece(100 + place)))
                .collect();
            let positions: Vec<usize> = (0..TEXT).chain(groups.iter().flatten().copied()).collect();
            let group = |piece: usize| (piece >= TEXT).then(|| (piece - TEXT) / 2);
            let allowed: Vec<f64> = (0..length * length)
                .map(|cell| (cell / length, cell % length))
                .map(|(from, to)| f64::from(group(to).is_none() || group(to) == group(from)))
                .collect();
            let batch = TokenBatch {
                ids: integers(&[ids], &device),
                mask: None,
                segments: None,
                positions: Some(integers(&[positions], &device)),
                allowed: Some(floats([1, length, length], &allowed, &device)),
            };
            States::new(oracle.encoder.forward(&batch, None))
        };
        let packed = states(&groups);
        for (index, group) in groups.iter().enumerate() {
            let alone = states(&[*group]);
            let mut off = 0f64;
            for piece in 0..TEXT {
                off = off.max(relative_difference(alone.at(0, piece), packed.at(0, piece)));
            }
            for marker in TEXT..TEXT + 2 {
                let own = alone.at(0, marker);
                off = off.max(relative_difference(own, packed.at(0, marker + 2 * index)));
            }
            assert!(
                off <= SAME,
                "{}: group {index} is off by {off:e}",
                oracle.name
            );
        }
        let moved = states(&[[0, 5], groups[1]]);
        let off = relative_difference(moved.at(0, TEXT), packed.at(0, TEXT));
        assert!(off > SAME, "{}: positions play no part", oracle.name);
    });
}
