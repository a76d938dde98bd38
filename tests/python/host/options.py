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
    after_upgrade=False,
    from_="one",
    to=None,
    paths=["/usr/bin", b"/usr/\xff"],
)
assert isinstance(options, OstreeUnlock.Options)
assert isinstance(OstreeUnlock.Options.new(), OstreeUnlock.Options)
options.set_lazy(False)

expect_type_error("no option 'speed'; there are after_upgrade, backing, dry_run, from_, lazy", OstreeUnlock.Options, speed=1)
expect_type_error("'speed'", OstreeUnlock.begin, None, speed=1)
expect_type_error("not both", OstreeUnlock.end, None, options=options, lazy=True)
expect_type_error("None", OstreeUnlock.begin, None)
expect_type_error("begin(dry_run=True)", OstreeUnlock.unlocked(None, dry_run=True).__enter__)
