/* SPDX-License-Identifier: Apache-2.0 */
/* One's own data as a file: a button on a page, of who is signed in or behind a link
 * that was mailed. The GETs change nothing (promise P5). */
#include "server/core/export.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"
#include "web/serve/bundle.h"

#include "server/base/base.h"

static enum rc to_file(void *ctx, const char *name, int64_t at)
{
	serve_still();
	return bundle_file(ctx, name, at);
}

static enum rc to_bytes(void *ctx, struct slice s)
{
	return bundle_bytes(ctx, s);
}

static enum rc said(struct page *pg, int status, const char *title, const char *text)
{
	struct view_ask v = { .title = title, .action = "", .csrf = "", .button = "",
			      .back_url = pg->signed_in ? "/me" : "", .back = tr("My deliveries") };

	pg->resp->status = status;
	return ask_show(pg, &v, text);
}

static enum rc gone(struct page *pg)
{
	return said(pg, 404, tr("This link has ended"),
		    tr("It is older than 3 days, or it is none of ours.\nTo get your data, sign in; or "
		       "write for it by mail again.\n"));
}

static enum rc form_show(struct page *pg, int64_t account, const char *action)
{
	struct export_counts n;
	struct view_ask v = { .title = tr("My data"), .action = action, .csrf = csrf_token(pg),
			      .button = tr("Download"),
			      .back_url = pg->signed_in ? "/me" : "", .back = tr("My deliveries") };
	enum rc rc = export_counts(unit_of(pg), account, &n);

	if (rc != RC_OK)
		return rc;
	return ask_show(pg, &v,
			arena_fmt(pg->a,
				  tr("Everything that is kept here about you, in one file (ZIP): your "
				     "account, your addresses (%1$lld), your groups (%2$lld), your messages "
				     "with their attachments (%3$lld), and the record of what you "
				     "did.\nNothing of other people "
				     "is in it but what stands in your own messages.\nThat you took it is "
				     "recorded; up to 5 times a day.\n"),
				  (long long)n.addresses, (long long)n.groups, (long long)n.posts));
}

static enum rc give(struct page *pg, int64_t account)
{
	struct export_sink to = { .file = to_file, .bytes = to_bytes };
	struct bundle *b = NULL;
	int64_t size = 0;
	int fd = -1;
	enum rc rc = bundle_open(&b);

	to.ctx = b;
	if (rc == RC_OK)
		rc = export_person(unit_of(pg), account, &to);
	if (rc == RC_OK)
		rc = bundle_close(&b, &fd, &size);
	bundle_drop(&b);
	if (rc == RC_LIMIT)
		return said(pg, 429, tr("Not now"), tr("Your data was taken 5 times today. Try again "
						       "tomorrow.\n"));
	if (rc == RC_CONFLICT)
		return said(pg, 503, tr("Not now"), tr("Somebody else takes theirs at this moment. Try "
						       "again in a minute.\n"));
	if (rc != RC_OK)
		return rc;
	resp_attachment(pg->resp, "cabildo.zip");
	pg->resp->cache = "no-store";
	pg->resp->type = "application/zip";
	resp_file(pg->resp, fd, size);
	return RC_OK;
}

enum rc page_account_data(struct page *pg)
{
	return form_show(pg, unit_of(pg)->actor.account, "/account/data");
}

enum rc page_account_data_get(struct page *pg)
{
	return give(pg, unit_of(pg)->actor.account);
}

/* RC_DENIED: a mail alone does not do; signing in does, with both steps. */
static enum rc link_open_own(struct page *pg, int64_t *account_r)
{
	return export_open(unit_of(pg), param_text(pg, "token"), account_r);
}

enum rc page_account_data_link(struct page *pg)
{
	int64_t account;
	enum rc rc = link_open_own(pg, &account);

	if (rc == RC_NOTFOUND)
		return gone(pg);
	if (rc == RC_DENIED)
		return resp_redirect(pg->resp, "/account/data");
	return rc == RC_OK ? form_show(pg, account,
				       arena_fmt(pg->a, "/account/data/%s", param_text(pg, "token")))
			   : rc;
}

enum rc page_account_data_link_get(struct page *pg)
{
	struct actor was = unit_of(pg)->actor;
	int64_t account;
	enum rc rc = link_open_own(pg, &account);

	if (rc == RC_NOTFOUND)
		return gone(pg);
	if (rc == RC_DENIED)
		return resp_redirect(pg->resp, "/account/data");
	if (rc != RC_OK)
		return rc;
	unit_of(pg)->actor.account = account;
	rc = give(pg, account);
	unit_of(pg)->actor = was;
	return rc;
}
