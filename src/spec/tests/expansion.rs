//! Axes to cells to runs.

use std::collections::HashSet;
use std::fmt::Write;

use proptest::prelude::*;
use serde_json::json;

use super::read;
use crate::spec::Run;

#[test]
fn the_first_axis_is_the_slowest_in_the_order_written() {
    let experiment = read("name = \"a\"\n[axes]\n\"train.warmup\" = [1, 0]\npan.width = [2, 1]");
    let values: Vec<_> = experiment
        .cells()
        .iter()
        .map(|cell| json!([cell.values[0].1, cell.values[1].1]))
        .collect();
    assert_eq!(
        values,
        [json!([1, 2]), json!([1, 1]), json!([0, 2]), json!([0, 1])]
    );
    assert_eq!(experiment.cells()[0].values[0].0, "train.warmup");
    assert_eq!(experiment.cells()[2].configuration.train.warmup, 0);
    assert_eq!(experiment.cells()[2].configuration.pan.width, Some(2));
}

#[test]
fn zip_and_list_have_their_turn() {
    let text = r#"
        name = "a"
        [axes]
        zip = [{ "train.epochs" = [1, 2], train.rate = [0.1, 0.2] }]
        list = [{ "pan.width" = 3, pan.kind = "copper" }, { "pan.width" = 4 }]
    "#;
    let experiment = read(text);
    let cells: Vec<_> = experiment
        .cells()
        .iter()
        .map(|cell| {
            (
                cell.configuration.train.epochs,
                cell.configuration.pan.width,
            )
        })
        .collect();
    assert_eq!(
        cells,
        [(1, Some(3)), (1, Some(4)), (2, Some(3)), (2, Some(4))]
    );
    assert_eq!(experiment.cells()[1].values.len(), 3);
    let keys: Vec<_> = experiment.cells()[0]
        .values
        .iter()
        .map(|(key, _)| key.as_str())
        .collect();
    assert_eq!(
        keys,
        ["train.epochs", "train.rate", "pan.width", "pan.kind"]
    );
    assert_eq!(
        experiment.axes.get("train.rate").unwrap().values,
        [json!(0.1), json!(0.2)]
    );
}

#[test]
fn without_axes_there_is_one_cell_and_one_run() {
    let experiment = read("name = \"a\"");
    assert_eq!(experiment.cells().len(), 1);
    assert_eq!(
        experiment.runs(),
        [Run {
            cell: 0,
            seed: 0,
            fold: None
        }]
    );
}

#[test]
fn runs_go_through_seeds_then_folds() {
    let experiment = read("name = \"a\"\n[axes]\nseed = [3, 1]\nfold = { count = 2 }");
    let runs: Vec<_> = experiment
        .runs()
        .iter()
        .map(|run| (run.seed, run.fold))
        .collect();
    assert_eq!(
        runs,
        [(3, Some(0)), (3, Some(1)), (1, Some(0)), (1, Some(1))]
    );
}

fn axis() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::hash_set(1_u32..30, 1..5).prop_map(|values| values.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn cells_are_the_product_without_the_excluded(
        epochs in axis(), width in axis(), warmup in axis(), excluded in prop::collection::vec((0_usize..4, 0_usize..4), 0..4),
    ) {
        let epochs: Vec<u32> = epochs.iter().map(|epochs| epochs + 30).collect();
        let mut text = format!("name = \"a\"\n[axes]\ntrain.epochs = {epochs:?}\npan.width = {width:?}\ntrain.warmup = {warmup:?}\nexclude = [");
        let excluded: HashSet<(u32, u32)> =
            excluded.iter().map(|(e, w)| (epochs[e % epochs.len()], width[w % width.len()])).collect();
        prop_assume!(excluded.len() < epochs.len() * width.len());
        for (epochs, width) in &excluded {
            write!(text, "{{ train.epochs = {epochs}, \"pan.width\" = {width} }},").unwrap();
        }
        text.push(']');
        let mut expected = Vec::new();
        for &e in &epochs {
            for &w in width.iter().filter(|&&w| !excluded.contains(&(e, w))) {
                expected.extend(warmup.iter().map(|&u| (e, Some(w), u)));
            }
        }
        let experiment = read(&text);
        let found: Vec<_> = experiment
            .cells()
            .iter()
            .map(|cell| (cell.configuration.train.epochs, cell.configuration.pan.width, cell.configuration.train.warmup))
            .collect();
        prop_assert_eq!(found.len(), (epochs.len() * width.len() - excluded.len()) * warmup.len());
        prop_assert_eq!(found.iter().collect::<HashSet<_>>().len(), found.len());
        prop_assert_eq!(found, expected);
    }
}
