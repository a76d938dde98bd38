# SPDX-License-Identifier: LGPL-2.1-or-later
# What type checkers know of gi.repository.OstreeUnlock: the introspection data and the override OstreeUnlock.py. A test
# compares it with both. A keyword is an option; of each function those are here that mean something to it. References are
# Python's own matter: ref() and unref() are not here.

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, overload

from gi.repository import Gio, GLib, OSTree

class Backing(int):
    DISK: Backing
    RAM: Backing

class Change(int):
    ADDED: Change
    REMOVED: Change
    MODIFIED: Change
    TYPE_CHANGED: Change
    METADATA: Change
    RENAMED: Change

class Deploy(int):
    NOW: Deploy
    STAGED: Deploy

class Error(int):
    FAILED: Error
    INVALID_ARGUMENT: Error
    NOT_OSTREE: Error
    NOT_BOOTED: Error
    PERMISSION_DENIED: Error
    ALREADY_UNLOCKED: Error
    NOT_UNLOCKED: Error
    SYSROOT_LOCKED: Error
    IN_USE: Error
    FOREIGN_MOUNT: Error
    UNSUPPORTED: Error
    NO_SPACE: Error
    UNSAFE_PATH: Error
    UNVERIFIED: Error
    NOT_ALLOWED: Error
    NOT_FOUND: Error
    CORRUPT: Error
    CONFLICT: Error
    CHANGED: Error
    NOT_ADDITIVE: Error

class FileType(int):
    REGULAR: FileType
    DIRECTORY: FileType
    SYMLINK: FileType
    DEVICE: FileType
    FIFO: FileType
    SOCKET: FileType

class FollowUpEnd(int):
    DONE: FollowUpEnd
    FAILED: FollowUpEnd
    NOT_DONE: FollowUpEnd

class FollowUpStep(int):
    LOADER_CACHE: FollowUpStep
    USERS: FollowUpStep
    FILES: FollowUpStep
    UNIT_FILES: FollowUpStep
    RELOAD: FollowUpStep
    RESTART: FollowUpStep

class PackageChange(int):
    ADDED: PackageChange
    REMOVED: PackageChange
    UPGRADED: PackageChange
    DOWNGRADED: PackageChange
    REINSTALLED: PackageChange

class PackageFormat(int):
    DEB: PackageFormat
    RPM: PackageFormat

class PackageState(int):
    INSTALLED: PackageState
    HALF_INSTALLED: PackageState
    UNPACKED: PackageState
    HALF_CONFIGURED: PackageState

class Prefer(int):
    CHANGES: Prefer
    COMMIT: Prefer

class Reason(int):
    UNIT_FILE: Reason
    PROGRAM: Reason
    LIBRARY: Reason

class Verdict(int):
    RESTART: Verdict
    REBOOT: Verdict
    LOG_OUT: Verdict
    CALLER: Verdict
    BY_HAND: Verdict

class Affected:
    def get_commands(self) -> list[str]: ...
    def get_files(self) -> list[ChangedFile]: ...
    def get_pids(self) -> list[int]: ...
    def get_uid(self) -> tuple[bool, int]: ...
    def get_unit(self) -> str | None: ...
    def get_verdict(self) -> Verdict: ...
    def get_why(self) -> str | None: ...

class ChangedFile:
    def get_path(self) -> str: ...
    def get_reason(self) -> Reason: ...

class Comparison:
    def __iter__(self) -> Iterator[Difference]: ...
    def __next__(self) -> Difference: ...
    def next(self, cancellable: Gio.Cancellable | None = None) -> Difference | None: ...

class Configuration:
    def __iter__(self) -> Iterator[Setting]: ...
    def get_settings(self) -> list[Setting]: ...
    def get_warnings(self) -> list[str]: ...

class Conflict:
    def get_base(self) -> Side | None: ...
    def get_cause(self) -> str: ...
    def get_changes(self) -> Side | None: ...
    def get_commit(self) -> Side | None: ...
    def get_path(self) -> str: ...
    def get_sentence(self) -> str: ...
    def get_taken(self) -> tuple[bool, Prefer]: ...

class Detection:
    def get_commit(self) -> str | None: ...
    def get_manager(self) -> str | None: ...
    def get_message(self) -> str: ...
    def get_os(self) -> str | None: ...
    def get_serial(self) -> int: ...
    def get_state(self) -> OSTree.DeploymentUnlockedState: ...
    def is_booted(self) -> bool: ...
    def is_persistent(self) -> bool: ...
    def is_read_only(self) -> bool: ...
    def is_writable(self) -> bool: ...

