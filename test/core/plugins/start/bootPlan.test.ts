// What starts before the settings: which store, and what this server is called, by boot.json and the environment.
import path from 'node:path';
import type { StoreDeclaration } from '@postroom/sdk';
import { expect } from 'chai';
import type { InstalledPlugin } from '#core/plugins/manifests/discovery.js';
import type { BootFile } from '#core/plugins/start/bootFile.js';
import { type BootEnvironment, type BootPlan, planBoot } from '#core/plugins/start/bootPlan.js';
import { installedPlugin } from '../../../kit/installedPlugin.js';

const store = (name: string, ...stores: readonly StoreDeclaration[]): InstalledPlugin =>
  installedPlugin(name, {
    activation: 'platform',
    main: './dist/plugin.js',
    contributes: {
      stores,
      configuration: { title: name, properties: { [`${name}.address`]: { type: 'string', scope: 'boot' } } },
    },
  });

const FILED = store('filed', { kind: 'files', title: 'Files' });
const GALAXY = store('galaxy', { kind: 'galaxy', title: 'Galaxy', addressProperty: 'galaxy.address' });
const PACK = { ...installedPlugin('platform', { activation: 'platform', pluginPack: ['a.filed'] }), bundled: true };
const INSTALLED = [PACK, FILED, GALAXY];
const FILE = path.join('/data', 'boot.json');

describe('what starts before the settings', () => {
  const plan = (boot: Partial<BootFile>, environment: BootEnvironment = {}, installed = INSTALLED): Promise<BootPlan> =>
    planBoot('/data', { enabled: [], disabled: [], trusted: [], properties: {}, ...boot }, installed, environment);
  const refusal = async (boot: Partial<BootFile>, environment: BootEnvironment = {}, installed = INSTALLED): Promise<string> => {
    const error = await plan(boot, environment, installed).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).to.include({ code: 'settings/invalid' });
    return error?.message ?? '';
  };

  it('is the platform pack with its store, where nothing else is said', async () => {
    expect(await plan({})).to.deep.include({ wanted: ['a.platform'], off: [], properties: {} });
  });

  it("is the chosen store's plugin, and not those of other stores", async () => {
    expect(await plan({ store: 'galaxy' })).to.deep.include({ wanted: ['a.platform', 'a.galaxy'], off: ['a.filed'], properties: {} });
    expect(await plan({ store: 'files' })).to.deep.include({ wanted: ['a.platform', 'a.filed'], off: ['a.galaxy'] });
  });

  it('hands the address of a store to its plugin', async () => {
    expect((await plan({ store: 'galaxy://there/x' })).properties).to.deep.equal({ 'galaxy.address': 'galaxy://there/x' });
  });

  it('is what the environment says before what boot.json says', async () => {
    const boot = { store: 'files', node: 'a', properties: { 'galaxy.address': 'galaxy://there' } };
    expect(await plan(boot, { POSTROOM_STORE: 'galaxy', POSTROOM_NODE: 'b' })).to.deep.include({
      off: ['a.filed'],
      properties: { 'galaxy.address': 'galaxy://there' },
      node: 'b',
    });
    expect((await plan(boot, { POSTROOM_STORE: 'galaxy://elsewhere' })).properties).to.deep.equal({
      'galaxy.address': 'galaxy://elsewhere',
    });
    expect(await plan(boot, { POSTROOM_STORE: '', POSTROOM_NODE: '' })).to.deep.include({ off: ['a.galaxy'], node: 'a' });
  });

  it('calls this server by the name of its host where nobody names it', async () => {
    expect((await plan({})).node).to.match(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
  });

  it('takes a password in the environment, and refuses it in boot.json', async () => {
    const address = 'galaxy://user:sesame@there/x';
    expect((await plan({}, { POSTROOM_STORE: address })).properties).to.deep.equal({ 'galaxy.address': address });
    for (const boot of [
      { store: address },
      { store: 'galaxy://there?x=1&password=sesame' },
      { properties: { 'galaxy.address': address } },
    ]) {
      const said = await refusal(boot);
      expect(said)
        .to.match(/holds a password, and this file is not encrypted/)
        .and.include(FILE);
      expect(said).to.not.include('sesame');
    }
  });

  it('refuses a kind that no store is of, and says which there are', async () => {
    expect(await refusal({ store: 'galxy://user@there' })).to.match(
      /No installed plugin has a store "galxy"; there are files, galaxy\. Did you mean "galaxy"\?/,
    );
    const said = await refusal({}, { POSTROOM_STORE: 'moon://user:sesame@there' });
    expect(said)
      .to.match(/^POSTROOM_STORE is wrong.*"moon"/)
      .and.not.include('sesame');
  });

  it('refuses an address for a store that has none', async () => {
    expect(await refusal({ store: 'files:///srv/mail' })).to.include('The store files has no address: name it by "files" alone.');
  });

  it('refuses a store whose plugin boot.json switches off, and one of two plugins', async () => {
    expect(await refusal({ store: 'galaxy', disabled: ['a.galaxy'] })).to.include('"disabled" of boot.json has a.galaxy');
    const second = store('nebula', { kind: 'galaxy', title: 'Nebula' });
    expect(await refusal({ store: 'galaxy' }, {}, [...INSTALLED, second])).to.include('a.galaxy and a.nebula both have a store galaxy');
    const installed = [...INSTALLED, second];
    expect((await plan({ store: 'galaxy', disabled: ['a.nebula'] }, {}, installed)).wanted).to.deep.equal(['a.platform', 'a.galaxy']);
  });

  it('refuses a name of this server that is none', async () => {
    expect(await refusal({}, { POSTROOM_NODE: 'a b' })).to.match(/^POSTROOM_NODE is wrong.*The name of a server must begin/);
    expect(await refusal({ node: '' })).to.include(FILE);
  });
});
