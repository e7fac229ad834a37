// The program's front door: `postroom ...`.
import './base/injection.js';
import { runCli } from './cli/cli.js';
import { outliveReaders } from './cli/print.js';

outliveReaders();
process.exitCode = await runCli(process.argv.slice(2));