class Difference:
    def get_after(self) -> Side | None: ...
    def get_before(self) -> Side | None: ...
    def get_change(self) -> Change: ...
    def get_from(self) -> str | None: ...
    def get_path(self) -> str: ...
    def xattrs_differ(self) -> bool: ...

class FollowUp:
    def get_end(self) -> FollowUpEnd: ...
    def get_step(self) -> FollowUpStep: ...
    def get_unit(self) -> str | None: ...
    def get_why(self) -> str | None: ...

class Hierarchy:
    def get_layers(self) -> list[str]: ...
    def get_live(self) -> LiveCommit | None: ...
    def get_made_by(self) -> str | None: ...
    def get_no_upper_reason(self) -> str | None: ...
    def get_path(self) -> str: ...
    def get_problems(self) -> list[Problem]: ...
    def get_since(self) -> int: ...
    def get_state(self) -> OSTree.DeploymentUnlockedState: ...
    def get_until(self) -> int: ...
    def get_upper_path(self) -> str | None: ...
    def get_upper_usage(self) -> tuple[bool, int, int]: ...
    def get_deltas(self) -> tuple[bool, int]: ...
    def get_deltas_usage(self) -> tuple[bool, int, int]: ...
    def is_persistent(self) -> bool: ...
    def is_read_only(self) -> bool: ...
    def is_writable(self) -> bool: ...

class Holder:
    def get_command(self) -> str: ...
    def get_path(self) -> str: ...
    def get_pid(self) -> int: ...
    def get_sentence(self) -> str: ...
    def get_uid(self) -> int: ...
    def get_unit(self) -> str | None: ...
    def get_use(self) -> str: ...

class Home(int):
    SCRATCH: Home
    SHARED: Home

class Kept:
    def get_base(self) -> str: ...
    def get_checksum(self) -> str: ...
    def get_name(self) -> str: ...
    def get_state(self) -> OSTree.DeploymentUnlockedState: ...
    def get_subject(self) -> str: ...
    def get_time(self) -> int: ...
    def is_from_scratch(self) -> bool: ...

class LiveCommit:
    def get_checksum(self) -> str: ...
    def get_origin(self) -> str | None: ...
    def get_rollbacks(self) -> int: ...
    def get_since(self) -> int: ...

class MalformedUnit:
    def get_line(self) -> int: ...
    def get_path(self) -> str: ...
    def get_why(self) -> str: ...

class MissingLibrary:
    def get_path(self) -> str: ...
    def get_soname(self) -> str: ...

class Monitor:
    @staticmethod
    def new() -> Monitor: ...
    def check(self) -> tuple[bool, OSTree.DeploymentUnlockedState]: ...
    def get_fd(self) -> int: ...

class Omission:
    def get_path(self) -> str: ...
    def get_reason(self) -> str: ...

