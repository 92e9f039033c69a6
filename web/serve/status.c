/* SPDX-License-Identifier: Apache-2.0 */
/* The results of the core as HTTP status codes (RFC 9110 section 15), and
 * their reason phrases. No other file of the web front translates results. */
#include "web/serve/serve.h"

#include "server/base/base.h"

int status_http(enum rc rc)
{
	switch (rc) {
	case RC_OK:
		return 200;
	case RC_NOTFOUND:
		return 404;
	case RC_DENIED:
		return 403;
	case RC_INVALID:
		return 400;
	case RC_CONFLICT:
		return 409;
	case RC_LIMIT:
		return 413;
	case RC_TEMPFAIL:
		return 503;
	}
	return 500;
}

const char *status_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} known[] = {
		{ 200, "OK" }, { 201, "Created" }, { 204, "No Content" },
		{ 301, "Moved Permanently" }, { 303, "See Other" }, { 304, "Not Modified" },
		{ 308, "Permanent Redirect" }, { 400, "Bad Request" }, { 403, "Forbidden" },
		{ 206, "Partial Content" },
		{ 416, "Range Not Satisfiable" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 410, "Gone" }, { 411, "Length Required" }, { 413, "Content Too Large" },
		{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (known[i].status == status)
			return known[i].reason;
	return "Other";
}
