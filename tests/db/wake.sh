#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whoever is called while they ask is awake at once; see tests/db/wake.c.
set -u
exec "${BUILD:?run this by tests/run}/tests/db/wake"