class Options:
    def __init__(
        self,
        *,
        after_upgrade: bool = ...,
        allow_broken: bool = ...,
        allow_other_system: bool = ...,
        allow_replacement: bool = ...,
        only_etc: bool = ...,
        only_locked: bool = ...,
        restart: bool = ...,
        backing: Backing = ...,
        body: str | None = ...,
        branch: str | None = ...,
        deploy: Deploy = ...,
        dry_run: bool = ...,
        etc_paths: Iterable[str | bytes] = ...,
        for_commit: str | None = ...,
        from_: str | None = ...,
        gpg_home: str | bytes | None = ...,
        gpg_keys: Iterable[str] = ...,
        home: Home = ...,
        kept: str | None = ...,
        lazy: bool = ...,
        lock_held: bool = ...,
        lock_wait: int = ...,
        merge_etc: bool = ...,
        no_pull: bool = ...,
        onto: str | None = ...,
        paths: Iterable[str | bytes] = ...,
        preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
        record: str | None = ...,
        repo: str | bytes | None = ...,
        scratch: bool = ...,
        scratch_var: bool = ...,
        sign_keys: Iterable[tuple[str, str]] = ...,
        size_limit: int = ...,
        skip_special: bool = ...,
        subject: str | None = ...,
        time_limit: int = ...,
        to: str | None = ...,
        usage: bool = ...,
    ) -> None: ...
    @staticmethod
    def new() -> Options: ...
    def add_etc_path(self, path: str | bytes) -> None: ...
    def add_gpg_key(self, id: str) -> None: ...
    def add_path(self, path: str | bytes) -> None: ...
    def add_preference(self, path: str | bytes, prefer: Prefer) -> None: ...
    def add_sign_key(self, kind: str, key: str) -> None: ...
    def set_after_upgrade(self, after_upgrade: bool) -> None: ...
    def set_allow_broken(self, allow_broken: bool) -> None: ...
    def set_allow_other_system(self, allow_other_system: bool) -> None: ...
    def set_allow_replacement(self, allow_replacement: bool) -> None: ...
    def set_only_etc(self, only_etc: bool) -> None: ...
    def set_only_locked(self, only_locked: bool) -> None: ...
    def set_restart(self, restart: bool) -> None: ...
    def set_backing(self, backing: Backing) -> None: ...
    def set_body(self, body: str | None) -> None: ...
    def set_branch(self, branch: str | None) -> None: ...
    def set_deploy(self, deploy: Deploy) -> None: ...
    def set_dry_run(self, dry_run: bool) -> None: ...
    def set_for_commit(self, checksum: str | None) -> None: ...
    def set_from(self, commit: str | None) -> None: ...
    def set_gpg_home(self, directory: str | bytes | None) -> None: ...
    def set_home(self, home: Home) -> None: ...
    def set_kept(self, kept: str | None) -> None: ...
    def set_lazy(self, lazy: bool) -> None: ...
    def set_lock_held(self, lock_held: bool) -> None: ...
    def set_lock_wait(self, milliseconds: int) -> None: ...
    def set_merge_etc(self, merge_etc: bool) -> None: ...
    def set_no_pull(self, no_pull: bool) -> None: ...
    def set_onto(self, onto: str | None) -> None: ...
    def set_record(self, record: str | None) -> None: ...
    def set_repo(self, path: str | bytes | None) -> None: ...
    def set_scratch(self, scratch: bool) -> None: ...
    def set_scratch_var(self, scratch_var: bool) -> None: ...
    def set_size_limit(self, bytes: int) -> None: ...
    def set_skip_special(self, skip_special: bool) -> None: ...
    def set_subject(self, subject: str | None) -> None: ...
    def set_time_limit(self, seconds: int) -> None: ...
    def set_to(self, commit: str | None) -> None: ...
    def set_usage(self, usage: bool) -> None: ...

class Outcome:
    def get_notes(self) -> list[str]: ...
    def get_state(self) -> OSTree.DeploymentUnlockedState: ...
    def get_steps(self) -> list[str]: ...
    def is_dry_run(self) -> bool: ...

class Overview:
    def __iter__(self) -> Iterator[Hierarchy]: ...
    def get_commit(self) -> str: ...
    def get_hierarchies(self) -> list[Hierarchy]: ...
    def get_os(self) -> str: ...
    def get_serial(self) -> int: ...

class Package:
    def get_architecture(self) -> str: ...
    def get_state(self) -> PackageState: ...
    def get_version(self) -> str: ...

class PackageDiff:
    def __iter__(self) -> Iterator[PackageDifference]: ...
    def get_packages(self) -> list[PackageDifference]: ...
    def get_unowned(self) -> list[str]: ...
    def is_purely_additive(self) -> bool: ...

class PackageDifference:
    def get_after(self) -> Package | None: ...
    def get_before(self) -> Package | None: ...
    def get_change(self) -> PackageChange: ...
    def get_format(self) -> PackageFormat: ...
    def get_name(self) -> str: ...

class Problem:
    def get_code(self) -> str: ...
    def get_text(self) -> str: ...

class Revision:
    def get_branch(self) -> str | None: ...
    def get_changes(self) -> int: ...
    def get_checksum(self) -> str | None: ...
    def get_deployment(self) -> str | None: ...
    def get_notes(self) -> list[str]: ...
    def get_parent(self) -> str: ...
    def get_resolved(self) -> list[Conflict]: ...
    def get_skipped(self) -> list[Omission]: ...

class Setting:
    def get_key(self) -> str: ...
    def get_line(self) -> int: ...
    def get_path(self) -> str | None: ...
    def get_value(self) -> str: ...

class Side:
    def get_file_type(self) -> FileType: ...
    def get_gid(self) -> int: ...
    def get_mode(self) -> int: ...
    def get_size(self) -> int: ...
    def get_uid(self) -> int: ...

