//! The verdict on every claim of the experiment: held, contradicted, not shown, or not run.
//!
//! A claim is tested in each of its cases, and all that could be tested are one family. Swapping the sides of a claim
//! and turning its relation round changes no verdict: both are computed in one order.

use std::str::FromStr;

use super::cells::{self, Cell};
use super::claim_measure::{self, Measured};
use super::correction;
use super::input::Input;
use super::text;
use crate::score::Column;
use crate::spec::{Case, Claim, Relation, Sides, Term};
use crate::stats;

/// What the tests say about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The effect has the claimed direction, and the corrected p over seeds is below the level.
    Held,
    /// The effect has the other direction, and the corrected p over seeds is below the level.
    Contradicted,
    /// The corrected p over seeds is not below the level.
    NotShown,
    /// There is nothing to test.
    NotRun,
}

impl Verdict {
    /// The verdict as reports print it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Contradicted => "contradicted",
            Self::NotShown => "not shown",
            Self::NotRun => "not run",
        }
    }
}

/// One case of a claim with its verdict.
#[derive(Debug, Clone)]
pub(crate) struct Judged<'a> {
    /// Number of the claim, counted from 1.
    pub(crate) number: usize,
    /// The claim.
    pub(crate) claim: &'a Claim,
    /// Which cells it is about here.
    pub(crate) case: Case,
    /// What tells this case from the other cases of the claim; empty if the corpus does, or if there are no others.
    pub(crate) told: Vec<(String, String)>,
    /// The numbers, or why there are none.
    pub(crate) outcome: Result<Outcome, String>,
}

/// The numbers behind a verdict.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// The comparisons with each right side, in the order of the claim.
    pub(crate) comparisons: Vec<Measured>,
    /// The comparison whose effect speaks least for the claim.
    pub(crate) weakest: usize,
    /// The two-sided p over seeds: of several comparisons see [`combined`].
    pub(crate) p: f64,
    /// The same after correction over the family.
    pub(crate) corrected: f64,
    /// The smallest p over seeds that there could have been.
    pub(crate) floor: f64,
    /// The same after correction, if all claims of the family were as clear as can be.
    pub(crate) corrected_floor: f64,
    /// The two-sided p over documents, or why there is none.
    pub(crate) documents: Result<f64, String>,
    /// Where the floor is not below the level: how many runs of each cell would do.
    pub(crate) needed: Option<usize>,
    /// What follows.
    pub(crate) verdict: Verdict,
}

impl Outcome {
    /// The comparison that the report shows.
    pub(crate) fn shown(&self) -> &Measured {
        &self.comparisons[self.weakest]
    }

    /// Whether fewer runs than needed stand behind the claim, so that no scores could have shown it.
    pub(crate) fn out_of_reach(&self, alpha: f64) -> bool {
        self.corrected_floor >= alpha
    }
}

impl Judged<'_> {
    /// The verdict.
    pub(crate) fn verdict(&self) -> Verdict {
        self.outcome
            .as_ref()
            .map_or(Verdict::NotRun, |outcome| outcome.verdict)
    }
}

/// All cases of all claims, in the order of the file and of the cells.
pub(crate) fn judge<'a>(input: &'a Input, cells: &[Cell<'_>]) -> Vec<Judged<'a>> {
    let values: Vec<_> = cells.iter().map(|cell| cell.values.clone()).collect();
    let corpus = |cell: &Cell<'_>| match cells::value(&cell.values, "corpus.name") {
        "" => input.corpus.clone(),
        own => own.to_owned(),
    };
    let corpora: Vec<String> = cells.iter().map(corpus).collect();
    let mut judged = Vec::new();
    for (index, claim) in input.claims.iter().enumerate() {
        let cases = claim.cases(&values, &corpora);
        let told = told_apart(&cases);
        judged.extend(cases.into_iter().zip(told).map(|(case, told)| Judged {
            number: index + 1,
            claim,
            outcome: outcome(input, claim, &case, cells),
            case,
            told,
        }));
    }
    decide(input, &mut judged);
    judged
}

/// For each case the axis values that tell it from the others, as long as the corpus does not.
fn told_apart(cases: &[Case]) -> Vec<Vec<(String, String)>> {
    let same_corpus = |case: &Case| {
        let same = cases.iter().filter(|other| other.corpus == case.corpus);
        same.count() > 1
    };
    if !cases.iter().any(same_corpus) {
        return vec![Vec::new(); cases.len()];
    }
    let varies = |pair: &&(String, String)| cases.iter().any(|case| !case.others.contains(pair));
    let told = |case: &Case| case.others.iter().filter(varies).cloned().collect();
    cases.iter().map(told).collect()
}

