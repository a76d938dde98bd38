// SPDX-License-Identifier: LGPL-2.1-or-later
//! The header in which rpm's database has what it knows of a package. Pure; of a damaged
//! one it says so, and never reads beyond it.
//!
//! All numbers are big-endian. The number of entries and the length of the data, four bytes
//! each; then the entries of 16 bytes: tag, type, where its value begins in the data, how
//! many there are; then the data. Strings end with a zero byte.

/// What is asked for, of all that rpm keeps.
#[derive(Debug, Clone, Copy)]
pub enum Tag {
    /// The name of the package.
    Name = 1000,
    /// Its version.
    Version = 1001,
    /// The release of that.
    Release = 1002,
    /// What comes before the version where it went backwards.
    Epoch = 1003,
    /// When it was built, in seconds since 1970.
    BuildTime = 1006,
    /// When it was installed.
    InstallTime = 1008,
    /// For which machines it is; not there in a key.
    Architecture = 1022,
    /// A checksum of what came with the package.
    Sha1 = 269,
    /// The same, newer.
    Sha256 = 273,
    /// Of each file, which of the directories it is in.
    DirectoryIndexes = 1116,
    /// The names of the files.
    BaseNames = 1117,
    /// The directories, with a slash at the end.
    DirectoryNames = 1118,
}

const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
/// One in each language, the first in English.
const TRANSLATED: u32 = 9;

const ENTRY: usize = 16;

/// It is not as a header has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

/// A header.
pub struct Header<'a> {
    entries: &'a [u8],
    data: &'a [u8],
}

struct Value<'a> {
    kind: u32,
    count: usize,
    /// From where it begins to the end of all data.
    bytes: &'a [u8],
}

impl<'a> Header<'a> {
    /// The header in `blob`, with nothing behind it.
    pub fn parse(blob: &'a [u8]) -> Result<Header<'a>, Damaged> {
        let (count, rest) = number(blob)?;
        let (length, rest) = number(rest)?;
        let entries = count.checked_mul(ENTRY).ok_or(Damaged)?;
        let (entries, data) = rest.split_at_checked(entries).ok_or(Damaged)?;
        match data.len() == length {
            true => Ok(Header { entries, data }),
            false => Err(Damaged),
        }
    }

    /// A string; of several the first one.
    pub fn string(&self, tag: Tag) -> Result<Option<&'a [u8]>, Damaged> {
        match self.value(tag)? {
            Some(value) => value.strings()?.next().transpose(),
            None => Ok(None),
        }
    }

    /// A number; of several the first one.
    pub fn number(&self, tag: Tag) -> Result<Option<u32>, Damaged> {
        match self.value(tag)? {
            Some(value) => Ok(value.numbers()?.next()),
            None => Ok(None),
        }
    }

    /// Tells each file of the package: the directory with a slash at its end, and the name.
    pub fn files(&self, tell: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), Damaged> {
        let (indexes, names, directories) = match (
            self.value(Tag::DirectoryIndexes)?,
            self.value(Tag::BaseNames)?,
            self.value(Tag::DirectoryNames)?,
        ) {
            (Some(indexes), Some(names), Some(directories)) => (indexes, names, directories),
            // Without any files.
            (None, None, None) => return Ok(()),
            _ => return Err(Damaged),
        };
        if indexes.count != names.count {
            return Err(Damaged);
        }
        let directories = directories.strings()?.collect::<Result<Vec<_>, _>>()?;
        for (index, name) in indexes.numbers()?.zip(names.strings()?) {
            let index = usize::try_from(index).map_err(|_| Damaged)?;
            tell(directories.get(index).ok_or(Damaged)?, name?);
        }
        Ok(())
    }

    fn value(&self, tag: Tag) -> Result<Option<Value<'a>>, Damaged> {
        for entry in self.entries.chunks_exact(ENTRY) {
            if entry[..4] != (tag as u32).to_be_bytes() {
                continue;
            }
            let (kind, rest) = number(&entry[4..])?;
            let (offset, rest) = number(rest)?;
            let (count, _) = number(rest)?;
            return Ok(Some(Value {
                kind: u32::try_from(kind).map_err(|_| Damaged)?,
                count,
                bytes: self.data.get(offset..).ok_or(Damaged)?,
            }));
        }
        Ok(None)
    }
}

impl<'a> Value<'a> {
    fn strings(
        &self,
    ) -> Result<impl Iterator<Item = Result<&'a [u8], Damaged>> + use<'a>, Damaged> {
        if !matches!(self.kind, STRING | STRING_ARRAY | TRANSLATED) {
            return Err(Damaged);
        }
        // Each takes a byte at least, so that a count that is too large ends at once.
        let mut rest = self.bytes;
        Ok((0..self.count).map(move |_| {
            let end = rest.iter().position(|byte| *byte == 0).ok_or(Damaged)?;
            let string = &rest[..end];
            rest = &rest[end + 1..];
            Ok(string)
        }))
    }

