/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Made by build-aux/header from src/capi: change it there. */

/**
 * SECTION:ostree-unlock
 * @title: libostree-unlock
 * @short_description: make the running OSTree system mutable, and put it back
 *
 * Not to be confused with libostree's ostree_sysroot_unlock(), which releases the *lock
 * file* of a sysroot. Here a deployment is unlocked: its `/usr` becomes writable
 * (ostree_sysroot_unlock_begin()), is looked at (ostree_sysroot_unlock_status(),
 * ostree_sysroot_unlock_detect()) and is locked again (ostree_sysroot_unlock_end()), all
 * without a reboot.
 *
 * A pointer that may be %NULL says so. %NULL elsewhere, or an object of another type, is a
 * mistake of the caller: a function with a #GError argument fails with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT, any other logs a critical warning and
 * returns %NULL, %FALSE or 0.
 *
 * An #OstreeSysroot belongs to one thread at a time. What the results hold never changes;
 * texts are UTF-8, paths are bytes as the kernel has them.
 */


#pragma once

#include <gio/gio.h>
#include <ostree.h>

#ifndef _OSTREE_UNLOCK_PUBLIC
#define _OSTREE_UNLOCK_PUBLIC extern
#endif

/**
 * OSTREE_UNLOCK_YEAR_VERSION:
 *
 * The year of the release that this header is of.
 *
 * Since: 2026.1
 */
#define OSTREE_UNLOCK_YEAR_VERSION 2026

/**
 * OSTREE_UNLOCK_RELEASE_VERSION:
 *
 * The number within the year of the release that this header is of.
 *
 * Since: 2026.1
 */
#define OSTREE_UNLOCK_RELEASE_VERSION 1

/**
 * OSTREE_UNLOCK_VERSION_S:
 *
 * The whole version, as a string.
 *
 * Since: 2026.1
 */
#define OSTREE_UNLOCK_VERSION_S "2026.1.0"

/**
 * OSTREE_UNLOCK_CHECK_VERSION:
 * @year: a year
 * @release: a number within it
 *
 * Whether this header is of that release or of a later one; for `#if`, too.
 *
 * Since: 2026.1
 */
#define OSTREE_UNLOCK_CHECK_VERSION(year, release) \
  (OSTREE_UNLOCK_YEAR_VERSION > (year) \
   || (OSTREE_UNLOCK_YEAR_VERSION == (year) && OSTREE_UNLOCK_RELEASE_VERSION >= (release)))

/**
 * OSTREE_SYSROOT_UNLOCK_ERROR:
 *
 * The error domain of this library; its numbers are #OstreeSysrootUnlockError. A cancelled
 * operation has %G_IO_ERROR_CANCELLED instead.
 *
 * Since: 2026.1
 */
#define OSTREE_SYSROOT_UNLOCK_ERROR (ostree_sysroot_unlock_error_quark ())

#define OSTREE_TYPE_SYSROOT_UNLOCK_AFFECTED (ostree_sysroot_unlock_affected_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_CHANGED_FILE (ostree_sysroot_unlock_changed_file_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_COMPARISON (ostree_sysroot_unlock_comparison_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_CONFIGURATION (ostree_sysroot_unlock_configuration_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_CONFLICT (ostree_sysroot_unlock_conflict_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_DETECTION (ostree_sysroot_unlock_detection_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_DIFFERENCE (ostree_sysroot_unlock_difference_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_FOLLOW_UP (ostree_sysroot_unlock_follow_up_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_HIERARCHY (ostree_sysroot_unlock_hierarchy_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_HOLDER (ostree_sysroot_unlock_holder_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_KEPT (ostree_sysroot_unlock_kept_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_LIVE_COMMIT (ostree_sysroot_unlock_live_commit_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_MALFORMED_UNIT (ostree_sysroot_unlock_malformed_unit_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_MISSING_LIBRARY (ostree_sysroot_unlock_missing_library_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_MONITOR (ostree_sysroot_unlock_monitor_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_OMISSION (ostree_sysroot_unlock_omission_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_OPTIONS (ostree_sysroot_unlock_options_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_OUTCOME (ostree_sysroot_unlock_outcome_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_OVERVIEW (ostree_sysroot_unlock_overview_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_PACKAGE (ostree_sysroot_unlock_package_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_PACKAGE_DIFF (ostree_sysroot_unlock_package_diff_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_PACKAGE_DIFFERENCE (ostree_sysroot_unlock_package_difference_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_PROBLEM (ostree_sysroot_unlock_problem_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_REVISION (ostree_sysroot_unlock_revision_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_SETTING (ostree_sysroot_unlock_setting_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_SIDE (ostree_sysroot_unlock_side_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_TRANSFER (ostree_sysroot_unlock_transfer_get_type ())
#define OSTREE_TYPE_SYSROOT_UNLOCK_TRANSITION (ostree_sysroot_unlock_transition_get_type ())

/**
 * OstreeSysrootUnlockChange:
 * @OSTREE_SYSROOT_UNLOCK_CHANGE_ADDED: it was not there
 * @OSTREE_SYSROOT_UNLOCK_CHANGE_REMOVED: it is no longer there
 * @OSTREE_SYSROOT_UNLOCK_CHANGE_MODIFIED: other content, or another target of a link
 * @OSTREE_SYSROOT_UNLOCK_CHANGE_TYPE_CHANGED: a file of another type
 * @OSTREE_SYSROOT_UNLOCK_CHANGE_METADATA: the same content with another mode, owner, or
 * extended attributes
 * @OSTREE_SYSROOT_UNLOCK_CHANGE_RENAMED: a directory that was moved here, as the overlay says
 *
 * What became of a path. The numbers never change, and more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_CHANGE_ADDED = 0,
  OSTREE_SYSROOT_UNLOCK_CHANGE_REMOVED = 1,
  OSTREE_SYSROOT_UNLOCK_CHANGE_MODIFIED = 2,
  OSTREE_SYSROOT_UNLOCK_CHANGE_TYPE_CHANGED = 3,
  OSTREE_SYSROOT_UNLOCK_CHANGE_METADATA = 4,
  OSTREE_SYSROOT_UNLOCK_CHANGE_RENAMED = 5,
} OstreeSysrootUnlockChange;

/**
 * OstreeSysrootUnlockFileType:
 * @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_REGULAR: an ordinary file
 * @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_DIRECTORY: a directory
 * @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_SYMLINK: a symbolic link
 * @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_DEVICE: a character or block device
 * @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_FIFO: a named pipe
 * @OSTREE_SYSROOT_UNLOCK_FILE_TYPE_SOCKET: a socket
 *
 * The types of files. The numbers never change, and more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_FILE_TYPE_REGULAR = 0,
  OSTREE_SYSROOT_UNLOCK_FILE_TYPE_DIRECTORY = 1,
  OSTREE_SYSROOT_UNLOCK_FILE_TYPE_SYMLINK = 2,
  OSTREE_SYSROOT_UNLOCK_FILE_TYPE_DEVICE = 3,
  OSTREE_SYSROOT_UNLOCK_FILE_TYPE_FIFO = 4,
  OSTREE_SYSROOT_UNLOCK_FILE_TYPE_SOCKET = 5,
} OstreeSysrootUnlockFileType;

/**
 * OstreeSysrootUnlockPackageFormat:
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_DEB: Debian's, installed by dpkg
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_RPM: installed by rpm
 *
 * The kinds of packages. The numbers never change, and more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_DEB = 0,
  OSTREE_SYSROOT_UNLOCK_PACKAGE_FORMAT_RPM = 1,
} OstreeSysrootUnlockPackageFormat;

/**
 * OstreeSysrootUnlockPackageChange:
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_ADDED: it was not there
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REMOVED: it is no longer there
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_UPGRADED: a later version
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_DOWNGRADED: an earlier version
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REINSTALLED: the same version, installed again or
 * otherwise: another build or architecture of it, another state, or another time
 *
 * What became of a package. The numbers never change, and more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_ADDED = 0,
  OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REMOVED = 1,
  OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_UPGRADED = 2,
  OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_DOWNGRADED = 3,
  OSTREE_SYSROOT_UNLOCK_PACKAGE_CHANGE_REINSTALLED = 4,
} OstreeSysrootUnlockPackageChange;

/**
 * OstreeSysrootUnlockPackageState:
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_INSTALLED: as it should be
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_INSTALLED: its files are there in part
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_UNPACKED: its files are there, and nothing was configured
 * @OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_CONFIGURED: its configuration broke off
 *
 * How far a package is installed. The numbers never change, and more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_INSTALLED = 0,
  OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_INSTALLED = 1,
  OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_UNPACKED = 2,
  OSTREE_SYSROOT_UNLOCK_PACKAGE_STATE_HALF_CONFIGURED = 3,
} OstreeSysrootUnlockPackageState;

/**
 * OstreeSysrootUnlockFollowUpStep:
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_LOADER_CACHE: `/etc/ld.so.cache`, by ldconfig
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_USERS: users and groups, by systemd-sysusers
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_FILES: what is in tmpfiles.d, by systemd-tmpfiles
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_UNIT_FILES: systemd reads all unit files anew
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_RELOAD: a service reads its own files anew
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_RESTART: a service is restarted, as
 * ostree_sysroot_unlock_options_set_restart() asked for
 *
 * What may have to be done once other files are live, in this order. The numbers never change, and
 * more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_LOADER_CACHE = 0,
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_USERS = 1,
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_FILES = 2,
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_UNIT_FILES = 3,
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_RELOAD = 4,
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_STEP_RESTART = 5,
} OstreeSysrootUnlockFollowUpStep;

/**
 * OstreeSysrootUnlockFollowUpEnd:
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_DONE: it was done
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_FAILED: it failed
 * @OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_NOT_DONE: it was not tried, for want of systemd, for
 * example
 *
 * What became of it. The numbers never change, and more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_DONE = 0,
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_FAILED = 1,
  OSTREE_SYSROOT_UNLOCK_FOLLOW_UP_END_NOT_DONE = 2,
} OstreeSysrootUnlockFollowUpEnd;

/**
 * OstreeSysrootUnlockVerdict:
 * @OSTREE_SYSROOT_UNLOCK_VERDICT_RESTART: the unit can be restarted, as
 * ostree_sysroot_unlock_options_set_restart() does
 * @OSTREE_SYSROOT_UNLOCK_VERDICT_REBOOT: restarting it would take down more than itself, so it
 * waits for a reboot
 * @OSTREE_SYSROOT_UNLOCK_VERDICT_LOG_OUT: it is a user's own, and ends with the session
 * @OSTREE_SYSROOT_UNLOCK_VERDICT_CALLER: it is what the caller runs in
 * @OSTREE_SYSROOT_UNLOCK_VERDICT_BY_HAND: it is no unit: whoever started it has to start it again
 *
 * What has to be done for something to run on the new files. The numbers never change, and more
 * may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_VERDICT_RESTART = 0,
  OSTREE_SYSROOT_UNLOCK_VERDICT_REBOOT = 1,
  OSTREE_SYSROOT_UNLOCK_VERDICT_LOG_OUT = 2,
  OSTREE_SYSROOT_UNLOCK_VERDICT_CALLER = 3,
  OSTREE_SYSROOT_UNLOCK_VERDICT_BY_HAND = 4,
} OstreeSysrootUnlockVerdict;

/**
 * OstreeSysrootUnlockReason:
 * @OSTREE_SYSROOT_UNLOCK_REASON_UNIT_FILE: the file that the unit is from, or one that adds to it
 * @OSTREE_SYSROOT_UNLOCK_REASON_PROGRAM: a program that it runs, or a script
 * @OSTREE_SYSROOT_UNLOCK_REASON_LIBRARY: a file that it has code from
 *
 * By what something is affected. The numbers never change, and more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_REASON_UNIT_FILE = 0,
  OSTREE_SYSROOT_UNLOCK_REASON_PROGRAM = 1,
  OSTREE_SYSROOT_UNLOCK_REASON_LIBRARY = 2,
} OstreeSysrootUnlockReason;

/**
 * OstreeSysrootUnlockPrefer:
 * @OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES: that of the changes
 * @OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT: that of the commit that they are replayed on, or of the
 * `/usr` that they are put back into
 *
 * Whose version is taken where both sides changed the same. The numbers never change, and more
 * may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES = 0,
  OSTREE_SYSROOT_UNLOCK_PREFER_COMMIT = 1,
} OstreeSysrootUnlockPrefer;

/**
 * OstreeSysrootUnlockBacking:
 * @OSTREE_SYSROOT_UNLOCK_BACKING_DISK: beside the deployment, on the file system of the
 * sysroot
 * @OSTREE_SYSROOT_UNLOCK_BACKING_RAM: in memory, with a limit
 *
 * Where what is written to an unlocked hierarchy goes. The numbers never change, and more may
 * be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_BACKING_DISK = 0,
  OSTREE_SYSROOT_UNLOCK_BACKING_RAM = 1,
} OstreeSysrootUnlockBacking;

/**
 * OstreeSysrootUnlockDeploy:
 * @OSTREE_SYSROOT_UNLOCK_DEPLOY_NOW: it is deployed, and boots next
 * @OSTREE_SYSROOT_UNLOCK_DEPLOY_STAGED: it is staged, and deployed when the system goes down
 *
 * What becomes of a commit on this system. The numbers never change, and more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_DEPLOY_NOW = 0,
  OSTREE_SYSROOT_UNLOCK_DEPLOY_STAGED = 1,
} OstreeSysrootUnlockDeploy;

/**
 * OstreeSysrootUnlockError:
 * @OSTREE_SYSROOT_UNLOCK_ERROR_FAILED: a system call or libostree failed in a way that has no
 * number of its own
 * @OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT: an argument, or a combination of options,
 * makes no sense
 * @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE: the running system was not booted by OSTree
 * @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED: the sysroot or the deployment is not the one that
 * is booted
 * @OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED: the caller lacks a privilege that the
 * operation needs
 * @OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED: it is unlocked already
 * @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED: it is not unlocked, so there is nothing to end
 * @OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED: somebody else holds the lock of the sysroot;
 * see ostree_sysroot_unlock_error_get_holders()
 * @OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE: ending would lose what somebody is writing or running;
 * see ostree_sysroot_unlock_error_get_holders()
 * @OSTREE_SYSROOT_UNLOCK_ERROR_FOREIGN_MOUNT: somebody else's mount lies on `/usr`
 * @OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED: this kernel, this file system or this kind of
 * deployment cannot do it
 * @OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE: there is not enough space for what was asked
 * @OSTREE_SYSROOT_UNLOCK_ERROR_UNSAFE_PATH: what stands at a path of ours was not made by us
 * and is not safe to use
 * @OSTREE_SYSROOT_UNLOCK_ERROR_UNVERIFIED: the kernel shows something else than the operation
 * was to bring about
 * @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED: the configuration of this system does not allow it
 * @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND: the commit, object, or name that was asked for is not
 * there
 * @OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT: an object or a database is damaged
 * @OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT: both sides changed the same; see
 * ostree_sysroot_unlock_error_get_conflicts()
 * @OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED: what was read was written to meanwhile
 * @OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE: packages would be replaced or removed under what
 * runs, which was not allowed
 *
 * What went wrong. The numbers never change, and more may be added, so treat one that you do
 * not know like %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED.
 *
 * A cancelled operation fails with %G_IO_ERROR_CANCELLED, in the domain %G_IO_ERROR, as
 * everywhere in GIO; its number here, 14, is not used.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_ERROR_FAILED = 0,
  OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT = 1,
  OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE = 2,
  OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED = 3,
  OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED = 4,
  OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED = 5,
  OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED = 6,
  OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED = 7,
  OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE = 8,
  OSTREE_SYSROOT_UNLOCK_ERROR_FOREIGN_MOUNT = 9,
  OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED = 10,
  OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE = 11,
  OSTREE_SYSROOT_UNLOCK_ERROR_UNSAFE_PATH = 12,
  OSTREE_SYSROOT_UNLOCK_ERROR_UNVERIFIED = 13,
  OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED = 15,
  OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND = 16,
  OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT = 17,
  OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT = 18,
  OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED = 19,
  OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE = 20,
} OstreeSysrootUnlockError;

/**
 * OstreeSysrootUnlockHome:
 * @OSTREE_SYSROOT_UNLOCK_HOME_SHARED: those of the system that runs
 * @OSTREE_SYSROOT_UNLOCK_HOME_SCRATCH: a copy of them, which is gone with the last process that
 * sees it
 *
 * What `/home` and `/root` are in a deployment that is not booted. The numbers never change, and
 * more may be added.
 *
 * Since: 2026.1
 */
typedef enum {
  OSTREE_SYSROOT_UNLOCK_HOME_SHARED = 0,
  OSTREE_SYSROOT_UNLOCK_HOME_SCRATCH = 1,
} OstreeSysrootUnlockHome;

