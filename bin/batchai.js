#!/usr/bin/env node
'use strict';

// Node 22.8 and later keep what they compiled, by default in the folder for temporary files; NODE_COMPILE_CACHE names
// another, and NODE_DISABLE_COMPILE_CACHE switches it off. Nothing depends on it.
require('node:module').enableCompileCache?.();

void require('../dist/main.cjs').runInThisProcess();
