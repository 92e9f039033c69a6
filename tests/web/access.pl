#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Walks tests/web/access.tsv: every row as every role, and holds the answers
# against it: all GETs, or the POSTs that are refused (among them each without
# a token and with one drawn for somebody else), or those that are allowed.
#
#	access.pl PORT ROUTES.DEF ACCESS.TSV NAMES ROLES GET|refused|allowed
#
# Every answer on the way, of whatever status and to whomever, is held against
# the walls that all pages share (walls()).
#
# NAMES: lines `name=value` for the {name}s of the table. ROLES: lines
# `role<TAB>cookies`, in the order of the columns. A verdict a line on stdout:
# ok or not ok, tab, text, tab, why.
use strict;
use warnings;
use IO::Socket::INET;

my ($port, $routes, $table, $names, $roles, $only) = @ARGV;
my @columns = qw(nobody outsider member elsewhere moderator owner admin);
my (%name, %cookie, %token);

sub lines {
	open my $f, '<', $_[0] or die "$_[0]: $!\n";
	return grep { !/^#/ && /\S/ } map { chomp; $_ } <$f>;
}

sub say_it {
	my ($good, $text, $why) = @_;
	print $good ? "ok\t$text\n" : "not ok\t$text\t$why\n";
}

# The status, the Location and the body.
sub ask {
	my ($method, $path, $who, $body) = @_;
	# each role from an address of its own: what one guesses is not held against the next
	my ($place) = grep { $columns[$_] eq $who } 0 .. $#columns;
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", LocalAddr => '127.0.1.' . (1 + ($place // 9)), Timeout => 20) or die "port $port: $!\n";
	my $head = "$method $path HTTP/1.0\r\nHost: 127.0.0.1:$port\r\nAccept-Language: en\r\n";
	$head .= "Cookie: $cookie{$who}\r\n" if $cookie{$who};
	$head .= "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($body) . "\r\n"
	    if defined $body;
	print $s "$head\r\n" . ($body // '');
	local $/;
	my $all = <$s> // '';
	my ($status) = $all =~ m{^HTTP/1\.[01] (\d+)};
	my ($to) = $all =~ /^Location: (\S+)/mi;
	walls("$method $path as $who", $all);
	return ($status // 0, $to // '', $all);
}

# What every answer keeps to, and how many did; what did not stands in %broken.
my @walls = (
	['a content policy without anything inline', \&policy],
	['no script, style or handler within the page', \&inline],
	['its type is not guessed', sub { $_[0] =~ /^X-Content-Type-Options: nosniff$/m }],
	['shown in no frame of others', sub { $_[0] =~ /^X-Frame-Options: DENY$/m }],
	['nothing of where one was goes to other sites', sub { $_[0] =~ /^Referrer-Policy: (?:same-origin|no-referrer)$/m }],
	['kept by no cache for somebody else', \&cache],
	['cookies are out of reach of scripts and of other sites', \&cookies],
);
my (%broken, $answers);

sub walls {
	my ($text, $all) = @_;
	my ($head, $body) = split /\r\n\r\n/, $all, 2;
	$head =~ s/\r//g;
	$answers++;
	for my $w (@walls) {
		push @{$broken{$w->[0]}}, $text unless $w->[1]->($head, $body // '');
	}
}

sub policy {
	my @csp = $_[0] =~ /^Content-Security-Policy: (.*)$/mg;
	return @csp == 1 && $csp[0] =~ /^default-src 'none';/ && $csp[0] !~ /unsafe|script-src|data:|\*|https?:/
	    && ($csp[0] =~ /; sandbox$/ || $csp[0] =~ /form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/);
}

sub inline {
	my ($head, $body) = @_;
	return 1 unless $head =~ m{^Content-Type: (?:text/html|application/xhtml|image/svg)}m && $head !~ /; sandbox$/m;
	return $body !~ m{<(?:script|style|iframe|object|embed|base)\b|<[^>]*\s(?:style|on[a-z]+|srcdoc)\s*=|(?:href|src|action)\s*=\s*["']?\s*(?:javascript|data|vbscript):}i;
}

# What is the same for everybody (the style sheet) names itself public and sets no cookie.
sub cache {
	my ($cc) = $_[0] =~ /^Cache-Control: (.*)$/m;
	return 0 unless defined $cc;
	return $_[0] !~ /^Set-Cookie:/m && $_[0] !~ /^Vary:.*Cookie/m if $cc =~ /public/;
	return $cc =~ /no-store/ || ($cc =~ /private/ && $cc =~ /no-cache/ && $_[0] =~ /^Vary: .*Accept-Language.*Cookie/m);
}

sub cookies {
	for ($_[0] =~ /^Set-Cookie: (.*)$/mg) {
		return 0 unless /; HttpOnly/ && /; SameSite=(?:Lax|Strict)/ && !/; Domain=/i;
	}
	return 1;
}

# A token of the role's own, from any page of theirs that has a form.
sub token {
	my ($who) = @_;
	return $token{$who} if $token{$who};
	my (undef, undef, $page) = ask('GET', $who eq 'nobody' ? '/signin' : '/me', $who);
	$cookie{$who} = $1 if $who eq 'nobody' && $page =~ /^Set-Cookie: (form=[^;]+)/mi;
	($token{$who}) = $page =~ /name="csrf"[^>]* value="([^"]+)"/ or die "no token for $who\n";
	return $token{$who};
}

# What an answer says of the right to it: y may, s sign in first, n not for you.
sub verdict {
	my ($method, $status, $to) = @_;
	return 's' if $method eq 'GET' && $status == 303 && $to =~ m{^(?:http://[^/]+)?/signin\?next=};
	return 'n' if $status == 403 || $status == 404;
	return 'y' if $status >= 200 && $status < 500;
	return "status $status";
}

%name = map { /^([^=]+)=(.*)$/ ? ($1 => $2) : () } lines($names);
%cookie = map { /^(\S+)\t(.*)$/ ? ($1 => $2) : () } lines($roles);

my @routes;
open my $def, '<', $routes or die "$routes: $!\n";
while (<$def>) {
	push @routes, { method => $1, pattern => $2, open => $3 eq 'OPEN' }
	    if /^ROUTE\((\w+), "([^"]+)", \w+, \w+, \w+, (CSRF|OPEN)/;
}
for my $r (@routes) {
	my $re = join '/', map { /^:/ ? '[^/]+' : quotemeta } split m{/}, $r->{pattern}, -1;
	$r->{re} = qr/^$re$/;
}

# As the router does: the row whose first difference is literal.
sub route_of {
	my ($method, $path) = @_;
	$path =~ s/\?.*//;
	my @fit = grep { $_->{method} eq $method && $path =~ $_->{re} } @routes;
	@fit = sort { key($b) cmp key($a) } @fit;
	return $fit[0];
}

sub key {
	return join '', map { /^:/ ? 0 : 1 } split m{/}, $_[0]{pattern};
}

my @rows;
for (lines($table)) {
	my ($method, $path, $may, $body) = split /\t+/;
	push @rows, { method => $method, path => $path, may => $may, body => $body // '' };
}
for my $row (@rows) {
	my $as_written = "$row->{method} $row->{path}";
	s/\{(\w+)\}/exists $name{$1} ? $name{$1} : die "$as_written: no {$1}\n"/ge for $row->{path}, $row->{body};
	$row->{text} = $as_written;
	$row->{route} = route_of($row->{method}, $row->{path});
	$row->{route}{seen} = 1 if $row->{route};
	say_it(0, $as_written, 'no route has this address') unless $row->{route};
}
if ($only eq 'GET') {
	say_it($_->{seen}, "$_->{method} $_->{pattern} is in the table", 'add a row to tests/web/access.tsv')
	    for @routes;
}

token($_) for @columns;
for my $row (grep { $_->{route} && ($_->{method} eq 'GET') == ($only eq 'GET') } @rows) {
	my @may = split //, $row->{may};
	for my $i (0 .. $#columns) {
		my ($who, $want) = ($columns[$i], $may[$i] // '?');
		my ($body, $status, $to, $got);
		next if $want eq '-';
		if ($only eq 'refused' && !$row->{route}{open}) {
			my $other = $who eq 'owner' ? 'member' : 'owner';
			my @bad = map { (ask('POST', $row->{path}, $who, $_))[0] }
			    ($row->{body}, "$row->{body}&csrf=" . token($other));
			say_it("@bad" eq '403 403', "$row->{text} as $who: needs a token of their own", "answered @bad");
		}
		next if $only eq 'refused' && $want eq 'y' || $only eq 'allowed' && $want ne 'y';
		$body = "$row->{body}&csrf=" . token($who) if $only ne 'GET';
		($status, $to) = ask($row->{method}, $row->{path}, $who, $body);
		$got = verdict($row->{method}, $status, $to);
		say_it($got eq $want, "$row->{text} as $who: $want", "is $got ($status $to)");
	}
}
for my $w (@walls) {
	my @bad = @{$broken{$w->[0]} // []};
	say_it(!@bad && $answers > 100, "every answer ($only): $w->[0]", "of $answers: " . join(', ', @bad[0 .. ($#bad > 5 ? 5 : $#bad)]));
}
