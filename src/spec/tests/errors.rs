//! How mistakes are shown.

use super::{profile, read_with, set, variables};
use crate::spec::Options;

/// A file with a place for every kind of mistake.
const GOOD: &str = r#"name = "dinner"
[train]
epochs = 5
[axes]
"pan.kind" = ["cast-iron", "copper"]
train.rate = [0.1, 0.2]
seed = { count = 2 }
[profile.feast]
train.epochs = 50
"#;

fn shown(text: &str, options: &Options) -> String {
    match read_with(text, options) {
        Ok(_) => panic!("no mistake was found in\n{text}"),
        Err(error) => error.render(false),
    }
}

macro_rules! shows {
    ($name:ident, $text:expr) => { shows!($name, $text, Options::default()); };
    ($name:ident, $text:expr, $options:expr) => {
        #[test]
        fn $name() {
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(stringify!($name), shown(&$text, &$options));
            });
        }
    };
}

#[test]
fn the_good_file_is_good() {
    assert!(read_with(GOOD, &Options::default()).is_ok());
}

shows!(unknown_section, GOOD.replace("[train]", "[trian]"));
shows!(
    unknown_key_of_the_language,
    GOOD.replace("name =", "titel = \"x\"\nname =")
);
shows!(
    unknown_key_in_a_section,
    GOOD.replace("epochs = 5", "epoch = 5")
);
shows!(
    misspelt_word_of_the_axes,
    GOOD.replace("seed =", "exclud = [{ train.rate = 0.1 }]\nseed =")
);
shows!(
    axis_given_twice,
    GOOD.replace(
        "seed =",
        "\"train.rate\" = [3, 4]\nzip = [{ \"pan.kind\" = [\"copper\"] }]\nseed ="
    )
);
shows!(
    seed_outside_of_the_axes,
    GOOD.replace("name =", "seed = [1]\nname =")
);
shows!(
    key_in_the_wrong_section,
    GOOD.replace("epochs = 5", "tight = true")
);
shows!(
    unknown_key_deep_down,
    format!("{GOOD}[pan.lid]\ntigth = true")
);
shows!(
    unknown_key_in_a_buffered_section,
    format!("{GOOD}[side-dish]\nkind = \"salad\"\ngrams = 3")
);
shows!(
    unknown_key_in_a_profile,
    GOOD.replace("train.epochs = 50", "train.epocs = 50")
);
shows!(
    several_mistakes,
    GOOD.replace(
        "epochs = 5\n",
        "epoch = 5\nrate = \"fast\"\nwarmpu = 2\n[pan]\nkind = \"tin\"\n"
    )
);
shows!(
    wrong_type,
    GOOD.replace("epochs = 5\n", "epochs = \"five\"\n")
);
shows!(
    negative_number,
    GOOD.replace("epochs = 5\n", "epochs = -5\n")
);
shows!(
    wrong_type_in_a_list,
    GOOD.replace("epochs = 5\n", "layers = [8, \"x\"]\n")
);
shows!(
    text_for_a_table,
    GOOD.replace("[train]\nepochs = 5", "train = 5")
);
shows!(unknown_variant, format!("{GOOD}[pan]\nkind = \"coper\""));
shows!(number_for_a_variant, format!("{GOOD}[pan]\nkind = 1"));
shows!(unknown_axis_key, GOOD.replace("pan.kind", "pan.knid"));
shows!(unknown_axis_section, GOOD.replace("pan.kind", "pna.kind"));
shows!(bad_axis_value, GOOD.replace("\"copper\"", "\"coper\""));
shows!(axis_without_a_list, GOOD.replace("[0.1, 0.2]", "0.1"));
shows!(
    axis_with_a_repeated_value,
    GOOD.replace("[0.1, 0.2]", "[0.1, 0.2, 0.1]")
);
shows!(seed_as_a_number, GOOD.replace("{ count = 2 }", "2"));
shows!(
    seed_with_a_typo,
    GOOD.replace("{ count = 2 }", "{ cout = 2 }")
);
shows!(
    unequal_zip,
    GOOD.replace(
        "seed =",
        "zip = [{ \"train.epochs\" = [1, 2], \"train.warmup\" = [1] }]\nseed ="
    )
);
shows!(
    exclude_of_nothing,
    GOOD.replace("seed =", "exclude = [{ \"train.rate\" = 0.3 }]\nseed =")
);
shows!(
    exclude_of_no_axis,
    GOOD.replace("seed =", "exclude = [{ \"train.rat\" = 0.1 }]\nseed =")
);
shows!(
    exclude_of_everything,
    GOOD.replace(
        "seed =",
        "exclude = [{ \"train.rate\" = 0.1 }, { \"train.rate\" = 0.2 }]\nseed ="
    )
);
shows!(unknown_profile, GOOD, profile("feats"));
shows!(set_of_an_unknown_key, GOOD, set(&["train.epoch=3"]));
shows!(set_of_a_wrong_type, GOOD, set(&["train.epochs=three"]));
shows!(set_of_a_bad_axis_value, GOOD, set(&["pan.kind=tin"]));
shows!(set_of_an_unquoted_list, GOOD, set(&["pan.kind=[copper]"]));
shows!(set_without_a_value, GOOD, set(&["train.epochs"]));
shows!(set_of_the_profile, GOOD, set(&["profile=feast"]));
shows!(
    variable_of_an_unknown_key,
    GOOD,
    variables(&[("SWEEP_TRAIN__EPOCH", "3")])
);
shows!(
    variable_of_a_wrong_type,
    GOOD,
    variables(&[("SWEEP_TRAIN__EPOCHS", "three")])
);
shows!(syntax_error, GOOD.replace("[0.1, 0.2]", "[0.1, 0.2"));
shows!(
    syntax_error_of_a_repeated_key,
    GOOD.replace("epochs = 5\n", "epochs = 5\nepochs = 6\n")
);
shows!(
    impossible_value,
    GOOD.replace("epochs = 5\n", "epochs = 0\nwarmup = 0\n")
);
shows!(
    impossible_axis_value,
    GOOD.replace("train.rate = [0.1, 0.2]", "train.epochs = [0, 2]")
);
shows!(
    impossible_only_with_an_axis,
    GOOD.replace("epochs = 5\n", "warmup = 3\n")
        .replace("train.rate = [0.1, 0.2]", "train.epochs = [2, 4]")
);
shows!(no_name, GOOD.replace("name = \"dinner\"", ""));
shows!(
    bad_name,
    GOOD.replace("name = \"dinner\"", "name = \"My dinner\"")
);
shows!(
    missing_include,
    format!("include = [\"nowhere.toml\"]\n{GOOD}")
);
shows!(
    statistics_and_tables,
    format!(
        "{GOOD}{}",
        r#"
[statistics]
baseline = { "pan.kind" = "tin", "pan.knd" = "copper" }
alpha = 5.0
correct = "hom"
[[table]]
rows = "pan.kid"
columns = ["taste", "smel"]
[[table]]
row = "pan.kind"
"#
    )
);
shows!(
    tables_across_and_pairwise,
    format!(
        "{GOOD}{}",
        r#"
[[table]]
rows = "pan.kind"
columns = ["taste.meen", "smel.worst", "smell.mean"]
across = ["pan.kind", "train.rat"]
pairwise = ["taste", "tast"]
[[table]]
across = "train.rte"
"#
    )
);
shows!(
    plots,
    format!(
        "{GOOD}{}",
        r#"
[[plot]]
kind = "lines"
x = "train.rte"
y = ["taste", "smel.worst"]
lines = "pan.kid"
[[plot]]
kind = "line"
x = "train.rate"
lines = ["pan.kind", "train.rate"]
[[plot]]
caption = "Nothing runs from left to right"
line = "pan.kind"
[[plot]]
x = 3
"#
    )
);
shows!(
    scatter_plots,
    format!(
        "{GOOD}{}",
        r#"
[[plot]]
kind = "scater"
x = "haste"
[[plot]]
kind = "scatter"
x = "wieght"
y = ["taste", "hast"]
lines = "pan.kid"
[[plot]]
kind = "scatter"
x = "pan.kind"
lines = ["pan.kind", "train.rate"]
[[plot]]
kind = "scatter"
x = "haste"
y = ["weight", "haste", "taste.worst"]
[[plot]]
kind = "scatter"
y = ["haste"]
"#
    )
);
shows!(
    sizes_are_neither_compared_nor_claimed,
    format!(
        "{GOOD}{}",
        r#"
[[table]]
rows = "pan.kind"
columns = ["weight", "weight.mean", "wieght"]
pairwise = ["weight"]
[[claim]]
text = "Copper weighs more"
metric = "weight"
left = "copper"
relation = ">"
right = "cast-iron"
"#
    )
);
shows!(
    rates_have_no_measures_and_no_pairs,
    format!(
        "{GOOD}{}",
        r#"
[[table]]
rows = "pan.kind"
columns = ["haste", "haste.mean", "hast"]
pairwise = ["haste"]
"#
    )
);
shows!(
    precision_over_recall,
    format!(
        "{GOOD}{}",
        r#"
[[plot]]
kind = "precision-recall"
x = "pan.kind"
y = ["taste", "smell.worst", "tast"]

[[plot]]
kind = "precision-recal"
x = "pan.kind"
"#
    )
);
shows!(
    test_plots,
    format!(
        "{GOOD}{}",
        r#"[[plot]]
kind = "p-values"
x = "train.rate"
y = ["weight", "tast"]
lines = "pan.knd"
[[plot]]
kind = "critical-difference"
y = ["taste.worst", "haste"]
"#
    )
);
shows!(
    plot_in_a_profile,
    GOOD.replace(
        "train.epochs = 50",
        "train.epochs = 50\n[[profile.feast.plot]]\nx = \"train.rat\""
    )
);
shows!(
    name_in_a_profile,
    GOOD.replace("train.epochs = 50", "name = \"x\"")
);

