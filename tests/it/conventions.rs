//! The same predictions scored under several conventions, from end to end.

use std::collections::BTreeSet;

use sweep::score::{Metric, macro_average, read_counts, total};
use sweep::systems::COUNTS;

use crate::sandbox::{Sandbox, TINY};

#[test]
fn another_convention_scores_what_is_there() {
    let sandbox = Sandbox::new();
    sandbox.succeed("run tiny.toml --set seed=0 -j 2");
    let labels = |sandbox: &Sandbox| -> BTreeSet<String> { sandbox.begun().into_keys().collect() };
    let before = labels(&sandbox);
    let axis = "zip = [{ \"eval.profile\" = [\"pure\", \"spert\"], \
                \"eval.symmetric\" = [\"directed\", \"double_count\"] }]\nseed =";
    let text = TINY.replace("seed =", axis);
    let text = text.replace("rows    =", "across  = \"eval.profile\"\nrows    =");
    sandbox.write("tiny.toml", &text);
    let plan = sandbox.succeed("plan tiny.toml --set seed=0").stdout;
    assert!(
        plan.starts_with("4 trainings for 10 asked: 6 shared. 4 cached."),
        "{plan}"
    );
    let run = sandbox.succeed("run tiny.toml --set seed=0 -j 2").stdout;
    let added: Vec<String> = labels(&sandbox).difference(&before).cloned().collect();
    let named = |approach: &str| {
        format!("score {approach} seed 0 on test as spert (symmetric relations twice)")
    };
    assert_eq!(added, ["a3", "a4"].map(named));
    for part in [
        "scoring profiles pure and spert (symmetric relations twice)",
        "Baseline: approach = a4.",
    ] {
        let words: Vec<&str> = run.split_whitespace().collect();
        assert!(words.join(" ").contains(part), "{part}\n{run}");
    }
    // Nothing is repeated in the demo corpus, so that only symmetric relations count otherwise.
    let gold = |label: &str, metric: Metric| {
        let step = sandbox.step(label);
        let counts = sandbox.store().output(&step.key, COUNTS).unwrap();
        total(&read_counts(&counts).unwrap(), metric).gold
    };
    let (lists, sets) = ("score a4 seed 0 on test", named("a4"));
    assert_eq!(gold(lists, Metric::EntC), gold(&sets, Metric::EntC));
    assert!(gold(lists, Metric::RelC) < gold(&sets, Metric::RelC));
}

/// Averages over types need the counts of types, which one profile keeps and the others do not.
#[test]
fn averages_over_types_are_shown_where_types_are_kept() {
    let sandbox = Sandbox::new();
    let text = TINY.replace("\"rel-c\"]", "\"rel-c\", \"ent-c-macro\"]");
    sandbox.write("tiny.toml", &text);
    let refused = sandbox.sweep("plan tiny.toml");
    assert_eq!(refused.code, Some(96));
    assert!(
        refused
            .stderr
            .contains("`ent-c-macro` is an average over types"),
        "{refused:?}"
    );
    let run = sandbox.succeed("run tiny.toml --set seed=0 -j 2 --set eval.profile=crone");
    assert!(run.stdout.contains("Ent-C macro"), "{}", run.stdout);
    let step = sandbox.step("score a4 seed 0 on test as crone");
    let path = sandbox.store().output(&step.key, COUNTS).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("document,metric,type,correct,predicted,gold\n"));
    let counts = read_counts(&path).unwrap();
    // The same predictions, taken for those of another program, have the same counts.
    let predictions = sandbox.store().output(&step.inputs[0], "predictions.jsonl");
    let call = format!(
        "score --profile crone --other-types --documents counts.csv --pred {}",
        predictions.unwrap().display()
    );
    sandbox.succeed(&call);
    assert_eq!(
        std::fs::read_to_string(sandbox.path("counts.csv")).unwrap(),
        text
    );
    let average = macro_average(&counts, Metric::EntC).unwrap();
    let shown = format!("{:.2}", 100.0 * average.f1);
    assert!(
        average.types > 1 && run.stdout.contains(&shown),
        "{shown} {}",
        run.stdout
    );
}
