//! The values that papers printed, embedded from `published/*.csv`.
//!
//! The files are in long format, one value a line, with the columns `paper, table, system, setting,
//! encoder, dataset, split, metric, value, std, n_runs, note`. A `system` may be several labels joined by ` + `,
//! where only several axis values together tell the cell that a value belongs to. Of ITER's tables, which compare
//! encoders, the files hold its own rows, named by their encoders; what it printed of other systems ties to no cell.

use serde::Deserialize;

use super::error::ReportError;
use super::input::PublishedValue;
use crate::score::{Column, Convention, Measure, Metric, Profile, Symmetric};

/// The text of a file in the folder of published values.
macro_rules! table {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/published/", $file))
    };
}

/// Name in `mirrors`, the profile that its scores were counted with, and the table.
const TABLES: [(&str, Profile, &str); 23] = [
    (
        "jointere/table2",
        Profile::Pure,
        table!("jointere_table2_main.csv"),
    ),
    (
        "jointere/table3",
        Profile::Pure,
        table!("jointere_table3_gold_entities.csv"),
    ),
    (
        "jointere/table4",
        Profile::Pure,
        table!("jointere_table4_pruner_vs_ei.csv"),
    ),
    (
        "jointere/table5",
        Profile::Pure,
        table!("jointere_table5_ei_vs_pruner.csv"),
    ),
    (
        "jointere/table6",
        Profile::Pure,
        table!("jointere_table6_highorder_ablation.csv"),
    ),
    ("pure/table1", Profile::Pure, table!("pure_table1_main.csv")),
    (
        "pure/table3",
        Profile::Pure,
        table!("pure_table3_approx_speed.csv"),
    ),
    (
        "pure/table4",
        Profile::Pure,
        table!("pure_table4_input_features.csv"),
    ),
    (
        "pure/table5",
        Profile::Pure,
        table!("pure_table5_shared_encoder.csv"),
    ),
    (
        "pure/table6",
        Profile::Pure,
        table!("pure_table6_training_strategies.csv"),
    ),
    (
        "pure/table7",
        Profile::Pure,
        table!("pure_table7_data_size.csv"),
    ),
    ("iter/table2", Profile::Iter, table!("iter_table2_main.csv")),
    (
        "iter/table3",
        Profile::Iter,
        table!("iter_table3_throughput.csv"),
    ),
    ("iter/table4", Profile::Iter, table!("iter_table4_plms.csv")),
    (
        "iter/table6",
        Profile::Iter,
        table!("iter_table6_full_results.csv"),
    ),
    (
        "iter/table7",
        Profile::Iter,
        table!("iter_table7_conll03_pretraining.csv"),
    ),
    (
        "pmei/table3",
        Profile::Pmei,
        table!("pmei_table3_nyt_webnlg.csv"),
    ),
    (
        "pmei/table4",
        Profile::Pmei,
        table!("pmei_table4_nyt10_nyt11.csv"),
    ),
    (
        "pmei/table5",
        Profile::Pmei,
        table!("pmei_table5_frozen_bert.csv"),
    ),
    (
        "pmei/table6",
        Profile::Pmei,
        table!("pmei_table6_ablation.csv"),
    ),
    (
        "pmei/figure3",
        Profile::Pmei,
        table!("pmei_figure3_release_logs.csv"),
    ),
    (
        "crone/table2",
        Profile::Crone,
        table!("crone_table2_main.csv"),
    ),
    (
        "crone/table3",
        Profile::Crone,
        table!("crone_table3_ablation.csv"),
    ),
];
/// What follows a metric of ITER whose symmetric relations were counted twice.
const TWICE: &str = " (*)";
/// What follows a metric that is averaged over types.
const MACRO: &str = " macro";
/// Names of the datasets in the papers, and of the corpora here.
const CORPORA: [(&str, &str); 11] = [
    ("ACE2004", "ace04"),
    ("ACE2005", "ace05"),
    ("SciERC", "scierc"),
    ("CoNLL04", "conll04"),
    ("ADE", "ade"),
    ("CoNLL03", "conll03"),
    ("GENIA", "genia"),
    ("NYT", "nyt"),
    ("NYT10", "nyt10"),
    ("NYT11", "nyt11"),
    ("WebNLG", "webnlg"),
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
    TABLES.iter().map(|(name, _, _)| *name).collect()
}

/// The values of the table that `mirror` names, each told whether it is about one of `corpora`, the
/// corpora of the experiment.
///
/// # Errors
/// [`ReportError::UnknownMirror`] lists the known names.
pub fn published(mirror: &str, corpora: &[String]) -> Result<Vec<PublishedValue>, ReportError> {
    let (_, profile, text) = TABLES
        .iter()
        .find(|(name, _, _)| *name == mirror)
        .ok_or_else(|| ReportError::UnknownMirror {
            mirror: mirror.to_owned(),
            known: mirrors().join(", "),
        })?;
    read(mirror, (*profile, text), corpora)
}

fn read(
    mirror: &str,
    (profile, text): (Profile, &str),
    corpora: &[String],
) -> Result<Vec<PublishedValue>, ReportError> {
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
        let (metric, symmetric) = match line.metric.strip_suffix(TWICE) {
            Some(metric) => (metric, Some(Symmetric::DoubleCount)),
            None => (line.metric.as_str(), None),
        };
        let column = column(metric)
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
            convention: Convention::new(profile, symmetric),
        });
    }
    Ok(values)
}

/// The column that a paper calls `Rel+-C P`, `span identification R`, `RE+ F1`, `NER macro F1`, or `speed sent/s`.
fn column(printed: &str) -> Option<Column> {
    if ["speed sent/s", "samples/s"].contains(&printed) {
        return Some(Column::Speed);
    }
    let (metric, letter) = printed.rsplit_once(' ')?;
    let measure = Measure::ALL
        .into_iter()
        .find(|measure| measure.to_string() == letter)?;
    if let Some(metric) = metric.strip_suffix(MACRO) {
        return Some(Column::Macro(metric.parse().ok()?, measure));
    }
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
    fn an_unknown_mirror_lists_the_known_ones() {
        let error = published("jointere/table9", &[]).unwrap_err();
        insta::assert_snapshot!(error, @r#"mirrors = "jointere/table9" is not a published table known here; known are jointere/table2, jointere/table3, jointere/table4, jointere/table5, jointere/table6, pure/table1, pure/table3, pure/table4, pure/table5, pure/table6, pure/table7, iter/table2, iter/table3, iter/table4, iter/table6, iter/table7, pmei/table3, pmei/table4, pmei/table5, pmei/table6, pmei/figure3, crone/table2, crone/table3"#);
    }

    #[test]
    fn a_bad_line_is_named() {
        let text = "paper,table,system,encoder,dataset,split,metric,value,std,n_runs\nP,T,s,e,ADE,test,Macro F1,1.0,,\n";
        let error = read("p/t", (Profile::Pure, text), &[]).unwrap_err();
        insta::assert_snapshot!(error, @r#"published table "p/t", line 2: "Macro F1" is not a metric"#);
    }
}
