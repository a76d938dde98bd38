// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a verb answers, in both forms, before either is shown.

use crate::exit;

/// The answer of one verb.
#[derive(Debug)]
pub(crate) struct Answer {
    /// For people; ends with a newline.
    pub(crate) text: String,
    /// For programs; the `format` number is added when it is shown. `None` where it was
    /// shown already.
    pub(crate) json: Option<serde_json::Value>,
    /// The exit status.
    pub(crate) exit: u8,
}

impl Answer {
    /// The answer of a verb that did what it was asked to.
    pub(crate) fn done(text: String, json: serde_json::Value) -> Answer {
        Answer {
            text,
            json: Some(json),
            exit: exit::DONE,
        }
    }

    /// The answer of a verb that has shown it piece by piece, and whether that went well.
    pub(crate) fn shown(well: bool) -> Answer {
        Answer {
            text: String::new(),
            json: None,
            exit: if well { exit::DONE } else { exit::FAILED },
        }
    }
}
