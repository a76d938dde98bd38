"""Real OSTree systems for tests, freshly booted in a fraction of a second each.

Read in this order: suites (what systems there are), debian and images (how a disk is made), firmware and initramfs/ (how it
boots), system and namespace (what a test can do with it), lab and fixtures (how a test gets it), host (what is left).
"""
