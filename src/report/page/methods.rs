//! The statistics that a report used, each in two sentences with a place to read on.

use minijinja::{Value, context};

use crate::report::cells;
use crate::report::compare::Comparison;
use crate::report::grid::Grid;
use crate::report::input::Input;
use crate::spec::{Correction, PlotKind};

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
           of the scores that come out. With few seeds its width is a rough guess, so it is drawn and not tested with.",
    source: "Owen 2007",
    address: "https://doi.org/10.1214/07-AOAS122",
};

const FOLDS: Method = Method {
    name: "Folds",
    text: "The folds of a cross-validation share most of their training documents, so their differences are not \
           independent, and a test over folds gives p-values that are rather too small. A t test whose variance is \
           corrected by the sizes of training and test part makes up for it; the legend says where it would mark \
           otherwise.",
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
           comparisons. The probability of even one false mark in a family then stays below the level; Holm's \
           correction promises the same and marks more.",
    source: "Dunn 1961",
    address: "https://doi.org/10.1080/01621459.1961.10482090",
};

const BENJAMINI_HOCHBERG: Method = Method {
    name: "Benjamini and Hochberg's correction",
    text: "Of p-values sorted from the smallest, each is multiplied by the number of comparisons over its place. Of the \
           marks that remain, no more than the level are false on average, which is less than that hardly any mark \
           is false: it suits a search for what to look into, not a main claim.",
    source: "Benjamini and Hochberg 1995",
    address: "https://doi.org/10.1111/j.2517-6161.1995.tb02031.x",
};

const RANKS: Method = Method {
    name: "Critical difference of ranks",
    text: "In every corpus (or fold) the systems are ranked, since scores of different corpora cannot be averaged. Average \
           ranks that lie further apart than the critical difference would hardly do so if all systems were alike; it \
           says nothing of how large the differences of scores are.",
    source: "Demšar 2006",
    address: "https://jmlr.org/papers/v7/demsar06a.html",
};

/// The methods behind the marks and intervals of a report.
pub(super) fn methods(input: &Input, grids: &[&Grid]) -> Vec<Value> {
    let comparisons = || grids.iter().flat_map(|grid| all(grid));
    let seeds = || comparisons().filter_map(|one| one.seeds.as_ref().ok());
    let has_claims = !input.claims.is_empty();
    let paired = input.statistics.paired || cells::has_folds(input);
    let over_documents = comparisons().any(|one| one.documents.is_ok());
    let corrected = |correction: Correction| {
        input.statistics.correct == correction && (has_claims || seeds().next().is_some())
    };
    let mut plots = input.plots.iter();
    let ranks = plots.any(|plot| plot.kind == PlotKind::CriticalDifference);
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
        (HOLM, corrected(Correction::Holm)),
        (BONFERRONI, corrected(Correction::Bonferroni)),
        (BENJAMINI_HOCHBERG, corrected(Correction::BenjaminiHochberg)),
        (RANKS, ranks),
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
