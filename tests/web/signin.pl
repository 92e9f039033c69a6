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

# what ends it, ends it at once
sub in_again { # WHO
	my (undef, $h) = web('POST', '/signin/password', as => 'form', body => "csrf=$form&next=/&addr=$known&password=otra-clave-larga");
	($Web::cookie{$_[0]}) = $h =~ /^Set-Cookie: (cabildo=[^;]*)/mi;
	return (web('GET', '/me', as => $_[0]))[0];
}
sub in { return join ' ', map { (web('GET', '/me', as => $_))[0] } @_ }
is_so('three devices are in', join(' ', map { in_again($_) } qw(one two three)), '200 200 200');
sql("UPDATE session SET expires_at = now() - interval '1 second' WHERE created_at = (SELECT max(created_at) FROM session)");
is_so('past its end a session is nobody\'s, row or no row', in('three', 'one'), '303 200');
my $token = token_of((web('GET', '/account/security', as => 'one'))[2]);
is_so('somebody else\'s cookie with a token that is not its own does nothing', (web('POST', '/account/security/end', as => 'two', body => "csrf=$token&device="))[0] . ' ' . in('one', 'two'), '403 200 200');
web('POST', '/account/security/end', as => 'one', body => "csrf=$token&device=");
is_so('signing out everywhere else leaves the one that asked', in('one', 'two'), '200 303');
in_again('two');
sql("UPDATE account SET closed_at = now() WHERE id = (SELECT account_id FROM address WHERE addr = '$known')");
is_so('who is closed out is out everywhere', in('one', 'two'), '303 303');
sql("UPDATE account SET closed_at = NULL WHERE id = (SELECT account_id FROM address WHERE addr = '$known')");
is_so('and in again when that is undone', in('one', 'two'), '200 200');
open my $cli, '|-', 'cabildo', '--config', "$ENV{TEST_TMP}/cabildo.conf", 'account', 'password', $known, '--stdin' or die;
print $cli "una-tercera-clave\n";
close $cli or print "not ok\tthe command line sets a password\tit failed\n";
is_so('a password that is set at the command line puts every device out', in('one', 'two'), '303 303');

# ---- guessing ----
sub guess { return join '', map { ('a' .. 'z', 2 .. 7)[rand 32] } 1 .. $_[0] }

# Every address whose path is a key, as anybody may ask for it; 60 are looked at kindly.
my @ways = (
	sub { web('GET', '/signin/' . guess(32), @_) }, sub { web('POST', '/signin/' . guess(32), @_, as => 'form', body => "csrf=$form") },
	sub { web('GET', '/c/' . guess(32), @_) }, sub { web('POST', '/c/' . guess(32), @_, as => 'form', body => "csrf=$form") },
	sub { web('GET', '/i/' . guess(32), @_) }, sub { web('POST', '/i/' . guess(32), @_, as => 'form', body => "csrf=$form&act=accept") },
	sub { web('GET', '/account/data/' . guess(32), @_) }, sub { web('POST', '/account/data/' . guess(32), @_, as => 'form', body => "csrf=$form") },
	sub { web('GET', '/u/1/' . guess(16), @_) }, sub { web('POST', '/u/1/' . guess(16), @_, body => 'List-Unsubscribe=One-Click') },
	sub { web('GET', '/p/1/' . guess(16), @_) }, sub { web('POST', '/p/1/' . guess(16), @_, body => 'delivery=none&attachments=list') },
	sub { web('GET', '/f/1/1/' . guess(16), @_) }, sub { web('POST', '/f/1/1/' . guess(16), @_, body => 'mode=mute') },
	sub { web('GET', '/s/1/0/' . guess(16), @_) }, sub { web('POST', '/s/1/0/' . guess(16), @_, body => 'List-Unsubscribe=One-Click') },
	sub { web('GET', '/r/1-1-20500-' . guess(16), @_) }, sub { web('GET', '/a/1-1-1-20500-' . guess(16), @_) },
);
my (@guessed, @words, $in);
for my $n (0 .. 5 * @ways - 1) {
	my ($s, $h, $b) = $ways[$n % @ways]->(from => '127.0.0.7');
	push @guessed, $s;
	$in++ if $h =~ /^Set-Cookie: cabildo=/mi;
	push @words, "way $n: no word of when to come back" if $s == 429 && $h !~ /^Retry-After: \d+\r?$/m;
	push @words, "way $n: the answer names a person or a group" if $b =~ /example\.org|agenda/i;
}
is_so('guessed links open nothing, whatever their kind', join(' ', $in // 0, grep { $_ != 404 && $_ != 429 } @guessed), '0');
is_so('sixty are answered that there is nothing, the next not even that', join(' ', map { scalar grep { $_ == 404 } @$_ } [@guessed[0 .. 59]], [@guessed[60 .. $#guessed]]), '60 0');
none('every answer is the same, and says nothing', @words);
my $right = guess(32);
my $hash = `printf %s $right | b2sum -l 256` =~ s/ .*//sr;
sql("INSERT INTO token (hash, purpose, account_id, data, expires_at) SELECT decode('$hash', 'hex'), 'signin', account_id, addr || chr(10) || '/me', now() + interval '5 minutes' FROM address WHERE addr = '$known'");
is_so('a link that is right opens for whoever sits behind the same address', join(' ', map { (web('GET', $_, from => '127.0.0.7'))[0] } "/signin/$right", '/signin/' . guess(32)), '200 429');
my ($used, $cookie) = web('POST', "/signin/$right", as => 'form', from => '127.0.0.7', body => "csrf=$form");
is_so('and signs in', $used . ($cookie =~ /^Set-Cookie: cabildo=/mi ? ' in' : ''), '303 in');
is_so('once: used, it is like one that never was', (web('POST', "/signin/$right", as => 'form', from => '127.0.0.7', body => "csrf=$form"))[0], 429);
is_so('from another address one that is wrong is nothing, as before', (web('GET', '/c/' . guess(32), from => '127.0.0.8'))[0], 404);
