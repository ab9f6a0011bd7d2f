//! Linear warm-up, then one of several ways to fall, or none.

use burn::lr_scheduler::{LrScheduler, LrSchedulerRecord};

use super::recipe::{Recipe, Schedule};

/// The rate of one group of parameters over a training of known length.
#[derive(Debug, Clone)]
pub(crate) struct WarmupSchedule {
    peak: f64,
    warmup: usize,
    total: usize,
    schedule: Schedule,
    time_decay: f64,
    step: usize,
}

impl WarmupSchedule {
    /// The encoder's rate over `total` steps.
    pub(crate) fn of_encoder(recipe: &Recipe, total: usize) -> Self {
        Self {
            peak: recipe.encoder_rate,
            warmup: (recipe.warmup * total as f64) as usize,
            total,
            schedule: recipe.schedule,
            time_decay: recipe.time_decay,
            step: 0,
        }
    }

    /// The rate of everything outside the encoder, which follows the encoder's warm-up and
    /// schedule unless it has its own.
    pub(crate) fn of_heads(recipe: &Recipe, total: usize) -> Self {
        Self {
            peak: recipe.head_rate,
            warmup: (recipe.head_warmup.unwrap_or(recipe.warmup) * total as f64) as usize,
            schedule: recipe.head_schedule.unwrap_or(recipe.schedule),
            ..Self::of_encoder(recipe, total)
        }
    }

    /// Rate at step `step`, counted from 0: `peak · step/warmup` while it rises, then, in
    /// the usual linear schedule with warm-up, `peak · (total − step)/(total − warmup)`.
    /// The first of several warm-up steps thus has rate 0.
    fn rate(&self, step: usize) -> f64 {
        if step < self.warmup {
            return self.peak * step as f64 / self.warmup as f64;
        }
        match self.schedule {
            Schedule::Linear => {
                let rest = self.total.saturating_sub(step) as f64;
                self.peak * rest / (self.total - self.warmup).max(1) as f64
            }
            Schedule::Constant => self.peak,
            Schedule::InverseTime => {
                self.peak / (1.0 + self.time_decay * (step - self.warmup) as f64)
            }
        }
    }
}

impl LrScheduler for WarmupSchedule {
    fn step(&mut self) -> f64 {
        let rate = self.rate(self.step);
        self.step += 1;
        rate
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new().with_scalar("step", self.step as u64)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        if let Some(step) = record.scalar::<u64>("step") {
            self.step = step as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(warmup: f64, schedule: Schedule) -> Vec<f64> {
        let recipe = Recipe {
            warmup,
            schedule,
            time_decay: 0.5,
            encoder_rate: 1.0,
            ..Recipe::default()
        };
        steps(WarmupSchedule::of_encoder(&recipe, 10))
    }

    fn steps(mut schedule: WarmupSchedule) -> Vec<f64> {
        (0..10).map(|_| schedule.step()).collect()
    }

    fn close(left: &[f64], right: &[f64]) {
        assert_eq!(left.len(), right.len());
        for (a, b) in left.iter().zip(right) {
            assert!((a - b).abs() < 1e-12, "{left:?} is not {right:?}");
        }
    }

    #[test]
    fn the_rate_rises_and_falls() {
        close(
            &rates(0.5, Schedule::Linear),
            &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 0.8, 0.6, 0.4, 0.2],
        );
        close(
            &rates(0.0, Schedule::Linear),
            &[1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1],
        );
        close(
            &rates(0.2, Schedule::Constant),
            &[0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        );
        close(
            &rates(0.6, Schedule::InverseTime)[6..],
            &[1.0, 1.0 / 1.5, 0.5, 0.4],
        );
    }

    #[test]
    fn heads_follow_the_encoder_unless_they_have_their_own() {
        let recipe = Recipe {
            encoder_rate: 1.0,
            head_rate: 2.0,
            warmup: 0.2,
            schedule: Schedule::Linear,
            ..Recipe::default()
        };
        let encoder = steps(WarmupSchedule::of_encoder(&recipe, 10));
        let twice: Vec<f64> = encoder.iter().map(|rate| 2.0 * rate).collect();
        close(&steps(WarmupSchedule::of_heads(&recipe, 10)), &twice);
        let own = Recipe {
            head_warmup: Some(0.4),
            head_schedule: Some(Schedule::Constant),
            ..recipe
        };
        close(&steps(WarmupSchedule::of_encoder(&own, 10)), &encoder);
        close(
            &steps(WarmupSchedule::of_heads(&own, 10)),
            &[0.0, 0.5, 1.0, 1.5, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0],
        );
    }
}
