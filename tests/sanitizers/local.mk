# SPDX-License-Identifier: MIT
# What a build with --enable-sanitizers has beside.

if SANITIZERS
minitalk_send_SOURCES += tests/sanitizers/options.c
else
EXTRA_DIST += tests/sanitizers/options.c
endif
