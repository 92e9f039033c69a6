# SPDX-License-Identifier: Apache-2.0

# level 3: struct mail to its fate
noinst_LIBRARIES += libaccept.a
libaccept_a_SOURCES = \
	mailer/accept/accept.c mailer/accept/accept.h \
	mailer/accept/handle.c mailer/accept/handle.h \
	mailer/accept/submission.c mailer/accept/submission.h

CORE_LIBS = libcore.a libfanout.a libstore.a libtext.a libdb.a $(BASE_LIBS) $(PQ_LIBS) $(MD4C_LIBS)

sbin_PROGRAMS += cabildo-receive cabildo-deliver
cabildo_receive_SOURCES = mailer/cabildo-receive.c
cabildo_receive_LDADD = libaccept.a libintake.a $(PARSE_LIBS) $(CORE_LIBS)
cabildo_deliver_SOURCES = mailer/cabildo-deliver.c mailer/deliver/worker.c mailer/deliver/worker.h
cabildo_deliver_LDADD = libdeliver.a libcompose.a $(CORE_LIBS) $(ESMTP_LIBS)
