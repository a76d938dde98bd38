// SPDX-License-Identifier: LGPL-2.1-or-later
//! What a hierarchy (`/usr`) is made of, as one value: a base, read-only layers,
//! and at most one writable upper. Every operation is a step from one stack to the
//! next. Pure: nothing here looks at the system or changes it.

use std::fmt;
use std::path::PathBuf;

use crate::options::Backing;

/// The states of a deployment, libostree's own (`OstreeDeploymentUnlockedState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i32)]
pub enum State {
    /// Locked: read-only, as deployed.
    #[default]
    None = 0,
    /// Writable for everybody until the reboot.
    Development = 1,
    /// Writable for everybody, and again after a reboot.
    Hotfix = 2,
    /// Read-only for everybody, but a private mount namespace can make it writable for itself; until the reboot.
    Transient = 3,
}

impl State {
    /// Every state, in libostree's order.
    pub const ALL: [State; 4] = [
        State::None,
        State::Development,
        State::Hotfix,
        State::Transient,
    ];

    /// The word that libostree, its JSON and ours use.
    pub fn name(self) -> &'static str {
        match self {
            State::None => "none",
            State::Development => "development",
            State::Hotfix => "hotfix",
            State::Transient => "transient",
        }
    }

    /// The state with libostree's number `number`.
    pub fn from_number(number: i32) -> Option<State> {
        State::ALL.into_iter().find(|s| *s as i32 == number)
    }

    /// The state called `name`.
    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Whether what is written is still there after a reboot.
    pub fn is_persistent(self) -> bool {
        self == State::Hotfix
    }

    /// What the two directories of an upper are called in this state: where changes go, and
    /// what overlayfs works in. Those of a hotfix are what ostree-prepare-root looks for.
    pub fn directories(self) -> (&'static str, &'static str) {
        match self {
            State::Hotfix => (".usr-ovl-upper", ".usr-ovl-work"),
            State::None | State::Development | State::Transient => ("upper", "work"),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who laid an overlay over the hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum MadeBy {
    /// This library.
    Unlock = 0,
    /// libostree: `ostree admin unlock`, or ostree-prepare-root at boot.
    Libostree = 1,
    /// Somebody else.
    Other = 2,
}

impl MadeBy {
    /// The word in JSON and messages.
    pub fn name(self) -> &'static str {
        match self {
            MadeBy::Unlock => "ostree-unlock",
            MadeBy::Libostree => "libostree",
            MadeBy::Other => "other",
        }
    }
}

/// The name of one overlay of ours: it is the source of its mount, so the kernel
/// itself says which record belongs to which mount.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token(String);

impl Token {
    const PREFIX: &'static str = "ostree-unlock-";

    /// A token from random bits.
    pub fn from_bits(bits: u64) -> Token {
        Token(format!("{}{bits:016x}", Token::PREFIX))
    }

    /// The token in a mount source, if it is one of ours.
    pub fn parse(source: &str) -> Option<Token> {
        let digits = source.strip_prefix(Token::PREFIX)?;
        let valid = digits.len() == 16
            && digits
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        valid.then(|| Token(source.to_owned()))
    }

    /// As it stands in the mount source.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The writable part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upper {
    /// The state that it stands for.
    pub state: State,
    /// Who made it.
    pub made_by: MadeBy,
    /// Ours have a token.
    pub token: Option<Token>,
    /// Where it is kept.
    pub backing: Backing,
    /// What holds [`State::directories`], as an absolute path of the system; `None` where
    /// it cannot be known.
    pub directory: Option<PathBuf>,
}

impl Upper {
    /// The directory that takes what is written.
    pub fn path(&self) -> Option<PathBuf> {
        let directory = self.directory.as_ref()?;
        Some(directory.join(self.state.directories().0))
    }
}

/// What is called a directory of deltas.
pub const DELTAS: &str = "deltas";

/// A read-only directory between the base and the upper.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Layer(pub PathBuf);

impl Layer {
    /// The commit that it makes out of the base; `None` of an upper of before.
    pub fn commit(&self) -> Option<&str> {
        let parent = self.0.parent()?;
        match parent.ends_with(DELTAS) {
            true => self.0.file_name()?.to_str(),
            false => None,
        }
    }
}

/// What a hierarchy is made of, from the base up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stack {
    /// What lies between the base and the upper, the topmost first: uppers of before, which are
    /// frozen, and beneath them the delta of a live commit. Without an upper there are none.
    pub layers: Vec<Layer>,
    /// The writable part on top, if it is unlocked.
    pub upper: Option<Upper>,
}

impl Stack {
    /// As the deployment provides it.
    pub fn base() -> Stack {
        Stack::default()
    }

    /// The commit that is live in the place of the booted one.
    pub fn live(&self) -> Option<&str> {
        self.layers.iter().find_map(Layer::commit)
    }

    /// The uppers of before, the latest first.
    pub fn frozen(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().filter(|layer| layer.commit().is_none())
    }

    /// The state that this stack stands for.
    pub fn state(&self) -> State {
        self.upper.as_ref().map_or(State::None, |upper| upper.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_libostrees_numbers_and_names() {
        use ostree::DeploymentUnlockedState as Theirs;
        for (theirs, ours) in [
            (Theirs::None, State::None),
            (Theirs::Development, State::Development),
            (Theirs::Hotfix, State::Hotfix),
            (Theirs::Transient, State::Transient),
        ] {
            assert_eq!(
                ostree::Deployment::unlocked_state_to_string(theirs),
                ours.name()
            );
            assert_eq!(State::from_name(ours.name()), Some(ours));
            assert_eq!(State::from_number(ours as i32), Some(ours));
        }
        assert_eq!(State::from_number(4), None);
        assert_eq!(State::from_name("Development"), None);
    }

    #[test]
    fn a_delta_is_told_from_a_frozen_upper() {
        let layer = |path: &str| Layer(PathBuf::from(path));
        assert_eq!(layer("/x/unlock/deltas/c0ffee").commit(), Some("c0ffee"));
        assert_eq!(layer("/x/usr-transient/upper").commit(), None);
        let stack = Stack {
            layers: vec![layer("/x/upper"), layer("/x/deltas/1")],
            upper: None,
        };
        assert_eq!(stack.live(), Some("1"));
        assert_eq!(stack.frozen().count(), 1);
    }

    #[test]
    fn a_token_is_recognised_only_as_we_write_it() {
        let token = Token::from_bits(0xfeed);
        assert_eq!(Token::parse(token.as_str()), Some(token));
        for other in [
            "overlay",
            "sysext",
            "ostree-unlock-",
            "ostree-unlock-00",
            "ostree-unlock-ZZZZZZZZZZZZZZZZ",
            "ostree-unlock-FEED000000000000",
        ] {
            assert_eq!(Token::parse(other), None, "{other}");
        }
    }
}
