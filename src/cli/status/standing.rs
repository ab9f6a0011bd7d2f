//! Where steps stand, counted and in words.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use serde::Serialize;

use crate::cli::exit::Problem;
use crate::cli::naming::columns;
use crate::store::{State, Store};

/// Failures that are named; JSON has all.
const NAMED: usize = 8;

/// How many there are of each state.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Tally {
    pub(super) done: usize,
    pub(super) running: usize,
    pub(super) failed: usize,
    pub(super) unfinished: usize,
    pub(super) to_do: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Running {
    label: String,
    key: String,
    host: String,
    pid: u32,
}

#[derive(Debug, Serialize)]
pub(super) struct Failure {
    label: String,
    key: String,
    attempts: u32,
    message: String,
}

/// Where one step stands.
pub(super) enum Standing {
    Done,
    Running(Running),
    Failed(Failure),
    Unfinished,
    ToDo,
}

impl Standing {
    /// How much it tells of a run that is not scored yet.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Done | Self::ToDo => 0,
            Self::Unfinished => 1,
            Self::Running(_) => 2,
            Self::Failed(_) => 3,
        }
    }
}

impl Tally {
    /// All of them.
    pub(super) fn total(self) -> usize {
        self.all().iter().sum()
    }

    pub(super) fn count(&mut self, standing: &Standing) {
        *match standing {
            Standing::Done => &mut self.done,
            Standing::Running(_) => &mut self.running,
            Standing::Failed(_) => &mut self.failed,
            Standing::Unfinished => &mut self.unfinished,
            Standing::ToDo => &mut self.to_do,
        } += 1;
    }

    fn all(self) -> [usize; 5] {
        [
            self.done,
            self.running,
            self.failed,
            self.unfinished,
            self.to_do,
        ]
    }
}

const STATES: [&str; 5] = ["done", "running", "failed", "interrupted", "to do"];

/// A table of tallies with the states that any of them has, and a last column where there is one.
pub(super) fn table(
    head: &str,
    lines: &[(String, Tally, Option<String>)],
    last: Option<&str>,
) -> String {
    let states: Vec<usize> = (0..STATES.len())
        .filter(|state| lines.iter().any(|(_, tally, _)| tally.all()[*state] > 0))
        .collect();
    let mut text = vec![vec![head.to_owned()]];
    text[0].extend(states.iter().map(|state| STATES[*state].to_owned()));
    text[0].extend(last.map(str::to_owned));
    for (name, tally, last) in lines {
        let mut line = vec![name.clone()];
        line.extend(states.iter().map(|state| match tally.all()[*state] {
            0 => "–".to_owned(),
            count => count.to_string(),
        }));
        line.extend(last.clone());
        text.push(line);
    }
    columns(&text)
}

pub(super) fn standing(store: &Store, key: &str, label: &str) -> Result<Standing, Problem> {
    if let Some(owner) = store.worker(key).map_err(Problem::set_up)? {
        return Ok(Standing::Running(Running {
            label: label.to_owned(),
            key: key.to_owned(),
            host: owner.host,
            pid: owner.pid,
        }));
    }
    Ok(match store.state(key).map_err(Problem::set_up)? {
        State::Done(_) => Standing::Done,
        State::Absent => Standing::ToDo,
        State::Unfinished => Standing::Unfinished,
        State::Damaged { file, reason } => Standing::Failed(Failure {
            label: label.to_owned(),
            key: key.to_owned(),
            attempts: 0,
            message: format!("damaged: {file}: {reason}; it will be done again"),
        }),
        State::Failed { attempts, message } => Standing::Failed(Failure {
            label: label.to_owned(),
            key: key.to_owned(),
            attempts,
            message,
        }),
    })
}

pub(super) fn details(running: &[Running], failed: &[Failure]) -> String {
    let mut text = String::new();
    if !running.is_empty() {
        text.push_str("\nrunning\n");
        for one in running {
            let _ = writeln!(
                text,
                "  {}  {}  process {} on {}",
                &one.key[..8],
                one.label,
                one.pid,
                one.host
            );
        }
    }
    if !failed.is_empty() {
        text.push_str("\nfailed\n");
        for one in failed.iter().take(NAMED) {
            let message = one.message.lines().next().unwrap_or_default();
            let times = if one.attempts > 1 {
                format!(" ({}×)", one.attempts)
            } else {
                String::new()
            };
            let _ = writeln!(text, "  {}  {}{times}: {message}", &one.key[..8], one.label);
        }
        if failed.len() > NAMED {
            let _ = writeln!(text, "  and {} more", failed.len() - NAMED);
        }
        let _ = writeln!(
            text,
            "sweep logs {} shows the log of the first",
            &failed[0].key[..8]
        );
    }
    text
}
