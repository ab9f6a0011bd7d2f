//! Whole reports of small experiments.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::example::{experiment, lose, run};
use super::write::contents;
use super::{Axis, Input, ReportError, latex, markdown, published, table_csv, terminal, write};
use crate::score::{Counts, DocumentCounts, Metric};
use crate::spec::{Correction, Table};

fn legend(input: &Input) -> String {
    contents(input).unwrap().grids[0].legend.join("\n")
}

fn on_scierc(seeds: u64) -> Input {
    let mut input = experiment(seeds);
    input.corpus = "scierc".to_owned();
    input.published = published("jointere/table2", &["scierc".to_owned()]).unwrap();
    input
}

#[test]
fn markdown_table() {
    insta::assert_snapshot!(markdown::render(
        &contents(&experiment(5)).unwrap().grids[0]
    ));
}

#[test]
fn markdown_with_published_values() {
    insta::assert_snapshot!(markdown::render(&contents(&on_scierc(5)).unwrap().grids[0]));
}

#[test]
fn csv_table() {
    let csv = table_csv::render(&contents(&on_scierc(3)).unwrap().grids[0]).unwrap();
    insta::assert_snapshot!(String::from_utf8(csv).unwrap());
}

#[test]
fn latex_table() {
    let mut input = on_scierc(5);
    input.title = "Costs & benefits_of 100% {joint} models".to_owned();
    insta::assert_snapshot!(latex::render(&contents(&input).unwrap().grids[0]));
}

#[test]
fn terminal_at_120_columns() {
    let text = terminal(&on_scierc(5), 120).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 120));
    insta::assert_snapshot!(text);
}

#[test]
fn terminal_at_60_columns() {
    let text = terminal(&experiment(5), 60).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 60));
    insta::assert_snapshot!(text);
}

