//! The texts that an experiment is read from, and positions in them.

use miette::NamedSource;

/// A stretch of one of the [`Sources`], in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) source: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// One text: a file, the argument of a `--set`, or an environment variable.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// What the head of a snippet shows: a file name, `--set` or `environment`.
    pub(crate) name: String,
    pub(crate) text: String,
    /// For what is not a file: how a message without a snippet names it.
    pub(crate) label: Option<String>,
}

/// Every text read so far; a [`Place`] refers to one by its index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    /// Keeps a text and returns the index by which places refer to it.
    pub(crate) fn add(&mut self, source: Source) -> usize {
        self.0.push(source);
        self.0.len() - 1
    }

    /// The text as miette wants it.
    pub(crate) fn snippet(&self, place: Place) -> NamedSource<String> {
        let source = &self.0[place.source];
        NamedSource::new(&source.name, source.text.clone())
    }

    /// Names a place in one line: `file:line:column`, the flag, or the variable.
    pub(crate) fn describe(&self, place: Place) -> String {
        let source = &self.0[place.source];
        if let Some(label) = &source.label {
            return label.clone();
        }
        let before = source.text.get(..place.start).unwrap_or(&source.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        format!("{}:{line}:{column}", source.name)
    }
}
