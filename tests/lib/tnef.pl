#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# tests/lib/tnef.pl KIND: a winmail.dat as Outlook makes them (MS-OXTNEF), on
# stdout. Kinds: files (two, with long names), old (names in a code page alone),
# body, html, rtf, packed (the same, compressed), nested (a message in it),
# answer (to an invitation), logo (a picture of the text), untitled (a file without a name).
use strict;
use warnings;

sub attr { my ($level, $id, $data) = @_; return pack('CVV', $level, $id, length $data) . $data . pack('v', unpack('%16C*', $data)) }
sub padded { my ($s) = @_; return $s . "\0" x (-length($s) % 4) }
sub utf16 { my ($s) = @_; utf8::decode($s); return join '', map { my $c = ord; $c < 0x10000 ? pack('v', $c) : pack('vv', 0xd800 + (($c - 0x10000) >> 10), 0xdc00 + ($c & 0x3ff)) } split //, "$s\0" }
sub var { my ($type, $id, $data) = @_; return pack('vvVV', $type, $id, 1, length $data) . padded($data) }
sub uni { my ($id, $s) = @_; return var(0x1f, $id, utf16($s)) }
sub long { my ($id, $n) = @_; return pack('vvV', 3, $id, $n) }
sub block { return pack('V', scalar @_) . join '', @_ }
# a property with a name, as Exchange adds them
sub named { my ($s) = @_; my $n = utf16($s); return pack('vv', 0x1f, 0x8001) . 'G' x 16 . pack('VV', 1, length $n) . padded($n) . pack('VV', 1, 4) . "a\0\0\0" }

sub message {
	my ($props, $class, @rest) = @_;
	return pack('Vv', 0x223e9f78, 1) . attr(1, 0x89006, pack('V', 0x10000)) . attr(1, 0x69007, pack('VV', 1252, 0)) .
		attr(1, 0x78008, "$class\0") . attr(1, 0x18004, "Un asunto\0") . attr(1, 0x69003, block(named('x-tipo'), @$props)) . join '', @rest;
}
sub file {
	my ($title, $data, @props) = @_;
	return attr(2, 0x69002, pack('vVvvV', 1, 0xffffffff, 32, 32, 0)) . attr(2, 0x18010, "$title\0") .
		(defined $data ? attr(2, 0x6800f, $data) : '') . (@props ? attr(2, 0x69005, block(long(0x3705, 1), @props)) : '');
}
# LZFu without a single reference, but for the one that ends it
sub lzfu {
	my ($s) = @_;
	my $out = '';
	for (my $i = 0; $i < length $s; $i += 8) { $out .= "\0" . substr($s, $i, 8) }
	$out .= "\1" . pack('n', ((207 + length $s) % 4096) << 4) if length($s) % 8 == 0;
	return pack('VVVV', length($out) + 12, length $s, 0x75465a4c, 0) . $out;
}

my $rtf = '{\rtf1\ansi\ansicpg1252\fromhtml1\deff0{\fonttbl{\f0\fswiss Arial;}}{\colortbl\red0\green0\blue0;}' .
	"{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 La reuni\\'f3n es el mi\\u233?rcoles.\\par\r\n}Precio: 5\\u8364?{\\*\\htmltag72 </p>}\\par }";
my $note = 'IPM.Microsoft Mail.Note';
my %kind = (
	files => sub { message([], $note,
		file('ACTADE~1.DOC', "acta\n" x 400, uni(0x3707, "Acta de la reunión \xf0\x9f\x93\x8e.docx"), uni(0x370e, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')),
		file('lista.csv', "a;b\n1;2\n", uni(0x3707, 'lista.csv'), uni(0x370e, 'text/csv'))) },
	old => sub { message([], $note, file("A\xf1o 2026.txt", "viejo\n")) },
	body => sub { message([uni(0x1000, "Buenos días:\r\n\r\nLa reunión es mañana.\r\n")], $note) },
	html => sub { message([long(0x3fde, 65001), var(0x102, 0x1013, "<html><body><p>La reunión</p><p>es mañana.</p></body></html>")], $note) },
	rtf => sub { message([var(0x102, 0x1009, pack('VVVV', length($rtf) + 12, length $rtf, 0x414c454d, 0) . $rtf)], $note) },
	packed => sub { message([var(0x102, 0x1009, lzfu($rtf))], $note) },
	nested => sub { message([], $note, file('mensaje', undef, long(0x3705, 5),
		var(0x0d, 0x3701, 'I' x 16 . message([], $note, file('DENTRO.TXT', "dentro\n", uni(0x3707, 'dentro.txt')))))) },
	untitled => sub { message([], $note, attr(2, 0x69002, pack('vVvvV', 1, 0, 32, 32, 0)) . attr(2, 0x6800f, 'x')) },
	answer => sub { message([], 'IPM.Microsoft Schedule.MtgRespP') },
	logo => sub { message([], $note, file('IMAGE001.PNG', "\x89PNG\r\n\x1a\nlogo", uni(0x3707, 'image001.png'), uni(0x370e, 'image/png'),
		uni(0x3712, 'image001.png@01D1'), long(0x3714, 4))) },
);
my $k = $kind{$ARGV[0] // ''} or die 'tnef.pl: ' . join(' ', sort keys %kind) . "\n";
binmode STDOUT;
print $k->();
