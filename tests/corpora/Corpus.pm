# SPDX-License-Identifier: Apache-2.0
# What the parts of check-corpora share: tables with escapes, the facts about
# our side, and the one way a reader says what it found. A reader is
#
#	use Corpus;
#	my ($set, $facts) = reader();	# folder of the set, facts of it
#	for my $row (table("$set/expected.tsv")) { ... }
#	agree($file, 'subject', $stated, $ours);
#	na($file, 'subject', 'why it cannot apply to us');
#
# A check that is stated several times with the same words counts once.
package Corpus;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT = qw(escape unescape slurp table reader value values_of agree verdict na squeeze
	plain
	people_agree any_agrees attachments count_agrees is_signature address_of);

my (%escape, %seen);
@escape{"\\", "\t", "\r", "\n"} = ('\\\\', '\\t', '\\r', '\\n');
my %unescape = reverse %escape;

sub escape {
	my ($s) = @_;
	$s =~ s/([\\\t\r\n])/$escape{$1}/g;
	return $s;
}

sub unescape {
	my ($s) = @_;
	$s =~ s/(\\[\\trn])/$unescape{$1}/g;
	return $s;
}

sub slurp {
	my ($path) = @_;
	open my $f, '<:raw', $path or die "$path: $!\n";
	local $/;
	my $s = <$f>;
	return defined $s ? $s : '';
}

# table(PATH): rows as hashes by the names of the first line; none where there is no file.
sub table {
	my ($path) = @_;
	my (@names, @rows);
	-e $path or return;
	for (split /\n/, slurp($path)) {
		my @f = map { unescape($_) } split /\t/, $_, -1;
		if (!@names) { @names = @f; next }
		push @rows, { map { ($names[$_] => defined $f[$_] ? $f[$_] : '') } 0 .. $#names };
	}
	return @rows;
}

# The arguments of a reader: SET-FOLDER FACTS. facts: file -> index -> fact -> [values].
sub reader {
	my ($set, $path) = @ARGV;
	my %facts;
	$| = 1;
	for (split /\n/, defined $path ? slurp($path) : '') {
		my ($file, $index, $fact, $value) = split /\t/, $_, -1;
		push @{ $facts{ unescape($file) }{$index}{$fact} }, unescape($value);
	}
	return ($set, \%facts);
}

# value(FACTS, FILE, FACT [, INDEX]): its first value, or undef.
sub value {
	my ($facts, $file, $fact, $index) = @_;
	my $v = $facts->{$file}{ $index || 0 }{$fact};
	return $v ? $v->[0] : undef;
}

sub values_of {
	my ($facts, $file, $fact, $index) = @_;
	return @{ $facts->{$file}{ $index || 0 }{$fact} || [] };
}

sub line {
	my ($word, @fields) = @_;
	my $l = join("\t", $word, map { escape(defined $_ ? $_ : '(none)') } @fields) . "\n";
	print $l unless $seen{$l}++;
}

sub verdict {
	my ($ok, $file, $check, $stated, $ours) = @_;
	line($ok ? 'agreed' : 'differs', $file, $check, $stated, $ours);
}

sub agree {
	my ($file, $check, $stated, $ours) = @_;
	verdict(defined $ours && $stated eq $ours, $file, $check, $stated, $ours);
}

sub na {
	my ($file, $check, $why, $stated) = @_;
	line('na', $file, $check, defined $stated ? $stated : '', $why);
}

# Runs of blanks and line ends to one blank.
sub squeeze {
	my ($s) = @_;
	$s = '' unless defined $s;
	$s =~ s/(?:\s|\xC2\xA0)+/ /g;
	$s =~ s/^ | $//g;
	return $s;
}

# A text as people compare it: no blanks at line ends, one empty line at most.
sub plain {
	my ($s) = @_;
	$s = '' unless defined $s;
	$s =~ s/\r\n?/\n/g;
	$s =~ s/\xC2\xA0/ /g;
	$s =~ s/[ \t]+$//mg;
	$s =~ s/\n{3,}/\n\n/g;
	$s =~ s/^\s+|\s+$//g;
	return $s;
}

# any_agrees(FILE, CHECK, STATED, OURS...): one of ours is what is stated.
sub any_agrees {
	my ($file, $check, $stated, @ours) = @_;
	verdict((grep { $_ eq $stated } @ours) > 0, $file, $check, $stated, join('; ', @ours));
}

# people_agree(FILE, CHECK, STATED, FACTS, WHO): the people of a header, names
# and addresses, WHO being from, to or cc; stated as a header would have them.
sub people_agree {
	my ($file, $check, $stated, $facts, $who) = @_;
	my @names = values_of($facts, $file, "${who}_name");
	my @addrs = map { lc } grep { $_ ne '' } values_of($facts, $file, "${who}_addr");
	my @stated = map { lc } $stated =~ /([^\s<>"(),;:]+@[^\s<>"(),;:]*[^\s<>"(),;:.])/g;
	my $flat = squeeze($stated =~ s/["\\']//gr);
	my $ours = join ', ', map { $names[$_] . ' <' . ((values_of($facts, $file, "${who}_addr"))[$_]) . '>' } 0 .. $#names;
	my $ok = "@stated" eq "@addrs";
	for my $name (@names) {
		$ok = 0 if grep { index($flat, $_) < 0 } split / /, squeeze($name =~ s/["\\'()]//gr);
	}
	# a name that is stated is there
	my $rest = $flat;
	$rest =~ s/\Q$_\E//gi for @stated;
	$rest =~ s/[<>(),;\s.]//g;
	$ok = 0 if $rest ne '' && !grep { $_ ne '' } @names;
	verdict($ok, $file, $check, $stated, $ours);
}

# The attachments of a message, as hashes.
sub attachments {
	my ($facts, $file) = @_;
	my @a;
	for my $f (qw(name type size md5 sha256 lf_size lf_md5 lf_sha256 inline whole)) {
		my @v = values_of($facts, $file, "att_$f");
		$a[$_]{$f} = $v[$_] for 0 .. $#v;
	}
	return @a;
}

# A detached signature: not a file that a person sent, so no attachment here.
sub is_signature {
	my ($name) = @_;
	return $name =~ /^smime\.p7s$|^signature\.asc$|^application\/(?:x-)?pkcs7-signature$|^application\/pgp-signature$/i;
}

# count_agrees(FILE, STATED, FACTS): the number of attachments, a detached
# signature counted by the source or not.
sub count_agrees {
	my ($file, $stated, $facts) = @_;
	my $n = attachments($facts, $file);
	my $signed = (value($facts, $file, 'signed') || '') eq 'yes';
	verdict($n == $stated || $signed && $n + 1 == $stated, $file, 'attachments', $stated, $n);
}

# The first address of a header's value, roughly.
sub address_of {
	my ($s) = @_;
	return $1 if $s =~ /<\s*([^<>\s@]+@[^<>\s@]+?)\.?\s*>/;
	return $1 if $s =~ /([^\s<>"(),;:@]+@[^\s<>"(),;:@]+)/;
	return '';
}

1;
