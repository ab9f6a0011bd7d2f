//! An encoder from scratch with its first values.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor, TensorData};

use super::config::{ScratchArchitecture, ScratchConfig};
use super::initialise::{Scheme, initialise};
use super::module_path::ModulePath;
use super::transformer::{Architecture, Encoder};

/// Buckets of distances in each direction, and how many of them hold one distance alone.
const DIRECTION: usize = 16;
const EXACT: usize = 8;

/// What a head's attention gains, as a logarithm, for the words it looks at first.
const GAIN: f32 = 4.0;

impl ScratchConfig {
    /// The encoder of this shape over a vocabulary of `vocabulary` pieces, of which
    /// `padding` pads; its first values are drawn from `seed`.
    ///
    /// T5's heads begin with a view of their own each: of the word before, of the word
    /// after, of the words nearby, of all words. Drawn at random, the few numbers by which
    /// they know distances would take longer to learn than a short training lasts.
    pub fn start(
        &self,
        (vocabulary, padding): (usize, u32),
        seed: u64,
        device: &Device,
    ) -> (Architecture, Encoder) {
        let architecture = self.over(vocabulary, padding);
        let empty = architecture.init(device);
        let encoder = match self.architecture {
            ScratchArchitecture::Bert => initialise(empty, seed, Scheme::Normal(0.02), &|_| true),
            // Its norms come before the layers, whose weights must not shrink the sum.
            ScratchArchitecture::T5 => {
                initialise(empty, seed, Scheme::Framework, &|_| true).map(&mut Views::default())
            }
        };
        (architecture, encoder)
    }
}

/// Gives the heads their first views.
#[derive(Default)]
struct Views {
    path: ModulePath,
}

/// What head `head` gains for words in bucket `bucket`: 0 to 15 are distances to the
/// left, from 0 on, and 16 to 31 those to the right.
fn gain(head: usize, bucket: usize) -> f32 {
    let distance = bucket % DIRECTION;
    let right = bucket >= DIRECTION;
    match head % 4 {
        0 if distance == 1 && !right => GAIN,
        1 if distance == 1 && right => GAIN,
        2 => -0.5 * distance.min(EXACT) as f32,
        _ => 0.0,
    }
}

impl ModuleMapper for Views {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !self
            .path
            .dotted()
            .ends_with("relative_attention_bias.weight")
        {
            return param;
        }
        param.map(|old| {
            let shape = old.dims();
            let heads = shape[D - 1];
            let values: Vec<f32> = (0..shape.iter().product())
                .map(|place| gain(place % heads, place / heads))
                .collect();
            let device = old.device();
            let fresh = Tensor::from_data(TensorData::new(values, shape), &device);
            if device.is_autodiff() {
                fresh.require_grad()
            } else {
                fresh
            }
        })
    }
}
