#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Clients that do not let go: asks again and again until FILE exists, and writes down
# how each answer came. One process, one line an attempt on stdout: what, milliseconds.
#	hammer.pl http PORT FILE PATH...	a connection for each request, as lighttpd serves them
#	hammer.pl lmtp PORT FILE RCPT TAG LOG	as an MTA: a message stays the same until it is
#						answered 250, which LOG then has; some on one connection
#	hammer.pl policy PORT FILE RCPT		as Postfix: a connection that was closed is opened again once
# HAMMER_PAUSE: seconds between two of them. http: the status, or what went wrong. lmtp: 250, 421 and 451 (polite), else what
# went wrong. policy: the action, or what went wrong.
use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes qw(time sleep);

my ($what, $port, $until, @rest) = @ARGV;
my $began = time;
my ($sock, $tag, $n) = (undef, $$, 0);
$SIG{PIPE} = 'IGNORE';
$| = 1;

sub dial {
	return IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 30);
}

sub line { # of $sock, within 30 s; undef: it was closed
	my $l = eval {
		local $SIG{ALRM} = sub { die "late\n" };
		alarm 30;
		my $x = <$sock>;
		alarm 0;
		$x;
	};
	return $@ ? 'late' : $l;
}

sub http {
	my $path = $rest[$n++ % @rest];
	$sock = dial() or return 'refused';
	print $sock "GET $path HTTP/1.0\r\nHost: 127.0.0.1:$port\r\n\r\n";
	my $first = line() // return 'closed';
	local $/;
	my $all = <$sock> // '';
	my ($code) = $first =~ m{^HTTP/1\.[01] (\d+)} or return 'strange';
	return $code == 200 && $all !~ m{</html>} ? 'cut' : $code;
}

my $message = 0;

sub reply {
	while (defined(my $l = line())) {
		return $l eq 'late' ? 'late' : substr $l, 0, 3 if $l eq 'late' or $l =~ /^\d{3} /;
	}
	return 'closed';
}

# A connection that ends after 421 was ended politely, whatever was said meanwhile.
sub lmtp {
	my ($rcpt, $word, $log) = @rest;
	unless ($sock) {
		$sock = dial() or return 'refused';
		my $r = reply();
		return ended($r) unless $r eq '220';
		print $sock "LHLO hammer.example\r\n";
		$r = reply();
		return ended($r) unless $r eq '250';
	}
	my $id = "<$word.$message.$$." . int($began * 1000) . '@hammer.example>';
	for my $step ([ 'MAIL FROM:<ana.perez@example.org>', '250' ], [ "RCPT TO:<$rcpt>", '250' ], [ 'DATA', '354' ]) {
		print $sock "$step->[0]\r\n";
		my $r = reply();
		return ended($r) unless $r eq $step->[1];
	}
	print $sock join("\r\n", "From: ana.perez\@example.org", "To: <$rcpt>", "Subject: $word $message", "Message-ID: $id",
		'Date: Mon, 23 Nov 2026 10:00:00 +0000', '', "Texto $message.", '.'), "\r\n";
	my $r = reply();
	return ended($r) unless $r eq '250';
	open my $f, '>>', $log or die "$log: $!\n";
	syswrite $f, "$id\n";
	close $f;
	if (++$message % 7 == 0) {
		print $sock "QUIT\r\n";
		reply();
		undef $sock;
	}
	return '250';
}

sub ended {
	my $r = shift;
	undef $sock;
	sleep 0.02;
	return $r;
}

sub policy {
	for my $try (1, 2) {
		my $old = defined $sock;
		$sock //= dial() or return 'refused';
		print $sock "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nclient_address=192.0.2.1\n",
			"client_name=unknown\nhelo_name=h.example\nsender=ana.perez\@example.org\nrecipient=$rest[0]\nsize=600\n\n";
		my $l = line();
		if (defined $l and $l =~ /^action=(\w+)/) {
			my $a = $1;
			line();
			return $a;
		}
		undef $sock;
		return 'late' if defined $l and $l eq 'late';
		return 'closed' unless $old;
	}
	return 'closed';
}

while (!-e $until) {
	my $t = time;
	my $r = $what eq 'http' ? http() : $what eq 'lmtp' ? lmtp() : policy();
	printf "%s %.1f\n", $r, (time - $t) * 1000;
	sleep($ENV{HAMMER_PAUSE} // 0.005);
}
