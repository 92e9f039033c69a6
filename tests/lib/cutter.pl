#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A connection that breaks: passes bytes between its port and another, and cuts
# each connection, both sides at once, where FILE says: `after N` bytes from the
# server, `at WORD` once the client sends it, `never`; or goes silent: `stall N`
# bytes. FILE is read anew for each
# connection.
#	cutter.pl PORT TO-PORT FILE
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($port, $to, $file) = @ARGV;
my $listen = IO::Socket::INET->new(
	LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 16, ReuseAddr => 1)
	or die "cutter: $!\n";
$SIG{CHLD} = 'IGNORE';

sub rule {
	open my $f, '<', $file or return ('never', '');
	my ($how, $what) = split ' ', (<$f> // 'never');
	return ($how // 'never', $what // '');
}

sub carry {
	my ($client, $server) = @_;
	my ($how, $what) = rule();
	my $s = IO::Select->new($client, $server);
	my $seen = 0;

	while (my @ready = $s->can_read) {
		for my $from (@ready) {
			my $n = sysread($from, my $bytes, 4096);
			return unless $n;
			if ($from == $server) {
				$seen += $n;
				return if $how eq 'after' && $seen > $what;
				sleep 3600 if $how eq 'stall' && $seen > $what;
				syswrite($client, $bytes) or return;
			} else {
				return if $how eq 'at' && $bytes =~ /\b\Q$what\E\b/i;
				syswrite($server, $bytes) or return;
			}
		}
	}
}

while (1) {
	my $client = $listen->accept or next;
	if (fork) {
		close $client;
		next;
	}
	my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $to);
	carry($client, $server) if $server;
	exit 0;
}
