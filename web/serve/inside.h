/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of web/serve share and nobody else calls. */
#ifndef CABILDO_WEB_SERVE_INSIDE_H
#define CABILDO_WEB_SERVE_INSIDE_H

#include "web/serve/serve.h"

struct crowd *serve_crowd(const struct serve *sv);
/* Meta-variables to struct req; 0 or an HTTP status. */
int req_head(struct req *r, struct arena *a, struct http_io *io,
	     const struct serve_opt *o) MUST_USE;
/* "a=1&b=2"; false where there are more than max. */
bool form_parse(struct params *ps, struct arena *a, struct slice s, size_t max) MUST_USE;
/* "a=1; b=2"; more than REQ_COOKIES_MAX are not looked at. */
void cookies_parse(struct params *ps, struct arena *a, struct slice s);
/* Body of multipart/form-data; 0 or an HTTP status. type is the header field. */
int multipart_parse(struct req *r, struct slice type, struct slice body) MUST_USE;
/* %XX (and + where plus); false for a broken escape where strict. */
bool url_decode(struct str *out, struct slice s, bool plus, bool strict) MUST_USE;
/* The value of a parameter of a header field, or NULL. */
char *field_param(struct arena *a, struct slice field, const char *name);

void resp_init(struct resp *p, struct arena *a, struct req *r);
/* The head and the body to send; false where a field is unfit to be sent. */
bool resp_head(struct resp *p, struct str *head, size_t body_n) MUST_USE;

/* A deflate state that is set up once and used for every response. */
struct gz;
struct gz *gz_new(void);
void gz_free(struct gz **g);
/* False where it failed or would not be smaller; out_r lives in a. */
bool gz_pack(struct gz *g, struct arena *a, struct slice in, struct slice *out_r) MUST_USE;
/* A page with the marks of resp_block, as gzip; without any (n 0) too. False
 * where a mark is not one of ours. */
bool weave(struct arena *a, struct slice page, const struct resp_block *blocks, size_t n,
	   struct slice *out_r) MUST_USE;

#endif
