//! The legend of a line plot: which line is whose, and what whiskers and open markers are.

use super::curve_text;
use super::line_plot::{MARGIN, WIDTH};
use super::series::Series;

/// Height of a line of the legend.
pub(super) const LINE: i32 = 42;
/// Width of a sign, and what keeps it from its words and these from the next sign.
pub(super) const SIGN: i32 = 48;
pub(super) const AFTER_SIGN: i32 = 12;
pub(super) const BETWEEN: i32 = 34;
/// About the width of a letter, a little more than most have. Breaks are decided before there is a canvas.
const LETTER: i32 = 14;

/// What stands before the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    None,
    /// The line and the marker with this number.
    Line(usize),
    /// The marker alone.
    Marker(usize),
    Interval,
    Open,
    /// The curve of a single run.
    Thin,
    /// A curve in the background.
    Guide,
}

/// A sign and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) sign: Sign,
    pub(super) words: String,
}

/// About how wide a text comes out, in pixels.
pub(super) fn advance(text: &str) -> i32 {
    LETTER * text.chars().count() as i32
}

/// The items of the legend, broken into lines.
pub(super) fn lines(series: &Series) -> Vec<Vec<Item>> {
    broken(items(series))
}

/// Items in lines that are not wider than the plot.
pub(super) fn broken(items: Vec<Item>) -> Vec<Vec<Item>> {
    let mut lines: Vec<Vec<Item>> = Vec::new();
    let mut left = 0;
    for item in items {
        let sign = if item.sign == Sign::None {
            0
        } else {
            SIGN + AFTER_SIGN
        };
        let width = sign + advance(&item.words);
        match lines.last_mut() {
            Some(line) if left + BETWEEN + width <= WIDTH - 2 * MARGIN => {
                left += BETWEEN + width;
                line.push(item);
            }
            _ => {
                left = width;
                lines.push(vec![item]);
            }
        }
    }
    lines
}

fn items(series: &Series) -> Vec<Item> {
    let mut items = Vec::new();
    let mut push = |sign, words: &str| {
        items.push(Item {
            sign,
            words: words.to_owned(),
        });
    };
    if !series.head.is_empty() {
        push(Sign::None, &format!("{}:", series.head));
        for (number, name) in series.names.iter().enumerate() {
            push(Sign::Line(number), name);
        }
    }
    if let Some(curves) = &series.curves {
        if curves.has_several_runs() {
            push(Sign::Thin, &format!("single {}s", curves.noun));
        }
        push(Sign::Guide, "equal F1");
        push(
            Sign::None,
            &format!("numbers: {}", curve_text::numbers(curves, &series.x)),
        );
        return items;
    }
    if series
        .intervals
        .iter()
        .any(|interval| interval.ends.is_some())
    {
        push(Sign::Interval, "95 % interval over seeds and documents");
    }
    let mut entries = series.points().flat_map(|point| &point.entries);
    if entries.any(|entry| entry.published.is_some()) {
        push(Sign::Open, "published");
    }
    items
}
