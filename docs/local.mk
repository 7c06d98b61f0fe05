# SPDX-License-Identifier: MIT
# The pictures of README, and the script that draws exchange.svg. The pictures are committed, so
# that README shows them without a build.

EXTRA_DIST += \
	docs/README.md \
	docs/bench-table.svg \
	docs/bench.svg \
	docs/draw-exchange.py \
	docs/exchange.svg

DOCS_TESTS = docs/check-docs.sh
TESTS += $(DOCS_TESTS)
dist_check_SCRIPTS += $(DOCS_TESTS)
