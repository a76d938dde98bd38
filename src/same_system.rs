// SPDX-License-Identifier: LGPL-2.1-or-later
//! Whether two commits are of the same system: the same operating system, for the same kind of
//! machine. Says what differs; what becomes of that is decided elsewhere.

use std::io::Read;
use std::path::Path;
use std::rc::Rc;

use crate::error::{Error, Kind, Result};
use crate::linkage;
use crate::ostree::publish;
use crate::tree::whole::Whole;
use crate::tree::{self, FileType, Node};

/// A program that every system has, and starts.
const SHELL: &str = "/usr/bin/sh";

/// What makes `there` another system than `here`, both commits; `None` where nothing is known to.
pub fn difference(repo: &ostree::Repo, here: &str, there: &str) -> Result<Option<String>> {
    let root = |commit| tree::commit::root(repo, commit);
    let (old, new) = (root(here)?, root(there)?);
    Ok(differs(os_id(&old)?, os_id(&new)?)
        .or(told_architectures(repo, here, there)?)
        .or(differs(machine(&old)?, machine(&new)?)))
}

/// The refusal of one that is.
pub fn other(commit: &str, how: &str) -> Error {
    Error::new(
        Kind::InvalidArgument,
        format!("the commit {commit} is another system: {how}"),
    )
}

/// The same as far as two commits tell themselves; also where nothing but the commit is there.
pub fn told_architectures(repo: &ostree::Repo, here: &str, there: &str) -> Result<Option<String>> {
    let of = |commit| publish::architecture(repo, commit);
    Ok(differs(of(here)?, of(there)?))
}

fn differs(here: Option<String>, there: Option<String>) -> Option<String> {
    let (here, there) = (here?, there?);
    (here != there).then(|| format!("{there}, and not {here}"))
}

/// The `ID` of os-release(5).
fn os_id(root: &Rc<dyn Node>) -> Result<Option<String>> {
    let Some(file) = tree::lookup(root, Path::new("usr/lib/os-release"))? else {
        return Ok(None);
    };
    if file.side().file_type != FileType::Regular {
        return Ok(None);
    }
    let mut text = Vec::new();
    file.open()?
        .take(64 << 10)
        .read_to_end(&mut text)
        .map_err(|e| Error::io("reading usr/lib/os-release", e))?;
    let text = String::from_utf8_lossy(&text);
    let id = text.lines().find_map(|line| line.strip_prefix("ID="));
    Ok(id.map(|id| id.trim_matches(['"', '\'']).to_owned()))
}

/// What kind of machine its shell is for.
fn machine(root: &Rc<dyn Node>) -> Result<Option<String>> {
    let whole = Whole {
        top: "/".into(),
        root: Rc::clone(root),
    };
    match whole.follow(Path::new(SHELL))? {
        Some((_, shell)) => linkage::machine(&*shell),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn bytes_of_another_encoding_hide_no_id() {
        let top = std::env::temp_dir().join(format!("ou-os-release-{}", std::process::id()));
        let directory = top.join("usr/lib");
        assert!(fs::create_dir_all(&directory).is_ok());
        let mut cut = b"ID=here\n#".to_vec();
        // Two bytes each, so that the end of what is read is in the middle of one.
        cut.extend("\u{e4}".repeat(64 << 10).bytes());
        let mut found = Vec::new();
        for text in [&b"NAME=\xe4\nID=\"here\"\n"[..], &cut] {
            assert!(fs::write(directory.join("os-release"), text).is_ok());
            found.push(tree::disk::root(&top).and_then(|root| os_id(&root)).ok());
        }
        assert!(fs::remove_dir_all(&top).is_ok());
        assert_eq!(
            found,
            [Some(Some("here".into())), Some(Some("here".into()))]
        );
    }
}
