//! Expanding an experiment into steps.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use serde_json::json;

use crate::corpus::CorpusConfig;
use crate::spec::Experiment;
use crate::store::{Store, key, without_defaults};
use crate::systems::draft::{Draft, Drafts};
use crate::systems::identity::{EncoderIdentity, FoundEncoder, Shape, check_device};
use crate::systems::speed::{COLUMNS, SPEED};
use crate::systems::{Configuration, Hints, Reads, SystemKind, draft_run, draft_speed};

use super::again::{Timing, measurement};
use super::estimate::{Estimator, epoch_seconds, reading_seconds};
use super::fold::{at_fold, with_fold};
use super::load::load;
use super::places::Places;
use super::resolve::{Missing, Resolved, Resolver, Size};
use super::step::Step;

/// An experiment as steps.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Distinct steps; inputs come before what reads them.
    pub steps: Vec<Step>,
    /// Every run with the step that scores it.
    pub runs: Vec<PlannedRun>,
    /// Trainings that the runs ask for, shared ones counted as often as they are asked for.
    pub asked: usize,
    /// What is not there.
    pub missing: Vec<Missing>,
}

/// A run and where its scores will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRun {
    /// Index of the cell.
    pub cell: usize,
    /// The seed.
    pub seed: u64,
    /// The fold, where folds are an axis.
    pub fold: Option<u32>,
    /// Key of the step that scores it.
    pub score: String,
    /// Key of the step that times it, or why none does; nothing where speeds are not asked for.
    pub speed: Option<Result<String, &'static str>>,
    /// Why it cannot be done, where something is missing.
    pub missing: Option<String>,
}

impl Plan {
    /// Number of distinct trainings.
    pub fn trainings(&self) -> usize {
        self.steps.iter().filter(|step| step.training).count()
    }

    /// The steps of runs that lack nothing.
    pub fn possible(&self) -> Vec<Step> {
        let mut wanted: Vec<&str> = self
            .runs
            .iter()
            .filter(|run| run.missing.is_none())
            .flat_map(|run| std::iter::once(&run.score).chain(run.timed_by()))
            .map(String::as_str)
            .collect();
        let mut chosen = HashSet::new();
        let by_key: BTreeMap<&str, &Step> = self
            .steps
            .iter()
            .map(|step| (step.key.as_str(), step))
            .collect();
        while let Some(key) = wanted.pop() {
            if chosen.insert(key.to_owned())
                && let Some(step) = by_key.get(key)
            {
                wanted.extend(step.inputs.iter().map(String::as_str));
            }
        }
        let steps = self.steps.iter();
        steps
            .filter(|step| chosen.contains(&step.key))
            .cloned()
            .collect()
    }
}

impl PlannedRun {
    /// Key of the step that times it, if there is one.
    pub fn timed_by(&self) -> Option<&String> {
        self.speed.as_ref()?.as_ref().ok()
    }
}

