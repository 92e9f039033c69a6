#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What goes out before the answer to what went before; see tests/db/ahead.c.
set -u
exec "${BUILD:?run this by tests/run}/tests/db/ahead"
