//! Weights from and to safetensors files under Hugging Face's names.

use std::path::Path;

use burn::module::Module;
use burn::store::{
    BurnToPyTorchAdapter, FloatCastAdapter, KeyRemapper, ModuleAdapter, ModuleSnapshot,
    PyTorchToBurnAdapter, SafetensorsStore,
};
use burn::tensor::{DType, Device};

use super::bert::{Bert, BertConfig};
use super::error::EncoderError;

/// Hugging Face's names to field names. `self` is a keyword and fields are snake
/// case; old checkpoints carry a `bert.` prefix and call a norm's parameters gamma
/// and beta.
const FROM_HUGGING_FACE: [(&str, &str); 5] = [
    (r"^bert\.", ""),
    (r"\.attention\.self\.", ".attention.self_attn."),
    (r"LayerNorm\.gamma$", "LayerNorm.weight"),
    (r"LayerNorm\.beta$", "LayerNorm.bias"),
    (r"LayerNorm", "layer_norm"),
];

/// Field names of a trained module to the names a Hugging Face reader expects.
const TO_HUGGING_FACE: [(&str, &str); 3] = [
    (r"^encoder\.", "bert."),
    (r"\.attention\.self_attn\.", ".attention.self."),
    (r"layer_norm", "LayerNorm"),
];

/// The way back for our own files, where `bert.` is the module's encoder.
const FROM_OURS: [(&str, &str); 3] = [
    (r"^bert\.", "encoder."),
    (r"\.attention\.self\.", ".attention.self_attn."),
    (r"LayerNorm", "layer_norm"),
];

fn remapper(patterns: &[(&str, &str)], path: &Path) -> Result<KeyRemapper, EncoderError> {
    patterns
        .iter()
        .try_fold(KeyRemapper::new(), |remapper, (from, to)| {
            remapper.add_pattern(*from, *to)
        })
        .map_err(|error| EncoderError::Keys {
            path: path.to_owned(),
            reason: error.to_string(),
        })
}

/// Tensors of a checkpoint that belong to pre-training heads or are recomputed, and
/// so may stay unused.
fn may_stay_unused(key: &str) -> bool {
    key.ends_with("position_ids") || key.starts_with("pooler.") || key.starts_with("cls.")
}

/// Reads `config.json` and `model.safetensors` of a BERT folder onto `device`.
///
/// # Errors
/// When a file cannot be read, the architecture is another, or a tensor is missing,
/// left over or of another shape; the error names it.
pub fn load_bert(folder: &Path, device: &Device) -> Result<(BertConfig, Bert), EncoderError> {
    let path = folder.join("config.json");
    let unreadable = |reason: String| EncoderError::Unreadable {
        path: path.clone(),
        reason,
    };
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
    let config: BertConfig =
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    if config.model_type != "bert" {
        return Err(unreadable(format!(
            "`model_type` is `{}`, and only `bert` can be read so far",
            config.model_type
        )));
    }
    if config.num_attention_heads == 0
        || !config
            .hidden_size
            .is_multiple_of(config.num_attention_heads)
    {
        return Err(unreadable(format!(
            "`num_attention_heads` = {} does not divide `hidden_size` = {}",
            config.num_attention_heads, config.hidden_size
        )));
    }
    let mut bert = config.init(device);
    let weights = folder.join("model.safetensors");
    let mut store = reader(&weights, &FROM_HUGGING_FACE)?;
    apply(&mut bert, &mut store, &weights)?;
    Ok((config, bert))
}

/// Reads a module that `save_module` wrote.
///
/// # Errors
/// As for `load_bert`.
pub fn load_module<M: Module>(mut module: M, path: &Path) -> Result<M, EncoderError> {
    let mut store = reader(path, &FROM_OURS)?;
    apply(&mut module, &mut store, path)?;
    Ok(module)
}

/// Writes a module whose encoder is its field `encoder`, so that any reader of BERT
/// checkpoints finds the encoder under `bert.`.
///
/// # Errors
/// When the file cannot be written.
pub fn save_module<M: Module>(module: &M, path: &Path) -> Result<(), EncoderError> {
    let mut store = SafetensorsStore::from_file(path)
        .with_to_adapter(BurnToPyTorchAdapter)
        .remap(remapper(&TO_HUGGING_FACE, path)?)
        // The store would add its own marks in an order that changes from run to run.
        .clear_metadata()
        .metadata("format", "pt")
        .overwrite(true);
    module
        .save_into(&mut store)
        .map_err(|error| EncoderError::Keys {
            path: path.to_owned(),
            reason: format!("cannot be written: {error}"),
        })
}

fn reader(path: &Path, names: &[(&str, &str)]) -> Result<SafetensorsStore, EncoderError> {
    // Files in half precision are widened: training in f32 is the default everywhere.
    let adapter = PyTorchToBurnAdapter.chain(FloatCastAdapter::to(DType::F32));
    Ok(SafetensorsStore::from_file(path)
        .with_from_adapter(adapter)
        .remap(remapper(names, path)?)
        .allow_partial(true))
}

fn apply<M: Module>(
    module: &mut M,
    store: &mut SafetensorsStore,
    path: &Path,
) -> Result<(), EncoderError> {
    let fail = |reason: String| EncoderError::Keys {
        path: path.to_owned(),
        reason,
    };
    let result = module
        .load_from(store)
        .map_err(|error| fail(in_file(&error.to_string())))?;
    if let Some(error) = result.errors.first() {
        return Err(fail(error.to_string()));
    }
    let missing: Vec<String> = result
        .missing
        .iter()
        .map(|missing| missing.0.clone())
        .collect();
    if !missing.is_empty() {
        return Err(fail(format!(
            "{} missing: {}",
            tensors(missing.len()),
            list(&missing)
        )));
    }
    let unused: Vec<String> = result
        .unused
        .into_iter()
        .filter(|key| !may_stay_unused(key))
        .collect();
    if !unused.is_empty() {
        return Err(fail(format!(
            "{} that this architecture does not have: {}",
            tensors(unused.len()),
            list(&unused)
        )));
    }
    Ok(())
}

fn tensors(count: usize) -> String {
    if count == 1 {
        "1 tensor".to_owned()
    } else {
        format!("{count} tensors")
    }
}

/// A field's path in the words of a checkpoint.
fn in_file(path: &str) -> String {
    path.replace(".attention.self_attn.", ".attention.self.")
        .replace("layer_norm.gamma", "LayerNorm.weight")
        .replace("layer_norm.beta", "LayerNorm.bias")
        .replace("layer_norm", "LayerNorm")
}

/// The first few names, and how many more there are.
fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|name| in_file(name)).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(8) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