#[test]
fn long_labels_are_broken_and_numbers_are_not() {
    let mut input = experiment(5);
    input.axes[0].values[0] = "a very long name of an approach that goes on".to_owned();
    let name = input.axes[0].values[0].clone();
    for run in input.runs.iter_mut().filter(|run| run.cell[0].1 == "a1") {
        run.cell[0].1.clone_from(&name);
    }
    let text = terminal(&input, 60).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 60));
    let whole = |line: &str| {
        line.split(" ± ")
            .skip(1)
            .all(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let values = text
        .lines()
        .filter(|line| whole(line))
        .map(|line| line.matches(" ± ").count());
    assert_eq!(values.sum::<usize>(), 18);
}

#[test]
fn legend_with_five_seeds() {
    insta::assert_snapshot!(legend(&experiment(5)));
}

#[test]
fn legend_with_three_seeds() {
    insta::assert_snapshot!(legend(&experiment(3)));
}

#[test]
fn legend_with_one_seed() {
    let input = experiment(1);
    let grid = &contents(&input).unwrap().grids[0];
    insta::assert_snapshot!(format!("{}\n{}", grid.note, grid.legend.join("\n")));
}

#[test]
fn legend_with_pairs() {
    let mut input = experiment(6);
    input.statistics.paired = true;
    insta::assert_snapshot!(legend(&input));
}

#[test]
fn legend_with_few_documents() {
    let mut input = experiment(5);
    for run in &mut input.runs {
        run.counts.truncate(4);
    }
    insta::assert_snapshot!(legend(&input));
}

#[test]
fn legend_without_correction() {
    let mut input = experiment(4);
    input.statistics.correct = Correction::None;
    input.statistics.alpha = 0.01;
    insta::assert_snapshot!(legend(&input));
}

#[test]
fn legend_without_a_baseline() {
    let mut input = experiment(5);
    input.statistics.baseline.clear();
    let grid = &contents(&input).unwrap().grids[0];
    assert!(
        grid.rows()
            .all(|row| row.entries().all(|entry| entry.marks.is_empty()))
    );
    insta::assert_snapshot!(grid.legend.join("\n"));
}

#[test]
fn missing_runs_are_told() {
    let mut input = experiment(5);
    lose(&mut input, "a1", 2, "the loss is not a number");
    for seed in 1..=5 {
        lose(&mut input, "nerre*", seed, "not run yet");
    }
    insta::assert_snapshot!(markdown::render(&contents(&input).unwrap().grids[0]));
}

#[test]
fn no_run_at_all_still_makes_a_report() {
    let mut input = experiment(1);
    for approach in ["a1", "a4", "nerre*"] {
        lose(&mut input, approach, 1, "not run yet");
    }
    let folder = tempfile::tempdir().unwrap();
    let written = write(&input, folder.path()).unwrap();
    assert!(
        fs::read_to_string(written.index)
            .unwrap()
            .contains("0 of 3 runs")
    );
    assert!(!folder.path().join("plots/1.svg").exists());
}

#[test]
fn other_axes_make_blocks() {
    let mut input = experiment(4);
    input.axes.push(Axis {
        key: "corpus.name".to_owned(),
        values: vec!["scierc".into(), "ace05".into()],
    });
    let mut ace = input.runs.clone();
    for run in &mut input.runs {
        run.cell
            .push(("corpus.name".to_owned(), "scierc".to_owned()));
    }
    for run in &mut ace {
        run.cell
            .push(("corpus.name".to_owned(), "ace05".to_owned()));
    }
    input.runs.extend(ace);
    input.tables[0].columns.truncate(2);
    input.published = published(
        "jointere/table2",
        &["scierc".to_owned(), "ace05".to_owned()],
    )
    .unwrap();
    insta::assert_snapshot!(markdown::render(&contents(&input).unwrap().grids[0]));
}

#[test]
fn folds_are_the_observations_of_a_cross_validation() {
    let mut input = experiment(2);
    for run in &mut input.runs {
        run.fold = Some(0);
    }
    for fold in 1..10 {
        let more: Vec<_> = input
            .runs
            .iter()
            .filter(|run| run.fold == Some(0))
            .cloned()
            .collect();
        input
            .runs
            .extend(more.into_iter().map(|run| super::ScoredRun {
                fold: Some(fold),
                ..run
            }));
    }
    let grid = &contents(&input).unwrap().grids[0];
    assert!(grid.parts().all(|part| part.runs == 10));
    insta::assert_snapshot!(format!("{}\n{}", grid.note, grid.legend.join("\n")));
}

/// Two documents: 3 of 4 predicted right of 5, and 1 of 2 right of 3. In all 4 right, 6 predicted, 8 gold:
/// P = 66.67, R = 50, F1 = 8 / 14 = 57.142857. The second seed gets 5 right: F1 = 10 / 14 = 71.428571.
/// Mean 64.285714; both deviate by 7.142857, so sd = 7.142857 * sqrt 2 = 10.101525.
#[test]
fn scores_are_those_worked_out_by_hand() {
    let counted = |correct, predicted, gold| {
        BTreeMap::from([(
            Metric::EntC,
            Counts {
                correct,
                predicted,
                gold,
            },
        )])
    };
    let document = |name: &str, counts| DocumentCounts {
        document: name.to_owned(),
        counts,
        types: None,
    };
    let mut input = experiment(2);
    input.runs.retain(|run| run.cell[0].1 == "a4");
    input.runs[0].counts = vec![
        document("x", counted(3, 4, 5)),
        document("y", counted(1, 2, 3)),
    ];
    input.runs[1].counts = vec![
        document("y", counted(2, 2, 3)),
        document("x", counted(3, 4, 5)),
    ];
    input.tables[0].columns = vec!["ent-c".to_owned()];
    let contents = contents(&input).unwrap();
    let spread = contents.grids[0].blocks[0].rows[0].parts[0].entries[0]
        .spread
        .unwrap();
    assert!((spread.mean - 64.285_714_285_714).abs() < 1e-9);
    assert!((spread.sd.unwrap() - 10.101_525_445_522).abs() < 1e-9);
    let scores = String::from_utf8(contents.scores).unwrap();
    let mut lines = scores.lines();
    assert_eq!(
        lines.next().unwrap(),
        "system.approach,seed,fold,metric,precision,recall,f1,key"
    );
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("a4,1,,ent-c,66.666667,50.000000,57.142857,")
    );
}

