#!/usr/bin/env node
import { program } from './program.mjs';

await import(program());
