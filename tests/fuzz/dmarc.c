/* SPDX-License-Identifier: Apache-2.0 */
/* Any TXT record: it is one or not, and then says one of three things. */
#include "mailer/deliver/dmarc.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice txt = slice_make((const char *)data, size);

	for (int sub = 0; sub < 2; sub++) {
		enum dmarc_policy p = DMARC_UNKNOWN;

		if (dmarc_record(txt, sub, &p) && p > DMARC_REJECT)
			log_panic("event=no_policy");
	}
	return 0;
}
