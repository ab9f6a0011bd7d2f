//! `include`.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::{Kitchen, VOCABULARY, profile};
use crate::spec::{Experiment, Options};

fn folder(files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let first = folder.path().join(files[0].0);
    (folder, first)
}

fn load(
    path: &std::path::Path,
    options: &Options,
) -> Result<Experiment<Kitchen>, crate::spec::SpecError> {
    Experiment::load(path, options, &VOCABULARY)
}

#[test]
fn an_included_file_lies_below_and_its_profiles_count() {
    let (_folder, path) = folder(&[
        (
            "a.toml",
            "name = \"a\"\ninclude = [\"parts/b.toml\"]\n[train]\nepochs = 3\n[axes]\npan.width = [1, 2]",
        ),
        (
            "parts/b.toml",
            "include = [\"c.toml\"]\n[train]\nepochs = 4\nrate = 0.5\n[profile.feast]\ntrain.epochs = 9",
        ),
        (
            "parts/c.toml",
            "[train]\nrate = 0.7\nlayers = [1]\n[axes]\npan.kind = [\"copper\"]\npan.width = [7]",
        ),
    ]);
    let experiment = load(&path, &Options::default()).unwrap();
    let train = &experiment.configuration.train;
    assert_eq!((train.epochs, train.layers.as_slice()), (3, [1].as_slice()));
    assert!((train.rate - 0.5).abs() < 1e-9);
    let keys: Vec<_> = experiment
        .axes
        .axes
        .iter()
        .map(|axis| (axis.key.as_str(), axis.values.len()))
        .collect();
    assert_eq!(keys, [("pan.kind", 1), ("pan.width", 2)]);
    assert_eq!(experiment.axes.varying().count(), 1);
    assert_eq!(
        load(&path, &profile("feast"))
            .unwrap()
            .configuration
            .train
            .epochs,
        9
    );
}

#[test]
fn a_mistake_in_an_included_file_names_that_file() {
    let (_folder, path) = folder(&[
        ("a.toml", "name = \"a\"\ninclude = [\"b.toml\"]"),
        ("b.toml", "[train]\nepoch = 4"),
    ]);
    let error = load(&path, &Options::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("b.toml:2:1: unknown key `train.epoch`"),
        "{error}"
    );
}

#[test]
fn a_cycle_is_a_mistake_and_a_diamond_is_not() {
    let (_folder, path) = folder(&[
        ("a.toml", "name = \"a\"\ninclude = [\"b.toml\"]"),
        ("b.toml", "include = [\"./a.toml\"]"),
    ]);
    let error = load(&path, &Options::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("b.toml:1:12: `./a.toml` includes itself"),
        "{error}"
    );

    let (_folder, path) = folder(&[
        ("a.toml", "name = \"a\"\ninclude = [\"b.toml\", \"c.toml\"]"),
        ("b.toml", "include = [\"d.toml\"]"),
        ("c.toml", "include = [\"d.toml\"]"),
        ("d.toml", "train.epochs = 2"),
    ]);
    assert_eq!(
        load(&path, &Options::default())
            .unwrap()
            .configuration
            .train
            .epochs,
        2
    );
}

#[test]
fn a_missing_file_is_named() {
    let error = load(std::path::Path::new("nowhere/x.toml"), &Options::default()).unwrap_err();
    assert!(
        error.to_string().contains("cannot read `nowhere/x.toml`"),
        "{error}"
    );
}
