//! What dispatcher and worker say to each other, one JSON object a line.

use serde::{Deserialize, Serialize};

/// Ends the lines that one step wrote to the standard error of its worker: a character (record separator)
/// that no log line ends with by chance.
pub(super) const END_OF_STEP: char = '\u{1e}';

/// How far a running step is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// A few words, for example `epoch 11/20   dev Rel-C 71.4`.
    pub text: String,
    /// The part that is done, in 0..=1, where that is known.
    pub fraction: Option<f64>,
}

/// A line to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Request {
    /// The key of the step to execute.
    pub(super) run: String,
}

/// A line from the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Reply {
    Progress {
        key: String,
        text: String,
        fraction: Option<f64>,
    },
    Done {
        key: String,
        seconds: f64,
    },
    Failed {
        key: String,
        message: String,
        transient: bool,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn lines_have_the_documented_shape() {
        let text = |value: &Reply| serde_json::to_string(value).unwrap();
        assert_eq!(
            serde_json::to_string(&Request { run: "k".into() }).unwrap(),
            r#"{"run":"k"}"#
        );
        assert_eq!(
            text(&Reply::Progress {
                key: "k".into(),
                text: "t".into(),
                fraction: Some(0.5)
            }),
            r#"{"event":"progress","key":"k","text":"t","fraction":0.5}"#
        );
        assert_eq!(
            text(&Reply::Done {
                key: "k".into(),
                seconds: 1.5
            }),
            r#"{"event":"done","key":"k","seconds":1.5}"#
        );
        assert_eq!(
            text(&Reply::Failed {
                key: "k".into(),
                message: "m".into(),
                transient: false
            }),
            r#"{"event":"failed","key":"k","message":"m","transient":false}"#
        );
    }
}