class Transfer:
    def get_changes(self) -> int: ...
    def get_checksum(self) -> str | None: ...
    def get_resolved(self) -> list[Conflict]: ...
    def get_skipped(self) -> list[Omission]: ...

class Transition:
    def get_added(self) -> int: ...
    def get_affected(self) -> list[Affected]: ...
    def get_changed(self) -> int: ...
    def get_deployment(self) -> str | None: ...
    def get_etc(self) -> list[str]: ...
    def get_etc_kept(self) -> list[Omission]: ...
    def get_follow_ups(self) -> list[FollowUp]: ...
    def get_from(self) -> str: ...
    def get_groups(self) -> list[str]: ...
    def get_kernels(self) -> list[str]: ...
    def get_malformed_units(self) -> list[MalformedUnit]: ...
    def get_missing_libraries(self) -> list[MissingLibrary]: ...
    def get_outcome(self) -> Outcome: ...
    def get_packages(self) -> list[PackageDifference]: ...
    def get_removed(self) -> int: ...
    def get_restarted(self) -> list[FollowUp]: ...
    def get_to(self) -> str: ...
    def get_users(self) -> list[str]: ...
    def is_purely_additive(self) -> bool: ...

class UnlockError(GLib.Error):
    conflicts: tuple[Conflict, ...]
    holders: tuple[Holder, ...]
    @property
    def kind(self) -> Error | int: ...

class FailedError(UnlockError): ...
class InvalidArgumentError(UnlockError): ...
class NotOstreeError(UnlockError): ...
class NotBootedError(UnlockError): ...
class PermissionDeniedError(UnlockError): ...
class AlreadyUnlockedError(UnlockError): ...
class NotUnlockedError(UnlockError): ...
class SysrootLockedError(UnlockError): ...
class InUseError(UnlockError): ...
class ForeignMountError(UnlockError): ...
class UnsupportedError(UnlockError): ...
class NoSpaceError(UnlockError): ...
class UnsafePathError(UnlockError): ...
class UnverifiedError(UnlockError): ...
class NotAllowedError(UnlockError): ...
class NotFoundError(UnlockError): ...
class CorruptError(UnlockError): ...
class ConflictError(UnlockError): ...
class ChangedError(UnlockError): ...
class NotAdditiveError(UnlockError): ...

RELEASE_VERSION: int
VERSION_S: str
YEAR_VERSION: int

