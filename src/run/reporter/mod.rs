//! Telling people what a run does, while it does it. Everything goes to standard error.

mod bars;
mod lines;
mod text;

use std::io::{self, IsTerminal};
use std::time::Duration;

pub use bars::Bars;
pub use lines::Lines;

use super::outcome::{Blocked, Failure, Outcome};
use super::protocol::Progress;
use crate::plan::Step;

/// Something that happened in a run. Slots count from 0.
#[derive(Debug)]
pub enum Event<'a> {
    /// The first step is about to be handed out.
    Begun,
    /// A finished step has to be redone.
    Damaged {
        /// The step.
        step: &'a Step,
        /// The file that is not what was written.
        file: &'a str,
        /// What does not hold.
        reason: &'a str,
    },
    /// A worker was given a step.
    StepBegun {
        /// The slot of the worker.
        slot: usize,
        /// The step.
        step: &'a Step,
        /// Attempts in this run, this one included.
        attempt: u32,
    },
    /// A running step has come further.
    StepProgress {
        /// The slot of its worker.
        slot: usize,
        /// The step.
        step: &'a Step,
        /// How far.
        progress: &'a Progress,
    },
    /// A step has its result.
    StepDone {
        /// The slot of its worker.
        slot: usize,
        /// The step.
        step: &'a Step,
        /// Seconds it took.
        seconds: f64,
    },
    /// An attempt failed and another one will be made.
    StepRetried {
        /// The slot of its worker.
        slot: usize,
        /// What went wrong.
        failure: &'a Failure,
        /// The wait before the next attempt.
        wait: Duration,
    },
    /// A step failed for good.
    StepFailed {
        /// The slot of its worker.
        slot: usize,
        /// What went wrong.
        failure: &'a Failure,
    },
    /// A step cannot run because another one failed.
    StepBlocked {
        /// The step and what blocks it.
        blocked: &'a Blocked,
    },
    /// An interrupt: running steps finish, no other is begun.
    Draining,
    /// A second interrupt or a termination: running steps are stopped.
    Stopping,
    /// A little time has passed.
    Tick,
    /// The run is over.
    Ended {
        /// What came of it.
        outcome: &'a Outcome,
    },
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Whether `done` and `total` count trainings; all steps where the plan trains nothing.
    pub trainings: bool,
    /// Those done, cached ones included.
    pub done: usize,
    /// Those planned.
    pub total: usize,
    /// Steps running now, of whatever kind.
    pub running: usize,
    /// The time to the end, where something is known about it.
    pub left: Option<Duration>,
}

/// Tells somebody what happens in a run.
pub trait Reporter {
    /// Something happened, after which the run stands at `status`.
    fn event(&mut self, event: &Event<'_>, status: &Status);
}

/// Says nothing; the outcome of the run has it all.
#[derive(Debug, Default)]
pub struct Quiet;

impl Reporter for Quiet {
    fn event(&mut self, _: &Event<'_>, _: &Status) {}
}

/// Live bars where standard error is a terminal that can show them and `bars` are wanted, else plain lines.
pub fn for_terminal(bars: bool) -> Box<dyn Reporter> {
    let capable = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    if bars && capable && io::stderr().is_terminal() {
        Box::new(Bars::new())
    } else {
        Box::new(Lines::new(io::stderr()))
    }
}