/// Expands `experiment`; `store` is asked for past durations and measurements of speed only.
///
/// # Errors
/// When a configuration names what its system does not have, or the store cannot be read.
pub fn build(
    experiment: &Experiment<Configuration>,
    places: &Places,
    store: &Store,
    timing: Timing,
) -> Result<Plan, String> {
    let mut resolver = Resolver::new(places);
    let mut drafts = Drafts::default();
    let mut drafted = Vec::new();
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    let mut contexts: Vec<Context> = Vec::new();
    let timed = match timing {
        Timing::AsShown => COLUMNS.iter().any(|column| experiment.shows(column)),
        Timing::Always | Timing::Anew => true,
    };
    for run in experiment.runs() {
        let configuration = &at_fold(&experiment.cells()[run.cell].configuration, run.fold)?;
        let corpus = resolver.corpus(&configuration.corpus);
        let encoder = resolver.encoder(configuration);
        let vectors = resolver.vectors(configuration);
        let features = resolver.features(configuration);
        let pretrain = &configuration.iter.pretrain;
        let asked = configuration.system.kind == SystemKind::Iter && pretrain.is_asked();
        let pretraining = asked.then(|| resolver.corpus(&pretrain.corpus));
        let ends = Ends::draft(
            configuration,
            Reads {
                corpus: &corpus.identity,
                pretraining: pretraining.as_ref().map(|other| &other.identity),
                encoder: &encoder.identity,
                vectors: &vectors.identity,
                features: &features.identity,
            },
            run.seed,
            timed,
            &mut drafts,
        )?;
        let mut reasons = Vec::new();
        reasons.extend(corpus.found.as_ref().err().cloned());
        reasons.extend(pretraining.and_then(|other| other.found.err()));
        reasons.extend(encoder.found.as_ref().err().cloned());
        reasons.extend(vectors.found.as_ref().err().cloned());
        reasons.extend(features.found.as_ref().err().cloned());
        reasons.extend(check_device(configuration).err());
        for reason in &reasons {
            *missing.entry(reason.clone()).or_default() += 1;
        }
        let found = Found {
            corpus: corpus.found.ok(),
            encoder: &encoder,
            vectors: vectors.found.ok().flatten(),
            features: features.found.ok().flatten(),
        };
        contexts.push(Context::new(configuration, places, found));
        drafted.push((run, ends, reasons.into_iter().next()));
    }
    let elsewhere = drafts.corpora().clone();
    let drafts = drafts.into_drafts();
    let needs: Vec<Vec<usize>> = drafted
        .iter()
        .map(|(_, ends, _)| needs(&drafts, *ends))
        .collect();
    let trainings = needs.iter().flatten();
    let asked = trainings.filter(|index| drafts[**index].training).count();
    let owners = owners(drafts.len(), &needs);
    let estimator = Estimator::new(store);
    let mut steps: Vec<Step> = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.iter().enumerate() {
        let context = &contexts[owners[index]];
        let hints = context.hints(elsewhere.get(&index));
        let step = step(draft, &steps, (context, &hints), &estimator);
        steps.push(if step.alone {
            measurement(&step, draft.version, store, timing).map_err(|error| error.to_string())?
        } else {
            step
        });
    }
    let runs = drafted
        .into_iter()
        .map(|(run, Ends { score, speed }, missing)| PlannedRun {
            cell: run.cell,
            seed: run.seed,
            fold: run.fold,
            score: steps[score].key.clone(),
            speed: speed.map(|speed| speed.map(|index| steps[index].key.clone())),
            missing,
        })
        .collect();
    let missing = missing
        .into_iter()
        .map(|(reason, runs)| Missing { reason, runs })
        .collect();
    Ok(Plan {
        steps,
        runs,
        asked,
        missing,
    })
}

/// What a run knows beyond its steps' descriptions.
struct Context {
    hints: Hints,
    /// The training split's size, and the shape of an encoder that is trained, or of what
    /// costs as much.
    reads: Option<(Size, Option<Shape>)>,
    reading_seconds: f64,
}

/// What was found for a run.
struct Found<'a> {
    corpus: Option<Size>,
    encoder: &'a Resolved<EncoderIdentity, FoundEncoder>,
    vectors: Option<PathBuf>,
    features: Option<PathBuf>,
}

impl Context {
    fn new(configuration: &Configuration, places: &Places, found: Found<'_>) -> Self {
        let encoder = found.encoder.found.as_ref().ok();
        let known = found.corpus.zip(encoder.map(|encoder| encoder.shape));
        Self {
            hints: Hints {
                corpus: configuration.corpus.clone(),
                data: places.data.clone(),
                encoder: configuration.encoder.name.clone(),
                model: encoder.and_then(|encoder| encoder.folder.clone()),
                vectors: found.vectors,
                features: found.features,
                commit: encoder.and_then(|encoder| encoder.commit.clone()),
                device: configuration.device.clone(),
                gradient_checkpointing: configuration.encoder.gradient_checkpointing,
            },
            reads: known.map(|(size, shape)| {
                let trained = !found.encoder.identity.is_frozen();
                let shape = match configuration.system.kind {
                    SystemKind::Crone => Some(configuration.crone.like()),
                    SystemKind::Pmei => {
                        let partners = size.word_pairs as f64 / (size.words as f64).max(1.0);
                        let pmei = &configuration.pmei;
                        Some(pmei.like((shape, trained), partners, size.relation_types))
                    }
                    _ => trained.then_some(shape),
                };
                (size, shape)
            }),
            reading_seconds: known.map_or(0.0, |(size, shape)| reading_seconds(size, shape)),
        }
    }

    /// The run's hints, for a step that may read another corpus than the run does.
    fn hints(&self, elsewhere: Option<&CorpusConfig>) -> Hints {
        Hints {
            corpus: elsewhere.unwrap_or(&self.hints.corpus).clone(),
            ..self.hints.clone()
        }
    }
}

/// The drafts that a run ends in.
#[derive(Clone, Copy)]
struct Ends {
    score: usize,
    speed: Option<Result<usize, &'static str>>,
}

