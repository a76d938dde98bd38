// SPDX-License-Identifier: LGPL-2.1-or-later
//! Progress for the caller's `OstreeAsyncProgress`: the text that libostree has a key
//! for, and the numbers of steps under keys of our own.

use glib::translate::ToGlibPtr;
use glib_sys::GVariant;
use ostree_sys::ostree_async_progress_set;

use crate::capi::text::text;
use crate::options::Progress;

/// Tells `to`, all keys at once, so that nobody reads a half.
pub fn tell(to: &ostree::AsyncProgress, progress: &Progress) {
    let doing = text(&progress.doing);
    // SAFETY: triples of key, type and value as the types say, closed by NULL; the
    // strings are copied.
    unsafe {
        ostree_async_progress_set(
            to.to_glib_none().0,
            c"status".as_ptr(),
            c"s".as_ptr(),
            doing.as_ptr(),
            c"unlock-steps-done".as_ptr(),
            c"t".as_ptr(),
            progress.done,
            c"unlock-steps-total".as_ptr(),
            c"t".as_ptr(),
            progress.total,
            std::ptr::null::<GVariant>(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_arrives() {
        let to = ostree::AsyncProgress::new();
        tell(
            &to,
            &Progress {
                doing: "mounting".into(),
                done: 1,
                total: 3,
            },
        );
        assert_eq!(to.status().as_deref(), Some("mounting"));
        assert_eq!(to.uint64("unlock-steps-done"), 1);
        assert_eq!(to.uint64("unlock-steps-total"), 3);
    }
}
