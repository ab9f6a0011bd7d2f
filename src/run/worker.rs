//! The worker's side: execute the steps that the dispatcher names, and do not outlive it.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use signal_hook::consts::SIGINT;

use super::error::RunError;
use super::protocol::{END_OF_STEP, Progress, Reply, Request};
use crate::store::{State, Store, StoreError, Writer};

/// Executes one step: writes its outputs through the writer and returns what belongs in `meta.json`.
pub type Execute<'a> =
    dyn FnMut(&Writer, &mut dyn FnMut(Progress)) -> Result<Value, StepFailure> + 'a;

/// How long to wait for a lock: longer than a worker outlives a dispatcher that was killed.
const PATIENCE: Duration = Duration::from_secs(5);
/// Exit status of a worker without a dispatcher (`EX_TEMPFAIL`: try again).
const ORPHANED: i32 = 75;

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFailure {
    /// What went wrong, where, and what to do.
    pub message: String,
    /// Whether another attempt may fare better although nothing was changed.
    pub transient: bool,
}

impl StepFailure {
    /// A failure that would only repeat itself.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            transient: false,
        }
    }
}

impl From<StoreError> for StepFailure {
    fn from(error: StoreError) -> Self {
        Self {
            transient: matches!(error, StoreError::Locked { .. } | StoreError::LockLost(_)),
            message: error.to_string(),
        }
    }
}

/// Executes one step under its lock and returns the seconds it took. A step that is already done is left alone.
///
/// # Errors
/// The failure, which the store has recorded.
pub fn attempt(
    store: &Store,
    key: &str,
    execute: &mut Execute<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<f64, StepFailure> {
    let writer = match begin(store, key) {
        Ok(writer) => writer,
        Err(StoreError::Finished(_)) => {
            return match store.state(key)? {
                State::Done(done) => Ok(done.seconds),
                _ => Ok(0.0),
            };
        }
        Err(error) => return Err(error.into()),
    };
    match execute(&writer, progress) {
        Ok(meta) => match writer.finish(meta) {
            Ok(done) => Ok(done.seconds),
            Err(error) => {
                // Where even this cannot be written, the failure itself is still the thing to tell.
                let _ = store.record_failure(key, &error.to_string());
                Err(error.into())
            }
        },
        Err(failure) => {
            let _ = writer.fail(&failure.message);
            Err(failure)
        }
    }
}

/// Takes the lock, waiting for the worker of a dispatcher that was killed to notice and go.
fn begin(store: &Store, key: &str) -> Result<Writer, StoreError> {
    let began = Instant::now();
    loop {
        match store.begin(key) {
            Err(StoreError::Locked { .. }) if began.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(50));
            }
            other => return other,
        }
    }
}

/// Executes steps named on standard input until that ends. Ignores the interrupt signal: the dispatcher
/// decides what an interrupt means. Ends the process at once when the dispatcher dies during a step.
///
/// # Errors
/// [`RunError::Dispatcher`] where the dispatcher cannot be spoken to, [`RunError::Signals`].
pub fn serve(store: &Store, execute: &mut Execute<'_>) -> Result<(), RunError> {
    signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false)))
        .map_err(RunError::Signals)?;
    let busy = Arc::new(AtomicBool::new(false));
    let requests = listen(&busy)?;
    watch_parent()?;
    for key in requests {
        busy.store(true, Ordering::SeqCst);
        let mut report = reporter(&key);
        let result = attempt(store, &key, execute, &mut report);
        let reply = match result {
            Ok(seconds) => Reply::Done { key, seconds },
            Err(StepFailure { message, transient }) => Reply::Failed {
                key,
                message,
                transient,
            },
        };
        writeln!(io::stderr(), "{END_OF_STEP}").map_err(no_answer)?;
        // From here on the dispatcher may end the input to let this process go.
        busy.store(false, Ordering::SeqCst);
        answer(&reply).map_err(no_answer)?;
    }
    Ok(())
}

/// Reads requests in a thread of its own, which sees the end of the input even during a step.
fn listen(busy: &Arc<AtomicBool>) -> Result<Receiver<String>, RunError> {
    let (sender, receiver) = channel();
    let busy = Arc::clone(busy);
    spawn("requests", move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if let Ok(Request { run }) = serde_json::from_str(&line)
                && sender.send(run).is_err()
            {
                return;
            }
        }
        drop(sender);
        // A dispatcher ends the input of an idle worker only, so a busy one has lost its dispatcher.
        loop {
            if busy.load(Ordering::SeqCst) {
                signal_hook::low_level::exit(ORPHANED);
            }
            thread::sleep(Duration::from_millis(50));
        }
    })?;
    Ok(receiver)
}

/// Ends this process when its parent is no longer the one that started it, for the case that another
/// process still holds the other end of the input.
fn watch_parent() -> Result<(), RunError> {
    let parent = std::os::unix::process::parent_id();
    spawn("parent", move || {
        while std::os::unix::process::parent_id() == parent {
            thread::sleep(Duration::from_millis(250));
        }
        signal_hook::low_level::exit(ORPHANED);
    })
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), RunError> {
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(body);
    spawned.map(drop).map_err(|reason| RunError::Dispatcher {
        action: "watch",
        reason,
    })
}

/// Passes progress on, at most ten times a second.
fn reporter(key: &str) -> impl FnMut(Progress) + use<> {
    let key = key.to_owned();
    let mut last: Option<Instant> = None;
    move |Progress { text, fraction }| {
        if last.is_some_and(|last| last.elapsed() < Duration::from_millis(100)) {
            return;
        }
        last = Some(Instant::now());
        let key = key.clone();
        // The dispatcher's death is noticed elsewhere.
        let _ = answer(&Reply::Progress {
            key,
            text,
            fraction,
        });
    }
}

fn answer(reply: &Reply) -> io::Result<()> {
    let line = serde_json::to_string(reply)?;
    let mut output = io::stdout().lock();
    output.write_all(format!("{line}\n").as_bytes())?;
    output.flush()
}

fn no_answer(reason: io::Error) -> RunError {
    RunError::Dispatcher {
        action: "answer",
        reason,
    }
}
