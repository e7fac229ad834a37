// The settings work on the contract of their source alone: one that is no file does as well.
import '#core/base/injection.js';
import { expect } from 'chai';
import { HostSettings } from '#core/configuration/inForce/hostSettings.js';
import { SMALL } from '../manifests.js';
import { Office } from '../memoryRevisions.js';
import { MemorySource } from './memorySource.js';

const EVERY = 'timer.everyMinutes';

describe('settings of another source than a file', () => {
  let office: Office;
  let source: MemorySource;
  let settings: HostSettings;

  beforeEach(async () => {
    office = await Office.open();
    source = new MemorySource();
    settings = new HostSettings(source, office.revisions, office.events, office.log, office.node);
    await settings.open(SMALL);
  });
  afterEach(async () => {
    await settings.dispose();
    await office.close();
  });

  it('begin with its starter, offer it the schema, and say where they are', async () => {
    expect([settings.get(EVERY), settings.place, settings.etag]).to.deep.equal([30, 'the settings in memory', '"1"']);
    expect(source.schema).to.have.nested.property('properties.accounts');
    expect((await settings.history()).map(({ author }) => author)).to.deep.equal(['first start']);
  });

  it('take up what another server writes', async () => {
    const applied = new Promise<string>((resolve) => settings.onDidApply(resolve));
    source.put(`{ "${EVERY}": 11 }`);
    expect(await applied).to.equal('editor');
    expect([settings.get(EVERY), settings.etag]).to.deep.equal([11, '"2"']);
  });

  it('make an edit again on top of what somebody else wrote at the same moment', async () => {
    source.beforeWrite = () => {
      source.beforeWrite = () => undefined;
      source.put('{ "log.keepDays": 9 }');
    };
    const change = await settings.edit('cli', [{ path: [EVERY], value: 3 }]);
    expect(change).to.include({ ok: true, etag: '"3"' });
    expect([settings.get(EVERY), settings.get('log.keepDays')]).to.deep.equal([3, 9]);
  });

  it('refuse an edit of a version that somebody else replaced at the same moment', async () => {
    source.beforeWrite = () => {
      source.beforeWrite = () => undefined;
      source.put('{ "log.keepDays": 9 }');
    };
    const change = await settings.edit('manager', [{ path: [EVERY], value: 3 }], { etag: settings.etag });
    expect(change).to.include({ ok: false, code: 'settings/conflict' });
    expect([settings.get(EVERY), settings.get('log.keepDays')]).to.deep.equal([5, 9]);
  });

  it('give up where somebody else is always quicker, and say so', async () => {
    let days = 1;
    source.beforeWrite = () => {
      days += 1;
      source.put(`{ "log.keepDays": ${days} }`);
    };
    const change = await settings.edit('cli', [{ path: [EVERY], value: 3 }]);
    expect(change).to.include({ ok: false, code: 'settings/conflict' });
    expect(change.problems[0]?.message).to.match(/^The settings were changed by somebody else meanwhile\./);
  });

  it('say what the source says where it cannot write', async () => {
    source.beforeWrite = () => {
      throw new Error('no paper');
    };
    const change = await settings.edit('cli', [{ path: [EVERY], value: 3 }]);
    expect(change).to.include({ ok: false, code: 'data/not-writable' });
    expect(change.problems[0]?.message).to.contain('(no paper)').and.to.contain('The former settings stay in force.');
    expect(settings.get(EVERY)).to.equal(30);
  });
});
