//! One plain line for every start and end, for logs and pipes.

use std::io::Write;

use super::text::{clean, headline, lasting};
use super::{Event, Reporter, Status};

/// Writes one plain line, without control characters, for every start and end.
#[derive(Debug)]
pub struct Lines<W> {
    output: W,
}

impl<W: Write> Lines<W> {
    /// Lines for `output`, as a rule standard error.
    pub fn new(output: W) -> Self {
        Self { output }
    }

    fn line(&mut self, line: &str) {
        // A reporter that cannot report is no reason to stop working.
        let _ = writeln!(self.output, "{line}");
    }
}

impl<W: Write> Reporter for Lines<W> {
    fn event(&mut self, event: &Event<'_>, status: &Status) {
        for line in lasting(event, status) {
            self.line(&line);
        }
        match event {
            Event::Begun | Event::Ended { .. } => self.line(&headline(status)),
            Event::StepBegun { step, .. } => self.line(&format!("begin    {}", clean(&step.label))),
            Event::StepDone { step, seconds, .. } => {
                let label = clean(&step.label);
                self.line(&format!(
                    "done     {label}  {seconds:.1} s  ({})",
                    headline(status)
                ));
            }
            _ => {}
        }
        let _ = self.output.flush();
    }
}
