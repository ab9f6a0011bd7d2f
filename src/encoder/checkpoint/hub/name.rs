//! Names of models on the hub.

use std::fmt;
use std::str::FromStr;

/// A model on the hub: `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubName(String);

impl FromStr for HubName {
    type Err = String;

    /// Reads `owner/name`; the error says what a name looks like.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sound = |part: &str| {
            // The hub allows no more; in particular nothing that would leave the cache.
            let plain = |character: char| {
                character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
            };
            !part.is_empty()
                && part.len() <= 96
                && part.chars().all(plain)
                && !part.starts_with(['-', '.'])
                && !part.ends_with(['-', '.'])
                && !part.contains("--")
                && !part.contains("..")
        };
        match text.split_once('/') {
            Some((owner, name)) if sound(owner) && sound(name) => Ok(Self(text.to_owned())),
            _ => Err(format!(
                "`{text}` is not the name of a model on the Hugging Face hub, which has the form \
                 `owner/name`"
            )),
        }
    }
}

impl HubName {
    /// `owner/name`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in the name of a folder of the cache, if that holds a model.
    pub(super) fn of_folder(folder: &str) -> Option<Self> {
        let rest = folder.strip_prefix("models--")?;
        rest.replacen("--", "/", 1).parse().ok()
    }
}

impl fmt::Display for HubName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_names_of_the_hub_are_read() {
        for name in ["google/flan-t5-small", "a/b", "X_1/y.2"] {
            assert_eq!(name.parse::<HubName>().unwrap().as_str(), name);
        }
        for name in [
            "",
            "minilm-l6",
            "a/",
            "/b",
            "a/b/c",
            "../b",
            "a/..",
            "a b/c",
            "a/b--c",
            "./models",
            "a/ü",
        ] {
            let text = name.parse::<HubName>().unwrap_err();
            assert!(text.contains("`owner/name`"), "{text}");
        }
    }

    #[test]
    fn folders_of_the_cache_name_their_model() {
        let name = HubName::of_folder("models--google--flan-t5-small").unwrap();
        assert_eq!(name.as_str(), "google/flan-t5-small");
        assert_eq!(HubName::of_folder("datasets--a--b"), None);
        assert_eq!(HubName::of_folder("models--gpt2"), None);
    }
}
