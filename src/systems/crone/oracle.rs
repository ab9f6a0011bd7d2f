//! Scores of pairs, their losses and what is predicted by them, against values and
//! gradients of independent programs in float64; and the number of parameters that the paper
//! implies. Shapes and cases are read from the files `layers/crone.json`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use burn::module::{Module, Param};
use burn::nn::{Embedding, EmbeddingConfig};
use burn::tensor::{Device, Tensor};
use serde_json::Value;

use super::config::{Cosine, CroneConfig, RelationReduction};
use super::data::Gold;
use super::loss::relation_loss;
use super::model::{Crone, FeatureShape};
use super::pairs::Pairs;
use super::scorer::PairScorer;
use super::vocabulary::Vocabulary;
use crate::corpus::Labels;
use crate::encoder::words::{Characters, Lookup, WordIndex};
use crate::systems::oracle_files::{
    array, cases, folders, index, indexes, items, number, numbers, read, relative_difference,
    table, tensor, values,
};

/// Fails where values are further off than `tolerance` · max(1, |expected|).
fn check(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let off = relative_difference(found, expected);
    assert!(off <= tolerance, "{name} is off by {off:e}");
}

fn device() -> Device {
    Device::flex().autodiff()
}

fn param<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(value.detach().require_grad())
}

fn scorer(case: &Value, cos: Cosine) -> PairScorer {
    let weights = &case["weights"];
    let shape = |key: &str| array(&weights[key]).0;
    let labels = shape("label_embedding");
    let config = CroneConfig {
        cos,
        label_embedding: labels[1],
        re_width: shape("W")[0],
        ..CroneConfig::default()
    };
    let (input, relations) = (shape("W")[1], shape("m")[0]);
    let mut scorer = PairScorer::new(input - labels[1], labels[0], relations, &config, &device());
    let matrix = |key: &str| tensor::<2>(&weights[key], &device());
    let bias = |key: &str| Some(param(tensor::<1>(&weights[key], &device())));
    scorer.labels.weight = param(matrix("label_embedding"));
    scorer.feed_forward.weight = param(matrix("W").swap_dims(0, 1));
    scorer.feed_forward.bias = bias("b");
    scorer.diagonals.weight = param(matrix("m").swap_dims(0, 1));
    scorer.output.weight = param(matrix("W2").swap_dims(0, 1));
    scorer.output.bias = bias("b2");
    scorer
}

/// A batch of the file's sentences.
struct Batch {
    states: Vec<Tensor<2>>,
    gold: Vec<Gold>,
}

impl Batch {
    fn new(case: &Value) -> Self {
        let sentences = items(&case["sentences"]);
        let gold = sentences.iter().map(|sentence| Gold {
            tags: indexes(&sentence["tags"]),
            ends: indexes(&sentence["entity_final_words"]),
            relations: table(&sentence["gold"])
                .iter()
                .map(|one| (one[0], one[1], one[2]))
                .collect(),
        });
        let states = sentences.iter();
        Self {
            gold: gold.collect(),
            states: states
                .map(|one| tensor::<2>(&one["h"], &device()).require_grad())
                .collect(),
        }
    }

    fn pairs(&self, itself: bool) -> Pairs {
        let mut row = 0;
        let sentences = self.gold.iter().map(|one| {
            row += one.tags.len();
            (row - one.tags.len(), one.ends.as_slice())
        });
        Pairs::new(sentences, itself)
    }

    fn tags(&self) -> Vec<usize> {
        let gold = self.gold.iter();
        gold.flat_map(|one| one.ends.iter().map(|end| one.tags[*end]))
            .collect()
    }
}

#[test]
fn crone_oracle_of_pairs() {
    let mut runs = 0;
    let files = folders("layers").into_iter();
    let files = files.map(|folder| folder.join("crone.json"));
    for file in files.filter(|file| file.is_file()) {
        let oracle = read(&file);
        for case in cases(&oracle) {
            for run in items(&case["runs"]) {
                one_run(case, run, &oracle["tolerance"]);
                runs += 1;
            }
        }
    }
    assert!(runs > 0, "there is no crone.json");
}