#[test]
fn a_line_for_each_mistake() {
    let text = GOOD.replace("epochs = 5\n", "epoch = 5\nrat = 1\n");
    let error = read_with(&text, &set(&["train.x=1"])).unwrap_err();
    assert_eq!(error.count(), 3);
    let lines = "dinner.toml:3:1: unknown key `train.epoch`\n\
                 dinner.toml:4:1: unknown key `train.rat`\n\
                 --set train.x=1: unknown key `train.x`";
    assert_eq!(error.to_string(), lines);
}

#[test]
fn the_default_profile_needs_no_table_and_others_do() {
    assert!(read_with(GOOD, &profile("demo")).is_ok());
    assert!(read_with(GOOD, &profile("paper")).is_err());
}

#[test]
fn an_experiment_knows_what_it_shows() {
    let table = "[[table]]\ncolumns = [\"haste\"]\n";
    let claim = "[[claim]]\ntext = \"x\"\nmetric = \"haste\"\nleft = \"copper\"\nrelation = \">\"\nright = \"cast-iron\"\n";
    let shows = |more: &str| {
        read_with(&format!("{GOOD}{more}"), &set(&[]))
            .unwrap()
            .shows("haste")
    };
    let plot = "[[plot]]\nkind = \"scatter\"\nx = \"haste\"\ny = [\"taste\"]\n";
    assert_eq!(["", table, plot].map(shows), [false, true, true]);
    let axes = "name = \"d\"\n[axes]\n\"pan.kind\" = [\"cast-iron\", \"copper\"]\n";
    let claimed = read_with(&format!("{axes}{claim}"), &set(&[])).unwrap();
    assert!(claimed.shows("haste") && !claimed.shows("taste"));
}
