/* libarchive, loaded when the first archive is made: its own libraries would cost every start of the program time
 * and memory. */
#ifndef ACR_SOURCE_ARCHIVE_LIBRARY_H
#define ACR_SOURCE_ARCHIVE_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>
#include <acr/error.h>

/* The functions that are used, in this order in the struct. */
#define ACR_ARCHIVE_FUNCTIONS(X)                                                                                       \
	X(archive_write_new)                                                                                           \
	X(archive_write_set_format_pax_restricted)                                                                     \
	X(archive_write_set_bytes_per_block)                                                                           \
	X(archive_write_open)                                                                                          \
	X(archive_write_header)                                                                                        \
	X(archive_write_data)                                                                                          \
	X(archive_write_close)                                                                                         \
	X(archive_write_free)                                                                                          \
	X(archive_error_string)                                                                                        \
	X(archive_entry_new)                                                                                           \
	X(archive_entry_clear)                                                                                         \
	X(archive_entry_free)                                                                                          \
	X(archive_entry_copy_pathname)                                                                                 \
	X(archive_entry_copy_symlink)                                                                                  \
	X(archive_entry_set_dev)                                                                                       \
	X(archive_entry_set_ino64)                                                                                     \
	X(archive_entry_set_nlink)                                                                                     \
	X(archive_entry_set_filetype)                                                                                  \
	X(archive_entry_set_perm)                                                                                      \
	X(archive_entry_set_size)                                                                                      \
	X(archive_entry_set_uid)                                                                                       \
	X(archive_entry_set_gid)                                                                                       \
	X(archive_entry_set_mtime)                                                                                     \
	X(archive_entry_hardlink)                                                                                      \
	X(archive_entry_linkresolver_new)                                                                              \
	X(archive_entry_linkresolver_set_strategy)                                                                     \
	X(archive_entry_linkify)                                                                                       \
	X(archive_entry_linkresolver_free)

struct acr_archive_library {
#define ACR_ARCHIVE_MEMBER(name) __typeof__(&(name)) name;
	ACR_ARCHIVE_FUNCTIONS(ACR_ARCHIVE_MEMBER)
#undef ACR_ARCHIVE_MEMBER
};

/* The library, for the life of the process. ACR_ERROR_GENERAL names the package to install. */
int acr_archive_library(const struct acr_archive_library **ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
