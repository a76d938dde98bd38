// SPDX-License-Identifier: LGPL-2.1-or-later
//! Answers for programs. Every document is one object with a `format` number; keys
//! are only ever added under one number, and a key is there even where it is null.
//! Paths that are not UTF-8 are shown lossily: JSON has no other way.

use std::path::{Path, PathBuf};

use ostree_unlock::{
    Config, Conflict, Deltas, DeploymentId, Detection, Error, Hierarchy, Holder, Kept, Kind, Live,
    NoUpper, Outcome, Overview, Prefer, Problem, Revision, Setting, State, Transfer, UpperInfo,
    Usage,
};
use serde_json::{Value, json};

use super::time;

/// The number of this form of the documents.
const FORMAT: u32 = 1;

/// The document of an answer, as it is written.
pub(crate) fn document(answer: &Value) -> String {
    let mut document = json!({ "format": FORMAT });
    if let (Some(document), Some(answer)) = (document.as_object_mut(), answer.as_object()) {
        document.extend(answer.iter().map(|(k, v)| (k.clone(), v.clone())));
    }
    format!("{document:#}\n")
}

/// `status`.
pub(crate) fn status(overview: &Overview) -> Value {
    json!({
        "booted": true,
        "deployment": deployment(&overview.deployment),
        "hierarchies": overview.hierarchies.iter().map(hierarchy).collect::<Vec<_>>(),
    })
}

/// `status` of a system that was not booted by OSTree.
pub(crate) fn not_booted() -> Value {
    json!({ "booted": false, "deployment": null, "hierarchies": [] })
}

/// `detect`.
pub(crate) fn detect(detection: &Detection) -> Value {
    json!({
        "booted": detection.booted,
        "deployment": detection.deployment.as_ref().map(deployment),
        "manager": detection.manager.map(|manager| manager.name()),
        "unlocked": detection.state.name(),
        "read_only": detection.read_only,
        "writable": detection.writable,
        "persistent": detection.persistent,
        "message": detection.message,
    })
}

/// `commit`.
pub(crate) fn committed(committed: &Revision) -> Value {
    json!({
        "checksum": committed.checksum,
        "parent": committed.parent,
        "changes": committed.changes,
        "branch": committed.branch,
        "deployment": committed.deployment,
        "skipped": skipped(&committed.skipped),
        "resolved": resolved(&committed.resolved),
        "notes": committed.notes,
    })
}

/// `keep save`, `keep restore` and `keep drop`.
pub(crate) fn moved(moved: &Transfer) -> Value {
    json!({
        "checksum": moved.checksum,
        "changes": moved.changes,
        "skipped": skipped(&moved.skipped),
        "resolved": resolved(&moved.resolved),
    })
}

/// `keep list`.
pub(crate) fn kept_list(all: &[Kept]) -> Value {
    let one = |about: &Kept| {
        json!({
            "name": about.name,
            "checksum": about.checksum,
            "base": about.base,
            "state": about.state.map(State::name),
            "time": time::rfc3339(about.time),
            "subject": about.subject,
        })
    };
    json!({ "kept": all.iter().map(one).collect::<Vec<_>>() })
}