fn one_run(case: &Value, run: &Value, tolerance: &Value) {
    let name = format!("{} {} {}", case["name"], run["cos"], run["self_pairs"]);
    let (of_values, of_gradients) = (
        number(&tolerance["float32"]),
        number(&tolerance["float32_gradient"]),
    );
    let cos: Cosine = serde_json::from_value(run["cos"].clone()).unwrap();
    let scorer = scorer(case, cos);
    let batch = Batch::new(case);
    let pairs = batch.pairs(run["self_pairs"].as_bool().unwrap());
    let states = Tensor::cat(batch.states.clone(), 0);
    let scores = scorer.forward(&states, &pairs, &batch.tags(), None);
    let [count, relations] = scores.dims();
    assert_eq!(count * relations, index(&run["cells"]), "{name}");
    let found = values(scores.clone());
    let threshold = number(&case["threshold"]);
    for (sentence, expected) in items(&run["scores"]).iter().enumerate() {
        let (shape, expected) = array(expected);
        let mut predicted = Vec::new();
        for (pair, left, right) in pairs.of(sentence) {
            let own = &found[pair * relations..][..relations];
            let place = (left * shape[1] + right) * relations;
            check(&name, own, &expected[place..][..relations], of_values);
            let above = |score: f64| 1.0 / (1.0 + (-score).exp()) > threshold;
            let chosen = (0..relations).filter(|relation| above(own[*relation]));
            predicted.extend(chosen.map(|relation| vec![left, right, relation]));
        }
        assert_eq!(predicted, table(&run["predictions"][sentence]), "{name}");
    }
    let gold: Vec<&Gold> = batch.gold.iter().collect();
    let loss = |reduction| relation_loss(scores.clone(), &pairs, &gold, reduction);
    let sum = loss(RelationReduction::SumPerSentence);
    let expected = number(&run["loss_sum_per_sentence"]);
    check(&name, &values(sum), &[expected], of_values);
    let by_sentence: f64 = numbers(&run["loss_sum_by_sentence"]).iter().sum();
    check(&name, &[by_sentence / gold.len() as f64], &[expected], 1e-9);
    let mean = loss(RelationReduction::MeanCells);
    let expected = number(&run["loss_mean_cells"]);
    check(&name, &values(mean.clone()), &[expected], of_values);
    let Some(expected) = run["gradient_of_loss_mean_cells"].as_object() else {
        return;
    };
    let gradients = mean.backward();
    for (key, expected) in expected {
        let found = match key.as_str() {
            "m" => turned(&scorer.diagonals.weight.val().grad(&gradients).unwrap()),
            "W" => turned(&scorer.feed_forward.weight.val().grad(&gradients).unwrap()),
            "label_embedding" => values(scorer.labels.weight.val().grad(&gradients).unwrap()),
            "h0" => values(batch.states[0].grad(&gradients).unwrap()),
            other => panic!("no gradient is known of {other}"),
        };
        check(
            &format!("{name} {key}"),
            &found,
            &array(expected).1,
            of_gradients,
        );
    }
}

/// Values of a linear layer's weight with outputs as rows.
fn turned(weight: &Tensor<2>) -> Vec<f64> {
    values(weight.clone().swap_dims(0, 1))
}

/// CoNLL04 with four entity and five relation types, GloVe of 300 and ELMo's three layers of
/// 1024 values: the paper says about 6 million.
#[test]
fn crone_oracle_of_parameters() {
    let labels = Labels {
        entity_types: (0..4).map(|one| one.to_string()).collect(),
        relation_types: (0..5).map(|one| one.to_string()).collect(),
        symmetric: Vec::new(),
    };
    let alphabet: Vec<String> = vec![('!'..='~').collect()];
    let vocabulary = Vocabulary {
        words: WordIndex::frequent(Lookup::Exact, [alphabet.as_slice()], 1),
        word_size: 300,
        frozen: true,
        characters: Characters::new([alphabet.as_slice()]),
    };
    let table: Embedding = EmbeddingConfig::new(vocabulary.words.rows(), 300).init(&device());
    let features = Some(FeatureShape {
        layers: 3,
        width: 1024,
    });
    let parameters = |shared, ner, re| {
        let config = CroneConfig {
            shared_layers: shared,
            ner_layers: ner,
            re_layers: re,
            ..CroneConfig::default()
        };
        let model = Crone::new(
            table.clone(),
            &vocabulary,
            features,
            &labels,
            &config,
            &device(),
        );
        model.num_params() - vocabulary.fixed()
    };
    let baseline = parameters(1, 1, 2);
    assert!((6_205_000..6_215_000).contains(&baseline), "{baseline}");
    // Table 3 compares models of one size.
    for (shared, ner, re) in [(2, 0, 2), (3, 1, 0), (4, 0, 0)] {
        assert_eq!(parameters(shared, ner, re), baseline);
    }
}
