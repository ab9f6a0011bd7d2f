//! The corpus with its usual splits.

use std::collections::HashMap;
use std::path::Path;

use super::archive::xml_text;
use super::markup::articles;
use super::words::sentence;
use crate::corpus::arrange::Parts;
use crate::corpus::{CorpusError, Document};

/// Sentences of train, dev and test, in the order of the file.
const SIZES: [usize; 3] = [15_023, 1_669, 1_854];

/// Reads the archive or the XML file. Documents are articles, title first; the two in which a split ends are
/// divided between it and the next one.
///
/// # Errors
/// [`CorpusError::Read`], [`CorpusError::Malformed`], and [`CorpusError::Unreadable`] where the number of
/// sentences is another one, since the splits are numbers of sentences.
pub(in crate::corpus) fn read_genia(path: &Path) -> Result<Parts, CorpusError> {
    let text = xml_text(path)?;
    let documents = documents(&text).map_err(|(byte, message)| CorpusError::Malformed {
        path: path.into(),
        line: text
            .bytes()
            .take(byte)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1,
        document: None,
        field: "markup".into(),
        message,
    })?;
    let [train, dev, test] = cut(documents, SIZES).map_err(|found| CorpusError::Unreadable {
        path: path.into(),
        message: format!(
            "{found} sentences, where the splits need {}",
            SIZES.iter().sum::<usize>()
        ),
    })?;
    Ok(Parts {
        train,
        dev: Some(dev),
        test,
        ..Parts::default()
    })
}

/// The articles as documents. An article that is there twice has its number once more, counted.
fn documents(text: &str) -> Result<Vec<Document>, (usize, String)> {
    let articles = articles(text).map_err(|fault| (fault.byte, fault.message))?;
    let mut seen: HashMap<String, usize> = HashMap::new();
    let document = |article: super::markup::Article| {
        let times = seen.entry(article.key.clone()).or_default();
        *times += 1;
        Document {
            key: match *times {
                1 => article.key,
                times => format!("{} ({times})", article.key),
            },
            sentences: article.sentences.iter().map(sentence).collect(),
        }
    };
    Ok(articles.into_iter().map(document).collect())
}

/// Cuts documents after so many sentences, where need be in the middle of one; or the number of sentences, if
/// it is not the sum of these.
fn cut(documents: Vec<Document>, sizes: [usize; 3]) -> Result<[Vec<Document>; 3], usize> {
    let found: usize = documents.iter().map(|one| one.sentences.len()).sum();
    if found != sizes.iter().sum::<usize>() {
        return Err(found);
    }
    let mut rest = documents.into_iter();
    let mut begun: Option<Document> = None;
    Ok(sizes.map(|size| {
        let mut wanted = size;
        let mut split = Vec::new();
        while wanted > 0
            && let Some(mut document) = begun.take().or_else(|| rest.next())
        {
            if document.sentences.len() > wanted {
                begun = Some(Document {
                    key: document.key.clone(),
                    sentences: document.sentences.split_off(wanted),
                });
            }
            wanted -= document.sentences.len();
            split.push(document);
        }
        split
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ARTICLE: &str = "<article><articleinfo><bibliomisc>M:1</bibliomisc></articleinfo>\
        <title><sentence>One</sentence></title><abstract><sentence>Two.</sentence></abstract></article>\n";

    #[test]
    fn articles_are_documents_with_keys_of_their_own() {
        let documents = documents(&format!("<set>{ARTICLE}{ARTICLE}</set>")).unwrap();
        let keys: Vec<&str> = documents.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["M:1", "M:1 (2)"]);
        assert_eq!(documents[0].sentences[1].tokens, ["Two", "."]);
    }

    #[test]
    fn splits_end_where_they_must() {
        let text = format!("<set>{}</set>", ARTICLE.repeat(4));
        let sizes = |sizes| {
            let splits = cut(documents(&text).unwrap(), sizes)?;
            Ok::<_, usize>(splits.map(|split| -> Vec<usize> {
                split.iter().map(|one| one.sentences.len()).collect()
            }))
        };
        assert_eq!(sizes([3, 1, 4]).unwrap(), [vec![2, 1], vec![1], vec![2, 2]]);
        assert_eq!(sizes([4, 1, 3]).unwrap(), [vec![2, 2], vec![1], vec![1, 2]]);
        assert_eq!(sizes([4, 0, 4]).unwrap(), [vec![2, 2], vec![], vec![2, 2]]);
        assert_eq!(sizes([4, 4, 4]), Err(8));
    }

    #[test]
    fn faults_name_the_line_and_the_splits() {
        let folder = tempfile::tempdir().unwrap();
        let told = |text: &str| {
            let path = folder.path().join("GENIAcorpus3.02.xml");
            std::fs::write(&path, text).unwrap();
            let told = read_genia(&path).unwrap_err().to_string();
            told.replace(&format!("{}/", folder.path().display()), "")
        };
        insta::assert_snapshot!(told(&format!("<set>\n{ARTICLE}</set>")), @"GENIAcorpus3.02.xml holds no readable corpus: 2 sentences, where the splits need 18546");
        let broken = ARTICLE.replace("Two", "<w>Two</w>");
        insta::assert_snapshot!(told(&format!("<set>\n{ARTICLE}{broken}</set>")), @"GENIAcorpus3.02.xml:3: markup: `w` in a sentence; only `cons` belongs there, as in the term corpus without parts of speech");
    }
}
