import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginManifest } from '@postroom/sdk';
import { expect } from 'chai';
import { DoorModules } from '#plugins/platform/doors/dist/doorModules.js';
import { ThreadDoors } from '#plugins/platform/doors/dist/threadDoors.js';
import { CollectingHost, mail } from '../../support/collectingHost.js';

const THREAD = fileURLToPath(new URL(import.meta.resolve('#plugins/platform/doors/dist/doorThread.js')));
const MANIFEST = fileURLToPath(import.meta.resolve('#plugins/pop3/package.json'));
const PLUGIN = {
  id: 'postroom.pop3',
  folder: path.dirname(MANIFEST),
  manifest: JSON.parse(readFileSync(MANIFEST, 'utf8')) as PluginManifest,
};

describe('a collection whose octets are read in a thread', () => {
  let at: CollectingHost;
  let doors: ThreadDoors;
  const log: string[] = [];
  const note = (sentence: string): void => void log.push(sentence);
  beforeEach(async () => {
    at = await CollectingHost.start('starttls');
    at.pin();
    doors = new ThreadDoors({
      machine: { canShare: true, cores: 2 },
      setting: () => 1,
      modules: new DoorModules({ of: () => [] }, { plugins: [] } as never, false),
      log: { debug: note, info: note, warn: note, error: note },
      threadFile: THREAD,
    });
    at.doors.real = { doors, plugin: PLUGIN };
  });
  afterEach(async () => {
    await at.stop();
    await doors.dispose();
  });

  it('brings every message as it is, small and large, and no password into the log', async () => {
    const texts = [...Array.from({ length: 150 }, (_, index) => mail(`${index}\r\n.\r\n..two`)), mail('x'.repeat(3 * 1024 * 1024))];
    at.isp.put(...texts);
    const report = await at.round();
    expect(report).to.deep.equal({ fetched: 151, stored: 151, duplicates: 0, failed: [] });
    expect(at.intake.texts).to.deep.equal(texts);
    expect(at.isp.messages).to.deep.equal([]);
    expect(doors.state.open).to.equal(1);
    expect(log.join()).to.not.include('isp secret');
  });

  it('says what the main thread says of a refused login', async () => {
    at.host.password = 'wrong';
    const inThread = await at.round();
    at.doors.real = undefined;
    const other = await CollectingHost.start('starttls');
    other.pin();
    other.host.password = 'wrong';
    const onMain = await other.round();
    await other.stop();
    expect({ ...inThread, retryAfter: undefined }).to.deep.equal({ ...onMain, retryAfter: undefined });
  });

  it('goes on without the thread where that ends', async () => {
    at.isp.put(...Array.from({ length: 100 }, (_, index) => mail(`${index}`)));
    let ended: Promise<void> | undefined;
    at.isp.script = (said, { nth }) => {
      if (nth !== 1 || said !== 'RETR 70') return undefined;
      ended ??= doors.dispose();
      return 'stall';
    };
    const report = await at.round();
    expect(report).to.include({ stored: 100 });
    expect(report.failed).to.deep.equal([]);
    await ended;
    expect(at.isp.messages).to.deep.equal([]);
    expect(new Set(at.intake.texts).size).to.equal(at.intake.texts.length);
  });
});
