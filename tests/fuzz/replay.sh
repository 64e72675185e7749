#!/bin/sh
# replay.sh - every fuzz target takes its corpus: one line of TAP for each.
# Run by `make check` in the build folder with $srcdir set; a target is any
# tests/fuzz/fuzz_X.c, its corpus is tests/fuzz/corpus/X/.
srcdir=${srcdir:-.}
n=0
bad=0

verdict() { # verdict STATUS TEXT
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		bad=1
	fi
}

for source in "$srcdir"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	program=tests/fuzz/$name
	corpus=$srcdir/tests/fuzz/corpus/${name#fuzz_}
	if [ "$name" = fuzz_llhttp ] && [ ! -x "$program" ]; then
		n=$((n + 1))
		echo "ok $n - $name # SKIP llhttp is not there: node-llhttp"
	elif [ ! -x "$program" ]; then
		verdict 1 "$name: it is not built: is it in FUZZ_TARGETS?"
	elif [ ! -d "$corpus" ]; then
		verdict 1 "$name: it has no corpus $corpus"
	else
		said=$("./$program" "$corpus" 2>&1)
		status=$?
		verdict $status "$name: $(echo "$said" | tail -n 1)"
		[ $status -eq 0 ] || echo "$said" | sed 's/^/# /'
	fi
done
echo "1..$n"
exit $bad
