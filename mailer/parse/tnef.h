/* SPDX-License-Identifier: Apache-2.0 */
/*
 * winmail.dat, the wrapping in which Outlook sends rich text (MS-OXTNEF): the
 * files inside it, the kind of message, and the text where the mail has none
 * of its own. tnef.c holds the stream against its own lengths
 * and copies the few properties that are wanted into a small stream of known
 * shape; only that one reaches libytnef (tnef_lib.c), which has had overflows.
 * Files stay where they are: each is a range of the decoded bytes.
 */
#ifndef CABILDO_MAILER_PARSE_TNEF_H
#define CABILDO_MAILER_PARSE_TNEF_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

#define TNEF_NESTING 3          /* messages within messages */

struct tnef_file {
	const char *name;       /* UTF-8 in one line, "" where none is given */
	const char *type;       /* lower case type/subtype, or "" */
	const char *content_id; /* or "" */
	size_t offset, length;  /* within the bytes of tnef_open */
	bool inline_;           /* a picture of the text */
};

struct tnef {
	const char *class;      /* of the message, lower case: "ipm.note"; or "" */
	struct tnef_file *files;
	size_t nfiles;
	struct slice text;      /* UTF-8, not yet clean; of the outermost message */
	bool is_html;           /* text is HTML */
};

/*
 * RC_INVALID where it is no such stream, or this build has no libytnef. What
 * stands before damage is read, the rest left. At most files_max files and
 * text_max bytes of text; text_max 0: no text is wanted. Time and memory are
 * linear in bytes.
 */
enum rc tnef_open(struct tnef *t_r, struct arena *a, struct slice bytes, size_t files_max,
		  size_t text_max) MUST_USE;

/* rtf.c: the words of a document in Rich Text Format, lines ended by LF; UTF-8,
 * not yet clean. What is not text (fonts, pictures, HTML tags kept by Outlook)
 * is passed over. */
struct slice rtf_to_text(struct arena *a, struct slice rtf, size_t cap);

/* The charset of a Windows code page, "" where unknown. */
const char *tnef_charset(uint32_t codepage);

/* ---- tnef_lib.c, for tnef.c alone ---- */

enum tnef_string {
	TNEF_LONG_NAME, TNEF_SHORT_NAME, TNEF_DISPLAY_NAME, TNEF_TYPE, TNEF_CONTENT_ID, TNEF_CLASS,
	TNEF_STRINGS
};
enum tnef_number { TNEF_FLAGS, TNEF_HIDDEN, TNEF_CPID, TNEF_NUMBERS };

struct tnef_said {              /* of a message or of one attachment */
	const char *string[TNEF_STRINGS];       /* UTF-8 in one line, "" */
	uint32_t number[TNEF_NUMBERS];          /* 0 */
};
/* Which property that is: the MAPI identifiers by enum. */
extern const uint16_t tnef_string_ids[TNEF_STRINGS], tnef_number_ids[TNEF_NUMBERS];

/* stream: of tnef.c's making. charset: of its 8-bit strings. files: as many as
 * attachments begin in it. False where the library would not have it. */
bool tnef_lib_read(struct arena *a, struct slice stream, const char *charset,
		   struct tnef_said *message, struct tnef_said *files, size_t nfiles) MUST_USE;
/* LZFu, held against its own sizes before; empty where the library would not have it. */
struct slice tnef_lib_rtf(struct arena *a, struct slice packed);
bool tnef_lib_there(void) MUST_USE;

#endif
