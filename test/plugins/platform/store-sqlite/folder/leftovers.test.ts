import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeAtomically } from '@postroom/sdk/base';
import { expect } from 'chai';
import { clearLeftovers, tellsOfRestore } from '#plugins/platform/store-sqlite/dist/folder/leftovers.js';

describe('What killed operations leave in the data folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-leftovers-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is removed by its name, and nothing that has another one', async () => {
    const ours = [
      '.secret.key.next.4711.0123456789ab.tmp',
      '.settings.json.4711.0123456789ab.tmp',
      'tls/.key.pem.4711.0123456789ab.tmp',
      'restoring.part',
      'stalls.json.part',
      '.room-probe',
    ];
    const others = [
      '.mine.tmp',
      '.note.12.tmp',
      'letter.4711.0123456789ab.tmp',
      'postroom.db',
      'secret.key.next',
      'restoring.part.old',
      'storage/.x.4711.0123456789ab.tmp',
      'tls/restoring.part',
    ];
    for (const sub of ['tls', 'storage']) await mkdir(path.join(folder, sub));
    for (const name of [...ours, ...others]) {
      if (name === 'restoring.part') await mkdir(path.join(folder, name));
      else await writeFile(path.join(folder, name), 'x');
    }
    await writeFile(path.join(folder, 'restoring.part', 'postroom.db'), 'half');
    const cleared = await clearLeftovers(folder);
    expect([...cleared].sort()).to.deep.equal([...ours].sort());
    expect(tellsOfRestore(cleared)).to.equal(true);
    const left = (await readdir(folder, { recursive: true })).filter((name) => !['tls', 'storage'].includes(name));
    expect(left.sort()).to.deep.equal([...others].sort());
    expect(await clearLeftovers(folder)).to.deep.equal([]);
  });

  it('has the names that are given to what is written', async () => {
    // Into a folder, which it cannot take the place of: the next content stays for a moment.
    await mkdir(path.join(folder, 'file'));
    const seen: string[] = [];
    const writing = writeAtomically(path.join(folder, 'file'), 'x'.repeat(1_000_000)).catch(() => undefined);
    for (let isOver = false; !isOver && seen.length === 0; ) {
      seen.push(...(await readdir(folder)).filter((name) => name.startsWith('.file.')));
      isOver = await Promise.race([writing.then(() => true), new Promise<false>((resolve) => setImmediate(() => resolve(false)))]);
    }
    await writing;
    expect(seen).to.have.length.of.at.least(1);
    await writeFile(path.join(folder, seen[0] ?? ''), 'half');
    expect(await clearLeftovers(folder)).to.deep.equal([seen[0]]);
  });
});
