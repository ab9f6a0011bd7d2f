//! The loop itself.

use std::time::Instant;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};

use super::clip::clip_global_norm;
use super::optimiser::{optimiser, scheduler};
use super::recipe::{Keep, Recipe};
use crate::encoder::Noise;

/// What an epoch, or the part of one up to an evaluation, came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Number of the epoch, from 1.
    pub epoch: u32,
    /// Share of the epoch that had been trained: 1 at its end, less where a model is
    /// evaluated more often.
    pub part: f64,
    /// Mean loss of the epoch's batches so far.
    pub loss: f64,
    /// The selection score on the dev split.
    pub score: f64,
    /// Seconds trained since the evaluation before.
    pub train_seconds: f64,
    /// Seconds the evaluation took.
    pub evaluate_seconds: f64,
}

/// A trained model: the one with the best selection score, or the last.
#[derive(Debug)]
pub struct Fitted<M> {
    /// The model as of the evaluation that was kept, without gradients.
    pub model: M,
    /// The evaluation it was taken from.
    pub best: Epoch,
    /// All evaluations, in order.
    pub history: Vec<Epoch>,
    /// The epoch after which the training stopped, where it did so before the last.
    pub stopped: Option<u32>,
}

/// Trains `model` on examples.
///
/// `batches` gives the batches of an epoch (from 1; asked for epoch 0, their number is
/// what counts) as indices of examples, `loss` the loss of the examples with these
/// indices, `evaluate` the score on the dev split by which the best model is chosen (the
/// first of equals, the last while all are 0), `observe` hears of every evaluation.
///
/// The model is evaluated `recipe.evaluations` times an epoch: after every
/// max(1, ⌊batches / evaluations⌋) batches. Where `recipe.patience` is not 0, training ends
/// with the epoch in which the best evaluation is that many epochs old; while all scores
/// are 0 the last counts as the best, so that it goes on. Where `recipe.keep` is `last` it
/// always does.
///
/// # Errors
/// When the loss is no longer a number, or `loss` or `evaluate` fail.
pub fn fit<M: Module>(
    mut model: M,
    batches: impl Fn(u32) -> Vec<Vec<usize>>,
    recipe: &Recipe,
    seed: u64,
    mut loss: impl FnMut(&M, &[usize], &Noise) -> Result<Option<Tensor<1>>, String>,
    mut evaluate: impl FnMut(&M) -> Result<f64, String>,
    mut observe: impl FnMut(&Epoch),
) -> Result<Fitted<M>, String> {
    let per_epoch = batches(0).len();
    let between = (per_epoch / recipe.evaluations.max(1)).max(1);
    let total = per_epoch * recipe.epochs as usize;
    let on_host = on_host(&model);
    let mut optimiser = optimiser(recipe, on_host)?;
    let mut scheduler = scheduler(recipe, total)?;
    let mut step = 0;
    let mut best: Option<(M, Epoch)> = None;
    let mut history = Vec::new();
    let mut stopped = None;
    for epoch in 1..=recipe.epochs {
        let mut start = Instant::now();
        let mut sum = 0.0;
        for (index, batch) in batches(epoch).into_iter().enumerate() {
            let noise = Noise::new(seed, step);
            step += 1;
            let rates = scheduler.step();
            // A batch may hold nothing to learn from, such as no gold pair.
            if let Some(value) = loss(&model, &batch, &noise)? {
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
            let done = index + 1;
            if done % between != 0 {
                continue;
            }
            let train_seconds = start.elapsed().as_secs_f64();
            start = Instant::now();
            let trained = model.valid();
            let score = evaluate(&trained)?;
            let record = Epoch {
                epoch,
                part: done as f64 / per_epoch as f64,
                loss: sum / done as f64,
                score,
                train_seconds,
                evaluate_seconds: start.elapsed().as_secs_f64(),
            };
            start = Instant::now();
            observe(&record);
            history.push(record);
            if recipe.keep == Keep::Last
                || best
                    .as_ref()
                    .is_none_or(|(_, best)| better(score, best.score))
            {
                best = Some((trained, record));
            }
        }
        let of_best = best.as_ref().map_or(0, |(_, best)| best.epoch);
        if recipe.patience > 0 && epoch < recipe.epochs && epoch - of_best >= recipe.patience {
            stopped = Some(epoch);
            break;
        }
    }
    let (model, best) =
        best.ok_or("there is nothing to train on: no example of the training split can be used")?;
    Ok(Fitted {
        model,
        best,
        history,
        stopped,
    })
}

/// Whether a model with this score is kept in place of one with the `best` so far: the
/// first of equals stays, but as long as nothing is right, the one that has learned longer.
fn better(score: f64, best: f64) -> bool {
    score > best || (score <= 0.0 && best <= 0.0)
}

/// Whether the model's parameters lie in the host's memory.
fn on_host<M: Module>(model: &M) -> bool {
    model
        .devices()
        .into_iter()
        .all(|device| device.without_autodiff() == Device::flex())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::nn::{Initializer, Linear, LinearConfig};

    use super::*;

    /// What fitting a line comes to when its evaluations have these `scores`, three batches
    /// an epoch.
    fn fitted(recipe: &Recipe, scores: &[f64]) -> Fitted<Linear> {
        let device = Device::flex().autodiff();
        let model: Linear = LinearConfig::new(1, 1)
            .with_initializer(Initializer::Ones)
            .init(&device);
        let mut scores = scores.iter();
        fit(
            model,
            |_| vec![vec![0], vec![1], vec![2]],
            recipe,
            1,
            |model, _, _| Ok(Some(model.weight.val().square().sum())),
            |_| {
                scores
                    .next()
                    .copied()
                    .ok_or("evaluated too often".to_owned())
            },
            |_| {},
        )
        .unwrap()
    }

    /// The number of evaluations, the epoch of the best, and where it stopped.
    fn course(patience: u32, evaluations: usize, scores: &[f64]) -> (usize, u32, Option<u32>) {
        let recipe = Recipe {
            epochs: 6,
            patience,
            evaluations,
            ..Recipe::default()
        };
        let fitted = fitted(&recipe, scores);
        (fitted.history.len(), fitted.best.epoch, fitted.stopped)
    }

    #[test]
    fn training_stops_when_the_best_evaluation_is_old() {
        let scores = [0.1, 0.3, 0.2, 0.3, 0.2, 0.4];
        assert_eq!(course(0, 1, &scores), (6, 6, None));
        assert_eq!(course(2, 1, &scores), (4, 2, Some(4)));
        assert_eq!(course(3, 1, &scores), (5, 2, Some(5)));
        // The last epoch is the end either way.
        assert_eq!(course(4, 1, &[0.1, 0.3, 0.2, 0.2, 0.2, 0.2]), (6, 2, None));
        assert_eq!(course(1, 1, &scores[..3]), (3, 2, Some(3)));
    }

    #[test]
    fn an_epoch_is_ended_before_training_stops() {
        let scores = [0.1, 0.1, 0.3, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1];
        // Three evaluations an epoch: the best is the last of the first epoch.
        assert_eq!(course(2, 3, &scores), (9, 1, Some(3)));
        assert_eq!(course(1, 3, &scores), (6, 1, Some(2)));
    }

    #[test]
    fn as_long_as_nothing_is_right_training_goes_on() {
        assert_eq!(course(1, 1, &[0.0; 6]), (6, 6, None));
        assert_eq!(course(1, 1, &[0.0, 0.0, 0.2, 0.1]), (4, 3, Some(4)));
    }

    #[test]
    fn the_last_model_is_kept_where_asked() {
        let scores = [0.1, 0.3, 0.2];
        let kept = |keep| {
            let recipe = Recipe {
                epochs: 3,
                patience: 1,
                keep,
                ..Recipe::default()
            };
            let fitted = fitted(&recipe, &scores);
            (fitted.best.epoch, fitted.stopped)
        };
        assert_eq!(kept(Keep::Best), (2, None));
        assert_eq!(kept(Keep::Last), (3, None));
    }

    #[test]
    fn patience_changes_no_rate() {
        let scores = [0.1, 0.3, 0.2, 0.3, 0.2, 0.4];
        let of = |patience| Recipe {
            epochs: 6,
            patience,
            ..Recipe::default()
        };
        let losses = |patience| {
            let fitted = fitted(&of(patience), &scores);
            fitted
                .history
                .iter()
                .map(|epoch| epoch.loss)
                .collect::<Vec<_>>()
        };
        assert_eq!(losses(2), losses(0)[..4]);
    }

    #[test]
    fn the_first_of_equals_stays_unless_nothing_is_right() {
        assert!(better(0.5, 0.4) && !better(0.4, 0.4) && !better(0.0, 0.4));
        assert!(better(0.0, 0.0));
    }
}
