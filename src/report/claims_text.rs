//! Claims put into words, the same in every format.

use super::cells;
use super::claims::{self, Judged, Outcome};
use super::correction;
use super::input::Input;
use super::published::corpus_name;
use super::text::{self, counted, probability, signed};
use super::unit::Unit;
use crate::score::Column;
use crate::spec::Correction;
use crate::stats::Assignments;

/// Heads of the columns of [`numbers`].
pub(crate) const HEADS: [&str; 7] = [
    "left",
    "right",
    "effect",
    "95 % interval",
    "p over seeds",
    "corrected",
    "p over documents",
];

/// What is compared, and where: `Rel+-C on SciERC: a8 > each of a1, a2`.
pub(crate) fn comparison(one: &Judged<'_>) -> String {
    let claim = one.claim;
    let metric = match claim.metric.parse::<Column>() {
        Ok(column) => column.title(false),
        Err(_) => claim.metric.clone(),
    };
    let right: Vec<String> = claim.right.iter().map(claims::side).collect();
    let each = if right.len() > 1 { "each of " } else { "" };
    let mut place = String::new();
    if !one.case.corpus.is_empty() {
        place = format!(" on {}", corpus_name(&one.case.corpus));
    }
    if !one.told.is_empty() {
        place = format!("{place} with {}", text::described(&one.told));
    }
    format!(
        "{metric}{place}: {} {} {each}{}",
        claims::side(&claim.left),
        claim.relation.sign(),
        right.join(", ")
    )
}

/// The numbers of the comparison that is shown, in the order of [`HEADS`].
pub(crate) fn numbers(one: &Judged<'_>) -> [String; 7] {
    let Ok(outcome) = &one.outcome else {
        return HEADS.map(|_| text::NOTHING.to_owned());
    };
    let shown = outcome.shown();
    let unit = unit_of(one);
    let mean = |value: f64| {
        if one.claim.left.minus.is_some() {
            unit.difference(value, value)
        } else {
            unit.shown(value)
        }
    };
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| text::NOTHING.to_owned());
    let interval = shown.interval.as_ref().ok();
    [
        mean(shown.left),
        mean(shown.right),
        unit.difference(shown.effect(), shown.left),
        or_nothing(interval.map(|&(lower, upper)| ends(lower, upper))),
        probability(outcome.p),
        probability(outcome.corrected),
        or_nothing(outcome.documents.as_ref().ok().map(|&p| probability(p))),
    ]
}

/// What the numbers of a claim count.
pub(crate) fn unit_of(one: &Judged<'_>) -> Unit {
    let column = one.claim.metric.parse();
    column.map_or(Unit::Percent, Unit::of)
}

fn ends(lower: f64, upper: f64) -> String {
    format!("{} to {}", signed(lower), signed(upper))
}

/// The same numbers as a sentence.
pub(crate) fn sentence(one: &Judged<'_>) -> Option<String> {
    let outcome = one.outcome.as_ref().ok()?;
    let [left, right, effect, interval, ..] = numbers(one);
    let interval = match outcome.shown().interval {
        Ok(_) => format!(" ({interval})"),
        Err(_) => String::new(),
    };
    let documents = match &outcome.documents {
        Ok(p) => format!(", over documents p {}", equals(*p)),
        Err(_) => String::new(),
    };
    Some(format!(
        "{left} against {right}, effect {effect}{interval}; over seeds p {}, corrected {}{documents}.",
        equals(outcome.p),
        probability(outcome.corrected)
    ))
}

fn equals(p: f64) -> String {
    let text = probability(p);
    if text.starts_with('<') {
        text
    } else {
        format!("= {text}")
    }
}

/// What has to be said beside the numbers.
pub(crate) fn remarks(input: &Input, one: &Judged<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if let (true, Some(corpus)) = (one.case.elsewhere, &one.claim.corpus) {
        remarks.push(format!("the paper says it of {}", corpus_name(corpus)));
    }
    let outcome = match &one.outcome {
        Ok(outcome) => outcome,
        Err(reason) => {
            remarks.push(reason.clone());
            return remarks;
        }
    };
    if one.claim.right.len() > 1 {
        remarks.push(format!(
            "the weakest of {} comparisons is that with {}",
            one.claim.right.len(),
            claims::side(&one.claim.right[outcome.weakest])
        ));
    }
    remarks.extend(reach(input, outcome));
    match &outcome.shown().interval {
        Ok(_) if outcome.shown().documents_only() => {
            remarks.push("the interval is over documents only".to_owned());
        }
        Ok(_) => {}
        Err(reason) => remarks.push(format!("no interval: {reason}")),
    }
    if let Err(reason) = &outcome.documents {
        remarks.push(format!("not tested over documents: {reason}"));
    }
    remarks
}

