//! Which of a model's files are worth fetching, and models that are refused.

use super::listing::{Listing, RemoteFile};
use super::name::HubName;
use crate::encoder::checkpoint::model_folder::{INDEX, WEIGHTS};

/// Small files that are fetched where the model has them.
const COMPANIONS: [&str; 10] = [
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "spiece.model",
    "spm.model",
    "LICENSE",
    "LICENSE.txt",
];

/// What is fetched first: everything but the weights of a model in several files, whose
/// names the index has.
pub(super) fn choose<'a>(
    name: &HubName,
    listing: &'a Listing,
) -> Result<Vec<&'a RemoteFile>, String> {
    let find = |wanted: &str| listing.files.iter().find(|file| file.name == wanted);
    let config = find("config.json").ok_or(
        "it has no config.json, so it is not a model that transformers reads; only those can be \
         used",
    )?;
    let weights = find(WEIGHTS)
        .or_else(|| find(INDEX))
        .ok_or_else(|| no_weights(name, listing))?;
    let tokenizer = find("tokenizer.json").ok_or_else(|| no_tokenizer(name))?;
    let mut chosen = vec![config, tokenizer];
    chosen.extend(COMPANIONS.iter().filter_map(|wanted| find(wanted)));
    chosen.push(weights);
    Ok(chosen)
}

/// Where a model is put that was converted by hand.
fn converted(name: &HubName) -> String {
    let last = name.as_str().rsplit('/').next().unwrap_or_default();
    format!("models/{last}")
}

fn no_weights(name: &HubName, listing: &Listing) -> String {
    let pickled = listing.files.iter().find(|file| {
        let ends = |end| file.name.ends_with(end);
        [".bin", ".pt", ".pth", ".ckpt"].into_iter().any(ends)
    });
    let folder = converted(name);
    match pickled {
        Some(file) => format!(
            "its only weights are pickled ({}), and reading a pickle can run any code that was put \
             into it; where you trust its makers, convert it with transformers and use {folder}:\n\
             \x20   from transformers import AutoModel, AutoTokenizer\n\
             \x20   AutoModel.from_pretrained(\"{name}\").save_pretrained(\"{folder}\", safe_serialization=True)\n\
             \x20   AutoTokenizer.from_pretrained(\"{name}\").save_pretrained(\"{folder}\")",
            file.name
        ),
        None => "it has no weights in the safetensors format, which is the one that can be read"
            .to_owned(),
    }
}

fn no_tokenizer(name: &HubName) -> String {
    let folder = converted(name);
    format!(
        "it has no tokenizer.json, only the files of a slow tokenizer; write one with \
         transformers, put it into {folder} beside config.json and model.safetensors, and use that \
         folder:\n\
         \x20   from transformers import AutoTokenizer\n\
         \x20   AutoTokenizer.from_pretrained(\"{name}\", use_fast=True).save_pretrained(\"{folder}\")"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn choice(files: &[&str]) -> Result<Vec<String>, String> {
        let listing = Listing {
            commit: "0".repeat(40),
            files: files
                .iter()
                .map(|name| RemoteFile {
                    name: (*name).to_owned(),
                    content: None,
                })
                .collect(),
        };
        let chosen = choose(&"ada/small".parse().unwrap(), &listing)?;
        Ok(chosen.into_iter().map(|file| file.name.clone()).collect())
    }

    #[test]
    fn one_form_of_the_weights_is_chosen_and_nothing_needless() {
        let files = [
            "README.md",
            "config.json",
            "model.safetensors",
            "onnx/model.onnx",
            "pytorch_model.bin",
            "tokenizer.json",
            "vocab.txt",
        ];
        let chosen = choice(&files).unwrap();
        assert_eq!(
            chosen,
            [
                "config.json",
                "tokenizer.json",
                "vocab.txt",
                "model.safetensors"
            ]
        );
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_the_way_out() {
        for (files, reason) in [
            (
                &["config.json", "tokenizer.json", "pytorch_model.bin"][..],
                "safe_serialization=True",
            ),
            (
                &["config.json", "tokenizer.json", "tf_model.h5"],
                "safetensors format",
            ),
            (
                &["config.json", "model.safetensors", "vocab.txt"],
                "use_fast=True",
            ),
            (&["model.safetensors", "tokenizer.json"], "no config.json"),
        ] {
            let text = choice(files).unwrap_err();
            assert!(text.contains(reason), "{text}");
        }
    }
}
