//! Checksums as the hub gives them: SHA-256 for large files, git's for the others.

use std::io::Read;
use std::path::Path;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};

/// A checksum of a file's content, in lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Digest {
    /// SHA-256 of the content.
    Sha256(String),
    /// SHA-1 of the content behind git's header `blob <length>\0`.
    Git(String),
}

impl Digest {
    /// The kind of checksum that has so many digits; none if this is no checksum.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if !text.bytes().all(hexadecimal) {
            return None;
        }
        match text.len() {
            64 => Some(Self::Sha256(text.to_owned())),
            40 => Some(Self::Git(text.to_owned())),
            _ => None,
        }
    }

    /// The digits.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Sha256(digits) | Self::Git(digits) => digits,
        }
    }

    /// The checksum of the same kind that a file has.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn of_same_kind(&self, path: &Path) -> std::io::Result<Self> {
        let mut file = std::fs::File::open(path)?;
        let mut context = match self {
            Self::Sha256(_) => Context::new(&SHA256),
            Self::Git(_) => {
                let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
                context.update(format!("blob {}\0", file.metadata()?.len()).as_bytes());
                context
            }
        };
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => context.update(&buffer[..read]),
            }
        }
        let finished = context.finish();
        let digits: Vec<String> = finished
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(match self {
            Self::Sha256(_) => Self::Sha256(digits.concat()),
            Self::Git(_) => Self::Git(digits.concat()),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What `sha256sum` and `git hash-object` say of a file that holds `hello` and a
    /// line feed.
    const SHA256_OF_HELLO: &str =
        "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    const GIT_OF_HELLO: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

    #[test]
    fn both_kinds_agree_with_the_usual_tools() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hello\n").unwrap();
        for digits in [SHA256_OF_HELLO, GIT_OF_HELLO] {
            let digest = Digest::parse(digits).unwrap();
            assert_eq!(digest.of_same_kind(file.path()).unwrap(), digest);
            assert_eq!(digest.as_str(), digits);
        }
    }

    #[test]
    fn other_texts_are_no_checksums() {
        for text in [
            "",
            "abc",
            &"g".repeat(64),
            "../../../../etc/passwd",
            &"A".repeat(40),
        ] {
            assert_eq!(Digest::parse(text), None);
        }
    }
}
