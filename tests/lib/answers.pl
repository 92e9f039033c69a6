#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# answers.pl DIGEST OUT AUTHSERV: answers to that digest mail (its HTML part as it
# was composed) in the forms that mail programs give them, one message a file in the
# folder OUT; OUT/expect.tsv has a line for each: file, and what must become of it:
# "#N text", several parted by tabs, "back", or "back?" before such a list where
# either will do.
#
# What a program does to the digest was written down from mails that these programs
# sent: which element stands around the quotation, what announces it, whether the
# text part has marks, how wide it is, what is lost (head, style, classes).
use strict;
use warnings;
use utf8;
use Encode qw(decode encode);
use MIME::Base64;
use MIME::QuotedPrint;

my ($digest, $out, $authserv) = @ARGV;
my $raw = do { local $/; open my $f, '<', $digest or die "$digest: $!\n"; <$f> };
$raw =~ s/\r//g;
my ($head) = split /\n\n/, $raw, 2;
$head =~ s/\n[ \t]+/ /g;
sub header { my ($n) = @_; return $head =~ /^$n: *(.*)$/mi ? $1 : '' }
my $msgid = header('Message-ID');
my ($reply) = header('Reply-To') =~ /([^<>\s]+@[^<>\s]+)/;
my ($me) = header('To') =~ /([^<>\s]+@[^<>\s]+)/;
my $subject = decode('MIME-Header', header('Subject'));
my $from = 'Agenda digital regional';
my ($addr) = header('From') =~ /([^<>\s]+@[^<>\s]+)/;
my ($text) = map { decode('UTF-8', decode_qp($_)) } $raw =~ m{Content-Type: text/plain.*?\n\n(.*?)\n--=_}s;
my ($html) = map { decode('UTF-8', decode_qp($_)) } $raw =~ m{Content-Type: text/html.*?\n\n(.*?)\n--=_}s;
die "no parts in $digest\n" unless $text && $html;

# ---- what a program keeps of the HTML ----

