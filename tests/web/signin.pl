#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# signin.pl FORM-TOKEN: what the doors tell, and what becomes of a session.
use strict;
use warnings;
use lib "$ENV{TOP}/tests/lib";
use Web;

my ($form) = @ARGV;
my $db = "$ENV{CABILDO_TEST_DATABASE} user=postgres";
cookie_of('form');

sub bare {
	my ($status, $head, $body, @said) = @_;
	my $all = "$status\n" . location($head) . "\n$body";
	$all =~ s/name="csrf" value="[^"]*"//g;
	$all =~ s/\Q$_\E//g for @said;
	return $all;
}

# ---- who is known ----
my ($known, $unknown, $nopass) = ('julio.zelaya@example.org', 'julio.zelayb@example.org', 'sin.clave@example.org');
sql("INSERT INTO account (name, locale) VALUES ('Sin Clave', 'es'); INSERT INTO address (account_id, addr, is_primary, verified_at) SELECT max(id), '$nopass', true, now() FROM account");
for my $way (['a link', '/signin', ''], ['a wrong password', '/signin/password', '&password=equivocada']) {
	my ($name, $path, $more) = @$way;
	my @a = map { bare(web('POST', $path, as => 'form', body => "csrf=$form&next=/&addr=$_$more"), $_) } $known, $unknown, $nopass;
	is_so("$name: the same words for an address that is known and one that is not", $a[0] eq $a[1] && $a[0] eq $a[2] ? 'same' : 'others', 'same');
}

sub slower { # of n pairs, the share in which the first took longer
	my ($n, $before, $x, $y) = @_;
	my (@x, @y);
	for my $i (1 .. $n + 3) {
		for my $which ($i % 2 ? (0, 1) : (1, 0)) {
			$before->();
			($which ? $y : $x)->();
			push @{$which ? \@y : \@x}, $Web::took if $i > 3;
		}
	}
	my $sum = 0;
	for my $a (@x) {
		$sum += $a > $_ ? 1 : $a == $_ ? 0.5 : 0 for @y;
	}
	return $sum / ($n * $n);
}

# A share of 0.5 is nothing to tell; with 40 of each 0.065 is one deviation.
sub same_time {
	my ($text, @how) = @_;
	my $share = slower(40, @how);
	$share = slower(40, @how) if abs($share - 0.5) > 0.26; # what a busy machine did does not come twice
	none("$text take as long", abs($share - 0.5) > 0.26 ? sprintf('in %.0f %% of the pairs longer', 100 * $share) : ());
}

# one connection to the database for all the forgetting between two tries
open my $psql, '|-', 'psql', '-Xq', '-o', '/dev/null', '-d', $db or die;
{ my $old = select $psql; $| = 1; select $old; }
my $forget = sub {
	print $psql "delete from signin_failure; delete from token; delete from outbound;\n";
	select undef, undef, undef, 0.02;
};
my $post = sub { my ($path, $addr, $more) = @_; sub { web('POST', $path, as => 'form', body => "csrf=$form&next=/&addr=$addr$more") } };
same_time('links for an address that is known and one that is not', $forget, $post->('/signin', $known, ''), $post->('/signin', $unknown, ''));
same_time('passwords for an address that is known and one that is not', $forget, $post->('/signin/password', $known, '&password=x'), $post->('/signin/password', $unknown, '&password=x'));
same_time('passwords for an account that has one and one that has none', $forget, $post->('/signin/password', $known, '&password=x'), $post->('/signin/password', $nopass, '&password=x'));
$forget->();
close $psql;

