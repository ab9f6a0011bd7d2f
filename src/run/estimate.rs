//! How long the rest will take: the plan's estimates, corrected by what finished steps took.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::schedule::{Phase, Schedule};
use crate::plan::Step;

/// Estimated and observed seconds of finished steps.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    steps: f64,
    estimated: f64,
    observed: f64,
}

impl Tally {
    /// Nothing where there is nothing to go by.
    fn expect(self, estimate: f64) -> Option<f64> {
        if estimate > 0.0 && self.estimated > 0.0 {
            Some(estimate * self.observed / self.estimated)
        } else if self.steps > 0.0 {
            Some(self.observed / self.steps)
        } else {
            None
        }
    }
}

/// What finished steps say about those to come.
#[derive(Debug, Default)]
pub(super) struct Estimator {
    by_kind: HashMap<String, Tally>,
}

/// How far a running step is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    pub(super) step: usize,
    pub(super) since: Instant,
    pub(super) fraction: Option<f64>,
}

impl Estimator {
    pub(super) fn record(&mut self, step: &Step, observed: f64) {
        let tally = self.by_kind.entry(step.kind.clone()).or_default();
        tally.steps += 1.0;
        tally.estimated += step.seconds.max(0.0);
        tally.observed += observed;
    }

    fn expect(&self, step: &Step) -> f64 {
        let tally = self.by_kind.get(&step.kind).copied().unwrap_or_default();
        tally
            .expect(step.seconds)
            .unwrap_or_else(|| step.seconds.max(0.0))
    }

    /// The time to the end with `slots` slots: all the work shared out evenly, but for what runs alone, or the
    /// longest chain where that takes longer. `None` where nothing is known.
    pub(super) fn left(
        &self,
        steps: &[Step],
        schedule: &Schedule,
        running: &[Running],
        slots: usize,
    ) -> Option<Duration> {
        let mut seconds: Vec<f64> = schedule
            .phases()
            .map(|(index, phase)| match phase {
                Phase::Waiting | Phase::Ready(_) => self.expect(&steps[index]),
                _ => 0.0,
            })
            .collect();
        for now in running {
            let elapsed = now.since.elapsed().as_secs_f64();
            seconds[now.step] = match now.fraction {
                Some(fraction) if fraction > 0.0 => elapsed * (1.0 - fraction).max(0.0) / fraction,
                _ => (self.expect(&steps[now.step]) - elapsed).max(0.0),
            };
        }
        let sum = |alone: bool| -> f64 {
            let of = seconds.iter().zip(steps);
            of.filter(|(_, step)| step.alone == alone)
                .map(|(seconds, _)| seconds)
                .sum()
        };
        let chain = schedule
            .chains(|index| seconds[index])
            .into_iter()
            .fold(0.0, f64::max);
        let left = chain.max(sum(false) / slots.max(1) as f64 + sum(true));
        (left > 0.0).then(|| Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::Value;

    use super::*;

    fn step(name: &str, inputs: &[&str], seconds: f64) -> Step {
        Step {
            key: name.to_owned(),
            kind: "k".to_owned(),
            label: name.to_owned(),
            inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
            description: Value::Null,
            hints: Value::Null,
            training: true,
            alone: false,
            seconds,
        }
    }

    fn left(estimator: &Estimator, steps: &[Step], slots: usize) -> Option<f64> {
        let schedule = Schedule::new(steps, &vec![false; steps.len()]).unwrap();
        estimator
            .left(steps, &schedule, &[], slots)
            .map(|left| left.as_secs_f64())
    }

    #[test]
    fn work_is_shared_out_unless_a_chain_is_longer() {
        let apart = [step("a", &[], 10.0), step("b", &[], 10.0)];
        let chained = [step("a", &[], 10.0), step("b", &["a"], 10.0)];
        let estimator = Estimator::default();
        assert_eq!(left(&estimator, &apart, 2), Some(10.0));
        assert_eq!(left(&estimator, &chained, 2), Some(20.0));
        assert_eq!(left(&estimator, &[step("a", &[], 0.0)], 2), None);
        let timed = apart.map(|step| Step {
            alone: true,
            ..step
        });
        assert_eq!(left(&estimator, &timed, 2), Some(20.0));
    }

    #[test]
    fn observed_times_correct_the_estimates() {
        let mut estimator = Estimator::default();
        estimator.record(&step("a", &[], 10.0), 30.0);
        assert_eq!(left(&estimator, &[step("b", &[], 4.0)], 1), Some(12.0));
        assert_eq!(left(&estimator, &[step("b", &[], 0.0)], 1), Some(30.0));
    }
}
