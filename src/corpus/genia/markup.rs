//! The articles of the XML text, with their marked terms.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Article {
    /// Its number in MEDLINE.
    pub(super) key: String,
    /// The sentences of title and abstract, in the order of the text.
    pub(super) sentences: Vec<Marked>,
}

/// A sentence with its terms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Marked {
    /// The sentence without markup.
    pub(super) text: String,
    /// The terms, a term after those inside it.
    pub(super) terms: Vec<Term>,
}

/// A marked stretch of a sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Term {
    /// The byte of the sentence's text that it begins at.
    pub(super) start: usize,
    /// The byte after its last.
    pub(super) end: usize,
    /// What it means, as in `G#protein_molecule`; coordinated terms have several meanings in brackets, and their
    /// parts none.
    pub(super) meaning: Option<String>,
}

/// A fault of the text: the byte it is at, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) byte: usize,
    pub(super) message: String,
}

/// Reads all articles.
///
/// # Errors
/// The first [`Fault`]: the text is no XML, or not of this kind.
pub(super) fn articles(text: &str) -> Result<Vec<Article>, Fault> {
    let mut reader = Reader::from_str(text);
    let mut reading = Reading::default();
    loop {
        let before = reader.buffer_position();
        let event = reader.read_event().map_err(|error| Fault {
            byte: reader.error_position() as usize,
            message: error.to_string(),
        })?;
        if event == Event::Eof {
            break;
        }
        reading.take(&event).map_err(|message| Fault {
            byte: before as usize,
            message,
        })?;
    }
    match reading.inside {
        Inside::Nothing => Ok(reading.articles),
        _ => Err(Fault {
            byte: text.len(),
            message: "the text ends inside an article".into(),
        }),
    }
}

/// Where in an article the reader is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    Article,
    Number,
    Sentence,
}

/// What is read so far.
#[derive(Default)]
struct Reading {
    articles: Vec<Article>,
    inside: Inside,
    /// Terms of the sentence that have begun and not ended, the innermost last.
    open: Vec<Term>,
}

impl Reading {
    fn take(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => {
                self.end(tag.name().as_ref());
                Ok(())
            }
            Event::Empty(tag) if self.inside == Inside::Sentence => Err(format!(
                "`{}` without text in a sentence",
                tag.name().as_ref()
            )),
            Event::Text(text) => {
                self.text(&text.xml10_content());
                Ok(())
            }
            Event::CData(text) => {
                self.text(&text.xml10_content());
                Ok(())
            }
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let character = reference
                    .resolve_char_ref()
                    .map_err(|error| error.to_string())?;
                match (character, quick_xml::escape::resolve_xml_entity(&name)) {
                    (Some(character), _) => self.text(character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => self.text(text),
                    (None, None) => return Err(format!("unknown character `&{name};`")),
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, tag: &BytesStart) -> Result<(), String> {
        let name = tag.name();
        match (self.inside, name.as_ref()) {
            (Inside::Nothing, "article") => {
                self.articles.push(Article::default());
                self.inside = Inside::Article;
            }
            (Inside::Article, "bibliomisc") => self.inside = Inside::Number,
            (Inside::Article, "sentence") => {
                if let Some(article) = self.articles.last_mut() {
                    article.sentences.push(Marked::default());
                }
                self.inside = Inside::Sentence;
            }
            (Inside::Sentence, "cons") => {
                let meaning = match tag.try_get_attribute("sem") {
                    Ok(meaning) => meaning.map(|attribute| attribute.value.into_owned()),
                    Err(error) => return Err(error.to_string()),
                };
                let start = self.sentence().map_or(0, |sentence| sentence.text.len());
                self.open.push(Term {
                    start,
                    end: start,
                    meaning,
                });
            }
            (Inside::Sentence, other) => {
                return Err(format!(
                    "`{other}` in a sentence; only `cons` belongs there, as in the term corpus without parts of speech"
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match (self.inside, name) {
            (Inside::Article, "article") => self.inside = Inside::Nothing,
            (Inside::Number, "bibliomisc") | (Inside::Sentence, "sentence") => {
                self.inside = Inside::Article;
            }
            (Inside::Sentence, "cons") => {
                if let Some(mut term) = self.open.pop()
                    && let Some(sentence) = self.sentence()
                {
                    term.end = sentence.text.len();
                    sentence.terms.push(term);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match self.inside {
            Inside::Number => {
                if let Some(article) = self.articles.last_mut() {
                    article.key.push_str(text.trim());
                }
            }
            Inside::Sentence => {
                if let Some(sentence) = self.sentence() {
                    sentence.text.push_str(text);
                }
            }
            Inside::Nothing | Inside::Article => {}
        }
    }

    fn sentence(&mut self) -> Option<&mut Marked> {
        self.articles.last_mut()?.sentences.last_mut()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOOD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE set SYSTEM "gpml.dtd">
<set>
<article><articleinfo><bibliomisc>MEDLINE:1</bibliomisc></articleinfo>
<title><sentence>A <cons lex="b_gene" sem="G#DNA_N/A"><cons lex="b" sem="G#protein_molecule">b</cons> gene</cons> &lt; 5.</sentence></title>
<abstract><sentence><cons lex="(AND x y)" sem="(AND G#cell_type G#cell_type)"><cons lex="x*">x</cons> and y</cons></sentence></abstract>
</article>
</set>"#;

    fn shown(sentence: &Marked) -> Vec<(&str, Option<&str>)> {
        let term = |term: &'_ Term| (term.start, term.end);
        let places = sentence.terms.iter().map(term);
        let meanings = sentence.terms.iter().map(|term| term.meaning.as_deref());
        let texts = places.map(|(start, end)| &sentence.text[start..end]);
        texts.zip(meanings).collect()
    }

    #[test]
    fn terms_are_read_from_the_inside_out() {
        let articles = articles(GOOD).unwrap();
        let [article] = &articles[..] else {
            unreachable!("one article")
        };
        assert_eq!(article.key, "MEDLINE:1");
        assert_eq!(article.sentences[0].text, "A b gene < 5.");
        assert_eq!(
            shown(&article.sentences[0]),
            [
                ("b", Some("G#protein_molecule")),
                ("b gene", Some("G#DNA_N/A"))
            ]
        );
        assert_eq!(
            shown(&article.sentences[1]),
            [
                ("x", None),
                ("x and y", Some("(AND G#cell_type G#cell_type)"))
            ]
        );
    }

    #[test]
    fn faults_have_a_place() {
        let broken = |from: &str, to: &str| {
            assert!(GOOD.contains(from), "{from}");
            let text = GOOD.replacen(from, to, 1);
            let Fault { byte, message } = articles(&text).unwrap_err();
            let line = text[..byte].matches('\n').count() + 1;
            format!("{line}: {message}")
        };
        let error = broken("b</cons>", "<w c=\"NN\">b</w></cons>");
        assert!(
            error.starts_with("5: `w` in a sentence; only `cons`"),
            "{error}"
        );
        assert_eq!(
            broken("&lt;", "&eacute;"),
            "5: unknown character `&eacute;`"
        );
        assert_eq!(
            broken(" and y", "<br/>"),
            "6: `br` without text in a sentence"
        );
        let error = broken("</title>", "");
        assert!(error.starts_with("7: ill-formed document"), "{error}");
        assert_eq!(
            broken("</article>\n</set>", ""),
            "7: the text ends inside an article"
        );
    }
}
