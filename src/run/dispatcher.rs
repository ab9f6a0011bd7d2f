//! The dispatcher: owns all state of a run, hands steps to workers and hears what becomes of them.

use std::collections::BTreeMap;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::error::RunError;
use super::estimate::{Estimator, Running};
use super::options::Options;
use super::outcome::{Blocked, Failure, Outcome};
use super::process::{Message, Said, Worker, describe};
use super::protocol::{Progress, Reply};
use super::reporter::{Event, Reporter, Status};
use super::schedule::{Phase, Schedule};
use super::seat::{Job, Seat, Verdict};
use super::signals::{Signals, Wish};
use super::survey::{Survey, distinct};
use crate::plan::Step;
use crate::store::{State, Store, StoreError};

/// How often signals, dead workers and the clock are looked at while nothing is heard.
const TICK: Duration = Duration::from_millis(50);
/// How long idle workers may take to go.
const FAREWELL: Duration = Duration::from_secs(1);
/// Log lines shown with a failure.
const TAIL: usize = 15;

/// Carries out a plan: runs every step whose result is not in the store, inputs first, and reports as it goes.
/// Steps that failed in an earlier run are tried again. One interrupt lets running steps finish; a second one,
/// or a termination, stops them.
///
/// # Errors
/// Where the run as a whole cannot go on. Steps that fail are part of the outcome.
pub fn run(
    store: &Store,
    steps: &[Step],
    options: &Options,
    reporter: &mut dyn Reporter,
) -> Result<Outcome, RunError> {
    if options.slots.is_empty() {
        return Err(RunError::NoSlots);
    }
    let steps = distinct(steps);
    let _lock = store.lock_runner().map_err(|error| match error {
        StoreError::Locked { .. } => RunError::Busy(error),
        other => RunError::Store(other),
    })?;
    let survey = Survey::new(store, &steps)?;
    let mut dispatcher = Dispatcher::new(store, &steps, options, reporter, &survey)?;
    for damage in &survey.damages {
        let (file, reason) = (&damage.file, &damage.reason);
        dispatcher.tell(&Event::Damaged {
            step: &steps[damage.step],
            file,
            reason,
        });
    }
    dispatcher.work()
}

struct Dispatcher<'a> {
    store: &'a Store,
    steps: &'a [Step],
    options: &'a Options,
    reporter: &'a mut dyn Reporter,
    schedule: Schedule,
    estimator: Estimator,
    signals: Signals,
    wish: Wish,
    /// The workers by slot.
    seats: BTreeMap<usize, Seat>,
    /// Workers started so far; their serial numbers.
    started: u64,
    /// Attempts at each step in this run.
    attempts: Vec<u32>,
    outcome: Outcome,
    sender: Sender<Message>,
    messages: Receiver<Message>,
}

impl<'a> Dispatcher<'a> {
    fn new(
        store: &'a Store,
        steps: &'a [Step],
        options: &'a Options,
        reporter: &'a mut dyn Reporter,
        survey: &Survey,
    ) -> Result<Self, RunError> {
        let schedule = Schedule::new(steps, &survey.cached)?;
        let mut outcome = Outcome::default();
        for (step, cached) in steps.iter().zip(&survey.cached) {
            if *cached {
                outcome.cached.push(step.key.clone());
            } else {
                store.declare(&step.into())?;
            }
        }
        let (sender, messages) = channel();
        Ok(Self {
            store,
            steps,
            options,
            reporter,
            schedule,
            estimator: Estimator::default(),
            signals: Signals::listen().map_err(RunError::Signals)?,
            wish: Wish::Continue,
            seats: BTreeMap::new(),
            started: 0,
            attempts: vec![0; steps.len()],
            outcome,
            sender,
            messages,
        })
    }

    fn work(mut self) -> Result<Outcome, RunError> {
        self.tell(&Event::Begun);
        loop {
            self.heed_signals();
            if self.wish == Wish::Stop {
                break;
            }
            self.hand_out()?;
            if self.jobs().next().is_none() && !self.has_more() {
                break;
            }
            if let Ok(message) = self.messages.recv_timeout(TICK) {
                self.hear(message)?;
            }
            while let Ok(message) = self.messages.try_recv() {
                self.hear(message)?;
            }
            self.bury_the_dead()?;
            self.tell(&Event::Tick);
        }
        self.dismiss();
        let left = |phase| matches!(phase, Phase::Waiting | Phase::Ready(_) | Phase::Running);
        self.outcome.interrupted =
            self.wish > Wish::Continue && self.schedule.phases().any(|(_, phase)| left(phase));
        let outcome = std::mem::take(&mut self.outcome);
        self.tell(&Event::Ended { outcome: &outcome });
        Ok(outcome)
    }

