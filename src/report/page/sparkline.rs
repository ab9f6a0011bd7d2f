//! The course of a training as a small picture: the score on dev over the epochs, the kept epoch marked, and the loss
//! behind it.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use crate::report::text;
use crate::report::training::Training;

const WIDTH: f64 = 110.0;
const HEIGHT: f64 = 26.0;
/// Room for the mark at the edges.
const MARGIN: f64 = 3.0;

/// What a reader hears who does not see the picture; a training without evaluations has none.
pub(super) fn words(training: &Training) -> String {
    let (Some(first), Some(last)) = (training.epochs.first(), training.epochs.last()) else {
        return format!("{}: no evaluation on dev", training.label);
    };
    let mut words = format!(
        "{}: {} on dev from {} to {} in {} epochs",
        training.label,
        metric(training),
        text::percent(first.dev),
        text::percent(last.dev),
        last.epochs.ceil(),
    );
    if let Some((epoch, best)) = training.best_epoch.zip(training.best) {
        let _ = write!(words, ", kept epoch {epoch} with {}", text::percent(best));
    }
    let _ = write!(
        words,
        "; loss from {} to {}",
        loss(first.loss),
        loss(last.loss)
    );
    words
}

/// A loss with three digits, or that it is none.
fn loss(value: f64) -> String {
    if !value.is_finite() {
        return "no number".to_owned();
    }
    let digits = (2 - value.abs().max(1e-9).log10().floor() as i64).clamp(0, 6) as usize;
    format!("{value:.digits$}")
}

fn metric(training: &Training) -> &str {
    if training.metric.is_empty() {
        "score"
    } else {
        &training.metric
    }
}

/// The content of an SVG symbol; none where there is nothing to draw a line through.
pub(super) fn symbol(training: &Training) -> Option<String> {
    if training.epochs.len() < 2 {
        return None;
    }
    let scores: Vec<f64> = training.epochs.iter().map(|one| one.dev).collect();
    let losses: Vec<f64> = training.epochs.iter().map(|one| one.loss).collect();
    let last = training.epochs.last()?.epochs;
    let x = |epochs: f64| MARGIN + (WIDTH - 2.0 * MARGIN) * epochs / last.max(1e-9);
    let line = |values: &[f64], class: &str| {
        let (low, high) = range(values)?;
        let points = training.epochs.iter().zip(values);
        let points: Vec<String> = points
            .filter(|(_, value)| value.is_finite())
            .map(|(one, value)| format!("{:.1},{:.1}", x(one.epochs), y(*value, low, high)))
            .collect();
        Some(format!(
            "<polyline class=\"{class}\" points=\"{}\"/>",
            points.join(" ")
        ))
    };
    let mut drawn = String::new();
    drawn.extend(line(&losses, "loss"));
    drawn.push_str(&line(&scores, "dev")?);
    let (low, high) = range(&scores)?;
    // Where a model is evaluated more often than once an epoch, the kept one is the best of its epoch.
    let kept = training.epochs.iter().filter(|one| {
        let epoch = one.epochs.ceil() as u32;
        Some(epoch) == training.best_epoch
    });
    let kept = kept.max_by(|one, other| one.dev.total_cmp(&other.dev));
    if let Some(kept) = kept {
        let _ = write!(
            drawn,
            "<circle class=\"kept\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.6\"/>",
            x(kept.epochs),
            y(kept.dev, low, high)
        );
    }
    Some(drawn)
}

fn y(value: f64, low: f64, high: f64) -> f64 {
    let share = if high > low {
        (value - low) / (high - low)
    } else {
        0.5
    };
    HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * share
}

fn range(values: &[f64]) -> Option<(f64, f64)> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    Some((finite().reduce(f64::min)?, finite().reduce(f64::max)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::report::training::TrainedEpoch;

    fn training(scores: &[f64], losses: &[f64]) -> Training {
        let epochs = scores.iter().zip(losses).zip(1..);
        Training {
            key: "k".to_owned(),
            label: "Re seed 3".to_owned(),
            seconds: 1.0,
            parameters: None,
            metric: "Rel+-C".to_owned(),
            epochs: epochs
                .map(|((&dev, &loss), epoch)| TrainedEpoch {
                    epochs: f64::from(epoch),
                    loss,
                    dev,
                })
                .collect(),
            best_epoch: Some(2),
            best: Some(30.0),
        }
    }

    #[test]
    fn the_kept_epoch_is_marked() {
        let training = training(&[10.0, 30.0, 20.0], &[200.0, 90.5, 0.0421]);
        assert_eq!(
            words(&training),
            "Re seed 3: Rel+-C on dev from 10.00 to 20.00 in 3 epochs, kept epoch 2 with 30.00; loss from 200 to 0.0421"
        );
        let drawn = symbol(&training).unwrap();
        // The highest score is at the top of the picture.
        assert!(drawn.contains("cx=\"72.3\" cy=\"3.0\""), "{drawn}");
        assert_eq!(drawn.matches("<polyline").count(), 2);
    }

    #[test]
    fn what_is_no_number_is_not_drawn() {
        let drawn = symbol(&training(&[1.0, 2.0, 2.0], &[f64::NAN; 3])).unwrap();
        assert_eq!(drawn.matches("<polyline").count(), 1);
        assert!(!drawn.contains("NaN"), "{drawn}");
        // All scores alike lie in the middle.
        let drawn = symbol(&training(&[0.0; 3], &[1.0; 3])).unwrap();
        assert!(drawn.contains("cy=\"13.0\""), "{drawn}");
        assert_eq!(symbol(&training(&[1.0], &[1.0])), None);
        assert!(words(&training(&[], &[])).ends_with("no evaluation on dev"));
    }
}
