# SPDX-License-Identifier: MIT
# Options of the sanitizers, in a build with --enable-sanitizers.

if SANITIZERS
minitalk_send_SOURCES += tests/sanitizers/options.c
else
EXTRA_DIST += tests/sanitizers/options.c
endif
