//! Weights from and to safetensors files under Hugging Face's names.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use burn::module::Module;
use burn::store::{
    BurnToPyTorchAdapter, FloatCastAdapter, ModuleAdapter, ModuleSnapshot, ModuleStore,
    PyTorchToBurnAdapter, SafetensorsStore,
};
use burn::tensor::{DType, Device};
use safetensors::tensor::{Dtype, TensorInfo, TensorView};

use super::model_folder::weight_files;
use super::wanted::wanted;
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
    let files = weight_files(folder)?;
    let mut tensors = 0;
    for file in &files {
        tensors += Header::read(file)?.names().len();
    }
    if let Some(reason) = implausible(&architecture, tensors) {
        return Err(EncoderError::unreadable(
            &folder.join("config.json"),
            reason,
        ));
    }
    let encoder = load(
        architecture.init(device),
        &files,
        &|path| names.in_checkpoint(path),
        &|name| names.canonical(name),
        &|name| names.may_stay_unused(name, cut),
    )?;
    Ok((architecture, encoder))
}

/// What a configuration says that weights of so many tensors rule out, and that must
/// be known before an encoder is built.
fn implausible(architecture: &Architecture, tensors: usize) -> Option<String> {
    let layers = architecture.layers();
    if architecture.names().layers.is_some() && layers > tensors {
        return Some(format!(
            "it asks for {layers} layers, and the weight files hold {tensors} tensors"
        ));
    }
    let (padding, rows) = (architecture.padding(), architecture.vocabulary());
    (padding as usize >= rows)
        .then(|| format!("`pad_token_id` = {padding} must be below `vocab_size` = {rows}"))
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
            TensorView::new(Dtype::F32, shape.clone(), bytes)
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

/// A tensor of a file.
struct Held<'a> {
    path: &'a Path,
    name: String,
    info: TensorInfo,
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
    let mut held = BTreeMap::new();
    for path in files {
        let header = Header::read(path)?;
        // Of two that come to one name, say a shared embedding under both of its names,
        // the last in the alphabet counts.
        let tensors: BTreeMap<&str, &TensorInfo> = header.tensors().collect();
        for (name, info) in tensors {
            let (name, info) = (name.to_owned(), info.clone());
            held.insert(canonical(&name), Held { path, name, info });
        }
    }
    let mut fields = HashMap::new();
    let mut missing = Vec::new();
    for wanted in wanted(&module) {
        let name = name_of(&wanted.field);
        match held.remove(&name) {
            None => missing.push(name),
            Some(held) => {
                fits(&name, &held, &wanted.shape)?;
                fields.insert((held.path, held.name), wanted.field);
            }
        }
    }
    if !missing.is_empty() {
        return Err(EncoderError::Keys {
            path: first,
            reason: format!("{} missing: {}", tensors(missing.len()), list(&missing)),
        });
    }
    held.retain(|name, _| !unneeded(name));
    if let Some(Held { path, .. }) = held.values().next() {
        let path = (*path).to_owned();
        let names: Vec<String> = held.into_keys().collect();
        return Err(EncoderError::Keys {
            path,
            reason: format!(
                "{} that this architecture does not have: {}",
                tensors(names.len()),
                list(&names)
            ),
        });
    }
    let mut chosen = Vec::with_capacity(fields.len());
    for path in files {
        let mut store = SafetensorsStore::from_file(path);
        let tensors = store
            .get_all_tensors()
            .map_err(|error| EncoderError::Keys {
                path: path.clone(),
                reason: error.to_string(),
            })?;
        for (name, tensor) in tensors {
            if let Some(field) = fields.remove(&(path.as_path(), name.clone())) {
                let mut tensor = tensor.clone();
                tensor.name = field;
                chosen.push(tensor);
            }
        }
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

/// Whether a tensor is what the architecture wants under this name.
fn fits(name: &str, held: &Held<'_>, wanted: &[usize]) -> Result<(), EncoderError> {
    let Held { path, info, .. } = held;
    let reason = if info.shape != wanted {
        format!(
            "`{name}` is {}, and this architecture wants {}",
            dimensions(&info.shape),
            dimensions(wanted)
        )
    } else if !matches!(
        info.dtype,
        Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::BF16
    ) {
        format!(
            "`{name}` is of {}; weights are read in F64, F32, F16 and BF16",
            info.dtype
        )
    } else {
        return Ok(());
    };
    Err(EncoderError::Keys {
        path: (*path).to_owned(),
        reason,
    })
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
