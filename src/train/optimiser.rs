//! AdamW with the groups that the papers' recipes speak of.

use burn::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use burn::module::ParamGroup;
use burn::optim::ModuleOptimizer;

use super::adamw::HostAdamW;
use super::recipe::Recipe;
use super::schedule::WarmupSchedule;

/// Paths of the parameters that usual recipes do not decay: biases, and the layer norms
/// of the encoder. The scale of a norm outside of it decays, as in PURE's release.
const EXEMPT: [&str; 3] = [r"\.bias$", r"\.beta$", r"^encoder\..*\.gamma$"];

/// Paths of the encoder's parameters.
const ENCODER: &str = r"^encoder\.";

/// The optimiser, with biases and layer norms in a group without decay.
pub(crate) fn optimiser(recipe: &Recipe, on_host: bool) -> Result<ModuleOptimizer, String> {
    let adam = |decay: f64| HostAdamW::new(recipe.epsilon, decay, on_host);
    let optimiser = ModuleOptimizer::from(adam(recipe.weight_decay));
    if recipe.decay_all || recipe.weight_decay == 0.0 {
        return Ok(optimiser);
    }
    let exempt =
        ParamGroup::from_any_regexes(EXEMPT.to_vec()).map_err(|error| format!("{error:?}"))?;
    Ok(optimiser.with_group(exempt, adam(0.0), None))
}

/// Rates over `total` steps: the heads' for everything, the encoder's for its own.
pub(crate) fn scheduler(recipe: &Recipe, total: usize) -> Result<ModuleLrScheduler, String> {
    let encoder = ParamGroup::from_regex(ENCODER).map_err(|error| format!("{error:?}"))?;
    Ok(
        ModuleLrScheduler::new(WarmupSchedule::new(recipe, recipe.head_rate, total)).with_group(
            encoder,
            WarmupSchedule::new(recipe, recipe.encoder_rate, total),
        ),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::module::Module;
    use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
    use burn::optim::GradientsParams;
    use burn::tensor::{Device, Tensor};

    use super::*;

    #[derive(Module, Debug)]
    struct Part {
        layer: Linear,
        norm: LayerNorm,
    }

    #[derive(Module, Debug)]
    struct Whole {
        encoder: Part,
        head: Part,
    }

    impl Part {
        fn new(device: &Device) -> Self {
            let layer: Linear = LinearConfig::new(2, 2).init(device);
            let ones = |tensor: Tensor<1>| (tensor.zeros_like() + 1.0).detach().require_grad();
            Self {
                layer: Linear {
                    weight: layer
                        .weight
                        .map(|weight| (weight.zeros_like() + 1.0).detach().require_grad()),
                    bias: layer.bias.map(|bias| bias.map(ones)),
                },
                norm: LayerNormConfig::new(2).with_bias(false).init(device),
            }
        }

        /// Weight, bias and γ, each one number.
        fn values(&self) -> [f32; 3] {
            [
                self.layer.weight.val().max().into_scalar::<f32>(),
                self.layer
                    .bias
                    .as_ref()
                    .unwrap()
                    .val()
                    .max()
                    .into_scalar::<f32>(),
                self.norm.gamma.val().max().into_scalar::<f32>(),
            ]
        }

        fn sum(&self) -> Tensor<1> {
            let bias = self.layer.bias.as_ref().unwrap().val();
            self.layer.weight.val().sum() + bias.sum() + self.norm.gamma.val().sum()
        }
    }

    /// The values after one step of rate 0.1, without a slope where `flat`.
    fn stepped(recipe: &Recipe, flat: bool) -> [[f32; 3]; 2] {
        let device = Device::flex().autodiff();
        let model = Whole {
            encoder: Part::new(&device),
            head: Part::new(&device),
        };
        let loss = model.encoder.sum() + model.head.sum();
        let loss = if flat { loss.mul_scalar(0.0) } else { loss };
        let gradients = GradientsParams::from_grads(loss.backward(), &model);
        let mut optimiser = optimiser(recipe, true).unwrap();
        let mut scheduler = scheduler(recipe, 10).unwrap();
        let model = optimiser.step(scheduler.step(), model, gradients);
        [model.encoder.values(), model.head.values()]
    }

    fn close(found: [[f32; 3]; 2], expected: [[f32; 3]; 2]) {
        let pairs = found.concat().into_iter().zip(expected.concat());
        for (a, b) in pairs {
            assert!((a - b).abs() < 1e-5, "{found:?} is not {expected:?}");
        }
    }

    fn recipe() -> Recipe {
        Recipe {
            encoder_rate: 0.1,
            head_rate: 0.2,
            warmup: 0.0,
            weight_decay: 0.5,
            epsilon: 1e-6,
            ..Recipe::default()
        }
    }

    #[test]
    fn weights_decay_and_of_norms_only_those_outside_the_encoder() {
        close(
            stepped(&recipe(), true),
            [[0.95, 1.0, 1.0], [0.9, 1.0, 0.9]],
        );
        let all = Recipe {
            decay_all: true,
            ..recipe()
        };
        close(stepped(&all, true), [[0.95; 3], [0.9; 3]]);
        let none = Recipe {
            weight_decay: 0.0,
            ..recipe()
        };
        close(stepped(&none, true), [[1.0; 3]; 2]);
    }

    #[test]
    fn the_first_step_of_either_group_has_its_rate() {
        // Adam's first step is the rate itself, downhill.
        let none = Recipe {
            weight_decay: 0.0,
            ..recipe()
        };
        close(stepped(&none, false), [[0.9; 3], [0.8; 3]]);
        // With decay too, and the exempt values without it.
        close(
            stepped(&recipe(), false),
            [[0.85, 0.9, 0.9], [0.7, 0.8, 0.7]],
        );
    }
}
