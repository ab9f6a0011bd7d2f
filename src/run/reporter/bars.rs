//! Live progress on a terminal: a line for the whole run, and one for every running step.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::text::{clean, headline, lasting};
use super::{Event, Reporter, Status};

/// Shows live progress on standard error. Every line is cut to the width of the terminal.
#[derive(Debug)]
pub struct Bars {
    screen: MultiProgress,
    total: ProgressBar,
    /// The line of each slot, with the label of its step.
    slots: BTreeMap<usize, (ProgressBar, String)>,
    drawn: Option<Instant>,
}

impl Bars {
    /// Bars on standard error.
    pub fn new() -> Self {
        let screen = MultiProgress::new();
        let total = screen.add(ProgressBar::new(0));
        total.set_style(style(" {bar:18}  {wide_msg}"));
        Self {
            screen,
            total,
            slots: BTreeMap::new(),
            drawn: None,
        }
    }

    fn draw_total(&mut self, status: &Status) {
        self.total.set_length(status.total as u64);
        self.total.set_position(status.done as u64);
        self.total.set_message(headline(status));
        self.drawn = Some(Instant::now());
    }

    fn begin(&mut self, slot: usize, label: String) {
        let bar = ProgressBar::new_spinner().with_style(style("   {wide_msg}"));
        // Lines stand in the order of the slots, below that of the run.
        let above = self
            .slots
            .range(..slot)
            .next_back()
            .map_or(&self.total, |(_, (bar, _))| bar);
        let bar = self.screen.insert_after(above, bar);
        bar.set_message(label.clone());
        self.slots.insert(slot, (bar, label));
    }

    fn end(&mut self, slot: usize) {
        if let Some((bar, _)) = self.slots.remove(&slot) {
            bar.finish_and_clear();
            self.screen.remove(&bar);
        }
    }
}

impl Default for Bars {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Bars {
    /// A run without anything to do never ends its line.
    fn drop(&mut self) {
        self.total.finish_and_clear();
    }
}

impl Reporter for Bars {
    fn event(&mut self, event: &Event<'_>, status: &Status) {
        let lines = lasting(event, status);
        if !lines.is_empty() {
            // A reporter that cannot report is no reason to stop working.
            let _ = self
                .screen
                .suspend(|| writeln!(io::stderr(), "{}", lines.join("\n")));
        }
        match event {
            Event::StepBegun { slot, step, .. } => self.begin(*slot, clean(&step.label)),
            Event::StepProgress { slot, progress, .. } => {
                if let Some((bar, label)) = self.slots.get(slot) {
                    bar.set_message(format!("{label}   {}", clean(&progress.text)));
                }
            }
            Event::StepDone { slot, .. }
            | Event::StepRetried { slot, .. }
            | Event::StepFailed { slot, .. } => {
                self.end(*slot);
            }
            Event::Ended { .. } => {
                while let Some(slot) = self.slots.keys().next().copied() {
                    self.end(slot);
                }
                self.total.finish_and_clear();
                let _ = writeln!(io::stderr(), "{}", headline(status));
                return;
            }
            _ => {}
        }
        let fresh = self
            .drawn
            .is_some_and(|drawn| drawn.elapsed() < Duration::from_millis(250));
        if !(matches!(event, Event::Tick | Event::StepProgress { .. }) && fresh) {
            self.draw_total(status);
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are constants of this file; a wrong one would show as the default style.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█░")
}
