//! Steps as a system drafts them, before they have keys.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::corpus::CorpusConfig;

/// A step with its inputs as indices of other drafts.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The kind of step.
    pub kind: &'static str,
    /// The kind's version.
    pub version: u32,
    /// What people read.
    pub label: String,
    /// All that decides the result.
    pub description: Value,
    /// The description's defaults: what equals them is not part of the step's key.
    pub defaults: Value,
    /// Drafts whose results this one reads.
    pub inputs: Vec<usize>,
    /// Whether the step trains a model.
    pub training: bool,
}

/// Drafts of a whole experiment; equal ones are one.
#[derive(Debug, Default)]
pub struct Drafts {
    drafts: Vec<Draft>,
    /// Corpora of drafts that read another than their run's.
    corpora: BTreeMap<usize, CorpusConfig>,
}

impl Drafts {
    /// Adds a draft, or finds the equal one that is already there; gives its index.
    pub fn add(&mut self, draft: Draft) -> usize {
        let same = |known: &Draft| {
            known.kind == draft.kind
                && known.version == draft.version
                && known.inputs == draft.inputs
                && known.description == draft.description
        };
        if let Some(index) = self.drafts.iter().position(same) {
            return index;
        }
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    /// The same for a draft that reads another corpus than its run's.
    pub fn add_of(&mut self, draft: Draft, corpus: &CorpusConfig) -> usize {
        let index = self.add(draft);
        self.corpora.insert(index, corpus.clone());
        index
    }

    /// Corpora of the drafts that read another than their run's, by index.
    pub fn corpora(&self) -> &BTreeMap<usize, CorpusConfig> {
        &self.corpora
    }

    /// The draft with this index.
    pub(crate) fn get(&self, index: usize) -> Option<&Draft> {
        self.drafts.get(index)
    }

    /// The inputs of the draft with this index.
    pub(crate) fn inputs(&self, index: usize) -> &[usize] {
        self.get(index).map_or(&[], |draft| &draft.inputs)
    }

    /// The distinct drafts; inputs come before what reads them.
    pub fn into_drafts(self) -> Vec<Draft> {
        self.drafts
    }
}

/// A configuration as a JSON value.
///
/// # Errors
/// When it holds what JSON cannot say, such as an infinite number.
pub fn value(data: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(data).map_err(|error| error.to_string())
}
