//! The command line: one small file per verb, and what they share.
//!
//! Data goes to standard output, everything else to standard error, and every way to
//! end has its exit code (`exit`).

mod arguments;
mod bench;
mod collect;
mod collect_errors;
mod collect_runs;
mod collect_work;
mod compare;
mod data;
mod diff;
mod embed;
mod exit;
mod experiment;
mod export;
mod gc;
mod job;
mod logs;
mod model;
mod naming;
mod output;
mod plan;
mod run;
mod schema;
mod score;
mod status;
mod step;

use clap::Parser;

pub use arguments::command;
use arguments::{Arguments, Verb};
pub use exit::Exit;

/// Reads the command line, does what it says, and tells how the process should end.
pub fn main() -> Exit {
    let arguments = Arguments::parse();
    let result = match &arguments.verb {
        Verb::Run(options) => run::run(options),
        Verb::Plan(options) => plan::plan(options),
        Verb::Bench(options) => bench::bench(options),
        Verb::Step(options) => step::step(options),
        Verb::Data(options) => data::data(options),
        Verb::Model(options) => model::model(options),
        Verb::Embed(options) => embed::embed(options),
        Verb::Status(options) => status::status(options),
        Verb::Logs(options) => logs::logs(options),
        Verb::Diff(options) => diff::diff(options),
        Verb::Gc(options) => gc::gc(options),
        Verb::Export(options) => export::export(options),
        Verb::Score(options) => score::score(options),
        Verb::Compare(options) => compare::compare(options),
        Verb::Schema => schema::schema(),
    };
    match result {
        Ok(Exit::Done) if output::lost() => Exit::SetUp,
        Ok(exit) => exit,
        Err(problem) => {
            output::complain(&problem.to_string());
            problem.exit()
        }
    }
}