/// With 5 against 5 runs that do not overlap, p = 2 / 252; Holm doubles the smaller of two.
#[test]
fn tests_against_the_baseline_are_those_of_the_room_of_statistics() {
    let mut input = experiment(5);
    input.tables[0].columns = vec!["rel+-c".to_owned()];
    let contents = contents(&input).unwrap();
    let [a1, nerre] = contents.grids[0].comparisons.as_slice() else {
        unreachable!()
    };
    for one in [a1, nerre] {
        let seeds = one.seeds.as_ref().unwrap();
        assert!((seeds.test.p().two_sided - 2.0 / 252.0).abs() < 1e-12);
        assert!((seeds.corrected - 4.0 / 252.0).abs() < 1e-12);
        assert!(one.documents.as_ref().unwrap().corrected < 0.05);
    }
    assert!(a1.difference() < 0.0 && nerre.difference() > 0.0);
    let marks = |row: usize| {
        contents.grids[0].blocks[0].rows[row].parts[0].entries[0]
            .marks
            .as_str()
    };
    assert_eq!([marks(0), marks(1), marks(2)], ["†°", "", "†°"]);
}

#[test]
fn equal_means_are_all_best() {
    let mut input = experiment(1);
    input.runs = ["a1", "a4"].map(|name| run(name, 1, [5; 6], 4)).to_vec();
    let grid = &contents(&input).unwrap().grids[0];
    assert!(grid.rows().all(|row| row.entries().all(|entry| entry.best)));
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for part in ["", "tables", "plots"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_same_input_gives_the_same_bytes_in_any_order_of_runs() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut input = on_scierc(5);
    let written = write(&input, first.path()).unwrap();
    input.runs.reverse();
    write(&input, second.path()).unwrap();
    write(&input, second.path()).unwrap();
    let (first, second) = (files(first.path()), files(second.path()));
    assert_eq!(first.len(), written.files.len());
    assert_eq!(
        first.keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "index.html",
            "plots/1.png",
            "plots/1.svg",
            "scores.csv",
            "stats.json",
            "tables/1.csv",
            "tables/1.md",
            "tables/1.tex"
        ]
    );
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name} differs");
    }
}

#[test]
fn tables_that_are_gone_leave_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = experiment(2);
    input.tables.push(Table {
        columns: vec!["ent-c".to_owned()],
        ..input.tables[0].clone()
    });
    write(&input, folder.path()).unwrap();
    assert!(folder.path().join("tables/2.tex").exists());
    input.tables.pop();
    fs::write(folder.path().join("tables/notes.txt"), "mine").unwrap();
    write(&input, folder.path()).unwrap();
    let names: Vec<_> = files(folder.path())
        .into_keys()
        .filter(|name| name.contains('/'))
        .collect();
    assert_eq!(
        names,
        [
            "plots/1.png",
            "plots/1.svg",
            "tables/1.csv",
            "tables/1.md",
            "tables/1.tex",
            "tables/notes.txt"
        ]
    );
}

#[test]
fn the_page_escapes_what_it_is_given_and_reaches_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut input = on_scierc(2);
    input.title = "<script>alert(1)</script>".to_owned();
    for run in input.runs.iter_mut().filter(|run| run.cell[0].1 == "a1") {
        run.cell[0].1 = "<b>&".to_owned();
    }
    input.axes[0].values[0] = "<b>&".to_owned();
    let page = fs::read_to_string(write(&input, folder.path()).unwrap().index).unwrap();
    // The only script is our own.
    assert!(page.matches("<script").count() == 1 && !page.contains("<b>&"));
    assert!(page.contains("&lt;script&gt;") && page.contains("&lt;b&gt;&amp;"));
    // Addresses are of what a reader may follow; nothing is fetched to show the page.
    let without = page
        .replace("xmlns=\"http://www.w3.org/2000/svg\"", "")
        .replace("<a href=\"https:", "");
    assert!(!without.contains("http:") && !without.contains("https:"));
    for fetched in ["src=", "<link", "url(", "@import", "fetch("] {
        assert!(!without.contains(fetched), "{fetched}");
    }
}

