"""A package to be installed: one program, which says hello.

Why: package managers are tested with a package that no distribution has, and no network.
What may not be in here: what a package manager says of it.
"""

PROGRAM = "/usr/bin/greeting"

MAKE = f"""
mkdir -p /var/greeting/DEBIAN /var/greeting/usr/bin && cd /var
printf 'Package: greeting\\nVersion: 1\\nArchitecture: all\\nMaintainer: nobody <nobody@localhost>\\nDescription: says hello\\n' \
    >greeting/DEBIAN/control
printf '#!/bin/sh\\necho hello\\n' >greeting{PROGRAM} && chmod +x greeting{PROGRAM}
dpkg-deb --root-owner-group --build greeting /var/greeting.deb
"""
"""Shell commands that make it, as /var/greeting.deb."""

PREPARE_APT = """
mkdir -p /var/lib/apt/lists/partial /var/cache/apt/archives/partial /var/log/apt
systemd-tmpfiles --create /usr/lib/tmpfiles.d/ostree-form.conf || true
"""
"""What apt wants of /var, and finds where tmpfiles ran."""
