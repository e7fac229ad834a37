// Who collects an account's mail, and which properties are whose.

import { defaultVia, foreignCollectors } from '@postroom/sdk/settings';
import { expect } from 'chai';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { bundledManifests, manifest } from '../manifests.js';

const password = { type: 'string', secret: true, scope: 'account', title: 'Password' } as const;
const host = { type: 'string', default: '', scope: 'account', title: 'Host' } as const;
const IMAP = manifest('imap', {
  collectors: [{ via: 'imap', title: 'IMAP', properties: ['imap.', 'smtp.'] }],
  configuration: {
    title: 'IMAP',
    properties: { 'imap.host': host, 'imap.password': password, 'imap.listen': { ...host, scope: 'server' } },
  },
});

describe('the ways to collect', () => {
  const trusting = (): undefined => undefined;
  const schema = mergeSchema([IMAP, ...bundledManifests()], trusting);

  it('have a default that accounts keep when another one is installed', () => {
    expect(schema.collectors.map(({ via }) => via)).to.deep.equal(['imap', 'pop3']);
    expect(defaultVia(schema.collectors)).to.equal('pop3');
    expect(defaultVia(mergeSchema([IMAP], trusting).collectors), 'the only one').to.equal('imap');
    expect(defaultVia([])).to.equal('');
  });

  it('have properties of accounts that are their own, and none of other plugins', () => {
    expect(schema.collectors[0]?.properties).to.deep.equal(['imap.host', 'imap.password']);
    expect(foreignCollectors('pop3.host', 'imap', schema.collectors)).to.deep.equal(['pop3']);
    for (const [key, via] of [
      ['pop3.host', 'pop3'],
      ['smtp.host', 'pop3'],
      ['imap.host', 'imap'],
      ['cc.to', 'imap'],
    ] as const)
      expect(foreignCollectors(key, via, schema.collectors), `${key} ${via}`).to.deep.equal([]);
  });

  it('are each one plugin’s, which is said of a second one', () => {
    const second = manifest('imap2', { collectors: [{ via: 'imap', title: 'IMAP', properties: [] }] });
    const merged = mergeSchema([IMAP, second], trusting);
    expect(merged.collectors.map(({ title }) => title)).to.deep.equal(['IMAP']);
    expect(merged.conflicts).to.deep.equal(['acme.imap2 collects mail by "imap", which another plugin does too.']);
  });
});
