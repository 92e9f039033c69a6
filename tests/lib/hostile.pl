#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# hostile.pl OUT [SCALE [HEADERS]]: input that wants a parser to take its time, for each fuzz target
# at one, two and four times a size: OUT/TARGET/NN.1, .2 and .4, and OUT/shapes, a line
# each: TARGET, NN, what it is. SCALE multiplies the sizes of what has no limit of its own
# below them, HEADERS those of a message's header.
use strict;
use warnings;

my ($out, $scale, $headers) = (@ARGV, (1, 1)[@ARGV - 1 .. 1]);
my $K = 1024;
my %many; # targets whose input has no small limit
# target, size at 4x in kB, what it is, begin, piece (%d counts), end
my @shape = (
	# whole mail: guard, MIME, headers, text, folds
	['mime', 1024, 'lines', "Subject: x\n\n", "texto y más texto en una línea\n"],
	['mime', 1024, 'one endless line', "Subject: x\n\n", "sin fin "],
	['mime', 1024, 'one endless line without a blank', "Subject: x\n\n", "x"],
	['mime', 1024, 'levels of quotation on a line', "Subject: x\n\n", "> "],
	['mime', 1024, 'levels of quotation, line by line', "Subject: x\n\n", ">>>>>>>>>>>>>>>>>>>> x\n"],
	['mime', 1024, 'announcements', "Subject: x\n\n", "El 3 de mayo de 2026 a las 10:00, Ana <a\@b.example> escribió:\n> x\n\n"],
	['mime', 1024, 'announcements that never end', "Subject: x\n\n", "El 3 de mayo de 2026 a las 10:00 Ana Pérez <\n"],
	['mime', 1024, 'header blocks', "Subject: x\n\nyo\n", "De: Ana <a\@b.example>\nEnviado: lunes\nPara: b\nAsunto: c\n\nx\n"],
	['mime', 1024, 'signatures', "Subject: x\n\ntexto\n", "-- \nAna\n"],
	['mime', 1024, 'rules', "Subject: x\n\ntexto\n", "_______\n"],
	['mime', 1024, 'legal notices', "Subject: x\n\ntexto\n", "AVISO LEGAL: este mensaje es confidencial y para su destinatario\n\n"],
	['mime', 1024, 'uuencode begun', "Subject: x\n\n", "begin 644 x\n!!!!\n"],
	['mime', 1000, 'header lines', "", "X-%d: y\n", "\nx\n"],
	['mime', 1000, 'one folded header', "Subject: x", "\n y", "\n\nx\n"],
	['mime', 1000, 'header lines that are none', "Subject: x\n", "sin dos puntos\n", "\n\nx\n"],
	['mime', 1000, 'recipients', "To: ", "a%d\@b.example, ", "z\@z.example\n\nx\n"],
	['mime', 1000, 'recipients in groups', "To: ", "g%d:a\@b.example;, ", "z\@z.example\n\nx\n"],
	['mime', 1000, 'comments never closed', "To: ", "(", "\n\nx\n"],
	['mime', 1000, 'comments in comments, closed', "To: ", "(a)(b(c))", "\n\nx\n"],
	['mime', 1000, 'quotation marks never closed', "To: ", "\"x\" <\"", "\n\nx\n"],
	['mime', 1000, 'angles', "To: ", "<", "\n\nx\n"],
	['mime', 1000, 'routes', "To: ", "<\@a,\@b:", "\n\nx\n"],
	['mime', 1000, 'References', "References: ", "<%d\@b.example> ", "\n\nx\n"],
	['mime', 1000, 'References never closed', "References: ", "<a\@b <", "\n\nx\n"],
	['mime', 1000, 'encoded words', "Subject: ", "=?utf-8?Q?a=C3=B1?= ", "\n\nx\n"],
	['mime', 1000, 'encoded words of many charsets', "Subject: ", "=?iso-8859-%d?B?8fHx?= ", "\n\nx\n"],
	['mime', 1000, 'encoded words never ended', "Subject: ", "=?utf-8?q?", "\n\nx\n"],
	['mime', 1000, 'reply marks', "Subject: ", "Re: Fwd: RV[2]: [x] ", "\n\nx\n"],
	['mime', 1000, 'dates in comments', "Date: ", "(1 ", "\n\nx\n"],
	['mime', 1000, 'results of authentication', "Authentication-Results: mx.example", ";\n dkim=pass header.d=a%d.example", "\n\nx\n"],
	['mime', 1000, 'Received', "", "Received: from a%d (b [1.2.3.4]) by c (d) with ESMTP id e for <f\@g>; Mon, 1 Jan 2026 00:00:00 +0000\n", "\nx\n"],
	['mime', 1024, 'parts', "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n"],
	['mime', 1024, 'candidates for a boundary', "Content-Type: multipart/mixed; boundary=bbbb\n\n", "--bbb\n--bbbbb\n--\n"],
	['mime', 1024, 'parts in parts', "", "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"],
	['mime', 1024, 'messages in messages', "", "Content-Type: message/rfc822\n\n"],
	['mime', 1024, 'one boundary for all', "Content-Type: multipart/mixed; boundary=b\n\n", "--b\nContent-Type: multipart/mixed; boundary=b\n\n"],
	['mime', 1024, 'parts that end early', "Content-Type: multipart/mixed; boundary=b\n\n", "--b--\n"],
	['mime', 1000, 'parameters', "X: 1\nContent-Type: x/y", ";\n a%d=b", "\n\nx\n"],
	['mime', 1000, 'pieces of a parameter', "X: 1\nContent-Type: x/y", ";\n a*%d*=b", "\n\nx\n"],
	['mime', 1000, 'parameters of a file', "X: 1\nContent-Disposition: attachment", ";\n filename*%d=b", "\n\nx\n"],
	['mime', 1000, 'a parameter never closed', "X: 1\nContent-Type: text/plain; x=", "\"a\\", "\n\nx\n"],
	['mime', 1024, 'quoted-printable of nothing', "Content-Transfer-Encoding: quoted-printable\n\n", "=\n"],
	['mime', 1024, 'quoted-printable of blanks', "Content-Transfer-Encoding: quoted-printable\n\n", "=      "],
	['mime', 1024, 'base64 of padding', "Content-Transfer-Encoding: base64\n\n", "=A=B\n"],
	['mime', 1024, 'flowed', "Content-Type: text/plain; format=flowed\n\n", ">>>>>>>> a \n"],
	['mime', 1024, 'flowed without an end', "Content-Type: text/plain; format=flowed\n\n", "a \n"],
	['mime', 1024, 'iso-2022-jp', "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\e\$B\e(B"],
	['mime', 1024, 'utf-7', "Content-Type: text/plain; charset=utf-7\n\n", "+AOE-+"],
	['mime', 1024, 'bytes of no charset', "Content-Type: text/plain; charset=gb18030\n\n", "\xff\x81"],
	# HTML
	['html2text', 500, 'elements', '', '<div><p>x</p>'],
	['html2text', 500, 'elements never closed', '', '<div><a href="'],
	['html2text', 500, 'quotations in quotations', '', '<blockquote>x<br>'],
	['html2text', 500, 'comments never closed', '', '<!--<style>'],
	['html2text', 500, 'comments that nearly close', '', '<!---- >'],
	['html2text', 500, 'style never closed', '', '<style><'],
	['html2text', 500, 'script that nearly closes', '<script>', '</scrip '],
	['html2text', 500, 'tables in tables', '', '<table><tr><td>&amp;<a href=x>'],
	['html2text', 500, 'lists in lists', '', '<ol><li>x'],
	['html2text', 500, 'attributes', '<div ', 'a%d="b" '],
	['html2text', 500, 'an attribute never closed', '<div a="', '>='],
	['html2text', 500, 'marks of a quotation', '', '<div class="yahoo_quoted"><div id=x>'],
	['html2text', 500, 'entities', '', '&amp;&#x1F600;&nada;&#99999999;'],
	['html2text', 500, 'brackets', '', '<'],
	['html2text', 500, 'links', '', '<a href="http://a.example/%d">x</a> '],
	['html2text', 500, 'blanks in pre', '<pre>', " \n\t"],
	['html2text', 500, 'signature marks', '', '-- <br>'],
	# addresses, ids, encoded words, dates by themselves
	['addr', 1024, 'recipients', '', 'a%d@b.example, '],
	['addr', 1024, 'comments never closed', '', '('],
	['addr', 1024, 'names without an end', '', 'Pérez, "Ana '],
	['addr', 1024, 'at signs', '', '@'],
	['addr', 1024, 'groups', '', 'g:'],
	['addr', 1024, 'encoded words', '', '=?utf-8?q?a?= '],
	['msgid', 1024, 'ids', '', '<%d@b.example> '],
	['msgid', 1024, 'never closed', '', '<a@b <'],
	['msgid', 1024, 'angles', '', '<<'],
	['msgid', 1024, 'comments', '', '(<a@b>'],
	['words', 1024, 'encoded words', "\x00", '=?utf-8?Q?a=C3=B1?= '],
	['words', 1024, 'of Chinese', "\x04", '=?gb2312?B?0MLU?= '],
	['words', 1024, 'never ended', "\x00", '=?utf-8?q?='],
	['words', 1024, 'question marks', "\x00", '=?'],
	['date', 1024, 'comments', '', '(1 '],
	['date', 1024, 'numbers', '', '1 Jan '],
	['authres', 1024, 'results', 'mx.example', '; dkim=pass header.d=a%d.example'],
	['authres', 1024, 'comments', 'mx.example; ', '(dkim=pass'],
	['authres', 1024, 'quotation marks', 'mx.example; dkim=pass reason="', '\\"'],
	['fetch_envelope', 1000, 'recipients', '', "Delivered-To: a%d\@b.example\n", "\nx"],
	['fetch_envelope', 1000, 'one of many', 'To: ', 'a%d@b.example, ', "\n\nx"],
	['smtp_reply', 1024, 'one that does not end', '', "250-5.1.1 a%d\r\n"],
	['smtp_reply', 1024, 'one long line', '250 2.1.', '1'],
	['tnef', 1024, 'packed text', "x\x9f>\"", 'LZFu\x00\x00'],
	# folding by itself, and against what is answered
	['fold', 1024, 'quoted lines', '', "> x\n"],
	['fold', 1024, 'openings', '', "El lunes 3 de mayo de 2026\n"],
	['fold', 1024, 'endings', '', "escribió:\n"],
	['fold', 1024, 'wrapped quotations', '', "> " . 'palabra ' x 9 . "\ncorta\n"],
	['fold', 1024, 'bars', "yo\n", "| x\n\n"],
	['fold', 1024, 'blank lines', "x\n", "\n \n", "x\n"],
	['fold', 1024, 'list footers', "x\n", "_______________________________________________\nAgenda mailing list\n"],
	['align', 1024, 'the same words', 'a b c d e', ' a b c d e', "\0" . 'a b c d e ' x 20000],
	['align', 1024, 'nearly the same', '', ' a b c d %d', "\0" . 'a b c d ' x 20000],
	['align', 1024, 'lines of headers', '', "De: x\n", "\0" . "De: x\n" x 20000],
	['digest_parts', 500, 'numbers', "\x00", "#1 x\n"],
	['digest_parts', 500, 'headings', "\x00", "> #1 Orden del día de la reunión\nx\n"],
	['digest_parts', 500, 'one line', "\x01", "Propongo este orden para la reunión "],
	['digest_parts', 500, 'between the lines', "\x40", "> Propongo este orden para la reunión.\n> y\n"],
	['digest_parts', 500, 'angles', "\x00", "<a\@"],
	['parsed', 1024, 'lines', "Subject: x\n\n", "texto y más texto en una línea\n"],
	['parsed', 1000, 'References', "References: ", "<%d\@b.example> ", "\n\nx\n"],
	['own', 1024, 'folds', '0,1,0', ',%d,%d,0', "\nx\n" . 'x ' x 100000],
	['own', 1024, 'words', "\n", 'palabras '],
	['own', 1024, 'blank lines', "\n", "\n \n"],
	# delivery reports
	['report', 1000, 'recipients', "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n", "Final-Recipient: rfc822; a%d\@b.example\nAction: failed\nStatus: 5.1.1\n\n"],
	['report', 1000, 'fields', "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a\@b.example\n", "Diagnostic-Code: smtp; 550 x\n y\n"],
	['report', 1000, 'reasons in words', "From: MAILER-DAEMON\@x.example\nSubject: Undelivered Mail\n\n", "<a%d\@b.example>: host mx.b.example said: 550 5.1.1 User unknown\n\n"],
	['report', 1000, 'nearly a reason', "From: MAILER-DAEMON\@x.example\nSubject: Undelivered Mail\n\n", "the mailbox of the user is not over the quota that was exceeded "],
	['report', 1000, 'complaint', "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n", "Original-Rcpt-To: <a%d\@b.example>\n"],
	# commands, answers of moderators, invitations
	['command', 1024, 'commands', "x\n", "pausa 2 semanas\n"],
	['command', 1024, 'one long line', "x\n", "pausa "],
	['decide', 1024, 'lines', "Re: x\n", "aprobar\n"],
	['decide', 1024, 'quotations', "Re: x\n", "> aprobar\n> rechazar\n"],
	['invite', 500, 'addresses', '', "Ana Pérez <a%d\@b.example>; "],
	['invite', 500, 'never closed', '', "\"Ana <("],
	# archives
	['mbox', 1024, 'From lines', '', "From a\@b Mon Jan  1 00:00:00 2026\n\nx\n\n"],
	['mbox', 1024, 'nearly From lines', "From a\@b Mon Jan  1 00:00:00 2026\n\n", ">From a\nFrom x\n\n"],
	['csv', 1000, 'rows', "address,name\n", "a%d\@b.example,x\n"],
	['csv', 1000, 'cells', '', 'x,'],
	['csv', 1000, 'quotation marks', '"', '""'],
	# the dialogues
	['lmtp', 256, 'recipients', "\xffLHLO x\r\nMAIL FROM:<a\@b>\r\n", "RCPT TO:<a%d\@b.example>\r\n"],
	['lmtp', 256, 'dots', "\xffLHLO x\r\nMAIL FROM:<a\@b>\r\nRCPT TO:<c\@d>\r\nDATA\r\n", "..\r\n", ".\r\n"],
	['lmtp', 256, 'one endless line', "\xffLHLO x", "x"],
	['lmtp', 256, 'unknown words', "\xff", "X\r\n"],
	['lmtp', 256, 'bare line ends', "\xffLHLO x\r\nMAIL FROM:<a\@b>\r\nRCPT TO:<c\@d>\r\nDATA\r\n", ".\n\r", "\r\n.\r\n"],
	['policy', 256, 'requests', "\xff", "request=smtpd_access_policy\nrecipient=a%d\@b\n\n"],
	['policy', 256, 'attributes', "\xff", "a%d=b\n", "\n"],
	['policy', 256, 'one endless line', "\xff", "x"],
	# the web
	['cgi', 16, 'segments', "GET\n", "/a", "\n\n\n\n\n\n\n"],
	['cgi', 16, 'query', "GET\n/x\n", "a%d=b&", "\n\n\n\n\n\n"],
	['cgi', 16, 'cookies', "GET\n/x\n\n", "a%d=b; ", "\n\n\n\n\n"],
	['fcgi', 256, 'parameters', '', "\x01\x04\x00\x01\x00\x18\x00\x00\x04\x10ABCDXXXXXXXXXXXXXXXXXX"],
	['fcgi', 256, 'empty records', "\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00", "\x01\x05\x00\x02\x00\x00\x00\x00"],
	['form', 1000, 'fields', '', 'a%d=b&'],
	['form', 1000, 'ampersands', '', '&'],
	['form', 1000, 'escapes', 'a=', '%%C3%%B1'],
	['form', 1000, 'broken escapes', 'a=', '%%%%z'],
	['cookie', 64, 'cookies', '', 'a%d=b; '],
	['cookie', 64, 'marks', '', ';= '],
	['accept_language', 64, 'languages', '', 'a%d;q=0.1,'],
	['accept_language', 64, 'marks', '', ',;q='],
	['multipart', 1000, 'parts', "multipart/form-data; boundary=zz\n", "--zz\r\nContent-Disposition: form-data; name=\"a%d\"\r\n\r\nx\r\n", "--zz--\r\n"],
	['multipart', 1000, 'candidates for a boundary', "multipart/form-data; boundary=zzzz\n--zzzz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n", "\r\n--zzz\r\n-", "--zzzz--\r\n"],
	['multipart', 1000, 'a boundary of one letter', "multipart/form-data; boundary=" . '-' x 70 . "\n", '-', ''],
	['multipart', 1000, 'headers of a part', "multipart/form-data; boundary=zz\n--zz\r\n", "X-%d: y\r\n", "\r\nx\r\n--zz--\r\n"],
	# what people write
	['markdown', 256, 'text', '', "Un *texto* con **mucho** y [algo](https://a.example).\n\n"],
	['markdown', 256, 'emphasis never closed', '', '*a **b _c '],
	['markdown', 256, 'marks', '', '*_'],
	['markdown', 256, 'brackets', '', '['],
	['markdown', 256, 'images', '', '![a]('],
	['markdown', 256, 'brackets, closed', '[' x 1000, 'a](b)'],
	['markdown', 256, 'quotations', '', '> '],
	['markdown', 256, 'quotations, line by line', '', ">>>>>>>>>>>> a\n"],
	['markdown', 256, 'lists in lists', '', "- "],
	['markdown', 256, 'code never closed', '', '`a ``b '],
	['markdown', 256, 'fences', '', "```\n~~~\n"],
	['markdown', 256, 'links by reference', '', "[a%d]: https://a.example\n[a%d]\n\n"],
	['markdown', 1024, 'tables', "a|b\n-|-\n", "a|b|c|d\n"],
	['markdown', 256, 'cells', "", "|-"],
	['markdown', 256, 'entities', '', '&amp;&#x;&nada;'],
	['markdown', 256, 'angles', '', '<a <!-- <?'],
	['markdown', 256, 'addresses in one paragraph', '', 'https://a.example/%d '],
	['markdown', 256, 'addresses', '', 'https://a.example/(b a@b.example '],
	['markdown', 256, 'underlines', '', "a\n---\n"],
	['line', 1024, 'overrides', '', "\xe2\x80\xaea"],
	['line', 1024, 'alphabets', '', "a\xd0\xb0\xd7\xa9\xf0\x9d\x90\x80"],
	['plain', 500, 'text', "\0\0\0\0", "texto y https://a.example/x y a\@b.example\n"],
	['plain', 500, 'quotations', "\0\0\0\0", "> "],
	['plain', 500, 'levels up and down', "\0\0\0\0", ">>>> a\n> b\n"],
	['plain', 500, 'addresses without an end', "\0\0\0\0", 'https://('],
	['plain', 500, 'at signs', "\0\0\0\0", 'a@'],
	['diff', 256, 'nothing alike', '', "a%d\n", "\0" . join('', map { "b$_\n" } 1 .. 4000)],
	['diff', 256, 'one line many times', '', "a\n", "\0" . "a\nb\n" x 2000],
	['template', 4, 'words', '', '{group}{nombre}'],
	['template', 4, 'braces', '', '{'],
	['conf', 256, 'lines', '', "# x\n\n"],
	['conf', 256, 'one endless line', 'base_url = ', 'x'],
	['conf', 256, 'the same key', '', "log_level = info\n"],
	['pack', 256, 'slots', '', "\x02a\x03"],
	['compose', 1000, 'header lines', "\x00", "X-%d: y\n", "\nx\n"],
	['compose', 1000, 'one folded header', "\x00Subject: x", "\n y", "\n\nx\n"],
	['compose', 1000, 'lines', "\x01Subject: x\n\n", ".\n"],
	['compose', 1000, 'a page', "\x80", "palabra "],
	['excerpt', 256, 'words', '', 'palabra '],
	['dmarc', 4, 'tags', 'v=DMARC1', ';p=none'],
	['address', 4, 'tokens', 'agenda+', 'a'],
);

