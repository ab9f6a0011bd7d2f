//! How a checkpoint names what an architecture's fields hold.

/// The names of one architecture.
///
/// Fields follow Hugging Face's names as far as Rust's syntax allows; what differs is
/// replaced, in order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    /// What checkpoints of a model with a head put before the encoder's tensors; bare
    /// checkpoints do without. Trained modules are written with it.
    pub(crate) prefix: &'static str,
    /// Parts of field paths, and what a checkpoint has in their place.
    pub(crate) to_checkpoint: &'static [(&'static str, &'static str)],
    /// Other names of a tensor, and the one it has here.
    pub(crate) aliases: &'static [(&'static str, &'static str)],
    /// Beginnings of the names of tensors that the encoder does not need: heads of the
    /// pre-training, a decoder, buffers.
    pub(crate) unneeded: &'static [&'static str],
    /// What the names of a layer's tensors start with, before the layer's number; none
    /// where layers share their weights.
    pub(crate) layers: Option<&'static str>,
    /// Beginnings of the names of the embeddings' tensors.
    pub(crate) embeddings: &'static [&'static str],
}

impl Names {
    /// The bare checkpoint's name of the tensor at a path of fields.
    pub(crate) fn in_checkpoint(&self, path: &str) -> String {
        self.to_checkpoint
            .iter()
            .fold(path.to_owned(), |name, (field, other)| {
                name.replace(field, other)
            })
    }

    /// The bare checkpoint's name of a tensor that a file calls `name`: without the
    /// prefix, and a norm's gamma and beta of old checkpoints as weight and bias.
    pub(crate) fn canonical(&self, name: &str) -> String {
        let name = name.strip_prefix(self.prefix).unwrap_or(name);
        for (old, new) in [(".gamma", ".weight"), (".beta", ".bias")] {
            if let Some(start) = name.strip_suffix(old) {
                return format!("{start}{new}");
            }
        }
        let alias = self.aliases.iter().find(|(other, _)| *other == name);
        alias.map_or(name, |(_, name)| name).to_owned()
    }

    /// Whether the encoder, cut after so many layers if at all, can do without the
    /// tensor of this canonical name.
    pub(crate) fn may_stay_unused(&self, name: &str, cut: Option<usize>) -> bool {
        let above = |cut| self.layer(name).is_some_and(|layer| layer >= cut);
        cut.is_some_and(above)
            || self.unneeded.iter().any(|start| name.starts_with(start))
            || self.aliases.iter().any(|(_, known)| *known == name)
    }

    /// The layer that the tensor of this canonical name belongs to.
    pub(crate) fn layer(&self, name: &str) -> Option<usize> {
        let rest = name.strip_prefix(self.layers?)?;
        rest.split('.').next()?.parse().ok()
    }

    /// Whether the tensor of this canonical name is part of the embeddings.
    pub(crate) fn is_embedding(&self, name: &str) -> bool {
        self.embeddings.iter().any(|start| name.starts_with(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names = Names {
        prefix: "model.",
        to_checkpoint: &[(".self_attn.", ".self."), ("layer_norm", "LayerNorm")],
        aliases: &[("encoder.embed_tokens.weight", "shared.weight")],
        unneeded: &["pooler."],
        layers: Some("encoder.layer."),
        embeddings: &["embeddings."],
    };

    #[test]
    fn old_styles_and_heads_come_to_one_name() {
        for (name, canonical) in [
            ("model.encoder.LayerNorm.gamma", "encoder.LayerNorm.weight"),
            ("encoder.LayerNorm.beta", "encoder.LayerNorm.bias"),
            ("model.encoder.embed_tokens.weight", "shared.weight"),
            ("encoder.layer.0.weight", "encoder.layer.0.weight"),
        ] {
            assert_eq!(NAMES.canonical(name), canonical);
        }
        assert_eq!(
            NAMES.in_checkpoint("layer.0.self_attn.layer_norm.bias"),
            "layer.0.self.LayerNorm.bias"
        );
    }

    #[test]
    fn layers_that_are_not_kept_may_stay_unused() {
        assert!(NAMES.may_stay_unused("encoder.layer.2.weight", Some(2)));
        assert!(!NAMES.may_stay_unused("encoder.layer.1.weight", Some(2)));
        assert!(!NAMES.may_stay_unused("encoder.layer.2.weight", None));
        assert!(NAMES.may_stay_unused("pooler.dense.bias", None));
        assert!(!NAMES.may_stay_unused("classifier.bias", Some(2)));
    }
}
