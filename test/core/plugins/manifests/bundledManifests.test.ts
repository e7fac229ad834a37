import '#core/base/injection.js';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PluginManifest } from '@postroom/sdk';
import type { ServiceId } from '@postroom/sdk/services';
import * as services from '@postroom/sdk/services';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { boundServices } from '#core/base/bindings.js';
import { BUNDLED_PLUGINS } from '#core/base/places.js';
import { compileCheck, schemaProblem } from '#core/configuration/checking/validate.js';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { discoverPlugins } from '#core/plugins/manifests/discovery.js';
import { HOST_POINTS } from '#core/plugins/manifests/hostPoints.js';
import { checkManifest } from '#core/plugins/manifests/manifestCheck.js';
import { requirement } from '#core/plugins/services/requirement.js';
import { FixtureServer } from '../fixturePlugins.js';

/** What the start takes for granted, so that it need not be checked at every start. */
describe('the manifests of the product', () => {
  const manifests = async (): Promise<unknown[]> =>
    Promise.all(
      (await discoverPlugins(BUNDLED_PLUGINS, '/nowhere')).map(async ({ folder }) =>
        JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')),
      ),
    );

  it('are whole, each of them', async () => {
    const found = await manifests();
    expect(found).to.have.length.above(10);
    expect(found.flatMap((each) => checkManifest(each).problems)).to.deep.equal([]);
  });

  it('declare settings that fit together, as one by one', async () => {
    const declared = (await manifests()).flatMap((each) => checkManifest(each).manifest ?? []);
    const schema = mergeSchema(declared, schemaProblem);
    expect(schema.conflicts).to.deep.equal([]);
    // Every setting that has a default is named with it, so that every declaration is compiled among the others.
    const named = (scope: string): Record<string, unknown> =>
      Object.fromEntries(
        [...schema.properties.values()]
          .filter((each) => each.scope === scope && each.schema.secret !== true && 'default' in each.schema)
          .map((each) => [each.key, each.schema['default']]),
      );
    const account = { kind: 'regular', address: 'post@office.example', ...named('account'), users: { user: named('user') } };
    const whole = compileCheck(schema)({ ...named('server'), accounts: { office: account } });
    expect(whole.findings).to.deep.equal([]);
    const bare = compileCheck(schema)({ accounts: { office: { kind: account.kind, address: account.address, users: { user: {} } } } });
    expect(bare, 'with nothing named').to.deep.equal(whole);
  });

  it('contribute to points that one of them owns, in the shape that it asks for', async () => {
    const all = (await manifests()).flatMap((each) => checkManifest(each).manifest ?? []);
    const points = new Map(all.flatMap((each) => Object.entries(each.contributionPoints ?? {})));
    const ajv = new Ajv({ strict: false });
    for (const { name, contributes = {} } of all) {
      for (const [point, entries] of Object.entries(contributes).filter(([each]) => !HOST_POINTS.includes(each))) {
        const validate = ajv.compile(points.get(point)?.schema ?? false);
        for (const entry of entries as readonly unknown[])
          expect(validate(entry), `${name} ${point} ${ajv.errorsText(validate.errors)}`).to.equal(true);
      }
    }
  });

  it('provide and require services that the SDK has, and each service of the SDK has one that provides it, or the host', async () => {
    const all = (await manifests()).flatMap((each) => checkManifest(each).manifest ?? []);
    const known = new Map(
      Object.values(services).flatMap((each) =>
        typeof each === 'function' && 'serviceName' in each
          ? [[String(each.serviceName), String((each as ServiceId<unknown>).version)]]
          : [],
      ),
    );
    const provided = all.flatMap((each) => each.provides ?? []);
    for (const { service, version } of provided) expect(known.get(service), service).to.equal(version);
    const required = all.flatMap(({ requires = [], uses = [] }) => [...requires.map((text) => requirement(text).service), ...uses]);
    expect(required.filter((name) => !known.has(name))).to.deep.equal([]);
    // Of several stores a server has one, and each is whole. Files of its own a store may have or not.
    const isStore = ({ contributes }: PluginManifest): boolean => contributes?.stores !== undefined;
    const namesOf = (each: PluginManifest): readonly string[] => (each.provides ?? []).map(({ service }) => service);
    const stores = all.filter(isStore).map(namesOf);
    const needed = (own: readonly string[]): readonly string[] => own.filter((name) => name !== services.StoreFiles.serviceName).sort();
    for (const own of stores) expect(needed(own)).to.deep.equal(needed(stores[0] ?? []));
    const names = [...all.filter((each) => !isStore(each)).flatMap(namesOf), ...new Set(stores.flat())];
    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
    const fixture = await FixtureServer.start({});
    try {
      const ofHost = boundServices(fixture.server.container);
      expect([...known.keys()].filter((name) => ofHost.has(name) === names.includes(name))).to.deep.equal([]);
    } finally {
      await fixture.stop();
    }
  });
});
