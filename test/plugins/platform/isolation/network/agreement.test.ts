// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how manifests refer to settings.
// What an administrator sees of a plugin's network, and agrees to.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestHost, type TestHost } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { packFolder } from '../../../../kit/packedPlugin.js';

const CLAMAV = fileURLToPath(new URL('../../../../../../sdk/samples/clamav/', import.meta.url));

interface Row {
  readonly plugin: string;
  readonly problems: readonly string[];
  readonly network?: readonly string[];
}

describe("the administrator's agreement to a plugin's network", () => {
  let host: TestHost;
  const plugin = 'sample.clamav';
  before(async () => {
    host = await startTestHost();
  });
  after(() => host.stop());

  const allow = (args: object = {}): Promise<unknown> => host.run('plugins.allow', { plugin, ...args });
  const agreements = async (): Promise<unknown> =>
    (JSON.parse(await readFile(path.join(host.dataDir, 'settings.json'), 'utf8')) as Record<string, unknown>)['plugins.network'];
  const problems = async (): Promise<string> =>
    ((await host.run('plugins.list')) as readonly Row[]).find((row) => row.plugin === plugin)?.problems.join() ?? '';
  const finding = async (): Promise<string | undefined> =>
    ((await host.run('doctor')) as readonly { readonly check: string; readonly text: string }[]).find(
      ({ check }) => check === `plugin ${plugin}`,
    )?.text;

  it('is asked for where the plugin is added, listed and looked at', async () => {
    const added = (await host.run('plugins.add', { plugin: (await packFolder(CLAMAV)).toString('base64') })) as Row;
    expect(added.network).to.deep.equal(['127.0.0.1:3310']);
    const waits = 'It waits for your agreement to connect to 127.0.0.1:3310: postroom plugins allow sample.clamav';
    expect(added.problems).to.deep.equal([waits]);
    expect(await problems()).to.equal(waits);
    expect(await finding()).to.match(
      /waits for your agreement to connect to 127\.0\.0\.1:3310\. Agree: postroom plugins allow sample\.clamav/,
    );
    const enabled = (await host.run('plugins.enable', { plugin })) as Row;
    expect(enabled.problems).to.deep.equal([waits]);
  });

  it('is shown before it is given, and changes nothing until then', async () => {
    expect(await allow()).to.deep.equal({
      plugin,
      asks: [{ 'asks for': '${clamav.host}:${clamav.port}', means: '127.0.0.1:3310', state: 'waits for your agreement' }],
      next: 'postroom plugins allow sample.clamav --yes',
      confirm: 'Let sample.clamav connect to 127.0.0.1:3310?',
    });
    expect(await agreements()).to.equal(undefined);
  });

  it('is kept by place: another value of the setting is not agreed to', async () => {
    expect(await allow({ yes: true })).to.deep.include({ agreed: ['127.0.0.1:3310'] });
    expect(await agreements()).to.deep.equal({ [plugin]: ['127.0.0.1:3310'] });
    expect([await problems(), await finding()]).to.deep.equal(['', undefined]);
    await host.run('config.set', { key: 'clamav.host', value: 'scan.lan' });
    expect(await problems()).to.include('scan.lan:3310');
    await allow({ places: ['scan.lan:3310'], yes: true });
    expect(await agreements()).to.deep.equal({ [plugin]: ['127.0.0.1:3310', 'scan.lan:3310'] });
    await host.run('config.set', { key: 'clamav.host', value: 'clamd.example.com' });
    expect(await problems(), 'on the internet').to.equal('');
  });

  it('is only for what the manifest asks for', async () => {
    for (const place of ['127.0.0.1:22', 'nonsense']) {
      let refusal = '';
      await allow({ places: [place], yes: true }).catch((error: Error) => {
        refusal = error.message;
      });
      expect(refusal).to.equal(`sample.clamav does not ask for ${place}. It asks for \${clamav.host}:\${clamav.port}.`);
    }
  });

  it('is taken back, in part or all of it', async () => {
    expect(await allow({ places: ['scan.lan:3310'], revoke: true })).to.deep.include({ revoked: ['scan.lan:3310'] });
    expect(await agreements()).to.deep.equal({ [plugin]: ['127.0.0.1:3310'] });
    await allow({ revoke: true });
    expect(await agreements()).to.equal(undefined);
  });

  it('goes with the plugin: whoever comes by that name later asks anew', async () => {
    await host.run('config.set', { key: 'clamav.host', value: '127.0.0.1' });
    await allow({ yes: true });
    await host.run('plugins.remove', { plugin });
    expect(await agreements()).to.equal(undefined);
  });

  it('is not for plugins of the product', async () => {
    let refusal = '';
    await host.run('plugins.allow', { plugin: 'postroom.pop3' }).catch((error: Error) => {
      refusal = error.message;
    });
    expect(refusal).to.equal("postroom.pop3 needs no agreement: it is one of the product's own.");
  });
});