# ---- sessions ----
my $planted = 'a' x 48;
$Web::cookie{victim} = "$Web::cookie{form}; cabildo=$planted";
my (undef, undef, $page) = web('GET', '/signin', as => 'victim');
my (undef, $head) = web('POST', '/signin/password', as => 'victim', body => 'csrf=' . token_of($page) . "&next=/&addr=$known&password=prueba-agenda");
my ($given) = $head =~ /^Set-Cookie: cabildo=([^;]*)/mi;
is_so('a session that was planted is not taken over: a new one is made', defined $given && $given ne $planted && length $given >= 40 ? 'new' : 'planted', 'new');
$Web::cookie{attacker} = "cabildo=$planted";
is_so('and the planted one is nobody\'s', (web('GET', '/me', as => 'attacker'))[0], 303);
for my $bad ("cabildo=$given; cabildo=$planted", 'cabildo=' . ('b' x 5000), 'cabildo=%00', "cabildo=' or 1=1 --") {
	$Web::cookie{odd} = $bad;
	my ($status) = web('GET', '/me', as => 'odd');
	none('no harm is done by the cookie ' . substr($bad, 0, 10) . '...' . length $bad, $status =~ /^(?:200|303|400)$/ ? () : "answered $status");
}
$Web::cookie{victim} = "cabildo=$given";
is_so('the new one is in', (web('GET', '/me', as => 'victim'))[0], 200);
is_so('only its hash is kept', sql("SELECT count(*) FROM session s WHERE s::text LIKE '%$given%'"), 0);

# a form drawn before the sign-in is not one of the session's
is_so('a form drawn before is worth nothing in the session', (web('POST', '/signout', as => 'victim', body => "csrf=$form"))[0], 403);
my ($status, undef, $me) = web('GET', '/me', as => 'victim');
my $mine = token_of($me);
# another site can post a form, but not ours
for my $from (['Origin: http://evil.example', ''], ['Origin: null', ''], ["Sec-Fetch-Site: cross-site", ''], ['Sec-Fetch-Site: same-site', '']) {
	is_so("a form sent by another site is refused ($from->[0])", (web('POST', '/me', as => 'victim', body => "csrf=$mine&locale=en&theme=auto", head => "$from->[0]\r\n"))[0], 403);
}
is_so('the language of an account is not changed by another site\'s form', (web('POST', '/lang', as => 'victim', body => 'lang=fr&next=/'))[0], 403);
is_so('it is by ours', (web('POST', '/lang', as => 'victim', body => "lang=es&next=/&csrf=$mine"))[0], 303);
is_so('nobody is signed in by a form that is not ours', (web('POST', '/signin/password', body => "next=/&addr=$known&password=prueba-agenda"))[0], 403);

# a second device; a new password ends the others; signing out ends it for good
(undef, $head) = web('POST', '/signin/password', as => 'form', body => "csrf=$form&next=/&addr=$known&password=prueba-agenda");
($Web::cookie{second}) = $head =~ /^Set-Cookie: (cabildo=[^;]*)/mi;
is_so('a second device is in', (web('GET', '/me', as => 'second'))[0], 200);
web('POST', '/account/password', as => 'victim', body => "csrf=$mine&before=prueba-agenda&after=otra-clave-larga");
is_so('a new password puts the other devices out', (web('GET', '/me', as => 'second'))[0], 303);
is_so('not the one that set it', (web('GET', '/me', as => 'victim'))[0], 200);
web('POST', '/signout', as => 'victim', body => "csrf=$mine");
is_so('what was signed out is out, whoever kept the cookie', (web('GET', '/me', as => 'victim'))[0], 303);
is_so('a session ends by itself', sql("SELECT count(*) FROM session WHERE expires_at > now() + interval '400 days'"), 0);

# ---- guessing ----
my $in = 0;
for my $n (1 .. 200) {
	my $guess = join '', map { ('a' .. 'z', 2 .. 7)[rand 32] } 1 .. 32;
	for my $path ("/signin/$guess", "/c/$guess", "/i/$guess", "/account/data/$guess") {
		last if $n > 25;
		my ($s, $h) = web('POST', $path, as => 'form', body => "csrf=$form&act=accept");
		$in++ if $h =~ /^Set-Cookie: cabildo=/mi;
	}
	my ($s) = web('POST', "/u/1/" . substr($guess, 0, 16));
	$in++ if $s < 400;
}
is_so('300 guessed tokens open nothing', $in, 0);
