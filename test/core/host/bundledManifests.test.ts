import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { BUNDLED_PLUGINS } from '#core/base/places.js';
import { mergeSchema } from '#core/configuration/schema.js';
import { checkOfGood, schemaProblem } from '#core/configuration/validate.js';
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
    expect(checkOfGood(mergeSchema(declared, () => undefined))).to.be.a('function');
  });
});
