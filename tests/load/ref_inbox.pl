# SPDX-License-Identifier: Apache-2.0
# ref_inbox.pl DIR MBOX: the messages of an mbox into a new public-inbox (format 2, its
# search index whole), by its own modules as its import scripts use them; how many.
use strict;
use warnings;
use PublicInbox::Eml;
use PublicInbox::InboxWritable;

my ($dir, $mbox) = @ARGV;
my $inbox = PublicInbox::InboxWritable->new({
	inboxdir => $dir, name => 'carga', version => 2,
	address => ['carga@foro.example'], -primary_address => 'carga@foro.example',
}, { nproc => 2 });
$inbox->init_inbox(0);
my $importer = $inbox->importer;
my ($n, $text) = (0, '');

sub one {
	return if $text eq '';
	$text =~ s/\n\n\z/\n/;
	my $raw = $text;
	$n++ if $importer->add(PublicInbox::Eml->new(\$raw));
	$text = '';
}

open my $fh, '<', $mbox or die "$mbox: $!";
while (my $line = <$fh>) {
	if ($line =~ /^From \S+ \w{3} \w{3} /) {
		one();
	} else {
		$text .= $line;
	}
}
one();
$importer->done;
print "$n\n";
