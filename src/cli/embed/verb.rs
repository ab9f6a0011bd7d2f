//! The verb: text in, states out.

use std::io::Read;
use std::path::Path;

use crate::encoder::words::{Lookup, WordVectors};
use crate::encoder::{
    EncoderError, HubSettings, ModelFolder, Pool, Reader, holds_word_vectors, open_device,
};

use super::super::arguments::{EmbedArguments, Rows};
use super::super::exit::{Exit, Problem};
use super::super::model::find;
use super::super::output::{complain, say};
use super::states::{States, of_encoder, of_vectors};
use super::write::{csv, safetensors};

pub(in crate::cli) fn embed(arguments: &EmbedArguments) -> Result<Exit, Problem> {
    let writer = Writer::of(arguments.output.as_deref())?;
    let sentences = sentences(arguments)?;
    let models = super::super::experiment::models(arguments.models.as_deref());
    let (name, revision) = (&arguments.model.name, arguments.model.revision.as_deref());
    let place = find(name, revision, &models, &HubSettings::from_environment())?;
    let states = if holds_word_vectors(&place.path) {
        word_vectors(&place.path, &sentences, arguments)?
    } else {
        let folder = ModelFolder::at(&place).map_err(Problem::set_up)?;
        let device = open_device(&arguments.device).map_err(Problem::set_up)?;
        let how = match arguments.rows {
            Rows::Pieces => None,
            Rows::First => Some(Pool::First),
            Rows::Last => Some(Pool::Last),
            Rows::Mean => Some(Pool::Mean),
        };
        Reader::open(&folder.path, arguments.keep_layers, &device)
            .and_then(|reader| of_encoder(&reader, &sentences, how))
            .map_err(Problem::set_up)?
    };
    writer.write(&states)?;
    Ok(Exit::Done)
}

fn word_vectors(
    folder: &Path,
    sentences: &[Vec<String>],
    arguments: &EmbedArguments,
) -> Result<States, Problem> {
    if arguments.keep_layers.is_some() || arguments.rows != Rows::Pieces {
        return Err(Problem::set_up(format!(
            "{}: vectors of whole words have neither layers nor pieces; leave out --keep-layers \
             and --rows",
            folder.display()
        )));
    }
    let words = sentences.iter().flatten().map(String::as_str);
    let vectors = WordVectors::open_for(folder, Lookup::ExactThenLower, words)
        .map_err(|error: EncoderError| Problem::set_up(error))?;
    let (states, unknown) = of_vectors(&vectors, sentences);
    if unknown > 0 {
        complain(&format!(
            "{unknown} of {} words have no vector; their rows are zeros",
            states.rows.len()
        ));
    }
    Ok(states)
}

/// The words of every sentence: texts of the command line, or lines of a file. An empty
/// one keeps its number.
fn sentences(arguments: &EmbedArguments) -> Result<Vec<Vec<String>>, Problem> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let sentences: Vec<Vec<String>> = match &arguments.file {
        None => arguments.text.iter().map(|text| words(text)).collect(),
        Some(path) => read(path)?.lines().map(words).collect(),
    };
    if sentences.iter().all(Vec::is_empty) {
        return Err(Problem::set_up("there is no text: all lines are empty"));
    }
    Ok(sentences)
}

/// The text of a file or of standard input.
fn read(path: &Path) -> Result<String, Problem> {
    let unreadable =
        |error: std::io::Error| Problem::set_up(format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
    } else {
        bytes = std::fs::read(path).map_err(unreadable)?;
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        Problem::set_up(format!("{}: line {line} is not UTF-8", path.display()))
    })?;
    // Some editors mark a file as UTF-8; the mark is no part of the first word.
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

/// The number of the line that a byte is in.
fn line_of(bytes: &[u8], place: usize) -> usize {
    bytes[..place].split(|byte| *byte == b'\n').count()
}

/// Where the states go.
enum Writer<'a> {
    Screen,
    Csv(&'a Path),
    Safetensors(&'a Path),
}

impl<'a> Writer<'a> {
    /// The form is told by the file's ending, before anything has been computed.
    fn of(output: Option<&'a Path>) -> Result<Self, Problem> {
        let Some(path) = output else {
            return Ok(Self::Screen);
        };
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Problem::set_up(format!(
                "{}: there is no folder {}",
                path.display(),
                folder.display()
            )));
        }
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => Ok(Self::Csv(path)),
            Some("safetensors") => Ok(Self::Safetensors(path)),
            _ => Err(Problem::set_up(format!(
                "{}: the file must end in .csv or .safetensors",
                path.display()
            ))),
        }
    }

    fn write(&self, states: &States) -> Result<(), Problem> {
        match self {
            Self::Screen => {
                let mut text = Vec::new();
                csv(states, &mut text).map_err(Problem::internal)?;
                say(&String::from_utf8_lossy(&text));
                Ok(())
            }
            Self::Csv(path) => {
                let fail = |error: String| Problem::set_up(format!("{}: {error}", path.display()));
                let file = std::fs::File::create(path).map_err(|error| fail(error.to_string()))?;
                csv(states, std::io::BufWriter::new(file)).map_err(|error| fail(error.to_string()))
            }
            Self::Safetensors(path) => safetensors(states, path).map_err(Problem::set_up),
        }
    }
}