/**
 * OstreeSysrootUnlockAffected:
 *
 * A unit, a user, or a process of neither, that runs on files which are others now. It never
 * changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockAffected OstreeSysrootUnlockAffected;

/**
 * OstreeSysrootUnlockChangedFile:
 *
 * A file by which something is affected, as it is another one now, or gone. It never changes, and
 * may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockChangedFile OstreeSysrootUnlockChangedFile;

/**
 * OstreeSysrootUnlockComparison:
 *
 * The differences between two trees, which ostree_sysroot_unlock_comparison_next() gives one
 * after the other. What it holds is the way to where it is, and does not grow with the number
 * of files. May be handed from thread to thread, and used by several.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockComparison OstreeSysrootUnlockComparison;

/**
 * OstreeSysrootUnlockConfiguration:
 *
 * What whoever administers the system has decided for every caller: what may be begun, with which
 * defaults and limits. It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockConfiguration OstreeSysrootUnlockConfiguration;

/**
 * OstreeSysrootUnlockConflict:
 *
 * One path where the changes and the commit that they are replayed on, or the `/usr` that they
 * are put back into, both differ from what the changes were made on, and from each other. It
 * never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockConflict OstreeSysrootUnlockConflict;

/**
 * OstreeSysrootUnlockDetection:
 *
 * What a package manager has to know before it writes below `/usr`, from
 * ostree_sysroot_unlock_detect(). It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockDetection OstreeSysrootUnlockDetection;

/**
 * OstreeSysrootUnlockDifference:
 *
 * What became of one path. It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockDifference OstreeSysrootUnlockDifference;

/**
 * OstreeSysrootUnlockFollowUp:
 *
 * What was to be done once the files of another commit were live, and what became of it. A failure
 * here changes nothing about what is live. It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockFollowUp OstreeSysrootUnlockFollowUp;

/**
 * OstreeSysrootUnlockHierarchy:
 *
 * A directory tree of the booted deployment that can be unlocked, such as `/usr`, and what it
 * is made of. It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockHierarchy OstreeSysrootUnlockHierarchy;

/**
 * OstreeSysrootUnlockHolder:
 *
 * One process and one thing that it holds, so that an operation was refused. It never changes,
 * and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockHolder OstreeSysrootUnlockHolder;

/**
 * OstreeSysrootUnlockKept:
 *
 * Changes that were set aside under a name, from ostree_sysroot_unlock_keep_list(). It never
 * changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockKept OstreeSysrootUnlockKept;

/**
 * OstreeSysrootUnlockLiveCommit:
 *
 * The commit that ostree_sysroot_unlock_apply() made live, in the place of the booted one. It
 * never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockLiveCommit OstreeSysrootUnlockLiveCommit;

/**
 * OstreeSysrootUnlockMalformedUnit:
 *
 * A unit file of a commit, or one that adds to a unit, that systemd would not read. It never
 * changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockMalformedUnit OstreeSysrootUnlockMalformedUnit;

/**
 * OstreeSysrootUnlockMissingLibrary:
 *
 * A library that a program, or another library, needs and would no longer find in a commit. It
 * never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockMissingLibrary OstreeSysrootUnlockMissingLibrary;

/**
 * OstreeSysrootUnlockMonitor:
 *
 * Watches in which state `/usr` is, whoever changes it. May be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockMonitor OstreeSysrootUnlockMonitor;

/**
 * OstreeSysrootUnlockOmission:
 *
 * A file that cannot be in a commit and was left out, as
 * ostree_sysroot_unlock_options_set_skip_special() asked for; or one of `/etc` that stays as it
 * is although a live commit has another default for it, from
 * ostree_sysroot_unlock_transition_get_etc_kept(). It never changes, and may be used by several
 * threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockOmission OstreeSysrootUnlockOmission;

/**
 * OstreeSysrootUnlockOptions:
 *
 * What a caller may ask of an operation beyond its arguments. An operation refuses an option
 * that means nothing to it with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT, so that none is
 * ever ignored; each setter says what its option is for, by the operations' names without their
 * prefix.
 *
 * May be used again, and by several threads: an operation takes what is set when it is called.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockOptions OstreeSysrootUnlockOptions;

/**
 * OstreeSysrootUnlockOutcome:
 *
 * What an operation did, or with a dry run would do. It never changes, and may be used by
 * several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockOutcome OstreeSysrootUnlockOutcome;

/**
 * OstreeSysrootUnlockOverview:
 *
 * What the booted deployment is made of, from ostree_sysroot_unlock_status(). It never
 * changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockOverview OstreeSysrootUnlockOverview;

/**
 * OstreeSysrootUnlockPackage:
 *
 * A package as it is on one side of a difference. It never changes, and may be used by several
 * threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockPackage OstreeSysrootUnlockPackage;

/**
 * OstreeSysrootUnlockPackageDiff:
 *
 * What became of the packages, and which changed files belong to none, from
 * ostree_sysroot_unlock_diff_packages(). It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockPackageDiff OstreeSysrootUnlockPackageDiff;

/**
 * OstreeSysrootUnlockPackageDifference:
 *
 * What became of one package. It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockPackageDifference OstreeSysrootUnlockPackageDifference;

/**
 * OstreeSysrootUnlockProblem:
 *
 * Something stale or wrong. It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockProblem OstreeSysrootUnlockProblem;

/**
 * OstreeSysrootUnlockRevision:
 *
 * The commit that changes became, or with a dry run would become, from
 * ostree_sysroot_unlock_commit(). It never changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockRevision OstreeSysrootUnlockRevision;

/**
 * OstreeSysrootUnlockSetting:
 *
 * One setting of the configuration, and where it stands. It never changes, and may be used by
 * several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockSetting OstreeSysrootUnlockSetting;

/**
 * OstreeSysrootUnlockSide:
 *
 * What a file is on one side of a difference. It never changes, and may be used by several
 * threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockSide OstreeSysrootUnlockSide;

/**
 * OstreeSysrootUnlockTransfer:
 *
 * What became of changes that were set aside by ostree_sysroot_unlock_keep_save() or put back
 * by ostree_sysroot_unlock_keep_restore(). It never changes, and may be used by several
 * threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockTransfer OstreeSysrootUnlockTransfer;

/**
 * OstreeSysrootUnlockTransition:
 *
 * What ostree_sysroot_unlock_apply() or ostree_sysroot_unlock_rollback() did, or with a dry run
 * would do, what it means for files, packages and `/etc`, and what became of what runs. It never
 * changes, and may be used by several threads.
 *
 * Since: 2026.1
 */
typedef struct OstreeSysrootUnlockTransition OstreeSysrootUnlockTransition;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * ostree_sysroot_unlock_detect:
 * @error: return location for an error, or %NULL
 *
 * What a package manager has to know before it writes below `/usr`. Fast: a few reads of what
 * the kernel has mounted. Does not load libostree's view of the sysroot, needs no privilege
 * and changes nothing. A system that was not booted by OSTree is no error here:
 * ostree_sysroot_unlock_detection_is_booted() tells it.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED if what the kernel shows in `/proc` cannot be
 * read.
 *
 * Returns: (transfer full): what was found, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC OstreeSysrootUnlockDetection *ostree_sysroot_unlock_detect(GError **error);

