//! The values that papers printed, embedded from `published/*.csv`.
//!
//! The files are in long format, one value a line, with the columns `paper, table, system, setting,
//! encoder, dataset, split, metric, value, std, n_runs, note`. A `system` may be several labels joined by ` + `,
//! where only several axis values together tell the cell that a value belongs to.

use serde::Deserialize;

use super::error::ReportError;
use super::input::PublishedValue;
use crate::score::{Column, Measure, Metric};

/// The text of a file in the folder of published values.
macro_rules! table {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/published/", $file))
    };
}

/// Name in `mirrors`, and the table.
const TABLES: [(&str, &str); 11] = [
    ("jointere/table2", table!("jointere_table2_main.csv")),
    (
        "jointere/table3",
        table!("jointere_table3_gold_entities.csv"),
    ),
    (
        "jointere/table4",
        table!("jointere_table4_pruner_vs_ei.csv"),
    ),
    (
        "jointere/table5",
        table!("jointere_table5_ei_vs_pruner.csv"),
    ),
    (
        "jointere/table6",
        table!("jointere_table6_highorder_ablation.csv"),
    ),
    ("pure/table1", table!("pure_table1_main.csv")),
    ("pure/table3", table!("pure_table3_approx_speed.csv")),
    ("pure/table4", table!("pure_table4_input_features.csv")),
    ("pure/table5", table!("pure_table5_shared_encoder.csv")),
    ("pure/table6", table!("pure_table6_training_strategies.csv")),
    ("pure/table7", table!("pure_table7_data_size.csv")),
];
/// Names of the datasets in the papers, and of the corpora here.
const CORPORA: [(&str, &str); 5] = [
    ("ACE2004", "ace04"),
    ("ACE2005", "ace05"),
    ("SciERC", "scierc"),
    ("CoNLL04", "conll04"),
    ("ADE", "ade"),
];

#[derive(Debug, Deserialize)]
struct Line {
    paper: String,
    table: String,
    system: String,
    encoder: String,
    dataset: String,
    split: String,
    metric: String,
    value: f64,
    std: Option<f64>,
    n_runs: Option<u32>,
}

/// The names that `mirrors` may have.
pub fn mirrors() -> Vec<&'static str> {
    TABLES.iter().map(|(name, _)| *name).collect()
}

/// The values of the table that `mirror` names, each told whether it is about one of `corpora`, the
/// corpora of the experiment.
///
/// # Errors
/// [`ReportError::UnknownMirror`] lists the known names.
pub fn published(mirror: &str, corpora: &[String]) -> Result<Vec<PublishedValue>, ReportError> {
    let (_, text) = TABLES
        .iter()
        .find(|(name, _)| *name == mirror)
        .ok_or_else(|| ReportError::UnknownMirror {
            mirror: mirror.to_owned(),
            known: mirrors().join(", "),
        })?;
    read(mirror, text, corpora)
}

fn read(mirror: &str, text: &str, corpora: &[String]) -> Result<Vec<PublishedValue>, ReportError> {
    let bad = |line, problem| ReportError::PublishedLine {
        mirror: mirror.to_owned(),
        line,
        problem,
    };
    let mut values = Vec::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for (index, line) in reader.deserialize::<Line>().enumerate() {
        let number = index as u64 + 2;
        let line = line.map_err(|error| bad(number, error.to_string()))?;
        let column = column(&line.metric)
            .ok_or_else(|| bad(number, format!("{:?} is not a metric", line.metric)))?;
        let corpus = corpus_key(&line.dataset);
        values.push(PublishedValue {
            table: format!("{}, {}", line.paper, line.table),
            system: line.system,
            same_corpus: corpora.contains(&corpus),
            corpus,
            encoder: line.encoder,
            split: line.split,
            metric: column.name(),
            value: line.value,
            sd: line.std,
            runs: line.n_runs,
        });
    }
    Ok(values)
}

/// The column that a paper calls `Rel+-C P`, `span identification R`, or `speed sent/s`.
fn column(printed: &str) -> Option<Column> {
    if printed == "speed sent/s" {
        return Some(Column::Speed);
    }
    let (metric, letter) = printed.rsplit_once(' ')?;
    let measure = Measure::ALL
        .into_iter()
        .find(|measure| measure.to_string() == letter)?;
    let metric = match metric {
        "span identification" => Metric::EntI,
        name => name.parse().ok()?,
    };
    Some(Column::Counted(metric, measure))
}

fn corpus_key(dataset: &str) -> String {
    CORPORA
        .iter()
        .find(|(name, _)| *name == dataset)
        .map_or_else(|| dataset.to_lowercase(), |(_, key)| (*key).to_owned())
}

