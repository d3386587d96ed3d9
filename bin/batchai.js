#!/usr/bin/env node
import { runInThisProcess } from '../dist/main.js';

await runInThisProcess();