def config() -> Configuration: ...
def detect() -> Detection: ...
def enter() -> bool: ...
def enter_scratch(fresh: bool = False) -> bool: ...
def enter_commit(
    sysroot: OSTree.Sysroot,
    commit: str,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    lock_held: bool = ...,
    lock_wait: int = ...,
    merge_etc: bool = ...,
) -> bool: ...
def enter_deployment(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment,
    options: Options | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    for_commit: str | None = ...,
    home: Home = ...,
    lock_wait: int = ...,
    record: str | None = ...,
    scratch_var: bool = ...,
) -> bool: ...
def record(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    name: str = ...,
    options: Options | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    for_commit: str | None = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
) -> bool: ...
def get_records(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    cancellable: Gio.Cancellable | None = None,
) -> list[str]: ...
def get_missing_records(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    cancellable: Gio.Cancellable | None = None,
) -> list[str]: ...
def error_quark() -> int: ...
def get_holders(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    cancellable: Gio.Cancellable | None = None,
) -> list[Holder]: ...
def get_last_conflicts() -> list[Conflict]: ...
def get_last_holders() -> list[Holder]: ...
def diff(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    from_: str | None = ...,
    kept: str | None = ...,
    paths: Iterable[str | bytes] = ...,
    scratch: bool = ...,
    to: str | None = ...,
) -> Comparison: ...
def diff_commits(
    repo: OSTree.Repo,
    from_: str,
    to: str,
    options: Options | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    paths: Iterable[str | bytes] = ...,
) -> Comparison: ...
def diff_packages(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    from_: str | None = ...,
    scratch: bool = ...,
    to: str | None = ...,
) -> PackageDiff: ...
def diff_packages_of_commits(
    repo: OSTree.Repo,
    from_: str,
    to: str,
    cancellable: Gio.Cancellable | None = None,
) -> PackageDiff: ...
def status(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    usage: bool = ...,
) -> Overview: ...
def begin(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    state: OSTree.DeploymentUnlockedState = ...,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    backing: Backing = ...,
    dry_run: bool = ...,
    lazy: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    only_locked: bool = ...,
    size_limit: int = ...,
    time_limit: int = ...,
) -> Outcome: ...
def end(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    dry_run: bool = ...,
    lazy: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
) -> Outcome: ...
def cleanup(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    after_upgrade: bool = ...,
    only_etc: bool = ...,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
) -> Outcome: ...
def commit(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    body: str | None = ...,
    branch: str | None = ...,
    deploy: Deploy = ...,
    dry_run: bool = ...,
    etc_paths: Iterable[str | bytes] = ...,
    gpg_home: str | bytes | None = ...,
    gpg_keys: Iterable[str] = ...,
    kept: str | None = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    onto: str | None = ...,
    paths: Iterable[str | bytes] = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
    repo: str | bytes | None = ...,
    scratch: bool = ...,
    sign_keys: Iterable[tuple[str, str]] = ...,
    skip_special: bool = ...,
    subject: str | None = ...,
) -> Revision: ...
def keep_save(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    name: str = ...,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    etc_paths: Iterable[str | bytes] = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    paths: Iterable[str | bytes] = ...,
    scratch: bool = ...,
    skip_special: bool = ...,
    subject: str | None = ...,
) -> Transfer: ...
def keep_list(
    sysroot: OSTree.Sysroot,
    cancellable: Gio.Cancellable | None = None,
) -> list[Kept]: ...
def keep_restore(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    name: str = ...,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    paths: Iterable[str | bytes] = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> Transfer: ...
def keep_drop(
    sysroot: OSTree.Sysroot,
    name: str,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    lock_held: bool = ...,
    lock_wait: int = ...,
) -> bool: ...
def apply(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    commit: str | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    allow_broken: bool = ...,
    allow_other_system: bool = ...,
    allow_replacement: bool = ...,
    deploy: Deploy = ...,
    restart: bool = ...,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    no_pull: bool = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> Transition: ...
def rollback(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    all: bool = False,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    dry_run: bool = ...,
    restart: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> Transition: ...
@overload
def begin_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    state: OSTree.DeploymentUnlockedState = ...,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    callback: None = None,
    *,
    backing: Backing = ...,
    dry_run: bool = ...,
    lazy: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    only_locked: bool = ...,
    size_limit: int = ...,
    time_limit: int = ...,
) -> Awaitable[Outcome]: ...
@overload
def begin_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None,
    state: OSTree.DeploymentUnlockedState,
    options: Options | None,
    progress: OSTree.AsyncProgress | None,
    cancellable: Gio.Cancellable | None,
    callback: Callable[..., None],
    *user_data: Any,
    backing: Backing = ...,
    dry_run: bool = ...,
    lazy: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    only_locked: bool = ...,
    size_limit: int = ...,
    time_limit: int = ...,
) -> None: ...
def begin_finish(
    result: Gio.AsyncResult,
) -> Outcome: ...
@overload
def end_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    callback: None = None,
    *,
    dry_run: bool = ...,
    lazy: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
) -> Awaitable[Outcome]: ...
@overload
def end_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None,
    options: Options | None,
    progress: OSTree.AsyncProgress | None,
    cancellable: Gio.Cancellable | None,
    callback: Callable[..., None],
    *user_data: Any,
    dry_run: bool = ...,
    lazy: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
) -> None: ...
def end_finish(
    result: Gio.AsyncResult,
) -> Outcome: ...
@overload
def cleanup_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    callback: None = None,
    *,
    after_upgrade: bool = ...,
    only_etc: bool = ...,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
) -> Awaitable[Outcome]: ...
@overload
def cleanup_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None,
    options: Options | None,
    progress: OSTree.AsyncProgress | None,
    cancellable: Gio.Cancellable | None,
    callback: Callable[..., None],
    *user_data: Any,
    after_upgrade: bool = ...,
    only_etc: bool = ...,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
) -> None: ...
def cleanup_finish(
    result: Gio.AsyncResult,
) -> Outcome: ...
@overload
def commit_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    callback: None = None,
    *,
    body: str | None = ...,
    branch: str | None = ...,
    deploy: Deploy = ...,
    dry_run: bool = ...,
    etc_paths: Iterable[str | bytes] = ...,
    gpg_home: str | bytes | None = ...,
    gpg_keys: Iterable[str] = ...,
    kept: str | None = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    onto: str | None = ...,
    paths: Iterable[str | bytes] = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
    repo: str | bytes | None = ...,
    scratch: bool = ...,
    sign_keys: Iterable[tuple[str, str]] = ...,
    skip_special: bool = ...,
    subject: str | None = ...,
) -> Awaitable[Revision]: ...
@overload
def commit_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None,
    options: Options | None,
    progress: OSTree.AsyncProgress | None,
    cancellable: Gio.Cancellable | None,
    callback: Callable[..., None],
    *user_data: Any,
    body: str | None = ...,
    branch: str | None = ...,
    deploy: Deploy = ...,
    dry_run: bool = ...,
    etc_paths: Iterable[str | bytes] = ...,
    gpg_home: str | bytes | None = ...,
    gpg_keys: Iterable[str] = ...,
    kept: str | None = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    onto: str | None = ...,
    paths: Iterable[str | bytes] = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
    repo: str | bytes | None = ...,
    scratch: bool = ...,
    sign_keys: Iterable[tuple[str, str]] = ...,
    skip_special: bool = ...,
    subject: str | None = ...,
) -> None: ...
def commit_finish(
    result: Gio.AsyncResult,
) -> Revision: ...
@overload
def keep_save_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    name: str = ...,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    callback: None = None,
    *,
    etc_paths: Iterable[str | bytes] = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    paths: Iterable[str | bytes] = ...,
    scratch: bool = ...,
    skip_special: bool = ...,
    subject: str | None = ...,
) -> Awaitable[Transfer]: ...
@overload
def keep_save_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None,
    name: str,
    options: Options | None,
    progress: OSTree.AsyncProgress | None,
    cancellable: Gio.Cancellable | None,
    callback: Callable[..., None],
    *user_data: Any,
    etc_paths: Iterable[str | bytes] = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    paths: Iterable[str | bytes] = ...,
    scratch: bool = ...,
    skip_special: bool = ...,
    subject: str | None = ...,
) -> None: ...
def keep_save_finish(
    result: Gio.AsyncResult,
) -> Transfer: ...
@overload
def keep_restore_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    name: str = ...,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    callback: None = None,
    *,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    paths: Iterable[str | bytes] = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> Awaitable[Transfer]: ...
