//! One thing wrong in an experiment, before it is shown.

use crate::spec::source::Place;

/// What is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) place: Option<Place>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Fault {
    /// A fault at a place.
    pub(crate) fn at(place: Place, message: impl Into<String>) -> Self {
        Self::maybe_at(Some(place), message)
    }

    /// A fault whose place may be unknown, as that of a built-in value.
    pub(crate) fn maybe_at(place: Option<Place>, message: impl Into<String>) -> Self {
        Self {
            place,
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

/// Adds the faults that are not there yet: one mistake in the file shows up again in every cell and profile.
pub(crate) fn extend_distinct(faults: &mut Vec<Fault>, more: Vec<Fault>) {
    for fault in more {
        if !faults
            .iter()
            .any(|known| known.place == fault.place && known.message == fault.message)
        {
            faults.push(fault);
        }
    }
}
