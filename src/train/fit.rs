//! The loop itself.

use std::time::Instant;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};

use super::batches::epoch_batches;
use super::clip::clip_global_norm;
use super::optimiser::{optimiser, scheduler};
use super::recipe::Recipe;
use crate::encoder::Noise;

/// What one epoch came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Number of the epoch, from 1.
    pub epoch: u32,
    /// Mean loss of its batches.
    pub loss: f64,
    /// The selection score on the dev split after it.
    pub score: f64,
    /// Seconds it trained.
    pub train_seconds: f64,
    /// Seconds the evaluation took.
    pub evaluate_seconds: f64,
}

/// A trained model: the one with the best selection score.
#[derive(Debug)]
pub struct Fitted<M> {
    /// The model as of the best epoch, without gradients.
    pub model: M,
    /// The epoch it was taken from.
    pub best: Epoch,
    /// All epochs, in order.
    pub history: Vec<Epoch>,
}

/// Trains `model` on the examples whose lengths are given.
///
/// `loss` gives the loss of the examples with these indices, `evaluate` the score on
/// the dev split by which the best epoch is chosen (the first of equals), `observe`
/// hears of every epoch.
///
/// # Errors
/// When the loss is no longer a number, or `loss` or `evaluate` fail.
pub fn fit<M: Module>(
    mut model: M,
    lengths: &[usize],
    recipe: &Recipe,
    seed: u64,
    mut loss: impl FnMut(&M, &[usize], &Noise) -> Result<Option<Tensor<1>>, String>,
    mut evaluate: impl FnMut(&M) -> Result<f64, String>,
    mut observe: impl FnMut(&Epoch),
) -> Result<Fitted<M>, String> {
    let per_epoch = epoch_batches(lengths, recipe, seed, 0).len();
    let total = per_epoch * recipe.epochs as usize;
    let on_host = on_host(&model);
    let mut optimiser = optimiser(recipe, on_host)?;
    let mut scheduler = scheduler(recipe, total)?;
    let mut step = 0;
    let mut best: Option<(M, Epoch)> = None;
    let mut history = Vec::new();
    for epoch in 1..=recipe.epochs {
        let start = Instant::now();
        let mut sum = 0.0;
        for batch in epoch_batches(lengths, recipe, seed, epoch) {
            let noise = Noise::new(seed, step);
            step += 1;
            let rates = scheduler.step();
            // A batch may hold nothing to learn from, such as no gold pair.
            let Some(value) = loss(&model, &batch, &noise)? else {
                continue;
            };
            let number = value.clone().into_scalar::<f32>();
            if !number.is_finite() {
                return Err(format!(
                    "the loss became {number} in epoch {epoch}, step {step}; lower \
                     train.encoder_rate or train.head_rate, or set train.clip"
                ));
            }
            sum += f64::from(number);
            let mut gradients = GradientsParams::from_grads(value.backward(), &model);
            clip_global_norm(&model, &mut gradients, recipe.clip);
            model = optimiser.step(rates, model, gradients);
        }
        let train_seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let trained = model.valid();
        let score = evaluate(&trained)?;
        let record = Epoch {
            epoch,
            loss: sum / per_epoch.max(1) as f64,
            score,
            train_seconds,
            evaluate_seconds: start.elapsed().as_secs_f64(),
        };
        observe(&record);
        history.push(record);
        if best.as_ref().is_none_or(|(_, best)| score > best.score) {
            best = Some((trained, record));
        }
    }
    let (model, best) = best.ok_or("train.epochs is 0, so nothing was trained")?;
    Ok(Fitted {
        model,
        best,
        history,
    })
}

/// Whether the model's parameters lie in the host's memory.
fn on_host<M: Module>(model: &M) -> bool {
    model
        .devices()
        .into_iter()
        .all(|device| device.without_autodiff() == Device::flex())
}
