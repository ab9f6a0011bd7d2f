//! What there is to say of a model without loading it: `sweep model list` and `show`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::header::Header;
use super::hub::{HubSettings, Snapshot, snapshots};
use super::locate::ModelPlace;
use super::model_folder::{files_in, weight_files};
use crate::encoder::transformer::ARCHITECTURES;

/// The `model_type` of a folder with vectors of whole words.
const WORD_VECTORS: &str = "word-vectors";

/// A model as far as its files tell; what they do not tell is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    /// The name to ask for it by.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Branch or tag of a model of the hub.
    pub revision: Option<String>,
    /// Commit of a model of the hub.
    pub commit: Option<String>,
    /// `model_type` of `config.json`.
    pub architecture: Option<String>,
    /// Number of encoder layers.
    pub layers: Option<u64>,
    /// Width of the hidden states.
    pub width: Option<u64>,
    /// Entries of the vocabulary.
    pub vocabulary: Option<u64>,
    /// Longest input in pieces, special ones included.
    pub positions: Option<u64>,
    /// Number of parameters, from the headers of the weight files.
    pub parameters: Option<u64>,
    /// Element types of the parameters.
    pub dtypes: Vec<String>,
    /// Names and bytes of the files.
    pub files: Vec<(String, u64)>,
    /// Bytes of all files.
    pub bytes: u64,
    /// Why the model cannot be used; none if nothing stands against it.
    pub problem: Option<String>,
}

impl Description {
    /// The files that say under which terms the model may be used.
    pub fn licences(&self) -> impl Iterator<Item = &str> {
        let names = self.files.iter().map(|(name, _)| name.as_str());
        names.filter(|name| {
            let name = name.to_uppercase();
            let kinds = ["LICENSE", "LICENCE", "NOTICE", "COPYING", "ACKNOWLEDGEMENT"];
            kinds.iter().any(|kind| name.starts_with(kind))
        })
    }
}

/// Describes a model that is called `name`.
pub fn describe(name: &str, place: &ModelPlace) -> Description {
    let config = read_config(&place.path);
    let number = |keys: &[&str]| {
        let config = config.as_ref().ok()?;
        keys.iter().find_map(|key| config[*key].as_u64())
    };
    let files = files_in(&place.path).unwrap_or_default();
    let headers = weights(&place.path).and_then(|weights| headers(&weights));
    let problem = problem(place, config.as_ref().map_err(String::as_str), &headers);
    let headers = headers.unwrap_or_default();
    let tensors = headers.iter().flat_map(|header| &header.tensors);
    let dtypes: BTreeSet<String> = tensors
        .filter(|tensor| tensor.is_floating())
        .map(|tensor| tensor.dtype.clone())
        .collect();
    Description {
        name: name.to_owned(),
        folder: place.path.clone(),
        revision: place.revision.clone(),
        commit: place.commit.clone(),
        architecture: config.as_ref().ok().and_then(model_type),
        // The names that Hugging Face's configurations use for one and the same thing.
        layers: number(&[
            "num_hidden_layers",
            "encoder_layers",
            "num_layers",
            "n_layers",
        ]),
        width: number(&["hidden_size", "d_model", "dim"]),
        vocabulary: number(&["vocab_size"]),
        positions: number(&["max_position_embeddings", "n_positions"]),
        parameters: (!headers.is_empty()).then(|| headers.iter().map(Header::parameters).sum()),
        dtypes: dtypes.into_iter().collect(),
        bytes: files.iter().map(|(_, bytes)| bytes).sum(),
        files,
        problem,
    }
}

/// Every model in the `models` folders and in the cache of the hub, by place and name.
/// A folder hides those of its name in later folders, as it does when a model is asked
/// for.
pub fn list_models(models: &[PathBuf], settings: &HubSettings) -> Vec<Description> {
    let mut listed: Vec<Description> = Vec::new();
    for folder in models {
        for (name, path) in named_folders(folder) {
            if listed.iter().all(|known| known.name != name) {
                listed.push(describe(&name, &ModelPlace::folder(&path)));
            }
        }
    }
    let cached = snapshots(settings).into_iter().map(|held: Snapshot| {
        let name = held.name.to_string();
        describe(&name, &held.into_place())
    });
    listed.extend(cached);
    listed
}

