#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# hidden.pl ROUTES.DEF THREAD-OF-CERRADO THREAD-OF-SECRETO HOLD OPEN-THREAD: asks for what is
# there and may not be seen, and for what is not there, and compares.
use strict;
use warnings;
use lib "$ENV{TOP}/tests/lib";
use Web;

my ($def, $closed, $secret, $hold, $open) = @ARGV;
my $none = 987654321;
my %csrf;
cookie_of($_) for qw(ana julio);
$csrf{$_} = token_of((web('GET', '/me', as => $_))[2]) for qw(ana julio);
{
	my (undef, $head, $page) = web('GET', '/signin');
	$Web::cookie{nobody} = cookies_of($head);
	$csrf{nobody} = token_of($page);
}

# An answer without what was asked: names, numbers, tokens drawn for the page.
sub bare {
	my ($status, $head, $body, @asked) = @_;
	my $all = "$status\n" . location($head) . "\n" . join("\n", sort grep { !/^(?:date|set-cookie|etag|content-length)/i } split /\r\n/, $head) . "\n$body";
	$all =~ s{ · \d{4}-\d\d-\d\dT[\d:]+Z}{}g; # of an error page
	$all =~ s/name="csrf" value="[^"]*"/csrf/g;
	for my $a (sort { length $b <=> length $a } grep { $_ ne '' } @asked) {
		(my $e = $a) =~ s{([^A-Za-z0-9._~-])}{sprintf '%%%02X', ord $1}ge;
		$all =~ s/\Q$_\E/ASKED/g for $a, $e;
	}
	return $all;
}