    fn numbers(&self) -> Result<impl Iterator<Item = u32> + use<'a>, Damaged> {
        if self.kind != INT32 {
            return Err(Damaged);
        }
        let length = self.count.checked_mul(4).ok_or(Damaged)?;
        let bytes = self.bytes.get(..length).ok_or(Damaged)?;
        Ok(bytes
            .chunks_exact(4)
            .map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]])))
    }
}

/// The number that the bytes begin with, and the rest of them.
fn number(bytes: &[u8]) -> Result<(usize, &[u8]), Damaged> {
    let (four, rest) = bytes.split_first_chunk::<4>().ok_or(Damaged)?;
    let number = usize::try_from(u32::from_be_bytes(*four)).map_err(|_| Damaged)?;
    Ok((number, rest))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A header with these values.
    pub fn header(values: &[(Tag, u32, u32, &[u8])]) -> Vec<u8> {
        let (mut entries, mut data) = (Vec::new(), Vec::new());
        for (tag, kind, count, bytes) in values {
            let offset = u32::try_from(data.len()).unwrap_or_default();
            for number in [*tag as u32, *kind, offset, *count] {
                entries.extend(number.to_be_bytes());
            }
            data.extend_from_slice(bytes);
        }
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or_default().to_be_bytes();
        [
            &length(values.len())[..],
            &length(data.len())[..],
            &entries,
            &data,
        ]
        .concat()
    }

    fn hello() -> Vec<u8> {
        header(&[
            (Tag::Name, STRING, 1, b"hello\0"),
            (Tag::Version, STRING, 1, b"2.12\0"),
            (Tag::Epoch, INT32, 1, &[0, 0, 0, 7]),
            (Tag::DirectoryIndexes, INT32, 2, &[0, 0, 0, 1, 0, 0, 0, 0]),
            (Tag::BaseNames, STRING_ARRAY, 2, b"hello\0COPYING\0"),
            (
                Tag::DirectoryNames,
                STRING_ARRAY,
                2,
                b"/usr/share/\0/usr/bin/\0",
            ),
        ])
    }

    fn files(blob: &[u8]) -> Result<Vec<String>, Damaged> {
        let mut files = Vec::new();
        Header::parse(blob)?.files(&mut |directory, name| {
            files.push(String::from_utf8_lossy(&[directory, name].concat()).into_owned());
        })?;
        Ok(files)
    }

    /// Everything that is ever asked for.
    fn read(blob: &[u8]) -> Result<(), Damaged> {
        let header = Header::parse(blob)?;
        header.string(Tag::Name)?;
        header.string(Tag::Version)?;
        header.number(Tag::Epoch)?;
        header.files(&mut |_, _| {})
    }

    #[test]
    fn values_and_files() {
        let blob = hello();
        let header = Header::parse(&blob);
        assert!(header.is_ok_and(|header| {
            assert_eq!(header.string(Tag::Name), Ok(Some(&b"hello"[..])));
            assert_eq!(header.number(Tag::Epoch), Ok(Some(7)));
            assert_eq!(header.string(Tag::Release), Ok(None));
            assert_eq!(header.string(Tag::Epoch), Err(Damaged));
            true
        }));
        assert_eq!(
            files(&blob),
            Ok(vec![
                "/usr/bin/hello".to_owned(),
                "/usr/share/COPYING".to_owned()
            ])
        );
    }

    #[test]
    fn one_that_is_cut_off_is_damaged() {
        let blob = hello();
        for length in 0..blob.len() {
            assert!(Header::parse(&blob[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn no_byte_makes_it_read_beyond_the_end() {
        let blob = hello();
        for place in 0..blob.len() {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut other = blob.clone();
                other[place] = byte;
                let _ = read(&other);
            }
        }
    }

    #[test]
    fn counts_and_indexes_are_checked() {
        let string = |bytes| header(&[(Tag::Name, STRING, 1, bytes)]);
        assert_eq!(read(&string(b"without end")), Err(Damaged));
        assert_eq!(
            read(&header(&[(Tag::Epoch, INT32, u32::MAX, &[0; 4])])),
            Err(Damaged)
        );
        let index = |index: u8| {
            header(&[
                (Tag::DirectoryIndexes, INT32, 1, &[0, 0, 0, index]),
                (Tag::BaseNames, STRING_ARRAY, 1, b"x\0"),
                (Tag::DirectoryNames, STRING_ARRAY, 1, b"/\0"),
            ])
        };
        assert_eq!(files(&index(0)), Ok(vec!["/x".to_owned()]));
        assert_eq!(files(&index(1)), Err(Damaged));
        let alone = header(&[(Tag::BaseNames, STRING_ARRAY, 1, b"x\0")]);
        assert_eq!(files(&alone), Err(Damaged));
    }
}
