// What one server among several has for itself, under `nodes`.
import '#core/base/injection.js';
import { expect } from 'chai';
import { HostSettings } from '#core/configuration/inForce/hostSettings.js';
import { SMALL } from '../manifests.js';
import { Office } from '../memoryRevisions.js';
import { MemorySource } from './memorySource.js';

const LISTEN = 'pop3.listen';
const TEXT = `{
  "timer.everyMinutes": 7,
  "pop3.listen": [{ "port": 110 }],
  "nodes": { "a": { "pop3.listen": [{ "port": 1110 }], "timer.everyMinutes": 9 }, "b": { "tls.certificateFile": "b.pem", "tls.keyFile": "b.key" } }
}`;

describe('settings of one server alone', () => {
  let office: Office;
  let source: MemorySource;
  const opened: HostSettings[] = [];
  const open = async (node: string): Promise<HostSettings> => {
    const settings = new HostSettings(source, office.revisions, office.events, office.log, { name: node });
    opened.push(settings);
    await settings.open(SMALL);
    return settings;
  };
  const ports = (settings: HostSettings): readonly number[] => settings.get<readonly { port: number }[]>(LISTEN).map(({ port }) => port);

  beforeEach(async () => {
    office = await Office.open();
    source = new MemorySource();
    source.text = TEXT;
  });
  afterEach(async () => {
    for (const settings of opened.splice(0)) await settings.dispose();
    await office.close();
  });

  it('count there before those for all, and nowhere else', async () => {
    expect(ports(await open('a'))).to.deep.equal([1110]);
    const b = await open('b');
    expect([ports(b), b.get('tls.certificateFile')]).to.deep.equal([[110], 'b.pem']);
    expect(ports(await open('c'))).to.deep.equal([110]);
  });

  it('get the defaults of their parts, and no default where they say nothing', async () => {
    const a = await open('a');
    expect(a.get(LISTEN)).to.deep.equal([{ port: 1110, host: '127.0.0.1', security: 'starttls' }]);
    expect(a.shared)
      .to.have.property('nodes')
      .that.has.property('b')
      .that.deep.equals({ 'tls.certificateFile': 'b.pem', 'tls.keyFile': 'b.key' });
  });

  it('have no effect where all servers have the setting in common', async () => {
    expect((await open('a')).get('timer.everyMinutes')).to.equal(7);
  });

  it('stand in no value of a server that are not its own', async () => {
    expect((await open('a')).value).to.not.have.property('nodes');
  });

  it('change nothing here where they are those of another server', async () => {
    const a = await open('a');
    const heard: string[] = [];
    a.onDidChange([LISTEN, 'tls.'], () => heard.push('changed'));
    office.events.on(({ type }) => heard.push(type));
    await a.edit('cli', [{ path: ['nodes', 'b', LISTEN], value: [{ port: 2110 }] }]);
    expect(heard).to.deep.equal([]);
    await a.edit('cli', [{ path: ['nodes', 'a', LISTEN], value: undefined }]);
    expect(heard).to.deep.equal(['changed', 'settings']);
    expect(ports(a)).to.deep.equal([110]);
  });

  it('are the same settings as ever where there are none', async () => {
    source.text = '{ "timer.everyMinutes": 7 }';
    const a = await open('a');
    expect(a.value).to.equal(a.shared);
  });

  it('take up their new names as those at the top do', async () => {
    source.text = '{ "nodes": { "a": { "tls.cert": "a.pem", "tls.keyFile": "a.key" } } }';
    const settings = new HostSettings(source, office.revisions, office.events, office.log, office.node);
    opened.push(settings);
    const renamed = structuredClone(SMALL) as unknown as { contributes: { configuration: { properties: Record<string, object> } } }[];
    Object.assign(renamed[0]?.contributes.configuration.properties['tls.certificateFile'] ?? {}, { renamed: ['tls.cert'] });
    await settings.open(renamed as unknown as typeof SMALL);
    expect(settings.get('tls.certificateFile')).to.equal('a.pem');
  });

  it('are completed in editors under the name of this server, and say that they are its alone', async () => {
    const { editorSchema } = await open('a');
    const nodes = (
      editorSchema['properties'] as Record<
        string,
        { properties: Record<string, { properties: Record<string, { markdownDescription: string }> }> }
      >
    )['nodes'];
    expect(Object.keys(nodes?.properties ?? {})).to.deep.equal(['a', 'b']);
    expect(nodes?.properties['a']?.properties[LISTEN]?.markdownDescription).to.include('For this server alone').and.not.include('Default:');
  });
});
