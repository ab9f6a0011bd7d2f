//! A slot with a worker in it, and the step that the worker is at.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::process::Worker;

/// How long the streams of a dead worker may stay open, because a child of its own holds them.
const LINGER: Duration = Duration::from_secs(1);

/// A slot with a worker in it.
pub(super) struct Seat {
    pub(super) worker: Worker,
    pub(super) job: Option<Job>,
    /// How many of its two streams have ended.
    pub(super) closed: u8,
    ended: Option<(Instant, ExitStatus)>,
}

/// The step that a worker is at.
pub(super) struct Job {
    pub(super) step: usize,
    pub(super) since: Instant,
    pub(super) fraction: Option<f64>,
    /// How it ended, once the worker has said so.
    pub(super) verdict: Option<Verdict>,
    /// Whether the log is complete.
    pub(super) log_ended: bool,
}

/// How an attempt ended.
pub(super) enum Verdict {
    /// With a result, after so many seconds.
    Done(f64),
    Failed {
        message: String,
        transient: bool,
    },
}

impl Seat {
    pub(super) fn new(worker: Worker) -> Self {
        Self {
            worker,
            job: None,
            closed: 0,
            ended: None,
        }
    }

    pub(super) fn is_free(&self) -> bool {
        self.job.is_none() && self.ended.is_none()
    }

    /// Gives the worker the step at this place in the plan.
    pub(super) fn begin(&mut self, step: usize, key: &str) {
        self.job = Some(Job {
            step,
            since: Instant::now(),
            fraction: None,
            verdict: None,
            log_ended: false,
        });
        self.worker.request(key);
    }

    /// The step that has come to its end, with its log complete, and how it ended.
    pub(super) fn settled(&mut self) -> Option<(usize, Verdict)> {
        let job = self.job.as_mut().filter(|job| job.log_ended)?;
        let settled = (job.step, job.verdict.take()?);
        self.job = None;
        Some(settled)
    }

    /// How the process ended, once it has and all that it said has been heard.
    pub(super) fn gone(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.worker.ended().map(|status| (Instant::now(), status));
        }
        let (since, status) = self.ended?;
        (self.closed == 2 || since.elapsed() > LINGER).then_some(status)
    }
}
