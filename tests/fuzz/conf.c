/* SPDX-License-Identifier: Apache-2.0 */
/* cabildo.conf of any bytes: read whole with each value in its form, or one line says why not. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/conf.h"
#include "server/base/str.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new((size_t)64 << 20);
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	const char *err = NULL;
	struct conf c;
	enum rc rc;

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	rc = conf_load(&c, a, arena_fmt(a, "/proc/self/fd/%d", fd), &err);
	close(fd);
	if (rc == RC_OK) {
		for (size_t i = 0; i < conf_defs_n; i++) {
			const char *v = *(const char **)((char *)&c + conf_defs[i].at);

			if (v == NULL || strchr(v, '\n') != NULL)
				abort();
		}
		if (strlen(c.recipient_delimiter) != 1 || slice_ends(slice_of(c.base_url), "/"))
			abort();
	} else if (err == NULL || *err == '\0' || strchr(err, '\n') != NULL) {
		abort();
	}
	arena_free(&a);
	return 0;
}
