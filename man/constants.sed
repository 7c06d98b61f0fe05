# SPDX-License-Identifier: MIT
# Turns the constants of C sources into commands of sed(1) that write them into a page: @NAME@ is
# replaced by the number, with the unit of a duration or of a size.
s/^#define \(MESSAGE_ID_[A-Z]*\) "\(.*\)"$/s|@\1@|\2|g/p
s/^#define \([A-Z0-9_]*\) (\([0-9]*\) \* NSEC_PER_USEC)$/s|@\1@|\2 microseconds|g/p
s/^#define \([A-Z0-9_]*\) (\([0-9]*\) \* NSEC_PER_MSEC)$/s|@\1@|\2 ms|g/p
s/^#define \([A-Z0-9_]*\) (\([0-9]*\) \* NSEC_PER_SEC)$/s|@\1@|\2 s|g/p
s/^#define \([A-Z0-9_]*\) ((size_t)\([0-9]*\) << 10)$/s|@\1@|\2 KiB|g/p
s/^#define \([A-Z0-9_]*\) ((size_t)\([0-9]*\) << 20)$/s|@\1@|\2 MiB|g/p
s/^#define \([A-Z0-9_]*\) ((size_t)\([0-9]*\) << 30)$/s|@\1@|\2 GiB|g/p
s/^#define \([A-Z0-9_]*\) \([0-9][0-9]*\)u\{0,1\}$/s|@\1@|\2|g/p