/// The model folders in a folder, and those one level below it as `owner/name`.
fn named_folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for (name, path) in subfolders(folder) {
        if path.join("config.json").is_file() {
            found.push((name, path));
            continue;
        }
        let below = subfolders(&path).into_iter();
        let below = below.filter(|(_, path)| path.join("config.json").is_file());
        found.extend(below.map(|(last, path)| (format!("{name}/{last}"), path)));
    }
    found
}

fn subfolders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(String, PathBuf)> = entries
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            )
        })
        .filter(|(_, path)| path.is_dir())
        .collect();
    found.sort();
    found
}

/// How a folder's tokenizer cuts words: `WordPiece`, `Unigram`, `BPE`; none where its file
/// does not say.
pub fn tokenizer_family(folder: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct File {
        model: Model,
    }
    #[derive(Deserialize)]
    struct Model {
        #[serde(rename = "type")]
        family: String,
    }
    let text = std::fs::read_to_string(folder.join("tokenizer.json")).ok()?;
    let file: File = serde_json::from_str(&text).ok()?;
    Some(file.model.family)
}

/// `config.json`, or why it cannot be read.
pub(super) fn read_config(folder: &Path) -> Result<Value, String> {
    let path = folder.join("config.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("config.json cannot be read: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("config.json is not JSON: {error}"))
}

/// The `model_type` of a configuration; none if it cannot be one.
pub(super) fn model_type(config: &Value) -> Option<String> {
    // The first BERT checkpoints are older than the field.
    let kind = config.as_object()?.get("model_type");
    kind.map_or(Some("bert"), Value::as_str).map(str::to_owned)
}

/// Whether a configuration is that of word vectors, whose folder holds other files.
pub(super) fn is_word_vectors(config: &Value) -> bool {
    config["model_type"] == WORD_VECTORS
}

/// Whether a folder holds vectors of whole words rather than an encoder.
pub fn holds_word_vectors(folder: &Path) -> bool {
    read_config(folder).is_ok_and(|config| is_word_vectors(&config))
}

/// Whether there is an architecture for this `model_type`.
pub(super) fn is_known(model_type: &str) -> bool {
    model_type == WORD_VECTORS || ARCHITECTURES.contains(&model_type)
}

/// The weight files of a model.
pub(super) fn weights(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if read_config(folder).is_ok_and(|config| is_word_vectors(&config)) {
        for file in ["vectors.safetensors", "vocab.txt"] {
            if !folder.join(file).is_file() {
                return Err(format!("`{file}` is missing"));
            }
        }
        return Ok(vec![folder.join("vectors.safetensors")]);
    }
    weight_files(folder).map_err(|error| error.to_string())
}

/// The headers of weight files, in the same order.
pub(super) fn headers(files: &[PathBuf]) -> Result<Vec<Header>, String> {
    let read = files.iter().map(|file| Header::read(file));
    read.collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}

