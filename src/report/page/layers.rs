//! Spans drawn below the words they cover: which of them go into which line, so that none hides another.

use minijinja::{Value, context};

use crate::score::{Example, Fate, MarkedEntity};

/// The words of an example, each with a bar or a gap for every line of spans above and below it.
pub(super) fn words(example: &Example) -> Vec<Value> {
    let gold = lines(&example.entities, Fate::Spurious);
    let predicted = lines(&example.entities, Fate::Missed);
    let words = example.words.iter().enumerate();
    words
        .map(|(at, word)| {
            let bars = |lines: &[Vec<&MarkedEntity>]| {
                let bars = lines.iter().map(|line| bar(line, at));
                bars.collect::<Vec<Value>>()
            };
            // The line next to the text is the first.
            let mut above = bars(&gold);
            above.reverse();
            context! { word, above, below => bars(&predicted) }
        })
        .collect()
}

/// The entities of one side in as few lines as they need. The longest go next to the text.
fn lines(entities: &[MarkedEntity], other: Fate) -> Vec<Vec<&MarkedEntity>> {
    let mut own: Vec<&MarkedEntity> = entities.iter().filter(|one| one.fate != other).collect();
    own.sort_by_key(|one| (std::cmp::Reverse(one.end - one.start), one.start));
    let mut lines: Vec<Vec<&MarkedEntity>> = Vec::new();
    for entity in own {
        let is_free = |line: &&mut Vec<&MarkedEntity>| {
            let mut others = line.iter();
            others.all(|other| entity.end < other.start || other.end < entity.start)
        };
        match lines.iter_mut().find(is_free) {
            Some(line) => line.push(entity),
            None => lines.push(vec![entity]),
        }
    }
    lines
}

/// What a line has at one word: nothing, or a part of an entity, of which the first part is labelled.
fn bar(line: &[&MarkedEntity], at: usize) -> Value {
    let Some(entity) = line.iter().find(|one| one.start <= at && at <= one.end) else {
        return context! { class => "gap" };
    };
    let fate = match entity.fate {
        Fate::Found => "found",
        Fate::Missed => "missed",
        Fate::Spurious => "spurious",
    };
    let mut class = format!("bar {fate}");
    if at == entity.start {
        class.push_str(" first");
    }
    if at == entity.end {
        class.push_str(" last");
    }
    let label = (at == entity.start).then_some(&entity.label);
    context! { class, label, wrong => at == entity.start && entity.fate != Fate::Found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(start: usize, end: usize, fate: Fate) -> MarkedEntity {
        MarkedEntity {
            start,
            end,
            label: "A".to_owned(),
            fate,
        }
    }

    #[test]
    fn overlapping_spans_go_into_lines_of_their_own() {
        let entities = [
            entity(0, 3, Fate::Found),
            entity(1, 1, Fate::Missed),
            entity(2, 4, Fate::Missed),
            entity(5, 5, Fate::Found),
            entity(1, 2, Fate::Spurious),
        ];
        let starts = |lines: Vec<Vec<&MarkedEntity>>| -> Vec<Vec<usize>> {
            let lines = lines.iter();
            lines
                .map(|line| line.iter().map(|one| one.start).collect())
                .collect()
        };
        let gold = starts(lines(&entities, Fate::Spurious));
        assert_eq!(gold, [vec![0, 5], vec![2, 1]]);
        let predicted = starts(lines(&entities, Fate::Missed));
        assert_eq!(predicted, [vec![0, 5], vec![1]]);
    }
}
