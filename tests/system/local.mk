# SPDX-License-Identifier: MIT
# Tests of the Debian package, on real systems, and of the image for containers. Most of them need
# root and take minutes.

SYSTEM_TESTS = \
	tests/system/usage.sh \
	tests/system/units.sh \
	tests/system/package.sh \
	tests/system/piuparts.sh \
	tests/system/debian-12.sh \
	tests/system/debian-13.sh \
	tests/system/many-machines.sh \
	tests/system/from-source.sh \
	tests/system/image.sh \
	tests/system/kernels.sh

# The guests install the package that package.sh has built.
tests/system/piuparts.log: tests/system/package.log
tests/system/debian-12.log: tests/system/package.log
tests/system/debian-13.log: tests/system/package.log
tests/system/many-machines.log: tests/system/package.log
tests/system/from-source.log: tests/system/package.log
tests/system/kernels.log: tests/system/package.log

TESTS += $(SYSTEM_TESTS)
dist_check_SCRIPTS += $(SYSTEM_TESTS) tests/system/architectures.sh tests/system/unstable.sh
EXTRA_DIST += \
	tests/system/debian.sh \
	tests/system/foreign.sh \
	tests/system/guest/kernel.sh \
	tests/system/guest/send-lines \
	tests/system/guest/send-numbered \
	tests/system/lib.sh \
	tests/system/load.sh \
	tests/system/promises/groups.sh \
	tests/system/promises/helper.sh \
	tests/system/promises/jobs.sh \
	tests/system/promises/journald.sh \
	tests/system/promises/load.sh \
	tests/system/promises/refusals.sh \
	tests/system/promises/removal.sh \
	tests/system/promises/sandboxes.sh \
	tests/system/promises/senders.sh \
	tests/system/promises/service.sh

# package.sh must have built the package.
.PHONY: check-unstable
check-unstable:
	$(AM_V_at)$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/system/unstable.sh

# Every kernel, with one CPU and with four. 'make check' has one kernel with one CPU.
check-kernels: all $(check_PROGRAMS) tests/system/package.log
	$(AM_V_at)$(AM_TESTS_ENVIRONMENT) KERNEL_OCTETS=65536 KERNEL_SECONDS=3000 \
		KERNELS='bookworm:1 bookworm:4 trixie:1 trixie:4 bullseye:1 bullseye:4' \
		$(srcdir)/tests/system/kernels.sh
.PHONY: check-kernels

check-architectures: all tests/system/package.log
	$(AM_V_at)failed=0; \
	for architecture in i386:bookworm s390x:bookworm ppc64el:bookworm arm64:bookworm \
			armhf:trixie riscv64:trixie; do \
		echo "# $$architecture"; \
		($(AM_TESTS_ENVIRONMENT) \
			$(srcdir)/tests/system/architectures.sh "$$architecture") || failed=1; \
	done; \
	exit "$$failed"
.PHONY: check-architectures

clean-local: clean-system
.PHONY: clean-system
clean-system:
	rm -rf tests/system/package tests/system/lock tests/system/*.tar tests/system/guests.* \
		tests/system/kernels.*/ tests/system/cross.*/
