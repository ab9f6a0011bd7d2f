//! Looking for what is wrong with a model, short of running it: `sweep model check`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use burn::module::Module;
use burn::tensor::Device;
use serde_json::Value;
use tokenizers::Tokenizer;

use super::describe::{headers, is_known, is_word_vectors, model_type, read_config, weights};
use super::header::{Header, TensorInfo};
use super::hub::Digest;
use super::shards::weight_map;
use super::weights::load_encoder;
use crate::encoder::words::{Lookup, WordVectors};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What it is about.
    pub what: &'static str,
    /// What was found, or what is wrong.
    pub found: Result<String, String>,
}

/// Looks at everything that can be wrong with the files in a model's folder.
pub fn check_model(folder: &Path) -> Vec<Checked> {
    let checked = |what, found| Checked { what, found };
    let config = read_config(folder);
    let empty = Value::Null;
    let known = config.as_ref().unwrap_or(&empty);
    let mut all = vec![
        checked(
            "configuration",
            config.as_ref().map_err(Clone::clone).and_then(check_type),
        ),
        checked("weights", check_weights(folder, known)),
    ];
    if !is_word_vectors(known) {
        all.push(checked("tokenizer", check_tokenizer(folder, known)));
    }
    // What is already known to be wrong would only be said in other words.
    if all.iter().all(|checked| checked.found.is_ok()) {
        all.push(checked("loading", check_loads(folder, known)));
    }
    all.push(checked("checksums", check_checksums(folder)));
    all
}

/// Whether the weights fill the architecture, with nothing missing and nothing left over.
fn check_loads(folder: &Path, config: &Value) -> Result<String, String> {
    if is_word_vectors(config) {
        let vectors =
            WordVectors::open(folder, Lookup::Exact).map_err(|error| error.to_string())?;
        return Ok(format!(
            "{} words of {} numbers",
            vectors.len(),
            vectors.dimension()
        ));
    }
    let (architecture, encoder) =
        load_encoder(folder, None, &Device::flex()).map_err(|error| error.to_string())?;
    Ok(format!(
        "{} of width {}, {} parameters",
        counted(architecture.layers(), "layer"),
        architecture.width(),
        encoder.num_params()
    ))
}

fn check_type(config: &Value) -> Result<String, String> {
    match model_type(config) {
        Some(kind) if is_known(&kind) => Ok(kind),
        Some(kind) => Err(format!(
            "`{kind}` is an architecture that cannot be read yet"
        )),
        None => Err("config.json is none of a model".to_owned()),
    }
}

/// Whether the weight files are there and whole, have what the index promises, and
/// embed as many pieces as the configuration says.
fn check_weights(folder: &Path, config: &Value) -> Result<String, String> {
    let files = weights(folder)?;
    let headers = headers(&files)?;
    let names = files.iter().filter_map(|file| file.file_name());
    let held: BTreeMap<String, BTreeSet<&str>> = names
        .map(|name| name.to_string_lossy().into_owned())
        .zip(headers.iter().map(Header::names))
        .collect();
    let index = folder.join("model.safetensors.index.json");
    if !held.contains_key("model.safetensors") && index.is_file() {
        let map = weight_map(&index).map_err(|error| error.to_string())?;
        let holds = |file: &str, tensor: &str| held.get(file).is_some_and(|it| it.contains(tensor));
        if let Some((tensor, file)) = map.iter().find(|(tensor, file)| !holds(file, tensor)) {
            return Err(format!(
                "the index says that {file} has {tensor}, and it does not"
            ));
        }
    }
    let tensors = || headers.iter().flat_map(|header| &header.tensors);
    if let (Some(embedding), Some(pieces)) = (
        tensors().find(|tensor| is_embedding(tensor)),
        config["vocab_size"].as_u64(),
    ) && embedding.shape.first().map(|&rows| rows as u64) != Some(pieces)
    {
        return Err(format!(
            "{} has the shape {:?}, and config.json a `vocab_size` of {pieces}",
            embedding.name, embedding.shape
        ));
    }
    let dtypes: BTreeSet<&str> = tensors()
        .filter(|tensor| tensor.is_floating())
        .map(|tensor| tensor.dtype.as_str())
        .collect();
    if dtypes.iter().any(|dtype| dtype.starts_with("F8")) {
        return Err("8-bit floating-point weights cannot be read; get another version".to_owned());
    }
    let dtypes: Vec<&str> = dtypes.into_iter().collect();
    Ok(format!(
        "{} of {} in {}",
        counted(tensors().count(), "tensor"),
        dtypes.join(", "),
        counted(files.len(), "file")
    ))
}

