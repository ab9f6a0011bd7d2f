//! The claims in `stats.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::claim_measure::Measured;
use super::claims::{Judged, Outcome};
use super::claims_text;
use super::stats_json::{Counted, counted};
use crate::spec::Side;

/// One case of a claim.
#[derive(Serialize)]
pub(crate) struct Told<'a> {
    claim: usize,
    text: &'a str,
    metric: &'a str,
    /// Where it is not that of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    left: &'a Side,
    relation: char,
    right: &'a [Side],
    claimed_of: Option<&'a str>,
    corpus: &'a str,
    others: BTreeMap<&'a str, &'a str>,
    verdict: &'static str,
    #[serde(flatten)]
    outcome: Either<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Either<'a> {
    Tested(Tested<'a>),
    Not { not_run: &'a str },
}

#[derive(Serialize)]
struct Tested<'a> {
    /// Position of the comparison with the weakest effect among `comparisons`.
    weakest: usize,
    p: f64,
    p_corrected: f64,
    floor: f64,
    floor_corrected: f64,
    runs_needed: Option<usize>,
    p_documents: Option<f64>,
    comparisons: Vec<Compared<'a>>,
}

#[derive(Serialize)]
struct Compared<'a> {
    left_mean: f64,
    right_mean: f64,
    effect: f64,
    lower: Option<f64>,
    upper: Option<f64>,
    seeds: Seeds,
    documents: Documents<'a>,
}

#[derive(Serialize)]
struct Seeds {
    test: &'static str,
    left_n: usize,
    right_n: usize,
    floor: f64,
    p: f64,
    #[serde(flatten)]
    assignments: Counted,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Documents<'a> {
    Made {
        test: &'static str,
        documents: usize,
        runs: usize,
        effect: f64,
        p: f64,
        #[serde(flatten)]
        assignments: Counted,
    },
    Not {
        not_tested: &'a str,
    },
}

/// All claims with all numbers.
pub(crate) fn told<'a>(judged: &'a [Judged<'a>]) -> Vec<Told<'a>> {
    let one = |one: &'a Judged<'a>| Told {
        claim: one.number,
        text: &one.claim.text,
        metric: &one.claim.metric,
        unit: claims_text::unit_of(one).unusual(),
        left: &one.claim.left,
        relation: one.claim.relation.sign(),
        right: &one.claim.right,
        claimed_of: one.claim.corpus.as_deref(),
        corpus: &one.case.corpus,
        others: one
            .case
            .others
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect(),
        verdict: one.verdict().name(),
        outcome: match &one.outcome {
            Ok(outcome) => Either::Tested(tested(outcome)),
            Err(reason) => Either::Not { not_run: reason },
        },
    };
    judged.iter().map(one).collect()
}

fn tested(outcome: &Outcome) -> Tested<'_> {
    Tested {
        weakest: outcome.weakest,
        p: outcome.p,
        p_corrected: outcome.corrected,
        floor: outcome.floor,
        floor_corrected: outcome.corrected_floor,
        runs_needed: outcome.needed,
        p_documents: outcome.documents.as_ref().ok().copied(),
        comparisons: outcome.comparisons.iter().map(compared).collect(),
    }
}

fn compared(one: &Measured) -> Compared<'_> {
    let ends = one.interval.as_ref().ok();
    Compared {
        left_mean: one.left,
        right_mean: one.right,
        effect: one.effect(),
        lower: ends.map(|ends| ends.0),
        upper: ends.map(|ends| ends.1),
        seeds: Seeds {
            test: one.seeds.name(),
            left_n: one.seeds.first,
            right_n: one.seeds.second,
            floor: one.seeds.floor,
            p: one.p(),
            assignments: counted(&one.seeds.test),
        },
        documents: match &one.documents {
            Ok(test) => Documents::Made {
                test: "block approximate randomisation",
                documents: test.documents,
                runs: test.runs,
                effect: 100.0 * test.test.statistic,
                p: test.test.p().two_sided,
                assignments: counted(&test.test),
            },
            Err(reason) => Documents::Not { not_tested: reason },
        },
    }
}
