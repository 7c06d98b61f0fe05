# SPDX-License-Identifier: MIT
# Tests of builds for other systems: without Check, for the oldest libraries, as an RPM package, as a
# package of Arch Linux. Some need root.

PACKAGING_TESTS = \
	tests/packaging/without-check.sh \
	tests/packaging/oldest-libraries.sh \
	tests/packaging/rpm.sh \
	tests/packaging/arch.sh

# rpm.sh and arch.sh build the release that package.sh has made.
tests/packaging/rpm.log: tests/system/package.log
tests/packaging/arch.log: tests/system/package.log

TESTS += $(PACKAGING_TESTS)
dist_check_SCRIPTS += $(PACKAGING_TESTS)
EXTRA_DIST += \
	packaging/arch/PKGBUILD \
	packaging/arch/minitalk.install \
	packaging/rpm/minitalk.rpmlintrc \
	packaging/rpm/minitalk.spec \
	tests/packaging/distribution.macros \
	tests/packaging/lib.sh \
	tests/packaging/rpmlint.toml

clean-local: clean-packaging
.PHONY: clean-packaging
clean-packaging:
	rm -rf tests/packaging/built
