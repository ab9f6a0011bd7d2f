//! Starting from a model that another step has trained (Hennen et al. 2024, appendix E).
//!
//! The encoder goes over whole, and of every head all but its last layer. Of that the
//! outputs go over whose label both models have; what is new keeps the values that were
//! drawn for it.

use std::collections::BTreeMap;

use burn::nn::Linear;
use burn::tensor::Tensor;

use super::gated::Gated;
use super::heads::Heads;
use crate::corpus::Labels;
use crate::encoder::host::plain;
use crate::systems::spans::indices;

/// For every output of a new head, the old head's output for the same label.
pub(crate) type Matches = Vec<Option<usize>>;

/// The heads with what `old` ones have learned. Labels match by name, whatever the case of
/// their letters, or as `renamed` says (new name to old).
///
/// # Errors
/// When hidden widths differ, so that nothing could go over.
pub(crate) fn take_over(
    mut heads: Heads,
    labels: &Labels,
    (old, old_labels): (&Heads, &Labels),
    renamed: &BTreeMap<String, String>,
) -> Result<Heads, String> {
    check_names(labels, old_labels, renamed)?;
    heads.is_left = gated(heads.is_left, &old.is_left, &[Some(0)])?;
    let mut types = matches(&labels.entity_types, &old_labels.entity_types, renamed);
    if heads.nesting > 1 {
        // The class for no entity is the last.
        types.push((old.nesting > 1).then_some(old_labels.entity_types.len()));
    }
    heads.is_span = gated(heads.is_span, &old.is_span, &types)?;
    if let (Some(own), Some(old)) = (heads.is_link.take(), &old.is_link) {
        let mut relations = matches(&labels.relation_types, &old_labels.relation_types, renamed);
        let [_, outputs] = own.output.weight.dims();
        let [_, known] = old.output.weight.dims();
        if outputs > relations.len() {
            // Outputs of inverses stand behind the others, in the same order.
            let shift = old_labels.relation_types.len();
            let inverse = |found: &Option<usize>| {
                let found = found.map(|found| found + shift);
                found.filter(|found| *found < known)
            };
            relations.extend(relations.iter().map(inverse).collect::<Matches>());
        }
        heads.is_link = Some(gated(own, old, &relations)?);
    }
    Ok(heads)
}

/// Checks that renamed labels and their old names are there.
fn check_names(
    labels: &Labels,
    old: &Labels,
    renamed: &BTreeMap<String, String>,
) -> Result<(), String> {
    let has = |labels: &Labels, name: &String| {
        labels.entity_types.contains(name) || labels.relation_types.contains(name)
    };
    for (new, name) in renamed {
        for (labels, label, whose) in [(labels, new, "this corpus"), (old, name, "the other")] {
            if !has(labels, label) {
                let known = [&labels.entity_types[..], &labels.relation_types[..]].concat();
                return Err(format!(
                    "iter.pretrain.labels: `{label}` is no label of {whose}, which has {}",
                    known.join(", ")
                ));
            }
        }
    }
    Ok(())
}

/// The place of every label among the old ones.
fn matches(labels: &[String], old: &[String], renamed: &BTreeMap<String, String>) -> Matches {
    let place = |label: &String| {
        let name = renamed.get(label).unwrap_or(label);
        let exact = old.iter().position(|known| known == name);
        exact.or_else(|| {
            let same = |known: &String| known.to_lowercase() == name.to_lowercase();
            old.iter().position(same)
        })
    };
    labels.iter().map(place).collect()
}

/// A block with the layers of `old`, of whose outputs those go over that match.
fn gated(mut own: Gated, old: &Gated, outputs: &[Option<usize>]) -> Result<Gated, String> {
    let (expected, found) = (own.gate.weight.dims(), old.gate.weight.dims());
    if expected != found {
        return Err(format!(
            "a head reads {} values into {}, and that of the model it starts from {} into {}; with \
             iter.nested_link = \"concat4\" both must nest or neither (iter.nesting and \
             iter.pretrain.nesting)",
            expected[0], expected[1], found[0], found[1]
        ));
    }
    own.gate = old.gate.clone();
    own.value = old.value.clone();
    own.output = columns(own.output, &old.output, outputs);
    Ok(own)
}

