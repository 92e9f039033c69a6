# SPDX-License-Identifier: Apache-2.0
# A web client for tests that ask thousands of times: one request a call, what is
# sent is what was given, byte for byte.
#
#	use lib "$ENV{TOP}/tests/lib"; use Web;
#	my ($status, $head, $body) = web('GET', '/me', as => 'ana');
package Web;
use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes ();
use Exporter 'import';
our @EXPORT = qw(web cookies_of cookie_of location token_of sql none is_so);

our $port = $ENV{SITE_HTTP};
our %cookie; # who => what they send
our $took;   # seconds of the last request

# options: as (whose cookies), body (of a form), head (more header lines), from (the client's address, of 127.0.0.0/8)
sub web {
	my ($method, $path, %o) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 20, $o{from} ? (LocalAddr => $o{from}) : ()) or die "port $port: $!\n";
	my $head = "$method $path HTTP/1.0\r\n";
	$head .= "Host: 127.0.0.1:$port\r\n" unless ($o{head} // '') =~ /^Host:/mi;
	$head .= "Accept-Language: es\r\n" unless ($o{head} // '') =~ /^Accept-Language:/mi;
	$head .= "Cookie: $cookie{$o{as}}\r\n" if $o{as} && $cookie{$o{as}};
	$head .= "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($o{body}) . "\r\n" if defined $o{body};
	$head .= $o{head} if $o{head};
	my $from = Time::HiRes::time;
	print $s "$head\r\n" . ($o{body} // '');
	local $/;
	my $all = <$s> // '';
	$took = Time::HiRes::time - $from;
	my ($h, $b) = split /\r\n\r\n/, $all, 2;
	$h //= '';
	my ($status) = $h =~ m{^HTTP/1\.[01] (\d+)};
	return ($status // 0, $h, $b // '');
}

sub cookie_of { # WHO: what http.sh keeps for them
	open my $f, '<', "$ENV{TEST_TMP}/cookie.$_[0]" or return '';
	chomp(my $c = <$f> // '');
	return $cookie{$_[0]} = $c;
}

sub cookies_of { # the cookies an answer sets
	return join '; ', $_[0] =~ /^Set-Cookie: ([^;\r\n]*)/mgi;
}

sub location {
	my ($to) = $_[0] =~ /^Location:[ \t]*([^\r\n]*)/mi;
	return $to // '';
}

sub token_of {
	my ($t) = $_[0] =~ /name="csrf"[^>]* value="([^"]+)"/;
	return $t // '';
}

# Rows of the test's database, as its superuser
sub sql {
	open my $p, '-|', 'psql', '-XqAt', '-d', "$ENV{CABILDO_TEST_DATABASE} user=postgres", '-c', $_[0] or die;
	local $/;
	my $r = <$p> // '';
	close $p or die "psql: $_[0]\n";
	return $r =~ s/\s+\z//r;
}

# A verdict a line, for tap_verdicts of http.sh
sub none { # TEXT, FINDINGS...
	my ($text, @found) = @_;
	print @found ? "not ok\t$text\t" . join(' | ', map { s/[\x00-\x1f]/?/gr } @found[0 .. ($#found > 7 ? 7 : $#found)]) . "\n" : "ok\t$text\n";
}

sub is_so { # TEXT, GOT, WANTED
	my ($text, $got, $want) = @_;
	print $got eq $want ? "ok\t$text\n" : "not ok\t$text\tgot $got, wanted $want\n";
}

1;
