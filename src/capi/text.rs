// SPDX-License-Identifier: LGPL-2.1-or-later
//! Texts and paths in the form of C, made once, when a result is handed over, so that
//! its getters can lend them out.

use std::ffi::{CStr, CString, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;

use glib::{GString, StrV};

/// A text for C: UTF-8 and without NUL bytes, which would cut it short.
pub fn text(text: &str) -> GString {
    GString::from(text.replace('\0', "\u{fffd}"))
}

/// A list of texts.
pub fn texts(list: &[String]) -> StrV {
    list.iter().map(|line| text(line)).collect()
}

/// A path for C: bytes. No path of the system has a NUL in it.
pub fn filename(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap_or_default()
}

/// Paths, and an array that ends with NULL of pointers to them.
pub struct Filenames {
    pointers: Vec<*const c_char>,
    _paths: Vec<CString>,
}

// SAFETY: the pointers are into texts that go with them, and that nobody changes.
unsafe impl Send for Filenames {}
// SAFETY: as above.
unsafe impl Sync for Filenames {}

impl Filenames {
    /// The array to lend out.
    pub fn as_ptr(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }
}

/// A list of paths.
pub fn filenames(list: &[PathBuf]) -> Filenames {
    let paths: Vec<CString> = list.iter().map(|path| filename(path)).collect();
    let pointers = paths.iter().map(|path| path.as_ptr());
    Filenames {
        pointers: pointers.chain([ptr::null()]).collect(),
        _paths: paths,
    }
}

/// A text that C passes; what is not UTF-8 in it is replaced. `None` for NULL.
///
/// # Safety
///
/// `text` is NULL or ends with a zero byte.
pub unsafe fn read_text(text: *const c_char) -> Option<String> {
    // SAFETY: the promise above.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })?;
    Some(text.to_string_lossy().into_owned())
}

/// A path that C passes; empty for NULL, which is a path of nothing.
///
/// # Safety
///
/// `path` is NULL or ends with a zero byte.
pub unsafe fn read_path(path: *const c_char) -> PathBuf {
    if path.is_null() {
        return PathBuf::new();
    }
    // SAFETY: the promise above.
    let path = unsafe { CStr::from_ptr(path) };
    OsStr::from_bytes(path.to_bytes()).into()
}

/// The pointer to lend out, NULL where there is no text.
pub fn pointer(text: Option<&GString>) -> *const c_char {
    text.map_or(ptr::null(), GString::as_ptr)
}

/// The pointer of a list to lend out.
pub fn list(texts: &StrV) -> *const *const c_char {
    texts.as_ptr().cast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_does_not_cut_a_text() {
        assert_eq!(text("a\0b").as_str(), "a\u{fffd}b");
        assert_eq!(text("").as_str(), "");
    }

    #[test]
    fn a_path_need_not_be_utf8() {
        let path = filename(Path::new(OsStr::from_bytes(b"/usr/\xff")));
        assert_eq!(path.as_bytes(), b"/usr/\xff");
    }
}
