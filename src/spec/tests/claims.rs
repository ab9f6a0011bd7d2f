//! `[[claim]]`: what is read, what is a mistake, and which cells are meant.

use super::{profile, read, read_with, set};
use crate::spec::{Case, Experiment, Options, Relation, Unmatched, as_text};

const GOOD: &str = r#"name = "dinner"
[axes]
"pan.kind" = ["cast-iron", "copper"]
train.rate = [0.1, 0.2]
seed = { count = 2 }
[[claim]]
text = "Copper is better"
metric = "taste"
left = "copper"
relation = ">"
right = { pan.kind = "cast-iron" }
[profile.feast.axes]
"train.epochs" = [20, 50]
"#;

fn cases(experiment: &Experiment<super::Kitchen>) -> Vec<Case> {
    let values = |cell: &crate::spec::Cell<super::Kitchen>| {
        let pairs = cell.values.iter();
        pairs
            .map(|(key, value)| (key.clone(), as_text(value)))
            .collect()
    };
    let cells: Vec<_> = experiment.cells().iter().map(values).collect();
    let corpora = vec!["demo".to_owned(); cells.len()];
    experiment.claims[0].cases(&cells, &corpora)
}

fn with(from: &str, to: &str) -> String {
    let text = GOOD.replace(from, to);
    assert_ne!(text, GOOD);
    text
}

#[test]
fn the_short_and_the_long_form_are_one() {
    let experiment = read(GOOD);
    let claim = &experiment.claims[0];
    assert_eq!(claim.left.cell["pan.kind"], "copper");
    assert_eq!(claim.right[0].cell["pan.kind"], "cast-iron");
    assert_eq!((claim.relation, claim.right.len()), (Relation::Above, 1));
    let long = read(&with(
        "\"copper\"\nrel",
        "{ \"pan.kind\" = \"copper\" }\nrel",
    ));
    let list = read(&with("{ pan.kind = \"cast-iron\" }", "[\"cast-iron\"]"));
    assert_eq!(
        (&long.claims, &list.claims),
        (&experiment.claims, &experiment.claims)
    );
}

#[test]
fn a_claim_has_a_case_for_every_value_of_the_axes_it_leaves_open() {
    let cases = cases(&read(GOOD));
    let cells: Vec<_> = cases
        .iter()
        .map(|case| {
            let sides = case.sides.as_ref().unwrap();
            (
                case.others[0].1.as_str(),
                sides.left.cell,
                sides.right[0].cell,
            )
        })
        .collect();
    assert_eq!(cells, [("0.1", 2, 0), ("0.2", 3, 1)]);
}

#[test]
fn what_another_profile_has_or_set_took_away_is_no_mistake() {
    let elsewhere = with("left = \"copper\"", "left = { train.epochs = 50.0 }");
    let elsewhere = elsewhere.replace("{ pan.kind = \"cast-iron\" }", "20");
    let sides = |experiment| cases(&experiment)[0].sides.clone();
    assert!(matches!(sides(read(&elsewhere)), Err(Unmatched::Absent(_))));
    let feast = read_with(&elsewhere, &profile("feast")).unwrap();
    assert_eq!(feast.claims[0].left.cell["train.epochs"], "50");
    assert!(sides(feast).is_ok());
    let narrowed = read_with(GOOD, &set(&["pan.kind=copper"])).unwrap();
    let Err(absent) = sides(narrowed) else {
        unreachable!()
    };
    assert_eq!(absent.to_string(), "no cell has pan.kind = cast-iron");
}

#[test]
fn what_advances_together_is_fixed_together() {
    let zipped = with(
        "\"pan.kind\" = [\"cast-iron\", \"copper\"]",
        "zip = [{ pan.kind = [\"cast-iron\", \"copper\"], pan.width = [20, 30] }]",
    );
    let cases = cases(&read(&zipped));
    assert_eq!(cases.len(), 2);
    assert!(
        cases
            .iter()
            .all(|case| case.sides.is_ok() && case.others.len() == 1)
    );
}

#[test]
fn a_claim_about_a_corpus_is_made_there_if_the_experiment_has_it() {
    let mut claim = read(GOOD).claims.remove(0);
    let cell = |kind: &str, corpus: &str| {
        vec![
            ("pan.kind".to_owned(), kind.to_owned()),
            ("corpus.name".to_owned(), corpus.to_owned()),
        ]
    };
    let cells: Vec<_> = ["x", "y"]
        .into_iter()
        .flat_map(|corpus| ["copper", "cast-iron"].map(|kind| cell(kind, corpus)))
        .collect();
    let corpora = ["x", "x", "y", "y"].map(str::to_owned);
    let mut told = |corpus: Option<&str>| {
        claim.corpus = corpus.map(str::to_owned);
        let cases = claim.cases(&cells, &corpora).into_iter();
        cases
            .map(|case| (case.corpus, case.elsewhere))
            .collect::<Vec<_>>()
    };
    let both = |elsewhere| vec![("x".to_owned(), elsewhere), ("y".to_owned(), elsewhere)];
    assert_eq!(told(None), both(false));
    assert_eq!(told(Some("y")), [("y".to_owned(), false)]);
    assert_eq!(told(Some("z")), both(true));
}

fn shown(text: &str) -> String {
    read_with(text, &Options::default())
        .unwrap_err()
        .render(false)
}

macro_rules! shows {
    ($name:ident, $from:expr, $to:expr) => {
        #[test]
        fn $name() {
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(concat!("claim_", stringify!($name)), shown(&with($from, $to)));
            });
        }
    };
}

shows!(unknown_metric, "\"taste\"", "\"tast\"");
shows!(unknown_axis, "{ pan.kind =", "{ pan.knid =");
shows!(value_of_no_axis, "left = \"copper\"", "left = \"coper\"");
shows!(value_not_on_the_axis, "\"cast-iron\" }", "\"tin\" }");
shows!(other_relation, "\">\"", "\"≥\"");
shows!(misspelt_key, "relation", "relaton");
shows!(no_right_side, "{ pan.kind = \"cast-iron\" }", "[]");
shows!(list_on_the_left, "left = \"copper\"", "left = [\"copper\"]");
shows!(side_of_nothing, "left = \"copper\"", "left = {}");
shows!(
    same_sides,
    "{ pan.kind = \"cast-iron\" }",
    "[\"cast-iron\", \"copper\"]"
);
shows!(
    half_a_difference,
    "left = \"copper\"",
    "left = { pan.kind = \"copper\", minus = \"cast-iron\" }"
);
shows!(
    difference_from_itself,
    "left = \"copper\"",
    "left = { pan.kind = \"copper\", minus = \"copper\" }"
);
shows!(
    side_that_means_several_cells,
    "left = \"copper\"",
    "left = { pan.kind = \"copper\", train.rate = 0.1 }"
);
shows!(
    value_of_two_axes,
    "train.rate = [0.1, 0.2]",
    "\"pan.lid.name\" = [\"copper\", \"glass\"]"
);
shows!(
    wrong_types,
    "text = \"Copper is better\"",
    "text = 5\ncorpus = [\"demo\"]"
);
