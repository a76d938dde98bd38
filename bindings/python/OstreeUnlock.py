# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes `gi.repository.OstreeUnlock` natural in Python."""