/**
 * ostree_sysroot_unlock_status:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @options: (nullable): of the options, `usage` means something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * What each hierarchy of the booted deployment is made of, in which state it is, since when,
 * and what is stale or wrong. Changes nothing. Needs no privilege, and says in the result what
 * could not be seen for lack of it.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE if the system was not booted by OSTree,
 * with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED if @sysroot or @deployment is not the booted
 * one, with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL or an option
 * has no meaning here, and with %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): what was found, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOverview *ostree_sysroot_unlock_status(OstreeSysroot *sysroot,
                                                          OstreeDeployment *deployment,
                                                          OstreeSysrootUnlockOptions *options,
                                                          OstreeAsyncProgress *progress,
                                                          GCancellable *cancellable,
                                                          GError **error);

/**
 * ostree_sysroot_unlock_begin:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @state: the state to bring `/usr` to; not %OSTREE_DEPLOYMENT_UNLOCKED_NONE
 * @options: (nullable): of the options, `dry_run`, `lazy`, `lock_wait`, `lock_held`, `backing`,
 * `size_limit`, `time_limit` and `only_locked` mean something here
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Unlocks the booted deployment: makes its `/usr` writable, without a reboot. What is written
 * is kept apart from the deployment, and with @state %OSTREE_DEPLOYMENT_UNLOCKED_DEVELOPMENT
 * and %OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT it is gone after ostree_sysroot_unlock_end() or a
 * reboot. `/etc` and `/var` are not covered. On a deployment that this library has unlocked,
 * another @state changes it and keeps what was written.
 *
 * Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root) and takes the lock of the
 * sysroot, unless ostree_sysroot_unlock_options_set_lock_held() says that the caller has it.
 * @sysroot itself does not see the change before ostree_sysroot_load_if_changed().
 *
 * A @progress gets the keys `status` (a text for people, as ostree_async_progress_get_status()
 * returns it), `unlock-steps-done` and `unlock-steps-total` (both `t`, the latter 0 where it
 * is not known), set together. A cancellation stops it only where nothing was changed yet or
 * where what was changed can be put back.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED if it is in @state already or somebody else
 * has unlocked it, %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED for a @state that this version or
 * this system cannot make, %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL
 * or @state or an option makes no sense, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED if the
 * configuration of the system forbids it, %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE if a change
 * would take a file from under somebody who writes to it,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_UNVERIFIED if the kernel shows something else afterwards,
 * %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError. After a failure `/usr` is as it was before; should even putting
 * it back fail, the message says so and the next call repairs it.
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOutcome *ostree_sysroot_unlock_begin(OstreeSysroot *sysroot,
                                                        OstreeDeployment *deployment,
                                                        OstreeDeploymentUnlockedState state,
                                                        OstreeSysrootUnlockOptions *options,
                                                        OstreeAsyncProgress *progress,
                                                        GCancellable *cancellable,
                                                        GError **error);

/**
 * ostree_sysroot_unlock_end:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @options: (nullable): of the options, `dry_run`, `lazy`, `lock_wait` and `lock_held` mean
 * something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Locks the booted deployment again: `/usr` is read-only and what it was before
 * ostree_sysroot_unlock_begin(), without a reboot. What was written meanwhile is lost.
 * Programs that run since keep what they have open; the notes of the outcome name them.
 *
 * Needs the same privilege and takes the same lock as ostree_sysroot_unlock_begin().
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED if there is nothing to end, with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE if something would be lost under somebody who still uses
 * it (see ostree_sysroot_unlock_error_get_holders() and
 * ostree_sysroot_unlock_options_set_lazy()), and otherwise like ostree_sysroot_unlock_begin().
 * After a failure `/usr` is unlocked as it was before.
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOutcome *ostree_sysroot_unlock_end(OstreeSysroot *sysroot,
                                                      OstreeDeployment *deployment,
                                                      OstreeSysrootUnlockOptions *options,
                                                      OstreeAsyncProgress *progress,
                                                      GCancellable *cancellable,
                                                      GError **error);

/**
 * ostree_sysroot_unlock_diff:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its
 * hotfix
 * @options: (nullable): of the options, `from`, `to`, `path`, `kept` and `scratch` mean something
 * here
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Compares `/usr` with what was deployed, whoever unlocked it, in whatever state. Only what was
 * written is looked at, and a file that was merely touched is no difference. Locked, there is
 * none. What is written meanwhile may be in it or not.
 *
 * With ostree_sysroot_unlock_options_set_from() it is compared with that commit instead of its
 * own, and with ostree_sysroot_unlock_options_set_to() that commit is what it became; with
 * both, the commits are compared as wholes, as ostree_sysroot_unlock_diff_commits() does it, and
 * need not be those of a booted system. With ostree_sysroot_unlock_options_set_kept() it is what
 * was kept that is shown, and with ostree_sysroot_unlock_options_set_scratch() what was written to
 * `/usr` in the scratch.
 *
 * It only begins here: ostree_sysroot_unlock_comparison_next() does the looking. Changes nothing
 * and takes no lock. Needs root to look at what was written.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if
 * there is no such commit, %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if it is damaged,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL or an option makes no
 * sense, and with %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the comparison, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockComparison *ostree_sysroot_unlock_diff(OstreeSysroot *sysroot,
                                                          OstreeDeployment *deployment,
                                                          OstreeSysrootUnlockOptions *options,
                                                          GCancellable *cancellable,
                                                          GError **error);

/**
 * ostree_sysroot_unlock_diff_commits:
 * @repo: the repository of both; it has to be open, and to be used by no other thread while the
 * comparison is
 * @from: the commit to compare with, by checksum or ref
 * @to: the commit to be compared, by checksum or ref
 * @options: (nullable): of the options, `path` means something here
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Compares two commits, of whatever they are. What has the same checksum is not read. Needs no
 * booted system, and no privilege but to read @repo.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if there is no such commit,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if it is damaged,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @repo, @from or @to is %NULL or an option makes
 * no sense, and with %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the comparison, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockComparison *ostree_sysroot_unlock_diff_commits(OstreeRepo *repo,
                                                                  const char *from,
                                                                  const char *to,
                                                                  OstreeSysrootUnlockOptions *options,
                                                                  GCancellable *cancellable,
                                                                  GError **error);

/**
 * ostree_sysroot_unlock_diff_packages:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its
 * hotfix
 * @options: (nullable): of the options, `from`, `to` and `scratch` mean something here, as for
 * ostree_sysroot_unlock_diff()
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * What became of the packages of `/usr`, by the databases of dpkg and rpm in it, and which
 * changed files belong to none. Changes nothing and takes no lock; a database of rpm is read in
 * a copy in `TMPDIR`. Needs root to look at what was written.
 *
 * Fails as ostree_sysroot_unlock_diff() and ostree_sysroot_unlock_comparison_next(), with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if there is no database of packages,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if one is damaged,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED if one of rpm is not SQLite, and
 * %OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED if one is being written to.
 *
 * Returns: (transfer full): what became of them, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackageDiff *ostree_sysroot_unlock_diff_packages(OstreeSysroot *sysroot,
                                                                    OstreeDeployment *deployment,
                                                                    OstreeSysrootUnlockOptions *options,
                                                                    GCancellable *cancellable,
                                                                    GError **error);

/**
 * ostree_sysroot_unlock_diff_packages_of_commits:
 * @repo: the repository of both; it has to be open
 * @from: the commit to compare with, by checksum or ref
 * @to: the commit to be compared, by checksum or ref
 * @options: (nullable): none of the options means something here
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * What became of the packages between two commits, as ostree_sysroot_unlock_diff_packages() says
 * it. Needs no booted system, and no privilege but to read @repo.
 *
 * Fails as that does.
 *
 * Returns: (transfer full): what became of them, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackageDiff *ostree_sysroot_unlock_diff_packages_of_commits(OstreeRepo *repo,
                                                                               const char *from,
                                                                               const char *to,
                                                                               OstreeSysrootUnlockOptions *options,
                                                                               GCancellable *cancellable,
                                                                               GError **error);

/**
 * ostree_sysroot_unlock_cleanup:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `after_upgrade` and
 * `only_etc` mean something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Removes what earlier boots and other deployments left: what was written to `/usr` then, and
 * flags that are no longer true. Makes good what was interrupted. What is unlocked now stays as
 * it is. A boot unit of systemd calls it; elsewhere somebody has to.
 *
 * Needs the same privilege, for a dry run as well, and takes the same lock as
 * ostree_sysroot_unlock_begin(). The steps of the outcome say what was removed, its notes what
 * was not, and why.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED if a hook failed that
 * ostree_sysroot_unlock_options_set_after_upgrade() had it run; the others have run, and all of
 * them will again. Otherwise it fails like ostree_sysroot_unlock_begin().
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOutcome *ostree_sysroot_unlock_cleanup(OstreeSysroot *sysroot,
                                                          OstreeDeployment *deployment,
                                                          OstreeSysrootUnlockOptions *options,
                                                          OstreeAsyncProgress *progress,
                                                          GCancellable *cancellable,
                                                          GError **error);

/**
 * ostree_sysroot_unlock_get_holders:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Who stands in the way of ostree_sysroot_unlock_end() now: has a file of the unlocked `/usr`
 * open for writing, or runs, maps, reads or works in what would be discarded. The calling
 * process and its ancestors count only where they write. Where `/usr` is locked there is
 * nobody. Changes nothing and takes no lock, so the answer may be out of date when it is read;
 * ostree_sysroot_unlock_end() itself asks again.
 *
 * Needs the privilege to see what other processes do and to mount, in practice root.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL, and with
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockHolder): the holders, perhaps
 * none; free with g_ptr_array_unref(). %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_get_holders(OstreeSysroot *sysroot,
                                             OstreeDeployment *deployment,
                                             GCancellable *cancellable,
                                             GError **error);

/**
 * ostree_sysroot_unlock_enter:
 * @error: return location for an error, or %NULL
 *
 * Makes `/usr` writable for the calling thread alone, and for the processes that it starts from
 * then on, while everybody else goes on to see it read-only: for a package manager that works
 * over the state %OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT. What it writes is seen by everybody at
 * once, and is discarded by ostree_sysroot_unlock_end().
 *
 * The thread gets a mount namespace, a root directory and a working directory of its own, as
 * unshare() does it; the namespace follows the system's, so later mounts and an
 * ostree_sysroot_unlock_end() are seen in it. There is no way back but the end of the thread:
 * call it in a child process, or first thing in a program that does nothing else. Where `/usr`
 * is unlocked and writable anyway, nothing is done.
 *
 * Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root).
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED if `/usr` is locked, or the caller is in
 * a mount namespace that does not see what unlocked it,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_FOREIGN_MOUNT, %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED. After a
 * failure `/usr` is as it was, in a namespace of its own or not.
 *
 * Returns: %TRUE if `/usr` is writable now, or %FALSE with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC gboolean ostree_sysroot_unlock_enter(GError **error);

/**
 * ostree_sysroot_unlock_commit:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its
 * hotfix
 * @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `path`, `subject`,
 * `body`, `etc_path`, `onto`, `preference`, `skip_special`, `repo`, `branch`, `gpg_key`,
 * `gpg_home`, `sign_key`, `deploy`, `kept` and `scratch` mean something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Makes a commit of what was written to `/usr`, whoever unlocked it, in whatever state; or of
 * what was kept, or is in the scratch. Only what changed is written. What runs stays as it is.
 *
 * The parent of the commit is what the changes were made on, or the commit that
 * ostree_sysroot_unlock_options_set_onto() names: on that they are replayed path by path, and
 * where both sides changed the same, ostree_sysroot_unlock_options_add_preference() decides. With
 * ostree_sysroot_unlock_options_set_deploy() the commit boots next.
 *
 * Needs root, and takes the lock of the sysroot, unless
 * ostree_sysroot_unlock_options_set_lock_held() says that the caller has it. @sysroot itself does
 * not see a new deployment before ostree_sysroot_load_if_changed().
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED if nothing is unlocked,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if nothing was changed, or what an option names is not
 * there, %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT (see
 * ostree_sysroot_unlock_error_get_conflicts()), %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED for what
 * cannot be in a commit, for a signature that libostree cannot make, and for a deployment on a
 * system that would not boot it, %OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED if it was written to
 * meanwhile, %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE if somebody is in the scratch,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if the repository
 * is damaged, %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL or an option
 * makes no sense, %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED, %G_IO_ERROR_CANCELLED, and any other of
 * #OstreeSysrootUnlockError. After a failure there is no commit, and libostree's next cleanup
 * removes what was written for it; where only copying it to another repository or deploying it
 * failed, it is there.
 *
 * Returns: (transfer full): the commit, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockRevision *ostree_sysroot_unlock_commit(OstreeSysroot *sysroot,
                                                          OstreeDeployment *deployment,
                                                          OstreeSysrootUnlockOptions *options,
                                                          OstreeAsyncProgress *progress,
                                                          GCancellable *cancellable,
                                                          GError **error);

/**
 * ostree_sysroot_unlock_keep_save:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its
 * hotfix
 * @name: what to call it: letters, digits, and `-`, `_`, `.`
 * @options: (nullable): of the options, `lock_wait`, `lock_held`, `path`, `etc_path`,
 * `skip_special`, `subject` and `scratch` mean something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Sets aside what was written to `/usr`, under a name, in the repository of the system. `/usr`
 * stays as it is. It lasts until ostree_sysroot_unlock_keep_drop(), across reboots and upgrades.
 *
 * Needs the same privilege and takes the same lock as ostree_sysroot_unlock_commit().
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @name is %NULL, @name
 * is no name or taken already, or an option makes no sense, and otherwise like
 * ostree_sysroot_unlock_commit(). After a failure nothing is kept.
 *
 * Returns: (transfer full): what was set aside, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransfer *ostree_sysroot_unlock_keep_save(OstreeSysroot *sysroot,
                                                             OstreeDeployment *deployment,
                                                             const char *name,
                                                             OstreeSysrootUnlockOptions *options,
                                                             OstreeAsyncProgress *progress,
                                                             GCancellable *cancellable,
                                                             GError **error);

/**
 * ostree_sysroot_unlock_keep_list:
 * @sysroot: a sysroot; it need not be loaded, nor be the booted one
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * What is kept, sorted by name. Changes nothing, takes no lock, and needs no privilege but to
 * read the repository of @sysroot.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if what is kept does not say what it is,
 * %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockKept): what is kept, perhaps
 * nothing; free with g_ptr_array_unref(). %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_keep_list(OstreeSysroot *sysroot,
                                           GCancellable *cancellable,
                                           GError **error);

/**
 * ostree_sysroot_unlock_keep_restore:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @name: what it was called
 * @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `path` and
 * `preference` mean something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Puts back what was kept, into the `/usr` of the booted deployment, which has to be unlocked.
 * It goes path by path, and where something else is there than what the changes were made on,
 * ostree_sysroot_unlock_options_add_preference() decides. It stays kept.
 *
 * Needs the same privilege and takes the same lock as ostree_sysroot_unlock_commit(), also with
 * a dry run.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if nothing was kept under @name,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_UNLOCKED if `/usr` is locked,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT (see ostree_sysroot_unlock_error_get_conflicts()),
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if
 * @sysroot or @name is %NULL or an option makes no sense, and otherwise like
 * ostree_sysroot_unlock_commit(). After these nothing was put back. Where it breaks off later,
 * each file is there whole or not at all, and the same call goes on from there; the message says
 * how far it got.
 *
 * Returns: (transfer full): what was put back, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransfer *ostree_sysroot_unlock_keep_restore(OstreeSysroot *sysroot,
                                                                OstreeDeployment *deployment,
                                                                const char *name,
                                                                OstreeSysrootUnlockOptions *options,
                                                                OstreeAsyncProgress *progress,
                                                                GCancellable *cancellable,
                                                                GError **error);

/**
 * ostree_sysroot_unlock_keep_drop:
 * @sysroot: the booted sysroot; it need not be loaded
 * @name: what it was called
 * @options: (nullable): of the options, `lock_wait` and `lock_held` mean something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Forgets what was kept under a name. libostree's next cleanup frees its space.
 *
 * Needs the same privilege and takes the same lock as ostree_sysroot_unlock_commit().
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if nothing was kept under @name,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @name is %NULL or an option makes
 * no sense, %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED, %G_IO_ERROR_CANCELLED, and any other of
 * #OstreeSysrootUnlockError. After a failure it stays kept.
 *
 * Returns: %TRUE if it was forgotten, or %FALSE with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_keep_drop(OstreeSysroot *sysroot,
                                         const char *name,
                                         OstreeSysrootUnlockOptions *options,
                                         OstreeAsyncProgress *progress,
                                         GCancellable *cancellable,
                                         GError **error);

/**
 * ostree_sysroot_unlock_enter_scratch:
 * @fresh: %TRUE to begin it anew, %FALSE to go on with what is there
 * @error: return location for an error, or %NULL
 *
 * Gives the calling thread, and the processes that it starts from then on, a copy of the system
 * to write to: `/usr` as it was deployed, `/etc` and `/var` as they are. Nobody else sees what is
 * written there. ostree_sysroot_unlock_commit() makes a commit of it, with
 * ostree_sysroot_unlock_options_set_scratch().
 *
 * The thread gets a mount namespace, a root directory and a working directory of its own, as
 * unshare() does it. There is no way back but the end of the thread: call it in a child process,
 * or first thing in a program that does nothing else. The scratch stays when that is over, until
 * it is begun anew or another boot finds it. What is mounted below `/var` from elsewhere is no
 * copy.
 *
 * Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root).
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE while another process is in the scratch,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, and any other of #OstreeSysrootUnlockError. After a
 * failure the thread may be in a namespace of its own, in which some of the three are copies
 * already.
 *
 * Returns: %TRUE if it is in the scratch now, or %FALSE with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC gboolean ostree_sysroot_unlock_enter_scratch(gboolean fresh, GError **error);

/**
 * ostree_sysroot_unlock_enter_commit:
 * @sysroot: the booted sysroot; it need not be loaded
 * @commit: a ref, a checksum, or the beginning of one
 * @options: (nullable): of the options, `lock_wait`, `lock_held` and `merge_etc` mean something
 * here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Shows the calling thread, and the processes that it starts from then on, the `/usr` of another
 * commit, read-only. Everybody else goes on to see what they saw. `/etc` and `/var` are those of
 * the system.
 *
 * The commit has to be in the repository of the system, whole; it need not be deployed. The first
 * call for it in a boot compares it with what is booted, under the lock of the sysroot, and keeps what is
 * different as links of the repository's files. The modules of the kernel that runs stay as they
 * are.
 *
 * The thread gets a mount namespace, a root directory and a working directory of its own, as
 * unshare() does it; the namespace follows the system's. There is no way back but the end of the
 * thread: call it in a child process, or first thing in a program that does nothing else.
 *
 * Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root).
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if the repository does not have the commit, or
 * only a part of it, %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @commit is %NULL,
 * the commit has no `/usr`, or an option makes no sense,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE, %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED, %G_IO_ERROR_CANCELLED, and any other of
 * #OstreeSysrootUnlockError. After a failure the thread may be in a namespace of its own.
 *
 * Returns: %TRUE if it sees the commit now, or %FALSE with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_enter_commit(OstreeSysroot *sysroot,
                                            const char *commit,
                                            OstreeSysrootUnlockOptions *options,
                                            OstreeAsyncProgress *progress,
                                            GCancellable *cancellable,
                                            GError **error);

/**
 * ostree_sysroot_unlock_enter_deployment:
 * @sysroot: the booted sysroot
 * @deployment: a deployment of it that is not booted, of any stateroot
 * @options: (nullable): of the options, `lock_wait`, `scratch_var`, `home`, `record` and
 * `for_commit` mean something here
 * @cancellable: (nullable): stops it while it waits for the lock
 * @error: return location for an error, or %NULL
 *
 * Has the calling thread, and the processes that it starts from then on, be in a deployment that is
 * not booted: it is their root directory. What they write to its `/etc` stays there. Its `/usr` is
 * read-only, and so is `/var`, which is that of its stateroot, unless an option says more. `/proc`,
 * `/sys`, `/dev`, `/run`, `/tmp` and the network are those of the system that runs.
 *
 * The process holds the lock of the sysroot from then on, and so do those that it starts, until
 * the last of them ends: nobody removes the deployment meanwhile. The caller must not hold it
 * before.
 *
 * The thread gets a mount namespace, a root directory and a working directory of its own, as
 * unshare() does it. There is no way back but the end of the thread: call it in a child process,
 * or first thing in a program that does nothing else.
 *
 * Needs the privilege to mount (`CAP_SYS_ADMIN`, in practice root).
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @deployment is %NULL, it
 * is the booted deployment, or one of another commit than an option wants, or an option makes no sense,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED if it is staged or has a hotfix, or the sysroot takes no
 * writes, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if it is gone, or has no place for the homes,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED, %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
 * %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError. After a failure the thread may
 * be in a namespace of its own, and what an option names may be forgotten.
 *
 * Returns: %TRUE if it is there now, or %FALSE with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_enter_deployment(OstreeSysroot *sysroot,
                                                OstreeDeployment *deployment,
                                                OstreeSysrootUnlockOptions *options,
                                                GCancellable *cancellable,
                                                GError **error);

/**
 * ostree_sysroot_unlock_record:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that, or any other
 * @name: what was done: letters, digits, and `-`, `_`, `.`
 * @options: (nullable): of the options, `lock_wait`, `lock_held` and `for_commit` mean something
 * here
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Records that something was done to a deployment. The record is bound to that deployment, is
 * there after a reboot, and goes with it. ostree_sysroot_unlock_status() shows the problem
 * `record-missing` where the deployment that boots next lacks a record that the booted one has, or that the
 * configuration wants.
 *
 * Needs the same privilege and takes the same lock as ostree_sysroot_unlock_commit().
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot or @name is %NULL, @name is
 * no name, or the deployment is of another commit than an option wants,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED if it is staged, and otherwise like
 * ostree_sysroot_unlock_commit(). After a failure there is no new record.
 *
 * Returns: %TRUE if it was recorded, or %FALSE with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_record(OstreeSysroot *sysroot,
                                      OstreeDeployment *deployment,
                                      const char *name,
                                      OstreeSysrootUnlockOptions *options,
                                      GCancellable *cancellable,
                                      GError **error);

/**
 * ostree_sysroot_unlock_get_records:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that, or any other
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * The names of what was recorded of a deployment with ostree_sysroot_unlock_record(). Changes
 * nothing and takes no lock. Only root sees them: to anybody else there are none.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL, %G_IO_ERROR_CANCELLED, and any
 * other of #OstreeSysrootUnlockError.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, sorted, perhaps none; free with
 * g_strfreev(). %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
char **ostree_sysroot_unlock_get_records(OstreeSysroot *sysroot,
                                         OstreeDeployment *deployment,
                                         GCancellable *cancellable,
                                         GError **error);

/**
 * ostree_sysroot_unlock_get_missing_records:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that, or any other
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * The names of the records that a deployment lacks: those that the booted one has, or that the configuration
 * wants (`Records=` in ostree-unlock.conf(5)). Changes nothing and takes no lock. Only root sees
 * what is recorded: to anybody else all are missing that the configuration wants.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED if a file of the configuration has a bad value,
 * %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names, sorted, perhaps none; free with
 * g_strfreev(). %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
char **ostree_sysroot_unlock_get_missing_records(OstreeSysroot *sysroot,
                                                 OstreeDeployment *deployment,
                                                 GCancellable *cancellable,
                                                 GError **error);

/**
 * ostree_sysroot_unlock_begin_async:
 * @sysroot: the booted sysroot
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @state: the state to bring `/usr` to
 * @options: (nullable): as ostree_sysroot_unlock_begin() takes them
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @callback: (scope async) (closure user_data): is called in the thread-default main context
 * of the caller when it is done
 * @user_data: for @callback
 *
 * The same as ostree_sysroot_unlock_begin(), on another thread. What it takes is kept as long
 * as it is needed. Every error, one in the arguments too, comes from
 * ostree_sysroot_unlock_begin_finish().
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_begin_async(OstreeSysroot *sysroot,
                                       OstreeDeployment *deployment,
                                       OstreeDeploymentUnlockedState state,
                                       OstreeSysrootUnlockOptions *options,
                                       OstreeAsyncProgress *progress,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * ostree_sysroot_unlock_begin_finish:
 * @result: what the callback of ostree_sysroot_unlock_begin_async() was given
 * @error: return location for an error, or %NULL
 *
 * What came of it, with the errors of ostree_sysroot_unlock_begin().
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOutcome *ostree_sysroot_unlock_begin_finish(GAsyncResult *result,
                                                               GError **error);

/**
 * ostree_sysroot_unlock_end_async:
 * @sysroot: the booted sysroot
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @options: (nullable): as ostree_sysroot_unlock_end() takes them
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @callback: (scope async) (closure user_data): is called in the thread-default main context
 * of the caller when it is done
 * @user_data: for @callback
 *
 * The same as ostree_sysroot_unlock_end(), on another thread. What it takes is kept as long as
 * it is needed. Every error, one in the arguments too, comes from
 * ostree_sysroot_unlock_end_finish().
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_end_async(OstreeSysroot *sysroot,
                                     OstreeDeployment *deployment,
                                     OstreeSysrootUnlockOptions *options,
                                     OstreeAsyncProgress *progress,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);

/**
 * ostree_sysroot_unlock_end_finish:
 * @result: what the callback of ostree_sysroot_unlock_end_async() was given
 * @error: return location for an error, or %NULL
 *
 * What came of it, with the errors of ostree_sysroot_unlock_end().
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOutcome *ostree_sysroot_unlock_end_finish(GAsyncResult *result,
                                                             GError **error);

/**
 * ostree_sysroot_unlock_cleanup_async:
 * @sysroot: the booted sysroot
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @options: (nullable): as ostree_sysroot_unlock_cleanup() takes them
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @callback: (scope async) (closure user_data): is called in the thread-default main context
 * of the caller when it is done
 * @user_data: for @callback
 *
 * The same as ostree_sysroot_unlock_cleanup(), on another thread. What it takes is kept as long
 * as it is needed. Every error, one in the arguments too, comes from
 * ostree_sysroot_unlock_cleanup_finish().
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_cleanup_async(OstreeSysroot *sysroot,
                                         OstreeDeployment *deployment,
                                         OstreeSysrootUnlockOptions *options,
                                         OstreeAsyncProgress *progress,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);

/**
 * ostree_sysroot_unlock_cleanup_finish:
 * @result: what the callback of ostree_sysroot_unlock_cleanup_async() was given
 * @error: return location for an error, or %NULL
 *
 * What came of it, with the errors of ostree_sysroot_unlock_cleanup().
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOutcome *ostree_sysroot_unlock_cleanup_finish(GAsyncResult *result,
                                                                 GError **error);

/**
 * ostree_sysroot_unlock_commit_async:
 * @sysroot: the booted sysroot
 * @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its hotfix
 * @options: (nullable): as ostree_sysroot_unlock_commit() takes them
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @callback: (scope async) (closure user_data): is called in the thread-default main context
 * of the caller when it is done
 * @user_data: for @callback
 *
 * The same as ostree_sysroot_unlock_commit(), on another thread. What it takes is kept as long
 * as it is needed. Every error, one in the arguments too, comes from
 * ostree_sysroot_unlock_commit_finish().
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_commit_async(OstreeSysroot *sysroot,
                                        OstreeDeployment *deployment,
                                        OstreeSysrootUnlockOptions *options,
                                        OstreeAsyncProgress *progress,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);

/**
 * ostree_sysroot_unlock_commit_finish:
 * @result: what the callback of ostree_sysroot_unlock_commit_async() was given
 * @error: return location for an error, or %NULL
 *
 * What came of it, with the errors of ostree_sysroot_unlock_commit().
 *
 * Returns: (transfer full): the commit, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockRevision *ostree_sysroot_unlock_commit_finish(GAsyncResult *result,
                                                                 GError **error);

/**
 * ostree_sysroot_unlock_keep_save_async:
 * @sysroot: the booted sysroot
 * @deployment: (nullable): the booted deployment, or %NULL for just that; another one for its hotfix
 * @name: the name
 * @options: (nullable): as ostree_sysroot_unlock_keep_save() takes them
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @callback: (scope async) (closure user_data): is called in the thread-default main context
 * of the caller when it is done
 * @user_data: for @callback
 *
 * The same as ostree_sysroot_unlock_keep_save(), on another thread. What it takes is kept as
 * long as it is needed. Every error, one in the arguments too, comes from
 * ostree_sysroot_unlock_keep_save_finish().
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_keep_save_async(OstreeSysroot *sysroot,
                                           OstreeDeployment *deployment,
                                           const char *name,
                                           OstreeSysrootUnlockOptions *options,
                                           OstreeAsyncProgress *progress,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);

/**
 * ostree_sysroot_unlock_keep_save_finish:
 * @result: what the callback of ostree_sysroot_unlock_keep_save_async() was given
 * @error: return location for an error, or %NULL
 *
 * What came of it, with the errors of ostree_sysroot_unlock_keep_save().
 *
 * Returns: (transfer full): what was set aside, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransfer *ostree_sysroot_unlock_keep_save_finish(GAsyncResult *result,
                                                                    GError **error);

/**
 * ostree_sysroot_unlock_keep_restore_async:
 * @sysroot: the booted sysroot
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @name: the name
 * @options: (nullable): as ostree_sysroot_unlock_keep_restore() takes them
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @callback: (scope async) (closure user_data): is called in the thread-default main context
 * of the caller when it is done
 * @user_data: for @callback
 *
 * The same as ostree_sysroot_unlock_keep_restore(), on another thread. What it takes is kept
 * as long as it is needed. Every error, one in the arguments too, comes from
 * ostree_sysroot_unlock_keep_restore_finish().
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_keep_restore_async(OstreeSysroot *sysroot,
                                              OstreeDeployment *deployment,
                                              const char *name,
                                              OstreeSysrootUnlockOptions *options,
                                              OstreeAsyncProgress *progress,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data);

/**
 * ostree_sysroot_unlock_keep_restore_finish:
 * @result: what the callback of ostree_sysroot_unlock_keep_restore_async() was given
 * @error: return location for an error, or %NULL
 *
 * What came of it, with the errors of ostree_sysroot_unlock_keep_restore().
 *
 * Returns: (transfer full): what was put back, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransfer *ostree_sysroot_unlock_keep_restore_finish(GAsyncResult *result,
                                                                       GError **error);

/**
 * ostree_sysroot_unlock_apply:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @commit: (nullable): a checksum or a ref, or %NULL for the commit of the deployment that boots
 * next
 * @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `preference`,
 * `allow_replacement`, `allow_broken`, `allow_other_system`, `no_pull`, `deploy` and `restart` mean
 * something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Makes the `/usr` of another commit live, without a reboot and in one move: nobody ever sees a
 * mixture of two commits. Where `/usr` was locked, the state is then
 * %OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT; where it was open, the state stays, and what was written
 * lies over the new commit. Files of `/etc` that nobody has changed follow the commit. It lasts
 * until ostree_sysroot_unlock_rollback(), ostree_sysroot_unlock_end() or a reboot. What boots next
 * is not changed, unless ostree_sysroot_unlock_options_set_deploy() has it staged as well, and what
 * runs goes on with the libraries that it has loaded.
 *
 * What the commit asks for is done afterwards: the loader's cache, users, directories in `/var`,
 * unit files, and with ostree_sysroot_unlock_options_set_restart() services. What of it fails
 * takes nothing back: ostree_sysroot_unlock_transition_get_follow_ups() says what became of each.
 * Cancelled by then, it waits for no service any longer.
 *
 * What the repository of the system lacks of the commit is pulled first, with its ref if @commit
 * names one: from the remote of a ref that leads to it, or else of the booted deployment or the
 * one that boots next. It stays live also where its ref or its deployment is removed meanwhile.
 *
 * Needs root, and takes the lock of the sysroot, unless
 * ostree_sysroot_unlock_options_set_lock_held() says that the caller has it. @sysroot itself does
 * not see the change before ostree_sysroot_load_if_changed(). With a dry run it says what would
 * be done, and takes no lock.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE if packages would be replaced or removed
 * under what runs, unless ostree_sysroot_unlock_options_set_allow_replacement() allows it (a dry
 * run does not fail so), where nobody can tell that, with what is the matter with the database of
 * packages, such as %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT, unless the same allows it,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED if `/usr` is locked and the configuration of the system
 * forbids the state
 * %OSTREE_DEPLOYMENT_UNLOCKED_TRANSIENT, %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT if what was written
 * hides what the commit changes (see ostree_sysroot_unlock_error_get_conflicts()), unless
 * ostree_sysroot_unlock_options_add_preference() says that this is meant,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE while somebody has a file of `/usr` open for writing (see
 * ostree_sysroot_unlock_error_get_holders()), %OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED if somebody
 * wrote to `/usr` meanwhile, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if @commit is not there as a
 * whole and cannot be pulled, or is %NULL where the booted deployment boots next,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED if a program would no longer find a library or systemd
 * would not read a unit file of the commit, unless
 * ostree_sysroot_unlock_options_set_allow_broken() allows it (a dry run does not fail so), and
 * over a hotfix, over what rpm-ostree has made live, over what this library cannot read, and where
 * the disk takes no writes, %OSTREE_SYSROOT_UNLOCK_ERROR_FOREIGN_MOUNT,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_UNVERIFIED if the kernel shows something else afterwards,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_UNSAFE_PATH, %OSTREE_SYSROOT_UNLOCK_ERROR_NO_SPACE,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if the repository or a database of packages is damaged,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @sysroot is %NULL, an option makes no sense, or
 * @commit is no system, or another one unless
 * ostree_sysroot_unlock_options_set_allow_other_system() allows that,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED, %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED,
 * %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError. After a failure `/usr` and
 * `/etc` are as they were before, while what was pulled is in the repository; should even putting
 * them back fail, the message says so and the next call repairs it.
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransition *ostree_sysroot_unlock_apply(OstreeSysroot *sysroot,
                                                           OstreeDeployment *deployment,
                                                           const char *commit,
                                                           OstreeSysrootUnlockOptions *options,
                                                           OstreeAsyncProgress *progress,
                                                           GCancellable *cancellable,
                                                           GError **error);

/**
 * ostree_sysroot_unlock_rollback:
 * @sysroot: the booted sysroot; it need not be loaded
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @all: %TRUE for what was there before the first apply, %FALSE for what was there before the
 * last one
 * @options: (nullable): of the options, `dry_run`, `lock_wait`, `lock_held`, `preference` and
 * `restart` mean something here
 * @progress: (nullable): is told what is being done, as ostree_sysroot_unlock_begin()
 * describes
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Puts back what ostree_sysroot_unlock_apply() changed, without a reboot and in one move: the
 * commit that was live before, and in `/etc` what was merged, but for what was changed since,
 * which stays and is named in the notes of the outcome. What was written to `/usr` stays, before
 * or after the apply. Where nothing was written and `/usr` was locked before the first apply, it
 * is locked again.
 *
 * Needs the same privilege and takes the same lock as ostree_sysroot_unlock_apply().
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if nothing was applied in this boot, and
 * otherwise like ostree_sysroot_unlock_apply(), but for
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE, %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ALLOWED and what
 * would not work in the commit: the way back is not refused. After a failure `/usr` and `/etc` are
 * as they were before, as there.
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransition *ostree_sysroot_unlock_rollback(OstreeSysroot *sysroot,
                                                              OstreeDeployment *deployment,
                                                              gboolean all,
                                                              OstreeSysrootUnlockOptions *options,
                                                              OstreeAsyncProgress *progress,
                                                              GCancellable *cancellable,
                                                              GError **error);

/**
 * ostree_sysroot_unlock_apply_async:
 * @sysroot: the booted sysroot
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @commit: (nullable): as ostree_sysroot_unlock_apply() takes it
 * @options: (nullable): as ostree_sysroot_unlock_apply() takes them
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @callback: (scope async) (closure user_data): is called in the thread-default main context
 * of the caller when it is done
 * @user_data: for @callback
 *
 * The same as ostree_sysroot_unlock_apply(), on another thread. What it takes is kept as long as
 * it is needed. Every error, one in the arguments too, comes from
 * ostree_sysroot_unlock_apply_finish().
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_apply_async(OstreeSysroot *sysroot,
                                       OstreeDeployment *deployment,
                                       const char *commit,
                                       OstreeSysrootUnlockOptions *options,
                                       OstreeAsyncProgress *progress,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);

/**
 * ostree_sysroot_unlock_apply_finish:
 * @result: what the callback of ostree_sysroot_unlock_apply_async() was given
 * @error: return location for an error, or %NULL
 *
 * What came of it, with the errors of ostree_sysroot_unlock_apply().
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransition *ostree_sysroot_unlock_apply_finish(GAsyncResult *result,
                                                                  GError **error);

/**
 * ostree_sysroot_unlock_rollback_async:
 * @sysroot: the booted sysroot
 * @deployment: (nullable): the booted deployment, or %NULL for just that
 * @all: as ostree_sysroot_unlock_rollback() takes it
 * @options: (nullable): as ostree_sysroot_unlock_rollback() takes them
 * @progress: (nullable): is told what is being done
 * @cancellable: (nullable): stops it
 * @callback: (scope async) (closure user_data): is called in the thread-default main context
 * of the caller when it is done
 * @user_data: for @callback
 *
 * The same as ostree_sysroot_unlock_rollback(), on another thread. What it takes is kept as long
 * as it is needed. Every error, one in the arguments too, comes from
 * ostree_sysroot_unlock_rollback_finish().
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_rollback_async(OstreeSysroot *sysroot,
                                          OstreeDeployment *deployment,
                                          gboolean all,
                                          OstreeSysrootUnlockOptions *options,
                                          OstreeAsyncProgress *progress,
                                          GCancellable *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer user_data);

/**
 * ostree_sysroot_unlock_rollback_finish:
 * @result: what the callback of ostree_sysroot_unlock_rollback_async() was given
 * @error: return location for an error, or %NULL
 *
 * What came of it, with the errors of ostree_sysroot_unlock_rollback().
 *
 * Returns: (transfer full): what was done, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransition *ostree_sysroot_unlock_rollback_finish(GAsyncResult *result,
                                                                     GError **error);

/**
 * ostree_sysroot_unlock_monitor_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_monitor_get_type(void);

/**
 * ostree_sysroot_unlock_monitor_new: (constructor)
 * @error: return location for an error, or %NULL
 *
 * Starts to watch the booted deployment. Needs no privilege.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_OSTREE if the system was not booted by OSTree,
 * and with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_BOOTED in a container of such a system.
 *
 * Returns: (transfer full): a monitor, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC OstreeSysrootUnlockMonitor *ostree_sysroot_unlock_monitor_new(GError **error);

/**
 * ostree_sysroot_unlock_monitor_ref:
 * @monitor: a monitor
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @monitor
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockMonitor *ostree_sysroot_unlock_monitor_ref(OstreeSysrootUnlockMonitor *monitor);

/**
 * ostree_sysroot_unlock_monitor_unref:
 * @monitor: (transfer full): a monitor
 *
 * Gives a reference up; with the last one @monitor is freed and its file descriptor closed.
 * NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_monitor_unref(OstreeSysrootUnlockMonitor *monitor);

/**
 * ostree_sysroot_unlock_monitor_get_fd:
 * @monitor: a monitor
 *
 * What to poll, for `POLLPRI` (%G_IO_PRI) and `POLLERR` (%G_IO_ERR); when it is ready, call
 * ostree_sysroot_unlock_monitor_check(). It becomes ready at any change of the system's mounts.
 * Belongs to @monitor: neither read nor close it.
 *
 * Returns: the file descriptor, or -1 if @monitor is %NULL
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC int ostree_sysroot_unlock_monitor_get_fd(OstreeSysrootUnlockMonitor *monitor);

/**
 * ostree_sysroot_unlock_monitor_check:
 * @monitor: a monitor
 * @state: (out) (optional): return location for the state now
 * @error: return location for an error, or %NULL
 *
 * Looks again. A change is another state, or another overlay in the same state, than at the
 * last look.
 *
 * Returns: %TRUE if it has changed; %FALSE if it has not, or with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_monitor_check(OstreeSysrootUnlockMonitor *monitor,
                                             OstreeDeploymentUnlockedState *state,
                                             GError **error);

/**
 * ostree_sysroot_unlock_comparison_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_comparison_get_type(void);

/**
 * ostree_sysroot_unlock_comparison_ref:
 * @comparison: a comparison
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @comparison
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockComparison *ostree_sysroot_unlock_comparison_ref(OstreeSysrootUnlockComparison *comparison);

/**
 * ostree_sysroot_unlock_comparison_unref:
 * @comparison: (transfer full): a comparison
 *
 * Gives a reference up; with the last one @comparison is freed, at its end or not. NULL is
 * ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_comparison_unref(OstreeSysrootUnlockComparison *comparison);

/**
 * ostree_sysroot_unlock_comparison_next:
 * @comparison: a comparison
 * @cancellable: (nullable): stops it
 * @error: return location for an error, or %NULL
 *
 * Looks for the next difference: parents come before what is in them, and names in the order of
 * their bytes. At the end it returns %NULL and sets no @error. Neither is there more after an
 * error, as what came after it would be half of the truth.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_FOUND if a repository lacks an object,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_CORRUPT if one is damaged,
 * %OSTREE_SYSROOT_UNLOCK_ERROR_CHANGED if what was read was written to meanwhile, with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT if @comparison is %NULL, with
 * %G_IO_ERROR_CANCELLED, and any other of #OstreeSysrootUnlockError.
 *
 * Returns: (transfer full) (nullable): the next difference; %NULL at the end, or with @error
 * set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockDifference *ostree_sysroot_unlock_comparison_next(OstreeSysrootUnlockComparison *comparison,
                                                                     GCancellable *cancellable,
                                                                     GError **error);

/**
 * ostree_sysroot_unlock_difference_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_difference_get_type(void);

/**
 * ostree_sysroot_unlock_difference_ref:
 * @difference: a difference
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @difference
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockDifference *ostree_sysroot_unlock_difference_ref(OstreeSysrootUnlockDifference *difference);

/**
 * ostree_sysroot_unlock_difference_unref:
 * @difference: (transfer full): a difference
 *
 * Gives a reference up; with the last one @difference is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_difference_unref(OstreeSysrootUnlockDifference *difference);

/**
 * ostree_sysroot_unlock_difference_get_path:
 * @difference: a difference
 *
 * Returns: (transfer none) (type filename): the path, as the system sees it; of two commits,
 * below their root
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_difference_get_path(OstreeSysrootUnlockDifference *difference);

/**
 * ostree_sysroot_unlock_difference_get_change:
 * @difference: a difference
 *
 * Returns: what became of it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockChange ostree_sysroot_unlock_difference_get_change(OstreeSysrootUnlockDifference *difference);

/**
 * ostree_sysroot_unlock_difference_get_before:
 * @difference: a difference
 *
 * Returns: (transfer none) (nullable): what was there, or %NULL where it was added
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockSide *ostree_sysroot_unlock_difference_get_before(OstreeSysrootUnlockDifference *difference);

/**
 * ostree_sysroot_unlock_difference_get_after:
 * @difference: a difference
 *
 * Returns: (transfer none) (nullable): what is there, or %NULL where it was removed
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockSide *ostree_sysroot_unlock_difference_get_after(OstreeSysrootUnlockDifference *difference);

/**
 * ostree_sysroot_unlock_difference_xattrs_differ:
 * @difference: a difference
 *
 * Returns: %TRUE if the extended attributes, ACLs and security labels among them, are others
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_difference_xattrs_differ(OstreeSysrootUnlockDifference *difference);

/**
 * ostree_sysroot_unlock_difference_get_from:
 * @difference: a difference
 *
 * Returns: (transfer none) (type filename) (nullable): where a directory was that was moved
 * here, or %NULL where none was
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_difference_get_from(OstreeSysrootUnlockDifference *difference);

/**
 * ostree_sysroot_unlock_side_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_side_get_type(void);

/**
 * ostree_sysroot_unlock_side_ref:
 * @side: a side
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @side
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockSide *ostree_sysroot_unlock_side_ref(OstreeSysrootUnlockSide *side);

/**
 * ostree_sysroot_unlock_side_unref:
 * @side: (transfer full): a side
 *
 * Gives a reference up; with the last one @side is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_side_unref(OstreeSysrootUnlockSide *side);

/**
 * ostree_sysroot_unlock_side_get_file_type:
 * @side: a side
 *
 * Returns: the type of the file
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockFileType ostree_sysroot_unlock_side_get_file_type(OstreeSysrootUnlockSide *side);

/**
 * ostree_sysroot_unlock_side_get_mode:
 * @side: a side
 *
 * Returns: its permission bits, as in 0755 or 04711
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC guint ostree_sysroot_unlock_side_get_mode(OstreeSysrootUnlockSide *side);

/**
 * ostree_sysroot_unlock_side_get_uid:
 * @side: a side
 *
 * Returns: the number of the user that owns it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC guint ostree_sysroot_unlock_side_get_uid(OstreeSysrootUnlockSide *side);

/**
 * ostree_sysroot_unlock_side_get_gid:
 * @side: a side
 *
 * Returns: the number of the group that owns it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC guint ostree_sysroot_unlock_side_get_gid(OstreeSysrootUnlockSide *side);

/**
 * ostree_sysroot_unlock_side_get_size:
 * @side: a side
 *
 * Returns: the size of an ordinary file, in bytes; of anything else 0
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC guint64 ostree_sysroot_unlock_side_get_size(OstreeSysrootUnlockSide *side);

/**
 * ostree_sysroot_unlock_package_diff_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_package_diff_get_type(void);

/**
 * ostree_sysroot_unlock_package_diff_ref:
 * @diff: a diff
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @diff
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackageDiff *ostree_sysroot_unlock_package_diff_ref(OstreeSysrootUnlockPackageDiff *diff);

/**
 * ostree_sysroot_unlock_package_diff_unref:
 * @diff: (transfer full): a diff
 *
 * Gives a reference up; with the last one @diff is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_package_diff_unref(OstreeSysrootUnlockPackageDiff *diff);

/**
 * ostree_sysroot_unlock_package_diff_get_packages:
 * @diff: a diff
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockPackageDifference): each
 * package that is not as it was, sorted by name; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_package_diff_get_packages(OstreeSysrootUnlockPackageDiff *diff);

/**
 * ostree_sysroot_unlock_package_diff_get_unowned:
 * @diff: a diff
 *
 * Returns: (transfer none) (array zero-terminated=1) (element-type filename): the files that
 * were added, changed or removed and belong to no package, sorted; without directories, and
 * without the databases of packages
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_package_diff_get_unowned(OstreeSysrootUnlockPackageDiff *diff);

/**
 * ostree_sysroot_unlock_package_diff_is_purely_additive:
 * @diff: a diff
 *
 * Returns: %TRUE if packages were added and nothing else became of any; files that belong to
 * none do not count
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_package_diff_is_purely_additive(OstreeSysrootUnlockPackageDiff *diff);

/**
 * ostree_sysroot_unlock_package_difference_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_package_difference_get_type(void);

/**
 * ostree_sysroot_unlock_package_difference_ref:
 * @difference: a difference
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @difference
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackageDifference *ostree_sysroot_unlock_package_difference_ref(OstreeSysrootUnlockPackageDifference *difference);

/**
 * ostree_sysroot_unlock_package_difference_unref:
 * @difference: (transfer full): a difference
 *
 * Gives a reference up; with the last one @difference is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_package_difference_unref(OstreeSysrootUnlockPackageDifference *difference);

/**
 * ostree_sysroot_unlock_package_difference_get_name:
 * @difference: a difference
 *
 * Returns: (transfer none): the name of the package
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_package_difference_get_name(OstreeSysrootUnlockPackageDifference *difference);

/**
 * ostree_sysroot_unlock_package_difference_get_format:
 * @difference: a difference
 *
 * Returns: of which kind it is
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackageFormat ostree_sysroot_unlock_package_difference_get_format(OstreeSysrootUnlockPackageDifference *difference);

/**
 * ostree_sysroot_unlock_package_difference_get_change:
 * @difference: a difference
 *
 * Returns: what became of it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackageChange ostree_sysroot_unlock_package_difference_get_change(OstreeSysrootUnlockPackageDifference *difference);

/**
 * ostree_sysroot_unlock_package_difference_get_before:
 * @difference: a difference
 *
 * Returns: (transfer none) (nullable): what was there, or %NULL where it was added
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackage *ostree_sysroot_unlock_package_difference_get_before(OstreeSysrootUnlockPackageDifference *difference);

/**
 * ostree_sysroot_unlock_package_difference_get_after:
 * @difference: a difference
 *
 * Returns: (transfer none) (nullable): what is there, or %NULL where it was removed
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackage *ostree_sysroot_unlock_package_difference_get_after(OstreeSysrootUnlockPackageDifference *difference);

/**
 * ostree_sysroot_unlock_package_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_package_get_type(void);

/**
 * ostree_sysroot_unlock_package_ref:
 * @package: a package
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @package
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackage *ostree_sysroot_unlock_package_ref(OstreeSysrootUnlockPackage *package);

/**
 * ostree_sysroot_unlock_package_unref:
 * @package: (transfer full): a package
 *
 * Gives a reference up; with the last one @package is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_package_unref(OstreeSysrootUnlockPackage *package);

/**
 * ostree_sysroot_unlock_package_get_version:
 * @package: a package
 *
 * Returns: (transfer none): its version, with epoch and release where it has them
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_package_get_version(OstreeSysrootUnlockPackage *package);

/**
 * ostree_sysroot_unlock_package_get_architecture:
 * @package: a package
 *
 * Returns: (transfer none): for which machines it is, in the words of its format; empty
 * where nothing is said
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_package_get_architecture(OstreeSysrootUnlockPackage *package);

/**
 * ostree_sysroot_unlock_package_get_state:
 * @package: a package
 *
 * Returns: how far it is installed
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockPackageState ostree_sysroot_unlock_package_get_state(OstreeSysrootUnlockPackage *package);

/**
 * ostree_sysroot_unlock_error_quark:
 *
 * The error domain of this library: `ostree-sysroot-unlock-error-quark`.
 *
 * Returns: the quark of %OSTREE_SYSROOT_UNLOCK_ERROR
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GQuark ostree_sysroot_unlock_error_quark(void);

/**
 * ostree_sysroot_unlock_error_get_holders: (skip)
 * @error: an error that a function of this library has set
 *
 * Who stands in the way, as data: the message of the error names them too.
 *
 * Only for %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE and %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED
 * is there anybody; for any other error, also one of another domain, the array is empty. A
 * copy made by g_error_copy() has the holders, one that was made anew from domain, number and
 * message has not. Language bindings do the latter, hence this function is for C alone, and
 * ostree_sysroot_unlock_get_last_holders() for others.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockHolder): the holders; free
 * with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GPtrArray *ostree_sysroot_unlock_error_get_holders(const GError *error);

/**
 * ostree_sysroot_unlock_error_get_conflicts: (skip)
 * @error: an error that a function of this library has set
 *
 * What both sides changed, as data: the message of the error names the first of them too.
 *
 * Only for %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT is there anything. Otherwise it is like
 * ostree_sysroot_unlock_error_get_holders(), and for language bindings there is
 * ostree_sysroot_unlock_get_last_conflicts().
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockConflict): the conflicts; free
 * with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GPtrArray *ostree_sysroot_unlock_error_get_conflicts(const GError *error);

/**
 * ostree_sysroot_unlock_get_last_holders:
 *
 * Who stood in the way of the last call of this library that failed on the calling thread with
 * an error: the same as ostree_sysroot_unlock_error_get_holders() of that error, for languages
 * whose bindings make the error anew and lose what came with it. A call that succeeds does not
 * change it.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockHolder): the holders, perhaps
 * none; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GPtrArray *ostree_sysroot_unlock_get_last_holders(void);

/**
 * ostree_sysroot_unlock_get_last_conflicts:
 *
 * What both sides had changed, where the last call of this library that failed on the calling
 * thread failed for that: the same as ostree_sysroot_unlock_error_get_conflicts() of its error,
 * for languages whose bindings make the error anew and lose what came with it. A call that
 * succeeds does not change it.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockConflict): the conflicts,
 * perhaps none; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GPtrArray *ostree_sysroot_unlock_get_last_conflicts(void);

/**
 * ostree_sysroot_unlock_options_new:
 *
 * Returns: (transfer full): options with every default: do it, refuse rather than lose, do not
 * wait
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC OstreeSysrootUnlockOptions *ostree_sysroot_unlock_options_new(void);

/**
 * ostree_sysroot_unlock_options_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_options_get_type(void);

/**
 * ostree_sysroot_unlock_options_ref:
 * @options: the options
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @options
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOptions *ostree_sysroot_unlock_options_ref(OstreeSysrootUnlockOptions *options);

/**
 * ostree_sysroot_unlock_options_unref:
 * @options: (transfer full): the options
 *
 * Gives a reference up; with the last one @options is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_options_unref(OstreeSysrootUnlockOptions *options);

/**
 * ostree_sysroot_unlock_options_set_dry_run:
 * @options: the options
 * @dry_run: %TRUE to change nothing
 *
 * `begin`, `end`, `cleanup`, `commit`, `keep_restore`, `apply` and `rollback`: say what would be
 * done, and change nothing. The default is to do it.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_dry_run(OstreeSysrootUnlockOptions *options,
                                               gboolean dry_run);

/**
 * ostree_sysroot_unlock_options_set_lazy:
 * @options: the options
 * @lazy: %TRUE to go on
 *
 * `end`, and `begin` where it changes the state: go on although somebody still uses what would
 * be lost. The default is to refuse with %OSTREE_SYSROOT_UNLOCK_ERROR_IN_USE.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_lazy(OstreeSysrootUnlockOptions *options,
                                            gboolean lazy);

/**
 * ostree_sysroot_unlock_options_set_usage:
 * @options: the options
 * @usage: %TRUE to count
 *
 * `status`: count what was written, which takes time in proportion to it. The default is not
 * to.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_usage(OstreeSysrootUnlockOptions *options,
                                             gboolean usage);

/**
 * ostree_sysroot_unlock_options_set_lock_wait:
 * @options: the options
 * @milliseconds: the longest wait, in milliseconds
 *
 * Of all that take the lock of the sysroot: how long to wait for it, if somebody else holds it,
 * before failing with %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED. The default is not to wait.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_lock_wait(OstreeSysrootUnlockOptions *options,
                                                 guint milliseconds);

/**
 * ostree_sysroot_unlock_options_set_lock_held:
 * @options: the options
 * @lock_held: %TRUE if the caller holds it
 *
 * Of all that take the lock of the sysroot: the caller holds it already, from libostree's
 * ostree_sysroot_lock() or ostree_sysroot_try_lock(), and it is not to be taken once more (it
 * would wait for itself). The default is to take it and to release it afterwards.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_lock_held(OstreeSysrootUnlockOptions *options,
                                                 gboolean lock_held);

/**
 * ostree_sysroot_unlock_options_set_backing:
 * @options: the options
 * @backing: where
 *
 * `begin`: where what is written goes. The default is the disk where that can be written to,
 * and memory where it cannot or where there is a size limit. A value that this library does
 * not know makes the operation fail with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_backing(OstreeSysrootUnlockOptions *options,
                                               OstreeSysrootUnlockBacking backing);

/**
 * ostree_sysroot_unlock_options_set_size_limit:
 * @options: the options
 * @bytes: the limit, in bytes
 *
 * `begin`: the most that may be written, to memory; asks for
 * %OSTREE_SYSROOT_UNLOCK_BACKING_RAM by itself. The default is what a tmpfs takes, half of the
 * memory.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_size_limit(OstreeSysrootUnlockOptions *options,
                                                  guint64 bytes);

/**
 * ostree_sysroot_unlock_options_set_time_limit:
 * @options: the options
 * @seconds: the limit, in seconds; not 0
 *
 * `begin`: how long it may stay unlocked. Then it ends by itself, by the rules of
 * ostree_sysroot_unlock_end(), and also after a suspend; who is logged in at a terminal is
 * warned before. On what is unlocked already, in the same state or in another, the limit counts
 * from now. A timer of systemd does it: where that does not run, the notes of the outcome say
 * that nothing will. A wait for the lock of the sysroot counts; where that takes all of the time, it
 * is refused with %OSTREE_SYSROOT_UNLOCK_ERROR_SYSROOT_LOCKED. The default is no limit, unless the
 * configuration of the system has one.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_time_limit(OstreeSysrootUnlockOptions *options,
                                                  guint seconds);

/**
 * ostree_sysroot_unlock_options_set_only_locked:
 * @options: the options
 * @only_locked: %TRUE to refuse what is unlocked
 *
 * `begin`: only where nothing is unlocked; otherwise refuse with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_ALREADY_UNLOCKED, whatever the state, and under the lock. For who
 * ends it again: ostree_sysroot_unlock_end() discards also what was written before, be it a
 * hotfix. The default is to change the state and keep what was written.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_only_locked(OstreeSysrootUnlockOptions *options,
                                                   gboolean only_locked);

/**
 * ostree_sysroot_unlock_options_set_after_upgrade:
 * @options: the options
 * @after_upgrade: %TRUE to do it
 *
 * `cleanup`: do also what is to be done once for each deployment after it was booted, which is
 * libostree's own cleanup of the sysroot, and the hooks in `post-upgrade.d`. Where all of it has
 * been done, nothing is. The default is not to.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_after_upgrade(OstreeSysrootUnlockOptions *options,
                                                     gboolean after_upgrade);

/**
 * ostree_sysroot_unlock_options_set_allow_broken:
 * @options: the options
 * @allow_broken: %TRUE to go on
 *
 * `apply`: go on although the commit lacks a library that is needed, or has a unit file that
 * systemd would not read. The default is to refuse.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_allow_broken(OstreeSysrootUnlockOptions *options,
                                                    gboolean allow_broken);

/**
 * ostree_sysroot_unlock_options_set_allow_other_system:
 * @options: the options
 * @allow_other_system: %TRUE to go on
 *
 * `apply`: go on although the commit is of another operating system, by the `ID` of its
 * os-release(5), or for another kind of machine. The default is to refuse.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_allow_other_system(OstreeSysrootUnlockOptions *options,
                                                          gboolean allow_other_system);

/**
 * ostree_sysroot_unlock_options_set_no_pull:
 * @options: the options
 * @no_pull: %TRUE to refuse it
 *
 * `apply`: refuse a commit that is not in the repository as a whole. The default is to pull what
 * is missing, where a remote is known that may have it.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_no_pull(OstreeSysrootUnlockOptions *options,
                                               gboolean no_pull);

/**
 * ostree_sysroot_unlock_options_set_restart:
 * @options: the options
 * @restart: %TRUE to restart them
 *
 * `apply` and `rollback`: restart the services that run on files that are others now, where that
 * takes nothing else down. The default is not to.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_restart(OstreeSysrootUnlockOptions *options,
                                               gboolean restart);

/**
 * ostree_sysroot_unlock_options_set_only_etc:
 * @options: the options
 * @only_etc: %TRUE for no more than that
 *
 * `cleanup`: only take back what live commits brought to `/etc`, that of the one that is live
 * now as well, as when the system goes down. The default is to clean up.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_only_etc(OstreeSysrootUnlockOptions *options,
                                                gboolean only_etc);

/**
 * ostree_sysroot_unlock_options_set_allow_replacement:
 * @options: the options
 * @allow_replacement: %TRUE to go on
 *
 * `apply`: go on although packages are replaced or removed under what runs, or a database of theirs
 * cannot be read, so that nobody can tell. The default is to refuse with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_NOT_ADDITIVE, or with what is the matter with the database;
 * `rollback` never asks.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_allow_replacement(OstreeSysrootUnlockOptions *options,
                                                         gboolean allow_replacement);

/**
 * ostree_sysroot_unlock_options_set_from:
 * @options: the options
 * @commit: (nullable): a checksum or a ref
 *
 * `diff` and `diff_packages`: the commit to compare with. The default, which %NULL stands for, is what was
 * deployed.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_from(OstreeSysrootUnlockOptions *options,
                                            const char *commit);

/**
 * ostree_sysroot_unlock_options_set_to:
 * @options: the options
 * @commit: (nullable): a checksum or a ref
 *
 * `diff` and `diff_packages`: the commit to be compared. The default, which %NULL stands for, is
 * what is there now.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_to(OstreeSysrootUnlockOptions *options,
                                          const char *commit);

/**
 * ostree_sysroot_unlock_options_add_path:
 * @options: the options
 * @path: (type filename): an absolute path
 *
 * `diff`, `diff_commits`, `commit`, `keep_save` and `keep_restore`: only what is at @path or
 * below it; with several, what is at or below any of them. The default is everything. A path that
 * is not absolute, or not in what is looked at, makes the operation fail with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_add_path(OstreeSysrootUnlockOptions *options,
                                            const char *path);

/**
 * ostree_sysroot_unlock_options_set_subject:
 * @options: the options
 * @subject: (nullable): one line
 *
 * `commit` and `keep_save`: what it is. The default, which %NULL stands for, names the state
 * that the changes were made in, or is the name that they are kept under.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_subject(OstreeSysrootUnlockOptions *options,
                                               const char *subject);

/**
 * ostree_sysroot_unlock_options_set_body:
 * @options: the options
 * @body: (nullable): as many lines as it takes
 *
 * `commit`: more about it. The default, which %NULL stands for, is nothing.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_body(OstreeSysrootUnlockOptions *options,
                                            const char *body);

/**
 * ostree_sysroot_unlock_options_add_etc_path:
 * @options: the options
 * @path: (type filename): a path of `/etc`, or `/etc` itself
 *
 * `commit` and `keep_save`: take in what was changed at @path or below it, as a default in
 * `/usr/etc`; may be called several times. With `/etc` itself, what belongs to this machine
 * alone, such as `machine-id` and `passwd`, is left out. The default is to take in nothing of
 * `/etc`. A path that is not in `/etc` makes the operation fail with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_add_etc_path(OstreeSysrootUnlockOptions *options,
                                                const char *path);

/**
 * ostree_sysroot_unlock_options_set_onto:
 * @options: the options
 * @onto: (nullable): a checksum or a ref
 *
 * `commit`: replay the changes on this commit, path by path, instead of on what they were made
 * on, which is the default and what %NULL stands for.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_onto(OstreeSysrootUnlockOptions *options,
                                            const char *onto);

/**
 * ostree_sysroot_unlock_options_add_preference:
 * @options: the options
 * @path: (type filename): an absolute path; `/` is everywhere
 * @prefer: whose version
 *
 * `commit` and `keep_restore`, where changes come onto something else than they were made on:
 * whose version is taken at @path and below it, where both sides changed the same; may be
 * called several times, and of those that fit, the longest path counts. By default such a
 * conflict makes the operation fail with %OSTREE_SYSROOT_UNLOCK_ERROR_CONFLICT.
 *
 * `apply` and `rollback`, where what was written hides what the commit changes: with
 * %OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES it goes on hiding that. There is no other way to decide
 * it, as what was written is never taken away.
 *
 * A path that is not absolute, or a value that this library does not know, makes it fail with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_add_preference(OstreeSysrootUnlockOptions *options,
                                                  const char *path,
                                                  OstreeSysrootUnlockPrefer prefer);

/**
 * ostree_sysroot_unlock_options_set_skip_special:
 * @options: the options
 * @skip_special: %TRUE to leave it out
 *
 * `commit` and `keep_save`: leave out what cannot be in a commit, such as devices, sockets and
 * names that are not UTF-8, and name it in the result. The default is to refuse it with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_UNSUPPORTED.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_skip_special(OstreeSysrootUnlockOptions *options,
                                                    gboolean skip_special);

/**
 * ostree_sysroot_unlock_options_set_repo:
 * @options: the options
 * @path: (type filename) (nullable): a directory
 *
 * `commit`: the repository that gets it; the system's is the default, and what %NULL stands
 * for. It is not deployed from there.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_repo(OstreeSysrootUnlockOptions *options,
                                            const char *path);

/**
 * ostree_sysroot_unlock_options_set_branch:
 * @options: the options
 * @branch: (nullable): the name of a ref
 *
 * `commit`: the ref that then leads to it. The default, which %NULL stands for, is
 * `unlock/commit/` and the stateroot; where it is deployed, none.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_branch(OstreeSysrootUnlockOptions *options,
                                              const char *branch);

/**
 * ostree_sysroot_unlock_options_add_gpg_key:
 * @options: the options
 * @id: the id of a key
 *
 * `commit`: sign it with this GPG key; may be called several times. A key that is %NULL or
 * empty makes the operation fail with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_add_gpg_key(OstreeSysrootUnlockOptions *options,
                                               const char *id);

/**
 * ostree_sysroot_unlock_options_set_gpg_home:
 * @options: the options
 * @directory: (type filename) (nullable): a directory
 *
 * `commit`: where GPG has its keys. The default, which %NULL stands for, is where it looks by
 * itself.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_gpg_home(OstreeSysrootUnlockOptions *options,
                                                const char *directory);

/**
 * ostree_sysroot_unlock_options_add_sign_key:
 * @options: the options
 * @kind: a kind of signature that libostree knows, such as `ed25519`
 * @key: the secret key, as `ostree sign` takes it
 *
 * `commit`: sign it with this key; may be called several times. It stays in memory as long as
 * @options. One that is %NULL or empty makes the operation fail with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_add_sign_key(OstreeSysrootUnlockOptions *options,
                                                const char *kind,
                                                const char *key);

/**
 * ostree_sysroot_unlock_options_set_deploy:
 * @options: the options
 * @deploy: how
 *
 * `commit`: have it booted next, with the kernel arguments and the `/etc` of the deployment
 * that `ostree admin deploy` would take them from. The default is not to. `apply`: the same with
 * %OSTREE_SYSROOT_UNLOCK_DEPLOY_STAGED; the other value is refused. A value that this library does not know makes the operation fail with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_deploy(OstreeSysrootUnlockOptions *options,
                                              OstreeSysrootUnlockDeploy deploy);

/**
 * ostree_sysroot_unlock_options_set_kept:
 * @options: the options
 * @kept: (nullable): a name
 *
 * `commit` and `diff`: of what was kept under this name by ostree_sysroot_unlock_keep_save(),
 * instead of what was written to `/usr`, which is the default and what %NULL stands for. On
 * another deployment than it was made on, the changes are replayed.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_kept(OstreeSysrootUnlockOptions *options,
                                            const char *kept);

/**
 * ostree_sysroot_unlock_options_set_scratch:
 * @options: the options
 * @scratch: %TRUE for the scratch
 *
 * `commit` and `keep_save`: of what is in the scratch of
 * ostree_sysroot_unlock_enter_scratch(), its `/etc` included, instead of what was written to
 * `/usr`, which is the default. `diff`: of the `/usr` of the scratch.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_scratch(OstreeSysrootUnlockOptions *options,
                                               gboolean scratch);

/**
 * ostree_sysroot_unlock_options_set_merge_etc:
 * @options: the options
 * @merge_etc: %TRUE to merge
 *
 * `enter_commit`: have `/etc` be a copy, in memory, into which the defaults of the commit are
 * merged: where what is there is as the old default, it is as the new one. It is gone with the
 * last process that sees it. The default is that `/etc` is that of the system.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_merge_etc(OstreeSysrootUnlockOptions *options,
                                                 gboolean merge_etc);

/**
 * ostree_sysroot_unlock_options_set_scratch_var:
 * @options: the options
 * @scratch_var: %TRUE to have a copy
 *
 * `enter_deployment`: what is written to `/var` goes to a copy of it, in memory, which is gone
 * with the last process that sees it. The default is that nothing can be written there.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_scratch_var(OstreeSysrootUnlockOptions *options,
                                                   gboolean scratch_var);

/**
 * ostree_sysroot_unlock_options_set_home:
 * @options: the options
 * @home: whose
 *
 * `enter_deployment`: what `/home` and `/root` are. The default is that they are as the rest of
 * `/var`. A value that this library does not know makes it fail with
 * %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_home(OstreeSysrootUnlockOptions *options,
                                            OstreeSysrootUnlockHome home);

/**
 * ostree_sysroot_unlock_options_set_record:
 * @options: the options
 * @record: (nullable): a name
 *
 * `enter_deployment`: forget what was recorded under this name, as it is about to be done anew;
 * ostree_sysroot_unlock_record() writes it once that has succeeded. The default, which %NULL
 * stands for, is to forget nothing.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_record(OstreeSysrootUnlockOptions *options,
                                              const char *record);

/**
 * ostree_sysroot_unlock_options_set_for_commit:
 * @options: the options
 * @checksum: (nullable): the checksum of a commit
 *
 * `enter_deployment` and `record`: fail with %OSTREE_SYSROOT_UNLOCK_ERROR_INVALID_ARGUMENT where
 * the deployment is of another commit. The default, which %NULL stands for, is to take any.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_options_set_for_commit(OstreeSysrootUnlockOptions *options,
                                                  const char *checksum);

/**
 * ostree_sysroot_unlock_detection_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_detection_get_type(void);

/**
 * ostree_sysroot_unlock_detection_ref:
 * @detection: a detection
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @detection
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockDetection *ostree_sysroot_unlock_detection_ref(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_unref:
 * @detection: (transfer full): a detection
 *
 * Gives a reference up; with the last one @detection is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_detection_unref(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_is_booted:
 * @detection: a detection
 *
 * Returns: %TRUE if the running system was booted by OSTree
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_detection_is_booted(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_get_os:
 * @detection: a detection
 *
 * Returns: (transfer none) (nullable): the stateroot of the booted deployment, or %NULL if the
 * system was not booted by OSTree
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_detection_get_os(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_get_commit:
 * @detection: a detection
 *
 * Returns: (transfer none) (nullable): the checksum of the commit of the booted deployment, or
 * %NULL if the system was not booted by OSTree
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_detection_get_commit(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_get_serial:
 * @detection: a detection
 *
 * Returns: the number that tells deployments of one commit apart, or -1 if the system was not
 * booted by OSTree
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
int ostree_sysroot_unlock_detection_get_serial(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_get_manager:
 * @detection: a detection
 *
 * Who makes deployments here, and so where a change belongs that is to stay: `bootc`,
 * `rpm-ostree`, or `ostree` for `ostree admin` and all other programs that call libostree. More
 * may be added.
 *
 * Returns: (transfer none) (nullable): the name, or %NULL where there is no booted deployment
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_detection_get_manager(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_get_state:
 * @detection: a detection
 *
 * Returns: in which state `/usr` is, as the kernel shows it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeDeploymentUnlockedState ostree_sysroot_unlock_detection_get_state(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_is_read_only:
 * @detection: a detection
 *
 * Returns: %TRUE if `/usr` is mounted read-only, as the caller sees it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_detection_is_read_only(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_is_writable:
 * @detection: a detection
 *
 * Returns: %TRUE if the caller could write below `/usr`: both the mount and the permissions
 * let it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_detection_is_writable(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_is_persistent:
 * @detection: a detection
 *
 * Returns: %TRUE if what is written below `/usr` now is still there after a reboot
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_detection_is_persistent(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_detection_get_message:
 * @detection: a detection
 *
 * Returns: (transfer none): all of it in one sentence, for people
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_detection_get_message(OstreeSysrootUnlockDetection *detection);

/**
 * ostree_sysroot_unlock_overview_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_overview_get_type(void);

/**
 * ostree_sysroot_unlock_overview_ref:
 * @overview: an overview
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @overview
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOverview *ostree_sysroot_unlock_overview_ref(OstreeSysrootUnlockOverview *overview);

/**
 * ostree_sysroot_unlock_overview_unref:
 * @overview: (transfer full): an overview
 *
 * Gives a reference up; with the last one @overview is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_overview_unref(OstreeSysrootUnlockOverview *overview);

/**
 * ostree_sysroot_unlock_overview_get_os:
 * @overview: an overview
 *
 * Returns: (transfer none): the stateroot of the booted deployment
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_overview_get_os(OstreeSysrootUnlockOverview *overview);

/**
 * ostree_sysroot_unlock_overview_get_commit:
 * @overview: an overview
 *
 * Returns: (transfer none): the checksum of the commit of the booted deployment
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_overview_get_commit(OstreeSysrootUnlockOverview *overview);

/**
 * ostree_sysroot_unlock_overview_get_serial:
 * @overview: an overview
 *
 * Returns: the number that tells deployments of one commit apart
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
int ostree_sysroot_unlock_overview_get_serial(OstreeSysrootUnlockOverview *overview);

/**
 * ostree_sysroot_unlock_overview_get_hierarchies:
 * @overview: an overview
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockHierarchy): each hierarchy
 * that can be unlocked; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_overview_get_hierarchies(OstreeSysrootUnlockOverview *overview);

/**
 * ostree_sysroot_unlock_hierarchy_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_hierarchy_get_type(void);

/**
 * ostree_sysroot_unlock_hierarchy_ref:
 * @hierarchy: a hierarchy
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @hierarchy
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockHierarchy *ostree_sysroot_unlock_hierarchy_ref(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_unref:
 * @hierarchy: (transfer full): a hierarchy
 *
 * Gives a reference up; with the last one @hierarchy is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_hierarchy_unref(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_path:
 * @hierarchy: a hierarchy
 *
 * Returns: (transfer none) (type filename): where it is
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_hierarchy_get_path(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_state:
 * @hierarchy: a hierarchy
 *
 * Returns: in which state it is, as the kernel shows it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeDeploymentUnlockedState ostree_sysroot_unlock_hierarchy_get_state(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_is_read_only:
 * @hierarchy: a hierarchy
 *
 * Returns: %TRUE if its mount is read-only for the system
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_hierarchy_is_read_only(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_is_writable:
 * @hierarchy: a hierarchy
 *
 * Returns: %TRUE if the caller could write to it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_hierarchy_is_writable(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_is_persistent:
 * @hierarchy: a hierarchy
 *
 * Returns: %TRUE if what is written is still there after a reboot
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_hierarchy_is_persistent(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_made_by:
 * @hierarchy: a hierarchy
 *
 * Who unlocked it: `ostree-unlock` (this library), `libostree` (`ostree admin unlock`, or
 * ostree-prepare-root at boot), or `other`. These words do not change, and more may be added.
 *
 * Returns: (transfer none) (nullable): who unlocked it, or %NULL where it is locked
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_hierarchy_get_made_by(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_since:
 * @hierarchy: a hierarchy
 *
 * Returns: since when it is unlocked, in seconds since the epoch; 0 where it is locked or
 * where that is not known
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gint64 ostree_sysroot_unlock_hierarchy_get_since(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_until:
 * @hierarchy: a hierarchy
 *
 * Returns: when it is to end by itself, in seconds since the epoch; 0 where it is not. A time
 * that is over says that it could not be ended
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gint64 ostree_sysroot_unlock_hierarchy_get_until(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_live:
 * @hierarchy: a hierarchy
 *
 * Returns: (transfer none) (nullable): the commit that was applied, and is there in the place of
 * the booted one, or %NULL where none was
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockLiveCommit *ostree_sysroot_unlock_hierarchy_get_live(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_layers:
 * @hierarchy: a hierarchy
 *
 * Returns: (transfer none) (array zero-terminated=1) (element-type filename): the directories that
 * lie between what was deployed and the upper, the topmost first; maybe none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_hierarchy_get_layers(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_upper_path:
 * @hierarchy: a hierarchy
 *
 * Returns: (transfer none) (nullable) (type filename): the directory that takes what is
 * written, or %NULL where there is none or where it cannot be shown
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_hierarchy_get_upper_path(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_no_upper_reason:
 * @hierarchy: a hierarchy
 *
 * Returns: (transfer none) (nullable): why ostree_sysroot_unlock_hierarchy_get_upper_path() is
 * %NULL: `locked`, or words for people; %NULL where it is not %NULL
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_hierarchy_get_no_upper_reason(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_upper_usage:
 * @hierarchy: a hierarchy
 * @entries: (out) (optional): files, directories, links and whiteouts, counted
 * @bytes: (out) (optional): disk space, in bytes
 *
 * What was written since it was unlocked, also before another commit was applied over it. Counted
 * only where ostree_sysroot_unlock_options_set_usage() asked for it, as it takes time; where it was
 * not, or the caller may not see all of it, both are 0.
 *
 * Returns: %TRUE if it was counted
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_hierarchy_get_upper_usage(OstreeSysrootUnlockHierarchy *hierarchy,
                                                         guint64 *entries,
                                                         guint64 *bytes);

/**
 * ostree_sysroot_unlock_hierarchy_get_problems:
 * @hierarchy: a hierarchy
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockProblem): what is stale or
 * wrong; maybe nothing; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_hierarchy_get_problems(OstreeSysrootUnlockHierarchy *hierarchy);

/**
 * ostree_sysroot_unlock_hierarchy_get_deltas:
 * @hierarchy: a hierarchy
 * @count: (out) (optional): how many commits
 *
 * What makes other commits live at once: of those that were live in this boot, or were shown to a
 * command. It goes with the boot.
 *
 * Returns: %TRUE if it can be seen; otherwise @count is 0
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_hierarchy_get_deltas(OstreeSysrootUnlockHierarchy *hierarchy,
                                                    guint64 *count);

/**
 * ostree_sysroot_unlock_hierarchy_get_deltas_usage:
 * @hierarchy: a hierarchy
 * @entries: (out) (optional): directories, whiteouts, and files that were copied
 * @bytes: (out) (optional): disk space, in bytes
 *
 * What ostree_sysroot_unlock_hierarchy_get_deltas() takes beside links into the repository.
 * Counted only where ostree_sysroot_unlock_options_set_usage() asked for it; where it was not,
 * both are 0.
 *
 * Returns: %TRUE if it was counted
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_hierarchy_get_deltas_usage(OstreeSysrootUnlockHierarchy *hierarchy,
                                                          guint64 *entries,
                                                          guint64 *bytes);

/**
 * ostree_sysroot_unlock_live_commit_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_live_commit_get_type(void);

/**
 * ostree_sysroot_unlock_live_commit_ref:
 * @live: a live commit
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @live
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockLiveCommit *ostree_sysroot_unlock_live_commit_ref(OstreeSysrootUnlockLiveCommit *live);

/**
 * ostree_sysroot_unlock_live_commit_unref:
 * @live: (transfer full): a live commit
 *
 * Gives a reference up; with the last one @live is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_live_commit_unref(OstreeSysrootUnlockLiveCommit *live);

/**
 * ostree_sysroot_unlock_live_commit_get_checksum:
 * @live: a live commit
 *
 * Returns: (transfer none): its checksum
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_live_commit_get_checksum(OstreeSysrootUnlockLiveCommit *live);

/**
 * ostree_sysroot_unlock_live_commit_get_origin:
 * @live: a live commit
 *
 * Returns: (transfer none) (nullable): what the caller of ostree_sysroot_unlock_apply() called it,
 * or %NULL where that was its checksum, or is not known
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_live_commit_get_origin(OstreeSysrootUnlockLiveCommit *live);

/**
 * ostree_sysroot_unlock_live_commit_get_since:
 * @live: a live commit
 *
 * Returns: since when it is live, in seconds since the epoch; 0 where that is not known
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gint64 ostree_sysroot_unlock_live_commit_get_since(OstreeSysrootUnlockLiveCommit *live);

/**
 * ostree_sysroot_unlock_live_commit_get_rollbacks:
 * @live: a live commit
 *
 * Returns: how often ostree_sysroot_unlock_rollback() can take back what is live
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
guint64 ostree_sysroot_unlock_live_commit_get_rollbacks(OstreeSysrootUnlockLiveCommit *live);

/**
 * ostree_sysroot_unlock_problem_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_problem_get_type(void);

/**
 * ostree_sysroot_unlock_problem_ref:
 * @problem: a problem
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @problem
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockProblem *ostree_sysroot_unlock_problem_ref(OstreeSysrootUnlockProblem *problem);

/**
 * ostree_sysroot_unlock_problem_unref:
 * @problem: (transfer full): a problem
 *
 * Gives a reference up; with the last one @problem is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_problem_unref(OstreeSysrootUnlockProblem *problem);

/**
 * ostree_sysroot_unlock_problem_get_code:
 * @problem: a problem
 *
 * Returns: (transfer none): its name for programs, in lower case with hyphens; it does not
 * change
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_problem_get_code(OstreeSysrootUnlockProblem *problem);

/**
 * ostree_sysroot_unlock_problem_get_text:
 * @problem: a problem
 *
 * Returns: (transfer none): for people: what it is and what to do about it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_problem_get_text(OstreeSysrootUnlockProblem *problem);

/**
 * ostree_sysroot_unlock_outcome_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_outcome_get_type(void);

/**
 * ostree_sysroot_unlock_outcome_ref:
 * @outcome: an outcome
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @outcome
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOutcome *ostree_sysroot_unlock_outcome_ref(OstreeSysrootUnlockOutcome *outcome);

/**
 * ostree_sysroot_unlock_outcome_unref:
 * @outcome: (transfer full): an outcome
 *
 * Gives a reference up; with the last one @outcome is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_outcome_unref(OstreeSysrootUnlockOutcome *outcome);

/**
 * ostree_sysroot_unlock_outcome_get_state:
 * @outcome: an outcome
 *
 * Returns: the state of `/usr` afterwards; with a dry run the state that it would have
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeDeploymentUnlockedState ostree_sysroot_unlock_outcome_get_state(OstreeSysrootUnlockOutcome *outcome);

/**
 * ostree_sysroot_unlock_outcome_is_dry_run:
 * @outcome: an outcome
 *
 * Returns: %TRUE if nothing was changed, because that was asked for
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_outcome_is_dry_run(OstreeSysrootUnlockOutcome *outcome);

/**
 * ostree_sysroot_unlock_outcome_get_steps:
 * @outcome: an outcome
 *
 * Returns: (transfer none) (array zero-terminated=1): the steps in their order, for people;
 * maybe none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_outcome_get_steps(OstreeSysrootUnlockOutcome *outcome);

/**
 * ostree_sysroot_unlock_outcome_get_notes:
 * @outcome: an outcome
 *
 * Returns: (transfer none) (array zero-terminated=1): what a person should know besides, such
 * as what is not covered, who keeps an old view or what was repaired; maybe nothing
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_outcome_get_notes(OstreeSysrootUnlockOutcome *outcome);

/**
 * ostree_sysroot_unlock_holder_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_holder_get_type(void);

/**
 * ostree_sysroot_unlock_holder_ref:
 * @holder: a holder
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @holder
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockHolder *ostree_sysroot_unlock_holder_ref(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_holder_unref:
 * @holder: (transfer full): a holder
 *
 * Gives a reference up; with the last one @holder is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_holder_unref(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_holder_get_pid:
 * @holder: a holder
 *
 * Returns: its process id, as seen from the caller's pid namespace
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC int ostree_sysroot_unlock_holder_get_pid(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_holder_get_uid:
 * @holder: a holder
 *
 * Returns: the number of the user that it runs as
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC guint ostree_sysroot_unlock_holder_get_uid(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_holder_get_command:
 * @holder: a holder
 *
 * Returns: (transfer none): its command, as in `/proc/PID/comm`
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_holder_get_command(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_holder_get_unit:
 * @holder: a holder
 *
 * Returns: (transfer none) (nullable): the systemd unit that it belongs to, or %NULL where it
 * belongs to none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_holder_get_unit(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_holder_get_use:
 * @holder: a holder
 *
 * What it does with the thing it holds: `writes` (a file is open for writing, or mapped so),
 * `runs` (the program itself), `maps` (a library, usually), `reads` (a file is open), `works
 * in` (its working or root directory), `locks` (the lock of the sysroot). These words do not
 * change, and more may be added.
 *
 * Returns: (transfer none): what it does with it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_holder_get_use(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_holder_get_path:
 * @holder: a holder
 *
 * Returns: (transfer none): the path of what it holds, as the system sees it; in UTF-8, with
 * bytes that are not replaced
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_holder_get_path(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_holder_get_sentence:
 * @holder: a holder
 *
 * Returns: (transfer none): all of it on one line, for people, as in the message of the error
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_holder_get_sentence(OstreeSysrootUnlockHolder *holder);

/**
 * ostree_sysroot_unlock_revision_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_revision_get_type(void);

/**
 * ostree_sysroot_unlock_revision_ref:
 * @revision: a revision
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @revision
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockRevision *ostree_sysroot_unlock_revision_ref(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_unref:
 * @revision: (transfer full): a revision
 *
 * Gives a reference up; with the last one @revision is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_revision_unref(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_get_checksum:
 * @revision: a revision
 *
 * Returns: (transfer none) (nullable): the checksum of the commit, or %NULL with a dry run
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_revision_get_checksum(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_get_parent:
 * @revision: a revision
 *
 * Returns: (transfer none): the checksum of its parent: what the changes were made on, or
 * replayed on
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_revision_get_parent(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_get_changes:
 * @revision: a revision
 *
 * Returns: how many paths are others than in the parent
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
guint64 ostree_sysroot_unlock_revision_get_changes(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_get_branch:
 * @revision: a revision
 *
 * Returns: (transfer none) (nullable): the ref that leads to it, or %NULL where only a
 * deployment does, and with a dry run
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_revision_get_branch(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_get_deployment:
 * @revision: a revision
 *
 * Returns: (transfer none) (nullable): the deployment that was made of it, as
 * `CHECKSUM.SERIAL`, or %NULL where none was. Of a staged one the serial may be another when
 * the system has gone down
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_revision_get_deployment(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_get_skipped:
 * @revision: a revision
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockOmission): what was left out;
 * maybe nothing; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_revision_get_skipped(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_get_resolved:
 * @revision: a revision
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockConflict): what both sides
 * had changed, each with whose version was taken; maybe nothing; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_revision_get_resolved(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_revision_get_notes:
 * @revision: a revision
 *
 * Returns: (transfer none) (array zero-terminated=1): what a person should know besides; maybe
 * nothing
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_revision_get_notes(OstreeSysrootUnlockRevision *revision);

/**
 * ostree_sysroot_unlock_transfer_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_transfer_get_type(void);

/**
 * ostree_sysroot_unlock_transfer_ref:
 * @transfer: a transfer
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @transfer
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransfer *ostree_sysroot_unlock_transfer_ref(OstreeSysrootUnlockTransfer *transfer);

/**
 * ostree_sysroot_unlock_transfer_unref:
 * @transfer: (transfer full): a transfer
 *
 * Gives a reference up; with the last one @transfer is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_transfer_unref(OstreeSysrootUnlockTransfer *transfer);

/**
 * ostree_sysroot_unlock_transfer_get_changes:
 * @transfer: a transfer
 *
 * Returns: how many paths were set aside or put back; with a dry run, would be
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
guint64 ostree_sysroot_unlock_transfer_get_changes(OstreeSysrootUnlockTransfer *transfer);

/**
 * ostree_sysroot_unlock_transfer_get_checksum:
 * @transfer: a transfer
 *
 * Returns: (transfer none) (nullable): the checksum of the commit that holds what was set
 * aside, or %NULL where it was put back
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_transfer_get_checksum(OstreeSysrootUnlockTransfer *transfer);

/**
 * ostree_sysroot_unlock_transfer_get_skipped:
 * @transfer: a transfer
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockOmission): what was left out;
 * maybe nothing; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transfer_get_skipped(OstreeSysrootUnlockTransfer *transfer);

/**
 * ostree_sysroot_unlock_transfer_get_resolved:
 * @transfer: a transfer
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockConflict): what both sides
 * had changed, each with whose version was taken; maybe nothing; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transfer_get_resolved(OstreeSysrootUnlockTransfer *transfer);

/**
 * ostree_sysroot_unlock_transition_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_transition_get_type(void);

/**
 * ostree_sysroot_unlock_transition_ref:
 * @transition: a transition
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @transition
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockTransition *ostree_sysroot_unlock_transition_ref(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_unref:
 * @transition: (transfer full): a transition
 *
 * Gives a reference up; with the last one @transition is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_transition_unref(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_outcome:
 * @transition: a transition
 *
 * Returns: (transfer full): what was done: the state of `/usr` afterwards, the steps, and notes
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOutcome *ostree_sysroot_unlock_transition_get_outcome(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_from:
 * @transition: a transition
 *
 * Returns: (transfer none): the checksum of the commit that was live before
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_transition_get_from(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_to:
 * @transition: a transition
 *
 * Returns: (transfer none): the checksum of the commit that is live now; with a dry run, that
 * would be
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_transition_get_to(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_added:
 * @transition: a transition
 *
 * What was written to `/usr` is not counted, here and in the other two numbers.
 *
 * Returns: how many paths the second commit has in `/usr` that the first one has not
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
guint64 ostree_sysroot_unlock_transition_get_added(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_removed:
 * @transition: a transition
 *
 * Returns: how many paths the first commit has in `/usr` that the second one has not
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
guint64 ostree_sysroot_unlock_transition_get_removed(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_changed:
 * @transition: a transition
 *
 * Returns: how many paths are others in the second commit than in the first one
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
guint64 ostree_sysroot_unlock_transition_get_changed(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_packages:
 * @transition: a transition
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockPackageDifference): each
 * package that is not as it was, sorted by name; maybe none; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transition_get_packages(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_is_purely_additive:
 * @transition: a transition
 *
 * Returns: %TRUE if packages were added, or none is different, and nothing else became of any
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_transition_is_purely_additive(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_etc:
 * @transition: a transition
 *
 * What a rollback puts back in `/etc` is not listed.
 *
 * Returns: (transfer none) (array zero-terminated=1) (element-type filename): the files of `/etc`
 * that were merged from the commit; maybe none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_transition_get_etc(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_etc_kept:
 * @transition: a transition
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockOmission): the files of `/etc`
 * that stay as they are although the commit has another default for them, each with the reason;
 * maybe none; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transition_get_etc_kept(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_kernels:
 * @transition: a transition
 *
 * The kernel that runs stays, and so do its modules, whatever the commit has.
 *
 * Returns: (transfer none) (array zero-terminated=1): the releases of the kernels of which modules
 * came, went, or are others; maybe none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_transition_get_kernels(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_missing_libraries:
 * @transition: a transition
 *
 * Where there are any, ostree_sysroot_unlock_options_set_allow_broken() has allowed it, or it is a
 * dry run. A rollback does not look for them.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockMissingLibrary): the libraries
 * that programs and libraries would no longer find, each with who needs it, sorted by that; maybe
 * none; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transition_get_missing_libraries(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_malformed_units:
 * @transition: a transition
 *
 * As ostree_sysroot_unlock_transition_get_missing_libraries() says it of libraries.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockMalformedUnit): the unit files
 * that systemd would not read; maybe none; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transition_get_malformed_units(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_follow_ups:
 * @transition: a transition
 *
 * With a dry run there are none.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockFollowUp): what was to be done
 * after the swap, in the order in which it was, each with what became of it; maybe none; free with
 * g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transition_get_follow_ups(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_users:
 * @transition: a transition
 *
 * They stay after a rollback, too.
 *
 * Returns: (transfer none) (array zero-terminated=1): the users that were made for what the commit
 * brought; maybe none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_transition_get_users(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_groups:
 * @transition: a transition
 *
 * They stay after a rollback, too.
 *
 * Returns: (transfer none) (array zero-terminated=1): the groups that were made for what the
 * commit brought; maybe none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_transition_get_groups(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_affected:
 * @transition: a transition
 *
 * What was started after the swap is not among it.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockAffected): what runs on files
 * that are others now, or with a dry run would be, and what has to be done about it, units first;
 * maybe none; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transition_get_affected(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_restarted:
 * @transition: a transition
 *
 * None without ostree_sysroot_unlock_options_set_restart(), and with a dry run.
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockFollowUp): the services that were
 * to be restarted, each with what became of it; maybe none; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_transition_get_restarted(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_transition_get_deployment:
 * @transition: a transition
 *
 * Returns: (transfer none) (nullable): the deployment of the commit that boots next, as
 * `COMMIT.SERIAL`, or %NULL where that was not asked for
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_transition_get_deployment(OstreeSysrootUnlockTransition *transition);

/**
 * ostree_sysroot_unlock_omission_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_omission_get_type(void);

/**
 * ostree_sysroot_unlock_omission_ref:
 * @omission: an omission
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @omission
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockOmission *ostree_sysroot_unlock_omission_ref(OstreeSysrootUnlockOmission *omission);

/**
 * ostree_sysroot_unlock_omission_unref:
 * @omission: (transfer full): an omission
 *
 * Gives a reference up; with the last one @omission is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_omission_unref(OstreeSysrootUnlockOmission *omission);

/**
 * ostree_sysroot_unlock_omission_get_path:
 * @omission: an omission
 *
 * Returns: (transfer none) (type filename): the path, as the system sees it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_omission_get_path(OstreeSysrootUnlockOmission *omission);

/**
 * ostree_sysroot_unlock_omission_get_reason:
 * @omission: an omission
 *
 * Returns: (transfer none): why it was left out, or stays as it is, for people
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_omission_get_reason(OstreeSysrootUnlockOmission *omission);

/**
 * ostree_sysroot_unlock_missing_library_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_missing_library_get_type(void);

/**
 * ostree_sysroot_unlock_missing_library_ref:
 * @missing: a missing library
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @missing
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockMissingLibrary *ostree_sysroot_unlock_missing_library_ref(OstreeSysrootUnlockMissingLibrary *missing);

/**
 * ostree_sysroot_unlock_missing_library_unref:
 * @missing: (transfer full): a missing library
 *
 * Gives a reference up; with the last one @missing is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_missing_library_unref(OstreeSysrootUnlockMissingLibrary *missing);

/**
 * ostree_sysroot_unlock_missing_library_get_path:
 * @missing: a missing library
 *
 * Returns: (transfer none) (type filename): the path of what needs it, as the system sees it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_missing_library_get_path(OstreeSysrootUnlockMissingLibrary *missing);

/**
 * ostree_sysroot_unlock_missing_library_get_soname:
 * @missing: a missing library
 *
 * Returns: (transfer none): the library, by the name that it is needed by, such as `libc.so.6`
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_missing_library_get_soname(OstreeSysrootUnlockMissingLibrary *missing);

/**
 * ostree_sysroot_unlock_malformed_unit_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_malformed_unit_get_type(void);

/**
 * ostree_sysroot_unlock_malformed_unit_ref:
 * @malformed: a malformed unit
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @malformed
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockMalformedUnit *ostree_sysroot_unlock_malformed_unit_ref(OstreeSysrootUnlockMalformedUnit *malformed);

/**
 * ostree_sysroot_unlock_malformed_unit_unref:
 * @malformed: (transfer full): a malformed unit
 *
 * Gives a reference up; with the last one @malformed is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_malformed_unit_unref(OstreeSysrootUnlockMalformedUnit *malformed);

/**
 * ostree_sysroot_unlock_malformed_unit_get_path:
 * @malformed: a malformed unit
 *
 * Returns: (transfer none) (type filename): the path of the file, as the system sees it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_malformed_unit_get_path(OstreeSysrootUnlockMalformedUnit *malformed);

/**
 * ostree_sysroot_unlock_malformed_unit_get_line:
 * @malformed: a malformed unit
 *
 * Returns: the line that systemd gives up at, from 1
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
guint ostree_sysroot_unlock_malformed_unit_get_line(OstreeSysrootUnlockMalformedUnit *malformed);

/**
 * ostree_sysroot_unlock_malformed_unit_get_why:
 * @malformed: a malformed unit
 *
 * Returns: (transfer none): what is wrong there, for people
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_malformed_unit_get_why(OstreeSysrootUnlockMalformedUnit *malformed);

/**
 * ostree_sysroot_unlock_follow_up_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_follow_up_get_type(void);

/**
 * ostree_sysroot_unlock_follow_up_ref:
 * @follow_up: a follow-up
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @follow_up
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockFollowUp *ostree_sysroot_unlock_follow_up_ref(OstreeSysrootUnlockFollowUp *follow_up);

/**
 * ostree_sysroot_unlock_follow_up_unref:
 * @follow_up: (transfer full): a follow-up
 *
 * Gives a reference up; with the last one @follow_up is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_follow_up_unref(OstreeSysrootUnlockFollowUp *follow_up);

/**
 * ostree_sysroot_unlock_follow_up_get_step:
 * @follow_up: a follow-up
 *
 * Returns: what was to be done
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockFollowUpStep ostree_sysroot_unlock_follow_up_get_step(OstreeSysrootUnlockFollowUp *follow_up);

/**
 * ostree_sysroot_unlock_follow_up_get_unit:
 * @follow_up: a follow-up
 *
 * Returns: (transfer none) (nullable): the service that it is about, or %NULL where it is about
 * none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_follow_up_get_unit(OstreeSysrootUnlockFollowUp *follow_up);

/**
 * ostree_sysroot_unlock_follow_up_get_end:
 * @follow_up: a follow-up
 *
 * Returns: what became of it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockFollowUpEnd ostree_sysroot_unlock_follow_up_get_end(OstreeSysrootUnlockFollowUp *follow_up);

/**
 * ostree_sysroot_unlock_follow_up_get_why:
 * @follow_up: a follow-up
 *
 * Returns: (transfer none) (nullable): how it failed, or why it was not done, for people; %NULL
 * where it was done
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_follow_up_get_why(OstreeSysrootUnlockFollowUp *follow_up);

/**
 * ostree_sysroot_unlock_affected_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_affected_get_type(void);

/**
 * ostree_sysroot_unlock_affected_ref:
 * @affected: what is affected
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @affected
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockAffected *ostree_sysroot_unlock_affected_ref(OstreeSysrootUnlockAffected *affected);

/**
 * ostree_sysroot_unlock_affected_unref:
 * @affected: (transfer full): what is affected
 *
 * Gives a reference up; with the last one @affected is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_affected_unref(OstreeSysrootUnlockAffected *affected);

/**
 * ostree_sysroot_unlock_affected_get_unit:
 * @affected: what is affected
 *
 * Returns: (transfer none) (nullable): the systemd unit of the system, or %NULL where it is a
 * user's, or no unit's
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_affected_get_unit(OstreeSysrootUnlockAffected *affected);

/**
 * ostree_sysroot_unlock_affected_get_uid:
 * @affected: what is affected
 * @uid: (out) (optional): the number of the user, 0 where it is none's
 *
 * Whose it is: of processes that belong to no unit of the system.
 *
 * Returns: %TRUE if it is a user's, %FALSE for a unit
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_affected_get_uid(OstreeSysrootUnlockAffected *affected,
                                                guint *uid);

/**
 * ostree_sysroot_unlock_affected_get_commands:
 * @affected: what is affected
 *
 * Returns: (transfer none) (array zero-terminated=1): the commands that run, as in
 * `/proc/PID/comm`; maybe none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_affected_get_commands(OstreeSysrootUnlockAffected *affected);

/**
 * ostree_sysroot_unlock_affected_get_pids:
 * @affected: what is affected
 * @length: (out): how many they are
 *
 * None where it is affected by its unit file alone.
 *
 * Returns: (transfer none) (array length=length): the ids of the processes, as seen from the
 * caller's pid namespace
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const int *ostree_sysroot_unlock_affected_get_pids(OstreeSysrootUnlockAffected *affected,
                                                   gsize *length);

/**
 * ostree_sysroot_unlock_affected_get_files:
 * @affected: what is affected
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockChangedFile): the files by which
 * it is affected; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_affected_get_files(OstreeSysrootUnlockAffected *affected);

/**
 * ostree_sysroot_unlock_affected_get_verdict:
 * @affected: what is affected
 *
 * Returns: what has to be done for it to run on the new files
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockVerdict ostree_sysroot_unlock_affected_get_verdict(OstreeSysrootUnlockAffected *affected);

/**
 * ostree_sysroot_unlock_affected_get_why:
 * @affected: what is affected
 *
 * Returns: (transfer none) (nullable): why it is not restarted, for people, or %NULL where that is
 * plain
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_affected_get_why(OstreeSysrootUnlockAffected *affected);

/**
 * ostree_sysroot_unlock_changed_file_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_changed_file_get_type(void);

/**
 * ostree_sysroot_unlock_changed_file_ref:
 * @file: a changed file
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @file
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockChangedFile *ostree_sysroot_unlock_changed_file_ref(OstreeSysrootUnlockChangedFile *file);

/**
 * ostree_sysroot_unlock_changed_file_unref:
 * @file: (transfer full): a changed file
 *
 * Gives a reference up; with the last one @file is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_changed_file_unref(OstreeSysrootUnlockChangedFile *file);

/**
 * ostree_sysroot_unlock_changed_file_get_path:
 * @file: a changed file
 *
 * Returns: (transfer none) (type filename): the path, as the system sees it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_changed_file_get_path(OstreeSysrootUnlockChangedFile *file);

/**
 * ostree_sysroot_unlock_changed_file_get_reason:
 * @file: a changed file
 *
 * Returns: what it is to who is affected by it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockReason ostree_sysroot_unlock_changed_file_get_reason(OstreeSysrootUnlockChangedFile *file);

/**
 * ostree_sysroot_unlock_conflict_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_conflict_get_type(void);

/**
 * ostree_sysroot_unlock_conflict_ref:
 * @conflict: a conflict
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @conflict
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockConflict *ostree_sysroot_unlock_conflict_ref(OstreeSysrootUnlockConflict *conflict);

/**
 * ostree_sysroot_unlock_conflict_unref:
 * @conflict: (transfer full): a conflict
 *
 * Gives a reference up; with the last one @conflict is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_conflict_unref(OstreeSysrootUnlockConflict *conflict);

/**
 * ostree_sysroot_unlock_conflict_get_path:
 * @conflict: a conflict
 *
 * Returns: (transfer none) (type filename): the path, as the system sees it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_conflict_get_path(OstreeSysrootUnlockConflict *conflict);

/**
 * ostree_sysroot_unlock_conflict_get_cause:
 * @conflict: a conflict
 *
 * Returns: (transfer none): what is the matter, for people
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_conflict_get_cause(OstreeSysrootUnlockConflict *conflict);

/**
 * ostree_sysroot_unlock_conflict_get_base:
 * @conflict: a conflict
 *
 * Returns: (transfer none) (nullable): what the changes were made on, or %NULL where nothing
 * was there
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockSide *ostree_sysroot_unlock_conflict_get_base(OstreeSysrootUnlockConflict *conflict);

/**
 * ostree_sysroot_unlock_conflict_get_changes:
 * @conflict: a conflict
 *
 * Returns: (transfer none) (nullable): what the changes have, or %NULL where they took it away
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockSide *ostree_sysroot_unlock_conflict_get_changes(OstreeSysrootUnlockConflict *conflict);

/**
 * ostree_sysroot_unlock_conflict_get_commit:
 * @conflict: a conflict
 *
 * Returns: (transfer none) (nullable): what the commit has that they are replayed on, or the
 * `/usr` that they are put back into; %NULL where nothing is there
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockSide *ostree_sysroot_unlock_conflict_get_commit(OstreeSysrootUnlockConflict *conflict);

/**
 * ostree_sysroot_unlock_conflict_get_taken:
 * @conflict: a conflict
 * @taken: (out) (optional): whose version was taken; %OSTREE_SYSROOT_UNLOCK_PREFER_CHANGES where
 * none was
 *
 * Whether it was decided, as ostree_sysroot_unlock_options_add_preference() asked for. Those
 * of an error were not.
 *
 * Returns: %TRUE if one of the two was taken
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_conflict_get_taken(OstreeSysrootUnlockConflict *conflict,
                                                  OstreeSysrootUnlockPrefer *taken);

/**
 * ostree_sysroot_unlock_conflict_get_sentence:
 * @conflict: a conflict
 *
 * Returns: (transfer none): all of it on one line, for people, as in the message of the error
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_conflict_get_sentence(OstreeSysrootUnlockConflict *conflict);

/**
 * ostree_sysroot_unlock_kept_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_kept_get_type(void);

/**
 * ostree_sysroot_unlock_kept_ref:
 * @kept: what was kept
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @kept
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockKept *ostree_sysroot_unlock_kept_ref(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_kept_unref:
 * @kept: (transfer full): what was kept
 *
 * Gives a reference up; with the last one @kept is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_kept_unref(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_kept_get_name:
 * @kept: what was kept
 *
 * Returns: (transfer none): what it was called
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_kept_get_name(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_kept_get_checksum:
 * @kept: what was kept
 *
 * Returns: (transfer none): the checksum of the commit that holds it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_kept_get_checksum(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_kept_get_base:
 * @kept: what was kept
 *
 * Returns: (transfer none): the checksum of the commit that the changes were made on
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_kept_get_base(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_kept_get_state:
 * @kept: what was kept
 *
 * Returns: the state that `/usr` was in; %OSTREE_DEPLOYMENT_UNLOCKED_NONE where the changes
 * were made in a scratch
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeDeploymentUnlockedState ostree_sysroot_unlock_kept_get_state(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_kept_is_from_scratch:
 * @kept: what was kept
 *
 * Returns: %TRUE if the changes were made in a scratch
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
gboolean ostree_sysroot_unlock_kept_is_from_scratch(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_kept_get_time:
 * @kept: what was kept
 *
 * Returns: when it was kept, in seconds since the epoch
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC gint64 ostree_sysroot_unlock_kept_get_time(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_kept_get_subject:
 * @kept: what was kept
 *
 * Returns: (transfer none): what it is, in one line
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_kept_get_subject(OstreeSysrootUnlockKept *kept);

/**
 * ostree_sysroot_unlock_configuration_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_configuration_get_type(void);

/**
 * ostree_sysroot_unlock_configuration_ref:
 * @configuration: a configuration
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @configuration
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockConfiguration *ostree_sysroot_unlock_configuration_ref(OstreeSysrootUnlockConfiguration *configuration);

/**
 * ostree_sysroot_unlock_configuration_unref:
 * @configuration: (transfer full): a configuration
 *
 * Gives a reference up; with the last one @configuration is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
void ostree_sysroot_unlock_configuration_unref(OstreeSysrootUnlockConfiguration *configuration);

/**
 * ostree_sysroot_unlock_configuration_get_settings:
 * @configuration: a configuration
 *
 * Returns: (transfer container) (element-type OstreeSysrootUnlockSetting): every setting, in the
 * order of ostree-unlock.conf(5), set or not; free with g_ptr_array_unref()
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
GPtrArray *ostree_sysroot_unlock_configuration_get_settings(OstreeSysrootUnlockConfiguration *configuration);

/**
 * ostree_sysroot_unlock_configuration_get_warnings:
 * @configuration: a configuration
 *
 * Returns: (transfer none) (array zero-terminated=1): what was skipped, as this version does not
 * know it, for people, with file and line; maybe none
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *const *ostree_sysroot_unlock_configuration_get_warnings(OstreeSysrootUnlockConfiguration *configuration);

/**
 * ostree_sysroot_unlock_config:
 * @error: return location for an error, or %NULL
 *
 * What whoever administers this system has decided for every caller, as ostree-unlock.conf(5) says
 * it, and where each value comes from. ostree_sysroot_unlock_begin() and
 * ostree_sysroot_unlock_apply() keep to it. Reads files alone: it needs no sysroot and no
 * privilege, and changes nothing.
 *
 * Fails with %OSTREE_SYSROOT_UNLOCK_ERROR_FAILED if a value cannot be understood, and names file
 * and line, or if a file cannot be read, and with %OSTREE_SYSROOT_UNLOCK_ERROR_PERMISSION_DENIED
 * if it must not.
 *
 * Returns: (transfer full): the configuration, or %NULL with @error set
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockConfiguration *ostree_sysroot_unlock_config(GError **error);

/**
 * ostree_sysroot_unlock_setting_get_type:
 *
 * Returns: the #GType
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC GType ostree_sysroot_unlock_setting_get_type(void);

/**
 * ostree_sysroot_unlock_setting_ref:
 * @setting: a setting
 *
 * Takes one more reference. NULL is passed through.
 *
 * Returns: (transfer full): @setting
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
OstreeSysrootUnlockSetting *ostree_sysroot_unlock_setting_ref(OstreeSysrootUnlockSetting *setting);

/**
 * ostree_sysroot_unlock_setting_unref:
 * @setting: (transfer full): a setting
 *
 * Gives a reference up; with the last one @setting is freed. NULL is ignored.
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC void ostree_sysroot_unlock_setting_unref(OstreeSysrootUnlockSetting *setting);

/**
 * ostree_sysroot_unlock_setting_get_key:
 * @setting: a setting
 *
 * Returns: (transfer none): its key, as ostree-unlock.conf(5) has it
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_setting_get_key(OstreeSysrootUnlockSetting *setting);

/**
 * ostree_sysroot_unlock_setting_get_value:
 * @setting: a setting
 *
 * Returns: (transfer none): what holds, a size in bytes; empty where nothing is set and there is
 * no default
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_setting_get_value(OstreeSysrootUnlockSetting *setting);

/**
 * ostree_sysroot_unlock_setting_get_path:
 * @setting: a setting
 *
 * Returns: (transfer none) (type filename) (nullable): the file that it stands in, or %NULL where
 * it is the default
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
const char *ostree_sysroot_unlock_setting_get_path(OstreeSysrootUnlockSetting *setting);

/**
 * ostree_sysroot_unlock_setting_get_line:
 * @setting: a setting
 *
 * Returns: the line in that file, from 1, or 0 where it is the default
 *
 * Since: 2026.1
 */
