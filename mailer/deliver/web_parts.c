/* SPDX-License-Identifier: Apache-2.0 */
/* "--CABILDO-..." lines of the raw message that submit_web wrote: our own fixed form, not
 * mail of strangers. See web_parts.h. */
#include "mailer/deliver/web_parts.h"
#include "server/base/codec.h"
#include "server/core/webmail.h"

#include "server/base/base.h"

enum rc web_parts(struct arena *a, const struct queue_post *p, struct compose_post *c)
{
	struct web_message m;
	enum rc rc = web_message_read(a, p->raw, &m);
	struct compose_attachment *at;

	if (rc != RC_OK)
		return rc;
	at = ARENA_ARRAY(a, m.nfiles, struct compose_attachment);
	for (size_t i = 0; i < m.nfiles; i++)
		at[i] = (struct compose_attachment){ m.files[i].name, m.files[i].type,
						     codec_decode(a, "base64",
								  m.files[i].encoded) };
	c->raw = SLICE("");
	c->text = m.text;
	if (p->nrefs > 0 && *p->subject != '\0')
		c->subject = arena_fmt(a, "Re: %s", p->subject);
	c->attachments = at;
	c->nattachments = m.nfiles;
	return RC_OK;
}
