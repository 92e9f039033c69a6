#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# Holds listening sockets and runs a program with them, as systemd does with socket
# units (sd_listen_fds(3)): the sockets stay while the program is restarted.
#	holder.pl PORTS-FILE NAME=HOST:PORT|NAME=/PATH... -- PROGRAM ARG...
# SIGHUP: `systemctl restart`, the program is asked to end, waited for, and started
# again. SIGTERM: it is ended, and so are we. A program that ends by itself is started
# again. A line for each start, and how long the one before took to end, on stderr.
use strict;
use warnings;
use Fcntl qw(F_DUPFD);
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX qw(dup2 _exit);
use Socket;
use Time::HiRes qw(time);

my ($ports, @names, @socks) = shift;
while (@ARGV and (my $word = shift) ne '--') {
	my ($name, $at) = split /=/, $word, 2;
	my $s = $at =~ m{^/}
		? do { unlink $at; IO::Socket::UNIX->new(Local => $at, Listen => 512) }
		: IO::Socket::INET->new(LocalAddr => $at, Listen => 512, ReuseAddr => 1);
	die "holder: $at: $!\n" unless $s;
	push @names, $name;
	push @socks, $s;
}
open my $f, '>', "$ports.new" or die "holder: $ports: $!\n";
print $f "$names[$_] ", ($socks[$_]->can('sockport') ? $socks[$_]->sockport : $socks[$_]->hostpath), "\n" for 0 .. $#names;
close $f;
rename "$ports.new", $ports;

my ($again, $stop) = (0, 0);
$SIG{HUP} = sub { $again = 1 };
$SIG{TERM} = $SIG{INT} = sub { $stop = 1 };

sub start {
	my $pid = fork // die "holder: $!\n";
	return $pid if $pid;
	# out of the way of 3 and on, then there, to be inherited
	my @far = map { fcntl($_, F_DUPFD, 100) } @socks;
	dup2($far[$_], 3 + $_) for 0 .. $#far;
	POSIX::close($_) for @far;
	@ENV{qw(LISTEN_PID LISTEN_FDS LISTEN_FDNAMES)} = ($$, scalar @names, join ':', @names);
	exec @ARGV;
	_exit(127);
}

while (!$stop) {
	my $pid = start();
	print STDERR "holder: started $pid\n";
	my $asked = 0;
	while (waitpid($pid, POSIX::WNOHANG()) == 0) {
		if (($again or $stop) and not $asked) {
			$asked = time;
			kill 'TERM', $pid;
		}
		select undef, undef, undef, 0.01;
	}
	printf STDERR "holder: %d ended %d after %.2f s\n", $pid, $? >> 8 || $? & 127, $asked ? time - $asked : 0;
	$again = 0;
	select undef, undef, undef, 0.2 unless $asked;
}
