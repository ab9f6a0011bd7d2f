//! Which layer wins.

use serde_json::json;

use super::{Kind, SideDish, profile, read, read_with, set, variables};
use crate::spec::{Options, PlotKind};

const FILE: &str = r#"
name = "dinner"
mirrors = "book/table1"
[train]
epochs = 5
[axes]
"pan.kind" = ["cast-iron", "copper"]
seed = { count = 3, from = 10 }
[profile.feast]
title = "A feast"
train.epochs = 6
axes.seed = [1, 2]
axes.pan.kind = ["copper"]
"#;

#[test]
fn the_file_lies_over_the_defaults() {
    let experiment = read(FILE);
    assert_eq!(experiment.configuration.train.epochs, 5);
    assert_eq!(experiment.configuration.train.layers, [8, 8]);
    assert_eq!(
        (experiment.title.as_str(), experiment.mirrors.as_deref()),
        ("dinner", Some("book/table1"))
    );
    assert_eq!(experiment.axes.seeds, [10, 11, 12]);
    assert_eq!(experiment.profiles, ["demo", "feast"]);
}

#[test]
fn a_profile_lies_over_the_file_and_replaces_an_axis_in_either_spelling() {
    let experiment = read_with(FILE, &profile("feast")).unwrap();
    assert_eq!(experiment.configuration.train.epochs, 6);
    assert_eq!(experiment.title, "A feast");
    assert_eq!(experiment.axes.seeds, [1, 2]);
    assert_eq!(experiment.cells().len(), 1);
    assert_eq!(experiment.cells()[0].configuration.pan.kind, Kind::Copper);
}

#[test]
fn the_environment_lies_over_the_profile_and_set_over_both() {
    let mut options = variables(&[
        ("SWEEP_TRAIN__EPOCHS", "7"),
        ("SWEEP_DATA", "/data"),
        ("PATH", "x"),
    ]);
    options.profile = Some("feast".into());
    assert_eq!(
        read_with(FILE, &options)
            .unwrap()
            .configuration
            .train
            .epochs,
        7
    );
    options.set = vec!["train.epochs=8".into()];
    assert_eq!(
        read_with(FILE, &options)
            .unwrap()
            .configuration
            .train
            .epochs,
        8
    );
}

#[test]
fn a_variable_finds_keys_with_hyphens_and_axes() {
    let options = variables(&[
        ("SWEEP_SIDE_DISH__GRAMS", "7"),
        ("SWEEP_AXES__SEED", "[4]"),
        ("SWEEP_PAN__KIND", "copper"),
    ]);
    let experiment = read_with(FILE, &options).unwrap();
    assert_eq!(
        experiment.configuration.side_dish,
        SideDish::Rice { grams: 7 }
    );
    assert_eq!(experiment.axes.seeds, [4]);
    assert_eq!(experiment.cells().len(), 1);
}

#[test]
fn set_reads_toml_and_bare_words() {
    let options = set(&[
        "train={epochs=3, rate=1}",
        "pan.lid.name=very tight",
        "pan.width=0x10",
        "train.layers=[1]",
    ]);
    let configuration = read_with(FILE, &options).unwrap().configuration;
    assert_eq!(
        (configuration.train.epochs, configuration.train.rate),
        (3, 1.0)
    );
    assert_eq!(configuration.train.layers, [1]);
    assert_eq!(
        (configuration.pan.lid.name.as_str(), configuration.pan.width),
        ("very tight", Some(16))
    );
}

