#!/usr/bin/env node
import { runInThisProcess } from '../dist/cli/process-io.js';

await runInThisProcess();
