#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# A DNS server for tests, UDP: dnsd.pl PORT-FILE ZONE-FILE LOG-FILE [ADDRESS PORT],
# else 127.0.0.1 and any port.
# The zone is read anew for each question: lines `name TXT text` (long ones are
# cut into strings), `name A 127.0.0.1`, `name MX 10 host`, `name SILENT`,
# `name SERVFAIL`; what is not there does not exist. Each question is a line of
# the log, `name TYPE`.
use strict;
use warnings;
use IO::Socket::INET;

my ($portfile, $zonefile, $logfile, $addr, $port) = @ARGV;
my $s = IO::Socket::INET->new(LocalAddr => $addr // '127.0.0.1', LocalPort => $port // 0, Proto => 'udp') or die "socket: $!";
my %type = (1 => 'A', 2 => 'NS', 5 => 'CNAME', 6 => 'SOA', 15 => 'MX', 16 => 'TXT', 28 => 'AAAA');
my %number = reverse %type;

open(my $p, '>', "$portfile.new") or die "$portfile: $!";
print $p $s->sockport, "\n";
close($p);
rename("$portfile.new", $portfile) or die "$portfile: $!";

sub name_wire {
	my ($n) = @_;
	return join('', map { pack('C/a*', $_) } split(/\./, $n)) . "\0";
}

sub zone {
	my ($name) = @_;
	my @rows;
	open(my $z, '<', $zonefile) or die "$zonefile: $!";
	while (<$z>) {
		chomp;
		my ($n, $t, $v) = split(' ', $_, 3);
		push @rows, [ $t, $v // '' ] if defined $t && lc $n eq $name;
	}
	return @rows;
}

sub data {
	my ($t, $v) = @_;
	return join('', map { pack('C/a*', $_) } unpack('(a200)*', $v)) if $t eq 'TXT';
	return pack('C4', split(/\./, $v)) if $t eq 'A';
	return pack('n', (split(' ', $v))[0]) . name_wire((split(' ', $v))[1]) if $t eq 'MX';
	return name_wire($v);
}

while (1) {
	my $from = recv($s, my $q, 1500, 0);
	next if !defined $from || length($q) < 17;
	my ($id, $flags, $qd) = unpack('n3', $q);
	my ($at, @labels) = (12);
	while ($at < length($q) && (my $n = ord(substr($q, $at, 1)))) {
		push @labels, lc substr($q, $at + 1, $n);
		$at += $n + 1;
	}
	next if $qd != 1 || $at + 5 > length($q);
	my $name = join('.', @labels);
	my $t = $type{ unpack('n', substr($q, $at + 1, 2)) } // '?';
	open(my $l, '>>', $logfile) or die "$logfile: $!";
	print $l "$name $t\n";
	close($l);
	my @rows = zone($name);
	next if grep { $_->[0] eq 'SILENT' } @rows;
	my @found = grep { $_->[0] eq $t } @rows;
	my $rcode = (grep { $_->[0] eq 'SERVFAIL' } @rows) ? 2 : @rows ? 0 : 3;
	my $answer = join('', map { "\xc0\x0c" . pack('nnNn/a*', $number{ $_->[0] }, 1, 300, data(@$_)) } @found);
	# QR, AA, RD as asked, RA
	send($s, pack('n6', $id, 0x8480 | ($flags & 0x100) | $rcode, 1, scalar @found, 0, 0) .
		substr($q, 12, $at + 5 - 12) . $answer, 0, $from);
}
