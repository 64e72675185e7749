#!/bin/sh
# test_load.sh - the load generator finds damaged bytes; run by `make check`.
exec tests/bench/load selftest
