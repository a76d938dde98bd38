// SPDX-License-Identifier: LGPL-2.1-or-later
//! Which unit a file is of, by its place and name, as systemd.unit(5) has it. Files are not
//! read, and systemd is not asked.

use std::path::Path;

/// Where units of the system are in `/usr`.
const UNIT_DIRECTORIES: [&str; 2] = ["/usr/lib/systemd/system", "/usr/local/lib/systemd/system"];

/// The path below a directory of units; `None` elsewhere.
pub fn below_units(path: &Path) -> Option<&Path> {
    UNIT_DIRECTORIES
        .iter()
        .find_map(|directory| path.strip_prefix(directory).ok())
}

/// Whether it is the unit's file: that of its name, or of its template.
pub fn is_file_of(below: &Path, unit: &str) -> bool {
    below == Path::new(unit) || template(unit).is_some_and(|template| below == Path::new(&template))
}

/// `foo@.service` of `foo@bar.service`
fn template(unit: &str) -> Option<String> {
    let (name, rest) = unit.split_once('@')?;
    let (_, suffix) = rest.rsplit_once('.')?;
    Some(format!("{name}@.{suffix}"))
}

/// Whether it is a file that adds to the unit: `NAME.d/X.conf` for its name, its template, its
/// name up to a hyphen, or its type, as systemd.unit(5) has it.
pub fn adds_to(below: &Path, unit: &str) -> bool {
    let (Some(directory), Some("conf")) = (
        below.parent().and_then(Path::to_str),
        below.extension().and_then(|extension| extension.to_str()),
    ) else {
        return false;
    };
    let Some(of) = directory.strip_suffix(".d") else {
        return false;
    };
    let (name, suffix) = unit.rsplit_once('.').unwrap_or((unit, ""));
    let is_prefix = of
        .strip_suffix(suffix)
        .and_then(|of| of.strip_suffix('.'))
        .is_some_and(|of| of.ends_with('-') && name.starts_with(of));
    of == unit || of == suffix || is_prefix || template(unit).as_deref() == Some(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_units_as_systemd_has_it() {
        for (file, name, wanted) in [
            ("a.service", "a.service", true),
            ("a@.service", "a@b.service", true),
            ("a@.service", "a.service", false),
            ("b.service", "a.service", false),
        ] {
            assert_eq!(is_file_of(Path::new(file), name), wanted, "{file} {name}");
        }
        for (file, name, wanted) in [
            ("a.service.d/x.conf", "a.service", true),
            ("a@.service.d/x.conf", "a@b.service", true),
            ("service.d/x.conf", "a.service", true),
            ("a-.service.d/x.conf", "a-b-c.service", true),
            ("a-.service.d/x.conf", "ab.service", false),
            ("a.service.d/x.conf", "ab.service", false),
            ("a-.timer.d/x.conf", "a-b.service", false),
            ("a.service.d/x", "a.service", false),
            ("multi-user.target.wants/a.service", "a.service", false),
        ] {
            assert_eq!(adds_to(Path::new(file), name), wanted, "{file} {name}");
        }
    }
}
