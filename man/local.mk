# Manual pages. Paths and message IDs are expanded by make, so that 'make prefix=…' holds.

man_MANS = man/minitalk-send.1 man/minitalk.7 man/minitalkd.8
EXTRA_DIST += $(man_MANS:=.in) man/check-texts.py
MOSTLYCLEANFILES = $(man_MANS)

# The brackets keep configure from replacing the names. The dot is a number sign, which not every
# make can be kept from taking for a comment.
expand_page = $(AM_V_GEN)$(MKDIR_P) $(@D) && \
	sed -n 's/^.define \(MESSAGE_ID_[A-Z]*\) "\(.*\)"$$/s|@\1@|\2|g/p' \
		$(srcdir)/src/daemon/message-ids.h | \
	sed -f - \
		-e 's|@PACKAGE_VERSION[@]|$(PACKAGE_VERSION)|g' \
		-e 's|@SERVICE_USER[@]|$(SERVICE_USER)|g' \
		-e 's|@bindir[@]|$(bindir)|g' \
		-e 's|@runstatedir[@]|$(runstatedir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		$(srcdir)/$@.in > $@

man/minitalk-send.1: man/minitalk-send.1.in src/daemon/message-ids.h Makefile
	$(expand_page)
man/minitalk.7: man/minitalk.7.in src/daemon/message-ids.h Makefile
	$(expand_page)
man/minitalkd.8: man/minitalkd.8.in src/daemon/message-ids.h Makefile
	$(expand_page)

TESTS += man/check-manual.sh
dist_check_SCRIPTS += man/check-manual.sh
