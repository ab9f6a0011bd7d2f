//! The statistics that a report used, each in two sentences with a place to read on.

use minijinja::{Value, context};

use crate::report::cells;
use crate::report::compare::Comparison;
use crate::report::grid::Grid;
use crate::report::input::Input;
use crate::spec::Correction;

/// A method: its name, what it does, and where it was described.
struct Method {
    name: &'static str,
    text: &'static str,
    source: &'static str,
    address: &'static str,
}

const TWO_SAMPLE: Method = Method {
    name: "Permutation over seeds (†, ‡)",
    text: "If two methods do not differ, the names of their runs are arbitrary, so the runs of both are dealt out anew \
           in every possible way, and p is the share of deals with a difference of means at least as large as the one \
           found. It is about the method, since training again is what varies; few runs allow few deals, so p has a \
           floor that the legend tells.",
    source: "Phipson and Smyth 2010",
    address: "https://doi.org/10.2202/1544-6115.1585",
};

const SIGN_FLIP: Method = Method {
    name: "Paired sign-flip test (†, ‡)",
    text: "If two methods do not differ, the difference of each pair of runs (or folds) could as well have the other \
           sign, so all signs are flipped in every possible way, and p is the share of ways with a mean difference at \
           least as large as the one found. It is about the method, since training again is what varies.",
    source: "Phipson and Smyth 2010",
    address: "https://doi.org/10.2202/1544-6115.1585",
};

const DOCUMENTS: Method = Method {
    name: "Approximate randomisation over documents (°)",
    text: "For each document a coin decides whether the counts of the two systems are exchanged, for all runs at once, \
           and F1 is computed again; p is the share of rounds with a difference at least as large as the one found, the \
           observed one counted in. It is about the trained models at hand: a difference that comes from lucky seeds \
           passes this test as easily as one that comes from a better method.",
    source: "Yeh 2000",
    address: "https://aclanthology.org/C00-2137/",
};

const SEEDS_MATTER: Method = Method {
    name: "Why seeds decide",
    text: "The same method trained from two seeds can differ by more than two methods do, so a comparison of single \
           runs tells lucky runs apart as readily as better methods. A mark over documents alone supports no claim \
           about a method.",
    source: "Reimers and Gurevych 2017",
    address: "https://aclanthology.org/D17-1035/",
};

const INTERVAL: Method = Method {
    name: "Bootstrap intervals",
    text: "Seeds and documents are drawn again with replacement, both at once, and the interval holds the middle 95 % \
           of the scores that come out. With few seeds it is rather too wide, so it is drawn and not tested with.",
    source: "Owen 2007",
    address: "https://doi.org/10.1214/07-AOAS122",
};

const FOLDS: Method = Method {
    name: "Folds",
    text: "The folds of a cross-validation share most of their training documents, so their differences are not \
           independent, and a test over folds gives p-values that are rather too small. A correction of the variance \
           by the sizes of training and test part makes up for it.",
    source: "Nadeau and Bengio 2003",
    address: "https://doi.org/10.1023/A:1024068626366",
};

const HOLM: Method = Method {
    name: "Holm's correction",
    text: "Several comparisons give chance several chances, so the smallest p of a family is multiplied by the number \
           of comparisons, the next by one less, and so on, never falling below the one before. The probability of even \
           one false mark in a family then stays below the level, however the comparisons depend on each other.",
    source: "Holm 1979",
    address: "https://www.jstor.org/stable/4615733",
};

const BONFERRONI: Method = Method {
    name: "Bonferroni's correction",
    text: "Several comparisons give chance several chances, so every p of a family is multiplied by the number of \
           comparisons in it. The probability of even one false mark in a family then stays below the level, at the \
           price of missing more than Holm's correction does.",
    source: "Holm 1979",
    address: "https://www.jstor.org/stable/4615733",
};

const BENJAMINI_HOCHBERG: Method = Method {
    name: "Benjamini and Hochberg's correction",
    text: "The p-values of a family are adjusted so that, among the marks it leaves, the expected share of false ones \
           stays below the level. That is a weaker promise than that hardly any mark is false, made for looking \
           through many comparisons.",
    source: "Benjamini and Hochberg 1995",
    address: "https://doi.org/10.1111/j.2517-6161.1995.tb02031.x",
};

/// The methods behind the marks and intervals of a report.
pub(super) fn methods(input: &Input, grids: &[&Grid]) -> Vec<Value> {
    let comparisons = || grids.iter().flat_map(|grid| all(grid));
    let seeds = || comparisons().filter_map(|one| one.seeds.as_ref().ok());
    let has_claims = !input.claims.is_empty();
    let paired = input.statistics.paired || cells::has_folds(input);
    let over_documents = comparisons().any(|one| one.documents.is_ok());
    let is_corrected =
        |by: Correction| input.statistics.correct == by && (has_claims || seeds().next().is_some());
    let used = [
        (
            TWO_SAMPLE,
            seeds().any(|one| !one.paired) || (has_claims && !paired),
        ),
        (
            SIGN_FLIP,
            seeds().any(|one| one.paired) || (has_claims && paired),
        ),
        (DOCUMENTS, over_documents),
        (SEEDS_MATTER, over_documents),
        (FOLDS, cells::has_folds(input)),
        (HOLM, is_corrected(Correction::Holm)),
        (BONFERRONI, is_corrected(Correction::Bonferroni)),
        (
            BENJAMINI_HOCHBERG,
            is_corrected(Correction::BenjaminiHochberg),
        ),
        (INTERVAL, !cells::has_folds(input) && !grids.is_empty()),
    ];
    let used = used.into_iter().filter(|(_, is_used)| *is_used);
    used.map(|(method, _)| {
        context! {
            name => method.name,
            text => method.text,
            source => method.source,
            address => method.address,
        }
    })
    .collect()
}

fn all(grid: &Grid) -> impl Iterator<Item = &Comparison> {
    let pairs = grid.pairwise.matrices.iter();
    grid.comparisons
        .iter()
        .chain(pairs.flat_map(|matrix| &matrix.comparisons))
}
