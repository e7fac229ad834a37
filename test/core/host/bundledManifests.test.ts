import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { BUNDLED_PLUGINS } from '#core/base/places.js';
import { compileCheck, schemaProblem } from '#core/configuration/checking/validate.js';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { checkManifest } from '#core/host/manifestCheck.js';

/** What the start takes for granted, so that it need not be checked at every start. */
describe('the manifests of the product', () => {
  const manifests = async (): Promise<unknown[]> =>
    Promise.all(
      (await readdir(BUNDLED_PLUGINS)).map(async (name) =>
        JSON.parse(await readFile(path.join(BUNDLED_PLUGINS, name, 'package.json'), 'utf8')),
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
});