impl Ends {
    /// Drafts a run, with its speed where it is `timed`.
    fn draft(
        configuration: &Configuration,
        reads: Reads<'_>,
        seed: u64,
        timed: bool,
        drafts: &mut Drafts,
    ) -> Result<Self, String> {
        let score = draft_run(configuration, reads, seed, drafts)?;
        let speed = if timed {
            Some(draft_speed(
                configuration,
                reads.corpus,
                seed,
                score,
                drafts,
            )?)
        } else {
            None
        };
        Ok(Self { score, speed })
    }
}

/// The drafts that a run ends in and all that they build on, each once.
fn needs(drafts: &[Draft], ends: Ends) -> Vec<usize> {
    let speed = ends.speed.and_then(Result::ok);
    let mut found: Vec<usize> = std::iter::once(ends.score).chain(speed).collect();
    let mut seen: HashSet<usize> = found.iter().copied().collect();
    let mut next = 0;
    while let Some(index) = found.get(next) {
        let inputs = drafts[*index].inputs.iter().copied();
        let fresh: Vec<usize> = inputs.filter(|input| seen.insert(*input)).collect();
        found.extend(fresh);
        next += 1;
    }
    found
}

/// For every draft, the first run that needs it.
fn owners(drafts: usize, needs: &[Vec<usize>]) -> Vec<usize> {
    let mut owners = vec![0; drafts];
    // From the last run to the first, so that the first one stays.
    for (run, needed) in needs.iter().enumerate().rev() {
        for index in needed {
            owners[*index] = run;
        }
    }
    owners
}

