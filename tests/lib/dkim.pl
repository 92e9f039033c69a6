#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# DKIM for tests, by Mail::DKIM: shares no code with what it judges.
#
#	dkim.pl key FILE			makes a key; prints its TXT record
#	dkim.pl sign FILE DOMAIN METHOD [OVER]	signs stdin (selector s); METHOD such as
#						simple/simple, OVER a field signed as absent
#	dkim.pl seal FILE DOMAIN AUTHSERV	seals stdin with ARC, as AUTHSERV's results say
#	dkim.pl verify DNS-PORT [ADDRESS]	prints `RESULT DOMAIN` of each signature of stdin
#	dkim.pl chain DNS-PORT [ADDRESS]	prints `RESULT SETS` of its ARC chain
#
# Lines may end in LF; signed messages leave with CRLF.
use strict;
use warnings;
use Crypt::OpenSSL::RSA;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;

my ($what, @arg) = @ARGV;

sub message {
	local $/;
	my $m = <STDIN>;
	$m =~ s/\r?\n/\r\n/g;
	return $m;
}

sub resolver {
	my ($port, $addr) = @_;
	require Net::DNS;
	Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => [$addr // '127.0.0.1'], port => $port,
		recurse => 1));
}

if ($what eq 'key') {
	my $rsa = Crypt::OpenSSL::RSA->generate_key(1024);
	open(my $f, '>', $arg[0]) or die "$arg[0]: $!";
	print $f $rsa->get_private_key_string;
	close($f);
	my $p = $rsa->get_public_key_x509_string;
	$p =~ s/-----.*-----|\s//g;
	print "v=DKIM1; k=rsa; p=$p\n";
} elsif ($what eq 'sign') {
	my ($file, $domain, $method, $over) = @arg;
	my $s = Mail::DKIM::Signer->new(Algorithm => 'rsa-sha256', Method => $method, Domain => $domain,
		Selector => 's', Key => Mail::DKIM::PrivateKey->load(File => $file));
	$s->extended_headers({ $over => '+' }) if defined $over;
	my $m = message();
	$s->PRINT($m);
	$s->CLOSE;
	my $sig = $s->signature->as_string;
	$sig =~ s/\r?\n/\r\n/g;
	print "$sig\r\n$m";
} elsif ($what eq 'seal') {
	require Mail::DKIM::ARC::Signer;
	my ($file, $domain, $srv) = @arg;
	my $s = Mail::DKIM::ARC::Signer->new(Algorithm => 'rsa-sha256', Domain => $domain, SrvId => $srv,
		Selector => 's', Key => Mail::DKIM::PrivateKey->load(File => $file), Chain => 'none');
	my $m = message();
	$s->PRINT($m);
	$s->CLOSE;
	die $s->result_detail . "\n" if $s->result ne 'sealed';
	print map { s/\r?\n/\r\n/gr . "\r\n" } $s->as_strings;
	print $m;
} elsif ($what eq 'chain') {
	require Mail::DKIM::ARC::Verifier;
	resolver(@arg);
	my $v = Mail::DKIM::ARC::Verifier->new();
	my $m = message();
	my ($head) = split(/\r\n\r\n/, $m, 2);
	my $sets = () = $head =~ /^ARC-Seal:/gmi;
	$v->PRINT($m);
	$v->CLOSE;
	print $v->result . " $sets\n";
} elsif ($what eq 'verify') {
	resolver(@arg);
	my $v = Mail::DKIM::Verifier->new();
	$v->PRINT(message());
	$v->CLOSE;
	print $_->result . ' ' . $_->domain . ' ' . $_->result_detail . "\n" for $v->signatures;
	print "none\n" if !$v->signatures;
} else {
	die "usage: dkim.pl key|sign|seal|verify|chain ...\n";
}
