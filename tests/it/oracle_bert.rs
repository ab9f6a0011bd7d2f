//! BERT against hidden states and gradients that an independent program computed in float64.
//!
//! Shapes, cases and parameters are read from the files. `tests/oracles/encoders/bert` is ours; a set of someone
//! else's can be named by `SWEEP_ORACLES`, the folder that holds `encoders`.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::Value;
use sweep::encoder::{Bert, BertConfig, TokenBatch, load_bert};

/// Absolute for hidden states; times max(1, |g|) for gradients.
const TOLERANCE: f64 = 1e-4;

/// Between two ways of computing the same states in f32.
const SAME: f64 = 1e-5;

/// A weights file in memory: type, shape and bytes by name.
type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn our_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/encoders/bert")
}

/// A model on a device, with what it should compute.
struct Oracle {
    cases: Value,
    config: BertConfig,
    bert: Bert,
    device: Device,
}

/// Calls `check` with the oracle of every folder there is.
fn each_oracle(device: &Device, check: impl Fn(&Oracle)) {
    let named =
        std::env::var_os("SWEEP_ORACLES").map(|root| PathBuf::from(root).join("encoders/bert"));
    for folder in std::iter::once(our_folder()).chain(named) {
        if !folder.is_dir() {
            eprintln!("skipped: there is no folder {}", folder.display());
            continue;
        }
        eprintln!("checking {}", folder.display());
        let text = std::fs::read_to_string(folder.join("cases.json")).unwrap();
        let (config, bert) = load_bert(&folder, device).unwrap();
        check(&Oracle {
            cases: serde_json::from_str(&text).unwrap(),
            config,
            bert,
            device: device.clone(),
        });
    }
}

fn list(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("not a list: {value}"))
}

fn whole(value: &Value) -> usize {
    let number = value
        .as_u64()
        .unwrap_or_else(|| panic!("not a whole number: {value}"));
    usize::try_from(number).unwrap()
}

/// A table of whole numbers, row by row.
fn table(value: &Value) -> Vec<Vec<usize>> {
    list(value)
        .iter()
        .map(|row| list(row).iter().map(whole).collect())
        .collect()
}

/// `{"shape": …, "data": …}`.
fn array(value: &Value) -> (Vec<usize>, Vec<f64>) {
    let shape: Vec<usize> = list(&value["shape"]).iter().map(whole).collect();
    let data: Vec<f64> = list(&value["data"])
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect();
    assert_eq!(data.len(), shape.iter().product::<usize>());
    (shape, data)
}

fn integers(rows: &[Vec<usize>], device: &Device) -> Tensor<2, Int> {
    let values: Vec<i32> = rows.concat().into_iter().map(|id| id as i32).collect();
    Tensor::from_data(TensorData::new(values, [rows.len(), rows[0].len()]), device)
}