_OSTREE_UNLOCK_PUBLIC
guint ostree_sysroot_unlock_setting_get_line(OstreeSysrootUnlockSetting *setting);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockAffected, ostree_sysroot_unlock_affected_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockChangedFile, ostree_sysroot_unlock_changed_file_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockComparison, ostree_sysroot_unlock_comparison_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockConfiguration, ostree_sysroot_unlock_configuration_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockConflict, ostree_sysroot_unlock_conflict_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockDetection, ostree_sysroot_unlock_detection_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockDifference, ostree_sysroot_unlock_difference_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockFollowUp, ostree_sysroot_unlock_follow_up_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockHierarchy, ostree_sysroot_unlock_hierarchy_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockHolder, ostree_sysroot_unlock_holder_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockKept, ostree_sysroot_unlock_kept_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockLiveCommit, ostree_sysroot_unlock_live_commit_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockMalformedUnit, ostree_sysroot_unlock_malformed_unit_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockMissingLibrary, ostree_sysroot_unlock_missing_library_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockMonitor, ostree_sysroot_unlock_monitor_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockOmission, ostree_sysroot_unlock_omission_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockOptions, ostree_sysroot_unlock_options_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockOutcome, ostree_sysroot_unlock_outcome_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockOverview, ostree_sysroot_unlock_overview_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockPackage, ostree_sysroot_unlock_package_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockPackageDiff, ostree_sysroot_unlock_package_diff_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockPackageDifference, ostree_sysroot_unlock_package_difference_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockProblem, ostree_sysroot_unlock_problem_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockRevision, ostree_sysroot_unlock_revision_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockSetting, ostree_sysroot_unlock_setting_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockSide, ostree_sysroot_unlock_side_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockTransfer, ostree_sysroot_unlock_transfer_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstreeSysrootUnlockTransition, ostree_sysroot_unlock_transition_unref)

G_END_DECLS