/// That no scores of so many runs could have shown the claim, and how many runs could.
fn reach(input: &Input, outcome: &Outcome) -> Option<String> {
    if !outcome.out_of_reach(input.statistics.alpha) {
        return None;
    }
    let seeds = &outcome.shown().seeds;
    let noun = cells::noun(input);
    let sizes = if seeds.paired {
        format!("{} of {noun}s", counted(seeds.first, "pair"))
    } else {
        format!("{} against {}", seeds.first, counted(seeds.second, noun))
    };
    let enough = match outcome.needed {
        Some(runs) => format!(", {runs} of each cell could"),
        None => String::new(),
    };
    Some(format!(
        "{sizes} cannot show it (smallest corrected p {}){enough}",
        probability(outcome.corrected_floor)
    ))
}

/// What the numbers and verdicts mean.
pub(crate) fn notes(input: &Input, judged: &[Judged<'_>]) -> Vec<String> {
    let tested: Vec<&Outcome> = judged
        .iter()
        .filter_map(|one| one.outcome.as_ref().ok())
        .collect();
    if tested.is_empty() {
        return vec!["No claim could be tested.".to_owned()];
    }
    let unit = if cells::has_folds(input) {
        "folds"
    } else {
        "seeds"
    };
    let seeds = || {
        let all = tested.iter().flat_map(|one| &one.comparisons);
        all.map(|one| &one.seeds)
    };
    let mut tests = Vec::new();
    for (paired, name) in [
        (false, "two-sample permutation test"),
        (true, "paired sign-flip test"),
    ] {
        if seeds().any(|one| one.paired == paired) {
            let differences = paired && seeds().any(|one| !one.paired);
            let of = if differences { " of differences" } else { "" };
            tests.push(format!("{name}{of}"));
        }
    }
    let exact = if seeds().all(|one| one.test.source == Assignments::Enumerated) {
        "exact "
    } else {
        ""
    };
    let corrected = match (input.statistics.correct, tested.len()) {
        (Correction::None, _) => "not corrected".to_owned(),
        (_, 1) => "the only one of its family".to_owned(),
        (correction, count) => format!(
            "{} over the {count} claims here that could be tested",
            correction::words(correction)
        ),
    };
    let is_rate = |one: &Judged<'_>| one.outcome.is_ok() && unit_of(one) == Unit::Rate;
    let points = if judged.iter().any(is_rate) {
        "percentage points (of speeds in sentences/s)"
    } else {
        "percentage points"
    };
    let mut comparisons = tested.iter().flat_map(|one| &one.comparisons);
    let interval = if comparisons.any(|one| one.interval.is_ok()) {
        ", with a bootstrap interval over seeds and documents"
    } else {
        ""
    };
    let mut notes = vec![
        format!("Effect: left minus right, in {points}{interval}."),
        format!(
            "The p over {unit} decides: {exact}{}, two-sided, {corrected}. Held and contradicted: corrected \
             p < {} with an effect in the claimed or in the other direction. Not shown is no evidence against a claim.",
            tests.join(" and "),
            input.statistics.alpha
        ),
    ];
    if tested.iter().any(|one| one.documents.is_ok()) {
        notes.push(
            "The p over documents (block approximate randomisation, two-sided, not corrected) speaks of the \
             trained models at hand only and decides nothing."
                .to_owned(),
        );
    }
    if judged.iter().any(|one| one.claim.right.len() > 1) {
        notes.push(
            "A claim about several comparisons holds if each does: the numbers are those of the weakest, \
             and p is the largest. Where some go the other way, p is the smallest of those, times the number of \
             comparisons."
                .to_owned(),
        );
    }
    notes
}
