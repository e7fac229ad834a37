// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how manifests refer to settings.
import type { PluginManifest, PropertySchema } from '@postroom/sdk';
import { askedEntries, asksForDns, networkProblems, targetName } from '@postroom/sdk/network';
import { expect } from 'chai';

function manifest(network: readonly string[], properties: Readonly<Record<string, PropertySchema>> = {}): PluginManifest {
  return { capabilities: { network }, contributes: { configuration: { title: 'X', properties } } } as unknown as PluginManifest;
}

const CLAMAV = manifest(['${clamav.host}:${clamav.port}'], { 'clamav.host': { default: '127.0.0.1' }, 'clamav.port': { default: 3310 } });

describe("what a manifest's network comes to", () => {
  const meaning = (from: PluginManifest, settings: object): readonly (readonly string[])[] =>
    askedEntries(from, settings as Readonly<Record<string, unknown>>).map(({ targets }) => targets.map(targetName));

  it('is its own settings put in, defaults first', () => {
    expect(meaning(CLAMAV, {})).to.deep.equal([['127.0.0.1:3310']]);
    expect(meaning(CLAMAV, { 'clamav.host': 'scan.lan', 'clamav.port': 3311 })).to.deep.equal([['scan.lan:3311']]);
    expect(meaning(CLAMAV, { 'clamav.host': '::1' })).to.deep.equal([['[::1]:3310']]);
  });

  it('is the host and port of a web address, of every account and user that has one', () => {
    const notify = manifest(['${notify.url}'], { 'notify.url': { default: '' } });
    expect(meaning(notify, {})).to.deep.equal([[]]);
    const settings = {
      accounts: {
        a: { users: { x: { 'notify.url': 'https://ntfy.sh/x' }, y: { 'notify.url': 'http://10.0.0.1:8080/' } } },
        b: { 'notify.url': 'https://b.example' },
      },
    };
    expect(meaning(notify, settings)[0]).to.have.members(['ntfy.sh:443', '10.0.0.1:8080', 'b.example:443']);
  });

  it('is one place for each value: no setting makes a wildcard, a second port or another kind of entry', () => {
    for (const host of ['*', '*.example.com', 'a.example:25', 'a.example/x', 'a b', ''])
      expect(meaning(CLAMAV, { 'clamav.host': host })).to.deep.equal([[]]);
  });

  it('knows the name service apart', () => {
    expect([asksForDns(manifest(['dns'])), asksForDns(CLAMAV)]).to.deep.equal([true, false]);
    expect(meaning(manifest(['dns', 'a.example:1']), {})).to.deep.equal([['a.example:1']]);
  });

  it('is refused where it can mean nothing', () => {
    expect(networkProblems(CLAMAV)).to.deep.equal([]);
    expect(networkProblems(manifest(['dns', '*.example.com:443', 'unix:/run/x']))).to.deep.equal([]);
    expect(networkProblems(manifest(['example.com'])).join()).to.match(/capabilities\.network has "example\.com"; what it may have: /);
    expect(networkProblems(manifest(['${other.host}:25'])).join()).to.match(/refers to other\.host, which it declares no setting for/);
    expect(networkProblems(manifest(['${x.token}'], { 'x.token': { secret: true } })).join()).to.match(
      /refers to x\.token, which is a secret/,
    );
  });
});
