#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# lmtp.pl PORT FROM TO...: standard input goes as it is between DATA and CRLF.CRLF, so
# that it may hold what a client must not send. Prints each reply to DATA, and whatever
# else the server says before QUIT is answered.
use strict;
use warnings;
use IO::Socket::INET;

my ($port, $from, @to) = @ARGV;
binmode STDIN;
my $data = do { local $/; <STDIN> };
my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 20) or die "port $port: $!\n";
binmode $s;
$SIG{ALRM} = sub { print "no answer\n"; exit 1 };
alarm 30;

sub reply {
	my $l = '';
	do { $l = <$s> // 'closed'; } while $l =~ /^\d\d\d-/;
	return $l =~ s/\s+\z//r;
}

sub say_to {
	print $s "$_[0]\r\n";
	return reply();
}

reply();
say_to('LHLO attacker.example');
say_to("MAIL FROM:<$from>");
my @taken;
for my $to (@to) {
	my $r = say_to("RCPT TO:<$to>");
	$r =~ /^2/ ? push @taken, $to : print "$r\n";
}
exit 0 unless @taken;
say_to('DATA');
print $s $data, "\r\n.\r\n", "NOOP\r\nQUIT\r\n";
print reply(), "\n" for @taken;
my $rest = join ' ', map { substr $_, 0, 3 } reply(), reply();
print $rest eq '250 221' ? "and no more\n" : "then $rest\n";
