#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# N clients at once, from one process, each of which wants COUNT answers, one after the
# other; a line an answer on stdout: what, milliseconds, and what else it says.
#	crowd.pl http PORT N COUNT PATH...	the status; Retry-After
#	crowd.pl lmtp PORT N COUNT RCPT TAG LOG	a connection is kept; a message that was told to come again is
#						sent again at once, until 250, which LOG has: the code; its text
# Ends when all have what they want, with status 1 where that took more than CROWD_SECONDS (60).
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

my ($what, $port, $clients, $count, @rest) = @ARGV;
my $until = time + ($ENV{CROWD_SECONDS} // 60);
my ($sel, $left, %of) = (IO::Select->new, $clients);
$SIG{PIPE} = 'IGNORE';
$| = 1;

sub dial {
	my $c = shift;
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 30);
	$c->{sock} = $s or return over($c, 'refused');
	$c->{in} = '';
	$c->{begun} = time;
	$of{ fileno $s } = $c;
	$sel->add($s);
	http_ask($c) if $what eq 'http';
	$c->{todo} = [ [ qr/^220/, "LHLO crowd.example\r\n" ], [ qr/^250/, '' ] ] if $what eq 'lmtp';
}

sub hang_up {
	my $c = shift;
	my $s = delete $c->{sock} or return;
	$sel->remove($s);
	delete $of{ fileno $s };
	close $s;
}

# An answer came; the next, or it is enough.
sub over {
	my ($c, $code, $more) = @_;
	printf "%s %.1f %s\n", $code, (time - ($c->{begun} // time)) * 1000, $more // '';
	$c->{had}++ if $what eq 'http' or $code eq '250';
	if ($c->{had} == $count) {
		hang_up($c);
		$left--;
	} elsif ($what eq 'http' or $code !~ /^(?:250|45\d)$/) {
		hang_up($c);
		dial($c);
	} else {
		message($c);
	}
}

sub http_ask {
	my $c = shift;
	my $path = $rest[ $c->{n}++ % @rest ];
	my $method = $path =~ s/^POST // ? 'POST' : 'GET';
	syswrite $c->{sock}, "$method $path HTTP/1.0\r\nHost: 127.0.0.1:$port\r\nAccept-Language: es\r\n" .
		($method eq 'POST' ? "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b" : "\r\n");
}

sub http_read {
	my ($c, $end) = @_;
	return unless $end;
	my ($code) = $c->{in} =~ m{^HTTP/1\.[01] (\d+)} or return over($c, 'closed');
	my ($again) = $c->{in} =~ /^Retry-After: *(\d+)/mi;
	over($c, $code, ($again // '-') . ($c->{in} =~ /Hay m\xc3\xa1s personas/ ? ' es' : ''));
}

sub message {
	my $c = shift;
	my $id = "<$rest[1].$c->{who}." . ($c->{had}) . ".$$\@crowd.example>";
	$c->{begun} = time;
	$c->{todo} = [
		[ qr/^250/, '', "MAIL FROM:<ana.perez\@example.org>\r\nRCPT TO:<$rest[0]>\r\nDATA\r\n" ],
		[ qr/^250/, '' ],
		[ qr/^354/, join("\r\n", "From: ana.perez\@example.org", "To: <$rest[0]>", "Subject: $rest[1] $c->{who} $c->{had}", "Message-ID: $id",
			'Date: Mon, 23 Nov 2026 10:00:00 +0000', '', "Texto de $c->{who}.", ".\r\n") ],
		[ qr/^250/, '', undef, $id ] ];
	syswrite $c->{sock}, $c->{todo}[0][2];
}

sub lmtp_read {
	my ($c, $end) = @_;
	while ($c->{sock} and $c->{in} =~ s/^([^\n]*)\r\n//) {
		my $l = $1;
		next if $l =~ /^\d{3}-/;
		if ($c->{pass}) { # what is left of a pipeline whose first was refused
			over($c, @{ delete $c->{why} }) if --$c->{pass} == 0;
			next;
		}
		my $step = shift @{ $c->{todo} };
		unless ($l =~ $step->[0]) {
			my ($code, $text) = $l =~ /^(\d{3}) (.*)/ or return over($c, 'strange', $l);
			$c->{pass} = $code eq '421' || !$step->[2] ? 0 : 2;
			$c->{why} = [ $code, $text ];
			over($c, $code, $text) unless $c->{pass};
			return unless $c->{sock};
			next;
		}
		syswrite $c->{sock}, $step->[1] if length $step->[1];
		if ($step->[3]) {
			open my $f, '>>', $rest[2] or die "$rest[2]: $!\n";
			syswrite $f, "$step->[3]\n";
			close $f;
			over($c, '250');
		} elsif (!@{ $c->{todo} }) {
			message($c);
		}
	}
	over($c, 'closed') if $end and $c->{sock};
}

dial({ who => $_, n => $_, had => 0 }) for 1 .. $clients;
while ($left > 0) {
	exit 1 if time > $until;
	for my $s ($sel->can_read(0.2)) {
		my $c = $of{ fileno $s } or next;
		next unless defined $c->{sock} and $c->{sock} == $s;
		my $n = sysread $s, $c->{in}, 65536, length $c->{in};
		$what eq 'http' ? http_read($c, !$n) : lmtp_read($c, !$n);
	}
}
