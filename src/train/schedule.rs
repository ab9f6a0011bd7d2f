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
    pub(crate) fn new(recipe: &Recipe, peak: f64, total: usize) -> Self {
        Self {
            peak,
            warmup: (recipe.warmup * total as f64) as usize,
            total,
            schedule: recipe.schedule,
            time_decay: recipe.time_decay,
            step: 0,
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
            ..Recipe::default()
        };
        let mut schedule = WarmupSchedule::new(&recipe, 1.0, 10);
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
}
