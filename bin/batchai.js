#!/usr/bin/env node
'use strict';

// Node 22.8 and later keep what they compiled, by default in the folder for temporary files; NODE_COMPILE_CACHE names
// another, and NODE_DISABLE_COMPILE_CACHE switches it off. Nothing depends on it.
require('node:module').enableCompileCache?.();
// The HTTP parser is WebAssembly, and V8 would optimise its one large function in a run's first calls, which a run of one
// row pays for and has nothing of. With this budget it does so after some hundred calls.
require('node:v8').setFlagsFromString('--wasm-tiering-budget=200000000');

void require('../dist/main.cjs').runInThisProcess();
