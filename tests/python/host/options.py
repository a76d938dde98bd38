"""Options are keywords, and one that there is not is a mistake that is named."""

import gi

gi.require_version("OstreeUnlock", "1.0")

from gi.repository import OstreeUnlock


def expect_type_error(words, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except TypeError as error:
        assert words in str(error), error
    else:
        raise AssertionError("no TypeError")


options = OstreeUnlock.Options(
    dry_run=True,
    lazy=True,
    usage=True,
    lock_wait=1000,
    lock_held=False,
    backing=OstreeUnlock.Backing.RAM,
    size_limit=2**40,
    time_limit=60,
    only_locked=True,
    after_upgrade=False,
    allow_broken=True,
    allow_other_system=True,
    allow_replacement=True,
    only_etc=False,
    restart=True,
    from_="one",
    to=None,
    paths=["/usr/bin", b"/usr/\xff"],
    subject="subject",
    body=None,
    etc_paths=["/etc/apt"],
    onto="two",
    preferences=[("/", OstreeUnlock.Prefer.COMMIT), (b"/usr/\xff", OstreeUnlock.Prefer.CHANGES)],
    skip_special=True,
    repo="/var/repo",
    branch="branch",
    gpg_keys=["id"],
    gpg_home=None,
    sign_keys=[("ed25519", "key")],
    deploy=OstreeUnlock.Deploy.STAGED,
    kept="name",
    scratch=True,
    merge_etc=True,
    no_pull=True,
    scratch_var=True,
    home=OstreeUnlock.Home.SHARED,
    record="site",
    for_commit=None,
)
assert isinstance(options, OstreeUnlock.Options)
assert isinstance(OstreeUnlock.Options.new(), OstreeUnlock.Options)
options.set_lazy(False)

expect_type_error("no option 'speed'; there are after_upgrade, allow_broken, allow_other_system, allow_replacement, backing", OstreeUnlock.Options, speed=1)
expect_type_error("'speed'", OstreeUnlock.begin, None, speed=1)
expect_type_error("not both", OstreeUnlock.end, None, options=options, lazy=True)
expect_type_error("argument", OstreeUnlock.Options, preferences=["/"])
expect_type_error("None", OstreeUnlock.begin, None)
expect_type_error("only_locked", OstreeUnlock.unlocked(None, only_locked=False).__enter__)
expect_type_error("begin(dry_run=True)", OstreeUnlock.unlocked(None, dry_run=True).__enter__)
