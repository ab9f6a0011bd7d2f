//! Finding the corpus's XML text, in the archive or beside it.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tar::Archive;

use crate::corpus::CorpusError;

/// The XML file in the archive.
const XML: &str = "GENIAcorpus3.02.xml";

/// Where it may lie below the corpus's folder: as published, or unpacked.
const PLACES: [&str; 3] = [
    XML,
    "GENIA_term_3.02/GENIAcorpus3.02.xml",
    "GENIAcorpus3.02.tgz",
];

/// The archive or the XML file in a folder.
pub(in crate::corpus) fn find_genia(folder: &Path) -> Option<PathBuf> {
    let places = PLACES.iter().map(|place| folder.join(place));
    places.into_iter().find(|path| path.is_file())
}

/// The XML text of the archive, or of the file itself.
///
/// # Errors
/// [`CorpusError::Read`] where the file cannot be read or unpacked, [`CorpusError::Unreadable`] where the archive
/// holds no such text.
pub(super) fn xml_text(path: &Path) -> Result<String, CorpusError> {
    let failed = |source| CorpusError::Read {
        path: path.into(),
        source,
    };
    if path.extension().is_some_and(|ending| ending == "xml") {
        return std::fs::read_to_string(path).map_err(failed);
    }
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut archive = Archive::new(GzDecoder::new(file));
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        let wanted = entry.path().map_err(failed)?.file_name() == Some(XML.as_ref());
        if wanted {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(failed)?;
            return Ok(text);
        }
    }
    Err(CorpusError::Unreadable {
        path: path.into(),
        message: format!("expected {XML} in the archive"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn archive(path: &Path, name: &str, text: &str) {
        let file = std::fs::File::create(path).unwrap();
        let mut builder = tar::Builder::new(GzEncoder::new(file, Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, name, text.as_bytes())
            .unwrap();
        builder.into_inner().unwrap().finish().unwrap();
    }

    #[test]
    fn the_text_is_found_packed_and_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find_genia(folder.path()), None);
        let packed = folder.path().join("GENIAcorpus3.02.tgz");
        archive(&packed, "GENIA_term_3.02/GENIAcorpus3.02.xml", "<set/>");
        assert_eq!(find_genia(folder.path()), Some(packed.clone()));
        assert_eq!(xml_text(&packed).unwrap(), "<set/>");
        let unpacked = folder.path().join("GENIAcorpus3.02.xml");
        std::fs::write(&unpacked, "<set></set>").unwrap();
        assert_eq!(find_genia(folder.path()), Some(unpacked.clone()));
        assert_eq!(xml_text(&unpacked).unwrap(), "<set></set>");
    }

    #[test]
    fn another_archive_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("GENIAcorpus3.02.tgz");
        archive(&path, "readme.txt", "nothing");
        let error = xml_text(&path).unwrap_err().to_string();
        assert!(
            error
                .ends_with("holds no readable corpus: expected GENIAcorpus3.02.xml in the archive"),
            "{error}"
        );
        std::fs::write(&path, "no archive").unwrap();
        assert!(
            xml_text(&path)
                .unwrap_err()
                .to_string()
                .starts_with("cannot read ")
        );
    }
}