#[test]
fn mistakes_in_a_table_are_named() {
    let mut input = experiment(2);
    input.tables[0].rows = vec!["system.aproach".to_owned()];
    let error = contents(&input).err().unwrap();
    insta::assert_snapshot!(error, @r#"table 1: rows = "system.aproach" is not an axis of this experiment; its axes are system.approach"#);
    let mut input = experiment(2);
    input.tables[0].columns = vec!["f1".to_owned()];
    let error = contents(&input).err().unwrap();
    insta::assert_snapshot!(error, @r#"table 1: column "f1" is not a metric; metrics are ent-i, ent-c, rel-i, rel-c, rel+-i, rel+-c, ent-c-macro, rel-c-macro, rel+-c-macro, speed, parameters"#);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("taken");
    fs::write(&blocked, "a file").unwrap();
    let error = write(&experiment(1), &blocked).unwrap_err();
    assert!(matches!(&error, ReportError::Write { path, .. } if path.starts_with(&blocked)));
    assert!(error.to_string().contains("--reports"));
}

#[test]
fn markup_in_names_stays_text() {
    let mut input = experiment(1);
    input.title = "a|b *c* <i> & p < 1 $x_1$ 50% \\n ~ ^".to_owned();
    let grid = &contents(&input).unwrap().grids[0];
    let first = |text: &str| {
        text.lines()
            .find(|line| line.contains("50"))
            .unwrap()
            .to_owned()
    };
    insta::assert_snapshot!(first(&markdown::render(grid)), @r"**a\|b \*c\* \<i> & p < 1 $x\_1$ 50% \\n ~ ^**");
    insta::assert_snapshot!(first(&latex::render(grid)), @r"\caption{a|b *c* $<$i$>$ \& p $<$ 1 \$x\_1\$ 50\% \textbackslash{}n \textasciitilde{} \textasciicircum{}. F1 in percent on demo, scoring profile pure; one run each, so there is no standard deviation.}");
}

#[test]
fn plots_name_what_they_show_and_escape_it() {
    let mut input = experiment(2);
    for run in input.runs.iter_mut().filter(|run| run.cell[0].1 == "a1") {
        run.cell[0].1 = "<a1>".to_owned();
    }
    input.axes[0].values[0] = "<a1>".to_owned();
    let folder = tempfile::tempdir().unwrap();
    write(&input, folder.path()).unwrap();
    let svg = fs::read_to_string(folder.path().join("plots/1.svg")).unwrap();
    assert!(svg.contains("&lt;a1&gt;") && !svg.contains("<a1>"));
    for words in [
        "Rel+-C",
        "F1 in percent",
        "95 % interval",
        "mean of the baseline, a4",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    assert!(
        fs::read(folder.path().join("plots/1.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}

#[test]
fn latex_compiles_where_there_is_latex() {
    let folder = tempfile::tempdir().unwrap();
    let table = latex::render(&contents(&on_scierc(5)).unwrap().grids[0]);
    let document = format!(
        "\\documentclass{{article}}\n\\usepackage[T1]{{fontenc}}\n\\usepackage{{booktabs,graphicx}}\n\\begin{{document}}\n{table}\\end{{document}}\n"
    );
    fs::write(folder.path().join("t.tex"), document).unwrap();
    let outcome = std::process::Command::new("pdflatex")
        .args(["-interaction=nonstopmode", "-halt-on-error", "t.tex"])
        .current_dir(folder.path())
        .output();
    match outcome {
        Err(_) => eprintln!("skipped: there is no pdflatex"),
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        ),
    }
}
