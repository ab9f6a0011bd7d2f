//! The labels by which a published value finds its cells.
//!
//! What a paper's table calls a system is, in the files of published values, one label or several
//! joined by ` + `. A label is an axis value (`a4`) or an axis with its value
//! (`pure.relation_window=100`), since a number or a `true` alone could be that of any axis. An axis
//! with nothing (`encoder.revision=`) is one that is set to nothing.

use super::text;

/// Whether a cell has every label of `system` among its axis values, in any case of letters.
pub(crate) fn fit(system: &str, cell: &[(String, String)]) -> bool {
    labels(system).all(|(key, value)| {
        // Nothing is the value of every axis that a cell does not have.
        (key.is_some() || !value.is_empty())
            && cell
                .iter()
                .filter(|(own, _)| key.is_none_or(|key| key == own))
                .any(|(_, own)| same(own, value))
    })
}

/// The labels for a reader: `typed_markers, entities = gold`.
pub(crate) fn shown(system: &str) -> String {
    let labels: Vec<String> = labels(system)
        .map(|(key, value)| match key {
            Some(key) if value.is_empty() => format!("no {}", text::short_key(key)),
            Some(key) => format!("{} = {value}", text::short_key(key)),
            None => value.to_owned(),
        })
        .collect();
    labels.join(", ")
}

/// Axis, where a label names it, and value of every label.
fn labels(system: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    system
        .split(" + ")
        .map(|label| match label.split_once('=') {
            Some((key, value)) => (Some(key.trim()), value.trim()),
            None => (None, label.trim()),
        })
}

/// Equality of axis values as text; 1 and 1.0 are the same.
fn same(own: &str, published: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    own.eq_ignore_ascii_case(published)
        || (number(own).is_some() && number(own) == number(published))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell() -> Vec<(String, String)> {
        [
            ("system.approach", "pipeline"),
            ("pure.relation_window", "0"),
            ("pure.entity_window", "100"),
            ("corpus.share", "1.0"),
            ("encoder.revision", ""),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn every_label_must_be_a_value_of_the_cell() {
        for fitting in [
            "Pipeline",
            "pure.relation_window=0",
            "pipeline + corpus.share=1",
            "100 + pipeline + pure.entity_window = 100",
            "pipeline + encoder.revision=",
        ] {
            assert!(fit(fitting, &cell()), "{fitting}");
        }
        for other in [
            "joint",
            "pure.relation_window=100",
            "pipeline + corpus.share=0.1",
            "pipeline+corpus.share=1",
            "pure.window=0",
            "pure.window=",
            "",
        ] {
            assert!(!fit(other, &cell()), "{other}");
        }
    }

    #[test]
    fn readers_see_the_short_names_of_axes() {
        assert_eq!(shown("Ei-NerRe*"), "Ei-NerRe*");
        let system = "typed_markers + pure.entities=gold + system.approach=joint";
        assert_eq!(
            shown(system),
            "typed_markers, entities = gold, approach = joint"
        );
        assert_eq!(shown("t5 + encoder.revision="), "t5, no revision");
    }
}
