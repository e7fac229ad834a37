// The program's front door: it starts what a plugin of the product names as the program, the command line `postroom ...`.
import './base/injection.js';
import { programHost, startProgram } from './programHost.js';

process.exitCode = await startProgram(process.argv.slice(2), programHost());
