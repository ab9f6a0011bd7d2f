//! `sweep run FILE`: the main job.

use crate::plan::Timing;
use crate::report;

use super::arguments::RunArguments;
use super::exit::{Exit, Problem};
use super::job::Job;
use super::output::{say, width};

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Problem> {
    if arguments.dry_run {
        return super::plan::show(&arguments.experiment, Timing::AsShown);
    }
    let job = Job::plan(arguments, Timing::AsShown)?;
    let outcome = job.carry_out()?;
    if let Some((input, page)) = job.report()? {
        say(&report::terminal(&input, width()).map_err(Problem::internal)?);
        say(&format!("\n{}", page.display()));
    }
    Ok(job.exit(&outcome))
}
