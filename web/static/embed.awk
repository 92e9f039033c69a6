# SPDX-License-Identifier: Apache-2.0
# The static files as C: one string each. A style sheet loses its comments and
# the white space that says nothing. awk -f embed.awk FILE... > files.c
BEGIN {
	print "/* SPDX-License-Identifier: Apache-2.0 */"
	print "/* Made by embed.awk from the files beside it: edit those. */"
	print "#include \"web/static/static.h\""
	print "#include \"server/base/base.h\""
	print "const struct static_file static_files[] = {"
}
FNR == 1 { finish(); file = FILENAME; text = "" }
{ text = text $0 "\n" }
function finish(    name, type, n, i) {
	if (file == "")
		return
	name = file
	sub(/.*\//, "", name)
	type = name ~ /\.svg$/ ? "image/svg+xml" : name ~ /\.css$/ ? "text/css; charset=utf-8" : "text/plain; charset=utf-8"
	if (name ~ /\.css$/)
		text = squeeze(text)
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	gsub(/\n/, "\\n", text)
	printf "\t{ \"%s\", \"%s\", SLICE(\n", name, type
	# short pieces, cut where no escape is torn
	n = length(text)
	for (i = 1; i <= n; ) {
		w = substr(text, i, 90)
		while (w ~ /\\$/)
			w = substr(w, 1, length(w) - 1)
		if (w == "")
			w = substr(text, i, 92)
		printf "\t\t\"%s\"\n", w
		i += length(w)
	}
	print "\t) },"
}
# No string of the sheet holds a brace, a semicolon or a comment mark.
function squeeze(t) {
	while (match(t, /\/\*([^*]|\*+[^*\/])*\*+\//))
		t = substr(t, 1, RSTART - 1) substr(t, RSTART + RLENGTH)
	gsub(/[ \t\n]+/, " ", t)
	gsub(/ ?\{ ?/, "{", t)
	gsub(/;? ?\} ?/, "}", t)
	gsub(/ ?; ?/, ";", t)
	gsub(/, /, ",", t)
	gsub(/ > /, ">", t)
	t = colons(t)
	sub(/^ /, "", t)
	return t
}
# "a: b" in a declaration loses its space; ":hover" after a space is a selector.
function colons(t) {
	gsub(/: /, ":", t)
	return t
}
END {
	finish()
	print "};"
	print "const size_t static_files_n = ARRAY_LEN(static_files);"
}
