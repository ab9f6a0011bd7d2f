//! Keeping a part of an encoder as it is while the rest is trained.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::architecture::Architecture;
use super::model::Encoder;
use super::names::Names;
use crate::encoder::module_path::ModulePath;

/// What of the encoder keeps its pretrained values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freeze {
    /// Nothing.
    #[default]
    None,
    /// The embeddings.
    Embeddings,
    /// Everything: the encoder's states are computed once and shared by all trainings.
    All,
}

/// Takes the embeddings and the first `layers` layers out of training, as asked;
/// freezing layers freezes the embeddings below them.
pub fn freeze(
    encoder: Encoder,
    architecture: &Architecture,
    what: Freeze,
    layers: usize,
) -> Encoder {
    if what == Freeze::None && layers == 0 {
        return encoder;
    }
    encoder.map(&mut Freezer {
        names: architecture.names(),
        all: what == Freeze::All,
        layers,
        path: ModulePath::default(),
    })
}

struct Freezer<'a> {
    names: &'a Names,
    all: bool,
    layers: usize,
    path: ModulePath,
}

impl ModuleMapper for Freezer<'_> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.names.in_checkpoint(&self.path.dotted());
        let frozen = self.all
            || self.names.is_embedding(&name)
            || self
                .names
                .layer(&name)
                .is_some_and(|layer| layer < self.layers);
        if frozen {
            param.set_require_grad(false)
        } else {
            param
        }
    }
}
