# SPDX-License-Identifier: MIT
# The picture of README, and the script that draws it. The picture is committed, so that README
# shows it without a build.

EXTRA_DIST += docs/README.md docs/draw-exchange.py docs/exchange.svg

DOCS_TESTS = docs/check-docs.sh
TESTS += $(DOCS_TESTS)
dist_check_SCRIPTS += $(DOCS_TESTS)