    fn heed_signals(&mut self) {
        let wish = self.signals.wish();
        if wish == self.wish {
            return;
        }
        self.wish = wish;
        self.tell(match wish {
            Wish::Stop => &Event::Stopping,
            Wish::Continue | Wish::Drain => &Event::Draining,
        });
    }

    fn may_begin(&self) -> bool {
        let given_up = self.options.fail_fast && !self.outcome.failed.is_empty();
        self.wish == Wish::Continue && !given_up
    }

    /// Whether a step may still be begun, now or after its wait.
    fn has_more(&self) -> bool {
        self.may_begin()
            && self
                .schedule
                .phases()
                .any(|(_, phase)| matches!(phase, Phase::Ready(_)))
    }

    /// Gives every free slot a step, as long as there are any.
    fn hand_out(&mut self) -> Result<(), RunError> {
        for slot in 0..self.options.slots.len() {
            let free = self.seats.get(&slot).is_none_or(Seat::is_free);
            if !free || !self.may_begin() {
                continue;
            }
            let Some(step) = self.schedule.next(Instant::now()) else {
                return Ok(());
            };
            let slot = if self.steps[step].alone {
                self.whole()
            } else {
                slot
            };
            // The worker that has the whole machine may have died and not be buried yet.
            if !self.seats.get(&slot).is_none_or(Seat::is_free) {
                return Ok(());
            }
            if !self.seats.contains_key(&slot) {
                let worker = self.start_worker(slot)?;
                self.seats.insert(slot, Seat::new(worker));
            }
            if let Some(seat) = self.seats.get_mut(&slot) {
                seat.begin(step, &self.steps[step].key);
            }
            self.schedule.begin(step);
            self.attempts[step] += 1;
            let attempt = self.attempts[step];
            self.tell(&Event::StepBegun {
                slot,
                step: &self.steps[step],
                attempt,
            });
        }
        Ok(())
    }

    /// The slot of steps that run alone: one more than there are, unless the only one has the whole machine already.
    fn whole(&self) -> usize {
        match self.options.slots.len() {
            1 => 0,
            more => more,
        }
    }

    fn start_worker(&mut self, slot: usize) -> Result<Worker, RunError> {
        let slots = &self.options.slots;
        let (command, share) = (
            &self.options.worker,
            slots.get(slot).unwrap_or(&self.options.whole),
        );
        self.started += 1;
        Worker::start(command, share, self.started, &self.sender)
    }

    /// Takes in one thing that a worker said. What a worker says after it was given up is not heard.
    fn hear(&mut self, Message { worker, what }: Message) -> Result<(), RunError> {
        let Some((&slot, seat)) = self
            .seats
            .iter_mut()
            .find(|(_, seat)| seat.worker.serial == worker)
        else {
            return Ok(());
        };
        if matches!(what, Said::Closed) {
            seat.closed += 1;
            return Ok(());
        }
        let Some(job) = &mut seat.job else {
            return Ok(());
        };
        let step = &self.steps[job.step];
        match what {
            Said::Log(line) => self.store.append_log(&step.key, &line)?,
            Said::LogEnd => job.log_ended = true,
            Said::Reply(Reply::Progress {
                key,
                text,
                fraction,
            }) if key == step.key => {
                job.fraction = fraction;
                let progress = Progress { text, fraction };
                self.tell(&Event::StepProgress {
                    slot,
                    step,
                    progress: &progress,
                });
                return Ok(());
            }
            Said::Reply(Reply::Done { key, seconds }) if key == step.key => {
                job.verdict = Some(Verdict::Done(seconds));
            }
            Said::Reply(Reply::Failed {
                key,
                message,
                transient,
            }) if key == step.key => {
                job.verdict = Some(Verdict::Failed { message, transient });
            }
            Said::Reply(_) | Said::Closed => {}
        }
        if let Some((step, verdict)) = seat.settled() {
            self.settle(slot, step, verdict)?;
        }
        Ok(())
    }