/// The first thing that stands against using the model, in few words.
fn problem(
    place: &ModelPlace,
    config: Result<&Value, &str>,
    headers: &Result<Vec<Header>, String>,
) -> Option<String> {
    let there = |file: &str| place.path.join(file).exists();
    let config = match config {
        Err(_) if !there("config.json") => return Some("no config.json".to_owned()),
        Err(reason) => return Some(reason.to_owned()),
        Ok(config) => config,
    };
    match model_type(config) {
        None => return Some("config.json is none of a model".to_owned()),
        Some(kind) if !is_known(&kind) => return Some(format!("`{kind}` cannot be read yet")),
        Some(_) => {}
    }
    if is_word_vectors(config) {
        return headers.as_ref().err().cloned();
    }
    let safetensors = there("model.safetensors") || there("model.safetensors.index.json");
    if !safetensors {
        let pickled = there("pytorch_model.bin") || there("pytorch_model.bin.index.json");
        return Some(
            if pickled {
                "pickled weights"
            } else {
                "no weights"
            }
            .to_owned(),
        );
    }
    if !there("tokenizer.json") {
        return Some("no tokenizer.json".to_owned());
    }
    headers.as_ref().err().map(|reason| {
        // The list shows the folder in another column.
        let folder = format!("{}/", place.path.display());
        reason.replace(&folder, "")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HEADER: &str = r#"{"embeddings.word_embeddings.weight":
        {"dtype":"F16","shape":[5,4],"data_offsets":[0,40]}}"#;

    fn model(folder: &Path, config: &str) {
        std::fs::create_dir_all(folder).unwrap();
        let mut weights = (HEADER.len() as u64).to_le_bytes().to_vec();
        weights.extend_from_slice(HEADER.as_bytes());
        weights.extend_from_slice(&[0; 40]);
        std::fs::write(folder.join("config.json"), config).unwrap();
        std::fs::write(folder.join("model.safetensors"), weights).unwrap();
        std::fs::write(folder.join("tokenizer.json"), "{}").unwrap();
    }

    fn settings(folder: &Path) -> HubSettings {
        HubSettings::from_variables(folder, |_| None)
    }

    #[test]
    fn a_description_says_what_files_say() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("models/small");
        let config = r#"{"model_type": "t5", "d_model": 4, "num_layers": 2, "vocab_size": 5}"#;
        model(&folder, config);
        std::fs::write(folder.join("LICENSE-MIT"), "free").unwrap();
        let listed = list_models(&[home.path().join("models")], &settings(home.path()));
        assert_eq!(listed.len(), 1);
        let small = &listed[0];
        assert_eq!(small.name, "small");
        assert_eq!(small.architecture.as_deref(), Some("t5"));
        assert_eq!((small.layers, small.width), (Some(2), Some(4)));
        assert_eq!((small.parameters, small.positions), (Some(20), None));
        assert_eq!(small.dtypes, ["F16"]);
        assert_eq!(small.licences().collect::<Vec<_>>(), ["LICENSE-MIT"]);
        assert_eq!(small.problem, None);
        assert_eq!(small.files.len(), 4);
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("x");
        let problem = || describe("x", &ModelPlace::folder(&folder)).problem.unwrap();
        assert_eq!(problem(), "no config.json");
        model(&folder, "[]");
        assert_eq!(problem(), "config.json is none of a model");
        model(&folder, r#"{"model_type": "gpt2"}"#);
        assert_eq!(problem(), "`gpt2` cannot be read yet");
        model(&folder, r#"{"model_type": "bert"}"#);
        std::fs::write(folder.join("model.safetensors"), "version https://git-lfs").unwrap();
        assert!(problem().starts_with("model.safetensors: a pointer"));
        std::fs::remove_file(folder.join("tokenizer.json")).unwrap();
        assert_eq!(problem(), "no tokenizer.json");
        std::fs::remove_file(folder.join("model.safetensors")).unwrap();
        assert_eq!(problem(), "no weights");
        std::fs::write(folder.join("pytorch_model.bin"), "").unwrap();
        assert_eq!(problem(), "pickled weights");
    }

    #[test]
    fn the_first_folder_of_a_name_is_listed_and_owners_are_folders() {
        let home = tempfile::tempdir().unwrap();
        let bert = r#"{"model_type": "bert", "hidden_size": 4}"#;
        model(&home.path().join("one/b"), bert);
        model(&home.path().join("one/owner/a"), bert);
        model(&home.path().join("two/b"), r#"{"model_type": "gpt2"}"#);
        let folders = ["one", "two"].map(|name| home.path().join(name));
        let listed = list_models(&folders, &settings(home.path()));
        let names: Vec<&str> = listed.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["b", "owner/a"]);
        assert_eq!(listed[0].problem, None);
    }
}
