//! What is wrong with an experiment, shown with file, line and caret.

use std::error::Error;
use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NamedSource, SourceSpan};

use crate::spec::fault::Fault;
use crate::spec::source::Sources;

/// Everything that is wrong with an experiment, in the order of the file.
///
/// With one mistake it is that mistake; with several they are its related diagnostics. `Display` gives a line for
/// each mistake, `file:line:column: message`; [`SpecError::render`] gives snippets.
pub struct SpecError {
    mistakes: Vec<Mistake>,
    experiment: String,
}

/// One mistake, with the text in which it stands.
struct Mistake {
    message: String,
    /// The message with its place in front, for output without snippets.
    line: String,
    help: Option<String>,
    snippet: Option<(NamedSource<String>, SourceSpan)>,
}

impl SpecError {
    /// Faults and the texts in which they stand.
    pub(crate) fn new(experiment: &str, mut faults: Vec<Fault>, sources: &Sources) -> Self {
        faults.sort_by_key(|fault| fault.place);
        let mistake = |fault: Fault| Mistake {
            line: fault.place.map_or_else(
                || format!("{experiment}: {}", fault.message),
                |place| format!("{}: {}", sources.describe(place), fault.message),
            ),
            snippet: fault.place.map(|place| {
                let length = place.end.saturating_sub(place.start);
                (
                    sources.snippet(place),
                    SourceSpan::from((place.start, length)),
                )
            }),
            message: fault.message,
            help: fault.help,
        };
        Self {
            mistakes: faults.into_iter().map(mistake).collect(),
            experiment: experiment.to_owned(),
        }
    }

    /// How many mistakes there are, at least one.
    pub fn count(&self) -> usize {
        self.mistakes.len()
    }

    /// The text for a terminal: every mistake with its lines of the file, a caret, and what to do.
    pub fn render(&self, colour: bool) -> String {
        let theme = if colour {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_width(100);
        let mut text = String::new();
        for mistake in &self.mistakes {
            if handler.render_report(&mut text, mistake).is_err() {
                text.push_str(&mistake.line);
            }
        }
        text
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> = self
            .mistakes
            .iter()
            .map(|mistake| mistake.line.as_str())
            .collect();
        formatter.write_str(&lines.join("\n"))
    }
}

impl fmt::Debug for SpecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "SpecError in {}:\n{}",
            self.experiment,
            self.render(false)
        )
    }
}

impl Error for SpecError {}

impl Diagnostic for SpecError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.only()?.help()
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.only()?.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        self.only()?.labels()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.only().is_some() {
            return None;
        }
        Some(Box::new(
            self.mistakes
                .iter()
                .map(|mistake| mistake as &dyn Diagnostic),
        ))
    }
}

impl SpecError {
    fn only(&self) -> Option<&Mistake> {
        match self.mistakes.as_slice() {
            [mistake] => Some(mistake),
            _ => None,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl fmt::Debug for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.line)
    }
}

impl Error for Mistake {}

impl Diagnostic for Mistake {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.snippet
            .as_ref()
            .map(|(source, _)| source as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let (_, span) = self.snippet.as_ref()?;
        Some(Box::new(std::iter::once(
            miette::LabeledSpan::new_with_span(None, *span),
        )))
    }
}
