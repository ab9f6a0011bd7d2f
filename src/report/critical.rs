//! Average ranks of systems over corpora or folds, before they are drawn as a critical-difference diagram (Demšar
//! 2006, section 3.2.2).

use super::cells::{self, Cell};
use super::compare;
use super::critical_text;
use super::error::ReportError;
use super::grid::Block;
use super::input::Input;
use super::matched::{self, Matched, matched};
use super::published::corpus_name;
use super::text;
use crate::score::Column;
use crate::spec::Plot;
use crate::stats::{Ranks, StatsError};

/// Nemenyi's test is not made of fewer blocks: even the same order in all of them would hardly show anything.
pub(super) const FEWEST: usize = 5;

/// A plot of the report, in numbers.
#[derive(Debug)]
pub(crate) struct Critical {
    /// Number, counted from 1 among the plots that the experiment asks for.
    pub(crate) number: usize,
    /// What the plot shows.
    pub(crate) caption: String,
    /// What the names of systems are the values of.
    pub(crate) head: String,
    /// What the ranks are averaged over.
    pub(crate) over: Over,
    /// The level of significance.
    pub(crate) alpha: f64,
    /// The diagrams, one for each metric.
    pub(crate) panels: Vec<Panel>,
    /// What the ranks are over, and what the tests say.
    pub(crate) note: String,
    /// What cannot be shown, in a sentence or two.
    pub(crate) missing: Option<String>,
}

/// What the blocks are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Over {
    /// Corpora.
    Corpora,
    /// The folds of a cross-validation, in one block or in each of several.
    Folds,
    /// Combinations of the values of these axes.
    Values(Vec<String>),
}

/// The systems in one metric.
#[derive(Debug)]
pub(crate) struct Panel {
    /// The metric.
    pub(crate) column: Column,
    /// The systems, the best first.
    pub(crate) systems: Vec<System>,
    /// The names of the blocks.
    pub(crate) blocks: Vec<String>,
    /// The ranks in the order of the blocks' scores, and the tests on them.
    pub(crate) ranks: Ranks,
    /// The tests, where there are blocks enough.
    pub(crate) nemenyi: Option<Nemenyi>,
}

/// One system.
#[derive(Debug)]
pub(crate) struct System {
    /// Its values of the axes that name systems.
    pub(crate) name: String,
    /// Its average rank; 1 is the best.
    pub(crate) rank: f64,
    /// Its score in every block.
    pub(crate) scores: Vec<f64>,
}

/// Which average ranks differ.
#[derive(Debug)]
pub(crate) struct Nemenyi {
    /// Average ranks this far apart differ.
    pub(crate) critical: f64,
    /// First and last of the systems that do not differ, in the order of their ranks; none lies within another.
    pub(crate) groups: Vec<(usize, usize)>,
}

/// Ranks the systems of the plot with this number, counted from 1.
pub(crate) fn build(
    input: &Input,
    number: usize,
    plot: &Plot,
    cells: &[Cell<'_>],
) -> Result<Critical, ReportError> {
    let Matched {
        columns,
        head,
        blocks,
    } = matched(input, number, plot, cells)?;
    let failed = |error: StatsError| ReportError::Plot {
        plot: number,
        problem: error.to_string(),
    };
    let mut panels = Vec::new();
    let mut left_out: Vec<String> = Vec::new();
    for &column in &columns {
        let table = Scores::of(input, column, &blocks, cells);
        left_out.extend(table.left_out.iter().cloned());
        if table.names.len() > 1 && !table.rows.is_empty() {
            panels.push(panel(input, column, table).map_err(failed)?);
        }
    }
    left_out.dedup();
    let mut critical = Critical {
        number,
        caption: plot.caption.clone().unwrap_or_else(|| input.title.clone()),
        head,
        over: Over::of(input, &blocks),
        alpha: input.statistics.alpha,
        panels,
        note: String::new(),
        missing: (!left_out.is_empty()).then(|| format!("Left out: {}.", left_out.join("; "))),
    };
    critical.note = critical_text::note(input, &critical);
    Ok(critical)
}

impl Over {
    fn of(input: &Input, blocks: &[Block]) -> Self {
        if cells::has_folds(input) {
            return Self::Folds;
        }
        let varies = varying(blocks);
        match telling(blocks, &varies) {
            Some("corpus.name") => Self::Corpora,
            Some(key) => Self::Values(vec![text::short_key(key).to_owned()]),
            None => {
                let keys = varies.iter().map(|&key| text::short_key(key).to_owned());
                Self::Values(keys.collect())
            }
        }
    }

    /// So many of them.
    pub(crate) fn counted(&self, count: usize) -> String {
        match (self, count) {
            (Self::Corpora, 1) => "1 corpus".to_owned(),
            (Self::Corpora, _) => format!("{count} corpora"),
            (Self::Folds, _) => text::counted(count, "fold"),
            (Self::Values(keys), _) if keys.is_empty() => text::counted(count, "block"),
            (Self::Values(keys), 1) => format!("1 value of {}", keys.join(" and ")),
            (Self::Values(keys), _) => format!("{count} values of {}", keys.join(" and ")),
        }
    }
}

/// The axes in which blocks differ.
fn varying(blocks: &[Block]) -> Vec<&str> {
    let first = blocks.first().map(|block| &block.values);
    let differs = |(at, (_, value)): &(usize, &(String, String))| {
        blocks.iter().any(|block| block.values[*at].1 != *value)
    };
    let axes = first.into_iter().flatten().enumerate().filter(differs);
    axes.map(|(_, (key, _))| key.as_str()).collect()
}

/// The axis whose values alone tell all blocks apart.
fn telling<'a>(blocks: &[Block], varies: &[&'a str]) -> Option<&'a str> {
    let tells = |key: &&str| {
        let values = blocks.iter().map(|block| cells::value(&block.values, key));
        let values: Vec<&str> = values.collect();
        let before = |at: usize| values[..at].contains(&values[at]);
        !(0..values.len()).any(before)
    };
    varies.iter().copied().find(|key| tells(key))
}

