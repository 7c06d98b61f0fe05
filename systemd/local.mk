# SPDX-License-Identifier: MIT
# Files for systemd. make expands the paths in them, so that 'make prefix=…' works.

SYSTEMD_EXPANDED = \
	systemd/minitalk.service \
	systemd/user/minitalk.service \
	systemd/sysusers.d/minitalk.conf \
	systemd/tmpfiles.d/minitalk.conf

EXTRA_DIST += $(SYSTEMD_EXPANDED:=.in)
CLEANFILES = $(SYSTEMD_EXPANDED)

if SYSTEMD_UNITS
systemunitdir = $(SYSTEMDSYSTEMUNITDIR)
nodist_systemunit_DATA = systemd/minitalk.service
# systemd looks for these files in fixed directories below each prefix that it knows.
userunitdir = $(prefix)/lib/systemd/user
nodist_userunit_DATA = systemd/user/minitalk.service
catalogdir = $(prefix)/lib/systemd/catalog
dist_catalog_DATA = systemd/minitalk.catalog
sysusersdir = $(prefix)/lib/sysusers.d
nodist_sysusers_DATA = systemd/sysusers.d/minitalk.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
nodist_tmpfiles_DATA = systemd/tmpfiles.d/minitalk.conf

# This file belongs to the administrator: never replace it, and never remove a changed one.
defaultdir = $(sysconfdir)/default
install-data-local: install-default
uninstall-local: uninstall-default
install-default:
	$(MKDIR_P) "$(DESTDIR)$(defaultdir)"
	test -e "$(DESTDIR)$(defaultdir)/minitalk" || \
		$(INSTALL_DATA) $(srcdir)/systemd/default/minitalk "$(DESTDIR)$(defaultdir)"
uninstall-default:
	! cmp -s $(srcdir)/systemd/default/minitalk "$(DESTDIR)$(defaultdir)/minitalk" || \
		rm -f "$(DESTDIR)$(defaultdir)/minitalk"
endif
.PHONY: install-default uninstall-default
EXTRA_DIST += systemd/default/minitalk

# The brackets keep configure from replacing the names in these expressions.
expand = $(AM_V_GEN)$(MKDIR_P) $(@D) && sed \
	-e 's|@sbindir[@]|$(sbindir)|g' \
	-e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	-e 's|@runstatedir[@]|$(runstatedir)|g' \
	-e 's|@tmpfilesdir[@]|$(prefix)/lib/tmpfiles.d|g' \
	-e 's|@SERVICE_USER[@]|$(SERVICE_USER)|g' \
	$(srcdir)/$@.in > $@

systemd/minitalk.service: systemd/minitalk.service.in Makefile
	$(expand)
systemd/user/minitalk.service: systemd/user/minitalk.service.in Makefile
	$(expand)
systemd/sysusers.d/minitalk.conf: systemd/sysusers.d/minitalk.conf.in Makefile
	$(expand)
systemd/tmpfiles.d/minitalk.conf: systemd/tmpfiles.d/minitalk.conf.in Makefile
	$(expand)
