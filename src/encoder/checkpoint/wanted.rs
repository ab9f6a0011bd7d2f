//! What a module wants of a weights file, told without making any of it.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

use crate::encoder::module_path::ModulePath;

/// A parameter as PyTorch's files have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The path of fields, a norm's scale and shift being its weight and bias.
    pub(super) field: String,
    /// Dimensions, outputs before inputs.
    pub(super) shape: Vec<usize>,
}

/// The parameters of a module. A module that was only just built has no memory for them
/// yet, and gets none by this: a mistaken configuration can ask for more than there is.
pub(super) fn wanted<M: Module>(module: &M) -> Vec<Wanted> {
    let mut walk = Walk::default();
    module.visit(&mut walk);
    walk.found
}

#[derive(Default)]
struct Walk {
    path: ModulePath,
    found: Vec<Wanted>,
}

impl ModuleVisitor for Walk {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let mut field = self.path.dotted();
        let mut shape = param.lazy_shape().to_vec();
        match (self.path.container(), self.path.field()) {
            ("Struct:Linear", "weight") => shape.reverse(),
            ("Struct:LayerNorm" | "Struct:RmsNorm", own) => {
                let start = field.len() - own.len();
                match own {
                    "gamma" => field.replace_range(start.., "weight"),
                    "beta" => field.replace_range(start.., "bias"),
                    _ => {}
                }
            }
            _ => {}
        }
        self.found.push(Wanted { field, shape });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::transformer::{ARCHITECTURES, Architecture};
    use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot};
    use burn::tensor::Device;

    #[test]
    fn it_is_what_saving_gives() {
        // Each architecture takes the names that it knows.
        let config = r#""vocab_size": 6, "pad_token_id": 0, "hidden_size": 4,
            "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 3,
            "embedding_size": 2, "d_model": 4, "d_kv": 2, "d_ff": 3, "num_layers": 2,
            "num_heads": 2, "encoder_layers": 2, "encoder_attention_heads": 2,
            "encoder_ffn_dim": 3, "max_position_embeddings": 8, "relative_attention": true,
            "position_buckets": 4, "pos_att_type": ["p2c", "c2p"], "share_att_key": true,
            "norm_rel_ebd": "layer_norm", "position_biased_input": false, "type_vocab_size": 0,
            "hidden_act": "gelu""#;
        for kind in ARCHITECTURES {
            let mut text = format!(r#"{{"model_type": "{kind}", {config}}}"#);
            if kind != "deberta-v2" {
                text = text.replace("\"type_vocab_size\": 0", "\"type_vocab_size\": 2");
            }
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("config.json"), text).unwrap();
            let architecture = Architecture::open(folder.path()).unwrap();
            let encoder = architecture.init(&Device::flex());
            let found = wanted(&encoder);
            let saved = encoder.collect(None, Some(Box::new(BurnToPyTorchAdapter)), true);
            let saved: Vec<Wanted> = saved
                .into_iter()
                .map(|tensor| Wanted {
                    shape: tensor.shape.to_vec(),
                    field: tensor.name,
                })
                .collect();
            assert!(saved.len() > 15, "{kind}");
            assert_eq!(found, saved, "{kind}");
        }
    }
}
