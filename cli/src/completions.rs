// SPDX-License-Identifier: LGPL-2.1-or-later
//! What shells complete, made from the definition of the command line. Only the build asks
//! for it, so it is no option of the command: an option would be completed, too.

use std::ffi::OsString;

use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;

use crate::args::Cli;

/// The script for a shell, if that is all that is asked for: `--completions SHELL`.
pub(crate) fn asked_for(args: &[OsString]) -> Option<String> {
    let [_, asked, shell] = args else { return None };
    if asked != "--completions" {
        return None;
    }
    let shell = Shell::from_str(shell.to_str()?, false).ok()?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ostree-unlock", &mut script);
    let mut script = String::from_utf8(script).ok()?;
    if shell == Shell::Fish {
        script += &words_for_fish();
    }
    Some(script)
}

/// The words that stand for themselves (`begin transient`): clap_complete tells fish of those
/// behind an option alone.
fn words_for_fish() -> String {
    let mut lines = String::new();
    for verb in Cli::command().get_subcommands() {
        for argument in verb.get_positionals() {
            let values = argument.get_possible_values();
            let words: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
            if words.is_empty() {
                continue;
            }
            lines += &format!(
                "complete -c ostree-unlock -n \"__fish_ostree_unlock_using_subcommand {}\" -f -a \"{}\"\n",
                verb.get_name(),
                words.join(" ")
            );
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Option<String> {
        let args: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        asked_for(&args)
    }

    #[test]
    fn nothing_else_is_taken_for_it() {
        for line in [
            "ostree-unlock",
            "ostree-unlock --completions",
            "ostree-unlock --completions csh",
            "ostree-unlock --completions bash --json",
            "ostree-unlock begin bash",
        ] {
            assert_eq!(asked(line), None, "{line}");
        }
    }

    #[test]
    fn every_shell_is_told_every_option_and_value_of_every_verb() {
        for shell in ["bash", "zsh", "fish"] {
            let script = asked(&format!("ostree-unlock --completions {shell}")).unwrap_or_default();
            let command = Cli::command();
            for verb in std::iter::once(&command).chain(command.get_subcommands()) {
                assert!(script.contains(verb.get_name()), "{shell}");
                for argument in verb.get_arguments() {
                    if let Some(long) = argument.get_long() {
                        assert!(script.contains(long), "{shell}: --{long}");
                    }
                    if !argument.get_action().takes_values() {
                        continue;
                    }
                    for value in argument.get_possible_values() {
                        assert!(script.contains(value.get_name()), "{shell}: {value:?}");
                    }
                }
            }
            assert!(!script.contains("completions="), "{shell}");
        }
    }
}
