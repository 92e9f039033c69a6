/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, password, second step; and the second half of signing in. */
#include "server/core/account.h"
#include "server/core/security.h"
#include "web/pages/pages.h"
#include "web/pages/site.h"

#include "server/base/base.h"

/* ---- signing in ---- */

static enum rc signed_in(struct page *pg, int64_t account, const char *next)
{
	const char *secret, *agent = pg->req->user_agent;
	enum rc rc = session_open(unit_of(pg), account, agent ? agent : "", &secret);

	if (rc != RC_OK)
		return rc;
	resp_cookie(pg->resp, COOKIE_SESSION, secret, (int64_t)SESSION_DAYS * 86400);
	return resp_redirect(pg->resp, next);
}

static enum rc code_show(struct page *pg, const char *token, const char *error)
{
	struct out o = page_out(pg);

	view_code(&o, &(struct view_code){ csrf_token(pg), token, error });
	return page_show(pg,
			 &(struct frame){ .title = *error ? arena_fmt(pg->a, "%s %s", tr("Error:"),
								      tr("Sign in"))
							  : tr("Sign in"),
					  .here = 4,
					  .noindex = true },
			 &o);
}

enum rc signin_next(struct page *pg, int64_t account, const char *next)
{
	const char *token;
	enum rc rc = second_ask(unit_of(pg), account, next, &token);

	if (rc != RC_OK)
		return rc;
	return token ? code_show(pg, token, "") : signed_in(pg, account, next);
}

static const char *code_refusal(enum rc rc)
{
	if (rc == RC_LIMIT)
		return tr("Too many codes were tried. Wait a quarter of an hour.");
	return tr("This code is not right, or it was used already. Type the one that is shown now.");
}

enum rc page_signin_code(struct page *pg)
{
	const char *code = param_text(pg, "code"), *next;
	int64_t account;
	enum rc rc = second_answer(unit_of(pg), pg->req->remote, param_text(pg, "token"),
				   code ? code : "", &account, &next);

	if (rc == RC_NOTFOUND)
		return resp_redirect(pg->resp, "/signin");
	if (rc == RC_LIMIT)
		pg->resp->status = 429;
	if (rc == RC_DENIED || rc == RC_LIMIT)
		return code_show(pg, param_text(pg, "token"), code_refusal(rc));
	return rc == RC_OK ? signed_in(pg, account, path_is_own(next) ? next : "/") : rc;
}

/* ---- what belongs to the account ---- */

/* "Firefox, Windows": what a person knows it by. */
static const char *agent_name(struct page *pg, const char *agent)
{
	static const char *const browsers[][2] = {
		{ "Edg", "Edge" },       { "OPR/", "Opera" },       { "Firefox/", "Firefox" },
		{ "Chrome/", "Chrome" }, { "CriOS/", "Chrome" },    { "FxiOS/", "Firefox" },
		{ "Safari/", "Safari" }, { "Lynx", "Lynx" },        { "w3m", "w3m" },
	};
	static const char *const systems[][2] = {
		{ "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" },
		{ "Windows", "Windows" }, { "Mac OS", "macOS" },  { "Linux", "Linux" },
	};
	const char *browser = NULL, *system = NULL;

	for (size_t i = 0; i < ARRAY_LEN(browsers) && !browser; i++)
		if (strstr(agent, browsers[i][0]))
			browser = browsers[i][1];
	for (size_t i = 0; i < ARRAY_LEN(systems) && !system; i++)
		if (strstr(agent, systems[i][0]))
			system = systems[i][1];
	if (browser && system)
		return arena_fmt(pg->a, "%s, %s", browser, system);
	if (browser || system)
		return browser ? browser : system;
	return *agent ? slice_dup(pg->a, utf8_clip(slice_of(agent), 40)) : tr("Unknown device");
}

static const char *done_said(int64_t done)
{
	return done == 1   ? tr("Signed out.")
	       : done == 2 ? tr("The password is changed, and the other devices are signed out.")
	       : done == 3 ? tr("The second step is off.")
			   : "";
}

static const char *session_secret(struct page *pg)
{
	const char *secret = req_cookie(pg->req, COOKIE_SESSION);

	return secret ? secret : "";
}

static enum rc security_show(struct page *pg, int64_t done, const char *error)
{
	struct unit *u = unit_of(pg);
	struct out o = page_out(pg);
	struct device *d;
	struct safety s;
	struct view_security v = { .csrf = csrf_token(pg), .done = done_said(done), .error = error };
	enum rc rc = devices_load(u, session_secret(pg), &d, &v.ndevices);