fn step(
    draft: &Draft,
    earlier: &[Step],
    (context, hints): (&Context, &Hints),
    estimator: &Estimator,
) -> Step {
    let description = without_defaults(&draft.description, &draft.defaults);
    let inputs: Vec<String> = draft
        .inputs
        .iter()
        .map(|index| earlier[*index].key.clone())
        .collect();
    let key = key(draft.kind, draft.version, &description, &inputs);
    let hints = if draft.kind == crate::systems::SCORE {
        json!({})
    } else {
        serde_json::to_value(hints).unwrap_or_default()
    };
    let alone = draft.kind == SPEED;
    let cold = if draft.training {
        let epochs = draft.description["train"]["epochs"].as_f64().unwrap_or(1.0);
        let seconds =
            |(size, encoder)| epoch_seconds(load(draft.kind, &draft.description, size), encoder);
        epochs * context.reads.map_or(0.0, seconds)
    } else if draft.kind == crate::systems::FEATURES {
        context.reading_seconds
    } else if alone {
        let protocol = &draft.description["protocol"];
        let passes = ["warmup", "repeats"].map(|key| protocol[key].as_f64().unwrap_or(1.0));
        passes.iter().sum::<f64>() * context.reading_seconds
    } else {
        0.1
    };
    Step {
        seconds: estimator.seconds(draft.kind, &description, cold),
        key,
        kind: draft.kind.to_owned(),
        label: with_fold(&draft.label, context.hints.corpus.fold),
        inputs,
        description,
        hints,
        training: draft.training,
        alone,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::spec::{Options, Vocabulary};

    const EIGHT: &str = r#"
name = "eight"
[corpus.demo]
documents = { train = 4, dev = 2, test = 2 }
[axes]
"system.approach" = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"]
seed = { count = 5 }
"#;

    fn plan(text: &str, set: &[&str]) -> Plan {
        let options = Options {
            set: set.iter().map(|change| (*change).to_owned()).collect(),
            ..Options::default()
        };
        let vocabulary = Vocabulary::default();
        let experiment =
            Experiment::parse("eight.toml".as_ref(), text, &options, &vocabulary).unwrap();
        let places = Places {
            data: "no/data".into(),
            models: Vec::new(),
        };
        let store = Store::at("no/store".as_ref());
        build(&experiment, &places, &store, Timing::AsShown).unwrap()
    }

    #[test]
    fn equal_trainings_are_shared_between_approaches() {
        let plan = plan(EIGHT, &[]);
        assert_eq!((plan.asked, plan.trainings()), (5 * 22, 5 * 11));
        assert_eq!(plan.runs.len(), 40);
        // Of every chain its predictions on test: Ei, Ec, Ri and Rc on two kinds of
        // entities, Re on two, Ner, Rc after EcRi and NerRi, four cross-task modules; the
        // pruner on three splits; and the scores.
        assert_eq!(plan.steps.len(), 5 * (11 + 15 + 3 + 8));
        let mut known = HashSet::new();
        for step in &plan.steps {
            assert!(step.inputs.iter().all(|input| known.contains(input)));
            assert!(known.insert(step.key.clone()), "{} twice", step.label);
        }
    }

    #[test]
    fn a_switch_changes_the_keys_of_the_steps_it_matters_to() {
        let keys = |set: &[&str]| -> std::collections::BTreeSet<String> {
            let steps = plan(EIGHT, set).steps;
            let trainings = steps.into_iter().filter(|step| step.training);
            trainings.map(|step| step.key).collect()
        };
        let before = keys(&[]);
        assert_eq!(
            before,
            keys(&["device=cuda:0"]),
            "the device decides no result"
        );
        assert_eq!(before, keys(&["train.epochs=15"]), "a default said aloud");
        // The width of the pair's perceptron is nothing to Ei, Ec, Ner and the pruner.
        assert_eq!(
            before
                .intersection(&keys(&["jointere.pair_mlp=99"]))
                .count(),
            5 * 4
        );
        assert_eq!(before.intersection(&keys(&["train.epochs=3"])).count(), 0);
        // The pruner reads first pieces alone.
        let last = keys(&["jointere.span_end=last"]);
        assert_eq!(before.intersection(&last).count(), 5);
        // Switches of what is not done change nothing.
        let off = keys(&["mfvi.iterations=0"]);
        assert_eq!(off, keys(&["mfvi.iterations=0", "mfvi.width=7"]));
        assert_eq!(before.intersection(&off).count(), 5 * 7);
        assert_eq!(before, keys(&["train.time_decay=0.5"]));
    }

    const TWO: &str = r#"
name = "two"
[axes]
"system.approach" = ["a4", "a8"]
seed = { count = 5 }
"#;

    const CONVENTIONS: &str = r#"zip = [
  { "eval.profile" = ["pure", "spert", "spert"],
    "eval.symmetric" = ["directed", "undirected_once", "double_count"] },
]
"#;

    /// What was trained and predicted is scored under every convention, and only that is new.
    #[test]
    fn conventions_share_what_they_score() {
        let one = plan(TWO, &[]);
        let several = plan(&format!("{TWO}{CONVENTIONS}"), &[]);
        assert_eq!((several.runs.len(), one.runs.len()), (30, 10));
        assert_eq!(several.trainings(), one.trainings());
        assert_eq!(several.steps.len(), one.steps.len() + 20);
        // A convention at its default is not described, and neither are types that it does not ask for.
        let keys = |plan: &Plan| -> HashSet<String> {
            plan.steps.iter().map(|step| step.key.clone()).collect()
        };
        assert!(keys(&one).is_subset(&keys(&several)));
        let scores = several.steps.iter().filter(|step| step.kind == "score");
        let described: std::collections::BTreeSet<String> =
            scores.map(|step| step.description.to_string()).collect();
        let described: Vec<String> = described.into_iter().collect();
        insta::assert_snapshot!(described.join("\n"), @r#"
        {"profile":"pure"}
        {"profile":"spert","symmetric":"double_count","symmetric_types":["ally-of","rival-of"]}
        {"profile":"spert","symmetric_types":["ally-of","rival-of"]}
        "#);
    }

    #[test]
    fn an_encoder_that_is_not_read_is_not_missed() {
        for (reads_none, reads_one) in [
            (
                ["system.kind=crone", "crone.context=none"],
                "crone.context=encoder",
            ),
            (
                ["system.kind=pmei", "pmei.base=bilstm"],
                "pmei.base=encoder",
            ),
        ] {
            let keys = |more: &[&str]| -> (Vec<String>, usize) {
                let plan = plan("name = \"one\"", &[&reads_none[..], more].concat());
                let steps = plan.steps.into_iter().map(|step| step.key);
                (steps.collect(), plan.missing.len())
            };
            let absent = "encoder.name=nowhere";
            assert_eq!(keys(&[]), keys(&[absent]));
            assert_eq!(keys(&[absent, "encoder.freeze=all", reads_one]).1, 1);
        }
    }

    #[test]
    fn runs_without_their_corpus_are_planned_and_not_possible() {
        let plan = plan(EIGHT, &["corpus.name=scierc", "seed=0"]);
        assert_eq!(plan.missing.len(), 1);
        assert_eq!(plan.missing[0].runs, 8);
        assert!(plan.possible().is_empty());
    }
}