/// `1 file`, `3 files`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Whether a tensor is the embedding of the pieces, in one of its names.
fn is_embedding(tensor: &TensorInfo) -> bool {
    let names = [
        "word_embeddings.weight",
        "shared.weight",
        "encoder.embed_tokens.weight",
    ];
    names.iter().any(|name| tensor.name.ends_with(name))
}

/// Whether the tokenizer can be read, and fits the configuration.
fn check_tokenizer(folder: &Path, config: &Value) -> Result<String, String> {
    let path = folder.join("tokenizer.json");
    let tokenizer = Tokenizer::from_file(&path)
        .map_err(|error| format!("tokenizer.json cannot be read: {error}"))?;
    let pieces = tokenizer.get_vocab_size(true) as u64;
    if let Some(rows) = config["vocab_size"].as_u64().filter(|rows| *rows < pieces) {
        return Err(format!(
            "tokenizer.json has {pieces} pieces, and config.json a `vocab_size` of {rows}"
        ));
    }
    let padding = padding(folder, &tokenizer);
    match (&padding, config["pad_token_id"].as_u64()) {
        (Some((token, id)), Some(given)) if u64::from(*id) != given => Err(format!(
            "`{token}` is piece {id} of tokenizer.json, and config.json has a `pad_token_id` of \
             {given}"
        )),
        (Some((token, id)), _) => Ok(format!("{pieces} pieces, padding `{token}` is {id}")),
        (None, _) => Err("the tokenizer has no padding token".to_owned()),
    }
}

/// The padding token and its id: the one that `tokenizer_config.json` names, or one of
/// the usual ones.
fn padding(folder: &Path, tokenizer: &Tokenizer) -> Option<(String, u32)> {
    let text = std::fs::read_to_string(folder.join("tokenizer_config.json")).ok();
    let config: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    let named = config.and_then(|config| {
        let token = &config["pad_token"];
        let token = token.as_str().or_else(|| token["content"].as_str());
        token.map(str::to_owned)
    });
    let usual = ["[PAD]", "<pad>"].map(str::to_owned);
    named
        .into_iter()
        .chain(usual)
        .find_map(|token| tokenizer.token_to_id(&token).map(|id| (token, id)))
}

/// Whether files have the checksums that `checksums.json` gives (SHA-256 by name), or
/// that the cache of the hub has as the names of its blobs.
fn check_checksums(folder: &Path) -> Result<String, String> {
    let expected = match std::fs::read_to_string(folder.join("checksums.json")) {
        Ok(text) => listed(&text)?,
        Err(_) => in_cache(folder),
    };
    if expected.is_empty() {
        return Ok("none are there to compare with".to_owned());
    }
    for (name, digest) in &expected {
        let found = digest.of_same_kind(&folder.join(name));
        let found = found.map_err(|error| format!("{name} cannot be read: {error}"))?;
        if found != *digest {
            return Err(format!(
                "{name} has been changed: its checksum is not {}; get it again",
                digest.as_str()
            ));
        }
    }
    Ok(format!(
        "{} as they should be",
        counted(expected.len(), "file")
    ))
}

fn listed(text: &str) -> Result<BTreeMap<String, Digest>, String> {
    let given: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| {
        format!("checksums.json is not a table of names and checksums: {error}")
    })?;
    let parsed = given.into_iter().map(|(name, digits)| {
        let inside = !name.contains(['/', '\\']);
        match Digest::parse(&digits) {
            Some(digest @ Digest::Sha256(_)) if inside => Ok((name, digest)),
            _ => Err(format!(
                "checksums.json has no SHA-256 of a file here for `{name}`"
            )),
        }
    });
    parsed.collect()
}

