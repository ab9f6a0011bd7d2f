//! Weights from and to safetensors files under Hugging Face's names.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::store::{
    BurnToPyTorchAdapter, FloatCastAdapter, ModuleAdapter, ModuleSnapshot, ModuleStore,
    PyTorchToBurnAdapter, SafetensorsStore,
};
use burn::tensor::{DType, Device};
use safetensors::tensor::TensorView;

use super::model_folder::weight_files;
use crate::encoder::error::EncoderError;
use crate::encoder::files::Header;
use crate::encoder::transformer::{Architecture, Encoder};

/// Reads the encoder in a model folder onto `device`, all of it or its first
/// `keep_layers` layers. Files in half precision are widened: training in f32 is the
/// default everywhere.
///
/// # Errors
/// When a file cannot be read, the architecture is none of ours, or a tensor is
/// missing, left over or of another shape; the error names it.
pub fn load_encoder(
    folder: &Path,
    keep_layers: Option<usize>,
    device: &Device,
) -> Result<(Architecture, Encoder), EncoderError> {
    let whole = Architecture::open(folder)?;
    let (architecture, cut) = match keep_layers {
        None => (whole, None),
        Some(layers) => (whole.keep_layers(layers)?, Some(layers)),
    };
    let names = architecture.names();
    let encoder = load(
        architecture.init(device),
        &weight_files(folder)?,
        &|path| names.in_checkpoint(path),
        &|name| names.canonical(name),
        &|name| names.may_stay_unused(name, cut),
    )?;
    Ok((architecture, encoder))
}

/// Reads a module that `save_module` wrote.
///
/// # Errors
/// As for `load_encoder`.
pub fn load_module<M: Module>(
    module: M,
    architecture: &Architecture,
    path: &Path,
) -> Result<M, EncoderError> {
    let files = [path.to_owned()];
    let name = |field: &str| in_file(field, architecture);
    load(module, &files, &name, &str::to_owned, &|_| false)
}

/// Reads a module without an encoder that `save_heads` wrote.
///
/// # Errors
/// As for `load_encoder`.
pub fn load_heads<M: Module>(module: M, path: &Path) -> Result<M, EncoderError> {
    let files = [path.to_owned()];
    load(module, &files, &str::to_owned, &str::to_owned, &|_| false)
}

/// Writes a module whose encoder is its field `encoder`, so that any reader of the
/// architecture's checkpoints finds the encoder under its prefix.
///
/// # Errors
/// When the file cannot be written.
pub fn save_module<M: Module>(
    module: &M,
    architecture: &Architecture,
    path: &Path,
) -> Result<(), EncoderError> {
    save(module, path, &|field| in_file(field, architecture))
}

/// Writes a module that has no encoder under the paths of its fields.
///
/// # Errors
/// When the file cannot be written.
pub fn save_heads<M: Module>(module: &M, path: &Path) -> Result<(), EncoderError> {
    save(module, path, &str::to_owned)
}

fn save<M: Module>(
    module: &M,
    path: &Path,
    name_of: &dyn Fn(&str) -> String,
) -> Result<(), EncoderError> {
    let fail = |reason: String| EncoderError::Keys {
        path: path.to_owned(),
        reason: format!("cannot be written: {reason}"),
    };
    let mut tensors = Vec::new();
    for tensor in module.collect(None, Some(Box::new(BurnToPyTorchAdapter)), true) {
        let name = name_of(&tensor.name);
        let bytes = tensor
            .to_bytes()
            .map_err(|error| fail(format!("`{name}`: {error:?}")))?;
        tensors.push((name, tensor.shape.to_vec(), bytes));
    }
    let views: Vec<(&str, TensorView<'_>)> = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes)
                .map(|view| (name.as_str(), view))
                .map_err(|error| fail(format!("`{name}`: {error}")))
        })
        .collect::<Result<_, _>>()?;
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize_to_file(views, Some(metadata), path)
        .map_err(|error| fail(error.to_string()))
}

/// The name under which a trained module's file has the tensor at a path of fields.
fn in_file(path: &str, architecture: &Architecture) -> String {
    match path.strip_prefix("encoder.") {
        Some(rest) => {
            let names = architecture.names();
            format!("{}{}", names.prefix, names.in_checkpoint(rest))
        }
        None => path.to_owned(),
    }
}

/// Fills `module` from all `files` together. `name_of` gives the name to look for at a
/// path of fields, `canonical` brings a file's names to the same form, and `unneeded`
/// tells names that may stay unused.
fn load<M: Module>(
    mut module: M,
    files: &[PathBuf],
    name_of: &dyn Fn(&str) -> String,
    canonical: &dyn Fn(&str) -> String,
    unneeded: &dyn Fn(&str) -> bool,
) -> Result<M, EncoderError> {
    let first = files.first().cloned().unwrap_or_default();
    let mut found = BTreeMap::new();
    for path in files {
        let fail = |reason: String| EncoderError::Keys {
            path: path.clone(),
            reason,
        };
        // The header's errors say more than the store's: a pointer of git's, a cut-off file.
        Header::read(path)?;
        let mut store = SafetensorsStore::from_file(path);
        let tensors = store
            .get_all_tensors()
            .map_err(|error| fail(error.to_string()))?;
        for (name, tensor) in tensors {
            found.insert(canonical(name), (path.clone(), tensor.clone()));
        }
    }
    let mut chosen = Vec::new();
    let mut missing = Vec::new();
    // What the module has, in the form that checkpoints have it.
    for wanted in module.collect(None, Some(Box::new(BurnToPyTorchAdapter)), true) {
        let name = name_of(&wanted.name);
        let Some((path, mut tensor)) = found.remove(&name) else {
            missing.push(name);
            continue;
        };
        if tensor.shape != wanted.shape {
            return Err(EncoderError::Keys {
                path,
                reason: format!(
                    "`{name}` is {}, and this architecture wants {}",
                    dimensions(&tensor.shape),
                    dimensions(&wanted.shape)
                ),
            });
        }
        tensor.name = wanted.name;
        chosen.push(tensor);
    }
    if !missing.is_empty() {
        return Err(EncoderError::Keys {
            path: first,
            reason: format!("{} missing: {}", tensors(missing.len()), list(&missing)),
        });
    }
    let unused: Vec<(&String, &PathBuf)> = found
        .iter()
        .filter(|(name, _)| !unneeded(name))
        .map(|(name, (path, _))| (name, path))
        .collect();
    if let Some((_, path)) = unused.first() {
        let names: Vec<String> = unused.iter().map(|(name, _)| (*name).clone()).collect();
        return Err(EncoderError::Keys {
            path: (*path).clone(),
            reason: format!(
                "{} that this architecture does not have: {}",
                tensors(names.len()),
                list(&names)
            ),
        });
    }
    let adapter = PyTorchToBurnAdapter.chain(FloatCastAdapter::to(DType::F32));
    let result = module.apply(chosen, None, Some(Box::new(adapter)), true);
    let problem = result
        .errors
        .first()
        .map(ToString::to_string)
        .or_else(|| result.missing.first().map(|(path, _)| path.clone()));
    match problem {
        None => Ok(module),
        Some(reason) => Err(EncoderError::Keys {
            path: first,
            reason,
        }),
    }
}

fn dimensions(shape: &[usize]) -> String {
    shape
        .iter()
        .map(usize::to_string)
        .collect::<Vec<_>>()
        .join(" × ")
}

fn tensors(count: usize) -> String {
    if count == 1 {
        "1 tensor".to_owned()
    } else {
        format!("{count} tensors")
    }
}

/// The first few names, and how many more there are.
fn list(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(8) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