/// A linear layer, inputs × outputs, with the old layer's columns where they match.
fn columns(mut own: Linear, old: &Linear, outputs: &[Option<usize>]) -> Linear {
    let old = plain(old.weight.val());
    own.weight = own.weight.map(|weight| {
        let is_autodiff = weight.device().is_autodiff();
        let all = Tensor::cat(vec![plain(weight), old], 1);
        let places = outputs.iter().enumerate();
        let places: Vec<i32> = places
            .map(|(own, found)| found.map_or(own, |found| outputs.len() + found) as i32)
            .collect();
        let chosen = all.clone().select(1, indices(&places, &all.device()));
        if is_autodiff {
            Tensor::from_inner(chosen).require_grad()
        } else {
            chosen
        }
    });
    own
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;

    use super::*;
    use crate::encoder::{Scheme, initialise};
    use crate::systems::iter::config::{IterConfig, NestedLink};
    use crate::systems::iter::heads::Shape;

    fn labels(types: &[&str], relations: &[&str]) -> Labels {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Labels {
            entity_types: names(types),
            relation_types: names(relations),
            symmetric: Vec::new(),
        }
    }

    fn heads(labels: &Labels, nesting: usize, config: &IterConfig, seed: u64) -> Heads {
        let shape = Shape {
            hidden: 4,
            feed_forward: 3,
            nesting,
        };
        let heads = Heads::new(shape, labels, config, &Device::flex().autodiff());
        initialise(heads, seed, Scheme::Framework, &|_| true)
    }

    /// Column `output` of a head's last layer.
    fn column(head: &Gated, output: usize) -> Vec<f32> {
        let column = head.output.weight.val().narrow(1, output, 1);
        column.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn outputs_go_over_by_their_labels() {
        let config = IterConfig::default();
        let (old_labels, own_labels) = (
            labels(&["LOC", "PER"], &["in"]),
            labels(&["Loc", "Other", "Peop"], &["in", "kill"]),
        );
        let (old, own) = (
            heads(&old_labels, 1, &config, 1),
            heads(&own_labels, 1, &config, 2),
        );
        let renamed = BTreeMap::from([("Peop".to_owned(), "PER".to_owned())]);
        let taken = take_over(own.clone(), &own_labels, (&old, &old_labels), &renamed).unwrap();
        assert_eq!(column(&taken.is_left, 0), column(&old.is_left, 0));
        let spans = [0, 1, 2].map(|output| column(&taken.is_span, output));
        assert_eq!(spans[0], column(&old.is_span, 0));
        assert_eq!(spans[1], column(&own.is_span, 1));
        assert_eq!(spans[2], column(&old.is_span, 1));
        let of = |heads: &Heads| heads.is_link.clone().unwrap();
        assert_eq!(column(&of(&taken), 0), column(&of(&old), 0));
        assert_eq!(column(&of(&taken), 1), column(&of(&own), 1));
        assert_eq!(
            taken.is_span.gate.weight.val().into_data(),
            old.is_span.gate.weight.val().into_data()
        );
        // What went over is learned on.
        assert!(taken.is_span.output.weight.val().is_require_grad());
    }

    #[test]
    fn the_class_for_none_goes_over_where_both_have_one() {
        let config = IterConfig::default();
        let labels = labels(&["A"], &[]);
        let own = heads(&labels, 2, &config, 2);
        for (nesting, goes) in [(3, true), (1, false)] {
            let old = heads(&labels, nesting, &config, 1);
            let none = BTreeMap::new();
            let taken = take_over(own.clone(), &labels, (&old, &labels), &none).unwrap();
            assert_eq!(column(&taken.is_span, 0), column(&old.is_span, 0));
            let from = if goes { &old } else { &own };
            assert_eq!(column(&taken.is_span, 1), column(&from.is_span, 1));
        }
    }

    #[test]
    fn a_name_that_no_label_has_is_refused() {
        let config = IterConfig::default();
        let (old_labels, own_labels) = (labels(&["LOC", "PER"], &[]), labels(&["Peop"], &[]));
        let (old, own) = (
            heads(&old_labels, 1, &config, 1),
            heads(&own_labels, 1, &config, 2),
        );
        let refused = |new: &str, name: &str| {
            let renamed = BTreeMap::from([(new.to_owned(), name.to_owned())]);
            take_over(own.clone(), &own_labels, (&old, &old_labels), &renamed).unwrap_err()
        };
        insta::assert_snapshot!(refused("Peop", "PERS"), @"iter.pretrain.labels: `PERS` is no label of the other, which has LOC, PER");
        insta::assert_snapshot!(refused("People", "PER"), @"iter.pretrain.labels: `People` is no label of this corpus, which has Peop");
    }

    #[test]
    fn heads_of_other_widths_are_refused() {
        let labels = labels(&["A"], &["r"]);
        let config = IterConfig::default();
        let wide = IterConfig {
            nested_link: NestedLink::Concat4,
            ..IterConfig::default()
        };
        let (old, own) = (heads(&labels, 2, &config, 1), heads(&labels, 2, &wide, 2));
        let error = take_over(own, &labels, (&old, &labels), &BTreeMap::new()).unwrap_err();
        assert_eq!(
            error,
            "a head reads 16 values into 6, and that of the model it starts from 8 into 6; with \
             iter.nested_link = \"concat4\" both must nest or neither (iter.nesting and \
             iter.pretrain.nesting)"
        );
    }
}
