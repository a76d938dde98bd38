// SPDX-License-Identifier: LGPL-2.1-or-later
//! What dpkg keeps of a package: fields, a line each, which may be continued (deb822(5)).
//! Pure.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Installed, Package, PackageState};

/// Name and architecture, which together no other package has.
pub type Key = (String, String);

/// What was read of one package.
#[derive(Default)]
pub struct Paragraph {
    name: Option<String>,
    version: Option<String>,
    architecture: Option<String>,
    status: Option<String>,
    hasher: DefaultHasher,
    /// Whether the line before was of a field that counts.
    counts: bool,
    any: bool,
}

impl Paragraph {
    /// Takes a line without its end.
    pub fn add(&mut self, line: &[u8]) -> Result<(), &'static str> {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            if !self.any {
                return Err("a continued line continues nothing");
            }
            if self.counts {
                line.hash(&mut self.hasher);
            }
            return Ok(());
        }
        self.any = true;
        let colon = line.iter().position(|byte| *byte == b':');
        let (field, value) = line.split_at(colon.ok_or("it is no field")?);
        let value = String::from_utf8_lossy(value[1..].trim_ascii()).into_owned();
        let field = field.to_ascii_lowercase();
        // What says how far it is, and what it waits for, is no part of the package.
        self.counts = !matches!(
            &field[..],
            b"status" | b"config-version" | b"triggers-pending" | b"triggers-awaited"
        );
        if self.counts {
            line.hash(&mut self.hasher);
        }
        match &field[..] {
            b"package" => self.name = Some(value),
            b"version" => self.version = Some(value),
            b"architecture" => self.architecture = Some(value),
            b"status" => self.status = Some(value),
            _ => {}
        }
        Ok(())
    }

    /// The package, if it is installed.
    pub fn finish(self) -> Result<Option<(Key, Option<Installed>)>, &'static str> {
        if !self.any {
            return Ok(None);
        }
        let name = self.name.ok_or("a package has no name")?;
        // `status.d` has none: all that is there is installed.
        let status = self.status.as_deref().unwrap_or("install ok installed");
        let state = match status.split_ascii_whitespace().nth(2) {
            Some("installed" | "triggers-pending" | "triggers-awaited") => {
                Some(PackageState::Installed)
            }
            Some("half-installed") => Some(PackageState::HalfInstalled),
            Some("unpacked") => Some(PackageState::Unpacked),
            Some("half-configured") => Some(PackageState::HalfConfigured),
            Some("config-files" | "not-installed") => None,
            _ => return Err("a status that is none of dpkg's"),
        };
        let architecture = self.architecture.unwrap_or_default();
        let key = (name.clone(), architecture.clone());
        let Some(state) = state else {
            return Ok(Some((key, None)));
        };
        let installed = Installed {
            name,
            package: Package {
                version: self.version.ok_or("a package has no version")?,
                architecture,
                state,
            },
            record: self.hasher.finish(),
            since: None,
        };
        Ok(Some((key, Some(installed))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "\
Package: lib
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 1:2.0-3
Description: one
 two";

    fn parse(text: &str) -> Result<Option<(Key, Option<Installed>)>, &'static str> {
        let mut paragraph = Paragraph::default();
        for line in text.lines() {
            paragraph.add(line.as_bytes())?;
        }
        paragraph.finish()
    }

    fn record(text: &str) -> Option<u64> {
        parse(text).ok()??.1.map(|installed| installed.record)
    }

    #[test]
    fn what_is_installed_is_told_from_what_is_known() {
        for (status, wanted) in [
            ("install ok installed", Some(PackageState::Installed)),
            ("hold ok triggers-pending", Some(PackageState::Installed)),
            (
                "install reinstreq half-installed",
                Some(PackageState::HalfInstalled),
            ),
            ("install ok unpacked", Some(PackageState::Unpacked)),
            (
                "install ok half-configured",
                Some(PackageState::HalfConfigured),
            ),
            ("deinstall ok config-files", None),
            ("purge ok not-installed", None),
        ] {
            let text = LIBRARY.replace("install ok installed", status);
            let found = parse(&text).ok().flatten();
            let state = found.map(|(_, installed)| installed.map(|i| i.package.state));
            assert_eq!(state, Some(wanted), "{status}");
        }
    }

    #[test]
    fn how_it_is_selected_is_no_part_of_a_package_and_its_fields_are() {
        let before = record(LIBRARY);
        let selected = LIBRARY.replace("install ok installed", "hold ok triggers-awaited");
        let waiting = format!("{LIBRARY}\nTriggers-Awaited: other\n more");
        for same in [selected, waiting] {
            assert_eq!(record(&same), before, "{same}");
        }
        assert_ne!(record(&LIBRARY.replace(" two", " three")), before);
        assert_ne!(record(&LIBRARY.replace("same", "no")), before);
    }

    #[test]
    fn what_is_no_paragraph_is_refused() {
        assert_eq!(parse(""), Ok(None));
        assert!(parse(" x").is_err_and(|how| how.contains("continued")));
        assert!(parse("nonsense").is_err_and(|how| how.contains("no field")));
        assert!(parse("Version: 1").is_err_and(|how| how.contains("no name")));
        assert!(parse("Package: x\nStatus: a b c").is_err_and(|how| how.contains("a status")));
        assert!(parse("Package: x").is_err_and(|how| how.contains("no version")));
    }
}
