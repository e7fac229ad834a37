// A process that saves settings and ends itself before the n-th thing that it does to the disk: `node savingVictim.js FOLDER N`.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { countSteps, killBefore } from '../../../kit/killedSteps.js';

countSteps();
const [folder = '', nth = '0'] = process.argv.slice(2);
const { writeAtomically } = await import('@postroom/sdk/base');
const text = await readFile(path.join(folder, 'new.json'), 'utf8');
killBefore(Number(nth));
await writeAtomically(path.join(folder, 'settings.json'), text);
