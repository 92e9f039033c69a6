/* SPDX-License-Identifier: Apache-2.0 */
/* See verify.h. */
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>

#include "mailer/fetch/verify.h"

#include "server/base/base.h"

#define CHAIN_MAX 16

static enum rc no(char *why_r, size_t why_n, const char *why)
{
	snprintf(why_r, why_n, "%s", why);
	return RC_DENIED;
}

/* Number of certificates; 0 where the chain cannot be read. */
static unsigned chain_import(const carray *der, gnutls_x509_crt_t *crt)
{
	unsigned n = 0;

	for (unsigned i = 0; i < carray_count((carray *)der) && n < CHAIN_MAX; i++) {
		const MMAPString *m = carray_get((carray *)der, i);
		gnutls_datum_t d = { (unsigned char *)m->str, (unsigned)m->len };

		if (gnutls_x509_crt_init(&crt[n]) < 0)
			break;
		if (gnutls_x509_crt_import(crt[n], &d, GNUTLS_X509_FMT_DER) < 0) {
			gnutls_x509_crt_deinit(crt[n]);
			break;
		}
		n++;
	}
	return n;
}

/* Frees the list; the certificates stay the caller's. */
static enum rc chain_check(gnutls_x509_trust_list_t trust, gnutls_x509_crt_t *crt, unsigned n,
			   const char *host, char *why_r, size_t why_n)
{
	gnutls_typed_vdata_st data[] = {
		{ GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)host, 0 },
		{ GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, 0 },
	};
	gnutls_datum_t text;
	unsigned status = 0;

	if (gnutls_x509_trust_list_verify_crt2(trust, crt, n, data, ARRAY_LEN(data), 0, &status,
					       NULL) < 0)
		return no(why_r, why_n, "the server's certificate cannot be verified");
	if (status == 0)
		return RC_OK;
	if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0)
		return no(why_r, why_n, "the server's certificate is not valid");
	snprintf(why_r, why_n, "%.*s", (int)text.size, (const char *)text.data);
	gnutls_free(text.data);
	return RC_DENIED;
}

void verify_name(struct mailstream_ssl_context *ctx, void *host)
{
	mailstream_ssl_set_server_name(ctx, host);
}

enum rc verify_peer(mailstream *s, const char *host, const char *ca_path, char *why_r,
		    size_t why_n)
{
	carray *der = mailstream_get_certificate_chain(s);
	gnutls_x509_crt_t crt[CHAIN_MAX];
	gnutls_x509_trust_list_t trust;
	unsigned n;
	int trusted;
	enum rc rc;

	if (der == NULL)
		return no(why_r, why_n, "the connection is not encrypted");
	n = chain_import(der, crt);
	mailstream_certificate_chain_free(der);
	if (n == 0)
		return no(why_r, why_n, "the server showed no certificate that can be read");
	if (gnutls_x509_trust_list_init(&trust, 0) < 0) {
		rc = no(why_r, why_n, "GnuTLS has no memory");
	} else {
		trusted = *ca_path ? gnutls_x509_trust_list_add_trust_file(
					     trust, ca_path, NULL, GNUTLS_X509_FMT_PEM, 0, 0)
				   : gnutls_x509_trust_list_add_system_trust(trust, 0, 0);
		rc = trusted > 0 ? chain_check(trust, crt, n, host, why_r, why_n)
				 : no(why_r, why_n, "there are no trusted certificates to compare with");
		gnutls_x509_trust_list_deinit(trust, 1);
	}
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(crt[i]);
	return rc;
}
