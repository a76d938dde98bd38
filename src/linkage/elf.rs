// SPDX-License-Identifier: LGPL-2.1-or-later
//! What an ELF file says of the libraries it needs and of itself. Only its tables are read,
//! wherever it is; where libraries are looked for is not known here.

use std::io::{Cursor, Read, Seek};

use elf::ElfStream;
use elf::abi;
use elf::endian::AnyEndian;
use elf::file::{Class, FileHeader};
use elf::parse::ParseError;
use elf::string_table::StringTable;

use crate::error::{Error, Result};
use crate::tree::{FileType, Node};

/// What only its own kind can be linked with: class and machine.
pub type Machine = (bool, u16);

/// A program or library that is linked when it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub machine: Machine,
    /// The sonames of what it needs.
    pub needed: Vec<String>,
    /// What it is needed by; `None` where that is its file's name.
    pub soname: Option<String>,
    /// Where it wants what it needs to be looked for, as it is written there.
    pub paths: Vec<String>,
}

/// `None` where it is no ELF file, or one that is not linked: such as a module of the kernel,
/// a static program, or one that is damaged.
pub fn read(node: &dyn Node) -> Result<Option<Linked>> {
    if node.side().file_type != FileType::Regular {
        return Ok(None);
    }
    match node.open_file()? {
        Some(mut file) => {
            let is_elf = starts_as_elf(&mut file)?;
            Ok(is_elf.then(|| parse(file).ok().flatten()).flatten())
        }
        None => {
            let mut content = node.open()?;
            if !starts_as_elf(&mut *content)? {
                return Ok(None);
            }
            let mut whole = abi::ELFMAGIC.to_vec();
            content.read_to_end(&mut whole).map_err(unreadable)?;
            Ok(parse(Cursor::new(whole)).ok().flatten())
        }
    }
}

/// Which kind of machine it is for, in words; `None` where it is no ELF file.
pub fn machine(node: &dyn Node) -> Result<Option<String>> {
    if node.side().file_type != FileType::Regular {
        return Ok(None);
    }
    let mut content = node.open()?.take(64);
    let mut head = Vec::new();
    content.read_to_end(&mut head).map_err(unreadable)?;
    Ok(machine_in(&head))
}

fn machine_in(head: &[u8]) -> Option<String> {
    let ident = elf::file::parse_ident::<AnyEndian>(head.get(..abi::EI_NIDENT)?).ok()?;
    let header = FileHeader::parse_tail(ident, head.get(abi::EI_NIDENT..)?).ok()?;
    let name = elf::to_str::e_machine_to_string(header.e_machine);
    let bits = if header.class == Class::ELF64 { 64 } else { 32 };
    Some(format!("{} ({bits} bits)", name.trim_start_matches("EM_")))
}

fn unreadable(e: std::io::Error) -> Error {
    Error::io("reading a program", e)
}

fn starts_as_elf(file: &mut dyn Read) -> Result<bool> {
    let mut start = [0; 4];
    match file.read_exact(&mut start) {
        Ok(()) => Ok(start == abi::ELFMAGIC),
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(unreadable(e)),
    }
}

fn parse<S: Read + Seek>(file: S) -> Result<Option<Linked>, ParseError> {
    let mut elf = ElfStream::<AnyEndian, S>::open_stream(file)?;
    let is_linked = matches!(elf.ehdr.e_type, abi::ET_DYN | abi::ET_EXEC);
    let machine = (elf.ehdr.class == Class::ELF64, elf.ehdr.e_machine);
    let entries: Vec<(i64, u64)> = match elf.dynamic()? {
        Some(table) if is_linked => table.iter().map(|e| (e.d_tag, e.d_val())).collect(),
        _ => return Ok(None),
    };
    let mut sections = elf.section_headers().iter();
    let dynamic = sections.find(|section| section.sh_type == abi::SHT_DYNAMIC);
    let names = dynamic.and_then(|section| elf.section_headers().get(section.sh_link as usize));
    let Some(names) = names.copied() else {
        return Ok(None);
    };
    linked(machine, &entries, &elf.section_data_as_strtab(&names)?).map(Some)
}

fn linked(
    machine: Machine,
    entries: &[(i64, u64)],
    names: &StringTable<'_>,
) -> Result<Linked, ParseError> {
    let mut linked = Linked {
        machine,
        needed: Vec::new(),
        soname: None,
        paths: Vec::new(),
    };
    // RUNPATH replaces RPATH, in whatever order they stand.
    let mut rpath = Vec::new();
    for (tag, value) in entries {
        let name = || -> Result<String, ParseError> {
            let offset = usize::try_from(*value)?;
            Ok(String::from_utf8_lossy(names.get_raw(offset)?).into_owned())
        };
        match *tag {
            abi::DT_NULL => break,
            abi::DT_NEEDED => linked.needed.push(name()?),
            abi::DT_SONAME => linked.soname = Some(name()?),
            abi::DT_RUNPATH => linked.paths = separate(&name()?),
            abi::DT_RPATH => rpath = separate(&name()?),
            _ => {}
        }
    }
    if linked.paths.is_empty() {
        linked.paths = rpath;
    }
    Ok(linked)
}

fn separate(paths: &str) -> Vec<String> {
    let paths = paths.split(':').filter(|path| !path.is_empty());
    paths.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::disk;

    #[test]
    fn our_own_program_needs_the_c_library() -> Result<()> {
        let program = std::env::current_exe().unwrap_or_default();
        let own = read(&*disk::root(&program)?)?;
        let needs = |own: &Linked| own.needed.iter().any(|name| name == "libc.so.6");
        assert!(own.as_ref().is_some_and(needs));
        assert_eq!(own.and_then(|own| own.soname), None);
        Ok(())
    }

    #[test]
    fn the_kind_of_machine_is_known_and_never_a_panic() -> Result<()> {
        let program = std::env::current_exe().unwrap_or_default();
        let own = machine(&*disk::root(&program)?)?.unwrap_or_default();
        let (_, bits) = own.split_once(' ').unwrap_or_default();
        assert_eq!(bits, format!("({} bits)", usize::BITS));

        let mut head = [0; 64];
        let file = std::fs::File::open(&program).map_err(unreadable)?;
        file.take(64).read_exact(&mut head).map_err(unreadable)?;
        assert_eq!(machine_in(&head), Some(own.clone()));
        assert_eq!(machine_in(&head[..40]), None);
        head[18] = if head[18] == 183 { 62 } else { 183 };
        assert!(machine_in(&head).is_some_and(|other| other != own));
        Ok(())
    }

    #[test]
    fn a_damaged_one_is_none_and_never_a_panic() -> Result<()> {
        let program = std::env::current_exe().unwrap_or_default();
        let mut head = vec![0; 4096];
        let file = std::fs::File::open(program).map_err(unreadable)?;
        file.take(4096).read_exact(&mut head).map_err(unreadable)?;
        for length in (0..head.len()).step_by(7) {
            let _ = parse(Cursor::new(&head[..length]));
        }
        for at in 0..256 {
            let mut damaged = head.clone();
            damaged[at] ^= 0xff;
            let _ = parse(Cursor::new(damaged));
        }
        Ok(())
    }
}
