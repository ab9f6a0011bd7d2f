//! The configuration of a run: the sections that are not the experiment language's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::crone::{Context, CroneConfig};
use super::iter::IterConfig;
use super::jointere::{JointEreConfig, MeanFieldConfig, PrunerConfig, approach};
use super::pmei::{Base, PmeiConfig};
use super::pure::{Approach, Entities, JointBaselineConfig, PureConfig};
use super::speed::SpeedConfig;
use crate::corpus::{CorpusConfig, Split};
use crate::encoder::words::VectorsConfig;
use crate::encoder::{EncoderConfig, Freeze};
use crate::score::{Convention, Profile, Symmetric};
use crate::spec::{self, Problem};
use crate::train::Recipe;

/// All that decides a run but its seed and its fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Configuration {
    /// Where models run: `cpu`, `cuda:0`, `tch:cpu`, `tch:cuda:0`. It decides how fast,
    /// not what, and so is no part of a step.
    pub device: String,
    /// The documents.
    pub corpus: CorpusConfig,
    /// The encoder.
    pub encoder: EncoderConfig,
    /// Pretrained word vectors, for the systems that read them.
    pub vectors: VectorsConfig,
    /// The system and its variant.
    pub system: SystemConfig,
    /// Switches of JointERE.
    pub jointere: JointEreConfig,
    /// How spans are kept for the modules that decide entities and relations together.
    pub pruner: PrunerConfig,
    /// High-order inference of the modules that decide two tasks.
    pub mfvi: MeanFieldConfig,
    /// Switches of PURE.
    pub pure: PureConfig,
    /// Switches of the joint model that PURE is compared with.
    pub joint_baseline: JointBaselineConfig,
    /// Switches of ITER.
    pub iter: IterConfig,
    /// Switches of PMEI.
    pub pmei: PmeiConfig,
    /// Switches of Crone.
    pub crone: CroneConfig,
    /// The training recipe.
    pub train: Recipe,
    /// What is scored, and how.
    pub eval: Evaluation,
    /// How inference is timed.
    pub speed: SpeedConfig,
}

/// The system and its variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SystemConfig {
    /// The system.
    pub kind: SystemKind,
    /// How the system divides the task. For JointERE a1 to a8 (a4 unless given), or its
    /// modules in order as in `ei-nerre`; for PURE `pipeline` (unless given), `shared`,
    /// `joint`, or `entities` for the entity model alone; ITER, PMEI and Crone have one
    /// each, `iter`, `pmei` and `crone`.
    pub approach: String,
}

/// The systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SystemKind {
    /// Yan et al. 2022.
    JointEre,
    /// Zhong and Chen 2021.
    Pure,
    /// Hennen et al. 2024.
    Iter,
    /// Sun et al. 2021.
    Pmei,
    /// Crone 2020.
    Crone,
}

/// What is scored, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Evaluation {
    /// The scoring profile: what counts as right.
    pub profile: Profile,
    /// How relations without a direction are counted; as the profile does it unless given.
    pub symmetric: Option<Symmetric>,
    /// The split that tables show.
    pub split: EvaluationSplit,
    /// Whether of several given entities with the same words only the first is paired
    /// with others; PURE's release pairs them all.
    pub dedupe_spans: bool,
}

/// Splits that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EvaluationSplit {
    /// The training split, as Table 4 of JointERE shows it.
    Train,
    /// The development split.
    Dev,
    /// The test split.
    Test,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            device: "cpu".to_owned(),
            corpus: CorpusConfig::default(),
            encoder: EncoderConfig::default(),
            vectors: VectorsConfig::default(),
            system: SystemConfig::default(),
            jointere: JointEreConfig::default(),
            pruner: PrunerConfig::default(),
            mfvi: MeanFieldConfig::default(),
            pure: PureConfig::default(),
            joint_baseline: JointBaselineConfig::default(),
            iter: IterConfig::default(),
            pmei: PmeiConfig::default(),
            crone: CroneConfig::default(),
            train: Recipe::default(),
            eval: Evaluation::default(),
            speed: SpeedConfig::default(),
        }
    }
}

impl Configuration {
    /// Whether the encoder is read. Where it is not, none is needed, and no step changes with
    /// it.
    pub fn reads_encoder(&self) -> bool {
        match self.system.kind {
            SystemKind::JointEre | SystemKind::Pure | SystemKind::Iter => true,
            SystemKind::Crone => self.crone.context == Context::Encoder,
            SystemKind::Pmei => self.pmei.base == Base::Encoder,
        }
    }

    /// Whether word vectors are read. Where they are not, none are needed, and no step changes
    /// with them.
    pub fn reads_vectors(&self) -> bool {
        match self.system.kind {
            SystemKind::JointEre | SystemKind::Pure | SystemKind::Iter => false,
            SystemKind::Crone => true,
            SystemKind::Pmei => self.pmei.base == Base::Bilstm,
        }
    }
}

impl Default for SystemConfig {
    fn default() -> Self {
        Self {
            kind: SystemKind::JointEre,
            approach: String::new(),
        }
    }
}

impl Default for Evaluation {
    fn default() -> Self {
        Self {
            profile: Profile::Pure,
            symmetric: None,
            split: EvaluationSplit::Test,
            dedupe_spans: false,
        }
    }
}

