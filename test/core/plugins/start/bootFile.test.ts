// boot.json: what it may say, and what is said of each mistake.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PropertySchema } from '@postroom/sdk';
import { expect } from 'chai';
import type { InstalledPlugin } from '#core/plugins/manifests/discovery.js';
import { checkBootFile, readBootFile } from '#core/plugins/start/bootFile.js';
import { installedPlugin } from '../../../kit/installedPlugin.js';

const plugin = (name: string, properties: Readonly<Record<string, PropertySchema>>): InstalledPlugin =>
  installedPlugin(name, { contributes: { configuration: { title: name, properties } } });

const INSTALLED = [
  plugin('store', { 'store.address': { type: 'string', scope: 'boot', minLength: 3 }, 'store.other': { type: 'string' } }),
];

const WRONG: readonly (readonly [string, string, RegExp])[] = [
  ['no JSON', '{ "enabled": [', /Line 1: /],
  ['a list', '[]', /must hold one group/],
  [
    'a key that is none',
    '{ "trust": [] }',
    /"trust" is no part of it; it knows store, node, enabled, disabled, trusted, properties\. Did you mean "trusted"\?/,
  ],
  ['an id alone instead of a list', '{ "trusted": "acme.logins" }', /"trusted" must be a list of plugins' ids, as in \["acme\.logins"\]/],
  ['a name without its publisher', '{ "enabled": ["store"] }', /"enabled" must be a list of plugins' ids/],
  ['a store that is no text', '{ "store": ["sqlite"] }', /"store" must be a text/],
  ['properties that are no group', '{ "properties": [] }', /"properties" must be a group of values by their keys/],
  ['a key twice', '{ "enabled": [], "enabled": [] }', /stands here twice/],
];

const UNFIT: readonly (readonly [string, object, RegExp])[] = [
  ['a plugin that is not installed', { disabled: ['a.stor'] }, /No plugin a\.stor is installed\. Did you mean "a\.store"\?/],
  [
    'a property that no plugin has',
    { properties: { 'store.adress': 'x' } },
    /"store\.adress", which no installed plugin declares with the scope "boot"\. Did you mean "store\.address"\?/,
  ],
  [
    'a property that stands in settings.json',
    { properties: { 'store.other': 'x' } },
    /"store\.other", which no installed plugin declares with the scope "boot"/,
  ],
  [
    'a value that does not fit',
    { properties: { 'store.address': 'x' } },
    /a wrong value for "store\.address": must NOT have fewer than 3 characters\./,
  ],
];

describe('boot.json', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-boot-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const write = (text: string): Promise<void> => writeFile(path.join(folder, 'boot.json'), text);
  const refusal = async (work: () => Promise<unknown>): Promise<string> => {
    const error = await work().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).to.include({ code: 'settings/invalid' });
    return error?.message ?? '';
  };

  it('is not needed', async () => {
    expect(await readBootFile(folder)).to.deep.equal({ enabled: [], disabled: [], trusted: [], properties: {} });
  });

  it('names the store and this server', async () => {
    await write('{ "store": "galaxy://there", "node": "a" }');
    expect(await readBootFile(folder)).to.include({ store: 'galaxy://there', node: 'a' });
  });

  it('names plugins and values, with comments', async () => {
    await write('{ // The second store\n "enabled": ["a.store"], "properties": { "store.address": "there" }, }');
    const boot = await readBootFile(folder);
    expect(boot).to.deep.equal({ enabled: ['a.store'], disabled: [], trusted: [], properties: { 'store.address': 'there' } });
    await checkBootFile(folder, boot, INSTALLED);
  });

  for (const [what, text, sentence] of WRONG) {
    it(`with ${what} is refused with its place and the way out`, async () => {
      await write(text);
      const said = await refusal(() => readBootFile(folder));
      expect(said).to.match(sentence);
      expect(said).to.include(path.join(folder, 'boot.json'));
    });
  }

  for (const [what, text, sentence] of UNFIT) {
    it(`with ${what} is refused`, async () => {
      await write(JSON.stringify(text));
      const boot = await readBootFile(folder);
      expect(await refusal(() => checkBootFile(folder, boot, INSTALLED))).to.match(sentence);
    });
  }
});
