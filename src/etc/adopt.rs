// SPDX-License-Identifier: LGPL-2.1-or-later
//! What programs write to `/etc` because a commit is live, such as the cache of the linker, is as
//! much of that commit as its defaults: the undo is told of it. Nothing but the undo is changed.

use std::path::Path;

use super::description::{self, Description};
use super::manifest;
use crate::error::Result;
use crate::tree::disk;

/// What `ldconfig` writes. Not users that were made: something of theirs may be in /var.
pub const WRITTEN: [&str; 1] = ["ld.so.cache"];

/// Has what is at these paths now be what was put there. Paths that the undo in `place` does not
/// know stay unknown. Says whether there is an undo: somebody may have taken `/etc` back by now.
pub fn adopt(place: &Path, etc: &Path, paths: &[&str]) -> Result<bool> {
    let Some(mut entries) = manifest::read(place)? else {
        return Ok(false);
    };
    let root = disk::root(etc)?;
    let is_meant = |path: &Path| paths.iter().any(|meant| path == Path::new(meant));
    for entry in entries.iter_mut().filter(|entry| is_meant(&entry.path)) {
        let there = description::at(&root, &entry.path)?;
        if !there.as_ref().is_some_and(Description::is_special) {
            entry.after = there;
        }
    }
    manifest::write(place, &entries)?;
    Ok(true)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::merge;
    use super::super::sample::Sample;
    use super::super::undo::{Undo, take_back};
    use super::*;
    use std::fs;

    const PATHS: [&str; 6] = [
        "ld.so.cache",
        "passwd",
        "group",
        "group-",
        "shadow",
        "gshadow",
    ];

    #[test]
    #[ignore = "needs root"]
    fn what_programs_wrote_goes_back_as_well() {
        let sample = Sample::of_three("adopt");
        sample.files("passwd", ["1", "1", "2"]);
        sample.files("group", ["1", "local", "2"]);
        sample.files("shadow", ["1", "1", "1"]);
        sample.files("gshadow", ["1", "1", "1"]);
        sample.files("group-", ["1", "", ""]);
        let before = sample.listing("etc");
        let (place, etc, node) = (sample.at("undo"), sample.at("etc"), sample.node("etc"));
        let merge = merge::plan(&sample.node("old"), &node, &sample.node("new"));
        let merge = merge.unwrap().keeping(&node, &PATHS).unwrap();
        assert_eq!(merge.changes.len(), 1);
        let undo = Undo::record(&place, &etc, &merge, &|| Ok(())).unwrap();
        undo.carry_out(&|| Ok(())).unwrap();
        for path in ["passwd", "group", "group-", "shadow", "ld.so.cache"] {
            sample.file(etc.join(path), "written");
        }
        // Who died while it was written down leaves half of it.
        fs::write(place.join(".manifest.new"), "half").unwrap();
        assert!(adopt(&place, &etc, &PATHS).unwrap());
        sample.file(etc.join("gshadow"), "mine");
        let taken = take_back(&place, &etc, &|| Ok(())).unwrap();
        let kept: Vec<_> = taken.kept.iter().map(|kept| kept.path.as_path()).collect();
        assert_eq!(kept, [Path::new("gshadow")]);
        assert_eq!(sample.read("etc/gshadow"), "mine");
        let but_gshadow = |lines: Vec<String>| -> Vec<String> {
            let others = lines.into_iter().filter(|line| !line.contains("gshadow"));
            others.collect()
        };
        assert_eq!(but_gshadow(sample.listing("etc")), but_gshadow(before));
        assert!(!adopt(&place, &etc, &PATHS).unwrap());
        assert!(!place.exists());
    }
}
