//! One vector per word out of an encoder's layers.

use burn::module::{Module, Param};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

/// γ Σⱼ softmax(w)ⱼ hⱼ over layers j (Peters et al. 2018, "Deep contextualized word
/// representations", eq. 1). It starts as the plain mean: w is 0 and γ is 1.
#[derive(Module, Debug)]
pub struct ScalarMix {
    weights: Param<Tensor<1>>,
    scale: Param<Tensor<1>>,
}

impl ScalarMix {
    /// A mix of so many layers.
    pub fn new(layers: usize, device: &Device) -> Self {
        Self {
            weights: Param::from_tensor(Tensor::zeros([layers], device)),
            scale: Param::from_tensor(Tensor::ones([1], device)),
        }
    }

    /// Mixes words × layers × width into words × width.
    pub fn forward(&self, layers: Tensor<3>) -> Tensor<2> {
        let [words, count, width] = layers.dims();
        let weights = softmax(self.weights.val(), 0) * self.scale.val();
        (layers * weights.reshape([1, count, 1]))
            .sum_dim(1)
            .reshape([words, width])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use burn::tensor::TensorData;

    const WORDS: usize = 2;
    const LAYERS: usize = 3;
    const WIDTH: usize = 2;

    fn input() -> Vec<f32> {
        (0..WORDS * LAYERS * WIDTH)
            .map(|at| ((at * 7 % 11) as f32 - 5.0) / 3.0)
            .collect()
    }

    fn tensor(device: &Device) -> Tensor<3> {
        Tensor::from_data(TensorData::new(input(), [WORDS, LAYERS, WIDTH]), device)
    }

    /// The equation with plain numbers in double precision.
    fn expected(weights: [f64; LAYERS], scale: f64) -> Vec<f64> {
        let sum: f64 = weights.iter().map(|weight| weight.exp()).sum();
        let input = input();
        (0..WORDS * WIDTH)
            .map(|at| {
                let (word, column) = (at / WIDTH, at % WIDTH);
                let mixed: f64 = (0..LAYERS)
                    .map(|layer| {
                        let value = input[(word * LAYERS + layer) * WIDTH + column];
                        weights[layer].exp() / sum * f64::from(value)
                    })
                    .sum();
                scale * mixed
            })
            .collect()
    }

    fn mix(weights: [f64; LAYERS], scale: f64, device: &Device) -> ScalarMix {
        let parameter = |values: Vec<f32>| {
            let shape = [values.len()];
            Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), device))
        };
        ScalarMix {
            weights: parameter(weights.map(|weight| weight as f32).to_vec()),
            scale: parameter(vec![scale as f32]),
        }
    }

    /// A loss that weighs outputs differently, so that no gradient cancels.
    fn loss(outputs: &[f64]) -> f64 {
        outputs
            .iter()
            .enumerate()
            .map(|(at, output)| (at as f64 + 1.0) * output)
            .sum()
    }

    fn assert_close(found: &[f32], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (f64::from(*found) - expected).abs() < 1e-5,
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn the_mix_is_the_equation() {
        let device = Device::flex();
        let values = |mix: ScalarMix| -> Vec<f32> {
            mix.forward(tensor(&device))
                .into_data()
                .try_into_vec()
                .unwrap()
        };
        let found = values(mix([0.3, -1.2, 0.7], 1.6, &device));
        assert_close(&found, &expected([0.3, -1.2, 0.7], 1.6));
        let found = values(ScalarMix::new(LAYERS, &device));
        assert_close(&found, &expected([0.0; LAYERS], 1.0));
    }

    #[test]
    fn gradients_are_those_of_the_equation() {
        let device = Device::flex().autodiff();
        let (weights, scale) = ([0.3, -1.2, 0.7], 1.6);
        let module = mix(weights, scale, &device);
        let factors = Tensor::<2>::from_data(
            TensorData::new(vec![1f32, 2.0, 3.0, 4.0], [WORDS, WIDTH]),
            &device,
        );
        let gradients = (module.forward(tensor(&device)) * factors).sum().backward();
        let step = 1e-5;
        let slope = |change: &dyn Fn(f64) -> Vec<f64>| {
            (loss(&change(step)) - loss(&change(-step))) / (2.0 * step)
        };
        let by_weight: Vec<f64> = (0..LAYERS)
            .map(|layer| {
                slope(&|by| {
                    let mut moved = weights;
                    moved[layer] += by;
                    expected(moved, scale)
                })
            })
            .collect();
        let found = module.weights.val().grad(&gradients).unwrap();
        assert_close(
            &found.into_data().try_into_vec::<f32>().unwrap(),
            &by_weight,
        );
        let by_scale = slope(&|by| expected(weights, scale + by));
        let found = module.scale.val().grad(&gradients).unwrap();
        assert_close(
            &found.into_data().try_into_vec::<f32>().unwrap(),
            &[by_scale],
        );
    }
}
