//! Weight files as they come: old names, heads, shards, half precision, and what is refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sweep::encoder::{
    Architecture, Reader, TokenBatch, Transformer, load_encoder, word_vocabulary,
};

/// A weights file in memory: type, shape and bytes by name.
type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

fn our_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/encoders/bert")
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
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
fn states_of(folder: &Path) -> Vec<f32> {
    let device = Device::flex();
    let (architecture, encoder) = load_encoder(folder, None, &device).unwrap();
    let batch = TokenBatch::new(
        &[&[9, 8, 30, 17], &[12, 40]],
        architecture.padding(),
        &device,
    );
    values(encoder.forward(&batch, None))
}

fn refusal(tensors: &Tensors) -> String {
    let folder = folder_with(tensors);
    let error = load_encoder(folder.path(), None, &Device::flex()).unwrap_err();
    error.to_string()
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
fn weights_without_a_tensor_are_refused_by_its_name() {
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
fn weights_with_a_surplus_tensor_are_refused_by_its_name() {
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
fn weights_are_refused_in_the_words_of_the_file() {
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
fn weights_of_another_shape_are_refused_by_name() {
    let mut tensors = our_tensors();
    let name = "embeddings.word_embeddings.weight";
    let (_, shape, data) = tensors.get_mut(name).unwrap();
    shape[0] -= 1;
    data.truncate(shape.iter().product::<usize>() * size_of::<f32>());
    let text = refusal(&tensors);
    assert!(
        text.contains(&format!("`{name}` is")) && text.contains("this architecture wants"),
        "{text}"
    );
}

#[test]
fn weights_of_pre_training_heads_may_stay_unused() {
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
fn half_precision_is_widened() {
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
    let off = found
        .iter()
        .zip(states_of(&our_folder()))
        .map(|(narrow, wide)| (narrow - wide).abs())
        .fold(0f32, f32::max);
    assert!(
        off > 0.0 && off < 0.1,
        "rounding the weights moves states by {off}"
    );
}

#[test]
fn names_of_old_checkpoints_are_understood() {
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

/// Our oracle's folder with other values in its configuration.
fn folder_configured(changes: &[(&str, serde_json::Value)]) -> tempfile::TempDir {
    let folder = folder_with(&our_tensors());
    let path = folder.path().join("config.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut config: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (key, value) in changes {
        assert!(config.get(key).is_some(), "{key}");
        config[key] = value.clone();
    }
    std::fs::write(&path, config.to_string()).unwrap();
    folder
}

fn refusal_configured(changes: &[(&str, serde_json::Value)]) -> String {
    let folder = folder_configured(changes);
    let error = load_encoder(folder.path(), None, &Device::flex()).unwrap_err();
    error.to_string()
}

/// Nothing of this size can be allocated, so the error must come before anything is.
#[test]
fn sizes_beyond_all_bounds_are_refused_before_anything_is_made() {
    const HUGE: u64 = 1 << 50;
    for key in [
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "max_position_embeddings",
    ] {
        let text = refusal_configured(&[(key, HUGE.into())]);
        assert!(
            text.contains("this architecture wants") && text.contains(&HUGE.to_string()),
            "{key}: {text}"
        );
    }
    let text = refusal_configured(&[("num_hidden_layers", HUGE.into())]);
    assert!(text.contains(&format!("asks for {HUGE} layers")), "{text}");
}

#[test]
fn a_padding_piece_without_an_embedding_is_refused() {
    let text = refusal_configured(&[("pad_token_id", 1_000_000.into())]);
    assert!(text.contains("`pad_token_id` = 1000000"), "{text}");
}

#[test]
fn weights_that_are_no_fractions_are_refused_by_name() {
    let name = "encoder.layer.1.output.dense.bias";
    for (dtype, size) in [(Dtype::I32, 4), (Dtype::BOOL, 1), (Dtype::F8_E4M3, 1)] {
        let mut tensors = our_tensors();
        let (own, shape, data) = tensors.get_mut(name).unwrap();
        *own = dtype;
        *data = vec![0; shape.iter().product::<usize>() * size];
        let text = refusal(&tensors);
        assert!(
            text.contains(&dtype.to_string()) && text.contains(name),
            "{dtype}: {text}"
        );
    }
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let folder = folder_with(&our_tensors());
    let rows = Architecture::open(folder.path()).unwrap().vocabulary();
    let words: Vec<String> = (0..rows).map(|word| format!("w{word}")).collect();
    let pieces = word_vocabulary(std::iter::once(words.as_slice()), 1).unwrap();
    pieces.save(&folder.path().join("tokenizer.json")).unwrap();
    let error = Reader::open(folder.path(), None, &Device::flex());
    let text = error.err().unwrap().to_string();
    assert!(
        text.contains(&format!("has id {}", rows + 3))
            && text.contains(&format!("{rows} rows of embeddings")),
        "{text}"
    );
}