mkdir $out;
open my $list, '>', "$out/shapes" or die "$out: $!\n";
my %count;
for my $s (@shape) {
	my ($target, $kb, $what, $begin, $piece, $end) = @$s;
	my $n = $count{$target}++;
	# what has a limit stays below it
	my $size = $kb * $K * ($kb >= 500 ? $scale : 1) * ($target eq 'mime' && $kb == 1000 ? $headers : 1);
	mkdir "$out/$target";
	for my $times (1, 2, 4) {
		my ($want, $at, $body) = ($size * $times / 4, 0, '');
		while (length($body) < $want) {
			my $p = $piece;
			$p =~ s/%%/\x00PCT/g;
			$p =~ s/%d/$at/g;
			$p =~ s/\x00PCT/%/g;
			# without a number in it, the rest at once
			if ($piece !~ /%d/) {
				my $many = int(($want - length $body) / length $p) + 1;
				$body .= $p x $many;
				last;
			}
			$body .= $p;
			$at++;
		}
		my $whole = $begin . $body . (defined $end ? $end : '');
		$whole .= ' ' if $target eq 'words' && length($whole) % 3 == 0; # else it is cut at 64
		open my $f, '>:raw', sprintf('%s/%s/%02d.%d', $out, $target, $n, $times) or die "$!\n";
		print $f $whole;
		close $f or die "$!\n";
	}
	printf $list "%s\t%02d\t%s\n", $target, $n, $what;
}
close $list or die;
