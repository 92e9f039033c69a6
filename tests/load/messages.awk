# SPDX-License-Identifier: Apache-2.0
# Writes an mbox of N messages to LIST: words drawn by Zipf's law from 20,000
# invented ones, 40 to 300 a message, 200 authors, three of ten messages begin
# a thread and the others answer one of the last 300. The same SEED gives the
# same bytes. THREAD=1: all are answers to the first, of 120 words each.

function word(k,    s) {
	s = ""
	k = k * 7919 % 20011 + 31
	while (k > 0) {
		s = s syl[k % nsyl]
		k = int(k / nsyl)
	}
	return s
}

function text(n,    i, line, out) {
	line = out = ""
	for (i = 0; i < n; i++) {
		line = line w[int(exp(rand() * log(20000)))] (i % 17 == 16 ? ". " : " ")
		if (length(line) > 66) {
			out = out line "\n"
			line = ""
		}
		if (i % 60 == 59) {
			out = out line "\n\n"
			line = ""
		}
	}
	return out line "\n"
}

function two(n) {
	return sprintf("%02d", n)
}

BEGIN {
	srand(SEED)
	nsyl = split("ca re so li mu den tra pi no gar es ta ble mo ción fe ru al co sen to ma in der", syl, " ")
	syl[0] = "do"
	for (k = 1; k <= 20000; k++)
		w[k] = word(k)
	split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", month, " ")
	for (i = 0; i < N; i++) {
		a = int(rand() * 200)
		id = "carga." SEED "." i "@example.org"
		parent = ""
		if (i > 0 && (THREAD || rand() > 0.3)) {
			k = THREAD ? 0 : i - 1 - int(rand() * (i < 300 ? i : 300))
			parent = ids[k]
			subject[i] = subject[k]
		} else {
			subject[i] = w[1 + int(rand() * 9000)] " " w[1 + int(rand() * 9000)] " " i
		}
		ids[i] = id
		s = i * 37
		printf "From carga@example.org Mon Jan  1 00:00:00 2024\n"
		printf "From: Autora %d <a%d@example.org>\nTo: %s\nSubject: %s%s\n", a, a, LIST,
			parent ? "Re: " : "", subject[i]
		printf "Date: %d %s %d %s:%s:%s +0000\n", 1 + int(s / 86400) % 28, month[1 + int(s / 2419200) % 12],
			2020 + int(s / 29030400), two(int(s / 3600) % 24), two(int(s / 60) % 60), two(s % 60)
		printf "Message-ID: <%s>\n", id
		if (parent)
			printf "In-Reply-To: <%s>\nReferences: <%s>\n", parent, parent
		printf "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
		printf "%s\n", text(THREAD ? 120 : 40 + int(rand() * 260))
	}
}
