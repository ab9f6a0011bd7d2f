//! Which cells a claim compares: one case for every combination of the axes that it leaves open.

use std::collections::BTreeMap;
use std::fmt;

use crate::spec::claim::{Claim, Side};

/// Axis keys and values of a cell, as text.
type Values = Vec<(String, String)>;

/// One case of a claim: the cells that are equal in all axes that the claim does not fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The values of the axes that the claim does not fix.
    pub others: Values,
    /// The corpus of its cells; empty where there are none.
    pub corpus: String,
    /// Whether the claim is about another corpus, which the experiment does not have.
    pub elsewhere: bool,
    /// The indexes of the cells, or why there are none.
    pub sides: Result<Sides, Unmatched>,
}

/// The cells of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// The left side.
    pub left: Term,
    /// The right sides, at least one.
    pub right: Vec<Term>,
}

/// The index of a cell, and of the cell that is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The cell.
    pub cell: usize,
    /// The cell that is taken off, where the side is a difference.
    pub minus: Option<usize>,
}

/// Why a side of a claim is not exactly one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmatched {
    /// No cell has these values.
    Absent(BTreeMap<String, String>),
    /// Several cells that differ in no open axis have these values.
    Several {
        /// The values.
        values: BTreeMap<String, String>,
        /// How many cells have them.
        cells: usize,
    },
}

impl fmt::Display for Unmatched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let described = |values: &BTreeMap<String, String>| {
            let parts = values.iter().map(|(key, value)| format!("{key} = {value}"));
            parts.collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Absent(values) => write!(formatter, "no cell has {}", described(values)),
            Self::Several { values, cells } => {
                write!(formatter, "{cells} cells with {}", described(values))
            }
        }
    }
}

impl Claim {
    /// The cases among `cells`, whose corpora are `corpora`, in the order of the cells; at least one.
    ///
    /// A claim about one corpus has its cases there, if the experiment has it, and else everywhere.
    pub fn cases(&self, cells: &[Values], corpora: &[String]) -> Vec<Case> {
        let mut groups: Vec<(Values, Vec<usize>)> = Vec::new();
        for (index, cell) in cells.iter().enumerate() {
            let open = cell.iter().filter(|(key, _)| !self.fixed.contains(key));
            let others: Values = open.cloned().collect();
            match groups.iter_mut().find(|(known, _)| *known == others) {
                Some((_, group)) => group.push(index),
                None => groups.push((others, vec![index])),
            }
        }
        let mut cases: Vec<Case> = groups
            .into_iter()
            .filter_map(|(others, group)| self.case(others, &group, cells, corpora))
            .collect();
        if let Some(corpus) = &self.corpus {
            if cases.iter().any(|case| case.corpus == *corpus) {
                cases.retain(|case| case.corpus == *corpus);
            } else {
                for case in &mut cases {
                    case.elsewhere = !case.corpus.is_empty();
                }
            }
        }
        if cases.is_empty() {
            cases.push(Case {
                others: Vec::new(),
                corpus: String::new(),
                elsewhere: false,
                sides: Err(Unmatched::Absent(self.left.cell.clone())),
            });
        }
        cases
    }

    /// The case of a group of cells; none if no side has a cell there.
    fn case(
        &self,
        others: Values,
        group: &[usize],
        cells: &[Values],
        corpora: &[String],
    ) -> Option<Case> {
        let here = |values: &BTreeMap<String, String>| {
            let has = |index: usize| {
                let given = |(key, value): (&String, &String)| {
                    cells[index].iter().any(|(k, v)| k == key && v == value)
                };
                values.iter().all(given)
            };
            let found: Vec<usize> = group.iter().copied().filter(|&index| has(index)).collect();
            match found.as_slice() {
                [] => Err(Unmatched::Absent(values.clone())),
                [only] => Ok(*only),
                several => Err(Unmatched::Several {
                    values: values.clone(),
                    cells: several.len(),
                }),
            }
        };
        let absent = |found: Result<usize, Unmatched>| matches!(found, Err(Unmatched::Absent(_)));
        if self.parts().all(|values| absent(here(values))) {
            return None;
        }
        let term = |side: &Side| -> Result<Term, Unmatched> {
            let minus = side.minus.as_ref().map(here).transpose()?;
            Ok(Term {
                cell: here(&side.cell)?,
                minus,
            })
        };
        let sides = || -> Result<Sides, Unmatched> {
            Ok(Sides {
                left: term(&self.left)?,
                right: self.right.iter().map(term).collect::<Result<_, _>>()?,
            })
        };
        let sides = sides();
        let first = sides.as_ref().map_or(group[0], |sides| sides.left.cell);
        Some(Case {
            others,
            corpus: corpora.get(first).cloned().unwrap_or_default(),
            elsewhere: false,
            sides,
        })
    }
}
