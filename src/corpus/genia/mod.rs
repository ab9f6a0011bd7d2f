//! The GENIA term corpus 3.02 (Kim et al. 2003) as its owners publish it: an archive with one XML file, in
//! which terms of biology nest. It is cut into words and entities as the usual preprocessing for nested
//! entities does it, so that scores can be compared.

mod archive;
mod markup;
mod read;
mod words;

pub(super) use archive::find_genia;
pub(super) use read::read_genia;
