//! The loss of both tasks.

use burn::tensor::Tensor;

use super::model::Joint;
use crate::encoder::Noise;
use crate::systems::pure::instances::Candidates;
use crate::systems::pure::text::Text;
use crate::systems::spans::summed_cross_entropy;

/// Summed −log softmax over the labels of the candidate spans of a batch of sentences,
/// times `ner_weight`, and over those of the pairs of kept spans. Annotated relations
/// whose arguments are not kept cost nothing. None where a batch has no words.
///
/// # Errors
/// When the backend cannot hand scores over.
pub(crate) fn joint_loss(
    model: &Joint,
    sentences: &[Candidates],
    batch: &[usize],
    ner_weight: f64,
    noise: &Noise,
) -> Result<Option<Tensor<1>>, String> {
    let batch: Vec<&Candidates> = batch
        .iter()
        .map(|index| &sentences[*index])
        .filter(|sentence| sentence.text.words > 0)
        .collect();
    if batch.is_empty() {
        return Ok(None);
    }
    let texts: Vec<&Text> = batch.iter().map(|sentence| &sentence.text).collect();
    let spans = model.spans(&texts);
    let scores = model.score(&texts, &spans, Some(noise))?;
    let types: Vec<usize> = spans
        .iter()
        .map(|(row, span)| {
            let known = batch[*row].entities.get(span);
            known.map_or(0, |label| label + 1)
        })
        .collect();
    let of_entities = summed_cross_entropy(scores.entities, &types).mul_scalar(ner_weight);
    let Some(relations) = scores.relations else {
        return Ok(Some(of_entities));
    };
    let labels: Vec<usize> = scores
        .pairs
        .iter()
        .map(|(subject, object)| {
            let (row, subject) = spans[*subject];
            let known = batch[row].relations.get(&(subject, spans[*object].1));
            known.map_or(0, |label| label + 1)
        })
        .collect();
    Ok(Some(of_entities + summed_cross_entropy(relations, &labels)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;

    use super::*;
    use crate::corpus::{DemoConfig, Span, demo};
    use crate::encoder::{Scheme, ScratchConfig, initialise, word_vocabulary};
    use crate::systems::pure::config::PureConfig;
    use crate::systems::pure::joint::config::JointBaselineConfig;
    use crate::systems::pure::joint::sentences::sentences;
    use crate::systems::spans::Rows;

    /// −log softmax of a row's label.
    fn cost(row: &[f32], label: usize) -> f64 {
        let sum: f64 = row.iter().map(|score| f64::from(*score).exp()).sum();
        sum.ln() - f64::from(row[label])
    }

    #[test]
    fn the_loss_is_that_of_all_spans_and_of_the_pairs_of_kept_ones() {
        let corpus = demo(&DemoConfig::default());
        let labels = &corpus.labels;
        let words = corpus.train.iter().flat_map(|document| &document.sentences);
        let pieces = word_vocabulary(words.map(|s| s.tokens.as_slice()), 1).unwrap();
        let shape = ScratchConfig {
            layers: 1,
            hidden: 8,
            heads: 2,
            intermediate: 8,
            ..ScratchConfig::default()
        };
        let bert = shape.bert(pieces.vocabulary_size());
        let config = PureConfig {
            max_span: 3,
            width_dim: 4,
            mlp: 6,
            ..PureConfig::default()
        };
        let device = Device::flex();
        // All spans are kept, so that the related ones are among them.
        let own = JointBaselineConfig {
            kept_share: 9.0,
            ..JointBaselineConfig::default()
        };
        let encoder = bert.init(&device);
        let model = Joint::new(encoder, (8, bert.padding()), labels, &config, &own, &device);
        let model = initialise(model, 1, Scheme::Framework, &|_| true);
        let read = sentences(&corpus.dev, labels, 0, &pieces, None).unwrap();

        // The same noise twice.
        let noise = || Noise::new(3, 1);
        let texts: Vec<&Text> = read[..8].iter().map(|sentence| &sentence.text).collect();
        let spans = model.spans(&texts);
        let scores = model.score(&texts, &spans, Some(&noise())).unwrap();
        let entities = Rows::fetch(Some(scores.entities)).unwrap();
        let relations = Rows::fetch(scores.relations).unwrap();
        let annotated: Vec<_> = corpus
            .dev
            .iter()
            .flat_map(|document| &document.sentences)
            .collect();
        let (mut of_entities, mut of_relations, mut related) = (0.0, 0.0, 0);
        for (place, (row, span)) in spans.iter().enumerate() {
            let gold = annotated[*row]
                .entities
                .iter()
                .find(|one| one.span == *span);
            let label = gold.map_or(0, |gold| {
                let known = labels.entity_types.iter();
                1 + known.clone().position(|name| *name == gold.label).unwrap()
            });
            of_entities += cost(entities.row(place), label);
        }
        for (place, (subject, object)) in scores.pairs.iter().enumerate() {
            let (row, head): (usize, Span) = spans[*subject];
            assert_eq!(row, spans[*object].0);
            let tail = spans[*object].1;
            let mut gold = annotated[row].relations.iter();
            let gold = gold.find(|one| (one.head, one.tail) == (head, tail));
            let label = gold.map_or(0, |gold| {
                let known = &labels.relation_types;
                related += 1;
                1 + known.iter().position(|name| *name == gold.label).unwrap()
            });
            of_relations += cost(relations.row(place), label);
        }
        assert!(related > 0 && related < scores.pairs.len());
        let batch: Vec<usize> = (0..texts.len()).collect();
        for weight in [0.0, 0.2, 1.0] {
            let loss = joint_loss(&model, &read, &batch, weight, &noise());
            let loss = f64::from(loss.unwrap().unwrap().into_scalar::<f32>());
            let expected = weight * of_entities + of_relations;
            assert!((loss / expected - 1.0).abs() < 1e-5, "{loss} {expected}");
        }
        assert!(
            joint_loss(&model, &read, &[], 1.0, &noise())
                .unwrap()
                .is_none()
        );
    }
}