fn floats<const D: usize>(shape: [usize; D], values: &[f64], device: &Device) -> Tensor<D> {
    let values: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    let values: Vec<f32> = tensor.into_data().try_into_vec().unwrap();
    values.into_iter().map(f64::from).collect()
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

/// Largest difference between two lists; the tolerance of a value `v` is multiplied by
/// max(1, |v|) where `relative`.
fn difference(found: &[f64], expected: &[f64], relative: bool) -> f64 {
    assert_eq!(found.len(), expected.len());
    found
        .iter()
        .zip(expected)
        .map(|(found, expected)| {
            assert!(found.is_finite(), "{found}");
            let scale = if relative {
                expected.abs().max(1.0)
            } else {
                1.0
            };
            (found - expected).abs() / scale
        })
        .fold(0.0, f64::max)
}

/// Compares the states of the pieces that `real` marks and returns the largest difference.
fn compare(name: &str, found: &States, expected: &States, real: &[Vec<usize>]) -> f64 {
    assert_eq!(found.shape, expected.shape, "{name}");
    let mut worst = 0f64;
    for (row, real) in real.iter().enumerate() {
        for piece in (0..real.len()).filter(|piece| real[*piece] == 1) {
            let here = difference(found.at(row, piece), expected.at(row, piece), false);
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
    let lengths: Vec<usize> = list(&case["lengths"]).iter().map(whole).collect();
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
        let mut batch = TokenBatch::new(&rows, self.config.pad_token_id, &self.device);
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
        let allowed: Vec<f64> = list(&entry["allowed"])
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
        States::new(self.bert.forward(&batch, None))
    }
}

#[test]
fn oracle_hidden_states() {
    each_oracle(&Device::flex(), |oracle| {
        let cases = list(&oracle.cases["cases"]);
        assert!(!cases.is_empty());
        for case in cases {
            let states = States::new(oracle.bert.forward(&oracle.batch(case), None));
            let expected = States::expected(&case["last_hidden_state"]);
            let name = case["name"].as_str().unwrap();
            compare(name, &states, &expected, &table(&case["attention_mask"]));
        }
    });
}

#[test]
fn oracle_sequences_alone_and_in_their_batch() {
    each_oracle(&Device::flex(), |oracle| {
        for case in list(&oracle.cases["cases"]) {
            let together = States::new(oracle.bert.forward(&oracle.batch(case), None));
            let mut worst = 0f64;
            for (row, sequence) in sequences(case).iter().enumerate() {
                let padding = oracle.config.pad_token_id;
                let mut batch = TokenBatch::new(&[sequence], padding, &oracle.device);
                if let Some(segments) = case.get("token_type_ids") {
                    let own = table(segments)[row][..sequence.len()].to_vec();
                    batch.segments = Some(integers(&[own], &oracle.device));
                }
                let alone = States::new(oracle.bert.forward(&batch, None));
                for piece in 0..sequence.len() {
                    let here = difference(alone.at(0, piece), together.at(row, piece), false);
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
        let entries = list(&oracle.cases["packed"]);
        assert!(!entries.is_empty());
        for entry in entries {
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
        let [together, apart] = list(&oracle.cases["packed"]) else {
            panic!("two layouts are compared");
        };
        let (many, one) = (oracle.packed(together), oracle.packed(apart));
        let texts = list(&together["text_lengths"]);
        let (mut worst, mut sequence) = (0f64, 0);
        for (row, (text, pairs)) in texts.iter().zip(list(&together["pairs"])).enumerate() {
            let (text, pairs) = (whole(text), whole(pairs));
            let real: usize = table(&together["real"])[row].iter().sum();
            let markers = (real - text) / pairs;
            for pair in 0..pairs {
                // Text first, then this pair's markers, which lie behind those of others.
                let places = (0..text)
                    .map(|piece| (piece, piece))
                    .chain((text..text + markers).map(|piece| (piece + pair * markers, piece)));
                for (packed, single) in places {
                    let here = difference(many.at(row, packed), one.at(sequence, single), false);
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

/// Gradients by Hugging Face name, rows before columns as PyTorch keeps them.
struct Gradients<'a> {
    all: &'a GradientsParams,
    path: Vec<String>,
    container: Vec<String>,
    found: HashMap<String, (Vec<usize>, Vec<f64>)>,
}

impl Gradients<'_> {
    fn hugging_face_name(&self) -> String {
        let path = self.path.join(".");
        path.replace(".self_attn.", ".self.")
            .replace("layer_norm.gamma", "LayerNorm.weight")
            .replace("layer_norm.beta", "LayerNorm.bias")
    }
}

impl ModuleVisitor for Gradients<'_> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.push(name.to_owned());
        self.container.push(container_type.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
        self.container.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(mut gradient) = self.all.get::<D>(param.id) else {
            return;
        };
        if self
            .container
            .last()
            .is_some_and(|kind| kind == "Struct:Linear")
            && D == 2
        {
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
        let case = list(&oracle.cases["cases"])
            .iter()
            .find(|case| case["name"] == expected["case"])
            .expect("the gradient's case");
        let (shape, weight) = array(&expected["weight"]);
        let weight = floats::<3>(shape.try_into().unwrap(), &weight, &oracle.device);
        let loss = (oracle.bert.forward(&oracle.batch(case), None) * weight).sum();
        let found = f64::from(loss.clone().into_scalar::<f32>());
        let off = difference(&[found], &[expected["loss"].as_f64().unwrap()], true);
        eprintln!("loss differs by {off:.1e}");
        assert!(off <= TOLERANCE, "the loss {found} is off by {off:e}");

        let gradients = GradientsParams::from_grads(loss.backward(), &oracle.bert);
        let mut visitor = Gradients {
            all: &gradients,
            path: Vec::new(),
            container: Vec::new(),
            found: HashMap::new(),
        };
        oracle.bert.visit(&mut visitor);
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
            let off = difference(found, &expected, true);
            assert!(off <= TOLERANCE, "{name} is off by {off:e}");
            worst = worst.max(off);
        }
        eprintln!(
            "{} gradients differ by at most {worst:.1e} of max(1, |g|)",
            parameters.len()
        );
    });
}

/// Our oracle's weights.
fn our_tensors() -> Tensors {
    let bytes = std::fs::read(our_folder().join("model.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    tensors
        .iter()
        .map(|(name, view)| {
            let content = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
            (name.to_owned(), content)
        })
        .collect()
}

/// A model folder with our oracle's configuration and these weights.
fn folder_with(tensors: &Tensors) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let views: Vec<(&str, TensorView<'_>)> = tensors
        .iter()
        .map(|(name, (dtype, shape, data))| {
            let view = TensorView::new(*dtype, shape.clone(), data).unwrap();
            (name.as_str(), view)
        })
        .collect();
    let path = folder.path().join("model.safetensors");
    safetensors::serialize_to_file(views, None, &path).unwrap();
    std::fs::copy(
        our_folder().join("config.json"),
        folder.path().join("config.json"),
    )
    .unwrap();
    folder
}

/// Hidden states of a fixed batch with padding, by the weights in this folder.
fn states_of(folder: &Path) -> Vec<f64> {
    let device = Device::flex();
    let (config, bert) = load_bert(folder, &device).unwrap();
    let batch = TokenBatch::new(&[&[9, 8, 30, 17], &[12, 40]], config.pad_token_id, &device);
    values(bert.forward(&batch, None))
}

fn refusal(tensors: &Tensors) -> String {
    load_bert(folder_with(tensors).path(), &Device::flex())
        .unwrap_err()
        .to_string()
}

/// What loading says without this tensor of the file.
fn refusal_without(name: &str) -> String {
    let mut tensors = our_tensors();
    tensors.remove(name).unwrap();
    refusal(&tensors)
}

/// What loading says when the file has one tensor more.
fn refusal_with(name: &str) -> String {
    let mut tensors = our_tensors();
    let content = tensors["encoder.layer.2.output.dense.bias"].clone();
    tensors.insert(name.to_owned(), content);
    refusal(&tensors)
}

#[test]
fn oracle_weights_without_a_tensor_are_refused_by_its_name() {
    for name in [
        "encoder.layer.2.output.dense.bias",
        "embeddings.token_type_embeddings.weight",
    ] {
        let text = refusal_without(name);
        assert!(
            text.contains("1 tensor missing") && text.contains(name),
            "{name}: {text}"
        );
    }
}

#[test]
fn oracle_weights_with_a_surplus_tensor_are_refused_by_its_name() {
    for name in [
        "encoder.layer.3.output.dense.bias",
        "embeddings.adapter.weight",
    ] {
        let text = refusal_with(name);
        assert!(
            text.contains("1 tensor that this architecture does not have") && text.contains(name),
            "{name}: {text}"
        );
    }
}

/// Field names differ from the checkpoint's here, and a reader looks for the latter.
#[test]
fn oracle_weights_are_refused_in_the_words_of_the_file() {
    let missing = [
        "encoder.layer.1.attention.self.key.weight",
        "embeddings.LayerNorm.weight",
        "encoder.layer.0.output.LayerNorm.bias",
    ]
    .map(|name| (name, refusal_without(name)));
    let surplus = [
        "encoder.layer.3.attention.self.key.bias",
        "encoder.layer.3.output.LayerNorm.weight",
    ]
    .map(|name| (name, refusal_with(name)));
    let wrong: Vec<_> = missing
        .into_iter()
        .chain(surplus)
        .filter(|(name, text)| !text.contains(name))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn oracle_weights_of_another_shape_are_refused_by_name() {
    let mut tensors = our_tensors();
    let name = "embeddings.word_embeddings.weight";
    let (_, shape, data) = tensors.get_mut(name).unwrap();
    shape[0] -= 1;
    data.truncate(shape.iter().product::<usize>() * size_of::<f32>());
    let text = refusal(&tensors);
    assert!(text.contains(name), "{text}");
}

#[test]
fn oracle_weights_of_pre_training_heads_may_stay_unused() {
    let mut tensors = our_tensors();
    let (dtype, shape, data) = tensors["encoder.layer.0.output.LayerNorm.bias"].clone();
    for name in ["pooler.dense.bias", "cls.predictions.transform.dense.bias"] {
        tensors.insert(name.to_owned(), (dtype, shape.clone(), data.clone()));
    }
    let positions = (0..72i64).flat_map(i64::to_le_bytes).collect();
    tensors.insert(
        "embeddings.position_ids".to_owned(),
        (Dtype::I64, vec![1, 72], positions),
    );
    assert_eq!(
        states_of(folder_with(&tensors).path()),
        states_of(&our_folder())
    );
}

#[test]
fn oracle_half_precision_is_widened() {
    let mut narrow = our_tensors();
    let mut wide = our_tensors();
    for (name, (dtype, _, data)) in &mut narrow {
        let (_, _, rounded) = wide.get_mut(name).unwrap();
        let (numbers, _) = rounded.as_chunks_mut::<4>();
        *dtype = Dtype::F16;
        data.clear();
        for number in numbers {
            let half = f16::from_f32(f32::from_le_bytes(*number));
            data.extend_from_slice(&half.to_le_bytes());
            *number = half.to_f32().to_le_bytes();
        }
    }
    let found = states_of(folder_with(&narrow).path());
    assert_eq!(found, states_of(folder_with(&wide).path()));
    let off = difference(&found, &states_of(&our_folder()), false);
    assert!(
        off > 0.0 && off < 0.1,
        "rounding the weights moves states by {off}"
    );
}

#[test]
fn oracle_names_of_old_checkpoints_are_understood() {
    let renamed: Tensors = our_tensors()
        .into_iter()
        .map(|(name, content)| {
            let name = name
                .replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta");
            (format!("bert.{name}"), content)
        })
        .collect();
    assert!(renamed.contains_key("bert.encoder.layer.0.output.LayerNorm.gamma"));
    assert_eq!(
        states_of(folder_with(&renamed).path()),
        states_of(&our_folder())
    );
}