sub differ {
	my ($x, $y) = @_;
	my @x = split /\n/, $x;
	my @y = split /\n/, $y;
	for my $i (0 .. ($#x > $#y ? $#x : $#y)) {
		return substr(($x[$i] // '(end)') . ' <> ' . ($y[$i] // '(end)'), 0, 200) if ($x[$i] // '') ne ($y[$i] // '');
	}
	return '';
}

my @routes;
open my $f, '<', $def or die;
while (<$f>) {
	push @routes, [$1, $2] if m{^ROUTE\((GET|POST), "(/g/:list[^"]*)"};
}
die 'no routes' if @routes < 40;

# What a form of each POST would hold, so that the handler is reached.
my $fields = 'what=add&roster=members&act=%s&mode=follow&to=1&subject=x&text=x&form_id=aaaaaaaaaaaaaaaaaaaa&seen=aaaaaaaaaaaaaaaa&' .
    'why=x&revisions=0&reason=x&from=&until=&name=x&title=x&field=subject&pattern=x&follows=hold&kind=reject&locale=es&body=x&addr=x%%40y.example&csv=x';
my %act = (invitations => 'withdraw', file => 'preview', filters => 'add', bans => 'add', texts => 'preview', handover => 'plan', tools => 'lock',
	new => 'preview', reply => 'preview', edit => 'preview');

my (%bad, %leak, $asked);
for my $r (@routes) {
	my ($method, $pattern) = @$r;
	my ($last) = grep { exists $act{$_} } reverse split m{/}, $pattern;
	for my $who (qw(nobody julio)) {
		my @seen;
		for my $try (['cerrado', $closed], ['secreto', $secret], ['ninguno', $none], ['ninguno', $closed], ['cerrado', $none]) {
			my ($list, $thread) = @$try;
			# what needs no thread says the same whatever its number
			next if $pattern !~ /:thread/ && $thread != ($list eq 'cerrado' ? $closed : $list eq 'secreto' ? $secret : $none);
			my $path = $pattern =~ s/:list/$list/r =~ s/:thread/$thread/r =~ s/:post/1/r =~ s/:n\b/1/r =~ s/:name/archivo.txt/r;
			my $body = $method eq 'POST' ? sprintf($fields, $act{$last // ''} // '') . "&csrf=$csrf{$who}" : undef;
			my ($status, $head, $page) = web($method, $path, as => $who, body => $body);
			$asked++;
			push @{$leak{$who}}, "$method $path" if $page =~ /zanzibar/ || $status == 200;
			push @seen, [$path, bare($status, $head, $page, $list, $thread)];
		}
		for my $s (@seen[1 .. $#seen]) {
			my $d = differ($seen[0][1], $s->[1]);
			push @{$bad{$who}}, "$method $seen[0][0] and $s->[0]: $d" if $d ne '';
		}
	}
}
for my $who (qw(nobody julio)) {
	none("$who: nothing of a private group on any of its pages", @{$leak{$who} // []});
	none("$who: a private group answers everywhere like one that is not there", @{$bad{$who} // []});
}

# pair TEXT, WHO, PATH-THERE, PATH-NOT-THERE, WORDS...
sub pair {
	my ($text, $who, $there, $not, @words) = @_;
	my @a = web('GET', $there, as => $who);
	my @b = web('GET', $not, as => $who);
	my $d = differ(bare(@a, @words), bare(@b, @words));
	none("$who: $text", $d ne '' ? $d : (), $a[2] =~ /Texto|Asunto/ ? 'it is shown' : ());
}

for my $who (qw(nobody julio)) {
	pair('a Message-ID of a private post is like one of none', $who, '/m/c1@example.org', '/m/c9@example.org', 'c1@example.org', 'c9@example.org');
	pair('a word of private posts is found as little as one of none', $who, '/search?q=zanzibar', '/search?q=zanzibor', 'zanzibar', 'zanzibor');
	pair('search within a private group is like within none', $who, '/search?q=texto&list=cerrado', '/search?q=texto&list=ninguno', 'cerrado', 'ninguno');
	pair('what waits there is like what does not', $who, "/moderation/$hold", "/moderation/$none", $hold, $none);
	pair('a thread of theirs under the name of an open group is like none', $who, "/g/agenda/$closed", "/g/agenda/$none", $closed, $none);
	my (undef, undef, $home) = web('GET', '/', as => $who);
	none("$who: the first page names no private group", $home =~ /(zanzibar|cerrado|secreto)/);
}
my ($status, undef, $page) = web('GET', "/g/cerrado/$closed", as => 'ana');
is_so('its members read it (the comparison means something)', "$status" . ($page =~ /Texto zanzibar/ ? ' text' : ''), '200 text');

# What a browser or cache of a member kept is confirmed to nobody else.
my @confirmed;
for my $path ("/g/cerrado/$closed", '/g/cerrado', '/g/cerrado/atom', '/', '/me', "/g/agenda/$open") {
	my (undef, $head) = web('GET', $path, as => 'ana');
	my ($etag) = $head =~ /^ETag: (.*?)\r?$/mi;
	for my $who (qw(julio nobody)) {
		for my $match (($etag ? ($etag, $etag =~ s{^W/}{}r) : ()), '*') {
			my ($got) = web('GET', $path, as => $who, head => "If-None-Match: $match\r\n");
			push @confirmed, "$path to $who: 304 for $match" if $got == 304 && $match ne '*' || $got == 304 && $path =~ /cerrado/;
		}
	}
}
none('what a member has seen is confirmed to nobody else by its ETag', @confirmed);

# Nor may a member's answer be given to anybody by a cache in between.
my @kept;
for my $who ('ana', 'julio') {
	for my $path ("/g/cerrado/$closed", '/g/cerrado', '/', '/me', "/g/agenda/$open", "/g/agenda/$open/1", '/search?q=texto', '/g/agenda/atom', '/nothing') {
		my (undef, $head) = web('GET', $path, as => $who);
		my ($cc) = $head =~ /^Cache-Control: (.*?)\r?$/mi;
		my ($vary) = $head =~ /^Vary: (.*?)\r?$/mi;
		push @kept, "$path of $who: " . ($cc // 'nothing said') . ', ' . ($vary // 'without Vary')
		    unless ($cc // '') =~ /\b(?:private|no-store)\b/ && ($cc // '') !~ /public|s-maxage/ && ($vary // '') =~ /\bCookie\b/;
		push @kept, "$path of $who has an ETag for a page that is theirs alone" if $head =~ /^ETag:/mi;
	}
}
none('no cache may keep what a member is shown', @kept);

# The statements themselves, without the programs that ask before them: who looks is in each.
# One that forgot would be seen here, though no page shows it.
my %statement;
for my $file (glob "$ENV{TOP}/server/db/sql/*.sql") {
	open my $in, '<', $file or die;
	local $/;
	for my $part (split /^-- name: /m, <$in>) {
		my ($name, $text) = $part =~ /^(\w+)\n(.*)/s or next;
		$statement{$name} = $text =~ s/^--.*\n//mgr;
	}
}
# $1 is who looks, $2 whether an administrator; from $3 on. %s: the hidden group's thread.
my %look = (
	groups_visible => [], group_by_name => [q('secreto')], threads_latest => [],
	thread_head => [q('secreto'), $secret], redirect_of_post => [q((select id from thread where number = %s)), 77],
	post_by_msgid => [q((select msgid_hash from post where msgid = 's1@example.org')), 'null'],
	post_raw_id => [q('secreto'), $secret, 1], post_fold_get => [q('secreto'), $secret, 1], post_for_edit => [q('secreto'), $secret, 1],
	attachment_find => [q('secreto'), $secret, 1, 1], read_mark_set => [q('secreto'), $secret, 1],
	roster_head => [q('secreto')], invite_group => [q('secreto')],
	search_candidates => [q('zanzibar'), 'null', 'false', 'false'], search_newest => [q('zanzibar')], search_newest_in => [q('zanzibar'), q('secreto')],
	acts_of_thread => [q((select id from thread where number = %o)), 10],
);
# what there is of it in the answer, where a row alone gives nothing away
my %tells = (acts_of_thread => 'zanzibar', search_candidates => 'Texto', groups_visible => 'secreto@', threads_latest => 'secreto', invite_group => 'secreto');
sub rows {
	my ($name, $who, $admin) = @_;
	my @args = ($who, $admin, @{$look{$name}});
	my $text = $statement{$name} =~ s/\$(\d+)/($args[$1 - 1])/gr;
	$text =~ s/%s/$secret/g;
	$text =~ s/%o/$open/g;
	$text =~ s/\)::/)::/g;
	$text .= ' returning *' if $text =~ /^insert/i;
	return sql("begin;
		update post set account_id = (select account_id from address where addr = 'julio.zelaya\@example.org') where msgid = 's1\@example.org';
		insert into post_redirect (thread_id, number, post_id) select thread_id, 77, id from post where msgid = 's1\@example.org';
		insert into thread_act (kind, list_id, thread_id, other_id) select 'move', p.list_id, (select id from thread where number = $open), p.thread_id from post p where p.msgid = 's1\@example.org';
		with looked as ($text) select count(*) from (select looked::text as r from looked) x where r ~ '" . ($tells{$name} // '') . "'; rollback");
}
my (@forgot, @nothing);
push @forgot, map { "$_ stands in no row here" } grep { $statement{$_} =~ /visibility = 'public' or \w*s\.id is not null/ && !$look{$_} } sort keys %statement;
my %id = map { $_ => sql("select account_id from address where addr = '$_\@example.org'") } qw(julio.zelaya rodrigo.mejia);
for my $name (sort keys %look) {
	for my $who ($id{'julio.zelaya'}, $name eq 'read_mark_set' ? () : 'null') {
		my $n = rows($name, $who, 'false');
		push @forgot, "$name: $n rows for " . ($who eq 'null' ? 'nobody' : 'somebody of another group') if $n ne '0';
	}
	push @nothing, $name unless rows($name, $id{'rodrigo.mejia'}, 'false') > 0;
}
none('no statement gives away what the one who looks may not see', @forgot);
none('each gives it to who may', @nothing);

# Time. Asked in turns, so that whatever else the machine does falls on both; the share of
# pairs in which one took longer is a half where there is nothing to tell.
sub slower {
	my ($n, $x, $y) = @_;
	my (@x, @y);
	for my $i (1 .. $n + 10) {
		for my $which ($i % 2 ? (0, 1) : (1, 0)) {
			($which ? $y : $x)->();
			push @{$which ? \@y : \@x}, $Web::took if $i > 10;
		}
	}
	my @all = sort { $a->[0] <=> $b->[0] } (map { [$_, 0] } @x), (map { [$_, 1] } @y);
	my $sum = 0;
	$sum += $all[$_][1] == 0 ? $_ + 1 : 0 for 0 .. $#all;
	return ($sum - $n * ($n + 1) / 2) / ($n * $n);
}

# With 500 of each a share of 0.41 or 0.59 is five deviations away: chance does not do it.
# (What a search finds nothing for takes as long as it takes to look: there it is coarser.)
sub same_time {
	my ($text, $x, $y, $far) = @_;
	my $n = 500;
	$far //= 0.09;
	my $share = slower($n, $x, $y);
	# what a busy machine did to it would not come twice
	$share = slower($n, $x, $y) if abs($share - 0.5) > $far;
	none("$text takes as long", abs($share - 0.5) > $far ? sprintf('in %.0f %% of the pairs longer', 100 * $share) : ());
}

my $get = sub { my ($who, $path) = @_; sub { web('GET', $path, as => $who) } };
same_time('a private group and one that is not there', $get->('julio', '/g/secreto'), $get->('julio', '/g/ninguno'));
same_time('a private thread and one that is not there', $get->('julio', "/g/secreto/$secret"), $get->('julio', "/g/ninguno/$none"));
same_time('a private file and one that is not there', $get->('nobody', "/g/secreto/$secret/1/1/a.txt"), $get->('nobody', "/g/ninguno/$none/1/1/a.txt"));
same_time('a Message-ID of a private post and one of none', $get->('julio', '/m/s1@example.org'), $get->('julio', '/m/s9@example.org'));
same_time('a search for a private word and one for none', $get->('julio', '/search?q=zanzibar'), $get->('julio', '/search?q=zanzibor'), 0.15);
