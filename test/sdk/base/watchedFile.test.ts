import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { onFileChange } from '@postroom/sdk/base';
import { expect } from 'chai';

import { until } from '../../kit/until.js';

describe('a watched file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-watched-'));
    file = path.join(folder, 'settings.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('tells of each change, of its coming and of its going', async () => {
    let changes = 0;
    const watching = onFileChange(file, 1, () => (changes += 1));
    await writeFile(file, 'one');
    await until('it has come', () => changes > 0);
    changes = 0;
    await rm(file);
    await until('it is gone', () => changes > 0);
    await watching.dispose();
  });

  it('tells nobody who has stopped listening, though a look was under way', async () => {
    let isOver = false;
    let late = 0;
    for (let times = 0; times < 100; times += 1) {
      isOver = false;
      const watching = onFileChange(file, 1, () => (late += isOver ? 1 : 0));
      await writeFile(file, `${times}`);
      for (let turns = 0; turns < times; turns += 1) await turn();
      await watching.dispose();
      isOver = true;
      for (let turns = 0; turns < 20; turns += 1) await turn();
    }
    expect(late).to.equal(0);
  });
});
