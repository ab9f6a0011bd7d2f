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

/// The optimiser. The encoder and the heads decay as the recipe says of each, biases and
/// the encoder's layer norms not at all; of several groups that a parameter belongs to, the
/// last counts.
pub(crate) fn optimiser(recipe: &Recipe, on_host: bool) -> Result<ModuleOptimizer, String> {
    let adam = |decay: f64| HostAdamW::new(recipe.optimiser, recipe.epsilon, decay, on_host);
    let of_encoder = recipe.weight_decay;
    let of_heads = recipe.head_weight_decay.unwrap_or(of_encoder);
    let mut optimiser = ModuleOptimizer::from(adam(of_heads));
    if of_heads.total_cmp(&of_encoder).is_ne() {
        optimiser = optimiser.with_group(encoder()?, adam(of_encoder), None);
    }
    if recipe.decay_all || (of_heads == 0.0 && of_encoder == 0.0) {
        return Ok(optimiser);
    }
    let exempt =
        ParamGroup::from_any_regexes(EXEMPT.to_vec()).map_err(|error| format!("{error:?}"))?;
    Ok(optimiser.with_group(exempt, adam(0.0), None))
}

/// Rates over `total` steps: the heads' for everything, the encoder's for its own.
pub(crate) fn scheduler(recipe: &Recipe, total: usize) -> Result<ModuleLrScheduler, String> {
    let heads = WarmupSchedule::of_heads(recipe, total);
    Ok(ModuleLrScheduler::new(heads)
        .with_group(encoder()?, WarmupSchedule::of_encoder(recipe, total)))
}

fn encoder() -> Result<ParamGroup, String> {
    ParamGroup::from_regex(ENCODER).map_err(|error| format!("{error:?}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::module::Module;
    use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
    use burn::optim::GradientsParams;
    use burn::tensor::{Device, Tensor};

    use super::*;
    use crate::train::Schedule;

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

    /// The values after the first of ten steps, without a slope where `flat`.
    fn stepped(recipe: &Recipe, flat: bool) -> [[f32; 3]; 2] {
        after(recipe, flat, 1)
    }

    /// The values after `steps` of ten steps.
    fn after(recipe: &Recipe, flat: bool, steps: usize) -> [[f32; 3]; 2] {
        let device = Device::flex().autodiff();
        let mut model = Whole {
            encoder: Part::new(&device),
            head: Part::new(&device),
        };
        let mut optimiser = optimiser(recipe, true).unwrap();
        let mut scheduler = scheduler(recipe, 10).unwrap();
        for _ in 0..steps {
            let loss = model.encoder.sum() + model.head.sum();
            let loss = if flat { loss.mul_scalar(0.0) } else { loss };
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = optimiser.step(scheduler.step(), model, gradients);
        }
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

    #[test]
    fn heads_may_decay_at_a_rate_of_their_own() {
        let own = Recipe {
            head_weight_decay: Some(1.0),
            ..recipe()
        };
        close(stepped(&own, true), [[0.95, 1.0, 1.0], [0.8, 1.0, 0.8]]);
        let all = Recipe {
            decay_all: true,
            ..own
        };
        close(stepped(&all, true), [[0.95; 3], [0.8; 3]]);
        let heads_alone = Recipe {
            weight_decay: 0.0,
            head_weight_decay: Some(0.5),
            ..recipe()
        };
        close(stepped(&heads_alone, true), [[1.0; 3], [0.9, 1.0, 0.9]]);
        let encoder_alone = Recipe {
            head_weight_decay: Some(0.0),
            ..recipe()
        };
        close(stepped(&encoder_alone, true), [[0.95, 1.0, 1.0], [1.0; 3]]);
    }

    #[test]
    fn heads_warm_up_and_fall_on_their_own() {
        let own = Recipe {
            weight_decay: 0.0,
            head_warmup: Some(0.2),
            head_schedule: Some(Schedule::Constant),
            ..recipe()
        };
        // With the same slope at every step, Adam moves by the rate: the encoder's falls
        // from 0.1 by a tenth a step, the heads' is 0, 0.1, 0.2, 0.2.
        for (steps, encoder, head) in [
            (1, 0.1, 0.0),
            (2, 0.19, 0.1),
            (3, 0.27, 0.3),
            (4, 0.34, 0.5),
        ] {
            close(
                after(&own, false, steps),
                [[1.0 - encoder; 3], [1.0 - head; 3]],
            );
        }
    }
}
