//! Which step is next: those whose inputs are there, the one at the head of the longest chain first. A step that
//! runs alone waits until nothing else is left to run beside it.

use std::collections::HashMap;
use std::time::Instant;

use super::error::RunError;
use crate::plan::Step;

/// Where a step stands in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It was done before this run.
    Cached,
    Waiting,
    /// Its inputs are there; not to be begun before the given time.
    Ready(Option<Instant>),
    Running,
    Done,
    Failed,
    Blocked,
}

/// The graph of the planned steps, which are named by their position in the plan.
pub(super) struct Schedule {
    phases: Vec<Phase>,
    /// Whether a step has to run with nothing beside it.
    alone: Vec<bool>,
    missing: Vec<usize>,
    dependants: Vec<Vec<usize>>,
    /// Every step comes after its inputs.
    order: Vec<usize>,
    /// Seconds to the end of the longest chain that begins with the step.
    chains: Vec<f64>,
}

impl Schedule {
    /// A schedule for the steps that are not `cached`. Inputs outside the plan must be done.
    pub(super) fn new(steps: &[Step], cached: &[bool]) -> Result<Self, RunError> {
        let position: HashMap<_, _> = steps
            .iter()
            .enumerate()
            .map(|(index, step)| (&step.key, index))
            .collect();
        let mut missing = vec![0; steps.len()];
        let mut dependants = vec![Vec::new(); steps.len()];
        for (index, step) in steps
            .iter()
            .enumerate()
            .filter(|(index, _)| !cached[*index])
        {
            for input in step.inputs.iter().filter_map(|input| position.get(input)) {
                if !cached[*input] {
                    dependants[*input].push(index);
                    missing[index] += 1;
                }
            }
        }
        let order = topological(&missing, &dependants);
        if order.len() < steps.len() {
            let stuck = (0..steps.len())
                .find(|index| !order.contains(index))
                .unwrap_or_default();
            return Err(RunError::Cycle(steps[stuck].label.clone()));
        }
        let phases = (0..steps.len())
            .map(|index| match (cached[index], missing[index]) {
                (true, _) => Phase::Cached,
                (false, 0) => Phase::Ready(None),
                (false, _) => Phase::Waiting,
            })
            .collect();
        let mut schedule = Self {
            phases,
            alone: steps.iter().map(|step| step.alone).collect(),
            missing,
            dependants,
            order,
            chains: Vec::new(),
        };
        schedule.chains = schedule.chains(|index| steps[index].seconds.max(0.0));
        Ok(schedule)
    }

    pub(super) fn phases(&self) -> impl Iterator<Item = (usize, Phase)> {
        self.phases.iter().copied().enumerate()
    }

    /// The step to begin now: the longest chain first, then the order of the plan. Steps that run alone come
    /// last, so that the others need not wait for a moment in which nothing runs.
    pub(super) fn next(&self, now: Instant) -> Option<usize> {
        let running = || self.phases().filter(|(_, phase)| *phase == Phase::Running);
        if running().any(|(index, _)| self.alone[index]) {
            return None;
        }
        self.longest(now, false).or_else(|| {
            let free = running().next().is_none();
            free.then(|| self.longest(now, true)).flatten()
        })
    }

    /// Of the steps that may begin, alone or beside others, the one at the head of the longest chain.
    fn longest(&self, now: Instant, alone: bool) -> Option<usize> {
        let ready =
            |phase| matches!(phase, Phase::Ready(after) if after.is_none_or(|after| after <= now));
        self.phases()
            .filter(|(index, phase)| self.alone[*index] == alone && ready(*phase))
            .map(|(index, _)| index)
            .max_by(|one, other| {
                self.chains[*one]
                    .total_cmp(&self.chains[*other])
                    .then(other.cmp(one))
            })
    }

    pub(super) fn begin(&mut self, step: usize) {
        self.phases[step] = Phase::Running;
    }

    pub(super) fn finish(&mut self, step: usize) {
        self.phases[step] = Phase::Done;
        for dependant in self.dependants[step].clone() {
            self.missing[dependant] -= 1;
            if self.missing[dependant] == 0 && self.phases[dependant] == Phase::Waiting {
                self.phases[dependant] = Phase::Ready(None);
            }
        }
    }

    pub(super) fn retry(&mut self, step: usize, after: Option<Instant>) {
        self.phases[step] = Phase::Ready(after);
    }

    /// Gives a step up and returns those that can no longer run, in the order of the plan.
    pub(super) fn fail(&mut self, step: usize) -> Vec<usize> {
        self.phases[step] = Phase::Failed;
        let mut blocked = Vec::new();
        let mut open = self.dependants[step].clone();
        while let Some(dependant) = open.pop() {
            if self.phases[dependant] == Phase::Waiting {
                self.phases[dependant] = Phase::Blocked;
                blocked.push(dependant);
                open.extend(&self.dependants[dependant]);
            }
        }
        blocked.sort_unstable();
        blocked
    }

    /// For every step, the seconds of the longest chain that begins with it, given the seconds of each step.
    pub(super) fn chains(&self, seconds: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut chains = vec![0.0_f64; self.phases.len()];
        for index in self.order.iter().rev().copied() {
            let longest = self.dependants[index]
                .iter()
                .map(|dependant| chains[*dependant])
                .fold(0.0, f64::max);
            chains[index] = seconds(index) + longest;
        }
        chains
    }
}

