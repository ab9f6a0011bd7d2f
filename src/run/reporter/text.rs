//! The words that all reporters share.

use std::time::Duration;

use super::{Event, Status};

/// `24/35 trainings · 2 running · 0:41 left`.
pub(super) fn headline(status: &Status) -> String {
    let noun = if status.trainings {
        "trainings"
    } else {
        "steps"
    };
    let mut parts = vec![format!("{}/{} {noun}", status.done, status.total)];
    if status.running > 0 {
        parts.push(format!("{} running", status.running));
    }
    if let Some(left) = status.left {
        parts.push(format!("{} left", clock(left)));
    }
    parts.join(" · ")
}

/// `0:41`, `12:05`, `1:02:03`.
pub(super) fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// What an event says in lines that stay on the screen; none for those that only move a bar.
pub(super) fn lasting(event: &Event<'_>, status: &Status) -> Vec<String> {
    let lines = match event {
        Event::Damaged { step, file, reason } => {
            vec![format!(
                "damaged  {}: {file}: {reason}; redoing it",
                step.label
            )]
        }
        Event::StepRetried { failure, wait, .. } => vec![
            format!(
                "retry    {}: {}; attempt {} follows in {:.1} s",
                failure.label,
                failure.message,
                failure.attempts + 1,
                wait.as_secs_f64()
            ),
            format!("    log: {}", failure.log.display()),
        ],
        Event::StepFailed { failure, .. } => {
            let mut lines = vec![format!("failed   {}: {}", failure.label, failure.message)];
            lines.extend(failure.tail.iter().map(|line| format!("    | {line}")));
            lines.push(format!("    log: {}", failure.log.display()));
            lines
        }
        Event::StepBlocked { blocked } => {
            vec![format!("blocked  {}: {} failed", blocked.label, blocked.by)]
        }
        Event::Draining => vec![format!(
            "interrupted: {} running to finish; interrupt again to stop at once",
            status.running
        )],
        Event::Stopping => vec![
            "stopped: what is done is kept, and the same command goes on from there".to_owned(),
        ],
        _ => Vec::new(),
    };
    lines.iter().map(|line| clean(line)).collect()
}

/// The text without control characters, which could garble the screen.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_say_what_is_known() {
        let mut status = Status {
            trainings: true,
            done: 24,
            total: 35,
            running: 2,
            left: Some(Duration::from_secs(41)),
        };
        assert_eq!(headline(&status), "24/35 trainings · 2 running · 0:41 left");
        status = Status {
            trainings: false,
            running: 0,
            left: None,
            ..status
        };
        assert_eq!(headline(&status), "24/35 steps");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(clean("a\u{1b}[1m\tb"), "a [1m b");
    }
}
