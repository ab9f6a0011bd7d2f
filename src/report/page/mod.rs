//! The report page: one HTML file that needs no other file and no network, and is whole without its script.

mod errors;
mod layers;
mod methods;
mod render;
mod runs;
mod sparkline;
mod table;
mod work;

pub(super) use render::render;
