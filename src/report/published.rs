//! The values that papers printed, embedded from `published/*.csv`.
//!
//! The files are in long format, one value a line, with the columns `paper, table, system, setting,
//! encoder, dataset, split, metric, value, std, n_runs, note`.

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
const TABLES: [(&str, &str); 5] = [
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
    fn an_unknown_mirror_lists_the_known_ones() {
        let error = published("jointere/table9", &[]).unwrap_err();
        insta::assert_snapshot!(error, @r#"mirrors = "jointere/table9" is not a published table known here; known are jointere/table2, jointere/table3, jointere/table4, jointere/table5, jointere/table6"#);
    }

    #[test]
    fn a_bad_line_is_named() {
        let text = "paper,table,system,encoder,dataset,split,metric,value,std,n_runs\nP,T,s,e,ADE,test,Macro F1,1.0,,\n";
        let error = read("p/t", text, &[]).unwrap_err();
        insta::assert_snapshot!(error, @r#"published table "p/t", line 2: "Macro F1" is not a metric"#);
    }
}