@overload
def keep_restore_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None,
    name: str,
    options: Options | None,
    progress: OSTree.AsyncProgress | None,
    cancellable: Gio.Cancellable | None,
    callback: Callable[..., None],
    *user_data: Any,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    paths: Iterable[str | bytes] = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> None: ...
def keep_restore_finish(
    result: Gio.AsyncResult,
) -> Transfer: ...
@overload
def apply_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    commit: str | None = None,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    callback: None = None,
    *,
    allow_broken: bool = ...,
    allow_other_system: bool = ...,
    allow_replacement: bool = ...,
    deploy: Deploy = ...,
    restart: bool = ...,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    no_pull: bool = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> Awaitable[Transition]: ...
@overload
def apply_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None,
    commit: str | None,
    options: Options | None,
    progress: OSTree.AsyncProgress | None,
    cancellable: Gio.Cancellable | None,
    callback: Callable[..., None],
    *user_data: Any,
    allow_broken: bool = ...,
    allow_other_system: bool = ...,
    allow_replacement: bool = ...,
    deploy: Deploy = ...,
    restart: bool = ...,
    dry_run: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    no_pull: bool = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> None: ...
def apply_finish(
    result: Gio.AsyncResult,
) -> Transition: ...
@overload
def rollback_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    all: bool = False,
    options: Options | None = None,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    callback: None = None,
    *,
    dry_run: bool = ...,
    restart: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> Awaitable[Transition]: ...
@overload
def rollback_async(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None,
    all: bool,
    options: Options | None,
    progress: OSTree.AsyncProgress | None,
    cancellable: Gio.Cancellable | None,
    callback: Callable[..., None],
    *user_data: Any,
    dry_run: bool = ...,
    restart: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    preferences: Iterable[tuple[str | bytes, Prefer]] = ...,
) -> None: ...
def rollback_finish(
    result: Gio.AsyncResult,
) -> Transition: ...
def unlocked(
    sysroot: OSTree.Sysroot,
    deployment: OSTree.Deployment | None = None,
    state: OSTree.DeploymentUnlockedState = ...,
    progress: OSTree.AsyncProgress | None = None,
    cancellable: Gio.Cancellable | None = None,
    *,
    backing: Backing = ...,
    lazy: bool = ...,
    lock_held: bool = ...,
    lock_wait: int = ...,
    size_limit: int = ...,
    time_limit: int = ...,
) -> AbstractContextManager[Outcome]: ...
