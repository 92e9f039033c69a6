/* SPDX-License-Identifier: Apache-2.0 */
/* See stream.h. Everything but reading is passed on. */
#include "mailer/fetch/stream.h"
#include "server/base/prog.h"

#include "server/base/base.h"

static ssize_t guard_read(mailstream_low *s, void *buf, size_t n)
{
	ssize_t k = prog_stop ? -1 : mailstream_low_read(s->data, buf, n);

	return k == 0 && n > 0 ? -1 : k;
}

static ssize_t guard_write(mailstream_low *s, const void *buf, size_t n)
{
	return mailstream_low_write(s->data, buf, n);
}

static int guard_close(mailstream_low *s)
{
	return mailstream_low_close(s->data);
}

static int guard_get_fd(mailstream_low *s)
{
	return mailstream_low_get_fd(s->data);
}

static void guard_free(mailstream_low *s)
{
	mailstream_low_free(s->data);
	free(s);
}

static void guard_cancel(mailstream_low *s)
{
	mailstream_low_cancel(s->data);
}

static struct mailstream_cancel *guard_get_cancel(mailstream_low *s)
{
	return mailstream_low_get_cancel(s->data);
}

static carray *guard_chain(mailstream_low *s)
{
	return mailstream_low_get_certificate_chain(s->data);
}

static int guard_setup_idle(mailstream_low *s)
{
	return mailstream_low_setup_idle(s->data);
}

static int guard_unsetup_idle(mailstream_low *s)
{
	return mailstream_low_unsetup_idle(s->data);
}

static int guard_interrupt_idle(mailstream_low *s)
{
	return mailstream_low_interrupt_idle(s->data);
}

enum rc stream_guard(mailstream *s)
{
	static mailstream_low_driver driver = {
		.mailstream_read = guard_read,
		.mailstream_write = guard_write,
		.mailstream_close = guard_close,
		.mailstream_get_fd = guard_get_fd,
		.mailstream_free = guard_free,
		.mailstream_cancel = guard_cancel,
		.mailstream_get_cancel = guard_get_cancel,
		.mailstream_get_certificate_chain = guard_chain,
		.mailstream_setup_idle = guard_setup_idle,
		.mailstream_unsetup_idle = guard_unsetup_idle,
		.mailstream_interrupt_idle = guard_interrupt_idle,
	};
	mailstream_low *low = mailstream_low_new(mailstream_get_low(s), &driver);

	if (low == NULL)
		return RC_TEMPFAIL;
	mailstream_set_low(s, low);
	return RC_OK;
}
