//! How a plan is to be carried out.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// How a plan is to be carried out. None of it may change a result.
#[derive(Debug, Clone)]
pub struct Options {
    /// One worker process each, so their number is the number of steps that run at once.
    pub slots: Vec<Slot>,
    /// The whole machine, for the worker of steps that run alone.
    pub whole: Slot,
    /// How to start a worker.
    pub worker: WorkerCommand,
    /// When to try a step again.
    pub retry: Retry,
    /// Begin no further step once one has failed for good.
    pub fail_fast: bool,
}

/// A share of the machine.
#[derive(Debug, Clone, Default)]
pub struct Slot {
    /// Added to the environment of its worker, for example `CUDA_VISIBLE_DEVICES`.
    pub environment: Vec<(OsString, OsString)>,
}

/// How to start a worker process: one that calls [`super::serve`].
#[derive(Debug, Clone)]
pub struct WorkerCommand {
    /// The program, as a rule this one.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Added to the environment that it inherits.
    pub environment: Vec<(OsString, OsString)>,
}

/// When to try a step again within one run: after a crash of its worker, or a failure that its execution
/// calls transient. Other failures would only repeat themselves.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// Attempts in all.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles with every further one.
    pub backoff: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 2,
            backoff: Duration::from_secs(1),
        }
    }
}

impl Retry {
    /// The wait after `attempts` attempts, or `None` where that was the last one.
    pub(super) fn after(&self, attempts: u32) -> Option<Duration> {
        let doublings = attempts.saturating_sub(1).min(16);
        (attempts < self.attempts).then(|| self.backoff * 2_u32.pow(doublings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_until_the_last_attempt() {
        let retry = Retry {
            attempts: 4,
            backoff: Duration::from_secs(3),
        };
        let waits: Vec<_> = (1..=4).map(|attempts| retry.after(attempts)).collect();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(waits, [seconds(3), seconds(6), seconds(12), None]);
    }
}
