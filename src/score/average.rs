//! Averages over types, each type weighing as much as any other.

use std::collections::BTreeMap;

use super::{Counts, DocumentCounts, Measure, Metric};

/// The unweighted mean over types of the precision, the recall and the F1 of each.
///
/// The macro F1 is a mean of F1 scores, not the F1 of the mean precision and the mean recall; the types are those
/// that occur in gold or in the predictions (Eberts and Ulges 2020, released evaluation).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Average {
    /// Mean precision, in 0 to 1.
    pub precision: f64,
    /// Mean recall, in 0 to 1.
    pub recall: f64,
    /// Mean F1, in 0 to 1.
    pub f1: f64,
    /// The number of types.
    pub types: usize,
}

impl Average {
    /// The average over some types; zeros where there is none.
    pub fn over<'a>(types: impl IntoIterator<Item = &'a Counts>) -> Self {
        let mut average = Self::default();
        for counts in types.into_iter().filter(|one| one.predicted + one.gold > 0) {
            average.precision += counts.precision();
            average.recall += counts.recall();
            average.f1 += counts.f1();
            average.types += 1;
        }
        let types = average.types.max(1) as f64;
        Self {
            precision: average.precision / types,
            recall: average.recall / types,
            f1: average.f1 / types,
            ..average
        }
    }

    /// One of its three measures.
    pub fn measure(self, measure: Measure) -> f64 {
        match measure {
            Measure::Precision => self.precision,
            Measure::Recall => self.recall,
            Measure::F1 => self.f1,
        }
    }
}

/// The counts of each type added up over documents; none where they were not kept, or where the metric does not
/// look at types.
pub fn type_totals(documents: &[DocumentCounts], metric: Metric) -> Option<BTreeMap<&str, Counts>> {
    if !metric.is_typed() || documents.is_empty() {
        return None;
    }
    let mut totals: BTreeMap<&str, Counts> = BTreeMap::new();
    for document in documents {
        for ((of, kind), counts) in document.types.as_ref()? {
            if *of == metric {
                *totals.entry(kind).or_default() += *counts;
            }
        }
    }
    Some(totals)
}

/// The average over the types of a metric; none as for [`type_totals`].
pub fn macro_average(documents: &[DocumentCounts], metric: Metric) -> Option<Average> {
    type_totals(documents, metric).map(|totals| Average::over(totals.values()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::score::TypeCounts;

    fn counts([correct, predicted, gold]: [u64; 3]) -> Counts {
        Counts {
            correct,
            predicted,
            gold,
        }
    }

    fn document(types: &[(Metric, &str, [u64; 3])]) -> DocumentCounts {
        let types = types.iter();
        DocumentCounts {
            document: "d".into(),
            counts: BTreeMap::new(),
            types: Some(
                types
                    .map(|(metric, kind, numbers)| {
                        ((*metric, (*kind).to_owned()), counts(*numbers))
                    })
                    .collect(),
            ),
        }
    }

    #[test]
    fn the_mean_is_over_the_types_that_occur() {
        let documents = [
            document(&[
                (Metric::EntC, "A", [1, 1, 2]),
                (Metric::EntC, "B", [0, 0, 1]),
            ]),
            document(&[
                (Metric::EntC, "A", [1, 1, 2]),
                (Metric::EntC, "C", [0, 0, 0]),
            ]),
        ];
        let average = macro_average(&documents, Metric::EntC).unwrap();
        assert_eq!(average.types, 2);
        let found = Measure::ALL.map(|measure| average.measure(measure));
        for (found, wanted) in found.iter().zip([0.5, 0.25, (2.0 / 3.0) / 2.0]) {
            assert!((found - wanted).abs() < 1e-12, "{average:?}");
        }
        // A score without types is zero, and not unknown.
        let none = macro_average(&documents, Metric::RelC).unwrap();
        assert_eq!(none, Average::default());
    }

    #[test]
    fn types_that_were_not_kept_have_no_average() {
        let untyped = DocumentCounts {
            types: None,
            ..document(&[])
        };
        assert_eq!(
            macro_average(std::slice::from_ref(&untyped), Metric::EntC),
            None
        );
        let typed = DocumentCounts {
            types: Some(TypeCounts::new()),
            ..untyped.clone()
        };
        assert_eq!(macro_average(&[typed.clone(), untyped], Metric::EntC), None);
        assert_eq!(macro_average(&[typed], Metric::EntI), None);
        assert_eq!(macro_average(&[], Metric::EntC), None);
    }
}