/// The scores of all systems in every block that has them all.
struct Scores {
    names: Vec<String>,
    /// The name of each block and the score of each system in it.
    rows: Vec<(String, Vec<f64>)>,
    left_out: Vec<String>,
}

impl Scores {
    fn of(input: &Input, column: Column, blocks: &[Block], cells: &[Cell<'_>]) -> Self {
        let mut all: Vec<(String, Vec<(String, f64)>)> = Vec::new();
        let (mut names, mut left_out): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for block in blocks {
            let heading = block_name(input, block, telling(blocks, &varying(blocks)));
            let members: Vec<(&String, &Cell<'_>)> = block
                .rows
                .iter()
                .filter_map(|row| Some((&row.label, matched::cell(cells, row)?)))
                .collect();
            let mut pairs = members.iter().zip(members.iter().skip(1));
            if !pairs.all(|(one, other)| compare::comparable(input, one.1, other.1)) {
                left_out.push(format!(
                    "{heading}, where not the same counts as right in all"
                ));
                continue;
            }
            for (name, cell) in members {
                let units = cell.units(column);
                if !units.is_empty() && !names.contains(name) {
                    names.push(name.clone());
                }
                for (id, score) in scores(input, &units) {
                    let block = match id {
                        Some(fold) if blocks.len() > 1 => format!("{heading}, fold {fold}"),
                        Some(fold) => format!("fold {fold}"),
                        None => heading.clone(),
                    };
                    match all.iter_mut().find(|(known, _)| *known == block) {
                        Some((_, scores)) => scores.push((name.clone(), score)),
                        None => all.push((block, vec![(name.clone(), score)])),
                    }
                }
            }
        }
        let mut rows = Vec::new();
        for (block, scores) in all {
            let of = |name: &String| {
                let own = scores.iter().find(|(known, _)| known == name);
                own.map(|(_, score)| *score)
            };
            match names.iter().map(of).collect::<Option<Vec<f64>>>() {
                Some(row) => rows.push((block, row)),
                None => left_out.push(format!("{block}, which not all have")),
            }
        }
        Self {
            names,
            rows,
            left_out,
        }
    }
}

fn block_name(input: &Input, block: &Block, telling: Option<&str>) -> String {
    match (&block.heading, telling) {
        (Some(_), Some("corpus.name")) | (None, _) => {
            corpus_name(input.corpus_of(&block.values)).to_owned()
        }
        (Some(_), Some(key)) => cells::value(&block.values, key).to_owned(),
        (Some(heading), None) => heading.clone(),
    }
}

/// The score of a cell in its block, or in each fold of it.
fn scores(input: &Input, units: &[cells::Unit]) -> Vec<(Option<u64>, f64)> {
    if cells::has_folds(input) {
        return units
            .iter()
            .map(|unit| (Some(unit.id), unit.score))
            .collect();
    }
    let sum: f64 = units.iter().map(|unit| unit.score).sum();
    let mean = (!units.is_empty()).then(|| (None, sum / units.len() as f64));
    mean.into_iter().collect()
}

fn panel(input: &Input, column: Column, table: Scores) -> Result<Panel, StatsError> {
    let (blocks, scores): (Vec<String>, Vec<Vec<f64>>) = table.rows.into_iter().unzip();
    let ranks = Ranks::of(&scores)?;
    let systems = table.names.into_iter().enumerate();
    let mut systems: Vec<System> = systems
        .map(|(number, name)| System {
            name,
            rank: ranks.average[number],
            scores: scores.iter().map(|block| block[number]).collect(),
        })
        .collect();
    systems.sort_by(|one, other| one.rank.total_cmp(&other.rank));
    let enough = blocks.len() >= FEWEST;
    let critical = enough.then(|| ranks.critical_difference(input.statistics.alpha));
    let nemenyi = critical.transpose()?.map(|critical| Nemenyi {
        critical,
        groups: groups(&systems, critical),
    });
    Ok(Panel {
        column,
        systems,
        blocks,
        ranks,
        nemenyi,
    })
}

/// The largest runs of systems whose average ranks are less than the critical difference apart.
fn groups(systems: &[System], critical: f64) -> Vec<(usize, usize)> {
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for (first, system) in systems.iter().enumerate() {
        let near = |other: &&System| other.rank - system.rank < critical;
        let last = first + systems[first..].iter().take_while(near).count() - 1;
        let within = groups.last().is_some_and(|(_, end)| last <= *end);
        if last > first && !within {
            groups.push((first, last));
        }
    }
    groups
}

impl Critical {
    /// Whether there is nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        self.panels.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_overlap_but_none_lies_within_another() {
        let systems = |ranks: &[f64]| -> Vec<System> {
            let system = |&rank: &f64| System {
                name: String::new(),
                rank,
                scores: Vec::new(),
            };
            ranks.iter().map(system).collect()
        };
        let found = |ranks: &[f64]| groups(&systems(ranks), 1.0);
        assert_eq!(found(&[1.0, 1.5, 2.2, 4.0]), [(0, 1), (1, 2)]);
        assert_eq!(found(&[1.0, 1.2, 1.9]), [(0, 2)]);
        // Ranks as far apart as the critical difference differ.
        assert_eq!(found(&[1.0, 2.0, 3.0]), []);
    }
}