	if (rc == RC_OK)
		rc = safety_load(u, session_secret(pg), &s);
	if (rc != RC_OK)
		return rc;
	v.devices = ARENA_ARRAY(pg->a, v.ndevices, struct view_device);
	for (size_t i = 0; i < v.ndevices; i++) {
		v.devices[i] = (struct view_device){ d[i].id, agent_name(pg, d[i].agent),
						     fmt_time(pg, d[i].since), d[i].here };
		v.others |= !d[i].here;
	}
	v.has_password = s.has_password;
	v.needs_before = s.has_password && !s.fresh;
	v.second_step = s.second_step;
	v.codes = arena_fmt(pg->a, tr_n("%lld recovery code is left.", "%lld recovery codes are left.",
					s.codes),
			    (long long)s.codes);
	v.after_help = arena_fmt(pg->a, tr("At least %d characters. A sentence is easy to remember."),
				 PASSWORD_MIN);
	view_security(&o, &v);
	return page_show(pg,
			 &(struct frame){ .title = *error ? arena_fmt(pg->a, "%s %s", tr("Error:"),
								      tr("Your account"))
							  : tr("Your account"),
					  .here = 3,
					  .noindex = true },
			 &o);
}

enum rc page_security(struct page *pg)
{
	return security_show(pg, param_i64(pg, "done"), "");
}

enum rc page_security_end(struct page *pg)
{
	const char *id = param_text(pg, "device");
	enum rc rc = id && *id ? device_end(unit_of(pg), id)
			       : devices_end_others(unit_of(pg), session_secret(pg));

	/* gone already: as wanted */
	return rc == RC_OK || rc == RC_NOTFOUND
		       ? resp_redirect(pg->resp, "/account/security?done=1")
		       : rc;
}

enum rc page_password_set(struct page *pg)
{
	const char *before = param_text(pg, "before"), *after = param_text(pg, "after");
	enum rc rc = password_change(unit_of(pg), session_secret(pg), pg->req->remote,
				     before ? before : "", after ? after : "");

	if (rc == RC_OK)
		return resp_redirect(pg->resp, "/account/security?done=2");
	if (rc == RC_INVALID)
		return security_show(pg, 0, arena_fmt(pg->a, tr("The new password has to have %d to %d characters."),
						      PASSWORD_MIN, PASSWORD_MAX));
	if (rc == RC_DENIED)
		return security_show(pg, 0, tr("The password of today is another one. Sign out and ask for a "
					       "link if you do not know it any more."));
	if (rc == RC_LIMIT || rc == RC_CONFLICT)
		return security_show(pg, 0, tr("Too many passwords were tried. Wait a quarter of an hour."));
	return rc;
}

static enum rc second_show(struct page *pg, const struct second_new *n, const char *error)
{
	struct out o = page_out(pg);

	view_second(&o, &(struct view_second){ csrf_token(pg), n->sealed, n->shown, error });
	return page_show(pg, &(struct frame){ .title = tr("Second step"), .here = 3, .noindex = true },
			 &o);
}

enum rc page_second_begin(struct page *pg)
{
	struct second_new n;
	enum rc rc = second_begin(unit_of(pg), &n);

	return rc == RC_OK ? second_show(pg, &n, "") : rc;
}

enum rc page_second_on(struct page *pg)
{
	struct out o = page_out(pg);
	const char *codes[RECOVERY_CODES], *code = param_text(pg, "code");
	struct second_new n;
	enum rc rc = second_confirm(unit_of(pg), session_secret(pg), param_text(pg, "sealed"),
				    code ? code : "", codes);

	if (rc == RC_INVALID) {
		/* another key: the one that was shown stays only where it was shown */
		rc = second_begin(unit_of(pg), &n);
		return rc == RC_OK ? second_show(pg, &n, tr("This code is not of that key. Take the key "
							    "below and try again."))
				   : rc;
	}
	if (rc != RC_OK)
		return rc;
	view_codes(&o, &(struct view_codes){ codes, RECOVERY_CODES });
	return page_show(pg, &(struct frame){ .title = tr("Second step"), .here = 3, .noindex = true },
			 &o);
}

enum rc page_second_off(struct page *pg)
{
	const char *code = param_text(pg, "code");
	enum rc rc = second_off(unit_of(pg), pg->req->remote, code ? code : "");

	if (rc == RC_DENIED || rc == RC_LIMIT)
		return security_show(pg, 0, code_refusal(rc));
	return rc == RC_OK ? resp_redirect(pg->resp, "/account/security?done=3") : rc;
}
