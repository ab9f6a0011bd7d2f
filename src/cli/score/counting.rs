//! What counts as right, as the command line says it.

use crate::score::{Convention, Profile, Scoring, Symmetric};

use super::super::exit::Problem;
use super::CountArguments;

/// A convention and the types that it concerns.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Counting {
    pub(in crate::cli) convention: Convention,
    /// The relation types without a direction, sorted.
    pub(in crate::cli) symmetric_types: Vec<String>,
    /// Whether predictions of types that gold never has are wrong instead of an error.
    pub(super) other_types: bool,
    by_type: bool,
}

impl Counting {
    /// # Errors
    /// Where the flags do not go together.
    pub(in crate::cli) fn new(arguments: &CountArguments, by_type: bool) -> Result<Self, Problem> {
        let convention = Convention::new(arguments.profile, arguments.symmetric);
        if convention.problem().is_some() {
            return Err(Problem::set_up(format!(
                "--symmetric {}: under the profile {} every relation has a direction; take --profile spert or \
                 iter, or leave --symmetric out",
                convention.symmetric.name(),
                convention.profile
            )));
        }
        if convention.symmetric == Symmetric::Directed && !arguments.symmetric_types.is_empty() {
            let why = match convention.profile {
                Profile::Iter | Profile::Spert => "with --symmetric directed",
                _ => "under this profile",
            };
            return Err(Problem::set_up(format!(
                "--symmetric-types: {why} every relation has a direction, so the types would change nothing; take \
                 --profile spert or iter with another --symmetric, or leave them out"
            )));
        }
        let mut symmetric_types = arguments.symmetric_types.clone();
        symmetric_types.sort_unstable();
        symmetric_types.dedup();
        Ok(Self {
            convention,
            symmetric_types,
            other_types: arguments.other_types,
            by_type,
        })
    }

    /// The scoring itself.
    pub(super) fn scoring(&self) -> Scoring {
        let scoring = Scoring::new(self.convention, &self.symmetric_types);
        if self.by_type {
            scoring.by_type()
        } else {
            scoring
        }
    }
}
