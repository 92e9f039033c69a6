#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# redirects.pl FORM-TOKEN MEMBER-TOKEN MODERATOR-TOKEN: every parameter that says
# where to go next, and every path that is answered with another, with all that a
# browser might take for somebody else's site or for a header.
use strict;
use warnings;
use lib "$ENV{TOP}/tests/lib";
use Web;

my ($form, $mine, $moderates) = @ARGV;
my $own = "http://127.0.0.1:$Web::port";
cookie_of($_) for qw(form ana rodrigo);

# As sent, percent-encoded.
my @elsewhere = split /\n/, <<'END';
//evil.example
///evil.example
////evil.example/..
%2F%2Fevil.example
%2f%2fevil.example/%2e%2e
/%5Cevil.example
%5C%5Cevil.example
%5C/evil.example
/%09/evil.example
/%0A/evil.example
/%0D/evil.example
%09//evil.example
%20//evil.example
%0A//evil.example
%00//evil.example
%E3%80%82//evil.example
/%E2%80%8B/evil.example
/%7F/evil.example
https://evil.example
https:evil.example
https:/evil.example
hTTps%3A%2F%2Fevil.example
http://127.0.0.1:1@evil.example/
javascript:alert(1)
%01javascript:alert(1)
java%0Ascript:alert(1)
data:text/html,x
evil.example
@evil.example
.evil.example
%3F//evil.example
%23//evil.example
/%0D%0ASet-Cookie:%20evil=1
/%0ASet-Cookie:%20evil=1
/x%0D%0A%0D%0A%3Cp%3Eevil
/%E5%98%8A%E5%98%8DSet-Cookie:%20evil=1
/%25%30%44%25%30%41Set-Cookie:%20evil=1
END

# Where a browser would go, and what a proxy would read, that is not ours.
sub strays {
	my ($head) = @_;
	my @found;
	my $to = location($head);
	$to =~ tr{\t\\}{/}s;
	$to =~ s{^\Q$own\E/}{/};
	push @found, "goes to $to" if $to ne '' && $to !~ m{^/(?:[^/]|$)};
	push @found, "has $1" if $head =~ /^((?:Set-Cookie:.*evil|evil)[^\r\n]*)/mi;
	return @found;
}

my %way = (
	'the page to sign in' => sub { web('GET', "/signin?next=$_[0]") },
	'asking for a link' => sub { web('POST', '/signin', as => 'form', body => "csrf=$form&addr=nadie%40example.org&next=$_[0]") },
	'a password' => sub { web('POST', '/signin/password', as => 'form', body => "csrf=$form&addr=itzel.barria%40example.org&password=prueba-agenda&next=$_[0]") },
	'what a web server says' => sub { web('POST', '/signin/remote', as => 'form', body => "csrf=$form&next=$_[0]") },
	'the choice of a language' => sub { web('POST', '/lang', as => 'ana', body => "csrf=$mine&lang=es&next=$_[0]") },
	'a path with a slash too many' => sub { web('GET', ($_[0] =~ m{^[/%]} ? '' : '/') . "$_[0]/") },
	'a path within ours' => sub { web('GET', "/g/agenda/$_[0]/") },
	'a page that asks to sign in' => sub { web('GET', "/me?$_[0]") },
	'the query of another path' => sub { web('GET', "/g/agenda/?before=$_[0]", as => 'ana') },
	'the way back of moderation' => sub { web('POST', '/moderation', as => 'rodrigo', body => "csrf=$moderates&back=$_[0]&claim=1") },
	'a Message-ID' => sub { web('GET', '/m/' . $_[0] =~ s{/}{%2F}gr) },
);
for my $name (sort keys %way) {
	my (@found, $redirects);
	for my $v (@elsewhere, '/help') {
		sql('DELETE FROM signin_failure') if $name =~ /link/;
		my ($status, $head) = $way{$name}->($v);
		push @found, "$v: no answer" unless $status;
		push @found, map { "$v: $_" } strays($head);
		$redirects++ if $status =~ /^30/;
	}
	none("nobody is led elsewhere by $name", @found);
	print "not ok\t$name never led anywhere\n" if !$redirects && $name !~ /page to sign|Message-ID|web server|within|moderation/;
}

my @kept;
for my $v (@elsewhere) {
	my ($status, undef, $page) = web('GET', "/signin?next=$v");
	my ($next) = $page =~ /name="next" value="([^"]*)"/;
	push @kept, "$v: " . ($next // 'none') unless $status == 400 || defined $next && $next =~ m{^/(?![/\\])[^\x00-\x20\\]*$};
}
none('the form to sign in keeps a way back of our own alone', @kept);

my @poisoned;
for my $path (qw(/ /signin /g/agenda /g/agenda/atom /help /search?q=tramites /nothing /g/agenda/ /me)) {
	for my $who ('', 'ana') {
		my (undef, $head, $body) = web('GET', $path, as => $who, head => join '', map { "$_\r\n" }
		    'Host: evil.example', 'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example;proto=https',
		    'X-Host: evil.example', 'X-Original-URL: //evil.example/', 'X-Forwarded-Prefix: //evil.example',
		    'Referer: http://evil.example/', 'X-Forwarded-Server: evil.example');
		push @poisoned, "$path $1" if "$head\n$body" =~ /([^\n]*evil\.example[^\n]*)/;
	}
}
none('no page has the name that was claimed for us', @poisoned);
