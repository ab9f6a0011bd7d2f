//! `[report]`: what the report shows beyond tables and plots.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the page of the report shows beyond tables and plots.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportOptions {
    /// How many sentences with errors are shown of each cell. Without a number, three of a generated corpus and none of
    /// any other: the text of a corpus may not be anybody's to publish, and reports are made to be passed on.
    pub examples: Option<u32>,
}