#[test]
fn set_replaces_the_values_of_an_axis() {
    let cells = |argument: &str| -> Vec<_> {
        let experiment = read_with(FILE, &set(&[argument])).unwrap();
        experiment
            .cells()
            .iter()
            .map(|cell| cell.values[0].1.clone())
            .collect()
    };
    assert_eq!(cells("pan.kind=copper"), [json!("copper")]);
    assert_eq!(cells("axes.pan.kind=copper"), [json!("copper")]);
    assert_eq!(
        cells(r#"axes."pan.kind"=["copper", "cast-iron"]"#),
        [json!("copper"), json!("cast-iron")]
    );
}

#[test]
fn set_adds_an_axis_and_changes_seeds() {
    let experiment = read_with(
        FILE,
        &set(&["axes.train.rate=[0.1, 0.2]", "seed={count=2}"]),
    )
    .unwrap();
    assert_eq!(experiment.cells().len(), 4);
    assert_eq!(
        experiment.cells()[1].values[1],
        ("train.rate".into(), json!(0.2))
    );
    assert_eq!(experiment.axes.seeds, [10, 11]);
    assert_eq!(read_with(FILE, &set(&["seed=7"])).unwrap().axes.seeds, [7]);
    assert_eq!(
        read_with(FILE, &set(&["axes.fold={count=2}"]))
            .unwrap()
            .axes
            .folds,
        [0, 1]
    );
}

#[test]
fn set_keeps_the_matching_entries_of_a_zip() {
    let text = FILE.replace(
        "seed = {",
        "zip = [{ \"train.epochs\" = [5, 6], \"train.rate\" = [0.5, 0.6] }]\nseed = {",
    );
    let experiment = read_with(&text, &set(&["train.epochs=6"])).unwrap();
    assert_eq!(experiment.cells().len(), 2);
    assert!(
        experiment
            .cells()
            .iter()
            .all(|cell| (cell.configuration.train.rate - 0.6).abs() < 1e-9)
    );
    assert!(read_with(&text, &set(&["train.epochs=9"])).is_err());
    let last = read_with(&text, &set(&["train.epochs=5", "train.epochs=6"])).unwrap();
    assert_eq!(last.cells()[0].configuration.train.epochs, 6);
}

#[test]
fn narrowing_by_set_leaves_baseline_and_excludes_alone() {
    let text = FILE.replace(
        "seed = {",
        "train.rate = [1, 2]\nexclude = [{ \"pan.kind\" = \"copper\", train.rate = 1.0 }]\nseed = {",
    ) + "[statistics]\nbaseline.pan.kind = \"copper\"\n";
    let text = text.replace("axes.pan.kind = [\"copper\"]\n", "");
    assert_eq!(read(&text).cells().len(), 3);
    let experiment = read_with(&text, &set(&["pan.kind=cast-iron"])).unwrap();
    assert_eq!(experiment.cells().len(), 2);
    assert_eq!(experiment.statistics.baseline["pan.kind"], json!("copper"));
}

#[test]
fn another_variant_of_a_tagged_section_drops_the_defaults_of_the_first() {
    let experiment = read(&format!("{FILE}[side-dish]\nkind = \"salad\"\nleaves = 4"));
    assert_eq!(
        experiment.configuration.side_dish,
        SideDish::Salad { leaves: 4 }
    );
}

#[test]
fn a_mistake_in_any_profile_is_found() {
    let text = FILE.replace("train.epochs = 6", "train.epochs = 0");
    let error = read_with(&text, &Options::default()).unwrap_err();
    assert_eq!(error.count(), 2);
    assert!(error.render(false).contains("in the profile `feast`"));
}

#[test]
fn numbers_are_read_in_every_way_that_toml_writes_them() {
    let options = set(&["train.epochs=1_000", "train.rate=1e-5", "pan.width=+0b101"]);
    let options_wrong = read_with(FILE, &options);
    assert!(options_wrong.is_err(), "TOML has no sign before a prefix");
    let options = set(&["train.epochs=1_000", "train.rate=1e-5", "pan.width=+5"]);
    let configuration = read_with(FILE, &options).unwrap().configuration;
    assert_eq!(
        (configuration.train.epochs, configuration.pan.width),
        (1000, Some(5))
    );
    assert!((configuration.train.rate - 1e-5).abs() < 1e-12);
    let infinite = read_with(FILE, &set(&["train.rate=inf"])).unwrap();
    assert!(infinite.configuration.train.rate.is_infinite());
}

#[test]
fn plots_are_read_and_a_profile_has_its_own() {
    let file = format!(
        "{}{}",
        FILE.replace(
            "train.epochs = 6",
            "train.epochs = 6\nplot = [{ x = \"pan.kind\" }]"
        ),
        "[[plot]]\nx = \"pan.kind\"\ny = [\"taste\", \"smell.worst\"]\ncaption = \"Pans\"\n"
    );
    let plots = read(&file).plots;
    assert_eq!(plots.len(), 1);
    assert_eq!(plots[0].caption.as_deref(), Some("Pans"));
    assert_eq!(
        (plots[0].kind, plots[0].y.len(), plots[0].lines.len()),
        (PlotKind::Line, 2, 0)
    );
    let feast = read_with(&file, &profile("feast")).unwrap().plots;
    assert_eq!((feast.len(), feast[0].caption.is_none()), (1, true));
}
