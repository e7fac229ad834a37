// The tables that scripts/pluginPages.mjs makes from manifests. That every README has its own, the tests of docs/plugins compare.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { ROOT } from '../kit/sourceFiles.js';

interface ManifestTables {
  manifestTable: (manifest: object) => string;
  withManifestTable: (readme: string, manifest: object) => string;
  pluginList: (plugins: readonly { readonly manifest: object; readonly page: string }[]) => string;
}

const STORE = {
  ...{ name: 'store-galaxy', publisher: 'acme', description: 'Keeps mail in a galaxy.', activation: 'platform' },
  ...{
    provides: [{ service: 'MailStore', version: '1.0.0' }],
    requires: ['Clock'],
    pluginDependencies: ['acme.stars'],
    pluginPack: ['acme.moon'],
  },
  contributionPoints: { probes: {} },
  capabilities: { essential: true },
  contributes: {
    taps: [
      { hook: 'onSort', name: 'route', stage: 'route' },
      { hook: 'onSort', name: 'place', stage: 'finish' },
      { hook: 'onSchedule', name: 'plan' },
    ],
    configuration: { properties: { 'galaxy.address': {} } },
    commands: [{ command: 'galaxy.look' }],
    statusCards: [{ id: 'card', title: 'Galaxy', command: 'galaxy.look' }],
    edition: { name: 'Vast' },
    areas: [{ area: 'galaxy', title: 'Galaxies' }],
    checks: [{ command: 'galaxy.check' }],
    probes: [{ via: 'light' }, { via: 'light' }, { title: 'A probe' }],
  },
};

describe('the table of a plugin', () => {
  let tables: ManifestTables;
  before(async () => {
    tables = (await import(pathToFileURL(path.join(ROOT, 'scripts', 'manifestTables.mjs')).href)) as ManifestTables;
  });

  it('says what it provides, needs and contributes, to points of other plugins too', () => {
    expect(tables.manifestTable(STORE).split('\n').slice(2)).to.deep.equal([
      '| id | `acme.store-galaxy` |',
      '| starts | with the platform, before the settings are in force |',
      '| provides | `MailStore` |',
      '| requires | `Clock`, `acme.stars` |',
      '| enables | `acme.moon` |',
      '| taps | `route` (onSort, route), `place` (onSort, finish), `plan` (onSchedule) |',
      '| settings | `galaxy.address` |',
      '| commands | `galaxy.look` |',
      '| edition | `Vast` |',
      '| status cards | `card` |',
      '| checks of the doctor | `galaxy.check` |',
      '| probes | `light`, `A probe` |',
      '| contribution points | `probes` |',
      '| essential | mail is held while it is not active |',
    ]);
    expect(tables.manifestTable({ name: 'cc', publisher: 'postroom' })).to.include('| provides | nothing |\n| requires | nothing |');
  });

  it('comes behind the first paragraph of a README, and is made again where it stands', () => {
    const manifest = { name: 'cc', publisher: 'postroom' };
    const made = tables.withManifestTable('# CC\n\nColleagues get\na copy.\n\n## More\n', manifest);
    expect(made).to.match(
      /^# CC\n\nColleagues get\na copy\.\n\n<!-- manifest -->\n\n\| \| \|\n[\s\S]*\n\n<!-- \/manifest -->\n\n## More\n$/,
    );
    expect(tables.withManifestTable(made, manifest)).to.equal(made);
    expect(tables.withManifestTable(made.replace('`postroom.cc`', 'old'), manifest)).to.equal(made);
    expect(tables.withManifestTable('# CC\n', manifest)).to.include('# CC\n\n<!-- manifest -->');
  });

  it('has a row in the list of all plugins', () => {
    expect(tables.pluginList([{ manifest: STORE, page: '../x/README.md' }]).split('\n')[2]).to.equal(
      '| [store-galaxy](../x/README.md) | Keeps mail in a galaxy. | onSort (route, finish), onSchedule, `MailStore` |',
    );
  });
});