$html =~ s/.*?<body[^>]*>//s;
$html =~ s{</body>.*}{}s;
# between the items an answer may be put: HERE<N> is behind item N
my @numbers = $html =~ m{<h3[^>]*><span[^>]*>#(\d+)</span>}g;
{
	my $n = 0;
	# behind an item's links ("Read Reply Mute") its text ends
	$html =~ s{(<p style="margin:6px 0 0;font-size:15px;line-height:32px">.*?</p>)}{$1 . "\x01HERE" . $numbers[$n++] . "\x01"}ges;
}
# of an item, from its heading on; the words of its first post alone
my %item;
for my $n (@numbers) {
	($item{$n}) = $html =~ m{(<h3[^>]*><span[^>]*>#$n</span>.*?)\x01HERE$n\x01}s;
}

my %entity = (amp => '&', lt => '<', gt => '>', quot => '"', nbsp => "\xa0", '#160' => "\xa0", '#39' => "'");
# text of HTML; $link: how a link is written, from its text and address
sub plain {
	my ($h, $link) = @_;
	$h =~ s/\n/ /g;
	$h =~ s{<div style="display:none.*?</div>}{}s;
	$h =~ s{<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>}{$link->($2, $1)}ges;
	$h =~ s{<br[^>]*>}{\n}g;
	$h =~ s{</?(?:p|h[1-6])\b[^>]*>}{\n\n}g;
	$h =~ s{</?(?:div|tr|table|ul|li|td|blockquote|hr)\b[^>]*>}{\n}g;
	$h =~ s/<[^>]*>//g;
	$h =~ s/&(#?\w+);/exists $entity{$1} ? $entity{$1} : $1 =~ m{^#(\d+)$} ? chr $1 : "&$1;"/ge;
	$h =~ s/[ \t]+/ /g;
	$h =~ s/ *\n */\n/g;
	$h =~ s/\n{3,}/\n\n/g;
	$h =~ s/\A\s+|\s+\z//g;
	return $h;
}
sub wrap {
	my ($t, $width) = @_;
	my @o;
	for my $l (split /\n/, $t, -1) {
		my $line = '';
		for my $w (split / /, $l) {
			if (length($line) && length($line) + 1 + length($w) > $width) { push @o, $line; $line = '' }
			$line .= length($line) ? " $w" : $w;
		}
		push @o, $line;
	}
	return join "\n", @o;
}
sub marked { my ($t) = @_; $t =~ s/^/length($') && $' !~ m{^\n} ? '> ' : '>'/gme; return $t }
sub esc { my ($t) = @_; $t =~ s/&/&amp;/g; $t =~ s/</&lt;/g; $t =~ s/>/&gt;/g; return $t }

# ---- the languages of the announcements ----

my %lang = (
	es => { gmail => "El lun, 23 nov 2026 a la(s) 7:00\x{202f}a.m., %s (<%s>) escribió:",
		app => 'El lun, 23 nov 2026, 07:00, %s <%s> escribió:',
		apple => 'El 23 nov 2026, a las 07:00, %s <%s> escribió:',
		moz => 'El 23/11/26 a las 07:00, %s escribió:',
		yahoo => 'En lunes, 23 de noviembre de 2026, 07:00:00 a.m. CST, %s <%s> escribió:',
		original => 'Mensaje original', from => 'De', sent => 'Enviado el', osent => 'Enviado', to => 'Para', subj => 'Asunto',
		date => 'lunes, 23 de noviembre de 2026 07:00', mobile => 'Enviado desde mi iPhone' },
	en => { gmail => "On Mon, Nov 23, 2026 at 7:00\x{202f}AM %s <%s> wrote:",
		app => 'On Mon, Nov 23, 2026, 07:00 %s <%s> wrote:',
		apple => 'On 23 Nov 2026, at 07:00, %s <%s> wrote:',
		moz => 'On 11/23/26 07:00, %s wrote:',
		yahoo => 'On Monday, November 23, 2026, 07:00:00 AM CST, %s <%s> wrote:',
		original => 'Original Message', from => 'From', sent => 'Sent', osent => 'Sent', to => 'To', subj => 'Subject',
		date => 'Monday, November 23, 2026 7:00 AM', mobile => 'Sent from my iPhone' },
	pt => { gmail => 'Em seg., 23 de nov. de 2026 às 07:00, %s <%s> escreveu:',
		app => 'Em seg., 23 de nov. de 2026, 07:00, %s <%s> escreveu:',
		apple => 'Em 23 de nov. de 2026, à(s) 07:00, %s <%s> escreveu:',
		moz => 'Em 23/11/2026 07:00, %s escreveu:',
		yahoo => 'Em segunda-feira, 23 de novembro de 2026 07:00:00 BRT, %s <%s> escreveu:',
		original => 'Mensagem original', from => 'De', sent => 'Enviada em', osent => 'Enviado', to => 'Para', subj => 'Assunto',
		date => 'segunda-feira, 23 de novembro de 2026 07:00', mobile => 'Enviado do meu iPhone' },
);

# What of the digest is quoted, with the answers between: HTML with \x01..\x01 replaced.
# cut: nothing behind the last answer; select: one item alone.
sub quoted_html {
	my ($case, $between) = @_;
	my $h = $html;
	if (exists $case->{part}) {
		($h) = grep { defined } $case->{part} eq 'head' ? $item{ $case->{item} } =~ m{\A(.*?</p>)}s : $item{ $case->{item} };
		if ($case->{part} eq 'post') {
			($h) = $item{ $case->{item} } =~ m{(<p[^>]* dir="auto" style="margin:4px 0 8px">.*?</p>)}s;
		}
		$h .= "\x01HERE$case->{item}\x01";
	}
	if ($case->{cut}) {
		$h =~ s/(\x01HERE$case->{cut}\x01).*/$1/s;
	}
	$h =~ s/\x01HERE(\d+)\x01/exists $case->{under}{$1} ? $between->($case->{under}{$1}) : ''/ge;
	return $h;
}

# ---- programs: each gives (text part, HTML part) ----

sub link_angle { my ($t, $u) = @_; $u =~ s/^mailto://; $u =~ s/&amp;/&/g; return $t eq $u ? $t : "$t <$u>" }
sub link_outlook { my ($t, $u) = @_; $u =~ s/&amp;/&/g; return "$t<$u> " }

# \x02 stands around what was put between, so that no mark is set there
sub put { my ($t) = @_; return "<br>\x02$t\x02<br>" }
sub with_marks {
	my ($h, $width, $link) = @_;
	my @o;
	my $inside = 0;
	for my $piece (split /\x02/, plain($h, $link), -1) {
		$piece =~ s/\A\s+|\s+\z//g;
		push @o, $inside ? wrap($piece, $width) : marked(wrap($piece, $width)) if length $piece;
		$inside = !$inside;
	}
	return join "\n\n", @o;
}
sub without_marks { my ($h, $link) = @_; my $t = plain($h, $link); $t =~ s/\s*\x02\s*/\n\n/g; return $t }

# a quotation that is left for an answer and begins again behind it
sub torn {
	my ($case, $open, $how) = @_;
	my $close = '</td></tr></tbody></table></td></tr></tbody></table></div></blockquote>';
	my $again = "$open<div><table><tbody><tr><td><table><tbody><tr><td>";
	($close, $again) = ('</blockquote>', $open) if exists $case->{part};
	return $open . quoted_html($case, sub { $close . $how->($_[0]) . $again }) . '</blockquote>';
}
sub paras { my ($t, $tag) = @_; return join '', map { "<$tag>" . (length $_ ? esc($_) : '<br>') . '</' . ($tag =~ /(\w+)/)[0] . '>' } split /\n/, $t, -1 }

my %program = (
	gmail => sub {
		my ($c, $l) = @_;
		my $says = sprintf $l->{gmail}, $from, $addr;
		my $open = '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">';
		my $q = quoted_html($c, \&put);
		my $t = ($c->{top} ? wrap($c->{top}, 78) . "\n\n" : '') . wrap($says, 78) . "\n\n" . with_marks($q, 76, \&link_angle) . "\n";
		(my $attr = esc($says)) =~ s{&lt;(\S+)&gt;}{&lt;<a href="mailto:$1">$1</a>&gt;};
		my $h = '<div dir="ltr">' . ($c->{top} ? paras($c->{top}, 'div') : '') . '</div><br><div class="gmail_quote gmail_quote_container">' .
			"<div dir=\"ltr\" class=\"gmail_attr\">$attr<br></div>" . torn($c, $open, sub { paras($_[0], 'div') . '<br>' }) . '</div>';
		return ($t, $h);
	},
	gmailapp => sub {
		my ($c, $l) = @_;
		my $says = sprintf $l->{app}, $from, $addr;
		my $q = quoted_html($c, \&put);
		my $t = ($c->{top} ? "$c->{top}\n\n" : '') . wrap($says, 78) . "\n\n" . with_marks($q, 76, \&link_angle) . "\n";
		(my $attr = esc($says)) =~ s{&lt;(\S+)&gt;}{&lt;<a href="mailto:$1">$1</a>&gt;};
		my $h = '<div dir="auto">' . ($c->{top} ? paras($c->{top}, 'div dir="auto"') : '') . '</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">' .
			"$attr<br></div>" . torn($c, '<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">',
			sub { paras($_[0], 'div dir="auto"') }) . '</div>';
		return ($t, $h);
	},
	outlook => sub { # of the desktop: made by Word; no marks in either part
		my ($c, $l) = @_;
		my $q = quoted_html($c, \&put);
		my @head = ([$l->{from}, "$from <$addr>"], [$l->{sent}, $l->{date}], [$l->{to}, "Ana Pérez <$me>"], [$l->{subj}, $subject]);
		my $t = ($c->{top} ? "$c->{top}\n\n" : '') . ($c->{old} ? "-----$l->{original}-----\n" : '') .
			join('', map { "$_->[0]: $_->[1]\n" } @head) . "\n" . without_marks($q, \&link_outlook) . "\n";
		my $word = '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta name=Generator content="Microsoft Word 15 (filtered medium)"><style><!-- p.MsoNormal {margin:0cm;font-size:11.0pt} --></style></head><body lang=ES-GT link=blue vlink=purple><div class=WordSection1>';
		my $answer = sub { join '', map { "<p class=MsoNormal><span style='color:#1F497D'>" . (length $_ ? esc($_) : '<o:p>&nbsp;</o:p>') . '</span></p>' } split /\n/, $_[0], -1 };
		(my $w = quoted_html($c, $answer)) =~ s/<p style="[^"]*"/<p class=MsoNormal/g;
		my $h = $word . ($c->{top} ? $answer->($c->{top}) : '') . '<p class=MsoNormal><o:p>&nbsp;</o:p></p>' .
			"<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>" .
			join('<br>', map { "<b><span lang=EN-US style='font-family:\"Calibri\",sans-serif'>$_->[0]:</span></b><span lang=EN-US> " . esc($_->[1]) . '</span>' } @head) .
			"<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>$w</div></body></html>";
		return ($t, $h);
	},
	outlookweb => sub {
		my ($c, $l) = @_;
		my $q = quoted_html($c, \&put);
		my @head = ([$l->{from}, "$from <$addr>"], [$l->{osent}, $l->{date}], [$l->{to}, "Ana Pérez <$me>"], [$l->{subj}, $subject]);
		my $t = ($c->{top} ? "$c->{top}\n" : '') . ('_' x 32) . "\n" . join('', map { "$_->[0]: $_->[1]\n" } @head) . "\n" . without_marks($q, \&link_outlook) . "\n";
		my $answer = sub { paras($_[0], 'div class="elementToProof" style="font-family: Aptos, sans-serif; font-size: 12pt"') };
		my $h = '<html><head></head><body dir="ltr">' . ($c->{top} ? $answer->($c->{top}) : '') .
			'<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">' .
			join('<br>', map { "<b>$_->[0]:</b> " . esc($_->[1]) } @head) . '</font><div>&nbsp;</div></div><div>' . quoted_html($c, $answer) . '</div></body></html>';
		return ($t, $h);
	},
	apple => sub {
		my ($c, $l) = @_;
		my $says = sprintf $l->{apple}, $from, $addr;
		my $q = quoted_html($c, \&put);
		my $t = ($c->{top} ? "$c->{top}\n\n" : '') . ($c->{phone} ? "$l->{mobile}\n\n" : '') . "> $says\n> \n" . with_marks($q, 900, \&link_angle) . "\n\n";
		(my $attr = esc($says)) =~ s{&lt;(\S+)&gt;}{&lt;<a href="mailto:$1">$1</a>&gt;};
		my $h = '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">' .
			($c->{top} ? paras($c->{top}, 'div') : '') . ($c->{phone} ? "<br id=\"lineBreakAtBeginningOfSignature\"><div dir=\"ltr\">$l->{mobile}</div>" : '') .
			"<div><br><blockquote type=\"cite\"><div>$attr</div><br class=\"Apple-interchange-newline\"><div>" .
			substr(torn($c, '<blockquote type="cite">', sub { paras($_[0], 'div') }), length '<blockquote type="cite">') . '</div><br></body></html>';
		return ($t, $h);
	},
	thunderbird => sub { # the answer below, as it is set there
		my ($c, $l) = @_;
		my $says = sprintf $l->{moz}, $from;
		my $q = quoted_html($c, \&put);
		my $t = ($c->{top} ? "$c->{top}\n\n" : '') . "$says\n" . with_marks($q, 70, \&link_angle) . "\n";
		my $h = '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>' .
			($c->{top} ? paras($c->{top}, 'p') : '') . '<div class="moz-cite-prefix">' . esc($says) . '<br></div>' .
			torn($c, '<blockquote type="cite" cite="mid:' . $msgid =~ s/[<>]//gr . '">', sub { paras($_[0], 'p') }) . '</body></html>';
		return ($t, $h);
	},
	yahoo => sub {
		my ($c, $l) = @_;
		my $says = sprintf $l->{yahoo}, $from, $addr;
		my $q = quoted_html($c, \&put);
		(my $body = without_marks($q, \&link_angle)) =~ s/^(?=.)/   /gm;
		my $t = ($c->{top} ? " $c->{top}\n" : '') . "    $says  \n \n $body  \n";
		my $answer = sub { paras($_[0], 'div') };
		my $h = '<html><head></head><body><div class="ydp1f yahoo-style-wrap" style="font-family:Helvetica Neue, Helvetica, Arial, sans-serif;font-size:13px;">' .
			($c->{top} ? paras($c->{top}, 'div dir="ltr" data-setdir="false"') : '') . '<div><br></div></div><div id="ydp2yahoo_quoted_7812" class="ydp2yahoo_quoted">' .
			"<div style=\"font-family:'Helvetica Neue', Helvetica, Arial, sans-serif;font-size:13px;color:#26282a;\"><div>" . esc($says) . '</div><div><br></div><div><br></div><div>' .
			quoted_html($c, $answer) . '</div></div></div></body></html>';
		return ($t, $h);
	},
);

# ---- the cases ----

my ($one, $two, $three) = @numbers[0, 1, 2];
my @case = (
	{ name => 'number', top => "#$two Falta el registro civil.\n\nSaludos", expect => ["#$two Falta el registro civil. Saludos"] },
	{ name => 'numbers', top => "Buenos días:\n\n#$one De acuerdo con lo dicho.\n\n#$three Prefiero dos.", expect => ["#$one Buenos días: De acuerdo con lo dicho.", "#$three Prefiero dos."] },
	{ name => 'old', top => "Tema $two: lo vemos el martes.", old => 1, expect => ["#$two lo vemos el martes."] },
	{ name => 'top', top => "Me parece muy bien todo esto.", expect => ['back'] },
	{ name => 'under', under => { $two => "Falta el registro civil,\ny también el de vehículos." }, expect => ["#$two Falta el registro civil, y también el de vehículos."] },
	{ name => 'greeted', top => 'Respondo abajo:', under => { $one => 'Aquí mi respuesta larga.' }, expect => ["#$one Respondo abajo: Aquí mi respuesta larga."] },
	{ name => 'undertwo', under => { $one => 'Sobre el primero, que sí.', $three => 'Sobre el tercero, que no.' },
		expect => ["#$one Sobre el primero, que sí.", "#$three Sobre el tercero, que no."] },
	{ name => 'short', under => { $two => 'De acuerdo.' }, expect => ["#$two De acuerdo."] },
	{ name => 'cut', top => "#$one Con lo demás cortado.", cut => $one, expect => ["#$one Con lo demás cortado."] },
	{ name => 'undercut', under => { $one => 'Sobre el primero, que sí.', $three => 'Sobre el tercero, que no.' }, cut => $three,
		expect => ["#$one Sobre el primero, que sí.", "#$three Sobre el tercero, que no."] },
	{ name => 'endcut', under => { $three => 'Bajo tres hilos, y nada más.' }, cut => $three, expect => ['back?', "#$three Bajo tres hilos, y nada más."] },
	{ name => 'item', part => 'item', item => $two, top => 'Solo por este hilo.', expect => ["#$two Solo por este hilo."] },
	{ name => 'itembelow', part => 'item', item => $three, under => { $three => 'Solo por este hilo, abajo.' }, expect => ["#$three Solo por este hilo, abajo."] },
	{ name => 'head', part => 'head', item => $one, under => { $one => 'Por su título.' }, expect => ["#$one Por su título."] },
	{ name => 'post', part => 'post', item => $three, top => 'Por lo que dice.', expect => ["#$three Por lo que dice."] },
);

my $stamp = 0;
sub message {
	my ($id, $t, $h) = @_;
	my $o = "Authentication-Results: $authserv; dmarc=pass header.from=example.org\nFrom: =?UTF-8?Q?Ana_P=C3=A9rez?= <$me>\nTo: <$reply>\n" .
		'Subject: ' . encode('MIME-Header', "Re: $subject") . "\nMessage-ID: <$id\@example.org>\nIn-Reply-To: $msgid\nReferences: $msgid\n" .
		sprintf("Date: Mon, 23 Nov 2026 09:%02d:%02d -0600\nMIME-Version: 1.0\n", $stamp / 60 % 60, $stamp++ % 60);
	my $part = sub { my ($type, $body) = @_; return "Content-Type: $type; charset=\"UTF-8\"\nContent-Transfer-Encoding: base64\n\n" . encode_base64(encode('UTF-8', $body)) };
	return $o . $part->('text/html', $h) unless defined $t;
	return "${o}Content-Type: multipart/alternative; boundary=\"zz\"\n\n--zz\n" . $part->('text/plain', $t) . "\n--zz\n" . $part->('text/html', $h) . "\n--zz--\n";
}

open my $expect, '>:encoding(UTF-8)', "$out/expect.tsv" or die "$out: $!\n";
for my $p (sort keys %program) {
	my $turn = 0;
	for my $case (@case) {
		for my $form ('both', 'html') {
			# every case in one language each, so that all three meet every program
			my $l = (qw(es en pt))[$turn++ % 3];
			my $c = { under => {}, phone => $turn % 2, %$case };
			my ($t, $h) = $program{$p}->($c, $lang{$l});
			my $id = "$p.$case->{name}.$form.$l";
			open my $f, '>', "$out/$id" or die "$out/$id: $!\n";
			print $f message($id, $form eq 'both' ? $t : undef, $h);
			close $f or die;
			# without marks, what stands above and between may come back
			my @either = $p =~ /outlook|yahoo/ && $case->{top} && $case->{under} ? 'back?' : ();
			print $expect join("\t", $id, @either, @{ $case->{expect} }), "\n";
		}
	}
}
close $expect or die;