/// The links of a folder of the cache lead to files that are called by their checksums.
fn in_cache(folder: &Path) -> BTreeMap<String, Digest> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let parsed = entries.filter_map(|entry| {
        let blob = std::fs::read_link(entry.path()).ok()?;
        let digest = Digest::parse(blob.file_name()?.to_str()?)?;
        Some((entry.file_name().to_string_lossy().into_owned(), digest))
    });
    parsed.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::weights::save_module;
    use super::*;
    use crate::encoder::pieces::word_vocabulary;
    use crate::encoder::transformer::Architecture;
    use crate::encoder::transformer::Encoder;

    const CONFIG: &str = r#"{"model_type": "bert", "vocab_size": 6, "pad_token_id": 0,
        "hidden_size": 2, "num_hidden_layers": 1, "num_attention_heads": 1,
        "intermediate_size": 3}"#;

    #[derive(Module, Debug)]
    struct Bare {
        encoder: Encoder,
    }

    /// A folder with a tokenizer of six pieces and an encoder of them.
    fn model() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = |file: &str| folder.path().join(file);
        let words = ["a", "b"].map(str::to_owned);
        let pieces = word_vocabulary(std::iter::once(&words[..]), 1).unwrap();
        assert_eq!(pieces.vocabulary_size(), 6);
        pieces.save(&path("tokenizer.json")).unwrap();
        std::fs::write(path("config.json"), CONFIG).unwrap();
        let architecture = Architecture::open(folder.path()).unwrap();
        let encoder = architecture.init(&Device::flex());
        save_module(&Bare { encoder }, &architecture, &path("model.safetensors")).unwrap();
        folder
    }

    /// The only thing that is wrong.
    fn wrong(folder: &Path) -> (&'static str, String) {
        let all = check_model(folder).into_iter();
        let mut wrong = all.filter_map(|it| Some((it.what, it.found.err()?)));
        let first = wrong.next().unwrap();
        assert_eq!(wrong.next(), None);
        first
    }

    #[test]
    fn a_sound_model_passes() {
        let folder = model();
        let all = check_model(folder.path());
        let found: Vec<&str> = all.iter().map(|it| it.found.as_deref().unwrap()).collect();
        assert_eq!(
            found,
            [
                "bert",
                "21 tensors of F32 in 1 file",
                "6 pieces, padding `[PAD]` is 0",
                "1 layer of width 2, 1093 parameters",
                "none are there to compare with"
            ]
        );
    }

    #[test]
    fn every_kind_of_mistake_is_found() {
        for (file, text, what, reason) in [
            (
                "config.json",
                CONFIG.replace("bert", "gpt2"),
                "configuration",
                "`gpt2`",
            ),
            (
                "config.json",
                CONFIG.replace("\"vocab_size\": 6", "\"vocab_size\": 8"),
                "weights",
                "the shape [6, 2]",
            ),
            (
                "config.json",
                CONFIG.replace("\"pad_token_id\": 0", "\"pad_token_id\": 1"),
                "tokenizer",
                "`[PAD]` is piece 0",
            ),
            (
                "tokenizer.json",
                "{}".to_owned(),
                "tokenizer",
                "cannot be read",
            ),
            (
                "checksums.json",
                "[]".to_owned(),
                "checksums",
                "not a table",
            ),
            (
                "checksums.json",
                format!(r#"{{"config.json": "{}"}}"#, "0".repeat(64)),
                "checksums",
                "config.json has been changed",
            ),
            (
                "checksums.json",
                format!(r#"{{"../config.json": "{}"}}"#, "0".repeat(64)),
                "checksums",
                "no SHA-256 of a file here",
            ),
        ] {
            let folder = model();
            std::fs::write(folder.path().join(file), text).unwrap();
            let (found, message) = wrong(folder.path());
            assert_eq!(found, what, "{message}");
            assert!(message.contains(reason), "{message}");
        }
    }

    #[test]
    fn a_tensor_that_the_index_misplaces_is_found() {
        let folder = model();
        let path = |name: &str| folder.path().join(name);
        std::fs::rename(path("model.safetensors"), path("one.safetensors")).unwrap();
        std::fs::write(
            path("model.safetensors.index.json"),
            r#"{"weight_map": {"lost": "one.safetensors"}}"#,
        )
        .unwrap();
        let (what, message) = wrong(folder.path());
        assert_eq!(what, "weights");
        assert!(message.contains("one.safetensors has lost"), "{message}");
    }
}
