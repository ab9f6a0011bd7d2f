//! What a step reads from disk, opened and held against what it was planned with: a corpus,
//! encoder, vectors or features that changed since would be another experiment's.

use std::path::Path;

use super::crone::FeaturesIdentity;
use super::error::SystemError;
use super::identity::{CorpusIdentity, EncoderIdentity, VectorsIdentity};
use super::work::Work;
use crate::corpus::Corpus;
use crate::encoder::ModelFolder;
use crate::encoder::words::{Features, WordVectors};

/// The corpus that the step was planned with.
pub(super) fn open_corpus(work: &Work, identity: &CorpusIdentity) -> Result<Corpus, SystemError> {
    let corpus = work.hints.corpus.load(&work.hints.data)?;
    if corpus.content_hash() != identity.hash {
        return Err(SystemError::Changed {
            what: "corpus",
            name: work.hints.corpus.name.clone(),
        });
    }
    Ok(corpus)
}

/// The folder of the pretrained encoder that the step was planned with; none where it
/// is from scratch.
pub(super) fn open_model<'a>(
    work: &'a Work,
    identity: &EncoderIdentity,
) -> Result<Option<&'a Path>, SystemError> {
    let (Some(planned), Some(folder)) = (&identity.hash, work.hints.model.as_deref()) else {
        return Ok(None);
    };
    if ModelFolder::open(folder)?.content_hash()? == *planned {
        return Ok(Some(folder));
    }
    Err(SystemError::Changed {
        what: "encoder",
        name: work.hints.encoder.clone(),
    })
}

/// The folder or file of the word vectors that the step was planned with; none where it
/// reads none.
pub(super) fn open_vectors<'a>(
    work: &'a Work,
    identity: &VectorsIdentity,
) -> Result<Option<&'a Path>, SystemError> {
    let Some(planned) = &identity.hash else {
        return Ok(None);
    };
    let path = work.hints.vectors.as_deref();
    let path = path.ok_or(SystemError::NoVectors)?;
    if WordVectors::content_hash(path)? == *planned {
        return Ok(Some(path));
    }
    Err(SystemError::Changed {
        what: "word vectors' file",
        name: path.display().to_string(),
    })
}

/// The file of contextual features that the step was planned with; none where it reads none.
pub(super) fn open_features<'a>(
    work: &'a Work,
    identity: &FeaturesIdentity,
) -> Result<Option<&'a Path>, SystemError> {
    let Some(planned) = &identity.hash else {
        return Ok(None);
    };
    let path = work.hints.features.as_deref();
    let path = path.ok_or(SystemError::NoFeatures)?;
    if Features::content_hash(path)? == *planned {
        return Ok(Some(path));
    }
    Err(SystemError::Changed {
        what: "file of features",
        name: path.display().to_string(),
    })
}
