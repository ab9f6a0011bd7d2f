//! Corpora in folds, as users of the binary meet them.

use crate::sandbox::Sandbox;

/// Records in SpERT's form, each of two related words.
fn records(ids: impl Iterator<Item = usize>) -> String {
    let record = |id: usize| {
        format!(
            r#"{{"tokens": ["Ann", "leads", "Orb", "{id}"], "entities": [{{"type": "P", "start": 0, "end": 1}},
            {{"type": "O", "start": 2, "end": 3}}], "relations": [{{"type": "w", "head": 0, "tail": 1}}], "orig_id": {id}}}"#
        )
    };
    format!("[{}]", ids.map(record).collect::<Vec<_>>().join(","))
}

/// A sandbox whose data folder holds `mine`, twelve records in three folds.
fn with_folds() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("data/mine/mine_full.json", &records(0..12));
    for fold in 0..3 {
        let test = records((0..12).filter(|id| id % 3 == fold));
        sandbox.write(&format!("data/mine/mine_split_{fold}_test.json"), &test);
    }
    sandbox
}

#[test]
fn a_fold_is_listed_counted_and_checked() {
    let sandbox = with_folds();
    let listed = sandbox.succeed("data list").stdout;
    assert!(
        listed.contains("mine              data/mine (3 folds)\n"),
        "{listed}"
    );
    let counted = sandbox.succeed("data stats mine --fold 1").stdout;
    let row = |name: &str| -> Vec<&str> {
        let row = counted.lines().find(|line| line.starts_with(name)).unwrap();
        row[name.len()..].split_whitespace().collect()
    };
    assert_eq!(row("documents"), ["7", "1", "4"]);
    assert_eq!(row("  nesting depth"), ["1", "1", "1"]);
    let checked = sandbox.succeed("data check mine --fold 1").stdout;
    assert!(checked.starts_with("mine: nothing found"), "{checked}");
    let told = |arguments: &str| {
        let outcome = sandbox.sweep(arguments);
        assert_eq!(outcome.code, Some(96), "{outcome:?}");
        outcome.stderr
    };
    insta::assert_snapshot!(told("data stats mine"), @"error: the corpus `mine` comes in 3 folds: name one with --fold, from 0 to 2");
    insta::assert_snapshot!(told("data check mine --fold 3"), @"error: the corpus `mine` has the folds 0 to 2, and fold 3 is asked for");
    insta::assert_snapshot!(told("data stats demo --fold 0"), @"error: the corpus `demo` has no folds: leave out --fold");
    let planned = sandbox.sweep("plan tiny.toml --set corpus.name=mine");
    assert_eq!(planned.code, Some(5), "{planned:?}");
    let missing = "missing for 4 runs: the corpus `mine` is read by folds: put `fold = { count = 3 }` into [axes]\n";
    assert!(planned.stdout.contains(missing), "{planned:?}");
}

#[test]
fn the_folds_of_a_cell_are_its_runs() {
    let sandbox = Sandbox::new();
    let folds = "run tiny.toml --set corpus.folds=5 --set axes.fold={count=2} --set axes.seed=[0]";
    let outcome = sandbox.succeed(folds);
    assert!(
        outcome
            .stdout
            .contains("mean ± standard deviation over 2 folds"),
        "{outcome:?}"
    );
    let scores = std::fs::read_to_string(sandbox.path("reports/tiny/scores.csv")).unwrap();
    let runs: std::collections::BTreeSet<String> = scores
        .lines()
        .skip(1)
        .map(|line| line.split(',').take(3).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        runs.into_iter().collect::<Vec<_>>(),
        ["a3 0 0", "a3 0 1", "a4 0 0", "a4 0 1"]
    );
    let whole = sandbox.succeed("plan tiny.toml --set axes.seed=[0]").stdout;
    assert!(
        whole.contains(" 0 cached."),
        "a fold is not the whole corpus: {whole}"
    );
}
