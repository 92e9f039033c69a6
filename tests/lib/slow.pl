#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Clients that never come to an end: N connections to PORT, on each a byte a second of
# what they have to say, until FILE exists. Prints how many it has once all stand.
#	slow.pl lmtp|http PORT N FILE
use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes qw(sleep);

my ($what, $port, $n, $until) = @ARGV;
my $say = $what eq 'http' ? "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " . 'x' x 4000 : "LHLO slow.example.org\r\nMAIL FROM:<a\@example.org>\r\n" . "NOOP\r\n" x 500;
$SIG{PIPE} = 'IGNORE';
$| = 1;
my @s;
for (1 .. $n) {
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 20) or last;
	$s->blocking(0);
	push @s, $s;
}
print scalar @s, "\n";
for (my $i = 0; !-e $until and $i < length $say; $i++) {
	for (@s) {
		syswrite $_, substr $say, $i, 1;
		sysread $_, my $answer, 4096;
	}
	sleep 1;
}
