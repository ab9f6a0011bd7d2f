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
    /// after, of the few words before, of all words. Drawn at random, the few numbers by which
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
        2 if right => -GAIN,
        2 => -0.25 * distance.min(EXACT) as f32,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::encoder::{TokenBatch, Transformer};

    #[test]
    fn heads_look_before_after_shortly_before_and_everywhere() {
        let best = |head: usize| {
            let gains = (0..2 * DIRECTION).map(|bucket| gain(head, bucket));
            let most = gains.clone().fold(f32::NEG_INFINITY, f32::max);
            let places = gains.enumerate().filter(|(_, one)| *one >= most);
            places.map(|(bucket, _)| bucket).collect::<Vec<_>>()
        };
        assert_eq!([best(0), best(1)], [vec![1], vec![DIRECTION + 1]]);
        assert_eq!(best(2), [0], "its own place");
        assert_eq!(best(3).len(), 2 * DIRECTION);
        assert_eq!(best(4), best(0), "heads take turns");
        assert!(gain(2, 3) > gain(2, 5) && gain(2, DIRECTION - 1) > gain(2, DIRECTION));
    }

    #[test]
    fn both_architectures_start_and_tell_the_order_of_words() {
        let device = Device::flex();
        for architecture in [ScratchArchitecture::Bert, ScratchArchitecture::T5] {
            let shape = ScratchConfig {
                architecture,
                hidden: 16,
                intermediate: 16,
                ..ScratchConfig::default()
            };
            let state = |ids: &[u32]| {
                let (_, encoder) = shape.start((10, 0), 1, &device);
                let batch = TokenBatch::new(&[ids], 0, &device);
                let states = encoder.forward(&batch, None).slice([0..1, 0..1]);
                states.try_into_vec_as::<f32>().unwrap()
            };
            let (one, other) = (state(&[4, 5, 6]), state(&[4, 6, 5]));
            let distance: f32 = one.iter().zip(&other).map(|(a, b)| (a - b).abs()).sum();
            assert!(distance > 1e-3, "{architecture:?}: {distance}");
            assert_eq!(one, state(&[4, 5, 6]));
        }
    }
}