    /// Notices workers that ended. One that was at a step has crashed, unless it had said how the step ended.
    fn bury_the_dead(&mut self) -> Result<(), RunError> {
        let dead: Vec<_> = self
            .seats
            .iter_mut()
            .filter_map(|(&slot, seat)| Some((slot, seat.gone()?)))
            .collect();
        for (slot, status) in dead {
            let Some(job) = self.seats.remove(&slot).and_then(|seat| seat.job) else {
                continue;
            };
            let verdict = match job.verdict {
                Some(verdict) => verdict,
                None => self.crashed(&self.steps[job.step].key, status)?,
            };
            self.settle(slot, job.step, verdict)?;
        }
        Ok(())
    }

    /// What it means for a step that its worker ended without a word about it.
    fn crashed(&self, key: &str, status: ExitStatus) -> Result<Verdict, RunError> {
        // The worker may have died after the last thing that it did for the step.
        if let State::Done(done) = self.store.state(key)? {
            return Ok(Verdict::Done(done.seconds));
        }
        let message = describe(status);
        self.store.record_failure(key, &message)?;
        Ok(Verdict::Failed {
            message,
            transient: true,
        })
    }

    /// Draws the consequences of the end of an attempt.
    fn settle(&mut self, slot: usize, index: usize, verdict: Verdict) -> Result<(), RunError> {
        let step = &self.steps[index];
        let (message, transient) = match verdict {
            Verdict::Done(seconds) => {
                self.schedule.finish(index);
                self.estimator.record(step, seconds);
                self.outcome.done.push(step.key.clone());
                self.tell(&Event::StepDone {
                    slot,
                    step,
                    seconds,
                });
                return Ok(());
            }
            Verdict::Failed { message, transient } => (message, transient),
        };
        let attempts = self.attempts[index];
        let failure = Failure {
            key: step.key.clone(),
            label: step.label.clone(),
            message,
            attempts,
            log: self.store.log_path(&step.key)?,
            tail: self.store.log_tail(&step.key, TAIL)?,
        };
        if let Some(wait) = self.options.retry.after(attempts).filter(|_| transient) {
            self.schedule.retry(index, Some(Instant::now() + wait));
            self.tell(&Event::StepRetried {
                slot,
                failure: &failure,
                wait,
            });
            return Ok(());
        }
        let blocked = self.schedule.fail(index);
        self.tell(&Event::StepFailed {
            slot,
            failure: &failure,
        });
        for blocked in blocked {
            let blocked = Blocked {
                key: self.steps[blocked].key.clone(),
                label: self.steps[blocked].label.clone(),
                by: failure.label.clone(),
            };
            self.tell(&Event::StepBlocked { blocked: &blocked });
            self.outcome.blocked.push(blocked);
        }
        self.outcome.failed.push(failure);
        Ok(())
    }

    /// Lets idle workers go by themselves, all at once, and ends those that do not.
    fn dismiss(&mut self) {
        let began = Instant::now();
        self.seats.retain(|_, seat| seat.job.is_none());
        self.seats
            .values_mut()
            .for_each(|seat| seat.worker.dismiss());
        while began.elapsed() < FAREWELL
            && self
                .seats
                .values_mut()
                .any(|seat| seat.worker.ended().is_none())
        {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.seats.clear();
    }

    fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.seats.values().filter_map(|seat| seat.job.as_ref())
    }

    fn tell(&mut self, event: &Event<'_>) {
        let status = self.status();
        self.reporter.event(event, &status);
    }

    fn status(&self) -> Status {
        let trainings = self.steps.iter().any(|step| step.training);
        let counts = |index: usize| self.steps[index].training || !trainings;
        let phases = || self.schedule.phases().filter(|(index, _)| counts(*index));
        let running: Vec<_> = self
            .jobs()
            .map(|job| Running {
                step: job.step,
                since: job.since,
                fraction: job.fraction,
            })
            .collect();
        Status {
            trainings,
            total: phases().count(),
            done: phases()
                .filter(|(_, phase)| matches!(phase, Phase::Cached | Phase::Done))
                .count(),
            running: running.len(),
            left: self.estimator.left(
                self.steps,
                &self.schedule,
                &running,
                self.options.slots.len(),
            ),
        }
    }
}
