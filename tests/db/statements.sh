#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every statement as every role that may use it; see tests/db/statements.c.
set -u
exec "${BUILD:?run this by tests/run}/tests/db/statements"