/// Positions with every step after its inputs; those on a cycle are left out (Kahn 1962).
fn topological(missing: &[usize], dependants: &[Vec<usize>]) -> Vec<usize> {
    let mut missing = missing.to_vec();
    let mut order: Vec<_> = (0..missing.len())
        .filter(|index| missing[*index] == 0)
        .collect();
    let mut read = 0;
    while let Some(index) = order.get(read).copied() {
        read += 1;
        for dependant in &dependants[index] {
            missing[*dependant] -= 1;
            if missing[*dependant] == 0 {
                order.push(*dependant);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
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
            training: false,
            alone: false,
            seconds,
        }
    }

    fn alone(name: &str, inputs: &[&str]) -> Step {
        Step {
            alone: true,
            ..step(name, inputs, 1.0)
        }
    }

    #[test]
    fn the_longest_chain_comes_first_and_then_the_order_of_the_plan() {
        let steps = [
            step("a", &[], 2.0),
            step("b", &[], 1.0),
            step("c", &["b"], 9.0),
            step("d", &[], 2.0),
        ];
        let mut schedule = Schedule::new(&steps, &[false; 4]).unwrap();
        let now = Instant::now();
        let mut order = Vec::new();
        while let Some(next) = schedule.next(now) {
            schedule.begin(next);
            schedule.finish(next);
            order.push(next);
        }
        assert_eq!(order, [1, 2, 0, 3]);
    }

    #[test]
    fn what_depends_on_a_failure_is_blocked_and_nothing_else() {
        let steps = [
            step("a", &[], 1.0),
            step("b", &["a"], 1.0),
            step("c", &["b", "x"], 1.0),
            step("d", &["e"], 1.0),
            step("e", &[], 1.0),
        ];
        let mut schedule = Schedule::new(&steps, &[false; 5]).unwrap();
        schedule.begin(0);
        assert_eq!(schedule.fail(0), [1, 2]);
        assert_eq!(schedule.next(Instant::now()), Some(4));
    }

    #[test]
    fn cached_inputs_are_there_and_cycles_are_found() {
        let steps = [step("a", &["b"], 1.0), step("b", &["a"], 1.0)];
        assert!(
            matches!(Schedule::new(&steps, &[false, false]), Err(RunError::Cycle(label)) if label == "a")
        );
        let schedule = Schedule::new(&steps, &[true, false]).unwrap();
        assert_eq!(schedule.next(Instant::now()), Some(1));
    }

    #[test]
    fn what_runs_alone_waits_for_the_others_and_they_for_it() {
        let steps = [
            alone("t", &["a"]),
            step("a", &[], 1.0),
            step("b", &[], 1.0),
            step("c", &["t"], 1.0),
        ];
        let mut schedule = Schedule::new(&steps, &[false; 4]).unwrap();
        let now = Instant::now();
        let begin = |schedule: &mut Schedule| {
            let next = schedule.next(now)?;
            schedule.begin(next);
            Some(next)
        };
        assert_eq!(begin(&mut schedule), Some(1));
        schedule.finish(1);
        // Its inputs are there, but another step still can run, and then does.
        assert_eq!(begin(&mut schedule), Some(2));
        assert_eq!(begin(&mut schedule), None);
        schedule.finish(2);
        assert_eq!(begin(&mut schedule), Some(0));
        assert_eq!(begin(&mut schedule), None);
        schedule.finish(0);
        assert_eq!(begin(&mut schedule), Some(3));
    }

    proptest! {
        #[test]
        fn nothing_runs_beside_what_runs_alone(
            edges in prop::collection::vec((0_usize..12, 0_usize..12), 0..20),
            apart in prop::collection::vec(any::<bool>(), 12),
            slots in 1_usize..5,
            order in prop::collection::vec(any::<prop::sample::Index>(), 12),
        ) {
            let names: Vec<_> = (0..12).map(|index| format!("s{index}")).collect();
            let steps: Vec<_> = (0..12)
                .map(|index| {
                    let inputs = edges.iter().filter(|(from, to)| *to == index && from < to);
                    let inputs: Vec<_> = inputs.map(|(from, _)| names[*from].as_str()).collect();
                    Step { alone: apart[index], ..step(&names[index], &inputs, 1.0) }
                })
                .collect();
            let mut schedule = Schedule::new(&steps, &[false; 12]).unwrap();
            let (mut running, mut finished) = (Vec::new(), 0);
            for chosen in order {
                while running.len() < slots && let Some(next) = schedule.next(Instant::now()) {
                    schedule.begin(next);
                    running.push(next);
                }
                prop_assert!(!running.is_empty(), "nothing runs although {} are left", 12 - finished);
                prop_assert!(running.len() == 1 || running.iter().all(|index| !apart[*index]));
                schedule.finish(running.remove(chosen.index(running.len())));
                finished += 1;
            }
            prop_assert_eq!(schedule.next(Instant::now()), None);
        }

        #[test]
        fn every_step_runs_once_and_after_its_inputs(
            edges in prop::collection::vec((0_usize..12, 0_usize..12), 0..30),
            seconds in prop::collection::vec(0.0..9.0, 12),
        ) {
            let names: Vec<_> = (0..12).map(|index| format!("s{index}")).collect();
            let steps: Vec<_> = (0..12)
                .map(|index| {
                    let inputs = edges.iter().filter(|(from, to)| *to == index && from < to);
                    step(&names[index], &inputs.map(|(from, _)| names[*from].as_str()).collect::<Vec<_>>(), seconds[index])
                })
                .collect();
            let mut schedule = Schedule::new(&steps, &[false; 12]).unwrap();
            let mut finished = Vec::new();
            while let Some(next) = schedule.next(Instant::now()) {
                prop_assert!(steps[next].inputs.iter().all(|input| finished.contains(input)));
                prop_assert!(!finished.contains(&steps[next].key));
                schedule.begin(next);
                schedule.finish(next);
                finished.push(steps[next].key.clone());
            }
            prop_assert_eq!(finished.len(), 12);
        }
    }
}
