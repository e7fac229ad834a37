// The settings.json that a new server begins with, as the installed manifests have it.
import { expect } from 'chai';
import { loadSettings } from '#core/configuration/checking/loadSettings.js';
import { compileCheck } from '#core/configuration/checking/validate.js';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { starterSettings } from '#core/configuration/schema/starter.js';
import { bundledManifests, manifest } from '../manifests.js';

const OF_THE_PRODUCT = `// The settings of Postroom. Changes apply as soon as the file is saved; "postroom config validate" checks it.
// An editor that knows JSON Schema completes every name here and says what it means.
// Passwords never stand here: "postroom users set-password ACCOUNT USER" sets one.
{
  "$schema": "./settings.schema.json",

  // The edition: licensing-lite shares 1 account among 5 users, licensing-pro 20 accounts among 64 users each.
  "plugins.enabled": ["postroom.licensing-lite"],

  // Mail programs log in to send. A scanner that cannot may send from an address that is written down here, and nobody else may:
  //   "smtp.trustedNetworks": ["192.168.1.20"],

  // The ISP mailboxes that are shared, for example:
  //   "company": {
  //     "kind": "regular", "address": "mail@company.com",
  //     "pop3.host": "pop.isp.example", "smtp.host": "smtp.isp.example",
  //     "users": { "andrew": {}, "greg": { "cc.to": ["andrew"] } }
  //   }
  "accounts": {}
}
`;

const trusting = (): undefined => undefined;

describe('the settings that a new server begins with', () => {
  it('are those that the manifests of the product make', () => {
    expect(starterSettings(mergeSchema(bundledManifests(), trusting))).to.equal(OF_THE_PRODUCT);
  });

  it('are right in the comments too', () => {
    const schema = mergeSchema(bundledManifests(), trusting);
    const text = OF_THE_PRODUCT.replaceAll(/^( *)\/\/ {3}(?=[" }])/gm, '$1')
      .replace('"accounts": {}', '')
      .replace('"company": {', '"accounts": { "company": {');
    const shown = text.replace(/^ *\}\s*\n\}\n$/m, '  } }\n}\n');
    expect(loadSettings(shown, { node: 'a', schema, check: compileCheck(schema) }).problems, shown).to.deep.equal([]);
    expect(shown).to.include('\n  "smtp.trustedNetworks"').and.to.include('\n    "pop3.host"');
  });

  it('are settings as well where nothing but the core is installed', () => {
    const schema = mergeSchema([manifest('none', {})], trusting);
    const text = starterSettings(schema);
    expect(text).to.include('"plugins.enabled": [],').and.to.not.include('undefined');
    expect(loadSettings(text, { node: 'a', schema, check: compileCheck(schema) }).problems).to.deep.equal([]);
  });
});