fn outcome(
    input: &Input,
    claim: &Claim,
    case: &Case,
    cells: &[Cell<'_>],
) -> Result<Outcome, String> {
    let column = Column::from_str(&claim.metric).map_err(|error| error.to_string())?;
    let Sides { left, right } = case.sides.as_ref().map_err(ToString::to_string)?;
    let resolve = |term: &Term| (&cells[term.cell], term.minus.map(|minus| &cells[minus]));
    let comparisons = right
        .iter()
        .map(|right| claim_measure::measure(input, column, resolve(left), resolve(right)))
        .collect::<Result<Vec<_>, _>>()?;
    let towards = |one: &Measured| directed(claim.relation, one.effect());
    let mut weakest = 0;
    for (index, one) in comparisons.iter().enumerate() {
        if towards(one) < towards(&comparisons[weakest]) {
            weakest = index;
        }
    }
    let effects: Vec<f64> = comparisons.iter().map(towards).collect();
    let p: Vec<f64> = comparisons.iter().map(Measured::p).collect();
    let documents: Result<Vec<f64>, String> = comparisons
        .iter()
        .map(|one| one.documents.as_ref().map(|test| test.test.p().two_sided))
        .map(|p| p.map_err(Clone::clone))
        .collect();
    let floors = comparisons.iter().map(|one| one.seeds.floor);
    let p = combined(&effects, &p);
    Ok(Outcome {
        weakest,
        p,
        corrected: p,
        floor: floors.fold(0.0, f64::max),
        corrected_floor: 0.0,
        documents: documents.map(|p| combined(&effects, &p)),
        needed: None,
        verdict: Verdict::NotShown,
        comparisons,
    })
}

/// The effect, positive where it speaks for the claim.
fn directed(relation: Relation, effect: f64) -> f64 {
    match relation {
        Relation::Above => effect,
        Relation::Below => -effect,
    }
}

/// The p of a claim about several comparisons.
///
/// Where all effects have the claimed direction it is the largest p, since the claim needs every comparison
/// (intersection-union test, Berger 1982). Otherwise the claim cannot hold, and one comparison that goes the other
/// way is enough to contradict it: the smallest p of those, times the number of comparisons (Bonferroni).
fn combined(effects: &[f64], p: &[f64]) -> f64 {
    let against = effects.iter().zip(p).filter(|(effect, _)| **effect < 0.0);
    let least = against.map(|(_, p)| *p).reduce(f64::min);
    match least {
        Some(least) => (least * p.len() as f64).min(1.0),
        None => p.iter().copied().fold(0.0, f64::max),
    }
}

/// Corrects over all claims that could be tested, and decides.
fn decide(input: &Input, judged: &mut [Judged<'_>]) {
    let alpha = input.statistics.alpha;
    let draws = u64::from(input.statistics.draws);
    let mut tested: Vec<_> = judged
        .iter_mut()
        .filter_map(|one| Some((one.claim.relation, one.outcome.as_mut().ok()?)))
        .collect();
    let correct = |raw: &[f64]| correction::corrected(input.statistics.correct, raw);
    let raw: Vec<f64> = tested.iter().map(|(_, one)| one.p).collect();
    let floors: Vec<f64> = tested.iter().map(|(_, one)| one.floor).collect();
    let paired: Vec<bool> = tested
        .iter()
        .map(|(_, one)| one.shown().seeds.paired)
        .collect();
    let (p, floors) = (correct(&raw), correct(&floors));
    for (index, (relation, one)) in tested.iter_mut().enumerate() {
        (one.corrected, one.corrected_floor) = (p[index], floors[index]);
        if one.out_of_reach(alpha) {
            one.needed = stats::runs_needed(&paired, index, draws, alpha, correct);
        }
        let effect = directed(*relation, one.shown().effect());
        one.verdict = if one.corrected >= alpha {
            Verdict::NotShown
        } else if effect > 0.0 {
            Verdict::Held
        } else {
            Verdict::Contradicted
        };
    }
}

/// Axis values of a side, and of what is taken off it: `a8 − nerre*`.
pub(crate) fn side(side: &crate::spec::Side) -> String {
    let joined = |values: &std::collections::BTreeMap<String, String>| {
        let pairs: Vec<_> = values.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        text::joined(&pairs)
    };
    match &side.minus {
        None => joined(&side.cell),
        Some(minus) => format!("({} − {})", joined(&side.cell), joined(minus)),
    }
}