fn skipped(skipped: &[(PathBuf, &'static str)]) -> Vec<Value> {
    let one = |(path, why): &(PathBuf, &'static str)| json!({ "path": path.to_string_lossy(), "why": why });
    skipped.iter().map(one).collect()
}

fn resolved(resolved: &[(Conflict, Prefer)]) -> Vec<Value> {
    let one = |(conflict, prefer): &(Conflict, Prefer)| {
        let taken = match prefer {
            Prefer::Changes => "changes",
            _ => "commit",
        };
        json!({ "path": conflict.path.to_string_lossy(), "cause": conflict.cause, "taken": taken })
    };
    resolved.iter().map(one).collect()
}

/// `begin` and `cleanup`.
pub(crate) fn outcome(outcome: &Outcome) -> Value {
    json!({
        "unlocked": outcome.state.name(),
        "dry_run": outcome.dry_run,
        "steps": outcome.steps,
        "notes": outcome.notes,
    })
}

/// `config`.
pub(crate) fn config(config: &Config) -> Value {
    let settings = config.settings();
    json!({
        "settings": settings.iter().map(setting).collect::<Vec<_>>(),
        "warnings": config.warnings(),
    })
}

fn setting(setting: &Setting) -> Value {
    let origin = setting.origin.as_ref();
    json!({
        "key": setting.key,
        "value": setting.value,
        "path": origin.map(|origin| lossy(&origin.path)),
        "line": origin.map(|origin| origin.line),
    })
}

/// `end`: as `begin`, and what was discarded, where it could be counted.
pub(crate) fn end(outcome: &Outcome, discarded: Option<Usage>) -> Value {
    let mut answer = self::outcome(outcome);
    answer["discarded"] = discarded.map_or(
        Value::Null,
        |usage| json!({ "entries": usage.entries, "bytes": usage.bytes }),
    );
    answer
}

/// The document of an error.
pub(crate) fn error(error: &Error) -> String {
    document(&json!({ "error": {
        "kind": error.kind().name(),
        "number": error.kind() as i32,
        "message": error.to_string(),
        "path": error.path().map(lossy),
        "next": error.next_step(),
        "holders": error.holders().iter().map(holder).collect::<Vec<_>>(),
    }}))
}

/// The document of a mistake on the command line.
pub(crate) fn usage_error(text: &str) -> String {
    // What is wrong, and below it which words are meant; then how it is called.
    let lines = text.lines().take_while(|line| !line.trim().is_empty());
    let message = lines.map(str::trim).collect::<Vec<_>>().join(" ");
    error(&Error::new(Kind::InvalidArgument, message).next("see `ostree-unlock --help`"))
}

/// The document of a command that cannot be run.
pub(crate) fn not_run(message: &str) -> String {
    error(&Error::new(Kind::Failed, message))
}

fn deployment(id: &DeploymentId) -> Value {
    json!({ "id": id.id(), "os": id.os, "commit": id.commit, "serial": id.serial })
}

fn hierarchy(hierarchy: &Hierarchy) -> Value {
    let (upper, reason) = match &hierarchy.upper {
        Ok(info) => (upper(info), Value::Null),
        Err(NoUpper::Locked) => (Value::Null, json!("locked")),
        Err(NoUpper::Unknown(reason)) => (Value::Null, json!(reason)),
        Err(_) => (Value::Null, json!("unknown")),
    };
    json!({
        "path": lossy(&hierarchy.path),
        "unlocked": hierarchy.state.name(),
        "read_only": hierarchy.read_only,
        "writable": hierarchy.writable,
        "persistent": hierarchy.persistent,
        "made_by": hierarchy.made_by.map(|who| who.name()),
        "since": hierarchy.since.and_then(time::rfc3339),
        "until": hierarchy.until.and_then(time::rfc3339),
        "live": hierarchy.live.as_ref().map(live),
        "layers": hierarchy.layers.iter().map(|path| lossy(path)).collect::<Vec<_>>(),
        "upper": upper,
        "upper_reason": reason,
        "deltas": hierarchy.deltas.as_ref().map(deltas),
        "problems": hierarchy.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

fn live(live: &Live) -> Value {
    json!({
        "commit": live.commit,
        "origin": live.origin,
        "since": live.since.and_then(time::rfc3339),
        "rollbacks": live.rollbacks,
    })
}

fn deltas(deltas: &Deltas) -> Value {
    json!({
        "count": deltas.count,
        "entries": deltas.usage.map(|usage| usage.entries),
        "bytes": deltas.usage.map(|usage| usage.bytes),
    })
}

fn upper(info: &UpperInfo) -> Value {
    json!({
        "path": lossy(&info.path),
        "entries": info.usage.map(|usage| usage.entries),
        "bytes": info.usage.map(|usage| usage.bytes),
    })
}

fn problem(problem: &Problem) -> Value {
    json!({ "code": problem.code, "text": problem.text })
}

fn holder(holder: &Holder) -> Value {
    json!({
        "pid": holder.pid,
        "command": holder.command,
        "uid": holder.uid,
        "unit": holder.unit,
        "use": holder.how.name(),
        "path": holder.path,
    })
}

fn lossy(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::samples;
    use ostree_unlock::{State, Use};

    fn parsed(document: &str) -> Value {
        serde_json::from_str(document).unwrap_or_default()
    }

    #[test]
    fn every_document_has_the_format_and_ends_its_line() {
        let text = document(&json!({ "booted": false }));
        assert!(text.ends_with("}\n"));
        assert_eq!(parsed(&text), json!({ "format": 1, "booted": false }));
    }

    #[test]
    fn a_locked_hierarchy() {
        assert_eq!(
            status(&samples::locked()),
            json!({
                "booted": true,
                "deployment": {
                    "id": format!("{}.0", samples::COMMIT),
                    "os": "debian",
                    "commit": samples::COMMIT,
                    "serial": 0,
                },
                "hierarchies": [{
                    "path": "/usr",
                    "unlocked": "none",
                    "read_only": true,
                    "writable": false,
                    "persistent": false,
                    "made_by": null,
                    "since": null,
                    "until": null,
                    "live": null,
                    "layers": [],
                    "upper": null,
                    "upper_reason": "locked",
                    "deltas": null,
                    "problems": [],
                }],
            })
        );
    }

    #[test]
    fn an_unlocked_hierarchy() {
        let answer = status(&samples::unlocked());
        assert_eq!(
            answer["hierarchies"][0],
            json!({
                "path": "/usr",
                "unlocked": "development",
                "read_only": false,
                "writable": true,
                "persistent": false,
                "made_by": "ostree-unlock",
                "since": "2026-11-21T01:50:00Z",
                "until": "2026-11-21T02:20:00Z",
                "live": {
                    "commit": samples::COMMIT,
                    "origin": "debian/next",
                    "since": "2026-11-21T01:50:00Z",
                    "rollbacks": 1,
                },
                "layers": ["/x/deltas/1"],
                "upper": { "path": samples::UPPER, "entries": null, "bytes": null },
                "upper_reason": null,
                "deltas": { "count": 2, "entries": null, "bytes": null },
                "problems": [{ "code": "stale-flag", "text": "A flag is stale." }],
            })
        );
    }

    #[test]
    fn usage_is_there_when_it_was_asked_for() {
        let mut overview = samples::unlocked();
        overview.hierarchies[0].upper = Ok(UpperInfo {
            path: samples::UPPER.into(),
            usage: Some(Usage {
                entries: 12,
                bytes: 34,
            }),
        });
        assert_eq!(
            status(&overview)["hierarchies"][0]["upper"],
            json!({ "path": samples::UPPER, "entries": 12, "bytes": 34 })
        );
    }

    #[test]
    fn an_upper_that_cannot_be_shown_says_why() {
        let mut overview = samples::unlocked();
        overview.hierarchies[0].upper = Err(NoUpper::Unknown("only root can see it".to_owned()));
        let hierarchy = &status(&overview)["hierarchies"][0];
        assert_eq!(hierarchy["upper"], Value::Null);
        assert_eq!(hierarchy["upper_reason"], "only root can see it");
    }

    #[test]
    fn outcomes() {
        let outcome = samples::outcome(State::None);
        assert_eq!(
            end(&outcome, None),
            json!({
                "unlocked": "none",
                "dry_run": false,
                "steps": ["one", "two"],
                "notes": ["A note."],
                "discarded": null,
            })
        );
        let usage = Usage {
            entries: 1,
            bytes: 2,
        };
        assert_eq!(
            end(&outcome, Some(usage))["discarded"],
            json!({ "entries": 1, "bytes": 2 })
        );
        assert!(super::outcome(&outcome).get("discarded").is_none());
    }

    #[test]
    fn an_error_is_a_document() {
        let wrong = Error::new(Kind::AlreadyUnlocked, "already unlocked")
            .during("begin")
            .at("/usr")
            .next("end it first");
        assert_eq!(
            parsed(&error(&wrong)),
            json!({ "format": 1, "error": {
                "kind": "already-unlocked",
                "number": 5,
                "message": "begin: /usr: already unlocked; end it first",
                "path": "/usr",
                "next": "end it first",
                "holders": [],
            }})
        );
    }

    #[test]
    fn a_mistake_on_the_command_line_is_an_invalid_argument() {
        let answer = parsed(&usage_error("unexpected argument '-x' found\n\nUsage: ..."));
        assert_eq!(answer["error"]["kind"], "invalid-argument");
        assert_eq!(answer["error"]["number"], 1);
        assert_eq!(
            answer["error"]["message"],
            "unexpected argument '-x' found; see `ostree-unlock --help`"
        );
    }

    #[test]
    fn holders() {
        let answer = holder(&Holder {
            pid: 12,
            command: "vi".to_owned(),
            uid: 0,
            unit: None,
            how: Use::Writes,
            path: "/usr/x".to_owned(),
        });
        assert_eq!(
            answer,
            json!({
                "pid": 12,
                "command": "vi",
                "uid": 0,
                "unit": null,
                "use": "writes",
                "path": "/usr/x",
            })
        );
    }
}