/// The name that papers give the corpus with this key, or the key itself.
pub(crate) fn corpus_name(key: &str) -> &str {
    CORPORA
        .iter()
        .find(|(_, known)| *known == key)
        .map_or(key, |(name, _)| *name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::report::labels;

    #[test]
    fn every_value_of_the_table_is_read() {
        let values = published("jointere/table2", &["scierc".to_owned()]).unwrap();
        assert_eq!(values.len(), 96);
        assert!(
            values
                .iter()
                .all(|value| value.runs == Some(6) && value.sd.is_none())
        );
        let found = values
            .iter()
            .find(|v| v.system == "a4" && v.corpus == "scierc" && v.metric == "rel+-c")
            .unwrap();
        assert!((found.value - 35.86).abs() < 1e-9);
        assert!(found.same_corpus);
        assert!(
            values
                .iter()
                .all(|value| value.same_corpus == (value.corpus == "scierc"))
        );
    }

    #[test]
    fn every_table_is_read_with_its_splits_and_measures() {
        let counts = [12, 36, 18, 24];
        for (table, count) in (3..).zip(counts) {
            let values = published(&format!("jointere/table{table}"), &[]).unwrap();
            assert_eq!(values.len(), count, "table {table}");
        }
        let values = published("jointere/table4", &["scierc".to_owned()]).unwrap();
        let find = |system: &str, split: &str, metric: &str| {
            let found = values.iter().find(|value| {
                value.same_corpus
                    && (value.system.as_str(), value.split.as_str()) == (system, split)
                    && value.metric == metric
            });
            found.unwrap().value
        };
        assert!((find("Pruner", "dev", "ent-i.precision") - 24.92).abs() < 1e-9);
        assert!((find("Ei", "train", "ent-i") - 99.94).abs() < 1e-9);
        assert!((find("Ei", "test", "ent-i.recall") - 79.93).abs() < 1e-9);
    }

    #[test]
    fn every_table_of_pure_is_read() {
        let counts = [(1, 30), (3, 16), (4, 24), (5, 4), (6, 10), (7, 16)];
        for (table, count) in counts {
            let values = published(&format!("pure/table{table}"), &[]).unwrap();
            assert_eq!(values.len(), count, "table {table}");
            let split = if table < 4 {
                ["test", "5-fold"]
            } else {
                ["dev"; 2]
            };
            assert!(
                values
                    .iter()
                    .all(|value| split.contains(&value.split.as_str()))
            );
        }
        let values = published("pure/table3", &["scierc".to_owned()]).unwrap();
        let speeds = values.iter().filter(|value| value.metric == "speed");
        assert_eq!(speeds.clone().count(), 8);
        assert!(
            speeds
                .clone()
                .any(|value| value.same_corpus && value.value > 300.0)
        );
    }

    /// The keys and values that experiments after these tables have as axes.
    #[test]
    fn values_of_pure_find_their_cells() {
        let find = |table: u32, cell: &[(&str, &str)], corpus: &str, metric: &str| {
            let cell: Vec<(String, String)> = cell
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect();
            let values = published(&format!("pure/table{table}"), &[]).unwrap();
            let mut found = values.iter().filter(|value| {
                value.corpus == corpus
                    && value.metric == metric
                    && labels::fit(&value.system, &cell)
                    && !value.encoder.starts_with("ALBERT")
            });
            let value = found.next().map(|value| value.value);
            assert!(found.next().is_none(), "more than one value for {cell:?}");
            value
        };
        let window = "pure.relation_window";
        let cross = [("pure.entity_window", "300"), (window, "100")];
        assert_eq!(find(1, &cross, "scierc", "rel+-c"), Some(36.8));
        let cell = [("pure.approximate", "true"), (window, "0")];
        assert_eq!(find(3, &cell, "ace05", "speed"), Some(384.7));
        let input = "pure.rel_input";
        let cell = [(input, "markers"), ("pure.entities", "predicted")];
        assert_eq!(find(4, &cell, "scierc", "rel-c"), Some(49.1));
        let cell = [("system.approach", "shared")];
        assert_eq!(find(5, &cell, "ace05", "ent-c"), Some(87.7));
        let cell = [("pure.train_entities", "kept"), (input, "markers_eloss")];
        assert_eq!(find(6, &cell, "ace05", "rel-c"), Some(63.0));
        let cell = [("pure.train_entities", "jackknife"), (input, "markers")];
        assert_eq!(find(6, &cell, "ace05", "rel-c"), None);
        let cell = [("system.approach", "joint"), ("corpus.share", "1.0")];
        assert_eq!(find(7, &cell, "ace05", "rel-c"), Some(61.0));
    }

    #[test]
    fn an_unknown_mirror_lists_the_known_ones() {
        let error = published("jointere/table9", &[]).unwrap_err();
        insta::assert_snapshot!(error, @r#"mirrors = "jointere/table9" is not a published table known here; known are jointere/table2, jointere/table3, jointere/table4, jointere/table5, jointere/table6, pure/table1, pure/table3, pure/table4, pure/table5, pure/table6, pure/table7"#);
    }

    #[test]
    fn a_bad_line_is_named() {
        let text = "paper,table,system,encoder,dataset,split,metric,value,std,n_runs\nP,T,s,e,ADE,test,Macro F1,1.0,,\n";
        let error = read("p/t", text, &[]).unwrap_err();
        insta::assert_snapshot!(error, @r#"published table "p/t", line 2: "Macro F1" is not a metric"#);
    }
}