impl SystemConfig {
    /// The approach, or the system's own where none is given.
    pub fn approach(&self) -> &str {
        match (self.approach.as_str(), self.kind) {
            ("", SystemKind::JointEre) => "a4",
            ("", SystemKind::Pure) => "pipeline",
            ("", SystemKind::Iter) => "iter",
            ("", SystemKind::Pmei) => "pmei",
            ("", SystemKind::Crone) => "crone",
            (given, _) => given,
        }
    }
}

impl Evaluation {
    /// What counts as right.
    pub fn convention(&self) -> Convention {
        Convention::new(self.profile, self.symmetric)
    }
}

impl From<EvaluationSplit> for Split {
    fn from(split: EvaluationSplit) -> Self {
        match split {
            EvaluationSplit::Train => Self::Train,
            EvaluationSplit::Dev => Self::Dev,
            EvaluationSplit::Test => Self::Test,
        }
    }
}

impl spec::Configuration for Configuration {
    fn problems(&self) -> Vec<Problem> {
        let within = |section: &'static str, problems: Vec<(String, String)>| {
            problems
                .into_iter()
                .map(move |(key, reason)| Problem::new(format!("{section}.{key}"), reason))
        };
        let mut problems: Vec<Problem> = within("corpus", self.corpus.problems())
            .chain(within("encoder", self.encoder.problems()))
            .chain(within("vectors", self.vectors.problems()))
            .chain(within("jointere", self.jointere.problems()))
            .chain(within("pruner", self.pruner.problems()))
            .chain(within("mfvi", self.mfvi.problems()))
            .chain(within("pure", self.pure.problems()))
            .chain(within("joint_baseline", self.joint_baseline.problems()))
            .chain(within("iter", self.iter.problems()))
            .chain(within("pmei", self.pmei.problems()))
            .chain(within("crone", self.crone.problems()))
            .chain(within("train", self.train.problems()))
            .chain(within("speed", self.speed.problems()))
            .collect();
        let convention = self.eval.convention().problem();
        problems.extend(convention.map(|reason| Problem::new("eval.symmetric", reason)));
        let reads_states =
            self.system.kind == SystemKind::Crone && self.crone.context == Context::Encoder;
        if reads_states && self.encoder.is_scratch() {
            problems.push(Problem::new(
                "encoder.name",
                "must name a pretrained encoder under crone.context = \"encoder\"; one from \
                 scratch has nothing to say of a word",
            ));
        } else if reads_states && self.encoder.freeze != Freeze::All {
            problems.push(Problem::new(
                "encoder.freeze",
                "must be \"all\" under crone.context = \"encoder\": Crone reads a pretrained \
                 encoder's states and does not train it",
            ));
        }
        let name = self.system.approach();
        let known = match self.system.kind {
            SystemKind::JointEre => approach(name).map(drop),
            SystemKind::Pure => name.parse::<Approach>().map(|approach| {
                if approach == Approach::Joint && self.pure.entities == Entities::Gold {
                    problems.push(Problem::new(
                        "pure.entities",
                        "a joint model cannot be given entities; set \"predicted\"",
                    ));
                }
            }),
            SystemKind::Pmei if name.eq_ignore_ascii_case("pmei") => Ok(()),
            SystemKind::Pmei => Err(format!(
                "`{name}` is no approach of PMEI, which has one, pmei; set `pmei.variant`"
            )),
            SystemKind::Iter if name.eq_ignore_ascii_case("iter") => Ok(()),
            SystemKind::Iter => Err(format!(
                "`{name}` is no approach of ITER, which has one: iter"
            )),
            SystemKind::Crone if name.eq_ignore_ascii_case("crone") => Ok(()),
            SystemKind::Crone => Err(format!(
                "`{name}` is no approach of Crone, which has one: crone"
            )),
        };
        if let Err(reason) = known {
            problems.push(Problem::new("system.approach", reason));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::spec::Configuration as _;
    use serde_json::json;

    #[test]
    fn a_joint_model_is_given_no_entities() {
        let problems = |approach: &str, entities: &str| {
            let configuration: Configuration = serde_json::from_value(json!({
                "system": { "kind": "pure", "approach": approach },
                "pure": { "entities": entities },
                "joint_baseline": { "kept_share": 0.0 },
            }))
            .unwrap();
            let problems = configuration.problems().into_iter();
            problems.map(|one| one.key).collect::<Vec<_>>()
        };
        let share = "joint_baseline.kept_share";
        assert_eq!(problems("joint", "predicted"), [share]);
        assert_eq!(problems("joint", "gold"), [share, "pure.entities"]);
        assert_eq!(problems("pipeline", "gold"), [share]);
    }

    #[test]
    fn lists_are_counted_with_directions() {
        let problems = |profile: &str, symmetric: &str| {
            let configuration: Configuration = serde_json::from_value(json!({
                "eval": { "profile": profile, "symmetric": symmetric },
            }))
            .unwrap();
            configuration.problems()
        };
        assert_eq!(problems("pure", "directed"), []);
        assert_eq!(problems("iter", "double_count"), []);
        let problem = &problems("pure", "undirected_once")[0];
        assert_eq!(problem.key, "eval.symmetric");
        insta::assert_snapshot!(problem.message, @r#"is "undirected_once", but the profile "pure" counts lists in which every relation has a direction; set `eval.profile` to "spert" or "iter", which count sets, or leave `eval.symmetric` out"#);
    }
}
