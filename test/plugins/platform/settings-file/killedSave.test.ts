// A save that ends by kill -9 anywhere leaves settings.json whole: as it was, or as it was to be.
import '#core/base/injection.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { HostSettings } from '#core/configuration/inForce/hostSettings.js';
import { SMALL } from '../../../core/configuration/manifests.js';
import { Office } from '../../../core/configuration/memoryRevisions.js';

const VICTIM = fileURLToPath(new URL('./savingVictim.js', import.meta.url));
const BEFORE = '{ "timer.everyMinutes": 5 } // before\n';
const AFTER = `{ "timer.everyMinutes": 7 } // after ${'and longer '.repeat(50)}\n`;

/** Saves, and is killed before the n-th step. Answers whether it came to an end by itself. */
async function saveKilledAt(nth: number, folder: string): Promise<boolean> {
  const child = spawn(process.execPath, [VICTIM, folder, String(nth)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL') expect(code).to.equal(0);
  return signal === null;
}

describe('a save of the settings that is killed', function () {
  this.timeout(120_000);

  it('leaves the file whole, old or new, wherever the kill comes; the next start tidies up', async () => {
    const office = await Office.open();
    const file = path.join(office.path, 'settings.json');
    const unfinished = async (): Promise<readonly string[]> => (await readdir(office.path)).filter((name) => name.endsWith('.tmp'));
    await writeFile(path.join(office.path, 'new.json'), AFTER);
    const left: string[] = [];
    for (let nth = 1, isDone = false; !isDone; nth += 1) {
      await writeFile(file, BEFORE);
      isDone = await saveKilledAt(nth, office.path);
      const text = await readFile(file, 'utf8');
      expect(text, `killed before step ${nth}`).to.be.oneOf([BEFORE, AFTER]);
      left.push(text === BEFORE ? 'old' : 'new');
    }
    // open, chmod, two halves, sync, close, rename | open, sync, close of the folder, and the run that nobody killed
    expect(left.join(' ')).to.equal('old old old old old old old new new new new');
    expect(await unfinished(), 'one for each kill between open and rename').to.have.length(6);

    const source = office.source();
    await source.tidy();
    const settings = new HostSettings(source, office.revisions, office.events, office.log, office.node);
    await settings.open(SMALL);
    expect([settings.problems, settings.get('timer.everyMinutes')]).to.deep.equal([[], 7]);
    expect(await unfinished()).to.deep.equal([]);
    await settings.dispose();
    await office.close();
  });
});
