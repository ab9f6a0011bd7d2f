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
