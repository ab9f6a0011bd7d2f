//! The dispatcher's side of a worker process.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use super::error::RunError;
use super::options::{Slot, WorkerCommand};
use super::protocol::{END_OF_STEP, Reply, Request};

/// Something that a worker said.
pub(super) struct Message {
    /// The serial number of the worker.
    pub(super) worker: u64,
    pub(super) what: Said,
}

pub(super) enum Said {
    Reply(Reply),
    /// A line for the log of the step in progress.
    Log(String),
    /// All lines of the step in progress have been passed on.
    LogEnd,
    /// One of the two output streams has ended.
    Closed,
}

/// A worker process.
pub(super) struct Worker {
    pub(super) serial: u64,
    child: Child,
    input: Option<ChildStdin>,
}

impl Worker {
    /// Starts a worker whose words arrive at `messages`. It gets a process group of its own, so that an
    /// interrupt from the keyboard reaches the dispatcher alone.
    pub(super) fn start(
        command: &WorkerCommand,
        slot: &Slot,
        serial: u64,
        messages: &Sender<Message>,
    ) -> Result<Self, RunError> {
        let failed = |reason| RunError::Spawn {
            program: command.program.display().to_string(),
            reason,
        };
        let mut child = Command::new(&command.program)
            .args(&command.arguments)
            .envs(
                command
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .envs(slot.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let input = child.stdin.take();
        let output = child
            .stdout
            .take()
            .map(|stream| follow(stream, serial, messages, reply));
        let errors = child
            .stderr
            .take()
            .map(|stream| follow(stream, serial, messages, log));
        let worker = Self {
            serial,
            child,
            input,
        };
        output.unwrap_or(Ok(())).map_err(failed)?;
        errors.unwrap_or(Ok(())).map_err(failed)?;
        Ok(worker)
    }

    /// Tells the worker to execute a step. A worker that died cannot be told, which shows soon enough.
    pub(super) fn request(&mut self, key: &str) {
        let request = Request {
            run: key.to_owned(),
        };
        if let (Some(input), Ok(line)) = (&mut self.input, serde_json::to_string(&request)) {
            let _ = input.write_all(format!("{line}\n").as_bytes());
        }
    }

    /// How the process ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Lets an idle worker go.
    pub(super) fn dismiss(&mut self) {
        self.input = None;
    }

    /// Ends the process without asking it.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
    }
}

impl Drop for Worker {
    /// No worker outlives its dispatcher's interest in it, whatever way that ends.
    fn drop(&mut self) {
        if self.ended().is_none() {
            self.kill();
            let _ = self.child.wait();
        }
    }
}

/// How a process ended, in words.
pub(super) fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("its worker exited with code {code}"),
        (None, Some(signal)) => {
            let name = signal_hook::low_level::signal_name(signal).unwrap_or("unnamed");
            let hint = if signal == signal_hook::consts::SIGKILL {
                ", perhaps for want of memory"
            } else {
                ""
            };
            format!("its worker was killed by signal {signal} ({name}){hint}")
        }
        (None, None) => "its worker ended".to_owned(),
    }
}

/// Reads a stream line by line in a thread of its own. Lines need not be valid UTF-8.
fn follow(
    stream: impl Read + Send + 'static,
    worker: u64,
    messages: &Sender<Message>,
    interpret: fn(&str, &mut dyn FnMut(Said)),
) -> io::Result<()> {
    let messages = messages.clone();
    let body = move || {
        // Nobody listens once the dispatcher has finished.
        let mut say = |what| drop(messages.send(Message { worker, what }));
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(stream.read_until(b'\n', &mut line), Ok(read) if read > 0) {
            let text = String::from_utf8_lossy(&line);
            interpret(text.trim_end_matches(['\n', '\r']), &mut say);
            line.clear();
        }
        say(Said::Closed);
    };
    thread::Builder::new()
        .name(format!("worker {worker}"))
        .spawn(body)
        .map(drop)
}

/// Standard output carries replies; whatever else a library prints there belongs in the log.
fn reply(line: &str, say: &mut dyn FnMut(Said)) {
    match serde_json::from_str(line) {
        Ok(reply) => say(Said::Reply(reply)),
        Err(_) if line.is_empty() => {}
        Err(_) => say(Said::Log(line.to_owned())),
    }
}

fn log(line: &str, say: &mut dyn FnMut(Said)) {
    match line.strip_suffix(END_OF_STEP) {
        Some("") => say(Said::LogEnd),
        Some(rest) => {
            say(Said::Log(rest.to_owned()));
            say(Said::LogEnd);
        }
        None => say(Said::Log(line.to_owned())),
    }
}
