//! First values of parameters, drawn by a counter from the run's seed and the
//! parameter's name.
//!
//! The order in which modules are built or used plays no part, so two models that
//! share a part start with the same values in it, and a worker that has trained
//! other models before starts like a fresh one.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};

use super::dropout::{mix, unit};
use super::module_path::ModulePath;

/// Which distribution first values follow. Layer norms keep scale 1 and shift 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scheme {
    /// Linear and embedding weights ~ N(0, σ²), biases 0, as BERT and PURE do it.
    Normal(f64),
    /// Linear weights and biases ~ U(±1/√fan-in), embeddings ~ N(0, 1), as PyTorch's
    /// layers do it unasked.
    Framework,
}

/// Draws the values of every linear and embedding parameter of `module` whose dotted
/// path is `chosen`.
pub fn initialise<M: Module>(
    module: M,
    seed: u64,
    scheme: Scheme,
    chosen: &dyn Fn(&str) -> bool,
) -> M {
    module.map(&mut Draw {
        seed,
        scheme,
        chosen,
        path: ModulePath::default(),
        fan_in: 1,
    })
}

struct Draw<'a> {
    seed: u64,
    scheme: Scheme,
    chosen: &'a dyn Fn(&str) -> bool,
    path: ModulePath,
    fan_in: usize,
}

impl Draw<'_> {
    fn values<const D: usize>(&mut self, shape: [usize; D]) -> Option<Vec<f32>> {
        let count = shape.iter().product();
        let key = named_key(self.seed, &self.path.dotted());
        let weight = self.path.field() == "weight";
        match (self.path.container(), weight, self.scheme) {
            ("Struct:Linear" | "Struct:Embedding", true, Scheme::Normal(sigma)) => {
                Some(normal(key, count, sigma))
            }
            ("Struct:Embedding", true, Scheme::Framework) => Some(normal(key, count, 1.0)),
            // A recurrent cell maps its recurrent weight (gates·hidden × hidden) first, and
            // all of it follows U(±1/√hidden) under either scheme: neither BERT nor PURE
            // has such a cell.
            ("Struct:CellWeights", ..) => {
                if self.path.field() == "weight_hh" {
                    self.fan_in = shape[D - 1].max(1);
                }
                Some(uniform(key, count, 1.0 / (self.fan_in as f64).sqrt()))
            }
            ("Struct:Linear", false, Scheme::Normal(_)) => Some(vec![0.0; count]),
            ("Struct:Linear", _, Scheme::Framework) => {
                // A linear layer maps its weight (input × output) before its bias.
                if weight {
                    self.fan_in = shape[0].max(1);
                }
                let bound = 1.0 / (self.fan_in as f64).sqrt();
                Some(uniform(key, count, bound))
            }
            _ => None,
        }
    }
}

impl ModuleMapper for Draw<'_> {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.path.enter(name, container_type);
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !(self.chosen)(&self.path.dotted()) {
            return param;
        }
        let shape = param.val().dims();
        match self.values(shape) {
            None => param,
            Some(values) => param.map(|old| {
                let device = old.device();
                let fresh = Tensor::from_data(TensorData::new(values, shape), &device);
                if device.is_autodiff() {
                    fresh.require_grad()
                } else {
                    fresh
                }
            }),
        }
    }
}

/// The key of what has a name of its own, from the seed and the name (FNV-1a over its
/// bytes).
pub(crate) fn named_key(seed: u64, name: &str) -> u64 {
    let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    mix(mix(seed) ^ hash)
}

/// Values from U(±`bound`).
pub(crate) fn uniform(key: u64, count: usize, bound: f64) -> Vec<f32> {
    (0..count as u64)
        .map(|index| ((2.0 * unit(mix(key.wrapping_add(index))) - 1.0) * bound) as f32)
        .collect()
}

/// Normal values by the polar form's trigonometric ancestor (Box and Muller 1958):
/// two uniforms give two independent normals.
pub(crate) fn normal(key: u64, count: usize, sigma: f64) -> Vec<f32> {
    let mut values = Vec::with_capacity(count + 1);
    let mut counter = 0;
    while values.len() < count {
        let radius = (-2.0 * unit(mix(key.wrapping_add(counter))).ln()).sqrt() * sigma;
        let angle = std::f64::consts::TAU * unit(mix(key.wrapping_add(counter + 1)));
        values.push((radius * angle.cos()) as f32);
        values.push((radius * angle.sin()) as f32);
        counter += 2;
    }
    values.truncate(count);
    values
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use burn::nn::{Linear, LinearConfig};
    use burn::tensor::Device;

    fn weights(linear: &Linear) -> Vec<f32> {
        linear.weight.val().into_data().try_into_vec().unwrap()
    }

    #[test]
    fn normals_have_the_asked_moments() {
        let values = normal(5, 100_001, 0.02);
        assert_eq!(values.len(), 100_001);
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / 100_001.0;
        let variance = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / 100_001.0;
        assert!(mean.abs() < 3e-4, "{mean}");
        assert!((variance.sqrt() - 0.02).abs() < 2e-4, "{variance}");
    }

    #[test]
    fn the_seed_and_nothing_else_decides() {
        let device = Device::flex();
        let make = |seed| {
            weights(&initialise(
                LinearConfig::new(8, 4).init(&device),
                seed,
                Scheme::Framework,
                &|_| true,
            ))
        };
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
        let bound = 1.0 / 8f32.sqrt();
        assert!(make(1).iter().all(|value| value.abs() <= bound));
        assert!(make(1).iter().any(|value| value.abs() > bound / 4.0));
    }

    #[test]
    fn a_recurrent_cell_is_bounded_by_its_width_and_drawn_by_name() {
        use crate::encoder::recurrent::{BiRnnConfig, Cell};
        let config = BiRnnConfig {
            cell: Cell::Lstm,
            input: 400,
            hidden: 25,
            layers: 2,
            dropout: 0.0,
        };
        let draw = |scheme| {
            let rnn = config.init(&Device::flex());
            let rnn = initialise(rnn, 1, scheme, &|_| true);
            let cells: Vec<Vec<f32>> = rnn
                .layers
                .iter()
                .flat_map(|layer| [&layer.forward, &layer.reverse])
                .flat_map(|cell| {
                    let tensors = [
                        cell.weight_ih.val().into_data(),
                        cell.weight_hh.val().into_data(),
                        cell.bias_ih.val().into_data(),
                        cell.bias_hh.val().into_data(),
                    ];
                    tensors.map(|data| data.try_into_vec().unwrap())
                })
                .collect();
            cells
        };
        let drawn = draw(Scheme::Framework);
        for values in &drawn {
            let largest = values
                .iter()
                .fold(0f32, |most, value| most.max(value.abs()));
            assert!(largest <= 0.2 && largest > 0.15, "{largest}");
        }
        assert_ne!(drawn[2][..100], drawn[3][..100]);
        assert_ne!(drawn[1], drawn[5]);
        assert_eq!(drawn, draw(Scheme::Normal(0.02)));
    }
}
