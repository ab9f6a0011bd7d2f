//! What `sweep plan` shows, and that it shows without touching anything.

use crate::sandbox::Sandbox;

/// Keys and estimates are not the reader's concern.
fn assert_shown(name: &str, plan: &str) {
    insta::with_settings!({
        omit_expression => true,
        filters => vec![
            (r"(?m)^[0-9a-f]{8}  ", "[key]  "),
            (r"About [0-9.]+ (s|min|h)", "About [time]"),
        ],
    }, {
        insta::assert_snapshot!(name, plan);
    });
}

#[test]
fn a_plan_lists_every_step_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let before = sandbox.files("");
    let plan = sandbox.succeed("plan tiny.toml -j 2");
    assert_shown("new", &plan.stdout);
    assert_eq!(plan.stderr, "");
    let dry = sandbox.succeed("run -n tiny.toml -j 2");
    assert_eq!((dry.stdout, dry.stderr), (plan.stdout, plan.stderr));
    assert_eq!(sandbox.files(""), before);
    assert!(!sandbox.path("results").exists() && !sandbox.path("reports").exists());
}

#[test]
fn a_plan_counts_the_claims_and_a_run_tests_them() {
    let sandbox = Sandbox::new();
    let claim = "[[claim]]\ntext = \"One module is enough\"\nmetric = \"rel-c\"\n\
                 left = \"a4\"\nrelation = \">\"\nright = \"a3\"\ncorpus = \"scierc\"\n";
    sandbox.write("tiny.toml", &format!("{}{claim}", crate::sandbox::TINY));
    let plan = sandbox.succeed("plan tiny.toml").stdout;
    let line = "1 claim to test: with 2 seeds the smallest corrected p is 0.333, too high; 4 seeds could show them.\n";
    assert!(plan.contains(line), "{plan}");
    let run = sandbox.succeed("run tiny.toml -j 2").stdout;
    for part in [
        "1. not shown: One module is enough",
        "the paper says it of SciERC",
        "2 against 2 runs cannot show it",
    ] {
        assert!(run.contains(part), "{part}\n{run}");
    }
    let claims = std::fs::read_to_string(sandbox.path("reports/tiny/claims.csv")).unwrap();
    assert_eq!(claims.lines().count(), 2);
}

#[test]
fn a_plan_after_a_run_says_what_is_there_and_what_a_change_does() {
    let sandbox = Sandbox::new();
    sandbox.succeed("run tiny.toml -j 2");
    let before = sandbox.files("");
    let again = sandbox.succeed("plan tiny.toml -j 2");
    assert_shown("cached", &again.stdout);
    let dry = sandbox.succeed("run --dry-run tiny.toml -j 2");
    assert_eq!(dry.stdout, again.stdout);

    let longer = sandbox.succeed("plan tiny.toml -j 2 --set train.epochs=7");
    assert_shown("changed", &longer.stdout);
    // Ner does not have the layer that is changed.
    let wider = sandbox.succeed("plan tiny.toml -j 2 --set jointere.pair_mlp=8");
    assert_shown("changed_in_part", &wider.stdout);
    // Where things run is no part of what they are, and neither are names of reports.
    let elsewhere = sandbox.succeed("plan tiny.toml -j 2 --set title=Other --data elsewhere");
    assert_eq!(elsewhere.stdout, again.stdout);
    assert_eq!(sandbox.files(""), before);
}
